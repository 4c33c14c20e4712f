//! HTTP as a browser speaks it: cookies, `Origin`, `Sec-Fetch-*`, and no redirect followed unseen.

use std::sync::Arc;

use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, Url, redirect};
use serde::de::DeserializeOwned;
use speakle::kernel::error::AppError;

use super::PATIENCE;

/// One browser with its cookies.
#[derive(Clone)]
pub struct Browser {
    origin: String,
    client: Client,
    jar: Arc<Jar>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The whole `Set-Cookie` of the cookie `name`.
    pub fn set_cookie(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}=");
        self.headers
            .get_all("set-cookie")
            .iter()
            .map(|value| value.to_str().unwrap())
            .find(|cookie| cookie.starts_with(&prefix))
    }

    pub fn location(&self) -> &str {
        self.header("location")
            .unwrap_or_else(|| panic!("no redirect but {}: {}", self.status, self.body))
    }

    /// The error that a server function answered.
    pub fn error(&self) -> AppError {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}: {}", self.status, self.body))
    }

    pub fn result<T: DeserializeOwned>(&self) -> Result<T, AppError> {
        match self.status {
            200 => Ok(serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))),
            _ => Err(self.error()),
        }
    }
}

impl Browser {
    pub fn new(origin: String, session: Option<&str>) -> Self {
        let jar = Arc::new(Jar::default());
        if let Some(token) = session {
            jar.add_cookie_str(&format!("session={token}; Path=/"), &origin.parse::<Url>().unwrap());
        }
        let client = Client::builder()
            .cookie_provider(jar.clone())
            .redirect(redirect::Policy::none())
            .no_proxy()
            // It speaks to applications on this machine, without TLS; to read whom the system trusts would take longer than many a test.
            .use_rustls_tls()
            .tls_built_in_root_certs(false)
            .timeout(PATIENCE)
            .build()
            .unwrap();
        Self { origin, client, jar }
    }

    /// What this browser sends as `Cookie`.
    pub fn cookies(&self) -> String {
        let url = self.origin.parse::<Url>().unwrap();
        self.jar
            .cookies(&url)
            .map(|cookies| cookies.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }

    /// Adds a cookie, as `name=value`.
    pub fn add_cookie(&self, cookie: &str) {
        self.jar
            .add_cookie_str(&format!("{cookie}; Path=/"), &self.origin.parse::<Url>().unwrap());
    }

    /// The same cookies at another address, as after a restart.
    pub fn at(&self, origin: String) -> Self {
        let moved = Self::new(origin, None);
        for cookie in self.cookies().split("; ").filter(|cookie| !cookie.is_empty()) {
            moved.add_cookie(cookie);
        }
        moved
    }

    /// A request with the cookies and nothing else that a browser would add.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.origin))
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        let request = self
            .bare(Method::GET, path)
            .header("accept", "text/html,application/xhtml+xml")
            .header("sec-fetch-site", "none");
        send(
            request
                .header("sec-fetch-mode", "navigate")
                .header("sec-fetch-dest", "document"),
        )
        .await
    }

    /// Opens the page that a redirect leads to.
    pub async fn follow(&self, answer: &Answer) -> Answer {
        self.get(answer.location()).await
    }

    /// Calls a server function that reads, as a hydrated page does.
    pub async fn fetch(&self, function: &str, query: &[(&str, &str)]) -> Answer {
        self.try_fetch(function, query).await.unwrap()
    }

    /// The same of a server that may be away.
    ///
    /// # Errors
    /// When no answer comes through.
    pub async fn try_fetch(&self, function: &str, query: &[(&str, &str)]) -> reqwest::Result<Answer> {
        let query = encode(query);
        let path = if query.is_empty() {
            format!("/api/{function}")
        } else {
            format!("/api/{function}?{query}")
        };
        try_send(
            self.bare(Method::GET, &path)
                .header("accept", "application/json")
                .header("sec-fetch-site", "same-origin"),
        )
        .await
    }

    /// Calls a server function that changes something, as a hydrated page does.
    pub async fn call(&self, function: &str, form: &[(&str, &str)]) -> Answer {
        self.try_call(function, form).await.unwrap()
    }

    /// The same of a server that may be away.
    ///
    /// # Errors
    /// When no answer comes through; it may be done all the same.
    pub async fn try_call(&self, function: &str, form: &[(&str, &str)]) -> reqwest::Result<Answer> {
        let request = self
            .bare(Method::POST, &format!("/api/{function}"))
            .header("accept", "application/json");
        let request = request
            .header("origin", &self.origin)
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "cors");
        try_send(
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(encode(form)),
        )
        .await
    }

    /// [`Browser::fetch`], read.
    pub async fn ask<T: DeserializeOwned>(&self, function: &str, query: &[(&str, &str)]) -> Result<T, AppError> {
        self.fetch(function, query).await.result()
    }

    /// [`Browser::call`], read.
    pub async fn tell<T: DeserializeOwned>(&self, function: &str, form: &[(&str, &str)]) -> Result<T, AppError> {
        self.call(function, form).await.result()
    }

    /// Sends the plain form of `page`, without JavaScript.
    pub async fn submit(&self, page: &str, function: &str, form: &[(&str, &str)]) -> Answer {
        let request = self
            .bare(Method::POST, &format!("/api/{function}"))
            .header("accept", "text/html,application/xhtml+xml");
        let request = request
            .header("origin", &self.origin)
            .header("referer", format!("{}{page}", self.origin));
        let request = request
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate");
        send(
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(encode(form)),
        )
        .await
    }
}

/// Sends and reads to the end.
pub async fn send(request: RequestBuilder) -> Answer {
    try_send(request).await.unwrap()
}

async fn try_send(request: RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer {
        status,
        headers,
        body: response.text().await?,
    })
}

fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}
