//! Which tab goes to the room: the one in which "Accept" was pressed, once it is known that its answer was the one that counted.

use std::collections::HashMap;

use crate::invitations::model::{InvitationId, Outcome};
use crate::kernel::error::AppError;
use crate::matching::model::RoomId;

/// What this tab has asked the server to accept, for as long as it may still lead into a call.
#[derive(Debug, Default)]
pub(super) struct Answers(HashMap<InvitationId, Answer>);

#[derive(Debug, Default)]
struct Answer {
    /// The server has not answered yet.
    is_under_way: bool,
    /// A request was lost: it may have come through all the same.
    was_lost: bool,
}

impl Answers {
    /// "Accept" is pressed. `false` if it has been already, and the answer to that is under way.
    pub(super) fn press(&mut self, id: InvitationId) -> bool {
        let answer = self.0.entry(id).or_default();
        !std::mem::replace(&mut answer.is_under_way, true)
    }

    /// The server has taken it: this tab goes.
    pub(super) fn taken(&mut self, id: InvitationId) {
        self.0.remove(&id);
    }

    /// The request has failed. `outcome` is what news have said of the call by now; the answer is the room to go to, where it was this
    /// tab's request that counted.
    pub(super) fn failed(&mut self, id: InvitationId, error: &AppError, outcome: Option<Outcome>) -> Option<RoomId> {
        let answer = self.0.get_mut(&id)?;
        answer.is_under_way = false;
        // What stands between us and the server answers as nobody of ours would.
        answer.was_lost |= matches!(error, AppError::Unreachable | AppError::Malformed);
        if !answer.was_lost {
            self.0.remove(&id);
            return None;
        }
        self.settled(id, outcome?)
    }

    /// News say how the call ended. While the request is under way, its answer will tell whose it was: two devices may have been pressed at
    /// once.
    pub(super) fn settled(&mut self, id: InvitationId, outcome: Outcome) -> Option<RoomId> {
        if self.0.get(&id)?.is_under_way {
            return None;
        }
        self.0.remove(&id).filter(|answer| answer.was_lost)?;
        room_of(outcome)
    }
}

const fn room_of(outcome: Outcome) -> Option<RoomId> {
    match outcome {
        Outcome::Accepted { room } => Some(room),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::kernel::error::Refusal;

    const SETTLED: AppError = AppError::Refused(Refusal::AlreadySettled);

    fn call() -> (InvitationId, RoomId, Outcome) {
        let room = RoomId::from_uuid(Uuid::from_u128(2));
        (
            InvitationId::from_uuid(Uuid::from_u128(1)),
            room,
            Outcome::Accepted { room },
        )
    }

    #[test]
    fn an_answer_elsewhere_moves_nobody() {
        let (id, _, accepted) = call();
        let mut answers = Answers::default();
        assert_eq!(answers.settled(id, accepted), None, "never pressed");
        for refusal in [
            AppError::Internal,
            AppError::Busy { seconds: 1 },
            AppError::Limited { seconds: 1 },
        ] {
            assert!(answers.press(id));
            assert_eq!(answers.failed(id, &refusal, None), None);
            assert_eq!(answers.settled(id, accepted), None, "{refusal:?}");
        }
    }

    #[test]
    fn of_two_who_press_at_once_one_goes() {
        let (id, _, accepted) = call();
        let mut loser = Answers::default();
        assert!(loser.press(id));
        assert!(!loser.press(id), "one request is enough");
        assert_eq!(loser.settled(id, accepted), None, "the news come before the refusal");
        assert_eq!(loser.failed(id, &SETTLED, Some(accepted)), None);
        assert!(loser.press(id));
        assert_eq!(
            loser.failed(id, &SETTLED, None),
            None,
            "the refusal comes before the news"
        );
        assert_eq!(loser.settled(id, accepted), None);
        let mut winner = Answers::default();
        assert!(winner.press(id));
        assert_eq!(winner.settled(id, accepted), None, "the answer says it");
        winner.taken(id);
        assert_eq!(winner.settled(id, accepted), None, "and only the answer");
    }

    #[test]
    fn an_answer_that_was_lost_leads_into_the_call_once_it_is_known() {
        let (id, room, accepted) = call();
        for lost in [AppError::Unreachable, AppError::Malformed] {
            let mut answers = Answers::default();
            assert!(answers.press(id));
            assert_eq!(
                answers.failed(id, &lost, Some(accepted)),
                Some(room),
                "the news were there first"
            );
            assert_eq!(answers.settled(id, accepted), None, "once");

            assert!(answers.press(id));
            assert_eq!(answers.failed(id, &lost, None), None);
            assert_eq!(answers.settled(id, accepted), Some(room), "the news come later");
            assert_eq!(answers.settled(id, accepted), None, "once");
        }
    }

    #[test]
    fn a_second_try_after_a_lost_one_that_counted_goes_too() {
        let (id, room, accepted) = call();
        for known in [Some(accepted), None] {
            let mut answers = Answers::default();
            assert!(answers.press(id));
            assert_eq!(answers.failed(id, &AppError::Unreachable, None), None);
            assert!(answers.press(id));
            let at_once = answers.failed(id, &SETTLED, known);
            assert_eq!(at_once.or_else(|| answers.settled(id, accepted)), Some(room));
        }
    }

    #[test]
    fn a_lost_answer_to_a_call_that_ended_otherwise_leads_nowhere() {
        let (id, _, accepted) = call();
        let mut answers = Answers::default();
        assert!(answers.press(id));
        assert_eq!(answers.failed(id, &AppError::Unreachable, None), None);
        assert_eq!(answers.settled(id, Outcome::Missed), None);
        assert_eq!(answers.settled(id, accepted), None);
    }
}
