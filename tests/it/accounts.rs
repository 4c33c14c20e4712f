//! Accounts: registration, sign-in, sessions, limits.

use std::time::Duration;

use speakle::kernel::error::{AppError, FieldProblem, PasswordHint, Problem};
use speakle::profiles::model::Profile;
use speakle::server::tokens::Token;

use crate::harness::{Answer, Browser, Engine, TestApp, eventually};

both_engines!(
    registering_signs_in_at_once,
    a_plain_registration_does_the_same,
    secrets_are_kept_as_hashes_only,
    behind_https_the_cookie_is_bound_to_this_host,
    names_and_addresses_are_taken_without_regard_to_case,
    one_of_many_simultaneous_registrations_gets_the_name,
    every_problem_is_told_at_once,
    logging_in_takes_either_name_in_any_case,
    an_unknown_person_costs_and_hears_the_same_as_a_wrong_password,
    next_never_leaves_the_site,
    a_cookie_from_elsewhere_is_never_adopted,
    a_session_lasts_as_long_as_it_is_used,
    logging_out_is_a_post_and_ends_this_session_alone,
    logging_out_closes_the_sockets_of_the_session,
    an_expired_session_closes_its_sockets_at_the_next_upgrade,
    the_time_zone_of_the_first_visit_is_kept,
);

pub const PASSWORD: &str = "tr4nquil-otter-stamps";

async fn register(browser: &Browser, username: &str, email: &str, password: &str) -> Answer {
    let form = [
        ("email", email),
        ("username", username),
        ("password", password),
        ("speaks", "es"),
        ("learns", "en"),
        ("level", "B1"),
    ];
    browser.call("register", &form).await
}

async fn log_in(browser: &Browser, login: &str, password: &str) -> Answer {
    browser
        .call("log_in", &[("login", login), ("password", password)])
        .await
}

async fn is_signed_in(browser: &Browser) -> bool {
    match browser.ask::<Profile>("own_profile", &[]).await {
        Ok(_) => true,
        Err(AppError::SignedOut) => false,
        Err(error) => panic!("{error}"),
    }
}

fn problems(answer: &Answer) -> Vec<(String, Problem)> {
    assert_eq!(answer.status, 422, "{}", answer.body);
    let AppError::Invalid(problems) = answer.error() else {
        panic!("{}", answer.body)
    };
    problems
        .into_iter()
        .map(|FieldProblem { field, problem }| (field, problem))
        .collect()
}

fn problem(field: &str, problem: Problem) -> (String, Problem) {
    (field.to_owned(), problem)
}

/// The token in the session cookie that an answer sets.
fn token_in(answer: &Answer) -> String {
    let cookie = answer
        .set_cookie("session")
        .unwrap_or_else(|| panic!("no session in {answer:?}"));
    cookie
        .trim_start_matches("session=")
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

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
    ] {
        let before = app.state.passwords.checks();
        let answer = log_in(&app.visitor(), login, password).await;
        assert_eq!(app.state.passwords.checks(), before + 1, "{login} cost no hash");
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
    // The next sign-in of anybody clears it away.
    app.person("ben").password(PASSWORD).create().await;
    log_in(&app.visitor(), "ben", PASSWORD)
        .await
        .result::<String>()
        .unwrap();
    assert_eq!(
        app.number("SELECT COUNT(*) FROM session s JOIN users u ON u.id = s.user_id WHERE u.username = 'ana'")
            .await,
        0
    );
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
