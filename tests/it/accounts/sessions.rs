//! Sessions: whose cookie counts, for how long, and how they end.

use std::time::Duration;

use speakle::server::tokens::Token;

use super::{PASSWORD, is_signed_in, log_in, token_in};
use crate::harness::{Browser, Engine, TestApp};

both_engines!(
    a_cookie_from_elsewhere_is_never_adopted,
    a_session_lasts_as_long_as_it_is_used,
    logging_out_is_a_post_and_ends_this_session_alone,
    logging_out_closes_the_sockets_of_the_session,
    an_expired_session_closes_its_sockets_at_the_next_upgrade,
);

async fn a_cookie_from_elsewhere_is_never_adopted(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let planted = Token::random();
    let browser = Browser::new(app.origin(), Some(planted.secret()));
    let page = browser.get("/login").await;
    assert!(
        page.set_cookie("session")
            .unwrap()
            .starts_with("session=; Path=/; Max-Age=0"),
        "the planted cookie is taken back"
    );
    browser.add_cookie(&format!("session={}", planted.secret()));
    let answer = log_in(&browser, "ana", PASSWORD).await;
    assert_ne!(token_in(&answer), planted.secret());
    assert!(is_signed_in(&browser).await);
    assert!(
        !is_signed_in(&Browser::new(app.origin(), Some(planted.secret()))).await,
        "the planted cookie signs somebody in"
    );
    // Who signs in again gets a new token as well.
    assert_ne!(
        token_in(&log_in(&ana.browser, "ana", PASSWORD).await),
        ana.token.secret()
    );
    for forged in [
        "",
        "x",
        "é",
        "'; DROP TABLE session; --",
        &"A".repeat(43),
        &"A".repeat(5_000),
    ] {
        let browser = app.visitor();
        let cookie = format!("session={forged}");
        let request = browser
            .bare(reqwest::Method::GET, "/api/own_profile")
            .header("cookie", cookie.as_bytes());
        assert_eq!(crate::harness::browser::send(request).await.status, 401, "{forged}");
    }
}

async fn a_session_lasts_as_long_as_it_is_used(engine: Engine) {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    assert!(
        ana.get("/").await.set_cookie("session").is_none(),
        "nothing to renew yet"
    );
    for _ in 0..4 {
        app.advance(29 * DAY);
        let page = ana.get("/").await;
        // The browser's copy is renewed with the server's, or it would forget the session after the first month.
        let cookie = page.set_cookie("session").expect("the cookie is renewed");
        assert_eq!(
            cookie,
            format!(
                "session={}; Path=/; Max-Age=2592000; SameSite=Lax; HttpOnly",
                ana.token.secret()
            )
        );
        assert!(is_signed_in(&ana).await);
    }
    app.advance(30 * DAY);
    assert!(!is_signed_in(&ana).await);
    let page = ana.get("/requests").await;
    assert_eq!(page.location(), "/login?next=%2Frequests");
    assert!(
        page.set_cookie("session")
            .is_none_or(|cookie| cookie.contains("Max-Age=0"))
    );
    // What has run out is cleared away.
    app.clean_up().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM session").await, 0);
}

async fn logging_out_is_a_post_and_ends_this_session_alone(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let phone = ana.another_device(&app).await;
    for path in ["/api/log_out", "/logout", "/log-out"] {
        let status = ana.get(path).await.status;
        assert!((400..500).contains(&status), "GET {path} answers {status}");
        assert!(is_signed_in(&ana).await, "GET {path} logs out");
    }
    let answer = ana.submit("/", "log_out", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/"));
    assert!(answer.set_cookie("session").unwrap().contains("Max-Age=0"));
    assert!(!is_signed_in(&ana).await);
    // Somebody who kept the cookie gets nowhere with it.
    assert!(!is_signed_in(&Browser::new(app.origin(), Some(ana.token.secret()))).await);
    assert!(is_signed_in(&phone).await, "the phone was logged out too");
    assert_eq!(
        app.visitor().tell::<String>("log_out", &[]).await,
        Ok("/".to_owned()),
        "logging out twice is fine"
    );
}

async fn logging_out_closes_the_sockets_of_the_session(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let phone = ana.another_device(&app).await;
    let (mut tab, mut other_tab, mut on_phone) = (app.ws(&ana).await, app.ws(&ana).await, app.ws(&phone).await);
    ana.tell::<String>("log_out", &[]).await.unwrap();
    assert_eq!(tab.closed().await, Some(4001));
    assert_eq!(other_tab.closed().await, Some(4001));
    on_phone.settled().await;
}

async fn an_expired_session_closes_its_sockets_at_the_next_upgrade(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    app.ws(&ana).await.settled().await;
    app.advance(Duration::from_secs(31 * 24 * 3600));
    let refused = crate::harness::Socket::open(&app, Some(&ana.cookies()), Some(&app.origin()))
        .await
        .err();
    assert_eq!(refused, Some(401));
}
