//! The log: numbers without gaps, written with the change, and whatever a client lost.

use futures::FutureExt as _;
use futures::future::join_all;
use speakle::kernel::error::AppError;
use speakle::notifications::inbox::Inbox;
use speakle::notifications::model::{Change, Epoch, Head, Notice, What};
use speakle::notifications::service::{self, EVENTS_KEPT, Reading};
use speakle::notifications::wire::NotificationNews;
use speakle::realtime::model::MAX_MESSAGE;

use super::{ask, badge, follow, heard_so_far, hears, lines, news, put, read, record, resume, tell};
use crate::harness::{Engine, TestApp};

both_engines!(
    sixteen_writers_at_once_leave_no_gap_and_no_deadlock,
    what_is_rolled_back_was_never_written,
    from_each_point_exactly_the_rest_comes,
    who_is_new_starts_from_a_snapshot_and_goes_on_without_a_gap,
    another_epoch_or_a_number_that_was_never_given_starts_anew,
    what_one_frame_cannot_hold_comes_in_several,
    what_comes_between_a_page_and_its_socket_is_news,
    polling_brings_the_same_as_the_socket,
    nobody_hears_of_others,
);

async fn numbers(app: &TestApp, person: &str) -> Vec<String> {
    let rows = app.texts(
        "SELECT u.username || ' ' || e.seq FROM event e JOIN users u ON u.id = e.user_id ORDER BY u.username, e.seq",
    );
    rows.await.into_iter().filter(|row| row.starts_with(person)).collect()
}

async fn sixteen_writers_at_once_leave_no_gap_and_no_deadlock(engine: Engine) {
    const WRITERS: usize = 16;
    const EACH: usize = 15;
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let mut tab = app.ws(&ana).await;
    let mut inbox = Inbox::default();
    inbox.hear(resume(&mut tab, None, 0).await);
    let write = async |writer: usize| {
        for round in 0..EACH {
            // Some for one, some for both in either order, some about the same subject, some that come to nothing.
            let subject = format!("call:{}", (writer * EACH + round) % 40);
            let mut entries = vec![news(ana.id, &subject), read(ana.id, "call:1"), news(ben.id, &subject)];
            if writer.is_multiple_of(2) {
                entries.reverse();
            }
            let now = app.state.clock.now();
            let fails = round % 5 == 4;
            let work = app.state.db.transaction(move |conn| {
                async move {
                    let recorded = service::record_all(conn, now, entries).await?;
                    if fails { Err(AppError::NotFound) } else { Ok(recorded) }
                }
                .boxed()
            });
            match work.await {
                Ok(recorded) => service::publish(&app.state, recorded),
                Err(error) => assert_eq!((error, fails), (AppError::NotFound, true)),
            }
        }
    };
    join_all((0..WRITERS).map(write)).await;
    let puts = (WRITERS * EACH * 4 / 5) as u64;
    assert_eq!(
        numbers(&app, "ben").await,
        (1..=puts).map(|seq| format!("ben {seq}")).collect::<Vec<_>>()
    );
    let of_ana = numbers(&app, "ana").await;
    assert!(of_ana.len() as u64 >= puts);
    assert_eq!(
        of_ana,
        (1..=of_ana.len()).map(|seq| format!("ana {seq}")).collect::<Vec<_>>()
    );
    let (last, mut told) = (of_ana.len() as u64, Vec::new());
    follow(&mut inbox, &mut tab, &mut told, last).await;
    assert_eq!(inbox.unread, badge(&ana).await);
    assert_eq!(inbox.latest[..], lines(&ana).await[..inbox.latest.len()]);
    let mut shown: Vec<u64> = told.iter().map(|line| line.seq).collect();
    shown.sort_unstable();
    shown.dedup();
    assert_eq!(shown.len(), told.len(), "something was told twice");
}

async fn what_is_rolled_back_was_never_written(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let before = app.dump(&[]).await;
    let (now, user) = (app.state.clock.now(), ana.id);
    let result: Result<(), AppError> = app
        .state
        .db
        .transaction(move |conn| {
            async move {
                service::record_all(conn, now, vec![news(user, "call:1"), news(user, "call:2")]).await?;
                Err(AppError::NotFound)
            }
            .boxed()
        })
        .await;
    assert_eq!(result, Err(AppError::NotFound));
    app.assert_unchanged(&before, &[]).await;
    record(&app, vec![news(ana.id, "call:3")]).await;
    assert_eq!(numbers(&app, "ana").await, ["ana 1"]);
}

