//! Showing again who one is by a link in a mail, of who has only Google.

use std::time::Duration;

use speakle::accounts::model::Confirming;
use speakle::kernel::error::{AppError, Problem, Refusal};
use tokio::task::block_in_place;

use super::super::second_factor::{STEP, turned_on};
use super::super::{PASSWORD, is_signed_in, problem, problems, refused};
use super::{World, details};
use crate::harness::mail_sink::MailSink;
use crate::harness::oidc::Google;
use crate::harness::{Answer, Browser, Engine};

both_engines!(
    a_link_confirms_in_the_session_that_asked_for_it,
    a_link_works_once_and_for_half_an_hour,
    the_last_link_counts,
    it_is_for_who_has_no_password_and_an_address,
    a_link_is_no_use_without_its_session,
    with_a_second_factor_the_link_asks_for_a_code,
);

const MIRA: &str = "mira@example.org";
const PLACE: &str = "/settings/account/email";

async fn with_mails(engine: Engine) -> (World, MailSink) {
    let (google, sink) = block_in_place(|| (Google::start(), MailSink::start()));
    let wishes = google.wishes(engine).manual_clock().without_background();
    let app = wishes.option("--smtp-url", &sink.url()).start().await;
    (World { app, google }, sink)
}

async fn long_ago(world: &World) {
    world.app.execute("UPDATE session SET confirmed_at = 1").await;
}

async fn asked(browser: &Browser) -> Confirming {
    browser.ask("how_to_confirm", &[("next", PLACE)]).await.unwrap()
}

async fn is_recent(browser: &Browser) -> bool {
    asked(browser).await.go_on.is_some()
}

async fn send(browser: &Browser) -> Answer {
    browser.call("send_confirm_link", &[("next", PLACE)]).await
}

/// Has a link sent, which is in the `number`th mail of all.
async fn sent(world: &World, sink: &MailSink, browser: &Browser, number: usize) -> String {
    send(browser).await.result::<()>().unwrap();
    world.app.server.jobs().run_due().await.unwrap();
    sink.mail(number).await.read().token("/confirm")
}

async fn confirm(browser: &Browser, token: &str) -> Answer {
    browser.call("confirm_by_link", &[("token", token)]).await
}

async fn a_link_confirms_in_the_session_that_asked_for_it(engine: Engine) {
    let (world, sink) = with_mails(engine).await;
    let mira = world.newcomer(MIRA).await;
    let other = world.app.visitor();
    world.google.come(&other, MIRA).await;
    long_ago(&world).await;
    assert!(asked(&mira).await.has_mail);
    // Without JavaScript it goes the same way.
    let page = format!("/confirm?next={}", PLACE.replace('/', "%2F"));
    let answer = mira.submit(&page, "send_confirm_link", &[("next", PLACE)]).await;
    let shown = mira.follow(&answer).await.body;
    assert!(shown.contains("The link is on its way to you."), "{shown}");
    world.app.server.jobs().run_due().await.unwrap();
    let mail = sink.mail(1).await;
    assert_eq!(mail.to, [MIRA]);
    let token = mail.read().token("/confirm");
    assert!(!format!("{:?}", world.app.dump(&[]).await).contains(&token), "{token}");
    // Looking at the page uses nothing up.
    let link = format!("/confirm?token={token}&next={}", PLACE.replace('/', "%2F"));
    assert!(mail.read().link("/confirm").ends_with(&link), "{}", mail.read().text);
    for _ in 0..2 {
        let page = mira.get(&link).await.body;
        assert!(page.contains(&token));
        // Who takes another way there goes on to the same place.
        assert!(page.contains(&format!("name=\"next\" value=\"{PLACE}\"")), "{page}");
    }
    assert!(!is_recent(&mira).await);
    assert_eq!(refused(&confirm(&other, &token).await), Refusal::LinkElsewhere);
    assert!(!is_recent(&other).await && !is_recent(&mira).await);
    let before = mira.cookies();
    world.app.execute("UPDATE users SET owned_since = NULL").await;
    let answer = mira.submit(&link, "confirm_by_link", &[("token", &token)]).await;
    assert_eq!((answer.status, answer.location()), (303, PLACE));
    let owned = "SELECT COUNT(*) FROM users WHERE owned_since IS NOT NULL";
    assert_eq!(world.app.number(owned).await, 1, "who is inside reads the mail");
    assert_ne!(mira.cookies(), before, "the session goes on under another token");
    assert!(is_recent(&mira).await && !is_recent(&other).await);
    assert_eq!(details(&world.app, "confirmed").await.last().unwrap()["way"], "mail");
}

