//! Requests that claim another host than ours: no mail and no answer believes them.

use reqwest::RequestBuilder;
use tokio::task::block_in_place;

use super::{PASSWORD, form_to};
use crate::harness::browser::send;
use crate::harness::mail_sink::MailSink;
use crate::harness::{Answer, Browser, Engine, TestApp};

both_engines!(no_mail_leads_where_a_request_says);

const OURS: &str = "https://speakle.example";

/// Every way in which a request can name a host, or where it comes from.
const CLAIMS: [(&str, &str); 9] = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-server", "evil.example"),
    ("x-host", "evil.example"),
    ("x-original-host", "evil.example"),
    ("forwarded", "for=127.0.0.1;host=evil.example;proto=http"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-port", "4711"),
    ("x-forwarded-prefix", "//evil.example"),
];

fn claiming(browser: &Browser, function: &str, session: Option<&str>) -> RequestBuilder {
    let mut request = form_to(browser, function).header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in CLAIMS {
        request = request.header(name, value);
    }
    request = request.header("referer", "https://evil.example/");
    match session {
        Some(token) => request.header("cookie", format!("__Host-session={token}")),
        None => request,
    }
}

async fn told(browser: &Browser, function: &str, session: Option<&str>, form: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let answer = send(claiming(browser, function, session).body(body)).await;
    assert_eq!(answer.status, 200, "{function}: {}", answer.body);
    assert!(!format!("{answer:?}").contains("evil"), "{function}: {answer:?}");
    answer
}

async fn no_mail_leads_where_a_request_says(engine: Engine) {
    let sink = block_in_place(MailSink::start);
    let wishes = TestApp::wishes(engine).manual_clock().without_background();
    let wishes = wishes.option("--smtp-url", &sink.url()).option("--public-url", OURS);
    let app = wishes.option("--trusted-proxies", "127.0.0.1").start().await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let (visitor, token) = (app.visitor(), Some(ana.token.secret()));
    let registration = [
        ("email", "zoe@secret-mail.example"),
        ("username", "zoe"),
        ("password", PASSWORD),
        ("speaks", "es"),
        ("learns", "en"),
        ("level", "B1"),
    ];
    told(&visitor, "register", None, &registration).await;
    told(&visitor, "forgot_password", None, &[("email", &ana.email)]).await;
    app.execute("UPDATE users SET email_verified_at = NULL").await;
    told(&visitor, "send_verification", token, &[]).await;
    told(&visitor, "change_email", token, &[("email", "new@secret-mail.example")]).await;
    // The last, as nobody does anything after it.
    told(&visitor, "delete_account", token, &[("username", "ana")]).await;
    // What is done makes other things due.
    while app.server.jobs().run_due().await.unwrap() > 0 {}
    let mails = sink.came();
    let mut links = 0;
    for mail in &mails {
        let read = mail.read();
        for text in [&mail.raw, &read.text, &read.html] {
            assert!(!text.contains("evil") && !text.contains("4711"), "{text}");
        }
        for text in [&read.text, &read.html] {
            for (at, _) in text.match_indices("http") {
                assert!(text[at..].starts_with(OURS), "{:.80}", &text[at..]);
                links += 1;
            }
        }
    }
    assert!(mails.len() >= 5 && links >= 10, "{} mails, {links} links", mails.len());
}
