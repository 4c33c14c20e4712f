//! The document around the application, and what it needs to know of the request.

use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::request::Parts;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_i18n::Locale as _;
use leptos_meta::{HashedStylesheet, MetaTags};

use super::{App, PageContext};
use crate::accounts::deletion::CurrentLeaver;
use crate::accounts::identities::model::GoogleHere;
use crate::accounts::model::{CurrentViewer, Theme};
use crate::accounts::service::CurrentSession;
use crate::accounts::{passkeys, preferences};
use crate::kernel::form::FormReturned;
use crate::server::http::headers::content_security_policy;
use crate::server::http::origin::own_origin;
use crate::server::state::AppState;

/// The whole document.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    set_policy();
    let page = page_context();
    let chosen = theme();
    let theme = match chosen {
        Theme::System => None,
        chosen => Some(chosen.name()),
    };
    view! {
        <!DOCTYPE html>
        <html lang=page.locale data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content=theme.unwrap_or("light dark") />
                <link
                    rel="preload"
                    r#as="font"
                    r#type="font/woff2"
                    crossorigin="anonymous"
                    href="/fonts/figtree-latin-wght-normal.woff2"
                />
                // Before anything is drawn, so that nothing for browsers without scripts flashes up.
                <script nonce=use_nonce() inner_html="document.documentElement.dataset.script=''"></script>
                <HashedStylesheet options=options.clone() id="styles" />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                {theme_colours(chosen)}
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The colour of the browser's own edges: `--ground` of `style/tokens.css`.
const GROUND: [(&str, &str); 2] = [("light", "#fbf6ee"), ("dark", "#1b1714")];

fn theme_colours(chosen: Theme) -> impl IntoView {
    GROUND
        .into_iter()
        .filter(|(theme, _)| chosen == Theme::System || chosen.name() == *theme)
        .map(|(theme, colour)| {
            let media = (chosen == Theme::System).then(|| format!("(prefers-color-scheme: {theme})"));
            view! { <meta name="theme-color" content=colour /> }.attr("media", media)
        })
        .collect_view()
}

/// What the request says of the person, for the page and, serialised with it, for its hydration.
pub(super) fn page_context() -> PageContext {
    let (Some(parts), Some(state)) = (use_context::<Parts>(), use_context::<AppState>()) else {
        return PageContext::default();
    };
    let viewer = parts
        .extensions
        .get::<CurrentViewer>()
        .and_then(|viewer| viewer.0.clone());
    let leaver = parts
        .extensions
        .get::<CurrentLeaver>()
        .and_then(|leaver| leaver.0.clone());
    let reader = viewer.as_ref().or(leaver.as_ref().map(|leaver| &leaver.viewer));
    PageContext {
        locale: preferences::language(&state.config, &parts.headers, reader)
            .as_str()
            .to_owned(),
        // Of who is going the browser does nothing that a session is for.
        session: viewer
            .as_ref()
            .and(parts.extensions.get::<CurrentSession>())
            .and_then(|session| session.0),
        form: parts.extensions.get::<FormReturned>().cloned().unwrap_or_default(),
        google: GoogleHere(state.google.is_some()),
        passkeys: passkeys::place::here(&state.config, &parts),
        viewer,
        leaver,
    }
}

fn theme() -> Theme {
    let (Some(parts), Some(state)) = (use_context::<Parts>(), use_context::<AppState>()) else {
        return Theme::System;
    };
    let viewer = parts
        .extensions
        .get::<CurrentViewer>()
        .and_then(|viewer| viewer.0.as_ref());
    let leaver = parts
        .extensions
        .get::<CurrentLeaver>()
        .and_then(|leaver| leaver.0.as_ref());
    let reader = viewer.or(leaver.map(|leaver| &leaver.viewer));
    preferences::theme(&state.config, &parts.headers, reader)
}

fn set_policy() {
    let (Some(nonce), Some(parts), Some(state), Some(response)) = (
        use_nonce(),
        use_context::<Parts>(),
        use_context::<AppState>(),
        use_context::<ResponseOptions>(),
    ) else {
        return;
    };
    let socket = own_origin(&state.config, &parts.headers).replacen("http", "ws", 1);
    let mut policy = content_security_policy(&nonce, &socket);
    if std::env::var_os("LEPTOS_WATCH").is_some() {
        // cargo-leptos tells the page of a new build by a socket of its own.
        policy = policy.replace(
            "connect-src 'self'",
            &format!(
                "connect-src 'self' ws://127.0.0.1:{0} ws://localhost:{0}",
                state.leptos.reload_port
            ),
        );
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}
