//! Notifications by e-mail, to whoever wants to be told of their kind that way.
//!
//! Asked for in the transaction of what they tell of, as pushes are. A mail waits a little: who reads the line meanwhile, on whatever device,
//! needs none, and of what has become of it by then there is one mail. But of a sign-in from elsewhere the person hears at once, and also where
//! somebody else has read the line before them.

use std::str::FromStr as _;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::model::{Kind, Notice, Notification, NotificationId};
use super::service::Reading;
use super::settings::channels;
use super::store;
use super::words::{Words, words};
use crate::accounts::mailbox::{self, Mailbox};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::{Conn, StoreError};
use crate::server::jobs::{self, Handler, Job, JobError, NewJob};
use crate::server::mail::{self, Action, Letter};
use crate::server::state::AppState;

const KIND: &str = "notifications.mail";
/// How long a mail waits for its line to be read.
pub const WAIT: Duration = Duration::from_secs(120);

/// A mail that was asked for. What it says is looked up when it is written.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Task {
    user: UserId,
    id: NotificationId,
    /// The number of the change in the person's log: a later one has a mail of its own.
    seq: u64,
}

/// Whether a mail of this kind goes out at once, and read or not.
const fn is_urgent(kind: Kind) -> bool {
    matches!(kind, Kind::NewSignIn)
}

/// What is never mailed: what the feature that records it sends a mail of its own for, and what a mail would come too late for.
const fn is_never_mailed(notice: &Notice) -> bool {
    matches!(notice, Notice::DataReady | Notice::AppointmentSoon { is_now: true, .. })
}

/// Asks for a mail of a line that was put, where its person wants one.
pub(super) async fn ask(
    conn: &mut Conn,
    now: Micros,
    user: UserId,
    line: &Notification,
    reading: Reading,
) -> Result<(), AppError> {
    let kind = line.notice.kind();
    if reading != Reading::Unread || is_never_mailed(&line.notice) || !channels(conn, user, kind).await?.email {
        return Ok(());
    }
    let task = Task {
        user,
        id: line.id,
        seq: line.seq,
    };
    let due = if is_urgent(kind) { now } else { now.plus(WAIT) };
    let job = NewJob::new(KIND, now)
        .at(due)
        .key(format!("{KIND}:{}", line.id))
        .payload(&task);
    Ok(jobs::enqueue(conn, job).await?)
}

/// Writes the mails.
pub struct MailNotifications(pub AppState);

impl MailNotifications {
    async fn write(&self, task: Task) -> Result<(), StoreError> {
        let (state, now) = (self.0.clone(), self.0.clock.now());
        self.0
            .db
            .transaction(move |conn| {
                async move {
                    let Some(line) = store::line_if_any(conn, task.user, task.id, now).await? else {
                        return Ok(());
                    };
                    if line.seq != task.seq || (line.is_read && !is_urgent(line.notice.kind())) {
                        return Ok(());
                    }
                    let Some(to) = mailbox::confirmed(conn, &state, task.user).await? else {
                        return Ok(());
                    };
                    let address = to.email.clone();
                    let written = state
                        .mail
                        .write(&address, &letter(to, &line, &state.config.public_url()), now);
                    mail::enqueue(conn, &written, now).await
                }
                .boxed()
            })
            .await
    }
}

impl Handler for MailNotifications {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { Ok(self.write(job.payload::<Task>()?).await?) }.boxed()
    }
}

fn letter(to: Mailbox, line: &Notification, home: &str) -> Letter {
    let locale = to.locale.as_deref().and_then(|code| Locale::from_str(code).ok());
    let locale = locale.unwrap_or_default();
    let Words {
        title,
        text,
        href,
        action,
    } = words(locale, line);
    let mut remarks = Vec::new();
    if is_urgent(line.notice.kind()) {
        remarks.push(td_string!(locale, mails.notification.not_you).to_owned());
    }
    remarks.push(td_string!(locale, mails.notification.remark).to_owned());
    Letter {
        locale,
        paragraphs: vec![text.unwrap_or_else(|| title.clone())],
        subject: title,
        name: to.display_name,
        action: Action {
            words: action,
            link: format!("{home}{href}"),
        },
        remarks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::example::{line, notices};

    #[test]
    fn each_kind_makes_a_letter_in_both_languages() {
        for notice in notices() {
            let kind = notice.kind();
            for code in ["en", "es"] {
                let to = Mailbox {
                    email: "ana@harbour.example".to_owned(),
                    display_name: "Ana".to_owned(),
                    locale: Some(code.to_owned()),
                };
                let letter = letter(to, &line(notice.clone()), "https://speakle.example");
                assert_eq!(letter.locale.to_string(), code);
                assert!(!letter.subject.is_empty() && letter.paragraphs.iter().all(|text| !text.is_empty()));
                assert!(letter.action.link.starts_with("https://speakle.example/"), "{kind:?}");
                assert_eq!(letter.remarks.len(), if is_urgent(kind) { 2 } else { 1 }, "{kind:?}");
            }
        }
    }
}
