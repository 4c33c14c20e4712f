//! Coming in by a passkey.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::FutureExt as _;
use serde_json::json;
use speakle::accounts::model::Account;
use speakle::kernel::error::{AppError, Refusal};

use super::{add, asked_who, by_name, device, json, own, refused, show, sign_in, stranger};
use crate::accounts::{HERE, use_up_tries};
use crate::harness::authenticator::{Authenticator, Key};
use crate::harness::{Browser, Engine, Person, TestApp, eventually};

both_engines!(
    a_passkey_signs_in_without_a_name,
    it_is_two_factors_by_itself,
    whatever_is_wrong_costs_and_hears_the_same,
    an_answer_counts_once_in_its_time_and_in_its_browser,
    tabs_of_one_browser_do_not_disturb_each_other,
    a_counter_that_goes_back_is_refused_and_written_down,
    what_a_device_says_of_itself_is_kept,
    of_two_answers_at_once_one_counts,
    tries_are_limited,
);

async fn with_key(app: &TestApp) -> (Person, Authenticator, Key) {
    let ana = app.person("ana").create().await;
    let device = device(app);
    let key = add(&by_name(app, &ana), &device, "Laptop").await;
    (ana, device, key)
}

async fn is_in(browser: &Browser) -> bool {
    browser.fetch("own_account", &[]).await.status == 200
}

async fn a_passkey_signs_in_without_a_name(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, device, key) = with_key(&app).await;
    app.advance(Duration::from_secs(3600));
    let visitor = stranger(&app);
    let challenge = asked_who(&visitor).await;
    let options = json(&challenge.options);
    assert_eq!(
        (
            &options["rpId"],
            &options["userVerification"],
            &options["allowCredentials"]
        ),
        (&json!("localhost"), &json!("required"), &json!([]))
    );
    let answer = show(
        &visitor,
        &challenge,
        &device.show(&key, &challenge.options),
        "/calls?kind=missed",
    )
    .await;
    assert_eq!(answer.result::<String>().as_deref(), Ok("/calls?kind=missed"));
    assert!(answer.set_cookie("session").unwrap().contains("HttpOnly"));
    let account: Account = visitor.ask("own_account", &[]).await.unwrap();
    assert_eq!(account.username, ana.username);
    assert_eq!(own(&visitor).await[0].last_used.unwrap().at, app.state.clock.now());
    let ways = app
        .texts("SELECT CAST(detail AS TEXT) FROM audit WHERE kind = 'signed_in'")
        .await;
    assert!(ways.len() == 1 && ways[0].contains("passkey"), "{ways:?}");
    // It is recent, of course.
    add(&visitor, &device, "Another").await;
    // The session before gives way, and nobody is led off the site.
    for next in ["https://evil.example", "//evil.example", ""] {
        let challenge = asked_who(&visitor).await;
        let answer = show(&visitor, &challenge, &device.show(&key, &challenge.options), next).await;
        assert_eq!(answer.result::<String>().as_deref(), Ok("/"), "{next}");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM session").await, 2);
}

async fn it_is_two_factors_by_itself(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, device, key) = with_key(&app).await;
    let (user, now) = (ana.id, app.state.clock.now());
    app.write(move |conn| {
        async move {
            let sql = "INSERT INTO second_factor (user_id, secret, created_at, confirmed_at) VALUES ($1, $2, $3, $3)";
            speakle::on_engine!(conn, |c| sqlx::query(sql)
                .bind(user)
                .bind(vec![1_u8; 20])
                .bind(now)
                .execute(c)
                .await
                .map(drop))?;
            Ok(())
        }
        .boxed()
    })
    .await;
    let visitor = stranger(&app);
    assert_eq!(sign_in(&visitor, &device, &key).await.as_deref(), Ok("/partners"));
    assert!(is_in(&visitor).await);
    assert_eq!(app.number("SELECT COUNT(*) FROM sign_in_attempt").await, 0);
}

