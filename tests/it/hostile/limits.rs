//! Every limit refuses with 429, the wait, and words.

use std::num::NonZeroU32;

use speakle::kernel::error::AppError;
use speakle::realtime::model::IDLE_QUERY;
use speakle::server::limits::Limit;

use super::{World, world};
use crate::harness::{Answer, Browser, Engine, Socket, TestApp, eventually};
use crate::pictures;

const SOURCE: &str = include_str!("../../../src/server/limits.rs");

/// What runs into a limit.
enum Request {
    /// A server function, with a form.
    Call(&'static str, Vec<(&'static str, String)>),
    /// One that reads.
    Fetch(&'static str, Vec<(&'static str, String)>),
    /// The form without JavaScript, of this page.
    Form(&'static str, &'static str, Vec<(&'static str, String)>),
    /// Something else.
    Picture,
    Feed,
    Socket,
}

/// Limit and whose it is; who asks, on which page, for what, with which form.
type Case<'a> = (Limit, &'a str, &'a Browser, &'a str, &'a str, &'a [(&'a str, &'a str)]);

/// For each limit whose it is and what it refuses: by the person, or by the address.
fn table(world: &World) -> Vec<(Limit, &'static str, String, Request)> {
    let person = world.ana.id.to_string();
    let address = "address 127.0.0.1".to_owned();
    let text = str::to_owned;
    let pair = world.pair.id.to_string();
    let message = vec![
        ("conversation", pair.clone()),
        ("client_id", uuid::Uuid::new_v4().to_string()),
        ("text", text("Hello")),
    ];
    // More than trickles back in between.
    let mut long = message.clone();
    long[2].1 = "x".repeat(3_000);
    let registration = ["email", "username", "password", "speaks", "learns", "level"].map(|name| (name, String::new()));
    vec![
        (
            Limit::SignIn,
            "SignIn",
            address.clone(),
            Request::Call("log_in", vec![("login", text("x")), ("password", text("y"))]),
        ),
        (
            Limit::Ceremony,
            "Ceremony",
            address.clone(),
            Request::Call("start_passkey_sign_in", vec![]),
        ),
        (
            Limit::Register,
            "Register",
            address.clone(),
            Request::Call("register", registration.to_vec()),
        ),
        (
            Limit::Mail,
            "Mail",
            text("reset x@example.org"),
            Request::Call("forgot_password", vec![("email", text("x@example.org"))]),
        ),
        (
            Limit::Link,
            "Link",
            address.clone(),
            Request::Call("verify_email", vec![("token", text("x"))]),
        ),
        (
            Limit::Request,
            "Request",
            person.clone(),
            Request::Call("send_request", vec![("to", text("emma")), ("message", text(""))]),
        ),
        (
            Limit::Invitation,
            "Invitation",
            person.clone(),
            Request::Call("start_call", vec![("to", text("ben")), ("message", text(""))]),
        ),
        (
            Limit::Message,
            "Message",
            person.clone(),
            Request::Call("send_message", message.clone()),
        ),
        (Limit::Text, "Text", person.clone(), Request::Call("send_message", long)),
        (
            Limit::Reading,
            "Reading",
            person.clone(),
            Request::Call("mark_messages_read", vec![("conversation", pair), ("up_to", text("1"))]),
        ),
        (
            Limit::Change,
            "Change",
            person.clone(),
            Request::Call("set_availability", vec![("availability", text("busy"))]),
        ),
        (Limit::Picture, "Picture", person.clone(), Request::Picture),
        (
            Limit::Archive,
            "Archive",
            person.clone(),
            Request::Call("ask_for_data", vec![]),
        ),
        (
            Limit::Form,
            "Form",
            address,
            Request::Form("/login", "log_in", vec![("login", text("")), ("password", text(""))]),
        ),
        (Limit::Feed, "Feed", "address 127.0.0.1".to_owned(), Request::Feed),
        (Limit::Socket, "Socket", person.clone(), Request::Socket),
        (
            Limit::Relay,
            "Relay",
            person.clone(),
            Request::Fetch("fresh_ice", vec![("room", world.pair.room.to_string())]),
        ),
        (Limit::Tab, "Tab", person, Request::Fetch("ringing", vec![])),
    ]
}

/// Uses up what there is at this moment, in pieces of every size.
fn drain(app: &TestApp, limit: Limit, key: &str) {
    for pieces in [1_000, 100, 1] {
        let pieces = NonZeroU32::new(pieces).unwrap();
        while app.state.limits.check_many(limit, key, pieces).is_ok() {}
    }
}

