//! A provider that people have an account with, asked who somebody is (OpenID Connect Core 1.0, the code flow with PKCE, RFC 7636).
//!
//! Promises: nothing of an answer is believed before its signature, issuer, audience, nonce and age are checked against what the provider's own
//! document and keys say; those are fetched when first needed, kept for a day, and fetched anew when a signature fits none of the keys, by one at
//! a time, and not again at once where nothing came; the client's secret, codes and tokens stand in no log.

pub mod settings;
mod transport;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier,
    CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, DiscoveryError, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, LanguageTag, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, TokenResponse as _,
};
use tokio::sync::{Mutex, MutexGuard};

use self::transport::{Failure, Transport};
use super::config::Config;
use super::http::origin::is_loopback;
use super::tokens::Token;
use crate::kernel::clock::Clock;
use crate::kernel::time::Micros;

/// The address that people come back to.
pub const CALLBACK: &str = "/auth/google/callback";
/// For how long the provider's document and keys are kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// For how long it is not asked again that has not answered.
const PAUSE: Duration = Duration::from_secs(5);
/// Core 1.0 §5.5: when somebody signed in there is told to who asks for it. Some leave `max_age`, which asks as well, aside.
const ASKED_CLAIMS: &str = r#"{"id_token":{"auth_time":{"essential":true}}}"#;

/// A client of the provider that the settings name. Cheap to clone.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

struct Inner {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    is_loopback: bool,
    transport: Transport,
    known: RwLock<Option<Known>>,
    /// Held by whoever asks. What is in it came of it last, if it was nothing.
    asking: Mutex<Option<Failed>>,
}

/// When that was known, and how it did not answer.
struct Failed {
    at: Micros,
    trouble: Trouble,
}

/// What the provider says of itself.
#[derive(Clone)]
struct Known {
    metadata: Arc<CoreProviderMetadata>,
    at: Micros,
}

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Why nobody is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The provider does not answer, or not as one.
    #[error("the provider does not answer as it should: {0}")]
    Away(String),
    /// What came cannot be believed.
    #[error("refused: {0}")]
    Refused(String),
}

/// What only this one way to the provider knows.
#[derive(Clone)]
pub struct Secrets {
    /// What the answer has to name.
    pub nonce: String,
    /// What the code is exchanged with.
    pub verifier: String,
}

impl Secrets {
    /// Fresh ones, of 256 random bits each.
    pub fn random() -> Self {
        let text = || Token::random().secret().to_owned();
        Self {
            nonce: text(),
            verifier: text(),
        }
    }
}

/// How the provider is to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// As it likes.
    Any,
    /// Which account it is.
    Account,
    /// For the password again, or what it has in its place. Not every provider does: [`Claims::signed_in_at`] says when it has.
    Again,
}

/// Whom the provider knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who vouches.
    pub issuer: String,
    /// Under which name: with the issuer, it never changes.
    pub subject: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether the provider says that it is theirs.
    pub email_verified: bool,
    /// What they are called.
    pub name: String,
    /// When they signed in there, if it says so: that they are known there shows nothing of it.
    pub signed_in_at: Option<Micros>,
}

impl Provider {
    /// The provider of the settings, if there is one. Nothing is asked yet.
    ///
    /// # Errors
    /// When there is no TLS.
    pub fn of(config: &Config) -> Result<Option<Self>, String> {
        let (Some(id), Some(secret)) = (&config.oidc_google_client_id, &config.oidc_google_client_secret) else {
            return Ok(None);
        };
        let issuer = &config.oidc_google_issuer;
        let is_loopback = is_loopback(issuer);
        Ok(Some(Self(Arc::new(Inner {
            issuer: IssuerUrl::new(issuer.clone()).map_err(|error| format!("OIDC_GOOGLE_ISSUER: {error}"))?,
            client_id: ClientId::new(id.clone()),
            client_secret: ClientSecret::new(secret.reveal().to_owned()),
            is_loopback,
            transport: Transport::new(is_loopback)?,
            known: RwLock::new(None),
            asking: Mutex::new(None),
        }))))
    }

