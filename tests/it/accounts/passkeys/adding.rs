//! Adding passkeys.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use speakle::accounts::passkeys::model::{NAME_MAX, PASSKEYS_MAX};
use speakle::kernel::error::{AppError, Problem, Refusal};

use super::{add, asked_to_add, bring, by_name, device, json, own, refused, sign_in, stranger};
use crate::harness::authenticator::{Authenticator, Key};
use crate::harness::{Engine, TestApp};

both_engines!(
    a_device_is_asked_for_a_key_that_it_finds_by_itself_and_guards,
    an_added_passkey_is_listed_told_of_and_written_down,
    what_a_device_brings_has_to_be_what_was_asked_for,
    an_asking_ends_with_its_answer_its_time_and_its_session,
    a_key_belongs_to_one_person,
    twenty_are_enough,
    names_are_checked_before_the_device_is_asked,
    of_two_at_once_both_count_and_no_more_than_twenty,
);

async fn a_device_is_asked_for_a_key_that_it_finds_by_itself_and_guards(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").called("Ana Castillo").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    let options = json(&asked_to_add(&browser, "Laptop").await.options);
    assert_eq!(options["rp"], json!({ "name": "Speakle", "id": "localhost" }));
    let handle = URL_SAFE_NO_PAD.encode(ana.id.uuid().as_bytes());
    let user = json!({ "id": handle, "name": "ana", "displayName": "Ana Castillo" });
    assert_eq!(options["user"], user);
    let wanted = &options["authenticatorSelection"];
    assert_eq!(
        (
            &wanted["residentKey"],
            &wanted["requireResidentKey"],
            &wanted["userVerification"]
        ),
        (&json!("required"), &json!(true), &json!("required"))
    );
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["excludeCredentials"], json!([]));
    // Nobody signs in with one that was made before; the device is told which that are.
    let key = add(&browser, &device, "Laptop").await;
    let options = json(&asked_to_add(&browser, "Phone").await.options);
    assert_eq!(options["excludeCredentials"][0]["id"], URL_SAFE_NO_PAD.encode(&key.id));
    // Two challenges are never the same.
    assert_ne!(
        options["challenge"],
        json(&asked_to_add(&browser, "Phone").await.options)["challenge"]
    );
    let answer = browser.call("start_passkey", &[("name", "Phone")]).await;
    let cookie = answer.set_cookie("passkey").unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Max-Age=300"),
        "{cookie}"
    );
}

async fn an_added_passkey_is_listed_told_of_and_written_down(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    add(&browser, &device, "  My\n laptop ").await;
    app.advance(Duration::from_secs(60));
    add(&browser, &device, "Phone").await;
    let kept = own(&browser).await;
    let names: Vec<&str> = kept.iter().map(|passkey| passkey.name.as_str()).collect();
    assert_eq!(names, ["My laptop", "Phone"]);
    assert!(kept.iter().all(|passkey| passkey.last_used.is_none()));
    assert_eq!(kept[0].since.at, app.state.clock.now().minus(Duration::from_secs(60)));
    let mails = app
        .texts("SELECT CAST(payload AS TEXT) FROM job WHERE kind = 'mail.send' ORDER BY created_at")
        .await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert!(mails.iter().all(|mail| mail.contains(&ana.email)), "{mails:?}");
    assert!(mails.iter().any(|mail| mail.contains("My laptop")), "{mails:?}");
    let added = app
        .texts("SELECT CAST(detail AS TEXT) FROM audit WHERE kind = 'passkey_added' ORDER BY at")
        .await;
    let (first, second) = (kept[0].id.to_string(), kept[1].id.to_string());
    assert!(
        added.len() == 2 && added[0].contains(&first) && added[1].contains(&second),
        "{added:?}"
    );
    // Nothing that was typed.
    assert!(!added[1].contains("Phone"), "{added:?}");
    // Nobody but the person reads of it, and the key itself stays here.
    let page = browser.fetch("own_passkeys", &[]).await.body;
    assert!(!page.contains("credential"), "{page}");
    assert_eq!(stranger(&app).fetch("own_passkeys", &[]).await.status, 401);
}