async fn from_each_point_exactly_the_rest_comes(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let mut tab = app.ws(&ana).await;
    let me = ana.id;
    // A call that rings and is missed, one that is answered elsewhere, all read, and something after it.
    let steps = [
        put(
            me,
            "call:1",
            Notice::CallReceived {
                message: "Tea?".to_owned(),
            },
            Reading::Unread,
        ),
        news(me, "call:2"),
        put(
            me,
            "call:1",
            Notice::CallMissed {
                message: "Tea?".to_owned(),
            },
            Reading::Unread,
        ),
        read(me, "call:2"),
        news(me, "request:1"),
        put(me, "call:3", Notice::CallDeclined, Reading::Read),
    ];
    for step in steps {
        tell(&app, vec![step]).await;
    }
    ana.tell::<()>("mark_all_notifications_read", &[("up_to", "5")])
        .await
        .unwrap();
    tell(&app, vec![news(me, "call:2")]).await;
    // As it went, one number after the other.
    let mut live = Vec::new();
    for news in heard_so_far(&mut tab).await {
        let NotificationNews::Changes {
            epoch,
            after,
            changes,
            unread,
        } = news
        else {
            panic!("{news:?}")
        };
        assert_eq!(
            (epoch, after, changes.len()),
            (Epoch::first_of(me), live.len() as u64, 1)
        );
        live.push((changes[0].clone(), unread));
    }
    let unread: Vec<u32> = live.iter().map(|(_, unread)| *unread).collect();
    assert_eq!(unread, [1, 2, 2, 1, 2, 2, 0, 1]);
    let last = live.len() as u64;
    assert_eq!(last, 8);
    let epoch = Some(Epoch::first_of(me));
    for after in 0..=last {
        let NotificationNews::Changes {
            after: from,
            changes,
            unread,
            ..
        } = resume(&mut tab, epoch, after).await
        else {
            panic!("no replay from {after}")
        };
        assert_eq!((from, unread), (after, 1));
        assert_eq!(
            changes.iter().map(|change| change.seq).collect::<Vec<_>>(),
            (after + 1..=last).collect::<Vec<_>>()
        );
        for Change { seq, what } in changes {
            let (as_it_was, _) = &live[seq as usize - 1];
            match (what, &as_it_was.what) {
                // Later changes of the same subject stand for these.
                (What::Passed, What::Put { .. }) => assert!([1, 2].contains(&seq), "{seq} has passed"),
                (What::Put { notification }, What::Put { notification: then }) => {
                    assert!(![1, 2].contains(&seq), "{seq} has not passed");
                    assert_eq!((notification.id, &notification.notice), (then.id, &then.notice));
                    assert_eq!(notification.is_read, seq != 8, "{seq}");
                }
                (now, then) => assert_eq!(now, *then),
            }
        }
    }
    // One line per subject, the last on top.
    let subjects: Vec<String> = lines(&ana).await.into_iter().map(|line| line.subject).collect();
    assert_eq!(subjects, ["call:2", "call:3", "request:1", "call:1"]);
}

async fn who_is_new_starts_from_a_snapshot_and_goes_on_without_a_gap(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let mut tab = app.ws(&ana).await;
    let before = app.dump(&[]).await;
    let mut inbox = Inbox::default();
    assert_eq!(inbox.hear(resume(&mut tab, None, 0).await).fresh, []);
    // Asking once more, as on the next socket, with nothing between.
    assert!(!inbox.hear(resume(&mut tab, inbox.epoch, inbox.last).await).needs_resume);
    app.assert_unchanged(&before, &[]).await;
    tell(&app, vec![news(ana.id, "call:1")]).await;
    assert_eq!(
        inbox.hear(hears(&mut tab).await).fresh.len(),
        1,
        "the very first one is fresh"
    );
    assert_eq!((inbox.last, inbox.unread), (1, 1));
    for n in 2..=25 {
        tell(&app, vec![news(ana.id, &format!("call:{n}"))]).await;
    }
    let mut other = app.ws(&ana).await;
    let NotificationNews::Snapshot {
        last, unread, latest, ..
    } = resume(&mut other, None, 0).await
    else {
        panic!("no snapshot")
    };
    assert_eq!((last, unread, latest.len()), (25, 25, 20));
    assert_eq!(latest, lines(&ana).await[..20]);
}

async fn another_epoch_or_a_number_that_was_never_given_starts_anew(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    tell(&app, vec![news(ana.id, "call:1")]).await;
    let mut tab = app.ws(&ana).await;
    let own = Epoch::first_of(ana.id);
    let NotificationNews::Snapshot { epoch, last: 1, .. } = resume(&mut tab, Some(Epoch::random()), 1).await else {
        panic!("it takes numbers of another epoch")
    };
    assert_eq!(epoch, own);
    // An older copy of the database is there: the client has to forget its numbers.
    for after in [2, 1_000_000, u64::MAX] {
        let NotificationNews::Snapshot { epoch, last: 1, .. } = resume(&mut tab, Some(own), after).await else {
            panic!("{after}")
        };
        assert_ne!(epoch, own);
    }
    // Further back than the log reaches at once.
    let all: Vec<_> = (0..=EVENTS_KEPT)
        .map(|n| news(ana.id, &format!("call:{}", n % 3)))
        .collect();
    record(&app, all).await;
    let last = EVENTS_KEPT + 2;
    assert!(matches!(resume(&mut tab, Some(own), 1).await, NotificationNews::Snapshot { last: of, .. } if of == last));
    heard_so_far(&mut tab).await;
    let NotificationNews::Changes { after: 2, .. } = resume(&mut tab, Some(own), 2).await else {
        panic!("the log does not reach back as far as it says")
    };
}

