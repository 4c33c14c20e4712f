//! Who is told of what: each event of the features, on both sides.

use std::time::Duration;

use speakle::invitations::model::{InvitationId, Started};
use speakle::invitations::wire::InvitationCommand;
use speakle::kernel::error::AppError;
use speakle::matching::model::{RequestId, RoomId};
use speakle::notifications::model::{Notice, What};
use speakle::notifications::wire::NotificationNews;
use speakle::protocol::ClientMessage;

use super::{badge, heard_so_far, lines, request, resume};
use crate::harness::{Browser, Engine, Person, TestApp};

both_engines!(
    a_call_that_is_answered,
    a_call_that_is_declined_or_cancelled,
    a_call_that_is_missed_or_reaches_nobody,
    two_who_call_each_other,
    a_call_that_ends_with_the_partnership_or_with_the_callers_leaving,
    a_request_and_its_answer,
    requests_that_cross,
    a_request_that_nobody_answers,
    a_partnership_that_ends,
    a_sign_in_from_a_new_device,
    what_fails_leaves_nothing,
);

/// A person's list without what differs from run to run: what happened, and whether it counts no more.
async fn list(person: &Person) -> Vec<(Notice, bool)> {
    lines(person)
        .await
        .into_iter()
        .map(|line| (line.notice, line.is_read))
        .collect()
}

fn unread(notice: Notice) -> Vec<(Notice, bool)> {
    vec![(notice, false)]
}

fn tea() -> String {
    "Tea?".to_owned()
}

async fn answer<T: serde::de::DeserializeOwned>(who: &Person, function: &str, id: InvitationId) -> Result<T, AppError> {
    who.tell(function, &[("invitation", &id.to_string())]).await
}

