//! What a feature does when a person goes, and the job that deletes accounts whose time is over.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use leptos::prelude::use_context;

use super::letters;
use crate::accounts::model::SessionId;
use crate::accounts::names::language_of;
use crate::accounts::new_device::AfterCommit;
use crate::accounts::own_data::forgetting;
use crate::accounts::service::sessions;
use crate::accounts::{reset, store};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::jobs::{Handler, Job, JobError};
use crate::server::mail;
use crate::server::state::AppState;

/// How long it may take to delete those who are due: each of them is deleted as a whole, whoever has most too.
const CUT_OFF: Duration = Duration::from_secs(30 * 60);

/// A feature that has something of people's, or shows them to others.
pub trait Erase: Send + Sync {
    /// In the transaction in which a person asks to go. Others see nothing of them from its commit on; what goes on
    /// with them ends. Answers what is left to do after the commit.
    fn hide<'c>(
        &'c self,
        conn: &'c mut Conn,
        user: UserId,
        now: Micros,
    ) -> BoxFuture<'c, Result<AfterCommit, AppError>> {
        let _ = (conn, user, now);
        nothing()
    }

    /// In the transaction in which they stay after all.
    fn bring_back<'c>(
        &'c self,
        conn: &'c mut Conn,
        user: UserId,
        now: Micros,
    ) -> BoxFuture<'c, Result<AfterCommit, AppError>> {
        let _ = (conn, user, now);
        nothing()
    }

    /// Deletes what is theirs, for good. Files go by a job, which is asked for here.
    fn erase<'c>(&'c self, conn: &'c mut Conn, user: UserId, now: Micros) -> BoxFuture<'c, Result<(), AppError>>;
}

fn nothing<'c>() -> BoxFuture<'c, Result<AfterCommit, AppError>> {
    let after: AfterCommit = Box::new(|| {});
    std::future::ready(Ok(after)).boxed()
}

/// Every feature that has, the highest first: what hangs on others' rows goes before them.
#[derive(Clone)]
pub struct Erasers(Arc<[Arc<dyn Erase>]>);

impl Erasers {
    /// These.
    pub fn new(features: Vec<Arc<dyn Erase>>) -> Self {
        Self(features.into())
    }

    /// Those of the request at hand.
    ///
    /// # Errors
    /// [`AppError::Internal`] outside of a request.
    pub fn here() -> Result<Self, AppError> {
        use_context::<Self>().ok_or(AppError::Internal)
    }

    pub(super) async fn hide(&self, conn: &mut Conn, user: UserId, now: Micros) -> Result<Vec<AfterCommit>, AppError> {
        let mut after = Vec::new();
        for feature in &*self.0 {
            after.push(feature.hide(conn, user, now).await?);
        }
        Ok(after)
    }

    pub(super) async fn bring_back(
        &self,
        conn: &mut Conn,
        user: UserId,
        now: Micros,
    ) -> Result<Vec<AfterCommit>, AppError> {
        let mut after = Vec::new();
        for feature in &*self.0 {
            after.push(feature.bring_back(conn, user, now).await?);
        }
        Ok(after)
    }

    async fn erase(&self, conn: &mut Conn, user: UserId, now: Micros) -> Result<(), AppError> {
        for feature in &*self.0 {
            feature.erase(conn, user, now).await?;
        }
        Ok(())
    }
}

/// Deletes the accounts whose time is over.
pub struct DeleteAccounts {
    state: AppState,
    erasers: Erasers,
}

impl DeleteAccounts {
    /// With what `erasers` do.
    pub const fn new(state: AppState, erasers: Erasers) -> Self {
        Self { state, erasers }
    }

    async fn delete_due(&self) -> Result<(), JobError> {
        let due = store::deletion::due(&mut self.state.db.read().await?, self.state.clock.now()).await?;
        let mut failed = 0_usize;
        for user in due {
            match self.delete(user).await {
                Ok(()) => tracing::info!(%user, "account deleted"),
                // The others are not to wait for it.
                Err(error) => {
                    tracing::error!(%user, %error, "an account is not deleted");
                    failed += 1;
                }
            }
        }
        match failed {
            0 => Ok(()),
            failed => Err(JobError::new(format!("{failed} accounts are not deleted"))),
        }
    }

    async fn delete(&self, user: UserId) -> Result<(), AppError> {
        let (state, erasers, now) = (self.state.clone(), self.erasers.clone(), self.state.clock.now());
        let ended = self
            .state
            .db
            .transaction(move |conn| async move { delete(conn, &state, &erasers, user, now).await }.boxed())
            .await?;
        sessions::have_ended(&self.state, user, ended);
        Ok(())
    }
}

/// Answers the sessions that have ended by it.
async fn delete(
    conn: &mut Conn,
    state: &AppState,
    erasers: &Erasers,
    user: UserId,
    now: Micros,
) -> Result<Vec<SessionId>, AppError> {
    store::sessions::lock(conn, user).await?;
    // Under the lock: they may have changed their mind just now.
    let going = store::deletion::going(conn, user).await?;
    let Some(going) = going.filter(|going| going.deletes_at <= now) else {
        return Ok(Vec::new());
    };
    // The row first: whoever signs in at this moment has done so before it is taken, or finds nobody.
    store::deletion::take(conn, user, now).await?;
    erasers.erase(conn, user, now).await?;
    forgetting::let_go(conn, user, now).await?;
    store::deletion::erase(conn, user).await?;
    let ended = store::sessions::delete_sessions(conn, user, None).await?;
    mail::forget(conn, &going.email).await?;
    reset::forget(conn, &going.email_key).await?;
    let locale = language_of(going.locale.as_deref(), &going.language);
    let letter = letters::done(locale, going.display_name, state.config.public_url());
    mail::enqueue(conn, &state.mail.write(&going.email, &letter, now), now).await?;
    Ok(ended)
}

impl Handler for DeleteAccounts {
    fn kind(&self) -> &'static str {
        "accounts.delete"
    }

    fn at_once(&self) -> usize {
        1
    }

    fn cut_off(&self) -> Duration {
        CUT_OFF
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(600))
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        self.delete_due().boxed()
    }
}
