//! Archives that nobody waits for any more, and the one before until the next is there.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use reqwest::Method;
use speakle::accounts::new_device::AfterCommit;
use speakle::accounts::own_data::archive::Archive;
use speakle::accounts::own_data::making::MakeData;
use speakle::accounts::own_data::portable::{About, Portable, ReadyListener, Whose};
use speakle::accounts::own_data::{DataExportId, OwnData};
use speakle::i18n::Locale;
use speakle::kernel::error::AppError;
use speakle::kernel::id::UserId;
use speakle::kernel::time::Micros;
use speakle::server::db::Conn;
use speakle::server::jobs::{Jobs, NewJob, enqueue};
use tokio::sync::Notify;

use super::{fetched, made, standing};
use crate::harness::mail_sink::Mail;
use crate::harness::{Engine, Person, TestApp, eventually};

both_engines!(
    what_is_let_go_while_it_is_made_leaves_no_file,
    what_a_killed_process_has_stored_for_nobody_goes,
    the_one_before_is_there_until_the_next_is_made,
    who_asks_to_go_leaves_no_archive,
    one_person_fetches_two_at_a_time,
);

fn files(app: &TestApp) -> usize {
    std::fs::read_dir(app.state.config.data_dir.join("media/exports")).map_or(0, Iterator::count)
}

/// An area that is slow: it goes on when it is told to.
#[derive(Clone, Default)]
struct Slow {
    begun: Arc<Notify>,
    go_on: Arc<Notify>,
}

impl Portable for Slow {
    fn about(&self, _: Locale) -> Vec<About> {
        Vec::new()
    }

    fn collect<'a>(&'a self, _: &'a mut Conn, _: &'a Whose, _: &'a mut Archive) -> BoxFuture<'a, Result<(), AppError>> {
        async {
            self.begun.notify_one();
            self.go_on.notified().await;
            Ok(())
        }
        .boxed()
    }
}

/// Nobody hears of what nobody wants.
struct NobodyIsTold;

impl ReadyListener for NobodyIsTold {
    fn wants_mail<'c>(&'c self, _: &'c mut Conn, _: UserId) -> BoxFuture<'c, Result<bool, AppError>> {
        unreachable!("somebody is told")
    }

    fn data_ready<'c>(
        &'c self,
        _: &'c mut Conn,
        _: UserId,
        _: DataExportId,
        _: Micros,
    ) -> BoxFuture<'c, Result<AfterCommit, AppError>> {
        unreachable!("somebody is told")
    }
}

async fn what_is_let_go_while_it_is_made_leaves_no_file(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    ana.tell::<()>("ask_for_data", &[]).await.unwrap();
    let slow = Slow::default();
    let area: Arc<dyn Portable> = Arc::new(slow.clone());
    let making = MakeData::new(app.state.clone(), Arc::new([area]), Arc::new(NobodyIsTold));
    let making = Jobs::new(app.state.db.clone(), app.state.clock.clone(), vec![Arc::new(making)]);
    let making = tokio::spawn(async move { making.run_due().await.unwrap() });
    slow.begun.notified().await;
    ana.tell::<String>("delete_account", &[("username", "ana")])
        .await
        .unwrap();
    // What is to be deleted is not there yet, and its row goes.
    app.server.jobs().run_due().await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM data_export").await, 0);
    slow.go_on.notify_one();
    assert_eq!(making.await.unwrap(), 1);
    assert_eq!(files(&app), 1, "it is not stored: this test sees nothing");
    app.server.jobs().run_due().await.unwrap();
    assert_eq!(files(&app), 0);
}

async fn what_a_killed_process_has_stored_for_nobody_goes(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let address = made(&app, &ana).await;
    let id = address.rsplit_once('/').unwrap().1.to_owned();
    // Its process ended before it wrote down that the file is there, and the row has gone meanwhile.
    app.execute("DELETE FROM data_export").await;
    let (now, payload) = (app.state.clock.now(), serde_json::Value::String(id));
    app.write(move |conn| {
        async move {
            let job = NewJob::new("accounts.make_data", now).payload(&payload);
            enqueue(conn, job).await
        }
        .boxed()
    })
    .await;
    assert_eq!(files(&app), 1);
    app.server.jobs().run_due().await.unwrap();
    assert_eq!(files(&app), 0);
}

