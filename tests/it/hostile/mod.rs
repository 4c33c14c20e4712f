//! What somebody does who means harm, over the whole of the application: every server function, every address, every
//! limit, every cookie. What belongs to one feature is tried where that is tested; docs/asvs.md says what is held by
//! which test.

mod asvs;
mod bodies;
mod cookies;
mod fields;
mod flood;
mod functions;
mod headers;
mod hosts;
mod limits;
mod next;
mod passwords;
mod sessions;
mod timing;

use futures::FutureExt as _;
use reqwest::{Method, RequestBuilder};
use speakle::calls::service::insert_past_call;
use speakle::matching::service::Partnership;

use crate::harness::browser::send;
use crate::harness::{Answer, Browser, PATIENCE, Person, TestApp};

/// A password that anybody may choose.
const PASSWORD: &str = "tr4nquil-otter-stamps";

/// The source of the route table.
const ROUTES: &str = include_str!("../../../src/app.rs");

/// Two partners with a call behind them, somebody to ask, and somebody who asks.
struct World {
    app: TestApp,
    ana: Person,
    ben: Person,
    pair: Partnership,
    call: String,
    /// That they talk tomorrow.
    appointment: String,
}

/// In `app`, where `ana` has a password.
async fn world(app: TestApp) -> World {
    let (ana, ben, pair) = app.ana_and_ben().await;
    app.set_password(&ana, PASSWORD).await;
    app.person("emma").speaks("en").learns("es", "B1").create().await;
    let dora = app.person("dora").speaks("en").learns("es", "B1").create().await;
    dora.tell::<()>("send_request", &[("to", "ana"), ("message", "Hello")])
        .await
        .unwrap();
    let (of, at) = (pair, app.state.clock.now());
    let past = app
        .state
        .db
        .transaction(move |conn| async move { insert_past_call(conn, &of, at, 60).await }.boxed());
    past.await.unwrap();
    let page: speakle::kernel::paging::Page<speakle::calls::model::CallView> =
        ana.ask("call_history", &[]).await.unwrap();
    let call = page.items[0].id.to_string();
    let appointment = ana.meets(&app, &ben).await.id.to_string();
    World {
        app,
        ana,
        ben,
        pair,
        call,
        appointment,
    }
}

impl World {
    /// Every address of the route table, with what is there for ana in place of parameters.
    fn addresses(&self) -> Vec<String> {
        let routes = ROUTES
            .split("path!(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        let addresses: Vec<String> = routes
            .map(|route| {
                route
                    .replace("/people/:username", "/people/ben")
                    .replace("/partners/:username", "/partners/ben")
                    .replace(":room_id", &self.pair.room.to_string())
                    .replace(":call_id", &self.call)
                    .replace("/appointments/:id", &format!("/appointments/{}", self.appointment))
            })
            .collect();
        assert!(addresses.len() > 25, "the route table is not read: {addresses:?}");
        for address in &addresses {
            assert!(!address.contains(':'), "{address}: what stands for its parameter?");
        }
        addresses
    }
}

/// A form as a page of ours sends it, with a body that the test writes itself.
fn form_to(browser: &Browser, function: &str) -> RequestBuilder {
    browser
        .bare(Method::POST, &format!("/api/{function}"))
        .header("accept", "application/json")
        .header("sec-fetch-site", "same-origin")
}

/// The same with this form, from the network of `address`, as a proxy that is trusted says.
async fn call_from(browser: &Browser, address: &str, function: &str, form: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = form_to(browser, function)
        .header("x-forwarded-for", address)
        .header("content-type", "application/x-www-form-urlencoded")
        // Many wait at once.
        .timeout(4 * PATIENCE);
    send(request.body(body)).await
}
