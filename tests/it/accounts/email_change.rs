//! Another e-mail address.

use std::time::Duration;

use reqwest::Method;
use speakle::accounts::email_change::model::EmailStanding;
use speakle::accounts::wire::AccountNews;
use speakle::kernel::error::{AppError, Problem, Refusal};
use speakle::protocol::ServerMessage;

use super::{PASSWORD, World, ana_with_mails, is_signed_in, log_in, problem, problems, refused, register, with_mails};
use crate::harness::browser::send;
use crate::harness::mail_sink::{Came, MailSink};
use crate::harness::{Answer, Browser, Engine, Person, Socket, eventually};

both_engines!(
    the_address_is_another_one_by_the_link_of_a_mail,
    the_address_before_is_told_and_not_of_the_new_one,
    without_javascript_it_goes_the_same_way,
    looking_at_the_page_uses_nothing_up,
    a_link_works_once_and_for_a_day,
    asking_again_takes_the_place_of_what_was_asked_before,
    of_two_uses_at_once_one_counts,
    a_link_is_for_who_is_signed_in_to_its_account,
    since_when_the_account_is_somebodys_does_not_change_with_the_address,
    an_address_that_somebody_has_taken_meanwhile_stays_theirs,
    of_two_who_want_an_address_one_has_it,
    nobody_learns_whether_somebody_has_an_address,
    links_lead_to_this_site_whatever_the_request_says,
    the_token_is_kept_as_a_hash,
    every_other_link_dies_with_the_change,
    another_password_ends_a_change_that_waits,
    a_wish_can_be_taken_back,
    an_address_that_was_mistyped_can_be_mended_before_it_is_confirmed,
    what_cannot_be_an_address_is_refused_beside_its_field,
    nobodys_mailbox_is_filled,
    it_is_written_down,
);

const OLD: &str = "ana@secret-mail.example";
const NEW: &str = "Ana.New@other-mail.example";
const PAGE: &str = "/change-email";
const MOVING: &str = "Subject: Your email address is to be changed";

async fn ask(browser: &Browser, email: &str) -> Answer {
    browser.call("change_email", &[("email", email)]).await
}

async fn confirm(browser: &Browser, token: &str) -> Answer {
    browser.call("confirm_email_change", &[("token", token)]).await
}

async fn standing(browser: &Browser) -> EmailStanding {
    browser.ask("own_email", &[]).await.unwrap()
}

/// What has come but for the word to the address before that another one is wished for, which has a test of its own.
fn letters(sink: &MailSink) -> Vec<Came> {
    let mut came = sink.came();
    came.retain(|came| !came.raw.contains(MOVING));
    came
}

/// Waits until as many of these have come; answers the last of them.
async fn letter(sink: &MailSink, number: usize) -> Came {
    let came = eventually("a mail", || async {
        Some(letters(sink)).filter(|came| came.len() >= number)
    })
    .await;
    assert_eq!(came.len(), number, "more mails than expected: {came:#?}");
    came.into_iter().next_back().unwrap()
}

impl World<Person> {
    /// Has what waits sent, and answers the `number`th of [`letters`], which is the last.
    async fn letter(&self, number: usize) -> Came {
        self.app.server.jobs().run_due().await.unwrap();
        letter(&self.sink, number).await
    }

    /// Asks for an address and reads the link to it from the mail, the `number`th of all.
    async fn asked_for(&self, email: &str, number: usize) -> String {
        ask(&self.who, email).await.result::<()>().unwrap();
        let mail = self.letter(number).await;
        assert_eq!(mail.to, [email]);
        mail.read().token(PAGE)
    }

    async fn address(&self) -> String {
        self.app
            .texts("SELECT email FROM users WHERE username = 'ana'")
            .await
            .concat()
    }
}

async fn told(socket: &mut Socket, news: AccountNews) {
    let is_told = |message: &ServerMessage| (*message == ServerMessage::Accounts(news.clone())).then_some(());
    socket.wait("that the address is another one", is_told).await;
}

