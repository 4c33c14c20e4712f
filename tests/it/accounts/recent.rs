//! A recent sign-in: asked for again, and what comes of it.

use std::time::{Duration, Instant};

use speakle::kernel::error::{AppError, Problem, Refusal};

use super::second_factor::turned_on;
use super::{HERE, PASSWORD, is_signed_in, log_in, problem, problems, refused, token_in, use_up_tries};
use crate::harness::{Answer, Browser, Engine, Person, TestApp, eventually};

both_engines!(
    a_sign_in_is_recent_for_a_quarter_of_an_hour,
    confirming_gives_the_session_another_token,
    the_cookie_before_is_known_for_a_moment_and_recent_in_nothing,
    another_password_is_not_enough_where_a_code_is_asked_for,
    what_waits_is_not_lost_on_the_way_and_is_nobody_elses,
    of_what_is_never_kept_it_does_not_say_that_it_is,
    a_wrong_password_is_kept_out_and_written_down,
    a_code_is_asked_for_where_a_second_factor_is_on,
    a_recovery_code_does_as_well_and_works_once,
    a_session_that_has_ended_confirms_nothing,
    who_has_no_password_is_not_let_on_by_one,
    where_it_leads_is_on_this_site,
    whose_sign_in_is_recent_goes_on_at_once,
    what_was_typed_is_there_again_after_the_confirmation,
    what_waits_goes_with_the_sign_out,
    what_waits_is_for_its_own_page_and_browser_and_for_a_while,
    another_password_shows_who_one_is,
);

const PAGE: &str = "/settings/account/email";
const ASKED: &str = "/confirm?next=%2Fsettings%2Faccount%2Femail";
const WAITED: &str = "You have shown that it is you. What you entered is still here";
const LONG: Duration = Duration::from_secs(15 * 60 + 1);

async fn confirm(browser: &Browser, password: &str) -> Answer {
    browser.call("confirm", &[("password", password), ("next", PAGE)]).await
}

/// Ana, whose sign-in is not recent.
async fn ana_of_before(app: &TestApp) -> Person {
    let ana = app.person("ana").password(PASSWORD).create().await;
    app.advance(LONG);
    ana
}

async fn is_recent(browser: &Browser) -> bool {
    let answer = browser.get(PAGE).await;
    match answer.status {
        200 => true,
        302 => {
            assert_eq!(answer.location(), ASKED);
            false
        }
        other => panic!("{other}: {}", answer.body),
    }
}

async fn a_sign_in_is_recent_for_a_quarter_of_an_hour(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    assert!(is_recent(&ana).await);
    app.advance(Duration::from_secs(15 * 60));
    assert!(is_recent(&ana).await);
    app.advance(Duration::from_secs(1));
    assert!(!is_recent(&ana).await);
    let form = [("email", "new@secret-mail.example")];
    assert_eq!(refused(&ana.call("change_email", &form).await), Refusal::ConfirmFirst);
    assert_eq!(app.number("SELECT COUNT(*) FROM account_token").await, 0);
    // With a query it comes back with it.
    let answer = ana.get("/settings/account/email?a=1&b=%2F").await;
    assert_eq!(
        answer.location(),
        "/confirm?next=%2Fsettings%2Faccount%2Femail%3Fa%3D1%26b%3D%252F"
    );
    let page = ana.get(ASKED).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<h1>Confirm it is you<"), "{}", page.body);
    // A visitor signs in, which is recent.
    let answer = app.visitor().get(ASKED).await;
    assert!(answer.location().starts_with("/login?next="), "{}", answer.location());
}

