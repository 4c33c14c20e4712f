//! A real TURN server (coturn) of one test, on loopback.

use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::PATIENCE;
use super::process::free_address;

/// What it shares with Speakle.
pub const SECRET: &str = "quiet-harbour-lantern";

/// Killed when dropped.
pub struct Coturn {
    pub port: u16,
    pub tls_port: u16,
    folder: TempDir,
    child: Child,
}

impl Coturn {
    /// Starts it and waits until it answers. Somebody else may take a free port before it does: then once more.
    pub fn start() -> Self {
        for _ in 0..4 {
            if let Some(started) = Self::start_once() {
                return started;
            }
        }
        panic!("turnserver does not start; script/bootstrap installs coturn")
    }

    fn start_once() -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("speakle-turn-").tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).display().to_string();
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=127.0.0.1",
            ])
            .args(["-addext", "subjectAltName=IP:127.0.0.1"])
            .args(["-keyout", &file("key.pem"), "-out", &file("cert.pem")])
            .output()
            .expect("openssl does not start");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let (port, tls_port) = (free_address().port(), free_address().port());
        let program = std::env::var_os("TURNSERVER").filter(|name| !name.is_empty());
        let child = Command::new(program.unwrap_or_else(|| "turnserver".into()))
            .current_dir(folder.path())
            .args([
                "-n",
                "--use-auth-secret",
                "--allow-loopback-peers",
                "--no-cli",
                "--no-dtls",
                "--realm=speakle.example",
            ])
            .args(["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.2", "--log-file=stdout"])
            .arg(format!("--static-auth-secret={SECRET}"))
            .arg(format!("--listening-port={port}"))
            .arg(format!("--tls-listening-port={tls_port}"))
            .args(
                [
                    ("cert", "cert.pem"),
                    ("pkey", "key.pem"),
                    ("pidfile", "pid"),
                    ("userdb", "db"),
                ]
                .map(|(option, name)| format!("--{option}={}", file(name))),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is no turnserver; script/bootstrap installs coturn");
        let mut started = Self {
            port,
            tls_port,
            folder,
            child,
        };
        started.is_up().then_some(started)
    }

    /// Whether it answers a STUN Binding (RFC 8489 §5); not if it ends first.
    fn is_up(&mut self) -> bool {
        let question = *b"\x00\x01\x00\x00\x21\x12\xa4\x42is-it-there?";
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            let mut answer = [0_u8; 512];
            let _ = socket.send_to(&question, ("127.0.0.1", self.port));
            if socket.recv(&mut answer).is_ok_and(|length| length > 20) && answer[8..20] == question[8..] {
                return true;
            }
        }
        false
    }

    /// The certificate by which it is known over TLS.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// Its addresses over UDP, TCP and TLS.
    pub fn urls(&self) -> [String; 3] {
        [
            format!("turn:127.0.0.1:{}?transport=udp", self.port),
            format!("turn:127.0.0.1:{}?transport=tcp", self.port),
            format!("turns:127.0.0.1:{}?transport=tcp", self.tls_port),
        ]
    }
}

impl Drop for Coturn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
