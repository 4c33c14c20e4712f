//! Changing the password.

use std::time::{Duration, Instant};

use speakle::accounts::model::Account;
use speakle::kernel::error::{AppError, PasswordHint, Problem};

use super::{HERE, PASSWORD, ana_with_mails, is_signed_in, log_in, problem, problems, token_in, use_up_tries};
use crate::harness::{Answer, Browser, Engine, Person, TestApp, eventually};

both_engines!(
    another_password_ends_every_other_session,
    what_is_wrong_stands_beside_its_field,
    of_two_changes_at_once_one_holds,
    a_sign_in_with_the_password_before_does_not_outlive_the_change,
    a_plain_form_changes_it_too,
    its_person_hears_of_it,
);

const ANOTHER: &str = "velvet-Quarry-9471";

async fn change(browser: &Browser, current: &str, new: &str) -> Answer {
    let form = [("current_password", current), ("new_password", new)];
    browser.call("change_password", &form).await
}

async fn with_password(app: &TestApp) -> Person {
    app.person("ana").password(PASSWORD).create().await
}

async fn another_password_ends_every_other_session(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (with_password(&app).await, app.person("ben").create().await);
    let (phone, thief) = (
        ana.another_device(&app).await,
        Browser::new(app.origin(), Some(ana.token.secret())),
    );
    let (mut here, mut there, mut bens) = (app.ws(&ana).await, app.ws(&phone).await, app.ws(&ben).await);
    let before: Account = ana.ask("own_account", &[]).await.unwrap();
    let answer = change(&ana, PASSWORD, ANOTHER).await;
    assert_eq!(answer.result::<()>(), Ok(()));
    assert_eq!(there.closed().await, Some(4001));
    assert_eq!(
        here.closed().await,
        Some(4003),
        "what came with the cookie before comes back with the new one"
    );
    bens.settled().await;
    // The session goes on, under a token that nobody can have seen.
    let token = token_in(&answer);
    assert_ne!(token, ana.token.secret());
    assert!(is_signed_in(&ana).await);
    assert!(!is_signed_in(&phone).await);
    app.advance(Duration::from_secs(30));
    assert!(!is_signed_in(&thief).await);
    let after: Account = ana.ask("own_account", &[]).await.unwrap();
    assert_eq!(
        after.sessions.iter().map(|session| session.id).collect::<Vec<_>>(),
        [before.sessions[0].id]
    );
    app.ws(&ana).await.settled().await;

    assert_eq!(
        problems(&log_in(&app.visitor(), "ana", PASSWORD).await),
        [problem("login", Problem::WrongCredentials)]
    );
    assert_eq!(log_in(&app.visitor(), "ana", ANOTHER).await.status, 200);
    let everything = format!("{:?}", app.dump(&[]).await);
    for secret in [PASSWORD, ANOTHER, &token] {
        assert!(!everything.contains(secret), "{secret} is stored");
    }
}

async fn what_is_wrong_stands_beside_its_field(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = with_password(&app).await;
    let phone = ana.another_device(&app).await;
    let hash = app.texts("SELECT password_hash FROM users").await;
    let (wrong, required) = (Problem::WrongPassword, Problem::Required);
    for (current, new, expected) in [
        (
            "",
            "",
            vec![
                problem("current_password", required.clone()),
                problem("new_password", required),
            ],
        ),
        (
            "not the password",
            ANOTHER,
            vec![problem("current_password", wrong.clone())],
        ),
        (
            PASSWORD,
            "short",
            vec![problem("new_password", Problem::TooShort { min: 10 })],
        ),
        (
            PASSWORD,
            &"ñ".repeat(201),
            vec![problem("new_password", Problem::TooLong { max: 200 })],
        ),
        (
            PASSWORD,
            "password123",
            vec![problem("new_password", Problem::Weak(PasswordHint::Common))],
        ),
        (
            PASSWORD,
            "ana@secret-mail",
            vec![problem("new_password", Problem::Weak(PasswordHint::Personal))],
        ),
        (
            "' OR 1=1 --",
            "<b>1",
            vec![
                problem("current_password", wrong),
                problem("new_password", Problem::TooShort { min: 10 }),
            ],
        ),
    ] {
        let answer = change(&ana, current, new).await;
        assert_eq!(problems(&answer), expected, "{current} {new:.20}");
        assert!(answer.set_cookie("session").is_none());
    }
    assert_eq!(change(&app.visitor(), PASSWORD, ANOTHER).await.status, 401);
    assert_eq!(app.texts("SELECT password_hash FROM users").await, hash);
    assert!(is_signed_in(&phone).await && is_signed_in(&ana).await);
}

async fn of_two_changes_at_once_one_holds(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = with_password(&app).await;
    let phone = ana.another_device(&app).await;
    let other = "copper-Lantern-2208";
    let (one, two) = futures::join!(change(&ana, PASSWORD, ANOTHER), change(&phone, PASSWORD, other));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    // The slower one finds another password, or itself signed out.
    assert!(matches!(statuses, [200, 401 | 422]), "{} {}", one.body, two.body);
    assert_eq!(app.number("SELECT COUNT(*) FROM session").await, 1);
    let (holds, does_not) = if one.status == 200 {
        (ANOTHER, other)
    } else {
        (other, ANOTHER)
    };
    assert_eq!(log_in(&app.visitor(), "ana", does_not).await.status, 422);
    assert_eq!(log_in(&app.visitor(), "ana", holds).await.status, 200);
}

