//! How the provider is asked: no redirect is followed, and an answer has a size and a time.
//!
//! The guard of `server::outgoing` is for addresses that people name. This one is named by whoever runs the installation, who may well mean a
//! provider of their own network.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::http::response::Builder;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Client, Request, redirect};

/// How long a connection may take, and everything together.
const CONNECT: Duration = Duration::from_secs(3);
const TIME: Duration = Duration::from_secs(8);
/// Bytes of an answer. Documents and keys of providers have a few kilobytes.
const ANSWER: usize = 256 * 1024;

/// Sends requests to the provider.
pub(super) struct Transport(Client);

/// Why nothing came back. Names no address: codes stand in them.
#[derive(Debug)]
pub(super) struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// What lies at the bottom says most.
    fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Self(cause.to_string())
    }
}

impl Transport {
    /// # Errors
    /// When there is no TLS.
    pub(super) fn new(is_loopback: bool) -> Result<Self, String> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .user_agent("Speakle")
            .connect_timeout(CONNECT)
            .timeout(TIME);
        // No proxy knows what listens on this machine.
        let client = if is_loopback { client.no_proxy() } else { client };
        client
            .build()
            .map(Self)
            .map_err(|error| format!("requests to the provider: {error}"))
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let request = Request::try_from(request).map_err(Failure::of)?;
        let mut response = self.0.execute(request).await.map_err(Failure::of)?;
        let mut builder = Builder::new().status(response.status());
        for (name, value) in response.headers() {
            builder = builder.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(Failure::of)? {
            if body.len() + chunk.len() > ANSWER {
                return Err(Failure("the answer is too long".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        builder.body(body).map_err(|error| Failure(error.to_string()))
    }
}

impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
