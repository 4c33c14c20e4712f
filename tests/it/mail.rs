//! Mails: the same at each try, given up when there is no use, and files where no mail server is set.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use speakle::server::db::Db;
use tokio::task::block_in_place;

use crate::harness::app::Storage;
use crate::harness::mail_sink::{Mail, MailSink};
use crate::harness::process::{PROGRAM, Serving};
use crate::harness::{Browser, Engine, TestApp, eventually};

both_engines!(
    a_mail_is_the_same_at_each_try_and_after_a_kill,
    what_is_refused_for_good_is_given_up_at_once,
    a_refused_login_is_tried_again,
    without_a_mail_server_mails_are_files,
    a_mail_says_the_same_in_text_and_html_in_the_readers_language,
);

async fn register(browser: &Browser, username: &str) {
    let email = format!("{username}@secret-mail.example");
    let form = [
        ("email", email.as_str()),
        ("username", username),
        ("password", "tr4nquil-otter-stamps"),
        ("speaks", "es"),
        ("learns", "en"),
        ("level", "B1"),
    ];
    browser.tell::<String>("register", &form).await.unwrap();
}

async fn a_mail_is_the_same_at_each_try_and_after_a_kill(engine: Engine) {
    let storage = Storage::new(engine).await;
    let folder = tempfile::tempdir().unwrap();
    let sink = block_in_place(MailSink::start);
    let settings = [("SMTP_URL", &*sink.url()), ("LOG", "debug")];
    let mut program = block_in_place(|| Serving::start(PROGRAM, folder.path(), &storage.url, &settings));
    let said = async |program: &Serving, words: &str| {
        eventually(words, || async {
            program.words().iter().any(|line| line.contains(words)).then_some(())
        })
        .await;
    };
    sink.refuse(451, 1, "data");
    register(&program.visitor(), "mira").await;
    let first = sink.mail(1).await;
    assert_eq!(
        (first.refused, first.to.clone()),
        (Some(451), vec!["mira@secret-mail.example".to_owned()])
    );
    // Else the lease of the process that is killed would have to run out first.
    let db = Db::open(&storage.url).await.unwrap();
    eventually("its failure is written down", || async {
        let sql = "SELECT COUNT(*) FROM job WHERE last_error IS NOT NULL AND leased_until IS NULL";
        let (failed,): (i64,) =
            speakle::on_engine!(db.read().await.unwrap(), |c| sqlx::query_as(sql).fetch_one(c).await).unwrap();
        (failed > 0).then_some(())
    })
    .await;
    db.close().await;
    program.kill();
    block_in_place(|| program.restart());
    let second = sink.mail(2).await;
    assert_eq!(second.refused, None);
    assert_eq!(second.raw, first.raw, "another mail");
    let mail = second.read();
    let id = &mail.headers["message-id"];
    assert!(id.starts_with('<') && id.ends_with("@localhost>"), "{id}");
    let link = mail.link("/verify-email");
    assert!(link.starts_with(&program.origin()), "{link}");

    // Given up at once, and of the address only the domain is told.
    sink.refuse(550, 1, "rcpt");
    let form = [("email", "mira@secret-mail.example")];
    program.visitor().tell::<()>("forgot_password", &form).await.unwrap();
    said(&program, "a mail is given up").await;
    let words = program.words().concat();
    assert!(words.contains("secret-mail.example"), "{words}");
    for secret in ["mira@", &mail.token("/verify-email"), "quiet-harbour", "not wanted"] {
        assert!(!words.contains(secret), "{secret} is told: {words}");
    }
}

/// One whose mails wait for the test.
async fn by_hand(engine: Engine, sink: &MailSink) -> TestApp {
    TestApp::wishes(engine)
        .manual_clock()
        .without_background()
        .option("--smtp-url", &sink.url())
        .start()
        .await
}

