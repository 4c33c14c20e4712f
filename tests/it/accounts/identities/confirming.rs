//! Showing again who one is, with Google.

use serde_json::json;
use speakle::accounts::model::Confirming;
use speakle::kernel::error::{AppError, Problem};
use tokio::task::block_in_place;

use super::super::second_factor::{STEP, turned_on};
use super::super::{PASSWORD, problem, problems};
use super::{FAILED, said, world};
use crate::harness::oidc::Google;
use crate::harness::{Browser, Engine, TestApp};

both_engines!(
    it_is_shown_with_an_account_that_is_connected,
    it_is_not_shown_with_another_account,
    an_earlier_sign_in_there_shows_nothing,
    that_somebody_is_known_there_shows_nothing,
    it_is_as_long_ago_here_as_it_is_there,
    with_a_second_factor_the_code_comes_first,
);

const CONFIRM: [(&str, &str); 2] = [("purpose", "confirm"), ("next", "/settings/account")];
/// The words where it is not known when they signed in there.
const NOT_RECENT: &str = "does not say that you have just signed in there";
const MIRA: &str = "mira@example.org";

async fn asked(browser: &Browser) -> Confirming {
    let next = [("next", "/settings/account")];
    browser.ask("how_to_confirm", &next).await.unwrap()
}

async fn long_ago(app: &TestApp) {
    app.execute("UPDATE session SET confirmed_at = 1").await;
}

async fn it_is_shown_with_an_account_that_is_connected(engine: Engine) {
    let world = world(engine).await;
    let mira = world.newcomer(MIRA).await;
    let other = world.app.visitor();
    world.google.come(&other, MIRA).await;
    assert!(asked(&mira).await.go_on.is_some(), "they have just come in");
    long_ago(&world.app).await;
    let confirming = asked(&mira).await;
    assert!(confirming.has_google && !confirming.has_password && confirming.go_on.is_none());
    let page = mira.get("/confirm?next=%2Fsettings%2Faccount").await.body;
    assert!(page.contains("Continue with Google"), "{page}");
    let address = world.google.address(&mira, "/confirm", &CONFIRM).await;
    assert!(
        address.contains("prompt=login") && address.contains("max_age=0") && address.contains("auth_time"),
        "{address}"
    );
    let before = mira.cookies();
    let answer = mira.get(&world.google.sign_in(&address, MIRA).await).await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/account"));
    assert_eq!(asked(&mira).await.go_on.as_deref(), Some("/settings/account"));
    assert_ne!(mira.cookies(), before, "the session goes on under another token");
    assert!(
        asked(&other).await.go_on.is_none(),
        "another session of theirs is as old as before"
    );
    // Where they go is on this site.
    long_ago(&world.app).await;
    let form = [("purpose", "confirm"), ("next", "//evil.example")];
    let answer = world.google.come_for(&mira, "/confirm", &form, MIRA).await;
    assert_eq!(answer.location(), "/");
}

async fn it_is_not_shown_with_another_account(engine: Engine) {
    let world = world(engine).await;
    let mira = world.newcomer(MIRA).await;
    world.newcomer("ben@example.org").await;
    long_ago(&world.app).await;
    let page = "/confirm?next=%2Fsettings%2Faccount";
    for login in ["ben@example.org", "nobody@example.org"] {
        let answer = world.google.come_for(&mira, page, &CONFIRM, login).await;
        let (place, shown) = said(&mira, &answer).await;
        assert_eq!(place, page);
        assert!(
            shown.contains("This Google account is not connected to your account."),
            "{shown}"
        );
        assert!(asked(&mira).await.go_on.is_none(), "{login}");
    }
    let visitor = world.app.visitor();
    assert_eq!(
        visitor.call("start_google", &CONFIRM).await.error(),
        AppError::SignedOut
    );
    // Begun by one, come back to by another.
    let ben = world.app.person("bea").password(PASSWORD).create().await;
    long_ago(&world.app).await;
    let address = world.google.address(&mira, page, &CONFIRM).await;
    let back = world.google.sign_in(&address, MIRA).await;
    mira.add_cookie(&format!("session={}", ben.token.secret()));
    let (_, shown) = said(&mira, &mira.get(&back).await).await;
    assert!(shown.contains(FAILED), "{shown}");
    assert!(asked(&ben).await.go_on.is_none());
}

