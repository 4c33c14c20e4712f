//! Somebody who has a row in every table, for taking their data along and for going.

use std::time::Duration;

use futures::FutureExt as _;
use speakle::calls::service::insert_past_call;
use speakle::kernel::id::UserId;
use speakle::matching::service::Partnership;
use speakle::messages::model::ConversationId;
use uuid::Uuid;

use super::PASSWORD;
use crate::harness::{Engine, Person, PushService, TestApp};
use crate::pictures::{png, save};

/// What nobody else has anywhere: each stands in something that is the person's own.
pub const MARKS: [&str; 13] = [
    "agendamark",
    "zuleika",
    "quint",
    "xylophonist",
    "statusmark",
    "requestmark",
    "ringmark",
    "notemark",
    "devicemark",
    "203.0.113.77",
    "passkeymark",
    "subjectmark",
    "interestmark",
];
/// What she wrote to Ben in a conversation.
pub const WRITTEN: &str = "Words that stay with Ben";

/// An application whose clock stands, and three people.
pub struct Scene {
    pub app: TestApp,
    /// Who has everything.
    pub zuleika: Person,
    /// Her partner.
    pub ben: Person,
    /// Whom she has asked.
    pub cora: Person,
    /// Who has asked her.
    pub dora: Person,
    pub pair: Partnership,
    _service: PushService,
}

impl Scene {
    pub async fn new(engine: Engine) -> Self {
        let service = PushService::start().await;
        let app = TestApp::wishes(engine).manual_clock().without_background();
        let app = app.may_reach(service.addr).start().await;
        let zuleika = app
            .person("zuleika")
            .called("Zuleika Quint")
            .password(PASSWORD)
            .about("A xylophonist from Cádiz")
            .likes("interestmark")
            .speaks("es")
            .learns("en", "B1")
            .create()
            .await;
        let person = |name: &'static str| {
            let person = app.person(name).speaks("en").learns("es", "A2");
            async move { person.create().await }
        };
        let (ben, cora, dora) = (person("ben").await, person("cora").await, person("dora").await);
        let pair = app.partners(&zuleika, &ben).await;
        let scene = Self {
            app,
            zuleika,
            ben,
            cora,
            dora,
            pair,
            _service: service,
        };
        scene.by_hand().await;
        scene.leaves_the_rest().await;
        scene.app.server.jobs().run_due().await.unwrap();
        scene
    }

    /// What the product itself leaves.
    async fn by_hand(&self) {
        let Self {
            app,
            zuleika,
            ben,
            cora,
            dora,
            pair,
            _service: service,
        } = self;
        save(zuleika, png()).await;
        let tell = |function: &'static str, form: Vec<(&'static str, String)>| async move {
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = zuleika.call(function, &form).await;
            assert_eq!(answer.status, 200, "{function}: {}", answer.body);
        };
        let text = str::to_owned;
        tell(
            "set_status",
            vec![("message", text("A statusmark")), ("span", text("cleared"))],
        )
        .await;
        tell(
            "send_request",
            vec![("to", text("cora")), ("message", text("A requestmark"))],
        )
        .await;
        dora.tell::<()>("send_request", &[("to", "zuleika"), ("message", "Hello from Dora")])
            .await
            .unwrap();
        let conversation = ConversationId::of_pair(pair.id).to_string();
        let message = |text: &str| {
            vec![
                ("conversation", conversation.clone()),
                ("client_id", Uuid::now_v7().to_string()),
                ("text", text.to_owned()),
            ]
        };
        tell("send_message", message(WRITTEN)).await;
        let form = message("And what Ben wrote");
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(ben.call("send_message", &form).await.status, 200);
        // Nobody is there to hear either.
        ben.tell::<serde_json::Value>("start_call", &[("to", "zuleika"), ("message", "Tea?")])
            .await
            .unwrap();
        tell("start_call", vec![("to", text("ben")), ("message", text("A ringmark"))]).await;
        let settings = vec![
            ("on[]", text("call_missed.sound")),
            ("quiet", text("on")),
            ("quiet_from", text("22:00")),
            ("quiet_to", text("07:00")),
        ];
        tell("save_notification_settings", settings).await;
        let browser = service.browser();
        let subscription = vec![
            ("endpoint", browser.endpoint.clone()),
            ("p256dh", browser.p256dh.clone()),
            ("auth", browser.auth.clone()),
        ];
        tell("save_push_subscription", subscription).await;
        let (pair, before) = (*pair, app.state.clock.now().minus(Duration::from_secs(7_200)));
        app.state
            .db
            .transaction(move |conn| async move { insert_past_call(conn, &pair, before, 600).await }.boxed())
            .await
            .unwrap();
        let at = app
            .state
            .clock
            .now()
            .plus(Duration::from_secs(24 * 3_600))
            .0
            .to_string();
        let proposal = ["to", "start", "minutes", "about"];
        let proposal: Vec<_> = proposal
            .into_iter()
            .zip([text("ben"), at, text("30"), text("An agendamark")])
            .collect();
        tell("propose_appointment", proposal).await;
        let answer = app
            .visitor()
            .call("forgot_password", &[("email", &zuleika.email)])
            .await;
        assert_eq!(answer.status, 200);
        // From elsewhere, so that it is a new device.
        let answer = super::log_in(&app.visitor(), "zuleika", PASSWORD).await;
        assert_eq!(answer.status, 200);
        assert_ne!(cora.id, dora.id);
    }

    /// What would take a device, a provider, or a second person to leave.
    async fn leaves_the_rest(&self) {
        let app = &self.app;
        let me = key(app, self.zuleika.id.uuid());
        let call = self.one(&format!("SELECT {} FROM call", id_text(app, "id"))).await;
        let call = key(app, call.parse().unwrap());
        let session = format!("(SELECT id FROM session WHERE user_id = {me} ORDER BY id LIMIT 1)");
        let (bytes, new) = (bytes(app), || key(app, Uuid::now_v7()));
        let json = |text: &str| match app.engine {
            Engine::Sqlite => format!("'{text}'"),
            Engine::Postgres => format!("'{text}'::jsonb"),
        };
        for sql in [
            "UPDATE session SET address = '203.0.113.77', user_agent = 'devicemark' WHERE user_id = $me",
            "UPDATE audit SET address = '203.0.113.77', user_agent = 'devicemark' WHERE user_id = $me",
            "INSERT INTO known_device (user_id, family, network, last_used_at)
             VALUES ($me, 'devicemark', '203.0.113.0/24', 1)",
            "INSERT INTO second_factor (user_id, secret, created_at, confirmed_at) VALUES ($me, $bytes, 1, 1)",
            "INSERT INTO recovery_code (user_id, code_hash) VALUES ($me, $bytes)",
            "INSERT INTO sign_in_attempt (token_hash, user_id, way, created_at, expires_at)
             VALUES ($bytes, $me, 'identity', 1, 9000000000000000)",
            "INSERT INTO user_role (user_id, role, granted_at) VALUES ($me, 'moderator', 1)",
            "INSERT INTO call_feedback (call_id, user_id, stars, tags, note, saved_at)
             VALUES ($call, $me, 4, $tags, 'A notemark', 1)",
            "INSERT INTO device_key (id, user_id, public_key, used_at) VALUES ($new, $me, $bytes, 1)",
            "INSERT INTO passkey (id, user_id, credential_id, credential, name, created_at)
             VALUES ($new, $me, $bytes, '{}', 'A passkeymark', 1)",
            "INSERT INTO passkey_ceremony (id, token_hash, kind, user_id, session_id, state, expires_at)
             VALUES ($new, $bytes, 'register', $me, $session, '{}', 9000000000000000)",
            "INSERT INTO block (blocker_id, blocked_id, at) SELECT $me, id, 1 FROM users WHERE username = 'dora'",
            "INSERT INTO block (blocker_id, blocked_id, at) SELECT id, $me, 1 FROM users WHERE username = 'dora'",
            "INSERT INTO report (id, reporter_id, reported_id, kind, words, at)
             SELECT $new, $me, id, 'spam', 'Sells things', 1 FROM users WHERE username = 'dora'",
            "INSERT INTO report (id, reporter_id, reported_id, kind, words, at)
             SELECT $new, id, $me, 'spam', '', 1 FROM users WHERE username = 'dora'",
            "INSERT INTO follow (follower_id, followed_id, at) SELECT $me, id, 1 FROM users WHERE username = 'cora'",
            "INSERT INTO follow (follower_id, followed_id, at) SELECT id, $me, 1 FROM users WHERE username = 'cora'",
            "INSERT INTO calendar_feed (user_id, token_hash, created_at) VALUES ($me, $bytes, 1)",
            "INSERT INTO identity (id, user_id, issuer, subject, email, created_at)
             VALUES ($new, $me, 'https://accounts.example', 'A subjectmark', 'zuleika@elsewhere.example', 1)",
        ] {
            let sql = sql
                .replace("$me", &me)
                .replace("$bytes", bytes)
                .replace("$call", &call)
                .replace("$session", &session)
                .replace("$tags", &json("[\"delay\"]"))
                .replace("$new", &new());
            run(app, sql).await;
        }
    }

    /// The only text that a statement answers.
    pub async fn one(&self, sql: &str) -> String {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        let (text,): (String,) =
            speakle::on_engine!(self.app.read().await, |c| sqlx::query_as(sql).fetch_one(c).await).unwrap();
        text
    }

    /// Asks for her account to be deleted, and lets follow what follows.
    pub async fn ask(&self) {
        let answer = self.zuleika.call("delete_account", &[("username", "zuleika")]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        self.app.sweep().await;
    }

    /// Two weeks later.
    pub async fn delete(&self) {
        self.ask().await;
        self.app.advance(speakle::accounts::deletion::GRACE);
        self.app.clean_up().await;
        let gone = self
            .app
            .number("SELECT COUNT(*) FROM users WHERE deleted_at IS NOT NULL")
            .await;
        assert_eq!(gone, 1);
    }
}

