//! The headers of every kind of answer, whatever it says.

use reqwest::Method;

use super::world;
use crate::harness::browser::send;
use crate::harness::{Answer, Engine, TestApp};

both_engines!(every_address_and_every_refusal_carries_the_headers);

fn assert_guarded(answer: &Answer, what: &str) {
    let header = |name: &str| {
        answer
            .header(name)
            .unwrap_or_else(|| panic!("{what} ({}) has no {name}", answer.status))
    };
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header("referrer-policy"), "same-origin", "{what}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{what}");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{what}");
    assert_eq!(header("x-frame-options"), "DENY", "{what}");
    assert_eq!(
        header("strict-transport-security"),
        "max-age=31536000; includeSubDomains",
        "{what}"
    );
    let policy = header("content-security-policy");
    for directive in [
        "default-src '",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(directive), "{what}: no {directive} in {policy}");
    }
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains('*'),
        "{what}: {policy}"
    );
    for name in ["access-control-allow-origin", "server", "x-powered-by"] {
        assert!(answer.header(name).is_none(), "{what} has {name}");
    }
    if !answer.body.is_empty() {
        let kind = header("content-type");
        assert!(
            !kind.starts_with("text/") || kind.contains("charset=utf-8") || !kind.contains("html"),
            "{what}: {kind}"
        );
    }
}

async fn every_address_and_every_refusal_carries_the_headers(engine: Engine) {
    let app = TestApp::wishes(engine)
        .option("--public-url", "https://speakle.example")
        .start()
        .await;
    // The session's cookie has another name behind https, so it is sent by hand.
    let plain = TestApp::wishes(engine).start().await;
    let addresses = world(plain).await.addresses();
    let ana = app.person("ana").create().await;
    let cookie = format!("__Host-session={}", ana.token.secret());
    let visitor = app.visitor();
    let fixed = [
        "/nothing-here",
        "/api/nothing",
        "/api/own_profile",
        "/api/log_out",
        "/api/person?username=nobody",
        "/media/pictures/x-96.webp",
        "/pkg/nothing.js",
        "/pkg/..%2f..%2fetc%2fpasswd",
        "/fonts/nothing.woff2",
        "/service-worker.js",
        "/offline",
        "/healthz",
        "/readyz",
        "/ws",
        "/metrics",
        "/auth/google/go",
        "/auth/google/callback?code=x&state=y",
        "/settings/account/data/x",
        "/calendar/x.ics",
        "/calendar/appointment/x.ics",
        "/%ff%fe",
        "/%00",
    ];
    for address in addresses.iter().map(String::as_str).chain(fixed) {
        for cookie in ["", cookie.as_str()] {
            let request = visitor.bare(Method::GET, address).header("accept", "text/html");
            let answer = send(request.header("cookie", cookie)).await;
            assert!(answer.status < 500, "{address}: {}", answer.status);
            assert_guarded(&answer, address);
        }
        for method in [
            Method::HEAD,
            Method::OPTIONS,
            Method::PUT,
            Method::DELETE,
            Method::TRACE,
        ] {
            let request = visitor
                .bare(method.clone(), address)
                .header("sec-fetch-site", "same-origin");
            let answer = send(request.header("cookie", &cookie)).await;
            assert!(answer.status < 500, "{method} {address}: {}", answer.status);
            assert_guarded(&answer, &format!("{method} {address}"));
        }
    }
    // Refusals: another site, too long, nobody, not to be understood.
    // Each on a connection of its own: the one with what was too long is closed, maybe only after another request has gone there.
    let post = |function: &str, site: &str, body: String| {
        let request = app
            .visitor()
            .bare(Method::POST, &format!("/api/{function}"))
            .header("sec-fetch-site", site.to_owned());
        send(
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body),
        )
    };
    for (function, site, body, status) in [
        ("log_in", "cross-site", String::new(), 403),
        ("log_in", "same-origin", "x".repeat(70_000), 413),
        ("log_in", "same-origin", "login=&password=".to_owned(), 422),
        ("set_invisible", "same-origin", "invisible=true".to_owned(), 401),
        ("set_invisible", "same-origin", "invisible=perhaps".to_owned(), 400),
    ] {
        let answer = post(function, site, body).await;
        assert_eq!(answer.status, status, "{function} {site}: {}", answer.body);
        assert_guarded(&answer, &format!("{status} of {function}"));
    }
}
