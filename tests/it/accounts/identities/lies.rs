//! What does not hold: nothing comes of it, in words.

use std::time::Duration;

use serde_json::json;
use speakle::check::{Finding, check};
use speakle::kernel::error::{AppError, Refusal};
use tokio::task::block_in_place;

use super::super::is_signed_in;
use super::{FAILED, World, said, untidy_world, world};
use crate::harness::oidc::{Google, SECRET};
use crate::harness::{Browser, Engine, TestApp};

both_engines!(
    a_token_that_does_not_hold_opens_nothing,
    a_state_works_once,
    a_state_is_for_the_browser_that_began,
    of_two_that_come_back_at_once_one_comes_in,
    an_attempt_lasts_ten_minutes,
    who_declines_is_back_where_they_were,
    what_another_server_answers_is_not_taken,
    other_keys_are_learned,
    while_the_provider_is_away_there_are_words,
    nothing_is_kept_that_opens_anything,
    without_a_provider_nobody_is_asked,
    where_to_go_is_kept_where_it_is_on_this_site,
);

const MIRA: &str = "mira@example.org";

async fn a_token_that_does_not_hold_opens_nothing(engine: Engine) {
    let world = world(engine).await;
    world.newcomer(MIRA).await;
    let before = world.everything().await;
    for lie in [
        "nonce",
        "no_nonce",
        "audience",
        "audiences",
        "party",
        "issuer",
        "expired",
        "unsigned",
        "key",
        "tampered",
        "secret",
    ] {
        world.google.lie(lie);
        for login in [MIRA, "ben@example.org"] {
            let browser = world.app.visitor();
            let answer = world.google.come(&browser, login).await;
            assert!(
                answer.set_cookie("session").is_none() && answer.set_cookie("oidc_offer").is_none(),
                "{lie}"
            );
            let (place, page) = said(&browser, &answer).await;
            assert_eq!(place, "/login", "{lie}");
            assert!(page.contains(FAILED), "{lie}: {page}");
            assert!(!is_signed_in(&browser).await, "{lie}");
        }
        assert_eq!(world.everything().await, before, "{lie}");
    }
    // The truth is believed again.
    world.google.order(&json!({ "lie": null }));
    assert_eq!(world.google.come(&world.app.visitor(), MIRA).await.location(), "/");
}

async fn a_state_works_once(engine: Engine) {
    let world = world(engine).await;
    world.newcomer(MIRA).await;
    let browser = world.app.visitor();
    let address = world
        .google
        .address(&browser, "/login", &[("purpose", "sign_in")])
        .await;
    let back = world.google.sign_in(&address, MIRA).await;
    assert_eq!(browser.get(&back).await.location(), "/");
    let before = world.everything().await;
    // Signed in by now: the page of the account says it.
    let (place, page) = said(&browser, &browser.get(&back).await).await;
    assert_eq!(place, "/settings/account#linked-accounts");
    assert!(page.contains(FAILED), "{page}");
    assert_eq!(world.everything().await, before);
    // The page before the provider's is over as well.
    let go = browser.get(&format!("/auth/google/go?{}", state_of(&back))).await;
    assert_eq!(go.status, 303);
}

fn state_of(back: &str) -> String {
    let query = back.split_once('?').unwrap().1;
    query
        .split('&')
        .find(|pair| pair.starts_with("state="))
        .unwrap()
        .to_owned()
}

async fn a_state_is_for_the_browser_that_began(engine: Engine) {
    let world = world(engine).await;
    world.newcomer(MIRA).await;
    let before = world.everything().await;
    let attacker = world.app.visitor();
    let address = world
        .google
        .address(&attacker, "/login", &[("purpose", "sign_in")])
        .await;
    let back = world.google.sign_in(&address, MIRA).await;
    // Somebody is made to open it, who has begun nothing, or something else.
    let victim = world.app.visitor();
    let begun = world.app.visitor();
    world.google.address(&begun, "/login", &[("purpose", "sign_in")]).await;
    for browser in [&victim, &begun] {
        for place in [back.clone(), format!("/auth/google/go?{}", state_of(&back))] {
            let answer = browser.get(&place).await;
            let (place, page) = said(browser, &answer).await;
            assert_eq!(place, "/login");
            assert!(page.contains(FAILED), "{page}");
            assert!(!is_signed_in(browser).await);
        }
    }
    assert_eq!(world.everything().await, before);
    // Of whom it is, it is still.
    assert_eq!(attacker.get(&back).await.location(), "/");
}

