//! The settings: each an option of `speakle serve` and an environment variable, checked before anything starts.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{ArgAction, Args, FromArgMatches as _, ValueEnum};

use super::mail::address::{Sender, SmtpUrl};
use super::openid::settings::{OidcSecret, parse_client_id, parse_issuer, parse_secret};

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// A switch that reads `on` or `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// In force.
    On,
    /// Not in force.
    Off,
}

/// Whether people have to show that their e-mail address is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EmailVerification {
    /// Before they ask, call or write to others.
    Required,
    /// Never.
    Off,
}

/// Where files that people give us are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaPlace {
    /// A folder of this machine.
    Folder(PathBuf),
    /// The name of a bucket of a store that speaks S3.
    Bucket(String),
}

/// What Speakle and its TURN servers share. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct TurnSecret(String);

impl TurnSecret {
    /// The secret itself, to make credentials with.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for TurnSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TurnSecret(…)")
    }
}

/// Every setting. `speakle serve --help` is the reference.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// The address that pages are served on
    #[arg(long, env = "LEPTOS_SITE_ADDR", default_value = "127.0.0.1:3000")]
    pub site_addr: SocketAddr,
    /// The address that people use, when it is another one (a proxy stands in front) [default: http:// and the site address]
    #[arg(long, env = "PUBLIC_URL", value_parser = parse_public_url)]
    pub public_url: Option<String>,
    /// The folder of everything that the server keeps itself
    #[arg(long, env = "DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// The database: `postgres://…` or `sqlite:PATH` [default: sqlite:DATA_DIR/speakle.db]
    #[arg(long, env = "DATABASE_URL", value_parser = parse_database_url, hide_env_values = true)]
    pub database_url: Option<String>,
    /// The mail server: `smtp://host:port`, `smtps://user:password@host` [default: none; mails are written to files in DATA_DIR/mail]
    #[arg(long, env = "SMTP_URL", value_parser = SmtpUrl::parse, hide_env_values = true)]
    pub smtp_url: Option<SmtpUrl>,
    /// Who mails are from: `mail@speakle.example` or `Speakle <mail@speakle.example>` [default: Speakle <no-reply@ the host of PUBLIC_URL>]
    #[arg(long, env = "MAIL_FROM", value_parser = Sender::parse)]
    pub mail_from: Option<Sender>,
    /// Whether people confirm their e-mail address before they ask, call or write to others [default: required when SMTP_URL is set, else off]
    #[arg(long, env = "EMAIL_VERIFICATION", value_enum)]
    pub email_verification: Option<EmailVerification>,
    /// Where files that people give us are kept: a folder, or `s3://bucket` with what the usual AWS_* variables say [default: DATA_DIR/media]
    #[arg(long, env = "MEDIA_URL", value_parser = parse_media_url)]
    pub media_url: Option<MediaPlace>,
    /// STUN servers that browsers may ask for their own address, separated by commas: `stun:host:port`
    #[arg(long, env = "STUN_URLS", value_delimiter = ',', value_parser = parse_stun_url)]
    pub stun_urls: Vec<String>,
    /// TURN servers that carry calls where there is no direct way, separated by commas: `turn:host:port?transport=udp`, `…tcp`, `turns:host:port`
    #[arg(long, env = "TURN_URLS", value_delimiter = ',', value_parser = parse_turn_url)]
    pub turn_urls: Vec<String>,
    /// The secret shared with the TURN servers, from which each person gets credentials of their own (coturn: `static-auth-secret`)
    #[arg(long, env = "TURN_SECRET", value_parser = parse_turn_secret, hide_env_values = true)]
    pub turn_secret: Option<TurnSecret>,
    /// Lets calls go by way of the TURN servers only, so that nobody learns anybody's address
    #[arg(long, env = "ICE_RELAY_ONLY", default_value_t = false, num_args = 0..=1, default_missing_value = "true", action = ArgAction::Set)]
    pub ice_relay_only: bool,
    /// How long a call rings, in seconds
    #[arg(long, env = "RING_SECONDS", default_value_t = 45, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub ring_seconds: u32,
    /// The client id that Google has given this installation, so that people can sign in with Google; there, PUBLIC_URL with /auth/google/callback
    /// is the redirect URI
    #[arg(long, env = "OIDC_GOOGLE_CLIENT_ID", value_parser = parse_client_id)]
    pub oidc_google_client_id: Option<String>,
    /// The client secret that goes with it
    #[arg(long, env = "OIDC_GOOGLE_CLIENT_SECRET", value_parser = parse_secret, hide_env_values = true)]
    pub oidc_google_client_secret: Option<OidcSecret>,
    /// Who vouches for people who sign in with Google, for tests and for other providers in its place
    #[arg(long, env = "OIDC_GOOGLE_ISSUER", default_value = "https://accounts.google.com", value_parser = parse_issuer)]
    pub oidc_google_issuer: String,
    /// Addresses of proxies in front whose `X-Forwarded-For` is believed, separated by commas
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,
    /// What is logged: error, warn, info, debug, trace, or directives per module
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,
    /// How it is written
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Limits per person and address; `off` is for load tests on loopback only
    #[arg(long, env = "RATE_LIMIT", value_enum, default_value_t = Switch::On)]
    pub rate_limit: Switch,
}

