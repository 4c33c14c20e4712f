//! The program as an operator starts and stops it.

use std::path::Path;
use std::process::{Command, Output};

use futures::FutureExt as _;
use speakle::server::db::{Db, StoreError};
use tokio::task::block_in_place;

use crate::harness::Engine;
use crate::harness::app::Storage;
use crate::harness::mail_sink::MailSink;
use crate::harness::oidc::Google;
use crate::harness::process::{self, PROGRAM, Serving, free_address};
use crate::harness::s3::{BUCKET, S3, SECRET as STORE_SECRET};
use crate::harness::turn::{Coturn, SECRET};

both_engines!(
    the_commands_do_what_they_say,
    the_check_says_what_works_and_fails_when_something_does_not,
    a_served_program_ends_in_order,
    a_role_is_given_on_the_command_line,
);

fn speakle(folder: &Path, arguments: &[&str]) -> Command {
    process::command(PROGRAM, folder, arguments)
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn help_says_what_happens_without_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let said = words(&speakle(folder.path(), &["--help"]).output().unwrap());
    assert!(said.contains("Usage: speakle [COMMAND]"), "{said}");
    assert!(said.contains("Without a command it serves"), "{said}");
    for command in ["serve", "migrate", "demo", "admin", "check"] {
        assert!(said.contains(&format!("  {command} ")), "{command}: {said}");
    }
    // And it does: it gets as far as looking for its pages.
    let said = words(&speakle(folder.path(), &[]).output().unwrap());
    assert!(said.contains("the built pages are not there"), "{said}");
}

#[test]
fn a_start_without_built_pages_is_refused_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let output = speakle(folder.path(), &["serve"])
            .env("LEPTOS_SITE_ADDR", free_address().to_string())
            .output()
            .unwrap();
        let said = words(&output);
        assert!(!output.status.success(), "it serves: {said}");
        assert_eq!(said.trim().lines().count(), 1, "{said}");
        assert!(said.contains("script/run"), "not what builds them: {said}");
        assert!(
            !folder.path().join("data").exists(),
            "a refused start leaves things behind"
        );
        said
    };
    let here = folder.path().canonicalize().unwrap();
    let pkg = here.join("target/site/pkg");
    let said = start();
    let words = format!("speakle.css is missing in {};", pkg.display());
    assert!(said.contains(&words), "{said}");
    assert!(said.contains("there is no Leptos.toml in the folder"), "{said}");

    // With hashes, it wants the file that holds them, which a build leaves beside the program; cargo's tests have none.
    let section =
        "[package.metadata.leptos]\noutput-name = \"speakle\"\nsite-root = \"target/site\"\nhash-files = true\n";
    std::fs::write(
        here.join("Leptos.toml"),
        format!("{section}hash-file = \"no-hashes.txt\"\n"),
    )
    .unwrap();
    let said = start();
    assert!(said.contains("no-hashes.txt is missing in "), "{said}");
    assert!(!said.contains("there is no Leptos.toml"), "{said}");

    // Half a site is none.
    std::fs::remove_file(here.join("Leptos.toml")).unwrap();
    std::fs::create_dir_all(&pkg).unwrap();
    std::fs::write(pkg.join("speakle.css"), "").unwrap();
    assert!(start().contains("speakle.js is missing in "));
}

