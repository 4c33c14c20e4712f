//! The program as an operator starts and stops it.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::harness::app::Storage;
use crate::harness::{Browser, Engine, PATIENCE};

both_engines!(the_commands_do_what_they_say, a_served_program_ends_in_order);

/// `speakle` with nothing of this process's settings.
fn speakle(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_speakle"));
    command
        .env_clear()
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null());
    // Where the pages' assets would be; a server that is started without cargo-leptos reads it from Leptos.toml.
    command.env("LEPTOS_OUTPUT_NAME", "speakle");
    command
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_setting_that_cannot_be_used_stops_the_start_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    for (variable, value, right) in [
        ("LEPTOS_SITE_ADDR", "nowhere", ""),
        ("PUBLIC_URL", "speakle.example", "https://"),
        ("PUBLIC_URL", "https://speakle.example/app", "without a path"),
        ("DATABASE_URL", "mysql://root:hunter2@host/db", "sqlite:PATH"),
        ("DATABASE_URL", "postgres://user:hunter2@127.0.0.1:1/db", "postgres://"),
        ("DATABASE_URL", "sqlite:/proc/none/speakle.db", ""),
        ("STUN_URLS", "turn:host", "stun:host"),
        ("RING_SECONDS", "0", "1..=600"),
        ("TRUSTED_PROXIES", "proxy", ""),
        ("RATE_LIMIT", "no", "on, off"),
        ("LOG_FORMAT", "xml", "text, json"),
        ("LOG", "speakle=loud", "LOG"),
    ] {
        let output = speakle(folder.path(), &["serve"])
            .env(variable, value)
            .output()
            .unwrap();
        let said = words(&output);
        assert!(!output.status.success(), "{variable}={value} is taken");
        let option = format!("--{}", variable.to_lowercase().replace('_', "-").replace("leptos-", ""));
        assert!(
            said.contains(variable) || said.contains(&option),
            "{variable}={value} is not named: {said}"
        );
        assert!(
            said.contains(right),
            "{variable}={value}: not what would be right: {said}"
        );
        assert_eq!(said.trim().lines().count(), 1, "{variable}={value}: {said}");
        assert!(!said.contains("hunter2"), "the password is told: {said}");
    }
}

async fn the_commands_do_what_they_say(engine: Engine) {
    let storage = Storage::new(engine).await;
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = speakle(folder.path(), arguments)
            .env("DATABASE_URL", &storage.url)
            .env("LOG", "debug")
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", words(&output));
        words(&output)
    };
    run(&["migrate"]);
    assert!(run(&["migrate"]).contains("up to date"));
    assert!(run(&["demo", "--people", "60"]).contains("60 people"));
    let again = run(&["demo"]);
    assert!(again.contains("nothing was changed"), "{again}");
    // Logs carry no passwords, tokens or hashes, not even all of them.
    assert!(!again.contains("argon2") && !again.contains("INSERT INTO"), "{again}");
    let help = run(&["serve", "--help"]);
    for variable in [
        "LEPTOS_SITE_ADDR",
        "PUBLIC_URL",
        "DATA_DIR",
        "DATABASE_URL",
        "STUN_URLS",
        "RING_SECONDS",
        "TRUSTED_PROXIES",
        "RATE_LIMIT",
        "LOG_FORMAT",
    ] {
        assert!(help.contains(variable), "--help is silent on {variable}");
    }
}

/// Kills the program should the test fail.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn a_served_program_ends_in_order(engine: Engine) {
    let storage = Storage::new(engine).await;
    let folder = tempfile::tempdir().unwrap();
    for signal in ["TERM", "INT"] {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = speakle(folder.path(), &["serve"]);
        command
            .env("DATABASE_URL", &storage.url)
            .env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}"));
        let mut running = Running(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        let mut first = String::new();
        BufReader::new(running.0.stdout.take().unwrap())
            .read_line(&mut first)
            .unwrap();
        assert!(
            first.contains(&format!("http://127.0.0.1:{port}")),
            "it says where it is: {first}"
        );
        let browser = Browser::new(format!("http://127.0.0.1:{port}"), None);
        assert_eq!(browser.get("/readyz").await.status, 200);
        assert_eq!(browser.get("/login").await.status, 200);
        // A connection that is kept alive does not keep the process.
        let killed = Command::new("kill")
            .args([format!("-{signal}"), running.0.id().to_string()])
            .status()
            .unwrap();
        assert!(killed.success());
        let start = Instant::now();
        let status = loop {
            if let Some(status) = running.0.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "{signal} does not end it");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert!(status.success(), "{signal}: {status}");
    }
}
