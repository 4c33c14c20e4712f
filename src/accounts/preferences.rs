//! Which language, theme and time zone a page is made for: the profile's, else the cookie's, else the browser's.

use std::str::FromStr as _;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use leptos::prelude::use_context;
use leptos_i18n::Locale as _;

use super::model::{CurrentViewer, Theme, Viewer};
use crate::i18n::Locale;
use crate::kernel::clock::is_time_zone;
use crate::kernel::error::{AppError, Problem};
use crate::server::config::Config;
use crate::server::http::cookies;
use crate::server::state::AppState;

/// The cookie with the chosen language.
pub const LANGUAGE_COOKIE: &str = "language";
/// The cookie with the chosen theme.
pub const THEME_COOKIE: &str = "theme";
/// The cookie in which the browser tells its time zone; written by our own script.
pub const TIME_ZONE_COOKIE: &str = "time_zone";
/// How long they are kept, in seconds.
pub const COOKIE_AGE: u64 = 365 * 24 * 3600;

/// A language of the interface, by its code.
///
/// # Errors
/// [`Problem::Unknown`] for languages that the interface does not speak.
pub fn parse_language(raw: &str) -> Result<String, Problem> {
    Locale::from_str(raw)
        .map(|locale| locale.as_str().to_owned())
        .map_err(|_| Problem::Unknown)
}

/// The language of the page that answers this request.
pub fn language(config: &Config, headers: &HeaderMap, viewer: Option<&Viewer>) -> Locale {
    let chosen = viewer
        .and_then(|viewer| viewer.locale.as_deref())
        .or_else(|| cookies::get(config, headers, LANGUAGE_COOKIE));
    chosen.and_then(|code| Locale::from_str(code).ok()).unwrap_or_else(|| {
        accepted(
            headers
                .get(ACCEPT_LANGUAGE)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default(),
        )
    })
}

/// The language of the page that the request at hand comes from.
///
/// # Errors
/// [`AppError::Internal`] outside of a request.
pub fn language_here(state: &AppState) -> Result<Locale, AppError> {
    let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
    let viewer = parts.extensions.get::<CurrentViewer>();
    let viewer = viewer.and_then(|viewer| viewer.0.as_ref());
    Ok(language(&state.config, &parts.headers, viewer))
}

/// The theme of the page that answers this request.
pub fn theme(config: &Config, headers: &HeaderMap, viewer: Option<&Viewer>) -> Theme {
    match viewer {
        Some(viewer) => viewer.theme,
        None => cookies::get(config, headers, THEME_COOKIE)
            .and_then(|name| Theme::parse(name).ok())
            .unwrap_or_default(),
    }
}

/// The time zone that the browser told.
pub fn browser_time_zone(config: &Config, headers: &HeaderMap) -> Option<String> {
    let zone = cookies::get(config, headers, TIME_ZONE_COOKIE)?;
    let zone = percent_encoding::percent_decode_str(zone)
        .decode_utf8()
        .ok()?
        .into_owned();
    is_time_zone(&zone).then_some(zone)
}

/// The best language for an `Accept-Language` header (RFC 9110 §12.5.4): by weight, then by order; regions count as their language.
fn accepted(header: &str) -> Locale {
    let mut wanted: Vec<(f32, &str)> = header
        .split(',')
        .filter_map(|part| {
            let (tag, weight) = part.split_once(';').unwrap_or((part, "q=1"));
            let weight = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|q| q.parse().ok())
                .unwrap_or(0.0);
            Some((weight, tag.trim().split('-').next()?))
        })
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    wanted
        .into_iter()
        .find_map(|(_, tag)| Locale::from_str(&tag.to_ascii_lowercase()).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_languages_are_taken_in_their_order() {
        for (header, language) in [
            ("", "en"),
            ("es-MX,es;q=0.9,en;q=0.8", "es"),
            ("fr-FR,fr;q=0.9,en;q=0.5,es;q=0.7", "es"),
            ("en;q=0.2, es;q=0", "en"),
            ("de, *;q=0.1", "en"),
            ("ES", "es"),
        ] {
            assert_eq!(accepted(header).as_str(), language, "{header:?}");
        }
        assert_eq!(parse_language("es").unwrap(), "es");
        assert_eq!(parse_language("xx"), Err(Problem::Unknown));
    }
}
