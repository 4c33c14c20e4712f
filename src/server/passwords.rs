//! Slow work on passwords, hashing above all: off the async threads and only a few at a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::kernel::error::AppError;

/// How much is computed at once (a hash takes 19 MiB and one core).
const AT_ONCE: usize = 2;
/// How many more may wait; beyond it people are told to come back.
const WAITING: usize = 32;
/// Memory in KiB, passes and lanes (OWASP's first choice for argon2id).
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Computes and checks argon2id hashes. Cheap to clone; clones share the queue.
#[derive(Clone, Debug)]
pub struct Passwords(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    running: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    /// Checked when the person is unknown, so that unknown and known take the same time.
    stand_in: &'static str,
    checks: AtomicU64,
}

impl Passwords {
    /// # Errors
    /// When the cost is not one that argon2 takes, which a test would show.
    pub fn new() -> Result<Self, String> {
        let stand_in = stand_in()?;
        Ok(Self(Arc::new(Inner {
            running: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            stand_in,
            checks: AtomicU64::new(0),
        })))
    }

    /// The hash to keep for `password`, as a PHC string.
    ///
    /// # Errors
    /// [`AppError::Busy`] when too many wait already.
    pub async fn hash(&self, password: String) -> Result<String, AppError> {
        self.run(move || hash_now(&password)).await?.map_err(|error| {
            tracing::error!(error, "password hash");
            AppError::Internal
        })
    }

    /// Whether `password` is the one behind `hash`. Without a hash (an unknown person) it costs the same and answers no.
    ///
    /// # Errors
    /// [`AppError::Busy`] when too many wait already.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, AppError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.0.stand_in.to_owned());
        self.0.checks.fetch_add(1, Ordering::Relaxed);
        let fits = self
            .run(move || {
                PasswordHash::new(&hash)
                    .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
            })
            .await?;
        Ok(fits && known)
    }

    /// How many times a password was checked since the start, an unknown person's included.
    pub fn checks(&self) -> u64 {
        self.0.checks.load(Ordering::Relaxed)
    }

    /// Does other slow work on a password in the same queue.
    ///
    /// # Errors
    /// [`AppError::Busy`] when too many wait already.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
        let busy = AppError::Busy { seconds: 2 };
        let place = Arc::clone(&self.0.queue)
            .try_acquire_owned()
            .map_err(|_| busy.clone())?;
        let turn = tokio::time::timeout(Duration::from_secs(10), Arc::clone(&self.0.running).acquire_owned()).await;
        let turn = turn.map_err(|_| busy)?.map_err(|_| AppError::Internal)?;
        // The work goes on when the caller hangs up, so its places go with it.
        let work = move || {
            let _held = (place, turn);
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| AppError::Internal)
    }
}

/// Computed once for the whole process, before anybody asks.
fn stand_in() -> Result<&'static str, String> {
    static HASH: OnceLock<Result<String, String>> = OnceLock::new();
    let hash = HASH.get_or_init(|| hash_now("a password that nobody has"));
    hash.as_deref().map_err(Clone::clone)
}

fn argon2() -> Result<Argon2<'static>, String> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str) -> Result<String, String> {
    argon2()?
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| error.to_string())
}

/// 32 bytes of argon2id at the same cost, for what is no password and yet short enough to be guessed where its hash is known. Slow: not for
/// the threads that answer.
///
/// # Errors
/// When argon2 does not take the salt, which a test would show.
pub fn stretched(text: &str, salt: &[u8]) -> Result<Vec<u8>, String> {
    let mut hash = vec![0; 32];
    let hashing = argon2()?.hash_password_into(text.as_bytes(), salt, &mut hash);
    hashing.map_err(|error| error.to_string())?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits_and_an_unknown_person_costs_a_hash() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(
            passwords
                .verify("correct horse".to_owned(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("correct horsf".to_owned(), Some(hash)).await.unwrap());
        let before = passwords.checks();
        assert!(
            !passwords
                .verify("a password that nobody has".to_owned(), None)
                .await
                .unwrap()
        );
        assert_eq!(passwords.checks(), before + 1);
    }

    #[tokio::test]
    async fn work_whose_caller_hung_up_keeps_its_place_until_it_is_done() {
        let passwords = Passwords::new().unwrap();
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (begun, mut begins) = tokio::sync::mpsc::unbounded_channel();
        // Work goes on until the other end is dropped.
        let (end, until_end) = std::sync::mpsc::channel::<()>();
        let until_end = Arc::new(Mutex::new(until_end));
        let call = || {
            let (passwords, begun) = (passwords.clone(), begun.clone());
            let (running, most, until_end) = (running.clone(), most.clone(), until_end.clone());
            tokio::spawn(async move {
                let work = move || {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let _ = begun.send(());
                    let _ = until_end.lock().unwrap().recv();
                    running.fetch_sub(1, Ordering::SeqCst);
                };
                passwords.run(work).await
            })
        };
        for _ in 0..5 {
            let callers: Vec<_> = (0..AT_ONCE + WAITING).map(|_| call()).collect();
            while running.load(Ordering::SeqCst) < AT_ONCE {
                begins.recv().await.unwrap();
            }
            // Let those who wait come as far as they can.
            for _ in 0..1_000 {
                tokio::task::yield_now().await;
            }
            for caller in callers {
                caller.abort();
                let _ = caller.await;
            }
            assert_eq!(
                running.load(Ordering::SeqCst),
                AT_ONCE,
                "what was begun goes on, and no more"
            );
            assert_eq!(passwords.0.running.available_permits(), 0);
            assert_eq!(
                passwords.0.queue.available_permits(),
                WAITING,
                "who only waited left the queue"
            );
        }
        let next = call();
        drop(end);
        next.await.unwrap().unwrap();
        while passwords.0.queue.available_permits() < AT_ONCE + WAITING {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(passwords.0.running.available_permits(), AT_ONCE);
        assert_eq!(most.load(Ordering::SeqCst), AT_ONCE);
    }

    #[tokio::test]
    async fn a_full_queue_says_so_at_once() {
        let passwords = Passwords::new().unwrap();
        let all =
            futures::future::join_all((0..AT_ONCE + WAITING + 8).map(|_| passwords.verify("x".to_owned(), None))).await;
        assert_eq!(
            all.iter()
                .filter(|answer| matches!(answer, Err(AppError::Busy { .. })))
                .count(),
            8
        );
    }
}
