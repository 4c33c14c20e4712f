//! What matching asks of features above it for the page of a partner: how much the two have talked, and when they do next.

use std::sync::Arc;

use futures::future::BoxFuture;
use leptos::prelude::use_context;

use super::model::{NextTalk, Talked};
use crate::accounts::model::Viewer;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;

/// Counts calls.
pub trait TalkCounter: Send + Sync {
    /// The calls in which `me` and `other` both were.
    fn between<'c>(&'c self, conn: &'c mut Conn, me: UserId, other: UserId) -> BoxFuture<'c, Result<Talked, AppError>>;
}

/// Knows what was agreed on.
pub trait TalkPlanner: Send + Sync {
    /// When the two talk next, by the viewer's clock; the appointment that goes on counts.
    fn next<'c>(
        &'c self,
        conn: &'c mut Conn,
        viewer: &'c Viewer,
        other: UserId,
        now: Micros,
    ) -> BoxFuture<'c, Result<Option<NextTalk>, AppError>>;
}

/// Both.
#[derive(Clone)]
pub struct Talks {
    /// What was.
    pub counter: Arc<dyn TalkCounter>,
    /// What will be.
    pub planner: Arc<dyn TalkPlanner>,
}

/// Those of the request at hand.
///
/// # Errors
/// [`AppError::Internal`] outside of a request.
pub fn talks_here() -> Result<Talks, AppError> {
    use_context::<Talks>().ok_or(AppError::Internal)
}
