//! Archives that are on their way to somebody at this process: each holds some memory and a connection for as long as
//! they like to read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::{Stream, StreamExt as _, stream};
use tokio::sync::mpsc;

use crate::kernel::error::AppError;
use crate::kernel::id::UserId;

/// How many one person may fetch at a time: a second one, for who has left the first to itself.
const AT_ONCE: usize = 2;
/// When whoever fetches too many may try again, in seconds.
const AGAIN: u32 = 60;

/// For how long nothing of one may be taken before it is given up: a line that is dead says nothing.
const STALLED: Duration = Duration::from_secs(60);

/// Who fetches, and how many. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Downloads(Arc<Mutex<HashMap<UserId, usize>>>);

/// One that is under way, until it is dropped.
#[derive(Debug)]
pub struct Download {
    all: Downloads,
    user: UserId,
}

impl Downloads {
    /// Begins one.
    ///
    /// # Errors
    /// [`AppError::Limited`] where as many as may be are under way.
    pub fn begin(&self, user: UserId) -> Result<Download, AppError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(user).or_default();
        if *count >= AT_ONCE {
            return Err(AppError::Limited { seconds: AGAIN });
        }
        *count += 1;
        Ok(Download {
            all: self.clone(),
            user,
        })
    }
}

impl Download {
    /// The same content, under way until the last of it is taken, or whoever reads hangs up or takes nothing for a while: it breaks off then.
    pub fn carry<T, E>(
        self,
        mut content: impl Stream<Item = Result<T, E>> + Send + Unpin + 'static,
    ) -> impl Stream<Item = Result<T, E>> + Send + 'static
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let (sender, mut receiver) = mpsc::channel(1);
        tokio::spawn(async move {
            let _under_way = self;
            loop {
                // Who has hung up does not wait for what the store has to say.
                let part = tokio::select! {
                    part = content.next() => part,
                    () = sender.closed() => None,
                };
                let Some(part) = part else { return };
                // The one place in between is free again when it has been taken.
                let taken = async { sender.send(part).await.is_ok() && sender.reserve().await.is_ok() };
                if !matches!(tokio::time::timeout(STALLED, taken).await, Ok(true)) {
                    return;
                }
            }
        });
        stream::poll_fn(move |context| receiver.poll_recv(context))
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        let mut all = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_place_is_free_again_when_a_download_ends_and_nothing_is_kept() {
        let all = Downloads::default();
        let [ana, ben] = [1, 2].map(|n| UserId::from_uuid(Uuid::from_u128(n)));
        let first = all.begin(ana).unwrap();
        let second = all.begin(ana).unwrap();
        assert!(matches!(all.begin(ana), Err(AppError::Limited { .. })));
        drop(all.begin(ben).unwrap());
        drop(first);
        drop(all.begin(ana).unwrap());
        drop(second);
        assert!(all.0.lock().unwrap().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_that_is_dead_gives_its_place_back() {
        let all = Downloads::default();
        let ana = UserId::from_uuid(Uuid::from_u128(1));
        let parts = || stream::iter((0..5).map(Ok::<_, ()>));
        let slow = all.begin(ana).unwrap().carry(parts());
        let dead = all.begin(ana).unwrap().carry(parts());
        let mut slow = Box::pin(slow);
        // Slow is not dead.
        for part in 0..4 {
            assert_eq!(slow.next().await, Some(Ok(part)));
            tokio::time::sleep(STALLED - Duration::from_secs(1)).await;
        }
        let again = all.begin(ana).unwrap();
        assert!(all.begin(ana).is_err(), "the slow one has lost its place");
        drop(again);
        assert_eq!(slow.next().await, Some(Ok(4)));
        assert_eq!(slow.next().await, None);
        // What was on its way when it was given up still comes, and then nothing.
        assert!(dead.count().await < 5);
        assert!(all.0.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn who_hangs_up_gives_their_place_back() {
        let ana = UserId::from_uuid(Uuid::from_u128(1));
        // Also while the store says nothing.
        for rest in [stream::repeat(Ok::<_, ()>(1)).boxed(), stream::pending().boxed()] {
            let all = Downloads::default();
            let content = stream::once(async { Ok(0) }).chain(rest).boxed();
            let mut content = Box::pin(all.begin(ana).unwrap().carry(content));
            assert_eq!(content.next().await, Some(Ok(0)));
            drop(content);
            let given_back = async {
                while !all.0.lock().unwrap().is_empty() {
                    tokio::task::yield_now().await;
                }
            };
            let given_back = tokio::time::timeout(Duration::from_secs(60), given_back).await;
            assert!(given_back.is_ok(), "the place is taken still");
        }
    }
}
