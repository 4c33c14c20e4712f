//! Two-step sign-in: what it asks for. Setting it up is in [`super::second_factor_set_up`].

use std::time::Duration;

use speakle::accounts::second_factor::model::{Offer, Shown, Standing};
use speakle::kernel::error::{AppError, Problem};
use speakle::server::tokens::Token;
use tokio::task::block_in_place;
use totp_rs::{Builder, Secret};

use super::{PASSWORD, is_signed_in, log_in, problem, problems, token_in};
use crate::harness::mail_sink::MailSink;
use crate::harness::{Answer, Browser, Engine, Person, TestApp};

both_engines!(
    a_sign_in_asks_for_a_code_once_it_is_on,
    codes_of_the_step_before_and_of_the_one_after_fit_as_well,
    a_code_works_once,
    of_two_with_one_code_one_comes_in,
    one_sign_in_is_ended_once,
    a_recovery_code_works_once_and_its_person_hears_of_it,
    five_wrong_codes_end_the_sign_in,
    a_sign_in_waits_for_ten_minutes,
    a_sign_in_that_waits_does_not_outlive_the_password,
    nobody_comes_in_with_what_belongs_to_others,
    codes_are_not_guessed_over_many_sign_ins,
    it_leads_to_this_site_only,
    without_javascript_it_asks_as_well,
    a_password_that_was_forgotten_leaves_it_on,
    what_no_code_can_be_is_a_wrong_one,
);

pub const STEP: Duration = Duration::from_secs(30);

/// An authenticator that has the key of somebody.
pub struct Phone {
    key: Vec<u8>,
}

impl Phone {
    pub(super) fn with(offer: &Offer) -> Self {
        let text = offer.key.replace(' ', "");
        let secret = Secret::try_from_base32(&text).unwrap();
        assert_eq!(secret.as_bytes().len(), 20);
        assert!(offer.link.contains(&format!("secret={text}&")), "{}", offer.link);
        Self {
            key: secret.as_bytes().to_vec(),
        }
    }

    /// What it shows now.
    pub fn code(&self, app: &TestApp) -> String {
        self.code_after(app, 0)
    }

    /// What it shows so many steps from now.
    pub(super) fn code_after(&self, app: &TestApp, steps: i64) -> String {
        let totp = Builder::new().with_secret(self.key.clone()).build().unwrap();
        let seconds = app.state.clock.now().millis() / 1_000 + steps * 30;
        totp.generate(u64::try_from(seconds).unwrap()).to_string()
    }

    /// One that does not fit.
    pub fn wrong(&self, app: &TestApp) -> String {
        let near: Vec<String> = (-2..=2).map(|steps| self.code_after(app, steps)).collect();
        let other = (0..).map(|number| format!("{number:06}"));
        other.into_iter().find(|code| !near.contains(code)).unwrap()
    }
}

/// A clock that stands, mails that wait for the test.
pub(super) async fn quiet_app(engine: Engine) -> (TestApp, MailSink) {
    let sink = block_in_place(MailSink::start);
    let wishes = TestApp::wishes(engine).manual_clock().without_background();
    (wishes.option("--smtp-url", &sink.url()).start().await, sink)
}

pub(super) async fn shown(browser: &Browser) -> Shown {
    browser.ask("second_factor_page", &[]).await.unwrap()
}

pub(super) async fn offered(person: &Person) -> Offer {
    person.tell::<()>("begin_second_factor", &[]).await.unwrap();
    match shown(person).await {
        Shown::Offer(offer) => offer,
        other => panic!("{other:?}"),
    }
}

pub(super) async fn shown_codes(browser: &Browser) -> Vec<String> {
    match shown(browser).await {
        Shown::Codes(codes) => codes,
        other => panic!("{other:?}"),
    }
}

/// Turns it on, and lets the step of the code pass with which that was done. Answers the recovery codes as well.
pub async fn turned_on(app: &TestApp, person: &Person) -> (Phone, Vec<String>) {
    let phone = Phone::with(&offered(person).await);
    let code = phone.code(app);
    person
        .tell::<()>("turn_on_second_factor", &[("code", &code)])
        .await
        .unwrap();
    let codes = shown_codes(person).await;
    app.advance(STEP);
    (phone, codes)
}

pub(super) struct World {
    pub(super) app: TestApp,
    sink: MailSink,
    ana: Person,
    pub(super) phone: Phone,
    codes: Vec<String>,
}

