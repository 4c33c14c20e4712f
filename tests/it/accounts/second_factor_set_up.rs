//! Two-step sign-in: setting it up, its recovery codes, and turning it off.

use std::time::Duration;

use speakle::accounts::second_factor::model::{Shown, Standing};
use speakle::kernel::error::{AppError, Problem, Refusal};

use super::second_factor::{Phone, STEP, offered, quiet_app, shown, shown_codes, turned_on};
use super::{PASSWORD, is_signed_in, log_in, problem, problems};
use crate::harness::{Engine, Person, TestApp};

both_engines!(
    only_a_code_of_the_key_turns_it_on,
    of_two_that_turn_it_on_at_once_one_does,
    the_key_is_told_while_it_is_set_up_and_never_again,
    recovery_codes_are_shown_where_they_were_made_until_they_are_kept,
    recovery_codes_are_kept_as_hashes,
    other_recovery_codes_take_the_place_of_those_before,
    nothing_changes_without_a_recent_sign_in,
    turned_off_it_asks_no_more,
    everywhere_else_is_signed_out_where_that_is_wanted,
    a_change_ends_sign_ins_that_wait,
    each_change_is_written_down_and_told,
    without_javascript_forms_do_it,
    nobody_changes_that_of_others,
    a_key_that_nobody_takes_is_forgotten,
);

const CHANGES: [&str; 4] = [
    "begin_second_factor",
    "turn_on_second_factor",
    "make_recovery_codes",
    "turn_off_second_factor",
];

async fn asks_for_a_code(app: &TestApp, login: &str) -> bool {
    let answer = log_in(&app.visitor(), login, PASSWORD).await;
    answer.result::<String>().unwrap().starts_with("/login/code")
}

async fn turn_on(person: &Person, code: &str) -> Result<(), AppError> {
    person.tell("turn_on_second_factor", &[("code", code)]).await
}

async fn standing(person: &Person) -> Standing {
    person.ask("second_factor", &[]).await.unwrap()
}

async fn only_a_code_of_the_key_turns_it_on(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    assert_eq!(
        turn_on(&ana, "123456").await,
        Err(AppError::NotFound),
        "nothing is offered"
    );
    let before = Phone::with(&offered(&ana).await);
    let phone = Phone::with(&offered(&ana).await);
    for code in [
        before.code(&app),
        phone.wrong(&app),
        phone.code_after(&app, -2),
        "x".to_owned(),
    ] {
        let answer = ana.call("turn_on_second_factor", &[("code", &code)]).await;
        assert_eq!(problems(&answer), [problem("code", Problem::WrongCode)], "{code}");
    }
    let answer = ana.call("turn_on_second_factor", &[("code", " ")]).await;
    assert_eq!(problems(&answer), [problem("code", Problem::Required)]);
    assert!(!asks_for_a_code(&app, "ana").await && standing(&ana).await == Standing::default());

    assert_eq!(turn_on(&ana, &phone.code(&app)).await, Ok(()));
    assert!(asks_for_a_code(&app, "ana").await);
    assert_eq!(standing(&ana).await.codes_left, 10);
    // It is not turned on twice, nor is the key that is in force replaced.
    assert_eq!(turn_on(&ana, &phone.code_after(&app, 1)).await, Err(AppError::NotFound));
    assert_eq!(
        ana.tell::<()>("begin_second_factor", &[]).await,
        Err(AppError::NotFound)
    );
    // The code that turned it on has been used.
    let browser = app.visitor();
    log_in(&browser, "ana", PASSWORD).await;
    let answer = browser.call("enter_code", &[("code", &phone.code(&app))]).await;
    assert_eq!(problems(&answer), [problem("code", Problem::WrongCode)]);
}

async fn of_two_that_turn_it_on_at_once_one_does(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let ana = app.person("ana").create().await;
    let tablet = ana.another_device(&app).await;
    let phone = Phone::with(&offered(&ana).await);
    let (code, next) = (phone.code(&app), phone.code_after(&app, 1));
    let (one, other) = futures::join!(turn_on(&ana, &code), turn_on(&tablet, &next));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert_eq!(app.number("SELECT COUNT(*) FROM recovery_code").await, 10);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit WHERE kind = 'second_factor_on'")
            .await,
        1
    );
}

