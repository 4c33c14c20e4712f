//! Forgotten passwords: a link to the address of the account, and a new password by it.
//!
//! Whether anybody has an address is told to nobody. The request only asks for a job, which looks: it takes the same time and hears the same either
//! way.

use std::net::IpAddr;
use std::str::FromStr as _;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::links::{self, Purpose};
use super::model::Email;
use super::password_strength::{self, Whose};
use super::service::password::{self, Another};
use super::service::{Caller, sessions};
use super::store::sessions::lock;
use super::{token_store, verification, ways_in};
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Problems};
use crate::server::db::{Conn, StoreError};
use crate::server::jobs::{self, Handler, Job, JobError, NewJob};
use crate::server::limits::Limit;
use crate::server::state::AppState;

const KIND: &str = "accounts.send_reset";

/// What the job has to know.
#[derive(Serialize, Deserialize)]
struct Asked {
    /// Folded.
    email: String,
    /// The language of the page that it was asked on, for people who have chosen none.
    language: String,
}

/// Has a link sent to an address, if somebody has an account with it.
///
/// # Errors
/// What is no address; [`AppError::Limited`] by the caller's address and by the address that the mail would go to, whether it is anybody's or not.
pub async fn ask(state: &AppState, email: &str, language: Locale, from: IpAddr) -> Result<(), AppError> {
    let email = Email::parse(email).map_err(|problem| AppError::field("email", problem))?;
    state.limits.check_address(Limit::Link, from)?;
    state.limits.check(Limit::Mail, &format!("reset {}", email.key()))?;
    let now = state.clock.now();
    let asked = Asked {
        email: email.key(),
        language: leptos_i18n::Locale::as_str(language).to_owned(),
    };
    let job = NewJob::new(KIND, now).payload(&asked);
    state
        .db
        .transaction(move |conn| async move { jobs::enqueue(conn, job).await }.boxed())
        .await?;
    Ok(())
}

/// Forgets that somebody asked for the address (folded) of a person who has gone.
pub(super) async fn forget(conn: &mut Conn, email: &str) -> Result<(), StoreError> {
    jobs::withdraw(conn, KIND, "email", email).await
}

/// The job that looks whose address it is.
pub struct SendReset(pub AppState);

impl Handler for SendReset {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move {
            let Asked { email, language } = job.payload()?;
            let (state, now) = (self.0.clone(), self.0.clock.now());
            let work = self.0.db.transaction(move |conn| {
                async move {
                    let Some(found) = token_store::mailbox_by_email(conn, &email).await? else {
                        return Ok(());
                    };
                    // Who is gone by then gets nothing, and who has another address by then nothing here.
                    lock(conn, found.id).await?;
                    let again = token_store::mailbox_by_email(conn, &email).await?;
                    let Some(to) = again.filter(|again| again.id == found.id) else {
                        return Ok(());
                    };
                    let language = to.locale.as_deref().unwrap_or(&language);
                    let locale = Locale::from_str(language).unwrap_or_default();
                    links::send(conn, &state, &to, Purpose::Reset, locale, now).await
                }
                .boxed()
            });
            Ok(work.await?)
        }
        .boxed()
    }
}

/// Sets a new password by a link: it and the person's other such links work no more, all their sessions end with their sockets, and their
/// address is confirmed, since the mail has arrived there. Until somebody inside of the account was known to read its mail it may have been another
/// person's: what was there before that to come in by besides the password goes as well. The letter names what went, and what is there still.
///
/// # Errors
/// [`AppError::Refused`] for a link that does not work; a password that would be guessed; [`AppError::Limited`] and [`AppError::Busy`].
pub async fn set_password(
    state: &AppState,
    presented: String,
    password: String,
    caller: Caller,
    language: Locale,
) -> Result<(), AppError> {
    state.limits.check_address(Limit::Link, caller.address)?;
    let (now, state_here) = (state.clock.now(), state.clone());
    // Before anything is hashed: that costs.
    let found = links::check(&mut state.db.read().await?, &presented, Purpose::Reset, now).await?;
    let whose = Whose {
        username: &found.username,
        display_name: &found.display_name,
        email: &found.email,
    };
    let strength = password_strength::check(&state.passwords, &password, whose).await?;
    let mut problems = Problems::new();
    if problems.check("password", strength).is_none() {
        return Err(problems.into_error());
    }
    let hash = state.passwords.hash(password).await?;
    let (user, ended) = state
        .db
        .transaction(move |conn| {
            async move {
                let user = links::redeem(conn, &presented, Purpose::Reset, now).await?.user_id;
                let is_new = verification::note_confirmed(conn, user, &caller, now).await?;
                let since = token_store::owned_since(conn, user).await?;
                let with_factor = is_new;
                let beside = ways_in::take_away(conn, user, since, with_factor, &caller, now).await?;
                token_store::set_owned(conn, user, now).await?;
                let another = Another {
                    user,
                    before: None,
                    after: &hash,
                    stays: None,
                    beside: Some(&beside),
                    language,
                };
                let ended = password::put(conn, &state_here, another, &caller, now).await?;
                Ok::<_, AppError>((user, ended.unwrap_or_default()))
            }
            .boxed()
        })
        .await?;
    sessions::have_ended(state, user, ended);
    tracing::info!(%user, "a new password is set by a link");
    Ok(())
}