impl Config {
    /// The settings that these options of `speakle serve` make, for tests: what is not among them has its default.
    ///
    /// # Errors
    /// What is wrong with them, as the program would say it.
    pub fn of_options<'o>(options: impl IntoIterator<Item = &'o str>) -> Result<Self, clap::Error> {
        let line = std::iter::once("speakle").chain(options);
        let matches = Self::augment_args(clap::Command::new("speakle")).try_get_matches_from(line)?;
        let config = Self::from_arg_matches(&matches)?;
        config
            .agrees()
            .map_err(|words| clap::Error::raw(ErrorKind::ValueValidation, words))?;
        Ok(config)
    }

    /// Whether settings that need each other are there together.
    ///
    /// # Errors
    /// One line that names what is missing and says what would be right.
    pub fn agrees(&self) -> Result<(), String> {
        match (self.turn_urls.is_empty(), &self.turn_secret) {
            (false, None) => Err(
                "TURN_SECRET is missing, which TURN_URLS needs; right would be the secret that the TURN servers know (coturn: static-auth-secret)"
                    .to_owned(),
            ),
            (true, Some(_)) => Err(
                "TURN_URLS is missing, which TURN_SECRET is for; right would be turn:host:port, or neither of the two".to_owned(),
            ),
            (true, None) if self.ice_relay_only => Err(
                "TURN_URLS is missing, which ICE_RELAY_ONLY needs; right would be turn:host:port and TURN_SECRET, or ICE_RELAY_ONLY=false"
                    .to_owned(),
            ),
            _ => self.google_agrees(),
        }
    }

    fn google_agrees(&self) -> Result<(), String> {
        match (&self.oidc_google_client_id, &self.oidc_google_client_secret) {
            (Some(_), None) => Err(
                "OIDC_GOOGLE_CLIENT_SECRET is missing, which OIDC_GOOGLE_CLIENT_ID needs; right would be the secret that Google shows beside the client id"
                    .to_owned(),
            ),
            (None, Some(_)) => Err(
                "OIDC_GOOGLE_CLIENT_ID is missing, which OIDC_GOOGLE_CLIENT_SECRET is for; right would be both, or neither of the two".to_owned(),
            ),
            _ => Ok(()),
        }
    }

    /// Whether people can sign in with Google.
    pub const fn has_google(&self) -> bool {
        self.oidc_google_client_id.is_some() && self.oidc_google_client_secret.is_some()
    }

    /// Whether calls can go by way of a TURN server.
    pub fn has_turn(&self) -> bool {
        !self.turn_urls.is_empty() && self.turn_secret.is_some()
    }

    /// The address of the database.
    pub fn database_url(&self) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", self.data_dir.join("speakle.db").display()))
    }

    /// Where files that people give us are kept.
    pub fn media_place(&self) -> MediaPlace {
        self.media_url
            .clone()
            .unwrap_or_else(|| MediaPlace::Folder(self.data_dir.join("media")))
    }

    /// The address that people use, without a slash at its end.
    pub fn public_url(&self) -> String {
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", self.site_addr))
    }

    /// The host of the address that people use, without a port; an IPv6 address has its brackets.
    pub fn public_host(&self) -> String {
        let url = self.public_url();
        let place = url.split_once("://").map_or(&*url, |(_, place)| place);
        let end = match place.find(']') {
            Some(bracket) => bracket + 1,
            None => place.find(':').unwrap_or(place.len()),
        };
        place[..end].to_owned()
    }

    /// Who mails are from.
    pub fn mail_from(&self) -> Sender {
        self.mail_from
            .clone()
            .unwrap_or_else(|| Sender::of_host(&self.public_host()))
    }

    /// Whether people have to confirm their address before they reach others.
    pub fn requires_verification(&self) -> bool {
        let unless_said = match self.smtp_url {
            Some(_) => EmailVerification::Required,
            None => EmailVerification::Off,
        };
        self.email_verification.unwrap_or(unless_said) == EmailVerification::Required
    }

    /// Whether people come by https, and cookies may demand it.
    pub fn is_https(&self) -> bool {
        self.public_url().starts_with("https://")
    }
}