async fn what_one_frame_cannot_hold_comes_in_several(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let mut tab = app.ws(&ana).await;
    let message = "\"¿Té?\"\n".repeat(60);
    let entry = |n| {
        let notice = Notice::RequestReceived {
            message: message.clone(),
        };
        put(ana.id, &format!("request:{n}"), notice, Reading::Unread)
    };
    record(&app, (0..300).map(entry).collect()).await;
    let mut inbox = Inbox::at(Head::of_nothing(Epoch::first_of(ana.id)));
    ask(&mut tab, inbox.epoch, 0).await;
    let frames = heard_so_far(&mut tab).await;
    assert!(frames.len() > 3, "{} frames", frames.len());
    let mut told = 0;
    for frame in frames {
        let size = serde_json::to_string(&frame).unwrap().len();
        assert!(size < MAX_MESSAGE, "{size} bytes");
        let heard = inbox.hear(frame);
        assert!(!heard.needs_resume);
        told += heard.fresh.len();
    }
    assert_eq!((told, inbox.last, inbox.unread), (300, 300, 300));
}

async fn what_comes_between_a_page_and_its_socket_is_news(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    // From the first on, before anything has ever happened to her.
    for number in 0..3 {
        let html = ana.get("/settings/privacy").await.body;
        let head: Head = ana.ask("notifications_so_far", &[]).await.unwrap();
        let own = Epoch::first_of(ana.id);
        assert_eq!((head.epoch, head.last, u64::from(head.unread)), (own, number, number));
        let said = serde_json::to_string(&head).unwrap();
        assert!(html.replace('\\', "").contains(&said), "the page says {said}: {html}");
        let subject = format!("call:{number}");
        record(&app, vec![news(ana.id, &subject)]).await;
        let mut tab = app.ws(&ana).await;
        let mut inbox = Inbox::at(head);
        let heard = inbox.hear(resume(&mut tab, inbox.epoch, inbox.last).await);
        let fresh: Vec<&str> = heard.fresh.iter().map(|line| line.subject.as_str()).collect();
        assert_eq!((fresh, inbox.unread), (vec![subject.as_str()], badge(&ana).await));
    }
    let nobody = app.visitor().fetch("notifications_so_far", &[]).await;
    assert_eq!(nobody.error(), AppError::SignedOut);
}

async fn polling_brings_the_same_as_the_socket(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let mut tab = app.ws(&ana).await;
    let epoch = Epoch::first_of(ana.id);
    for n in 0..5 {
        record(&app, vec![news(ana.id, &format!("call:{}", n % 3))]).await;
    }
    let text = epoch.to_string();
    for after in 0..=5 {
        let polled: NotificationNews = ana
            .ask(
                "notifications_since",
                &[("epoch", &text), ("after", &after.to_string())],
            )
            .await
            .unwrap();
        assert_eq!(polled, resume(&mut tab, Some(epoch), after).await);
    }
    let polled: NotificationNews = ana.ask("notifications_since", &[("after", "0")]).await.unwrap();
    assert_eq!(polled, resume(&mut tab, None, 0).await);
    let nobody = app.visitor().fetch("notifications_since", &[("after", "0")]).await;
    assert_eq!((nobody.status, nobody.error()), (401, AppError::SignedOut));
}

async fn nobody_hears_of_others(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let (mut anas, mut second, mut bens) = (app.ws(&ana).await, app.ws(&ana).await, app.ws(&ben).await);
    tell(&app, vec![news(ana.id, "call:1")]).await;
    assert_eq!(heard_so_far(&mut anas).await.len(), 1);
    assert_eq!(heard_so_far(&mut second).await.len(), 1);
    // Not even by the epoch of another person's log.
    let NotificationNews::Snapshot {
        last: 0,
        unread: 0,
        latest,
        epoch,
    } = resume(&mut bens, Some(Epoch::first_of(ana.id)), 0).await
    else {
        panic!("somebody else's log")
    };
    assert_eq!((latest, epoch), (Vec::new(), Epoch::first_of(ben.id)));
    // An answer goes to whoever asked.
    resume(&mut anas, None, 0).await;
    assert_eq!(heard_so_far(&mut second).await, []);
}