    /// Who vouches.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Asks the provider what it says of itself. For `speakle check`, and before somebody is sent there.
    ///
    /// # Errors
    /// [`Trouble::Away`].
    pub async fn discover(&self, clock: &Clock) -> Result<(), Trouble> {
        self.metadata(clock).await.map(drop)
    }

    /// The address to send somebody to, who comes back to `redirect` with `state`.
    ///
    /// # Errors
    /// [`Trouble::Away`].
    pub async fn address(
        &self,
        state: &str,
        secrets: &Secrets,
        redirect: &str,
        prompt: Prompt,
        locale: &str,
        clock: &Clock,
    ) -> Result<String, Trouble> {
        let metadata = self.metadata(clock).await?;
        let client = self.client(&metadata, redirect)?;
        let (state, nonce) = (state.to_owned(), Nonce::new(secrets.nonce.clone()));
        let verifier = PkceCodeVerifier::new(secrets.verifier.clone());
        let request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || nonce,
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .add_ui_locale(LanguageTag::new(locale.to_owned()))
            .add_extra_param("claims", ASKED_CLAIMS)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        let request = match prompt {
            Prompt::Any => request,
            Prompt::Account => request.add_prompt(CoreAuthPrompt::SelectAccount),
            Prompt::Again => request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO),
        };
        Ok(request.url().0.to_string())
    }

    /// Exchanges the code that somebody came back with, and says whom the provider knows them as.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn exchange(
        &self,
        code: String,
        secrets: &Secrets,
        redirect: &str,
        clock: &Clock,
    ) -> Result<Claims, Trouble> {
        let metadata = self.metadata(clock).await?;
        let client = self.client(&metadata, redirect)?;
        let request = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| Trouble::Away(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier.clone()));
        let answer = request.request_async(&self.0.transport).await.map_err(of_exchange)?;
        let token = answer
            .id_token()
            .ok_or_else(|| Trouble::Refused("no id_token".to_owned()))?;
        let nonce = Nonce::new(secrets.nonce.clone());
        let claims = match self.verify(&client, token, &nonce, clock.now()) {
            // The keys may be others since they were fetched.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let turn = self.0.asking.lock().await;
                let metadata = self.ask(turn, Some(&metadata), clock).await?;
                let client = self.client(&metadata, redirect)?;
                self.verify(&client, token, &nonce, clock.now())
            }
            verified => verified,
        };
        let claims = claims.map_err(|error| Trouble::Refused(reason(&error)))?;
        self.read(&claims)
    }

    fn verify(
        &self,
        client: &Client,
        token: &CoreIdToken,
        nonce: &Nonce,
        now: Micros,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let (seconds, nanos) = now.seconds_and_nanos();
        let time = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
        // By keys that only the provider has: a signature made with the client's own secret shows nothing.
        let verifier: CoreIdTokenVerifier<'_> = client
            .id_token_verifier()
            .set_allowed_algs([
                CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
                CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            ])
            .set_time_fn(move || time.into());
        token.claims(&verifier, nonce).cloned()
    }

    fn read(&self, claims: &CoreIdTokenClaims) -> Result<Claims, Trouble> {
        // Core 1.0 §3.1.3.7: made for somebody else, whoever else may read it.
        if claims
            .authorized_party()
            .is_some_and(|party| *party != self.0.client_id)
        {
            return Err(Trouble::Refused("made for another client".to_owned()));
        }
        let name = claims.name().and_then(|name| name.get(None));
        Ok(Claims {
            issuer: claims.issuer().to_string(),
            subject: claims.subject().to_string(),
            email: claims.email().map(|email| email.to_string()),
            email_verified: claims.email_verified().unwrap_or(false),
            name: name.map(|name| name.to_string()).unwrap_or_default(),
            signed_in_at: claims.auth_time().map(|at| Micros::from_millis(at.timestamp_millis())),
        })
    }

    fn client(&self, metadata: &CoreProviderMetadata, redirect: &str) -> Result<Client, Trouble> {
        let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|error| Trouble::Away(error.to_string()))?;
        let (id, secret) = (self.0.client_id.clone(), self.0.client_secret.clone());
        Ok(CoreClient::from_provider_metadata(metadata.clone(), id, Some(secret)).set_redirect_uri(redirect))
    }

    /// What the provider says of itself, as it was fetched within a day; an older one while it does not answer, or another asks.
    async fn metadata(&self, clock: &Clock) -> Result<Arc<CoreProviderMetadata>, Trouble> {
        let Some(known) = self.known() else {
            return self.ask(self.0.asking.lock().await, None, clock).await;
        };
        if clock.now().since(known.at) < KEPT {
            return Ok(known.metadata);
        }
        let Ok(turn) = self.0.asking.try_lock() else {
            return Ok(known.metadata);
        };
        Ok(self
            .ask(turn, Some(&known.metadata), clock)
            .await
            .unwrap_or_else(|trouble| {
                tracing::warn!(%trouble, "what the provider said before counts on");
                known.metadata
            }))
    }

    fn known(&self) -> Option<Known> {
        self.0.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks for what is to take the place of `before`. Whoever waited for their turn while another asked has what they were told.
    async fn ask(
        &self,
        mut turn: MutexGuard<'_, Option<Failed>>,
        before: Option<&Arc<CoreProviderMetadata>>,
        clock: &Clock,
    ) -> Result<Arc<CoreProviderMetadata>, Trouble> {
        if let Some(known) = self.known()
            && before.is_none_or(|before| !Arc::ptr_eq(before, &known.metadata))
        {
            return Ok(known.metadata);
        }
        if let Some(Failed { at, trouble }) = &*turn
            && clock.now().since(*at) < PAUSE
        {
            return Err(trouble.clone());
        }
        let fetched = self.fetch(clock).await;
        // As of the answer: one that hangs until its time is over would be asked again by each who waited, one after the other.
        *turn = fetched.as_ref().err().map(|trouble| Failed {
            at: clock.now(),
            trouble: trouble.clone(),
        });
        fetched
    }

    async fn fetch(&self, clock: &Clock) -> Result<Arc<CoreProviderMetadata>, Trouble> {
        let at = clock.now();
        let asked = CoreProviderMetadata::discover_async(self.0.issuer.clone(), &self.0.transport).await;
        let metadata = asked.map_err(|error| Trouble::Away(of_discovery(&error)))?;
        self.is_safe(&metadata)?;
        let metadata = Arc::new(metadata);
        let known = Known {
            metadata: metadata.clone(),
            at,
        };
        *self.0.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(metadata)
    }

    /// Where codes and keys go by and come from is nothing that somebody in between can read or change.
    fn is_safe(&self, metadata: &CoreProviderMetadata) -> Result<(), Trouble> {
        let token = metadata.token_endpoint().map(|endpoint| endpoint.url().scheme());
        let schemes = [
            metadata.authorization_endpoint().url().scheme(),
            metadata.jwks_uri().url().scheme(),
            token.ok_or_else(|| Trouble::Away("it names no token_endpoint".to_owned()))?,
        ];
        if self.0.is_loopback || schemes == ["https"; 3] {
            Ok(())
        } else {
            Err(Trouble::Away("it names addresses without https".to_owned()))
        }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({})", self.issuer())
    }
}

