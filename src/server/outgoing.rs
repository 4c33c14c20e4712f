//! The one way out: HTTP to addresses that people have named.
//!
//! Whoever names an address could name one of our own network, and have this server ask there what they cannot ask themselves. So only https
//! goes out, only to addresses that are public, which is looked at after names are resolved, and no redirect is followed. An answer has
//! a size and a time.
//!
//! There is no setting that lifts this. A test that listens on loopback names its own address to [`Outgoing::with_exceptions`].

use std::error::Error;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderMap;
use reqwest::{Client, Response, Url, redirect};

/// How long a connection may take, and everything together.
const CONNECT: Duration = Duration::from_secs(3);
const TIME: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read; what is beyond is left.
pub const ANSWER: usize = 16 * 1024;

/// Sends requests to addresses that people have named. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outgoing {
    client: Client,
    exceptions: Arc<[SocketAddr]>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status; a redirect is one like others.
    pub status: u16,
    /// The first [`ANSWER`] bytes of the body.
    pub body: Vec<u8>,
}

/// Why nothing came back. Tells of the address no more than its host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The address is none that we go to. It would not be another time either.
    #[error("{host} is no public https address")]
    Refused {
        /// The host, or what was given instead of an address.
        host: String,
    },
    /// No connection, or no answer in time.
    #[error("{host} does not answer: {reason}")]
    Unreachable {
        /// The host.
        host: String,
        /// What the connection said.
        reason: String,
    },
}

impl Outgoing {
    /// Only to public addresses.
    ///
    /// # Errors
    /// When there is no TLS.
    pub fn new() -> Result<Self, String> {
        Self::with_exceptions(Vec::new())
    }

    /// For tests: also to these, without TLS too.
    ///
    /// # Errors
    /// When there is no TLS.
    pub fn with_exceptions(exceptions: Vec<SocketAddr>) -> Result<Self, String> {
        let client = Client::builder()
            // Named, since the tests are built with another one beside it, which reads whom the system trusts at each start.
            .use_rustls_tls()
            .dns_resolver(Arc::new(PublicOnly))
            // A proxy would resolve names itself, past the guard.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .user_agent("Speakle")
            .connect_timeout(CONNECT)
            .timeout(TIME)
            .build()
            .map_err(|error| format!("requests to the outside: {error}"))?;
        Ok(Self {
            client,
            exceptions: exceptions.into(),
        })
    }

    /// The address, if it is one that we go to as far as can be told before its name is resolved.
    ///
    /// # Errors
    /// [`Failure::Refused`].
    pub fn check(&self, address: &str) -> Result<Url, Failure> {
        let refused = |host: &str| Failure::Refused { host: host.to_owned() };
        let url = Url::parse(address).map_err(|_| refused("what was given"))?;
        let host = url.host_str().ok_or_else(|| refused("what was given"))?;
        let ip: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        let is_exception = ip
            .zip(url.port_or_known_default())
            .is_some_and(|(ip, port)| self.exceptions.contains(&SocketAddr::new(ip, port)));
        let is_public = url.scheme() == "https" && ip.is_none_or(is_public);
        // Names and passwords in an address would be sent along.
        let is_plain = url.username().is_empty() && url.password().is_none();
        if (is_public || is_exception) && is_plain {
            Ok(url)
        } else {
            Err(refused(host))
        }
    }

    /// Posts `body`.
    ///
    /// # Errors
    /// [`Failure`]; any status is an answer.
    pub async fn post(&self, address: &str, headers: HeaderMap, body: Vec<u8>) -> Result<Answer, Failure> {
        let url = self.check(address)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let sent = self.client.post(url).headers(headers).body(body).send().await;
        let answered = match sent {
            Ok(response) => read(response).await,
            Err(error) => Err(error),
        };
        answered.map_err(|error| match is_not_public(&error) {
            true => Failure::Refused { host },
            false => Failure::Unreachable {
                host,
                reason: last_cause(&error.without_url()),
            },
        })
    }
}

async fn read(mut response: Response) -> Result<Answer, reqwest::Error> {
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = ANSWER - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            break;
        }
    }
    Ok(Answer { status, body })
}

/// Resolves names as the system does, and knows no address that is not public. The connection is made to what this answers, so a name that
/// reads otherwise a moment later gains nothing.
struct PublicOnly;

