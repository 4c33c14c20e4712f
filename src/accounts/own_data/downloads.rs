//! Archives that are on their way to somebody at this process: each holds some memory and a connection for as long as
//! they like to read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::kernel::error::AppError;
use crate::kernel::id::UserId;

/// How many one person may fetch at a time: a second one, for who has left the first to itself.
const AT_ONCE: usize = 2;
/// When whoever fetches too many may try again, in seconds.
const AGAIN: u32 = 60;

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
}
