//! What a password may be, and what pages do with it.

use super::{PASSWORD, world};
use crate::harness::{Browser, Engine, TestApp};

both_engines!(
    a_password_is_what_was_typed_to_the_letter,
    pages_leave_passwords_to_the_browsers_keeper,
    every_page_of_a_member_has_the_way_out,
    a_new_installation_knows_nobody,
);

async fn register(browser: &Browser, username: &str, password: &str) -> u16 {
    let email = format!("{username}@example.org");
    let form = [
        ("email", email.as_str()),
        ("username", username),
        ("password", password),
        ("speaks", "es"),
        ("learns", "en"),
        ("level", "B1"),
    ];
    browser.call("register", &form).await.status
}

async fn log_in(app: &TestApp, username: &str, password: &str) -> u16 {
    let form = [("login", username), ("password", password)];
    app.visitor().call("log_in", &form).await.status
}

async fn a_password_is_what_was_typed_to_the_letter(engine: Engine) {
    let app = TestApp::start(engine).await;
    let long: String = ('a'..='z').chain('0'..='9').cycle().step_by(7).take(200).collect();
    for (n, password) in [
        // Small letters alone, digits alone, another script, spaces at both ends, signs that mean something elsewhere.
        "harbour kettle velvet quarry",
        "907351846220571394",
        "теплый-фонарь-гавань",
        "  velvet Quarry lantern  ",
        "'; DROP TABLE users; -- <b>%00 &amp;",
        &long,
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("person_{n}");
        assert_eq!(register(&app.visitor(), &name, password).await, 200, "{password:?}");
        assert_eq!(log_in(&app, &name, password).await, 200, "{password:?}");
        let shorter: String = password.chars().take(password.chars().count() - 1).collect();
        let others = [
            shorter,
            format!("{password} "),
            format!(" {password}"),
            format!("{password}\0"),
            password.to_uppercase(),
            password.trim().to_owned(),
            password.replace('&', "&amp;"),
        ];
        for other in others.iter().filter(|other| *other != password) {
            assert_eq!(
                log_in(&app, &name, other).await,
                422,
                "{other:?} is taken for {password:?}"
            );
        }
    }
}

async fn pages_leave_passwords_to_the_browsers_keeper(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let visitor = app.visitor();
    let mut fields = 0;
    for (browser, path) in [
        (&visitor, "/login"),
        (&visitor, "/register"),
        (&visitor, "/reset-password?token=x"),
        (&ana.browser, "/settings/account"),
    ] {
        let page = browser.get(path).await.body;
        assert!(!page.contains("onpaste"), "{path}");
        for tag in page
            .split("<input")
            .skip(1)
            .map(|rest| rest.split('>').next().unwrap_or_default())
        {
            if !tag.contains("password\"") {
                continue;
            }
            fields += 1;
            assert!(tag.contains(r#"type="password""#), "{path}: {tag}");
            let kept = ["current-password", "new-password"]
                .iter()
                .any(|kind| tag.contains(&format!("autocomplete=\"{kind}\"")));
            assert!(kept, "{path}: {tag}");
            for hindrance in ["maxlength", "readonly", "disabled"] {
                assert!(!tag.contains(hindrance), "{path}: {tag}");
            }
        }
    }
    assert!(fields >= 4, "only {fields} fields");
}

async fn every_page_of_a_member_has_the_way_out(engine: Engine) {
    let world = world(TestApp::start(engine).await).await;
    let mut pages = 0;
    for address in world.addresses() {
        let page = world.ana.get(&address).await;
        if page.status == 200 {
            assert!(
                page.body.contains(r#"action="/api/log_out""#),
                "{address} has no way to sign out"
            );
            pages += 1;
        }
    }
    assert!(pages > 20, "only {pages} pages");
}

async fn a_new_installation_knows_nobody(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    app.clean_up().await;
    for table in [
        "SELECT COUNT(*) FROM users",
        "SELECT COUNT(*) FROM session",
        "SELECT COUNT(*) FROM user_role",
    ] {
        assert_eq!(app.number(table).await, 0, "{table}");
    }
    for name in ["admin", "Administrator", "root", "support", "speakle"] {
        assert_eq!(register(&app.visitor(), name, PASSWORD).await, 422, "{name}");
        for password in ["", "admin", "password", "speakle-demo"] {
            assert_eq!(log_in(&app, name, password).await, 422, "{name}");
        }
    }
}