#[test]
fn a_setting_that_cannot_be_used_stops_the_start_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    process::lay_pages(folder.path());
    for (variable, value, right) in [
        ("LEPTOS_SITE_ADDR", "nowhere", ""),
        ("PUBLIC_URL", "speakle.example", "https://"),
        ("PUBLIC_URL", "https://speakle.example/app", "without a path"),
        ("DATABASE_URL", "mysql://root:hunter2@host/db", "sqlite:PATH"),
        ("DATABASE_URL", "postgres://user:hunter2@127.0.0.1:1/db", "postgres://"),
        ("DATABASE_URL", "sqlite:/proc/none/speakle.db", ""),
        ("SMTP_URL", "https://mail:hunter2@host", "smtp://host:port"),
        ("SMTP_URL", "smtp://hunter2@host", "smtps://user:password@host"),
        ("MAIL_FROM", "speakle", "mail@speakle.example"),
        ("EMAIL_VERIFICATION", "perhaps", "required, off"),
        ("MEDIA_URL", "https://media.example", "s3://bucket"),
        ("STUN_URLS", "turn:host", "stun:host"),
        ("TURN_URLS", "turn:hunter2@host", "turn:host:port"),
        ("TURN_URLS", "turn:host:3478", "TURN_SECRET"),
        ("TURN_SECRET", "hunter2", "TURN_URLS"),
        ("ICE_RELAY_ONLY", "perhaps", "true, false"),
        ("ICE_RELAY_ONLY", "true", "TURN_URLS"),
        ("RING_SECONDS", "0", "1..=600"),
        (
            "OIDC_GOOGLE_CLIENT_ID",
            "of speakle",
            "1234-abc.apps.googleusercontent.com",
        ),
        ("OIDC_GOOGLE_CLIENT_ID", "1234-abc", "OIDC_GOOGLE_CLIENT_SECRET"),
        ("OIDC_GOOGLE_CLIENT_SECRET", "hunter2", "OIDC_GOOGLE_CLIENT_ID"),
        ("OIDC_GOOGLE_ISSUER", "http://id.example", "https://accounts.google.com"),
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
        "SMTP_URL",
        "MAIL_FROM",
        "EMAIL_VERIFICATION",
        "MEDIA_URL",
        "STUN_URLS",
        "TURN_URLS",
        "TURN_SECRET",
        "ICE_RELAY_ONLY",
        "RING_SECONDS",
        "OIDC_GOOGLE_CLIENT_ID",
        "OIDC_GOOGLE_CLIENT_SECRET",
        "OIDC_GOOGLE_ISSUER",
        "TRUSTED_PROXIES",
        "RATE_LIMIT",
        "LOG_FORMAT",
    ] {
        assert!(help.contains(variable), "--help is silent on {variable}");
    }
}

