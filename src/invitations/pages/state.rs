//! What rings in this tab, and what became of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;

use super::answers::Answers;
use super::ends::Ends;
use crate::accounts::model::PersonCard;
use crate::invitations::api::{StartCall as StartCallFunction, accept_call, cancel_call, ringing};
use crate::invitations::browser;
use crate::invitations::model::{Incoming, InvitationId, Outcome, Outgoing, Settled, Started};
use crate::invitations::wire::{InvitationCommand, InvitationNews};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::matching::model::RoomId;
use crate::realtime::client::{Socket, use_socket};

/// How long whoever accepts waits to hear of it over the socket as well, which says before that in which call they are: the page of the room need not
/// ask for it then.
const HEARD_WITHIN: Duration = Duration::from_millis(300);

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

impl NoCall {
    /// Whether to offer another try. Who has just said no is not asked again at once.
    pub(super) const fn is_worth_another(self) -> bool {
        matches!(self, Self::Unanswered | Self::Offline)
    }
}

/// The state of ringing in this tab.
#[derive(Clone, Copy)]
pub(super) struct RingingState {
    pub(super) incoming: RwSignal<Vec<Incoming>>,
    pub(super) calling: RwSignal<Option<Calling>>,
    /// The call whose dialog was put aside: it rings on, and nobody is told anything.
    pub(super) aside: RwSignal<Option<InvitationId>>,
    socket: Socket,
    /// What is over: a snapshot that was read before an end may arrive after it.
    settled: StoredValue<HashMap<InvitationId, Outcome>>,
    /// The function by which this tab calls. Here and not in its dialog, so that an answer which comes after the dialog was closed
    /// still finds somebody: nobody's phone rings for a call that the caller does not see.
    pub(super) start: ServerAction<StartCallFunction>,
    /// Whose message is being written, in the dialog or on the page.
    writing_to: StoredValue<Option<UserId>>,
    /// What this tab has accepted.
    answers: StoredValue<Answers>,
    /// The call that it has answered and is about to go to, and its room.
    going: RwSignal<Option<(InvitationId, RoomId)>>,
    ends: Ends,
}

impl RingingState {
    /// Nothing rings yet.
    pub(super) fn new() -> Self {
        Self {
            incoming: RwSignal::new(Vec::new()),
            calling: RwSignal::new(None),
            aside: RwSignal::new(None),
            socket: use_socket(),
            settled: StoredValue::new(HashMap::new()),
            start: ServerAction::new(),
            writing_to: StoredValue::new(None),
            answers: StoredValue::new(Answers::default()),
            going: RwSignal::new(None),
            ends: Ends::new(),
        }
    }

    /// Nothing rings any more.
    pub(super) fn clear(self) {
        self.ends.forget_all();
        self.incoming.set(Vec::new());
        self.put_away();
    }

    /// Whether anything rings here, for or from the person.
    pub(super) fn is_ringing(self) -> bool {
        let is_calling = self
            .calling
            .with(|calling| matches!(calling, Some(Calling::Ringing(_))));
        is_calling || self.incoming.with(|incoming| !incoming.is_empty())
    }

    /// The rooms that are rung for here, for or from the person.
    pub(super) fn rooms(self) -> Vec<RoomId> {
        let mine = self.calling.with(|calling| match calling {
            Some(Calling::Ringing(outgoing)) => outgoing.room,
            _ => None,
        });
        self.incoming
            .with(|incoming| incoming.iter().filter_map(|call| call.room).chain(mine).collect())
    }

    /// The message of a call to `person` is being written, until the current owner is cleaned up.
    pub(super) fn write_to(self, person: UserId) {
        self.start.clear();
        self.writing_to.set_value(Some(person));
        on_cleanup(move || {
            self.writing_to.try_set_value(None);
        });
    }

    /// What became of pressing "Start call".
    pub(super) fn started(self, started: Started, navigate: &Navigate) {
        let is_wanted = |person: &PersonCard| self.writing_to.get_value() == Some(person.id);
        match started {
            Started::Ringing(outgoing) if is_wanted(&outgoing.to) => self.show(outgoing, navigate),
            Started::Ringing(outgoing) => give_up(outgoing.id),
            // Their call is answered by ours, which is what it was started for.
            Started::Connected {
                room,
                answered: Some(id),
            } => self.go_when_heard(id, room, navigate),
            Started::Connected { room, answered: None } => {
                if let Some(person) = self.writing_to.get_value() {
                    self.incoming
                        .update(|incoming| incoming.retain(|call| call.from.id != person));
                }
                self.go_to(room, navigate);
            }
            Started::Offline { to } if is_wanted(&to) => self.calling.set(Some(Calling::Over(to, NoCall::Offline))),
            Started::Offline { .. } => {}
        }
    }

