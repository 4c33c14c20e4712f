//! Everything of one person in a file: what is in it, what is not, and whose it is.

mod let_go;

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use speakle::accounts::own_data::{KEPT, OwnData, ReadyData};
use speakle::accounts::wire::AccountNews;
use speakle::kernel::error::AppError;
use speakle::kernel::paging::Page;
use speakle::notifications::model::{Notice, Notification};
use speakle::protocol::ServerMessage;
use speakle::server::jobs::LEASE;

use super::leaving::{MARKS, Scene, WRITTEN};
use crate::harness::mail_sink::Mail;
use crate::harness::{Browser, Engine, Person, TestApp};

both_engines!(
    the_archive_holds_everything_and_no_secret,
    it_is_asked_for_made_announced_and_fetched,
    it_is_for_its_person_alone,
    it_asks_for_a_recent_sign_in,
    it_goes_after_a_week,
    there_is_one_at_a_time_and_three_a_day,
    what_a_killed_process_leaves_is_made_by_the_next,
    what_cannot_be_made_is_said_and_can_be_asked_for_again,
    what_was_lost_is_said_to_have_failed,
    a_mail_goes_where_it_is_wanted,
    the_page_shows_how_it_stands,
    large_lists_are_whole,
);

async fn standing(person: &Person) -> OwnData {
    person.ask("own_archive", &[]).await.unwrap()
}

async fn made(app: &TestApp, person: &Person) -> String {
    person.tell::<()>("ask_for_data", &[]).await.unwrap();
    app.server.jobs().run_due().await.unwrap();
    match standing(person).await {
        OwnData::Ready(ReadyData { id, .. }) => format!("/settings/account/data/{id}"),
        other => panic!("{other:?}"),
    }
}

/// The files of an archive.
async fn fetched(browser: &Browser, address: &str) -> BTreeMap<String, Vec<u8>> {
    let answer = browser.bare(Method::GET, address).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/zip");
    assert!(header("cache-control").contains("no-store"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-disposition").starts_with("attachment; filename=\"speakle-2026-"));
    let length: usize = header("content-length").parse().unwrap();
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(bytes.len(), length);
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        files.insert(file.name().unwrap().into_owned(), content);
    }
    files
}

