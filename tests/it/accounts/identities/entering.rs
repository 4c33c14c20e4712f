//! Somebody who comes for the first time, and comes again.

use serde_json::json;
use speakle::accounts::identities::model::{Becoming, Offered};
use speakle::kernel::error::{AppError, Problem, Refusal};
use speakle::profiles::model::Profile;
use tokio::task::block_in_place;

use super::super::second_factor::turned_on;
use super::super::{PASSWORD, is_signed_in, log_in, problem, problems};
use super::{details, offered, own, register, registration, said, untidy_world, vouching, world};
use crate::harness::mail_sink::MailSink;
use crate::harness::oidc::Google;
use crate::harness::{Browser, Engine, TestApp};

both_engines!(
    who_is_new_gets_an_account_without_a_password,
    what_is_wrong_with_a_name_stands_beside_it_and_nothing_is_lost,
    no_part_of_an_address_becomes_a_name,
    an_account_that_has_the_address_is_linked_after_its_password,
    with_a_second_factor_its_code_is_asked_for,
    an_address_that_nobody_vouches_for_leads_to_no_account,
    without_an_address_there_is_no_account,
    an_offer_is_for_one_browser_and_a_quarter_of_an_hour,
    of_two_that_take_up_an_offer_one_has_it,
    it_leads_to_this_site_only,
    a_link_that_waits_asks_for_the_password_as_it_is_then,
    nothing_is_kept_of_a_way_that_has_ended,
);