/// Ana has it on.
pub(super) async fn world(engine: Engine) -> World {
    let (app, sink) = quiet_app(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let (phone, codes) = turned_on(&app, &ana).await;
    World {
        app,
        sink,
        ana,
        phone,
        codes,
    }
}

impl World {
    /// A browser in which the password was typed.
    pub(super) async fn waiting(&self) -> Browser {
        waiting(&self.app, "ana").await
    }
}

async fn waiting(app: &TestApp, login: &str) -> Browser {
    let browser = app.visitor();
    let answer = log_in(&browser, login, PASSWORD).await;
    assert_eq!(answer.result::<String>(), Ok("/login/code?next=%2F".to_owned()));
    assert!(answer.set_cookie("session").is_none(), "it is signed in");
    browser
}

pub(super) async fn enter(browser: &Browser, code: &str) -> Answer {
    browser.call("enter_code", &[("code", code)]).await
}

fn is_in(answer: &Answer) -> bool {
    if answer.status == 200 && answer.set_cookie("session").is_some() {
        assert_eq!(answer.result::<String>(), Ok("/".to_owned()));
        assert!(answer.set_cookie("sign_in").unwrap().contains("Max-Age=0"));
        return true;
    }
    assert!(answer.set_cookie("session").is_none(), "{answer:?}");
    false
}

fn is_wrong(answer: &Answer) -> bool {
    problems(answer) == [problem("code", Problem::WrongCode)]
}

fn back_at(answer: &Answer) -> String {
    assert!(!is_in(answer));
    answer.result::<String>().unwrap()
}

async fn a_sign_in_asks_for_a_code_once_it_is_on(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    assert_eq!(ana.ask("second_factor", &[]).await, Ok(Standing::default()));
    assert_eq!(shown(&ana).await, Shown::Off);
    // What is only offered asks nobody.
    let phone = Phone::with(&offered(&ana).await);
    let answer = log_in(&app.visitor(), "ana", PASSWORD).await;
    assert!(answer.set_cookie("session").is_some());
    let code = phone.code(&app);
    ana.tell::<()>("turn_on_second_factor", &[("code", &code)])
        .await
        .unwrap();
    app.advance(STEP);

    let browser = app.visitor();
    let form = [("login", "ana"), ("password", PASSWORD), ("next", "/partners?x=1")];
    let answer = browser.call("log_in", &form).await;
    let place = "/login/code?next=%2Fpartners%3Fx%3D1";
    assert_eq!(answer.result::<String>(), Ok(place.to_owned()));
    let cookie = answer.set_cookie("sign_in").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Max-Age=600"));
    assert!(answer.set_cookie("session").is_none() && !is_signed_in(&browser).await);
    let page = browser.get(place).await;
    assert!(page.body.contains("Enter your code") && page.body.contains("one-time-code"));
    let code = phone.code(&app);
    let form = [("code", code.as_str()), ("next", "/partners?x=1")];
    let answer = browser.call("enter_code", &form).await;
    assert_eq!(answer.result::<String>(), Ok("/partners?x=1".to_owned()));
    assert!(is_signed_in(&browser).await);
    assert_eq!(app.number("SELECT COUNT(*) FROM sign_in_attempt").await, 0);
    let ways = app.texts("SELECT detail FROM audit WHERE kind = 'signed_in'").await;
    assert!(ways.iter().all(|detail| detail.contains("\"password\"")), "{ways:?}");
    // Whoever does not have the password is not asked for a code.
    let answer = log_in(&app.visitor(), "ana", "not the password").await;
    assert_eq!(problems(&answer), [problem("login", Problem::WrongCredentials)]);
    assert!(answer.set_cookie("sign_in").is_none());
}

async fn codes_of_the_step_before_and_of_the_one_after_fit_as_well(engine: Engine) {
    let World { app, phone, .. } = &world(engine).await;
    app.advance(STEP * 10);
    for (steps, fits) in [(-2, false), (-1, true), (2, false), (1, true)] {
        let answer = enter(&waiting(app, "ana").await, &phone.code_after(app, steps)).await;
        assert_eq!(is_in(&answer), fits, "{steps}: {}", answer.body);
        assert!(fits || is_wrong(&answer));
    }
}

async fn a_code_works_once(engine: Engine) {
    let world = world(engine).await;
    let (app, phone) = (&world.app, &world.phone);
    let code = phone.code(app);
    assert!(is_in(&enter(&world.waiting().await, &code).await));
    assert!(is_wrong(&enter(&world.waiting().await, &code).await));
    // Nor does one from before it.
    assert!(is_wrong(
        &enter(&world.waiting().await, &phone.code_after(app, -1)).await
    ));
    app.advance(STEP);
    assert!(is_wrong(&enter(&world.waiting().await, &code).await));
    assert!(is_in(&enter(&world.waiting().await, &phone.code(app)).await));
}

async fn of_two_with_one_code_one_comes_in(engine: Engine) {
    let world = world(engine).await;
    for code in [world.phone.code(&world.app), world.codes[0].clone()] {
        let before = world.app.number("SELECT COUNT(*) FROM session").await;
        let (one, other) = (world.waiting().await, world.waiting().await);
        let (one, other) = futures::join!(enter(&one, &code), enter(&other, &code));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422], "{} {}", one.body, other.body);
        assert_eq!(world.app.number("SELECT COUNT(*) FROM session").await, before + 1);
    }
}

