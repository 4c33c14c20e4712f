//! Files of the built site, and nothing else of the disk.

use leptos::prelude::{Owner, provide_context};
use leptos_axum::ResponseOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{Engine, TestApp};

/// A GET of a path that no client library would send.
async fn raw_get(app: &TestApp, path: &str) -> String {
    let mut stream = TcpStream::connect(app.addr).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", app.addr);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn only_files_of_the_site_are_served() {
    let app = TestApp::start(Engine::Sqlite).await;
    app.person("ana").create().await;
    let site = app.state.leptos.site_root.to_string();
    std::fs::create_dir_all(format!("{site}/pkg")).unwrap();
    std::fs::write(format!("{site}/pkg/speakle.css"), "main { color: red }").unwrap();
    std::fs::write(format!("{site}/favicon.svg"), "<svg/>").unwrap();
    // Beside the site, as the database is in a careless installation.
    std::fs::write(format!("{site}/../secret.txt"), "a secret").unwrap();

    let css = app.visitor().get("/pkg/speakle.css").await;
    assert_eq!((css.status, css.header("content-type")), (200, Some("text/css")));
    assert_eq!(css.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(app.visitor().get("/favicon.svg").await.status, 200);
    for path in [
        "/../secret.txt",
        "/pkg/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/pkg/%2e%2e/%2e%2e/secret.txt",
        "/pkg/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "/%2e%2e/speakle.db",
        "//../secret.txt",
        "/pkg//etc/passwd",
        "/secret.txt%00.css",
    ] {
        let answer = raw_get(&app, path).await;
        assert!(
            !answer.contains("a secret") && !answer.contains("SQLite format") && !answer.contains("root:"),
            "{path}: {answer}"
        );
        assert!(
            answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 3"),
            "{path}: {answer}"
        );
    }
}

#[tokio::test]
async fn nothing_that_another_request_left_on_the_thread_is_taken_for_ones_own() {
    let app = TestApp::start(Engine::Sqlite).await;
    let site = app.state.leptos.site_root.to_string();
    std::fs::create_dir_all(&site).unwrap();
    std::fs::write(format!("{site}/favicon.svg"), "<svg/>").unwrap();
    // Everything runs on this one thread. Somebody's page is being made, and its cookie is for nobody else.
    let somebody = Owner::new_root(None);
    let options = ResponseOptions::default();
    options.insert_header("set-cookie".parse().unwrap(), "session=somebody".parse().unwrap());
    somebody.with(|| provide_context(options.clone()));
    for path in ["/favicon.svg", "/", "/nothing", "/api/partners"] {
        somebody.set();
        let answer = app.visitor().get(path).await;
        assert_ne!(answer.header("set-cookie"), Some("session=somebody"), "{path}");
    }
    assert_eq!(options.0.read().unwrap().headers.len(), 1, "it is still there");
}
