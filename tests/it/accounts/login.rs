//! Signing in.

use speakle::kernel::error::{AppError, Problem};

use super::{PASSWORD, is_signed_in, log_in, problem, problems};
use crate::harness::{Browser, Engine, TestApp, eventually};

both_engines!(
    logging_in_takes_either_name_in_any_case,
    an_unknown_person_costs_and_hears_the_same_as_a_wrong_password,
    a_new_sign_in_takes_the_place_of_the_one_before,
    next_never_leaves_the_site,
);

async fn logging_in_takes_either_name_in_any_case(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("Ana").password(PASSWORD).create().await;
    for login in ["Ana", "ana", " ANA ", &ana.email, &ana.email.to_uppercase()] {
        let browser = app.visitor();
        assert_eq!(
            log_in(&browser, login, PASSWORD).await.result::<String>(),
            Ok("/".to_owned()),
            "{login}"
        );
        assert!(is_signed_in(&browser).await, "{login}");
    }
    let browser = app.visitor();
    let form = [("login", "ana"), ("password", PASSWORD), ("next", "/settings/profile")];
    let answer = browser
        .submit("/login?next=%2Fsettings%2Fprofile", "log_in", &form)
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/profile"));
    assert!(is_signed_in(&browser).await);
    let nothing = problems(&log_in(&app.visitor(), "", "").await);
    assert_eq!(
        nothing,
        [
            problem("login", Problem::Required),
            problem("password", Problem::Required)
        ]
    );
}

async fn an_unknown_person_costs_and_hears_the_same_as_a_wrong_password(engine: Engine) {
    let app = TestApp::start(engine).await;
    app.person("ana").password(PASSWORD).create().await;
    let mut answers = Vec::new();
    for (login, password) in [
        ("ana", "not the password"),
        ("nobody", "not the password"),
        ("' OR 1=1 --", PASSWORD),
        // Longer than any name or address.
        (&"a".repeat(300), PASSWORD),
        (&"ñ ".repeat(5_000), PASSWORD),
    ] {
        let before = app.state.passwords.checks();
        let answer = log_in(&app.visitor(), login, password).await;
        assert_eq!(app.state.passwords.checks(), before + 1, "{login:.40} cost no hash");
        assert_eq!(
            problems(&answer),
            [problem("login", Problem::WrongCredentials)],
            "{login}"
        );
        assert!(answer.set_cookie("session").is_none());
        answers.push(answer.body);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

async fn a_new_sign_in_takes_the_place_of_the_one_before(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    app.person("ben").password(PASSWORD).create().await;
    let (mut tab, phone) = (app.ws(&ana).await, ana.another_device(&app).await);
    assert_eq!(log_in(&ana, "ben", "not the password").await.status, 422);
    assert!(is_signed_in(&ana).await, "a failure signs out");
    tab.settled().await;
    log_in(&ana, "ben", PASSWORD).await.result::<String>().unwrap();
    assert_eq!(tab.closed().await, Some(4001));
    assert!(!is_signed_in(&Browser::new(app.origin(), Some(ana.token.secret()))).await);
    assert!(is_signed_in(&phone).await, "the phone was signed out too");
    assert_eq!(
        app.number("SELECT COUNT(*) FROM session WHERE user_agent <> 'test'")
            .await,
        1
    );
}

async fn next_never_leaves_the_site(engine: Engine) {
    let app = TestApp::start(engine).await;
    app.person("ana").password(PASSWORD).create().await;
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "evil",
        "",
    ] {
        let form = [("login", "ana"), ("password", PASSWORD), ("next", next)];
        assert_eq!(
            app.visitor().tell::<String>("log_in", &form).await,
            Ok("/".to_owned()),
            "{next:?}"
        );
        let answer = app.visitor().submit("/login", "log_in", &form).await;
        assert_eq!((answer.status, answer.location()), (303, "/"), "{next:?}");
        let form = [("language", "es"), ("next", next)];
        assert_eq!(
            app.visitor().submit("/", "set_language", &form).await.location(),
            "/",
            "{next:?}"
        );
    }
}

#[tokio::test]
async fn a_full_queue_of_hashes_says_come_back_later() {
    let app = TestApp::start(Engine::Sqlite).await;
    let passwords = app.state.passwords.clone();
    let flood = tokio::spawn(async move {
        loop {
            futures::future::join_all((0..40).map(|_| passwords.verify("x".to_owned(), None))).await;
        }
    });
    let (app, browser) = (&app, app.visitor());
    let answer = eventually("a full queue", || async {
        let answer = log_in(&browser, "ana", PASSWORD).await;
        (answer.status == 503).then_some(answer)
    })
    .await;
    flood.abort();
    assert_eq!(answer.header("retry-after"), Some("2"));
    assert_eq!(answer.error(), AppError::Busy { seconds: 2 });
    eventually("room again", || async {
        (log_in(&app.visitor(), "ana", PASSWORD).await.status == 422).then_some(())
    })
    .await;
}
