//! Adding a passkey: somebody who is signed in has a device keep one.

use futures::FutureExt as _;
use serde_json::{Value, json};
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential};

use crate::accounts::audit::{self, Happening};
use crate::accounts::model::Viewer;
use crate::accounts::passkeys::ceremony::{self, Begun, Here};
use crate::accounts::passkeys::letters::{self, News};
use crate::accounts::passkeys::model::{CeremonyId, Kind, PASSKEYS_MAX, PasskeyId, parse_name};
use crate::accounts::passkeys::store;
use crate::accounts::recent;
use crate::accounts::store::sessions::lock;
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Problem, Refusal};
use crate::server::db::StoreError;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// Bytes of a credential's id.
const LONGEST_ID: usize = 1023;

/// Has a device asked to keep a passkey, which it can find by itself and opens for a finger, a face or a PIN only.
///
/// # Errors
/// What is wrong with the name; [`Problem::TooMany`]; [`Refusal::ConfirmFirst`]; [`AppError::Limited`].
pub async fn begin(state: &AppState, viewer: &Viewer, here: &Here, name: &str) -> Result<Begun, AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let session = recent::require(state, here.caller.session).await?;
    parse_name(name).map_err(|problem| AppError::field("name", problem))?;
    let kept = store::of_user(&mut state.db.read().await?, viewer.id).await?;
    if kept.len() >= PASSKEYS_MAX {
        return Err(too_many());
    }
    let known = kept.into_iter().map(|kept| kept.passkey.cred_id().clone()).collect();
    let begun =
        here.verifier
            .start_passkey_registration(viewer.id.uuid(), &viewer.username, &viewer.display_name, Some(known));
    let (challenge, progress) = begun.map_err(ceremony::unbegun)?;
    let mut options = ceremony::options_in(&challenge)?;
    // The library leaves it to the device. Without it nobody could come in without a name.
    if let Some(Value::Object(wanted)) = options.get_mut("authenticatorSelection") {
        wanted.insert("residentKey".to_owned(), json!("required"));
        wanted.insert("requireResidentKey".to_owned(), json!(true));
    }
    let whose = Some((viewer.id, session));
    ceremony::begin(state, here, Kind::Register, whose, &options, &progress).await
}

/// Keeps what a device has answered, under a name. The person is told by mail.
///
/// # Errors
/// [`Refusal::CeremonyOver`], [`Refusal::PasskeyNotTaken`], [`Refusal::PasskeyKnown`], and as for [`begin`].
pub async fn end(
    state: &AppState,
    viewer: &Viewer,
    here: Here,
    ceremony: CeremonyId,
    answer: &str,
    name: &str,
    language: Locale,
) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let name = parse_name(name).map_err(|problem| AppError::field("name", problem))?;
    let answer: RegisterPublicKeyCredential = ceremony::read_answer(answer)?;
    let (progress, whose) = ceremony::end::<PasskeyRegistration>(state, &here, Kind::Register, ceremony).await?;
    let session = here.caller.own_session()?;
    if whose != Some((viewer.id, session)) {
        return Err(AppError::Refused(Refusal::CeremonyOver));
    }
    let refused = AppError::Refused(Refusal::PasskeyNotTaken);
    // Nobody signs for this, but a device has no reason to make itself smaller than it is.
    let is_findable = answer.extensions.cred_props.as_ref().and_then(|props| props.rk);
    if is_findable == Some(false) {
        return Err(refused);
    }
    let passkey = match here.verifier.finish_passkey_registration(&answer, &progress) {
        Ok(passkey) => passkey,
        Err(error) => {
            tracing::info!(user = %viewer.id, %error, "a passkey is not taken");
            return Err(refused);
        }
    };
    // WebAuthn Level 3, §7.1: longer ones are nobody's, and no index takes them. What the device has signed counts, not what stands beside it.
    if passkey.cred_id().len() > LONGEST_ID {
        return Err(refused);
    }
    let (user, now, state_here, caller) = (viewer.id, state.clock.now(), state.clone(), here.caller);
    state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, user).await?;
                recent::require_in(conn, caller.session, now).await?;
                if store::count(conn, user).await? >= PASSKEYS_MAX as i64 {
                    return Err(too_many());
                }
                let id = PasskeyId::new_at(now);
                store::insert(conn, id, user, &passkey, &name, now)
                    .await
                    .map_err(known_or_internal)?;
                let detail = json!({ "passkey": id });
                audit::note(conn, user, Happening::PasskeyAdded, &caller, detail, now).await?;
                letters::tell(conn, &state_here, user, News::Added, &name, language, now).await
            }
            .boxed()
        })
        .await
}

fn too_many() -> AppError {
    AppError::field("name", Problem::TooMany { max: PASSKEYS_MAX })
}

fn known_or_internal(error: StoreError) -> AppError {
    if error.violates("passkey_credential_id") {
        AppError::Refused(Refusal::PasskeyKnown)
    } else {
        error.into()
    }
}
