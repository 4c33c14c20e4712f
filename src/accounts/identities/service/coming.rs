//! Somebody comes back from the provider: what comes of it.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use serde_json::json;

use super::{provider, refused};
use crate::accounts::admission::{self, Admission, Way};
use crate::accounts::audit::{self, Happening};
use crate::accounts::confirm;
use crate::accounts::identities::letters::{self, News};
use crate::accounts::identities::model::{IDENTITIES_MAX, IdentityId, Purpose};
use crate::accounts::identities::store::{self, Attempt, NewIdentity};
use crate::accounts::model::{Email, SessionId, Viewer};
use crate::accounts::new_device::NewDeviceListener;
use crate::accounts::recent::{self, RECENT};
use crate::accounts::service::Caller;
use crate::accounts::store::sessions::{lock, own_account};
use crate::accounts::{store as accounts, token_store, verification};
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::query::Query;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::openid::Claims;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// For how long the rest of a registration, or a password, is waited for.
pub const OFFER_AGE: Duration = Duration::from_secs(15 * 60);
/// By how much the clocks of two machines may differ.
const SKEW: Duration = Duration::from_secs(60);

/// A browser that comes back.
pub struct Return {
    /// What the provider says, as a query.
    pub query: Query,
    /// What the browser keeps of the ways that it has begun.
    pub browser: Option<Token>,
    /// Where it was to come back to.
    pub redirect: String,
    /// Who is signed in there.
    pub viewer: Option<Viewer>,
    /// Where the request comes from.
    pub caller: Caller,
    /// The language of the page, for people who have chosen none.
    pub language: Locale,
}

/// What comes of it.
pub enum Arrival {
    /// Somebody who is known comes in.
    Known {
        /// How far.
        admission: Admission,
        /// Where to.
        next: Option<String>,
    },
    /// Somebody who is not: a new account, or one that has their address.
    Unknown {
        /// What the browser keeps of the offer.
        offer: Token,
        /// Whether there is an account with the address.
        has_account: bool,
    },
    /// It signs in as well from now on.
    Linked {
        /// The page that it began at.
        page: String,
    },
    /// The person has shown again who they are.
    Confirmed {
        /// Of the session's new cookie.
        token: Token,
        /// Where to.
        next: Option<String>,
    },
}

/// Nothing comes of it.
pub struct Failure {
    /// The page that says so: the one that it began at, if it did.
    pub page: Option<String>,
    /// Why.
    pub error: AppError,
}

/// Uses the attempt up that the browser comes back from, and does what it was for.
///
/// # Errors
/// What the provider or the browser says does not hold, or what it was for cannot be done; nothing has changed then.
pub async fn arrive(state: &AppState, came: Return, listener: Arc<dyn NewDeviceListener>) -> Result<Arrival, Failure> {
    let attempt = begun(state, &came).await;
    let attempt = attempt.map_err(|error| Failure { page: None, error })?;
    let page = Some(attempt.page.clone());
    let arrival = go_on(state, came, attempt, listener).await;
    arrival.map_err(|error| Failure { page, error })
}

/// What this browser has begun, and comes back from for the first time.
async fn begun(state: &AppState, came: &Return) -> Result<Attempt, AppError> {
    let failed = AppError::Refused(Refusal::ProviderFailed);
    provider(state)?;
    state.limits.check_address(Limit::Link, came.caller.address)?;
    let (Some(named), Some(browser)) = (came.query.get("state").and_then(Token::parse), &came.browser) else {
        return Err(failed);
    };
    let (named, browser, now) = (named.hash(), browser.hash(), state.clock.now());
    let taken = state
        .db
        .transaction(move |conn| async move { store::take_attempt(conn, &named, &browser, now).await }.boxed());
    taken.await?.ok_or(failed)
}

