//! What was written and not yet kept: one message after the other, each until the server says what becomes of it.

use std::time::Duration;

use super::model::{ClientId, ConversationId};
use crate::kernel::error::AppError;
use crate::realtime::model::back_off;

/// How a message is that the server has not said to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// On its way, or waiting for those before it.
    Sending,
    /// It did not come through; it is tried again.
    TryingAgain,
    /// It never will.
    Refused(AppError),
}

/// A message that the server has not said to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// Where it belongs.
    pub conversation: ConversationId,
    /// What it is called.
    pub client_id: ClientId,
    /// What it says.
    pub text: String,
    /// How it is.
    pub standing: Standing,
}

/// What to do after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Go on with the next one, if any. This one need not be remembered any more.
    Forget,
    /// Try the same again after so long.
    Again(Duration),
}

/// The messages in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    unsent: Vec<Unsent>,
    attempt: u32,
}

impl Queue {
    /// Everything in it, the refused ones too.
    pub(super) fn unsent(&self) -> &[Unsent] {
        &self.unsent
    }

    /// Puts a message at the end, unless it is there.
    pub(super) fn add(&mut self, message: Unsent) {
        if self.unsent.iter().all(|other| other.client_id != message.client_id) {
            self.unsent.push(message);
        }
    }

    /// The one to send now: the others wait for it, so that they arrive in the order in which they were written.
    pub(super) fn first(&self) -> Option<&Unsent> {
        self.unsent
            .iter()
            .find(|message| !matches!(message.standing, Standing::Refused(_)))
    }

    /// The server keeps it.
    pub(super) fn kept(&mut self, client_id: ClientId) {
        self.attempt = 0;
        self.unsent.retain(|message| message.client_id != client_id);
    }

    /// It was not kept. `random`, in 0..1, spreads the tries.
    pub(super) fn failed(&mut self, client_id: ClientId, error: AppError, random: f64) -> Next {
        let Some(message) = self.unsent.iter_mut().find(|message| message.client_id == client_id) else {
            return Next::Forget;
        };
        let wait = match error {
            AppError::Limited { seconds } | AppError::Busy { seconds } => {
                Duration::from_secs(seconds.into()).max(back_off(0, random))
            }
            // The page stays open; whoever signs in again in another tab sends it then.
            AppError::Unreachable | AppError::Internal | AppError::SignedOut => back_off(self.attempt, random),
            AppError::Invalid(_) | AppError::Refused(_) | AppError::NotFound | AppError::Malformed => {
                message.standing = Standing::Refused(error);
                self.attempt = 0;
                return Next::Forget;
            }
        };
        message.standing = Standing::TryingAgain;
        self.attempt = self.attempt.saturating_add(1);
        Next::Again(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::error::Refusal;
    use uuid::Uuid;

    fn id(number: u128) -> ClientId {
        ClientId::from_uuid(Uuid::from_u128(number))
    }

    fn written(numbers: impl IntoIterator<Item = u128>) -> Queue {
        let mut queue = Queue::default();
        for number in numbers {
            queue.add(Unsent {
                conversation: ConversationId::from_uuid(Uuid::nil()),
                client_id: id(number),
                text: number.to_string(),
                standing: Standing::Sending,
            });
        }
        queue
    }

    fn first(queue: &Queue) -> Option<ClientId> {
        queue.first().map(|message| message.client_id)
    }

    #[test]
    fn messages_go_one_after_the_other_and_once() {
        let mut queue = written([1, 2, 1]);
        assert_eq!(queue.unsent().len(), 2);
        assert_eq!(first(&queue), Some(id(1)));
        queue.kept(id(1));
        assert_eq!(first(&queue), Some(id(2)));
        queue.kept(id(2));
        // An answer to a try that was given up comes after that of the next.
        queue.kept(id(2));
        assert_eq!(queue.failed(id(2), AppError::Unreachable, 0.5), Next::Forget);
        assert_eq!(first(&queue), None);
    }

    #[test]
    fn what_may_pass_is_tried_again_ever_more_rarely_and_holds_up_the_rest() {
        let mut queue = written([1, 2]);
        let mut waits = Vec::new();
        for _ in 0..8 {
            let Next::Again(wait) = queue.failed(id(1), AppError::Unreachable, 1.0) else {
                panic!("given up");
            };
            waits.push(wait.as_millis());
        }
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
        assert_eq!(queue.unsent()[0].standing, Standing::TryingAgain);
        assert_eq!(queue.unsent()[1].standing, Standing::Sending);
        assert_eq!(first(&queue), Some(id(1)));
        queue.kept(id(1));
        assert_eq!(
            queue.failed(id(2), AppError::Unreachable, 1.0),
            Next::Again(Duration::from_millis(500)),
            "the next one begins anew"
        );
        assert_eq!(
            queue.failed(id(2), AppError::Limited { seconds: 7 }, 1.0),
            Next::Again(Duration::from_secs(7)),
            "as long as the server says"
        );
        assert!(matches!(queue.failed(id(2), AppError::SignedOut, 1.0), Next::Again(_)));
    }

    #[test]
    fn what_will_never_be_kept_says_why_and_lets_the_others_pass() {
        let mut queue = written([1, 2]);
        let error = AppError::Refused(Refusal::NotPartners);
        assert_eq!(queue.failed(id(1), error.clone(), 0.5), Next::Forget);
        assert_eq!(queue.unsent()[0].standing, Standing::Refused(error));
        assert_eq!(first(&queue), Some(id(2)));
    }
}
