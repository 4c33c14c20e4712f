//! Pages of the settings that are one plain form.

use leptos::prelude::*;

use super::button::Button;
use super::form::{Form, FormError};
use super::page_header::PageHeader;
use super::said::Said;
use super::settings_nav::SettingsNav;
use crate::i18n::{td_string, use_locale};

/// The navigation, the heading, and the form with its button "Save". What it changes comes with the document, so the browser always posts it
/// itself, which loads the page anew.
#[component]
pub fn SettingsForm(
    /// The form, from `use_plain_form`.
    form: Form,
    /// The heading.
    title: &'static str,
    /// A sentence under it.
    lead: &'static str,
    /// How wide it is, a Tailwind utility.
    width: &'static str,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <SettingsNav />
        <PageHeader title=title lead=lead />
        <form method="post" action=form.action() class=format!("form {width}")>
            <Said when=form.succeeded() words=td_string!(locale, common.settings.saved) />
            <FormError form=form />
            {children()}
            <div>
                <Button submit=true>{td_string!(locale, common.settings.save)}</Button>
            </div>
        </form>
    }
}
