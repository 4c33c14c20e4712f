//! Pictures in a store that speaks S3.

use std::time::Duration;

use speakle::kernel::error::AppError;
use speakle::kernel::picture::PictureSize;
use speakle::server::media::Media;

use super::{form, names, png, post, save, seen};
use crate::harness::s3::{BUCKET, S3};
use crate::harness::{Engine, TestApp};

both_engines!(
    pictures_come_and_go_in_a_bucket,
    a_store_that_refuses_or_is_away_is_said_and_changes_nothing
);

async fn in_bucket(engine: Engine, media: Media) -> TestApp {
    TestApp::wishes(engine)
        .manual_clock()
        .without_background()
        .media(media)
        .start()
        .await
}

async fn pictures_come_and_go_in_a_bucket(engine: Engine) {
    let store = S3::start().await;
    let app = in_bucket(engine, store.media()).await;
    let ana = app.person("ana").create().await;
    let first = save(&ana, png()).await;
    assert_eq!(store.stored("pictures"), names(&[first]));
    for size in PictureSize::ALL {
        assert!(seen(&app.visitor(), first, size).await.is_some());
    }
    let second = save(&ana, png()).await;
    assert!(seen(&ana, first, PictureSize::Small).await.is_none());
    app.sweep().await;
    assert_eq!(store.stored("pictures"), names(&[second]));
    ana.tell::<()>("remove_picture", &[]).await.unwrap();
    app.sweep().await;
    assert_eq!(store.stored("pictures"), Vec::<String>::new());
    // What is gone already is as good as deleted.
    app.state.media.delete("pictures/nothing").await.unwrap();
    assert_eq!(app.state.media.get("pictures/nothing").await.unwrap(), None);
    app.state.media.try_out().await.unwrap();
}

async fn a_store_that_refuses_or_is_away_is_said_and_changes_nothing(engine: Engine) {
    let store = S3::start().await;
    let refusing = Media::bucket(BUCKET, store.environment_with("another")).unwrap();
    let app = in_bucket(engine, refusing.clone()).await;
    let ana = app.person("ana").create().await;
    let answer = post(&ana, form(png(), "me.png")).await;
    assert!(matches!(answer.error(), AppError::Busy { .. }), "{answer:?}");
    assert!(!ana.get("/people/ana").await.body.contains("/media/"));
    assert!(refusing.try_out().await.unwrap_err().starts_with("cannot write"));

    let kept = {
        let app = app
            .another_process_that(|wishes| wishes.media(store.media()), false)
            .await;
        let ana = ana.at(&app);
        let kept = save(&ana, png()).await;
        ana.tell::<()>("remove_picture", &[]).await.unwrap();
        kept
    };
    // Its files stay until the store takes the order.
    app.sweep().await;
    assert_eq!(store.stored("pictures"), names(&[kept]));
    app.advance(Duration::from_secs(3_600));
    let app = app
        .another_process_that(|wishes| wishes.media(store.media()), false)
        .await;
    app.sweep().await;
    assert_eq!(store.stored("pictures"), Vec::<String>::new());
    assert_eq!(app.number("SELECT COUNT(*) FROM picture").await, 0);
}
