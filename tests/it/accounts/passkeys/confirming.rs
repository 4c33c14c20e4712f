//! Showing by a passkey that one is still there.

use std::time::Duration;

use speakle::accounts::passkeys::model::Challenge;
use speakle::kernel::error::{AppError, Refusal};

use super::{add, asked_who, by_name, device, json, own, refused, show, stranger};
use crate::harness::authenticator::Key;
use crate::harness::{Answer, Browser, Engine, TestApp};

both_engines!(
    whoever_shows_a_passkey_of_theirs_is_there_again,
    a_passkey_of_somebody_else_shows_nothing,
    an_asking_belongs_to_its_session,
);

async fn asked(browser: &Browser) -> Challenge {
    browser.tell("start_passkey_confirm", &[]).await.unwrap()
}

async fn confirm(browser: &Browser, challenge: &Challenge, credential: &str, next: &str) -> Answer {
    let ceremony = challenge.ceremony.to_string();
    let form = [
        ("ceremony", ceremony.as_str()),
        ("credential", credential),
        ("next", next),
    ];
    browser.call("passkey_confirm", &form).await
}

async fn is_recent(browser: &Browser) -> bool {
    match browser
        .call("start_passkey", &[("name", "Another")])
        .await
        .result::<Challenge>()
    {
        Ok(_) => true,
        Err(AppError::Refused(Refusal::ConfirmFirst)) => false,
        Err(error) => panic!("{error}"),
    }
}

async fn whoever_shows_a_passkey_of_theirs_is_there_again(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    let key = add(&browser, &device, "Laptop").await;
    app.advance(Duration::from_secs(16 * 60));
    assert!(!is_recent(&browser).await);
    let page = browser.get("/confirm?next=%2Fsettings%2Faccount").await.body;
    assert!(page.contains("Use a passkey"), "the page does not offer it");
    let before = browser.cookies();
    let challenge = asked(&browser).await;
    // The device is told which are theirs; one that need not look says not whose it is.
    let allowed = json(&challenge.options)["allowCredentials"].clone();
    assert_eq!(allowed.as_array().unwrap().len(), 1);
    let silent = Key {
        user: None,
        ..key.clone()
    };
    let answer = confirm(
        &browser,
        &challenge,
        &device.show(&silent, &challenge.options),
        "/settings/account",
    )
    .await;
    assert_eq!(answer.result::<String>().as_deref(), Ok("/settings/account"));
    assert!(is_recent(&browser).await);
    // The session goes on under another token.
    assert_ne!(browser.cookies(), before);
    assert_eq!(own(&browser).await[0].last_used.unwrap().at, app.state.clock.now());
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit WHERE kind = 'confirmed'").await,
        1
    );
    // Once, and not off the site.
    let again = confirm(&browser, &challenge, &device.show(&key, &challenge.options), "/").await;
    assert_eq!(again.result::<String>(), refused(Refusal::CeremonyOver));
    let challenge = asked(&browser).await;
    let answer = confirm(
        &browser,
        &challenge,
        &device.show(&key, &challenge.options),
        "//evil.example",
    )
    .await;
    assert_eq!(answer.result::<String>().as_deref(), Ok("/"));
    // What somebody has of the first one is worth nothing.
    assert_eq!(ana.browser.fetch("own_account", &[]).await.status, 401);
}

async fn a_passkey_of_somebody_else_shows_nothing(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, eve) = (app.person("ana").create().await, app.person("eve").create().await);
    let (anas, eves, device) = (by_name(&app, &ana), by_name(&app, &eve), device(&app));
    let (of_ana, of_eve) = (add(&anas, &device, "Laptop").await, add(&eves, &device, "Laptop").await);
    app.advance(Duration::from_secs(16 * 60));
    let as_ana = Key {
        user: of_ana.user.clone(),
        ..of_eve.clone()
    };
    let silent = Key {
        user: None,
        ..of_eve.clone()
    };
    for key in [of_eve, as_ana, silent, of_ana.forged()] {
        let challenge = asked(&anas).await;
        let answer = confirm(&anas, &challenge, &device.show(&key, &challenge.options), "/").await;
        assert_eq!(answer.result::<String>(), refused(Refusal::PasskeyUnknown));
    }
    assert!(!is_recent(&anas).await && !is_recent(&eves).await);
    // Who has none is not asked for one, and who is nobody neither.
    let bob = by_name(&app, &app.person("bob").create().await);
    let answer = bob.call("start_passkey_confirm", &[]).await;
    assert_eq!(answer.result::<()>(), refused(Refusal::PasskeyUnknown));
    let page = bob.get("/confirm?next=%2Fsettings%2Faccount").await.body;
    assert!(!page.contains("Use a passkey"), "the page offers what bob has not");
    let nobody = stranger(&app).call("start_passkey_confirm", &[]).await;
    assert_eq!(nobody.status, 401);
}

async fn an_asking_belongs_to_its_session(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    let key = add(&browser, &device, "Laptop").await;
    app.advance(Duration::from_secs(16 * 60));
    let challenge = asked(&browser).await;
    let credential = device.show(&key, &challenge.options);
    let over = refused::<String>(Refusal::CeremonyOver);
    // Another session of the same person, even with the cookie.
    let phone = by_name(&app, &ana.another_device(&app).await);
    let cookies = browser.cookies();
    phone.add_cookie(
        cookies
            .split("; ")
            .find(|cookie| cookie.starts_with("passkey="))
            .unwrap(),
    );
    assert_eq!(confirm(&phone, &challenge, &credential, "/").await.result(), over);
    // Nor is it one for a sign-in, and the other way round.
    let challenge = asked(&browser).await;
    let credential = device.show(&key, &challenge.options);
    assert_eq!(show(&browser, &challenge, &credential, "/").await.result(), over);
    let sign_in = asked_who(&browser).await;
    let credential = device.show(&key, &sign_in.options);
    assert_eq!(confirm(&browser, &sign_in, &credential, "/").await.result(), over);
    assert!(!is_recent(&browser).await);
}