async fn go_on(
    state: &AppState,
    came: Return,
    attempt: Attempt,
    listener: Arc<dyn NewDeviceListener>,
) -> Result<Arrival, AppError> {
    // Another session than the one that it began in is perhaps another person.
    if attempt.session.is_some() {
        if attempt.session != came.caller.any_session() {
            return Err(AppError::Refused(Refusal::ProviderFailed));
        }
        came.caller.own_session()?;
    }
    let claims = identify(state, &came, &attempt).await?;
    match (attempt.purpose, attempt.session, came.viewer) {
        (Purpose::SignIn, ..) => sign_in(state, claims, came.caller, attempt.next, listener).await,
        (Purpose::Link, Some(_), Some(viewer)) => {
            link(state, viewer.id, claims, came.caller, came.language).await?;
            Ok(Arrival::Linked { page: attempt.page })
        }
        (Purpose::Confirm, Some(session), Some(viewer)) => {
            let Some(shown_at) = shown_at(&claims, state.clock.now()) else {
                return Err(AppError::Refused(Refusal::ProviderNotRecent));
            };
            let whose = (viewer.id, session);
            let token = confirm(state, whose, claims, shown_at, came.caller).await?;
            let next = attempt.next;
            Ok(Arrival::Confirmed { token, next })
        }
        _ => Err(AppError::SignedOut),
    }
}

/// When they have signed in there, if that was just now. Who is known there without a word of when may have been for weeks, by whoever sits at the
/// device.
fn shown_at(claims: &Claims, now: Micros) -> Option<Micros> {
    let at = claims.signed_in_at?;
    (now.since(at) <= RECENT && at <= now.plus(SKEW)).then(|| at.min(now))
}

/// Whom the provider knows.
async fn identify(state: &AppState, came: &Return, attempt: &Attempt) -> Result<Claims, AppError> {
    let provider = provider(state)?;
    let failed = Err(AppError::Refused(Refusal::ProviderFailed));
    // RFC 9207: an answer of another server than the one that was asked.
    if came.query.get("iss").is_some_and(|issuer| issuer != provider.issuer()) {
        return failed;
    }
    match (came.query.get("error"), came.query.get("code")) {
        (Some("access_denied"), _) => Err(AppError::Refused(Refusal::ProviderDenied)),
        (None, Some(code)) => {
            let redirect = came.redirect.as_str();
            let claims = provider
                .exchange(code.to_owned(), &attempt.secrets, redirect, &state.clock)
                .await;
            claims.map_err(|trouble| refused(&trouble))
        }
        _ => failed,
    }
}

async fn sign_in(
    state: &AppState,
    claims: Claims,
    caller: Caller,
    next: Option<String>,
    listener: Arc<dyn NewDeviceListener>,
) -> Result<Arrival, AppError> {
    let now = state.clock.now();
    let known = store::find(&mut state.db.read().await?, &claims.issuer, &claims.subject).await?;
    let Some((identity, user)) = known else {
        return offer(state, claims, next).await;
    };
    let email = address(&claims).ok();
    // What is left of the quarter of an hour over there is what is left here.
    let shown_at = shown_at(&claims, now).unwrap_or_else(|| recent::long_ago(now));
    let admitted = state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, user).await?;
                if let Some(email) = email {
                    store::set_email(conn, identity, email.as_str()).await?;
                }
                let way = Way::Identity { id: identity, shown_at };
                admission::admit_in(conn, user, &way, &caller, &*listener, now).await
            }
            .boxed()
        })
        .await?;
    let admission = admitted.announce(state);
    Ok(Arrival::Known { admission, next })
}

/// Somebody who is not known: what is known of them waits for the rest.
async fn offer(state: &AppState, claims: Claims, next: Option<String>) -> Result<Arrival, AppError> {
    let email = address(&claims)?;
    let (_, has_account) = accounts::taken(&mut state.db.read().await?, "", &email.key()).await?;
    // What nobody vouches for does not lead to an account, not even to the question for its password.
    if has_account && !claims.email_verified {
        return Err(AppError::Refused(Refusal::EmailHasAccount));
    }
    let (token, now) = (Token::random(), state.clock.now());
    let hash = token.hash();
    state
        .db
        .transaction(move |conn| {
            async move {
                let expires_at = now.plus(OFFER_AGE);
                store::insert_offer(conn, hash, &claims, email.as_str(), next.as_deref(), expires_at).await
            }
            .boxed()
        })
        .await?;
    Ok(Arrival::Unknown {
        offer: token,
        has_account,
    })
}

