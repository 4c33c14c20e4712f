//! What rings in this tab, and the two dialogs that show it. Stands beside the pages, so it outlives them.

use std::collections::HashSet;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::incoming::IncomingDialog;
use super::outgoing::OutgoingDialog;
use crate::accounts::model::PersonCard;
use crate::invitations::browser;
use crate::invitations::model::{Incoming, InvitationId, Outcome, Outgoing};
use crate::invitations::wire::{InvitationCommand, InvitationNews};
use crate::kernel::id::UserId;
use crate::matching::model::RoomId;
use crate::matching::start_call::StartCall;
use crate::realtime::client::{Socket, use_socket};

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
    settled: StoredValue<HashSet<InvitationId>>,
}

impl RingingState {
    /// Goes to the room; the room's page joins by itself.
    pub(super) fn go_to(self, room: RoomId, navigate: &impl Fn(&str, NavigateOptions)) {
        browser::mark_joining(room);
        browser::mark_calling(None);
        self.calling.set(None);
        self.incoming.set(Vec::new());
        navigate(&format!("/call/{room}"), NavigateOptions::default());
    }

    /// This tab shows a call of its own.
    pub(super) fn show(self, outgoing: Outgoing) {
        // It may have been answered while the answer to our own request was under way.
        if !self.settled.with_value(|settled| settled.contains(&outgoing.id)) {
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
        let is_news = !self.settled.with_value(|settled| settled.contains(&invitation.id))
            && self
                .incoming
                .with_untracked(|incoming| incoming.iter().all(|other| other.id != invitation.id));
        if is_news {
            self.socket.send(&InvitationCommand::Reached { id: invitation.id });
            self.incoming.update(|incoming| incoming.push(invitation));
        }
    }

    fn hear(self, news: InvitationNews, navigate: &impl Fn(&str, NavigateOptions)) {
        match news {
            InvitationNews::Ringing { invitation } => self.ring(invitation),
            InvitationNews::Snapshot { incoming, outgoing } => {
                self.incoming
                    .update(|known| known.retain(|old| incoming.iter().any(|new| new.id == old.id)));
                for invitation in incoming {
                    self.ring(invitation);
                }
                self.follow(outgoing);
            }
            InvitationNews::Settled { id, outcome } => {
                self.settled.update_value(|settled| {
                    settled.insert(id);
                });
                self.dismiss(id);
                let Some(Calling::Ringing(mine)) =
                    self.calling.get_untracked().filter(|calling| calling.id() == Some(id))
                else {
                    return;
                };
                let over = |why| {
                    browser::mark_calling(None);
                    self.calling.set(Some(Calling::Over(mine.to.clone(), why)));
                };
                match outcome {
                    Outcome::Accepted { room } => self.go_to(room, navigate),
                    Outcome::Declined => over(NoCall::Declined),
                    Outcome::Missed => over(NoCall::Unanswered),
                    Outcome::Expired => over(NoCall::Offline),
                    Outcome::Cancelled => {
                        browser::mark_calling(None);
                        self.calling.set(None);
                    }
                }
            }
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

impl Calling {
    const fn id(&self) -> Option<InvitationId> {
        match self {
            Self::Ringing(outgoing) => Some(outgoing.id),
            Self::Asking(_) | Self::Over(..) => None,
        }
    }
}

/// Makes the state of ringing and lets pages start calls by [`StartCall`]. Call once, at the root.
pub fn provide_ringing() {
    let state = RingingState {
        incoming: RwSignal::new(Vec::new()),
        calling: RwSignal::new(None),
        socket: use_socket(),
        settled: StoredValue::new(HashSet::new()),
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
    let navigate = use_navigate();
    use_socket().subscribe(move |news: InvitationNews| state.hear(news, &navigate));
    view! {
        <IncomingDialog state />
        <OutgoingDialog state />
    }
}