async fn the_check_says_what_works_and_fails_when_something_does_not(engine: Engine) {
    let storage = Storage::new(engine).await;
    let folder = tempfile::tempdir().unwrap();
    let turn = block_in_place(Coturn::start);
    let [udp, tcp, tls] = turn.urls();
    let all = [&*udp, &*tcp, &*tls].join(",");
    let check = |settings: &[(&str, &str)]| {
        let output = speakle(folder.path(), &["check"])
            .env("DATABASE_URL", &storage.url)
            .env("LOG", "trace")
            .env("SSL_CERT_FILE", turn.certificate())
            .envs(settings.iter().copied())
            .output()
            .unwrap();
        assert!(!words(&output).contains(SECRET), "the secret is told");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (
            output.status.code(),
            said.lines().map(str::to_owned).collect::<Vec<_>>(),
        )
    };
    let has = |lines: &[String], begin: &str, rest: &str| {
        assert!(
            lines.iter().any(|line| line.starts_with(begin) && line.contains(rest)),
            "{begin} … {rest}: {lines:#?}"
        );
    };

    let (status, lines) = block_in_place(|| check(&[]));
    assert_eq!(status, Some(0), "{lines:#?}");
    assert_eq!(lines.len(), 7, "a line each: {lines:#?}");
    match engine {
        Engine::Sqlite => has(&lines, "ok      DATABASE_URL", "not there yet"),
        Engine::Postgres => has(&lines, "ok      DATABASE_URL", "migrations to come"),
    }
    has(&lines, "not set SMTP_URL", "DATA_DIR/mail");
    has(&lines, "ok      MEDIA_URL", "not there yet");
    has(
        &lines,
        "not set OIDC_GOOGLE_CLIENT_ID",
        "nobody can sign in with Google",
    );
    has(&lines, "not set STUN_URLS", "one network");
    has(&lines, "not set TURN_URLS", "no address can be hidden");
    if engine == Engine::Sqlite {
        let path = storage.url.strip_prefix("sqlite:").unwrap();
        assert!(!Path::new(path).exists(), "looking has made a database");
    }

    let db = Db::open(&storage.url).await.unwrap();
    db.migrate().await.unwrap();
    db.close().await;
    let stun = format!("stun:127.0.0.1:{}", turn.port);
    let (sink, bad_login) = (block_in_place(MailSink::start), "smtp://speakle:hunter2@127.0.0.1");
    let (mail, bad_login) = (sink.url(), format!("{bad_login}:{}", sink.port));
    let google = block_in_place(Google::start);
    let works = [
        ("SMTP_URL", &*mail),
        ("OIDC_GOOGLE_CLIENT_ID", "speakle-tests"),
        ("OIDC_GOOGLE_CLIENT_SECRET", "hunter2"),
        ("OIDC_GOOGLE_ISSUER", &*google.issuer),
        ("STUN_URLS", &*stun),
        ("TURN_URLS", &*all),
        ("TURN_SECRET", SECRET),
    ];
    let (status, lines) = block_in_place(|| check(&works));
    assert_eq!(status, Some(0), "{lines:#?}");
    assert_eq!(lines.len(), 9, "a line each: {lines:#?}");
    has(&lines, "ok      DATABASE_URL", "up to date");
    has(
        &lines,
        "ok      SMTP_URL",
        "mails are from Speakle <no-reply@localhost>",
    );
    assert!(sink.came().is_empty(), "looking has sent a mail");
    has(&lines, "ok      OIDC_GOOGLE_CLIENT_ID", "/auth/google/callback");
    assert!(!lines.concat().contains("hunter2"), "the secret is told: {lines:#?}");
    has(&lines, "ok      STUN_URLS", "sees this machine as 127.0.0.1:");
    for url in [&udp, &tcp, &tls] {
        has(
            &lines,
            &format!("ok      TURN_URLS {url}"),
            "relays by way of 127.0.0.2:",
        );
        has(&lines, "ok      TURN_URLS", "for its own network only");
    }

    let (status, lines) = block_in_place(|| check(&[("TURN_URLS", &all), ("TURN_SECRET", "another")]));
    assert_eq!(status, Some(1), "{lines:#?}");
    for url in [&udp, &tcp, &tls] {
        has(
            &lines,
            &format!("FAILS   TURN_URLS {url}"),
            "TURN_SECRET is not the secret that it knows",
        );
    }
    // Nobody vouches for the certificate, nobody listens, and somebody is silent.
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let nobody = format!("turn:{}?transport=tcp", free_address());
    let unheard = format!("turn:{}", silent.local_addr().unwrap());
    let bad = [tls.as_str(), &nobody, &unheard].join(",");
    let settings = [
        ("TURN_URLS", &*bad),
        ("TURN_SECRET", SECRET),
        ("SSL_CERT_FILE", "/dev/null"),
    ];
    let (status, lines) = block_in_place(|| check(&settings));
    assert_eq!(status, Some(1), "{lines:#?}");
    has(
        &lines,
        &format!("FAILS   TURN_URLS {tls}"),
        "its certificate is not trusted",
    );
    has(&lines, &format!("FAILS   TURN_URLS {nobody}"), "refused");
    has(&lines, &format!("FAILS   TURN_URLS {unheard}"), "no answer within 3 s");

    for (url, words) in [
        (bad_login, "the login is refused (535)"),
        (format!("smtp://{}", free_address()), "refused"),
        (format!("smtps://127.0.0.1:{}", sink.port), ""),
    ] {
        let (status, lines) = block_in_place(|| check(&[("SMTP_URL", &url)]));
        assert_eq!(status, Some(1), "{lines:#?}");
        has(&lines, "FAILS   SMTP_URL", words);
        assert!(!lines.concat().contains("hunter2"), "the password is told: {lines:#?}");
    }
    let store = S3::start().await;
    let bucket = format!("s3://{BUCKET}");
    let with = |environment: Vec<(String, String)>, url: &str| {
        let mut settings = environment;
        settings.push(("MEDIA_URL".to_owned(), url.to_owned()));
        let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (&**name, &**value)).collect();
        let (status, lines) = block_in_place(|| check(&settings));
        assert!(!lines.concat().contains(STORE_SECRET), "the secret is told: {lines:#?}");
        (status, lines)
    };
    let (status, lines) = with(store.environment(), &bucket);
    assert_eq!(status, Some(0), "{lines:#?}");
    has(
        &lines,
        &format!("ok      MEDIA_URL {bucket}"),
        "written, read and deleted",
    );
    assert_eq!(store.stored("check"), Vec::<String>::new());
    let (status, lines) = with(store.environment_with("another"), &bucket);
    assert_eq!(status, Some(1), "{lines:#?}");
    has(&lines, &format!("FAILS   MEDIA_URL {bucket}"), "cannot write");
    let mut away = store.environment();
    away.push(("AWS_ENDPOINT_URL".to_owned(), format!("http://{}", free_address())));
    let (status, lines) = with(away, &bucket);
    assert_eq!(status, Some(1), "{lines:#?}");
    has(&lines, &format!("FAILS   MEDIA_URL {bucket}"), "cannot write");
    let media = folder.path().join("media");
    std::fs::create_dir(&media).unwrap();
    let (status, lines) = with(Vec::new(), media.to_str().unwrap());
    assert_eq!(status, Some(0), "{lines:#?}");
    has(&lines, "ok      MEDIA_URL", "written, read and deleted");
    std::fs::write(folder.path().join("file"), "").unwrap();
    let (status, lines) = with(Vec::new(), folder.path().join("file").to_str().unwrap());
    assert_eq!(status, Some(1), "{lines:#?}");
    has(&lines, "FAILS   MEDIA_URL", "cannot be used");

    let sql = "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1";
    let db = Db::open(&storage.url).await.unwrap();
    let tampered = db.transaction(move |conn| {
        async move {
            Ok::<_, StoreError>(speakle::on_engine!(conn, |c| sqlx::query(sql)
                .execute(c)
                .await
                .map(drop))?)
        }
        .boxed()
    });
    tampered.await.unwrap();
    db.close().await;
    let (status, lines) = block_in_place(|| check(&[]));
    assert_eq!(status, Some(1), "{lines:#?}");
    has(&lines, "FAILS   DATABASE_URL", "another version");

    let gone = [("DATABASE_URL", "postgres://user:hunter2@127.0.0.1:1/db")];
    let (status, lines) = block_in_place(|| check(&gone));
    assert_eq!(status, Some(1));
    has(&lines, "FAILS   DATABASE_URL", "");
    assert!(!lines.concat().contains("hunter2"), "the password is told: {lines:#?}");
}