async fn who_is_new_gets_an_account_without_a_password(engine: Engine) {
    let world = world(engine).await;
    let (app, google) = (&world.app, &world.google);
    let browser = app.visitor();
    let form = [("purpose", "sign_in"), ("next", "/settings/privacy")];
    let answer = google
        .come_for(&browser, "/register", &form, "Mira.Vogel@secret-mail.example")
        .await;
    let (place, page) = said(&browser, &answer).await;
    assert_eq!(place, "/register/google");
    for words in [
        "Create your account",
        "Mira.Vogel@secret-mail.example",
        "value=\"mira.vogel\"",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    assert_eq!(world.everything().await, [0, 0, 0, 1], "nobody has an account yet");

    let answer = browser
        .submit("/register/google", "register_google", &registration("mira"))
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/privacy"));
    assert!(answer.set_cookie("oidc_offer").unwrap().contains("Max-Age=0"));
    assert!(is_signed_in(&browser).await);
    assert_eq!(world.everything().await, [1, 1, 1, 0]);
    assert_eq!(app.texts("SELECT password_hash FROM users").await, [""]);
    let confirmed = "SELECT COUNT(*) FROM users WHERE email_verified_at IS NOT NULL AND owned_since IS NOT NULL AND email = 'Mira.Vogel@secret-mail.example'";
    assert_eq!(app.number(confirmed).await, 1);
    let profile: Profile = browser.ask("own_profile", &[]).await.unwrap();
    assert_eq!(profile.languages.len(), 2);
    let linked = details(app, "identity_linked").await;
    assert_eq!(linked.len(), 1);
    assert_eq!(linked[0]["issuer"], json!(google.issuer));
    assert!(!linked[0].to_string().contains("secret-mail"), "{linked:?}");

    // Again, elsewhere: at once.
    let other = app.visitor();
    let answer = google.come(&other, "Mira.Vogel@secret-mail.example").await;
    assert_eq!(answer.location(), "/");
    assert!(is_signed_in(&other).await);
    // By no password, and so by none that is empty.
    for password in ["", " ", PASSWORD] {
        assert_ne!(log_in(&app.visitor(), "mira", password).await.status, 200);
    }
    // Under another address it is the same account.
    google.order(&json!({ "renamed": { "Mira.Vogel@secret-mail.example": "mira@other-mail.example" } }));
    let third = app.visitor();
    assert_eq!(
        google.come(&third, "Mira.Vogel@secret-mail.example").await.location(),
        "/"
    );
    assert_eq!(own(&third).await[0].email, "mira@other-mail.example");
    assert_eq!(world.everything().await[..2], [1, 1]);
}

async fn no_part_of_an_address_becomes_a_name(engine: Engine) {
    let world = world(engine).await;
    let order = json!({ "renamed": { "mira@example.org": "quiet.harbour@example.org" } });
    world.google.order(&order);
    let browser = world.app.visitor();
    world.google.come(&browser, "mira@example.org").await;
    match offered(&browser).await.unwrap() {
        Offered {
            email,
            becomes: Becoming::NewAccount { username },
        } => assert_eq!((&*email, &*username), ("quiet.harbour@example.org", "mira")),
        other => panic!("{other:?}"),
    }
}

async fn what_is_wrong_with_a_name_stands_beside_it_and_nothing_is_lost(engine: Engine) {
    let world = world(engine).await;
    let app = &world.app;
    app.person("mira").create().await;
    let browser = app.visitor();
    world.google.come(&browser, "mira@example.org").await;
    match offered(&browser).await.unwrap().becomes {
        // The first that suggests itself is somebody's.
        Becoming::NewAccount { username } => assert_eq!(username, "mira2"),
        other => panic!("{other:?}"),
    }
    let answer = register(&browser, "mira").await;
    assert_eq!(problems(&answer), [problem("username", Problem::Taken)]);
    let form = [("username", "a b"), ("speaks", "es"), ("learns", "es"), ("level", "")];
    let answer = browser.submit("/register/google", "register_google", &form).await;
    let (place, page) = said(&browser, &answer).await;
    assert_eq!(place, "/register/google");
    assert!(page.contains("value=\"a b\""), "what was typed is lost");
    assert_eq!(world.everything().await, [1, 0, 1, 1]);
    register(&browser, "mira_v").await.result::<String>().unwrap();
    assert_eq!(world.everything().await, [2, 1, 2, 0]);
    assert_eq!(
        register(&browser, "mira_w").await.error(),
        AppError::Refused(Refusal::OfferOver)
    );
}

async fn an_account_that_has_the_address_is_linked_after_its_password(engine: Engine) {
    let sink = block_in_place(MailSink::start);
    let google = block_in_place(Google::start);
    let app = google.wishes(engine).option("--smtp-url", &sink.url()).start().await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let browser = app.visitor();
    let form = [("purpose", "sign_in"), ("next", "/partners")];
    let answer = google
        .come_for(&browser, "/login", &form, "ANA@secret-mail.example")
        .await;
    let (place, page) = said(&browser, &answer).await;
    assert_eq!(place, "/link-google");
    assert!(page.contains("Link your Google account"), "{page}");
    assert!(!is_signed_in(&browser).await, "by the address alone");
    for (password, expected) in [
        ("", Problem::Required),
        ("not the password", Problem::WrongPassword),
        ("' OR 1=1 --", Problem::WrongPassword),
    ] {
        let answer = browser.call("link_google", &[("password", password)]).await;
        assert_eq!(problems(&answer), [problem("password", expected)]);
        assert!(answer.set_cookie("session").is_none());
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM identity").await, 0);

    let answer = browser
        .submit("/link-google", "link_google", &[("password", PASSWORD)])
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/partners"));
    assert!(is_signed_in(&browser).await);
    assert_eq!(own(&browser).await.len(), 1);
    assert_eq!(details(&app, "identity_linked").await.len(), 1);
    let mail = sink.mail(1).await;
    assert_eq!(mail.to, [ana.email.as_str()]);
    let mail = mail.read();
    assert_eq!(mail.subject(), "A Google account is connected to your account");
    assert!(mail.text.contains("ANA@secret-mail.example"), "{}", mail.text);

    // From now on at once, and the password goes on.
    let other = app.visitor();
    assert_eq!(google.come(&other, "ANA@secret-mail.example").await.location(), "/");
    assert!(is_signed_in(&other).await);
    assert_eq!(log_in(&app.visitor(), "ana", PASSWORD).await.status, 200);
    let everything = format!("{:?}", app.dump(&[]).await);
    assert!(!everything.contains("not the password"));
}

async fn with_a_second_factor_its_code_is_asked_for(engine: Engine) {
    let google = block_in_place(Google::start);
    let app = google.wishes(engine).manual_clock().without_background().start().await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let (phone, _) = turned_on(&app, &ana).await;
    let browser = app.visitor();
    google.come(&browser, &ana.email).await;
    match offered(&browser).await.unwrap().becomes {
        Becoming::Linked { asks_code } => assert!(asks_code),
        other => panic!("{other:?}"),
    }
    let link = async |code: &str| {
        browser
            .call("link_google", &[("password", PASSWORD), ("code", code)])
            .await
    };
    assert_eq!(problems(&link("").await), [problem("code", Problem::Required)]);
    assert_eq!(
        problems(&link(&phone.wrong(&app)).await),
        [problem("code", Problem::WrongCode)]
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM identity").await, 0);
    let code = phone.code(&app);
    link(&code).await.result::<String>().unwrap();
    assert!(is_signed_in(&browser).await);

    // Google is one thing that somebody shows; the code is the other.
    app.advance(super::super::second_factor::STEP);
    let other = app.visitor();
    let form = [("purpose", "sign_in"), ("next", "/partners")];
    let answer = google.come_for(&other, "/login", &form, &ana.email).await;
    assert_eq!(answer.location(), "/login/code?next=%2Fpartners");
    assert!(answer.set_cookie("session").is_none());
    assert!(!is_signed_in(&other).await);
    let code = phone.code(&app);
    let answer = other.call("enter_code", &[("code", &code)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(is_signed_in(&other).await);
}

async fn an_address_that_nobody_vouches_for_leads_to_no_account(engine: Engine) {
    let world = world(engine).await;
    let (app, google) = (&world.app, &world.google);
    let ana = app.person("ana").password(PASSWORD).create().await;
    google.order(&vouching(false));
    let browser = app.visitor();
    let answer = google.come(&browser, &ana.email).await;
    let (place, page) = said(&browser, &answer).await;
    assert_eq!(place, "/login");
    assert!(
        page.contains("There is an account with the email address of this Google account already."),
        "{page}"
    );
    assert_eq!(world.everything().await, [1, 0, 1, 0]);
    // Whose it is alone gets an account as by a registration: the address is not confirmed.
    let browser = world.newcomer("mira@example.org").await;
    assert!(is_signed_in(&browser).await);
    let unconfirmed = "SELECT COUNT(*) FROM users WHERE username = 'mira' AND email_verified_at IS NULL";
    assert_eq!(app.number(unconfirmed).await, 1);
}

async fn without_an_address_there_is_no_account(engine: Engine) {
    let world = world(engine).await;
    world.google.order(&json!({ "withheld": true }));
    let browser = world.app.visitor();
    let answer = world.google.come(&browser, "mira@example.org").await;
    let (place, page) = said(&browser, &answer).await;
    assert_eq!(place, "/login");
    assert!(page.contains("Google did not tell your email address"), "{page}");
    assert_eq!(world.everything().await, [0; 4]);
}

async fn an_offer_is_for_one_browser_and_a_quarter_of_an_hour(engine: Engine) {
    let world = untidy_world(engine).await;
    let app = &world.app;
    let browser = app.visitor();
    world.google.come(&browser, "mira@example.org").await;
    let stranger = app.visitor();
    assert_eq!(offered(&stranger).await, None);
    assert_eq!(
        register(&stranger, "mira").await.error(),
        AppError::Refused(Refusal::OfferOver)
    );
    let page = stranger.get("/register/google").await;
    assert_eq!(page.status, 200);
    assert!(
        page.body
            .contains("This took too long, or was begun in another browser."),
        "{}",
        page.body
    );
    stranger.add_cookie("oidc_offer=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(
        register(&stranger, "mira").await.error(),
        AppError::Refused(Refusal::OfferOver)
    );
    let answer = stranger.call("link_google", &[("password", PASSWORD)]).await;
    assert_eq!(answer.error(), AppError::Refused(Refusal::OfferOver));

    app.execute("UPDATE identity_offer SET expires_at = 1").await;
    assert_eq!(offered(&browser).await, None);
    assert_eq!(
        register(&browser, "mira").await.error(),
        AppError::Refused(Refusal::OfferOver)
    );
    assert_eq!(world.everything().await, [0, 0, 0, 1]);
    app.clean_up().await;
    assert_eq!(world.everything().await, [0; 4], "what has run out goes");
}

async fn of_two_that_take_up_an_offer_one_has_it(engine: Engine) {
    let world = world(engine).await;
    let browser = world.app.visitor();
    world.google.come(&browser, "mira@example.org").await;
    let (one, two) = futures::join!(register(&browser, "mira"), register(&browser, "mirella"));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", one.body, two.body);
    assert_eq!(world.everything().await[..2], [1, 1]);
}

async fn it_leads_to_this_site_only(engine: Engine) {
    let world = world(engine).await;
    world.newcomer("mira@example.org").await;
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
    ] {
        let browser = world.app.visitor();
        let form = [("purpose", "sign_in"), ("next", next)];
        let answer = world
            .google
            .come_for(&browser, "/login", &form, "mira@example.org")
            .await;
        assert_eq!((answer.status, answer.location()), (303, "/"), "{next}");
    }
    let browser: Browser = world.app.visitor();
    let form = [("purpose", "sign_in"), ("next", "//evil.example")];
    let answer = world
        .google
        .come_for(&browser, "/register", &form, "ben@example.org")
        .await;
    assert_eq!(answer.location(), "/register/google");
    let answer = browser
        .submit("/register/google", "register_google", &registration("ben"))
        .await;
    assert_eq!(answer.location(), "/partners/find");
}

async fn a_link_that_waits_asks_for_the_password_as_it_is_then(engine: Engine) {
    let world = world(engine).await;
    let app: &TestApp = &world.app;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let browser = app.visitor();
    world.google.come(&browser, &ana.email).await;
    app.set_password(&ana, "velvet-Quarry-9471").await;
    let answer = browser.call("link_google", &[("password", PASSWORD)]).await;
    assert_eq!(problems(&answer), [problem("password", Problem::WrongPassword)]);
    // Who has none shows none, whatever they type.
    app.execute("UPDATE users SET password_hash = ''").await;
    for password in ["velvet-Quarry-9471", "x"] {
        let answer = browser.call("link_google", &[("password", password)]).await;
        assert_eq!(problems(&answer), [problem("password", Problem::WrongPassword)]);
    }
    assert_eq!(world.everything().await[..2], [1, 0]);
}

async fn nothing_is_kept_of_a_way_that_has_ended(engine: Engine) {
    let world = world(engine).await;
    let (browser, form) = (world.app.visitor(), [("purpose", "sign_in")]);
    // Two tabs.
    let first = world.google.address(&browser, "/login", &form).await;
    let second = world.google.address(&browser, "/login", &form).await;
    let back = world.google.sign_in(&first, "mira@example.org").await;
    let answer = browser.get(&back).await;
    assert_eq!(answer.location(), "/register/google");
    assert!(answer.set_cookie("oidc").is_none(), "the other tab could not come back");
    let answer = browser.get(&world.google.decline(&second).await).await;
    let removal = answer.set_cookie("oidc").unwrap();
    assert!(
        removal.starts_with("oidc=;") && removal.contains("Max-Age=0"),
        "{removal}"
    );
    assert!(
        offered(&browser).await.is_some(),
        "what waits is kept by another cookie"
    );
}