async fn the_one_before_is_there_until_the_next_is_made(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let address = made(&app, &ana).await;
    let OwnData::Ready(first) = standing(&ana).await else {
        panic!("not ready")
    };
    app.advance(Duration::from_secs(60));
    ana.tell::<()>("ask_for_data", &[]).await.unwrap();
    match standing(&ana).await {
        OwnData::Making { before, .. } => assert_eq!(before, Some(first.clone())),
        other => panic!("{other:?}"),
    }
    let page = ana.get("/settings/account").await.body;
    assert!(
        page.contains("We are making your file") && page.contains("you can still download the one from"),
        "{page}"
    );
    assert!(page.contains(&format!("href=\"{address}\"")), "{page}");
    fetched(&ana, &address).await;
    // Also where the next cannot be made.
    app.execute("DELETE FROM job WHERE kind = 'accounts.make_data'").await;
    app.advance(Duration::from_secs(6 * 3_600 + 1));
    match standing(&ana).await {
        OwnData::Failed { before, .. } => assert_eq!(before, Some(first)),
        other => panic!("{other:?}"),
    }
    let page = ana.get("/settings/account").await.body;
    assert!(
        page.contains("Try again") && page.contains(&format!("href=\"{address}\"")),
        "{page}"
    );
    let next = made(&app, &ana).await;
    app.server.jobs().run_due().await.unwrap();
    assert_ne!(next, address);
    assert_eq!(
        (files(&app), app.number("SELECT COUNT(*) FROM data_export").await),
        (1, 1)
    );
}

async fn who_asks_to_go_leaves_no_archive(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    made(&app, &ana).await;
    // One waits to be made, another lies there.
    ben.tell::<()>("ask_for_data", &[]).await.unwrap();
    for (person, name) in [(&ana, "ana"), (&ben, "ben")] {
        let page = person.get("/settings/account/delete").await.body;
        assert!(page.contains("a file that waits there goes at once"), "{page}");
        person
            .tell::<String>("delete_account", &[("username", name)])
            .await
            .unwrap();
    }
    app.server.jobs().run_due().await.unwrap();
    assert_eq!(
        (files(&app), app.number("SELECT COUNT(*) FROM data_export").await),
        (0, 0)
    );
    let mails = app.state.config.data_dir.join("mail");
    let told = std::fs::read_dir(mails).unwrap().filter(|mail| {
        let mail = std::fs::read_to_string(mail.as_ref().unwrap().path()).unwrap();
        Mail::read(&mail).headers["to"] == ben.email && Mail::read(&mail).subject() == "Your data is ready"
    });
    assert_eq!(told.count(), 0);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM job WHERE kind = 'accounts.make_data'")
            .await,
        0
    );
}

async fn one_person_fetches_two_at_a_time(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let (address, of_ben) = (made(&app, &ana).await, made(&app, &ben).await);
    // So large that nobody's buffers hold it.
    let id = address.rsplit_once('/').unwrap().1;
    let large = vec![7; 64 * 1024 * 1024];
    app.state.media.put(&format!("exports/{id}.zip"), large).await.unwrap();
    let begun = |person: &Person, address: &str| {
        let request = person.bare(Method::GET, address);
        async move { request.send().await.unwrap() }
    };
    let status = |answer: &reqwest::Response| answer.status().as_u16();
    let (first, second) = (begun(&ana, &address).await, begun(&ana, &address).await);
    assert_eq!((status(&first), status(&second)), (200, 200));
    assert_eq!(status(&begun(&ana, &address).await), 429);
    fetched(&ben, &of_ben).await;
    // Who hangs up has a place again, as soon as the server hears of it.
    drop(first);
    eventually("there is a place again", || async {
        (status(&begun(&ana, &address).await) == 200).then_some(())
    })
    .await;
    drop(second);
}
