//! The page "Account": where somebody is signed in, and ending it there.

use reqwest::Method;
use speakle::accounts::model::{Account, SessionView};
use speakle::kernel::error::AppError;
use speakle::server::tokens::Token;

use super::{PASSWORD, is_signed_in, log_in, token_in, told_of_sessions};
use crate::harness::browser::send;
use crate::harness::{Browser, Engine, Person, Socket, TestApp};

both_engines!(
    the_list_says_where_the_person_is_signed_in,
    a_session_is_ended_from_another_and_takes_its_sockets_along,
    nobody_ends_the_sessions_of_others,
    everywhere_else_is_everywhere_but_here,
    of_two_that_end_each_other_one_stays,
    a_dead_cookie_opens_nothing,
    what_browsers_call_themselves_is_text,
    without_javascript_forms_do_it,
);

async fn sessions(person: &Person) -> Vec<SessionView> {
    person.ask::<Account>("own_account", &[]).await.unwrap().sessions
}

/// The name of the session that `person` comes with.
async fn session_of(person: &Person) -> String {
    let sessions = sessions(person).await;
    assert!(sessions[0].is_here);
    sessions[0].id.to_string()
}

async fn the_list_says_where_the_person_is_signed_in(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("Ana").password(PASSWORD).create().await;
    app.person("ben").create().await;
    let (phone, _tab) = (ana.another_device(&app).await, app.ws(&ana).await);
    let account: Account = ana.ask("own_account", &[]).await.unwrap();
    assert_eq!(
        (account.email.as_str(), account.username.as_str()),
        (ana.email.as_str(), "Ana")
    );
    let marks = |sessions: &[SessionView]| -> Vec<(String, String, bool, bool)> {
        let mark = |session: &SessionView| {
            let SessionView { device, address, .. } = session.clone();
            (device, address, session.is_here, session.is_active)
        };
        sessions.iter().map(mark).collect()
    };
    let row = |is_here, is_active| ("test".to_owned(), "127.0.0.1".to_owned(), is_here, is_active);
    assert_eq!(marks(&account.sessions), [row(true, true), row(false, false)]);
    // Seen from there, the other one is active as well: a page is open.
    assert_eq!(marks(&sessions(&phone).await), [row(true, true), row(false, true)]);

    let mut tab = app.ws(&ana).await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let request = app.visitor().bare(Method::POST, "/api/log_in");
    let request = request
        .header("sec-fetch-site", "same-origin")
        .header("user-agent", firefox);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = send(request.body(format!("login=ana&password={PASSWORD}"))).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    told_of_sessions(&mut tab).await;
    let devices: Vec<String> = sessions(&ana).await.into_iter().map(|session| session.device).collect();
    assert_eq!(devices.len(), 3);
    assert!(devices.contains(&"Firefox, Linux".to_owned()), "{devices:?}");
    assert_eq!(
        app.visitor().ask::<Account>("own_account", &[]).await,
        Err(AppError::SignedOut)
    );
}

async fn a_session_is_ended_from_another_and_takes_its_sockets_along(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let phone = ana.another_device(&app).await;
    let (mut here, mut there, mut there_too) = (app.ws(&ana).await, app.ws(&phone).await, app.ws(&phone).await);
    let on_phone = session_of(&phone).await;
    ana.tell::<()>("end_session", &[("session", &on_phone)]).await.unwrap();
    assert_eq!(there.closed().await, Some(4001));
    assert_eq!(there_too.closed().await, Some(4001));
    told_of_sessions(&mut here).await;
    assert!(!is_signed_in(&phone).await);
    assert!(is_signed_in(&ana).await);
    assert_eq!(sessions(&ana).await.len(), 1);
    // It cannot end twice.
    let again = ana.tell::<()>("end_session", &[("session", &on_phone)]).await;
    assert_eq!(again, Err(AppError::NotFound));
    // One's own is a session like the others.
    let own = session_of(&ana).await;
    ana.tell::<()>("end_session", &[("session", &own)]).await.unwrap();
    assert_eq!(here.closed().await, Some(4001));
    assert!(!is_signed_in(&ana).await);
}

async fn nobody_ends_the_sessions_of_others(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, eve) = (app.person("ana").create().await, app.person("eve").create().await);
    let (mut tab, of_ana) = (app.ws(&ana).await, session_of(&ana).await);
    let before = app.dump(&["form_return"]).await;
    let answer = eve.call("end_session", &[("session", &of_ana)]).await;
    assert_eq!((answer.status, answer.error()), (404, AppError::NotFound));
    let nobody = "0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5e";
    let of_nobody = eve.call("end_session", &[("session", nobody)]).await;
    assert_eq!((answer.status, &answer.body), (of_nobody.status, &of_nobody.body));
    for nonsense in ["", "x", "' OR 1=1 --", "<b>1</b>"] {
        assert_eq!(
            eve.call("end_session", &[("session", nonsense)]).await.status,
            400,
            "{nonsense}"
        );
    }
    let plain = eve
        .submit("/settings/account", "end_session", &[("session", &of_ana)])
        .await;
    assert_eq!((plain.status, plain.location()), (303, "/settings/account"));
    let signed_out = app.visitor().call("end_session", &[("session", &of_ana)]).await;
    assert_eq!(signed_out.status, 401);
    assert_eq!(app.visitor().call("end_other_sessions", &[]).await.status, 401);
    tab.settled().await;
    app.assert_unchanged(&before, &["form_return"]).await;
}

