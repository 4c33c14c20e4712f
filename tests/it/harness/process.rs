//! The program as a process: started as an operator starts it, killed as a machine kills it.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::PATIENCE;
use super::browser::Browser;

/// The program that the tests were built with.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_speakle");
/// Lines of a process that are kept for whoever looks into a failure.
const WORDS: usize = 200;

/// `program` with nothing of this process's settings.
pub fn command(program: impl AsRef<OsStr>, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null());
    // Where the pages' assets would be; a server that is started without cargo-leptos reads it from Leptos.toml.
    command.env("LEPTOS_OUTPUT_NAME", "speakle");
    command
}

/// The least that `speakle serve` takes for built pages, in `folder`: empty files. With a browser, end2end has the real ones.
pub fn lay_pages(folder: &Path) {
    let pkg = folder.join("target/site/pkg");
    std::fs::create_dir_all(&pkg).unwrap();
    for name in ["speakle.css", "speakle.js"] {
        std::fs::write(pkg.join(name), "").unwrap();
    }
}

/// An address on which nobody listens at this moment.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// `speakle serve`, listening. Killed when dropped, should the test fail.
pub struct Serving {
    program: PathBuf,
    folder: PathBuf,
    settings: Vec<(String, String)>,
    child: Child,
    pub addr: SocketAddr,
    said: Arc<Mutex<Vec<String>>>,
}

/// Memory of a process in KiB.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// What it holds at this moment.
    pub now: u64,
    /// The most that it has held.
    pub most: u64,
}

impl Serving {
    /// Starts the program in `folder` on the database at `url`, on a free port, and waits until it listens.
    pub fn start(program: impl AsRef<Path>, folder: &Path, url: &str, settings: &[(&str, &str)]) -> Self {
        let addr = free_address();
        let own = [("DATABASE_URL", url), ("LEPTOS_SITE_ADDR", &addr.to_string())];
        let settings: Vec<(String, String)> = own
            .iter()
            .chain(settings)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let said = Arc::default();
        let child = spawn(program.as_ref(), folder, &settings, &said);
        Self {
            program: program.as_ref().to_owned(),
            folder: folder.to_owned(),
            settings,
            child,
            addr,
            said,
        }
    }

    /// As browsers name it: `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Browser {
        Browser::new(self.origin(), None)
    }

    /// Ends it without a word (SIGKILL).
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again after a kill, on the same data and the same port, and waits until it listens.
    pub fn restart(&mut self) {
        self.child = spawn(&self.program, &self.folder, &self.settings, &self.said);
    }

    /// Asks it to end, by `signal`, and waits until it has.
    pub async fn end(mut self, signal: &str) -> ExitStatus {
        let asked = Command::new("kill")
            .args([format!("-{signal}"), self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(asked.success());
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "{signal} does not end it");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What it has written on standard output and standard error, the last lines.
    pub fn words(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// What it takes, as Linux counts it; nothing elsewhere.
    pub fn memory(&self) -> Memory {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        Memory {
            now: field("VmRSS:").unwrap_or_default(),
            most: field("VmHWM:").unwrap_or_default(),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts it, and waits for the line that says where it is.
fn spawn(program: &Path, folder: &Path, settings: &[(String, String)], said: &Arc<Mutex<Vec<String>>>) -> Child {
    lay_pages(folder);
    let address = settings.iter().find(|(name, _)| name == "LEPTOS_SITE_ADDR");
    let at = format!("http://{}", address.map_or("", |(_, address)| address));
    let mut child = command(program, folder, &["serve"])
        .envs(settings.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
    let lines = read(child.stdout.take().unwrap(), said.clone());
    let _ = read(child.stderr.take().unwrap(), said.clone());
    let deadline = Instant::now() + PATIENCE;
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) if line.contains(&at) => return child,
            Ok(_) => {}
            Err(_) => panic!("it does not say where it is: {:?}", said.lock().unwrap()),
        }
    }
}

/// Reads to the end, so that the process never waits for a reader.
fn read(stream: impl Read + Send + 'static, said: Arc<Mutex<Vec<String>>>) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut said = said.lock().unwrap();
            if said.len() >= WORDS {
                said.remove(0);
            }
            said.push(line.clone());
            // Nobody listens any more once it has said where it is.
            let _ = sender.send(line);
        }
    });
    receiver
}
