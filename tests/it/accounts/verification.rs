//! Addresses that have to be confirmed.

use std::time::Duration;

use speakle::accounts::wire::AccountNews;
use speakle::kernel::error::{AppError, Refusal};
use speakle::matching::model::Requests;
use speakle::messages::model::{ClientId, ConversationId};
use speakle::onboarding::service::{SeedOutcome, seed_demo};
use speakle::profiles::model::Profile;
use speakle::protocol::ServerMessage;
use speakle::server::db::{Db, StoreError};
use speakle::server::passwords::Passwords;
use sqlx::Connection as _;
use uuid::Uuid;

use super::{PASSWORD, World, log_in, refused, register, with_mails};
use crate::harness::app::Storage;
use crate::harness::{Answer, Browser, Engine, Socket, TestApp};

both_engines!(
    until_the_address_is_confirmed_nobody_else_is_reached,
    looking_at_the_page_uses_nothing_up,
    a_link_works_once_and_for_a_day,
    another_link_can_be_had_a_few_times_an_hour,
    without_a_mail_server_nobody_is_asked,
    it_can_be_switched_off_and_on,
    of_two_links_used_at_once_one_counts,
    whose_the_account_is_shows_who_confirms_it_from_inside,
    whoever_was_here_before_counts_as_confirmed,
    demo_people_count_as_confirmed,
);

const NOTICE: &str = "Confirm your email address to send requests, call and write.";

/// With mira, who has just made an account.
async fn mira_with_mails(engine: Engine) -> World<Browser> {
    let (app, sink) = with_mails(engine, &[]).await;
    let who = app.visitor();
    register(&who, "mira", "mira@secret-mail.example", PASSWORD)
        .await
        .result::<String>()
        .unwrap();
    World { app, sink, who }
}

impl World<Browser> {
    /// The token in the `number`th mail.
    async fn token(&self, number: usize) -> String {
        self.mail(number).await.read().token("/verify-email")
    }

    async fn is_confirmed(&self) -> bool {
        let confirmed = "SELECT COUNT(*) FROM users WHERE username = 'mira' AND email_verified_at IS NOT NULL";
        self.app.number(confirmed).await == 1
    }
}

async fn confirm(browser: &Browser, token: &str) -> Answer {
    browser.call("verify_email", &[("token", token)]).await
}

const UNCONFIRMED: AppError = AppError::Refused(Refusal::EmailNotVerified);

async fn until_the_address_is_confirmed_nobody_else_is_reached(engine: Engine) {
    let world = mira_with_mails(engine).await;
    let (app, mira) = (&world.app, &world.who);
    let ana = app.person("ana").speaks("en").learns("es", "B1").create().await;
    let ben = app.person("ben").speaks("en").learns("es", "B1").create().await;

    // What is one's own works, and so does answering.
    mira.ask::<Profile>("own_profile", &[]).await.unwrap();
    for page in ["/partners/find", "/people/ana", "/settings/profile", "/requests"] {
        assert_eq!(mira.get(page).await.status, 200, "{page}");
    }
    ana.tell::<()>("send_request", &[("to", "mira"), ("message", "")])
        .await
        .unwrap();
    let requests: Requests = mira.ask("open_requests", &[]).await.unwrap();
    let request = requests.incoming[0].id.to_string();
    mira.call("accept_request", &[("request", &request)]).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM partnership").await, 1);

    let pair = app
        .write({
            let (ana, ben) = (ana.id, ben.id);
            move |conn| {
                let found = async move {
                    let mira = speakle::accounts::service::person_by_username(conn, "mira").await;
                    let mira = mira.map_err(|_| speakle::server::db::StoreError::Row("mira"))?;
                    assert_ne!((mira.id, ana), (ben, ben));
                    let pair = speakle::matching::service::partnership(conn, mira.id, ana).await;
                    pair.map_err(|_| speakle::server::db::StoreError::Row("pair"))
                };
                Box::pin(found)
            }
        })
        .await
        .unwrap();
    let conversation = ConversationId::of_pair(pair.id).to_string();
    let client_id = ClientId::from_uuid(Uuid::now_v7()).to_string();
    let message = [
        ("conversation", conversation.as_str()),
        ("client_id", client_id.as_str()),
        ("text", "Hello!"),
    ];
    let before = app.dump(&[]).await;
    for (function, form) in [
        ("send_request", vec![("to", "ben"), ("message", "")]),
        ("start_call", vec![("to", "ana"), ("message", "")]),
        ("send_message", message.to_vec()),
    ] {
        let answer = mira.call(function, &form).await;
        assert_eq!((answer.status, answer.error()), (409, UNCONFIRMED), "{function}");
    }
    assert!(before.changes(&app.dump(&[]).await).is_empty(), "something was done");
    let form = [("to", "ben"), ("message", "")];
    let answer = mira
        .submit("/partners/find/request?to=ben", "send_request", &form)
        .await;
    let page = mira.follow(&answer).await.body;
    assert!(page.contains("Confirm your email address first"), "{page}");
    for page in ["/", "/partners/find"] {
        assert!(mira.get(page).await.body.contains(NOTICE), "{page}");
    }
    assert!(!ana.get("/").await.body.contains(NOTICE), "ana is asked as well");

    // On any browser: the mail may be read on the phone. The pages that are open learn of it.
    let mut tab = Socket::open(app, Some(&mira.cookies()), Some(&app.origin()))
        .await
        .unwrap();
    let answer = confirm(&app.visitor(), &world.token(1).await).await;
    assert_eq!(answer.result::<()>(), Ok(()));
    assert!(world.is_confirmed().await);
    let is_told =
        |message: &ServerMessage| (*message == ServerMessage::Accounts(AccountNews::EmailConfirmed)).then_some(());
    tab.wait("that the address is confirmed", is_told).await;
    assert!(!mira.get("/").await.body.contains(NOTICE));
    for (function, form) in [
        ("send_request", vec![("to", "ben"), ("message", "")]),
        ("start_call", vec![("to", "ana"), ("message", "")]),
        ("send_message", message.to_vec()),
    ] {
        let answer = mira.call(function, &form).await;
        assert_eq!(answer.status, 200, "{function}: {}", answer.body);
    }
}

