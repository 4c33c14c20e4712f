//! Headers that every answer carries, and the policy of pages.

use std::time::Duration;

use reqwest::Method;
use speakle::server::tokens::Token;

use crate::harness::browser::send;
use crate::harness::{Answer, Browser, Engine, TestApp};

both_engines!(
    every_answer_carries_the_security_headers,
    pages_run_only_our_own_scripts,
    what_is_one_persons_is_kept_by_nobody_in_between,
    a_forged_host_shows_up_nowhere
);

fn nonce(page: &Answer) -> String {
    let policy = page.header("content-security-policy").unwrap();
    policy
        .split("'nonce-")
        .nth(1)
        .unwrap_or_else(|| panic!("no nonce in {policy}"))
        .split('\'')
        .next()
        .unwrap()
        .to_owned()
}

async fn every_answer_carries_the_security_headers(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let mut answers = vec![
        ana.call("set_appearance", &[("language", "xx"), ("theme", "x")]).await,
        app.visitor().get("/requests").await,
    ];
    for path in [
        "/",
        "/login",
        "/nothing-here",
        "/people/nobody",
        "/api/own_profile",
        "/api/nothing",
        "/healthz",
        "/readyz",
        "/pkg/nothing.js",
        "/ws",
    ] {
        answers.push(ana.get(path).await);
    }
    answers.push(send(app.visitor().bare(Method::POST, "/api/log_out")).await);
    for answer in &answers {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{answer:?}");
        }
        let permissions = answer.header("permissions-policy").unwrap();
        for device in ["camera=(self)", "microphone=(self)", "display-capture=(self)"] {
            assert!(permissions.contains(device), "{permissions}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.starts_with("default-src '"),
            "{policy}"
        );
        assert!(answer.header("strict-transport-security").is_none(), "HSTS over http");
        assert_eq!(answer.header("x-request-id").map(str::len), Some(32));
        assert!(answer.header("server").is_none());
    }
    let app = TestApp::wishes(engine)
        .option("--public-url", "https://speakle.example")
        .start()
        .await;
    let page = app.visitor().get("/").await;
    assert!(
        page.header("strict-transport-security")
            .unwrap()
            .starts_with("max-age=31536000; includeSubDomains")
    );
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .contains("connect-src 'self' wss://speakle.example;")
    );
}

