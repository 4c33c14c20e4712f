//! Leaving for good: gone at once, two weeks to change one's mind, and then nothing is left.

mod erased;
mod tables;

use std::time::Duration;

use reqwest::Method;
use speakle::accounts::deletion::GRACE;
use speakle::accounts::service::recognise;
use speakle::kernel::error::{AppError, Problem, Refusal};
use speakle::kernel::picture::{PictureSize, address};
use speakle::matching::model::{PartnerView, Requests, Suggestions};
use speakle::matching::service::send_request;
use speakle::messages::model::ConversationId;
use speakle::protocol::ServerMessage;

use super::leaving::Scene;
use super::{PASSWORD, is_signed_in, log_in, problem, problems, register, token_in};
use crate::harness::{Answer, Browser, Engine, Person, Socket, TestApp};

both_engines!(
    who_asks_is_signed_out_everywhere_and_gone_to_everybody,
    only_who_has_shown_who_they_are_and_types_their_name_can_ask,
    nobody_asks_for_anybody_else,
    who_signs_in_again_is_asked_one_thing_and_can_do_nothing_else,
    who_stays_is_there_as_before,
    a_ring_and_a_call_end_with_who_goes,
    of_two_who_go_the_one_who_stays_does_not_bring_back_the_other,
    without_javascript_it_goes_the_same_way,
    a_request_at_the_same_moment_ends_with_who_goes,
    who_goes_asks_nobody_any_more,
    who_is_going_keeps_their_name_for_a_new_password,
);

const LEAVERS_PAGE: &str = "/settings/account/deletion";

async fn ask(person: &Person, typed: &str) -> Answer {
    person.call("delete_account", &[("username", typed)]).await
}

/// A browser that has signed in again as somebody who is going.
async fn back(app: &TestApp, login: &str) -> Browser {
    let browser = app.visitor();
    let answer = log_in(&browser, login, PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    browser.add_cookie(&format!("session={}", token_in(&answer)));
    browser
}

async fn who_asks_is_signed_out_everywhere_and_gone_to_everybody(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, zuleika, ben, .. } = &scene;
    let phone = zuleika.another_device(app).await;
    let (mut tab, mut on_phone) = (app.ws(zuleika).await, app.ws(&phone).await);
    let card = ben
        .ask::<Vec<PartnerView>>("partners", &[])
        .await
        .unwrap()
        .remove(0)
        .person;
    let face = address(card.picture.unwrap(), PictureSize::Small);
    assert_eq!(ben.get("/people/zuleika").await.status, 200);

    let answer = ask(zuleika, " Zuleika ").await;
    assert_eq!(answer.result::<String>().unwrap(), "/login?deletion=asked");
    assert!(answer.set_cookie("session").unwrap().contains("Max-Age=0"));
    assert_eq!((tab.closed().await, on_phone.closed().await), (Some(4001), Some(4001)));
    assert!(!is_signed_in(zuleika).await && !is_signed_in(&phone).await);

    for who in [&ben.browser, &app.visitor()] {
        assert_eq!(who.get("/people/zuleika").await.status, 404);
        assert_eq!(who.bare(Method::GET, &face).send().await.unwrap().status(), 404);
    }
    assert_eq!(ben.ask::<Vec<PartnerView>>("partners", &[]).await.unwrap(), []);
    for page in ["/partners/zuleika", "/partners/zuleika/call", "/partners/zuleika/end"] {
        assert_eq!(ben.get(page).await.status, 404, "{page}");
    }
    let called = ben.call("start_call", &[("to", "zuleika"), ("message", "")]).await;
    assert_eq!(called.error(), AppError::NotFound);
    let conversation = ConversationId::of_pair(scene.pair.id).to_string();
    let client_id = uuid::Uuid::now_v7().to_string();
    let form = [
        ("conversation", conversation.as_str()),
        ("client_id", &client_id),
        ("text", "Are you there?"),
    ];
    let written = ben.call("send_message", &form).await;
    assert_eq!(written.error(), AppError::Refused(Refusal::NotPartners));
    // What was open is so no more, and nobody finds her.
    for (who, waits) in [(&scene.cora, "incoming"), (&scene.dora, "outgoing")] {
        let open: Requests = who.ask("open_requests", &[]).await.unwrap();
        assert!(open.incoming.is_empty() && open.outgoing.is_empty(), "{waits}");
        let asked = who.call("send_request", &[("to", "zuleika"), ("message", "")]).await;
        assert_eq!(asked.error(), AppError::NotFound);
        let found: Suggestions = who.ask("find_partners", &[]).await.unwrap();
        assert!(found.items.iter().all(|found| found.person.id != zuleika.id));
    }
    // Her name is nobody's and nobody can have it yet.
    let taken = register(&app.visitor(), "zuleika", "other@secret-mail.example", PASSWORD).await;
    assert_eq!(problems(&taken), [problem("username", Problem::Taken)]);
    let taken = register(&app.visitor(), "other", &zuleika.email, PASSWORD).await;
    assert_eq!(problems(&taken), [problem("email", Problem::Taken)]);
    let noted = app
        .number("SELECT COUNT(*) FROM audit WHERE kind = 'deletion_asked'")
        .await;
    assert_eq!(noted, 1);
}

