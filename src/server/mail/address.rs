//! What the settings say of mails: the mail server, and who mails are from.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, Tokio1Executor};
use percent_encoding::percent_decode_str;
use reqwest::Url;

/// The ports of RFC 6409 and RFC 8314.
const SUBMISSION: u16 = 587;
const SUBMISSIONS: u16 = 465;

/// A mail server, with what it takes to be let in. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl {
    host: String,
    port: u16,
    /// From the first byte on; else as soon as the server offers it (STARTTLS).
    tls_at_once: bool,
    login: Option<(String, String)>,
}

impl SmtpUrl {
    /// `smtp://host`, `smtps://user:password@host:port`; name and password percent-encoded where they hold what divides an address.
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "smtp://host:port or smtps://user:password@host:port".to_owned();
        let url = Url::parse(text).map_err(|_| wrong())?;
        let tls_at_once = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(wrong()),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
        let decoded = |text: &str| {
            let decoded = percent_decode_str(text).decode_utf8().map_err(|_| wrong())?;
            Ok::<_, String>(decoded.into_owned())
        };
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return Err(wrong()),
            (user, Some(password)) => Some((decoded(user)?, decoded(password)?)),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong());
        }
        Ok(Self {
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: url.port().unwrap_or(if tls_at_once { SUBMISSIONS } else { SUBMISSION }),
            tls_at_once,
            login,
        })
    }

    fn is_on_this_machine(&self) -> bool {
        let address: Option<IpAddr> = self.host.parse().ok();
        self.host == "localhost" || address.is_some_and(|address| address.is_loopback())
    }

    /// What sends to it. A password goes to another machine over TLS only; without one, a server that offers no TLS gets mails all the same.
    ///
    /// # Errors
    /// When there is no TLS.
    pub(super) fn transport(
        &self,
        own_host: &str,
        patience: Duration,
    ) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
        let parameters = TlsParameters::new(self.host.clone()).map_err(|error| format!("SMTP_URL: no TLS: {error}"))?;
        let tls = match &self.login {
            _ if self.tls_at_once => Tls::Wrapper(parameters),
            Some(_) if !self.is_on_this_machine() => Tls::Required(parameters),
            _ => Tls::Opportunistic(parameters),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port)
            .tls(tls)
            .timeout(Some(patience));
        // RFC 5321 §4.1.3: addresses are said in another way, which the default does.
        if own_host.parse::<IpAddr>().is_err() && !own_host.starts_with('[') {
            builder = builder.hello_name(ClientId::Domain(own_host.to_owned()));
        }
        if let Some((user, password)) = &self.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(builder.build())
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpUrl(…)")
    }
}

/// Who mails are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

impl Sender {
    /// `mail@host` or `Name <mail@host>`.
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mailbox = text.parse();
        mailbox
            .map(Self)
            .map_err(|_| "an address such as mail@speakle.example or Speakle <mail@speakle.example>".to_owned())
    }

    /// Of an installation that people reach at this host.
    pub(in crate::server) fn of_host(host: &str) -> Self {
        let plain = host.trim_start_matches('[').trim_end_matches(']');
        let domain = match plain.parse::<IpAddr>() {
            Ok(address) if !address.is_loopback() => format!("[{address}]"),
            Ok(_) => "localhost".to_owned(),
            Err(_) => plain.to_owned(),
        };
        let address =
            Address::new("no-reply", &domain).unwrap_or_else(|_| Address::new_dangerous("no-reply", "localhost"));
        Self(Mailbox::new(Some("Speakle".to_owned()), address))
    }

    pub(super) const fn mailbox(&self) -> &Mailbox {
        &self.0
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_named_as_an_address() {
        let login = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        for (text, host, port, tls_at_once, login) in [
            ("smtp://mail.example", "mail.example", 587, false, None),
            ("smtp://127.0.0.1:2525/", "127.0.0.1", 2525, false, None),
            ("smtps://mail.example", "mail.example", 465, true, None),
            ("smtp://[::1]:25", "::1", 25, false, None),
            (
                "smtps://ana:p@mail.example:7465",
                "mail.example",
                7465,
                true,
                login("ana", "p"),
            ),
            (
                "smtp://ana%40example.org:a%2Fb%3A%C3%B1@mail.example",
                "mail.example",
                587,
                false,
                login("ana@example.org", "a/b:ñ"),
            ),
        ] {
            let expected = SmtpUrl {
                host: host.to_owned(),
                port,
                tls_at_once,
                login,
            };
            assert!(SmtpUrl::parse(text) == Ok(expected), "{text}");
        }
        for wrong in [
            "",
            "mail.example",
            "smtp://",
            "http://mail.example",
            "smtp://mail.example:99999",
            "smtp://mail.example/in/box",
            "smtp://mail.example?tls=required",
            "smtp://ana@mail.example",
            "smtp://:secret@mail.example",
        ] {
            assert!(SmtpUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_password_is_not_shown() {
        let url = SmtpUrl::parse("smtps://ana:quiet-harbour@mail.example").unwrap();
        assert!(!format!("{url:?}").contains("quiet-harbour"));
        assert!(url.transport("speakle.example", Duration::from_secs(1)).is_ok());
    }
}
