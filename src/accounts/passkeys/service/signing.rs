//! Coming in by a passkey without a name, and showing by one that one is still there.

use std::sync::Arc;

use futures::FutureExt as _;
use serde_json::{Value, json};
use uuid::Uuid;
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential, WebauthnError};

use crate::accounts::admission::{self, Admission, Way};
use crate::accounts::audit;
use crate::accounts::confirm;
use crate::accounts::model::{SessionId, Viewer};
use crate::accounts::new_device::NewDeviceListener;
use crate::accounts::passkeys::ceremony::{self, Begun, Here};
use crate::accounts::passkeys::model::{CeremonyId, Kind, PasskeyId};
use crate::accounts::passkeys::store;
use crate::accounts::store::sessions::lock;
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// Where the backup flags stand in what a device signs (WebAuthn Level 3, §6.1), and the bit that says that it may be backed up.
const FLAGS_AT: usize = 32;
const BACKUP_ELIGIBLE: u8 = 0b0000_1000;

/// Has a device asked who somebody is.
///
/// # Errors
/// [`AppError::Limited`].
pub async fn begin(state: &AppState, here: &Here) -> Result<Begun, AppError> {
    state.limits.check_address(Limit::Ceremony, here.caller.address)?;
    ask(state, here, Kind::SignIn, None, &[]).await
}

/// Lets in whom a device names.
///
/// # Errors
/// [`Refusal::CeremonyOver`]; [`Refusal::PasskeyUnknown`], whatever is wrong; [`AppError::Limited`] together with tries to sign in.
pub async fn end(
    state: &AppState,
    here: Here,
    ceremony: CeremonyId,
    answer: &str,
    listener: Arc<dyn NewDeviceListener>,
) -> Result<Admission, AppError> {
    state.limits.check_address(Limit::SignIn, here.caller.address)?;
    let answer = ceremony::read_answer(answer)?;
    let (progress, _) = ceremony::end(state, &here, Kind::SignIn, ceremony).await?;
    let shown = verify(state, &here, progress, &answer, None).await?;
    let (now, caller) = (state.clock.now(), here.caller);
    let admitted = state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, shown.user).await?;
                shown.note(conn, now).await?;
                admission::admit_in(conn, shown.user, &Way::Passkey, &caller, &*listener, now).await
            }
            .boxed()
        })
        .await?;
    Ok(admitted.announce(state))
}

/// Has a device asked for one of the person's own passkeys.
///
/// # Errors
/// [`Refusal::PasskeyUnknown`] where they have none; [`AppError::Limited`].
pub async fn begin_confirming(state: &AppState, viewer: &Viewer, here: &Here) -> Result<Begun, AppError> {
    state.limits.check_address(Limit::Ceremony, here.caller.address)?;
    let session = here.caller.own_session()?;
    let kept = store::of_user(&mut state.db.read().await?, viewer.id).await?;
    if kept.is_empty() {
        return Err(AppError::Refused(Refusal::PasskeyUnknown));
    }
    let own: Vec<Passkey> = kept.into_iter().map(|kept| kept.passkey).collect();
    ask(state, here, Kind::Confirm, Some((viewer.id, session)), &own).await
}

/// Somebody who is signed in has shown by a passkey of theirs that they are still there. Answers the token under which their session goes on.
///
/// # Errors
/// As for [`end`].
pub async fn end_confirming(
    state: &AppState,
    viewer: &Viewer,
    here: Here,
    ceremony: CeremonyId,
    answer: &str,
) -> Result<Token, AppError> {
    state.limits.check_address(Limit::SignIn, here.caller.address)?;
    let answer = ceremony::read_answer(answer)?;
    let (progress, whose) = ceremony::end(state, &here, Kind::Confirm, ceremony).await?;
    let session = here.caller.own_session()?;
    if whose != Some((viewer.id, session)) {
        return Err(AppError::Refused(Refusal::CeremonyOver));
    }
    let shown = verify(state, &here, progress, &answer, Some(viewer.id)).await?;
    let (now, caller) = (state.clock.now(), here.caller);
    let token = state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, shown.user).await?;
                shown.note(conn, now).await?;
                confirm::confirmed(conn, session, &caller, Way::Passkey.name(), now, now).await
            }
            .boxed()
        })
        .await?;
    confirm::announce(state, session);
    Ok(token)
}

