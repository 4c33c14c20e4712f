//! The ways in that are no password, below the form that asks for one.

use leptos::prelude::*;

use super::google::GoogleForm;
use crate::accounts::identities::model::{GoogleHere, Purpose};
use crate::accounts::passkeys::model::{PasskeysHere, Place};
use crate::accounts::passkeys::pages::{PasskeySignIn, Purpose as PasskeyPurpose};
use crate::i18n::{td_string, use_locale};
use crate::ui::Form;

/// Google, where it is set up, and passkeys, where there can be any; nothing where there is neither.
#[component]
pub fn OtherWays(
    /// The form of `StartGoogle`, from `use_plain_form`.
    google: Form,
    /// Where to go afterwards.
    next: Option<String>,
    /// Offers passkeys as well: not to people who have no account yet.
    #[prop(optional)]
    passkeys: bool,
) -> impl IntoView {
    let GoogleHere(has_google) = use_context().unwrap_or_default();
    let has_passkeys = passkeys && can_be_passkeys();
    let by_google = has_google.then(|| {
        let next = next.clone();
        view! { <GoogleForm form=google purpose=Purpose::SignIn next=next /> }
    });
    let by_passkey = has_passkeys.then(|| view! { <PasskeySignIn purpose=PasskeyPurpose::SignIn next=next /> });
    (has_google || has_passkeys)
        .then(|| {
            view! {
                // Passkeys need scripts: without them there may be nothing to choose from.
                <div class="grid gap-4" class:with-script=!has_google>
                    <Or />
                    {by_google} {by_passkey}
                </div>
            }
        })
        .into_any()
}

fn can_be_passkeys() -> bool {
    let here: PasskeysHere = use_context().unwrap_or_default();
    here.place == Place::Fits
}

/// A line with the word "or" in it.
#[component]
pub fn Or() -> impl IntoView {
    let locale = use_locale();
    view! {
        <p class="my-2 flex items-center gap-4 text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            {td_string!(locale, accounts.google.or)}
        </p>
    }
}
