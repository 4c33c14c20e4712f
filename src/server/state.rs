//! What every request can reach.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use leptos::prelude::use_context;

use super::config::{Config, Switch};
use super::db::Db;
use super::limits::Limits;
use super::mail::Mail;
use super::media::Media;
use super::openid::Provider;
use super::outgoing::Outgoing;
use super::passwords::Passwords;
use crate::kernel::clock::Clock;
use crate::kernel::error::AppError;
use crate::realtime::hub::Hub;
use crate::realtime::presence::PresenceBook;

/// The parts of the running process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The settings.
    pub config: Arc<Config>,
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Password hashing.
    pub passwords: Passwords,
    /// Limits per person and address.
    pub limits: Limits,
    /// Where mails go.
    pub mail: Mail,
    /// Files that people give us.
    pub media: Media,
    /// Google, or what stands in its place, where people can come in with an account there.
    pub google: Option<Provider>,
    /// HTTP to addresses that people named.
    pub outgoing: Outgoing,
    /// The sockets of this process.
    pub hub: Hub,
    /// Who is here.
    pub presence: PresenceBook,
    /// Where the built pages' assets are.
    pub leptos: LeptosOptions,
}

impl AppState {
    /// Puts the parts together over an open database.
    ///
    /// # Errors
    /// When a part cannot be made.
    pub fn new(
        config: Config,
        db: Db,
        clock: Clock,
        leptos: LeptosOptions,
        presence_grace: std::time::Duration,
    ) -> Result<Self, String> {
        let presence = PresenceBook::new(presence_grace);
        Ok(Self {
            limits: Limits::new(config.rate_limit == Switch::On),
            passwords: Passwords::new()?,
            mail: Mail::new(&config)?,
            media: Media::open(&config.media_place())?,
            google: Provider::of(&config)?,
            outgoing: Outgoing::new()?,
            hub: Hub::new(presence.clone()),
            config: Arc::new(config),
            db,
            clock,
            presence,
            leptos,
        })
    }

    /// The state of the request at hand, inside server functions and pages.
    ///
    /// # Errors
    /// [`AppError::Internal`] outside of a request.
    pub fn here() -> Result<Self, AppError> {
        use_context::<Self>().ok_or(AppError::Internal)
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
