//! What an operator relies on: health, readiness, an orderly end.

use std::net::SocketAddr;
use std::time::Duration;

use speakle::kernel::clock::Clock;
use speakle::serve::Server;
use speakle::server::state::AppState;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::harness::{Engine, PATIENCE, TestApp};

both_engines!(
    readiness_follows_the_database,
    stopping_tells_sockets_to_come_back_and_finishes_requests
);

async fn readiness_follows_the_database(engine: Engine) {
    let app = TestApp::start(engine).await;
    let browser = app.visitor();
    assert_eq!(browser.get("/healthz").await.status, 200);
    assert_eq!(browser.get("/readyz").await.status, 200);
    app.state.db.close().await;
    let ready = browser.get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("database"), "{}", ready.body);
    assert_eq!(browser.get("/healthz").await.status, 200, "the process still lives");
    // Not knowing who somebody is must not read as signed out.
    let page = crate::harness::Browser::new(app.origin(), Some(speakle::server::tokens::Token::random().secret()))
        .get("/requests")
        .await;
    assert!(page.status >= 500, "{}", page.status);
    assert!(
        page.set_cookie("session").is_none(),
        "a database that is away signs people out"
    );
}

async fn stopping_tells_sockets_to_come_back_and_finishes_requests(engine: Engine) {
    // The harness serves in its own way; this one is served as `speakle serve` does.
    let mut app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr: SocketAddr = listener.local_addr().unwrap();
    let config = speakle::server::config::Config {
        site_addr: addr,
        ..(*app.state.config).clone()
    };
    let db = speakle::server::db::Db::open(&app.storage.url).await.unwrap();
    let state = AppState::new(config, db, Clock::system(), app.state.leptos.clone(), Duration::ZERO).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(Server::new(state.clone()).serve(listener, async {
        let _ = stopped.await;
    }));
    app.addr = addr;
    let ana = ana.at(&app);
    let mut socket = app.ws(&ana).await;

    // A request whose body is still on its way when the end is announced.
    let mut slow = TcpStream::connect(addr).await.unwrap();
    let body = "language=es&next=%2F";
    let head = format!(
        "POST /api/set_language HTTP/1.1\r\nHost: {addr}\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\nAccept: application/json\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        ana.cookies(),
        body.len()
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body: it is in the middle of the request.
    let mut continued = [0; 25];
    slow.read_exact(&mut continued).await.unwrap();
    stop.send(()).unwrap();
    assert_eq!(socket.closed().await, Some(1012));
    slow.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    tokio::time::timeout(PATIENCE, serving)
        .await
        .expect("it does not end")
        .unwrap()
        .unwrap();
    assert!(TcpStream::connect(addr).await.is_err(), "still listening");
    assert_eq!(app.texts("SELECT locale FROM users").await, ["es"]);
}
