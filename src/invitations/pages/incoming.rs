//! "Incoming call from …", on every page.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::alarm::Alarm;
use super::state::{Navigate, RingingState};
use crate::i18n::{I18nLocaleTrait as _, td_string, use_locale};
use crate::invitations::api::decline_call;
use crate::invitations::browser;
use crate::invitations::model::{Incoming, InvitationId};
use crate::kernel::error::{AppError, Refusal};
use crate::notifications::words;
use crate::profiles::model::{PersonLanguage, Role};
use crate::ui::{
    Avatar, AvatarSize, Button, ButtonKind, Dialog, Icon, LanguageBadge, Notice, Side, Toast, Tone, error_text,
    use_toasts,
};

/// Shows the call that has rung longest; the next one when that is settled.
#[component]
pub(super) fn IncomingDialog(state: RingingState, alarm: Alarm) -> impl IntoView {
    let locale = use_locale();
    let navigate = use_navigate();
    let Alarm {
        current,
        is_second,
        waits_for_press,
    } = alarm;
    // Which call could not be answered, and why; inside of the dialog, since nothing outside of it can be read or pressed.
    let (problem, set_problem) = signal(None::<(InvitationId, AppError)>);
    let is_over = |error: &AppError| matches!(error, AppError::Refused(Refusal::AlreadySettled) | AppError::NotFound);
    let refused = move |id: InvitationId, error: AppError| {
        // Answered on another device or taken back at the same moment: the dialog just goes.
        if is_over(&error) {
            state.dismiss(id);
        } else {
            set_problem.set(Some((id, error)));
        }
    };
    let notice = move || {
        let shown = current.with(|call| call.as_ref().map(|call| call.id));
        let error = problem
            .get()
            .filter(|(id, _)| Some(*id) == shown)
            .map(|(_, error)| error);
        error.map(|error| view! { <Notice tone=Tone::Danger>{error_text(locale, &error)}</Notice> })
    };
    let navigate: Navigate = Arc::new(navigate);
    let by_system = Arc::clone(&navigate);
    let accept = Action::new(move |id: &InvitationId| {
        let (id, navigate) = (*id, Arc::clone(&navigate));
        async move {
            if let Err(error) = state.accept(id, &navigate).await {
                refused(id, error);
            }
        }
    });
    let toasts = use_toasts();
    // Pressed in a notification of the system: this page may show nothing of the call, and says what became of it.
    let accept_by_system = Action::new(move |id: &InvitationId| {
        let (id, navigate) = (*id, Arc::clone(&by_system));
        async move {
            let Err(error) = state.accept(id, &navigate).await else {
                return;
            };
            let is_shown = current.with_untracked(|call| call.as_ref().is_some_and(|call| call.id == id));
            if is_over(&error) || !is_shown {
                toasts.push(Toast {
                    kind: Tone::Info,
                    title: if is_over(&error) {
                        td_string!(locale, invitations.not_ringing).to_owned()
                    } else {
                        error_text(locale, &error)
                    },
                    ..Toast::default()
                });
            }
            refused(id, error);
        }
    });
    Effect::new(move |_| {
        browser::on_accepted_elsewhere(move |id| {
            set_problem.set(None);
            accept_by_system.dispatch(id);
        });
    });
    let decline = Action::new(move |id: &InvitationId| {
        let id = *id;
        async move {
            match decline_call(id).await {
                Ok(()) => state.dismiss(id),
                Err(error) => refused(id, error),
            }
        }
    });
    let title = Signal::derive(move || {
        current.with(|call| {
            call.as_ref().map_or_else(String::new, |call| {
                words::incoming_call(locale, &call.from.display_name)
            })
        })
    });
    let press = move |answer: Action<InvitationId, ()>| {
        if let Some(call) = current.get_untracked() {
            set_problem.set(None);
            answer.dispatch(call.id);
        }
    };
    let (by_us, by_system) = (accept.pending(), accept_by_system.pending());
    let is_going = Signal::derive(move || state.is_going());
    let is_accepting = Signal::derive(move || by_us.get() || by_system.get() || is_going.get());
    view! {
        <Dialog
            id="incoming-call"
            open=Signal::derive(move || current.with(|call| call.as_ref().is_some_and(|call| !is_aside(state, call))))
            // Escape answers nothing: whoever presses it may have meant something else. It rings on, with a way back in a corner.
            on_close=move |()| state.aside.set(current.with_untracked(|call| call.as_ref().map(|call| call.id)))
            title=title
            light_dismiss=false
            dismiss_button=false
        >
            {move || current.get().map(|call| view! { <Caller call is_second /> })}
            <p class="ring-note">
                {move || {
                    if waits_for_press.get() {
                        td_string!(locale, invitations.press_to_hear)
                    } else if is_second.get() {
                        td_string!(locale, invitations.second_hint)
                    } else {
                        ""
                    }
                }}
            </p>
            <div role="alert">{notice}</div>
            <div class="ring-answers">
                <Button kind=ButtonKind::Danger busy=decline.pending() disabled=is_going on_press=move |()| press(decline)>
                    <Icon icon=icondata_lu::LuPhoneOff />
                    {words::decline(locale)}
                </Button>
                <Button busy=is_accepting on_press=move |()| press(accept)>
                    <Icon icon=icondata_lu::LuVideo />
                    {move || words::accept(locale, is_second.get())}
                </Button>
            </div>
        </Dialog>
    }
}

