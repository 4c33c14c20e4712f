//! Forgotten passwords.

use std::time::Duration;

use reqwest::Method;
use speakle::kernel::error::{Problem, Refusal};

use super::{PASSWORD, World, ana_with_mails, is_signed_in, log_in, problem, problems, refused, with_mails};
use crate::harness::browser::send;
use crate::harness::{Answer, Browser, Engine, Person, TestApp};

both_engines!(
    a_password_is_set_by_the_link_of_a_mail_and_ends_all_sessions,
    without_javascript_it_goes_the_same_way,
    a_link_works_once,
    a_link_works_for_half_an_hour,
    of_two_links_one_is_used_and_the_other_is_dead,
    of_two_links_used_at_once_one_counts,
    nobody_learns_whether_somebody_has_an_address,
    links_lead_to_this_site_whatever_the_request_says,
    a_password_that_would_be_guessed_is_refused_and_uses_nothing_up,
    a_link_to_an_address_that_was_given_up_is_dead,
    a_mailbox_is_not_filled_by_strangers,
    the_token_is_kept_as_a_hash,
    it_is_written_down_with_what_it_ended,
    a_password_that_was_changed_leaves_no_link_to_set_one,
    who_took_the_address_of_somebody_else_keeps_nothing,
);

const NEW: &str = "gl4ss-harbour-kettle";

impl World<Person> {
    /// Asks for a link and reads it from the mail, the `number`th of all.
    async fn token(&self, number: usize) -> String {
        ask(&self.app.visitor(), &self.who.email).await.result::<()>().unwrap();
        let mail = self.mail(number).await;
        assert_eq!(mail.to, [self.who.email.as_str()]);
        mail.read().token("/reset-password")
    }
}

async fn ask(browser: &Browser, email: &str) -> Answer {
    browser.call("forgot_password", &[("email", email)]).await
}

async fn set(browser: &Browser, token: &str, password: &str) -> Answer {
    browser
        .call("reset_password", &[("token", token), ("password", password)])
        .await
}

async fn can_log_in(app: &TestApp, password: &str) -> bool {
    log_in(&app.visitor(), "ana", password).await.status == 200
}

async fn a_password_is_set_by_the_link_of_a_mail_and_ends_all_sessions(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let (app, ana) = (&world.app, &world.who);
    app.execute("UPDATE users SET email_verified_at = NULL").await;
    let phone = ana.another_device(app).await;
    let (mut tab, mut on_phone) = (app.ws(ana).await, app.ws(&phone).await);
    let token = world.token(1).await;
    assert!(is_signed_in(ana).await, "asking alone ends nothing");

    let answer = set(&app.visitor(), &token, NEW).await;
    assert_eq!(answer.result::<String>(), Ok("/login?password=set".to_owned()));
    assert!(answer.set_cookie("session").is_none(), "it signs in");
    assert_eq!((tab.closed().await, on_phone.closed().await), (Some(4001), Some(4001)));
    assert!(!is_signed_in(ana).await && !is_signed_in(&phone).await);
    assert_eq!(app.number("SELECT COUNT(*) FROM session").await, 0);
    assert!(!can_log_in(app, PASSWORD).await, "the old password works");
    assert!(can_log_in(app, NEW).await);
    // The mail has arrived: the address is theirs.
    assert_eq!(
        app.number("SELECT COUNT(*) FROM users WHERE email_verified_at IS NOT NULL")
            .await,
        1
    );
    let page = app.visitor().get("/login?password=set").await.body;
    assert!(page.contains("Your new password is set."), "{page}");
    assert!(
        !app.visitor()
            .get("/login")
            .await
            .body
            .contains("Your new password is set.")
    );
}