async fn looking_at_the_page_uses_nothing_up(engine: Engine) {
    let world = mira_with_mails(engine).await;
    let token = world.token(1).await;
    let place = format!("/verify-email?token={token}");
    let (scanner, reader) = (world.app.visitor(), world.app.visitor());
    for _ in 0..3 {
        let page = scanner.get(&place).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("<h1>Confirm your email address<"), "{}", page.body);
    }
    let by_get = scanner.get(&format!("/api/verify_email?token={token}")).await;
    assert!((400..500).contains(&by_get.status), "{}", by_get.status);
    assert!(!world.is_confirmed().await);

    // The button, without JavaScript.
    let form = [("token", token.as_str())];
    let answer = reader.submit(&place, "verify_email", &form).await;
    assert_eq!((answer.status, answer.location()), (303, place.as_str()));
    let page = reader.follow(&answer).await.body;
    assert!(page.contains("<h1>Email verified<"), "{page}");
    assert!(world.is_confirmed().await);
    let answer = reader.submit(&place, "verify_email", &form).await;
    let page = reader.follow(&answer).await.body;
    assert!(page.contains("<h1>This link no longer works<"), "{page}");
    let page = reader.get("/verify-email").await.body;
    assert!(page.contains("<h1>This link is not complete<"), "{page}");
}

async fn a_link_works_once_and_for_a_day(engine: Engine) {
    let world = mira_with_mails(engine).await;
    let first = world.token(1).await;
    assert_eq!(refused(&confirm(&world.who, "short").await), Refusal::LinkBroken);
    assert_eq!(refused(&confirm(&world.who, &"A".repeat(43)).await), Refusal::LinkUsed);
    // A link of one kind is none of the other.
    let as_reset = [("token", first.as_str()), ("password", "gl4ss-harbour-kettle")];
    assert_eq!(
        world.who.tell::<String>("reset_password", &as_reset).await,
        Err(AppError::Refused(Refusal::LinkUsed))
    );
    world.app.advance(Duration::from_secs(24 * 3600));
    assert_eq!(refused(&confirm(&world.who, &first).await), Refusal::LinkExpired);
    let place = format!("/verify-email?token={first}");
    let answer = world.who.submit(&place, "verify_email", &[("token", &first)]).await;
    let page = world.who.follow(&answer).await.body;
    assert!(page.contains("<h1>This link has expired<"), "{page}");
    assert!(page.contains("Send it again"), "{page}");
    assert!(!world.is_confirmed().await);

    let answer = world.who.submit(&place, "send_verification", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, place.as_str()));
    let second = world.token(2).await;
    assert_eq!(confirm(&world.who, &second).await.result::<()>(), Ok(()));
    assert_eq!(refused(&confirm(&world.who, &second).await), Refusal::LinkUsed);
    assert_eq!(world.app.number("SELECT COUNT(*) FROM account_token").await, 0);
}