async fn only_who_has_shown_who_they_are_and_types_their_name_can_ask(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    assert_eq!(ana.get("/settings/account/delete").await.status, 200);
    for typed in ["ben", "ana@secret-mail.example", "an", "anaa"] {
        assert_eq!(
            problems(&ask(&ana, typed).await),
            [problem("username", Problem::OtherName)],
            "{typed}"
        );
    }
    assert_eq!(
        problems(&ask(&ana, "  ").await),
        [problem("username", Problem::Required)]
    );
    app.advance(Duration::from_secs(15 * 60 + 1));
    let before = app.dump(&[]).await;
    assert_eq!(ask(&ana, "ana").await.error(), AppError::Refused(Refusal::ConfirmFirst));
    app.assert_unchanged(&before, &[]).await;
    let page = ana.get("/settings/account/delete").await;
    assert_eq!(page.location(), "/confirm?next=%2Fsettings%2Faccount%2Fdelete");
    assert!(is_signed_in(&ana).await);
}

async fn nobody_asks_for_anybody_else(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, eve) = (app.person("ana").create().await, app.person("eve").create().await);
    let before = app.dump(&[]).await;
    assert_eq!(
        app.visitor()
            .call("delete_account", &[("username", "ana")])
            .await
            .status,
        401
    );
    assert_eq!(app.visitor().call("keep_account", &[]).await.status, 401);
    assert_eq!(
        problems(&ask(&eve, "ana").await),
        [problem("username", Problem::OtherName)]
    );
    // Who is not going has nothing to take back, and nothing to see there.
    assert_eq!(eve.call("keep_account", &[]).await.status, 401);
    assert_eq!(eve.get(LEAVERS_PAGE).await.location(), "/settings/account");
    assert_eq!(
        app.visitor().get(LEAVERS_PAGE).await.location(),
        "/login?next=%2Fsettings%2Faccount%2Fdeletion"
    );
    let forged = eve
        .bare(Method::POST, "/api/delete_account")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("username=eve");
    assert_eq!(crate::harness::browser::send(forged).await.status, 403);
    app.assert_unchanged(&before, &[]).await;
    assert!(is_signed_in(&ana).await && is_signed_in(&eve).await);
}

async fn who_signs_in_again_is_asked_one_thing_and_can_do_nothing_else(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, _ben, _) = app.ana_and_ben().await;
    app.set_password(&ana, PASSWORD).await;
    app.execute("UPDATE users SET locale = 'es', theme = 'dark' WHERE username = 'ana'")
        .await;
    ask(&ana, "ana").await.result::<String>().unwrap();
    for login in ["ana", "ANA@secret-mail.example"] {
        let back = back(&app, login).await;
        for page in [
            "/",
            "/login",
            "/register",
            "/settings/account",
            "/settings/account/delete",
            "/settings/profile",
            "/partners",
            "/calls",
            "/notifications",
            "/requests",
        ] {
            assert_eq!(back.get(page).await.location(), LEAVERS_PAGE, "{page}");
        }
        let page = back.get(LEAVERS_PAGE).await;
        assert_eq!(page.status, 200);
        for words in [
            "Tu cuenta se eliminará",
            "18 de mayo",
            "Conservar mi cuenta",
            "Cerrar sesión",
        ] {
            assert!(page.body.contains(words), "{words}");
        }
        assert!(page.body.contains("data-theme=\"dark\""));
        for elsewhere in ["href=\"/login\"", "href=\"/register\"", "href=\"/settings/profile\""] {
            assert!(!page.body.contains(elsewhere), "{elsewhere}");
        }
        let before = app.dump(&[]).await;
        for (function, form) in [
            ("set_status", vec![("message", "Here I am"), ("span", "today")]),
            ("send_request", vec![("to", "ben"), ("message", "")]),
            ("start_call", vec![("to", "ben"), ("message", "")]),
            ("end_other_sessions", vec![]),
            ("delete_account", vec![("username", "ana")]),
            ("ask_for_data", vec![]),
        ] {
            assert_eq!(back.call(function, &form).await.status, 401, "{function}");
        }
        assert_eq!(back.fetch("own_account", &[]).await.status, 401);
        assert_eq!(back.fetch("own_profile", &[]).await.status, 401);
        let socket = Socket::open(&app, Some(&back.cookies()), Some(&app.origin())).await;
        assert_eq!(socket.err(), Some(401));
        app.assert_unchanged(&before, &[]).await;
    }
    // "Log out" is the other thing.
    let back = back(&app, "ana").await;
    back.tell::<String>("log_out", &[]).await.unwrap();
    assert_eq!(back.get("/").await.status, 200);
    assert_eq!(back.call("keep_account", &[]).await.status, 401);
}

