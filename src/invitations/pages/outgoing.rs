//! "Call …", then "Calling …", then why it came to nothing.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::state::{Calling, NoCall, RingingState};
use crate::accounts::model::PersonCard;
use crate::i18n::{td_string, use_locale};
use crate::invitations::api::{StartCall as StartCallFunction, cancel_call};
use crate::invitations::model::{InvitationId, MESSAGE_MAX};
use crate::kernel::error::{AppError, Refusal};
use crate::matching::api::partner;
use crate::realtime::client::on_news;
use crate::realtime::wire::SocketNews;
use crate::ui::{
    Avatar, AvatarSize, Button, ButtonKind, Dialog, DialogActions, FormError, Icon, Notice, TextField, Tone,
    error_text, use_form,
};

/// The dialog of a call that this tab starts.
#[component]
pub(super) fn OutgoingDialog(state: RingingState) -> impl IntoView {
    let locale = use_locale();
    let calling = Memo::new(move |_| state.calling.get());
    let title = Signal::derive(move || {
        calling.with(|calling| match calling {
            None => String::new(),
            Some(Calling::Asking(person)) => {
                td_string!(locale, invitations.call_title, name = person.display_name.clone())
            }
            Some(Calling::Ringing(mine)) => {
                td_string!(locale, invitations.calling_title, name = mine.to.display_name.clone())
            }
            Some(Calling::Over(person, why)) => {
                let name = person.display_name.clone();
                match why {
                    NoCall::Declined => td_string!(locale, invitations.declined, name = name),
                    NoCall::Unanswered => td_string!(locale, invitations.unanswered, name = name),
                    NoCall::Offline => td_string!(locale, invitations.offline, name = name),
                }
            }
        })
    });
    let (problem, set_problem) = signal(None::<AppError>);
    Effect::new(move |_| {
        calling.track();
        set_problem.set(None);
    });
    let notice = move || {
        let error = problem.get()?;
        Some(view! { <Notice tone=Tone::Danger>{error_text(locale, &error)}</Notice> })
    };
    let cancel = Action::new(move |id: &InvitationId| {
        let id = *id;
        async move {
            match cancel_call(id).await {
                Ok(()) => state.put_away(),
                // An answer that came first settles it, and its news say how.
                Err(AppError::Refused(Refusal::AlreadySettled) | AppError::NotFound) => {}
                Err(error) => set_problem.set(Some(error)),
            }
        }
    });
    let close = move || match calling.get_untracked() {
        Some(Calling::Ringing(mine)) => {
            set_problem.set(None);
            cancel.dispatch(mine.id);
        }
        _ => state.put_away(),
    };
    let body = move || {
        match calling.get() {
        None => ().into_any(),
        Some(Calling::Asking(person)) => view! { <Ask state person /> }.into_any(),
        Some(Calling::Ringing(mine)) => view! {
            <div class="ring-caller">
                <span class="ring-face">
                    <Avatar name=mine.to.display_name.clone() hue=mine.to.hue picture=mine.to.picture size=AvatarSize::Huge />
                </span>
                <p class="ring-hint">
                    {if mine.is_busy {
                        td_string!(locale, invitations.calling_busy, name = mine.to.display_name.clone())
                    } else {
                        td_string!(locale, invitations.calling_hint).to_owned()
                    }}
                </p>
            </div>
            <div role="alert">{notice}</div>
            <DialogActions>
                <Button kind=ButtonKind::Danger busy=cancel.pending() on_press=move |()| close() attr:data-focus="">
                    {td_string!(locale, invitations.cancel)}
                </Button>
            </DialogActions>
        }
        .into_any(),
        Some(Calling::Over(person, why)) => view! {
            <div class="ring-caller">
                <Avatar name=person.display_name.clone() hue=person.hue picture=person.picture size=AvatarSize::Huge />
                <p class="ring-hint">
                    {match why {
                        NoCall::Declined => td_string!(locale, invitations.declined_hint),
                        NoCall::Unanswered => td_string!(locale, invitations.unanswered_hint),
                        NoCall::Offline => td_string!(locale, invitations.offline_hint),
                    }}
                </p>
            </div>
            <DialogActions>
                {why.is_worth_another().then(|| view! { <CallAgain state person /> })}
                <Button
                    kind=if why.is_worth_another() { ButtonKind::Secondary } else { ButtonKind::Primary }
                    on_press=move |()| close()
                    attr:data-focus=""
                >
                    {td_string!(locale, invitations.close)}
                </Button>
            </DialogActions>
        }
        .into_any(),
    }
    };
    view! {
        <Dialog
            id="outgoing-call"
            open=Signal::derive(move || calling.with(Option::is_some))
            on_close=move |()| close()
            // A press that misses the dialog does not take back a call that rings.
            light_dismiss=Signal::derive(move || !calling.with(|calling| matches!(calling, Some(Calling::Ringing(_)))))
            title=title
        >
            {body}
        </Dialog>
    }
}

