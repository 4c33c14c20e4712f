//! Coming in with Google: a real provider, and what it may say that does not hold.

mod beside;
mod by_link;
mod confirming;
mod entering;
mod lies;
mod linked;

use serde_json::{Value, json};
use speakle::accounts::identities::model::{Becoming, IdentityView, Offered};
use tokio::task::block_in_place;

use crate::harness::oidc::Google;
use crate::harness::{Answer, Browser, Engine, TestApp};

/// An application, and the provider that it knows.
struct World {
    app: TestApp,
    google: Google,
}

async fn world(engine: Engine) -> World {
    let google = block_in_place(Google::start);
    let app = google.wishes(engine).start().await;
    World { app, google }
}

/// One where nothing is tidied up unless the test says so.
async fn untidy_world(engine: Engine) -> World {
    let google = block_in_place(Google::start);
    let app = google.wishes(engine).without_background().start().await;
    World { app, google }
}

impl World {
    /// How much there is that somebody who comes in would change: people, accounts elsewhere, sessions, and what waits.
    async fn everything(&self) -> [i64; 4] {
        [
            self.app.number("SELECT COUNT(*) FROM users").await,
            self.app.number("SELECT COUNT(*) FROM identity").await,
            self.app.number("SELECT COUNT(*) FROM session").await,
            self.app.number("SELECT COUNT(*) FROM identity_offer").await,
        ]
    }

    /// Somebody makes an account with Google alone.
    async fn newcomer(&self, login: &str) -> Browser {
        let browser = self.app.visitor();
        let answer = self.google.come(&browser, login).await;
        assert_eq!(answer.location(), "/register/google");
        let username = match offered(&browser).await.unwrap().becomes {
            Becoming::NewAccount { username } => username,
            other => panic!("{other:?}"),
        };
        register(&browser, &username).await.result::<String>().unwrap();
        browser
    }
}

async fn offered(browser: &Browser) -> Option<Offered> {
    browser.ask("google_offer", &[]).await.unwrap()
}

async fn own(browser: &Browser) -> Vec<IdentityView> {
    browser.ask("own_identities", &[]).await.unwrap()
}

fn registration(username: &str) -> [(&str, &str); 4] {
    [
        ("username", username),
        ("speaks", "es"),
        ("learns", "en"),
        ("level", "B1"),
    ]
}

async fn register(browser: &Browser, username: &str) -> Answer {
    browser.call("register_google", &registration(username)).await
}

/// Where an answer leads, and what the page there says.
async fn said(browser: &Browser, answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = browser.follow(answer).await;
    assert_eq!(page.status, 200);
    (answer.location().to_owned(), page.body)
}

/// The details of what was written down of a kind.
async fn details(app: &TestApp, kind: &str) -> Vec<Value> {
    let rows = app.texts("SELECT kind || ' ' || detail FROM audit ORDER BY at").await;
    let of_kind = rows.iter().filter_map(|row| row.strip_prefix(kind));
    of_kind
        .map(|detail| serde_json::from_str(detail.trim()).unwrap())
        .collect()
}

/// The words for what does not hold.
const FAILED: &str = "what came back from Google is not what this browser asked for";

fn vouching(is_so: bool) -> Value {
    json!({ "verified": is_so })
}