async fn a_call_that_is_answered(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let (mut anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let id = ana.ring(&ben).await.id;
    assert_eq!(list(&ben).await, unread(Notice::CallReceived { message: tea() }));
    assert_eq!(list(&ana).await, []);
    let line = lines(&ben).await.remove(0);
    assert_eq!(
        (line.subject, line.actor),
        (format!("call:{id}"), Some(ana.card.clone()))
    );
    let room: RoomId = answer(&ben, "accept_call", id).await.unwrap();
    assert_eq!(room, pair.room);
    assert_eq!(list(&ben).await, [(Notice::CallReceived { message: tea() }, true)]);
    assert_eq!(list(&ana).await, [(Notice::CallAccepted { room: room.uuid() }, true)]);
    assert_eq!((badge(&ana).await, badge(&ben).await), (0, 0));
    // Every tab heard it as it went.
    let counts = |news: Vec<NotificationNews>| -> Vec<u32> {
        let counts = news.into_iter().map(|news| match news {
            NotificationNews::Changes { unread, .. } => unread,
            NotificationNews::Snapshot { .. } => panic!("nobody asked"),
        });
        counts.collect()
    };
    assert_eq!(counts(heard_so_far(&mut bens).await), [1, 0]);
    assert_eq!(counts(heard_so_far(&mut anas).await), [0]);
}

async fn a_call_that_is_declined_or_cancelled(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let _tabs = (app.ws(&ana).await, app.ws(&ben).await);
    let id = ana.ring(&ben).await.id;
    answer::<()>(&ben, "decline_call", id).await.unwrap();
    assert_eq!(list(&ben).await, [(Notice::CallReceived { message: tea() }, true)]);
    assert_eq!(list(&ana).await, unread(Notice::CallDeclined));
    assert_eq!(lines(&ana).await[0].actor, Some(ben.card.clone()));
    let id = ana.ring(&ben).await.id;
    answer::<()>(&ana, "cancel_call", id).await.unwrap();
    assert_eq!(list(&ben).await[0], (Notice::CallCancelled { message: tea() }, false));
    assert_eq!((list(&ben).await.len(), list(&ana).await.len()), (2, 1));
}

async fn a_call_that_is_missed_or_reaches_nobody(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let _anas = app.ws(&ana).await;
    // Nobody is there.
    assert!(matches!(ana.start_call(&ben).await, Started::Offline { .. }));
    let missed = (Notice::CallMissed { message: tea() }, false);
    assert_eq!(list(&ben).await, vec![missed.clone(); 1]);
    // It rings until its time is over: shown on a device, and on none.
    let mut bens = app.ws(&ben).await;
    for (is_shown, count) in [(true, 2), (false, 3)] {
        let id = ana.ring(&ben).await.id;
        if is_shown {
            bens.send(&ClientMessage::Invitations(InvitationCommand::Reached { id }))
                .await;
            bens.settled().await;
        }
        assert_eq!(list(&ben).await[0].0, Notice::CallReceived { message: tea() });
        app.advance(Duration::from_secs(45));
        app.sweep().await;
        assert_eq!(list(&ben).await, vec![missed.clone(); count]);
        assert_eq!(lines(&ben).await[0].subject, format!("call:{id}"));
    }
    assert_eq!(badge(&ben).await, 3);
    assert_eq!(list(&ana).await, [], "who called has seen it");
    assert_eq!(app.number("SELECT COUNT(*) FROM job").await, 0);
}

async fn two_who_call_each_other(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let _tabs = (app.ws(&ana).await, app.ws(&ben).await);
    let id = ana.ring(&ben).await.id;
    let started: Started = ben.tell("start_call", &[("to", "ana"), ("message", "")]).await.unwrap();
    let (room, answered) = (pair.room, Some(id));
    assert_eq!(started, Started::Connected { room, answered });
    assert_eq!(list(&ben).await, [(Notice::CallReceived { message: tea() }, true)]);
    assert_eq!(
        list(&ana).await,
        [(Notice::CallAccepted { room: pair.room.uuid() }, true)]
    );
}

async fn a_call_that_ends_with_the_partnership_or_with_the_callers_leaving(engine: Engine) {
    let app = TestApp::wishes(engine).grace(Duration::from_millis(50)).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let mut bens = app.ws(&ben).await;
    let anas = app.ws(&ana).await;
    ana.ring(&ben).await;
    let cancelled = |news: &NotificationNews| {
        matches!(news, NotificationNews::Changes { changes, .. } if changes.iter().any(|change| matches!(
            &change.what, What::Put { notification } if notification.notice == Notice::CallCancelled { message: tea() } && !notification.is_read
        )))
    };
    anas.close().await;
    while !cancelled(&super::hears(&mut bens).await) {}
    let _anas = app.ws(&ana).await;
    ana.ring(&ben).await;
    ana.tell::<()>("end_partnership", &[("username", "ben")]).await.unwrap();
    while !cancelled(&super::hears(&mut bens).await) {}
    let kinds: Vec<Notice> = list(&ben).await.into_iter().map(|(notice, _)| notice).collect();
    let end = Notice::CallCancelled { message: tea() };
    assert_eq!(kinds, [end.clone(), Notice::PartnershipEnded, end]);
}

async fn settle(who: &Person, function: &str, request: RequestId) -> Result<(), AppError> {
    who.tell(function, &[("request", &request.to_string())]).await
}

async fn a_request_and_its_answer(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let received = Notice::RequestReceived { message: tea() };
    let id = request(&ana, &ben).await;
    assert_eq!(list(&ben).await[0], (received.clone(), false));
    settle(&ana, "cancel_request", id).await.unwrap();
    assert_eq!(list(&ben).await[0], (received.clone(), true));
    assert_eq!(list(&ana).await, []);
    let id = request(&ana, &ben).await;
    let line = lines(&ben).await.remove(0);
    assert_eq!(
        (line.subject, line.actor),
        (format!("request:{id}"), Some(ana.card.clone()))
    );
    settle(&ben, "accept_request", id).await.unwrap();
    assert_eq!(list(&ben).await, vec![(received.clone(), true); 2]);
    assert_eq!(list(&ana).await, unread(Notice::RequestAccepted));
    assert_eq!(lines(&ana).await[0].actor, Some(ben.card.clone()));

    let (cora, dora) = (app.person("cora").create().await, app.person("dora").create().await);
    let id = request(&cora, &ben).await;
    settle(&ben, "decline_request", id).await.unwrap();
    assert_eq!(list(&ben).await[0], (received, true));
    assert_eq!(list(&cora).await, [], "a no without words is not announced");
    let id = request(&dora, &ben).await.to_string();
    ben.tell::<()>("decline_request", &[("request", &id), ("words", "No time this year")])
        .await
        .unwrap();
    let message = "No time this year".to_owned();
    assert_eq!(list(&dora).await, unread(Notice::RequestDeclined { message }));
}

async fn requests_that_cross(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    request(&ana, &ben).await;
    ben.tell::<()>("send_request", &[("to", "ana"), ("message", "Tea?")])
        .await
        .unwrap();
    // Each hears that the other said yes, and reads what the other wrote.
    let (received, accepted) = (
        (Notice::RequestReceived { message: tea() }, true),
        (Notice::RequestAccepted, false),
    );
    for person in [&ana, &ben] {
        assert_eq!(
            list(person).await,
            [accepted.clone(), received.clone()],
            "{}",
            person.username
        );
    }
}

async fn a_request_that_nobody_answers(engine: Engine) {
    const DAY: Duration = Duration::from_secs(24 * 3_600);
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let jobs = app.server.jobs();
    jobs.seed().await.unwrap();
    let id = request(&ana, &ben).await;
    app.advance(DAY * 14 - Duration::from_secs(1));
    jobs.run_due().await.unwrap();
    assert_eq!(app.texts("SELECT status FROM match_request").await, ["pending"]);
    app.advance(Duration::from_secs(601));
    let mut bens = app.ws(&ben).await;
    jobs.run_due().await.unwrap();
    assert_eq!(app.texts("SELECT status FROM match_request").await, ["expired"]);
    // It was brought back to mind meanwhile.
    assert_eq!(list(&ben).await, [(Notice::RequestReminder { message: tea() }, true)]);
    assert_eq!(list(&ana).await, []);
    assert!(matches!(
        super::hears(&mut bens).await,
        NotificationNews::Changes { unread: 0, .. }
    ));
    let late = settle(&ben, "accept_request", id).await;
    assert_eq!(
        late,
        Err(AppError::Refused(speakle::kernel::error::Refusal::AlreadySettled))
    );
    // And one may ask again.
    request(&ana, &ben).await;
}

async fn a_partnership_that_ends(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    ana.tell::<()>("end_partnership", &[("username", "ben")]).await.unwrap();
    assert_eq!(list(&ben).await, unread(Notice::PartnershipEnded));
    let line = lines(&ben).await.remove(0);
    assert_eq!(
        (line.subject, line.actor),
        (format!("partnership:{}", pair.id), Some(ana.card.clone()))
    );
    assert_eq!(list(&ana).await, []);
}

async fn log_in(app: &TestApp, user_agent: &str) -> Browser {
    let browser = app.visitor();
    let request = browser
        .bare(reqwest::Method::POST, "/api/log_in")
        .header("accept", "application/json")
        .header("sec-fetch-site", "same-origin")
        .header("user-agent", user_agent)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("login=ana&password=correct+horse+battery");
    assert_eq!(crate::harness::browser::send(request).await.status, 200);
    browser
}

async fn a_sign_in_from_a_new_device(engine: Engine) {
    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const NEWER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";
    const PHONE: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").password("correct horse battery").create().await;
    // The session that the account has is of another browser.
    log_in(&app, FIREFOX).await;
    let device = |device: &str| {
        (
            Notice::NewSignIn {
                device: device.to_owned(),
            },
            false,
        )
    };
    assert_eq!(list(&ana).await, [device("Firefox, Linux")]);
    assert_eq!(lines(&ana).await[0].actor, None);
    let mut tab = app.ws(&ana).await;
    resume(&mut tab, None, 0).await;
    // The same again, a newer version of it, and after signing out.
    for user_agent in [FIREFOX, NEWER] {
        log_in(&app, user_agent)
            .await
            .tell::<String>("log_out", &[])
            .await
            .unwrap();
    }
    log_in(&app, NEWER).await;
    assert_eq!(list(&ana).await.len(), 1);
    log_in(&app, PHONE).await;
    assert_eq!(list(&ana).await, [device("Chrome, Android"), device("Firefox, Linux")]);
    // Also told to the tabs that are open.
    assert_eq!(heard_so_far(&mut tab).await.len(), 1);
    // The browser of that first session, from before devices were noted.
    log_in(&app, "test").await;
    assert_eq!(list(&ana).await.len(), 2);
    // The first device of an account is no news.
    let ben = app.person("ben").create().await;
    app.execute("DELETE FROM known_device").await;
    app.execute("DELETE FROM session").await;
    log_in(&app, FIREFOX).await;
    let ana = ana.another_device(&app).await;
    assert_eq!(list(&ana).await.len(), 2);
    assert_eq!(list(&ben.another_device(&app).await).await, []);
}

/// A change that is refused, and one whose transaction fails at its end.
async fn what_fails_leaves_nothing(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let _tabs = (app.ws(&ana).await, app.ws(&ben).await);
    let id = ana.ring(&ben).await.id;
    answer::<()>(&ben, "decline_call", id).await.unwrap();
    let before = app.dump(&[]).await;
    answer::<RoomId>(&ben, "accept_call", id).await.unwrap_err();
    answer::<()>(&ana, "cancel_call", id).await.unwrap_err();
    ana.call("send_request", &[("to", "ben"), ("message", "")])
        .await
        .error();
    ana.call("end_partnership", &[("username", "nobody")]).await.error();
    app.assert_unchanged(&before, &[]).await;
    // The log refuses: then nothing has happened at all.
    app.execute("DROP TABLE event").await;
    let before = app.dump(&[]).await;
    let calls = ana.call("start_call", &[("to", "ben"), ("message", "")]).await;
    assert_eq!((calls.status, calls.error()), (500, AppError::Internal));
    let parts = ana.call("end_partnership", &[("username", "ben")]).await;
    assert_eq!(parts.status, 500);
    app.assert_unchanged(&before, &[]).await;
}
