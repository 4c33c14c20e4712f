//! What profiles ask of the feature that finds people by them: to look again when one changes.

use std::sync::Arc;

use futures::future::BoxFuture;
use leptos::prelude::use_context;

use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;

/// A feature that keeps something made from profiles. `serve.rs` provides it; profiles do not know whom they call.
pub trait ProfileListener: Send + Sync {
    /// In the transaction of the change, after it: both happen or neither.
    fn changed<'c>(&'c self, conn: &'c mut Conn, user: UserId, now: Micros) -> BoxFuture<'c, Result<(), AppError>>;
}

/// Who listens to the request at hand.
///
/// # Errors
/// [`AppError::Internal`] outside of a request.
pub fn listener_here() -> Result<Arc<dyn ProfileListener>, AppError> {
    use_context::<Arc<dyn ProfileListener>>().ok_or(AppError::Internal)
}
