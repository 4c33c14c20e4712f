//! The socket: who may open it, what it takes, who hears of whom.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::any;
use axum::serve::Listener as _;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use speakle::accounts::status::OwnStatus;
use speakle::accounts::wire::AccountNews;
use speakle::calls::wire::CallNews;
use speakle::invitations::wire::InvitationNews;
use speakle::kernel::id::UserId;
use speakle::matching::model::PartnerView;
use speakle::matching::wire::MatchingNews;
use speakle::on_engine;
use speakle::protocol::{ClientMessage, ServerMessage};
use speakle::realtime::hub::Hub;
use speakle::realtime::model::{Attention, CloseReason, Presence};
use speakle::realtime::presence::PresenceBook;
use speakle::realtime::socket::{self, Dispatch, Fault, Untaken, Who};
use speakle::realtime::wire::{RefusedFrame, ServerWire, SocketCommand, SocketNews, encode};
use speakle::serve::promptly;
use speakle::server::tokens::Token;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::harness::{Engine, PATIENCE, Socket, TestApp, eventually};

both_engines!(
    only_our_own_pages_with_a_session_get_a_socket,
    nothing_is_read_of_a_socket_that_is_refused,
    a_new_socket_is_told_how_things_stand,
    what_cannot_be_understood_is_refused_and_the_socket_lives,
    a_message_that_is_too_long_ends_its_socket_alone,
    a_flood_ends_its_socket_alone,
    a_tab_that_does_not_read_is_let_go,
    a_socket_whose_question_could_not_be_answered_is_closed_so_that_it_is_asked_again,
    a_socket_that_cannot_be_told_how_things_stand_is_closed,
    partners_hear_who_comes_and_goes,
    a_blip_changes_nothing,
    a_second_tab_changes_nothing,
);

/// Presences that this socket heard of `user`, in order.
pub fn heard_of(socket: &Socket, user: UserId) -> Vec<Presence> {
    socket
        .heard()
        .filter_map(|message| match message {
            ServerMessage::Realtime(SocketNews::Presence { user: of, presence, .. }) if *of == user => Some(*presence),
            _ => None,
        })
        .collect()
}

/// Waits until this socket hears that `user` is `wanted`.
pub async fn hears(socket: &mut Socket, user: UserId, wanted: Presence) {
    socket
        .wait(&format!("{wanted:?}"), |message| match message {
            ServerMessage::Realtime(SocketNews::Presence { user: of, presence, .. })
                if *of == user && *presence == wanted =>
            {
                Some(())
            }
            _ => None,
        })
        .await;
}

async fn only_our_own_pages_with_a_session_get_a_socket(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let (own, cookies) = (app.origin(), ana.cookies());
    let forged = format!("session={}", Token::random().secret());
    for (who, cookies, origin, status) in [
        ("nobody", None, Some(own.as_str()), 401),
        ("a forged cookie", Some(forged.as_str()), Some(own.as_str()), 401),
        ("no cookie's shape", Some("session=x"), Some(own.as_str()), 401),
        (
            "a page elsewhere",
            Some(cookies.as_str()),
            Some("https://evil.example"),
            403,
        ),
        (
            "a name that begins like ours",
            Some(&cookies),
            Some("http://127.0.0.1.evil.example"),
            403,
        ),
        ("another port", Some(&cookies), Some("http://127.0.0.1:1"), 403),
        ("https", Some(&cookies), Some(&own.replace("http:", "https:")), 403),
        ("no page", Some(&cookies), None, 403),
        ("a sandboxed page", Some(&cookies), Some("null"), 403),
    ] {
        assert_eq!(Socket::open(&app, cookies, origin).await.err(), Some(status), "{who}");
        assert!(app.state.hub.is_empty(), "{who} is in the hub");
    }
    app.ws(&ana).await.settled().await;
    let plain = ana.bare(reqwest::Method::GET, "/ws").header("origin", &own);
    let status = crate::harness::browser::send(plain).await.status;
    assert!((400..500).contains(&status), "{status}");
}

