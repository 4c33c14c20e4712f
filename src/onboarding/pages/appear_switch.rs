//! "Appear offline" and "Appear online", in the account menu.

use leptos::form::ActionForm;
use leptos::prelude::*;

use crate::accounts::api::SetInvisible;
use crate::accounts::appears_offline::use_appears_offline;
use crate::i18n::{Locale, td_string};
use crate::ui::{Icon, Toast, Tone, error_text, use_toasts};

/// A button named by what pressing it does. With JavaScript the page stays, and a call in it goes on.
#[component]
pub(super) fn AppearSwitch(locale: Locale) -> impl IntoView {
    let is_invisible = use_appears_offline();
    let action = ServerAction::<SetInvisible>::new();
    let toasts = use_toasts();
    Effect::new(move || match action.value().get() {
        Some(Ok(now)) => is_invisible.set(now),
        Some(Err(error)) => toasts.push(Toast {
            kind: Tone::Danger,
            title: error_text(locale, &error),
            ..Toast::default()
        }),
        None => {}
    });
    let words = move || {
        if is_invisible.get() {
            td_string!(locale, onboarding.frame.appear_online)
        } else {
            td_string!(locale, onboarding.frame.appear_offline)
        }
    };
    let icon = move || {
        let icon = if is_invisible.get() {
            icondata_lu::LuEye
        } else {
            icondata_lu::LuEyeOff
        };
        view! { <Icon icon=icon /> }
    };
    view! {
        <ActionForm action=action>
            <input type="hidden" name="invisible" value=move || (!is_invisible.get()).to_string() />
            <button class="menu-item" type="submit">
                {icon}
                {words}
            </button>
        </ActionForm>
    }
}
