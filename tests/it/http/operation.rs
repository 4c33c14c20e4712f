//! What an operator relies on: health, readiness, an orderly end.

use std::net::SocketAddr;
use std::time::Duration;

use futures::FutureExt as _;
use speakle::invitations::wire::InvitationNews;
use speakle::kernel::clock::Clock;
use speakle::protocol::ServerMessage;
use speakle::serve::Server;
use speakle::server::db::StoreError;
use speakle::server::state::AppState;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::harness::{Engine, PATIENCE, Person, TestApp};

both_engines!(
    readiness_follows_the_database,
    stopping_tells_sockets_to_come_back_and_finishes_requests,
    what_was_done_is_told_though_the_client_hung_up,
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

/// Calls a partner, and hangs up when the server is `rounds` other answers further. Comes back when the server has let go of it.
async fn call_and_hang_up(app: &TestApp, caller: &Person, to: &str, rounds: usize) {
    let body = format!("to={to}&message=Tea%3F");
    let request = format!(
        "POST /api/start_call HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\nAccept: application/json\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        app.addr,
        caller.cookies(),
        body.len()
    );
    let mut stream = TcpStream::connect(app.addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    for _ in 0..rounds {
        assert_eq!(app.visitor().get("/healthz").await.status, 200);
    }
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "", "it was answered before the client hung up");
}

async fn what_was_done_is_told_though_the_client_hung_up(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let mut bens = app.ws(&ben).await;
    // One that hangs up before its request is begun has done nothing: it tries again, and waits longer.
    for rounds in 1.. {
        let (taken, is_taken) = oneshot::channel();
        let (give_back, is_given_back) = oneshot::channel::<()>();
        let db = app.state.db.clone();
        // The one writer of SQLite is taken by any transaction.
        let holder = tokio::spawn(async move {
            db.transaction::<(), StoreError, _>(move |conn| {
                async move {
                    let sql = conn.sql("SELECT 1", "LOCK TABLE call_invitation IN EXCLUSIVE MODE");
                    speakle::on_engine!(conn, |c| sqlx::query(sql).execute(c).await.map(drop))?;
                    taken.send(()).unwrap();
                    let _ = is_given_back.await;
                    Ok(())
                }
                .boxed()
            })
            .await
        });
        is_taken.await.unwrap();
        call_and_hang_up(&app, &ana, "ben", rounds * 10).await;
        give_back.send(()).unwrap();
        holder.await.unwrap().unwrap();
        // What waited for the writer before this has written.
        app.write(|_| async { Ok(()) }.boxed()).await;
        if app.number("SELECT COUNT(*) FROM call_invitation").await == 1 {
            break;
        }
        assert!(rounds < 20, "no request is ever begun");
    }
    bens.wait("the ring", |message| match message {
        ServerMessage::Invitations(InvitationNews::Ringing { invitation }) => {
            (invitation.from == ana.card).then_some(())
        }
        _ => None,
    })
    .await;
}