async fn nothing_is_read_of_a_socket_that_is_refused(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let mut bens = app.ws(&ben).await;
    let before = app.dump(&[]).await;
    // Everything in one packet: the upgrade, and a frame (RFC 6455 §5.2: text, masked with zeros) that would be valid.
    let frame = br#"{"realtime":{"type":"heartbeat"}}"#;
    let mut packet = format!(
        "GET /ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nOrigin: https://evil.example\r\nCookie: {}\r\n\r\n",
        app.addr,
        ana.cookies()
    )
    .into_bytes();
    packet.extend([0x81, 0x80 | frame.len() as u8, 0, 0, 0, 0]);
    packet.extend(frame);
    let mut stream = TcpStream::connect(app.addr).await.unwrap();
    stream.write_all(&packet).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(
        answer.starts_with(b"HTTP/1.1 403"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    bens.settled().await;
    assert_eq!(heard_of(&bens, ana.id), []);
    assert_eq!(app.state.hub.len(), 1);
    app.assert_unchanged(&before, &[]).await;
}

async fn a_new_socket_is_told_how_things_stand(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    for name in ["ben", "carl"] {
        let other = app.person(name).speaks("en").learns("es", "A1").create().await;
        other
            .tell::<()>("send_request", &[("to", "ana"), ("message", "")])
            .await
            .unwrap();
    }
    let mut socket = app.ws(&ana).await;
    socket.settled().await;
    let told: Vec<&ServerMessage> = socket.heard().collect();
    assert_eq!(
        told,
        [
            &ServerMessage::Matching(MatchingNews::Waiting { requests: 2 }),
            &ServerMessage::Invitations(InvitationNews::Snapshot {
                incoming: Vec::new(),
                outgoing: Vec::new(),
                settled: Vec::new(),
            }),
            &ServerMessage::Calls(CallNews::Ongoing { call: None }),
            &ServerMessage::Accounts(AccountNews::Status {
                status: OwnStatus::default(),
            }),
        ]
    );
}

async fn what_cannot_be_understood_is_refused_and_the_socket_lives(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let mut socket = app.ws(&ana).await;
    let nested = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    let call = "0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5e";
    for frame in [
        "",
        "{",
        "null",
        "[]",
        "\"text\"",
        "{}",
        r#"{"realtime":{}}"#,
        r#"{"realtime":{"type":"welcome"}}"#,
        r#"{"weather":{"type":"rain"}}"#,
        r#"{"realtime":{"type":"heartbeat"},"calls":{"type":"leave"}}"#,
        r#"{"calls":{"type":"join","call":"1","seat":"2"}}"#,
        r#"{"calls":{"type":"heartbeat","call":"../../x","seat":"y","receiving":"yes"}}"#,
        r#"{"matching":{"type":"waiting","requests":3}}"#,
        &format!(
            r#"{{"calls":{{"type":"signal","call":"{call}","from":"{call}","to":"{call}","signal":{{"generation":-1}}}}}}"#
        ),
        &nested,
        &"x".repeat(65_536),
    ] {
        socket.send_raw(Message::text(frame)).await;
        assert_eq!(socket.refusal().await, RefusedFrame::Malformed, "{frame:.80}");
    }
    socket.send_raw(Message::binary(vec![0, 159, 146, 150])).await;
    assert_eq!(socket.refusal().await, RefusedFrame::Malformed);
    // Unknown fields belong to a later version.
    socket
        .send_raw(Message::text(r#"{"realtime":{"type":"heartbeat","later":[1]}}"#))
        .await;
    socket.send_raw(Message::Ping(vec![1].into())).await;
    socket.send(&ClientMessage::Realtime(SocketCommand::Probe)).await;
    let is_alive = |message: &ServerMessage| (*message == ServerMessage::Realtime(SocketNews::Alive)).then_some(());
    socket.wait("the answer to a probe", is_alive).await;
    socket.settled().await;
    assert!(
        !socket
            .heard()
            .any(|message| matches!(message, ServerMessage::Realtime(SocketNews::Refused { .. })))
    );
}

async fn a_message_that_is_too_long_ends_its_socket_alone(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let mut other = app.ws(&ana).await;
    for text in [true, false] {
        let mut socket = app.ws(&ana).await;
        let long = 65 * 1024;
        let message = if text {
            Message::text("x".repeat(long))
        } else {
            Message::binary(vec![0; long])
        };
        socket.try_send_raw(message).await;
        socket.closed().await;
        eventually("the socket to leave the hub", || async {
            (!app.state.hub.has(socket.connection)).then_some(())
        })
        .await;
    }
    other.settled().await;
}

async fn a_flood_ends_its_socket_alone(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let (mut flooding, mut other) = (app.ws(&ana).await, app.ws(&ana).await);
    for _ in 0..5_000 {
        if !flooding
            .try_send_raw(Message::text(r#"{"realtime":{"type":"heartbeat"}}"#))
            .await
        {
            break;
        }
    }
    let code = flooding.closed().await;
    // The close may be lost with what the server had not read.
    assert!(matches!(code, Some(4029) | None), "{code:?}");
    eventually("the socket to leave the hub", || async {
        (!app.state.hub.has(flooding.connection)).then_some(())
    })
    .await;
    other.settled().await;
}

/// A message too large for the system's buffers to hide that nobody reads.
#[derive(Serialize, Deserialize)]
struct Bulk(String);

impl ServerWire for Bulk {
    const FEATURE: &'static str = "bulk";
}

async fn a_tab_that_does_not_read_is_let_go(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let deaf = app.ws(&ana).await;
    let mut bens = app.ws(&ben).await;
    let bulk = Bulk("x".repeat(60_000));
    eventually("the deaf socket to leave the hub", || async {
        for _ in 0..40 {
            app.state.hub.to_connection(deaf.connection, &bulk);
        }
        (!app.state.hub.has(deaf.connection)).then_some(())
    })
    .await;
    bens.settled().await;
    app.ws(&ana).await.settled().await;
}

const RESUME: &str = r#"{"notifications":{"type":"resume","epoch":null,"after":0}}"#;

async fn a_socket_whose_question_could_not_be_answered_is_closed_so_that_it_is_asked_again(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let mut socket = app.ws(&ana).await;
    socket.settled().await;
    app.execute("ALTER TABLE event_log RENAME TO event_log_away").await;
    socket.send_raw(Message::text(RESUME)).await;
    assert_eq!(socket.closed().await, Some(CloseReason::Fault.code()));
    app.execute("ALTER TABLE event_log_away RENAME TO event_log").await;
    let mut again = app.ws(&ana).await;
    again.send_raw(Message::text(RESUME)).await;
    let answered = |message: &ServerMessage| matches!(message, ServerMessage::Notifications(_)).then_some(());
    again.wait("the log", answered).await;
}

async fn a_socket_that_cannot_be_told_how_things_stand_is_closed(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    app.execute("ALTER TABLE call_invitation RENAME TO call_invitation_away")
        .await;
    assert_eq!(app.ws(&ana).await.closed().await, Some(CloseReason::Fault.code()));
    app.execute("ALTER TABLE call_invitation_away RENAME TO call_invitation")
        .await;
    app.ws(&ana).await.settled().await;
}

#[tokio::test]
async fn connections_hold_no_small_frame_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let _client = TcpStream::connect(address).await.unwrap();
    let (connection, _) = promptly(listener).accept().await;
    assert!(
        connection.nodelay().unwrap(),
        "with Nagle's algorithm the second frame waits for the acknowledgement of the first"
    );
}

async fn partners_hear_who_comes_and_goes(engine: Engine) {
    let app = TestApp::wishes(engine).grace(Duration::from_millis(200)).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let eve = app.person("eve").create().await;
    let (mut bens, mut eves) = (app.ws(&ben).await, app.ws(&eve).await);
    let seen = async || ben.ask::<Vec<PartnerView>>("partners", &[]).await.unwrap().remove(0);
    assert_eq!(
        (seen().await.presence, seen().await.last_seen),
        (Presence::Offline, None)
    );

    let anas = app.ws(&ana).await;
    hears(&mut bens, ana.id, Presence::Online).await;
    assert_eq!(seen().await.presence, Presence::Online);
    anas.close().await;
    hears(&mut bens, ana.id, Presence::Offline).await;
    let view = seen().await;
    assert_eq!(view.presence, Presence::Offline);
    let now = app.state.clock.now();
    assert!(now.since(view.last_seen.unwrap().at) < Duration::from_secs(30));
    // Strangers are told nothing.
    eves.settled().await;
    assert_eq!(heard_of(&eves, ana.id), []);
    assert_eq!(heard_of(&eves, ben.id), []);
    // Nor former partners.
    ben.tell::<()>("end_partnership", &[("username", "ana")]).await.unwrap();
    let anas = app.ws(&ana).await;
    eventually("ana to be seen", || async {
        (app.state.presence.of(ana.id) == Presence::Online).then_some(())
    })
    .await;
    anas.close().await;
    eventually("ana to be gone", || async {
        (app.state.presence.of(ana.id) == Presence::Offline).then_some(())
    })
    .await;
    bens.settled().await;
    assert_eq!(heard_of(&bens, ana.id), []);
}

/// Waits until the server has taken notice of it that `person` has `tabs` sockets.
async fn has_tabs(app: &TestApp, person: UserId, tabs: usize) {
    eventually("the tabs to be counted", || async {
        (app.state.hub.tabs_of(person) == tabs).then_some(())
    })
    .await;
}

async fn a_blip_changes_nothing(engine: Engine) {
    let app = TestApp::wishes(engine).grace(PATIENCE * 10).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let carl = app.person("carl").create().await;
    app.partners(&ben, &carl).await;
    let mut bens = app.ws(&ben).await;
    let first = app.ws(&ana).await;
    hears(&mut bens, ana.id, Presence::Online).await;
    first.close().await;
    has_tabs(&app, ana.id, 0).await;
    let _back = app.ws(&ana).await;
    has_tabs(&app, ana.id, 1).await;
    // News come in order: when carl's are here, there were none before.
    let _carls = app.ws(&carl).await;
    hears(&mut bens, carl.id, Presence::Online).await;
    assert_eq!(heard_of(&bens, ana.id), [], "a blip was told");
    assert_eq!(app.state.presence.of(ana.id), Presence::Online);
}

async fn a_second_tab_changes_nothing(engine: Engine) {
    let app = TestApp::wishes(engine).grace(Duration::ZERO).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let carl = app.person("carl").create().await;
    app.partners(&ben, &carl).await;
    let mut bens = app.ws(&ben).await;
    let first = app.ws(&ana).await;
    hears(&mut bens, ana.id, Presence::Online).await;
    app.ws(&ana).await.close().await;
    has_tabs(&app, ana.id, 1).await;
    // When carl, who leaves later, is gone, the time of whoever left before is over too.
    app.ws(&carl).await.close().await;
    hears(&mut bens, carl.id, Presence::Offline).await;
    assert_eq!(heard_of(&bens, ana.id), [], "a second tab was told");
    assert_eq!(app.state.presence.of(ana.id), Presence::Online);
    first.close().await;
    hears(&mut bens, ana.id, Presence::Offline).await;
}

/// One test for all that waits for heartbeats, because they come every 15 seconds.
#[tokio::test]
async fn heartbeats_find_who_is_silent_and_who_was_signed_out() {
    let app = TestApp::start(Engine::Sqlite).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let (answering, silent, signed_out) = (app.ws(&ana).await, app.ws(&ana).await, app.ws(&ben).await);
    // Ended in the database alone, as by another process.
    let user = ben.id;
    app.write(move |conn| {
        async move {
            Ok(on_engine!(conn, |c| sqlx::query(
                "DELETE FROM session WHERE user_id = $1"
            )
            .bind(user)
            .execute(c)
            .await
            .map(drop))?)
        }
        .boxed()
    })
    .await;
    let (mut answering, mut silent, mut signed_out) = (answering, silent.answering_nothing(), signed_out);
    let patience = Duration::from_secs(100);
    let silent = async {
        tokio::time::timeout(patience, silent.closed_in_the_end())
            .await
            .unwrap()
    };
    let signed_out = async {
        tokio::time::timeout(patience, signed_out.closed_in_the_end())
            .await
            .unwrap()
    };
    tokio::select! {
        codes = futures::future::join(silent, signed_out) => assert_eq!(codes, (Some(4010), Some(4001))),
        code = answering.closed_in_the_end() => panic!("the one that answers was closed: {code:?}"),
    }
    answering.settled().await;
}

/// News that come while how things stand is being read.
struct Meanwhile(Hub);

impl Dispatch for Meanwhile {
    fn opened(&self, who: Who) -> BoxFuture<'_, Result<Vec<String>, Fault>> {
        async move {
            let stands = encode(MatchingNews::FEATURE, &MatchingNews::Waiting { requests: 0 }).unwrap();
            self.0.to_user(who.user, &MatchingNews::Changed { waiting: 1 });
            Ok(vec![stands])
        }
        .boxed()
    }

    fn frame(&self, _: Who, _: String) -> BoxFuture<'_, Result<(), Untaken>> {
        async { Ok(()) }.boxed()
    }

    fn closed(&self, _: Who) -> BoxFuture<'_, ()> {
        async {}.boxed()
    }

    fn in_force(&self, _: Who) -> BoxFuture<'_, bool> {
        async { true }.boxed()
    }
}

#[tokio::test]
async fn news_are_never_followed_by_an_older_picture() {
    let hub = Hub::new(PresenceBook::new(Duration::ZERO));
    let dispatch = Arc::new(Meanwhile(hub.clone()));
    let open = move |upgrade| async move {
        socket::accept(upgrade, hub, dispatch, UserId::random(), Uuid::nil(), Attention::Active)
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let routes = Router::new().route("/ws", any(open));
    let serving = tokio::spawn(async move { axum::serve(listener, routes).await });
    let mut socket = Socket::open_to(addr, "/ws", None, None).await.unwrap();
    let mut heard = Vec::new();
    for _ in 0..2 {
        let next = |message: &ServerMessage| match message {
            ServerMessage::Matching(news) => Some(news.clone()),
            _ => None,
        };
        heard.push(socket.wait("two messages", next).await);
    }
    assert_eq!(
        heard,
        [
            MatchingNews::Waiting { requests: 0 },
            MatchingNews::Changed { waiting: 1 }
        ]
    );
    serving.abort();
}