async fn the_key_is_told_while_it_is_set_up_and_never_again(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let offer = offered(&ana).await;
    let (key, place) = (offer.key.replace(' ', ""), "/settings/account/second-factor");
    let page = ana.get(place).await.body;
    assert!(page.contains(&offer.key) && page.contains(&offer.qr.path), "{page}");
    assert!(page.contains(r#"href="otpauth://totp/Speakle:ana?secret="#), "{page}");
    assert!(page.contains("<svg") && !page.contains("style="), "{page}");
    // Where it is not set up it is not told, nor to anybody else.
    for path in ["/settings/account", "/", "/settings/profile"] {
        assert!(!ana.get(path).await.body.contains(&offer.key), "{path}");
    }
    let ben = app.person("ben").create().await;
    assert_eq!(shown(&ben).await, Shown::Off);
    let phone = Phone::with(&offer);
    turn_on(&ana, &phone.code(&app)).await.unwrap();
    ana.tell::<()>("keep_recovery_codes", &[]).await.unwrap();
    for path in [place, "/settings/account", "/"] {
        let page = ana.get(path).await.body;
        assert!(
            !page.contains(&offer.key) && !page.contains(&key) && !page.contains("otpauth:"),
            "{path}"
        );
    }
    for function in ["second_factor", "second_factor_page", "own_account", "own_profile"] {
        let answer = ana.fetch(function, &[]).await;
        assert!(
            answer.status == 200 && !answer.body.contains(&key) && !answer.body.contains(&offer.key),
            "{function}"
        );
    }
    let said = app.texts("SELECT detail FROM audit").await.concat() + &app.texts("SELECT kind FROM job").await.concat();
    assert!(!said.contains(&key), "{said}");
}

async fn recovery_codes_are_shown_where_they_were_made_until_they_are_kept(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let ana = app.person("ana").create().await;
    let tablet = ana.another_device(&app).await;
    let phone = Phone::with(&offered(&ana).await);
    let answer = ana.call("turn_on_second_factor", &[("code", &phone.code(&app))]).await;
    let cookie = answer.set_cookie("recovery_codes").unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("Max-Age=600"),
        "{cookie}"
    );
    let codes = shown_codes(&ana).await;
    assert_eq!(codes.len(), 10);
    let page = ana.get("/settings/account/second-factor").await.body;
    assert!(
        codes.iter().all(|code| page.contains(code)) && page.contains("I have kept them"),
        "{page}"
    );
    assert!(matches!(
        shown(&tablet).await,
        Shown::On(Standing { codes_left: 10, .. })
    ));
    // Whoever loads the page again before has them still, for ten minutes.
    assert_eq!(shown_codes(&ana).await, codes);
    app.advance(Duration::from_secs(600));
    assert!(matches!(shown(&ana).await, Shown::On(_)));

    let answer = ana.call("make_recovery_codes", &[]).await;
    assert_eq!(answer.result::<()>(), Ok(()));
    let kept = ana.cookies();
    let fresh = shown_codes(&ana).await;
    let answer = ana.call("keep_recovery_codes", &[]).await;
    assert!(answer.set_cookie("recovery_codes").unwrap().contains("Max-Age=0"));
    assert!(matches!(shown(&ana).await, Shown::On(_)));
    // Nor for who has the cookie still.
    for cookie in kept.split("; ") {
        ana.add_cookie(cookie);
    }
    assert!(matches!(shown(&ana).await, Shown::On(_)));
    let page = ana.get("/settings/account/second-factor").await.body;
    assert!(fresh.iter().all(|code| !page.contains(code)), "they are shown again");
}

async fn recovery_codes_are_kept_as_hashes(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let ana = app.person("ana").create().await;
    let phone = Phone::with(&offered(&ana).await);
    let answer = ana.call("turn_on_second_factor", &[("code", &phone.code(&app))]).await;
    let cookie = answer.set_cookie("recovery_codes").unwrap();
    let token = cookie.trim_start_matches("recovery_codes=").split(';').next().unwrap();
    let codes = shown_codes(&ana).await;
    let everything = format!("{:?}", app.dump(&[]).await);
    assert!(everything.contains("recovery_code") && !everything.contains(token));
    for code in &codes {
        let bare = code.replace('-', "");
        let hex: String = bare.bytes().map(|byte| format!("{byte:02x}")).collect();
        for secret in [code.clone(), bare, hex.clone(), hex.to_uppercase()] {
            assert!(!everything.contains(&secret), "{secret} is stored");
        }
    }
}

async fn other_recovery_codes_take_the_place_of_those_before(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    assert_eq!(
        ana.tell::<()>("make_recovery_codes", &[]).await,
        Err(AppError::NotFound),
        "it is off"
    );
    let (_, before) = turned_on(&app, &ana).await;
    ana.tell::<()>("make_recovery_codes", &[]).await.unwrap();
    let after = shown_codes(&ana).await;
    assert!(after.iter().all(|code| !before.contains(code)));
    assert_eq!((standing(&ana).await.codes_left, after.len()), (10, 10));
    let browser = app.visitor();
    log_in(&browser, "ana", PASSWORD).await;
    let answer = browser.call("enter_code", &[("code", &before[0])]).await;
    assert_eq!(problems(&answer), [problem("code", Problem::WrongCode)]);
    let answer = browser.call("enter_code", &[("code", &after[0])]).await;
    assert_eq!(answer.result::<String>(), Ok("/".to_owned()));
    assert_eq!(standing(&ana).await.codes_left, 9);
}

async fn nothing_changes_without_a_recent_sign_in(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let (phone, _) = turned_on(&app, &ana).await;
    let bens = Phone::with(&offered(&ben).await);
    app.advance(Duration::from_secs(15 * 60 + 1));
    // Only that it is used is written down of a session.
    let before = app.dump(&["session"]).await;
    for person in [&ana, &ben] {
        for function in CHANGES {
            let phone = if person.id == ana.id { &phone } else { &bens };
            let answer = person.call(function, &[("code", &phone.code(&app))]).await;
            assert_eq!(answer.error(), AppError::Refused(Refusal::ConfirmFirst), "{function}");
        }
        // The key is not shown either.
        assert_eq!(shown(person).await, Shown::ConfirmFirst);
        let page = person.get("/settings/account/second-factor").await;
        let confirm = "/confirm?next=%2Fsettings%2Faccount%2Fsecond-factor";
        assert_eq!(page.location(), confirm);
        assert!(!page.body.contains("otpauth"));
        // How things stand can be seen.
        assert_eq!(standing(person).await.since.is_some(), person.id == ana.id);
        assert_eq!(person.get("/settings/account").await.status, 200);
    }
    app.assert_unchanged(&before, &["session"]).await;
    let answer = ben
        .submit("/settings/account/second-factor", "begin_second_factor", &[])
        .await;
    assert_eq!(answer.status, 303);
    assert!(answer.location().starts_with("/confirm?next="), "{}", answer.location());
    for function in CHANGES {
        let answer = app.visitor().call(function, &[("code", "123456")]).await;
        assert_eq!(answer.status, 401, "{function}");
    }
    for function in ["second_factor", "second_factor_page"] {
        assert_eq!(app.visitor().fetch(function, &[]).await.status, 401, "{function}");
    }
}

async fn turned_off_it_asks_no_more(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    assert_eq!(
        ana.tell::<()>("turn_off_second_factor", &[]).await,
        Err(AppError::NotFound)
    );
    let (_, codes) = turned_on(&app, &ana).await;
    assert!(asks_for_a_code(&app, "ana").await);
    ana.tell::<()>("turn_off_second_factor", &[]).await.unwrap();
    assert!(!asks_for_a_code(&app, "ana").await);
    assert_eq!(
        (shown(&ana).await, standing(&ana).await),
        (Shown::Off, Standing::default())
    );
    for sql in [
        "SELECT COUNT(*) FROM second_factor",
        "SELECT COUNT(*) FROM recovery_code",
    ] {
        assert_eq!(app.number(sql).await, 0, "{sql}");
    }
    // Turned on again it has another key and other codes.
    let (_, other) = turned_on(&app, &ana).await;
    assert!(other.iter().all(|code| !codes.contains(code)));
    assert!(asks_for_a_code(&app, "ana").await);
}

async fn everywhere_else_is_signed_out_where_that_is_wanted(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let tablet = ana.another_device(&app).await;
    let (mut here, mut there) = (app.ws(&ana).await, app.ws(&tablet).await);
    let phone = Phone::with(&offered(&ana).await);
    let code = phone.code(&app);
    let form = [("code", code.as_str()), ("end_others", "on")];
    ana.tell::<()>("turn_on_second_factor", &form).await.unwrap();
    assert_eq!(there.closed().await, Some(4001));
    here.settled().await;
    assert!(is_signed_in(&ana).await && is_signed_in(&ben).await && !is_signed_in(&tablet).await);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit WHERE kind = 'session_ended'")
            .await,
        1
    );

    let tablet = ana.another_device(&app).await;
    ana.tell::<()>("turn_off_second_factor", &[]).await.unwrap();
    assert!(is_signed_in(&tablet).await, "who leaves it open stays signed in");
    turned_on(&app, &ana).await;
    assert!(is_signed_in(&tablet).await);
    ana.tell::<()>("turn_off_second_factor", &[("end_others", "on")])
        .await
        .unwrap();
    assert!(is_signed_in(&ana).await && !is_signed_in(&tablet).await);
}