async fn who_stays_is_there_as_before(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene {
        app,
        zuleika,
        ben,
        cora,
        ..
    } = &scene;
    let without = [
        "session",
        "audit",
        "job",
        "match_request",
        "notification",
        "event",
        "event_log",
    ];
    let without: Vec<&str> = without
        .into_iter()
        .chain([
            // Ran out meanwhile.
            "account_token",
            "push_subscription",
            "passkey_ceremony",
            "known_device",
            "sign_in_attempt",
            // Since when she is here again.
            "match_pair",
            "match_person",
        ])
        .collect();
    run_second_factor_off(&scene).await;
    let before = app.dump(&without).await;
    scene.ask().await;
    app.advance(GRACE - Duration::from_secs(60));
    app.clean_up().await;
    let back = back(app, "zuleika").await;
    let mut tab = app.ws(ben).await;
    assert_eq!(back.tell::<String>("keep_account", &[]).await.unwrap(), "/");
    // Again, from a tab that has not heard of it: she is a viewer as others are by now.
    assert_eq!(back.call("keep_account", &[]).await.status, 401);
    app.assert_unchanged(&before, &without).await;
    tab.wait("that partners are to be looked at again", |message| {
        matches!(message, ServerMessage::Matching(_)).then_some(())
    })
    .await;
    assert!(is_signed_in(&back).await);
    let partners: Vec<PartnerView> = ben.ask("partners", &[]).await.unwrap();
    assert_eq!(partners[0].person.display_name, "Zuleika Quint");
    assert!(partners[0].person.picture.is_some());
    assert_eq!(ben.get("/people/zuleika").await.status, 200);
    for table in ["match_person", "match_pair"] {
        assert_eq!(
            super::leaving::rows(app, table, "user_id", zuleika.id).await,
            1,
            "{table}"
        );
    }
    // What she had asked is withdrawn all the same.
    let open: Requests = cora.ask("open_requests", &[]).await.unwrap();
    assert!(open.incoming.is_empty());
    // Her time is over without her.
    app.advance(GRACE);
    app.clean_up().await;
    assert_eq!(
        app.number("SELECT COUNT(*) FROM users WHERE deleted_at IS NOT NULL")
            .await,
        0
    );
    let kinds = "SELECT kind FROM audit WHERE kind LIKE 'deletion%' ORDER BY id";
    assert_eq!(app.texts(kinds).await, ["deletion_asked", "deletion_taken_back"]);
    // And she may ask again, for two whole weeks from then.
    let again = Person {
        browser: back,
        ..zuleika.clone()
    };
    app.execute("UPDATE session SET confirmed_at = 9000000000000000").await;
    ask(&again, "zuleika").await.result::<String>().unwrap();
    app.advance(GRACE - Duration::from_secs(60));
    app.clean_up().await;
    assert_eq!(
        app.number("SELECT COUNT(*) FROM users WHERE deleted_at IS NOT NULL")
            .await,
        0
    );
    app.advance(Duration::from_secs(700));
    app.clean_up().await;
    assert_eq!(
        app.number("SELECT COUNT(*) FROM users WHERE deleted_at IS NOT NULL")
            .await,
        1
    );
}

/// A password alone is to sign her in.
async fn run_second_factor_off(scene: &Scene) {
    scene.app.execute("DELETE FROM second_factor").await;
}

async fn a_ring_and_a_call_end_with_who_goes(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let tabs = (app.ws(&ana).await, app.ws(&ben).await);
    let ring = ben.ring(&ana).await.id;
    ask(&ana, "ana").await.result::<String>().unwrap();
    app.sweep().await;
    assert_eq!(app.texts("SELECT status FROM call_invitation").await, ["cancelled"]);
    let late = ana.call("accept_call", &[("invitation", &ring.to_string())]).await;
    assert_eq!(late.status, 401);
    drop(tabs);

    let cora = app.person("cora").create().await;
    app.partners(&ben, &cora).await;
    let _tabs = (app.ws(&ben).await, app.ws(&cora).await);
    let ring = cora.ring(&ben).await.id;
    ben.tell::<serde_json::Value>("accept_call", &[("invitation", &ring.to_string())])
        .await
        .unwrap();
    ask(&cora, "cora").await.result::<String>().unwrap();
    app.sweep().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM call WHERE ended_at IS NULL").await, 0);
    assert_eq!(app.texts("SELECT end_reason FROM call").await, ["partnership_ended"]);
}

