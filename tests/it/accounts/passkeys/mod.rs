//! Passkeys, with devices in software that tell the truth and others.

mod adding;
mod beside;
mod confirming;
mod own;
mod places;
mod signing;

use serde_json::Value;
use speakle::accounts::passkeys::model::{Challenge, PasskeyView};
use speakle::kernel::error::{AppError, Refusal};

use crate::harness::authenticator::{Authenticator, Key};
use crate::harness::{Answer, Browser, Person, TestApp};

/// The same application by a name, which passkeys need.
fn origin(app: &TestApp) -> String {
    format!("http://localhost:{}", app.addr.port())
}

fn device(app: &TestApp) -> Authenticator {
    Authenticator::at(&origin(app))
}

/// Somebody's browser with that name in its address bar.
fn by_name(app: &TestApp, person: &Person) -> Browser {
    person.browser.at(origin(app))
}

fn stranger(app: &TestApp) -> Browser {
    Browser::new(origin(app), None)
}

fn refused<T>(refusal: Refusal) -> Result<T, AppError> {
    Err(AppError::Refused(refusal))
}

async fn own(browser: &Browser) -> Vec<PasskeyView> {
    browser.ask("own_passkeys", &[]).await.unwrap()
}

/// The one of this name: several that were made at the same moment are in no order.
async fn named(browser: &Browser, name: &str) -> PasskeyView {
    let mut kept = own(browser).await.into_iter();
    kept.find(|passkey| passkey.name == name)
        .unwrap_or_else(|| panic!("there is no {name}"))
}

async fn asked_to_add(browser: &Browser, name: &str) -> Challenge {
    browser.tell("start_passkey", &[("name", name)]).await.unwrap()
}

async fn bring(browser: &Browser, challenge: &Challenge, credential: &str, name: &str) -> Result<(), AppError> {
    let ceremony = challenge.ceremony.to_string();
    let form = [
        ("ceremony", ceremony.as_str()),
        ("credential", credential),
        ("name", name),
    ];
    browser.tell("add_passkey", &form).await
}

/// Adds one from beginning to end.
async fn add(browser: &Browser, device: &Authenticator, name: &str) -> Key {
    let challenge = asked_to_add(browser, name).await;
    let (key, credential) = device.make(&challenge.options);
    bring(browser, &challenge, &credential, name).await.unwrap();
    key
}

async fn asked_who(browser: &Browser) -> Challenge {
    browser.tell("start_passkey_sign_in", &[]).await.unwrap()
}

async fn show(browser: &Browser, challenge: &Challenge, credential: &str, next: &str) -> Answer {
    let ceremony = challenge.ceremony.to_string();
    let form = [
        ("ceremony", ceremony.as_str()),
        ("credential", credential),
        ("next", next),
    ];
    browser.call("passkey_sign_in", &form).await
}

/// Signs in from beginning to end.
async fn sign_in(browser: &Browser, device: &Authenticator, key: &Key) -> Result<String, AppError> {
    let challenge = asked_who(browser).await;
    show(browser, &challenge, &device.show(key, &challenge.options), "/partners")
        .await
        .result()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
