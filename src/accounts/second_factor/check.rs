//! Whether a code is the person's, and using it up.

use std::time::Duration;

use serde_json::json;

use super::codes::{self, Typed};
use super::letters::{self, News};
use super::store;
use crate::accounts::audit::{self, Happening};
use crate::accounts::service::Caller;
use crate::accounts::store::sessions::lock;
use crate::i18n::Locale;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::passwords::stretched;
use crate::server::state::AppState;

/// How many wrong codes by time are taken at once.
const AT_ONCE: u32 = 10;
/// After which time one more is.
const ONE_MORE: Duration = Duration::from_secs(15 * 60);

/// Who comes with a code, and how they are told of what it used up.
pub(in crate::accounts) struct Asker<'a> {
    pub(in crate::accounts) state: &'a AppState,
    pub(in crate::accounts) caller: &'a Caller,
    /// The language of the page, for people who have chosen none.
    pub(in crate::accounts) language: Locale,
}

/// A code as it came, with what is slow about it done.
pub(in crate::accounts) enum Presented {
    /// Six digits.
    ByTime(String),
    /// For recovery.
    Recovery {
        /// Of the codes that were the person's then.
        salt: Vec<u8>,
        /// What it comes to with that.
        hash: Vec<u8>,
    },
    /// What no code can be.
    Nothing,
}

/// Reads a code of `user`, before a transaction begins: one for recovery is hashed for as long as a password is, in the same queue.
///
/// # Errors
/// [`AppError::Busy`] when too much waits there.
pub(in crate::accounts) async fn present(state: &AppState, user: UserId, code: &str) -> Result<Presented, AppError> {
    let code = match Typed::parse(code) {
        Some(Typed::ByTime(code)) => return Ok(Presented::ByTime(code)),
        Some(Typed::Recovery(code)) => code,
        None => return Ok(Presented::Nothing),
    };
    let factor = store::find(&mut state.db.read().await?, user).await?;
    let Some(salt) = factor.and_then(|factor| factor.codes_salt) else {
        return Ok(Presented::Nothing);
    };
    let with = salt.clone();
    let hash = state.passwords.run(move || stretched(&code, &with)).await?;
    let hash = hash.map_err(|error| {
        tracing::error!(error, "recovery code");
        AppError::Internal
    })?;
    Ok(Presented::Recovery { salt, hash })
}

/// Whether `code`, by time or for recovery, is the one of `user`: it works no more then. A recovery code is written down, and the person
/// hears of it. **Whatever is answered has to be committed**: a wrong code counts against the next.
///
/// # Errors
/// [`AppError::Limited`] after too many wrong codes by time.
pub(in crate::accounts) async fn check_code(
    conn: &mut Conn,
    user: UserId,
    code: &Presented,
    asker: &Asker<'_>,
    now: Micros,
) -> Result<bool, AppError> {
    // One after the other: none of them misses that another was wrong.
    lock(conn, user).await?;
    let factor = store::find(conn, user).await?;
    let Some(factor) = factor.filter(|factor| factor.confirmed_at.is_some()) else {
        return Ok(false);
    };
    match code {
        Presented::ByTime(code) => {
            if let Some(wait) = wait(factor.wrong_until, now) {
                let seconds = u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX);
                return Err(AppError::Limited { seconds });
            }
            if let Some(step) = codes::step_of(&factor.secret, code, now)
                && store::use_step(conn, user, step).await?
            {
                return Ok(true);
            }
            store::set_wrong_until(conn, user, after_wrong(factor.wrong_until, now)).await?;
            Ok(false)
        }
        Presented::Recovery { salt, hash } => {
            // Others were made meanwhile: this is none of them.
            if factor.codes_salt.as_ref() != Some(salt) || !store::use_code(conn, user, hash).await? {
                return Ok(false);
            }
            let left = store::codes_left(conn, user).await?;
            let detail = json!({ "left": left });
            audit::note(conn, user, Happening::RecoveryCodeUsed, asker.caller, detail, now).await?;
            letters::send(conn, asker.state, user, News::CodeUsed { left }, asker.language, now).await?;
            Ok(true)
        }
        Presented::Nothing => Ok(false),
    }
}

/// Each wrong code counts for [`ONE_MORE`], and they are laid one after the other: the end of the last is what is kept.
fn after_wrong(until: Micros, now: Micros) -> Micros {
    until.max(now).plus(ONE_MORE)
}

/// How long to wait before the next may be tried, if it does not go at once.
fn wait(until: Micros, now: Micros) -> Option<Duration> {
    let wait = (until.since(now) + ONE_MORE).saturating_sub(ONE_MORE * AT_ONCE);
    (!wait.is_zero()).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wrong_codes_at_once_and_then_one_every_quarter_of_an_hour() {
        let morning = Micros::from_millis(1_777_885_200_000);
        let (mut now, mut until, mut tried) = (morning, Micros(0), 0);
        while wait(until, now).is_none() {
            until = after_wrong(until, now);
            tried += 1;
        }
        assert_eq!((tried, wait(until, now)), (AT_ONCE, Some(ONE_MORE)));
        now = now.plus(ONE_MORE - Duration::from_secs(1));
        assert_eq!(wait(until, now), Some(Duration::from_secs(1)));
        now = now.plus(Duration::from_secs(1));
        assert_eq!(wait(until, now), None);
        until = after_wrong(until, now);
        assert_eq!(wait(until, now), Some(ONE_MORE));
        // As many as fit into a day, by who tries all the time.
        let (mut second, mut until, mut tried) = (0, Micros(0), 0);
        while second < 24 * 3600 {
            let now = morning.plus(Duration::from_secs(second));
            match wait(until, now) {
                None => {
                    until = after_wrong(until, now);
                    tried += 1;
                }
                Some(wait) => second += wait.as_secs().max(1),
            }
        }
        assert_eq!(tried, 105);
        // With three codes of a million that fit.
        assert!(f64::from(tried) * 3.0 / 1e6 < 0.000_32);
    }
}
