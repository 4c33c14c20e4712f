//! The list: pages, what was read, and the badge that counts all of it.

use speakle::kernel::error::AppError;
use speakle::kernel::paging::Page;
use speakle::notifications::inbox::Inbox;
use speakle::notifications::model::{Notification, PAGE, What};
use speakle::notifications::wire::NotificationNews;

use super::{badge, heard_so_far, hears, lines, news, record, resume, tell};
use crate::harness::{Engine, TestApp};

both_engines!(
    pages_follow_each_other_while_more_comes,
    reading_one_and_all_counts_on_every_tab,
    what_came_after_the_page_was_made_stays_unread,
    other_peoples_lines_cannot_be_read,
    forms_work_without_scripts,
);

async fn pages_follow_each_other_while_more_comes(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let count = 2 * PAGE + 5;
    for n in 1..=count {
        record(&app, vec![news(ana.id, &format!("call:{n}"))]).await;
    }
    let mut seen: Vec<u64> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let query: Vec<(&str, &str)> = after.iter().map(|after| ("after", after.as_str())).collect();
        let page: Page<Notification> = ana.ask("notifications", &query).await.unwrap();
        seen.extend(page.items.iter().map(|line| line.seq));
        // Between two pages: a new line, and an old one that goes up.
        let more = seen.len();
        record(
            &app,
            vec![news(ana.id, &format!("more:{more}")), news(ana.id, "call:40")],
        )
        .await;
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let expected: Vec<u64> = (1..=count as u64)
        .rev()
        .filter(|seq| *seq != 40 || seen.contains(seq))
        .collect();
    assert_eq!(seen, expected, "newest first, none twice");
    assert!(seen.len() >= count - 1);
    assert_eq!(
        ana.ask::<Page<Notification>>("notifications", &[("after", "rain")])
            .await
            .unwrap()
            .items
            .len(),
        PAGE
    );
}

async fn reading_one_and_all_counts_on_every_tab(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let phone = ana.another_device(&app).await;
    let mut tabs = [app.ws(&ana).await, app.ws(&phone).await];
    let mut inboxes = [Inbox::default(), Inbox::default()];
    for (inbox, tab) in inboxes.iter_mut().zip(&mut tabs) {
        inbox.hear(resume(tab, None, 0).await);
    }
    for n in 1..=25 {
        tell(&app, vec![news(ana.id, &format!("call:{n}"))]).await;
    }
    let all = lines(&ana).await;
    // One below what clients keep at hand, one twice, the rest.
    for id in [all[24].id, all[3].id, all[3].id] {
        ana.tell::<()>("mark_notification_read", &[("id", &id.to_string())])
            .await
            .unwrap();
    }
    assert_eq!(badge(&phone).await, 23);
    phone
        .tell::<()>("mark_all_notifications_read", &[("up_to", "27")])
        .await
        .unwrap();
    // Once more changes nothing.
    let before = app.dump(&[]).await;
    phone
        .tell::<()>("mark_all_notifications_read", &[("up_to", "27")])
        .await
        .unwrap();
    app.assert_unchanged(&before, &[]).await;
    for (inbox, tab) in inboxes.iter_mut().zip(&mut tabs) {
        let counts: Vec<u32> = {
            let news = heard_so_far(tab).await;
            news.into_iter()
                .map(|news| (inbox.hear(news), inbox.unread).1)
                .collect()
        };
        assert_eq!(counts, (1..=25).chain([24, 23, 0]).collect::<Vec<_>>());
        assert_eq!(inbox.last, 28);
        assert!(inbox.latest.iter().all(|line| line.is_read));
    }
    assert!(lines(&ana).await.iter().all(|line| line.is_read));
    assert_eq!(badge(&ana).await, 0);
}

async fn what_came_after_the_page_was_made_stays_unread(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let mut tab = app.ws(&ana).await;
    for n in 1..=3 {
        record(&app, vec![news(ana.id, &format!("call:{n}"))]).await;
    }
    // It was shown up to 2; line 1 then says something new.
    record(&app, vec![news(ana.id, "call:1")]).await;
    ana.tell::<()>("mark_all_notifications_read", &[("up_to", "2")])
        .await
        .unwrap();
    let unread: Vec<u64> = lines(&ana)
        .await
        .iter()
        .filter(|line| !line.is_read)
        .map(|line| line.seq)
        .collect();
    assert_eq!(unread, [4, 3]);
    let NotificationNews::Changes { changes, unread, .. } = hears(&mut tab).await else {
        panic!("no change")
    };
    assert_eq!((&changes[0].what, unread), (&What::ReadAll { up_to: 2 }, 2));
}

async fn other_peoples_lines_cannot_be_read(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    record(&app, vec![news(ana.id, "call:1")]).await;
    let id = lines(&ana).await[0].id.to_string();
    let before = app.dump(&["event_log"]).await;
    let answer = ben.call("mark_notification_read", &[("id", &id)]).await;
    assert_eq!((answer.status, answer.error()), (404, AppError::NotFound));
    let nobody = app.visitor().call("mark_notification_read", &[("id", &id)]).await;
    assert_eq!(nobody.status, 401);
    ben.tell::<()>("mark_all_notifications_read", &[("up_to", "99")])
        .await
        .unwrap();
    app.assert_unchanged(&before, &["event_log"]).await;
    assert_eq!(badge(&ana).await, 1);
}

async fn forms_work_without_scripts(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    record(&app, vec![news(ana.id, "call:1"), news(ana.id, "call:2")]).await;
    let id = lines(&ana).await[0].id.to_string();
    for (function, field, value, left) in [
        ("mark_notification_read", "id", id.as_str(), 1),
        ("mark_all_notifications_read", "up_to", "2", 0),
    ] {
        let answer = ana.submit("/notifications", function, &[(field, value)]).await;
        assert_eq!((answer.status, answer.location()), (303, "/notifications"));
        assert_eq!(badge(&ana).await, left);
    }
}
