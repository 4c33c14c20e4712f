//! Accounts: registration, sign-in, sessions.

mod audit;
mod deletion;
mod email_change;
mod endings;
mod identities;
mod last_seen;
mod leaving;
mod locks;
mod login;
mod own_data;
mod own_sessions;
mod passkeys;
mod password;
mod recent;
mod registration;
mod reset;
mod roles;
pub mod second_factor;
mod second_factor_ends;
mod second_factor_set_up;
mod sessions;
mod verification;

use std::time::Instant;

use speakle::accounts::wire::AccountNews;
use speakle::kernel::error::{AppError, FieldProblem, Problem, Refusal};
use speakle::profiles::model::Profile;
use speakle::protocol::ServerMessage;
use speakle::server::limits::Limit;
use tokio::task::block_in_place;

use crate::harness::mail_sink::{Came, MailSink};
use crate::harness::{Answer, Browser, Engine, Person, Socket, TestApp};

const PASSWORD: &str = "tr4nquil-otter-stamps";

async fn register(browser: &Browser, username: &str, email: &str, password: &str) -> Answer {
    let form = [
        ("email", email),
        ("username", username),
        ("password", password),
        ("speaks", "es"),
        ("learns", "en"),
        ("level", "B1"),
    ];
    browser.call("register", &form).await
}

async fn log_in(browser: &Browser, login: &str, password: &str) -> Answer {
    browser
        .call("log_in", &[("login", login), ("password", password)])
        .await
}

/// Somebody, in an application whose clock stands and whose mails wait for the test.
struct World<P> {
    app: TestApp,
    sink: MailSink,
    who: P,
}

/// The application and its mail server, with these settings beyond.
async fn with_mails(engine: Engine, options: &[(&str, &str)]) -> (TestApp, MailSink) {
    let sink = block_in_place(MailSink::start);
    let wishes = TestApp::wishes(engine).manual_clock().without_background();
    let wishes = wishes.option("--smtp-url", &sink.url());
    let wishes = options
        .iter()
        .fold(wishes, |wishes, (name, value)| wishes.option(name, value));
    (wishes.start().await, sink)
}

/// With ana, who has a password.
async fn ana_with_mails(engine: Engine) -> World<Person> {
    let (app, sink) = with_mails(engine, &[]).await;
    let who = app.person("ana").password(PASSWORD).create().await;
    World { app, sink, who }
}

impl<P> World<P> {
    /// Has what waits sent, and answers the `number`th mail of all, which is the last.
    async fn mail(&self, number: usize) -> Came {
        self.app.server.jobs().run_due().await.unwrap();
        self.sink.mail(number).await
    }
}

/// Why an answer is no.
fn refused(answer: &Answer) -> Refusal {
    assert_eq!(answer.status, 409, "{}", answer.body);
    match answer.error() {
        AppError::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

async fn is_signed_in(browser: &Browser) -> bool {
    match browser.ask::<Profile>("own_profile", &[]).await {
        Ok(_) => true,
        Err(AppError::SignedOut) => false,
        Err(error) => panic!("{error}"),
    }
}

/// Waits until a tab hears that its person is signed in elsewhere than before.
async fn told_of_sessions(socket: &mut Socket) {
    let is_told =
        |message: &ServerMessage| (*message == ServerMessage::Accounts(AccountNews::SessionsChanged)).then_some(());
    socket.wait("that the sessions are others", is_told).await;
}

/// Uses up what is left of the tries to sign in by each of these keys, after ten that were made by it `since` then: they count, whatever the
/// machine took for them.
fn use_up_tries(app: &TestApp, keys: &[&str], since: Instant) {
    for key in keys {
        let mut left = 0;
        while app.state.limits.check(Limit::SignIn, key).is_ok() {
            left += 1;
        }
        // One comes back every six seconds.
        let came_back = since.elapsed().as_secs() / 6 + 1;
        assert!(left <= came_back, "{key}: {left} were left, and {came_back} came back");
    }
}

/// The key of tries from here.
const HERE: &str = "address 127.0.0.1";

fn problems(answer: &Answer) -> Vec<(String, Problem)> {
    assert_eq!(answer.status, 422, "{}", answer.body);
    let AppError::Invalid(problems) = answer.error() else {
        panic!("{}", answer.body)
    };
    problems
        .into_iter()
        .map(|FieldProblem { field, problem }| (field, problem))
        .collect()
}

fn problem(field: &str, problem: Problem) -> (String, Problem) {
    (field.to_owned(), problem)
}

/// The token in the session cookie that an answer sets.
fn token_in(answer: &Answer) -> String {
    let cookie = answer
        .set_cookie("session")
        .unwrap_or_else(|| panic!("no session in {answer:?}"));
    cookie
        .trim_start_matches("session=")
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}
