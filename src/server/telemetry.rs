//! Log lines: structured, with a request id, and free of what people say or keep secret.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use super::config::{Config, LogFormat};

/// Starts logging to standard error as the settings say.
///
/// # Errors
/// When `LOG` cannot be read, in words that name it.
pub fn start(config: &Config) -> Result<(), String> {
    // sqlx logs every slow statement with its text: only from `warn` on, unless asked for.
    let filter = EnvFilter::try_new(format!("sqlx=warn,{}", config.log))
        .map_err(|error| format!("LOG: {error}; right would be: info, or warn,speakle=debug"))?;
    let registry = tracing_subscriber::registry().with(filter);
    let started: Result<(), TryInitError> = match config.log_format {
        LogFormat::Text => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .with_writer(std::io::stderr)
                    .with_target(false),
            )
            .try_init(),
        LogFormat::Json => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_writer(std::io::stderr),
            )
            .try_init(),
    };
    started.map_err(|error| format!("LOG: {error}"))
}
