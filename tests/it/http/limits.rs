//! What is refused for being too much: too often, too large.

use reqwest::Method;
use speakle::invitations::model::InvitationId;
use speakle::invitations::wire::InvitationCommand;
use speakle::kernel::error::AppError;
use speakle::kernel::id::ConnectionId;
use speakle::notifications::wire::NotificationCommand;
use speakle::protocol::ClientMessage;
use speakle::realtime::wire::RefusedFrame;
use speakle::server::limits::Limit;
use tokio_tungstenite::tungstenite::Message;

use crate::harness::browser::send;
use crate::harness::{Answer, Browser, Engine, Person, Socket, TestApp, eventually};

async fn limited(engine: Engine) -> TestApp {
    TestApp::wishes(engine)
        .option("--rate-limit", "on")
        .option("--trusted-proxies", "127.0.0.1")
        .start()
        .await
}

fn is_limit(answer: &Answer) -> bool {
    if answer.status != 429 {
        return false;
    }
    let wait: u32 = answer
        .header("retry-after")
        .expect("429 without the wait")
        .parse()
        .unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(answer.error(), AppError::Limited { seconds: wait });
    true
}

async fn log_in_from(browser: &Browser, address: &str, login: &str) -> Answer {
    let request = browser
        .bare(Method::POST, "/api/log_in")
        .header("sec-fetch-site", "same-origin")
        .header("accept", "application/json");
    let request = request
        .header("x-forwarded-for", address)
        .header("content-type", "application/x-www-form-urlencoded");
    send(request.body(format!("login={login}&password=not-the-password"))).await
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down_per_address_and_per_name() {
    let app = limited(Engine::Sqlite).await;
    let browser = app.visitor();
    for n in 0..10 {
        assert_eq!(log_in_from(&browser, "10.0.0.1", &format!("name{n}")).await.status, 422);
    }
    assert!(is_limit(&log_in_from(&browser, "10.0.0.1", "name99").await));
    // Another address is free, and what the client itself claims to have come through changes nothing.
    assert_eq!(log_in_from(&browser, "10.0.0.2", "ana").await.status, 422);
    assert!(is_limit(&log_in_from(&browser, "8.8.8.8, 10.0.0.1", "name99").await));
    // One name from many addresses.
    for n in 3..12 {
        assert_eq!(
            log_in_from(&browser, &format!("10.0.0.{n}"), "ana").await.status,
            422,
            "{n}"
        );
    }
    assert!(is_limit(&log_in_from(&browser, "10.0.1.1", "ANA").await));
    // In words on the page.
    let answer = browser
        .submit("/login", "log_in", &[("login", "ana"), ("password", "x")])
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/login"));
    let page = browser.follow(&answer).await;
    assert!(page.body.contains(r#"role="alert""#), "the page does not say it");
}

#[tokio::test]
async fn addresses_count_by_network_however_the_proxy_writes_them() {
    let app = limited(Engine::Sqlite).await;
    let browser = app.visitor();
    for n in 0..10 {
        let address = match n % 3 {
            0 => format!("2001:db8:0:1::{n}"),
            1 => format!("[2001:db8:0:1:a:b:c:{n}]:4{n}1"),
            _ => format!("8.8.8.8, [2001:db8:0:1:{n}::]"),
        };
        assert_eq!(log_in_from(&browser, &address, &format!("name{n}")).await.status, 422);
    }
    assert!(is_limit(&log_in_from(&browser, "2001:db8:0:1:ffff::1", "name99").await));
    assert_eq!(log_in_from(&browser, "2001:db8:0:2::1", "name98").await.status, 422);
    for n in 0..10 {
        let address = ["10.0.0.1", "10.0.0.1:999", "::ffff:10.0.0.1"][n % 3];
        assert_eq!(log_in_from(&browser, address, &format!("other{n}")).await.status, 422);
    }
    assert!(is_limit(&log_in_from(&browser, "[::ffff:10.0.0.1]:7", "other99").await));
    // Who signs in as "10.0.0.2", again and again, is in nobody's way.
    for n in 0..10 {
        log_in_from(&browser, &format!("10.0.1.{n}"), "10.0.0.2").await;
    }
    assert_eq!(log_in_from(&browser, "10.0.0.2", "name97").await.status, 422);
}

#[tokio::test]
async fn without_a_trusted_proxy_a_claimed_address_counts_for_nothing() {
    let app = TestApp::wishes(Engine::Sqlite)
        .option("--rate-limit", "on")
        .start()
        .await;
    let browser = app.visitor();
    for n in 0..10 {
        assert_eq!(
            log_in_from(&browser, &format!("10.0.0.{n}"), &format!("name{n}"))
                .await
                .status,
            422
        );
    }
    assert!(is_limit(&log_in_from(&browser, "10.0.0.99", "name99").await));
}

#[tokio::test]
async fn registrations_requests_calls_and_changes_have_their_limits() {
    let app = limited(Engine::Sqlite).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let visitor = app.visitor();
    let appearance = [("language", "es"), ("theme", "dark")];
    let registration = [
        ("email", ""),
        ("username", ""),
        ("password", ""),
        ("speaks", ""),
        ("learns", ""),
        ("level", ""),
    ];
    for (browser, function, form, allowed) in [
        (&visitor, "register", &registration[..], 10),
        (&ana.browser, "send_request", &[("to", "nobody"), ("message", "")], 20),
        (&ana.browser, "start_call", &[("to", "nobody"), ("message", "")], 20),
        (&ana.browser, "set_appearance", &appearance, 60),
    ] {
        for n in 0..allowed {
            assert_ne!(browser.call(function, form).await.status, 429, "{function} {n}");
        }
        // While the allowance trickles back in, a slow machine may get one or two more.
        let mut more = 0;
        while !is_limit(&browser.call(function, form).await) {
            more += 1;
            assert!(more < allowed, "{function} is not limited");
        }
    }
    // A limit of one person is not another's.
    assert_eq!(ben.call("set_appearance", &appearance).await.status, 200);
}

#[tokio::test]
async fn opening_sockets_has_its_limit() {
    let app = limited(Engine::Sqlite).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let mut refused = None;
    for _ in 0..200 {
        match Socket::open(&app, Some(&ana.cookies()), Some(&app.origin())).await {
            Ok(socket) => socket.close().await,
            Err(status) => {
                refused = Some(status);
                break;
            }
        }
    }
    assert_eq!(refused, Some(429));
    app.ws(&ben).await.settled().await;
}

#[tokio::test]
async fn what_tabs_ask_by_themselves_has_its_limit_and_fifty_may_come_back_at_once() {
    let app = limited(Engine::Sqlite).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let tab = ConnectionId::random().to_string();
    let asks = async |who: &Person| {
        [
            who.call("still_here", &[("tab", &tab), ("idle", "false")]).await,
            who.fetch("ringing", &[]).await,
            who.fetch("notifications_since", &[("after", "0")]).await,
        ]
    };
    let reached = || {
        ClientMessage::Invitations(InvitationCommand::Reached {
            id: InvitationId::random(),
        })
    };
    let resume = || ClientMessage::Notifications(NotificationCommand::Resume { epoch: None, after: 0 });
    let mut socket = app.ws(&ana).await;
    for _ in 0..50 {
        assert!(asks(&ana).await.iter().all(|answer| answer.status == 200));
        socket.send(&reached()).await;
        socket.send(&resume()).await;
    }
    socket.settled().await;
    // Somebody who does nothing else: what trickles back in is gone at once, mostly.
    let (limits, key) = (app.state.limits.clone(), ana.id.to_string());
    let greedy = tokio::spawn(async move {
        loop {
            let _ = limits.check(Limit::Tab, &key);
            tokio::task::yield_now().await;
        }
    });
    for which in 0..3 {
        eventually("the limit", || async {
            is_limit(&asks(&ana).await[which]).then_some(())
        })
        .await;
    }
    assert!(asks(&ben).await.iter().all(|answer| answer.status == 200));
    for command in [reached(), resume()] {
        let mut more = 0;
        loop {
            socket.send(&command).await;
            socket.send_raw(Message::text(r#"{"nothing":"known"}"#)).await;
            if socket.refusal().await == RefusedFrame::NotAllowed {
                assert_eq!(socket.refusal().await, RefusedFrame::Malformed);
                break;
            }
            more += 1;
            assert!(more < 50, "{command:?} is not limited");
        }
    }
    greedy.abort();
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read() {
    let app = TestApp::start(Engine::Sqlite).await;
    let ana = app.person("ana").create().await;
    for accept in ["application/json", "text/html"] {
        let post = || {
            let request = ana
                .bare(Method::POST, "/api/send_request")
                .header("sec-fetch-site", "same-origin")
                .header("accept", accept);
            request.header("content-type", "application/x-www-form-urlencoded")
        };
        let announced = send(post().body(format!("to=ben&message={}", "x".repeat(70_000)))).await;
        assert_eq!(announced.status, 413, "{accept}");
        // Without a length: counted while reading.
        let chunks = futures::stream::iter((0..1_000).map(|_| Ok::<_, std::io::Error>("x".repeat(1_000))));
        let chunked = send(post().body(reqwest::Body::wrap_stream(chunks))).await;
        assert_eq!(chunked.status, 413, "{accept}");
        let fine = send(post().body(format!("to=ben&message={}", "x".repeat(60_000)))).await;
        assert!(matches!(fine.status, 422 | 303), "{}", fine.status);
    }
    let long = format!("/partners/find?name={}", "x".repeat(20_000));
    assert!(matches!(ana.get(&long).await.status, 200 | 414 | 431));
    assert_eq!(ana.get("/healthz").await.status, 200);
}