async fn of_two_that_come_back_at_once_one_comes_in(engine: Engine) {
    let world = world(engine).await;
    world.newcomer(MIRA).await;
    let browser = world.app.visitor();
    let address = world
        .google
        .address(&browser, "/login", &[("purpose", "sign_in")])
        .await;
    let back = world.google.sign_in(&address, MIRA).await;
    let (one, two) = futures::join!(browser.get(&back), browser.get(&back));
    let signed_in = [&one, &two].map(|answer| answer.set_cookie("session").is_some());
    assert_eq!(signed_in.iter().filter(|is_so| **is_so).count(), 1, "{one:?} {two:?}");
}

async fn an_attempt_lasts_ten_minutes(engine: Engine) {
    let world = untidy_world(engine).await;
    world.newcomer(MIRA).await;
    let browser = world.app.visitor();
    let address = world
        .google
        .address(&browser, "/login", &[("purpose", "sign_in")])
        .await;
    let back = world.google.sign_in(&address, MIRA).await;
    let lasts = "SELECT COUNT(*) FROM oidc_attempt WHERE expires_at - created_at = 600000000";
    assert_eq!(world.app.number(lasts).await, 1);
    world.app.execute("UPDATE oidc_attempt SET expires_at = 1").await;
    let (place, page) = said(&browser, &browser.get(&back).await).await;
    assert_eq!(place, "/login");
    assert!(page.contains(FAILED), "{page}");
    world.app.clean_up().await;
    assert_eq!(world.app.number("SELECT COUNT(*) FROM oidc_attempt").await, 0);
}

async fn who_declines_is_back_where_they_were(engine: Engine) {
    let world = world(engine).await;
    let browser = world.app.visitor();
    let page = "/register?next=%2Fpartners";
    let address = world.google.address(&browser, page, &[("purpose", "sign_in")]).await;
    let back = world.google.decline(&address).await;
    assert!(back.contains("error=access_denied"), "{back}");
    let (place, shown) = said(&browser, &browser.get(&back).await).await;
    assert_eq!(place, page);
    assert!(
        shown.contains("You did not go on with Google. Nothing has changed."),
        "{shown}"
    );
    assert_eq!(world.everything().await, [0; 4]);
    // What an address says beside makes no words of its own.
    let made_up = "/auth/google/callback?error=access_denied&error_description=%3Cb%3ECall+0900&state=x";
    let (_, shown) = said(&browser, &browser.get(made_up).await).await;
    assert!(shown.contains(FAILED) && !shown.contains("0900"), "{shown}");
}

async fn what_another_server_answers_is_not_taken(engine: Engine) {
    let world = world(engine).await;
    world.newcomer(MIRA).await;
    let issuer: String = form_urlencoded::byte_serialize(world.google.issuer.as_bytes()).collect();
    for (was, becomes) in [
        (format!("iss={issuer}"), "iss=https%3A%2F%2Fevil.example".to_owned()),
        ("code=".to_owned(), "code=x".to_owned()),
        ("code=".to_owned(), "kode=".to_owned()),
        ("code=".to_owned(), "error=server_error&code=".to_owned()),
    ] {
        let browser = world.app.visitor();
        let address = world
            .google
            .address(&browser, "/login", &[("purpose", "sign_in")])
            .await;
        let back = world.google.sign_in(&address, MIRA).await;
        assert!(back.contains(&was), "{back}");
        let (place, page) = said(&browser, &browser.get(&back.replace(&was, &becomes)).await).await;
        assert_eq!(place, "/login");
        assert!(page.contains(FAILED), "{becomes}");
        assert!(!is_signed_in(&browser).await, "{becomes}");
    }
}

async fn other_keys_are_learned(engine: Engine) {
    let world = world(engine).await;
    world.newcomer(MIRA).await;
    world.google.order(&json!({ "rotate": true }));
    assert_eq!(world.google.come(&world.app.visitor(), MIRA).await.location(), "/");
}