fn json(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Value {
    let file = files
        .get(name)
        .unwrap_or_else(|| panic!("no {name} in {:?}", files.keys()));
    serde_json::from_slice(file).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A link in a mail that works no more.
fn expired_link(app: &TestApp, person: &Person) -> String {
    let token = match app.engine {
        Engine::Sqlite => "X'ee'",
        Engine::Postgres => "'\\xee'::bytea",
    };
    let user = super::leaving::key(app, person.id.uuid());
    format!(
        "INSERT INTO account_token (token_hash, user_id, purpose, email, created_at, expires_at)
         VALUES ({token}, {user}, 'verify', 'zuleika@secret-mail.example', 1, 2)"
    )
}

async fn the_archive_holds_everything_and_no_secret(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, zuleika, ben, .. } = &scene;
    app.execute("UPDATE users SET locale = 'es' WHERE username = 'zuleika'")
        .await;
    super::leaving::run(app, expired_link(app, zuleika)).await;
    let files = fetched(zuleika, &made(app, zuleika).await).await;
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "README.txt",
            "account-history.json",
            "account.json",
            "appointments.json",
            "archives.json",
            "blocked.json",
            "call-measurements.json",
            "calls.json",
            "device-keys.json",
            "devices.json",
            "following.json",
            "invitations.json",
            "messages.json",
            "notification-settings.json",
            "notifications.json",
            "partners.json",
            "picture-512.webp",
            "picture-96.webp",
            "profile.json",
            "reports.json",
            "requests.json",
            "sessions.json",
            "ways-in.json",
        ]
    );
    let readme = String::from_utf8(files["README.txt"].clone()).unwrap();
    assert!(readme.starts_with("Tus datos en Speakle"), "{readme}");
    for name in names.iter().filter(|name| **name != "README.txt") {
        assert!(readme.contains(name), "the README does not explain {name}");
    }
    let all: String = files
        .iter()
        .filter(|(name, _)| !name.ends_with(".webp"))
        .map(|(_, content)| String::from_utf8(content.clone()).unwrap())
        .collect();
    for mark in MARKS {
        assert!(all.to_lowercase().contains(mark), "{mark} is not in the archive");
    }
    let account = json(&files, "account.json");
    assert_eq!(account["email"], zuleika.email.as_str());
    assert_eq!(
        (&account["has_password"], &account["role"]),
        (&Value::Bool(true), &"moderator".into())
    );
    assert!(account["second_factor_since"].is_string());
    assert_eq!(account["recovery_codes_left"], 1);
    assert!(account["created_at"].as_str().unwrap().starts_with("2026-05-04T09:"));
    let messages = json(&files, "messages.json");
    assert_eq!(messages[0]["text"], WRITTEN);
    assert_eq!(
        (&messages[0]["by_me"], &messages[1]["by_me"]),
        (&true.into(), &false.into())
    );
    assert_eq!(messages[1]["conversation_with"], "ben");
    let requests = json(&files, "requests.json");
    assert_eq!(requests.as_array().unwrap().len(), 2);
    assert!(
        requests
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["message"] == "Hello from Dora" && one["with"] == "dora")
    );
    let calls = json(&files, "calls.json");
    assert_eq!(
        (&calls[0]["with"], &calls[0]["my_feedback"]["note"]),
        (&"ben".into(), &"A notemark".into())
    );
    assert_eq!(calls[0]["my_feedback"]["tags"][0], "delay");
    assert_eq!(json(&files, "call-measurements.json").as_array().unwrap().len(), 10);
    let settings = json(&files, "notification-settings.json");
    assert_eq!(settings["browsers"][0]["push_service"], "127.0.0.1");
    assert_eq!(settings["quiet_hours"]["from_minute_of_day"], 22 * 60);
    let ways_in = json(&files, "ways-in.json");
    assert_eq!(ways_in["passkeys"][0]["name"], "A passkeymark");
    // One that works still; one that has run out is none.
    assert_eq!(ways_in["mails_with_links"].as_array().unwrap().len(), 1);
    assert_eq!(ways_in["mails_with_links"][0]["purpose"], "reset");
    assert_eq!(files["picture-512.webp"][8..12], *b"WEBP");
    // Nothing that lets in, and of others nothing but what they show.
    let subscription = scene.one("SELECT endpoint FROM push_subscription").await;
    let hash = scene
        .one("SELECT password_hash FROM users WHERE username = 'zuleika'")
        .await;
    let of_ben = scene.one("SELECT email FROM users WHERE username = 'ben'").await;
    assert_eq!(of_ben, ben.email);
    for secret in [
        subscription.as_str(),
        &hash,
        &of_ben,
        "dora@",
        "cora@",
        "$argon2",
        "token_hash",
        "00ff10",
        zuleika.token.secret(),
    ] {
        assert!(!all.contains(secret), "{secret} is in the archive");
    }
    assert!(!all.contains(&ben.id.to_string()), "people stand by their names");
}