async fn the_address_is_another_one_by_the_link_of_a_mail(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let (app, ana) = (&world.app, &world.who);
    let phone = ana.another_device(app).await;
    app.execute("UPDATE users SET email_verified_at = NULL").await;
    let mut on_phone = app.ws(&phone).await;
    let token = world.asked_for(NEW, 1).await;
    told(&mut on_phone, AccountNews::EmailChanged).await;
    let waiting = standing(ana).await;
    assert_eq!((waiting.email.as_str(), waiting.is_confirmed), (OLD, false));
    assert_eq!(waiting.change.unwrap().email, NEW);
    let page = ana.get("/settings/account").await.body;
    assert!(
        page.contains(OLD) && page.contains(NEW) && page.contains("Cancel"),
        "{page}"
    );
    assert_eq!(world.address().await, OLD, "asking alone changes it");

    // In any browser of hers: the mail may be read on another device.
    let answer = confirm(&phone, &token).await;
    assert_eq!(answer.result::<()>(), Ok(()));
    assert!(answer.set_cookie("session").is_none(), "it signs in");
    assert_eq!(world.address().await, NEW);
    told(&mut on_phone, AccountNews::EmailChanged).await;
    told(&mut on_phone, AccountNews::EmailConfirmed).await;
    let after = standing(ana).await;
    assert_eq!(
        (after.email.as_str(), after.is_confirmed, after.change),
        (NEW, true, None)
    );
    assert!(is_signed_in(ana).await && is_signed_in(&phone).await, "it signs out");
    for (login, status) in [
        (OLD, 422),
        (NEW, 200),
        ("ANA.new@OTHER-mail.example", 200),
        ("ana", 200),
    ] {
        assert_eq!(log_in(&app.visitor(), login, PASSWORD).await.status, status, "{login}");
    }
    // What was given up is free.
    let other = register(&app.visitor(), "other", OLD, PASSWORD).await;
    assert_eq!(other.status, 200, "{}", other.body);
}

async fn the_address_before_is_told_and_not_of_the_new_one(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let token = world.asked_for(NEW, 1).await;
    let told = eventually("the word to the address before", || async {
        world.sink.came().into_iter().find(|came| came.raw.contains(MOVING))
    })
    .await;
    assert_eq!(told.to, [OLD]);
    assert!(!told.raw.contains("other-mail"), "{}", told.raw);
    let first = letters(&world.sink).remove(0).read();
    assert!(
        first.text.contains("“ana”") && first.text.contains("24 hours"),
        "{}",
        first.text
    );
    world.app.advance(Duration::from_secs(3600));
    confirm(&world.who, &token).await.result::<()>().unwrap();
    let mail = world.letter(2).await;
    assert_eq!(mail.to, [OLD]);
    assert!(!mail.raw.contains("other-mail"), "{}", mail.raw);
    let mail = mail.read();
    assert_eq!(mail.subject(), "Your email address was changed");
    // Where ana is it is noon; nine o'clock and an hour where the clock stands.
    for part in ["4 May 2026", "12:00", "“ana”", "another password", "/settings/account"] {
        assert!(
            mail.text.contains(part) && mail.html.contains(part),
            "{part}: {}",
            mail.text
        );
    }
}

