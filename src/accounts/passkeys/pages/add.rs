//! The form by which a device is asked to keep a new passkey.

use leptos::ev::SubmitEvent;
use leptos::form::FromFormData as _;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlFormElement;

use super::words::Trouble;
use crate::accounts::passkeys::api::{StartPasskey, add_passkey, start_passkey};
use crate::accounts::passkeys::browser::Asking;
use crate::accounts::passkeys::model::{NAME_MAX, PasskeyView};
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::{AppError, Refusal};
use crate::ui::{Button, Fetched, FormError, Notice, TextField, Tone, use_sent_form};

/// Asks for a name, and then the device. Only scripts can do that: without them there is no form, and what is pressed before they run leads back
/// to the page.
#[component]
pub(super) fn AddPasskey(
    /// The list that a new one comes into.
    own: Fetched<(), Vec<PasskeyView>>,
    /// What the name may be.
    device: String,
) -> impl IntoView {
    let locale = use_locale();
    let asking = Asking::new();
    let (pending, answer) = (RwSignal::new(false), RwSignal::new(None::<Result<(), AppError>>));
    let (trouble, is_added) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let form = use_sent_form(StartPasskey::url(), answer.into(), pending.into());
    let on_submit = move |event: SubmitEvent| {
        let Ok(StartPasskey { name }) = StartPasskey::from_event(&event) else {
            return;
        };
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        let element = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        pending.set(true);
        is_added.set(false);
        trouble.set(None);
        spawn_local(async move {
            let outcome = add(asking, name).await;
            if let (Err(Trouble::Server(AppError::Refused(Refusal::ConfirmFirst))), Some(element)) = (&outcome, element)
            {
                // Sent as a plain form it leads to where they show who they are, and back with what was typed.
                let _ = element.submit();
                return;
            }
            // Nobody waits for it where the page has gone.
            pending.try_set(false);
            match outcome {
                Ok(()) => {
                    answer.try_set(Some(Ok(())));
                    if is_added.try_set(true).is_none() {
                        own.refetch();
                    }
                }
                Err(Trouble::Server(error)) => {
                    answer.try_set(Some(Err(error)));
                }
                Err(failure) => {
                    answer.try_set(None);
                    trouble.try_set(failure.words(locale));
                }
            }
        });
    };
    let said = move || {
        trouble
            .get()
            .map(|words| view! { <Notice tone=Tone::Danger attr:role="alert">{words}</Notice> })
    };
    let added = move || {
        is_added.get().then(|| {
            view! { <Notice tone=Tone::Success>{td_string!(locale, accounts.passkeys.added)}</Notice> }
        })
    };
    view! {
        <div class="with-script">
        <form method="post" action=form.action() class="form" novalidate=true on:submit=on_submit>
            <FormError form=form />
            {said}
            <div role="status" class="empty:hidden">
                {added}
            </div>
            <TextField
                form=form
                name="name"
                label=td_string!(locale, accounts.passkeys.new_name)
                hint=td_string!(locale, accounts.passkeys.new_name_hint)
                value=device
                autocomplete="off"
                maxlength=NAME_MAX
                required=true
            />
            <div>
                <Button submit=true busy=pending>
                    {td_string!(locale, accounts.passkeys.add)}
                </Button>
            </div>
        </form>
        </div>
    }
    .into_any()
}

async fn add(asking: Asking, name: String) -> Result<(), Trouble> {
    let challenge = start_passkey(name.clone()).await?;
    let Some(question) = asking.next() else {
        return Ok(());
    };
    let credential = question.make(&challenge.options).await?;
    Ok(add_passkey(challenge.ceremony, credential, name).await?)
}