async fn one_sign_in_is_ended_once(engine: Engine) {
    let world = world(engine).await;
    let before = world.app.number("SELECT COUNT(*) FROM session").await;
    let browser = world.waiting().await;
    let again = browser.at(world.app.origin());
    let (code, other) = (world.phone.code(&world.app), world.codes[0].clone());
    let (one, two) = futures::join!(enter(&browser, &code), enter(&again, &other));
    let (first, second) = (is_in(&one), is_in(&two));
    assert!(first != second, "{} {}", one.body, two.body);
    assert_eq!(world.app.number("SELECT COUNT(*) FROM session").await, before + 1);
    assert_eq!(back_at(if first { &two } else { &one }), "/login?code=over");
}

async fn a_recovery_code_works_once_and_its_person_hears_of_it(engine: Engine) {
    let world = world(engine).await;
    let (app, ana) = (&world.app, &world.ana);
    app.execute("UPDATE users SET locale = 'es'").await;
    app.server.jobs().run_due().await.unwrap();
    world.sink.mail(1).await;
    // As people type it.
    let typed = format!(" {} ", world.codes[3].to_uppercase().replace('-', " "));
    assert!(is_in(&enter(&world.waiting().await, &typed).await));
    assert!(is_wrong(&enter(&world.waiting().await, &world.codes[3]).await));
    app.server.jobs().run_due().await.unwrap();
    // The sign-in itself was from elsewhere, and is told as well.
    let mail = world.sink.mail_about("Se ha usado un código de recuperación").await;
    assert_eq!(mail.to, [ana.email.as_str()]);
    let mail = mail.read();
    assert!(mail.text.contains("Quedan 9."), "{}", mail.text);
    let standing: Standing = ana.ask("second_factor", &[]).await.unwrap();
    assert!(standing.since.is_some() && standing.codes_left == 9);
    let details = app
        .texts("SELECT detail FROM audit WHERE kind = 'recovery_code_used'")
        .await;
    assert!(details.len() == 1 && details[0].contains('9'), "{details:?}");
    for code in &world.codes {
        let expected = *code != world.codes[3];
        assert_eq!(is_in(&enter(&world.waiting().await, code).await), expected, "{code}");
    }
    let standing: Standing = ana.ask("second_factor", &[]).await.unwrap();
    assert!(standing.codes_left == 0 && standing.is_short_of_codes());
    let page = ana.get("/settings/account").await.body;
    assert!(page.contains("Solo quedan 0 códigos"), "no warning");
    assert!(is_in(&enter(&world.waiting().await, &world.phone.code(app)).await));
}

