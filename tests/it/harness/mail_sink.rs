//! A real mail server (npm's `smtp-server`) for each test, on loopback, and mails as their readers see them.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{PATIENCE, eventually};

/// Who may log in.
pub const LOGIN: &str = "speakle:quiet-harbour-lantern";

/// Of one test. All of them are in one process: its start takes longer than many a test.
pub struct MailSink {
    pub port: u16,
    obeyed: Mutex<Receiver<()>>,
    came: Arc<Mutex<Vec<Came>>>,
}

/// The process. It ends with its input, which the system closes when the test binary is no more, however it ended.
struct Process {
    /// Kept, so that it is known to run as long as the tests do.
    _child: Child,
    orders: Mutex<ChildStdin>,
    /// Ports of those that have just opened.
    opened: Mutex<Receiver<u16>>,
    ears: Ears,
}

/// Who is told what the one on a port says.
type Ears = Arc<Mutex<BTreeMap<u64, Ear>>>;

struct Ear {
    obeys: Sender<()>,
    came: Arc<Mutex<Vec<Came>>>,
}

fn process() -> &'static Process {
    static PROCESS: OnceLock<Process> = OnceLock::new();
    PROCESS.get_or_init(Process::start)
}

impl Process {
    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("end2end/fixtures/smtp-sink.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node does not start");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (opens, opened) = channel();
        let ears = Ears::default();
        let told = Arc::clone(&ears);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let said: serde_json::Value = serde_json::from_str(&line).unwrap();
                match said["listening"].as_u64() {
                    Some(port) => opens.send(u16::try_from(port).unwrap()).unwrap(),
                    None => hear(&told.lock().unwrap(), &said),
                }
            }
        });
        Self {
            orders: Mutex::new(child.stdin.take().unwrap()),
            _child: child,
            opened: Mutex::new(opened),
            ears,
        }
    }

    fn order(&self, order: &serde_json::Value) {
        writeln!(self.orders.lock().unwrap(), "{order}").unwrap();
    }
}

/// What nobody waits for any more is forgotten: a test may end before its mails have come.
fn hear(ears: &BTreeMap<u64, Ear>, said: &serde_json::Value) {
    let Some(ear) = said["port"].as_u64().and_then(|port| ears.get(&port)) else {
        return;
    };
    if said["refusing"].is_u64() {
        let _ = ear.obeys.send(());
        return;
    }
    let text = |name: &str| said[name].as_str().map(str::to_owned);
    let to = said["to"].as_array().unwrap().iter();
    ear.came.lock().unwrap().push(Came {
        refused: said["code"].as_u64(),
        to: to.map(|to| to.as_str().unwrap().to_owned()).collect(),
        raw: text("took").or_else(|| text("refused")).unwrap(),
    });
}

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Came {
    /// With what it was refused, if it was.
    pub refused: Option<u64>,
    pub to: Vec<String>,
    pub raw: String,
}

impl MailSink {
    pub fn start() -> Self {
        let process = process();
        process.order(&serde_json::json!({ "open": true }));
        let opened = process.opened.lock().unwrap().recv_timeout(PATIENCE);
        let port = opened.expect("the mail server does not listen; script/bootstrap installs it");
        let (came, (obeys, obeyed)) = (Arc::default(), channel());
        let ear = Ear {
            obeys,
            came: Arc::clone(&came),
        };
        process.ears.lock().unwrap().insert(port.into(), ear);
        Self {
            port,
            obeyed: Mutex::new(obeyed),
            came,
        }
    }

    /// `SMTP_URL` for it.
    pub fn url(&self) -> String {
        format!("smtp://{LOGIN}@127.0.0.1:{}", self.port)
    }

    /// Refuses the next mails with this code, at the end of each (`data`) or for who it is to (`rcpt`).
    pub fn refuse(&self, code: u16, times: usize, at: &str) {
        process().order(&serde_json::json!({ "refuse": code, "times": times, "at": at, "port": self.port }));
        self.obeyed.lock().unwrap().recv_timeout(PATIENCE).unwrap();
    }

    /// Everything that has come, refused or not.
    pub fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    /// Waits until as many have come; answers the last of them.
    pub async fn mail(&self, number: usize) -> Came {
        let came = eventually("a mail", || async {
            Some(self.came()).filter(|came| came.len() >= number)
        })
        .await;
        assert_eq!(came.len(), number, "more mails than expected: {came:#?}");
        came.into_iter().next_back().unwrap()
    }

