//! Keeps requests apart on the threads that they share.
//!
//! The framework finds the contexts of a request through a variable of the thread, and leaves it behind at times when a request goes on
//! elsewhere. What looks there next takes another's contexts for its own: the handler of static files once took the headers of somebody's
//! page (policy and cookies) for its answer, and the page went without.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use leptos::prelude::Owner;
use leptos::reactive::computed::ScopedFuture;

/// Runs what is beneath with contexts of its own, at first none, wherever it is continued.
pub async fn layer(request: Request, next: Next) -> Response {
    let owner = Owner::new_root(None);
    let answer = owner.with(|| ScopedFuture::new_untracked(next.run(request)));
    answer.await
}