async fn another_link_can_be_had_a_few_times_an_hour(engine: Engine) {
    let (app, sink) = with_mails(engine, &[("--rate-limit", "on")]).await;
    let mira = app.visitor();
    register(&mira, "mira", "mira@secret-mail.example", PASSWORD).await;
    for _ in 0..5 {
        mira.tell::<()>("send_verification", &[]).await.unwrap();
    }
    assert_eq!(mira.call("send_verification", &[]).await.status, 429);
    app.server.jobs().run_due().await.unwrap();
    let last = sink.mail(6).await.read().token("/verify-email");
    assert_eq!(confirm(&mira, &last).await.result::<()>(), Ok(()));
    // Who is confirmed gets no more.
    mira.tell::<()>("send_verification", &[]).await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM job").await, 0);
    assert_eq!(
        app.visitor().tell::<()>("send_verification", &[]).await,
        Err(AppError::SignedOut)
    );
}

async fn without_a_mail_server_nobody_is_asked(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let mira = app.visitor();
    register(&mira, "mira", "mira@secret-mail.example", PASSWORD).await;
    app.person("ana").create().await;
    mira.tell::<()>("send_request", &[("to", "ana"), ("message", "")])
        .await
        .unwrap();
    assert!(!mira.get("/").await.body.contains(NOTICE));
    mira.tell::<()>("send_verification", &[]).await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM account_token").await, 0);
}

async fn it_can_be_switched_off_and_on(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let mira = app.visitor();
    register(&mira, "mira", "mira@secret-mail.example", PASSWORD).await;
    app.person("ana").create().await;
    let strict = app
        .another_process_that(|wishes| wishes.option("--email-verification", "required"), false)
        .await;
    let there = mira.at(strict.origin());
    let form = [("to", "ana"), ("message", "")];
    assert_eq!(there.tell::<()>("send_request", &form).await, Err(UNCONFIRMED));
    assert!(there.get("/").await.body.contains(NOTICE));
    let lenient = app
        .another_process_that(
            |wishes| {
                let wishes = wishes.option("--smtp-url", "smtp://127.0.0.1:9");
                wishes.option("--email-verification", "off")
            },
            false,
        )
        .await;
    mira.at(lenient.origin())
        .tell::<()>("send_request", &form)
        .await
        .unwrap();
}

async fn of_two_links_used_at_once_one_counts(engine: Engine) {
    let world = mira_with_mails(engine).await;
    let first = world.token(1).await;
    world.who.tell::<()>("send_verification", &[]).await.unwrap();
    let second = world.token(2).await;
    let there = world.app.visitor();
    let lost = match futures::join!(confirm(&world.who, &first), confirm(&there, &second)) {
        (one, lost) | (lost, one) if one.status == 200 => lost,
        both => panic!("{both:?}"),
    };
    assert_eq!(refused(&lost), Refusal::LinkUsed);
    assert!(world.is_confirmed().await);
    assert_eq!(world.app.number("SELECT COUNT(*) FROM account_token").await, 0);
    // It is written down once.
    let confirmed = "SELECT COUNT(*) FROM audit WHERE kind = 'email_confirmed'";
    assert_eq!(world.app.number(confirmed).await, 1);
}

/// A database as it was before addresses were confirmed, with old_ana in it.
async fn before_addresses_were_confirmed(engine: Engine) -> Storage {
    const BEFORE: i64 = 10;
    let storage = Storage::new(engine).await;
    let db = Db::open(&storage.url).await.unwrap();
    match engine {
        Engine::Sqlite => {
            let mut conn = sqlx::SqliteConnection::connect(&storage.url).await.unwrap();
            let steps = sqlx::migrate!("migrations/sqlite");
            steps.run_to(BEFORE, &mut conn).await.unwrap();
            conn.close().await.unwrap();
        }
        Engine::Postgres => {
            let mut conn = sqlx::PgConnection::connect(&storage.url).await.unwrap();
            let steps = sqlx::migrate!("migrations/postgres");
            steps.run_to(BEFORE, &mut conn).await.unwrap();
            conn.close().await.unwrap();
        }
    }
    let hash = Passwords::new().unwrap().hash(PASSWORD.to_owned()).await.unwrap();
    db.transaction::<_, StoreError, _>(move |conn| {
        Box::pin(async move {
            let sql = "INSERT INTO users (id, username, username_key, email, email_key, password_hash, display_name, search_key, created_at)
                       VALUES ($1, 'old_ana', 'old_ana', 'ana@secret-mail.example', 'ana@secret-mail.example', $2, 'Ana', 'ana old_ana', 1)";
            let id = Uuid::now_v7();
            speakle::on_engine!(conn, |c| sqlx::query(sql).bind(id).bind(hash).execute(c).await.map(drop))?;
            let sql = "INSERT INTO profile (user_id, updated_at) VALUES ($1, 1)";
            speakle::on_engine!(conn, |c| sqlx::query(sql).bind(id).execute(c).await.map(drop))?;
            Ok(())
        })
    })
    .await
    .unwrap();
    db.close().await;
    storage
}

