//! What rings in this tab, and the two dialogs that show it. Stands beside the pages, so it outlives them.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::alarm::raise_alarm;
use super::incoming::IncomingDialog;
use super::outgoing::OutgoingDialog;
use crate::accounts::model::PersonCard;
use crate::invitations::api::{StartCall as StartCallFunction, accept_call, cancel_call};
use crate::invitations::browser;
use crate::invitations::model::{Incoming, InvitationId, Outcome, Outgoing, Settled, Started};
use crate::invitations::wire::{InvitationCommand, InvitationNews};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::matching::model::RoomId;
use crate::matching::start_call::StartCall;
use crate::realtime::client::{Socket, use_socket};
use crate::realtime::leader::provide_elections;
use crate::ui::provide_sounds;

/// The router's way to another page. What rings outlives pages, so it is kept.
pub(super) type Navigate = Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// How far this tab's own call has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Calling {
    /// The message is being written.
    Asking(PersonCard),
    /// It rings there.
    Ringing(Outgoing),
    /// It came to nothing; the words stay until they are closed.
    Over(PersonCard, NoCall),
}

/// Why there is no call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoCall {
    Declined,
    Unanswered,
    Offline,
}

/// The state of ringing in this tab.
#[derive(Clone, Copy)]
pub(super) struct RingingState {
    pub(super) incoming: RwSignal<Vec<Incoming>>,
    pub(super) calling: RwSignal<Option<Calling>>,
    socket: Socket,
    /// What is over: a snapshot that was read before an end may arrive after it.
    settled: StoredValue<HashMap<InvitationId, Outcome>>,
    /// The function by which this tab calls. Here and not in its dialog, so that an answer which comes after the dialog was closed
    /// still finds somebody: nobody's phone rings for a call that the caller does not see.
    pub(super) start: ServerAction<StartCallFunction>,
    /// Whose message is being written, in the dialog or on the page.
    writing_to: StoredValue<Option<UserId>>,
    /// What this tab has just accepted; the answer to it may get lost.
    accepting: StoredValue<Option<InvitationId>>,
}

impl RingingState {
    /// The message of a call to `person` is being written, until the current owner is cleaned up.
    pub(super) fn write_to(self, person: UserId) {
        self.start.clear();
        self.writing_to.set_value(Some(person));
        on_cleanup(move || {
            self.writing_to.try_set_value(None);
        });
    }

    /// What became of pressing "Start call".
    fn started(self, started: Started, navigate: &Navigate) {
        let is_wanted = |person: &PersonCard| self.writing_to.get_value() == Some(person.id);
        match started {
            Started::Ringing(outgoing) if is_wanted(&outgoing.to) => self.show(outgoing),
            Started::Ringing(outgoing) => give_up(outgoing.id),
            Started::Connected { room } => self.go_to(room, navigate),
            Started::Offline { to } if is_wanted(&to) => self.calling.set(Some(Calling::Over(to, NoCall::Offline))),
            Started::Offline { .. } => {}
        }
    }

    /// Answers a call, and stops calling somebody else.
    pub(super) async fn accept(self, id: InvitationId, navigate: &Navigate) -> Result<(), AppError> {
        self.accepting.set_value(Some(id));
        let room = accept_call(id).await?;
        if let Some(Calling::Ringing(mine)) = self.calling.get_untracked() {
            give_up(mine.id);
        }
        self.go_to(room, navigate);
        Ok(())
    }

    /// Goes to the room; the room's page joins by itself.
    pub(super) fn go_to(self, room: RoomId, navigate: &Navigate) {
        browser::mark_joining(room);
        browser::mark_calling(None);
        self.calling.set(None);
        self.incoming.set(Vec::new());
        let navigate = Arc::clone(navigate);
        let address = format!("/call/{room}");
        browser::after_present_call(address.clone(), move || navigate(&address, NavigateOptions::default()));
    }

    /// The call that the dialog shows: the one that has rung longest.
    pub(super) fn current(self) -> Option<Incoming> {
        // Somebody whom this tab is about to call is answered by starting the call: a second dialog would only be in the way.
        let asked = self.asked();
        self.incoming
            .with(|incoming| incoming.iter().find(|call| Some(call.from.id) != asked).cloned())
    }

    /// This tab shows a call of its own.
    pub(super) fn show(self, outgoing: Outgoing) {
        // It may have been answered while the answer to our own request was under way.
        if !self.settled.with_value(|settled| settled.contains_key(&outgoing.id)) {
            browser::mark_calling(Some(outgoing.id));
            self.calling.set(Some(Calling::Ringing(outgoing)));
        }
    }

    /// The person to whom this tab is writing the message of a call.
    pub(super) fn asked(self) -> Option<UserId> {
        self.calling.with(|calling| match calling {
            Some(Calling::Asking(person)) => Some(person.id),
            _ => None,
        })
    }

    /// Whether `person` rings here at this moment.
    pub(super) fn is_calling_here(self, person: UserId) -> bool {
        self.incoming
            .with(|incoming| incoming.iter().any(|call| call.from.id == person))
    }

