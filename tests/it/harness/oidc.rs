//! A real provider (npm's `oidc-provider`) of one test, on loopback, and what people do there.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};

use reqwest::{Client, redirect};
use serde_json::{Value, json};

use super::app::Wishes;
use super::browser::{Answer, Browser};
use super::{Engine, PATIENCE, TestApp};

/// What the application is known as there.
const CLIENT: &str = "speakle-tests";
pub const SECRET: &str = "amber-window-cathedral";

/// One for one test. When it is dropped, the next test has it: a start takes longer than most tests.
pub struct Google {
    pub issuer: String,
    /// `None` while it is dropped.
    provider: Option<Provider>,
}

/// It ends with its input, which the system closes when the test binary is no more, however it ended.
struct Provider {
    issuer: String,
    child: Child,
    orders: Mutex<ChildStdin>,
    obeyed: Mutex<Receiver<()>>,
}

static IDLE: Mutex<Vec<Provider>> = Mutex::new(Vec::new());

impl Google {
    pub fn start() -> Self {
        let idle = IDLE.lock().unwrap().pop();
        let provider = idle.unwrap_or_else(Provider::start);
        Self {
            issuer: provider.issuer.clone(),
            provider: Some(provider),
        }
    }

    /// An application whose people can come from there.
    pub fn wishes(&self, engine: Engine) -> Wishes {
        TestApp::wishes(engine)
            .option("--oidc-google-client-id", CLIENT)
            .option("--oidc-google-client-secret", SECRET)
            .option("--oidc-google-issuer", &self.issuer)
    }

    /// Says what it is to do from now on; see the script.
    pub fn order(&self, order: &Value) {
        let provider = self.provider.as_ref().unwrap();
        assert!(provider.obeys(order), "the provider does not obey {order}");
    }

    /// What is wrong with its tokens from now on.
    pub fn lie(&self, lie: &str) {
        self.order(&json!({ "lie": lie }));
    }

    /// Somebody signs in there as `login`, who was sent to `address`. Answers where they are sent back to, as path and query.
    pub async fn sign_in(&self, address: &str, login: &str) -> String {
        self.walk(address, &[("login", login)]).await
    }

    /// Somebody does not want to.
    pub async fn decline(&self, address: &str) -> String {
        self.walk(address, &[("cancel", "yes")]).await
    }

    async fn walk(&self, address: &str, form: &[(&str, &str)]) -> String {
        assert!(address.starts_with(&format!("{}/auth?", self.issuer)), "{address}");
        let client = Client::builder()
            .cookie_store(true)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .use_rustls_tls()
            .tls_built_in_root_certs(false)
            .timeout(PATIENCE)
            .build()
            .unwrap();
        let location = |response: reqwest::Response| {
            let status = response.status();
            let location = response.headers().get("location");
            let location = location.unwrap_or_else(|| panic!("the provider answers {status}"));
            location.to_str().unwrap().to_owned()
        };
        let question = location(client.get(address).send().await.unwrap());
        let question = self.absolute(&question);
        assert!(question.contains("/interaction/"), "{question}");
        let resumed = location(client.post(&question).form(form).send().await.unwrap());
        let back = location(client.get(self.absolute(&resumed)).send().await.unwrap());
        let (_, place) = back.split_once("://").unwrap();
        place[place.find('/').unwrap()..].to_owned()
    }

    fn absolute(&self, location: &str) -> String {
        match location.starts_with('/') {
            true => format!("{}{location}", self.issuer),
            false => location.to_owned(),
        }
    }

    /// From a page of ours to where the provider would be asked.
    pub async fn address(&self, browser: &Browser, page: &str, form: &[(&str, &str)]) -> String {
        let answer = browser.submit(page, "start_google", form).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert!(
            answer.location().starts_with("/auth/google/go?"),
            "{}",
            answer.location()
        );
        let led = browser.follow(&answer).await;
        assert_eq!(led.status, 200, "{}", led.body);
        let (_, rest) = led.body.split_once("content=\"0; url=").unwrap();
        rest.split('"').next().unwrap().replace("&amp;", "&")
    }

    /// The whole way of somebody who signs in, up to the answer of the address that they come back to.
    pub async fn come(&self, browser: &Browser, login: &str) -> Answer {
        self.come_for(browser, "/login", &[("purpose", "sign_in")], login).await
    }

    /// The same for another purpose, from its page.
    pub async fn come_for(&self, browser: &Browser, page: &str, form: &[(&str, &str)], login: &str) -> Answer {
        let address = self.address(browser, page, form).await;
        browser.get(&self.sign_in(&address, login).await).await
    }
}

impl Drop for Google {
    fn drop(&mut self) {
        let as_at_first = json!({
            "lie": null, "verified": true, "withheld": false, "obliging": true, "renamed": {}, "signed_in_at": null, "away": false,
        });
        let obedient = self.provider.take().filter(|provider| provider.obeys(&as_at_first));
        IDLE.lock().unwrap_or_else(PoisonError::into_inner).extend(obedient);
    }
}

impl Provider {
    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("end2end/fixtures/oidc-provider.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node does not start");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ((listens, issuer), (obeys, obeyed)) = (channel(), channel());
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let said: Value = serde_json::from_str(&line).unwrap();
                match said["listening"].as_str() {
                    Some(issuer) => listens.send(issuer.to_owned()).unwrap(),
                    None => drop(obeys.send(())),
                }
            }
        });
        let issuer = issuer
            .recv_timeout(PATIENCE)
            .expect("the provider does not listen; script/bootstrap installs it");
        Self {
            issuer,
            orders: Mutex::new(child.stdin.take().unwrap()),
            child,
            obeyed: Mutex::new(obeyed),
        }
    }

    /// Gives an order; whether it was obeyed.
    fn obeys(&self, order: &Value) -> bool {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let obeyed = self.obeyed.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(orders, "{order}").is_ok() && obeyed.recv_timeout(PATIENCE).is_ok()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
