//! The certificates that one side of a connection may show, as its description names them.

use std::fmt;

/// The fingerprints of a description (RFC 8122 §5), each once and in a fixed order, so that both sides write the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprints(Vec<String>);

impl Fingerprints {
    /// All `a=fingerprint` lines of an SDP, those of the session and of every line of media; `None` if there are none, or one that is not understood: what
    /// a browser makes of it is not known.
    pub fn of_sdp(sdp: &str) -> Option<Self> {
        let mut found = sdp
            .lines()
            .filter_map(|line| line.strip_prefix("a=fingerprint:"))
            .map(fingerprint)
            .collect::<Option<Vec<String>>>()?;
        found.sort();
        found.dedup();
        (!found.is_empty()).then_some(Self(found))
    }

    /// Whether a certificate with this SHA-256 is among them. Those that name no SHA-256 at all cannot tell.
    pub fn allow(&self, sha256: &[u8; 32]) -> bool {
        let digits: Vec<String> = sha256.iter().map(|byte| format!("{byte:02X}")).collect();
        let wanted = format!("sha-256 {}", digits.join(":"));
        let mut named = self.0.iter().filter(|one| one.starts_with("sha-256 ")).peekable();
        named.peek().is_none() || named.any(|one| *one == wanted)
    }
}

/// One as it is written here, so that nothing passes for two of them.
fn fingerprint(value: &str) -> Option<String> {
    let (algorithm, digest) = value.trim().split_once(' ')?;
    let digest = digest.trim();
    let is_digest = digest.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
    let is_name = algorithm
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_digest && is_name).then(|| format!("{} {}", algorithm.to_ascii_lowercase(), digest.to_ascii_uppercase()))
}

impl fmt::Display for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Option<Fingerprints> {
        Fingerprints::of_sdp(&format!(
            "v=0\r\n{}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
            lines.join("\r\n")
        ))
    }

    #[test]
    fn the_same_certificates_read_the_same_however_they_are_written() {
        let once = of(&["a=fingerprint:sha-256 AA:0B"]).unwrap();
        assert_eq!(once.to_string(), "sha-256 AA:0B");
        assert_eq!(
            of(&["a=fingerprint:SHA-256 aa:0b", "a=fingerprint:sha-256 AA:0B "]).unwrap(),
            once
        );
        let both = of(&["a=fingerprint:sha-256 AA:0B", "a=fingerprint:sha-1 01"]).unwrap();
        assert_eq!(
            both,
            of(&["a=fingerprint:sha-1 01", "a=fingerprint:sha-256 AA:0B"]).unwrap()
        );
        assert_ne!(both, once, "one more certificate is another set");
        for none in [
            of(&[]),
            of(&["a=fingerprint:sha-256"]),
            of(&["a=fingerprint:sha-256 AA:0B, sha-1 01"]),
            of(&["a=fingerprint:sha-256 AA:0B", "a=fingerprint:sha-256 ?"]),
            of(&["b=fingerprint:sha-256 AA"]),
        ] {
            assert_eq!(none, None);
        }
    }

    #[test]
    fn a_certificate_is_one_of_those_that_were_named() {
        let mut digest = [0_u8; 32];
        digest[0] = 0xAB;
        let rest = ":00".repeat(31);
        let named = of(&[&format!("a=fingerprint:sha-256 AB{rest}")]).unwrap();
        assert!(named.allow(&digest));
        digest[31] = 1;
        assert!(!named.allow(&digest));
        assert!(
            of(&["a=fingerprint:sha-512 01"]).unwrap().allow(&digest),
            "nothing to compare with"
        );
    }
}