/// What is left of the dialog when it was put aside: who calls, and the way back to it. Under [`super::provide_ringing`].
#[component]
pub fn RingingAside() -> impl IntoView {
    let locale = use_locale();
    let state = expect_context::<RingingState>();
    let waiting = Memo::new(move |_| state.current().filter(|call| is_aside(state, call)));
    view! {
        <div role="status">
            {move || {
                waiting
                    .get()
                    .map(|call| {
                        view! {
                            <p class="standing-note">
                                <Icon icon=icondata_lu::LuPhoneIncoming />
                                <span>{td_string!(locale, invitations.aside, name = call.from.display_name)}</span>
                                <button type="button" on:click=move |_| state.aside.set(None)>
                                    {td_string!(locale, invitations.aside_back)}
                                </button>
                            </p>
                        }
                    })
            }}
        </div>
    }
}

fn is_aside(state: RingingState, call: &Incoming) -> bool {
    state.aside.get() == Some(call.id)
}

#[component]
fn Caller(call: Incoming, is_second: Memo<bool>) -> impl IntoView {
    let locale = use_locale();
    let badges = call
        .languages
        .iter()
        .map(|language| view! { <LanguageBadge label=language.language.name(locale.as_str()) side=side(language) nostrip:level=level(language) /> })
        .collect_view();
    let (name, hue, picture) = (call.from.display_name, call.from.hue, call.from.picture);
    // Redrawn alone: what is around it has the focus.
    let face = move || {
        let size = if is_second.get() {
            AvatarSize::Large
        } else {
            AvatarSize::Huge
        };
        view! { <Avatar name=name.clone() hue=hue picture=picture size=size /> }
    };
    view! {
        // The focus comes here and not on an answer: whoever was typing would give one with the next key.
        <div class="ring-caller" tabindex="-1" data-focus="">
            <span class="ring-face" class=("ring-face-quiet", move || is_second.get())>
                {face}
            </span>
            <div class="ring-languages">{badges}</div>
            {(!call.message.is_empty()).then(|| view! { <p class="ring-message">{call.message.clone()}</p> })}
        </div>
    }
}

/// What the partner speaks has the partner's colour, what they learn mine.
const fn side(language: &PersonLanguage) -> Side {
    match language.role {
        Role::Native | Role::Fluent => Side::Partner,
        Role::Learning => Side::Mine,
    }
}

fn level(language: &PersonLanguage) -> Option<String> {
    language.level_name().map(str::to_owned)
}