async fn what_a_device_brings_has_to_be_what_was_asked_for(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, honest) = (by_name(&app, &ana), device(&app));
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
        Authenticator {
            keeps: false,
            ..honest.clone()
        },
    ];
    for device in lies {
        let challenge = asked_to_add(&browser, "Laptop").await;
        let (_, credential) = device.make(&challenge.options);
        let answer = bring(&browser, &challenge, &credential, "Laptop").await;
        assert_eq!(answer, refused(Refusal::PasskeyNotTaken), "{device:?}");
    }
    let challenge = asked_to_add(&browser, "Laptop").await;
    for nonsense in ["", "{}", "null", "[1]", "not JSON", r#"{"id":"x","rawId":"$$"}"#] {
        let answer = bring(&browser, &challenge, nonsense, "Laptop").await;
        assert_eq!(answer, Err(AppError::Malformed), "{nonsense}");
    }
    // Too long a name for a key, whatever name stands beside it.
    let (key, _) = honest.make(&challenge.options);
    let long = Key {
        id: vec![7; 1024],
        ..key
    };
    let challenge = asked_to_add(&browser, "Laptop").await;
    let mut credential = json(&honest.register(&long, &json(&challenge.options)));
    for name in ["id", "rawId"] {
        credential[name] = "c2hvcnQ".into();
    }
    let answer = bring(&browser, &challenge, &credential.to_string(), "Laptop").await;
    assert_eq!(answer, refused(Refusal::PasskeyNotTaken));
    let challenge = asked_to_add(&browser, "Laptop").await;
    // What is well formed only outside.
    let (_, credential) = honest.make(&challenge.options);
    let mut broken = json(&credential);
    for object in ["", "oA", "o2NmbXRkbm9uZQ", &URL_SAFE_NO_PAD.encode([0xff; 300])] {
        let challenge = asked_to_add(&browser, "Laptop").await;
        broken["response"]["attestationObject"] = json!(object);
        let answer = bring(&browser, &challenge, &broken.to_string(), "Laptop").await;
        assert_eq!(answer, refused(Refusal::PasskeyNotTaken), "{object}");
    }
    assert!(own(&browser).await.is_empty());
    assert_eq!(app.number("SELECT COUNT(*) FROM job WHERE kind = 'mail.send'").await, 0);
    // And what was spoilt by none of this works.
    bring(&browser, &challenge, &credential, "Laptop").await.unwrap();
    assert_eq!(own(&browser).await.len(), 1);
}

async fn an_asking_ends_with_its_answer_its_time_and_its_session(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    let over = refused::<()>(Refusal::CeremonyOver);
    let begin = async || {
        let challenge = asked_to_add(&browser, "Laptop").await;
        let (_, credential) = device.make(&challenge.options);
        (challenge, credential)
    };
    // Twice.
    let (challenge, credential) = begin().await;
    bring(&browser, &challenge, &credential, "Laptop").await.unwrap();
    assert_eq!(bring(&browser, &challenge, &credential, "Laptop").await, over);
    // Too late; a moment before is not.
    let (challenge, credential) = begin().await;
    app.advance(Duration::from_secs(300));
    assert_eq!(bring(&browser, &challenge, &credential, "Laptop").await, over);
    let (challenge, credential) = begin().await;
    app.advance(Duration::from_secs(299));
    bring(&browser, &challenge, &credential, "Laptop").await.unwrap();
    // From another browser: with its own cookie and with none; and from another session of the same browser.
    let (challenge, credential) = begin().await;
    let elsewhere = by_name(&app, &ana.another_device(&app).await);
    assert_eq!(bring(&elsewhere, &challenge, &credential, "Laptop").await, over);
    asked_to_add(&elsewhere, "Laptop").await;
    assert_eq!(bring(&elsewhere, &challenge, &credential, "Laptop").await, over);
    let cookies = browser.cookies();
    let cookie = cookies
        .split("; ")
        .find(|cookie| cookie.starts_with("passkey="))
        .unwrap();
    elsewhere.add_cookie(cookie);
    assert_eq!(bring(&elsewhere, &challenge, &credential, "Laptop").await, over);
    // By somebody else who got hold of everything.
    let (challenge, credential) = begin().await;
    let eve = by_name(&app, &app.person("eve").create().await);
    eve.add_cookie(cookie);
    assert_eq!(bring(&eve, &challenge, &credential, "Laptop").await, over);
    assert!(own(&eve).await.is_empty());
    // For something else.
    let (challenge, credential) = begin().await;
    let form = [
        ("ceremony", challenge.ceremony.to_string()),
        ("credential", credential.clone()),
    ];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(browser.call("passkey_sign_in", &form).await.status, 400);
    bring(&browser, &challenge, &credential, "Laptop").await.unwrap();
    assert_eq!(own(&browser).await.len(), 3);
    // What was never answered is taken away.
    begin().await;
    app.advance(Duration::from_secs(300));
    app.clean_up().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM passkey_ceremony").await, 0);
}

