//! What is done to an account at the same moment, one after the other: whoever comes second sees what the first has done.
//!
//! On PostgreSQL: SQLite has one writer, and a transaction that writes begins when the one before has ended.

use std::pin::pin;

use futures::FutureExt as _;
use speakle::kernel::error::AppError;
use speakle::kernel::id::UserId;
use speakle::server::db::StoreError;
use tokio::sync::oneshot;

use super::second_factor::{Phone, offered, turned_on};
use super::{PASSWORD, ana_with_mails, is_signed_in, log_in};
use crate::harness::{Engine, Person, TestApp, eventually};

/// The person is signed out everywhere.
pub(super) const ENDED: &str = "DELETE FROM session";

/// Does `deed` while it holds the lock of the account, and `doing` beside it, which has to wait for that. Answers what came of it.
pub(super) async fn beside<T>(
    app: &TestApp,
    user: UserId,
    what: &str,
    deed: &'static str,
    doing: impl Future<Output = T>,
) -> T {
    let ((held, holds), (go, goes)) = (oneshot::channel(), oneshot::channel());
    let db = app.state.db.clone();
    let holder = tokio::spawn(async move {
        db.transaction(move |conn| {
            async move {
                conn.lock(&format!("account {user}")).await?;
                let _ = held.send(());
                let _ = goes.await;
                Ok::<_, StoreError>(speakle::on_engine!(conn, |c| sqlx::query(deed)
                    .execute(c)
                    .await
                    .map(drop))?)
            }
            .boxed()
        })
        .await
    });
    holds.await.unwrap();
    let mut doing = pin!(doing);
    tokio::select! {
        _ = &mut doing => panic!("{what} does not wait"),
        () = app.somebody_waits() => {}
    }
    go.send(()).unwrap();
    let (held, done) = tokio::join!(holder, doing);
    held.unwrap().unwrap_or_else(|error| panic!("beside {what}: {error}"));
    done
}

/// Somebody to whom a second factor is offered.
async fn offered_to(app: &TestApp, username: &str) -> (Person, Phone) {
    let person = app.person(username).password(PASSWORD).create().await;
    let phone = Phone::with(&offered(&person).await);
    (person, phone)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_sees_the_second_factor_that_is_turned_on_beside_it() {
    let app = TestApp::by_hand(Engine::Postgres).await;
    let (ana, _) = offered_to(&app, "ana").await;
    let visitor = app.visitor();
    let deed = "UPDATE second_factor SET confirmed_at = created_at";
    let answer = beside(&app, ana.id, "log_in", deed, log_in(&visitor, "ana", PASSWORD)).await;
    let to: String = answer.result().unwrap();
    assert!(to.starts_with("/login/code"), "{to}");
    assert!(!is_signed_in(&visitor).await, "a password is enough");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_beside_it_changes_no_second_factor() {
    const FUNCTIONS: [&str; 4] = [
        "begin_second_factor",
        "turn_on_second_factor",
        "make_recovery_codes",
        "turn_off_second_factor",
    ];
    let app = TestApp::by_hand(Engine::Postgres).await;
    for (number, function) in FUNCTIONS.into_iter().enumerate() {
        let name = format!("ana_{number}");
        let (ana, code) = match function {
            "begin_second_factor" => (app.person(&name).create().await, String::new()),
            "turn_on_second_factor" => {
                let (ana, phone) = offered_to(&app, &name).await;
                (ana, phone.code(&app))
            }
            _ => {
                let ana = app.person(&name).password(PASSWORD).create().await;
                turned_on(&app, &ana).await;
                (ana, String::new())
            }
        };
        let kept = "SELECT user_id || ' ' || secret::text || ' ' || COALESCE(confirmed_at, 0) || ' ' || COALESCE(codes_salt::text, '')
                    FROM second_factor ORDER BY user_id";
        let (before, written) = (app.texts(kept).await, app.number("SELECT COUNT(*) FROM audit").await);
        let form = [("code", code.as_str())];
        let answer = beside(&app, ana.id, function, ENDED, ana.call(function, &form)).await;
        assert_eq!(answer.result::<()>(), Err(AppError::SignedOut), "{function}");
        assert_eq!(app.texts(kept).await, before, "{function}");
        assert_eq!(app.number("SELECT COUNT(*) FROM audit").await, written, "{function}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_signed_out_beside_it_does_not_get_another_address() {
    let world = ana_with_mails(Engine::Postgres).await;
    let (app, ana) = (&world.app, &world.who);
    ana.tell::<()>("change_email", &[("email", "new@secret-mail.example")])
        .await
        .unwrap();
    app.server.jobs().run_due().await.unwrap();
    let came = eventually("the link", || async {
        let came = world.sink.came();
        came.into_iter().find(|came| came.to == ["new@secret-mail.example"])
    })
    .await;
    let token = came.read().token("/change-email");
    let form = [("token", token.as_str())];
    let function = "confirm_email_change";
    let answer = beside(app, ana.id, function, ENDED, ana.call(function, &form)).await;
    assert_eq!(answer.result::<()>(), Err(AppError::SignedOut));
    assert_eq!(app.texts("SELECT email FROM users").await, [ana.email.as_str()]);
}
