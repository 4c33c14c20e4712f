//! From the form to an account: what is taken, what is kept, what is told.

use speakle::kernel::error::{PasswordHint, Problem};
use speakle::profiles::model::Profile;
use speakle::server::tokens::Token;

use super::{PASSWORD, is_signed_in, problem, problems, register, token_in};
use crate::harness::{Answer, Browser, Engine, TestApp};

both_engines!(
    registering_signs_in_at_once,
    a_plain_registration_does_the_same,
    registering_while_signed_in_ends_the_session_before,
    secrets_are_kept_as_hashes_only,
    behind_https_the_cookie_is_bound_to_this_host,
    names_and_addresses_are_taken_without_regard_to_case,
    one_of_many_simultaneous_registrations_gets_the_name,
    every_problem_is_told_at_once,
    the_time_zone_of_the_first_visit_is_kept,
);

async fn registering_signs_in_at_once(engine: Engine) {
    let app = TestApp::start(engine).await;
    let browser = app.visitor();
    assert!(!is_signed_in(&browser).await);
    let answer = register(&browser, "Ana_C", "Ana@example.org", PASSWORD).await;
    assert_eq!(answer.result::<String>(), Ok("/partners/find".to_owned()));
    let cookie = answer.set_cookie("session").unwrap();
    assert!(
        cookie.ends_with("; Path=/; Max-Age=2592000; SameSite=Lax; HttpOnly"),
        "{cookie}"
    );
    let profile: Profile = browser.ask("own_profile", &[]).await.unwrap();
    let languages: Vec<_> = profile
        .languages
        .iter()
        .map(|l| (l.language.code(), l.role.name(), l.level_name()))
        .collect();
    assert_eq!(languages, [("es", "native", None), ("en", "learning", Some("B1"))]);
    assert_eq!(app.texts("SELECT display_name FROM users").await, ["Ana_C"]);
}

async fn a_plain_registration_does_the_same(engine: Engine) {
    let app = TestApp::start(engine).await;
    let browser = app.visitor();
    let form = [
        ("email", "ana@example.org"),
        ("username", "ana"),
        ("password", PASSWORD),
        ("speaks", "es"),
        ("learns", "en"),
        ("level", "B1"),
    ];
    let answer = browser.submit("/register", "register", &form).await;
    assert_eq!((answer.status, answer.location()), (303, "/partners/find"));
    assert!(is_signed_in(&browser).await);
}

async fn registering_while_signed_in_ends_the_session_before(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let (mut tab, phone) = (app.ws(&ana).await, ana.another_device(&app).await);
    assert_eq!(register(&ana, "ana", "zoe@example.org", PASSWORD).await.status, 422);
    assert!(is_signed_in(&ana).await, "a failure signs out");
    tab.settled().await;
    register(&ana, "zoe", "zoe@example.org", PASSWORD)
        .await
        .result::<String>()
        .unwrap();
    assert_eq!(tab.closed().await, Some(4001));
    assert!(!is_signed_in(&Browser::new(app.origin(), Some(ana.token.secret()))).await);
    assert!(is_signed_in(&ana).await, "zoe is not signed in");
    assert!(is_signed_in(&phone).await, "the phone was signed out too");
    // Ana's phone, and Zoe.
    assert_eq!(app.number("SELECT COUNT(*) FROM session").await, 2);
}

async fn secrets_are_kept_as_hashes_only(engine: Engine) {
    let app = TestApp::start(engine).await;
    let answer = register(&app.visitor(), "ana", "ana@example.org", PASSWORD).await;
    let token = token_in(&answer);
    let everything = format!("{:?}", app.dump(&[]).await).to_lowercase();
    assert!(everything.contains("ana@example.org"), "the dump holds what is stored");
    assert!(!everything.contains(&token.to_lowercase()), "the token is stored");
    assert!(!everything.contains(PASSWORD), "the password is stored");
    let hex: String = Token::parse(&token)
        .unwrap()
        .hash()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert!(everything.contains(&hex), "the token's hash is not stored");
    let hash = app.texts("SELECT password_hash FROM users").await.remove(0);
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
}

