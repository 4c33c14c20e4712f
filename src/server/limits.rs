//! How often one person or one address may do what costs us or bothers others.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::kernel::error::AppError;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Tries to sign in, per address and per name.
    SignIn,
    /// New accounts, per address.
    Register,
    /// Requests to become partners, per person.
    Request,
    /// Call invitations, per person.
    Invitation,
    /// Other changes (profile, appearance), per person.
    Change,
    /// Plain forms that bring something back to their page, per address.
    Form,
    /// Sockets opened, per person.
    Socket,
}

/// Every limiter of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Limits(Option<Arc<[Limiter]>>);

/// What is limited, and how often each key has done it.
type Limiter = (Limit, DefaultKeyedRateLimiter<String>);

impl Limits {
    /// The limits in force, or none at all (`RATE_LIMIT=off`).
    pub fn new(on: bool) -> Self {
        // Per minute, with the same number at once: people come in bursts.
        let table = [
            (Limit::SignIn, 10),
            (Limit::Register, 10),
            (Limit::Request, 20),
            (Limit::Invitation, 20),
            (Limit::Change, 60),
            (Limit::Form, 60),
            (Limit::Socket, 120),
        ];
        Self(on.then(|| {
            table
                .into_iter()
                .map(|(limit, per_minute)| {
                    (
                        limit,
                        RateLimiter::keyed(Quota::per_minute(
                            NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN),
                        )),
                    )
                })
                .collect()
        }))
    }

    /// Counts one use by `key` (a person's id, an address, a name).
    ///
    /// # Errors
    /// [`AppError::Limited`] with the wait, when there were too many.
    pub fn check(&self, limit: Limit, key: &str) -> Result<(), AppError> {
        let Some(table) = &self.0 else { return Ok(()) };
        let Some((_, limiter)) = table.iter().find(|(of, _)| *of == limit) else {
            return Ok(());
        };
        limiter.check_key(&key.to_owned()).map_err(|again| {
            let wait = again.wait_time_from(DefaultClock::default().now());
            AppError::Limited {
                seconds: u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX),
            }
        })
    }

    /// Forgets keys that are back at their full allowance, so that memory does not grow with every address ever seen.
    pub fn tidy(&self) {
        for (_, limiter) in self.0.iter().flat_map(|table| table.iter()) {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_sign_in_of_a_minute_waits_and_others_do_not() {
        let limits = Limits::new(true);
        for _ in 0..10 {
            limits.check(Limit::SignIn, "10.0.0.1").unwrap();
        }
        assert!(matches!(
            limits.check(Limit::SignIn, "10.0.0.1"),
            Err(AppError::Limited { seconds: 1..=60 })
        ));
        limits.check(Limit::SignIn, "10.0.0.2").unwrap();
        limits.check(Limit::Register, "10.0.0.1").unwrap();
    }

    #[test]
    fn off_means_off() {
        let limits = Limits::new(false);
        assert!((0..1_000).all(|_| limits.check(Limit::SignIn, "x").is_ok()));
    }
}
