//! What the tests stand on: a private PostgreSQL, an application per test, people with browsers and sockets.

pub mod app;
pub mod authenticator;
pub mod browser;
pub mod dump;
pub mod mail_sink;
pub mod oidc;
pub mod people;
pub mod postgres;
pub mod process;
pub mod push_service;
pub mod s3;
pub mod socket;
pub mod turn;

use std::time::Duration;

pub use app::TestApp;
pub use browser::{Answer, Browser};
pub use people::Person;
pub use push_service::{PushBrowser, PushService};
pub use socket::Socket;

/// How long a test waits for what must come. Generous: machines are slow, and only a failing test waits that long.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The engine that a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file of its own.
    Sqlite,
    /// A database of its own in the server that the binary shares.
    Postgres,
}

/// Turns `async fn name(engine: Engine)` into the tests `name::sqlite` and `name::postgres`.
macro_rules! both_engines {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                use $crate::harness::Engine;

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    super::$name(Engine::Sqlite).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres() {
                    super::$name(Engine::Postgres).await;
                }
            }
        )+
    };
}

/// Asks again and again until there is an answer; fails after [`PATIENCE`].
pub async fn eventually<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(tokio::time::Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