/// Back to the message and "Start call".
#[component]
fn CallAgain(state: RingingState, person: PersonCard) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Button on_press=move |()| state.calling.set(Some(Calling::Asking(person.clone())))>
            <Icon icon=icondata_lu::LuVideo />
            {td_string!(locale, invitations.call_again)}
        </Button>
    }
}

#[component]
fn Ask(state: RingingState, person: PersonCard) -> impl IntoView {
    let locale = use_locale();
    state.write_to(person.id);
    let is_calling_here = Memo::new({
        let id = person.id;
        move |_| state.is_calling_here(id)
    });
    let is_busy = follow_busy(&person);
    let calling_you = td_string!(locale, invitations.calling_you, name = person.display_name.clone());
    let busy = td_string!(locale, invitations.calling_busy, name = person.display_name.clone());
    let says_busy = Memo::new(move |_| is_busy.get() && !is_calling_here.get());
    view! {
        <div class="ring-ask" class:is-calling=is_calling_here>
            <Avatar name=person.display_name.clone() hue=person.hue picture=person.picture size=AvatarSize::Medium />
            // All words have their room all the time: who is about to press the button when the other person begins to call presses it.
            <div class="ring-either" role="status">
                <p class:unseen=move || is_calling_here.get() || says_busy.get()>
                    {td_string!(locale, invitations.calling_hint)}
                </p>
                <p class:unseen=move || !says_busy.get()>{busy}</p>
                <p class:unseen=move || !is_calling_here.get()>{calling_you}</p>
            </div>
        </div>
        <AskForm start=state.start person />
    }
}

/// Whether a partner is busy: as they are when asked, and as they are heard to be from then on.
fn follow_busy(person: &PersonCard) -> RwSignal<bool> {
    let (is_busy, is_told) = (RwSignal::new(false), StoredValue::new(false));
    let PersonCard { id, username, .. } = person.clone();
    on_news(move |news: SocketNews| {
        if let SocketNews::Presence { user, status, .. } = news
            && user == id
        {
            is_told.set_value(true);
            is_busy.set(status.is_busy);
        }
    });
    Effect::new(move |_| {
        let username = username.clone();
        spawn_local(async move {
            // Should it not come, the caller learns it from the answer to the call.
            if let Ok(partner) = partner(username).await
                && is_told.try_get_value() == Some(false)
            {
                is_busy.try_set(partner.status.is_busy);
            }
        });
    });
    is_busy
}

/// The fields of a call, in the dialog and on the page.
#[component]
pub(super) fn AskForm(start: ServerAction<StartCallFunction>, person: PersonCard) -> impl IntoView {
    let locale = use_locale();
    let form = use_form(start);
    view! {
        <ActionForm action=start attr:class="stack">
            <FormError form />
            <input type="hidden" name="to" value=person.username />
            <TextField
                form
                name="message"
                label=td_string!(locale, invitations.message)
                hint=td_string!(locale, invitations.message_hint)
                maxlength=MESSAGE_MAX
                autocomplete="off"
            />
            <DialogActions>
                <Button submit=true busy=form.pending()>
                    {td_string!(locale, invitations.start)}
                </Button>
            </DialogActions>
        </ActionForm>
    }
}
