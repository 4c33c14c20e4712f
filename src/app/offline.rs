//! `/offline`: the page that the service worker keeps, and shows at any address where there is no connection.
//!
//! It is complete in itself, since nothing else is kept: colours and layout, the logo and a few lines of script are in it, allowed by their
//! hashes in a policy that allows nothing else. It is not hydrated: the code of the pages belongs to one build, and this page outlives builds.

use std::sync::LazyLock;

use axum::extract::{Request, State};
use axum::http::HeaderName;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use leptos_i18n::Locale as _;
use sha2::{Digest as _, Sha256};

use crate::accounts::model::{CurrentViewer, Theme};
use crate::accounts::preferences;
use crate::i18n::td_string;
use crate::server::state::AppState;

/// The colours of all pages, and the layout of this one.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    let tokens = include_str!("../../style/tokens.css");
    // What follows is for the build of the style sheet.
    let colours = tokens.split("/* The same tokens as Tailwind utilities").next();
    format!(
        "{}{}",
        colours.unwrap_or_default(),
        include_str!("../../style/offline.css")
    )
});
const SCRIPT: &str = include_str!("offline.js");
const LOGO: &str = include_str!("../../public/logo.svg");

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; connect-src 'self'; object-src 'none'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash(SCRIPT),
        hash(&STYLE)
    )
});

/// The page, in the language and theme of whoever asks.
pub async fn offline_page(State(state): State<AppState>, request: Request) -> Response {
    let viewer = request
        .extensions()
        .get::<CurrentViewer>()
        .and_then(|viewer| viewer.0.as_ref());
    let locale = preferences::language(&state.config, request.headers(), viewer);
    let theme = match preferences::theme(&state.config, request.headers(), viewer) {
        Theme::System => String::new(),
        chosen => format!(" data-theme=\"{}\"", chosen.name()),
    };
    let page = format!(
        "<!DOCTYPE html>\n\
         <html lang=\"{lang}\"{theme}>\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <title>{title} – Speakle</title>\n\
         <link rel=\"icon\" href=\"data:image/svg+xml;base64,{icon}\">\n\
         <style>{style}</style>\n\
         </head>\n\
         <body>\n\
         <main>\n{LOGO}<h1>{title}</h1>\n<p>{text}</p>\n<button type=\"button\">{again}</button>\n</main>\n\
         <script>{SCRIPT}</script>\n\
         </body>\n\
         </html>\n",
        lang = locale.as_str(),
        title = td_string!(locale, ui.offline.title),
        icon = BASE64_STANDARD.encode(LOGO),
        style = *STYLE,
        text = td_string!(locale, ui.offline.text),
        again = td_string!(locale, ui.try_again),
    );
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    (headers, Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_has_the_colours_of_both_themes_and_nothing_that_only_the_build_understands() {
        assert!(STYLE.contains("--ground: light-dark(") && STYLE.contains("min-height: 100vh"));
        assert!(!STYLE.contains("@theme") && !STYLE.contains("</"), "{}", *STYLE);
    }
}