    /// Waits until one has come with this subject, among whatever others; there is no second one.
    pub async fn mail_about(&self, subject: &str) -> Came {
        let about = || {
            let mut came = self.came();
            came.retain(|came| came.read().subject() == subject);
            came
        };
        let mut came = eventually("a mail", || async { Some(about()).filter(|came| !came.is_empty()) }).await;
        assert_eq!(came.len(), 1, "more mails than expected: {came:#?}");
        came.remove(0)
    }
}

impl Drop for MailSink {
    fn drop(&mut self) {
        let process = process();
        let mut ears = process.ears.lock().unwrap_or_else(PoisonError::into_inner);
        ears.remove(&self.port.into());
        drop(ears);
        // Where the process has ended, so has this one.
        let close = serde_json::json!({ "close": self.port });
        let _ = writeln!(process.orders.lock().unwrap_or_else(PoisonError::into_inner), "{close}");
    }
}

/// A mail as a mail program shows it.
#[derive(Debug)]
pub struct Mail {
    /// By small names, unfolded.
    pub headers: BTreeMap<String, String>,
    pub text: String,
    pub html: String,
}

impl Came {
    pub fn read(&self) -> Mail {
        Mail::read(&self.raw)
    }
}

impl Mail {
    pub fn read(raw: &str) -> Self {
        let (headers, body) = headers(raw);
        let kind = &headers["content-type"];
        assert!(kind.starts_with("multipart/alternative;"), "{kind}");
        let boundary = kind.split_once("boundary=\"").unwrap().1.split('"').next().unwrap();
        let parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
        assert_eq!(parts.len(), 4, "two parts, and the end: {raw}");
        assert!(parts[3].starts_with("--"), "{raw}");
        let part = |part: &str, kind: &str| {
            let (headers, body) = self::headers(part.trim_start());
            assert!(headers["content-type"].starts_with(kind), "{headers:?}");
            decoded(
                body,
                headers.get("content-transfer-encoding").map_or("7bit", String::as_str),
            )
        };
        // The last is what programs show that can show all (RFC 2046 §5.1.4).
        Self {
            text: part(parts[1], "text/plain; charset=utf-8"),
            html: part(parts[2], "text/html; charset=utf-8"),
            headers,
        }
    }

    pub fn subject(&self) -> String {
        let words = self.headers["subject"].split(' ').map(|word| {
            match word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?=")) {
                Some(coded) => (true, String::from_utf8(STANDARD.decode(coded).unwrap()).unwrap()),
                None => (false, word.to_owned()),
            }
        });
        // Space between two coded words is none (RFC 2047 §6.2).
        let (mut subject, mut was_coded) = (String::new(), true);
        for (is_coded, word) in words {
            let is_joined = subject.is_empty() || (is_coded && was_coded);
            if !is_joined {
                subject.push(' ');
            }
            subject.push_str(&word);
            was_coded = is_coded;
        }
        subject
    }

    /// The link to a page, as it stands in the text; the HTML has the same.
    pub fn link(&self, page: &str) -> String {
        let line = self.text.lines().find(|line| line.contains(&format!("{page}?token=")));
        let link = line.unwrap_or_else(|| panic!("no link to {page} in {}", self.text));
        let in_html = link.replace('&', "&amp;");
        assert!(self.html.contains(&format!("href=\"{in_html}\"")), "{}", self.html);
        link.to_owned()
    }

    pub fn token(&self, page: &str) -> String {
        let link = self.link(page);
        let (_, query) = link.split_once("?token=").unwrap();
        query.split('&').next().unwrap().to_owned()
    }
}

fn headers(raw: &str) -> (BTreeMap<String, String>, &str) {
    let (head, body) = raw.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let lines = head.split("\r\n").map(|line| {
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("no header: {line}"));
        (name.to_lowercase(), value.trim().to_owned())
    });
    (lines.collect(), body)
}

fn decoded(body: &str, encoding: &str) -> String {
    let body = match encoding.to_lowercase().as_str() {
        "base64" => String::from_utf8(STANDARD.decode(body.replace("\r\n", "")).unwrap()).unwrap(),
        "quoted-printable" => {
            let joined = body.replace("=\r\n", "");
            let mut parts = joined.split('=');
            let mut bytes = parts.next().unwrap().as_bytes().to_vec();
            for part in parts {
                bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
                bytes.extend_from_slice(&part.as_bytes()[2..]);
            }
            String::from_utf8(bytes).unwrap()
        }
        "7bit" => body.to_owned(),
        other => panic!("{other}"),
    };
    body.replace("\r\n", "\n")
}