/// The password fitted when it was looked at, and has changed before the session is written down.
async fn a_sign_in_with_the_password_before_does_not_outlive_the_change(engine: Engine) {
    use futures::FutureExt as _;
    use tokio::sync::oneshot;

    let app = TestApp::start(engine).await;
    with_password(&app).await;
    let (changed, is_changed) = oneshot::channel();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let db = app.state.db.clone();
    let change = tokio::spawn(async move {
        db.transaction::<(), speakle::server::db::StoreError, _>(move |conn| {
            async move {
                let sql = "UPDATE users SET password_hash = 'another one'";
                speakle::on_engine!(conn, |c| sqlx::query(sql).execute(c).await.map(drop))?;
                let sql = "DELETE FROM session";
                speakle::on_engine!(conn, |c| sqlx::query(sql).execute(c).await.map(drop))?;
                changed.send(()).unwrap();
                let _ = may_go_on.await;
                Ok(())
            }
            .boxed()
        })
        .await
    });
    is_changed.await.unwrap();
    let (visitor, checks) = (app.visitor(), app.state.passwords.checks());
    let signing_in = tokio::spawn(async move { log_in(&visitor, "ana", PASSWORD).await });
    eventually("the password to be looked at", || async {
        (app.state.passwords.checks() > checks).then_some(())
    })
    .await;
    app.somebody_waits().await;
    go_on.send(()).unwrap();
    change.await.unwrap().unwrap();
    let answer = signing_in.await.unwrap();
    assert_eq!(problems(&answer), [problem("login", Problem::WrongCredentials)]);
    assert!(answer.set_cookie("session").is_none());
    assert_eq!(app.number("SELECT COUNT(*) FROM session").await, 0);
}

async fn a_plain_form_changes_it_too(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = with_password(&app).await;
    let phone = ana.another_device(&app).await;
    let page = "/settings/account";
    let form = [("current_password", "not the password"), ("new_password", "short")];
    let answer = ana.submit(page, "change_password", &form).await;
    assert_eq!((answer.status, answer.location()), (303, page));
    let shown = ana.follow(&answer).await.body;
    assert!(
        shown.contains("This is not your password."),
        "it does not say what is wrong"
    );
    assert!(shown.contains("Use at least 10 characters."), "nor what else");
    assert!(!shown.contains("not the password"), "a password came back");
    let kept = format!("{:?}", app.dump(&[]).await);
    assert!(!kept.contains("not the password"), "a password is kept");
    let answer = ana
        .submit(
            page,
            "change_password",
            &[("current_password", PASSWORD), ("new_password", ANOTHER)],
        )
        .await;
    assert_eq!((answer.status, answer.location()), (303, page));
    assert_ne!(token_in(&answer), ana.token.secret());
    let shown = ana.follow(&answer).await.body;
    assert!(
        shown.contains("Your password is changed"),
        "it does not say that it worked"
    );
    assert!(!is_signed_in(&phone).await);
}

async fn its_person_hears_of_it(engine: Engine) {
    let world = ana_with_mails(engine).await;
    change(&world.who, PASSWORD, ANOTHER).await.result::<()>().unwrap();
    let mail = world.mail(1).await;
    assert_eq!(mail.to, [world.who.email.as_str()]);
    let mail = mail.read();
    assert_eq!(mail.subject(), "Your password was changed");
    assert!(
        mail.text.contains("If it was not you") && mail.text.contains("/forgot-password"),
        "{}",
        mail.text
    );
    // A first one is told of in words of its own.
    world.app.execute("UPDATE users SET password_hash = ''").await;
    let form = [("new_password", "copper-Lantern-2208")];
    world.who.tell::<()>("set_password", &form).await.unwrap();
    assert_eq!(world.mail(2).await.read().subject(), "Your account has a password now");
}

#[tokio::test]
async fn guessing_is_slowed_down_as_at_the_sign_in() {
    let app = TestApp::wishes(Engine::Sqlite)
        .option("--rate-limit", "on")
        .start()
        .await;
    let ana = with_password(&app).await;
    let since = Instant::now();
    for n in 0..10 {
        assert_eq!(
            change(&ana, &format!("guess number {n}"), ANOTHER).await.status,
            422,
            "{n}"
        );
    }
    use_up_tries(&app, &[&format!("person {}", ana.id), HERE], since);
    let answer = change(&ana, PASSWORD, ANOTHER).await;
    assert!(matches!(answer.error(), AppError::Limited { .. }), "{}", answer.body);
    assert!(answer.header("retry-after").is_some());
    use_up_tries(&app, &[&format!("person {}", ana.id), HERE], since);
    // From one address it is the same whether one guesses here or there.
    assert_eq!(log_in(&app.visitor(), "ana", PASSWORD).await.status, 429);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit WHERE kind = 'password_changed'")
            .await,
        0
    );
}
