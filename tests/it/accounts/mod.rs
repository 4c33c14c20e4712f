//! Accounts: registration, sign-in, sessions.

mod audit;
mod endings;
mod last_seen;
mod login;
mod own_sessions;
mod password;
mod registration;
mod reset;
mod sessions;
mod verification;

use speakle::accounts::wire::AccountNews;
use speakle::kernel::error::{AppError, FieldProblem, Problem};
use speakle::profiles::model::Profile;
use speakle::protocol::ServerMessage;

use crate::harness::{Answer, Browser, Socket};

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
