//! The demo people, as `speakle demo` lets them in.

use std::collections::BTreeSet;

use speakle::calls::model::CallView;
use speakle::kernel::paging::Page;
use speakle::matching::model::{PartnerView, Suggestions};
use speakle::onboarding::service::{SeedOutcome, seed_demo};

use crate::harness::{Engine, TestApp};

both_engines!(
    sixty_people_move_into_an_empty_database,
    an_inhabited_database_is_left_alone,
    there_may_be_few_or_many,
);

async fn sixty_people_move_into_an_empty_database(engine: Engine) {
    let app = TestApp::start(engine).await;
    assert_eq!(seed_demo(&app.state, 60).await, Ok(SeedOutcome::Filled { people: 60 }));
    let sql = "SELECT COUNT(DISTINCT language) FROM user_language WHERE role = 'native'";
    assert!(app.number(sql).await >= 12, "languages");
    for (name, partner) in [("ana", "ben"), ("ben", "ana")] {
        let browser = app.visitor();
        let form = [("login", name), ("password", "speakle-demo")];
        assert_eq!(
            browser.tell::<String>("log_in", &form).await,
            Ok("/".to_owned()),
            "{name}"
        );
        let partners: Vec<PartnerView> = browser.ask("partners", &[]).await.unwrap();
        assert!(partners.iter().any(|view| view.person.username == partner), "{name}");
        let found: Suggestions = browser.ask("find_partners", &[]).await.unwrap();
        assert!(!found.items.is_empty(), "nobody suits {name}");
        let calls: Page<CallView> = browser.ask("call_history", &[]).await.unwrap();
        assert!(!calls.items.is_empty() && calls.items.iter().all(|call| call.ended.is_some()));
        for path in [
            "/",
            "/partners",
            "/requests",
            "/calls",
            "/partners/find",
            "/settings/profile",
        ] {
            assert_eq!(browser.get(path).await.status, 200, "{path}");
        }
    }
    // Nothing of it lies ahead of the clock.
    let now = app.state.clock.now();
    for sql in [
        "SELECT MAX(created_at) FROM users",
        "SELECT MAX(since) FROM partnership",
        "SELECT MAX(ended_at) FROM call",
    ] {
        assert!(app.number(sql).await <= now.0, "{sql}");
    }
}

async fn an_inhabited_database_is_left_alone(engine: Engine) {
    let app = TestApp::start(engine).await;
    app.person("somebody").create().await;
    let before = app.dump(&[]).await;
    assert_eq!(
        seed_demo(&app.state, 60).await,
        Ok(SeedOutcome::LeftAlone { people: 1 })
    );
    app.assert_unchanged(&before, &[]).await;
}

async fn there_may_be_few_or_many(engine: Engine) {
    for people in [2, 700] {
        let app = TestApp::start(engine).await;
        seed_demo(&app.state, people).await.unwrap();
        assert_eq!(app.number("SELECT COUNT(*) FROM users").await, i64::from(people));
        assert_eq!(app.number("SELECT COUNT(*) FROM profile").await, i64::from(people));
        let names: BTreeSet<String> = app.texts("SELECT username_key FROM users").await.into_iter().collect();
        assert!(names.contains("ana") && names.contains("ben"));
        assert_eq!(
            app.number("SELECT COUNT(*) FROM partnership WHERE ended_at IS NULL")
                .await
                .min(1),
            1
        );
    }
}