fn parse_public_url(text: &str) -> Result<String, String> {
    let wrong = || "an address such as https://speakle.example, without a path".to_owned();
    let url = text.trim_end_matches('/');
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .ok_or_else(wrong)?;
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        Err(wrong())
    } else {
        // As browsers write an origin.
        Ok(url.to_ascii_lowercase())
    }
}

fn parse_database_url(text: &str) -> Result<String, String> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") || text.starts_with("sqlite:") {
        Ok(text.to_owned())
    } else {
        Err("postgres://user:password@host/database or sqlite:PATH".to_owned())
    }
}

fn parse_media_url(text: &str) -> Result<MediaPlace, String> {
    let wrong = || "a folder, or s3://bucket".to_owned();
    match text.split_once("://") {
        None if text.trim().is_empty() => Err(wrong()),
        None => Ok(MediaPlace::Folder(PathBuf::from(text))),
        Some(("s3", bucket)) => {
            let bucket = bucket.trim_end_matches('/');
            // As S3 names buckets.
            let fits = (3..=63).contains(&bucket.len())
                && bucket.starts_with(|c: char| c.is_ascii_alphanumeric())
                && bucket.ends_with(|c: char| c.is_ascii_alphanumeric())
                && bucket
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'));
            fits.then(|| MediaPlace::Bucket(bucket.to_owned())).ok_or_else(wrong)
        }
        Some(_) => Err(wrong()),
    }
}

fn parse_stun_url(text: &str) -> Result<String, String> {
    match text.strip_prefix("stun:").or_else(|| text.strip_prefix("stuns:")) {
        Some(host) if !host.is_empty() && !host.contains([' ', '/', '?']) => Ok(text.to_owned()),
        _ => Err("stun:host or stun:host:port".to_owned()),
    }
}

/// RFC 7065, as far as browsers know it: TLS runs over TCP only.
fn parse_turn_url(text: &str) -> Result<String, String> {
    let wrong = || "turn:host:port, turn:host:port?transport=tcp or turns:host:port".to_owned();
    let (scheme, rest) = text.split_once(':').ok_or_else(wrong)?;
    let (place, query) = rest
        .split_once('?')
        .map_or((rest, None), |(place, query)| (place, Some(query)));
    let transports: &[&str] = match scheme {
        "turn" => &["transport=udp", "transport=tcp"],
        "turns" => &["transport=tcp"],
        _ => return Err(wrong()),
    };
    if query.is_some_and(|query| !transports.contains(&query)) || HostAndPort::parse(place).is_none() {
        Err(wrong())
    } else {
        Ok(text.to_owned())
    }
}

fn parse_turn_secret(text: &str) -> Result<TurnSecret, String> {
    if text.trim().is_empty() {
        Err("the secret that the TURN servers know (coturn: static-auth-secret)".to_owned())
    } else {
        Ok(TurnSecret(text.to_owned()))
    }
}