fn of_discovery(error: &DiscoveryError<Failure>) -> String {
    match error {
        DiscoveryError::Request(failure) => failure.to_string(),
        DiscoveryError::Response(status, ..) => format!("it answers {status}"),
        DiscoveryError::Validation(words) => words.clone(),
        error => error.to_string(),
    }
}

/// The answer itself is not told: there may be tokens in it.
fn of_exchange<T>(error: RequestTokenError<Failure, T>) -> Trouble
where
    T: openidconnect::ErrorResponse + fmt::Display + 'static,
{
    match error {
        RequestTokenError::Request(failure) => Trouble::Away(failure.to_string()),
        RequestTokenError::ServerResponse(answer) => Trouble::Refused(format!("the code: {answer}")),
        RequestTokenError::Parse(..) => Trouble::Refused("an answer that cannot be read".to_owned()),
        RequestTokenError::Other(words) => Trouble::Refused(words),
    }
}

fn reason(error: &ClaimsVerificationError) -> String {
    match error {
        ClaimsVerificationError::SignatureVerification(cause) => format!("{error}: {cause}"),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::http::StatusCode;
    use serde_json::json;
    use tokio::net::TcpListener;
    use tokio::sync::Semaphore;

    use super::*;

    /// Longer than the pause.
    const SLOW: Duration = Duration::from_secs(8);

    /// A provider that gives no document, and takes long to say so.
    struct Away {
        provider: Provider,
        clock: Clock,
        /// How often it was asked.
        asked: Arc<AtomicUsize>,
        /// Each answer takes one.
        answers: Arc<Semaphore>,
    }

    impl Away {
        async fn new() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let issuer = format!("http://{}", listener.local_addr().unwrap());
            let clock = Clock::manual(Micros::from_millis(1_777_885_200_000));
            let (asked, answers) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
            let (time, counted, given) = (clock.clone(), asked.clone(), answers.clone());
            let answer = move || {
                let (time, given) = (time.clone(), given.clone());
                counted.fetch_add(1, Ordering::SeqCst);
                async move {
                    given.acquire().await.unwrap().forget();
                    time.advance(SLOW);
                    StatusCode::SERVICE_UNAVAILABLE
                }
            };
            tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
            let inner = Inner {
                issuer: IssuerUrl::new(issuer).unwrap(),
                client_id: ClientId::new("tests".to_owned()),
                client_secret: ClientSecret::new("of-tests".to_owned()),
                is_loopback: true,
                transport: Transport::new(true).unwrap(),
                known: RwLock::new(None),
                asking: Mutex::new(None),
            };
            Self {
                provider: Provider(Arc::new(inner)),
                clock,
                asked,
                answers,
            }
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::SeqCst)
        }

        /// A document of long ago.
        fn knows_an_old_one(&self) {
            let issuer = self.provider.issuer();
            let document = json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/auth"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/jwks"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            });
            *self.provider.0.known.write().unwrap() = Some(Known {
                metadata: Arc::new(serde_json::from_value(document).unwrap()),
                at: self.clock.now(),
            });
            self.clock.advance(KEPT);
        }
    }

    #[tokio::test]
    async fn one_asks_at_a_time_and_not_at_once_again() {
        let away = Away::new().await;
        // More than are wanted: whoever asks again has an answer, and is counted.
        away.answers.add_permits(100);
        let all = futures::future::join_all((0..10).map(|_| away.provider.discover(&away.clock))).await;
        assert!(
            all.iter().all(|answer| matches!(answer, Err(Trouble::Away(_)))),
            "{all:?}"
        );
        assert_eq!(away.asked(), 1);
        away.clock.advance(PAUSE);
        away.provider.discover(&away.clock).await.unwrap_err();
        assert_eq!(away.asked(), 2);
    }

    #[tokio::test]
    async fn nobody_waits_for_it_while_an_old_document_is_known() {
        let away = Away::new().await;
        away.knows_an_old_one();
        let first = {
            let (provider, clock) = (away.provider.clone(), away.clock.clone());
            tokio::spawn(async move { provider.discover(&clock).await })
        };
        let is_asked = async {
            while away.asked() == 0 {
                tokio::task::yield_now().await;
            }
        };
        let asked = tokio::time::timeout(Duration::from_secs(60), is_asked).await;
        assert!(asked.is_ok(), "nobody asks");
        // It has not answered, and will not before these have gone on.
        for _ in 0..9 {
            away.provider.discover(&away.clock).await.unwrap();
        }
        away.answers.add_permits(100);
        first.await.unwrap().unwrap();
        // In the pause as well.
        away.provider.discover(&away.clock).await.unwrap();
        assert_eq!(away.asked(), 1);
    }
}