#[derive(Debug, thiserror::Error)]
#[error("the name has no public address")]
struct NotPublic;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotFound).into());
            }
            let public: Vec<SocketAddr> = found.into_iter().filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| Error::source(*cause))
}

fn is_not_public(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| cause.downcast_ref::<NotPublic>().is_some())
}

/// What lies at the bottom says most.
fn last_cause(error: &reqwest::Error) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

/// Whether an address is one of the public internet (IANA special-purpose address registries, RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_special = match address.octets() {
        // This network, private, loopback, link-local.
        [0 | 10 | 127, ..] | [169, 254, ..] | [172, 16..=31, ..] | [192, 168, ..] => true,
        // Shared by carriers (RFC 6598), protocol assignments, old 6to4 relays, benchmarks.
        [100, 64..=127, ..] | [192, 0, 0, _] | [192, 88, 99, _] | [198, 18 | 19, ..] => true,
        // Documentation.
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        // Multicast, reserved, broadcast.
        [224..=255, ..] => true,
        _ => false,
    };
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    match parts {
        // An IPv4 address behind a translator (RFC 6052).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Protocol assignments, Teredo and benchmarks among them; documentation; 6to4, which holds an IPv4 address.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // All that is given out of global addresses. Loopback, mapped IPv4, local and multicast ones lie outside.
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::response::Redirect;
    use axum::routing::post;

    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        let not_public = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::808:808",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "4000::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for address in not_public {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "100.63.255.255",
            "100.128.0.1",
            "169.253.1.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2001:200::1",
            "2606:4700::1111",
            "2a00:1450::1",
            "64:ff9b::808:808",
        ];
        for address in public {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_address_is_refused_before_anything_is_resolved_where_it_says_so_itself() {
        let outgoing = Outgoing::with_exceptions(vec!["127.0.0.1:4000".parse().unwrap()]).unwrap();
        for refused in [
            "",
            "push",
            "/push",
            "http://push.example/1",
            "ftp://push.example/1",
            "data:text/plain,1",
            "https://user@push.example/1",
            "https://:secret@push.example/1",
            "https://127.0.0.1/1",
            "https://0x7f.1/1",
            "https://2130706433/1",
            "https://127.0.0.1./1",
            "https://[::1]/1",
            "https://[::ffff:10.0.0.1]/1",
            "https://10.0.0.1:4000/1",
            "http://127.0.0.1:4001/1",
        ] {
            assert!(outgoing.check(refused).is_err(), "{refused}");
        }
        for taken in [
            "https://push.example/1",
            "https://push.example:8443/1?a=b",
            "https://8.8.8.8/1",
            "http://127.0.0.1:4000/1",
        ] {
            assert!(outgoing.check(taken).is_ok(), "{taken}");
        }
        let strict = Outgoing::new().unwrap();
        assert!(strict.check("http://127.0.0.1:4000/1").is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_to_ourselves_is_refused() {
        let strict = Outgoing::new().unwrap();
        let refused = strict
            .post("https://localhost:4000/secret", HeaderMap::new(), Vec::new())
            .await
            .unwrap_err();
        assert_eq!(
            refused,
            Failure::Refused {
                host: "localhost".to_owned()
            }
        );
    }

    #[tokio::test]
    async fn no_redirect_is_followed_a_long_answer_is_cut_and_a_dead_end_names_its_host_only() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = axum::Router::new()
            .route("/moved", post(|| async { Redirect::temporary("/long") }))
            .route("/long", post(|| async { "x".repeat(ANSWER * 3) }))
            .route("/fails", post(|| async { StatusCode::SERVICE_UNAVAILABLE }));
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await });
        let outgoing = Outgoing::with_exceptions(vec![address]).unwrap();
        let status = async |path: &str| {
            let url = format!("http://{address}{path}");
            outgoing.post(&url, HeaderMap::new(), Vec::new()).await
        };
        assert_eq!(status("/moved").await.unwrap().status, 307);
        assert_eq!(status("/fails").await.unwrap().status, 503);
        let long = status("/long").await.unwrap();
        assert_eq!((long.status, long.body.len()), (200, ANSWER));
        serving.abort();
        let _ = serving.await;
        let gone = outgoing
            .post(&format!("http://{address}/secret"), HeaderMap::new(), Vec::new())
            .await;
        let Err(Failure::Unreachable { host, reason }) = gone else {
            panic!("{gone:?}")
        };
        assert_eq!(host, "127.0.0.1");
        assert!(!reason.contains("secret"), "{reason}");
    }
}