async fn a_change_ends_sign_ins_that_wait(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    turned_on(&app, &ana).await;
    let waiting = "SELECT COUNT(*) FROM sign_in_attempt";
    for function in ["make_recovery_codes", "turn_off_second_factor"] {
        assert!(asks_for_a_code(&app, "ana").await);
        assert_eq!(app.number(waiting).await, 1);
        ana.tell::<()>(function, &[]).await.unwrap();
        assert_eq!(app.number(waiting).await, 0, "{function}");
    }
}

async fn each_change_is_written_down_and_told(engine: Engine) {
    let (app, sink) = quiet_app(engine).await;
    let ana = app.person("ana").create().await;
    let (phone, codes) = turned_on(&app, &ana).await;
    let mut subjects = Vec::new();
    for (number, function) in [None, Some("make_recovery_codes"), Some("turn_off_second_factor")]
        .into_iter()
        .enumerate()
    {
        if let Some(function) = function {
            ana.tell::<()>(function, &[]).await.unwrap();
        }
        app.server.jobs().run_due().await.unwrap();
        let came = sink.mail(number + 1).await;
        assert_eq!(came.to, [ana.email.as_str()]);
        let mail = came.read();
        assert!(
            mail.text.contains("If it was not you") && mail.text.contains("/settings/account"),
            "{}",
            mail.text
        );
        for secret in codes.iter().chain([&phone.code(&app)]) {
            assert!(!came.raw.contains(secret.as_str()), "a mail says {secret}");
        }
        subjects.push(mail.subject());
    }
    assert_eq!(
        subjects,
        [
            "Two-step sign-in is on",
            "New recovery codes",
            "Two-step sign-in is off"
        ]
    );
    let kinds = app.texts("SELECT kind FROM audit ORDER BY kind").await;
    assert_eq!(kinds, ["recovery_codes_made", "second_factor_off", "second_factor_on"]);
}

