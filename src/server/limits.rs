//! How often one person or one address may do what costs us or bothers others.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::kernel::error::AppError;

/// How often keys are forgotten that count for nothing any more.
const TIDY: Duration = Duration::from_secs(60);

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Tries to sign in, per address and per name.
    SignIn,
    /// Devices that are asked for a passkey, per address: the page to sign in asks by itself.
    Ceremony,
    /// New accounts, per address.
    Register,
    /// Mails that somebody asks for by hand, per mailbox that they go to.
    Mail,
    /// Asking for links in mails and coming with one, per address.
    Link,
    /// Requests to become partners, per person.
    Request,
    /// Call invitations, per person.
    Invitation,
    /// Messages, per person.
    Message,
    /// Characters of messages, per person: all that is written goes out to every tab of the partner.
    Text,
    /// Notifications and messages marked as read, per person.
    Reading,
    /// Other changes (profile, appearance), per person.
    Change,
    /// Pictures of oneself, per person: each is decoded and encoded again.
    Picture,
    /// Archives of one's own data, per person: each is made of everything that they have.
    Archive,
    /// Plain forms that bring something back to their page, per address.
    Form,
    /// Calendars that fetch appointments, per address.
    Feed,
    /// Sockets opened, per person.
    Socket,
    /// Credentials of the TURN servers, per person: a tab asks when it opens the room, and at each attempt to find a new way.
    Relay,
    /// What tabs ask and say by themselves, per person: all tabs of somebody may come back at once, and each asks every other second while
    /// it has no socket and shows a call.
    Tab,
}

/// Every limiter of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Limits(Option<Arc<[Limiter]>>);

/// What is limited, and how often each key has done it.
type Limiter = (Limit, DefaultKeyedRateLimiter<String>);

impl Limits {
    /// The limits in force, or none at all (`RATE_LIMIT=off`).
    pub fn new(on: bool) -> Self {
        // Per minute, with the same number at once: people come in bursts.
        let per_minute = [
            (Limit::SignIn, 10),
            (Limit::Ceremony, 120),
            (Limit::Register, 10),
            (Limit::Link, 20),
            (Limit::Request, 20),
            (Limit::Invitation, 20),
            (Limit::Message, 120),
            (Limit::Text, 40_000),
            (Limit::Reading, 240),
            (Limit::Change, 60),
            (Limit::Picture, 10),
            (Limit::Form, 60),
            (Limit::Feed, 60),
            (Limit::Socket, 120),
            (Limit::Relay, 120),
            (Limit::Tab, 6_000),
        ];
        // A mailbox is not filled by strangers.
        let per_hour = [(Limit::Mail, 5)];
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        // Three at once, and then one every eight hours: three a day.
        let archive = Quota::with_period(Duration::from_secs(8 * 3600)).map(|quota| quota.allow_burst(number(3)));
        Self(on.then(|| {
            let minutes = per_minute.map(|(limit, most)| (limit, Quota::per_minute(number(most))));
            let hours = per_hour.map(|(limit, most)| (limit, Quota::per_hour(number(most))));
            let quotas = minutes
                .into_iter()
                .chain(hours)
                .chain(archive.map(|quota| (Limit::Archive, quota)));
            quotas
                .map(|(limit, quota)| (limit, RateLimiter::keyed(quota)))
                .collect()
        }))
    }

    /// Whether anything is limited.
    pub const fn are_on(&self) -> bool {
        self.0.is_some()
    }

    /// Counts one use by `key` (a person's id, a name).
    ///
    /// # Errors
    /// [`AppError::Limited`] with the wait, when there were too many.
    pub fn check(&self, limit: Limit, key: &str) -> Result<(), AppError> {
        self.check_many(limit, key, NonZeroU32::MIN)
    }

    /// Counts `uses` at once: all of them, or none if there is no room for all.
    ///
    /// # Errors
    /// As for [`Limits::check`]; more than ever fit at once are [`AppError::Malformed`].
    pub fn check_many(&self, limit: Limit, key: &str, uses: NonZeroU32) -> Result<(), AppError> {
        let Some(table) = &self.0 else { return Ok(()) };
        let Some((_, limiter)) = table.iter().find(|(of, _)| *of == limit) else {
            return Ok(());
        };
        limiter
            .check_key_n(&key.to_owned(), uses)
            .map_err(|_| AppError::Malformed)?
            .map_err(|again| {
                let wait = again.wait_time_from(DefaultClock::default().now());
                AppError::Limited {
                    seconds: u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX),
                }
            })
    }

    /// Counts one use by an address. The 2⁶⁴ addresses of an IPv6 network are one: whoever has one of them has them all.
    ///
    /// # Errors
    /// As for [`Limits::check`].
    pub fn check_address(&self, limit: Limit, address: IpAddr) -> Result<(), AppError> {
        // A name that reads like an address is another key.
        self.check(limit, &format!("address {}", network(address)))
    }

    /// Tidies up for as long as the process lives.
    pub async fn keep_tidying(self) {
        loop {
            tokio::time::sleep(TIDY).await;
            self.tidy();
        }
    }

    /// Forgets keys that are back at their full allowance, so that memory does not grow with every address ever seen.
    pub fn tidy(&self) {
        for (_, limiter) in self.0.iter().flat_map(|table| table.iter()) {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// The address of IPv4, the /64 network of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_sign_in_of_a_minute_waits_and_others_do_not() {
        let limits = Limits::new(true);
        for _ in 0..10 {
            limits.check(Limit::SignIn, "10.0.0.1").unwrap();
        }
        assert!(matches!(
            limits.check(Limit::SignIn, "10.0.0.1"),
            Err(AppError::Limited { seconds: 1..=60 })
        ));
        limits.check(Limit::SignIn, "10.0.0.2").unwrap();
        limits.check(Limit::Register, "10.0.0.1").unwrap();
    }

    #[test]
    fn characters_are_counted_together_and_all_or_none() {
        let limits = Limits::new(true);
        let many = |number| limits.check_many(Limit::Text, "one", NonZeroU32::new(number).unwrap());
        for _ in 0..10 {
            many(3_990).unwrap();
        }
        assert!(matches!(many(4_000), Err(AppError::Limited { seconds: 1..=60 })));
        many(50).unwrap();
        assert_eq!(many(40_001), Err(AppError::Malformed));
    }

    #[test]
    fn an_ipv6_network_is_one_address_and_mapped_ipv4_is_ipv4() {
        for (one, same) in [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
        ] {
            assert_eq!(network(one.parse().unwrap()), network(same.parse().unwrap()), "{one}");
        }
        for (one, other) in [
            ("2001:db8:1:2::1", "2001:db8:1:3::1"),
            ("192.0.2.7", "192.0.2.8"),
            ("::ffff:192.0.2.7", "::ffff:192.0.2.8"),
        ] {
            assert_ne!(network(one.parse().unwrap()), network(other.parse().unwrap()), "{one}");
        }
        let limits = Limits::new(true);
        for n in 0..10 {
            let address = format!("2001:db8::{n}").parse().unwrap();
            limits.check_address(Limit::SignIn, address).unwrap();
        }
        let address = "2001:db8::ffff".parse().unwrap();
        assert!(limits.check_address(Limit::SignIn, address).is_err());
        limits.check(Limit::SignIn, "2001:db8::").unwrap();
    }

    #[test]
    fn off_means_off() {
        let limits = Limits::new(false);
        assert!((0..1_000).all(|_| limits.check(Limit::SignIn, "x").is_ok()));
        assert!(!limits.are_on() && Limits::new(true).are_on());
    }
}