async fn an_earlier_sign_in_there_shows_nothing(engine: Engine) {
    let world = world(engine).await;
    let mira = world.newcomer(MIRA).await;
    long_ago(&world.app).await;
    // Of a quarter of an hour, or of nobody knows when.
    for lie in ["stale", "no_auth_time"] {
        world.google.lie(lie);
        let answer = world.google.come_for(&mira, "/confirm", &CONFIRM, MIRA).await;
        let (place, shown) = said(&mira, &answer).await;
        assert_eq!(place, "/confirm");
        assert!(shown.contains(NOT_RECENT), "{lie}: {shown}");
        assert!(shown.contains("Send me a link"), "there is another way");
        assert!(asked(&mira).await.go_on.is_none(), "{lie}");
    }
    // Whether it has asked again is not looked at, but when they signed in.
    world.google.order(&json!({ "lie": null, "obliging": false }));
    let answer = world.google.come_for(&mira, "/confirm", &CONFIRM, MIRA).await;
    assert_eq!(answer.location(), "/settings/account");
}

async fn that_somebody_is_known_there_shows_nothing(engine: Engine) {
    let world = world(engine).await;
    world.newcomer(MIRA).await;
    for (lie, is_recent) in [
        (json!("stale"), false),
        (json!("no_auth_time"), false),
        (json!(null), true),
    ] {
        world.google.order(&json!({ "lie": lie }));
        let browser = world.app.visitor();
        assert_eq!(world.google.come(&browser, MIRA).await.location(), "/", "{lie}");
        assert_eq!(asked(&browser).await.go_on.is_some(), is_recent, "{lie}");
    }
}

async fn it_is_as_long_ago_here_as_it_is_there(engine: Engine) {
    let world = world(engine).await;
    world.newcomer(MIRA).await;
    world.app.execute("DELETE FROM session").await;
    let there = world.app.state.clock.now().millis() / 1000 - 600;
    world.google.order(&json!({ "signed_in_at": there }));
    let browser = world.app.visitor();
    world.google.come(&browser, MIRA).await;
    assert!(asked(&browser).await.go_on.is_some());
    let here = world.app.number("SELECT confirmed_at FROM session").await;
    assert_eq!(here, there * 1_000_000, "it counts from when they came");
    // Nor does showing it again make more of it.
    long_ago(&world.app).await;
    world.google.come_for(&browser, "/confirm", &CONFIRM, MIRA).await;
    let here = world.app.number("SELECT confirmed_at FROM session").await;
    assert_eq!(here, there * 1_000_000, "it counts from when they confirmed");
}

async fn with_a_second_factor_the_code_comes_first(engine: Engine) {
    let google = block_in_place(Google::start);
    let app = google.wishes(engine).manual_clock().without_background().start().await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let form = [("purpose", "link")];
    google.come_for(&ana, "/settings/account", &form, &ana.email).await;
    let (phone, _) = turned_on(&app, &ana).await;
    app.execute("UPDATE users SET password_hash = ''").await;
    long_ago(&app).await;
    assert!(asked(&ana).await.has_google);
    let page = ana.get("/confirm?next=%2Fsettings%2Faccount").await.body;
    assert!(
        page.contains("Continue with Google") && page.contains("name=\"code\""),
        "{page}"
    );
    for (code, expected) in [
        (String::new(), Problem::Required),
        (phone.wrong(&app), Problem::WrongCode),
    ] {
        let form = [("purpose", "confirm"), ("code", &*code)];
        let answer = ana.call("start_google", &form).await;
        assert_eq!(problems(&answer), [problem("code", expected)]);
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM oidc_attempt").await, 0);
    app.advance(STEP);
    let code = phone.code(&app);
    // By the clock that is set here.
    google.order(&json!({ "signed_in_at": app.state.clock.now().millis() / 1000 }));
    let form = [("purpose", "confirm"), ("next", "/settings/account"), ("code", &*code)];
    let answer = google.come_for(&ana, "/confirm", &form, &ana.email).await;
    assert_eq!(answer.location(), "/settings/account");
    assert!(asked(&ana).await.go_on.is_some());
    // Who has a password as well is asked for that: one form with a code is enough.
    app.set_password(&ana, PASSWORD).await;
    long_ago(&app).await;
    assert!(!asked(&ana).await.has_google);
}
