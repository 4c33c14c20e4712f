//! What is said once and must not be lost for a moment's fault.

use std::time::Duration;

use crate::kernel::error::AppError;

/// After how long it is tried again.
const AGAIN: Duration = Duration::from_millis(200);

/// Does `work`, and once more if that met a fault which passes: a lock, a deadlock, a database that was away.
pub(super) async fn once_more<T, F>(mut work: impl FnMut() -> F) -> Result<T, AppError>
where
    F: Future<Output = Result<T, AppError>>,
{
    match work().await {
        Err(error @ AppError::Busy { .. }) => {
            tracing::warn!(%error, "tried once more");
            tokio::time::sleep(AGAIN).await;
            work().await
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// How often it was tried, and what came of it.
    async fn tried(answers: &[Result<u8, AppError>]) -> (usize, Result<u8, AppError>) {
        let tries = Cell::new(0);
        let done = once_more(|| {
            let answer = answers[tries.get()].clone();
            tries.set(tries.get() + 1);
            std::future::ready(answer)
        })
        .await;
        (tries.get(), done)
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_passes_is_tried_again_and_only_once() {
        let busy = || Err(AppError::Busy { seconds: 2 });
        assert_eq!(tried(&[Ok(1)]).await, (1, Ok(1)));
        assert_eq!(tried(&[busy(), Ok(2)]).await, (2, Ok(2)));
        assert_eq!(tried(&[busy(), busy(), Ok(3)]).await, (2, busy()));
        assert_eq!(
            tried(&[Err(AppError::Internal), Ok(4)]).await,
            (1, Err(AppError::Internal))
        );
    }
}
