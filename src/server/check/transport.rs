//! How questions travel: one packet each over UDP, one after another over TCP and TLS (RFC 8489 §6.2).

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use openssl::ssl::{HandshakeError, SslConnector, SslMethod, SslStream};

use super::message::{HEADER, Key, Message};
use super::{Failure, Over};

/// After how long a question over UDP is repeated first; each time after twice as long (RFC 8489 §6.2.1).
const REPEAT_AFTER: Duration = Duration::from_millis(500);
/// No system is asked to wait for less: zero would mean for ever.
const MOMENT: Duration = Duration::from_millis(1);

/// An open way to a server, until its time is over.
pub(super) struct Transport {
    way: Way,
    deadline: Instant,
}

enum Way {
    Udp(UdpSocket),
    Tcp(TcpStream),
    Tls(Box<SslStream<TcpStream>>),
}

impl Transport {
    pub(super) fn open(host: &str, port: u16, over: Over, deadline: Instant) -> Result<Self, Failure> {
        let mut addresses = addresses(host, port, deadline)?.into_iter();
        // A name may have several addresses: a browser tries all, and one that works is enough.
        let mut opened = Err(Failure::Unreachable("the name has no address".to_owned()));
        while let (Err(_), Some(address)) = (&opened, addresses.next()) {
            opened = open_way(host, address, over, deadline);
        }
        opened.map(|way| Self { way, deadline })
    }

    /// Asks, and answers what comes back; where the question is signed, the answer must be.
    pub(super) fn ask(&mut self, request: &Message, key: Option<&Key>) -> Result<Message, Failure> {
        let question = request.bytes(key);
        let answer = match &mut self.way {
            Way::Udp(socket) => ask_in_packets(socket, request, &question, self.deadline)?,
            Way::Tcp(stream) => {
                limit(stream, self.deadline)?;
                ask_in_stream(stream, &question)?
            }
            Way::Tls(stream) => {
                limit(stream.get_ref(), self.deadline)?;
                ask_in_stream(stream.as_mut(), &question)?
            }
        };
        if !answer.answers(request) {
            return Err(Failure::Nonsense);
        }
        // Errors about who we are cannot be signed.
        match key {
            Some(key) if answer.error().is_none() && !answer.is_signed_by(key) => Err(Failure::Unsigned),
            _ => Ok(answer),
        }
    }
}

/// What a name stands for. The system may look for longer than there is time; the thread that waits for it holds nobody up.
fn addresses(host: &str, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>, Failure> {
    let (tell, told) = mpsc::channel();
    let name = host.to_owned();
    thread::spawn(move || {
        let found = (name.as_str(), port).to_socket_addrs().map(Vec::from_iter);
        // Nobody listens when it came too late.
        let _ = tell.send(found);
    });
    let found = told
        .recv_timeout(left(deadline))
        .map_err(|_| Failure::Unreachable("no answer to where the name is".to_owned()))?;
    found.map_err(unreachable)
}

fn open_way(host: &str, address: SocketAddr, over: Over, deadline: Instant) -> Result<Way, Failure> {
    if over == Over::Udp {
        let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(any).map_err(unreachable)?;
        socket.connect(address).map_err(unreachable)?;
        return Ok(Way::Udp(socket));
    }
    let stream = TcpStream::connect_timeout(&address, left(deadline)).map_err(unreachable)?;
    if over == Over::Tcp {
        return Ok(Way::Tcp(stream));
    }
    limit(&stream, deadline)?;
    let refused = |error: openssl::error::ErrorStack| Failure::Unreachable(error.to_string());
    let connector = SslConnector::builder(SslMethod::tls_client()).map_err(refused)?.build();
    match connector.connect(host, stream) {
        Ok(stream) => Ok(Way::Tls(Box::new(stream))),
        Err(HandshakeError::Failure(half)) if half.ssl().verify_result() != openssl::x509::X509VerifyResult::OK => {
            let words = half.ssl().verify_result().error_string();
            Err(Failure::Unreachable(format!("its certificate is not trusted: {words}")))
        }
        // The system's way to say that the time is over.
        Err(HandshakeError::WouldBlock(_)) => Err(Failure::Silence),
        Err(error) => Err(Failure::Unreachable(format!("no TLS: {error}"))),
    }
}

fn ask_in_packets(
    socket: &UdpSocket,
    request: &Message,
    question: &[u8],
    deadline: Instant,
) -> Result<Message, Failure> {
    let mut wait = REPEAT_AFTER;
    let mut packet = [0_u8; 2048];
    while Instant::now() < deadline {
        socket.send(question).map_err(unreachable)?;
        let repeat = (Instant::now() + wait).min(deadline);
        while Instant::now() < repeat {
            socket.set_read_timeout(Some(left(repeat))).map_err(unreachable)?;
            match socket.recv(&mut packet) {
                // Anything else is none of ours.
                Ok(length) => match Message::read(&packet[..length]) {
                    Some(answer) if answer.answers(request) => return Ok(answer),
                    _ => {}
                },
                Err(error) if is_timeout(&error) => {}
                Err(error) => return Err(unreachable(error)),
            }
        }
        wait *= 2;
    }
    Err(Failure::Silence)
}

fn ask_in_stream(stream: &mut (impl Read + Write), question: &[u8]) -> Result<Message, Failure> {
    stream.write_all(question).map_err(unreachable)?;
    let mut answer = vec![0_u8; HEADER];
    stream.read_exact(&mut answer).map_err(unreachable)?;
    let length = Message::length_after(&answer).ok_or(Failure::Nonsense)?;
    answer.resize(HEADER + length, 0);
    stream.read_exact(&mut answer[HEADER..]).map_err(unreachable)?;
    Message::read(&answer).ok_or(Failure::Nonsense)
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now()).max(MOMENT)
}

fn limit(stream: &TcpStream, deadline: Instant) -> Result<(), Failure> {
    let left = Some(left(deadline));
    stream
        .set_read_timeout(left)
        .and_then(|()| stream.set_write_timeout(left))
        .map_err(unreachable)
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn unreachable(error: io::Error) -> Failure {
    if is_timeout(&error) {
        Failure::Silence
    } else {
        Failure::Unreachable(error.to_string())
    }
}
