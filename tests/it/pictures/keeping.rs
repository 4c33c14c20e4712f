//! What is kept of pictures, and for how long.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use speakle::kernel::error::AppError;
use speakle::kernel::picture::{PictureId, PictureSize, address};

use super::{folder, form, names, png, post, save, seen, stored};
use crate::harness::browser::send;
use crate::harness::{Engine, TestApp};

both_engines!(
    what_is_replaced_or_taken_away_is_gone_at_once_and_its_files_soon,
    two_pictures_at_once_leave_one,
    what_a_killed_process_left_is_found_and_what_is_shown_stays,
    files_go_with_the_person,
    a_store_that_does_not_answer_changes_nothing,
);

async fn what_is_replaced_or_taken_away_is_gone_at_once_and_its_files_soon(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let first = save(&ana, png()).await;
    app.sweep().await;
    assert_eq!(stored(&app), names(&[first]));
    let second = save(&ana, png()).await;
    assert!(
        seen(&ana, first, PictureSize::Large).await.is_none(),
        "replaced, and still served"
    );
    assert!(seen(&ana, second, PictureSize::Large).await.is_some());
    assert_eq!(stored(&app), names(&[first, second]));
    app.sweep().await;
    assert_eq!(stored(&app), names(&[second]));

    ana.tell::<()>("remove_picture", &[]).await.unwrap();
    assert!(seen(&ana, second, PictureSize::Large).await.is_none());
    assert!(!ana.get("/people/ana").await.body.contains(".webp"));
    // Nothing is there to take away any more, and that is no error.
    ana.tell::<()>("remove_picture", &[]).await.unwrap();
    // The process ends before it does the work; the next one does it.
    let next = app.another_process(false).await;
    next.sweep().await;
    assert_eq!(stored(&app), Vec::<String>::new());
    assert_eq!(app.number("SELECT COUNT(*) FROM picture").await, 0);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM job WHERE kind = 'profiles.forget_picture'")
            .await,
        0
    );
}

async fn two_pictures_at_once_leave_one(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let ids = join_all((0..6).map(|_| save(&ana, png()))).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM picture WHERE is_shown").await, 1);
    app.sweep().await;
    let shown: Vec<PictureId> = app
        .texts(match engine {
            Engine::Sqlite => "SELECT lower(hex(picture_id)) FROM users WHERE username = 'ana'",
            Engine::Postgres => "SELECT picture_id::text FROM users WHERE username = 'ana'",
        })
        .await
        .iter()
        .map(|id| id.parse().unwrap())
        .collect();
    assert!(ids.contains(&shown[0]));
    assert_eq!(stored(&app), names(&shown));
}

async fn what_a_killed_process_left_is_found_and_what_is_shown_stays(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let kept = save(&ben, png()).await;
    // Stored, and killed before it was shown.
    let left = save(&ana, png()).await;
    app.execute("UPDATE picture SET is_shown = false WHERE user_id = (SELECT id FROM users WHERE username = 'ana')")
        .await;
    app.execute("UPDATE users SET picture_id = NULL WHERE username = 'ana'")
        .await;
    app.clean_up().await;
    assert_eq!(stored(&app), names(&[left, kept]), "whoever began may still be at it");
    app.advance(Duration::from_secs(3_700));
    app.clean_up().await;
    app.sweep().await;
    assert_eq!(stored(&app), names(&[kept]));
    assert_eq!(app.number("SELECT COUNT(*) FROM picture").await, 1);
    assert!(seen(&ana, kept, PictureSize::Small).await.is_some());
}

async fn files_go_with_the_person(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let id = save(&ana, png()).await;
    app.execute("DELETE FROM users WHERE username = 'ana'").await;
    assert!(seen(&app.visitor(), id, PictureSize::Small).await.is_none());
    app.clean_up().await;
    app.sweep().await;
    assert_eq!(stored(&app), Vec::<String>::new());
    assert_eq!(app.number("SELECT COUNT(*) FROM picture").await, 0);
}

async fn a_store_that_does_not_answer_changes_nothing(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let first = save(&ana, png()).await;
    // A file is where the folder was.
    let (place, aside) = (folder(&app), folder(&app).with_extension("aside"));
    std::fs::rename(&place, &aside).unwrap();
    std::fs::write(&place, "").unwrap();
    let answer = post(&ana, form(png(), "me.png")).await;
    assert!(matches!(answer.error(), AppError::Busy { .. }), "{answer:?}");
    assert_eq!(answer.status, 503);
    let answer = send(ana.bare(Method::GET, &address(first, PictureSize::Small))).await;
    assert_eq!((answer.status, answer.header("cache-control")), (503, Some("no-store")));
    assert!(
        ana.get("/people/ana").await.body.contains(&first.to_string()),
        "the one before stays"
    );
    std::fs::remove_file(&place).unwrap();
    std::fs::rename(&aside, &place).unwrap();
    assert!(seen(&ana, first, PictureSize::Small).await.is_some());
    app.advance(Duration::from_secs(60));
    app.sweep().await;
    assert_eq!(
        app.number("SELECT COUNT(*) FROM picture").await,
        1,
        "what was not stored is forgotten"
    );
    assert_eq!(stored(&app), names(&[first]));
}
