//! A mail as it waits to be sent, and as it goes out (RFC 5322, multipart/alternative of RFC 2046 §5.1.4).

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::layout::Letter;
use crate::kernel::time::Micros;

/// A whole mail: the payload of its job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Written {
    /// A UUID, from which the Message-ID is made.
    id: Uuid,
    message_id: String,
    at: Micros,
    to: String,
    subject: String,
    text: String,
    html: String,
}

impl Written {
    pub(super) fn new(to: &str, letter: &Letter, home: &str, domain: &str, now: Micros) -> Self {
        let id = Uuid::new_v4();
        Self {
            id,
            message_id: format!("<{}@{domain}>", id.simple()),
            at: now,
            to: to.to_owned(),
            subject: letter.subject.clone(),
            text: letter.text(home),
            html: letter.html(home),
        }
    }

    /// Where the mail goes, without whose it is.
    pub(super) fn domain(&self) -> &str {
        self.to.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Files in the order of their mails. The same at each try.
    pub(super) fn file_name(&self) -> String {
        format!("{}-{}.eml", self.at.millis(), self.id.simple())
    }

    /// As it goes out.
    ///
    /// # Errors
    /// An address that is none.
    pub(super) fn message(&self, from: Mailbox) -> Result<Message, String> {
        let to = self.to.parse().map_err(|error| format!("no address: {error}"))?;
        let date = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(self.at.millis()).unwrap_or_default());
        Message::builder()
            .message_id(Some(self.message_id.clone()))
            .date(date)
            .from(from)
            .to(Mailbox::new(None, to))
            .subject(self.subject.clone())
            // Nobody's holiday answers this (RFC 3834 §5).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(
                // Of its own as well, where another would be made up at each try.
                MultiPart::alternative()
                    .boundary(format!("part-{}", self.id.simple()))
                    .singlepart(SinglePart::plain(self.text.clone()))
                    .singlepart(SinglePart::html(self.html.clone())),
            )
            .map_err(|error| error.to_string())
    }
}