fn address(claims: &Claims) -> Result<Email, AppError> {
    let without = AppError::Refused(Refusal::IdentityWithoutEmail);
    let email = claims.email.as_deref().ok_or_else(|| without.clone())?;
    Email::parse(email).map_err(|_| without)
}

async fn link(
    state: &AppState,
    user: UserId,
    claims: Claims,
    caller: Caller,
    language: Locale,
) -> Result<(), AppError> {
    let (now, state_here) = (state.clock.now(), state.clone());
    let email = address(&claims)?;
    state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, user).await?;
                recent::require_in(conn, caller.session, now).await?;
                match store::find(conn, &claims.issuer, &claims.subject).await? {
                    // Nothing to do, and nothing to tell.
                    Some((_, owner)) if owner == user => Ok(()),
                    Some(_) => Err(AppError::Refused(Refusal::IdentityOfOther)),
                    None => {
                        let new = Linking {
                            user,
                            issuer: &claims.issuer,
                            subject: &claims.subject,
                            email: &email,
                            email_verified: claims.email_verified,
                        };
                        keep(conn, &new, &caller, now).await?;
                        letters::tell(conn, &state_here, user, News::Linked, email.as_str(), language, now).await
                    }
                }
            }
            .boxed()
        })
        .await
}

/// An account elsewhere that becomes somebody's.
pub(super) struct Linking<'a> {
    pub(super) user: UserId,
    pub(super) issuer: &'a str,
    pub(super) subject: &'a str,
    pub(super) email: &'a Email,
    pub(super) email_verified: bool,
}

/// Keeps it, and writes it down, in a transaction that holds the person's lock. Where the provider vouches for the address that the person has
/// here, that is confirmed by it, and the account known to be theirs.
///
/// # Errors
/// [`Refusal::IdentityOfOther`]; [`Refusal::TooManyIdentities`].
pub(super) async fn keep(conn: &mut Conn, new: &Linking<'_>, caller: &Caller, now: Micros) -> Result<(), AppError> {
    if store::of_user(conn, new.user).await?.len() >= IDENTITIES_MAX {
        return Err(AppError::Refused(Refusal::TooManyIdentities));
    }
    let id = IdentityId::new_at(now);
    let row = NewIdentity {
        id,
        user: new.user,
        issuer: new.issuer,
        subject: new.subject,
        email: new.email.as_str(),
    };
    store::insert(conn, &row, now).await.map_err(|error| {
        if error.violates("identity_issuer") {
            AppError::Refused(Refusal::IdentityOfOther)
        } else {
            error.into()
        }
    })?;
    let detail = json!({ "identity": id, "issuer": new.issuer });
    audit::note(conn, new.user, Happening::IdentityLinked, caller, detail, now).await?;
    let account = own_account(conn, new.user).await?;
    let is_same = account.is_some_and(|account| account.email.to_lowercase() == new.email.key());
    if is_same && new.email_verified {
        verification::note_confirmed(conn, new.user, caller, now).await?;
        token_store::set_owned(conn, new.user, now).await?;
    }
    Ok(())
}

async fn confirm(
    state: &AppState,
    (user, session): (UserId, SessionId),
    claims: Claims,
    shown_at: Micros,
    caller: Caller,
) -> Result<Token, AppError> {
    let now = state.clock.now();
    let token = state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, user).await?;
                let known = store::find(conn, &claims.issuer, &claims.subject).await?;
                let own = known.filter(|(_, owner)| *owner == user);
                let (id, _) = own.ok_or(AppError::Refused(Refusal::IdentityUnknown))?;
                let way = Way::Identity { id, shown_at };
                confirm::confirmed(conn, session, &caller, way.name(), shown_at, now).await
            }
            .boxed()
        })
        .await?;
    confirm::announce(state, session);
    Ok(token)
}