async fn of_two_who_go_the_one_who_stays_does_not_bring_back_the_other(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    for person in [&ana, &ben] {
        app.set_password(person, PASSWORD).await;
    }
    ask(&ana, "ana").await.result::<String>().unwrap();
    assert_eq!(ask(&ben, "ben").await.status, 200);
    let ana = back(&app, "ana").await;
    ana.tell::<String>("keep_account", &[]).await.unwrap();
    assert_eq!(ana.ask::<Vec<PartnerView>>("partners", &[]).await.unwrap(), []);
    assert_eq!(ana.get("/people/ben").await.status, 404);
    let ben = back(&app, "ben").await;
    ben.tell::<String>("keep_account", &[]).await.unwrap();
    for who in [&ana, &ben] {
        assert_eq!(who.ask::<Vec<PartnerView>>("partners", &[]).await.unwrap().len(), 1);
    }
}

async fn without_javascript_it_goes_the_same_way(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let page = ana.get("/settings/account/delete").await;
    assert!(page.body.contains("action=\"/api/delete_account\""), "{}", page.body);
    let wrong = ana
        .submit("/settings/account/delete", "delete_account", &[("username", "anna")])
        .await;
    let page = ana.follow(&wrong).await;
    assert!(page.body.contains("value=\"anna\"") && page.body.contains("This is not your username."));
    let done = ana
        .submit("/settings/account/delete", "delete_account", &[("username", "ana")])
        .await;
    assert_eq!((done.status, done.location()), (303, "/login?deletion=asked"));
    let login = app.visitor().get("/login?deletion=asked").await;
    assert!(login.body.contains("your account will be deleted in 14 days"));
    let back = app.visitor();
    let answer = back
        .submit("/login", "log_in", &[("login", "ana"), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, 303);
    assert_eq!(back.follow(&answer).await.location(), LEAVERS_PAGE);
    let kept = back.submit(LEAVERS_PAGE, "keep_account", &[]).await;
    assert_eq!((kept.status, kept.location()), (303, "/"));
    assert_eq!(back.get("/").await.status, 200);
    assert!(is_signed_in(&back).await);
}

/// Whichever comes first: a request is never open to somebody who is gone.
async fn a_request_at_the_same_moment_ends_with_who_goes(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ben = app.person("ben").create().await;
    for round in 0..8 {
        let name: &'static str = Box::leak(format!("ana{round}").into_boxed_str());
        let ana = app.person(name).create().await;
        let form = [("to", name), ("message", "Hello")];
        let (asked, gone) = futures::join!(ben.call("send_request", &form), ask(&ana, name));
        assert_eq!(gone.status, 200, "{}", gone.body);
        assert!([200, 404].contains(&asked.status), "{}", asked.body);
    }
    assert_eq!(
        app.number("SELECT COUNT(*) FROM match_request WHERE status = 'pending'")
            .await,
        0
    );
}

/// What they asked just before, from another tab, is seen too late.
async fn who_goes_asks_nobody_any_more(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let before = recognise(&app.state, &ana.token, None).await.unwrap().unwrap().viewer;
    ask(&ana, "ana").await.result::<String>().unwrap();
    let asked = send_request(&app.state, &before, "ben", "Hello").await;
    assert_eq!(asked, Err(AppError::NotFound));
    assert_eq!(app.number("SELECT COUNT(*) FROM match_request").await, 0);
    assert_eq!(ben.ask::<u32>("requests_waiting", &[]).await.unwrap(), 0);
}

async fn who_is_going_keeps_their_name_for_a_new_password(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("zanzibarquokka").called("Ana").create().await;
    app.execute("UPDATE users SET email = 'ana@secret-mail.example', email_key = 'ana@secret-mail.example'")
        .await;
    ask(&ana, "zanzibarquokka").await.result::<String>().unwrap();
    let asked = [("email", "ana@secret-mail.example")];
    app.visitor().call("forgot_password", &asked).await;
    app.server.jobs().run_due().await.unwrap();
    let mails = erased::mails(&app);
    let link = mails.iter().find_map(|mail| mail.text.split_once("token=")).unwrap().1;
    let token = link.split_whitespace().next().unwrap();
    let set = async |password| {
        let form = [("token", token), ("password", password)];
        app.visitor().call("reset_password", &form).await
    };
    let weak = set("zanzibarquokka").await;
    assert_eq!(weak.status, 422, "one's own name is a password: {}", weak.body);
    assert_eq!(set(PASSWORD).await.status, 200);
}