async fn a_link_works_once_and_for_half_an_hour(engine: Engine) {
    let (world, sink) = with_mails(engine).await;
    let mira = world.newcomer(MIRA).await;
    long_ago(&world).await;
    let first = sent(&world, &sink, &mira, 1).await;
    world.app.advance(Duration::from_secs(30 * 60 - 1));
    assert_eq!(confirm(&mira, &first).await.result::<String>().unwrap(), PLACE);
    long_ago(&world).await;
    assert_eq!(refused(&confirm(&mira, &first).await), Refusal::LinkUsed);
    let second = sent(&world, &sink, &mira, 2).await;
    world.app.advance(Duration::from_secs(30 * 60));
    assert_eq!(refused(&confirm(&mira, &second).await), Refusal::LinkExpired);
    assert_eq!(refused(&confirm(&mira, "x").await), Refusal::LinkBroken);
    assert!(!is_recent(&mira).await);
}

async fn the_last_link_counts(engine: Engine) {
    let (world, sink) = with_mails(engine).await;
    let mira = world.newcomer(MIRA).await;
    long_ago(&world).await;
    let first = sent(&world, &sink, &mira, 1).await;
    let second = sent(&world, &sink, &mira, 2).await;
    assert_eq!(refused(&confirm(&mira, &first).await), Refusal::LinkUsed);
    // Of two that come with it at once, one has it.
    let (one, two) = futures::join!(confirm(&mira, &second), confirm(&mira, &second));
    let went = [&one, &two].iter().filter(|answer| answer.status == 200).count();
    assert_eq!(went, 1, "{one:?} {two:?}");
}

async fn it_is_for_who_has_no_password_and_an_address(engine: Engine) {
    let (world, sink) = with_mails(engine).await;
    let mira = world.newcomer(MIRA).await;
    long_ago(&world).await;
    let token = sent(&world, &sink, &mira, 1).await;
    // Of another address than the one that it went to it says nothing.
    world
        .app
        .execute("UPDATE users SET email = 'm@new.example', email_key = 'm@new.example'")
        .await;
    assert_eq!(refused(&confirm(&mira, &token).await), Refusal::LinkUsed);
    world.app.execute("UPDATE users SET email_verified_at = NULL").await;
    assert!(!asked(&mira).await.has_mail);
    assert_eq!(refused(&send(&mira).await), Refusal::EmailNotVerified);
    let page = mira.get("/confirm").await.body;
    assert!(page.contains("Confirm your email address first"), "{page}");
    let sql = "UPDATE users SET email_verified_at = 1, password_hash = 'x'";
    world.app.execute(sql).await;
    assert!(!asked(&mira).await.has_mail);
    assert_eq!(refused(&send(&mira).await), Refusal::HasPassword);
    assert_eq!(send(&world.app.visitor()).await.error(), AppError::SignedOut);
    assert_eq!(confirm(&world.app.visitor(), &token).await.error(), AppError::SignedOut);
}

async fn a_link_is_no_use_without_its_session(engine: Engine) {
    let (world, sink) = with_mails(engine).await;
    let mira = world.newcomer(MIRA).await;
    long_ago(&world).await;
    let token = sent(&world, &sink, &mira, 1).await;
    mira.tell::<String>("log_out", &[]).await.unwrap();
    assert_eq!(world.app.number("SELECT COUNT(*) FROM account_token").await, 0);
    world.google.come(&mira, MIRA).await;
    assert!(is_signed_in(&mira).await);
    assert_eq!(refused(&confirm(&mira, &token).await), Refusal::LinkUsed);
}

async fn with_a_second_factor_the_link_asks_for_a_code(engine: Engine) {
    let (world, sink) = with_mails(engine).await;
    let ana = world.app.person("ana").password(PASSWORD).create().await;
    let (phone, _) = turned_on(&world.app, &ana).await;
    world.app.execute("UPDATE users SET password_hash = ''").await;
    long_ago(&world).await;
    // The first mail says that two-step sign-in is on.
    let token = sent(&world, &sink, &ana, 2).await;
    let page = ana.get(&format!("/confirm?token={token}")).await.body;
    assert!(page.contains("name=\"code\""), "{page}");
    for (code, expected) in [
        (String::new(), Problem::Required),
        (phone.wrong(&world.app), Problem::WrongCode),
    ] {
        let form = [("token", &*token), ("code", &*code)];
        let answer = ana.call("confirm_by_link", &form).await;
        assert_eq!(problems(&answer), [problem("code", expected)]);
        assert!(!is_recent(&ana).await);
    }
    world.app.advance(STEP);
    let code = phone.code(&world.app);
    let form = [("token", &*token), ("code", &*code)];
    assert_eq!(ana.tell::<String>("confirm_by_link", &form).await.unwrap(), PLACE);
    assert!(is_recent(&ana).await);
}
