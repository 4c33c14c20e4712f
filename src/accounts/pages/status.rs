//! `/settings/status`, and the dialog with the same words that the account menu opens.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::accounts::status::api::SetStatus;
use crate::accounts::status::own::{StatusDialogState, use_own_status};
use crate::accounts::status::words::{availability_name, sign, until_text};
use crate::accounts::status::{Availability, MESSAGE_MAX, OwnMessage, OwnStatus, Span};
use crate::i18n::{td_string, use_locale};
use crate::ui::{
    Button, ButtonKind, Dialog, DialogActions, Form, FormError, PresenceDot, SelectField, SelectOption, SettingsForm,
    TextField, use_form, use_plain_form,
};

/// How one wants to be reached and seen, and one line. The account menu, which comes with the document, shows both.
#[component]
pub fn StatusPage() -> impl IntoView {
    let locale = use_locale();
    let form = use_plain_form(SetStatus::url());
    // As the document says: what is chosen elsewhere meanwhile must not take away what somebody writes here.
    let OwnStatus { availability, message } = use_own_status().get_untracked();
    let chosen = form
        .value("availability")
        .and_then(|name| Availability::parse(&name).ok())
        .filter(|_| !form.succeeded().get_untracked())
        .unwrap_or(availability);
    let choices = Availability::ALL
        .map(|choice| view! { <Choice choice=choice is_chosen=choice == chosen /> })
        .into_iter()
        .collect_view();
    let clear = message.is_some().then(|| {
        view! {
            <form class="mt-4" method="post" action=SetStatus::url()>
                <Nothing />
                <Button submit=true kind=ButtonKind::Quiet>
                    {td_string!(locale, accounts.status.clear)}
                </Button>
            </form>
        }
    });
    view! {
        <SettingsForm
            form=form
            title=td_string!(locale, accounts.status.title)
            lead=td_string!(locale, accounts.status.lead)
            width="max-w-2xl"
        >
            <fieldset class="grid gap-3">
                <legend class="settings-title">{td_string!(locale, accounts.status.availability)}</legend>
                {choices}
            </fieldset>
            <Fields form=form place="page" message=message />
        </SettingsForm>
        {clear}
    }
    .into_any()
}

/// One of the three, with what it means.
#[component]
fn Choice(choice: Availability, is_chosen: bool) -> impl IntoView {
    let locale = use_locale();
    let hint_id = format!("availability-{}-hint", choice.name());
    let hint = match choice {
        Availability::Available => td_string!(locale, accounts.status.available_hint),
        Availability::Busy => td_string!(locale, accounts.status.busy_hint),
        Availability::Invisible => td_string!(locale, accounts.status.invisible_hint),
    };
    view! {
        <div class="grid gap-1">
            <label class="flex min-h-12 items-center gap-3 justify-self-start font-semibold">
                <input
                    class="size-5"
                    type="radio"
                    name="availability"
                    value=choice.name()
                    checked=is_chosen
                    aria-describedby=hint_id.clone()
                />
                <PresenceDot state=Signal::stored(sign(choice)) />
                {availability_name(locale, choice)}
            </label>
            <p class="ps-8 text-muted" id=hint_id>
                {hint}
            </p>
        </div>
    }
}

/// The message and for how long it is shown. `place` tells the fields of the page from those of the dialog.
#[component]
fn Fields(form: Form, place: &'static str, message: Option<OwnMessage>) -> impl IntoView {
    let locale = use_locale();
    let (offered, chosen) = Span::offered(message.as_ref());
    let kept = message.as_ref().and_then(|message| until_text(locale, message));
    let options = offered
        .iter()
        .map(|span| {
            let label = match span {
                Span::Kept => kept.clone().unwrap_or_default(),
                Span::Hour => td_string!(locale, accounts.status.span_hour).to_owned(),
                Span::Today => td_string!(locale, accounts.status.span_today).to_owned(),
                Span::Week => td_string!(locale, accounts.status.span_week).to_owned(),
                Span::Cleared => td_string!(locale, accounts.status.span_cleared).to_owned(),
            };
            SelectOption::new(span.name(), label)
        })
        .collect();
    // After a success the page shows what holds, and not what was typed: that may have been tidied.
    let returned = (!form.succeeded().get_untracked()).then_some(form);
    view! {
        <TextField
            nostrip:form=returned
            name="message"
            id=format!("status-{place}-message")
            label=td_string!(locale, accounts.status.message)
            hint=td_string!(locale, accounts.status.message_hint)
            value=message.map(|message| message.text).unwrap_or_default()
            maxlength=MESSAGE_MAX
            autocomplete="off"
        />
        <SelectField
            nostrip:form=returned
            name="span"
            id=format!("status-{place}-span")
            label=td_string!(locale, accounts.status.span)
            options=options
            selected=chosen.name()
        />
    }
}

/// The fields of a form that takes the message away.
#[component]
fn Nothing() -> impl IntoView {
    view! {
        <input type="hidden" name="message" value="" />
        <input type="hidden" name="span" value=Span::Cleared.name() />
    }
}

/// The dialog, once in every tab.
#[component]
pub fn StatusDialog() -> impl IntoView {
    let locale = use_locale();
    let Some(StatusDialogState { is_open, is_there }) = use_context::<StatusDialogState>() else {
        return ().into_any();
    };
    let own = use_own_status();
    let action = ServerAction::<SetStatus>::new();
    Effect::new(move |_| {
        is_there.set(true);
        on_cleanup(move || {
            is_there.try_set(false);
        });
    });
    Effect::new(move |_| {
        if let Some(Ok(status)) = action.value().get() {
            own.set(status);
            is_open.set(false);
        }
    });
    view! {
        <Dialog
            id="status-dialog"
            open=is_open
            on_close=move |()| is_open.set(false)
            title=Signal::stored(td_string!(locale, accounts.status.title).to_owned())
        >
            <DialogForm action=action />
        </Dialog>
    }
    .into_any()
}

#[component]
fn DialogForm(action: ServerAction<SetStatus>) -> impl IntoView {
    let locale = use_locale();
    // What went wrong the last time was said then.
    action.clear();
    let form = use_form(action);
    let message = use_own_status().get_untracked().message;
    let has_message = message.is_some();
    view! {
        <p class="mb-5 text-muted">{td_string!(locale, accounts.status.lead)}</p>
        <ActionForm action=action attr:class="stack">
            <FormError form=form />
            <Fields form=form place="dialog" message=message />
            <DialogActions>
                <Button submit=true busy=form.pending()>
                    {td_string!(locale, common.settings.save)}
                </Button>
            </DialogActions>
        </ActionForm>
        {has_message
            .then(|| {
                view! {
                    <ActionForm action=action attr:class="mt-3">
                        <Nothing />
                        <Button submit=true kind=ButtonKind::Quiet busy=form.pending()>
                            {td_string!(locale, accounts.status.clear)}
                        </Button>
                    </ActionForm>
                }
            })}
    }
}
