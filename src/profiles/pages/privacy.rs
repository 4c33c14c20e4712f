//! `/settings/privacy`.

use leptos::html;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::accounts::api::address_hiding;
use crate::accounts::model::{AddressPrivacy, CurrentViewer, HideAddress};
use crate::accounts::status::Availability;
use crate::accounts::status::own::use_own_availability;
use crate::i18n::{Locale, td_string, use_locale};
use crate::profiles::api::SavePrivacy;
use crate::profiles::blocks::api::{Unblock, own_privacy};
use crate::profiles::blocks::model::BlockedPerson;
use crate::ui::local_time::day_text;
use crate::ui::{
    Avatar, Button, ButtonKind, Form, Notice, SelectField, SelectOption, SettingsForm, Tone, error_text, use_plain_form,
};

/// What others may see. The account menu, which comes with the document, shows a part of it.
#[component]
pub fn PrivacyPage() -> impl IntoView {
    let locale = use_locale();
    let form = use_plain_form(SavePrivacy::url());
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    let visibility = viewer.map(|viewer| viewer.visibility).unwrap_or_default();
    let appear_offline = NodeRef::<html::Input>::new();
    follow_switch(appear_offline);
    let hiding = Resource::new_blocking(|| (), |()| address_hiding());
    let address = move || {
        Suspend::new(async move {
            match hiding.await {
                Ok(hiding) => view! { <AddressChoice form=form hiding=hiding /> }.into_any(),
                // The rest can be saved all the same; this stays as it is.
                Err(error) => view! { <Notice tone=Tone::Danger>{error_text(locale, &error)}</Notice> }.into_any(),
            }
        })
    };
    let own = Resource::new_blocking(|| (), |()| own_privacy());
    let public = move || {
        Suspend::new(async move {
            own.await.ok().map(|own| {
                view! {
                    // Where this is not shown, it is not asked.
                    <input type="hidden" name="asks_public" value="on" />
                    <Choice
                        name="public_profile"
                        label=td_string!(locale, profiles.privacy.public)
                        hint=td_string!(locale, profiles.privacy.public_hint)
                        is_on=is_ticked(form, "public_profile", own.is_public)
                    />
                }
            })
        })
    };
    let blocked = move || {
        Suspend::new(async move {
            own.await
                .map_or_else(|_| ().into_any(), |own| blocked_people(locale, own.blocked))
        })
    };
    view! {
        <SettingsForm
            form=form
            title=td_string!(locale, profiles.privacy.title)
            lead=td_string!(locale, profiles.privacy.lead)
            width="max-w-2xl"
        >
            <Suspense>{public}</Suspense>
            <Choice
                name="show_online"
                label=td_string!(locale, profiles.privacy.show_online)
                hint=td_string!(locale, profiles.privacy.show_online_hint)
                is_on=is_ticked(form, "show_online", visibility.show_online)
            />
            <Choice
                name="appear_offline"
                label=td_string!(locale, profiles.privacy.appear_offline)
                hint=td_string!(locale, profiles.privacy.appear_offline_hint)
                is_on=is_ticked(form, "appear_offline", visibility.is_invisible())
                node_ref=appear_offline
            />
            <Suspense>{address}</Suspense>
        </SettingsForm>
        <Suspense>{blocked}</Suspense>
    }
    .into_any()
}

/// Whom one has blocked, each with the way back.
fn blocked_people(locale: Locale, blocked: Vec<BlockedPerson>) -> AnyView {
    let nobody = blocked
        .is_empty()
        .then(|| view! { <p class="text-muted">{td_string!(locale, profiles.privacy.nobody_blocked)}</p> });
    let people = blocked
        .into_iter()
        .map(|BlockedPerson { person, since }| {
            let label = person.display_name.clone();
            view! {
                <article class="flex flex-wrap items-center gap-x-4 gap-y-2" aria-label=label>
                    <Avatar name=person.display_name.clone() hue=person.hue picture=person.picture />
                    <p class="me-auto">
                        <span class="font-semibold">{person.display_name}</span>
                        " "
                        <span class="text-muted">
                            {td_string!(locale, profiles.privacy.blocked_since)} " "
                            <time datetime=since.machine()>{day_text(locale, &since)}</time>
                        </span>
                    </p>
                    <form method="post" action=Unblock::url()>
                        <input type="hidden" name="username" value=person.username />
                        <Button submit=true small=true kind=ButtonKind::Secondary>
                            {td_string!(locale, profiles.privacy.unblock)}
                        </Button>
                    </form>
                </article>
            }
        })
        .collect_view();
    view! {
        <section class="mt-12 grid max-w-2xl gap-4" aria-labelledby="blocked-title">
            <h2 id="blocked-title">{td_string!(locale, profiles.privacy.blocked)}</h2>
            <p class="text-muted">{td_string!(locale, profiles.privacy.blocked_hint)}</p>
            {nobody}
            <div class="grid gap-4">{people}</div>
        </section>
    }
    .into_any()
}

/// In which calls one's address is hidden, and what that means here.
#[component]
fn AddressChoice(form: Form, hiding: AddressPrivacy) -> impl IntoView {
    let locale = use_locale();
    let hint = if hiding.is_possible {
        td_string!(locale, profiles.privacy.hide_address_hint)
    } else {
        td_string!(locale, profiles.privacy.hide_address_impossible)
    };
    view! {
        <SelectField
            form=form
            name="hide_address"
            label=td_string!(locale, profiles.privacy.hide_address)
            hint=hint
            options=HideAddress::ALL
                .map(|choice| SelectOption::new(choice.name(), choice_name(locale, choice)))
                .into()
            selected=hiding.chosen.name()
        />
    }
}

fn choice_name(locale: Locale, choice: HideAddress) -> &'static str {
    match choice {
        HideAddress::UntilTalked => td_string!(locale, profiles.privacy.hide_address_until_talked),
        HideAddress::Always => td_string!(locale, profiles.privacy.hide_address_always),
        HideAddress::Never => td_string!(locale, profiles.privacy.hide_address_never),
    }
}

/// As it was before the page came back, else as it is stored.
fn is_ticked(form: Form, name: &str, stored: bool) -> bool {
    match form.error().get_untracked().and(form.values(name)) {
        Some(values) => !values.is_empty(),
        None => stored,
    }
}

/// The same is switched in the account menu, while this page is open.
fn follow_switch(field: NodeRef<html::Input>) {
    let availability = use_own_availability();
    Effect::new(move |before: Option<bool>| {
        let now = availability.get() == Availability::Invisible;
        // What was ticked before the page was taken over stays.
        if let Some(field) = field.get_untracked()
            && before.is_some_and(|before| before != now)
        {
            field.set_checked(now);
        }
        now
    });
}

/// A box to tick, with what it means.
#[component]
fn Choice(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    is_on: bool,
    #[prop(optional)] node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let hint_id = format!("{name}-hint");
    view! {
        <div class="grid gap-1">
            <label class="flex min-h-12 items-center gap-3 justify-self-start font-semibold">
                <input
                    class="size-5"
                    type="checkbox"
                    name=name
                    value="on"
                    checked=is_on
                    aria-describedby=hint_id.clone()
                    node_ref=node_ref
                />
                {label}
            </label>
            <p class="ps-8 text-muted" id=hint_id>
                {hint}
            </p>
        </div>
    }
}
