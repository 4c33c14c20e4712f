//! When people were here last, also if the process says no goodbye.

use std::time::Duration;

use speakle::accounts::last_seen::{LastSeen, REFRESH};
use speakle::kernel::time::Micros;
use speakle::matching::model::PartnerView;
use speakle::realtime::model::Presence;

use crate::harness::{Engine, TestApp, eventually};

both_engines!(
    a_process_that_is_killed_has_written_down_who_was_here,
    stopping_writes_down_who_is_still_here,
);

/// Of people in the order of their names; 0 for nobody knows.
async fn last_seen(app: &TestApp) -> [i64; 2] {
    let of_ana = "SELECT COALESCE(last_seen_at, 0) FROM users WHERE username = 'ana'";
    let of_ben = "SELECT COALESCE(last_seen_at, 0) FROM users WHERE username = 'ben'";
    [app.number(of_ana).await, app.number(of_ben).await]
}

async fn a_process_that_is_killed_has_written_down_who_was_here(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let refresh = LastSeen(app.state.clone());
    refresh.refresh().await.unwrap();
    assert_eq!(last_seen(&app).await, [0, 0], "nobody is here");

    let (socket, _second_tab) = (app.ws(&ana).await, app.ws(&ana).await);
    for _ in 0..3 {
        app.advance(REFRESH);
        refresh.refresh().await.unwrap();
        assert_eq!(last_seen(&app).await, [app.state.clock.now().0, 0]);
    }
    // Another process has written something later: news that come late change nothing.
    let later = app.state.clock.now().plus(Duration::from_secs(5)).0;
    app.execute("UPDATE users SET last_seen_at = last_seen_at + 5000000 WHERE username = 'ana'")
        .await;
    refresh.refresh().await.unwrap();
    assert_eq!(last_seen(&app).await, [later, 0]);

    app.advance(REFRESH);
    let restarted = app.another_process(false).await;
    drop((socket, app));
    let ben = ben.at(&restarted);
    let seen: Vec<PartnerView> = ben.ask("partners", &[]).await.unwrap();
    assert_eq!(seen[0].presence, Presence::Offline);
    assert_eq!(seen[0].last_seen.as_ref().map(|time| time.at), Some(Micros(later)));
}

async fn stopping_writes_down_who_is_still_here(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, _ben, _) = app.ana_and_ben().await;
    let _socket = app.ws(&ana).await;
    let before = app.state.clock.now().0;
    app.server.stop_background().await;
    let [of_ana, of_ben] = last_seen(&app).await;
    assert!(of_ana >= before, "{of_ana} is before {before}");
    assert_eq!(of_ben, 0);
}

/// On one thread, whose timers the test can move.
#[tokio::test]
async fn it_is_refreshed_every_minute() {
    let app = TestApp::start(Engine::Sqlite).await;
    let (ana, _ben, _) = app.ana_and_ben().await;
    let _socket = app.ws(&ana).await;
    assert_eq!(last_seen(&app).await, [0, 0]);
    tokio::time::pause();
    tokio::time::advance(REFRESH + Duration::from_secs(1)).await;
    tokio::time::resume();
    eventually("ana to be seen", || async {
        (last_seen(&app).await[0] > 0).then_some(())
    })
    .await;
}
