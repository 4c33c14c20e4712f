//! Mails: written in the transaction that makes them necessary, sent by a job.
//!
//! Promises: a mail is sent if the transaction that asked for it was committed, and only then; it is tried again with the back-off of jobs, also
//! after a restart, and is the same to the byte each time, its Message-ID included, so that a mailbox that got it twice shows it once; what the
//! mail server refuses for good is given up at once. Logs name no more of an address than its domain, and never what a mail says.
//!
//! Where no mail server is set, mails are written to files in `DATA_DIR/mail`, and the log says which.
//!
//! To send a mail: a [`Letter`] with the words of the feature, [`Mail::write`], and [`enqueue`] in the transaction.

pub mod address;
mod layout;
mod message;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::response::Category;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use tokio::io::AsyncWriteExt as _;

use self::message::Written;
use super::config::Config;
use super::db::{Conn, StoreError};
use super::jobs::{self, Handler, Job, JobError, NewJob};
use crate::kernel::time::Micros;

pub use layout::{Action, Letter};

/// The kind of job that sends a mail.
pub const KIND: &str = "mail.send";
/// How long a mail server may take for one answer. A whole mail has [`jobs::LEASE`] and less.
const PATIENCE: Duration = Duration::from_secs(8);

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Where mails go. Cheap to clone.
#[derive(Clone)]
pub struct Mail(Arc<Inner>);

struct Inner {
    from: Mailbox,
    /// The address that people use, for the foot of mails.
    home: String,
    way: Way,
}

enum Way {
    Smtp(Transport),
    Folder(PathBuf),
}

/// Why a mail is not sent. Tells of the address no more than its domain.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// It would not be another time either.
    #[error("{0}")]
    ForGood(String),
    /// It may be another time.
    #[error("{0}")]
    ForNow(String),
}

impl Mail {
    /// As the settings say. Nothing is connected yet.
    ///
    /// # Errors
    /// When there is no TLS.
    pub fn new(config: &Config) -> Result<Self, String> {
        let way = match &config.smtp_url {
            Some(url) => Way::Smtp(url.transport(&config.public_host(), PATIENCE)?),
            None => Way::Folder(config.data_dir.join("mail")),
        };
        Ok(Self(Arc::new(Inner {
            from: config.mail_from().mailbox().clone(),
            home: config.public_url(),
            way,
        })))
    }

    /// A mail to `to`, complete with its Message-ID: what is tried again is this and no other.
    pub fn write(&self, to: &str, letter: &Letter, now: Micros) -> Written {
        Written::new(to, letter, &self.0.home, self.0.from.email.domain(), now)
    }

    /// Connects to the mail server, with TLS and login as they are set, and sends nothing. Answers what that is, in words.
    ///
    /// # Errors
    /// What stands in the way. Without a mail server, that the folder cannot be made.
    pub async fn check(&self) -> Result<String, String> {
        match &self.0.way {
            Way::Smtp(transport) => match transport.test_connection().await {
                Ok(true) => Ok(format!("answers; mails are from {}", self.0.from)),
                Ok(false) => Err("answers, but does not take mails now".to_owned()),
                Err(error) => Err(reason(&error)),
            },
            Way::Folder(folder) => Ok(format!("mails are written to {}", folder.display())),
        }
    }

    async fn send(&self, mail: &Written) -> Result<(), Failure> {
        let message = mail.message(self.0.from.clone()).map_err(Failure::ForGood)?;
        match &self.0.way {
            Way::Smtp(transport) => transport.send(message).await.map(drop).map_err(|error| failure(&error)),
            Way::Folder(folder) => {
                let file = folder.join(mail.file_name());
                let written = put(&file, &message.formatted()).await;
                written.map_err(|error| Failure::ForNow(format!("{}: {error}", file.display())))?;
                tracing::info!(file = %file.display(), "a mail is written to a file, since SMTP_URL is not set");
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The transport knows the password.
        f.write_str(match self.0.way {
            Way::Smtp(_) => "Mail(SMTP)",
            Way::Folder(_) => "Mail(files)",
        })
    }
}

/// Whole or not at all, and for nobody else on the machine: links in mails are as good as keys.
async fn put(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let part = file.with_extension("part");
    if let Some(folder) = file.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let mut options = tokio::fs::OpenOptions::new();
    let mut open = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)
        .await?;
    open.write_all(content).await?;
    open.sync_all().await?;
    tokio::fs::rename(part, file).await
}

/// A refusal with 5xx is for good (RFC 5321 §4.2.1), but not one of our login (x3x): that is mended in the settings.
fn failure(error: &SmtpError) -> Failure {
    let is_of_login = error
        .status()
        .is_some_and(|code| matches!(code.category, Category::Unspecified3));
    if error.is_client() || (error.is_permanent() && !is_of_login) {
        Failure::ForGood(reason(error))
    } else {
        Failure::ForNow(reason(error))
    }
}

/// What went wrong, without the words of the mail server, which like to repeat the address.
fn reason(error: &SmtpError) -> String {
    let last_cause = || {
        let first: &(dyn std::error::Error + 'static) = error;
        let causes = std::iter::successors(Some(first), |cause| cause.source());
        causes.last().map(ToString::to_string).unwrap_or_default()
    };
    match error.status() {
        Some(code) if matches!(code.category, Category::Unspecified3) => format!("the login is refused ({code})"),
        Some(code) => format!("refused ({code})"),
        None if error.is_timeout() => format!("no answer within {} s", PATIENCE.as_secs()),
        None if error.is_response() => "the answer is not of a mail server".to_owned(),
        None if error.is_client() => format!("it cannot be said to this mail server: {}", last_cause()),
        None => last_cause(),
    }
}

/// Asks for a mail to be sent, in the caller's transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn enqueue(conn: &mut Conn, mail: &Written, now: Micros) -> Result<(), StoreError> {
    jobs::enqueue(conn, NewJob::new(KIND, now).payload(mail)).await
}

/// Forgets what was to be sent to an address whose person has gone, also what was given up.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(conn: &mut Conn, to: &str) -> Result<(), StoreError> {
    jobs::withdraw(conn, KIND, "to", to).await
}

/// The job that sends a mail.
pub struct SendMail(pub Mail);

impl Handler for SendMail {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move {
            let mail: Written = job.payload()?;
            match self.0.send(&mail).await {
                Ok(()) => Ok(()),
                Err(Failure::ForNow(reason)) => Err(JobError::new(reason)),
                Err(Failure::ForGood(reason)) => {
                    tracing::error!(domain = mail.domain(), reason, "a mail is given up");
                    Ok(())
                }
            }
        }
        .boxed()
    }
}