async fn a_key_belongs_to_one_person(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, eve) = (app.person("ana").create().await, app.person("eve").create().await);
    let (anas, eves, device) = (by_name(&app, &ana), by_name(&app, &eve), device(&app));
    let key = add(&anas, &device, "Laptop").await;
    // The same key, and another one under the same name, which would shut ana out.
    for key in [key.clone(), key.forged()] {
        let challenge = asked_to_add(&eves, "Laptop").await;
        let credential = device.register(&key, &json(&challenge.options));
        let answer = bring(&eves, &challenge, &credential, "Laptop").await;
        assert_eq!(answer, refused(Refusal::PasskeyKnown));
    }
    // Nor twice at one person's.
    let challenge = asked_to_add(&anas, "Again").await;
    let credential = device.register(&key, &json(&challenge.options));
    assert!(bring(&anas, &challenge, &credential, "Again").await.is_err());
    assert!(own(&eves).await.is_empty());
    assert_eq!(own(&anas).await.len(), 1);
    let visitor = stranger(&app);
    assert_eq!(sign_in(&visitor, &device, &key).await.as_deref(), Ok("/partners"));
    assert_eq!(own(&visitor).await.len(), 1);
}

async fn twenty_are_enough(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    for number in 1..PASSKEYS_MAX {
        add(&browser, &device, &format!("Key {number}")).await;
    }
    let (last, beyond) = (asked_to_add(&browser, "Key").await, asked_to_add(&browser, "Key").await);
    bring(&browser, &last, &device.make(&last.options).1, "Key")
        .await
        .unwrap();
    let too_many = AppError::field("name", Problem::TooMany { max: PASSKEYS_MAX });
    assert_eq!(
        bring(&browser, &beyond, &device.make(&beyond.options).1, "Key").await,
        Err(too_many.clone())
    );
    let answer = browser.call("start_passkey", &[("name", "Key")]).await;
    assert_eq!((answer.status, answer.error()), (422, too_many));
    assert_eq!(own(&browser).await.len(), PASSKEYS_MAX);
}

async fn names_are_checked_before_the_device_is_asked(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    let long = "x".repeat(NAME_MAX + 1);
    for (name, problem) in [
        ("", Problem::Required),
        (" \u{200b} ", Problem::Required),
        (long.as_str(), Problem::TooLong { max: NAME_MAX }),
    ] {
        let answer = browser.call("start_passkey", &[("name", name)]).await;
        assert_eq!((answer.status, answer.error()), (422, AppError::field("name", problem)));
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM passkey_ceremony").await, 0);
    // It is text, wherever it is shown.
    add(&browser, &device, "<script>alert(1)</script>").await;
    let page = browser.get("/settings/account").await.body;
    assert!(!page.contains("<script>alert(1)"), "the page runs it");
    assert!(page.contains("&lt;script&gt;alert(1)"), "the passkey is not named");
}

async fn of_two_at_once_both_count_and_no_more_than_twenty(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    for number in 2..PASSKEYS_MAX {
        add(&browser, &device, &format!("Key {number}")).await;
    }
    let mut asked = Vec::new();
    for _ in 0..4 {
        let challenge = asked_to_add(&browser, "Key").await;
        let credential = device.make(&challenge.options).1;
        asked.push((challenge, credential));
    }
    let brought = asked
        .iter()
        .map(|(challenge, credential)| bring(&browser, challenge, credential, "Key"));
    let answers = futures::future::join_all(brought).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2, "{answers:?}");
    assert_eq!(own(&browser).await.len(), PASSKEYS_MAX);
}