async fn a_role_is_given_on_the_command_line(engine: Engine) {
    let storage = Storage::new(engine).await;
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = speakle(folder.path(), arguments);
        let output = command
            .env("DATABASE_URL", &storage.url)
            .env("LOG", "debug")
            .output()
            .unwrap();
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), said(&output.stdout), said(&output.stderr))
    };
    assert_eq!(run(&["demo", "--people", "2"]).0, Some(0));
    let serving = block_in_place(|| Serving::start(PROGRAM, folder.path(), &storage.url, &[]));
    let ana = serving.visitor();
    let form = [("login", "ana"), ("password", "speakle-demo")];
    ana.tell::<String>("log_in", &form).await.unwrap();
    for (name, role, words) in [
        (
            "ana",
            "moderator",
            "ana is moderator now, and was member. Ended: 1 session.\n",
        ),
        ("ANA", "moderator", "ana is moderator already; nothing was changed.\n"),
        (
            "ana",
            "admin",
            "ana is admin now, and was moderator. Ended: 0 sessions.\n",
        ),
        (
            "ana",
            "member",
            "ana is member now, and was admin. Ended: 0 sessions.\n",
        ),
    ] {
        let (status, said, _) = run(&["admin", "grant", name, role]);
        assert_eq!((status, &*said), (Some(0), words));
    }
    // The process that serves knows it at once.
    assert_eq!(ana.fetch("own_profile", &[]).await.status, 401);
    ana.tell::<String>("log_in", &form).await.unwrap();
    drop(serving);
    for (arguments, status, words) in [
        (
            &["admin", "grant", "nobody", "admin"][..],
            1,
            "USERNAME: there is nobody called \"nobody\"",
        ),
        (
            &["admin", "grant", "\u{1b}[2J", "admin"],
            1,
            "there is nobody called \"\\u{1b}[2J\"",
        ),
        (&["admin", "grant", "ana", "emperor"], 2, "member, moderator, admin"),
        (&["admin", "grant", "ana", ""], 2, "member, moderator, admin"),
    ] {
        let (code, said, complaint) = run(arguments);
        assert_eq!((code, &*said), (Some(status), ""), "{arguments:?}: {complaint}");
        let complaint: Vec<&str> = complaint
            .lines()
            .filter(|line| !line.contains(" DEBUG ") && !line.contains(" INFO "))
            .collect();
        assert_eq!(complaint.len(), 1, "{arguments:?}: {complaint:?}");
        assert!(complaint[0].contains(words), "{arguments:?}: {complaint:?}");
    }
    for incomplete in [
        &["admin"][..],
        &["admin", "grant"],
        &["admin", "grant", "ana"],
        &["admin", "take", "ana", "admin"],
    ] {
        assert_eq!(run(incomplete).0, Some(2), "{incomplete:?}");
    }
    let (status, help, _) = run(&["admin", "grant", "--help"]);
    assert_eq!(status, Some(0));
    assert!(
        help.contains("<USERNAME> <ROLE>") && help.contains("member, moderator, admin"),
        "{help}"
    );
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