async fn without_javascript_forms_do_it(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let place = "/settings/account/second-factor";
    let section = ana.get("/settings/account").await.body;
    assert!(section.contains(r#"href="/settings/account/second-factor""#) && section.contains("Set up"));
    let page = ana.get(place).await.body;
    assert!(
        page.contains("Start set-up") && page.contains("Two-step sign-in"),
        "{page}"
    );
    let answer = ana.submit(place, "begin_second_factor", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, place));
    let Shown::Offer(offer) = shown(&ana).await else {
        panic!("nothing is offered")
    };
    let phone = Phone::with(&offer);
    let answer = ana.submit(place, "turn_on_second_factor", &[("code", "12 34")]).await;
    let page = ana.follow(&answer).await.body;
    assert!(
        page.contains("This code does not fit") && page.contains(&offer.key),
        "{page}"
    );
    assert!(
        tag_of(&page, "end_others").is_some_and(|tag| !tag.contains("checked")),
        "what was unticked is ticked again"
    );
    let code = phone.code(&app);
    let form = [("code", code.as_str()), ("end_others", "on")];
    let answer = ana.submit(place, "turn_on_second_factor", &form).await;
    assert_eq!((answer.status, answer.location()), (303, place));
    let codes = shown_codes(&ana).await;
    let page = ana.follow(&answer).await.body;
    assert!(codes.iter().all(|code| page.contains(code)), "{page}");
    let answer = ana.submit(place, "keep_recovery_codes", &[]).await;
    let page = ana.follow(&answer).await.body;
    assert!(
        page.contains("10 recovery codes are left.") && !page.contains(&codes[0]),
        "{page}"
    );
    assert!(page.contains("Two-step sign-in is on since: today, 11:00."), "{page}");
    let section = ana.get("/settings/account").await.body;
    assert!(section.contains("Two-step sign-in is on since: today, 11:00.") && section.contains("Manage"));
    let answer = ana.submit(place, "make_recovery_codes", &[]).await;
    assert!(!ana.follow(&answer).await.body.contains(&codes[0]));
    assert_ne!(shown_codes(&ana).await, codes);
    let answer = ana.submit(place, "turn_off_second_factor", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, place));
    assert!(ana.follow(&answer).await.body.contains("Start set-up"));
    app.advance(STEP);
    assert!(!asks_for_a_code(&app, "ana").await);
}

