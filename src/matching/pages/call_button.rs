//! "Call", wherever a partner stands.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::accounts::model::PersonCard;
use crate::i18n::{td_string, use_locale};
use crate::matching::start_call::StartCall;
use crate::ui::{Button, ButtonKind, Icon};

/// The button "Call". Without JavaScript, or where nothing can call, it leads to the page `/partners/{username}/call`.
#[component]
pub fn CallButton(
    /// The partner.
    person: PersonCard,
    /// Less tall, for rows.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let locale = use_locale();
    let start = use_context::<StartCall>();
    let action = format!("/partners/{}/call", person.username);
    let on_submit = move |event: SubmitEvent| {
        if let Some(StartCall(start)) = start {
            event.prevent_default();
            start.run(person.clone());
        }
    };
    view! {
        <form method="get" action=action on:submit=on_submit>
            <Button submit=true small=small kind=ButtonKind::Primary>
                <Icon icon=icondata_lu::LuVideo />
                {td_string!(locale, matching.partners.call)}
            </Button>
        </form>
    }
}
