//! By which addresses there are passkeys.

use reqwest::Method;
use speakle::accounts::passkeys::model::Challenge;
use speakle::kernel::error::Refusal;

use super::{json, origin, refused, stranger};
use crate::harness::browser::send;
use crate::harness::{Engine, TestApp};

both_engines!(
    numbers_are_no_name,
    the_public_address_counts_whatever_the_request_says,
    plain_http_elsewhere_has_none,
);

const ASKING: [(&str, &[(&str, &str)]); 3] = [
    ("start_passkey", &[("name", "Laptop")]),
    ("start_passkey_sign_in", &[]),
    ("start_passkey_confirm", &[]),
];

async fn numbers_are_no_name(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    for (function, form) in ASKING {
        let answer = ana.call(function, form).await;
        assert_eq!(
            (answer.status, answer.result::<()>()),
            (409, refused(Refusal::PasskeysNotHere))
        );
        assert!(answer.set_cookie("passkey").is_none());
    }
    let page = ana.get("/settings/account").await.body;
    let there = origin(&app);
    assert!(
        page.contains(&format!("Passkeys need a name, e.g. {there}")),
        "the page does not say it"
    );
    assert!(!page.contains("Add passkey"), "the page offers it all the same");
    let login = app.visitor().get("/login").await.body;
    assert!(
        !login.contains("Log in with a passkey"),
        "the page offers it all the same"
    );
    // By its name it has them.
    let by_name = ana.browser.at(there);
    let page = by_name.get("/settings/account").await.body;
    assert!(
        page.contains("Add passkey") && !page.contains("Passkeys need"),
        "{page}"
    );
    assert!(
        page.contains("Adding a passkey needs JavaScript"),
        "without scripts nobody knows"
    );
    let login = stranger(&app).get("/login").await.body;
    assert!(login.contains("Log in with a passkey"), "the page does not offer it");
    assert!(login.contains(r#"autocomplete="username webauthn""#), "{login}");
}

async fn the_public_address_counts_whatever_the_request_says(engine: Engine) {
    let app = TestApp::wishes(engine)
        .option("--public-url", "https://Speakle.example")
        .start()
        .await;
    for host in ["speakle.example", "evil.example", "localhost", "127.0.0.1"] {
        let request = app
            .visitor()
            .bare(Method::POST, "/api/start_passkey_sign_in")
            .header("host", host)
            .header("origin", "https://speakle.example")
            .header("accept", "application/json");
        let answer = send(request.header("content-type", "application/x-www-form-urlencoded")).await;
        let challenge: Challenge = answer.result().unwrap();
        assert_eq!(json(&challenge.options)["rpId"], "speakle.example", "{host}");
        assert!(answer.set_cookie("__Host-passkey").unwrap().contains("Secure"));
    }
}

async fn plain_http_elsewhere_has_none(engine: Engine) {
    let app = TestApp::wishes(engine)
        .option("--public-url", "http://speakle.example")
        .start()
        .await;
    let request = app
        .visitor()
        .bare(Method::POST, "/api/start_passkey_sign_in")
        .header("origin", "http://speakle.example")
        .header("accept", "application/json");
    let answer = send(request.header("content-type", "application/x-www-form-urlencoded")).await;
    assert_eq!(
        (answer.status, answer.result::<()>()),
        (409, refused(Refusal::PasskeysNotHere))
    );
    let ana = app.person("ana").create().await;
    let page = ana.get("/settings/account").await.body;
    assert!(
        page.contains("Passkeys need a secure connection"),
        "the page does not say it"
    );
}
