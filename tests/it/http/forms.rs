//! Plain forms, as a page without JavaScript sends them.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use speakle::kernel::error::{AppError, Problem};
use speakle::server::tokens::Token;

use crate::harness::browser::send;
use crate::harness::{Answer, Engine, TestApp};

both_engines!(
    a_failed_form_comes_back_with_what_was_typed_and_why_once,
    two_showings_at_the_same_moment_share_nothing,
    what_a_form_brings_back_is_for_its_own_page_and_browser,
    what_nobody_fetches_is_forgotten,
    an_error_in_the_address_is_ignored,
    a_form_goes_back_to_its_page_and_never_elsewhere,
    a_signed_out_form_leads_to_the_login,
    adding_a_language_saves_nothing,
);

const REGISTRATION: [(&str, &str); 6] = [
    ("email", "typed-address@example.org"),
    ("username", "typed name"),
    ("password", "typed-secret-password"),
    ("speaks", "es"),
    ("learns", "en"),
    ("level", "B1"),
];

/// A page without what differs between any two showings of it.
fn normalised(page: &Answer) -> String {
    let nonce = page
        .header("content-security-policy")
        .unwrap()
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    page.body.replace(nonce, "NONCE")
}

async fn a_failed_form_comes_back_with_what_was_typed_and_why_once(engine: Engine) {
    let app = TestApp::start(engine).await;
    let browser = app.visitor();
    let answer = browser
        .submit("/register?from=landing", "register", &REGISTRATION)
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/register?from=landing"));
    let cookie = answer.set_cookie("form_return").unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert!(
        !format!("{:?}", app.dump(&[]).await).contains("typed-secret"),
        "the password waits in the database"
    );

    let page = browser.follow(&answer).await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains(r#"value="typed-address@example.org""#),
        "the address is not there any more"
    );
    assert!(
        page.body.contains(r#"value="typed name""#),
        "the name is not there any more"
    );
    assert!(page.body.contains(r#"aria-invalid="true""#), "no field is marked");
    assert!(!page.body.contains("typed-secret"), "the password comes back");
    assert!(
        page.body.contains(r#"value="es" selected"#) || page.body.contains(r#"selected value="es""#),
        "the choice is lost"
    );

    let again = browser.get("/register").await;
    assert!(!again.body.contains("typed"), "shown twice");
    assert!(!again.body.contains(r#"aria-invalid="true""#), "shown twice");
    assert_eq!(app.number("SELECT COUNT(*) FROM form_return").await, 0);
}

async fn two_showings_at_the_same_moment_share_nothing(engine: Engine) {
    let app = TestApp::start(engine).await;
    let browser = app.visitor();
    for _ in 0..5 {
        browser.submit("/register", "register", &REGISTRATION).await;
        let shown = join_all((0..8).map(|_| browser.get("/register")))
            .await
            .iter()
            .filter(|page| page.body.contains("typed-address"))
            .count();
        assert_eq!(shown, 1);
    }
}

async fn what_a_form_brings_back_is_for_its_own_page_and_browser(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (browser, stranger) = (app.visitor(), app.visitor());
    browser.submit("/register", "register", &REGISTRATION).await;
    for forged in [Token::random().secret(), "x", ""] {
        stranger.add_cookie(&format!("form_return={forged}"));
        assert!(!stranger.get("/register").await.body.contains("typed"));
    }
    for other in ["/login", "/"] {
        assert!(!browser.get(other).await.body.contains("typed"), "{other}");
    }
    assert!(
        browser.get("/register").await.body.contains("typed-address"),
        "gone although its page was not shown"
    );
}

async fn what_nobody_fetches_is_forgotten(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let browser = app.visitor();
    browser.submit("/register", "register", &REGISTRATION).await;
    app.advance(Duration::from_secs(301));
    assert!(!browser.get("/register").await.body.contains("typed"));
    app.visitor().submit("/register", "register", &REGISTRATION).await;
    app.clean_up().await;
    assert_eq!(
        app.number("SELECT COUNT(*) FROM form_return").await,
        1,
        "the old row is not cleared away, or the new one is"
    );
}

async fn an_error_in_the_address_is_ignored(engine: Engine) {
    let app = TestApp::start(engine).await;
    let browser = app.visitor();
    let error = serde_json::to_string(&AppError::field("login", Problem::WrongCredentials)).unwrap();
    let encoded = {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE.encode(error)
    };
    let plain = normalised(&browser.get("/login").await);
    for query in [
        format!("__path=%2Fapi%2Flog_in&__err={encoded}"),
        format!("__err={encoded}"),
        format!("%5F_err={encoded}&__path=%2Fapi%2Flog_in"),
    ] {
        assert_eq!(
            normalised(&browser.get(&format!("/login?{query}")).await),
            plain,
            "{query}"
        );
        let next = browser.get(&format!("/login?next=%2Frequests&{query}")).await;
        assert_eq!(
            normalised(&next),
            normalised(&browser.get("/login?next=%2Frequests").await),
            "{query}"
        );
    }
}

async fn a_form_goes_back_to_its_page_and_never_elsewhere(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let form = [("language", "es"), ("theme", "dark")];
    let answer = ana.submit("/settings/appearance", "set_appearance", &form).await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/appearance"));
    assert_eq!(app.texts("SELECT theme FROM users").await, ["dark"]);
    for referer in [
        "https://evil.example/login",
        "//evil.example",
        "http://127.0.0.1.evil.example/",
        "nonsense",
        "",
    ] {
        let request = ana
            .bare(Method::POST, "/api/set_appearance")
            .header("accept", "text/html")
            .header("referer", referer);
        let request = request
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = send(request.body("language=xx&theme=dark")).await;
        assert_eq!((answer.status, answer.location()), (303, "/"), "{referer}");
    }
    // Unreadable is an error like any other: no page of the framework's, no loop.
    for body in [
        "",
        "language=es",
        "language[a=es",
        "%ff%fe=%00",
        "theme=dark&theme=light&language=es",
    ] {
        let request = ana
            .bare(Method::POST, "/api/set_appearance")
            .header("accept", "text/html");
        let request = request
            .header("referer", format!("{}/settings/appearance", app.origin()))
            .header("sec-fetch-site", "same-origin");
        let answer = send(
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body),
        )
        .await;
        assert_eq!(
            (answer.status, answer.location()),
            (303, "/settings/appearance"),
            "{body:?}"
        );
        let page = ana.follow(&answer).await;
        assert_eq!(page.status, 200, "{body:?}");
    }
}

async fn a_signed_out_form_leads_to_the_login(engine: Engine) {
    let app = TestApp::start(engine).await;
    app.person("ana").create().await;
    let answer = app
        .visitor()
        .submit(
            "/partners/find/request?to=ana",
            "send_request",
            &[("to", "ana"), ("message", "hello")],
        )
        .await;
    assert_eq!(
        (answer.status, answer.location()),
        (303, "/login?next=%2Fpartners%2Ffind%2Frequest%3Fto%3Dana")
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM match_request").await, 0);
}

async fn adding_a_language_saves_nothing(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let before = app.dump(&["form_return"]).await;
    let form = [
        ("display_name", "Typed Name"),
        ("bio", ""),
        ("time_zone", "Europe/Madrid"),
        ("interests", ""),
        ("languages[0][language]", "es"),
        ("languages[0][role]", "native"),
        ("languages[0][level]", ""),
        ("languages[1][language]", "fr"),
        ("languages[1][role]", "learning"),
        ("languages[1][level]", "A2"),
        ("add_language", "1"),
    ];
    let answer = ana.submit("/settings/profile", "save_profile", &form).await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/profile"));
    app.assert_unchanged(&before, &["form_return"]).await;
    let page = ana.follow(&answer).await;
    assert!(page.body.contains(r#"value="Typed Name""#));
    assert!(page.body.contains("languages[2][language]"), "no third row");
}
