//! The job that takes away what has run out: sessions, links in mails, devices that were not used for long, what was written down of accounts,
//! and jobs that nobody does any more.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::second_factor::{self, service::OFFER_AGE};
use super::{identities, links, passkeys, store, token_store};
use crate::server::audit;
use crate::server::db::StoreError;
use crate::server::jobs::{self, Handler, Job, JobError};
use crate::server::state::AppState;

/// How long a device is known without a sign-in from it.
const DEVICE_AGE: Duration = Duration::from_secs(365 * 24 * 3600);

const KIND: &str = "accounts.clean_up";

/// Takes away what has run out.
pub struct CleanUp {
    state: AppState,
    /// The kinds of jobs that are done.
    kinds: Vec<&'static str>,
}

impl CleanUp {
    /// Beside the handlers of `others`.
    pub fn new(state: AppState, others: &[Arc<dyn Handler>]) -> Self {
        let kinds = others.iter().map(|handler| handler.kind()).chain([KIND]);
        Self {
            state,
            kinds: kinds.collect(),
        }
    }
}

impl Handler for CleanUp {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(3600))
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        let (now, kinds) = (self.state.clock.now(), self.kinds.clone());
        async move {
            let work = self.state.db.transaction(move |conn| {
                async move {
                    store::delete_expired_sessions(conn, now).await?;
                    store::attempts::delete_expired(conn, now).await?;
                    identities::store::delete_expired(conn, now).await?;
                    second_factor::store::delete_old_offers(conn, now.minus(OFFER_AGE)).await?;
                    passkeys::store::delete_expired(conn, now).await?;
                    token_store::delete_expired(conn, now.minus(links::KEPT)).await?;
                    store::delete_old_devices(conn, now.minus(DEVICE_AGE)).await?;
                    audit::forget(conn, now).await?;
                    jobs::forget(conn, &kinds, now).await?;
                    Ok::<_, StoreError>(())
                }
                .boxed()
            });
            Ok(work.await?)
        }
        .boxed()
    }
}