async fn without_javascript_it_goes_the_same_way(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let browser = world.app.visitor();
    assert!(browser.get("/login").await.body.contains(r#"href="/forgot-password""#));
    let form = [("email", world.who.email.as_str())];
    let answer = browser.submit("/forgot-password", "forgot_password", &form).await;
    assert_eq!((answer.status, answer.location()), (303, "/forgot-password"));
    let page = browser.follow(&answer).await.body;
    assert!(page.contains("a mail with a link is on its way"), "{page}");
    let token = world.mail(1).await.read().token("/reset-password");

    let place = format!("/reset-password?token={token}");
    let page = browser.get(&place).await;
    assert_eq!(page.status, 200);
    let form = [("token", token.as_str()), ("password", "password12")];
    let answer = browser.submit(&place, "reset_password", &form).await;
    assert_eq!((answer.status, answer.location()), (303, place.as_str()));
    let everything = format!("{:?}", world.app.dump(&["job"]).await);
    assert!(
        !everything.contains(&token),
        "what the form brings back holds the token"
    );
    let page = browser.follow(&answer).await.body;
    assert!(page.contains(r#"aria-invalid="true""#), "{page}");
    assert!(page.contains(&format!(r#"value="{token}""#)), "the form works no more");

    let form = [("token", token.as_str()), ("password", NEW)];
    let answer = browser.submit(&place, "reset_password", &form).await;
    assert_eq!((answer.status, answer.location()), (303, "/login?password=set"));
    assert!(can_log_in(&world.app, NEW).await);
    let answer = browser.submit(&place, "reset_password", &form).await;
    let page = browser.follow(&answer).await.body;
    assert!(page.contains("The link has been used already"), "{page}");
    assert!(page.contains("Send another link"), "{page}");
}

async fn a_link_works_once(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let token = world.token(1).await;
    set(&world.app.visitor(), &token, NEW).await.result::<String>().unwrap();
    let again = set(&world.app.visitor(), &token, "an0ther-quiet-lantern").await;
    assert_eq!(refused(&again), Refusal::LinkUsed);
    assert!(can_log_in(&world.app, NEW).await);
    for (wrong, refusal) in [
        ("", Refusal::LinkBroken),
        ("x", Refusal::LinkBroken),
        (&token[1..], Refusal::LinkBroken),
        (&"A".repeat(43), Refusal::LinkUsed),
        (&"A".repeat(5_000), Refusal::LinkBroken),
    ] {
        assert_eq!(
            refused(&set(&world.app.visitor(), wrong, NEW).await),
            refusal,
            "{wrong}"
        );
    }
}

async fn a_link_works_for_half_an_hour(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let (late, early) = (world.token(1).await, world.token(2).await);
    world.app.advance(Duration::from_secs(30 * 60 - 1));
    assert_eq!(
        problems(&set(&world.app.visitor(), &early, "").await),
        [problem("password", Problem::Required)]
    );
    world.app.advance(Duration::from_secs(1));
    assert_eq!(
        refused(&set(&world.app.visitor(), &late, NEW).await),
        Refusal::LinkExpired
    );
    assert!(can_log_in(&world.app, PASSWORD).await);
    // It says so for a week, and is cleared away then.
    world.app.clean_up().await;
    assert_eq!(world.app.number("SELECT COUNT(*) FROM account_token").await, 2);
    world.app.advance(Duration::from_secs(7 * 24 * 3600));
    world.app.clean_up().await;
    assert_eq!(world.app.number("SELECT COUNT(*) FROM account_token").await, 0);
}

async fn of_two_links_one_is_used_and_the_other_is_dead(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let (first, second) = (world.token(1).await, world.token(2).await);
    assert_ne!(first, second);
    set(&world.app.visitor(), &second, NEW)
        .await
        .result::<String>()
        .unwrap();
    let other = set(&world.app.visitor(), &first, "an0ther-quiet-lantern").await;
    assert_eq!(refused(&other), Refusal::LinkUsed);
    assert!(can_log_in(&world.app, NEW).await);
    assert_eq!(world.app.number("SELECT COUNT(*) FROM account_token").await, 0);
}

async fn of_two_links_used_at_once_one_counts(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let (first, second) = (world.token(1).await, world.token(2).await);
    let other = "an0ther-quiet-lantern";
    let (one, two) = (world.app.visitor(), world.app.visitor());
    let (one, two) = futures::join!(set(&one, &first, NEW), set(&two, &second, other));
    let (lost, password) = match (one.status, two.status) {
        (200, 409) => (two, NEW),
        (409, 200) => (one, other),
        both => panic!("{both:?}"),
    };
    assert_eq!(refused(&lost), Refusal::LinkUsed);
    assert!(can_log_in(&world.app, password).await);
}

async fn nobody_learns_whether_somebody_has_an_address(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let answers = [
        ask(&world.app.visitor(), "nobody@secret-mail.example").await,
        ask(&world.app.visitor(), "nobody' OR 1=1 --@secret-mail.example").await,
        ask(&world.app.visitor(), &world.who.email).await,
    ];
    let [nobody, no_address, ana] = answers.map(|answer| (answer.status, answer.body));
    assert_eq!(nobody, ana);
    assert_eq!(no_address.0, 422, "{no_address:?}");
    // The request itself does the same for everybody: what is different comes later.
    let kinds = app_jobs(&world.app).await;
    assert_eq!(kinds, ["accounts.send_reset", "accounts.send_reset"]);
    assert_eq!(world.mail(1).await.to, [world.who.email.as_str()]);
    assert_eq!(app_jobs(&world.app).await, Vec::<String>::new());
    assert_eq!(world.app.number("SELECT COUNT(*) FROM account_token").await, 1);
}

async fn app_jobs(app: &TestApp) -> Vec<String> {
    app.texts("SELECT kind FROM job ORDER BY id").await
}

async fn links_lead_to_this_site_whatever_the_request_says(engine: Engine) {
    let (app, sink) = with_mails(engine, &[("--public-url", "https://speakle.example")]).await;
    let ana = app.person("ana").create().await;
    for (number, (name, value)) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
        ("x-original-host", "evil.example"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = app
            .visitor()
            .bare(Method::POST, "/api/forgot_password")
            .header("accept", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .header(name, value)
            .body(format!("email={}", ana.email));
        assert_eq!(send(request).await.status, 200, "{name}");
        app.server.jobs().run_due().await.unwrap();
        let mail = sink.mail(number + 1).await;
        assert!(!mail.raw.contains("evil"), "{name}: {}", mail.raw);
        let link = mail.read().link("/reset-password");
        assert!(
            link.starts_with("https://speakle.example/reset-password?token="),
            "{link}"
        );
    }
}

async fn a_password_that_would_be_guessed_is_refused_and_uses_nothing_up(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let token = world.token(1).await;
    for weak in ["short", "password123", "secret-mail", "anaanaanaana"] {
        let answer = set(&world.app.visitor(), &token, weak).await;
        assert_eq!(problems(&answer)[0].0, "password", "{weak}");
    }
    assert!(is_signed_in(&world.who).await);
    set(&world.app.visitor(), &token, NEW).await.result::<String>().unwrap();
}

async fn a_link_to_an_address_that_was_given_up_is_dead(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let token = world.token(1).await;
    world
        .app
        .execute("UPDATE users SET email = 'new@secret-mail.example', email_key = 'new@secret-mail.example'")
        .await;
    assert_eq!(
        refused(&set(&world.app.visitor(), &token, NEW).await),
        Refusal::LinkUsed
    );
}

async fn a_mailbox_is_not_filled_by_strangers(engine: Engine) {
    let (app, sink) = with_mails(engine, &[("--rate-limit", "on")]).await;
    let ana = app.person("ana").create().await;
    for email in [&ana.email, "nobody@secret-mail.example"] {
        for _ in 0..5 {
            ask(&app.visitor(), email).await.result::<()>().unwrap();
        }
        let answer = ask(&app.visitor(), &email.to_uppercase()).await;
        assert_eq!(answer.status, 429, "{email}: {}", answer.body);
    }
    app.server.jobs().run_due().await.unwrap();
    sink.mail(5).await;
}

async fn the_token_is_kept_as_a_hash(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let token = world.token(1).await;
    let everything = format!("{:?}", world.app.dump(&[]).await);
    assert!(everything.contains("account_token"), "{everything}");
    assert!(!everything.contains(&token), "the token is stored");
}

async fn it_is_written_down_with_what_it_ended(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let (app, ana) = (&world.app, &world.who);
    app.execute("UPDATE users SET email_verified_at = NULL").await;
    ana.another_device(app).await;
    let token = world.token(1).await;
    assert_eq!(set(&app.visitor(), &token, "short").await.status, 422);
    set(&app.visitor(), &token, NEW).await.result::<String>().unwrap();
    set(&app.visitor(), &token, NEW).await;
    let kinds = app.texts("SELECT kind FROM audit ORDER BY kind").await;
    assert_eq!(kinds, ["email_confirmed", "password_changed"]);
    let detail = app
        .texts("SELECT detail FROM audit WHERE kind = 'password_changed' AND address = '127.0.0.1'")
        .await
        .concat();
    let detail: serde_json::Value = serde_json::from_str(&detail).unwrap();
    assert_eq!(detail["by"], "link");
    assert_eq!(detail["ended"].as_array().map(Vec::len), Some(2), "{detail}");
    let everything = app.texts("SELECT detail || user_agent FROM audit").await.concat();
    assert!(
        !everything.contains(&token) && !everything.contains(NEW),
        "{everything}"
    );
}

/// Whoever asked for one while they had somebody's mail is not to use it when that person has mended things.
async fn a_password_that_was_changed_leaves_no_link_to_set_one(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let token = world.token(1).await;
    let form = [("current_password", PASSWORD), ("new_password", NEW)];
    world.who.tell::<()>("change_password", &form).await.unwrap();
    let answer = set(&world.app.visitor(), &token, "an0ther-quiet-lantern").await;
    assert_eq!(refused(&answer), Refusal::LinkUsed);
    assert!(can_log_in(&world.app, NEW).await);
}

/// Beside the password somebody who had the account first may have left other ways in: they go with a reset by who has the address, also where
/// that person has pressed the link to confirm it before, from outside of the account. What was added since somebody inside was known to read the
/// mail stays. The letter names both.
async fn who_took_the_address_of_somebody_else_keeps_nothing(engine: Engine) {
    let ways = [
        "INSERT INTO identity (id, user_id, issuer, subject, email, created_at)
         SELECT id, id, 'https://elsewhere.example', '1', 'eve@secret-mail.example', 0 FROM users",
        "INSERT INTO passkey (id, user_id, credential_id, credential, name, created_at)
         SELECT user_id, user_id, token_hash, '{}', 'Laptop', 0 FROM session",
        "INSERT INTO second_factor (user_id, secret, created_at, confirmed_at)
         SELECT user_id, token_hash, 0, 0 FROM session",
        "INSERT INTO recovery_code (user_id, code_hash) SELECT user_id, token_hash FROM session",
    ];
    let (never, outside, later): (&[&str], &[&str], &[&str]) = (
        &["UPDATE users SET email_verified_at = NULL, owned_since = NULL"],
        &[
            "UPDATE identity SET created_at = (SELECT email_verified_at FROM users)",
            "UPDATE passkey SET created_at = (SELECT email_verified_at FROM users)",
            "UPDATE users SET owned_since = NULL",
        ],
        &[
            "UPDATE identity SET created_at = (SELECT owned_since FROM users)",
            "UPDATE passkey SET created_at = (SELECT owned_since FROM users)",
        ],
    );
    let gone = "Removed, because it was there before it was known that the account is yours:";
    let left = "Besides the password there is still:";
    let (google, passkey, code) = (
        "Google (eve@secret-mail.example)",
        "passkey “Laptop”",
        "the code from an authenticator app.",
    );
    let kinds = "Google accounts, passkeys";
    // The second factor lets nobody in, and keeps out who has come by the mailbox alone: it goes only where nobody had ever confirmed the address.
    for (what, confirmed, ways_stay, factor_stays, words) in [
        ("never confirmed", never, 0, 0, vec![format!("{gone} {kinds}, {code}")]),
        (
            "confirmed after they were there",
            &[],
            0,
            1,
            vec![format!("{gone} {kinds}."), format!("{left} {code}")],
        ),
        (
            "confirmed before they were there, by somebody outside",
            outside,
            0,
            1,
            vec![format!("{gone} {kinds}."), format!("{left} {code}")],
        ),
        (
            "confirmed before they were there",
            later,
            1,
            1,
            vec![format!("{left} {google}, {passkey}, {code}")],
        ),
    ] {
        let world = ana_with_mails(engine).await;
        let app = &world.app;
        for sql in ways {
            app.execute(sql).await;
        }
        for sql in confirmed {
            app.execute(sql).await;
        }
        let token = world.token(1).await;
        set(&app.visitor(), &token, NEW).await.result::<String>().unwrap();
        for (count, stays) in [
            ("SELECT COUNT(*) FROM users WHERE owned_since IS NOT NULL", 1),
            ("SELECT COUNT(*) FROM identity", ways_stay),
            ("SELECT COUNT(*) FROM passkey", ways_stay),
            ("SELECT COUNT(*) FROM second_factor", factor_stays),
            ("SELECT COUNT(*) FROM recovery_code", factor_stays),
        ] {
            assert_eq!(app.number(count).await, stays, "{count}, {what}");
        }
        let noted = "SELECT kind FROM audit
                     WHERE kind IN ('identity_removed', 'passkey_removed', 'second_factor_off') ORDER BY kind";
        let noted = app.texts(noted).await;
        let mut expected = vec!["identity_removed", "passkey_removed", "second_factor_off"];
        expected.truncate(usize::from(ways_stay == 0) * 2 + usize::from(factor_stays == 0));
        assert_eq!(noted, expected, "{what}");
        // Whoever has the mail hears what became of it.
        let letter = world.mail(2).await.read();
        assert_eq!(letter.subject(), "Your password was changed");
        for words in words {
            assert!(letter.text.contains(&words), "{what}: {}", letter.text);
        }
        if ways_stay == 0 {
            assert!(!letter.text.contains("Laptop"), "words of a stranger");
        }
    }
}
