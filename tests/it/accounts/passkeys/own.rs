//! One's own passkeys: other names, and none.

use std::time::Duration;

use futures::FutureExt as _;
use speakle::accounts::passkeys::model::PasskeyView;
use speakle::kernel::error::{AppError, Problem, Refusal};

use super::{add, asked_who, by_name, device, named, own, refused, show, sign_in, stranger};
use crate::harness::{Browser, Engine, Person, TestApp};

both_engines!(
    one_is_renamed_and_removed_by_plain_forms,
    what_is_removed_opens_nothing,
    passkeys_of_others_are_not_there,
    the_last_way_in_stays,
    of_two_removals_at_once_one_leaves_a_way_in,
    changes_ask_for_a_recent_sign_in,
);

fn id(passkey: &PasskeyView) -> String {
    passkey.id.to_string()
}

async fn remove(browser: &Browser, passkey: &PasskeyView) -> Result<(), AppError> {
    browser.tell("remove_passkey", &[("passkey", &id(passkey))]).await
}

async fn has_no_password(app: &TestApp) {
    app.execute("UPDATE users SET password_hash = ''").await;
}

async fn one_is_renamed_and_removed_by_plain_forms(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    add(&browser, &device, "Laptop").await;
    add(&browser, &device, "Phone").await;
    let (laptop, phone) = (named(&browser, "Laptop").await, named(&browser, "Phone").await);
    let page = "/settings/account";
    let html = browser.get(page).await.body;
    for (words, times) in [
        (">Rename<", 2),
        (">Remove<", 2),
        ("Not used yet", 2),
        ("Add passkey", 1),
    ] {
        assert_eq!(html.matches(words).count(), times, "{words}");
    }
    // A name that does not do comes back to its own form, with what was typed.
    let long = "x".repeat(61);
    let form = [("passkey", id(&phone)), ("name", long.clone())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.submit(page, "rename_passkey", &form).await;
    assert_eq!((answer.status, answer.location()), (303, page));
    let html = browser.follow(&answer).await.body;
    let typed = format!(r#"value="{long}""#);
    assert_eq!(
        html.matches(&typed).count(),
        1,
        "what was typed stands in its own field"
    );
    assert!(html.contains("Use at most 60 characters"), "what is wrong is said");
    assert_eq!(html.matches("<details open").count(), 1, "its form is open");

    let form = [("passkey", id(&phone)), ("name", "  Old \n phone".to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.submit(page, "rename_passkey", &form).await;
    assert!(
        browser
            .follow(&answer)
            .await
            .body
            .contains("The passkey has its new name.")
    );
    assert_eq!(named(&browser, "Old phone").await.id, phone.id);

    let answer = browser
        .submit(page, "remove_passkey", &[("passkey", &id(&laptop))])
        .await;
    assert_eq!((answer.status, answer.location()), (303, page));
    let html = browser.follow(&answer).await.body;
    assert!(html.contains("The passkey is removed"), "it is said");
    let left = own(&browser).await;
    assert!(left.len() == 1 && left[0].id == phone.id, "{left:?}");
    let mails = app
        .texts("SELECT CAST(payload AS TEXT) FROM job WHERE kind = 'mail.send'")
        .await;
    let removed: Vec<&String> = mails.iter().filter(|mail| mail.contains("was removed")).collect();
    assert!(removed.len() == 1 && removed[0].contains("Laptop"), "{mails:?}");
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit WHERE kind = 'passkey_removed'")
            .await,
        1
    );
    // A refusal is said as well.
    let again = browser
        .submit(page, "remove_passkey", &[("passkey", &id(&laptop))])
        .await;
    assert!(browser.follow(&again).await.body.contains(r#"role="alert""#));
}

async fn what_is_removed_opens_nothing(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    let (gone, stays) = (
        add(&browser, &device, "Laptop").await,
        add(&browser, &device, "Phone").await,
    );
    let visitor = stranger(&app);
    // Also where the device was asked before.
    let asked = asked_who(&visitor).await;
    remove(&browser, &named(&browser, "Laptop").await).await.unwrap();
    let credential = device.show(&gone, &asked.options);
    let late = show(&visitor, &asked, &credential, "/").await;
    assert_eq!(
        (late.status, late.result::<String>()),
        (409, refused(Refusal::PasskeyUnknown))
    );
    assert_eq!(
        sign_in(&visitor, &device, &gone).await,
        refused(Refusal::PasskeyUnknown)
    );
    assert_eq!(sign_in(&visitor, &device, &stays).await.as_deref(), Ok("/partners"));
    // Nor does one of a person who has gone.
    app.execute("DELETE FROM users WHERE username = 'ana'").await;
    assert_eq!(
        sign_in(&stranger(&app), &device, &stays).await,
        refused(Refusal::PasskeyUnknown)
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM passkey").await, 0);
}

async fn passkeys_of_others_are_not_there(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, eve) = (app.person("ana").create().await, app.person("eve").create().await);
    let (anas, eves, device) = (by_name(&app, &ana), by_name(&app, &eve), device(&app));
    add(&anas, &device, "Laptop").await;
    let of_ana = id(&own(&anas).await[0]);
    let nobodys = "0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5e";
    let before = app.dump(&["form_return"]).await;
    for (function, form) in [("rename_passkey", vec![("name", "Mine")]), ("remove_passkey", vec![])] {
        let with = |passkey| [&[("passkey", passkey)], form.as_slice()].concat();
        let (theirs, none) = (
            eves.call(function, &with(&of_ana)).await,
            eves.call(function, &with(nobodys)).await,
        );
        assert_eq!((theirs.status, theirs.error()), (404, AppError::NotFound), "{function}");
        assert_eq!((theirs.status, &theirs.body), (none.status, &none.body), "{function}");
        for nonsense in ["", "x", "' OR 1=1 --"] {
            assert_eq!(eves.call(function, &with(nonsense)).await.status, 400, "{function}");
        }
        let signed_out = stranger(&app).call(function, &with(&of_ana)).await;
        assert_eq!(signed_out.status, 401, "{function}");
    }
    assert!(own(&eves).await.is_empty());
    app.assert_unchanged(&before, &["form_return"]).await;
}

async fn the_last_way_in_stays(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    for name in ["Laptop", "Phone", "Key"] {
        add(&browser, &device, name).await;
    }
    has_no_password(&app).await;
    let kept = own(&browser).await;
    remove(&browser, &kept[0]).await.unwrap();
    remove(&browser, &kept[1]).await.unwrap();
    let before = app.dump(&["form_return"]).await;
    assert_eq!(remove(&browser, &kept[2]).await, refused(Refusal::LastWayIn));
    app.assert_unchanged(&before, &["form_return"]).await;
    let plain = browser
        .submit("/settings/account", "remove_passkey", &[("passkey", &id(&kept[2]))])
        .await;
    let html = browser.follow(&plain).await.body;
    assert!(
        html.contains("This is the only way into your account"),
        "it is said why"
    );
    // An account at a provider that is not set opens nothing.
    link(&app, &ana).await;
    assert_eq!(
        remove(&browser, &kept[2]).await.unwrap_err(),
        AppError::Refused(Refusal::LastWayIn)
    );
    app.set_password(&ana, "quiet-harbour-lantern").await;
    remove(&browser, &kept[2]).await.unwrap();
    assert!(own(&browser).await.is_empty());
}

async fn link(app: &TestApp, person: &Person) {
    let (id, user, now) = (uuid::Uuid::new_v4(), person.id, app.state.clock.now());
    let sql = "INSERT INTO identity (id, user_id, issuer, subject, email, created_at) VALUES ($1, $2, 'https://idp.example', '1', 'x', $3)";
    app.write(move |conn| {
        async move {
            speakle::on_engine!(conn, |c| sqlx::query(sql)
                .bind(id)
                .bind(user)
                .bind(now)
                .execute(c)
                .await
                .map(drop))?;
            Ok(())
        }
        .boxed()
    })
    .await;
}

async fn of_two_removals_at_once_one_leaves_a_way_in(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    has_no_password(&app).await;
    for _ in 0..3 {
        while own(&browser).await.len() < 2 {
            add(&browser, &device, "Key").await;
        }
        let kept = own(&browser).await;
        let (one, other) = futures::join!(remove(&browser, &kept[0]), remove(&browser, &kept[1]));
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        assert_eq!(own(&browser).await.len(), 1);
    }
}

async fn changes_ask_for_a_recent_sign_in(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let (browser, device) = (by_name(&app, &ana), device(&app));
    add(&browser, &device, "Laptop").await;
    let kept = own(&browser).await;
    // Asked for in time and brought too late.
    app.advance(Duration::from_secs(14 * 60));
    let challenge = super::asked_to_add(&browser, "Phone").await;
    app.advance(Duration::from_secs(2 * 60));
    let before = app.dump(&["form_return", "passkey_ceremony"]).await;
    let brought = super::bring(&browser, &challenge, &device.make(&challenge.options).1, "Phone").await;
    assert_eq!(brought, refused(Refusal::ConfirmFirst));
    let passkey = id(&kept[0]);
    let named = [("passkey", passkey.as_str()), ("name", "Another")];
    for (function, form) in [
        ("start_passkey", &named[1..]),
        ("rename_passkey", &named[..]),
        ("remove_passkey", &named[..1]),
    ] {
        let answer = browser.call(function, form).await;
        assert_eq!(
            (answer.status, answer.result::<()>()),
            (409, refused(Refusal::ConfirmFirst))
        );
        let plain = browser.submit("/settings/account", function, form).await;
        assert_eq!(plain.location(), "/confirm?next=%2Fsettings%2Faccount", "{function}");
    }
    app.assert_unchanged(&before, &["form_return", "passkey_ceremony"])
        .await;
    // To look needs none.
    assert_eq!(own(&browser).await, kept);
    // Nor does an invalid name come before.
    let answer = browser.call("start_passkey", &[("name", "")]).await;
    assert_eq!(answer.result::<()>(), refused(Refusal::ConfirmFirst));
    assert_ne!(answer.error(), AppError::field("name", Problem::Required));
}
