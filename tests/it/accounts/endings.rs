//! However a session ends, what is open by it closes with it.

use speakle::accounts::model::Account;
use tokio::task::block_in_place;
use uuid::Uuid;

use super::{PASSWORD, is_signed_in, log_in, told_of_sessions};
use crate::harness::mail_sink::MailSink;
use crate::harness::{Browser, Engine, Person, TestApp, eventually};

both_engines!(
    however_a_session_ends_its_sockets_close_with_it,
    of_a_session_that_another_person_takes_over_the_sockets_close_too,
);

const ANOTHER: &str = "gl4ss-harbour-kettle";

/// By what a session ends before its time.
#[derive(Clone, Copy, Debug)]
enum Way {
    LoggedOut,
    EndedFromElsewhere,
    EverywhereElse,
    AnotherPassword,
    PasswordByLink,
    SignInInItsPlace,
}

const WAYS: [Way; 6] = [
    Way::LoggedOut,
    Way::EndedFromElsewhere,
    Way::EverywhereElse,
    Way::AnotherPassword,
    Way::PasswordByLink,
    Way::SignInInItsPlace,
];

struct World {
    app: TestApp,
    sink: MailSink,
}

/// The session that a browser comes with.
async fn session_of(browser: &Browser) -> Uuid {
    let account: Account = browser.ask("own_account", &[]).await.unwrap();
    account.sessions[0].id.uuid()
}

impl World {
    /// Ends the session of `phone`; `ana` is the same person elsewhere.
    async fn end(&self, way: Way, ana: &Person, phone: &Person) {
        let answer = match way {
            Way::LoggedOut => phone.call("log_out", &[]).await,
            Way::EndedFromElsewhere => {
                let session = session_of(phone).await.to_string();
                ana.call("end_session", &[("session", &session)]).await
            }
            Way::EverywhereElse => ana.call("end_other_sessions", &[]).await,
            Way::AnotherPassword => {
                let form = [("current_password", PASSWORD), ("new_password", ANOTHER)];
                ana.call("change_password", &form).await
            }
            Way::PasswordByLink => {
                let form = [("email", ana.email.as_str())];
                self.app.visitor().tell::<()>("forgot_password", &form).await.unwrap();
                self.app.server.jobs().run_due().await.unwrap();
                let link = eventually("the mail with the link", || async {
                    let came = self.sink.came().into_iter().map(|came| came.read());
                    came.into_iter().find(|mail| mail.text.contains("/reset-password?"))
                })
                .await;
                let token = link.token("/reset-password");
                let form = [("token", token.as_str()), ("password", ANOTHER)];
                self.app.visitor().call("reset_password", &form).await
            }
            Way::SignInInItsPlace => log_in(phone, &ana.username, PASSWORD).await,
        };
        assert_eq!(answer.status, 200, "{way:?}: {}", answer.body);
    }
}

async fn world(engine: Engine) -> World {
    let sink = block_in_place(MailSink::start);
    let wishes = TestApp::wishes(engine).manual_clock().without_background();
    let app = wishes.option("--smtp-url", &sink.url()).start().await;
    World { app, sink }
}

async fn however_a_session_ends_its_sockets_close_with_it(engine: Engine) {
    let world = world(engine).await;
    let app = &world.app;
    let ben = app.person("ben").create().await;
    let mut bystander = app.ws(&ben).await;
    for (number, way) in WAYS.into_iter().enumerate() {
        let ana = app.person(&format!("ana_{number}")).password(PASSWORD).create().await;
        let phone = ana.another_device(app).await;
        let (mut tab, mut other_tab) = (app.ws(&phone).await, app.ws(&phone).await);
        let session = session_of(&phone).await;
        assert!(app.state.hub.sessions_of(ana.id).contains(&session), "{way:?}");
        let kept = Browser::new(app.origin(), Some(phone.token.secret()));
        world.end(way, &ana, &phone).await;
        // Told to close before the answer was given, and not at their next heartbeat.
        assert!(!app.state.hub.sessions_of(ana.id).contains(&session), "{way:?}");
        let codes = (tab.closed().await, other_tab.closed().await);
        assert_eq!(codes, (Some(4001), Some(4001)), "{way:?}");
        assert!(!is_signed_in(&kept).await, "{way:?}");
    }
    bystander.settled().await;
    assert!(is_signed_in(&ben).await);
}

async fn of_a_session_that_another_person_takes_over_the_sockets_close_too(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (
        app.person("ana").create().await,
        app.person("ben").password(PASSWORD).create().await,
    );
    let elsewhere = ana.another_device(&app).await;
    let (mut tab, mut there) = (app.ws(&ana).await, app.ws(&elsewhere).await);
    assert_eq!(log_in(&ana, "ben", PASSWORD).await.status, 200);
    assert_eq!(tab.closed().await, Some(4001));
    // Ana, who may look at her list elsewhere, is told that it is another one.
    told_of_sessions(&mut there).await;
    assert!(is_signed_in(&ben).await && is_signed_in(&elsewhere).await);
}