async fn what_is_refused_for_good_is_given_up_at_once(engine: Engine) {
    let sink = block_in_place(MailSink::start);
    let app = by_hand(engine, &sink).await;
    for at in ["rcpt", "data"] {
        sink.refuse(550, 1, at);
        register(&app.visitor(), &format!("person_{at}")).await;
        app.server.jobs().run_due().await.unwrap();
        assert_eq!(app.number("SELECT COUNT(*) FROM job").await, 0, "{at}");
    }
    sink.mail(2).await;
}

async fn a_refused_login_is_tried_again(engine: Engine) {
    let sink = block_in_place(MailSink::start);
    let url = format!("smtp://speakle:wrong@127.0.0.1:{}", sink.port);
    let app = TestApp::wishes(engine)
        .manual_clock()
        .without_background()
        .option("--smtp-url", &url)
        .start()
        .await;
    register(&app.visitor(), "mira").await;
    app.server.jobs().run_due().await.unwrap();
    let errors = app.texts("SELECT last_error FROM job").await;
    assert_eq!(errors, ["the login is refused (535)"]);
    // Somebody mends the settings.
    let mended = app
        .another_process_that(|wishes| wishes.option("--smtp-url", &sink.url()), false)
        .await;
    app.advance(Duration::from_secs(10));
    mended.server.jobs().run_due().await.unwrap();
    assert_eq!(sink.mail(1).await.to, ["mira@secret-mail.example"]);
    assert_eq!(app.number("SELECT COUNT(*) FROM job").await, 0);
}

async fn without_a_mail_server_mails_are_files(engine: Engine) {
    let app = TestApp::wishes(engine)
        .manual_clock()
        .without_background()
        .option("--email-verification", "required")
        .start()
        .await;
    register(&app.visitor(), "mira").await;
    app.server.jobs().run_due().await.unwrap();
    let folder = app.state.config.data_dir.join("mail");
    let files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    assert!(file.extension().is_some_and(|extension| extension == "eml"), "{file:?}");
    let mode = std::fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "others can read it: {mode:o}");
    let mail = Mail::read(&std::fs::read_to_string(file).unwrap());
    assert_eq!(mail.headers["to"], "mira@secret-mail.example");
    assert!(mail.link("/verify-email").starts_with(&app.origin()));
}

async fn a_mail_says_the_same_in_text_and_html_in_the_readers_language(engine: Engine) {
    let sink = block_in_place(MailSink::start);
    let app = by_hand(engine, &sink).await;
    let spanish = app.visitor();
    spanish.add_cookie("language=es");
    register(&spanish, "mira").await;
    app.server.jobs().run_due().await.unwrap();
    let mail = sink.mail(1).await.read();
    assert_eq!(mail.subject(), "Confirma tu dirección de correo");
    assert!(mail.headers["subject"].is_ascii(), "{}", mail.headers["subject"]);
    assert_eq!(mail.headers["auto-submitted"], "auto-generated");
    assert!(
        mail.headers["from"].contains("<no-reply@localhost>"),
        "{}",
        mail.headers["from"]
    );
    assert!(
        mail.headers["date"].starts_with("Mon, 04 May 2026 09:00:00"),
        "{}",
        mail.headers["date"]
    );
    for words in [
        "Hola, mira:",
        "Confirma que esta dirección es tuya.",
        "durante 24 horas",
    ] {
        assert!(mail.text.contains(words), "{words}: {}", mail.text);
        assert!(mail.html.contains(words), "{words}: {}", mail.html);
    }
    let html = &mail.html;
    assert!(
        html.contains("<html lang=\"es\">") && html.contains("prefers-color-scheme:dark"),
        "{html}"
    );
    assert!(
        !html.contains("<img") && !html.contains("<script") && !html.contains("style=\""),
        "{html}"
    );

    // What they have chosen since counts, not the page that somebody asks on.
    app.execute("UPDATE users SET locale = 'es'").await;
    let form = [("email", "Mira@Secret-Mail.example")];
    app.visitor().tell::<()>("forgot_password", &form).await.unwrap();
    app.server.jobs().run_due().await.unwrap();
    assert_eq!(sink.mail(2).await.read().subject(), "Cambia tu contraseña");
}