async fn without_javascript_it_goes_the_same_way(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let (app, ana) = (&world.app, &world.who);
    let account = ana.get("/settings/account").await.body;
    assert!(account.contains(r#"href="/settings/account/email""#), "{account}");
    let place = "/settings/account/email";
    let answer = ana.submit(place, "change_email", &[("email", "no address")]).await;
    let page = ana.follow(&answer).await.body;
    assert!(
        page.contains(r#"value="no address""#) && page.contains(r#"aria-invalid="true""#),
        "{page}"
    );
    let answer = ana.submit(place, "change_email", &[("email", NEW)]).await;
    assert_eq!((answer.status, answer.location()), (303, place));
    assert!(
        ana.follow(&answer)
            .await
            .body
            .contains("A mail is on its way to the new address.")
    );
    let token = world.letter(1).await.read().token(PAGE);

    let place = format!("{PAGE}?token={token}");
    let form = [("token", token.as_str())];
    // On another device she logs in first, and comes back.
    let reader = app.visitor();
    let page = reader.get(&place).await.body;
    let way = format!(r#"href="/login?next=%2Fchange-email%3Ftoken%3D{token}""#);
    assert!(
        page.contains(&way) && !page.contains("<form method=\"post\" action=\"/api/confirm"),
        "{page}"
    );
    let login = [("login", "ana"), ("password", PASSWORD), ("next", place.as_str())];
    let answer = reader.submit("/login", "log_in", &login).await;
    assert_eq!((answer.status, answer.location()), (303, place.as_str()));
    let answer = reader.submit(&place, "confirm_email_change", &form).await;
    assert_eq!((answer.status, answer.location()), (303, place.as_str()));
    let page = reader.follow(&answer).await.body;
    assert!(page.contains("<h1>Your email is changed<"), "{page}");
    assert_eq!(world.address().await, NEW);
    let answer = reader.submit(&place, "confirm_email_change", &form).await;
    let page = reader.follow(&answer).await.body;
    assert!(page.contains("<h1>This link no longer works<"), "{page}");
    assert!(page.contains("Ask for another link"), "{page}");
}

async fn looking_at_the_page_uses_nothing_up(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let token = world.asked_for(NEW, 1).await;
    let scanner = world.app.visitor();
    for _ in 0..3 {
        let page = scanner.get(&format!("{PAGE}?token={token}")).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("<h1>Confirm your new email<"), "{}", page.body);
        assert!(!page.body.contains("other-mail"), "it tells whoever looks");
    }
    let by_get = scanner.get(&format!("/api/confirm_email_change?token={token}")).await;
    assert!((400..500).contains(&by_get.status), "{}", by_get.status);
    let page = scanner.get(PAGE).await.body;
    assert!(page.contains("<h1>This link is not complete<"), "{page}");
    assert_eq!(world.address().await, OLD);
}

async fn a_link_works_once_and_for_a_day(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let (app, ana) = (&world.app, &world.who);
    let late = world.asked_for(NEW, 1).await;
    for (wrong, refusal) in [
        ("", Refusal::LinkBroken),
        ("x", Refusal::LinkBroken),
        (&late[1..], Refusal::LinkBroken),
        (&"A".repeat(43), Refusal::LinkUsed),
        (&"A".repeat(5_000), Refusal::LinkBroken),
    ] {
        assert_eq!(refused(&confirm(ana, wrong).await), refusal, "{wrong}");
    }
    // A link of one kind is none of another.
    let as_reset = [("token", late.as_str()), ("password", "gl4ss-harbour-kettle")];
    let visitor = app.visitor();
    for (function, form) in [("reset_password", &as_reset[..]), ("verify_email", &as_reset[..1])] {
        assert_eq!(
            refused(&visitor.call(function, form).await),
            Refusal::LinkUsed,
            "{function}"
        );
    }
    app.advance(Duration::from_secs(24 * 3600));
    assert_eq!(refused(&confirm(ana, &late).await), Refusal::LinkExpired);
    assert_eq!(standing(ana).await.change, None, "it is shown as if it went on");
    assert_eq!(world.address().await, OLD);

    let form = [("password", PASSWORD)];
    ana.tell::<String>("confirm", &form).await.unwrap();
    let token = world.asked_for(NEW, 2).await;
    app.advance(Duration::from_secs(24 * 3600 - 1));
    confirm(ana, &token).await.result::<()>().unwrap();
    assert_eq!(refused(&confirm(ana, &token).await), Refusal::LinkUsed);
    assert_eq!(app.number("SELECT COUNT(*) FROM account_token").await, 0);
}

async fn asking_again_takes_the_place_of_what_was_asked_before(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let first = world.asked_for("first@other-mail.example", 1).await;
    let second = world.asked_for(NEW, 2).await;
    assert_eq!(standing(&world.who).await.change.unwrap().email, NEW);
    assert_eq!(refused(&confirm(&world.who, &first).await), Refusal::LinkUsed);
    confirm(&world.who, &second).await.result::<()>().unwrap();
    assert_eq!(world.address().await, NEW);
}

async fn of_two_uses_at_once_one_counts(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let token = world.asked_for(NEW, 1).await;
    let there = world.who.another_device(&world.app).await;
    let lost = match futures::join!(confirm(&world.who, &token), confirm(&there, &token)) {
        (one, lost) | (lost, one) if one.status == 200 => lost,
        both => panic!("{both:?}"),
    };
    assert_eq!(refused(&lost), Refusal::LinkUsed);
    // The address before is told once.
    assert_eq!(world.letter(2).await.to, [OLD]);
    let kept = "SELECT COUNT(*) FROM audit WHERE kind = 'email_changed'";
    assert_eq!(world.app.number(kept).await, 1);
}

/// Who has only the mailbox does not come by an account that somebody else made, and comes in by.
async fn a_link_is_for_who_is_signed_in_to_its_account(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let ben = world.app.person("ben").create().await;
    let token = world.asked_for(NEW, 1).await;
    assert_eq!(confirm(&world.app.visitor(), &token).await.status, 401);
    assert_eq!(refused(&confirm(&ben, &token).await), Refusal::LinkOfAnother);
    let place = format!("{PAGE}?token={token}");
    let answer = ben.submit(&place, "confirm_email_change", &[("token", &token)]).await;
    let page = ben.follow(&answer).await.body;
    assert!(page.contains("<h1>This link is for another account<"), "{page}");
    assert!(
        !page.contains("Ask for another link"),
        "it would be one for ben: {page}"
    );
    assert_eq!(world.address().await, OLD);
    // None of that has used it up, nor the way through the login, which leads back to it.
    let form = [("login", "ana"), ("password", PASSWORD), ("next", place.as_str())];
    let elsewhere = world.app.visitor();
    assert_eq!(elsewhere.tell::<String>("log_in", &form).await.unwrap(), place);
    let page = elsewhere.get(&place).await.body;
    assert!(page.contains(&format!("value=\"{token}\"")), "{page}");
    confirm(&elsewhere, &token).await.result::<()>().unwrap();
    assert_eq!(world.address().await, NEW);
    assert_eq!(standing(&ben).await.email, ben.email, "ben has it");
    assert!(is_signed_in(&ben).await);
    // And nobody takes a wish of somebody else back.
    ask(&world.who, "third@other-mail.example")
        .await
        .result::<()>()
        .unwrap();
    ben.tell::<()>("cancel_email_change", &[]).await.unwrap();
    assert!(standing(&world.who).await.change.is_some());
}

async fn an_address_that_somebody_has_taken_meanwhile_stays_theirs(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let token = world.asked_for(NEW, 1).await;
    let other = world.app.visitor();
    let answer = register(&other, "faster", &NEW.to_uppercase(), PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    world.letter(2).await;
    let before = world.app.dump(&[]).await;
    let answer = confirm(&world.who, &token).await;
    assert_eq!(refused(&answer), Refusal::AddressTaken);
    world.app.assert_unchanged(&before, &[]).await;
    assert_eq!(world.address().await, OLD);
    let place = format!("{PAGE}?token={token}");
    let answer = world
        .who
        .submit(&place, "confirm_email_change", &[("token", &token)])
        .await;
    let page = world.who.follow(&answer).await.body;
    assert!(
        page.contains("Somebody has an account with this address by now."),
        "{page}"
    );
}

async fn of_two_who_want_an_address_one_has_it(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let ben = world.app.person("ben").create().await;
    let of_ana = world.asked_for(NEW, 1).await;
    ask(&ben, &NEW.to_lowercase()).await.result::<()>().unwrap();
    let of_ben = world.letter(2).await.read().token(PAGE);
    let lost = match futures::join!(confirm(&world.who, &of_ana), confirm(&ben, &of_ben)) {
        (one, lost) | (lost, one) if one.status == 200 => lost,
        both => panic!("{both:?}"),
    };
    assert_eq!(refused(&lost), Refusal::AddressTaken);
    let have_it = "SELECT COUNT(*) FROM users WHERE email_key = 'ana.new@other-mail.example'";
    assert_eq!(world.app.number(have_it).await, 1);
}

async fn nobody_learns_whether_somebody_has_an_address(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let (app, ana) = (&world.app, &world.who);
    let ben = app.person("ben").called("Ben Carter").create().await;
    let free = "nobody@secret-mail.example";
    let mut seen = Vec::new();
    for (number, email) in [free, &ben.email.to_uppercase()].into_iter().enumerate() {
        let answer = ask(ana, email).await;
        let change = standing(ana).await.change.unwrap();
        assert_eq!(change.email, *email);
        let rows = app.number("SELECT COUNT(*) FROM account_token").await;
        let jobs = app.texts("SELECT kind FROM job ORDER BY id").await;
        seen.push((answer.status, answer.body, change.until, rows, jobs));
        let page = ana.get("/settings/account").await.body;
        assert!(page.contains("waits to be confirmed"), "{page}");
        world.letter(number + 1).await;
    }
    assert_eq!(seen[0], seen[1]);
    // Who has it learns that somebody tried, and gets no link and no name.
    let mail = letters(&world.sink).remove(1);
    assert_eq!(mail.to, [ben.email.as_str()]);
    let mail = mail.read();
    assert_eq!(mail.subject(), "This address has an account already");
    assert!(mail.text.contains("Hello Ben Carter,"), "{}", mail.text);
    for secret in [PAGE, "token", "ana", OLD] {
        assert!(!mail.text.contains(secret), "{secret}: {}", mail.text);
    }
}

async fn links_lead_to_this_site_whatever_the_request_says(engine: Engine) {
    let (app, sink) = with_mails(engine, &[("--public-url", "https://speakle.example")]).await;
    let ana = app.person("ana").create().await;
    for (number, (name, value)) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = app
            .visitor()
            .bare(Method::POST, "/api/change_email")
            .header("accept", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", format!("__Host-session={}", ana.token.secret()))
            .header(name, value)
            .body(format!("email=new{number}@other-mail.example"));
        let answer = send(request).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        app.server.jobs().run_due().await.unwrap();
        let mail = letter(&sink, number + 1).await;
        assert!(!mail.raw.contains("evil"), "{name}: {}", mail.raw);
        let link = mail.read().link(PAGE);
        assert!(
            link.starts_with("https://speakle.example/change-email?token="),
            "{link}"
        );
    }
}

async fn the_token_is_kept_as_a_hash(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let token = world.asked_for(NEW, 1).await;
    let everything = format!("{:?}", world.app.dump(&[]).await);
    assert!(everything.contains("change_email") && !everything.contains(&token));
}

async fn every_other_link_dies_with_the_change(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let (app, visitor) = (&world.app, world.app.visitor());
    visitor.tell::<()>("forgot_password", &[("email", OLD)]).await.unwrap();
    let reset = world.letter(1).await.read().token("/reset-password");
    let token = world.asked_for(NEW, 2).await;
    confirm(&world.who, &token).await.result::<()>().unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM account_token").await, 0);
    let form = [("token", reset.as_str()), ("password", "gl4ss-harbour-kettle")];
    assert_eq!(refused(&visitor.call("reset_password", &form).await), Refusal::LinkUsed);
    // Whoever asks for one now gets it there.
    world.letter(3).await;
    visitor.tell::<()>("forgot_password", &[("email", NEW)]).await.unwrap();
    assert_eq!(world.letter(4).await.to, [NEW]);
}

/// Whoever asked for it while they had somebody's browser is not to have the account when that person has mended things.
async fn another_password_ends_a_change_that_waits(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let (app, ana) = (&world.app, &world.who);
    let token = world.asked_for(NEW, 1).await;
    let next = "gl4ss-harbour-kettle";
    let form = [("current_password", PASSWORD), ("new_password", next)];
    ana.tell::<()>("change_password", &form).await.unwrap();
    assert_eq!(refused(&confirm(ana, &token).await), Refusal::LinkUsed);
    assert_eq!(standing(ana).await.change, None);

    // Its person has heard of the password as well.
    let token = world.asked_for(NEW, 3).await;
    let visitor = app.visitor();
    visitor.tell::<()>("forgot_password", &[("email", OLD)]).await.unwrap();
    let reset = world.letter(4).await.read().token("/reset-password");
    let form = [("token", reset.as_str()), ("password", "an0ther-quiet-lantern")];
    visitor.tell::<String>("reset_password", &form).await.unwrap();
    log_in(&visitor, "ana", "an0ther-quiet-lantern").await;
    assert_eq!(refused(&confirm(&visitor, &token).await), Refusal::LinkUsed);
    assert_eq!(world.address().await, OLD);
}

async fn a_wish_can_be_taken_back(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let ana = &world.who;
    let token = world.asked_for(NEW, 1).await;
    // Also when the sign-in is not recent any more: it makes nothing worse.
    world.app.advance(Duration::from_secs(3600));
    let answer = ana.submit("/settings/account", "cancel_email_change", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/account"));
    let page = ana.follow(&answer).await.body;
    assert!(
        page.contains("The change is cancelled.") && !page.contains(NEW),
        "{page}"
    );
    assert_eq!(refused(&confirm(ana, &token).await), Refusal::LinkUsed);
    assert_eq!(standing(ana).await.change, None);
    ana.tell::<()>("cancel_email_change", &[]).await.unwrap();
    for function in ["cancel_email_change", "change_email"] {
        let answer = world.app.visitor().call(function, &[("email", NEW)]).await;
        assert_eq!(answer.status, 401, "{function}");
    }
}

async fn an_address_that_was_mistyped_can_be_mended_before_it_is_confirmed(engine: Engine) {
    let (app, sink) = with_mails(engine, &[]).await;
    app.person("ben").create().await;
    let mira = app.visitor();
    register(&mira, "mira", "mria@secret-mail.example", PASSWORD).await;
    app.server.jobs().run_due().await.unwrap();
    let verify = letter(&sink, 1).await.read().token("/verify-email");
    let form = [("to", "ben"), ("message", "")];
    assert_eq!(
        mira.tell::<()>("send_request", &form).await,
        Err(AppError::Refused(Refusal::EmailNotVerified))
    );
    let page = mira.get("/settings/account").await.body;
    assert!(
        page.contains("Not confirmed yet") && page.contains("Send it again"),
        "{page}"
    );
    ask(&mira, "mira@secret-mail.example").await.result::<()>().unwrap();
    app.server.jobs().run_due().await.unwrap();
    let mail = letter(&sink, 2).await;
    assert_eq!(mail.to, ["mira@secret-mail.example"]);
    confirm(&mira, &mail.read().token(PAGE)).await.result::<()>().unwrap();
    mira.tell::<()>("send_request", &form).await.unwrap();
    // Whoever reads the mistyped mailbox has nothing of it.
    let answer = app.visitor().call("verify_email", &[("token", &verify)]).await;
    assert_eq!(refused(&answer), Refusal::LinkUsed);
    assert!(!sink.came().iter().any(|came| came.raw.contains(MOVING)));
}

async fn what_cannot_be_an_address_is_refused_beside_its_field(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let ana = &world.who;
    let before = world.app.dump(&[]).await;
    let long = format!("a@{}.org", "x".repeat(260));
    for (email, what) in [
        ("", Problem::Required),
        ("ana", Problem::NotAnEmail),
        ("a@b.example\r\nBcc: all@evil.example", Problem::NotAnEmail),
        ("<ana@example.org>", Problem::NotAnEmail),
        (&long, Problem::TooLong { max: 254 }),
        (OLD, Problem::Unchanged),
    ] {
        assert_eq!(problems(&ask(ana, email).await), [problem("email", what)], "{email}");
    }
    world.app.assert_unchanged(&before, &[]).await;
    // In other letters it is one's own still, and may be written so.
    let token = world.asked_for("Ana@secret-mail.example", 1).await;
    confirm(ana, &token).await.result::<()>().unwrap();
    assert_eq!(world.address().await, "Ana@secret-mail.example");
}

async fn nobodys_mailbox_is_filled(engine: Engine) {
    let (app, sink) = with_mails(engine, &[("--rate-limit", "on")]).await;
    let people = [app.person("ana").create().await, app.person("ben").create().await];
    let cleo = app.person("cleo").create().await;
    // Five an hour for a mailbox, whoever asks, and whether somebody has it or not.
    for mailbox in [cleo.email.as_str(), "nobody@other-mail.example"] {
        for number in 0..5 {
            let someone = app.person(&format!("p{number}{}", mailbox.len())).create().await;
            let answer = ask(&someone, mailbox).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        let answer = ask(&people[0], &mailbox.to_uppercase()).await;
        assert_eq!(answer.status, 429, "{mailbox}: {}", answer.body);
    }
    // And five an hour by one person, whomever they write to.
    for number in 0..5 {
        let answer = ask(&people[1], &format!("free{number}@other-mail.example")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    assert_eq!(ask(&people[1], "free5@other-mail.example").await.status, 429);
    app.server.jobs().run_due().await.unwrap();
    letter(&sink, 15).await;
}

async fn it_is_written_down(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let token = world.asked_for(NEW, 1).await;
    confirm(&world.who, &token).await.result::<()>().unwrap();
    let kinds = world.app.texts("SELECT kind FROM audit").await;
    assert_eq!(kinds, ["email_changed"]);
    let everything = world.app.texts("SELECT detail || user_agent FROM audit").await.concat();
    for secret in [token.as_str(), NEW, OLD, "mail.example"] {
        assert!(!everything.contains(secret), "{everything}");
    }
}

/// Else what is added to an account between two addresses would go at the next reset, the second factor among it.
async fn since_when_the_account_is_somebodys_does_not_change_with_the_address(engine: Engine) {
    let world = ana_with_mails(engine).await;
    let since = "SELECT owned_since FROM users WHERE username = 'ana'";
    let before = world.app.number(since).await;
    let token = world.asked_for(NEW, 1).await;
    world.app.advance(Duration::from_secs(60));
    confirm(&world.who, &token).await.result::<()>().unwrap();
    assert_eq!(world.app.number(since).await, before);
    // Where it was not known before, it is by this.
    world.app.execute("UPDATE users SET owned_since = NULL").await;
    // The word to the address before.
    world.letter(2).await;
    let token = world.asked_for(OLD, 3).await;
    confirm(&world.who, &token).await.result::<()>().unwrap();
    assert_eq!(world.app.number(since).await, world.app.state.clock.now().0);
}
