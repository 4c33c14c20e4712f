//! Passkeys, and what is done to the account at the same moment (see [`super::super::locks`]).

use speakle::kernel::error::{AppError, Refusal};

use super::super::locks::{ENDED, beside};
use super::super::{PASSWORD, is_signed_in};
use super::{add, asked_to_add, asked_who, bring, by_name, device, own, refused, show, stranger};
use crate::harness::{Engine, TestApp};

/// What is taken away is not written to before it is known that it is there: each would wait for what the other has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_taken_away_beside_it_lets_nobody_in() {
    let app = TestApp::by_hand(Engine::Postgres).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    let key = add(&browser, &device, "Laptop").await;
    let visitor = stranger(&app);
    let challenge = asked_who(&visitor).await;
    let credential = device.show(&key, &challenge.options);
    let coming = show(&visitor, &challenge, &credential, "/");
    let answer = beside(&app, ana.id, "passkey_sign_in", "DELETE FROM passkey", coming).await;
    assert_eq!(answer.result::<String>(), refused(Refusal::CeremonyOver));
    assert!(!is_signed_in(&visitor).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_beside_it_adds_and_removes_none() {
    let app = TestApp::by_hand(Engine::Postgres).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    let challenge = asked_to_add(&browser, "Phone").await;
    let (_, credential) = device.make(&challenge.options);
    let adding = bring(&browser, &challenge, &credential, "Phone");
    let answer = beside(&app, ana.id, "add_passkey", ENDED, adding).await;
    assert_eq!(answer, Err(AppError::SignedOut));
    assert_eq!(app.number("SELECT COUNT(*) FROM passkey").await, 0);

    let again = ana.another_device(&app).await;
    let browser = by_name(&app, &again);
    add(&browser, &device, "Laptop").await;
    let laptop = own(&browser).await[0].id.to_string();
    let form = [("passkey", laptop.as_str())];
    let removing = browser.tell::<()>("remove_passkey", &form);
    let answer = beside(&app, ana.id, "remove_passkey", ENDED, removing).await;
    assert_eq!(answer, Err(AppError::SignedOut));
    assert_eq!(app.texts("SELECT name FROM passkey").await, ["Laptop"]);
}
