//! Cookies that somebody else knows, and what one can learn about others.

use std::time::Duration;

use speakle::kernel::error::{AppError, Problem};
use speakle::profiles::model::Profile;
use speakle::server::tokens::Token;

use super::PASSWORD;
use crate::accounts::second_factor::turned_on;
use crate::harness::{Answer, Browser, Engine, Socket, TestApp};

both_engines!(
    what_waits_for_a_second_factor_is_no_session,
    a_session_ends_half_a_year_after_its_person_was_asked,
    the_cookie_before_opens_no_socket,
    everybody_who_is_kept_out_hears_the_same_and_costs_the_same,
);

async fn is_signed_in(browser: &Browser) -> bool {
    browser.ask::<Profile>("own_profile", &[]).await.is_ok()
}

async fn log_in(browser: &Browser, login: &str, password: &str) -> Answer {
    browser
        .call("log_in", &[("login", login), ("password", password)])
        .await
}

/// The value of a cookie that an answer sets.
fn cookie(answer: &Answer, name: &str) -> String {
    let set = answer
        .set_cookie(name)
        .unwrap_or_else(|| panic!("no {name} in {answer:?}"));
    let value = set.split_once('=').unwrap().1;
    value.split(';').next().unwrap().to_owned()
}

async fn what_waits_for_a_second_factor_is_no_session(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ben = app.person("ben").password(PASSWORD).create().await;
    let (phone, _) = turned_on(&app, &ben).await;
    // Somebody has planted cookies of both names in the browser.
    let (planted_session, planted_attempt) = (Token::random(), Token::random());
    let browser = Browser::new(app.origin(), Some(planted_session.secret()));
    browser.add_cookie(&format!("sign_in={}", planted_attempt.secret()));
    let answer = log_in(&browser, "ben", PASSWORD).await;
    let attempt = cookie(&answer, "sign_in");
    assert_ne!(attempt, planted_attempt.secret());
    assert!(answer.set_cookie("session").is_none_or(|set| set.contains("Max-Age=0")));
    assert!(!is_signed_in(&browser).await, "a password alone signs in");
    // Neither cookie does what the other does.
    assert!(!is_signed_in(&Browser::new(app.origin(), Some(&attempt))).await);
    let refused = Socket::open(&app, Some(&format!("session={attempt}")), Some(&app.origin())).await;
    assert_eq!(refused.err(), Some(401));
    let code = phone.code(&app);
    for waiting in [planted_attempt.secret(), ben.token.secret()] {
        let thief = app.visitor();
        thief.add_cookie(&format!("sign_in={waiting}"));
        let answer = thief.call("enter_code", &[("code", &code)]).await;
        assert!(!is_signed_in(&thief).await, "{}", answer.body);
    }
    // The session is another one than all of them, and the attempt is used up.
    let answer = browser.call("enter_code", &[("code", &code)]).await;
    let session = cookie(&answer, "session");
    for before in [planted_session.secret(), planted_attempt.secret(), &attempt] {
        assert_ne!(session, before);
        assert!(!is_signed_in(&Browser::new(app.origin(), Some(before))).await);
    }
    assert!(is_signed_in(&browser).await);
    app.advance(crate::accounts::second_factor::STEP);
    let again = app.visitor();
    again.add_cookie(&format!("sign_in={attempt}"));
    again.call("enter_code", &[("code", &phone.code(&app))]).await;
    assert!(!is_signed_in(&again).await, "an attempt opens two sessions");
}

async fn a_session_ends_half_a_year_after_its_person_was_asked(engine: Engine) {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    for _ in 0..8 {
        app.advance(22 * DAY);
        assert!(is_signed_in(&ana).await);
    }
    app.advance(4 * DAY);
    assert!(!is_signed_in(&ana).await, "used without end, it goes on without end");
    // Who is asked in between, and answers, begins anew.
    let ana = ana.another_device(&app).await;
    for _ in 0..5 {
        app.advance(22 * DAY);
        assert!(is_signed_in(&ana).await);
    }
    ana.tell::<String>("confirm", &[("password", PASSWORD)]).await.unwrap();
    for _ in 0..8 {
        app.advance(22 * DAY);
        assert!(is_signed_in(&ana).await);
    }
    app.advance(4 * DAY);
    assert!(!is_signed_in(&ana).await);
}

/// The cookie of before a confirmation is known for a moment; a socket would outlive that.
async fn the_cookie_before_opens_no_socket(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let origin = app.origin();
    let late = Browser::new(origin.clone(), Some(ana.token.secret()));
    app.ws(&ana).await.settled().await;
    let confirmed = ana.call("confirm", &[("password", PASSWORD), ("next", "/")]).await;
    confirmed.result::<String>().unwrap();
    app.advance(Duration::from_secs(29));
    assert!(is_signed_in(&late).await);
    let cookies = late.cookies();
    let open = || Socket::open(&app, Some(&cookies), Some(&origin));
    assert_eq!(open().await.err(), Some(503), "it comes again");
    assert!(app.state.hub.sessions_of(ana.id).is_empty());
    // With the cookie that its browser has by then.
    app.ws(&ana).await.settled().await;
    app.advance(Duration::from_secs(1));
    assert_eq!(open().await.err(), Some(401));
}

async fn everybody_who_is_kept_out_hears_the_same_and_costs_the_same(engine: Engine) {
    let app = TestApp::start(engine).await;
    app.person("ana").password(PASSWORD).create().await;
    app.person("ben").password(PASSWORD).create().await;
    app.person("cleo").create().await;
    // By Google alone, and somebody who is about to go.
    app.execute("UPDATE users SET password_hash = '' WHERE username = 'ben'")
        .await;
    let going = app.person("dora").password(PASSWORD).create().await;
    let asked = going.call("delete_account", &[("username", "dora")]).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    let mut answers = Vec::new();
    for login in ["ana", "ben", "cleo", "dora", "nobody", "deleted:x"] {
        for wrong in [
            "not-the-password",
            "a password that nobody has",
            "\0",
            "$argon2id$v=19$m=19456,t=2,p=1$",
        ] {
            let before = app.state.passwords.checks();
            let answer = log_in(&app.visitor(), login, wrong).await;
            assert_eq!(app.state.passwords.checks(), before + 1, "{login} costs no hash");
            assert_eq!(
                answer.error(),
                AppError::field("login", Problem::WrongCredentials),
                "{login}"
            );
            let headers: Vec<String> = answer
                .headers
                .keys()
                .map(ToString::to_string)
                .filter(|name| name != "x-request-id" && name != "date")
                .collect();
            answers.push((answer.status, answer.body, headers));
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    // The mail with a link is asked for with the same answer, and the same row that waits.
    let visitor = app.visitor();
    let ask = async |email: &str| visitor.call("forgot_password", &[("email", email)]).await;
    let known = ask("ana@secret-mail.example").await;
    for email in [
        "nobody@secret-mail.example",
        "ben@secret-mail.example",
        "dora@secret-mail.example",
    ] {
        let other = ask(email).await;
        assert_eq!(
            (other.status, other.body),
            (known.status, known.body.clone()),
            "{email}"
        );
    }
    // Whose page it is and whose it is not look the same where nobody is.
    let (gone, nobody) = (visitor.get("/people/dora").await, visitor.get("/people/nobody").await);
    assert_eq!((gone.status, nobody.status), (404, 404));
}
