//! Somebody who has come and is not known yet: a new account, or the one that has their address.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::coming::{Linking, keep};
use crate::accounts::admission::{self, Admission, Admitted, Way};
use crate::accounts::audit;
use crate::accounts::identities::letters::{self, News};
use crate::accounts::identities::model::{Becoming, Offered, usernames};
use crate::accounts::identities::store::{self, Offer};
use crate::accounts::model::{Email, Username};
use crate::accounts::new_device::NewDeviceListener;
use crate::accounts::second_factor::{Asker, Presented, check_code, present};
use crate::accounts::service::{self, Caller, FirstPreferences, Newcomer};
use crate::accounts::store as accounts;
use crate::accounts::store::attempts::has_second_factor;
use crate::accounts::store::sessions::{has_password, lock};
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Problem, Problems, Refusal};
use crate::kernel::id::UserId;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// What waits for this browser, which keeps `token` of it; `None` if nothing does.
///
/// # Errors
/// When the database does not answer.
pub async fn offered(state: &AppState, token: Option<Token>) -> Result<Option<Offered>, AppError> {
    let Some(token) = token else { return Ok(None) };
    let mut conn = state.db.read().await?;
    let Some(offer) = store::offer(&mut conn, &token.hash(), state.clock.now()).await? else {
        return Ok(None);
    };
    let account = accounts::credentials(&mut conn, &offer.email.to_lowercase()).await?;
    let becomes = match account {
        Some(account) => Becoming::Linked {
            asks_code: has_second_factor(&mut conn, account.id).await?,
        },
        None => Becoming::NewAccount {
            username: free_username(&mut conn, &offer).await?,
        },
    };
    Ok(Some(Offered {
        email: offer.email,
        becomes,
    }))
}

/// One that nobody has; empty if those that suggest themselves are all taken.
async fn free_username(conn: &mut Conn, offer: &Offer) -> Result<String, AppError> {
    for candidate in usernames(&offer.name) {
        let Ok(username) = Username::parse(&candidate) else {
            continue;
        };
        let (is_taken, _) = accounts::taken(conn, &username.key(), "").await?;
        if !is_taken {
            return Ok(candidate);
        }
    }
    Ok(String::new())
}

/// A new account without a password.
pub struct Entry {
    /// Its name.
    pub username: Username,
    /// How its person wants the interface.
    pub first: FirstPreferences,
    /// Where the request comes from.
    pub caller: Caller,
}

/// Makes the account of the offer that the browser keeps `token` of, in one transaction with what `also` adds (the profile), and signs the person
/// in. Answers the session cookie's token and where they wanted to go.
///
/// # Errors
/// [`Refusal::OfferOver`]; [`Problem::Taken`] when somebody has the name; [`Refusal::EmailHasAccount`] when somebody has the address by now.
pub async fn create<F>(
    state: &AppState,
    token: Option<Token>,
    entry: Entry,
    also: F,
) -> Result<(Token, Option<String>), AppError>
where
    F: for<'c> FnOnce(&'c mut Conn, UserId) -> BoxFuture<'c, Result<(), AppError>> + Send + 'static,
{
    let offer_hash = token.ok_or(AppError::Refused(Refusal::OfferOver))?.hash();
    let (now, session, state_here) = (state.clock.now(), Token::random(), state.clone());
    let (id, secret) = (UserId::new_at(now), session.clone());
    let (opened, next) = state
        .db
        .transaction(move |conn| {
            async move {
                let offer = store::take_offer(conn, &offer_hash, now).await?;
                let offer = offer.ok_or(AppError::Refused(Refusal::OfferOver))?;
                let email = Email::parse(&offer.email).map_err(|problem| AppError::field("email", problem))?;
                let Entry {
                    username,
                    first,
                    caller,
                } = entry;
                let newcomer = Newcomer {
                    id,
                    username,
                    email: email.clone(),
                    password_hash: String::new(),
                    email_verified_at: offer.email_verified.then_some(now),
                    first,
                };
                let opened = service::settle(conn, &state_here, newcomer, &secret, &caller, also, now).await;
                let opened = opened.map_err(address_is_taken)?;
                let new = Linking {
                    user: id,
                    issuer: &offer.issuer,
                    subject: &offer.subject,
                    email: &email,
                    email_verified: offer.email_verified,
                };
                keep(conn, &new, &caller, now).await?;
                Ok::<_, AppError>((opened, offer.next))
            }
            .boxed()
        })
        .await?;
    opened.announce(state, id);
    tracing::info!(user = %id, "account created, by an account elsewhere");
    Ok((session, next))
}