/// Somebody may give the address of another person for theirs, who presses the link in the mail: what the first puts beside the password goes
/// when the second sets another one.
async fn whose_the_account_is_shows_who_confirms_it_from_inside(engine: Engine) {
    let known = "SELECT COUNT(*) FROM users WHERE username = 'mira' AND owned_since IS NOT NULL";
    for (presses, stays) in [("a visitor", 0), ("somebody else", 0), ("its person", 1)] {
        let world = mira_with_mails(engine).await;
        let app = &world.app;
        let ben = app.person("ben").create().await;
        let visitor = app.visitor();
        let token = world.token(1).await;
        let browser: &Browser = match presses {
            "a visitor" => &visitor,
            "somebody else" => &ben,
            _ => &world.who,
        };
        confirm(browser, &token).await.result::<()>().unwrap();
        assert!(world.is_confirmed().await, "{presses}");
        assert_eq!(app.number(known).await, stays, "{presses}");
        app.execute(
            "INSERT INTO identity (id, user_id, issuer, subject, email, created_at)
             SELECT id, id, 'https://elsewhere.example', '1', 'eve@secret-mail.example', email_verified_at + 1
             FROM users WHERE username = 'mira'",
        )
        .await;
        visitor
            .tell::<()>("forgot_password", &[("email", "mira@secret-mail.example")])
            .await
            .unwrap();
        let token = world.mail(2).await.read().token("/reset-password");
        let form = [("token", token.as_str()), ("password", "gl4ss-harbour-kettle")];
        visitor.tell::<String>("reset_password", &form).await.unwrap();
        assert_eq!(app.number("SELECT COUNT(*) FROM identity").await, stays, "{presses}");
        assert_eq!(
            app.number(known).await,
            1,
            "who has set it is inside, and reads the mail"
        );
    }
}

async fn whoever_was_here_before_counts_as_confirmed(engine: Engine) {
    let storage = before_addresses_were_confirmed(engine).await;
    let wishes = TestApp::wishes(engine).option("--email-verification", "required");
    let app = wishes.start_on(storage).await;
    app.person("ben").create().await;
    let ana = app.visitor();
    assert_eq!(log_in(&ana, "old_ana", PASSWORD).await.status, 200);
    let home = ana.get("/").await;
    assert_eq!(home.status, 200);
    assert!(!home.body.contains(NOTICE), "ana is asked to confirm an address");
    let form = [("to", "ben"), ("message", "")];
    assert_eq!(ana.tell::<()>("send_request", &form).await, Ok(()));
}

async fn demo_people_count_as_confirmed(engine: Engine) {
    let wishes = TestApp::wishes(engine).option("--email-verification", "required");
    let app = wishes.start().await;
    assert_eq!(seed_demo(&app.state, 10).await, Ok(SeedOutcome::Filled { people: 10 }));
    let waiting = "SELECT COUNT(*) FROM users WHERE email_verified_at IS NULL";
    assert_eq!(app.number(waiting).await, 0);
    let ana = app.visitor();
    assert_eq!(log_in(&ana, "ana", "speakle-demo").await.status, 200);
    assert!(!ana.get("/").await.body.contains(NOTICE));
    let others = "SELECT username FROM users WHERE username NOT IN ('ana', 'ben') ORDER BY username";
    let mut asked = 0;
    for to in app.texts(others).await {
        // Some are partners or have been asked already, none is out of reach.
        match ana.tell::<()>("send_request", &[("to", &to), ("message", "")]).await {
            Ok(()) => asked += 1,
            Err(error) => assert_ne!(error, UNCONFIRMED, "{to}"),
        }
    }
    assert!(asked > 0, "nobody was asked");
}
