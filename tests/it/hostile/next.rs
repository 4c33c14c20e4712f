//! Where people are sent: never off this site, whoever says so and however.

use reqwest::Method;
use speakle::kernel::paging::Page;
use speakle::notifications::model::Notification;
use tokio::task::block_in_place;

use super::functions::functions;
use super::{PASSWORD, form_to, world};
use crate::accounts::second_factor::turned_on;
use crate::harness::browser::send;
use crate::harness::oidc::Google;
use crate::harness::{Answer, Browser, Engine, TestApp};

both_engines!(
    no_page_leads_off_the_site,
    no_server_function_leads_off_the_site,
    no_header_leads_off_the_site,
);

/// What a browser could read as another site, or as more than an address.
const ELSEWHERE: [&str; 26] = [
    "https://evil.example/",
    "https:evil.example",
    "http:/evil.example",
    "HTTPS:\\\\evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example//",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\r\n//evil.example",
    " //evil.example",
    "\u{a0}//evil.example",
    "\u{2028}//evil.example",
    "/\u{2f}evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "@evil.example",
    ".evil.example",
    "evil.example",
    "/x\r\nLocation: https://evil.example/",
    "/\0evil.example",
    "/é\u{202e}evil.example",
];

/// What stays here, though it looks odd.
const HERE: [&str; 4] = [
    "/%5cevil.example",
    "/%2f%2fevil.example",
    "/.//evil.example",
    "/people/ana?x=//evil.example",
];

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Whether a browser that is here and reads `target` stays here.
fn stays(target: &str) -> bool {
    let here: reqwest::Url = "https://speakle.example/settings/account".parse().unwrap();
    // As browsers do, without tabs and line breaks (WHATWG URL, §4.4).
    here.join(target).is_ok_and(|url| url.origin() == here.origin())
}

fn assert_stays(answer: &Answer, what: &str) {
    assert!(answer.status < 500, "{what}: {}", answer.status);
    if let Some(target) = answer.header("location") {
        assert!(stays(target), "{what} leads to {target}");
    }
    assert!(!answer.headers.contains_key("refresh"), "{what}");
    let is_page = answer
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("text/html"));
    if !is_page {
        return;
    }
    for name in ["href", "action", "formaction", "src"] {
        for target in answer.body.split(&format!(" {name}=\"")).skip(1) {
            let target = target.split('"').next().unwrap_or_default().replace("&amp;", "&");
            assert!(stays(&target), "{what} holds {name}={target}");
        }
    }
}

#[test]
fn these_tests_know_what_leads_off_a_site() {
    for target in ["/", "/a//b", "/%5cevil", "?x=//y", "#z", ""].into_iter().chain(HERE) {
        assert!(stays(target), "{target}");
    }
    for target in [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https:evil.example/",
        "javascript:x",
    ] {
        // Without its two slashes it is read as a path of the same scheme.
        assert!(!stays(target) || target == "https:evil.example/", "{target:?}");
    }
}

async fn no_page_leads_off_the_site(engine: Engine) {
    let app = TestApp::start(engine).await;
    let world = world(app).await;
    let visitor = world.app.visitor();
    for address in world.addresses() {
        for next in ELSEWHERE.into_iter().chain(HERE) {
            // The pages of a call and of lists do not ask; two are enough to see that they do not begin to.
            let asks = ["/login", "/register", "/confirm", "/link-google"]
                .iter()
                .any(|page| address.starts_with(page));
            if !asks && next != "//evil.example" && next != "/\\evil.example" {
                continue;
            }
            let path = format!("{address}?next={}", encoded(next));
            for browser in [&visitor, &world.ana.browser] {
                assert_stays(&browser.get(&path).await, &path);
            }
        }
    }
    // What is put into the address itself comes back in no link that leads away.
    for path in [
        "//evil.example/",
        "/%2fevil.example",
        "/settings//evil.example",
        "/call//evil.example",
        "/\\evil.example",
    ] {
        for browser in [&visitor, &world.ana.browser] {
            let url = format!("{}{path}", world.app.origin());
            let Ok(url) = url.parse::<reqwest::Url>() else { continue };
            if url.origin().ascii_serialization() == world.app.origin() {
                assert_stays(&browser.get(path).await, path);
            }
        }
    }
}

async fn log_in(browser: &Browser, login: &str, next: &str) -> Answer {
    let form = [("login", login), ("password", PASSWORD), ("next", next)];
    browser.call("log_in", &form).await
}

/// Where a server function says that the page goes, and where a plain form is sent.
fn leads_to(answer: &Answer, plain: &Answer, what: &str) {
    let target: String = answer.result().unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(stays(&target) && target.starts_with('/'), "{what} leads to {target:?}");
    assert_eq!(plain.status, 303, "{what}: {plain:?}");
    assert_stays(plain, what);
}

