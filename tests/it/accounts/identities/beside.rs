//! Accounts elsewhere, and what is done to the account here at the same moment (see [`super::super::locks`]).

use serde_json::json;
use speakle::kernel::id::UserId;

use super::super::locks::{ENDED, beside};
use super::super::{PASSWORD, is_signed_in};
use super::{World, own, said, untidy_world};
use crate::harness::{Answer, Browser, Engine, Person};

const ACCOUNT: &str = "/settings/account";
const LINK: [(&str, &str); 1] = [("purpose", "link")];
const REMOVED: &str = "DELETE FROM identity";
/// The words where it is nobody's.
const UNKNOWN: &str = "This Google account is not connected to your account";

/// Somebody with a Google account of the same name.
async fn linked(world: &World, username: &str) -> Person {
    let person = world.app.person(username).password(PASSWORD).create().await;
    let login = format!("{username}@example.org");
    world.google.come_for(&person, ACCOUNT, &LINK, &login).await;
    assert_eq!(own(&person).await.len(), 1);
    person
}

/// Comes back from the provider while `deed` is done.
async fn back(world: &World, user: UserId, browser: &Browser, way: &[&str; 3], deed: &'static str) -> Answer {
    let [page, purpose, login] = *way;
    let form = [("purpose", purpose), ("next", "/")];
    let address = world.google.address(browser, page, &form).await;
    let path = world.google.sign_in(&address, login).await;
    beside(&world.app, user, purpose, deed, browser.get(&path)).await
}

/// What the provider says anew is written down when it is known that the account is still theirs: each would wait for what the other has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_taken_away_beside_it_lets_nobody_in() {
    let world = untidy_world(Engine::Postgres).await;
    let ana = linked(&world, "ana").await;
    let order = json!({ "renamed": { "ana@example.org": "ana@other.example" } });
    world.google.order(&order);
    let visitor = world.app.visitor();
    let way = ["/login", "sign_in", "ana@example.org"];
    let answer = back(&world, ana.id, &visitor, &way, REMOVED).await;
    let (place, page) = said(&visitor, &answer).await;
    assert!(place.starts_with("/login") && page.contains(UNKNOWN), "{place}: {page}");
    assert!(!is_signed_in(&visitor).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_taken_away_beside_it_shows_nothing() {
    let world = untidy_world(Engine::Postgres).await;
    let ana = linked(&world, "ana").await;
    world.app.execute("UPDATE session SET confirmed_at = 1").await;
    let way = ["/confirm", "confirm", "ana@example.org"];
    let answer = back(&world, ana.id, &ana, &way, REMOVED).await;
    let (place, page) = said(&ana, &answer).await;
    assert!(
        place.starts_with("/confirm") && page.contains(UNKNOWN),
        "{place}: {page}"
    );
    let confirmed = "SELECT COUNT(*) FROM audit WHERE kind = 'confirmed'";
    assert_eq!(world.app.number(confirmed).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_beside_it_connects_and_removes_none() {
    let world = untidy_world(Engine::Postgres).await;
    let ana = world.app.person("ana").password(PASSWORD).create().await;
    let answer = back(&world, ana.id, &ana, &[ACCOUNT, "link", "ana@example.org"], ENDED).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(world.app.number("SELECT COUNT(*) FROM identity").await, 0);
    let ben = linked(&world, "ben").await;
    let identity = own(&ben).await[0].id.to_string();
    let form = [("identity", identity.as_str())];
    let removing = ben.call("remove_identity", &form);
    let answer = beside(&world.app, ben.id, "remove_identity", ENDED, removing).await;
    assert_eq!(answer.status, 401, "{}", answer.body);
    assert_eq!(world.app.number("SELECT COUNT(*) FROM identity").await, 1);
}
