//! The way between the pages of the settings, which belong to several features.

use leptos::prelude::*;

use super::section_nav::{SectionLink, SectionNav};
use crate::i18n::{td_string, use_locale};

/// The navigation "Settings", at the top of each page of the settings.
#[component]
pub fn SettingsNav() -> impl IntoView {
    let locale = use_locale();
    let link = |href, label: &'static str| SectionLink {
        href,
        label: label.to_owned(),
    };
    let links = vec![
        link("/settings/profile", td_string!(locale, common.settings.profile)),
        link("/settings/account", td_string!(locale, common.settings.account)),
        link(
            "/settings/notifications",
            td_string!(locale, common.settings.notifications),
        ),
        link("/settings/devices", td_string!(locale, common.settings.devices)),
        link("/settings/privacy", td_string!(locale, common.settings.privacy)),
        link("/settings/appearance", td_string!(locale, common.settings.appearance)),
    ];
    view! { <SectionNav label=td_string!(locale, common.settings.navigation) links=links /> }
}