async fn it_is_asked_for_made_announced_and_fetched(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let mut tab = app.ws(&ana).await;
    assert_eq!(standing(&ana).await, OwnData::Nothing);
    ana.tell::<()>("ask_for_data", &[]).await.unwrap();
    let changed =
        |message: &ServerMessage| (*message == ServerMessage::Accounts(AccountNews::DataChanged)).then_some(());
    tab.wait("that it is being made", changed).await;
    assert!(matches!(standing(&ana).await, OwnData::Making { .. }));
    app.advance(Duration::from_secs(5));
    app.server.jobs().run_due().await.unwrap();
    tab.wait("that it is ready", changed).await;
    let OwnData::Ready(ReadyData { id, size, since, until }) = standing(&ana).await else {
        panic!("not ready")
    };
    assert_eq!(until.at.since(since.at), KEPT);
    let list: Page<Notification> = ana.ask("notifications", &[]).await.unwrap();
    assert_eq!(list.items.len(), 1);
    assert_eq!(
        (&list.items[0].notice, &list.items[0].subject),
        (&Notice::DataReady, &format!("data:{id}"))
    );
    let address = format!("/settings/account/data/{id}");
    let answer = ana.bare(Method::GET, &address).send().await.unwrap();
    assert_eq!(answer.bytes().await.unwrap().len() as u64, size);
    fetched(&ana, &address).await;
    let kinds = "SELECT kind FROM audit WHERE kind LIKE 'data%' ORDER BY id";
    assert_eq!(app.texts(kinds).await, ["data_asked", "data_fetched", "data_fetched"]);
    // What was made is nowhere but in its place.
    let making = app.state.config.data_dir.join("making");
    assert_eq!(std::fs::read_dir(making).unwrap().count(), 0);
}

async fn it_is_for_its_person_alone(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, eve) = (app.person("ana").create().await, app.person("eve").create().await);
    let address = made(&app, &ana).await;
    let of = |path: String| {
        let eve = eve.browser.clone();
        async move { eve.bare(Method::GET, &path).send().await.unwrap().status().as_u16() }
    };
    let id = address.rsplit_once('/').unwrap().1.to_owned();
    for path in [
        address.clone(),
        format!("/settings/account/data/{}", uuid::Uuid::new_v4()),
        "/settings/account/data/x".to_owned(),
        "/settings/account/data/..%2f..".to_owned(),
        format!("/media/exports/{id}.zip"),
        format!("/media/pictures/{id}.zip"),
        format!("/media/pictures/..%2fexports%2f{id}.zip"),
    ] {
        assert_eq!(of(path.clone()).await, 404, "{path}");
    }
    let out = app.visitor().get(&address).await;
    assert_eq!(out.location(), "/login?next=%2Fsettings%2Faccount");
    assert_eq!(standing(&eve).await, OwnData::Nothing);
    for (function, status) in [("ask_for_data", 401)] {
        assert_eq!(app.visitor().call(function, &[]).await.status, status);
    }
    let head = ana.bare(Method::HEAD, &address).send().await.unwrap();
    assert_eq!(head.status(), 405);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit WHERE kind = 'data_fetched'")
            .await,
        0
    );
}

async fn it_asks_for_a_recent_sign_in(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let address = made(&app, &ana).await;
    app.advance(Duration::from_secs(15 * 60 + 1));
    let answer = ana.get(&address).await;
    assert_eq!(
        (answer.status, answer.location()),
        (303, "/confirm?next=%2Fsettings%2Faccount")
    );
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit WHERE kind = 'data_fetched'")
            .await,
        0
    );
}

async fn it_goes_after_a_week(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let address = made(&app, &ana).await;
    let files = || {
        std::fs::read_dir(app.state.config.data_dir.join("media/exports"))
            .unwrap()
            .count()
    };
    assert_eq!(files(), 1);
    app.execute("UPDATE session SET confirmed_at = 9000000000000000").await;
    app.advance(KEPT - Duration::from_secs(1));
    app.clean_up().await;
    fetched(&ana, &address).await;
    app.advance(Duration::from_secs(2));
    // Before anybody has tidied up.
    assert_eq!(ana.get(&address).await.status, 404);
    assert_eq!(standing(&ana).await, OwnData::Nothing);
    app.advance(Duration::from_secs(1_000));
    app.clean_up().await;
    assert_eq!((files(), app.number("SELECT COUNT(*) FROM data_export").await), (0, 0));
}