async fn five_wrong_codes_end_the_sign_in(engine: Engine) {
    let world = world(engine).await;
    let browser = world.waiting().await;
    let wrong = world.phone.wrong(&world.app);
    for number in 1..5 {
        assert!(is_wrong(&enter(&browser, &wrong).await), "{number}");
    }
    let fifth = enter(&browser, &wrong).await;
    assert_eq!(back_at(&fifth), "/login?code=wrong");
    assert!(fifth.set_cookie("sign_in").unwrap().contains("Max-Age=0"));
    let page = browser.get("/login?code=wrong").await.body;
    assert!(page.contains("Five codes did not fit."), "{page}");
    assert_eq!(world.app.number("SELECT COUNT(*) FROM sign_in_attempt").await, 0);

    // Nor are more looked at when they all come at once.
    let browser = world.waiting().await;
    let before = world.app.number("SELECT COUNT(*) FROM session").await;
    let many: Vec<Browser> = (0..12).map(|_| browser.at(world.app.origin())).collect();
    let answers = futures::future::join_all(many.iter().map(|browser| enter(browser, &wrong))).await;
    let looked_at = answers
        .iter()
        .filter(|answer| answer.status == 422 || answer.body.contains("code=wrong"));
    assert_eq!(looked_at.count(), 5);
    assert_eq!(
        back_at(&enter(&browser, &world.phone.code(&world.app)).await),
        "/login?code=over"
    );
    assert_eq!(world.app.number("SELECT COUNT(*) FROM session").await, before);
    let failures = "SELECT detail FROM audit WHERE kind = 'sign_in_failed' AND user_id IS NOT NULL";
    let details = crate::harness::eventually("all ten are written down", || async {
        Some(world.app.texts(failures).await).filter(|details| details.len() == 10)
    })
    .await;
    assert!(
        details.iter().all(|detail| detail.contains("second factor")),
        "{details:?}"
    );
}

async fn a_sign_in_waits_for_ten_minutes(engine: Engine) {
    let world = world(engine).await;
    let app = &world.app;
    let (early, late) = (world.waiting().await, world.waiting().await);
    assert_eq!(early.ask("sign_in_waits", &[]).await, Ok(true));
    app.advance(Duration::from_secs(599));
    assert!(is_in(&enter(&early, &world.phone.code(app)).await));
    app.advance(Duration::from_secs(1));
    assert_eq!(late.ask("sign_in_waits", &[]).await, Ok(false));
    let page = late.get("/login/code?next=%2Fpartners").await.body;
    assert!(page.contains("No sign-in waits for a code."), "{page}");
    assert!(page.contains("/login?next=%2Fpartners"), "{page}");
    assert!(!page.contains("one-time-code"), "{page}");
    let form = [("code", world.codes[0].as_str()), ("next", "/partners")];
    let answer = late.call("enter_code", &form).await;
    assert_eq!(back_at(&answer), "/login?code=over&next=%2Fpartners");
    let page = late.get("/login?code=over&next=%2Fpartners").await.body;
    assert!(page.contains("That sign-in is over"), "{page}");
    assert_eq!(app.number("SELECT COUNT(*) FROM recovery_code").await, 10);
    app.clean_up().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM sign_in_attempt").await, 0);
}

async fn a_sign_in_that_waits_does_not_outlive_the_password(engine: Engine) {
    let world = world(engine).await;
    let (browser, behind) = (world.waiting().await, world.waiting().await);
    let form = [("current_password", PASSWORD), ("new_password", "velvet-Quarry-9471")];
    assert_eq!(world.ana.call("change_password", &form).await.status, 200);
    let sessions = world.app.number("SELECT COUNT(*) FROM session").await;
    let code = world.phone.code(&world.app);
    assert_eq!(back_at(&enter(&browser, &code).await), "/login?code=over");

    // Also where the attempt itself is still there: what began it is not the password any more.
    world.app.set_password(&world.ana, PASSWORD).await;
    let waits = world.waiting().await;
    world.app.set_password(&world.ana, PASSWORD).await;
    assert_eq!(back_at(&enter(&waits, &code).await), "/login?code=over");
    assert_eq!(back_at(&enter(&behind, &code).await), "/login?code=over");
    assert_eq!(world.app.number("SELECT COUNT(*) FROM session").await, sessions);
}

