//! Use cases of accounts elsewhere: a person's own, and the way to the provider. What comes of it is in [`coming`] and [`entering`].

use std::time::Duration;

use futures::FutureExt as _;
use leptos_i18n::Locale as _;
use serde_json::json;

use super::letters::{self, News};
use super::model::{IdentityId, IdentityView, Purpose};
use super::store::{self, NewAttempt};
use crate::accounts::audit::{self, Happening};
use crate::accounts::model::Viewer;
use crate::accounts::recent;
use crate::accounts::second_factor::{Asker, check_code, present};
use crate::accounts::service::Caller;
use crate::accounts::store::attempts::has_second_factor;
use crate::accounts::store::sessions::lock;
use crate::accounts::ways_in::ways_in;
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Problem, Refusal};
use crate::server::http::origin::is_local_path;
use crate::server::limits::Limit;
use crate::server::openid::{Prompt, Provider, Secrets, Trouble};
use crate::server::state::AppState;
use crate::server::tokens::Token;

pub mod coming;
pub mod entering;

/// For how long somebody may be away at the provider.
pub const ATTEMPT_AGE: Duration = Duration::from_secs(10 * 60);

/// A person's own, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn own(state: &AppState, viewer: &Viewer) -> Result<Vec<IdentityView>, AppError> {
    let kept = store::of_user(&mut state.db.read().await?, viewer.id).await?;
    let view = |kept: store::Kept| IdentityView {
        id: kept.id,
        email: kept.email,
        since: state.clock.local(kept.created_at, &viewer.time_zone),
    };
    Ok(kept.into_iter().map(view).collect())
}

/// Takes one of the person's own away, which signs in no more. Sessions that it opened go on.
///
/// # Errors
/// [`Refusal::LastWayIn`]; [`AppError::NotFound`] for anybody else's; [`Refusal::ConfirmFirst`]; [`AppError::Limited`].
pub async fn remove(
    state: &AppState,
    viewer: &Viewer,
    caller: Caller,
    identity: IdentityId,
    language: Locale,
) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now, state_here) = (viewer.id, state.clock.now(), state.clone());
    state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, user).await?;
                recent::require_in(conn, caller.session, now).await?;
                let removed = store::delete(conn, user, identity).await?.ok_or(AppError::NotFound)?;
                if ways_in(conn, &state_here, user).await?.are_none() {
                    return Err(AppError::Refused(Refusal::LastWayIn));
                }
                let detail = json!({ "identity": identity, "issuer": removed.issuer });
                audit::note(conn, user, Happening::IdentityRemoved, &caller, detail, now).await?;
                letters::tell(conn, &state_here, user, News::Removed, &removed.email, language, now).await
            }
            .boxed()
        })
        .await
}

/// What a form that leads to the provider says.
pub struct Wish {
    /// What for.
    pub purpose: Purpose,
    /// Where to go afterwards.
    pub next: Option<String>,
    /// The page that it stands on, which says what became of it.
    pub page: String,
    /// The code, where the person has a second factor and confirms.
    pub code: String,
}

/// A way to the provider that has begun.
pub struct Begun {
    /// What names it, on the way there and back.
    pub state: Token,
    /// What the browser keeps, which no other has.
    pub browser: Token,
}