async fn pages_run_only_our_own_scripts(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let mut seen = Vec::new();
    for path in ["/", "/login", "/partners/find", "/settings/profile", "/nothing-here"] {
        for browser in [&app.visitor(), &ana.browser] {
            let page = browser.get(path).await;
            if page.status == 303 {
                continue;
            }
            let nonce = nonce(&page);
            assert_eq!(
                page.header("content-security-policy").unwrap(),
                format!(
                    "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
                     img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws://{}; worker-src 'self'; \
                     form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
                    app.addr
                )
            );
            let scripts: Vec<&str> = page
                .body
                .split("<script")
                .skip(1)
                .map(|rest| rest.split('>').next().unwrap())
                .collect();
            assert!(!scripts.is_empty(), "{path} never hydrates");
            for script in scripts {
                assert!(
                    script.contains(&format!(r#"nonce="{nonce}""#)),
                    "{path}: <script{script}>"
                );
            }
            // Neither would run, so either would be a mistake.
            for forbidden in [" style=\"", " onclick=", " onload=", "javascript:"] {
                assert!(!page.body.contains(forbidden), "{path} holds {forbidden}");
            }
            assert_eq!(page.header("cache-control"), Some("private, no-store"), "{path}");
            assert!(!seen.contains(&nonce), "a nonce twice");
            seen.push(nonce);
        }
    }
}

/// A cookie in a shared cache would sign strangers in; so would a cached page show them what is not theirs.
async fn what_is_one_persons_is_kept_by_nobody_in_between(engine: Engine) {
    const PASSWORD: &str = "tr4nquil-otter-stamps";
    const PRIVATE: Option<&str> = Some("private, no-store");
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let site = app.state.leptos.site_root.to_string();
    for (file, content) in [
        ("fonts/inter.woff2", "wOF2"),
        ("sounds/ringtone.wav", "RIFF"),
        ("favicon.svg", "<svg/>"),
    ] {
        let path = std::path::Path::new(&site).join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let get = [
        "/",
        "/login",
        "/partners/find",
        "/call/nothing",
        "/people/nobody",
        "/nothing-here",
        "/fonts/inter.woff2",
        "/fonts/nothing.woff2",
        "/favicon.svg",
        "/ws",
        "/api/own_profile",
        "/api/nothing",
    ];
    let mut answers = Vec::new();
    for path in get {
        // Long enough for the session, and its cookie, to be renewed; and a cookie that is taken back.
        app.advance(Duration::from_secs(2 * 3_600));
        answers.push((path, ana.get(path).await));
        let stale = Browser::new(app.origin(), Some(Token::random().secret()));
        answers.push((path, stale.get(path).await));
    }
    let registration = [
        ("email", "zoe@example.org"),
        ("username", "zoe"),
        ("password", PASSWORD),
        ("speaks", "es"),
        ("learns", "en"),
        ("level", "B1"),
    ];
    let visitor = app.visitor();
    for (function, form) in [
        ("log_in", &[("login", "ana"), ("password", PASSWORD)][..]),
        ("log_in", &[("login", "ana"), ("password", "wrong")]),
        ("register", &registration),
        ("set_language", &[("language", "es"), ("next", "/")]),
        ("set_appearance", &[("language", "es"), ("theme", "dark")]),
        ("log_out", &[]),
    ] {
        answers.push((function, visitor.call(function, form).await));
        answers.push((function, visitor.submit("/login", function, form).await));
    }
    let mut with_cookie = 0;
    for (what, answer) in &answers {
        if answer.headers.contains_key("set-cookie") {
            assert_eq!(answer.header("cache-control"), PRIVATE, "{what}: {answer:?}");
            with_cookie += 1;
        }
    }
    assert!(
        with_cookie >= 2 * get.len() + 9,
        "only {with_cookie} of {}",
        answers.len()
    );
    // Of the answers that set none, those about a person are kept by nobody either.
    for path in [
        "/",
        "/partners/find",
        "/nothing-here",
        "/api/own_profile",
        "/api/nothing",
    ] {
        let answer = visitor.get(path).await;
        assert!(!answer.headers.contains_key("set-cookie"), "{path}: {answer:?}");
        if answer.status != 303 {
            assert_eq!(answer.header("cache-control"), PRIVATE, "{path}");
        }
    }
    for path in ["/fonts/inter.woff2", "/sounds/ringtone.wav"] {
        let kept = visitor.get(path).await;
        assert_eq!(kept.header("cache-control"), Some("public, max-age=604800"), "{path}");
    }
}

async fn a_forged_host_shows_up_nowhere(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    for path in [
        "/",
        "/login?next=%2Frequests",
        "/register",
        "/partners/find",
        "/nothing-here",
        "/call/x",
    ] {
        for browser in [&app.visitor(), &ana.browser] {
            let request = browser
                .bare(Method::GET, path)
                .header("accept", "text/html")
                .header("host", "evil.example");
            let answer = send(
                request
                    .header("x-forwarded-host", "evil.example")
                    .header("forwarded", "host=evil.example"),
            )
            .await;
            assert!(!format!("{answer:?}").contains("evil.example"), "{path}: {answer:?}");
        }
    }
    let request = ana
        .bare(Method::POST, "/api/set_language")
        .header("accept", "text/html")
        .header("host", "evil.example");
    let request = request
        .header("referer", "http://evil.example/x")
        .header("sec-fetch-site", "same-origin");
    let answer = send(
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body("language=xx&next=%2F"),
    )
    .await;
    assert_eq!(answer.location(), "/");
}