async fn no_server_function_leads_off_the_site(engine: Engine) {
    // Registering is tried in pages/addresses.rs, and where Google leads in the end in accounts/identities/entering.rs; those of passkeys and
    // of the link to confirm end in the functions that these end in, and are tried beside them.
    let known = [
        "log_in",
        "set_language",
        "how_to_confirm",
        "confirm",
        "send_confirm_link",
        "enter_code",
        "register",
        "start_google",
        "passkey_sign_in",
        "passkey_confirm",
        "mark_notification_read",
    ];
    for function in functions().iter().filter(|function| function.takes("next")) {
        assert!(
            known.contains(&function.endpoint.as_str()),
            "{} takes a `next` that no test looks at",
            function.endpoint
        );
    }
    let google = block_in_place(Google::start);
    let app = google.wishes(engine).manual_clock().without_background().start().await;
    app.person("ana").password(PASSWORD).create().await;
    let ben = app.person("ben").password(PASSWORD).create().await;
    let (phone, _) = turned_on(&app, &ben).await;
    // Somebody asks ben, which he is told of.
    let dora = app.person("dora").speaks("en").learns("es", "B1").create().await;
    let request = [("to", "ben"), ("message", "")];
    dora.tell::<()>("send_request", &request).await.unwrap();
    let lines: Page<Notification> = ben.ask("notifications", &[]).await.unwrap();
    let line = lines.items[0].id.to_string();
    for next in ELSEWHERE.into_iter().chain(HERE) {
        let browser = app.visitor();
        let form = [("login", "ana"), ("password", PASSWORD), ("next", next)];
        let answer = log_in(&browser, "ana", next).await;
        leads_to(
            &answer,
            &app.visitor().submit("/login", "log_in", &form).await,
            "log_in",
        );

        let (tab, form) = (app.visitor(), [("purpose", "sign_in"), ("next", next)]);
        leads_to(
            &tab.call("start_google", &form).await,
            &tab.submit("/login", "start_google", &form).await,
            "start_google",
        );

        let form = [("language", "es"), ("next", next)];
        let answer = browser.call("set_language", &form).await;
        leads_to(
            &answer,
            &browser.submit("/", "set_language", &form).await,
            "set_language",
        );

        let confirming = browser.fetch("how_to_confirm", &[("next", next)]).await;
        let go_on = serde_json::from_str::<serde_json::Value>(&confirming.body).unwrap();
        let go_on = go_on["go_on"].as_str().unwrap_or("/");
        assert!(
            stays(go_on) && go_on.starts_with('/'),
            "how_to_confirm leads to {go_on:?}"
        );

        let form = [("password", PASSWORD), ("next", next)];
        let answer = browser.call("confirm", &form).await;
        leads_to(&answer, &browser.submit("/confirm", "confirm", &form).await, "confirm");

        let form = [("id", line.as_str()), ("next", next)];
        let plain = ben.submit("/notifications", "mark_notification_read", &form).await;
        assert_eq!(plain.status, 303, "{plain:?}");
        assert_stays(&plain, "mark_notification_read");

        let (one, other) = (app.visitor(), app.visitor());
        for browser in [&one, &other] {
            let target: String = log_in(browser, "ben", next).await.result().unwrap();
            assert!(stays(&target) && target.starts_with("/login/code"), "{target:?}");
        }
        let code = phone.code(&app);
        let answer = one.call("enter_code", &[("code", &code), ("next", next)]).await;
        app.advance(crate::accounts::second_factor::STEP);
        let code = phone.code(&app);
        let plain = other
            .submit("/login/code", "enter_code", &[("code", &code), ("next", next)])
            .await;
        leads_to(&answer, &plain, "enter_code");
        app.advance(crate::accounts::second_factor::STEP);
    }
    // What is kept until somebody comes back.
    let kept = app.texts("SELECT next FROM oidc_attempt WHERE next IS NOT NULL").await;
    assert!(kept.len() >= HERE.len(), "{kept:?}");
    for next in kept {
        assert!(stays(&next), "{next}");
    }
}

async fn no_header_leads_off_the_site(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    for referer in [
        "https://evil.example/login",
        "//evil.example/",
        "javascript:alert(1)",
        &format!("{}.evil.example/", app.origin()),
        &format!("{}@evil.example/", app.origin()),
        &format!("{}//evil.example/", app.origin()),
        &format!("{}/\\evil.example/", app.origin()),
    ] {
        for (function, body) in [
            ("set_appearance", "language=xx&theme=x"),
            ("log_in", "login=&password="),
        ] {
            let request = form_to(&ana, function)
                .header("accept", "text/html")
                .header("referer", referer)
                .header("content-type", "application/x-www-form-urlencoded");
            let answer = send(request.body(body)).await;
            assert_stays(&answer, referer);
        }
    }
    for name in [
        "x-original-url",
        "x-rewrite-url",
        "x-forwarded-prefix",
        "x-forwarded-proto",
    ] {
        let request = app
            .visitor()
            .bare(Method::GET, "/requests")
            .header(name, "//evil.example/");
        let answer = send(request.header("accept", "text/html")).await;
        assert_eq!(answer.location(), "/login?next=%2Frequests", "{name}");
    }
}
