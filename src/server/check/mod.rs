//! Whether STUN and TURN servers do their work, asked as a browser asks them.
//!
//! [`message`](self) reads and writes what STUN says, `transport` carries it over UDP, TCP and TLS. Everything blocks, for some seconds at most: this
//! is for `speakle check` and nothing that serves.

mod message;
mod transport;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use self::message::{Attribute, Class, Key, Message, Method};
use self::transport::Transport;
use super::config::HostAndPort;

/// How long a server may take to answer, everything together.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// The ports where none is named (RFC 7064, RFC 7065).
const PORT: u16 = 3478;
const TLS_PORT: u16 = 5349;

/// Attempts to allocate: the first is always refused, with what the next has to be made with; a nonce may be stale just then.
const ATTEMPTS: usize = 3;

/// What stands in the way.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Failure {
    /// The address is none that can be asked.
    #[error("not an address that can be asked")]
    Address,
    /// The name has no address, nobody listens, or TLS was refused; in the words of the system.
    #[error("{0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Silence,
    /// What came back is no answer to what was asked.
    #[error("the answer is not of a STUN or TURN server")]
    Nonsense,
    /// It answered with an error.
    #[error("refused: {code} {reason}")]
    Refused {
        /// As in RFC 8489 §14.8 and RFC 8656 §18.
        code: u16,
        /// In the server's words.
        reason: String,
    },
    /// It does not take credentials that were made with our secret just now.
    #[error("TURN_SECRET is not the secret that it knows, or one of the two clocks is wrong (401 {0})")]
    Stranger(String),
    /// The answer is not signed with the secret that both should know.
    #[error("the answer is not signed with TURN_SECRET")]
    Unsigned,
}

/// Asks a STUN server (`stun:host:port`) from which address we come; answers that address.
///
/// # Errors
/// What stands in the way.
pub fn stun(url: &str) -> Result<SocketAddr, Failure> {
    let (scheme, rest) = url.split_once(':').ok_or(Failure::Address)?;
    let mut transport = match scheme {
        "stun" => open(rest, Over::Udp)?,
        "stuns" => open(rest, Over::Tls)?,
        _ => return Err(Failure::Address),
    };
    let request = Message::request(Method::Binding);
    let answer = transport.ask(&request, None)?;
    match answer.class {
        Class::Success => answer.address(Attribute::XOR_MAPPED_ADDRESS).ok_or(Failure::Nonsense),
        _ => Err(refusal(&answer)),
    }
}

/// Has a TURN server (`turn:host:port?transport=…`, `turns:host:port`) make room for a relay and gives it back; answers the relay's address.
///
/// # Errors
/// What stands in the way.
pub fn turn(url: &str, username: &str, password: &str) -> Result<SocketAddr, Failure> {
    let (scheme, rest) = url.split_once(':').ok_or(Failure::Address)?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let over = match (scheme, query) {
        ("turn", "" | "transport=udp") => Over::Udp,
        ("turn", "transport=tcp") => Over::Tcp,
        ("turns", "" | "transport=tcp") => Over::Tls,
        _ => return Err(Failure::Address),
    };
    let mut transport = open(place, over)?;
    let mut key = None;
    for _ in 0..ATTEMPTS {
        let mut request = Message::request(Method::Allocate);
        request.push(Attribute::REQUESTED_TRANSPORT, &message::UDP);
        let answer = transport.ask(&request, key.as_ref())?;
        if answer.class == Class::Success {
            // What was made for us would end by itself after ten minutes.
            let mut goodbye = Message::request(Method::Refresh);
            goodbye.push(Attribute::LIFETIME, &0_u32.to_be_bytes());
            let _ = transport.ask(&goodbye, key.as_ref());
            return answer.address(Attribute::XOR_RELAYED_ADDRESS).ok_or(Failure::Nonsense);
        }
        let may_ask_again = match answer.error() {
            // Unauthorized, before we have said who we are.
            Some((401, _)) => key.is_none(),
            // Stale Nonce.
            Some((438, _)) => true,
            _ => false,
        };
        let (true, Some(realm), Some(nonce)) = (
            may_ask_again,
            answer.text(Attribute::REALM),
            answer.bytes_of(Attribute::NONCE),
        ) else {
            return Err(match (refusal(&answer), key) {
                (Failure::Refused { code: 401, reason }, Some(_)) => Failure::Stranger(reason),
                (failure, _) => failure,
            });
        };
        key = Some(Key::new(username, &realm, password, nonce)?);
    }
    Err(Failure::Nonsense)
}

fn refusal(answer: &Message) -> Failure {
    answer
        .error()
        .map_or(Failure::Nonsense, |(code, reason)| Failure::Refused { code, reason })
}

/// What carries the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Udp,
    Tcp,
    Tls,
}

fn open(place: &str, over: Over) -> Result<Transport, Failure> {
    let HostAndPort { host, port } = HostAndPort::parse(place).ok_or(Failure::Address)?;
    let port = port.unwrap_or(if over == Over::Tls { TLS_PORT } else { PORT });
    Transport::open(&host, port, over, Instant::now() + PATIENCE)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, UdpSocket};

    use super::*;

    #[test]
    fn addresses_that_cannot_be_asked_are_said_to_be_none() {
        for url in ["", "stun", "turn:127.0.0.1:1", "stun:", "http://127.0.0.1"] {
            assert_eq!(stun(url), Err(Failure::Address), "{url}");
        }
        for url in [
            "turn:",
            "turn:127.0.0.1:1?transport=sctp",
            "turns:127.0.0.1:1?transport=udp",
        ] {
            assert_eq!(turn(url, "", ""), Err(Failure::Address), "{url}");
        }
    }

    #[test]
    fn a_stun_server_that_loses_the_first_question_is_asked_again() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let url = format!("stun:{}", server.local_addr().unwrap());
        let asked = std::thread::spawn(move || stun(&url));
        let mut packet = [0_u8; 512];
        let (first, _) = server.recv_from(&mut packet).unwrap();
        let first = packet[..first].to_vec();
        let (length, from) = server.recv_from(&mut packet).unwrap();
        assert_eq!(&packet[..length], first, "another question");
        // Whoever does not know the question is not listened to.
        let mut foreign = Message::request(Method::Binding);
        foreign.class = Class::Success;
        server.send_to(&foreign.bytes_unsigned(), from).unwrap();
        let mut answer = Message::read(&packet[..length]).unwrap();
        answer.class = Class::Success;
        answer.push_address(Attribute::XOR_MAPPED_ADDRESS, from);
        server.send_to(&answer.bytes_unsigned(), from).unwrap();
        assert_eq!(asked.join().unwrap(), Ok(from));
    }

    #[test]
    fn a_server_that_is_something_else_is_not_taken_for_one() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("turn:{}?transport=tcp", listener.local_addr().unwrap());
        let asked = std::thread::spawn(move || turn(&url, "ana", "secret"));
        let (mut stream, _) = listener.accept().unwrap();
        let mut header = [0_u8; 20];
        stream.read_exact(&mut header).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        assert_eq!(asked.join().unwrap(), Err(Failure::Nonsense));
    }

    #[test]
    fn nobody_there_is_said_in_the_words_of_the_system() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        for scheme in ["turn", "turns"] {
            let failure = turn(&format!("{scheme}:{free}?transport=tcp"), "ana", "secret").unwrap_err();
            assert!(
                matches!(&failure, Failure::Unreachable(words) if words.contains("refused")),
                "{failure}"
            );
        }
    }
}
