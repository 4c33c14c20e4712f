//! What is forgotten, and that nobody misses it.

use std::time::Duration;

use speakle::notifications::inbox::Inbox;
use speakle::notifications::model::{Epoch, Head};
use speakle::notifications::service::EVENTS_KEPT;
use speakle::notifications::wire::NotificationNews;

use super::{badge, lines, news, read, record, resume};
use crate::harness::{Engine, TestApp};

both_engines!(
    events_are_forgotten_by_age_and_number_and_clients_start_anew,
    lines_that_were_read_long_ago_go_and_unread_ones_stay,
);

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// First kept number, last number, and how many there are.
async fn kept(app: &TestApp) -> (i64, i64, i64) {
    (
        app.number("SELECT first_seq FROM event_log").await,
        app.number("SELECT last_seq FROM event_log").await,
        app.number("SELECT COUNT(*) FROM event").await,
    )
}

async fn events_are_forgotten_by_age_and_number_and_clients_start_anew(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let epoch = Some(Epoch::first_of(ana.id));
    for n in 1..=3 {
        record(&app, vec![news(ana.id, &format!("call:{n}"))]).await;
        app.advance(DAY);
    }
    let mut inbox = Inbox::at(Head {
        epoch: Epoch::first_of(ana.id),
        last: 1,
        unread: 1,
    });
    // The first is 30 days old to the microsecond, then more.
    app.advance(DAY * 27);
    app.clean_up().await;
    assert_eq!(kept(&app).await, (1, 3, 3));
    app.advance(Duration::from_secs(3_600));
    app.clean_up().await;
    assert_eq!(kept(&app).await, (2, 3, 2));
    app.advance(DAY);
    app.clean_up().await;
    assert_eq!(kept(&app).await, (3, 3, 1));
    // Their session has lasted as long: a device of today.
    let ana = ana.another_device(&app).await;
    let mut tab = app.ws(&ana).await;
    assert!(matches!(
        resume(&mut tab, epoch, 1).await,
        NotificationNews::Snapshot { last: 3, unread: 3, .. }
    ));
    assert!(matches!(
        resume(&mut tab, epoch, 2).await,
        NotificationNews::Changes { after: 2, .. }
    ));
    // Who was away for too long still hears of what is new to them.
    let heard = inbox.hear(resume(&mut tab, inbox.epoch, inbox.last).await);
    assert_eq!(heard.fresh.iter().map(|line| line.seq).collect::<Vec<_>>(), [2, 3]);
    app.advance(DAY * 30);
    app.clean_up().await;
    assert_eq!(kept(&app).await, (4, 3, 0));
    assert_eq!(badge(&ana.another_device(&app).await).await, 3);
    // And by number.
    let many = (0..EVENTS_KEPT + 50)
        .map(|n| news(ana.id, &format!("call:{}", n % 5)))
        .collect();
    record(&app, many).await;
    app.advance(Duration::from_secs(3_600));
    app.clean_up().await;
    let last = EVENTS_KEPT as i64 + 53;
    assert_eq!(kept(&app).await, (54, last, EVENTS_KEPT as i64));
}

async fn lines_that_were_read_long_ago_go_and_unread_ones_stay(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    record(&app, vec![news(ana.id, "call:1"), news(ana.id, "call:2")]).await;
    app.advance(DAY * 60);
    record(
        &app,
        vec![read(ana.id, "call:1"), news(ana.id, "call:3"), read(ana.id, "call:3")],
    )
    .await;
    app.advance(DAY * 31);
    app.clean_up().await;
    let left: Vec<(String, bool)> = {
        let today = ana.another_device(&app).await;
        lines(&today)
            .await
            .into_iter()
            .map(|line| (line.subject, line.is_read))
            .collect()
    };
    assert_eq!(left, [("call:3".to_owned(), true), ("call:2".to_owned(), false)]);
}