    /// An incoming call is dealt with in this tab.
    pub(super) fn dismiss(self, id: InvitationId) {
        self.incoming.update(|incoming| incoming.retain(|other| other.id != id));
    }

    fn ring(self, invitation: Incoming) {
        let is_news = !self.settled.with_value(|settled| settled.contains_key(&invitation.id))
            && self
                .incoming
                .with_untracked(|incoming| incoming.iter().all(|other| other.id != invitation.id));
        if is_news {
            self.socket.send(&InvitationCommand::Reached { id: invitation.id });
            self.incoming.update(|incoming| incoming.push(invitation));
        }
    }

    fn hear(self, news: InvitationNews, navigate: &Navigate) {
        match news {
            InvitationNews::Ringing { invitation } => self.ring(invitation),
            InvitationNews::Snapshot {
                incoming,
                outgoing,
                settled,
            } => {
                for Settled { id, with, outcome } in settled {
                    self.settle(id, Some(&with), outcome, navigate);
                }
                self.incoming
                    .update(|known| known.retain(|old| incoming.iter().any(|new| new.id == old.id)));
                for invitation in incoming {
                    self.ring(invitation);
                }
                self.follow(outgoing);
            }
            InvitationNews::Settled { id, outcome } => self.settle(id, None, outcome, navigate),
        }
    }

    /// An invitation is over. `with` names the other person, for a tab that has lost its own memory of it in a reload.
    fn settle(self, id: InvitationId, with: Option<&PersonCard>, outcome: Outcome, navigate: &Navigate) {
        let is_news = self
            .settled
            .try_update_value(|settled| settled.insert(id, outcome).is_none())
            .unwrap_or_default();
        if !is_news {
            return;
        }
        self.dismiss(id);
        // This tab's own answer, which it may not have got to know.
        if let Outcome::Accepted { room } = outcome
            && self.accepting.get_value() == Some(id)
        {
            return self.go_to(room, navigate);
        }
        let called = match self.calling.get_untracked() {
            Some(Calling::Ringing(mine)) if mine.id == id => Some(mine.to),
            None if browser::marked_calling() == Some(id) => with.cloned(),
            _ => None,
        };
        let Some(called) = called else { return };
        browser::mark_calling(None);
        let over = |why| self.calling.set(Some(Calling::Over(called, why)));
        match outcome {
            Outcome::Accepted { room } => self.go_to(room, navigate),
            Outcome::Declined => over(NoCall::Declined),
            Outcome::Missed => over(NoCall::Unanswered),
            Outcome::Expired => over(NoCall::Offline),
            Outcome::Cancelled => self.calling.set(None),
        }
    }

    /// After a return or a reload: the tab that called shows its call again, or that it came to nothing meanwhile.
    fn follow(self, outgoing: Vec<Outgoing>) {
        let mine = match self.calling.get_untracked() {
            Some(Calling::Ringing(mine)) => Some(mine.id),
            _ => browser::marked_calling(),
        };
        match outgoing.into_iter().find(|outgoing| Some(outgoing.id) == mine) {
            Some(outgoing) => self.show(outgoing),
            None => {
                if let Some(Calling::Ringing(mine)) = self.calling.get_untracked() {
                    self.calling.set(Some(Calling::Over(mine.to, NoCall::Unanswered)));
                }
                browser::mark_calling(None);
            }
        }
    }
}

/// Takes a call back that this tab does not show. If that fails, the server gives up by itself, and news say how it went.
fn give_up(id: InvitationId) {
    spawn_local(async move {
        let _ = cancel_call(id).await;
    });
}

/// Makes the state of ringing and lets pages start calls by [`StartCall`]. Call once, at the root.
pub fn provide_ringing() {
    provide_sounds();
    provide_elections();
    let state = RingingState {
        incoming: RwSignal::new(Vec::new()),
        calling: RwSignal::new(None),
        socket: use_socket(),
        settled: StoredValue::new(HashMap::new()),
        start: ServerAction::new(),
        writing_to: StoredValue::new(None),
        accepting: StoredValue::new(None),
    };
    provide_context(state);
    provide_context(StartCall(Callback::new(move |person| {
        state.calling.set(Some(Calling::Asking(person)));
    })));
}

/// Listens for calls and shows the dialogs. Stands once beside the pages, under [`provide_ringing`].
#[component]
pub fn Ringing() -> impl IntoView {
    let state = expect_context::<RingingState>();
    let navigate: Navigate = Arc::new(use_navigate());
    let go = Arc::clone(&navigate);
    Effect::new(move |_| {
        if let Some(Ok(started)) = state.start.value().get() {
            state.started(started, &go);
        }
    });
    use_socket().subscribe(move |news: InvitationNews| state.hear(news, &navigate));
    let alarm = raise_alarm(state);
    view! {
        <IncomingDialog state alarm />
        <OutgoingDialog state />
    }
}