async fn there_is_one_at_a_time_and_three_a_day(engine: Engine) {
    let wishes = TestApp::wishes(engine).manual_clock().without_background();
    let app = wishes.option("--rate-limit", "on").start().await;
    let ana = app.person("ana").create().await;
    let (one, other) = futures::join!(ana.call("ask_for_data", &[]), ana.call("ask_for_data", &[]));
    assert_eq!((one.status, other.status), (200, 200));
    // Asking for what is being made counts for nothing.
    for _ in 0..4 {
        ana.tell::<()>("ask_for_data", &[]).await.unwrap();
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM data_export").await, 1);
    app.server.jobs().run_due().await.unwrap();
    let OwnData::Ready(ReadyData { id: first, .. }) = standing(&ana).await else {
        panic!("not ready")
    };
    app.advance(Duration::from_secs(60));
    let second = made(&app, &ana).await;
    // The one before is nobody's any more.
    assert_eq!(ana.get(&format!("/settings/account/data/{first}")).await.status, 404);
    fetched(&ana, &second).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM data_export").await, 1);
    let files = std::fs::read_dir(app.state.config.data_dir.join("media/exports")).unwrap();
    assert_eq!(files.count(), 1);
    made(&app, &ana).await;
    let fourth = ana.call("ask_for_data", &[]).await;
    assert!(
        matches!(fourth.error(), AppError::Limited { seconds: 3_600.. }),
        "{}",
        fourth.body
    );
}

async fn what_a_killed_process_leaves_is_made_by_the_next(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    ana.tell::<()>("ask_for_data", &[]).await.unwrap();
    // Somebody has begun, and was killed.
    app.execute("UPDATE job SET leased_until = run_at + 30000000, attempts = 1 WHERE kind = 'accounts.make_data'")
        .await;
    let next = app.another_process(false).await;
    next.server.jobs().run_due().await.unwrap();
    assert!(matches!(standing(&ana).await, OwnData::Making { .. }));
    app.advance(LEASE + Duration::from_secs(1));
    next.server.jobs().run_due().await.unwrap();
    assert!(matches!(standing(&ana).await, OwnData::Ready(_)));
    // Done once more, it is as it was.
    let before = app.dump(&["job"]).await;
    let again = match engine {
        Engine::Sqlite => "INSERT INTO job (id, kind, payload, run_at, created_at)
                           SELECT id, 'accounts.make_data', '\"' || lower(substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4)
                                  || '-' || substr(hex(id), 17, 4) || '-' || substr(hex(id), 21)) || '\"', 0, 0 FROM data_export",
        Engine::Postgres => "INSERT INTO job (id, kind, payload, run_at, created_at)
                             SELECT id, 'accounts.make_data', to_jsonb(id::text), 0, 0 FROM data_export",
    };
    app.execute(again).await;
    assert_eq!(app.server.jobs().run_due().await.unwrap(), 1);
    app.assert_unchanged(&before, &["job"]).await;
}

async fn what_cannot_be_made_is_said_and_can_be_asked_for_again(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let folder = app.state.config.data_dir.join("making");
    // There is a file where a folder should be.
    std::fs::write(&folder, "").unwrap();
    ana.tell::<()>("ask_for_data", &[]).await.unwrap();
    for _ in 0..3 {
        assert!(matches!(standing(&ana).await, OwnData::Making { .. }));
        app.server.jobs().run_due().await.unwrap();
        app.advance(Duration::from_secs(60));
    }
    assert!(matches!(standing(&ana).await, OwnData::Failed { .. }));
    assert!(ana.get("/settings/account").await.body.contains("Try again"));
    std::fs::remove_file(&folder).unwrap();
    made(&app, &ana).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM data_export").await, 1);
}