/// Begins a way to the provider. `browser` is what the browser keeps of others: its tabs may each be on one.
///
/// # Errors
/// [`AppError::NotFound`] without a provider; [`Refusal::ProviderAway`]; [`Refusal::ConfirmFirst`] to link; [`Problem::WrongCode`] to confirm with a
/// second factor; [`AppError::SignedOut`] for both without a session; [`AppError::Limited`].
pub async fn start(
    state: &AppState,
    viewer: Option<&Viewer>,
    caller: Caller,
    browser: Option<Token>,
    wish: Wish,
    language: Locale,
) -> Result<Begun, AppError> {
    let provider = provider(state)?;
    let session = match wish.purpose {
        Purpose::SignIn => None,
        Purpose::Link => {
            viewer.ok_or(AppError::SignedOut)?;
            Some(recent::require(state, caller.session).await?)
        }
        Purpose::Confirm => Some(caller.own_session()?),
    };
    state.limits.check_address(Limit::SignIn, caller.address)?;
    provider
        .discover(&state.clock)
        .await
        .map_err(|trouble| refused(&trouble))?;
    if wish.purpose == Purpose::Confirm {
        let viewer = viewer.ok_or(AppError::SignedOut)?;
        take_code(state, viewer, &caller, &wish.code, language).await?;
    }
    // One that is on no way now may have been put there by somebody else.
    let browser = match browser {
        Some(browser) if is_on_a_way(state, &browser).await => browser,
        _ => Token::random(),
    };
    let begun = Begun {
        state: Token::random(),
        browser,
    };
    let attempt = NewAttempt {
        state_hash: begun.state.hash(),
        browser_hash: begun.browser.hash(),
        secrets: Secrets::random(),
        purpose: wish.purpose,
        session,
        page: wish.page,
        // What a form of ours says is on this site: whatever else it says is not kept.
        next: wish.next.filter(|next| is_local_path(next)),
    };
    let now = state.clock.now();
    state
        .db
        .transaction(move |conn| {
            async move { store::insert_attempt(conn, &attempt, now, now.plus(ATTEMPT_AGE)).await }.boxed()
        })
        .await?;
    Ok(begun)
}

/// Who has a second factor shows it before they go: at the provider they would show one thing only.
async fn take_code(
    state: &AppState,
    viewer: &Viewer,
    caller: &Caller,
    code: &str,
    language: Locale,
) -> Result<(), AppError> {
    let user = viewer.id;
    if !has_second_factor(&mut state.db.read().await?, user).await? {
        return Ok(());
    }
    if code.trim().is_empty() {
        return Err(AppError::field("code", Problem::Required));
    }
    state.limits.check(Limit::SignIn, &format!("person {user}"))?;
    let code = present(state, user, code).await?;
    let (now, state_here, caller_here) = (state.clock.now(), state.clone(), caller.clone());
    let fits = state
        .db
        .transaction(move |conn| {
            async move {
                let asker = Asker {
                    state: &state_here,
                    caller: &caller_here,
                    language,
                };
                check_code(conn, user, &code, &asker, now).await
            }
            .boxed()
        })
        .await?;
    if fits {
        return Ok(());
    }
    audit::note_failure(state, caller, Some(user), "confirmation");
    Err(AppError::field("code", Problem::WrongCode))
}

/// The provider's address for the way that `begun` names, back to `redirect`.
///
/// # Errors
/// [`Refusal::ProviderFailed`] for a way that this browser has not begun, or too long ago; [`Refusal::ProviderAway`].
pub async fn lead_on(state: &AppState, begun: &Begun, redirect: &str, language: Locale) -> Result<String, AppError> {
    let (provider, now) = (provider(state)?, state.clock.now());
    let mut conn = state.db.read().await?;
    let attempt = store::attempt(&mut conn, &begun.state.hash(), &begun.browser.hash(), now).await?;
    drop(conn);
    let attempt = attempt.ok_or(AppError::Refused(Refusal::ProviderFailed))?;
    let prompt = match attempt.purpose {
        Purpose::SignIn => Prompt::Any,
        // Whoever links a second one is signed in there with the first.
        Purpose::Link => Prompt::Account,
        Purpose::Confirm => Prompt::Again,
    };
    let secret = begun.state.secret();
    let address = provider
        .address(
            secret,
            &attempt.secrets,
            redirect,
            prompt,
            language.as_str(),
            &state.clock,
        )
        .await;
    address.map_err(|trouble| refused(&trouble))
}

/// Whether the browser that keeps `browser` is on a way that has begun. Where that cannot be known it may be.
pub(super) async fn is_on_a_way(state: &AppState, browser: &Token) -> bool {
    let has_attempt = async {
        let mut conn = state.db.read().await?;
        store::has_attempt(&mut conn, &browser.hash(), state.clock.now()).await
    };
    has_attempt.await.unwrap_or(true)
}

fn provider(state: &AppState) -> Result<&Provider, AppError> {
    state.google.as_ref().ok_or(AppError::NotFound)
}

/// What a person reads of it; the log has the reason.
fn refused(trouble: &Trouble) -> AppError {
    tracing::warn!(%trouble, "sign-in elsewhere");
    AppError::Refused(match trouble {
        Trouble::Away(_) => Refusal::ProviderAway,
        Trouble::Refused(_) => Refusal::ProviderFailed,
    })
}
