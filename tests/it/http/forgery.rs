//! Requests that other sites make a browser send, and methods that must not work.

use std::time::Duration;

use futures::FutureExt as _;
use reqwest::Method;
use server_fn::axum::server_fn_paths;
use speakle::accounts::model::Account;
use speakle::appointments::model::Agenda;
use speakle::calls::model::CallView;
use speakle::calls::service::insert_past_call;
use speakle::kernel::paging::Page;
use speakle::matching::model::Requests;
use speakle::notifications::model::Notification;
use speakle::server::tokens::Token;
use uuid::Uuid;

use crate::harness::browser::send;
use crate::harness::{Engine, Person, Socket, TestApp};
use crate::pictures;

both_engines!(
    nothing_changes_by_a_request_from_another_site,
    nothing_changes_by_any_method_but_post,
    the_bodies_of_these_tests_would_work,
    our_own_origin_is_the_public_address_or_loopback,
);

/// Somebody with something to answer, to take back and to end; and what each function that changes something would do it with.
struct World {
    app: TestApp,
    me: Person,
    bodies: Vec<(&'static str, Vec<(&'static str, String)>)>,
    /// Keep the called person reachable.
    _sockets: Vec<Socket>,
}

async fn world(engine: Engine) -> World {
    let wishes = TestApp::wishes(engine).manual_clock().without_background();
    let app = wishes.option("--email-verification", "required").start().await;
    let (me, ben, pair) = app.ana_and_ben().await;
    let (of, an_hour_ago) = (pair, app.state.clock.now().minus(Duration::from_secs(3600)));
    let past = app
        .state
        .db
        .transaction(move |conn| async move { insert_past_call(conn, &of, an_hour_ago, 60).await }.boxed());
    past.await.unwrap();
    let calls: Page<CallView> = me.ask("call_history", &[]).await.unwrap();
    let fred = app.person("fred").create().await;
    app.partners(&me, &fred).await;
    let asks = |name: &'static str| app.person(name).speaks("en").learns("es", "B1").create();
    let (asker, unwanted, asked, eve) = (
        asks("asker").await,
        asks("unwanted").await,
        asks("asked").await,
        asks("eve").await,
    );
    asks("grudge").await;
    me.tell::<()>("block", &[("username", "grudge")]).await.unwrap();
    for (from, to) in [(&asker, &me), (&unwanted, &me), (&me, &asked)] {
        from.tell::<()>("send_request", &[("to", &to.username), ("message", "")])
            .await
            .unwrap();
    }
    let requests: Requests = me.ask("open_requests", &[]).await.unwrap();
    let incoming = |name: &str| {
        requests
            .incoming
            .iter()
            .find(|request| request.person.username == name)
            .unwrap()
            .id
            .to_string()
    };
    let sockets = vec![app.ws(&me).await, app.ws(&ben).await, app.ws(&fred).await];
    let (from_ben, to_fred) = (ben.ring(&me).await.id.to_string(), me.ring(&fred).await.id.to_string());
    let elsewhere: Account = me.another_device(&app).await.ask("own_account", &[]).await.unwrap();
    let elsewhere = elsewhere.sessions[0].id.to_string();
    me.another_device(&app).await;
    app.set_password(&me, "quiet-harbour-4711").await;
    let (to_confirm, to_reset) = (link(&app, &me, "verify").await, link(&app, &eve, "reset").await);
    let appointments = [me.meets(&app, &fred).await, me.meets(&app, &fred).await];
    let at = appointments.map(|one| (one.id.to_string(), one.day.to_string()));
    let [(of_moved, its_day), (of_cancelled, that_day)] = at;
    let tomorrow = app.state.clock.now().plus(Duration::from_secs(90_000)).0.to_string();
    for _ in 0..2 {
        let form = [("to", "ana"), ("start", &*tomorrow), ("minutes", "30"), ("about", "")];
        fred.tell::<()>("propose_appointment", &form).await.unwrap();
    }
    let agenda: Agenda = me.ask("appointments", &[]).await.unwrap();
    let asked = agenda
        .to_answer
        .iter()
        .map(|one| (one.id.to_string(), one.edition.to_string()));
    let [accepted, declined]: [(String, String); 2] = asked.collect::<Vec<_>>().try_into().unwrap();
    me.tell::<()>("follow", &[("username", "eve")]).await.unwrap();
    let text = str::to_owned;
    let (kept_key, of_nobody) = (passkey(&app, &me).await, text("0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5e"));
    let lines: Page<Notification> = me.ask("notifications", &[]).await.unwrap();
    // After the calls: whom they went to is compared with who it was at first.
    pictures::save(&me, pictures::png()).await;
    app.execute("UPDATE users SET email_verified_at = NULL WHERE username = 'ana'")
        .await;
    let bodies = vec![
        // First, as nobody else is reached before.
        ("send_verification", vec![]),
        ("verify_email", vec![("token", to_confirm)]),
        ("forgot_password", vec![("email", me.email.clone())]),
        (
            "reset_password",
            vec![("token", to_reset), ("password", text("tr4nquil-otter-stamps"))],
        ),
        ("call_reached", vec![("invitation", from_ben.clone())]),
        (
            "save_call_feedback",
            vec![
                ("call", calls.items[0].id.to_string()),
                ("stars", text("5")),
                ("note", text("x")),
            ],
        ),
        (
            "still_here",
            vec![
                ("tab", text("6f1c2b9e-0d4a-4c58-9b3f-2a7d5e8c1f00")),
                ("idle", text("false")),
            ],
        ),
        ("mark_notification_read", vec![("id", lines.items[0].id.to_string())]),
        (
            "mark_all_notifications_read",
            vec![("up_to", lines.items[0].seq.to_string())],
        ),
        (
            "save_notification_settings",
            vec![("quiet_from", text("22:00")), ("quiet_to", text("07:00"))],
        ),
        // The base point of P-256.
        (
            "register_device_key",
            vec![(
                "key",
                text("BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"),
            )],
        ),
        // The keys of RFC 8291's example.
        (
            "save_push_subscription",
            vec![
                ("endpoint", text("https://push.example/1")),
                (
                    "p256dh",
                    text("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
                ),
                ("auth", text("BTBZMqHH6r4Tts7J_aSIgg")),
            ],
        ),
        (
            "forget_push_subscription",
            vec![("endpoint", text("https://push.example/1"))],
        ),
        (
            "send_message",
            vec![
                ("conversation", pair.id.to_string()),
                ("client_id", text("6f1c2b9e-0d4a-4c58-9b3f-2a7d5e8c1f01")),
                ("text", text("x")),
            ],
        ),
        (
            "mark_messages_read",
            vec![("conversation", pair.id.to_string()), ("up_to", text("1"))],
        ),
        ("set_invisible", vec![("invisible", text("true"))]),
        ("set_availability", vec![("availability", text("busy"))]),
        ("set_status", vec![("message", text("x")), ("span", text("today"))]),
        (
            "save_privacy",
            vec![
                ("asks_public", text("on")),
                ("public_profile", text("on")),
                ("appear_offline", text("on")),
            ],
        ),
        (
            "set_appearance",
            vec![("language", text("es")), ("theme", text("dark"))],
        ),
        ("set_language", vec![("language", text("en")), ("next", text("/"))]),
        (
            "save_profile",
            vec![
                ("display_name", text("Mallory")),
                ("bio", text("x")),
                ("time_zone", text("Asia/Tokyo")),
                ("interests", text("")),
                ("languages[0][language]", text("es")),
                ("languages[0][role]", text("native")),
                ("languages[0][level]", text("")),
                ("languages[1][language]", text("fr")),
                ("languages[1][role]", text("learning")),
                ("languages[1][level]", text("A1")),
                ("topics", text("x")),
                ("goals[]", text("work")),
                ("correction", text("at_once")),
                ("hours[]", text("mon-9")),
                ("country", text("JP")),
                ("birth_year", text("1990")),
                ("show_birth_year", text("on")),
            ],
        ),
        ("remove_picture", vec![]),
        (
            "send_request",
            vec![("to", eve.username.clone()), ("message", text("x"))],
        ),
        ("unblock", vec![("username", text("grudge"))]),
        ("accept_request", vec![("request", incoming("asker"))]),
        ("decline_request", vec![("request", incoming("unwanted"))]),
        ("cancel_request", vec![("request", requests.outgoing[0].id.to_string())]),
        ("decline_call", vec![("invitation", from_ben.clone())]),
        ("cancel_call", vec![("invitation", to_fred)]),
        ("start_call", vec![("to", text("fred")), ("message", text("x"))]),
        ("accept_call", vec![("invitation", from_ben)]),
        ("follow", vec![("username", text("fred"))]),
        ("unfollow", vec![("username", text("eve"))]),
        (
            "propose_appointment",
            vec![
                ("to", text("fred")),
                ("start", tomorrow.clone()),
                ("minutes", text("30")),
                ("about", text("x")),
            ],
        ),
        (
            "move_appointment",
            vec![
                ("id", of_moved),
                ("day", its_day),
                ("start", tomorrow),
                ("minutes", text("45")),
            ],
        ),
        ("cancel_appointment", vec![("id", of_cancelled), ("day", that_day)]),
        ("accept_appointment", vec![("id", accepted.0), ("edition", accepted.1)]),
        ("decline_appointment", vec![("id", declined.0), ("edition", declined.1)]),
        ("make_calendar_address", vec![]),
        ("end_calendar_address", vec![]),
        ("end_partnership", vec![("username", text("ben"))]),
        (
            "report",
            vec![("username", text("fred")), ("kind", text("spam")), ("words", text("x"))],
        ),
        ("block", vec![("username", text("fred"))]),
        ("end_session", vec![("session", elsewhere)]),
        ("end_other_sessions", vec![]),
        ("start_passkey", vec![("name", text("Laptop"))]),
        (
            "add_passkey",
            vec![
                ("ceremony", of_nobody.clone()),
                ("credential", text("{}")),
                ("name", text("Laptop")),
            ],
        ),
        (
            "rename_passkey",
            vec![("passkey", kept_key.clone()), ("name", text("Laptop"))],
        ),
        ("remove_passkey", vec![("passkey", kept_key)]),
        ("start_passkey_sign_in", vec![]),
        (
            "passkey_sign_in",
            vec![("ceremony", of_nobody.clone()), ("credential", text("{}"))],
        ),
        ("start_passkey_confirm", vec![]),
        (
            "passkey_confirm",
            vec![("ceremony", of_nobody), ("credential", text("{}"))],
        ),
        (
            "change_password",
            vec![
                ("current_password", text("quiet-harbour-4711")),
                ("new_password", text("tr4nquil-otter-stamps")),
            ],
        ),
        ("confirm", vec![("password", text("tr4nquil-otter-stamps"))]),
        ("send_confirm_link", vec![("next", text("/settings/account"))]),
        ("confirm_by_link", vec![("token", "A".repeat(43))]),
        ("change_email", vec![("email", text("new@secret-mail.example"))]),
        ("cancel_email_change", vec![]),
        ("confirm_email_change", vec![("token", "A".repeat(43))]),
        ("ask_for_data", vec![]),
        ("begin_second_factor", vec![]),
        ("turn_on_second_factor", vec![("code", text("123456"))]),
        ("turn_off_second_factor", vec![]),
        ("make_recovery_codes", vec![]),
        ("keep_recovery_codes", vec![]),
        ("enter_code", vec![("code", text("123456"))]),
        ("set_password", vec![("new_password", text("velvet-quarry-9471"))]),
        ("start_google", vec![("purpose", text("link"))]),
        ("link_google", vec![("password", text("tr4nquil-otter-stamps"))]),
        ("remove_identity", vec![("identity", Uuid::new_v4().to_string())]),
        (
            "register_google",
            ["username", "speaks", "learns", "level"]
                .into_iter()
                .zip(["newcomer", "es", "en", "B1"].map(text))
                .collect(),
        ),
        ("keep_account", vec![]),
        // From here on nobody is signed in.
        ("delete_account", vec![("username", text("ana"))]),
        (
            "register",
            ["email", "username", "password", "speaks", "learns", "level"]
                .into_iter()
                .zip(["x@example.org", "newcomer", "tr4nquil-otter-stamps", "es", "en", "B1"].map(text))
                .collect(),
        ),
        (
            "log_in",
            vec![("login", text("eve")), ("password", text("whatever it is"))],
        ),
        // Last, as whoever sends all of them is another person now and nobody then.
        ("log_out", vec![]),
    ];
    World {
        app,
        me,
        bodies,
        _sockets: sockets,
    }
}

/// A passkey of somebody's.
async fn passkey(app: &TestApp, of: &Person) -> String {
    let (id, user, now) = (Uuid::new_v4(), of.id, app.state.clock.now());
    let sql = "INSERT INTO passkey (id, user_id, credential_id, credential, name, created_at) VALUES ($1, $2, $3, '{}', 'Phone', $4)";
    app.write(move |conn| {
        async move {
            speakle::on_engine!(conn, |c| sqlx::query(sql)
                .bind(id)
                .bind(user)
                .bind(vec![1_u8])
                .bind(now)
                .execute(c)
                .await
                .map(drop))?;
            Ok(())
        }
        .boxed()
    })
    .await;
    id.to_string()
}

/// The token of a link in a mail to somebody.
async fn link(app: &TestApp, to: &Person, purpose: &'static str) -> String {
    let (token, now) = (Token::random(), app.state.clock.now());
    let (hash, user, email) = (token.hash(), to.id, to.email.clone());
    let sql = "INSERT INTO account_token (token_hash, user_id, purpose, email, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    app.write(move |conn| {
        async move {
            speakle::on_engine!(conn, |c| sqlx::query(sql)
                .bind(hash)
                .bind(user)
                .bind(purpose)
                .bind(email)
                .bind(now)
                .bind(now.plus(Duration::from_secs(60)))
                .execute(c)
                .await
                .map(drop))?;
            Ok(())
        }
        .boxed()
    })
    .await;
    token.secret().to_owned()
}

