//! What is coarse about a device: browser and system without versions, and the network of its address (/24, or /48 for IPv6).

use std::net::IpAddr;

/// Browsers by what only they say, the most particular first: most say that they are the others as well.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Safari/", "Safari"),
];
/// Systems in the same way.
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];
/// Characters of the name of a program that is none of these.
const NAME_MAX: usize = 30;

/// A device, coarsely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Device {
    /// Browser and system, as "Firefox, Linux"; empty if it did not say.
    pub(super) family: String,
    /// The network of its address.
    pub(super) network: String,
}

impl Device {
    /// Of what a browser calls itself, at an address.
    pub(super) fn of(user_agent: &str, address: IpAddr) -> Self {
        Self {
            family: family(user_agent),
            network: network(address),
        }
    }
}

fn family(user_agent: &str) -> String {
    let known = |table: &[(&str, &'static str)]| {
        table
            .iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| (*name).to_owned())
    };
    let program = || {
        let name: String = user_agent.split(['/', ' ']).next()?.chars().take(NAME_MAX).collect();
        (!name.is_empty()).then_some(name)
    };
    let browser = known(&BROWSERS).or_else(program);
    browser
        .into_iter()
        .chain(known(&SYSTEMS))
        .collect::<Vec<_>>()
        .join(", ")
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_systems_are_told_apart_and_versions_are_not() {
        for (user_agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox, Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0",
                "Edge, Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
                "Chrome, Linux",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
                "Chrome, Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari, iPhone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                "Safari, macOS",
            ),
            ("curl/8.14.1", "curl"),
            ("", ""),
        ] {
            assert_eq!(family(user_agent), name, "{user_agent}");
        }
        assert_eq!(family(&"x".repeat(300)).len(), NAME_MAX);
    }

    #[test]
    fn an_address_counts_by_its_network() {
        let of = |address: &str| network(address.parse().unwrap());
        assert_eq!(of("203.0.113.7"), of("203.0.113.250"));
        assert_ne!(of("203.0.113.7"), of("203.0.114.7"));
        assert_eq!(of("::ffff:203.0.113.7"), of("203.0.113.9"));
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:ffff::9"));
        assert_ne!(of("2001:db8:1::3"), of("2001:db8:2::3"));
    }
}