async fn everywhere_else_is_everywhere_but_here(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let (phone, tablet) = (ana.another_device(&app).await, ana.another_device(&app).await);
    let (mut here, mut on_phone, mut bens) = (app.ws(&ana).await, app.ws(&phone).await, app.ws(&ben).await);
    ana.tell::<()>("end_other_sessions", &[]).await.unwrap();
    assert_eq!(on_phone.closed().await, Some(4001));
    here.settled().await;
    bens.settled().await;
    assert!(!is_signed_in(&phone).await && !is_signed_in(&tablet).await);
    assert!(is_signed_in(&ana).await && is_signed_in(&ben).await);
    // Where nobody else is, nothing ends.
    ana.tell::<()>("end_other_sessions", &[]).await.unwrap();
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit WHERE kind = 'session_ended'")
            .await,
        2
    );
}

async fn of_two_that_end_each_other_one_stays(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    for _ in 0..5 {
        let phone = ana.another_device(&app).await;
        let tablet = ana.another_device(&app).await;
        let (one, other) = futures::join!(
            phone.call("end_other_sessions", &[]),
            tablet.call("end_other_sessions", &[])
        );
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401], "{} {}", one.body, other.body);
        assert_eq!(app.number("SELECT COUNT(*) FROM session").await, 1);
        assert_ne!(is_signed_in(&phone).await, is_signed_in(&tablet).await);
    }
}

async fn a_dead_cookie_opens_nothing(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let thief = Browser::new(app.origin(), Some(ana.token.secret()));
    assert!(is_signed_in(&thief).await);
    let session = session_of(&ana).await;
    ana.tell::<()>("end_session", &[("session", &session)]).await.unwrap();
    let keep = || thief.add_cookie(&format!("session={}", ana.token.secret()));
    keep();
    let page = thief.get("/settings/account").await;
    assert_eq!(page.location(), "/login?next=%2Fsettings%2Faccount");
    assert!(page.set_cookie("session").unwrap().contains("Max-Age=0"));
    keep();
    for (function, form) in [
        ("end_other_sessions", vec![]),
        (
            "change_password",
            vec![("current_password", PASSWORD), ("new_password", "x")],
        ),
        ("set_invisible", vec![("invisible", "true")]),
    ] {
        assert_eq!(thief.call(function, &form).await.status, 401, "{function}");
        keep();
    }
    assert_eq!(thief.fetch("own_account", &[]).await.status, 401);
    keep();
    let refused = Socket::open(&app, Some(&thief.cookies()), Some(&app.origin())).await;
    assert_eq!(refused.err(), Some(401));
    // What is planted before a sign-in is not what counts after it.
    keep();
    let signed_in = token_in(&log_in(&thief, "ana", PASSWORD).await);
    assert_ne!(signed_in, ana.token.secret());
    assert!(!is_signed_in(&ana).await);
    assert!(Token::parse(&signed_in).is_some());
}

async fn what_browsers_call_themselves_is_text(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    for agent in ["<script>alert(1)</script>", "'; DROP TABLE session; --"] {
        let request = app.visitor().bare(Method::POST, "/api/log_in");
        let request = request
            .header("sec-fetch-site", "same-origin")
            .header("user-agent", agent);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(
            send(request.body(format!("login=ana&password={PASSWORD}")))
                .await
                .status,
            200
        );
    }
    let page = ana.get("/settings/account").await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("<script>alert"), "the page runs it");
    assert!(
        page.body.contains("&lt;script&gt;alert(1)&lt;"),
        "the device is not named"
    );
    assert_eq!(sessions(&ana).await.len(), 3);
    assert!(page.body.contains(&ana.email));
}

async fn without_javascript_forms_do_it(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let (phone, tablet) = (ana.another_device(&app).await, ana.another_device(&app).await);
    let page = ana.get("/settings/account").await.body;
    assert_eq!(page.matches(">Sign out<").count(), 3, "one for each");
    assert_eq!(page.matches("This device").count(), 1);
    let on_phone = session_of(&phone).await;
    let answer = ana
        .submit("/settings/account", "end_session", &[("session", &on_phone)])
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/account"));
    assert!(ana.follow(&answer).await.body.contains("You are signed out there."));
    assert!(!is_signed_in(&phone).await);
    let answer = ana
        .submit("/settings/account", "end_session", &[("session", &on_phone)])
        .await;
    assert!(
        ana.follow(&answer).await.body.contains(r#"role="alert""#),
        "a refusal is said"
    );
    let answer = ana.submit("/settings/account", "end_other_sessions", &[]).await;
    assert!(
        ana.follow(&answer)
            .await
            .body
            .contains("You are signed out everywhere else.")
    );
    assert!(!is_signed_in(&tablet).await);
    let page = ana.get("/settings/account").await.body;
    assert!(!page.contains("You are signed out"), "it is said once");
    assert_eq!(page.matches(">Sign out<").count(), 1);
}
