//! `/settings/profile`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::exchange_fields::{ExchangeFields, OriginFields};
use super::interests_field::InterestsField;
use super::language_rows::{LanguageRows, first_rows};
use super::meter::Meter;
use super::picture::PictureSettings;
use super::week_grid::WeekGrid;
use crate::accounts::model::CurrentViewer;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::error::AppError;
use crate::kernel::form::FormReturn;
use crate::profiles::api::{SaveProfile, own_profile};
use crate::profiles::interests::Interest;
use crate::profiles::model::WholeProfile;
use crate::profiles::time_zones::{present_name, zones_with};
use crate::profiles::words::ui_language;
use crate::ui::{
    Button, FormError, NotLoaded, Notice, PageHeader, SelectField, SelectOption, SettingsNav, TextArea, TextField,
    Tone, error_text, returned_form, use_plain_form,
};

/// One's own profile, to edit.
#[component]
pub fn EditProfilePage() -> impl IntoView {
    let locale = use_locale();
    let profile = Resource::new_blocking(|| (), |()| own_profile());
    let form = move || {
        Suspend::new(async move {
            match profile.await {
                Ok(own) => view! { <ProfileForm own=own /> }.into_any(),
                Err(error) => view! { <NotLoaded error=error again=move |()| profile.refetch() /> }.into_any(),
            }
        })
    };
    view! {
        <SettingsNav />
        <PageHeader title=td_string!(locale, profiles.edit.title) lead=td_string!(locale, profiles.edit.lead) />
        <PictureSettings />
        <Suspense>{form}</Suspense>
    }
    .into_any()
}

/// The name stands in the frame around every page, which comes with the document: so this is always a plain form, which loads the page
/// anew.
#[component]
fn ProfileForm(own: WholeProfile) -> impl IntoView {
    let locale = use_locale();
    let form = use_plain_form(SaveProfile::url());
    let returned = returned_form(form.action());
    let (display_name, time_zone, has_picture) = use_context::<CurrentViewer>()
        .and_then(|viewer| viewer.0)
        .map(|viewer| (viewer.display_name, viewer.time_zone, viewer.picture.is_some()))
        .unwrap_or_default();
    let profile = own.profile.clone();
    let rows = first_rows(returned.as_ref(), &profile);
    let zone = present_name(&time_zone).to_owned();

    view! {
        <Meter completeness=profile.completeness(has_picture) />
        <form method="post" action=form.action() class="form max-w-3xl" novalidate>
            // Enter in a text field presses the first button of its form, which has to be this one and not "Add language".
            <button type="submit" hidden></button>
            <Outcome returned=returned />
            <FormError form=form />
            <TextField
                form=form
                name="display_name"
                label=td_string!(locale, profiles.edit.display_name)
                hint=td_string!(locale, profiles.edit.display_name_hint)
                value=display_name
                autocomplete="name"
                required=true
            />
            <TextArea
                form=form
                name="bio"
                label=td_string!(locale, profiles.edit.bio)
                hint=td_string!(locale, profiles.edit.bio_hint)
                value=profile.bio.clone()
            />
            <SelectField
                form=form
                name="time_zone"
                label=td_string!(locale, profiles.edit.time_zone)
                hint=td_string!(locale, profiles.edit.time_zone_hint)
                options=zones(&zone)
                selected=zone.clone()
            />
            <InterestsField form=form value=Interest::format_list(&profile.interests, ui_language(locale)) />
            <ExchangeFields form=form profile=profile.clone() />
            <WeekGrid form=form hours=profile.hours zone=zone />
            <LanguageRows form=form rows=rows />
            <OriginFields form=form own=own />
            <div class="mt-4">
                <Button submit=true>{td_string!(locale, profiles.edit.save)}</Button>
            </div>
        </form>
    }
    .into_any()
}

/// What became of the last sending, above the fields: the ones in question may be far below.
#[component]
fn Outcome(returned: Option<FormReturn>) -> impl IntoView {
    let locale: Locale = use_locale();
    match returned.map(|returned| returned.error) {
        Some(None) => view! {
            <Notice tone=Tone::Success attr:role="status">
                {td_string!(locale, profiles.edit.saved)}
            </Notice>
        }
        .into_any(),
        // Without problems, a row was added and nothing was refused.
        Some(Some(error @ AppError::Invalid(_))) if error != AppError::Invalid(Vec::new()) => view! {
            <Notice tone=Tone::Danger attr:role="alert">
                {error_text(locale, &error)}
            </Notice>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

fn zones(current: &str) -> Vec<SelectOption> {
    zones_with(current)
        .into_iter()
        .map(|zone| SelectOption::new(zone, zone.replace('_', " ")))
        .collect()
}