async fn confirming_gives_the_session_another_token(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let phone = ana.another_device(&app).await;
    app.advance(LONG);
    let thief = Browser::new(app.origin(), Some(ana.token.secret()));
    let (mut here, mut there) = (app.ws(&ana).await, app.ws(&phone).await);
    let answer = confirm(&ana, PASSWORD).await;
    assert_eq!(answer.result::<String>(), Ok(PAGE.to_owned()));
    let token = token_in(&answer);
    assert_ne!(token, ana.token.secret());
    assert!(is_recent(&ana).await);
    assert_eq!(here.closed().await, Some(4003), "it comes back with the new cookie");
    there.settled().await;
    assert!(is_signed_in(&phone).await && app.number("SELECT COUNT(*) FROM session").await == 2);
    assert_eq!(phone.get(PAGE).await.status, 302, "it is recent there as well");
    let kept = app.texts("SELECT detail FROM audit WHERE kind = 'confirmed'").await;
    assert_eq!(kept.len(), 1);
    assert!(kept[0].contains("\"password\""), "{kept:?}");
    let everything = format!("{:?}", app.dump(&[]).await);
    assert!(!everything.contains(&token), "the token is stored");
    app.advance(Duration::from_secs(30));
    assert!(!is_signed_in(&thief).await, "the cookie before signs in");
    app.advance(LONG);
    assert!(!is_recent(&ana).await);
}

async fn the_cookie_before_is_known_for_a_moment_and_recent_in_nothing(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = ana_of_before(&app).await;
    // A browser that pressed twice, or never heard the answer.
    let late = Browser::new(app.origin(), Some(ana.token.secret()));
    confirm(&ana, PASSWORD).await.result::<String>().unwrap();
    app.advance(Duration::from_secs(29));
    let answer = late.get("/settings/account").await;
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookie("session").is_none(), "its cookie is taken away");
    assert!(!is_recent(&late).await && is_recent(&ana).await);
    let form = [("email", "new@secret-mail.example")];
    assert_eq!(refused(&late.call("change_email", &form).await), Refusal::ConfirmFirst);
    for function in ["begin_second_factor", "make_recovery_codes", "turn_off_second_factor"] {
        assert_eq!(
            refused(&late.call(function, &[]).await),
            Refusal::ConfirmFirst,
            "{function}"
        );
    }
    let token = "A".repeat(43);
    let browser = [("endpoint", "https://push.example/1"), ("p256dh", "A"), ("auth", "A")];
    for (function, form) in [
        ("send_confirm_link", &[][..]),
        ("confirm_by_link", &[("token", token.as_str())][..]),
        ("confirm_email_change", &[("token", token.as_str())][..]),
        // It would go on for as long as the sign-in does.
        ("save_push_subscription", &browser[..]),
    ] {
        assert_eq!(
            refused(&late.call(function, form).await),
            Refusal::ConfirmFirst,
            "{function}"
        );
    }
    // What makes nothing worse is done.
    ana.another_device(&app).await;
    late.tell::<()>("end_other_sessions", &[]).await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM session").await, 1);
    // Pressed again, it goes on: the password is what counts.
    let answer = confirm(&late, PASSWORD).await;
    assert_eq!(answer.result::<String>(), Ok(PAGE.to_owned()));
    assert!(is_recent(&late).await);
    assert_eq!(app.number("SELECT COUNT(*) FROM session").await, 1);
    app.advance(Duration::from_secs(30));
    assert!(!is_signed_in(&ana).await && is_signed_in(&late).await);
    assert!(ana.get("/login").await.status == 200);
}

async fn another_password_is_not_enough_where_a_code_is_asked_for(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    turned_on(&app, &ana).await;
    app.advance(LONG);
    let form = [("current_password", PASSWORD), ("new_password", "velvet-Quarry-9471")];
    ana.tell::<()>("change_password", &form).await.unwrap();
    assert!(!is_recent(&ana).await);
}

async fn what_waits_is_not_lost_on_the_way_and_is_nobody_elses(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = ana_of_before(&app).await;
    app.person("ben").password("an0ther-quiet-lantern").create().await;
    let typed = [("email", "typed@secret-mail.example")];
    ana.submit(PAGE, "change_email", &typed).await;
    // Going back before one has shown who one is leads to the same question, and takes nothing.
    assert!(!is_recent(&ana).await && !is_recent(&ana).await);
    confirm(&ana, PASSWORD).await.result::<String>().unwrap();
    assert!(ana.get(PAGE).await.body.contains("typed@"), "it is lost");
    app.advance(LONG);
    ana.submit(PAGE, "change_email", &typed).await;
    log_in(&ana, "ben", "an0ther-quiet-lantern")
        .await
        .result::<String>()
        .unwrap();
    let page = ana.get(PAGE).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("typed@"), "Ben reads what Ana typed");
}