/// A key as it stands in a statement.
pub fn key(app: &TestApp, id: Uuid) -> String {
    match app.engine {
        Engine::Sqlite => format!("X'{}'", id.simple()),
        Engine::Postgres => format!("'{id}'::uuid"),
    }
}

/// A key column as hexadecimal text.
pub fn id_text(app: &TestApp, column: &str) -> String {
    match app.engine {
        Engine::Sqlite => format!("lower(hex({column}))"),
        Engine::Postgres => format!("{column}::text"),
    }
}

fn bytes(app: &TestApp) -> &'static str {
    match app.engine {
        Engine::Sqlite => "X'00ff10'",
        Engine::Postgres => "'\\x00ff10'::bytea",
    }
}

/// How many rows of a table have this person in a column.
pub async fn rows(app: &TestApp, table: &str, column: &str, user: UserId) -> i64 {
    let key = key(app, user.uuid());
    let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table} WHERE {column} = {key}"));
    let (count,): (i64,) = speakle::on_engine!(app.read().await, |c| sqlx::query_as(sql).fetch_one(c).await).unwrap();
    count
}

pub async fn run(app: &TestApp, sql: String) {
    app.write(move |conn| {
        async move {
            let sql = sqlx::AssertSqlSafe(sql);
            speakle::on_engine!(conn, |c| sqlx::query(sql).execute(c).await.map(drop))?;
            Ok(())
        }
        .boxed()
    })
    .await;
}