fn borrowed<'a>(form: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    form.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Makes the request; a socket is opened by itself.
async fn made(world: &World, request: &Request) -> Option<Answer> {
    match request {
        Request::Call(function, form) => Some(world.ana.call(function, &borrowed(form)).await),
        Request::Fetch(function, form) => Some(world.ana.fetch(function, &borrowed(form)).await),
        Request::Form(page, function, form) => Some(world.ana.submit(page, function, &borrowed(form)).await),
        Request::Picture => Some(pictures::try_save(&world.ana, pictures::png()).await),
        Request::Feed => Some(world.app.visitor().get("/calendar/x.ics").await),
        Request::Socket => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_limit_refuses_with_the_wait_and_in_words() {
    let app = TestApp::wishes(Engine::Sqlite)
        .without_background()
        .option("--rate-limit", "on")
        .option("--turn-urls", "turn:127.0.0.1:3478")
        .option("--turn-secret", "quiet-harbour")
        .start()
        .await;
    let mut world = world(app).await;
    // A host that has a name, by which browsers find passkeys.
    let port = world.app.addr.port();
    world.ana.browser = world.ana.browser.at(format!("http://localhost:{port}"));
    let world = &world;
    let app = &world.app;
    let table = table(world);
    let variants = SOURCE
        .split("pub enum Limit {")
        .nth(1)
        .unwrap()
        .split("\n}")
        .next()
        .unwrap();
    let variants: Vec<&str> = variants
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("///") && !line.is_empty())
        .map(|line| line.trim_end_matches(','))
        .collect();
    assert!(variants.len() > 12, "{variants:?}");
    for variant in &variants {
        assert!(
            table.iter().any(|(_, name, ..)| name == variant),
            "nothing runs into {variant} here"
        );
    }
    assert_eq!(table.len(), variants.len());
    let _socket = app.ws(&world.ben).await;
    for (limit, name, key, request) in &table {
        // What trickles back in between is gone with the next drain.
        eventually(&format!("{name} refuses"), || async {
            drain(app, *limit, key);
            if matches!(request, Request::Socket) {
                let path = format!("/ws?{IDLE_QUERY}");
                let refused = Socket::open_at(
                    app,
                    &path,
                    Some(&format!("session={}", world.ana.token.secret())),
                    Some(&app.origin()),
                )
                .await;
                return (refused.err() == Some(429)).then_some(());
            }
            let answer = made(world, request).await.unwrap();
            if answer.status != 429 {
                assert!(answer.status < 500, "{name}: {} {}", answer.status, answer.body);
                return None;
            }
            let wait: u32 = answer.header("retry-after").expect("no wait").parse().unwrap();
            assert_eq!(answer.error(), AppError::Limited { seconds: wait }, "{name}");
            assert!(wait >= 1, "{name}");
            Some(())
        })
        .await;
    }
}

/// On the page, in both languages, beside the form that was sent without JavaScript.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_is_said_on_the_page() {
    let app = TestApp::wishes(Engine::Sqlite)
        .without_background()
        .option("--rate-limit", "on")
        .start()
        .await;
    let world = world(app).await;
    let app = &world.app;
    let person = world.ana.id.to_string();
    let address = "address 127.0.0.1";
    for (language, words) in [("en", "That was a little too often."), ("es", "demasiado")] {
        let browser = app.visitor();
        let ana = &world.ana;
        for browser in [&browser, &ana.browser] {
            let form = [("language", language), ("next", "/")];
            browser.call("set_language", &form).await;
        }
        let cases: [Case<'_>; 5] = [
            (
                Limit::SignIn,
                address,
                &browser,
                "/login",
                "log_in",
                &[("login", "x"), ("password", "y")],
            ),
            (
                Limit::Link,
                address,
                &browser,
                "/forgot-password",
                "forgot_password",
                &[("email", "x@example.org")],
            ),
            (
                Limit::Link,
                address,
                &browser,
                "/verify-email?token=x",
                "verify_email",
                &[("token", "x")],
            ),
            (
                Limit::Change,
                &person,
                &ana.browser,
                "/settings/appearance",
                "set_appearance",
                &[("language", "en"), ("theme", "dark")],
            ),
            (
                Limit::Change,
                &person,
                &ana.browser,
                "/settings/status",
                "set_status",
                &[("message", "x"), ("span", "today")],
            ),
        ];
        for (limit, key, browser, page, function, form) in cases {
            let body = eventually("the limit", || async {
                drain(app, limit, key);
                let answer = browser.submit(page, function, form).await;
                assert_eq!(answer.status, 303, "{page}: {}", answer.body);
                let body = browser.follow(&answer).await.body;
                body.contains(words).then_some(body)
            })
            .await;
            assert!(body.contains(r#"role="alert""#), "{page} does not say it aloud");
        }
    }
}
