//! The messages of STUN (RFC 8489 §5, §14) and TURN (RFC 8656 §18) that a check needs: written, read, signed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hmac::{Hmac, KeyInit as _, Mac as _};
use openssl::hash::{MessageDigest, hash};
use rand::Rng as _;
use sha1::Sha1;

use super::Failure;

/// Bytes of a header: type, length, cookie, transaction.
pub(super) const HEADER: usize = 20;
/// What every message has at its fifth byte (RFC 8489 §5).
const COOKIE: u32 = 0x2112_A442;
/// REQUESTED-TRANSPORT of UDP, which is protocol 17 (RFC 8656 §18.7).
pub(super) const UDP: [u8; 4] = [17, 0, 0, 0];
/// Bytes of HMAC-SHA1, and of an attribute's type and length.
const SIGNATURE: usize = 20;
const ATTRIBUTE_HEADER: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Binding,
    Allocate,
    Refresh,
}

impl Method {
    const fn code(self) -> u16 {
        match self {
            Self::Binding => 1,
            Self::Allocate => 3,
            Self::Refresh => 4,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Request,
    Success,
    Error,
}

impl Class {
    /// Its two bits in the type of a message, which stand among those of the method.
    const fn bits(self) -> u16 {
        match self {
            Self::Request => 0x000,
            Self::Success => 0x100,
            Self::Error => 0x110,
        }
    }
}

/// Types of attributes.
pub(super) struct Attribute;

impl Attribute {
    const USERNAME: u16 = 0x0006;
    const MESSAGE_INTEGRITY: u16 = 0x0008;
    const ERROR_CODE: u16 = 0x0009;
    pub(super) const LIFETIME: u16 = 0x000D;
    pub(super) const REALM: u16 = 0x0014;
    pub(super) const NONCE: u16 = 0x0015;
    pub(super) const XOR_RELAYED_ADDRESS: u16 = 0x0016;
    pub(super) const REQUESTED_TRANSPORT: u16 = 0x0019;
    pub(super) const XOR_MAPPED_ADDRESS: u16 = 0x0020;
}

/// What requests of somebody are signed with (RFC 8489 §9.2).
pub(super) struct Key {
    username: String,
    realm: String,
    nonce: Vec<u8>,
    /// MD5 over username, realm and password.
    secret: Vec<u8>,
}

impl Key {
    pub(super) fn new(username: &str, realm: &str, password: &str, nonce: &[u8]) -> Result<Self, Failure> {
        let text = format!("{username}:{realm}:{password}");
        let secret =
            hash(MessageDigest::md5(), text.as_bytes()).map_err(|error| Failure::Unreachable(error.to_string()))?;
        Ok(Self {
            username: username.to_owned(),
            realm: realm.to_owned(),
            nonce: nonce.to_vec(),
            secret: secret.to_vec(),
        })
    }

    fn mac(&self, text: &[u8]) -> Option<Hmac<Sha1>> {
        Some(Hmac::<Sha1>::new_from_slice(&self.secret).ok()?.chain_update(text))
    }
}

/// A message, without its signature.
#[derive(Clone, Debug)]
pub(super) struct Message {
    kind: u16,
    pub(super) class: Class,
    transaction: [u8; 12],
    attributes: Vec<(u16, Vec<u8>)>,
    /// The bytes that came in, if it did.
    raw: Vec<u8>,
}

impl Message {
    /// A question of its own transaction.
    pub(super) fn request(method: Method) -> Self {
        let mut transaction = [0_u8; 12];
        rand::rng().fill_bytes(&mut transaction);
        Self {
            kind: method.code(),
            class: Class::Request,
            transaction,
            attributes: Vec::new(),
            raw: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, kind: u16, value: &[u8]) {
        self.attributes.push((kind, value.to_vec()));
    }

    /// Whether this is an answer to `request`.
    pub(super) fn answers(&self, request: &Self) -> bool {
        self.kind == request.kind && self.transaction == request.transaction && self.class != Class::Request
    }

    /// As it goes out: signed, where there is somebody to sign for.
    pub(super) fn bytes(&self, key: Option<&Key>) -> Vec<u8> {
        let mut whole = self.clone();
        let Some(key) = key else {
            return whole.bytes_unsigned();
        };
        whole.push(Attribute::USERNAME, key.username.as_bytes());
        whole.push(Attribute::REALM, key.realm.as_bytes());
        whole.push(Attribute::NONCE, &key.nonce);
        // The length that is signed counts the signature (RFC 8489 §14.5).
        let mut bytes = whole.bytes_unsigned();
        set_length(&mut bytes, ATTRIBUTE_HEADER + SIGNATURE);
        let signature = key.mac(&bytes).map(|mac| mac.finalize().into_bytes());
        write_attribute(
            &mut bytes,
            Attribute::MESSAGE_INTEGRITY,
            signature.as_deref().unwrap_or_default(),
        );
        bytes
    }

    pub(super) fn bytes_unsigned(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128);
        bytes.extend((self.kind | self.class.bits()).to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(COOKIE.to_be_bytes());
        bytes.extend(self.transaction);
        for (kind, value) in &self.attributes {
            write_attribute(&mut bytes, *kind, value);
        }
        set_length(&mut bytes, 0);
        bytes
    }

    /// How many bytes follow a header; `None` if it is none.
    pub(super) fn length_after(header: &[u8]) -> Option<usize> {
        let [high, low, length_high, length_low, cookie @ ..] = header.get(..8)? else {
            return None;
        };
        let length = u16::from_be_bytes([*length_high, *length_low]);
        let is_stun = u16::from_be_bytes([*high, *low]) < 0x4000 && cookie == COOKIE.to_be_bytes() && length % 4 == 0;
        is_stun.then_some(length.into())
    }

    /// Reads one whole message; `None` for anything else.
    pub(super) fn read(raw: &[u8]) -> Option<Self> {
        let length = Self::length_after(raw)?;
        if raw.len() != HEADER + length {
            return None;
        }
        let kind = u16::from_be_bytes([raw[0], raw[1]]);
        let class = match kind & 0x110 {
            0x000 => Class::Request,
            0x100 => Class::Success,
            0x110 => Class::Error,
            // An indication, which answers nothing.
            _ => return None,
        };
        let mut attributes = Vec::new();
        let mut rest = &raw[HEADER..];
        while let [high, low, length_high, length_low, after @ ..] = rest {
            let length = usize::from(u16::from_be_bytes([*length_high, *length_low]));
            attributes.push((u16::from_be_bytes([*high, *low]), after.get(..length)?.to_vec()));
            rest = after.get(length.next_multiple_of(4)..)?;
        }
        Some(Self {
            kind: kind & !0x110,
            class,
            transaction: raw[8..HEADER].try_into().ok()?,
            attributes,
            raw: raw.to_vec(),
        })
    }

    /// Whether it came in with a signature by `key` (RFC 8489 §14.5).
    pub(super) fn is_signed_by(&self, key: &Key) -> bool {
        let mut at = HEADER;
        for (kind, value) in &self.attributes {
            if *kind == Attribute::MESSAGE_INTEGRITY {
                let Some(signed) = self.raw.get(..at) else { return false };
                let mut signed = signed.to_vec();
                set_length(&mut signed, ATTRIBUTE_HEADER + SIGNATURE);
                return key.mac(&signed).is_some_and(|mac| mac.verify_slice(value).is_ok());
            }
            at += ATTRIBUTE_HEADER + value.len().next_multiple_of(4);
        }
        false
    }

    pub(super) fn bytes_of(&self, kind: u16) -> Option<&[u8]> {
        let (_, value) = self.attributes.iter().find(|(of, _)| *of == kind)?;
        Some(value)
    }

    pub(super) fn text(&self, kind: u16) -> Option<String> {
        String::from_utf8(self.bytes_of(kind)?.to_vec()).ok()
    }

    /// Code and words of an error (RFC 8489 §14.8).
    pub(super) fn error(&self) -> Option<(u16, String)> {
        let [_, _, class, number, reason @ ..] = self.bytes_of(Attribute::ERROR_CODE)? else {
            return None;
        };
        let code = u16::from(*class & 7) * 100 + u16::from(*number);
        // In a log or on a terminal, words of others are words and nothing else.
        let reason = String::from_utf8_lossy(reason);
        Some((code, reason.chars().filter(|sign| !sign.is_control()).collect()))
    }

    /// An address that is written crossed with cookie and transaction, so that no router on the way changes it (RFC 8489 §14.2).
    pub(super) fn address(&self, kind: u16) -> Option<SocketAddr> {
        let [_, family, port_high, port_low, address @ ..] = self.bytes_of(kind)? else {
            return None;
        };
        let mask = self.mask();
        let port = u16::from_be_bytes([port_high ^ mask[0], port_low ^ mask[1]]);
        let crossed: Vec<u8> = address.iter().zip(mask).map(|(byte, with)| byte ^ with).collect();
        let ip: IpAddr = match family {
            1 => <[u8; 4]>::try_from(crossed).map(Ipv4Addr::from).ok()?.into(),
            2 => <[u8; 16]>::try_from(crossed).map(Ipv6Addr::from).ok()?.into(),
            _ => return None,
        };
        Some(SocketAddr::new(ip, port))
    }

    fn mask(&self) -> [u8; 16] {
        let mut mask = [0; 16];
        mask[..4].copy_from_slice(&COOKIE.to_be_bytes());
        mask[4..].copy_from_slice(&self.transaction);
        mask
    }
}

fn write_attribute(bytes: &mut Vec<u8>, kind: u16, value: &[u8]) {
    bytes.extend(kind.to_be_bytes());
    bytes.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// Writes into the header how much follows it, and `more`.
fn set_length(bytes: &mut [u8], more: usize) {
    let length = u16::try_from(bytes.len() - HEADER + more).unwrap_or(u16::MAX);
    bytes[2..4].copy_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
impl Message {
    /// Writes an address as servers do.
    pub(super) fn push_address(&mut self, kind: u16, address: SocketAddr) {
        let ip = match address.ip() {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        let mask = self.mask();
        let port = address.port().to_be_bytes();
        let mut value = vec![
            0,
            if ip.len() == 4 { 1 } else { 2 },
            port[0] ^ mask[0],
            port[1] ^ mask[1],
        ];
        value.extend(ip.iter().zip(mask).map(|(byte, with)| byte ^ with));
        self.push(kind, &value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let hex: String = hex.split_whitespace().collect();
        hex.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// RFC 5769 §2.2 and §2.3: answers over IPv4 and IPv6, signed with a short-term password.
    const ANSWER_V4: &str = "0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220
                             00200008 0001a147 e112a643 00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96";
    const ANSWER_V6: &str = "01010048 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220
                             00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9 00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41
                             80280004 c8fb0b4c";
    /// RFC 5769 §2.4: a request with long-term authentication.
    const REQUEST: &str = "00010060 2112a442 78ad3433 c6ad72c0 29da412e 00060012 e3839ee3 8388e383 aae38383 e382af e382b9 0000
                           0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 3634734 1 0014000b 6578616d 706c652e 6f726700
                           00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666";

    #[test]
    fn the_answers_of_rfc_5769_are_read_and_their_signatures_hold() {
        let key = Key {
            username: String::new(),
            realm: String::new(),
            nonce: Vec::new(),
            secret: b"VOkJxbRl1RmTxUk/WvJxBt".to_vec(),
        };
        for (hex, address) in [
            (ANSWER_V4, "192.0.2.1:32853"),
            (ANSWER_V6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
        ] {
            let raw = bytes(hex);
            let answer = Message::read(&raw).unwrap();
            assert_eq!(answer.class, Class::Success);
            assert_eq!(
                answer.address(Attribute::XOR_MAPPED_ADDRESS),
                Some(address.parse().unwrap())
            );
            assert!(answer.is_signed_by(&key));
            let mut forged = raw;
            forged[30] ^= 1;
            assert!(!Message::read(&forged).unwrap().is_signed_by(&key));
        }
    }

    #[test]
    fn the_request_of_rfc_5769_is_signed_by_its_person() {
        let request = Message::read(&bytes(REQUEST)).unwrap();
        let realm = request.text(Attribute::REALM).unwrap();
        let nonce = request.bytes_of(Attribute::NONCE).unwrap();
        let name = "\u{30de}\u{30c8}\u{30ea}\u{30c3}\u{30af}\u{30b9}";
        assert_eq!(realm, "example.org");
        // The password of the RFC after SASLprep.
        assert!(request.is_signed_by(&Key::new(name, &realm, "TheMatrIX", nonce).unwrap()));
        assert!(!request.is_signed_by(&Key::new(name, &realm, "thematrix", nonce).unwrap()));
    }

    #[test]
    fn what_is_written_reads_back() {
        let key = Key::new("ana", "speakle", "secret", b"nonce of odd length").unwrap();
        let mut request = Message::request(Method::Allocate);
        request.push(Attribute::REQUESTED_TRANSPORT, &UDP);
        let read = Message::read(&request.bytes(Some(&key))).unwrap();
        assert_eq!(read.text(Attribute::USERNAME).as_deref(), Some("ana"));
        assert_eq!(read.text(Attribute::REALM).as_deref(), Some("speakle"));
        assert_eq!(read.bytes_of(Attribute::REQUESTED_TRANSPORT), Some(&UDP[..]));
        assert!(read.is_signed_by(&key));
        assert!(!Message::read(&request.bytes(None)).unwrap().is_signed_by(&key));
        assert!(!read.answers(&request), "a question is no answer");
        let mut answer = read;
        answer.class = Class::Error;
        answer.push(Attribute::ERROR_CODE, b"\0\0\x04\x01Un\x1bauthorized");
        assert!(answer.answers(&request) && !answer.answers(&Message::request(Method::Allocate)));
        assert_eq!(answer.error(), Some((401, "Unauthorized".to_owned())));
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_not_read() {
        let raw = bytes(ANSWER_V4);
        for length in 0..raw.len() {
            assert!(Message::read(&raw[..length]).is_none(), "{length} bytes");
        }
        for (at, byte) in [(0, 0x80), (3, 0x3d), (4, 0), (23, 0xff)] {
            let mut wrong = raw.clone();
            wrong[at] = byte;
            assert!(Message::read(&wrong).is_none(), "byte {at}");
        }
    }
}
