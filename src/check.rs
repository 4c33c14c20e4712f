//! `speakle check`: what of the settings works, a line each.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use tokio::task::spawn_blocking;

use crate::calls::service::Credentials;
use crate::kernel::clock::Clock;
use crate::server::check::{self, Failure};
use crate::server::config::{Config, MediaPlace};
use crate::server::db::{Db, Standing};
use crate::server::mail::Mail;
use crate::server::media::Media;
use crate::server::openid::{CALLBACK, Provider};

/// The name that we give TURN servers.
const NAME: &str = "check";

/// How a part of the installation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It works.
    Works(String),
    /// It is not configured, and what that means.
    Absent(&'static str),
    /// It is configured and does not work.
    Fails(String),
}

/// A part, by the name under which it is configured, and how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was looked at. No address that may hold a password.
    pub part: String,
    /// How it is.
    pub finding: Finding,
}

impl Line {
    /// Whether it was asked for.
    pub const fn is_set(&self) -> bool {
        !matches!(self.finding, Finding::Absent(_))
    }

    /// Whether something that was asked for is not there.
    pub const fn is_failure(&self) -> bool {
        matches!(self.finding, Finding::Fails(_))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = &self.part;
        match &self.finding {
            Finding::Works(words) => write!(f, "ok      {part}: {words}"),
            Finding::Absent(words) => write!(f, "not set {part}: {words}"),
            Finding::Fails(words) => write!(f, "FAILS   {part}: {words}"),
        }
    }
}

/// Looks at every part, all at once. Nothing is changed; where files are kept, one is written and deleted.
pub async fn check(config: &Config) -> Vec<Line> {
    let (database, mail, media, google, stun, turn) = futures::join!(
        database(config),
        mail(config),
        media(config),
        google(config),
        stun(config),
        turn(config)
    );
    [database, bus(), mail, media, google]
        .into_iter()
        .chain(stun)
        .chain(turn)
        .collect()
}

async fn database(config: &Config) -> Line {
    let url = config.database_url();
    let finding = match url.strip_prefix("sqlite:") {
        // Opening would make it.
        Some(path) if !Path::new(path.strip_prefix("//").unwrap_or(path)).exists() => {
            Finding::Works("not there yet; serve and migrate make it".to_owned())
        }
        _ => open(&url).await.unwrap_or_else(Finding::Fails),
    };
    Line {
        part: "DATABASE_URL".to_owned(),
        finding,
    }
}

async fn open(url: &str) -> Result<Finding, String> {
    let db = Db::open(url).await.map_err(|error| error.to_string())?;
    let standing = db.standing().await.map_err(|error| error.to_string());
    db.close().await;
    match standing? {
        Standing::Current => Ok(Finding::Works("answers and is up to date".to_owned())),
        Standing::Behind(steps) => Ok(Finding::Works(format!(
            "answers; migrations to come: {steps} (serve and migrate apply them)"
        ))),
        Standing::Foreign => Err("belongs to another version of Speakle, or to another program".to_owned()),
    }
}

/// What brings news from one process to the next: there is one process, and its own hub does.
fn bus() -> Line {
    Line {
        part: "bus".to_owned(),
        finding: Finding::Works("within this process, which is the only one of an installation".to_owned()),
    }
}

async fn mail(config: &Config) -> Line {
    if config.smtp_url.is_none() {
        let words = "mails reach nobody; they are written to files in DATA_DIR/mail";
        return absent("SMTP_URL", words);
    }
    let asked = match Mail::new(config) {
        Ok(mail) => mail.check().await,
        Err(error) => Err(error),
    };
    Line {
        part: "SMTP_URL".to_owned(),
        finding: asked.map_or_else(Finding::Fails, Finding::Works),
    }
}

async fn media(config: &Config) -> Line {
    let place = config.media_place();
    let finding = match &place {
        // Opening would make it.
        MediaPlace::Folder(folder) if !folder.exists() => Finding::Works("not there yet; serve makes it".to_owned()),
        place => match Media::open(place) {
            Ok(media) => match media.try_out().await {
                Ok(()) => Finding::Works("can be written, read and deleted".to_owned()),
                Err(error) => Finding::Fails(error),
            },
            Err(error) => Finding::Fails(error),
        },
    };
    Line {
        part: match place {
            MediaPlace::Folder(_) => "MEDIA_URL".to_owned(),
            MediaPlace::Bucket(bucket) => format!("MEDIA_URL s3://{bucket}"),
        },
        finding,
    }
}

async fn google(config: &Config) -> Line {
    let part = "OIDC_GOOGLE_CLIENT_ID";
    let provider = match Provider::of(config) {
        Ok(Some(provider)) => provider,
        Ok(None) => return absent(part, "nobody can sign in with Google"),
        Err(error) => return fails(part, error),
    };
    match provider.discover(&Clock::system()).await {
        Ok(()) => Line {
            part: part.to_owned(),
            finding: Finding::Works(format!(
                "{} says how it is asked; people come back to {}{CALLBACK}, which it has to know",
                provider.issuer(),
                config.public_url()
            )),
        },
        Err(trouble) => fails(part, format!("OIDC_GOOGLE_ISSUER {}: {trouble}", provider.issuer())),
    }
}

async fn stun(config: &Config) -> Vec<Line> {
    if config.stun_urls.is_empty() {
        let words = "calls find a direct way within one network only";
        return vec![absent("STUN_URLS", words)];
    }
    let asked = config.stun_urls.iter().map(|url| {
        let asked = url.clone();
        ask(format!("STUN_URLS {url}"), move || {
            check::stun(&asked).map(|address| format!("sees this machine as {address}"))
        })
    });
    futures::future::join_all(asked).await
}

async fn turn(config: &Config) -> Vec<Line> {
    let Some(secret) = config.turn_secret.as_ref().filter(|_| config.has_turn()) else {
        let words = "two people behind strict firewalls find no way to each other, and no address can be hidden";
        return vec![absent("TURN_URLS", words)];
    };
    let asked = config.turn_urls.iter().map(|url| {
        let asked = url.clone();
        let Credentials { username, password } = Credentials::named(secret, NAME, Clock::system().now());
        ask(format!("TURN_URLS {url}"), move || {
            check::turn(&asked, &username, &password).map(|relay| match is_of_one_network(relay.ip()) {
                true => format!("relays by way of {relay}, an address for its own network only (coturn: external-ip)"),
                false => format!("relays by way of {relay}"),
            })
        })
    });
    futures::future::join_all(asked).await
}

/// Whether nobody elsewhere can send to this address: a server behind a router that was not told of its public one.
const fn is_of_one_network(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_loopback() || address.is_unicast_link_local(),
    }
}

fn fails(part: &str, words: String) -> Line {
    Line {
        part: part.to_owned(),
        finding: Finding::Fails(words),
    }
}

fn absent(part: &str, words: &'static str) -> Line {
    Line {
        part: part.to_owned(),
        finding: Finding::Absent(words),
    }
}

async fn ask(part: String, question: impl FnOnce() -> Result<String, Failure> + Send + 'static) -> Line {
    let finding = match spawn_blocking(question).await {
        Ok(Ok(words)) => Finding::Works(words),
        Ok(Err(failure)) => Finding::Fails(failure.to_string()),
        Err(error) => Finding::Fails(error.to_string()),
    };
    Line { part, finding }
}