async fn behind_https_the_cookie_is_bound_to_this_host(engine: Engine) {
    let app = TestApp::wishes(engine)
        .option("--public-url", "https://speakle.example")
        .start()
        .await;
    let answer = register(&app.visitor(), "ana", "ana@example.org", PASSWORD).await;
    let cookie = answer.set_cookie("__Host-session").unwrap();
    assert!(
        cookie.ends_with("; Path=/; Max-Age=2592000; SameSite=Lax; HttpOnly; Secure"),
        "{cookie}"
    );
    // The name without the prefix is not taken there.
    let token = cookie.trim_start_matches("__Host-session=").split(';').next().unwrap();
    assert!(!is_signed_in(&Browser::new(app.origin(), Some(token))).await);
}

async fn names_and_addresses_are_taken_without_regard_to_case(engine: Engine) {
    let app = TestApp::start(engine).await;
    app.person("Ana").create().await;
    let before = app.dump(&[]).await;
    for (username, email, expected) in [
        ("aNA", "other@example.org", vec![problem("username", Problem::Taken)]),
        (
            "other",
            "ANA@Secret-Mail.example",
            vec![problem("email", Problem::Taken)],
        ),
        (
            "ana",
            "ana@secret-mail.example",
            vec![problem("username", Problem::Taken), problem("email", Problem::Taken)],
        ),
    ] {
        assert_eq!(
            problems(&register(&app.visitor(), username, email, PASSWORD).await),
            expected,
            "{username} {email}"
        );
    }
    app.assert_unchanged(&before, &[]).await;
}

async fn one_of_many_simultaneous_registrations_gets_the_name(engine: Engine) {
    let app = TestApp::start(engine).await;
    let all = (0..12).map(|n| {
        let browser = app.visitor();
        async move {
            register(
                &browser,
                if n % 2 == 0 { "ana" } else { "ANA" },
                &format!("ana{n}@example.org"),
                PASSWORD,
            )
            .await
        }
    });
    let (made, refused): (Vec<Answer>, Vec<Answer>) = futures::future::join_all(all)
        .await
        .into_iter()
        .partition(|answer| answer.status == 200);
    assert_eq!(made.len(), 1);
    for answer in refused {
        assert_eq!(problems(&answer), [problem("username", Problem::Taken)]);
    }
    for table in [
        "SELECT COUNT(*) FROM users",
        "SELECT COUNT(*) FROM profile",
        "SELECT COUNT(*) FROM session",
    ] {
        assert_eq!(app.number(table).await, 1, "{table}");
    }
}

async fn every_problem_is_told_at_once(engine: Engine) {
    let app = TestApp::start(engine).await;
    let browser = app.visitor();
    let form = [
        ("email", "no address"),
        ("username", "a b"),
        ("password", "password123"),
        ("speaks", "xx"),
        ("learns", ""),
        ("level", "Z9"),
    ];
    let mut told = problems(&browser.call("register", &form).await);
    told.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        told,
        [
            problem("email", Problem::NotAnEmail),
            problem("learns", Problem::Required),
            problem("level", Problem::Unknown),
            problem("password", Problem::Weak(PasswordHint::Common)),
            problem("speaks", Problem::Unknown),
            problem("username", Problem::Characters),
        ]
    );
    // Also what only the database knows comes together with the rest.
    app.person("ana").create().await;
    let form = [
        ("email", "new@example.org"),
        ("username", "ana"),
        ("password", PASSWORD),
        ("speaks", "es"),
        ("learns", "es"),
        ("level", "B1"),
    ];
    assert_eq!(
        problems(&browser.call("register", &form).await),
        [
            problem("username", Problem::Taken),
            problem("learns", Problem::SameLanguage)
        ]
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM users").await, 1);
}

async fn the_time_zone_of_the_first_visit_is_kept(engine: Engine) {
    let app = TestApp::start(engine).await;
    let zones = || app.texts("SELECT COALESCE(time_zone, '') FROM users");
    let browser = app.visitor();
    browser.add_cookie("time_zone=Not%2FAZone");
    register(&browser, "ana", "ana@example.org", PASSWORD)
        .await
        .result::<String>()
        .unwrap();
    assert_eq!(zones().await, [""]);
    browser.add_cookie("time_zone=Asia%2FTokyo");
    browser.get("/").await;
    assert_eq!(zones().await, ["Asia/Tokyo"]);
    // Travelling does not change what is known.
    browser.add_cookie("time_zone=Europe%2FMadrid");
    browser.get("/").await;
    assert_eq!(zones().await, ["Asia/Tokyo"]);
}
