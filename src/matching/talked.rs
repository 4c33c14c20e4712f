//! What matching asks of the feature that holds calls: how much two people have talked.

use std::sync::Arc;

use futures::future::BoxFuture;
use leptos::prelude::use_context;

use super::model::Talked;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::server::db::Conn;

/// Counts calls.
pub trait TalkCounter: Send + Sync {
    /// The calls in which `me` and `other` both were.
    fn between<'c>(&'c self, conn: &'c mut Conn, me: UserId, other: UserId) -> BoxFuture<'c, Result<Talked, AppError>>;
}

/// The counter of the request at hand.
///
/// # Errors
/// [`AppError::Internal`] outside of a request.
pub fn counter_here() -> Result<Arc<dyn TalkCounter>, AppError> {
    use_context::<Arc<dyn TalkCounter>>().ok_or(AppError::Internal)
}