    /// Answers a call, and stops calling somebody else. Pressed twice, it is answered once.
    ///
    /// # Errors
    /// Those of [`accept_call`], unless the call is known to be answered by a request of this tab whose answer was lost.
    pub(super) async fn accept(self, id: InvitationId, navigate: &Navigate) -> Result<(), AppError> {
        if self.answers.try_update_value(|answers| answers.press(id)) != Some(true) {
            return Ok(());
        }
        let room = match accept_call(id).await {
            Ok(room) => {
                self.go_when_heard(id, room, navigate);
                return Ok(());
            }
            Err(error) => {
                let outcome = self.outcome(id);
                let counted = self
                    .answers
                    .try_update_value(|answers| answers.failed(id, &error, outcome));
                counted.flatten().ok_or(error)?
            }
        };
        self.go_to_answered(id, room, navigate);
        Ok(())
    }

    /// Whether this tab is about to go to a room. Tracks.
    pub(super) fn is_going(self) -> bool {
        self.going.with(Option::is_some)
    }

    /// The server has taken this tab's answer: it goes as soon as it has heard of it, or is not likely to.
    fn go_when_heard(self, id: InvitationId, room: RoomId, navigate: &Navigate) {
        self.going.set(Some((id, room)));
        if self.outcome(id).is_some() || self.socket.connection().get_untracked().is_none() {
            self.go_if_waiting(id, navigate);
            return;
        }
        let navigate = Arc::clone(navigate);
        set_timeout(
            move || {
                self.go_if_waiting(id, &navigate);
            },
            HEARD_WITHIN,
        );
    }

    /// Goes to the room of a call that this tab has answered, once; answers whether there was one.
    fn go_if_waiting(self, id: InvitationId, navigate: &Navigate) -> bool {
        let going = self.going.try_update(|going| going.take_if(|(call, _)| *call == id));
        let Some((_, room)) = going.flatten() else {
            return false;
        };
        self.answers.try_update_value(|answers| answers.taken(id));
        self.go_to_answered(id, room, navigate);
        true
    }

    /// A call was answered in this tab: others go on ringing.
    fn go_to_answered(self, id: InvitationId, room: RoomId, navigate: &Navigate) {
        if let Some(Calling::Ringing(mine)) = self.calling.get_untracked() {
            give_up(mine.id);
        }
        self.dismiss(id);
        self.go_to(room, navigate);
    }