async fn whatever_is_wrong_costs_and_hears_the_same(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (_, honest, key) = with_key(&app).await;
    let eve = app.person("eve").create().await;
    let of_eve = add(&by_name(&app, &eve), &honest, "Laptop").await;
    let visitor = stranger(&app);
    let lies = [
        Authenticator {
            origin: "http://localhost:1".to_owned(),
            ..honest.clone()
        },
        Authenticator {
            origin: "https://evil.example".to_owned(),
            ..honest.clone()
        },
        Authenticator {
            rp_id: "evil.example".to_owned(),
            ..honest.clone()
        },
        Authenticator {
            challenge: Some(URL_SAFE_NO_PAD.encode([7; 32])),
            ..honest.clone()
        },
        Authenticator {
            verifies: false,
            ..honest.clone()
        },
    ];
    let mut shown = Vec::new();
    for device in &lies {
        let challenge = asked_who(&visitor).await;
        let credential = device.show(&key, &challenge.options);
        shown.push((format!("{device:?}"), challenge, credential));
    }
    let handle = |user: Option<&[u8]>| Key {
        user: user.map(<[u8]>::to_vec),
        ..key.clone()
    };
    let unknown = Key {
        id: vec![9; 32],
        ..key.forged()
    };
    let forgeries = [
        ("another key under the name", key.forged()),
        ("a key that nobody has", unknown),
        (
            "nobody's name",
            Key {
                id: Vec::new(),
                ..key.clone()
            },
        ),
        (
            "eve's key under the name",
            Key {
                id: key.id.clone(),
                ..of_eve.clone()
            },
        ),
        ("ana's key as eve", handle(of_eve.user.as_deref())),
        ("whose it is is not said", handle(None)),
        ("whose it is is nonsense", handle(Some(b"ana"))),
    ];
    for (what, key) in forgeries {
        let challenge = asked_who(&visitor).await;
        let credential = honest.show(&key, &challenge.options);
        shown.push((what.to_owned(), challenge, credential));
    }
    let challenge = asked_who(&visitor).await;
    let credential = honest.show_as(&key, &challenge.options, "webauthn.create");
    shown.push(("another question".to_owned(), challenge, credential));
    let challenge = asked_who(&visitor).await;
    let mut credential = json(&honest.show(&key, &challenge.options));
    credential["response"]["signature"] = json!("AAAA");
    shown.push(("no signature".to_owned(), challenge, credential.to_string()));

    let (tries, mut bodies) = (shown.len(), Vec::new());
    for (what, challenge, credential) in shown {
        let answer = show(&visitor, &challenge, &credential, "/").await;
        assert_eq!(answer.status, 409, "{what}: {}", answer.body);
        assert!(answer.set_cookie("session").is_none(), "{what}");
        bodies.push(answer.body);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    assert_eq!(
        serde_json::from_str::<AppError>(&bodies[0]).unwrap(),
        AppError::Refused(Refusal::PasskeyUnknown)
    );
    assert!(!is_in(&visitor).await);
    eventually("all are written down", || async {
        let noted = app
            .number("SELECT COUNT(*) FROM audit WHERE kind = 'sign_in_failed'")
            .await;
        (noted == tries as i64).then_some(())
    })
    .await;
    assert_eq!(own(&by_name(&app, &eve)).await[0].last_used, None);
    // An honest device comes in all the same.
    assert_eq!(sign_in(&visitor, &honest, &key).await.as_deref(), Ok("/partners"));
}

async fn an_answer_counts_once_in_its_time_and_in_its_browser(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (_, device, key) = with_key(&app).await;
    let (visitor, thief) = (stranger(&app), stranger(&app));
    let over = refused::<String>(Refusal::CeremonyOver);
    // Replayed, in the same browser and in another.
    let challenge = asked_who(&visitor).await;
    let credential = device.show(&key, &challenge.options);
    show(&visitor, &challenge, &credential, "/")
        .await
        .result::<String>()
        .unwrap();
    assert_eq!(show(&visitor, &challenge, &credential, "/").await.result(), over);
    // Listened to, and brought by somebody else: without a cookie, and with one of their own.
    let challenge = asked_who(&visitor).await;
    let credential = device.show(&key, &challenge.options);
    assert_eq!(show(&thief, &challenge, &credential, "/").await.result(), over);
    let own_challenge = asked_who(&thief).await;
    assert_eq!(show(&thief, &challenge, &credential, "/").await.result(), over);
    // An answer to one question is none to another.
    assert_eq!(
        show(&thief, &own_challenge, &credential, "/").await.result::<String>(),
        refused(Refusal::PasskeyUnknown)
    );
    assert!(!is_in(&thief).await);
    // It was not used up by them.
    show(&visitor, &challenge, &credential, "/")
        .await
        .result::<String>()
        .unwrap();
    // A wrong one uses it up.
    let challenge = asked_who(&visitor).await;
    let wrong = device.show(&key.forged(), &challenge.options);
    assert_eq!(show(&visitor, &challenge, &wrong, "/").await.status, 409);
    let right = device.show(&key, &challenge.options);
    assert_eq!(show(&visitor, &challenge, &right, "/").await.result(), over);
    // Too late.
    let challenge = asked_who(&visitor).await;
    app.advance(Duration::from_secs(300));
    let credential = device.show(&key, &challenge.options);
    assert_eq!(show(&visitor, &challenge, &credential, "/").await.result(), over);
    // What a device has not answered.
    let challenge = asked_who(&visitor).await;
    for nonsense in ["", "{}", "[]", "null", "\u{0}"] {
        assert_eq!(
            show(&visitor, &challenge, nonsense, "/").await.status,
            400,
            "{nonsense}"
        );
    }
}

async fn tabs_of_one_browser_do_not_disturb_each_other(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (_, device, key) = with_key(&app).await;
    let browser = stranger(&app);
    let (one, other) = (asked_who(&browser).await, asked_who(&browser).await);
    for challenge in [&one, &other] {
        let credential = device.show(&key, &challenge.options);
        show(&browser, challenge, &credential, "/")
            .await
            .result::<String>()
            .unwrap();
    }
    // A cookie that was planted is none of ours: another takes its place.
    let planted = "A".repeat(43);
    let browser = stranger(&app);
    browser.add_cookie(&format!("passkey={planted}"));
    let answer = browser.call("start_passkey_sign_in", &[]).await;
    assert!(!answer.set_cookie("passkey").unwrap().contains(&planted));
}

async fn a_counter_that_goes_back_is_refused_and_written_down(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, device, mut key) = with_key(&app).await;
    let visitor = stranger(&app);
    for (counter, is_let_in) in [
        (5, true),
        (5, false),
        (4, false),
        (0, false),
        (6, true),
        (1_000, true),
        (999, false),
    ] {
        key.counter = counter;
        let answer = sign_in(&visitor, &device, &key).await;
        let expected = if is_let_in {
            Ok("/partners".to_owned())
        } else {
            refused(Refusal::PasskeyUnknown)
        };
        assert_eq!(answer, expected, "{counter}");
    }
    eventually("they are written down", || async {
        let noted = app
            .texts("SELECT CAST(detail AS TEXT) FROM audit WHERE kind = 'sign_in_failed' AND user_id IS NOT NULL")
            .await;
        (noted.len() == 4 && noted.iter().all(|detail| detail.contains("passkey counter"))).then_some(())
    })
    .await;
    assert_eq!(own(&by_name(&app, &ana)).await.len(), 1);
}

