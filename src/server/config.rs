//! The settings: each an option of `speakle serve` and an environment variable, checked before anything starts.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, FromArgMatches as _, ValueEnum};

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
    /// STUN servers that browsers may ask for their own address, separated by commas: `stun:host:port`
    #[arg(long, env = "STUN_URLS", value_delimiter = ',', value_parser = parse_stun_url)]
    pub stun_urls: Vec<String>,
    /// How long a call rings, in seconds
    #[arg(long, env = "RING_SECONDS", default_value_t = 45, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub ring_seconds: u32,
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
        Self::from_arg_matches(&matches)
    }

    /// The address of the database.
    pub fn database_url(&self) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", self.data_dir.join("speakle.db").display()))
    }

    /// The address that people use, without a slash at its end.
    pub fn public_url(&self) -> String {
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", self.site_addr))
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

fn parse_stun_url(text: &str) -> Result<String, String> {
    match text.strip_prefix("stun:").or_else(|| text.strip_prefix("stuns:")) {
        Some(host) if !host.is_empty() && !host.contains([' ', '/', '?']) => Ok(text.to_owned()),
        _ => Err("stun:host or stun:host:port".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(options: &[&str]) -> Result<Config, String> {
        Config::of_options(options.iter().copied()).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = config(&["--data-dir", "somewhere"]).unwrap();
        assert_eq!(config.database_url(), "sqlite:somewhere/speakle.db");
        assert_eq!(config.public_url(), format!("http://{}", config.site_addr));
        assert!(!config.is_https());
    }

    #[test]
    fn what_cannot_be_used_is_named_with_what_would_be_right() {
        for (line, name) in [
            (["--public-url", "speakle.example"], "--public-url"),
            (["--public-url", "https://speakle.example/app"], "--public-url"),
            (["--database-url", "mysql://x"], "--database-url"),
            (["--stun-urls", "turn:host"], "--stun-urls"),
            (["--ring-seconds", "0"], "--ring-seconds"),
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