fn encode(form: &[(&'static str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish()
}

async fn nothing_changes_by_a_request_from_another_site(engine: Engine) {
    let World { app, me, bodies, .. } = world(engine).await;
    let before = app.dump(&[]).await;
    let own = app.origin();
    for (function, form) in &bodies {
        for (site, origin) in [
            (Some("cross-site"), Some("https://evil.example")),
            (Some("cross-site"), None),
            // Another name or port of the same site is not our page either; nor does a right Origin outweigh what the browser says.
            (Some("same-site"), Some("http://127.0.0.1:1")),
            (Some("cross-site"), Some(own.as_str())),
            (Some("nonsense"), Some(own.as_str())),
            (None, Some("https://evil.example")),
            (None, Some("null")),
            (None, Some("http://127.0.0.1")),
            (None, None),
        ] {
            for accept in ["application/json", "text/html"] {
                let mut request = me
                    .bare(Method::POST, &format!("/api/{function}"))
                    .header("accept", accept);
                for (name, value) in [("sec-fetch-site", site), ("origin", origin)] {
                    if let Some(value) = value {
                        request = request.header(name, value);
                    }
                }
                let answer = send(
                    request
                        .header("content-type", "application/x-www-form-urlencoded")
                        .body(encode(form)),
                )
                .await;
                assert_eq!(answer.status, 403, "{function} with {site:?} {origin:?} {accept}");
                assert!(answer.set_cookie("session").is_none());
            }
        }
    }
    app.assert_unchanged(&before, &[]).await;
    // Reading across sites is the browser's to refuse: it does, unless we allow it.
    let read = send(
        me.bare(Method::GET, "/api/own_profile")
            .header("origin", "https://evil.example"),
    )
    .await;
    assert!(read.header("access-control-allow-origin").is_none());
}

async fn nothing_changes_by_any_method_but_post(engine: Engine) {
    let World { app, me, bodies, .. } = world(engine).await;
    let before = app.dump(&[]).await;
    for (function, form) in &bodies {
        for method in [
            Method::GET,
            Method::HEAD,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
        ] {
            let path = format!("/api/{function}?{}", encode(form));
            let request = me
                .bare(method.clone(), &path)
                .header("sec-fetch-site", "same-origin")
                .header("accept", "application/json");
            let answer = send(
                request
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(encode(form)),
            )
            .await;
            assert!(
                (400..500).contains(&answer.status),
                "{method} {function}: {}",
                answer.status
            );
        }
    }
    app.assert_unchanged(&before, &[]).await;
}

/// Without this the two tests above could pass because their bodies are wrong.
async fn the_bodies_of_these_tests_would_work(engine: Engine) {
    let World { app, me, bodies, .. } = world(engine).await;
    for (path, method) in server_fn_paths().filter(|(_, method)| *method != Method::GET) {
        let function = path.trim_start_matches("/api/");
        assert!(
            bodies.iter().any(|(known, _)| *known == function),
            "{method} {path}: a new function needs its body in `world`"
        );
    }
    for (function, form) in &bodies {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let before = app.dump(&["form_return"]).await;
        let answer = me.call(function, &form).await;
        match *function {
            // Answered already by the one before; the login has a wrong password on purpose.
            "accept_call" => assert_eq!(answer.status, 409, "{}", answer.body),
            "log_in" => assert_eq!(answer.status, 422, "{}", answer.body),
            // At an address of numbers there are none: what asks for them by name is in accounts/passkeys.
            "start_passkey"
            | "add_passkey"
            | "start_passkey_sign_in"
            | "passkey_sign_in"
            | "start_passkey_confirm"
            | "passkey_confirm" => assert_eq!(answer.status, 409, "{}", answer.body),
            // What these need is not here, a code, an account elsewhere, an account that is going: they do what they do in accounts/second_factor,
            // accounts/identities, accounts/email_change and accounts/deletion.
            "confirm_email_change"
            | "send_confirm_link"
            | "confirm_by_link"
            | "turn_on_second_factor"
            | "turn_off_second_factor"
            | "make_recovery_codes"
            | "keep_recovery_codes"
            | "enter_code"
            | "set_password"
            | "start_google"
            | "link_google"
            | "remove_identity"
            | "register_google"
            | "keep_account" => assert!(answer.status < 500, "{function}: {}", answer.body),
            // Who is here is kept in memory.
            "still_here" => assert_eq!(answer.status, 200, "{}", answer.body),
            _ => {
                assert_eq!(answer.status, 200, "{function}: {}", answer.body);
                assert!(
                    !before.changes(&app.dump(&["form_return"]).await).is_empty(),
                    "{function} changes nothing"
                );
            }
        }
    }
}

async fn our_own_origin_is_the_public_address_or_loopback(engine: Engine) {
    let post = async |person: &Person, host: &str, origin: &str| {
        let request = person
            .bare(Method::POST, "/api/set_language")
            .header("host", host)
            .header("origin", origin);
        let request = request
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded");
        send(request.body("language=es&next=%2F")).await.status
    };
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let port = app.addr.port();
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
    ] {
        assert_eq!(post(&ana, &host, &format!("http://{host}")).await, 200, "{host}");
        assert_eq!(post(&ana, &host, &format!("https://{host}")).await, 403, "{host}");
    }
    assert_eq!(
        post(&ana, &format!("localhost:{port}"), &format!("http://127.0.0.1:{port}")).await,
        403
    );
    // A name that points to this machine does not make its pages ours.
    assert_eq!(post(&ana, "evil.example", "http://evil.example").await, 403);
    assert_eq!(
        post(&ana, "127.0.0.1.evil.example", "http://127.0.0.1.evil.example").await,
        403
    );

    let app = TestApp::wishes(engine)
        .option("--public-url", "https://speakle.example")
        .start()
        .await;
    let ana = app.person("ana").create().await;
    let port = app.addr.port();
    assert_eq!(post(&ana, "anything.example", "https://speakle.example").await, 200);
    for (host, origin) in [
        ("evil.example".to_owned(), "https://evil.example".to_owned()),
        ("speakle.example".to_owned(), "http://speakle.example".to_owned()),
        (
            "speakle.example".to_owned(),
            "https://speakle.example.evil.example".to_owned(),
        ),
        (format!("127.0.0.1:{port}"), format!("http://127.0.0.1:{port}")),
    ] {
        assert_eq!(post(&ana, &host, &origin).await, 403, "{host} {origin}");
    }
}