async fn nobody_comes_in_with_what_belongs_to_others(engine: Engine) {
    let world = world(engine).await;
    let app = &world.app;
    let ben = app.person("ben").password(PASSWORD).create().await;
    let (bens, bens_codes) = turned_on(app, &ben).await;
    let eve = app.person("eve").password(PASSWORD).create().await;
    let sessions = app.number("SELECT COUNT(*) FROM session").await;
    // Ben's sign-in takes Ben's codes only.
    for code in [world.phone.code(app), world.codes[0].clone()] {
        assert!(is_wrong(&enter(&waiting(app, "ben").await, &code).await));
        assert!(is_wrong(&enter(&waiting(app, "ben").await, &code).await));
    }
    assert!(is_wrong(&enter(&world.waiting().await, &bens.code(app)).await));
    assert!(is_wrong(&enter(&world.waiting().await, &bens_codes[0]).await));
    // A code alone is nothing, whoever is signed in, and whatever stands in the cookie.
    let code = world.phone.code(app);
    for browser in [app.visitor(), eve.browser.clone()] {
        assert_eq!(back_at(&enter(&browser, &code).await), "/login?code=over");
        for cookie in ["", "x", "' OR 1=1 --", Token::random().secret(), eve.token.secret()] {
            browser.add_cookie(&format!("sign_in={cookie}"));
            assert_eq!(back_at(&enter(&browser, &code).await), "/login?code=over", "{cookie}");
        }
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM session").await, sessions);
    assert_eq!(app.number("SELECT COUNT(*) FROM recovery_code").await, 20);
    // All of it was Ana's to use.
    let browser = world.waiting().await;
    assert!(is_in(&enter(&browser, &code).await));
    assert_eq!(
        browser.ask::<Standing>("second_factor", &[]).await.unwrap().codes_left,
        10
    );
}

async fn codes_are_not_guessed_over_many_sign_ins(engine: Engine) {
    let world = world(engine).await;
    let (app, phone) = (&world.app, &world.phone);
    for _ in 0..2 {
        let browser = world.waiting().await;
        for _ in 0..5 {
            enter(&browser, &phone.wrong(app)).await;
        }
    }
    let limited = enter(&world.waiting().await, &phone.code(app)).await;
    assert_eq!(limited.error(), AppError::Limited { seconds: 901 });
    assert_eq!(limited.header("retry-after"), Some("901"));
    // Another process knows of it as well.
    let other = app.another_process(false).await;
    let browser = waiting(&other, "ana").await;
    assert_eq!(enter(&browser, &phone.code(app)).await.status, 429);
    // A recovery code is nothing that can be guessed.
    assert!(is_in(&enter(&browser, &world.codes[0]).await));
    app.advance(Duration::from_secs(15 * 60));
    let browser = world.waiting().await;
    assert!(
        is_wrong(&enter(&browser, &phone.wrong(app)).await),
        "one more is looked at"
    );
    assert_eq!(enter(&browser, &phone.wrong(app)).await.status, 429, "and not two");
    app.advance(Duration::from_secs(15 * 60));
    assert!(is_in(&enter(&world.waiting().await, &phone.code(app)).await));
    // Other people are not kept waiting by it.
    let ben = app.person("ben").password(PASSWORD).create().await;
    let (bens, _) = turned_on(app, &ben).await;
    assert!(is_in(&enter(&waiting(app, "ben").await, &bens.code(app)).await));
}

async fn it_leads_to_this_site_only(engine: Engine) {
    let world = world(engine).await;
    for (number, next) in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
    ]
    .into_iter()
    .enumerate()
    {
        let browser = world.app.visitor();
        let form = [("login", "ana"), ("password", PASSWORD), ("next", next)];
        let answer = browser.call("log_in", &form).await;
        assert_eq!(
            answer.result::<String>(),
            Ok("/login/code?next=%2F".to_owned()),
            "{next}"
        );
        let form = [("code", world.codes[number].as_str()), ("next", next)];
        let answer = browser.call("enter_code", &form).await;
        assert!(is_in(&answer), "{next}");
        assert_eq!(answer.result::<String>(), Ok("/".to_owned()), "{next}");
        let answer = world.app.visitor().call("enter_code", &form).await;
        assert_eq!(back_at(&answer), "/login?code=over", "{next}");
    }
}

