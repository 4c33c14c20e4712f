//! Speakle: find a language partner who fits both ways, and talk face to face in the browser.
//!
//! This list is the table of contents. Imports go one way: the ground, then the features in this order, then what puts them together;
//! a test holds it. Each feature is one folder with the same file names; ARCHITECTURE.md says what each is for.

// Views are types nested as deep as the page.
#![recursion_limit = "512"]

// The ground, which names no feature.
/// The interface's languages.
pub mod i18n;
/// Ids, time, errors, paging: what every feature stands on.
pub mod kernel;
/// The one socket of each tab: frames, hub, presence, and the client that comes back by itself.
pub mod realtime;
/// Settings, state, database, HTTP layers.
#[cfg(feature = "ssr")]
pub mod server;
/// The design system.
pub mod ui;

// The features, each using only those before it. The empty lines keep rustfmt from sorting them.

/// Who may come in: registration, sessions, how a person wants the interface.
pub mod accounts;

/// Who a person is to others: languages, levels, interests.
pub mod profiles;

/// What must not be missed: each person's list of notifications, and the log that brings it to every tab.
pub mod notifications;

/// Who suits whom: search, requests, partnerships.
pub mod matching;

/// When to talk: times that two partners agree on.
pub mod appointments;

/// What people write to each other, kept in order and sent until it is.
pub mod messages;

/// Ringing: propose, accept, decline, cancel, miss.
pub mod invitations;

/// Calls between two: negotiation, media, seats, history.
pub mod calls;

/// Landing, sign-up, home: what composes several features.
pub mod onboarding;

// What puts them together.
/// The route table and what is around every page.
pub mod app;
/// Whether what is configured works.
#[cfg(feature = "ssr")]
pub mod check;
/// The one match from what a browser sends to the services.
#[cfg(feature = "ssr")]
pub mod dispatch;
/// The whole socket protocol on one page.
pub mod protocol;
/// From the state to a running server.
#[cfg(feature = "ssr")]
pub mod serve;

/// Takes over the page that the server sent. `<html data-hydrated>` says that it answers to presses, its lazy chunk included.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    // As `leptos::mount::hydrate_lazy` does, but knowing when it is done.
    wasm_bindgen_futures::spawn_local(async {
        leptos::mount::hydrate_from_async(leptos::tachys::dom::body(), app::App)
            .await
            .forget();
        if let Some(html) = leptos::prelude::document().document_element() {
            // An attribute of this name is always allowed.
            let _ = html.set_attribute("data-hydrated", "");
        }
    });
}