async fn while_the_provider_is_away_there_are_words(engine: Engine) {
    let google = block_in_place(Google::start);
    let app = google.wishes(engine).manual_clock().start().await;
    let world = World { app, google };
    let away = |is_so: bool| world.google.order(&json!({ "away": is_so }));
    away(true);
    let browser = world.app.visitor();
    let answer = browser
        .submit("/login", "start_google", &[("purpose", "sign_in")])
        .await;
    let (place, page) = said(&browser, &answer).await;
    assert_eq!(place, "/login");
    assert!(page.contains("Google does not answer at the moment."), "{page}");
    let config = (*world.app.state.config).clone();
    let line = async || {
        let lines = check(&config).await;
        lines
            .into_iter()
            .find(|line| line.part == "OIDC_GOOGLE_CLIENT_ID")
            .unwrap()
    };
    match line().await.finding {
        Finding::Fails(words) => assert!(words.contains("OIDC_GOOGLE_ISSUER") && words.contains("503"), "{words}"),
        other => panic!("{other:?}"),
    }
    away(false);
    match line().await.finding {
        Finding::Works(words) => assert!(words.contains("/auth/google/callback"), "{words}"),
        other => panic!("{other:?}"),
    }
    // It is not asked at once again.
    let answer = browser.call("start_google", &[("purpose", "sign_in")]).await;
    assert_eq!(answer.error(), AppError::Refused(Refusal::ProviderAway));
    world.app.advance(Duration::from_secs(5));
    let address = world
        .google
        .address(&browser, "/login", &[("purpose", "sign_in")])
        .await;
    let back = world.google.sign_in(&address, MIRA).await;
    away(true);
    let (place, page) = said(&browser, &browser.get(&back).await).await;
    assert_eq!(place, "/login");
    assert!(page.contains("Google") && !is_signed_in(&browser).await, "{page}");
    assert_eq!(world.everything().await, [0; 4]);
}

async fn nothing_is_kept_that_opens_anything(engine: Engine) {
    let world = world(engine).await;
    let browser = world.app.visitor();
    let address = world
        .google
        .address(&browser, "/login", &[("purpose", "sign_in")])
        .await;
    for part in [
        "code_challenge_method=S256",
        "scope=openid+email+profile",
        "response_type=code",
        "nonce=",
        "ui_locales=en",
    ] {
        assert!(address.contains(part), "{part} is not in {address}");
    }
    assert!(!address.contains(SECRET));
    let back = world.google.sign_in(&address, MIRA).await;
    let state = state_of(&back).replace("state=", "");
    let cookie = browser.cookies();
    let everything = format!("{:?}", world.app.dump(&[]).await);
    for secret in cookie
        .split("; ")
        .filter_map(|pair| pair.split_once('='))
        .map(|(_, value)| value)
        .chain([&*state, SECRET])
    {
        assert!(!everything.contains(secret), "{secret} is stored");
    }
    let answer = browser.get(&back).await;
    let offer = answer.set_cookie("oidc_offer").unwrap();
    assert!(offer.contains("HttpOnly") && offer.contains("SameSite=Lax"), "{offer}");
    let secret = offer.trim_start_matches("oidc_offer=").split(';').next().unwrap();
    assert!(!format!("{:?}", world.app.dump(&[]).await).contains(secret));
}

async fn without_a_provider_nobody_is_asked(engine: Engine) {
    let app = TestApp::start(engine).await;
    let browser: Browser = app.visitor();
    let answer = browser.call("start_google", &[("purpose", "sign_in")]).await;
    assert_eq!(answer.error(), AppError::NotFound);
    for page in ["/login", "/register"] {
        assert!(!browser.get(page).await.body.contains("Continue with Google"), "{page}");
    }
    let answer = browser.get("/auth/google/callback?code=x&state=y").await;
    assert_eq!((answer.status, answer.location()), (303, "/login"));
    let ana = app.person("ana").create().await;
    assert!(!ana.get("/settings/account").await.body.contains("Connect Google"));
    assert_ne!(
        ana.call("start_google", &[("purpose", "admin")]).await.error(),
        AppError::Refused(Refusal::ProviderAway)
    );
}

async fn where_to_go_is_kept_where_it_is_on_this_site(engine: Engine) {
    let world = untidy_world(engine).await;
    let browser = world.app.visitor();
    let long = format!("/{}", "x".repeat(60_000));
    for next in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\0",
        "/\r\nx",
        &long,
    ] {
        let form = [("purpose", "sign_in"), ("next", next)];
        browser.call("start_google", &form).await.result::<String>().unwrap();
    }
    let kept = "SELECT COUNT(*) FROM oidc_attempt WHERE next IS NOT NULL";
    assert_eq!(world.app.number("SELECT COUNT(*) FROM oidc_attempt").await, 6);
    assert_eq!(world.app.number(kept).await, 0);
    let form = [("purpose", "sign_in"), ("next", "/partners?page=2")];
    browser.call("start_google", &form).await.result::<String>().unwrap();
    assert_eq!(world.app.number(kept).await, 1);
}