async fn of_what_is_never_kept_it_does_not_say_that_it_is(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = ana_of_before(&app).await;
    app.execute("CREATE TABLE kept AS SELECT password_hash FROM users")
        .await;
    app.execute("UPDATE users SET password_hash = ''").await;
    ana.submit(
        "/settings/account",
        "set_password",
        &[("new_password", "velvet-Quarry-9471")],
    )
    .await;
    app.execute("UPDATE users SET password_hash = (SELECT password_hash FROM kept)")
        .await;
    confirm(&ana, PASSWORD).await.result::<String>().unwrap();
    app.execute("UPDATE users SET password_hash = ''").await;
    let page = ana.get("/settings/account").await.body;
    assert!(
        page.contains("Passwords and codes are not kept") && !page.contains(WAITED),
        "{page}"
    );
}

async fn a_wrong_password_is_kept_out_and_written_down(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = ana_of_before(&app).await;
    let ben = app.person("ben").password("an0ther-quiet-lantern").create().await;
    assert_eq!(ben.username, "ben");
    for (password, what) in [
        ("not the password", Problem::WrongPassword),
        ("an0ther-quiet-lantern", Problem::WrongPassword),
        ("' OR 1=1 --", Problem::WrongPassword),
        ("", Problem::Required),
    ] {
        let answer = confirm(&ana, password).await;
        assert_eq!(problems(&answer), [problem("password", what)], "{password}");
        assert!(answer.set_cookie("session").is_none());
    }
    assert!(!is_recent(&ana).await);
    let failed = "SELECT detail FROM audit WHERE kind = 'sign_in_failed'";
    let kept = eventually("what is written down", || async {
        Some(app.texts(failed).await).filter(|kept| kept.len() == 3)
    })
    .await;
    assert!(kept.iter().all(|detail| detail.contains("confirmation")), "{kept:?}");
    assert_eq!(confirm(&app.visitor(), PASSWORD).await.status, 401);

    // Without JavaScript it stands beside the field, and where one wanted to go is not forgotten.
    let form = [("password", "not the password"), ("next", PAGE)];
    let answer = ana.submit(ASKED, "confirm", &form).await;
    assert_eq!((answer.status, answer.location()), (303, ASKED));
    let page = ana.follow(&answer).await.body;
    assert!(
        page.contains("This is not your password.") && page.contains(r#"aria-invalid="true""#),
        "{page}"
    );
    assert!(!page.contains("not the password"));
    let answer = ana
        .submit(ASKED, "confirm", &[("password", PASSWORD), ("next", PAGE)])
        .await;
    assert_eq!((answer.status, answer.location()), (303, PAGE));
    assert_eq!(ana.follow(&answer).await.status, 200);
}

async fn a_code_is_asked_for_where_a_second_factor_is_on(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    app.advance(LONG);
    let page = ana.get(ASKED).await;
    assert!(
        page.status == 200 && !page.body.contains(r#"name="code""#),
        "{}",
        page.body
    );
    confirm(&ana, PASSWORD).await.result::<String>().unwrap();
    let (authenticator, _) = turned_on(&app, &ana).await;
    app.advance(LONG);
    assert!(ana.get(ASKED).await.body.contains(r#"name="code""#));
    assert_eq!(
        problems(&confirm(&ana, PASSWORD).await),
        [problem("code", Problem::Required)]
    );
    let with = |password: &'static str, code: String| {
        let ana = ana.clone();
        async move { ana.call("confirm", &[("password", password), ("code", &code)]).await }
    };
    let code = authenticator.code(&app);
    // Of a wrong password the code is not even looked at.
    assert_eq!(
        problems(&with("not the password", code.clone()).await),
        [problem("password", Problem::WrongPassword)]
    );
    assert_eq!(
        problems(&with(PASSWORD, authenticator.wrong(&app)).await),
        [problem("code", Problem::WrongCode)]
    );
    assert!(!is_recent(&ana).await);
    assert_eq!(
        with(PASSWORD, code.clone()).await.result::<String>(),
        Ok("/".to_owned())
    );
    assert!(is_recent(&ana).await);
    app.advance(LONG);
    let again = with(PASSWORD, code).await;
    assert_eq!(problems(&again), [problem("code", Problem::WrongCode)]);

    // A code that came back would lie in the database.
    let form = [("password", "wrong"), ("code", "314159"), ("next", PAGE)];
    let answer = ana.submit(ASKED, "confirm", &form).await;
    assert!(!format!("{:?}", app.dump(&[]).await).contains("314159"));
    assert!(!ana.follow(&answer).await.body.contains("314159"));
}

async fn a_recovery_code_does_as_well_and_works_once(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let (_, codes) = turned_on(&app, &ana).await;
    app.advance(LONG);
    let form = [("password", PASSWORD), ("code", codes[0].as_str())];
    assert_eq!(ana.call("confirm", &form).await.status, 200);
    assert!(is_recent(&ana).await);
    app.advance(LONG);
    let again = ana.call("confirm", &form).await;
    assert_eq!(problems(&again), [problem("code", Problem::WrongCode)]);
    assert!(!is_recent(&ana).await);
}

async fn a_session_that_has_ended_confirms_nothing(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = ana_of_before(&app).await;
    let phone = ana.another_device(&app).await;
    phone.tell::<()>("end_other_sessions", &[]).await.unwrap();
    assert_eq!(confirm(&ana, PASSWORD).await.status, 401);
    let answer = ana
        .submit(ASKED, "confirm", &[("password", PASSWORD), ("next", PAGE)])
        .await;
    assert!(
        answer.location().starts_with("/login?next=%2Fconfirm"),
        "{}",
        answer.location()
    );
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit WHERE kind = 'confirmed'").await,
        0
    );
}

async fn who_has_no_password_is_not_let_on_by_one(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = ana_of_before(&app).await;
    app.execute("UPDATE users SET password_hash = ''").await;
    let page = ana.get(ASKED).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains(r#"type="password""#), "{}", page.body);
    for password in ["x", PASSWORD] {
        let answer = confirm(&ana, password).await;
        assert_eq!(problems(&answer), [problem("password", Problem::WrongPassword)]);
    }
    assert!(!is_recent(&ana).await);
}

async fn where_it_leads_is_on_this_site(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = ana_of_before(&app).await;
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
        "",
    ] {
        let answer = ana.call("confirm", &[("password", PASSWORD), ("next", next)]).await;
        assert_eq!(answer.result::<String>(), Ok("/".to_owned()), "{next:?}");
        // At once as well, where it is recent.
        let place: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let answer = ana.get(&format!("/confirm?next={place}")).await;
        assert_eq!((answer.status, answer.location()), (302, "/"), "{next:?}");
    }
    let form = [("password", PASSWORD), ("next", "//evil.example/x")];
    let answer = ana
        .submit("/confirm?next=%2F%2Fevil.example%2Fx", "confirm", &form)
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/"));
}

async fn whose_sign_in_is_recent_goes_on_at_once(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let answer = ana
        .get("/confirm?next=%2Fpartners%2Ffind%3Fspeaks%3Des%26name%3D100%2525")
        .await;
    assert_eq!(
        (answer.status, answer.location()),
        (302, "/partners/find?speaks=es&name=100%25")
    );
    let answer = ana.get("/confirm").await;
    assert_eq!((answer.status, answer.location()), (302, "/"));
}

async fn what_was_typed_is_there_again_after_the_confirmation(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = ana_of_before(&app).await;
    let typed = r#"new"<b>@secret-mail.example"#;
    let page = format!("{PAGE}?from=here");
    let answer = ana.submit(&page, "change_email", &[("email", typed)]).await;
    let asked = "/confirm?next=%2Fsettings%2Faccount%2Femail%3Ffrom%3Dhere";
    assert_eq!((answer.status, answer.location()), (303, asked));
    let shown = ana.follow(&answer).await.body;
    assert!(
        shown.contains("Confirm it is you") && !shown.contains("secret-mail"),
        "{shown}"
    );
    // A wrong password on the way does not take it away.
    let wrong = [("password", "wrong"), ("next", page.as_str())];
    let answer = ana.submit(asked, "confirm", &wrong).await;
    assert!(ana.follow(&answer).await.body.contains("This is not your password."));
    let right = [("password", PASSWORD), ("next", page.as_str())];
    let answer = ana.submit(asked, "confirm", &right).await;
    assert_eq!((answer.status, answer.location()), (303, page.as_str()));
    let back = ana.follow(&answer).await;
    assert_eq!(back.status, 200);
    assert!(back.body.contains("new&quot;"), "what was typed is lost: {}", back.body);
    assert!(back.body.contains(WAITED), "it does not say why");
    assert!(!back.body.contains(r#"aria-invalid="true""#), "a field is wrong");
    let again = ana.get(&page).await.body;
    assert!(!again.contains(WAITED) && !again.contains("new&quot;"), "shown twice");
    assert_eq!(app.number("SELECT COUNT(*) FROM form_return").await, 0);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM account_token").await,
        0,
        "it was sent by itself"
    );
}

async fn what_waits_goes_with_the_sign_out(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = ana_of_before(&app).await;
    ana.submit(PAGE, "change_email", &[("email", "typed@secret-mail.example")])
        .await;
    assert!(ana.cookies().contains("form_waiting="));
    ana.tell::<String>("log_out", &[]).await.unwrap();
    assert!(!ana.cookies().contains("form_waiting="), "{}", ana.cookies());
}

async fn what_waits_is_for_its_own_page_and_browser_and_for_a_while(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = ana_of_before(&app).await;
    let phone = ana.another_device(&app).await;
    let type_it = || ana.submit(PAGE, "change_email", &[("email", "typed@secret-mail.example")]);
    type_it().await;
    confirm(&phone, PASSWORD).await;
    confirm(&ana, PASSWORD).await;
    assert!(!phone.get(PAGE).await.body.contains("typed@"));
    assert!(!ana.get("/settings/account").await.body.contains("typed@"));
    assert!(ana.get(PAGE).await.body.contains("typed@"));
    app.advance(LONG);
    type_it().await;
    app.advance(LONG);
    confirm(&ana, PASSWORD).await;
    assert!(!ana.get(PAGE).await.body.contains("typed@"), "it waits for ever");
    app.clean_up().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM form_return").await, 0);
}

async fn another_password_shows_who_one_is(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = ana_of_before(&app).await;
    let form = [("current_password", PASSWORD), ("new_password", "velvet-Quarry-9471")];
    ana.tell::<()>("change_password", &form).await.unwrap();
    assert!(is_recent(&ana).await);
}

#[tokio::test]
async fn guessing_is_slowed_down_as_at_the_sign_in() {
    let app = TestApp::wishes(Engine::Sqlite)
        .option("--rate-limit", "on")
        .start()
        .await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let since = Instant::now();
    for n in 0..10 {
        assert_eq!(confirm(&ana, &format!("guess {n}")).await.status, 422, "{n}");
    }
    use_up_tries(&app, &[&format!("person {}", ana.id), HERE], since);
    let answer = confirm(&ana, PASSWORD).await;
    assert!(matches!(answer.error(), AppError::Limited { .. }), "{}", answer.body);
    assert!(answer.header("retry-after").is_some());
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit WHERE kind = 'confirmed'").await,
        0
    );
}
