//! What is written down of what happens to an account ([`crate::server::audit`]).

use futures::FutureExt as _;
use serde_json::{Value, json};
use tracing::Instrument as _;

use super::service::Caller;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::audit::{self, Entry};
use crate::server::db::{Conn, StoreError};
use crate::server::state::AppState;

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happening {
    /// A session began.
    SignedIn,
    /// A password did not fit, or the name is nobody's.
    SignInFailed,
    /// A session ended by its own browser.
    SignedOut,
    /// A session was ended: from another one, or by a sign-in that took its place.
    SessionEnded,
    /// There is another password, by somebody who knew the one before or who has the account's mail.
    PasswordChanged,
    /// The address has shown to be the person's.
    EmailConfirmed,
    /// The person showed again who they are.
    Confirmed,
    /// There is another address.
    EmailChanged,
    /// The second factor is asked for from now on.
    SecondFactorOn,
    /// It is not any more.
    SecondFactorOff,
    /// There are other recovery codes.
    RecoveryCodesMade,
    /// One of them was used in place of a code.
    RecoveryCodeUsed,
    /// An account elsewhere signs in as well.
    IdentityLinked,
    /// It does not any more.
    IdentityRemoved,
    /// A passkey signs in as well.
    PasskeyAdded,
    /// It does not any more.
    PasskeyRemoved,
    /// The person has another role.
    RoleChanged,
    /// The person wants all of theirs as a file.
    DataAsked,
    /// It was fetched.
    DataFetched,
    /// The account is to be deleted.
    DeletionAsked,
    /// It is not any more.
    DeletionTakenBack,
}

impl Happening {
    const fn kind(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::SessionEnded => "session_ended",
            Self::PasswordChanged => "password_changed",
            Self::EmailConfirmed => "email_confirmed",
            Self::Confirmed => "confirmed",
            Self::EmailChanged => "email_changed",
            Self::SecondFactorOn => "second_factor_on",
            Self::SecondFactorOff => "second_factor_off",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::IdentityLinked => "identity_linked",
            Self::IdentityRemoved => "identity_removed",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::RoleChanged => "role_changed",
            Self::DataAsked => "data_asked",
            Self::DataFetched => "data_fetched",
            Self::DeletionAsked => "deletion_asked",
            Self::DeletionTakenBack => "deletion_taken_back",
        }
    }
}

/// Writes down what happened to `user`, in the transaction of it.
pub(super) async fn note(
    conn: &mut Conn,
    user: UserId,
    what: Happening,
    caller: &Caller,
    detail: Value,
    now: Micros,
) -> Result<(), StoreError> {
    audit::note(conn, entry(Some(user), what, caller, detail), now).await
}

/// Writes down that somebody was kept out, `at` the place where a password is asked for. Nobody waits for it: the answer takes the same time
/// for a name that somebody has and for one that nobody has.
pub(super) fn note_failure(state: &AppState, caller: &Caller, user: Option<UserId>, at: &'static str) {
    let (state, caller, now) = (state.clone(), caller.clone(), state.clock.now());
    let work = async move {
        let noted = state.db.transaction(move |conn| {
            async move {
                let entry = entry(user, Happening::SignInFailed, &caller, json!({ "at": at }));
                audit::note(conn, entry, now).await
            }
            .boxed()
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, "a failed sign-in is not written down");
        }
    };
    tokio::spawn(work.in_current_span());
}

fn entry(user: Option<UserId>, what: Happening, caller: &Caller, detail: Value) -> Entry<'_> {
    Entry {
        user,
        kind: what.kind(),
        address: caller.address,
        user_agent: &caller.user_agent,
        detail,
    }
}