/// The tag of the field of that name.
fn tag_of<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    page.split('<')
        .find(|tag| tag.starts_with("input") && tag.contains(&format!(r#"name="{name}""#)))
}

async fn nobody_changes_that_of_others(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let (ana, eve) = (app.person("ana").create().await, app.person("eve").create().await);
    let (phone, _) = turned_on(&app, &ana).await;
    let before = app.dump(&[]).await;
    for function in ["turn_on_second_factor", "make_recovery_codes", "turn_off_second_factor"] {
        let (code, user) = (phone.code(&app), ana.id.to_string());
        let form = [
            ("code", code.as_str()),
            ("user", &user),
            ("user_id", &user),
            ("end_others", "on"),
        ];
        assert_eq!(
            eve.call(function, &form).await.error(),
            AppError::NotFound,
            "{function}"
        );
    }
    // The cookie that shows Ana's codes shows Eve nothing.
    for cookie in ana
        .cookies()
        .split("; ")
        .filter(|cookie| cookie.starts_with("recovery_codes="))
    {
        eve.add_cookie(cookie);
    }
    assert_eq!(shown(&eve).await, Shown::Off);
    turned_on(&app, &eve).await;
    eve.tell::<()>("keep_recovery_codes", &[]).await.unwrap();
    shown_codes(&ana).await;
    assert!(
        before
            .changes(&app.dump(&[]).await)
            .contains(&"recovery_code".to_owned()),
        "Eve's own"
    );
    assert_eq!(standing(&ana).await.codes_left, 10);
}

async fn a_key_that_nobody_takes_is_forgotten(engine: Engine) {
    let (app, _sink) = quiet_app(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    turned_on(&app, &ben).await;
    let phone = Phone::with(&offered(&ana).await);
    app.advance(Duration::from_secs(3601));
    app.execute("UPDATE session SET confirmed_at = confirmed_at + 3600000000")
        .await;
    assert_eq!(shown(&ana).await, Shown::Off);
    assert_eq!(turn_on(&ana, &phone.code(&app)).await, Err(AppError::NotFound));
    app.clean_up().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM second_factor").await, 1);
    assert!(standing(&ben).await.since.is_some());
}
