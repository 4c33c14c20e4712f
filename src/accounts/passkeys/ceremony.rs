//! One asking of a device, from the challenge to the answer: kept in the database, since another process may hear the answer, and bound to
//! the browser by a cookie.

use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::request::Parts;
use futures::FutureExt as _;
use leptos::prelude::use_context;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use webauthn_rs::prelude::{Webauthn, WebauthnError};

use super::model::{CeremonyId, Challenge, Kind};
use super::place;
use super::store::{self, Asked, NewCeremony};
use crate::accounts::model::SessionId;
use crate::accounts::service::Caller;
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::id::UserId;
use crate::server::http::cookies::{self, Readable};
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// How long a device may take. Browsers are told the same.
pub(super) const AGE: Duration = Duration::from_secs(5 * 60);
const COOKIE_NAME: &str = "passkey";

/// What of the request at hand counts.
pub struct Here {
    pub(super) verifier: Webauthn,
    pub(super) caller: Caller,
    /// What the browser came with.
    browser: Option<Token>,
}

impl Here {
    /// Of the request at hand.
    ///
    /// # Errors
    /// [`Refusal::PasskeysNotHere`] where there can be no passkeys; [`AppError::Internal`] outside of a request.
    pub fn of(state: &AppState) -> Result<Self, AppError> {
        let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
        Ok(Self {
            verifier: place::verifier(&state.config)?,
            caller: Caller::here(state)?,
            browser: cookies::get(&state.config, &parts.headers, COOKIE_NAME).and_then(Token::parse),
        })
    }
}

/// A device is being asked.
pub struct Begun {
    /// What it is asked.
    pub challenge: Challenge,
    browser: Token,
}

impl Begun {
    /// The cookie by which its browser is known again.
    pub fn cookie(&self, state: &AppState) -> Option<HeaderValue> {
        let (name, age) = (COOKIE_NAME, AGE.as_secs());
        cookies::set(&state.config, name, self.browser.secret(), age, Readable::ByServer)
    }
}

/// Begins one: `options` are for the device, `progress` is for its end; `whose` it is where somebody is signed in.
pub(super) async fn begin<S: Serialize>(
    state: &AppState,
    here: &Here,
    kind: Kind,
    whose: Option<(UserId, SessionId)>,
    options: &Value,
    progress: &S,
) -> Result<Begun, AppError> {
    let now = state.clock.now();
    // Several tabs of one browser may ask at once: they share a token for as long as it is one of ours.
    let browser = match &here.browser {
        Some(token) if store::is_asked(&mut state.db.read().await?, &token.hash(), now).await? => token.clone(),
        _ => Token::random(),
    };
    let id = CeremonyId::new_at(now);
    let (user, session) = whose.unzip();
    let new = NewCeremony {
        id,
        token_hash: browser.hash(),
        kind,
        user,
        session,
        state: serde_json::to_string(progress).map_err(unwritten)?,
        expires_at: now.plus(AGE),
    };
    state
        .db
        .transaction(move |conn| async move { store::insert_ceremony(conn, new).await }.boxed())
        .await?;
    let challenge = Challenge {
        ceremony: id,
        options: options.to_string(),
    };
    Ok(Begun { challenge, browser })
}

/// Ends one, whatever its answer is worth. Answers what was kept for this, and whose it was.
///
/// # Errors
/// [`Refusal::CeremonyOver`] for one that is over, and for another browser's.
pub(super) async fn end<S: DeserializeOwned>(
    state: &AppState,
    here: &Here,
    kind: Kind,
    id: CeremonyId,
) -> Result<(S, Option<(UserId, SessionId)>), AppError> {
    let over = AppError::Refused(Refusal::CeremonyOver);
    let Some(token) = &here.browser else {
        return Err(over);
    };
    let (hash, now) = (token.hash(), state.clock.now());
    let asked = state
        .db
        .transaction(move |conn| async move { store::take_ceremony(conn, id, &hash, kind, now).await }.boxed())
        .await?;
    let Asked {
        user_id,
        session_id,
        state: progress,
    } = asked.ok_or(over)?;
    let progress = serde_json::from_str(&progress).map_err(unwritten)?;
    Ok((progress, user_id.zip(session_id)))
}

/// The options inside of what the library makes, which is for `navigator.credentials`.
pub(super) fn options_in<T: Serialize>(made: &T) -> Result<Value, AppError> {
    let mut made = serde_json::to_value(made).map_err(unwritten)?;
    Ok(made.get_mut("publicKey").map(Value::take).unwrap_or_default())
}

/// What a device answered, as a browser wrote it.
///
/// # Errors
/// [`AppError::Malformed`].
pub(super) fn read_answer<T: DeserializeOwned>(answer: &str) -> Result<T, AppError> {
    serde_json::from_str(answer).map_err(|_| AppError::Malformed)
}

/// What the library cannot even begin is a fault of ours.
pub(super) fn unbegun(error: WebauthnError) -> AppError {
    tracing::error!(%error, "a passkey cannot be asked for");
    AppError::Internal
}

fn unwritten(error: serde_json::Error) -> AppError {
    tracing::error!(%error, "the state of a passkey's ceremony");
    AppError::Internal
}
