//! A push service on loopback, and the browsers that it knows: takes what is posted, and opens it as a browser would.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ece::EcKeyComponents;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::sha::sha256;
use serde_json::Value;
use speakle::kernel::time::Micros;
use speakle::notifications::push::model::PushMessage;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// The service. It stops when dropped.
pub struct PushService {
    pub addr: SocketAddr,
    inner: Arc<Inner>,
    browsers: AtomicUsize,
    task: AbortHandle,
}

#[derive(Default)]
struct Inner {
    posts: Mutex<Vec<Post>>,
    answers: Mutex<HashMap<String, VecDeque<u16>>>,
    silent: Mutex<HashSet<String>>,
}

/// What was posted, as it came.
struct Post {
    path: String,
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

/// A browser that has subscribed.
#[derive(Clone)]
pub struct PushBrowser {
    path: String,
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
    keys: EcKeyComponents,
    secret: Vec<u8>,
}

/// A push as the browser gets it.
#[derive(Clone, Debug)]
pub struct Pushed {
    pub message: PushMessage,
    pub ttl: u64,
    pub urgency: String,
    pub topic: String,
    /// The public key of whoever sent it.
    pub key: String,
    /// What the service answered.
    pub status: u16,
}

impl PushService {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let inner = Arc::new(Inner::default());
        let routes = Router::new()
            .route("/push/{browser}", post(take))
            .with_state(inner.clone());
        let task = tokio::spawn(async move { axum::serve(listener, routes).await }).abort_handle();
        Self {
            addr,
            inner,
            browsers: AtomicUsize::new(0),
            task,
        }
    }

    /// A browser with keys of its own.
    pub fn browser(&self) -> PushBrowser {
        let path = format!("browser-{}", self.browsers.fetch_add(1, Ordering::Relaxed));
        let (pair, secret) = ece::generate_keypair_and_auth_secret().unwrap();
        PushBrowser {
            endpoint: format!("http://{}/push/{path}", self.addr),
            path,
            p256dh: URL_SAFE_NO_PAD.encode(pair.pub_as_raw().unwrap()),
            auth: URL_SAFE_NO_PAD.encode(secret),
            keys: pair.raw_components().unwrap(),
            secret: secret.to_vec(),
        }
    }

    /// What it answers to the next pushes for this browser; afterwards 201 again.
    pub fn will_answer(&self, browser: &PushBrowser, statuses: &[u16]) {
        let mut answers = self.inner.answers.lock().unwrap();
        answers.insert(browser.path.clone(), statuses.iter().copied().collect());
    }

    /// Takes pushes for this browser, and never says so.
    pub fn will_never_answer(&self, browser: &PushBrowser) {
        self.inner.silent.lock().unwrap().insert(browser.path.clone());
    }

    /// What came for this browser since the last time, opened; every word of its outside is checked against `now`, the sender's time.
    pub fn arrived(&self, browser: &PushBrowser, now: Micros) -> Vec<Pushed> {
        let mut posts = self.inner.posts.lock().unwrap();
        let (mine, others) = std::mem::take(&mut *posts)
            .into_iter()
            .partition(|post| post.path == browser.path);
        *posts = others;
        let mine: Vec<Post> = mine;
        mine.iter().map(|post| self.open(browser, post, now)).collect()
    }

    fn open(&self, browser: &PushBrowser, post: &Post, now: Micros) -> Pushed {
        let header = |name: &str| {
            let value = post.headers.get(name).unwrap_or_else(|| panic!("no header {name}"));
            value.to_str().unwrap().to_owned()
        };
        assert_eq!(header("content-encoding"), "aes128gcm");
        assert_eq!(header("content-type"), "application/octet-stream");
        assert!(post.body.len() <= 4096, "{} bytes", post.body.len());
        let topic = header("topic");
        assert!(
            (1..=32).contains(&topic.len())
                && topic
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'),
            "{topic}"
        );
        let plain = ece::decrypt(&browser.keys, &browser.secret, &post.body).unwrap();
        Pushed {
            message: serde_json::from_slice(&plain).unwrap(),
            ttl: header("ttl").parse().unwrap(),
            urgency: header("urgency"),
            topic,
            key: verify(&header("authorization"), &format!("http://{}", self.addr), now),
            status: post.status,
        }
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(
    State(inner): State<Arc<Inner>>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let is_silent = inner.silent.lock().unwrap().contains(&path);
    if is_silent {
        return std::future::pending().await;
    }
    let next = inner
        .answers
        .lock()
        .unwrap()
        .get_mut(&path)
        .and_then(VecDeque::pop_front);
    let status = next.unwrap_or(201);
    inner.posts.lock().unwrap().push(Post {
        path,
        status,
        headers,
        body,
    });
    StatusCode::from_u16(status).unwrap()
}

/// Checks who sent it (RFC 8292): the word is signed by the key that comes with it, is for this service, and holds for a day at most. Answers
/// the key.
fn verify(authorization: &str, audience: &str, now: Micros) -> String {
    let (word, key) = authorization
        .strip_prefix("vapid t=")
        .and_then(|rest| rest.split_once(", k="))
        .unwrap_or_else(|| panic!("{authorization}"));
    let (signed, signature) = word.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert_eq!(signature.len(), 64);
    let number = |bytes: &[u8]| BigNum::from_slice(bytes).unwrap();
    let signature = EcdsaSig::from_private_components(number(&signature[..32]), number(&signature[32..])).unwrap();
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let point = URL_SAFE_NO_PAD.decode(key).unwrap();
    let point = EcPoint::from_bytes(&group, &point, &mut BigNumContext::new().unwrap()).unwrap();
    let public = EcKey::from_public_key(&group, &point).unwrap();
    assert!(
        signature.verify(&sha256(signed.as_bytes()), &public).unwrap(),
        "the signature is another's"
    );
    let (head, claims) = signed.split_once('.').unwrap();
    let json = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(json(head)["alg"], "ES256");
    let claims = json(claims);
    assert_eq!(claims["aud"], audience);
    let (expires, now) = (claims["exp"].as_i64().unwrap(), now.millis() / 1_000);
    assert!(expires > now && expires <= now + 24 * 3_600, "{expires} at {now}");
    let contact = claims["sub"].as_str().unwrap();
    assert!(
        contact.starts_with("mailto:") || contact.starts_with("https://"),
        "{contact}"
    );
    key.to_owned()
}