/// Asks for any passkey of this site, or for one of `own`.
async fn ask(
    state: &AppState,
    here: &Here,
    kind: Kind,
    whose: Option<(UserId, SessionId)>,
    own: &[Passkey],
) -> Result<Begun, AppError> {
    let begun = here.verifier.start_discoverable_authentication();
    let (challenge, progress) = begun.map_err(ceremony::unbegun)?;
    let mut options = ceremony::options_in(&challenge)?;
    if let Value::Object(options) = &mut options {
        let known: Vec<Value> = own.iter().map(descriptor).collect();
        options.insert("allowCredentials".to_owned(), Value::Array(known));
    }
    ceremony::begin(state, here, kind, whose, &options, &progress).await
}

/// `PublicKeyCredentialDescriptorJSON`.
fn descriptor(passkey: &Passkey) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(passkey.cred_id()) })
}

/// Somebody has shown a passkey.
struct Shown {
    id: PasskeyId,
    user: UserId,
    before: String,
    after: Passkey,
}

impl Shown {
    /// Writes the use down: a passkey that was taken away or used meanwhile is looked at again.
    async fn note(&self, conn: &mut Conn, now: Micros) -> Result<(), AppError> {
        let is_noted = store::note_use(conn, self.id, &self.before, &self.after, now).await?;
        is_noted.then_some(()).ok_or(AppError::Refused(Refusal::CeremonyOver))
    }
}

/// Compares an answer with what was asked and with the passkey that it names, which has to belong to whom the device says, and to `to` where
/// somebody is known already.
///
/// # Errors
/// [`Refusal::PasskeyUnknown`], whatever is wrong. What nobody has is compared with a key that nobody has: it takes as long.
async fn verify(
    state: &AppState,
    here: &Here,
    progress: DiscoverableAuthentication,
    answer: &PublicKeyCredential,
    to: Option<UserId>,
) -> Result<Shown, AppError> {
    let named = answer
        .get_user_unique_id()
        .map(|handle| Uuid::from_slice(handle).ok().map(UserId::from_uuid));
    let found = store::by_credential(&mut state.db.read().await?, answer.get_credential_id()).await?;
    let known = found.filter(|found| match (named, to) {
        (Some(named), to) => named == Some(found.user) && to.is_none_or(|to| to == found.user),
        // A device that was told which passkey to use need not say whose it is.
        (None, Some(to)) => to == found.user,
        (None, None) => false,
    });
    let compared = match &known {
        Some(known) => known.passkey.clone(),
        None => nobodys(answer)?,
    };
    let result = here
        .verifier
        .finish_discoverable_authentication_v2(answer, progress, &compared);
    let user = known.as_ref().map(|known| known.user);
    match (result, known) {
        (Ok(result), Some(known)) => {
            let mut after = compared;
            after.update_credential(&result);
            Ok(Shown {
                id: known.id,
                user: known.user,
                before: known.as_read,
                after,
            })
        }
        (result, _) => {
            let at = match result {
                // Two devices may have the same key: a copy was made.
                Err(WebauthnError::CredentialPossibleCompromise) => "passkey counter",
                _ => "passkey",
            };
            audit::note_failure(state, &here.caller, user, at);
            Err(AppError::Refused(Refusal::PasskeyUnknown))
        }
    }
}

/// A passkey of the name in `answer` to which no device can sign: its key is the base point of P-256 (SEC 2, §2.4.2), and whoever finds the
/// signature has no account by it.
fn nobodys(answer: &PublicKeyCredential) -> Result<Passkey, AppError> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let flags = answer
        .response
        .authenticator_data
        .get(FLAGS_AT)
        .copied()
        .unwrap_or_default();
    let passkey = json!({ "cred": {
        "cred_id": URL_SAFE_NO_PAD.encode(answer.get_credential_id()),
        "cred": { "type_": "ES256", "key": { "EC_EC2": {
            "curve": "SECP256R1",
            "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
            "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
        } } },
        "counter": 0,
        "transports": null,
        "user_verified": true,
        "backup_eligible": flags & BACKUP_ELIGIBLE != 0,
        "backup_state": false,
        "registration_policy": "required",
        "extensions": {},
        "attestation": { "data": "None", "metadata": "None" },
        "attestation_format": "none",
    } });
    serde_json::from_value(passkey).map_err(|error| {
        tracing::error!(%error, "a passkey of nobody's");
        AppError::Internal
    })
}