/// `host`, `host:port` or `[address]:port` of a STUN or TURN address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostAndPort {
    /// A name or an address, without brackets.
    pub host: String,
    /// The port, if one is named.
    pub port: Option<u16>,
}

impl HostAndPort {
    /// `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, after) = rest.split_once(']')?;
                address.parse::<Ipv6Addr>().ok()?;
                let port = match after {
                    "" => None,
                    _ => Some(after.strip_prefix(':')?),
                };
                (address, port)
            }
            None => text
                .split_once(':')
                .map_or((text, None), |(host, port)| (host, Some(port))),
        };
        let is_host = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '.' | '_' | ':');
        if host.is_empty() || !host.chars().all(is_host) {
            return None;
        }
        let port = match port {
            None => None,
            Some(port) => Some(port.parse().ok().filter(|port| *port > 0)?),
        };
        Some(Self {
            host: host.to_owned(),
            port,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_turn_servers_are_what_browsers_take() {
        for right in [
            "turn:turn.speakle.example",
            "turn:turn.speakle.example:3478",
            "turn:192.0.2.7:3478?transport=udp",
            "turn:192.0.2.7:3478?transport=tcp",
            "turns:turn.speakle.example:5349?transport=tcp",
            "turns:[2001:db8::7]:443",
        ] {
            assert_eq!(parse_turn_url(right).as_deref(), Ok(right));
        }
        for wrong in [
            "",
            "turn",
            "turn:",
            "turn:host:",
            "turn:host:port",
            "turn:host:70000",
            "turn:host:0",
            "turn://host:3478",
            "turn:host:3478?transport=sctp",
            "turn:host:3478?transport=tcp&x=1",
            "turns:host:5349?transport=udp",
            "turn:[2001:db8::7",
            "turn:[2001:db8::7]443",
            "turn:2001:db8::7",
            "turn:user@host:3478",
            "turn:ho st",
            "stun:host",
        ] {
            assert!(parse_turn_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_turn_needs_is_there_together_or_not_at_all() {
        let urls = ["--turn-urls", "turn:host:3478,turns:host:5349"];
        let secret = ["--turn-secret", "quiet-harbour"];
        let whole = config(&[urls, secret].concat()).unwrap();
        assert_eq!(whole.turn_urls.len(), 2);
        assert!(whole.has_turn() && !whole.ice_relay_only);
        assert!(!format!("{whole:?}").contains("quiet-harbour"));
        for (relay, is_on) in [
            (vec!["--ice-relay-only"], true),
            (vec!["--ice-relay-only", "true"], true),
            (vec!["--ice-relay-only", "false"], false),
        ] {
            let config = config(&[&urls[..], &secret[..], &relay[..]].concat()).unwrap();
            assert_eq!(config.ice_relay_only, is_on, "{relay:?}");
        }
        assert!(!config(&[]).unwrap().has_turn());
        for (line, missing) in [
            (&urls[..], "TURN_SECRET"),
            (&secret[..], "TURN_URLS"),
            (&["--ice-relay-only"], "TURN_URLS"),
        ] {
            let error = config(line).unwrap_err();
            assert!(error.contains(&format!("{missing} is missing")), "{line:?}: {error}");
            assert!(!error.contains("quiet-harbour"), "{error}");
        }
    }

    #[test]
    fn what_google_needs_is_there_together_or_not_at_all() {
        let id = ["--oidc-google-client-id", "1234-abc.apps.googleusercontent.com"];
        let secret = ["--oidc-google-client-secret", "amber-window"];
        let whole = config(&[id, secret].concat()).unwrap();
        assert!(whole.has_google());
        assert_eq!(whole.oidc_google_issuer, "https://accounts.google.com");
        assert!(!format!("{whole:?}").contains("amber-window"));
        assert!(!config(&[]).unwrap().has_google());
        for (line, missing) in [(id, "OIDC_GOOGLE_CLIENT_SECRET"), (secret, "OIDC_GOOGLE_CLIENT_ID")] {
            let error = config(&line).unwrap_err();
            assert!(error.contains(&format!("{missing} is missing")), "{line:?}: {error}");
            assert!(!error.contains("amber-window"), "{error}");
        }
    }

    fn config(options: &[&str]) -> Result<Config, String> {
        Config::of_options(options.iter().copied()).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = config(&["--data-dir", "somewhere"]).unwrap();
        assert_eq!(config.database_url(), "sqlite:somewhere/speakle.db");
        assert_eq!(config.public_url(), format!("http://{}", config.site_addr));
        assert_eq!(config.media_place(), MediaPlace::Folder("somewhere/media".into()));
        assert!(!config.is_https());
    }

    #[test]
    fn addresses_are_confirmed_where_mails_are_sent_unless_something_else_is_said() {
        let smtp = ["--smtp-url", "smtp://mail.speakle.example"];
        let asks = |options: &[&str]| config(options).unwrap().requires_verification();
        assert!(!asks(&[]));
        assert!(asks(&smtp));
        assert!(asks(&["--email-verification", "required"]));
        assert!(!asks(&[&smtp[..], &["--email-verification", "off"]].concat()));
    }

    #[test]
    fn mails_are_from_the_host_that_people_use_unless_something_else_is_said() {
        for (options, from) in [
            (vec![], "Speakle <no-reply@localhost>"),
            (vec!["--site-addr", "[::1]:3000"], "Speakle <no-reply@localhost>"),
            (
                vec!["--public-url", "http://localhost:3000"],
                "Speakle <no-reply@localhost>",
            ),
            (
                vec!["--public-url", "https://talk.speakle.example:8443/"],
                "Speakle <no-reply@talk.speakle.example>",
            ),
            (
                vec!["--mail-from", "Hello <hello@speakle.example>"],
                "Hello <hello@speakle.example>",
            ),
            (vec!["--mail-from", "mail@speakle.example"], "mail@speakle.example"),
        ] {
            assert_eq!(config(&options).unwrap().mail_from().to_string(), from, "{options:?}");
        }
    }

    #[test]
    fn files_are_in_a_folder_or_in_a_bucket() {
        for (url, place) in [
            ("/srv/media", MediaPlace::Folder("/srv/media".into())),
            ("media", MediaPlace::Folder("media".into())),
            ("s3://faces.speakle", MediaPlace::Bucket("faces.speakle".to_owned())),
            ("s3://faces/", MediaPlace::Bucket("faces".to_owned())),
        ] {
            assert_eq!(config(&["--media-url", url]).unwrap().media_place(), place, "{url}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named_with_what_would_be_right() {
        for (line, name) in [
            (["--public-url", "speakle.example"], "--public-url"),
            (["--public-url", "https://speakle.example/app"], "--public-url"),
            (["--database-url", "mysql://x"], "--database-url"),
            (["--smtp-url", "https://mail.speakle.example"], "--smtp-url"),
            (["--mail-from", "speakle"], "--mail-from"),
            (["--email-verification", "perhaps"], "--email-verification"),
            (["--media-url", " "], "--media-url"),
            (["--media-url", "s3://"], "--media-url"),
            (["--media-url", "s3://Faces"], "--media-url"),
            (["--media-url", "s3://faces/ana"], "--media-url"),
            (["--media-url", "https://faces.example"], "--media-url"),
            (["--stun-urls", "turn:host"], "--stun-urls"),
            (["--turn-urls", "stun:host"], "--turn-urls"),
            (["--turn-secret", " "], "--turn-secret"),
            (["--ice-relay-only", "maybe"], "--ice-relay-only"),
            (["--ring-seconds", "0"], "--ring-seconds"),
            (["--oidc-google-client-id", " "], "--oidc-google-client-id"),
            (["--oidc-google-client-secret", " "], "--oidc-google-client-secret"),
            (["--oidc-google-issuer", "http://id.example"], "--oidc-google-issuer"),
            (["--trusted-proxies", "proxy"], "--trusted-proxies"),
            (["--rate-limit", "no"], "--rate-limit"),
        ] {
            let error = config(&line).unwrap_err();
            assert!(error.contains(name), "{line:?}: {error}");
        }
        assert!(
            config(&["--public-url", "https://speakle.example/"])
                .unwrap()
                .is_https()
        );
    }
}
