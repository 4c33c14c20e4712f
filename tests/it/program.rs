//! The program as an operator starts and stops it.

use std::path::Path;
use std::process::{Command, Output};

use speakle::server::db::Db;
use tokio::task::block_in_place;

use crate::harness::Engine;
use crate::harness::app::Storage;
use crate::harness::process::{self, PROGRAM, Serving};

both_engines!(the_commands_do_what_they_say, a_served_program_ends_in_order);

fn speakle(folder: &Path, arguments: &[&str]) -> Command {
    process::command(PROGRAM, folder, arguments)
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

async fn a_served_program_ends_in_order(engine: Engine) {
    let storage = Storage::new(engine).await;
    let folder = tempfile::tempdir().unwrap();
    let mut keys = Vec::new();
    for signal in ["TERM", "INT"] {
        let running = block_in_place(|| Serving::start(PROGRAM, folder.path(), &storage.url, &[]));
        let browser = running.visitor();
        assert_eq!(browser.get("/readyz").await.status, 200);
        assert_eq!(browser.get("/login").await.status, 200);
        // Made at the first start, and kept.
        keys.extend(key_of(&storage).await);
        // A connection that is kept alive does not keep the process.
        let status = running.end(signal).await;
        assert!(status.success(), "{signal}: {status}");
    }
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1]);
}

/// The key by which push services know the installation.
async fn key_of(storage: &Storage) -> Option<Vec<u8>> {
    let db = Db::open(&storage.url).await.unwrap();
    let sql = "SELECT value FROM installation_key";
    let row: Option<(Vec<u8>,)> = speakle::on_engine!(db.read().await.unwrap(), |c| sqlx::query_as(sql)
        .fetch_optional(c)
        .await)
    .unwrap();
    db.close().await;
    row.map(|(key,)| key)
}