async fn what_was_lost_is_said_to_have_failed(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    for person in [&ana, &ben] {
        person.tell::<()>("ask_for_data", &[]).await.unwrap();
    }
    app.execute("DELETE FROM job WHERE kind = 'accounts.make_data'").await;
    // However many waited before it.
    app.advance(Duration::from_secs(6 * 3_600));
    assert!(matches!(standing(&ana).await, OwnData::Making { .. }));
    app.advance(Duration::from_secs(1));
    assert!(matches!(standing(&ana).await, OwnData::Failed { .. }));
    // Who asks again does not wait for anybody to tidy up.
    made(&app, &ana).await;
    app.clean_up().await;
    assert!(matches!(standing(&ben).await, OwnData::Failed { .. }));
    assert!(matches!(standing(&ana).await, OwnData::Ready(_)));
    made(&app, &ben).await;
}

async fn a_mail_goes_where_it_is_wanted(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let settings = [
        ("on[]", "data_ready.in_app"),
        ("quiet_from", "22:00"),
        ("quiet_to", "07:00"),
    ];
    ben.tell::<()>("save_notification_settings", &settings).await.unwrap();
    for person in [&ana, &ben] {
        made(&app, person).await;
    }
    app.server.jobs().run_due().await.unwrap();
    let folder = app.state.config.data_dir.join("mail");
    let files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1);
    let mail = Mail::read(&std::fs::read_to_string(&files[0]).unwrap());
    assert_eq!(
        (mail.headers["to"].as_str(), mail.subject().as_str()),
        (ana.email.as_str(), "Your data is ready")
    );
    assert!(mail.text.contains("/settings/account\n"), "{}", mail.text);
    assert!(!mail.text.contains("/data/"), "the mail opens nothing");
}

async fn the_page_shows_how_it_stands(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let page = async || ana.get("/settings/account").await.body;
    assert!(page().await.contains("Download my data"));
    let asked = ana.submit("/settings/account", "ask_for_data", &[]).await;
    assert_eq!((asked.status, asked.location()), (303, "/settings/account"));
    assert!(page().await.contains("We are making your file"));
    app.server.jobs().run_due().await.unwrap();
    let ready = page().await;
    assert!(
        ready.contains("Your file is ready") && ready.contains("Download the file ("),
        "{ready}"
    );
    assert!(ready.contains("href=\"/settings/account/data/"));
}

async fn large_lists_are_whole(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, zuleika, .. } = &scene;
    // More than fit into one reading, several times over, and not a multiple of it.
    let me = super::leaving::key(app, zuleika.id.uuid());
    let conversation = super::leaving::key(app, scene.pair.id.uuid());
    let new = match engine {
        Engine::Sqlite => "randomblob(16)",
        Engine::Postgres => "gen_random_uuid()",
    };
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1203)";
    for sql in [
        format!("{numbers} INSERT INTO message (id, conversation_id, seq, author_id, client_id, text, created_at)
                 SELECT {new}, {conversation}, i + 10, {me}, {new}, 'Number ' || i, 1777885200000000 + i FROM n"),
        format!("{numbers} INSERT INTO audit (id, at, user_id, kind, address, user_agent, detail)
                 SELECT {new}, 1777885200000000 + i, {me}, 'signed_in', 'x', 'y', '{{\"n\":' || i || '}}' FROM n"),
        format!("{numbers} INSERT INTO notification (id, user_id, subject, kind, body, seq, created_at)
                 SELECT {new}, {me}, 'x:' || i, 'call_declined', '{{\"kind\":\"call_declined\"}}', i + 1000, 1777885200000000 FROM n"),
    ] {
        super::leaving::run(app, sql).await;
    }
    let files = fetched(zuleika, &made(app, zuleika).await).await;
    let messages = json(&files, "messages.json");
    let texts: Vec<&str> = messages
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["text"].as_str())
        .collect();
    assert_eq!(texts.len(), 1_205);
    assert_eq!((texts[2], texts[1_204]), ("Number 1", "Number 1203"));
    let history = json(&files, "account-history.json");
    let mut numbers: Vec<u64> = history
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["detail"]["n"].as_u64())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=1_203).collect::<Vec<u64>>());
    assert!(json(&files, "notifications.json").as_array().unwrap().len() >= 1_203);
}
