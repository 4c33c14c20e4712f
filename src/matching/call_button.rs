//! "Call", wherever a partner or a call with one stands; "Back to the call" while one is going on.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::accounts::model::PersonCard;
use crate::i18n::{td_string, use_locale};
use crate::matching::start_call::{InCallWith, StartCall};
use crate::ui::{Button, Icon, LinkButton};

/// The button that calls a partner. Without JavaScript, or where nothing can call, it leads to the page `/partners/{username}/call`.
#[component]
pub fn CallButton(
    /// The partner.
    person: PersonCard,
    /// What it says, as "Call".
    #[prop(into)]
    label: String,
    /// Less tall, for rows.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let locale = use_locale();
    let start = use_context::<StartCall>();
    let partner = person.id;
    let going_on = use_context::<InCallWith>();
    let room = Memo::new(move |_| {
        let (with, room) = going_on.and_then(|InCallWith(with)| with.get())?;
        (with == partner).then_some(room)
    });
    let action = format!("/partners/{}/call", person.username);
    let on_submit = move |event: SubmitEvent| {
        if let Some(StartCall(start)) = start {
            event.prevent_default();
            start.run(person.clone());
        }
    };
    move || match room.get() {
        Some(room) => view! {
            <LinkButton href=format!("/call/{room}") small=small>
                <Icon icon=icondata_lu::LuVideo />
                {td_string!(locale, matching.partners.back_to_call)}
            </LinkButton>
        }
        .into_any(),
        None => {
            let label = label.clone();
            view! {
                <form method="get" action=action.clone() on:submit=on_submit.clone()>
                    <Button submit=true small=small>
                        <Icon icon=icondata_lu::LuVideo />
                        {label}
                    </Button>
                </form>
            }
            .into_any()
        }
    }
}
