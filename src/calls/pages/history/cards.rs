//! The lines of the history: an article each, named by the partner.

use leptos::prelude::*;

use crate::accounts::names::{profile_address, shown_name};
use crate::calls::model::CallView;
use crate::calls::pages::words::{attempt_text, ended_text, length_text};
use crate::calls::records::log::AttemptView;
use crate::i18n::{td_string, use_locale};
use crate::kernel::time::clock_length;
use crate::matching::call_button::CallButton;
use crate::ui::{ButtonKind, FaceCard, Facts, Icon, LinkButton, When};

/// A call.
#[component]
pub(super) fn CallCard(call: CallView) -> impl IntoView {
    let locale = use_locale();
    let name = shown_name(locale, &call.partner);
    let ended = ended_text(locale, call.ended, &name);
    let CallView {
        id,
        partner,
        at,
        seconds,
        ended: end,
        room,
    } = call;
    let room = room.filter(|_| end.is_none());
    let actions = move || {
        view! {
            {room
                .map(|room| {
                    view! {
                        <LinkButton href=format!("/call/{room}") small=true>
                            <Icon icon=icondata_lu::LuVideo />
                            {td_string!(locale, calls.history_back_to_call)}
                        </LinkButton>
                    }
                })}
            <LinkButton href=format!("/calls/{id}") kind=ButtonKind::Secondary small=true>
                {td_string!(locale, calls.history_summary)}
            </LinkButton>
        }
    };
    let href = profile_address(&partner);
    let length = seconds.map(|seconds| view! { <Length seconds=seconds /> }.into_any());
    let facts = std::iter::once(view! { <When time=at /> }.into_any())
        .chain(length)
        .collect();
    view! {
        <FaceCard name=name hue=partner.hue picture=partner.picture nostrip:href=href actions=ViewFnOnce::from(actions)>
            <p>
                <Facts facts=facts />
            </p>
            <p class="text-[0.9375rem] text-muted">{ended}</p>
        </FaceCard>
    }
    .into_any()
}

/// What rang without becoming a call.
#[component]
pub(super) fn AttemptCard(attempt: AttemptView) -> impl IntoView {
    let locale = use_locale();
    let words = attempt_text(locale, &attempt);
    let AttemptView {
        partner,
        at,
        is_partner,
        ..
    } = attempt;
    let href = profile_address(&partner);
    let (name, hue, picture) = (shown_name(locale, &partner), partner.hue, partner.picture);
    let call = is_partner.then(|| {
        let button = move || {
            view! { <CallButton person=partner label=td_string!(locale, calls.log.call) small=true /> }
        };
        ViewFnOnce::from(button)
    });
    view! {
        <FaceCard name=name hue=hue picture=picture nostrip:href=href nostrip:actions=call>
            <p>
                <When time=at />
            </p>
            <p class="text-[0.9375rem] text-muted">{words}</p>
        </FaceCard>
    }
    .into_any()
}

/// How long a call was: as a clock shows it, and in words for those who hear it.
#[component]
pub(super) fn Length(seconds: u32) -> impl IntoView {
    let locale = use_locale();
    view! {
        <time datetime=format!("PT{seconds}S")>
            <span class="tabular-nums" aria-hidden="true">
                {clock_length(seconds)}
            </span>
            <span class="sr-only">{length_text(locale, seconds)}</span>
        </time>
    }
}
