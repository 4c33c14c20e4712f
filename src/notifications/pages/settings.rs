//! `/settings/notifications`: how a person wants to hear of what, and when not.

use leptos::prelude::*;

use super::device::ThisDevice;
use super::words::kind_name;
use crate::accounts::model::CurrentViewer;
use crate::i18n::{Locale, td_string, use_locale};
use crate::notifications::api::{SaveNotificationSettings, notification_settings};
use crate::notifications::model::{Channels, Kind, KindSetting, QuietHours, Settings, show_minute};
use crate::ui::{Button, Form, FormError, NotLoaded, Notice, PageHeader, SettingsNav, TextField, Tone, use_form};

/// The field of the ticked boxes.
const ON: &str = "on[]";

/// "Notification settings".
#[component]
pub fn NotificationSettingsPage() -> impl IntoView {
    let locale = use_locale();
    let settings = Resource::new_blocking(|| (), |()| notification_settings());
    let form = move || {
        Suspend::new(async move {
            match settings.await {
                Ok(settings) => view! { <SettingsForm settings=settings /> }.into_any(),
                Err(error) => view! { <NotLoaded error=error again=move |()| settings.refetch() /> }.into_any(),
            }
        })
    };
    view! {
        <SettingsNav />
        <PageHeader
            title=td_string!(locale, notifications.settings.title)
            lead=td_string!(locale, notifications.settings.lead)
        />
        <Suspense>{form}</Suspense>
        <section class="card mt-8 max-w-4xl">
            <ThisDevice />
        </section>
    }
    .into_any()
}

#[component]
fn SettingsForm(settings: Settings) -> impl IntoView {
    let locale = use_locale();
    let save = ServerAction::<SaveNotificationSettings>::new();
    let form = use_form(save);
    // Shown anew for each time it worked: what is said twice is read out twice.
    let saved = move || {
        (form.succeeded().get() && !form.pending().get()).then(|| {
            view! { <Notice tone=Tone::Success>{td_string!(locale, common.settings.saved)}</Notice> }
        })
    };
    let Settings { kinds, quiet, .. } = settings;
    let rows = kinds
        .into_iter()
        .map(|setting| view! { <KindRow form=form setting=setting /> })
        .collect_view();
    view! {
        <ActionForm action=save attr:class="form max-w-4xl">
            <FormError form=form />
            <section class="card" aria-labelledby="channels-title">
                <h2 class="settings-title" id="channels-title">
                    {td_string!(locale, notifications.settings.channels)}
                </h2>
                <div class="channel-rows">{rows}</div>
                <p class="field-hint" id="channels-email-hint">
                    {td_string!(locale, notifications.settings.email_hint)}
                </p>
            </section>
            <Quiet form=form quiet=quiet />
            <div class="flex flex-wrap items-center gap-x-6 gap-y-3">
                <Button submit=true busy=form.pending()>
                    {td_string!(locale, common.settings.save)}
                </Button>
                <a class="text-link" href="/notifications">
                    {td_string!(locale, notifications.settings.see_list)}
                </a>
            </div>
            <div role="status">{saved}</div>
        </ActionForm>
    }
}

/// One kind, and a box for each way to tell of it.
#[component]
fn KindRow(form: Form, setting: KindSetting) -> impl IntoView {
    let locale = use_locale();
    let KindSetting { kind, channels } = setting;
    // Of a form that came back, the boxes as they were.
    let returned = form.values(ON).filter(|_| !form.succeeded().get_untracked());
    let is_on = move |channel: &str, stored: bool| match &returned {
        Some(ticked) => ticked.contains(&box_value(kind, channel)),
        None => stored,
    };
    let Channels {
        in_app,
        desktop,
        sound,
        email,
    } = channels;
    let boxes = [
        ("in_app", in_app),
        ("desktop", desktop),
        ("sound", sound),
        ("email", email),
    ]
    .map(|(channel, stored)| {
        let hint = (channel == "email").then_some("channels-email-hint");
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    name=ON
                    value=box_value(kind, channel)
                    checked=is_on(channel, stored)
                    aria-describedby=hint
                />
                {channel_name(locale, channel)}
            </label>
        }
    });
    view! {
        <fieldset class="channel-row">
            <legend class="channel-kind">{kind_name(locale, kind)}</legend>
            {boxes.collect_view()}
        </fieldset>
    }
}

fn box_value(kind: Kind, channel: &str) -> String {
    format!("{}.{channel}", kind.name())
}

fn channel_name(locale: Locale, channel: &str) -> &'static str {
    match channel {
        "in_app" => td_string!(locale, notifications.settings.in_app),
        "desktop" => td_string!(locale, notifications.settings.desktop),
        "sound" => td_string!(locale, notifications.settings.sound),
        _ => td_string!(locale, notifications.settings.email),
    }
}

/// When not to disturb.
#[component]
fn Quiet(form: Form, quiet: QuietHours) -> impl IntoView {
    let locale = use_locale();
    let zone = use_context::<CurrentViewer>()
        .and_then(|viewer| viewer.0)
        .map(|viewer| viewer.time_zone.replace('_', " "))
        .unwrap_or_default();
    let returned = form.values("quiet").filter(|_| !form.succeeded().get_untracked());
    let is_on = match returned {
        Some(values) => !values.is_empty(),
        None => quiet.is_on,
    };
    view! {
        <fieldset class="card quiet-hours">
            <legend class="settings-title">{td_string!(locale, notifications.settings.quiet)}</legend>
            <label class="check">
                <input type="checkbox" name="quiet" value="on" checked=is_on aria-describedby="quiet-hint" />
                {td_string!(locale, notifications.settings.quiet_switch)}
            </label>
            <p class="field-hint" id="quiet-hint">
                {td_string!(locale, notifications.settings.quiet_hint, zone = zone)}
            </p>
            <div class="quiet-times">
                <TextField
                    form=form
                    name="quiet_from"
                    label=td_string!(locale, notifications.settings.from)
                    value=show_minute(quiet.from_minute)
                    input_type="time"
                    required=true
                />
                <TextField
                    form=form
                    name="quiet_to"
                    label=td_string!(locale, notifications.settings.until)
                    value=show_minute(quiet.to_minute)
                    input_type="time"
                    required=true
                />
            </div>
        </fieldset>
    }
}
