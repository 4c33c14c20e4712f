//! In the account menu: what one says of oneself, three choices, and the way to the status message.

use leptos::ev::SubmitEvent;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::accounts::status::Availability;
use crate::accounts::status::api::SetAvailability;
use crate::accounts::status::own::{StatusDialogState, use_own_availability, use_own_status};
use crate::accounts::status::words::{STATUS_PAGE, availability_name, sign, until_text};
use crate::i18n::{Locale, td_string};
use crate::ui::{Dot, Icon, PresenceDot, Toast, Tone, error_text, use_toasts};

/// The sign on one's own face: only what is out of the ordinary.
pub(super) fn own_dot() -> Signal<Dot> {
    let availability = use_own_availability();
    Signal::derive(move || match availability.get() {
        Availability::Available => Dot::Offline,
        chosen => sign(chosen),
    })
}

/// The same in words, for the button that opens the menu; nothing while all is as usual.
pub(super) fn own_words(locale: Locale) -> Signal<&'static str> {
    let availability = use_own_availability();
    Signal::derive(move || match availability.get() {
        Availability::Available => "",
        Availability::Busy => td_string!(locale, onboarding.frame.is_busy),
        Availability::Invisible => td_string!(locale, onboarding.frame.appears_offline),
    })
}

/// One's own status message, and when it goes.
#[component]
pub(super) fn OwnMessageWords(locale: Locale) -> impl IntoView {
    let own = use_own_status();
    move || {
        let message = own.with(|own| own.message.clone());
        message.map(|message| {
            let until = until_text(locale, &message).map(|until| view! { <span class="menu-username">{until}</span> });
            view! {
                <span class="menu-status" dir="auto">{message.text}</span>
                {until}
            }
        })
    }
}

/// A button for each choice, named by what pressing it does. With JavaScript the page stays, and a call in it goes on.
#[component]
pub(super) fn AvailabilityChoices(locale: Locale) -> impl IntoView {
    let (own, now) = (use_own_status(), use_own_availability());
    let action = ServerAction::<SetAvailability>::new();
    let toasts = use_toasts();
    Effect::new(move || match action.value().get() {
        Some(Ok(status)) => own.set(status),
        Some(Err(error)) => toasts.push(Toast {
            kind: Tone::Danger,
            title: error_text(locale, &error),
            ..Toast::default()
        }),
        None => {}
    });
    let words = move |choice: Availability| match (choice, now.get()) {
        (Availability::Available, Availability::Invisible) => td_string!(locale, onboarding.frame.appear_online),
        (Availability::Invisible, Availability::Available | Availability::Busy) => {
            td_string!(locale, onboarding.frame.appear_offline)
        }
        (choice, _) => availability_name(locale, choice),
    };
    let button = move |choice: Availability| {
        view! {
            <button
                class="menu-item"
                type="submit"
                name="availability"
                value=choice.name()
                aria-current=move || (now.get() == choice).then_some("true")
            >
                <span class="menu-sign">
                    <PresenceDot state=Signal::stored(sign(choice)) />
                </span>
                {move || words(choice)}
                <span class="menu-chosen">
                    <Icon icon=icondata_lu::LuCheck />
                </span>
            </button>
        }
    };
    view! {
        <div class="menu-group" role="group" aria-label=td_string!(locale, accounts.status.availability)>
            <ActionForm action=action>{Availability::ALL.map(button).into_iter().collect_view()}</ActionForm>
        </div>
    }
}

/// "Set a status": opens the dialog, or the page with the same fields where there is none, or where that page is open.
#[component]
pub(super) fn StatusButton(locale: Locale) -> impl IntoView {
    let own = use_own_status();
    let dialog = use_context::<StatusDialogState>();
    let path = use_location().pathname;
    let on_submit = move |event: SubmitEvent| {
        if let Some(StatusDialogState { is_open, is_there }) = dialog
            && is_there.get_untracked()
            && path.get_untracked() != STATUS_PAGE
        {
            event.prevent_default();
            is_open.set(true);
        }
    };
    let words = move || {
        if own.with(|own| own.message.is_some()) {
            td_string!(locale, onboarding.frame.change_status)
        } else {
            td_string!(locale, onboarding.frame.set_status)
        }
    };
    view! {
        <form method="get" action=STATUS_PAGE on:submit=on_submit>
            <button class="menu-item" type="submit">
                <Icon icon=icondata_lu::LuMessageCircle />
                {words}
            </button>
        </form>
    }
}