/// The address is no field of that form.
fn address_is_taken(error: AppError) -> AppError {
    match error {
        error if error == AppError::field("email", Problem::Taken) => AppError::Refused(Refusal::EmailHasAccount),
        error => error,
    }
}

/// What was typed to link an offer.
pub struct Typed {
    /// The password of the account that has the address.
    pub password: String,
    /// The code, where a second factor is on.
    pub code: String,
}

/// What came of it, before the commit; whatever it is has to be committed.
enum Linked {
    Done(Admitted, Option<String>),
    WrongCode,
}

/// Links the offer that the browser keeps `token` of to the account that has its address, after the password of it, and signs the person in.
/// Answers how far, and where they wanted to go.
///
/// # Errors
/// [`Problem::WrongPassword`], also where the account has none; [`Problem::WrongCode`]; [`Refusal::OfferOver`]; [`Refusal::IdentityOfOther`];
/// [`Refusal::TooManyIdentities`]; [`AppError::Limited`] together with tries to sign in; [`AppError::Busy`].
pub async fn link(
    state: &AppState,
    token: Option<Token>,
    typed: Typed,
    caller: Caller,
    listener: Arc<dyn NewDeviceListener>,
    language: Locale,
) -> Result<(Admission, Option<String>), AppError> {
    let over = || AppError::Refused(Refusal::OfferOver);
    let (now, token) = (state.clock.now(), token.ok_or_else(over)?);
    let mut conn = state.db.read().await?;
    let offer = store::offer(&mut conn, &token.hash(), now).await?.ok_or_else(over)?;
    let account = accounts::credentials(&mut conn, &offer.email.to_lowercase()).await?;
    // Without a word of the provider for the address it was never offered.
    let account = account.filter(|_| offer.email_verified).ok_or_else(over)?;
    let (user, hash) = (account.id, account.password_hash);
    let asks_code = has_second_factor(&mut conn, user).await?;
    drop(conn);
    let Typed { password, code } = typed;
    let mut problems = Problems::new();
    for (field, is_missing) in [
        ("password", password.is_empty()),
        ("code", asks_code && code.trim().is_empty()),
    ] {
        if is_missing {
            problems.add(field, Problem::Required);
        }
    }
    if !problems.is_empty() {
        return Err(problems.into_error());
    }
    state.limits.check_address(Limit::SignIn, caller.address)?;
    state.limits.check(Limit::SignIn, &format!("person {user}"))?;
    let known = Some(hash.clone()).filter(|hash| !hash.is_empty());
    if !state.passwords.verify(password, known).await? {
        audit::note_failure(state, &caller, Some(user), "linking");
        return Err(AppError::field("password", Problem::WrongPassword));
    }
    let code = match asks_code {
        true => present(state, user, &code).await?,
        false => Presented::Nothing,
    };
    let (state_here, caller_here, offer_hash) = (state.clone(), caller.clone(), token.hash());
    let linked = state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, user).await?;
                // Changed meanwhile, it opens nothing any more.
                if !has_password(conn, user, &hash).await? {
                    return Err(AppError::field("password", Problem::WrongPassword));
                }
                if has_second_factor(conn, user).await? {
                    let asker = Asker {
                        state: &state_here,
                        caller: &caller,
                        language,
                    };
                    if !check_code(conn, user, &code, &asker, now).await? {
                        return Ok(Linked::WrongCode);
                    }
                }
                let offer = store::take_offer(conn, &offer_hash, now).await?;
                let offer = offer.ok_or(AppError::Refused(Refusal::OfferOver))?;
                let email = Email::parse(&offer.email).map_err(|problem| AppError::field("email", problem))?;
                let new = Linking {
                    user,
                    issuer: &offer.issuer,
                    subject: &offer.subject,
                    email: &email,
                    email_verified: offer.email_verified,
                };
                keep(conn, &new, &caller, now).await?;
                letters::tell(conn, &state_here, user, News::Linked, email.as_str(), language, now).await?;
                let way = Way::Password { hash };
                let admitted = admission::sign_in(conn, user, &way, &caller, &*listener, now).await?;
                Ok(Linked::Done(admitted, offer.next))
            }
            .boxed()
        })
        .await?;
    match linked {
        Linked::Done(admitted, next) => Ok((admitted.announce(state), next)),
        Linked::WrongCode => {
            audit::note_failure(state, &caller_here, Some(user), "linking");
            Err(AppError::field("code", Problem::WrongCode))
        }
    }
}