async fn what_a_device_says_of_itself_is_kept(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    let challenge = super::asked_to_add(&browser, "Phone").await;
    let (mut key, _) = device.make(&challenge.options);
    key.is_backed_up = true;
    let credential = device.register(&key, &json(&challenge.options));
    super::bring(&browser, &challenge, &credential, "Phone").await.unwrap();
    let visitor = stranger(&app);
    sign_in(&visitor, &device, &key).await.unwrap();
    key.counter = 7;
    sign_in(&visitor, &device, &key).await.unwrap();
    let kept = json(&app.texts("SELECT credential FROM passkey").await[0]);
    assert_eq!(
        (
            &kept["cred"]["counter"],
            &kept["cred"]["backup_state"],
            &kept["cred"]["user_verified"]
        ),
        (&json!(7), &json!(true), &json!(true))
    );
    // A key that could not be copied and now can is another one.
    key.is_backed_up = false;
    key.counter = 8;
    assert_eq!(sign_in(&visitor, &device, &key).await, refused(Refusal::PasskeyUnknown));
}

async fn of_two_answers_at_once_one_counts(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (_, device, key) = with_key(&app).await;
    let visitor = stranger(&app);
    for _ in 0..3 {
        let challenge = asked_who(&visitor).await;
        let credential = device.show(&key, &challenge.options);
        let (one, other) = futures::join!(
            show(&visitor, &challenge, &credential, "/"),
            show(&visitor, &challenge, &credential, "/")
        );
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", one.body, other.body);
    }
}

async fn tries_are_limited(engine: Engine) {
    let app = TestApp::wishes(engine).option("--rate-limit", "on").start().await;
    let (_, device, key) = with_key(&app).await;
    let visitor = stranger(&app);
    let challenge = asked_who(&visitor).await;
    let credential = device.show(&key.forged(), &challenge.options);
    let since = Instant::now();
    for _ in 0..10 {
        assert_eq!(show(&visitor, &challenge, &credential, "/").await.status, 409);
    }
    use_up_tries(&app, &[HERE], since);
    let answer = show(&visitor, &challenge, &credential, "/").await;
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").is_some());
    use_up_tries(&app, &[HERE], since);
    // Together with passwords.
    let password = [("login", "ana"), ("password", "whatever it is")];
    assert_eq!(visitor.call("log_in", &password).await.status, 429);
    // Asking is limited as well, though a page does so by itself.
    let mut statuses = Vec::new();
    // Two come back a second: however slow, the bound is far off.
    while statuses.last() != Some(&429) && statuses.len() < 5_000 {
        statuses.push(visitor.call("start_passkey_sign_in", &[]).await.status);
    }
    assert!(statuses.contains(&429), "{statuses:?}");
    assert!(statuses[..100].iter().all(|status| *status == 200), "{statuses:?}");
}
