//! What the search finds people by follows what they say and when they are here.

use std::time::Duration;

use futures::FutureExt as _;
use speakle::matching::index;
use speakle::realtime::model::Presence;
use speakle::realtime::presence::PresenceListener as _;

use crate::harness::{Engine, Person, TestApp};

both_engines!(
    rows_follow_the_profile_at_once,
    a_visit_moves_rows_once_a_day_and_heartbeats_write_nothing,
    who_appears_offline_is_not_moved_until_they_are_seen_again,
    who_was_there_before_the_index_gets_rows,
    who_has_no_name_any_more_has_no_rows,
    who_comes_of_age_passes_to_the_adults,
);

const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn pairs(app: &TestApp) -> Vec<String> {
    app.texts("SELECT speaks || '>' || learns || ' ' || learns_level FROM match_pair ORDER BY 1")
        .await
}

async fn words(app: &TestApp) -> Vec<String> {
    app.texts("SELECT DISTINCT word FROM match_name ORDER BY 1").await
}

/// The days that rows are of: the person's first, then those of their pairs.
async fn days(app: &TestApp) -> (i64, i64) {
    (
        app.number("SELECT CAST(MAX(active_day) AS BIGINT) FROM match_person")
            .await,
        app.number("SELECT CAST(MIN(active_day) AS BIGINT) FROM match_pair")
            .await,
    )
}

async fn save(person: &Person, name: &str, changes: &[(&str, &str)]) {
    let mut form = vec![
        ("display_name", name),
        ("bio", ""),
        ("time_zone", "Europe/Madrid"),
        ("languages[0][language]", "es"),
        ("languages[0][role]", "native"),
        ("languages[0][level]", ""),
        ("languages[1][language]", "en"),
        ("languages[1][role]", "learning"),
        ("languages[1][level]", "B1"),
    ];
    form.extend_from_slice(changes);
    person.tell::<()>("save_profile", &form).await.unwrap();
}

async fn rows_follow_the_profile_at_once(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana_c").called("Ana Castillo").create().await;
    assert_eq!(pairs(&app).await, ["es>en B1"]);
    assert_eq!(words(&app).await, ["ana", "c", "castillo"]);
    let more = [
        ("interests", "cooking, old trains"),
        ("languages[2][language]", "ca"),
        ("languages[2][role]", "fluent"),
        ("languages[2][level]", "C1"),
        ("hours[0]", "mon-9"),
    ];
    save(&ana, "안나 García", &more).await;
    assert_eq!(pairs(&app).await, ["ca>en B1", "es>en B1"]);
    assert_eq!(words(&app).await, ["ana", "c", "garcia", "나", "안나"]);
    let kept = app
        .texts("SELECT interests || '|' || name_key || '|' || length(hours) FROM match_person")
        .await;
    assert_eq!(kept, ["cooking,old trains| 안나 garcia ana c |21"]);
    save(&ana, "Ana", &[("interests", "")]).await;
    assert_eq!((pairs(&app).await.len(), words(&app).await.len()), (1, 2));
    // What is refused changes nothing.
    let before = app.dump(&[]).await;
    let refused = [("display_name", ""), ("bio", ""), ("time_zone", "x"), ("interests", "")];
    assert!(ana.tell::<()>("save_profile", &refused).await.is_err());
    app.assert_unchanged(&before, &[]).await;
}

async fn a_visit_moves_rows_once_a_day_and_heartbeats_write_nothing(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let index = index::Index::new(app.state.clone());
    let (first, _) = days(&app).await;
    app.advance(DAY);
    assert_eq!(days(&app).await, (first, first), "nobody was here");
    index.changed(ana.id, Presence::Offline).await;
    assert_eq!(days(&app).await, (first, first), "gone is not here");
    index.changed(ana.id, Presence::Online).await;
    assert_eq!(days(&app).await, (first + 1, first + 1));
    // Heartbeats, other tabs, other processes: the day is the same.
    let before = app.dump(&[]).await;
    for presence in [Presence::Away, Presence::Online, Presence::InCall, Presence::Online] {
        index.changed(ana.id, presence).await;
        index::Index::new(app.state.clone()).changed(ana.id, presence).await;
    }
    app.assert_unchanged(&before, &[]).await;
    // A profile that is saved stays on its day.
    app.advance(DAY);
    save(&ana, "Ana", &[("interests", "")]).await;
    assert_eq!(days(&app).await, (first + 1, first + 1));
    index.changed(ana.id, Presence::Online).await;
    assert_eq!(days(&app).await, (first + 2, first + 2));
}

async fn who_appears_offline_is_not_moved_until_they_are_seen_again(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let index = index::Index::new(app.state.clone());
    let (first, _) = days(&app).await;
    ana.tell::<serde_json::Value>("set_invisible", &[("invisible", "true")])
        .await
        .unwrap();
    app.advance(DAY);
    index.changed(ana.id, Presence::Online).await;
    assert_eq!(days(&app).await, (first, first));
    ana.tell::<serde_json::Value>("set_invisible", &[("invisible", "false")])
        .await
        .unwrap();
    index.shown_otherwise(ana.id, Presence::Online).await;
    assert_eq!(days(&app).await, (first + 1, first + 1));
}

async fn who_was_there_before_the_index_gets_rows(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    app.person("ana").create().await;
    app.person("ben").speaks("en").learns("es", "A2").create().await;
    let (before, mark) = (pairs(&app).await, days(&app).await);
    app.execute("DELETE FROM match_person").await;
    assert!(pairs(&app).await.is_empty(), "the others go with the first");
    for _ in 0..2 {
        let handler = index::Complete(app.state.clone());
        handler.complete().await.unwrap();
        assert_eq!((pairs(&app).await, days(&app).await), (before.clone(), mark));
    }
}

async fn who_has_no_name_any_more_has_no_rows(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (user, now, year) = (ana.id, app.state.clock.now(), app.state.clock.this_year());
    app.write(move |conn| {
        async move {
            let sql = "UPDATE users SET username = '', display_name = '' WHERE id = $1";
            speakle::on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
            index::write(conn, user, now, year).await.unwrap();
            Ok(())
        }
        .boxed()
    })
    .await;
    assert_eq!((pairs(&app).await.len(), words(&app).await.len()), (0, 0));
}

async fn who_comes_of_age_passes_to_the_adults(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let year = (app.state.clock.this_year() - 17).to_string();
    save(&ana, "Ana", &[("interests", ""), ("birth_year", &year)]).await;
    let young = || app.number("SELECT COUNT(*) FROM match_pair WHERE is_young");
    assert_eq!(young().await, 1);
    app.advance(DAY * 366);
    index::Complete(app.state.clone()).complete().await.unwrap();
    assert_eq!((young().await, pairs(&app).await.len()), (0, 1));
}
