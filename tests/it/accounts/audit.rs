//! What is written down of what happens to accounts.

use std::time::Duration;

use speakle::accounts::model::Account;
use speakle::server::audit::KEPT;

use super::{PASSWORD, log_in, register};
use crate::harness::{Engine, TestApp, eventually};

both_engines!(
    what_happens_to_an_account_is_written_down,
    who_is_kept_out_is_written_down_without_what_was_typed,
    it_is_kept_for_a_year,
);

/// Kind and username of every row, the oldest first.
async fn rows(app: &TestApp) -> Vec<String> {
    app.texts(
        "SELECT kind || ' ' || COALESCE(username, '-') FROM audit LEFT JOIN users ON users.id = user_id ORDER BY at, kind",
    )
    .await
}

async fn what_happens_to_an_account_is_written_down(engine: Engine) {
    let app = TestApp::start(engine).await;
    let browser = app.visitor();
    register(&browser, "ana", "ana@example.org", PASSWORD).await;
    let phone = app.visitor();
    log_in(&phone, "ana", PASSWORD).await;
    // In the same browser: the session before ends.
    log_in(&phone, "ana", PASSWORD).await;
    let account: Account = browser.ask("own_account", &[]).await.unwrap();
    let on_phone = account.sessions[1].id.to_string();
    browser
        .tell::<()>("end_session", &[("session", &on_phone)])
        .await
        .unwrap();
    log_in(&phone, "ana", PASSWORD).await;
    browser.tell::<()>("end_other_sessions", &[]).await.unwrap();
    let form = [("current_password", PASSWORD), ("new_password", "velvet-Quarry-9471")];
    browser.tell::<()>("change_password", &form).await.unwrap();
    browser.tell::<String>("log_out", &[]).await.unwrap();
    browser.tell::<String>("log_out", &[]).await.unwrap();
    let kinds = [
        "signed_in",
        "signed_in",
        "session_ended",
        "signed_in",
        "session_ended",
        "signed_in",
        "session_ended",
        "password_changed",
        "signed_out",
    ];
    assert_eq!(rows(&app).await, kinds.map(|kind| format!("{kind} ana")));
    let from = "SELECT COUNT(*) FROM audit WHERE address = '127.0.0.1' AND at > 0";
    assert_eq!(app.number(from).await, 9);
    for detail in app.texts("SELECT detail FROM audit").await {
        let detail: serde_json::Value = serde_json::from_str(&detail).unwrap();
        assert!(detail.is_object(), "{detail}");
    }
    let everything = app.texts("SELECT detail || user_agent FROM audit").await.concat();
    assert!(!everything.contains(PASSWORD) && !everything.contains("velvet"));
}

async fn who_is_kept_out_is_written_down_without_what_was_typed(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    for (login, password) in [("ana", "my-other-secret"), ("my-other-secret", PASSWORD)] {
        assert_eq!(log_in(&app.visitor(), login, password).await.status, 422);
    }
    let form = [
        ("current_password", "my-other-secret"),
        ("new_password", "velvet-Quarry-9471"),
    ];
    assert_eq!(ana.call("change_password", &form).await.status, 422);
    // Nobody waits for these rows.
    let app = &app;
    let mut found = eventually("three rows", || async {
        let found = rows(app).await;
        (found.len() == 3).then_some(found)
    })
    .await;
    found.sort();
    assert_eq!(found, ["sign_in_failed -", "sign_in_failed ana", "sign_in_failed ana"]);
    let everything = format!("{:?}", app.dump(&[]).await);
    assert!(!everything.contains("my-other-secret"), "what was typed is kept");
    // What was not even looked at is no try.
    log_in(&app.visitor(), "ana", "").await;
    assert_eq!(rows(app).await.len(), 3);
}

async fn it_is_kept_for_a_year(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    app.person("ana").password(PASSWORD).create().await;
    log_in(&app.visitor(), "ana", PASSWORD).await;
    app.advance(KEPT);
    log_in(&app.visitor(), "ana", PASSWORD).await;
    app.clean_up().await;
    assert_eq!(rows(&app).await.len(), 2);
    // When it is looked at the next time.
    app.advance(Duration::from_secs(3600));
    app.clean_up().await;
    assert_eq!(rows(&app).await, ["signed_in ana"]);
    // It goes with the person.
    app.execute("DELETE FROM users").await;
    assert_eq!(rows(&app).await.len(), 0);
}
