//! Roles: who gives them, what ends with them, and who is let in by them.

use speakle::accounts::roles::model::Role;
use speakle::accounts::roles::service::{Granted, grant, require};
use speakle::kernel::error::AppError;

use super::{PASSWORD, is_signed_in, log_in};
use crate::harness::{Engine, TestApp};

both_engines!(
    another_role_ends_every_session_and_is_written_down,
    nobody_and_nothing_new_changes_nothing,
    who_has_too_little_is_told_that_there_is_nothing,
    a_role_goes_with_its_person,
);

async fn another_role_ends_every_session_and_is_written_down(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("Ana").password(PASSWORD).create().await;
    let ben = app.person("ben").create().await;
    let phone = ana.another_device(&app).await;
    let (mut tab, mut on_phone, mut bens) = (app.ws(&ana).await, app.ws(&phone).await, app.ws(&ben).await);
    let granted = grant(&app.state, "ANA", Role::Moderator).await.unwrap();
    let changed = |before, ended| Granted::Changed {
        username: "Ana".to_owned(),
        before,
        ended,
    };
    assert_eq!(granted, changed(Role::Member, 2));
    assert_eq!((tab.closed().await, on_phone.closed().await), (Some(4001), Some(4001)));
    assert!(!is_signed_in(&ana).await && !is_signed_in(&phone).await);
    bens.settled().await;
    assert!(is_signed_in(&ben).await, "somebody else is signed out");
    // Down again is a change like up.
    log_in(&app.visitor(), "ana", PASSWORD)
        .await
        .result::<String>()
        .unwrap();
    assert_eq!(
        grant(&app.state, "ana", Role::Admin).await.unwrap(),
        changed(Role::Moderator, 1)
    );
    assert_eq!(
        grant(&app.state, "ana", Role::Member).await.unwrap(),
        changed(Role::Admin, 0)
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM user_role").await, 0);
    let details = app
        .texts("SELECT detail FROM audit WHERE kind = 'role_changed' AND user_agent = 'speakle admin' ORDER BY id")
        .await;
    let of = |detail: &str| -> (String, String, String, usize) {
        let detail: serde_json::Value = serde_json::from_str(detail).unwrap();
        let text = |name: &str| detail[name].as_str().unwrap().to_owned();
        (
            text("from"),
            text("to"),
            text("by"),
            detail["ended"].as_array().unwrap().len(),
        )
    };
    let row = |from: &str, to: &str, ended| (from.to_owned(), to.to_owned(), "command line".to_owned(), ended);
    let details: Vec<_> = details.iter().map(|detail| of(detail)).collect();
    assert_eq!(details.len(), 3);
    assert!(details.contains(&row("member", "moderator", 2)), "{details:?}");
    assert!(details.contains(&row("moderator", "admin", 1)), "{details:?}");
    assert!(details.contains(&row("admin", "member", 0)), "{details:?}");
}

async fn nobody_and_nothing_new_changes_nothing(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    grant(&app.state, "ana", Role::Admin).await.unwrap();
    let ana = ana.another_device(&app).await;
    let before = app.dump(&[]).await;
    let again = grant(&app.state, "ana", Role::Admin).await.unwrap();
    let username = "ana".to_owned();
    assert_eq!(again, Granted::Unchanged { username });
    assert!(is_signed_in(&ana).await, "nothing has changed");
    for nobody in [
        "nobody",
        "",
        "ana@secret-mail.example",
        "' OR 1=1 --",
        "admin",
        "ana\0x",
    ] {
        let answer = grant(&app.state, nobody, Role::Moderator).await;
        assert_eq!(answer, Err(AppError::NotFound), "{nobody:?}");
    }
    app.assert_unchanged(&before, &[]).await;
    assert_eq!(app.texts("SELECT role FROM user_role").await, ["admin"]);
}

async fn who_has_too_little_is_told_that_there_is_nothing(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    for (has, may) in [
        (Role::Member, 1),
        (Role::Moderator, 2),
        (Role::Admin, 3),
        (Role::Moderator, 2),
    ] {
        grant(&app.state, "ana", has).await.unwrap();
        for (index, wanted) in Role::ALL.into_iter().enumerate() {
            let answer = require(&app.state, &ana.viewer(), wanted).await;
            let expected = if index < may { Ok(()) } else { Err(AppError::NotFound) };
            assert_eq!(answer, expected, "{has:?} asks for {wanted:?}");
        }
    }
    // Whatever stands in the database, what is no role opens nothing.
    app.execute("UPDATE user_role SET role = 'root'").await;
    assert_eq!(
        require(&app.state, &ana.viewer(), Role::Moderator).await,
        Err(AppError::Internal)
    );
}

async fn a_role_goes_with_its_person(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    app.person("ana").create().await;
    grant(&app.state, "ana", Role::Moderator).await.unwrap();
    app.execute("DELETE FROM users").await;
    assert_eq!(app.number("SELECT COUNT(*) FROM user_role").await, 0);
}