    /// Goes to the room; the room's page joins by itself.
    fn go_to(self, room: RoomId, navigate: &Navigate) {
        self.going.set(None);
        browser::mark_joining(room);
        self.put_away();
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
    fn show(self, outgoing: Outgoing, navigate: &Navigate) {
        let Outgoing { id, left, .. } = outgoing;
        browser::mark_calling(Some(id));
        // It may have been answered while the answer to our own request was under way.
        if let Some(outcome) = self.outcome(id) {
            return self.came_to(id, outgoing.to, outcome, navigate);
        }
        self.calling.set(Some(Calling::Ringing(outgoing)));
        self.ends.expect(id, left, move || {
            let calling = self.calling.try_get_untracked().flatten();
            if let Some(Calling::Ringing(mine)) = calling.filter(|calling| is_of(calling, id)) {
                // News may know better, also later: the mark stays.
                self.calling.set(Some(Calling::Over(mine.to, NoCall::Unanswered)));
            }
        });
    }

    /// What this tab shows of a call of its own is closed.
    pub(super) fn put_away(self) {
        browser::mark_calling(None);
        self.calling.set(None);
    }

    /// What is known of how a call ended.
    fn outcome(self, id: InvitationId) -> Option<Outcome> {
        self.settled
            .try_with_value(|settled| settled.get(&id).copied())
            .flatten()
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
        self.ends.forget(id);
        self.incoming.update(|incoming| incoming.retain(|other| other.id != id));
    }

    fn ring(self, invitation: Incoming) {
        let Incoming { id, left, .. } = invitation;
        let is_news = self.outcome(id).is_none()
            && left != Some(0)
            && self
                .incoming
                .with_untracked(|incoming| incoming.iter().all(|other| other.id != id));
        if is_news {
            self.socket.send(&InvitationCommand::Reached { id });
            self.ends.expect(id, left, move || self.dismiss(id));
            self.incoming.update(|incoming| incoming.push(invitation));
        }
    }

    pub(super) fn hear(self, news: InvitationNews, navigate: &Navigate) {
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
                self.follow(outgoing, navigate);
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
        if self.go_if_waiting(id, navigate) {
            return;
        }
        // This tab's own answer, which it has not got to know.
        let counted = self.answers.try_update_value(|answers| answers.settled(id, outcome));
        if let Some(Some(room)) = counted {
            return self.go_to_answered(id, room, navigate);
        }
        let is_marked = || browser::marked_calling() == Some(id);
        let called = match self.calling.get_untracked() {
            Some(Calling::Ringing(mine)) if mine.id == id => Some(mine.to),
            // Its time was up, and only now there are news.
            Some(Calling::Over(to, _)) if is_marked() => Some(to),
            None if is_marked() => with.cloned(),
            _ => None,
        };
        if let Some(called) = called {
            self.came_to(id, called, outcome, navigate);
        }
    }

    /// This tab's call `id` has come to its end.
    fn came_to(self, id: InvitationId, called: PersonCard, outcome: Outcome, navigate: &Navigate) {
        self.ends.forget(id);
        browser::mark_calling(None);
        let over = |why| self.calling.set(Some(Calling::Over(called, why)));
        match outcome {
            Outcome::Accepted { room } => {
                let navigate = Arc::clone(navigate);
                // A tab that was duplicated shows the same call: one of them is enough.
                spawn_local(async move {
                    if browser::claim(id).await {
                        self.go_to(room, &navigate);
                    } else {
                        self.put_away();
                    }
                });
            }
            Outcome::Declined => over(NoCall::Declined),
            Outcome::Missed => over(NoCall::Unanswered),
            Outcome::Expired => over(NoCall::Offline),
            Outcome::Cancelled => self.calling.set(None),
        }
    }

    /// After a return or a reload: the tab that called shows its call again, or that it came to nothing meanwhile.
    fn follow(self, outgoing: Vec<Outgoing>, navigate: &Navigate) {
        let calling = self.calling.get_untracked();
        let mine = match &calling {
            Some(Calling::Ringing(mine)) => Some(mine.id),
            _ => browser::marked_calling(),
        };
        match outgoing.into_iter().find(|outgoing| Some(outgoing.id) == mine) {
            // Shown already, or its time is up here and at any moment there.
            Some(outgoing) if calling.as_ref().is_some_and(|calling| is_of(calling, outgoing.id)) => {}
            Some(Outgoing { left: Some(0), .. }) if matches!(calling, Some(Calling::Over(..))) => {}
            Some(outgoing) => self.show(outgoing, navigate),
            // It is over, or has begun after that picture was made: only a newer one tells.
            None => match calling {
                Some(Calling::Ringing(mine)) => self.look_again(mine, Arc::clone(navigate)),
                _ => browser::mark_calling(None),
            },
        }
    }

    /// Asks what became of a call of this tab that a snapshot did not show.
    fn look_again(self, mine: Outgoing, navigate: Navigate) {
        spawn_local(async move {
            // Without an answer it rings on until its time is up.
            let Ok(InvitationNews::Snapshot { outgoing, settled, .. }) = ringing().await else {
                return;
            };
            if outgoing.iter().any(|outgoing| outgoing.id == mine.id) {
                return;
            }
            if let Some(Settled { id, with, outcome }) = settled.into_iter().find(|settled| settled.id == mine.id) {
                return self.settle(id, Some(&with), outcome, &navigate);
            }
            let is_shown = self
                .calling
                .try_with_untracked(|calling| calling.as_ref().is_some_and(|calling| is_of(calling, mine.id)));
            if is_shown == Some(true) {
                self.ends.forget(mine.id);
                self.calling.set(Some(Calling::Over(mine.to, NoCall::Unanswered)));
                browser::mark_calling(None);
            }
        });
    }
}

/// Whether that is the call `id`, and it rings.
fn is_of(calling: &Calling, id: InvitationId) -> bool {
    matches!(calling, Calling::Ringing(mine) if mine.id == id)
}

/// Takes a call back that this tab does not show. If that fails, the server gives up by itself, and news say how it went.
fn give_up(id: InvitationId) {
    spawn_local(async move {
        let _ = cancel_call(id).await;
    });
}