async fn without_javascript_it_asks_as_well(engine: Engine) {
    let world = world(engine).await;
    let (app, browser) = (&world.app, world.app.visitor());
    let form = [("login", "ana"), ("password", PASSWORD), ("next", "/requests")];
    let answer = browser.submit("/login?next=%2Frequests", "log_in", &form).await;
    let place = "/login/code?next=%2Frequests";
    assert_eq!((answer.status, answer.location()), (303, place));
    let page = browser.follow(&answer).await.body;
    assert!(page.contains(r#"action="/api/enter_code""#) && page.contains(r#"value="/requests""#));
    for typed in ["", "123 45", "<b>123456"] {
        let form = [("code", typed), ("next", "/requests")];
        let answer = browser.submit(place, "enter_code", &form).await;
        assert_eq!((answer.status, answer.location()), (303, place), "{typed}");
        let page = browser.follow(&answer).await.body;
        assert!(page.contains(r#"aria-invalid="true""#), "{typed}: {page}");
        assert_eq!(
            page.contains("This code does not fit"),
            !typed.is_empty(),
            "{typed}: {page}"
        );
    }
    // A code with a slip of the pen is not kept either.
    let typed = format!("{}x", world.codes[9]);
    let answer = browser.submit(place, "enter_code", &[("code", &typed)]).await;
    assert!(
        !format!("{:?}", app.dump(&[]).await).contains(&world.codes[9]),
        "a code is kept"
    );
    browser.follow(&answer).await;
    let code = world.phone.code(app);
    let form = [("code", code.as_str()), ("next", "/requests")];
    let answer = browser.submit(place, "enter_code", &form).await;
    assert_eq!((answer.status, answer.location()), (303, "/requests"));
    assert!(is_signed_in(&browser).await);
    assert_eq!(browser.follow(&answer).await.status, 200);
    // Whoever comes back to the page is in already.
    assert_eq!(browser.get(place).await.location(), "/");
    let answer = app.visitor().submit(place, "enter_code", &form).await;
    assert_eq!(
        (answer.status, answer.location()),
        (303, "/login?code=over&next=%2Frequests")
    );
}

async fn a_password_that_was_forgotten_leaves_it_on(engine: Engine) {
    let world = world(engine).await;
    let (app, ana) = (&world.app, &world.ana);
    let waits = world.waiting().await;
    ana.tell::<()>("forgot_password", &[("email", &ana.email)])
        .await
        .unwrap();
    app.server.jobs().run_due().await.unwrap();
    let mail = world.sink.mail(2).await.read();
    let token = if mail.text.contains("/reset-password") {
        mail.token("/reset-password")
    } else {
        // The one that tells of the second factor came after it.
        world.sink.came()[0].read().token("/reset-password")
    };
    let browser = app.visitor();
    let form = [("token", token.as_str()), ("password", "gl4ss-harbour-kettle")];
    let answer = browser.call("reset_password", &form).await;
    assert_eq!(answer.result::<String>(), Ok("/login?password=set".to_owned()));
    assert!(answer.set_cookie("session").is_none() && answer.set_cookie("sign_in").is_none());
    assert!(!is_signed_in(ana).await, "sessions go on");
    assert_eq!(
        back_at(&enter(&waits, &world.phone.code(app)).await),
        "/login?code=over"
    );
    let answer = log_in(&browser, "ana", "gl4ss-harbour-kettle").await;
    assert_eq!(answer.result::<String>(), Ok("/login/code?next=%2F".to_owned()));
    assert!(is_in(&enter(&browser, &world.phone.code(app)).await));
}

async fn what_no_code_can_be_is_a_wrong_one(engine: Engine) {
    let world = world(engine).await;
    let long = "7".repeat(20_000);
    for code in ["x", "'; DROP TABLE second_factor; --", "٢٨٧٠٨٢", "\u{0}12345", &long] {
        assert!(is_wrong(&enter(&world.waiting().await, code).await), "{code:.40}");
    }
    let browser = world.waiting().await;
    for code in ["", "  \t"] {
        assert_eq!(
            problems(&enter(&browser, code).await),
            [problem("code", Problem::Required)]
        );
    }
    // What is forgotten is not counted.
    assert_eq!(world.app.number("SELECT MIN(tries) FROM sign_in_attempt").await, 0);
    let answer = enter(&browser, &world.phone.code(&world.app)).await;
    assert!(is_in(&answer));
    assert_ne!(token_in(&answer), world.ana.token.secret());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_tries_many_is_slowed_down() {
    let wishes = TestApp::wishes(Engine::Sqlite).manual_clock().without_background();
    let app = wishes.option("--rate-limit", "on").start().await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let (phone, codes) = turned_on(&app, &ana).await;
    let browser = waiting(&app, "ana").await;
    for _ in 0..4 {
        assert!(is_wrong(&enter(&browser, &phone.wrong(&app)).await));
    }
    let browser = waiting(&app, "ana").await;
    for _ in 0..4 {
        assert!(is_wrong(&enter(&browser, &phone.wrong(&app)).await));
    }
    let answer = enter(&browser, &codes[0]).await;
    assert!(matches!(answer.error(), AppError::Limited { .. }), "{}", answer.body);
    assert_eq!(log_in(&app.visitor(), "ana", PASSWORD).await.status, 429);
}
