//! What the page of a room needs, fetched while it rings: when the call is answered, nobody waits for it.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api;
use super::model::{OngoingCall, RoomId, RoomView};

/// For how long what was fetched is of use: longer than anything rings.
const KEPT: Duration = Duration::from_secs(60);

/// The rooms in which a call may begin, as the server described them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rooms {
    views: Vec<(u32, RoomView)>,
    learned: u32,
}

impl Rooms {
    /// It rings in that room. The answer names what was learned, for [`Rooms::forget`].
    pub fn learn(&mut self, mut view: RoomView) -> u32 {
        self.views.retain(|(_, known)| known.room != view.room);
        // Counted from when the page begins, which may be as much later.
        let kept = u32::try_from(KEPT.as_secs()).unwrap_or(u32::MAX);
        view.ice.valid_seconds = view.ice.valid_seconds.map(|valid| valid.saturating_sub(kept));
        self.learned = self.learned.wrapping_add(1);
        self.views.push((self.learned, view));
        self.learned
    }

    /// It is of no use any more. What was learned of the same room since stays.
    pub fn forget(&mut self, learned: u32) {
        self.views.retain(|(number, _)| *number != learned);
    }

    /// The room, once, with the call that has begun there. `None` if it has to be asked for: nothing is known of it, or of the call, or it
    /// is not the call that was there before.
    pub fn take(&mut self, room: RoomId, ongoing: Option<&OngoingCall>) -> Option<RoomView> {
        let at = self.views.iter().position(|(_, view)| view.room == room)?;
        let (_, view) = self.views.swap_remove(at);
        let call = ongoing.filter(|call| call.room == room)?.id;
        view.call.is_none_or(|before| before == call).then_some(RoomView {
            call: Some(call),
            ..view
        })
    }
}

/// What this tab knows of the call that goes on, and of those that may begin. Copied freely.
#[derive(Clone, Copy)]
pub struct Expected {
    /// The reader's call that goes on, in this tab or another.
    pub ongoing: RwSignal<Option<OngoingCall>>,
    rooms: StoredValue<Rooms>,
    taken: StoredValue<Option<RoomId>>,
}

impl Expected {
    /// It rings: asks for the room. What does not come is asked for again by its page.
    pub fn expect(self, room: RoomId) {
        spawn_local(async move {
            if let Ok(view) = api::room(room).await
                && let Some(learned) = self.rooms.try_update_value(|rooms| rooms.learn(view))
            {
                set_timeout(
                    move || {
                        self.rooms.try_update_value(|rooms| rooms.forget(learned));
                    },
                    KEPT,
                );
            }
        });
    }

    /// The room in which a call has begun, once, if it was expected.
    pub fn take(self, room: RoomId) -> Option<RoomView> {
        let ongoing = self.ongoing.try_get_untracked().flatten();
        let view = self
            .rooms
            .try_update_value(|rooms| rooms.take(room, ongoing.as_ref()))
            .flatten();
        self.taken.set_value(view.as_ref().map(|view| view.room));
        view
    }

    /// Whether the room that was asked for last was expected: then its page does not come from the server.
    pub fn was_taken(self, room: RoomId) -> bool {
        self.taken.get_value() == Some(room)
    }
}

/// Puts what the tab expects in context. Call once, at the root.
pub fn provide_expected() {
    provide_context(Expected {
        ongoing: RwSignal::new(None),
        rooms: StoredValue::new(Rooms::default()),
        taken: StoredValue::new(None),
    });
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::accounts::model::PersonCard;
    use crate::calls::model::{CallId, IceConfiguration, SwitchedOff};
    use crate::kernel::id::UserId;
    use crate::messages::model::ConversationId;

    fn room(number: u128) -> RoomView {
        RoomView {
            room: RoomId::from_uuid(Uuid::from_u128(number)),
            partner: partner(),
            conversation: ConversationId::from_uuid(Uuid::from_u128(number)),
            call: None,
            last_call: None,
            switched_off: SwitchedOff::NOTHING,
            polite: true,
            ice: IceConfiguration {
                valid_seconds: Some(600),
                ..IceConfiguration::default()
            },
        }
    }

    fn partner() -> PersonCard {
        PersonCard {
            id: UserId::from_uuid(Uuid::nil()),
            username: "ben".to_owned(),
            display_name: "Ben".to_owned(),
            hue: 1,
            picture: None,
        }
    }

    fn call(number: u128, room: &RoomView) -> OngoingCall {
        OngoingCall {
            id: CallId::from_uuid(Uuid::from_u128(number)),
            room: room.room,
            partner: partner(),
            is_here: false,
        }
    }

    #[test]
    fn a_room_that_was_expected_is_there_once_when_its_call_begins() {
        let (one, other) = (room(1), room(2));
        let begun = call(7, &one);
        let mut rooms = Rooms::default();
        rooms.learn(one.clone());
        rooms.learn(other.clone());
        rooms.learn(one.clone());
        let taken = rooms.take(one.room, Some(&begun)).unwrap();
        assert_eq!((taken.room, taken.call), (one.room, Some(begun.id)));
        assert_eq!(
            taken.ice.valid_seconds,
            Some(540),
            "the credentials were given while it rang"
        );
        assert_eq!(rooms.take(one.room, Some(&begun)), None, "once");
        assert_eq!(
            rooms.take(other.room, Some(&begun)),
            None,
            "the call is in another room"
        );
    }

    #[test]
    fn what_is_not_known_for_sure_is_asked_for() {
        let one = room(1);
        let begun = call(7, &one);
        let mut rooms = Rooms::default();
        assert_eq!(rooms.take(one.room, Some(&begun)), None, "never expected");
        rooms.learn(one.clone());
        assert_eq!(rooms.take(one.room, None), None, "no call is known");
        let first = rooms.learn(one.clone());
        rooms.forget(first);
        assert_eq!(rooms.take(one.room, Some(&begun)), None, "too long ago");
        let first = rooms.learn(one.clone());
        rooms.learn(one.clone());
        rooms.forget(first);
        assert!(rooms.take(one.room, Some(&begun)).is_some(), "it rang again since");
        let of_another = RoomView {
            call: Some(CallId::from_uuid(Uuid::from_u128(6))),
            ..one.clone()
        };
        rooms.learn(of_another);
        assert_eq!(
            rooms.take(one.room, Some(&begun)),
            None,
            "what was there was there for another call"
        );
        let of_this = RoomView {
            call: Some(begun.id),
            ..one.clone()
        };
        rooms.learn(of_this);
        assert!(rooms.take(one.room, Some(&begun)).is_some(), "it goes on");
    }
}
