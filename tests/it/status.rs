//! What people say of themselves: who sees it, who hears of it, when it goes, and what it keeps away.

use std::time::Duration;

use speakle::accounts::status::{Availability, MESSAGE_MAX, OwnStatus};
use speakle::accounts::wire::AccountNews;
use speakle::invitations::model::{Outcome, Started};
use speakle::invitations::wire::InvitationNews;
use speakle::kernel::error::{AppError, Problem};
use speakle::kernel::id::UserId;
use speakle::kernel::paging::Page;
use speakle::matching::model::{PartnerView, PersonView, Suggestions};
use speakle::notifications::model::{Notice, Notification, Settings};
use speakle::notifications::service::is_quiet;
use speakle::protocol::ServerMessage;
use speakle::realtime::model::{Presence, Status};
use speakle::realtime::wire::SocketNews;

use crate::harness::{Engine, Person, Socket, TestApp, eventually};
use crate::realtime::{heard_of, hears};
use crate::ringing::is_undisturbed;

both_engines!(
    partners_see_it_while_one_is_here_and_nobody_else_does,
    partners_and_ones_own_tabs_hear_of_it_at_once,
    who_is_invisible_says_nothing_to_anybody,
    a_message_goes_at_its_time_and_whoever_saw_it_is_told,
    a_message_goes_at_its_time_where_nobody_is_and_nothing_works,
    a_message_that_takes_the_place_of_another_has_its_own_end,
    a_call_to_somebody_busy_is_missed_without_a_sound,
    who_was_busy_is_called_as_ever,
    what_is_said_outlives_the_process,
    who_is_a_partner_no_more_sees_and_hears_no_more,
    hostile_words_are_words_or_refused,
    it_is_said_by_plain_forms_too,
);

async fn choose(who: &Person, availability: &str) -> OwnStatus {
    who.tell("set_availability", &[("availability", availability)])
        .await
        .unwrap()
}

async fn say(who: &Person, message: &str, span: &str) -> Result<OwnStatus, AppError> {
    who.tell("set_status", &[("message", message), ("span", span)]).await
}

fn status(is_busy: bool, message: &str) -> Status {
    Status {
        is_busy,
        message: (!message.is_empty()).then(|| message.to_owned()),
    }
}

/// How the first partner looks: on the list, on their page, on their profile.
async fn seen_by(partner: &Person, username: &str) -> (Presence, Status) {
    let list: Vec<PartnerView> = partner.ask("partners", &[]).await.unwrap();
    let listed = list.into_iter().find(|view| view.person.username == username).unwrap();
    let page: PartnerView = partner.ask("partner", &[("username", username)]).await.unwrap();
    assert_eq!((page.presence, &page.status), (listed.presence, &listed.status));
    let profile: PersonView = partner.ask("person", &[("username", username)]).await.unwrap();
    assert_eq!(profile.status, listed.status);
    assert_eq!(profile.online, listed.presence != Presence::Offline);
    (listed.presence, listed.status)
}

/// Waits until this socket hears that `user` says `wanted`.
async fn hears_status(socket: &mut Socket, user: UserId, wanted: &Status) -> Presence {
    let what = format!("{wanted:?}");
    let pick = |message: &ServerMessage| match message {
        ServerMessage::Realtime(SocketNews::Presence {
            user: of,
            presence,
            status,
        }) if *of == user && status == wanted => Some(*presence),
        _ => None,
    };
    socket.wait(&what, pick).await
}

/// Waits until a tab of one's own is told this.
async fn knows(socket: &mut Socket, availability: Availability, text: &str) {
    let what = format!("{availability:?} {text:?}");
    let pick = |message: &ServerMessage| match message {
        ServerMessage::Accounts(AccountNews::Status { status }) => {
            let said = status.message.as_ref().map_or("", |message| message.text.as_str());
            (status.availability == availability && said == text).then_some(())
        }
        _ => None,
    };
    socket.wait(&what, pick).await;
}

async fn partners_see_it_while_one_is_here_and_nobody_else_does(engine: Engine) {
    let app = TestApp::wishes(engine).grace(Duration::from_millis(100)).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let eve = app.person("eve").speaks("en").learns("es", "A1").create().await;
    say(&ana, "Exam week 📚", "week").await.unwrap();
    choose(&ana, "busy").await;
    // As long as she is not here there is nothing to see: else an invisible person would look otherwise.
    assert_eq!(seen_by(&ben, "ana").await, (Presence::Offline, Status::default()));
    let mut bens = app.ws(&ben).await;
    let anas = app.ws(&ana).await;
    let said = status(true, "Exam week 📚");
    assert_eq!(hears_status(&mut bens, ana.id, &said).await, Presence::Online);
    assert_eq!(seen_by(&ben, "ana").await, (Presence::Online, said));
    // Others read "Online", as ever, and not a word more.
    let found: Suggestions = eve.ask("find_partners", &[("filters[online]", "on")]).await.unwrap();
    assert!(
        found
            .items
            .iter()
            .any(|found| found.person.id == ana.id && found.online)
    );
    for who in [&eve.browser, &app.visitor(), &ana.browser] {
        let profile: PersonView = who.ask("person", &[("username", "ana")]).await.unwrap();
        assert_eq!(profile.status, Status::default());
        let page = who.get("/people/ana").await;
        let main = page
            .body
            .split("<main")
            .nth(1)
            .unwrap()
            .split("</main>")
            .next()
            .unwrap()
            .to_owned();
        assert!(!main.contains("Exam week") && !main.contains("Busy"), "{main}");
    }
    for path in ["/partners", "/partners/ana", "/people/ana", "/"] {
        let page = ben.get(path).await.body;
        assert!(page.contains("Exam week 📚") && page.contains("Busy"), "{path}");
    }
    anas.close().await;
    hears(&mut bens, ana.id, Presence::Offline).await;
    assert_eq!(seen_by(&ben, "ana").await, (Presence::Offline, Status::default()));
}

async fn partners_and_ones_own_tabs_hear_of_it_at_once(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let eve = app.person("eve").speaks("en").learns("es", "A1").create().await;
    let device = ana.another_device(&app).await;
    let (mut bens, mut eves) = (app.ws(&ben).await, app.ws(&eve).await);
    let (mut tab, mut elsewhere) = (app.ws(&ana).await, app.ws(&device).await);
    for own in [&mut tab, &mut elsewhere] {
        knows(own, Availability::Available, "").await;
    }
    hears(&mut bens, ana.id, Presence::Online).await;

    assert_eq!(choose(&ana, "busy").await.availability, Availability::Busy);
    assert_eq!(
        hears_status(&mut bens, ana.id, &status(true, "")).await,
        Presence::Online
    );
    let said = say(&ana, "Back at six", "hour").await.unwrap();
    assert_eq!(said.message.unwrap().text, "Back at six");
    hears_status(&mut bens, ana.id, &status(true, "Back at six")).await;
    choose(&device, "available").await;
    hears_status(&mut bens, ana.id, &status(false, "Back at six")).await;
    say(&device, "", "cleared").await.unwrap();
    hears_status(&mut bens, ana.id, &Status::default()).await;
    for own in [&mut tab, &mut elsewhere] {
        knows(own, Availability::Busy, "").await;
        knows(own, Availability::Busy, "Back at six").await;
        knows(own, Availability::Available, "Back at six").await;
        knows(own, Availability::Available, "").await;
    }
    // What holds already is news to nobody.
    choose(&ana, "available").await;
    bens.settled().await;
    assert_eq!(heard_of(&bens, ana.id), []);
    // A stranger hears neither, nor does a partner hear what is told to her own tabs.
    eves.settled().await;
    assert_eq!(heard_of(&eves, ana.id), []);
    for others in [&bens, &eves] {
        let of_accounts = others
            .heard()
            .filter(|message| matches!(message, ServerMessage::Accounts(AccountNews::Status { .. })));
        assert_eq!(of_accounts.count(), 1, "only how things stood with themselves");
    }
    // A tab that comes later knows it too.
    choose(&ana, "busy").await;
    say(&ana, "Back at seven", "today").await.unwrap();
    knows(&mut app.ws(&device).await, Availability::Busy, "Back at seven").await;
}

async fn who_is_invisible_says_nothing_to_anybody(engine: Engine) {
    let app = TestApp::wishes(engine).manual_clock().start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let mut bens = app.ws(&ben).await;
    let mut anas = app.ws(&ana).await;
    knows(&mut anas, Availability::Available, "").await;
    hears(&mut bens, ana.id, Presence::Online).await;
    say(&ana, "At the gym", "hour").await.unwrap();
    hears_status(&mut bens, ana.id, &status(false, "At the gym")).await;

    choose(&ana, "invisible").await;
    hears(&mut bens, ana.id, Presence::Offline).await;
    assert_eq!(seen_by(&ben, "ana").await, (Presence::Offline, Status::default()));
    // Nothing of what she says now is heard, nor that it ends.
    say(&ana, "Still at the gym", "hour").await.unwrap();
    let form = [("message", "Gym"), ("span", "hour"), ("availability", "invisible")];
    ana.tell::<OwnStatus>("set_status", &form).await.unwrap();
    knows(&mut anas, Availability::Invisible, "Gym").await;
    app.advance(Duration::from_secs(3600));
    knows(&mut anas, Availability::Invisible, "").await;
    bens.settled().await;
    assert_eq!(heard_of(&bens, ana.id), []);
    assert_eq!(seen_by(&ben, "ana").await, (Presence::Offline, Status::default()));
    assert!(
        !is_quiet(&mut app.read().await, ana.id, app.state.clock.now())
            .await
            .unwrap()
    );

    // Both ways of choosing are one: the old switch shows them as available, and the choice is not invisible any more.
    ana.tell::<bool>("set_invisible", &[("invisible", "false")])
        .await
        .unwrap();
    knows(&mut anas, Availability::Available, "").await;
    hears(&mut bens, ana.id, Presence::Online).await;
    choose(&ana, "busy").await;
    // Whoever is busy and not invisible is left as they are by it.
    ana.tell::<bool>("set_invisible", &[("invisible", "false")])
        .await
        .unwrap();
    ana.tell::<()>("save_privacy", &[("show_online", "on")]).await.unwrap();
    assert_eq!(seen_by(&ben, "ana").await, (Presence::Online, status(true, "")));
    ana.tell::<()>("save_privacy", &[("appear_offline", "on")])
        .await
        .unwrap();
    knows(&mut anas, Availability::Invisible, "").await;
    let columns = "SELECT COUNT(*) FROM users WHERE is_invisible AND NOT is_busy AND last_seen_at IS NOT NULL";
    assert_eq!(app.number(columns).await, 1);
}

async fn a_message_goes_at_its_time_and_whoever_saw_it_is_told(engine: Engine) {
    let app = TestApp::wishes(engine).manual_clock().start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let mut bens = app.ws(&ben).await;
    let mut anas = app.ws(&ana).await;
    knows(&mut anas, Availability::Available, "").await;
    hears(&mut bens, ana.id, Presence::Online).await;
    say(&ana, "Lunch", "hour").await.unwrap();
    knows(&mut anas, Availability::Available, "Lunch").await;
    hears_status(&mut bens, ana.id, &status(false, "Lunch")).await;
    app.advance(Duration::from_secs(3599));
    assert_eq!(seen_by(&ben, "ana").await.1, status(false, "Lunch"));
    app.advance(Duration::from_secs(1));
    // By the clock at once, and told soon after.
    assert_eq!(seen_by(&ben, "ana").await.1, Status::default());
    knows(&mut anas, Availability::Available, "").await;
    hears_status(&mut bens, ana.id, &Status::default()).await;
    eventually("the row to be empty", || async {
        let left = "SELECT COUNT(*) FROM users WHERE status <> '' OR status_until IS NOT NULL";
        (app.number(left).await == 0).then_some(())
    })
    .await;
}

async fn a_message_goes_at_its_time_where_nobody_is_and_nothing_works(engine: Engine) {
    // 11:00 in Madrid, where these people live: the day has thirteen hours left.
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let said = say(&ana, "Visiting my mother", "today").await.unwrap();
    let until = said.message.unwrap().until.unwrap();
    assert_eq!((until.day, until.hour, until.minute, until.days_ago), (4, 23, 59, 0));
    let _anas = app.ws(&ana).await;
    app.advance(Duration::from_secs(13 * 3600 - 1));
    assert_eq!(seen_by(&ben, "ana").await.1, status(false, "Visiting my mother"));
    assert!(ana.get("/settings/status").await.body.contains("Visiting my mother"));
    app.advance(Duration::from_secs(1));
    // No job has run: the clock alone decides.
    assert_eq!(seen_by(&ben, "ana").await.1, Status::default());
    assert!(!ana.get("/settings/status").await.body.contains("Visiting my mother"));
    assert_eq!(
        app.texts("SELECT status FROM users WHERE username = 'ana'").await,
        ["Visiting my mother"]
    );
    app.sweep().await;
    assert_eq!(app.texts("SELECT status FROM users WHERE username = 'ana'").await, [""]);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM job WHERE kind = 'accounts.status_ends'")
            .await,
        0
    );
}

async fn a_message_that_takes_the_place_of_another_has_its_own_end(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let _anas = app.ws(&ana).await;
    let said = async || {
        app.sweep().await;
        seen_by(&ben, "ana").await.1.message.unwrap_or_default()
    };
    say(&ana, "One", "hour").await.unwrap();
    app.advance(Duration::from_secs(1800));
    // Written anew, its end is as it was chosen before.
    say(&ana, "One and a half", "kept").await.unwrap();
    app.advance(Duration::from_secs(1799));
    assert_eq!(said().await, "One and a half");
    app.advance(Duration::from_secs(1));
    assert_eq!(said().await, "");

    say(&ana, "Two", "hour").await.unwrap();
    app.advance(Duration::from_secs(1800));
    say(&ana, "Three", "hour").await.unwrap();
    app.advance(Duration::from_secs(1800));
    assert_eq!(said().await, "Three", "the end of the one before is not its end");
    say(&ana, "Four", "cleared").await.unwrap();
    app.advance(Duration::from_secs(20 * 24 * 3600));
    assert_eq!(said().await, "Four");
    assert_eq!(
        app.number("SELECT COUNT(*) FROM job WHERE kind = 'accounts.status_ends'")
            .await,
        0
    );
    say(&ana, "", "hour").await.unwrap();
    assert_eq!(said().await, "");
    assert_eq!(
        app.number("SELECT COUNT(*) FROM users WHERE status_until IS NOT NULL")
            .await,
        0
    );
}

async fn outcome(socket: &mut Socket) -> Outcome {
    let pick = |message: &ServerMessage| match message {
        ServerMessage::Invitations(InvitationNews::Settled { outcome, .. }) => Some(*outcome),
        _ => None,
    };
    socket.wait("an outcome", pick).await
}

async fn a_call_to_somebody_busy_is_missed_without_a_sound(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    choose(&ben, "busy").await;
    let (mut anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    assert_eq!(seen_by(&ana, "ben").await.1, status(true, ""), "before calling");
    let outgoing = ana.ring(&ben).await;
    assert!(outgoing.is_busy, "the caller is told what comes of it");
    assert!(is_undisturbed(&mut bens).await);
    assert!(is_undisturbed(&mut app.ws(&ben).await).await);
    // A tab of the caller's that opens meanwhile says the same.
    let pick = |message: &ServerMessage| match message {
        ServerMessage::Invitations(InvitationNews::Snapshot { outgoing, .. }) => Some(outgoing.clone()),
        _ => None,
    };
    let shown = app.ws(&ana).await.wait("the snapshot", pick).await;
    assert_eq!(shown.iter().map(|call| call.is_busy).collect::<Vec<_>>(), [true]);
    // Nothing that comes meanwhile sounds in a tab, at whatever hour.
    assert!(ben.ask::<Settings>("notification_settings", &[]).await.unwrap().is_busy);
    assert!(!ana.ask::<Settings>("notification_settings", &[]).await.unwrap().is_busy);

    app.advance(Duration::from_secs(45));
    app.sweep().await;
    assert_eq!(outcome(&mut anas).await, Outcome::Missed);
    let page: Page<Notification> = ben.ask("notifications", &[]).await.unwrap();
    let lines: Vec<_> = page.items.into_iter().map(|line| (line.notice, line.is_read)).collect();
    let message = "Tea?".to_owned();
    assert_eq!(lines, [(Notice::CallMissed { message }, false)]);
}

async fn who_was_busy_is_called_as_ever(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    choose(&ben, "busy").await;
    let (_anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let theirs = ana.ring(&ben).await;
    // Who is busy may call back, which answers.
    let answered = Some(theirs.id);
    let room = pair.room;
    assert_eq!(ben.start_call(&ana).await, Started::Connected { room, answered });
    let carl = app.person("carl").create().await;
    app.partners(&ben, &carl).await;
    let _carls = app.ws(&carl).await;
    choose(&ben, "available").await;
    let outgoing = carl.ring(&ben).await;
    assert!(!outgoing.is_busy);
    let pick = |message: &ServerMessage| match message {
        ServerMessage::Invitations(InvitationNews::Ringing { invitation }) => Some(invitation.id),
        _ => None,
    };
    assert_eq!(bens.wait("ringing", pick).await, outgoing.id);
}

async fn what_is_said_outlives_the_process(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    choose(&ana, "busy").await;
    say(&ana, "Exam week", "week").await.unwrap();
    let other = app.another_process(true).await;
    let (ana, ben) = (ana.at(&other), ben.at(&other));
    let mut anas = other.ws(&ana).await;
    knows(&mut anas, Availability::Busy, "Exam week").await;
    assert_eq!(
        seen_by(&ben, "ana").await,
        (Presence::Online, status(true, "Exam week"))
    );
    // And its end is kept by whoever comes after.
    other.advance(Duration::from_secs(7 * 24 * 3600));
    knows(&mut anas, Availability::Busy, "").await;
}

async fn who_is_a_partner_no_more_sees_and_hears_no_more(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let carl = app.person("carl").create().await;
    app.partners(&ana, &carl).await;
    let (_anas, mut bens, mut carls) = (app.ws(&ana).await, app.ws(&ben).await, app.ws(&carl).await);
    say(&ana, "At home", "today").await.unwrap();
    for partner in [&mut bens, &mut carls] {
        hears_status(partner, ana.id, &status(false, "At home")).await;
    }
    ana.tell::<()>("end_partnership", &[("username", "ben")]).await.unwrap();
    bens.settled().await;
    let before = heard_of(&bens, ana.id).len();
    say(&ana, "Away from home", "today").await.unwrap();
    choose(&ana, "busy").await;
    // Whoever is one still hears all of it.
    hears_status(&mut carls, ana.id, &status(true, "Away from home")).await;
    bens.settled().await;
    assert_eq!(heard_of(&bens, ana.id).len(), before);
    let profile: PersonView = ben.ask("person", &[("username", "ana")]).await.unwrap();
    assert_eq!((profile.online, profile.status), (true, Status::default()));
    assert_eq!(ben.ask::<Vec<PartnerView>>("partners", &[]).await.unwrap(), []);
}

async fn hostile_words_are_words_or_refused(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let _anas = app.ws(&ana).await;
    let said = async || seen_by(&ben, "ana").await.1.message.unwrap_or_default();
    for (typed, kept) in [
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("'; DROP TABLE users; --", "'; DROP TABLE users; --"),
        ("two\r\nlines\u{2028}or three", "two lines or three"),
        ("a\u{0}\u{7}b\u{202e}c\u{2066}d\u{200b}e\u{feff}", "abcde"),
        ("مشغول الآن 👩‍👩‍👧", "مشغول الآن 👩‍👩‍👧"),
    ] {
        say(&ana, typed, "today").await.unwrap();
        assert_eq!(said().await, kept);
    }
    say(&ana, "<script>alert('here')</script>", "today").await.unwrap();
    for (who, path) in [
        (&ben, "/partners"),
        (&ben, "/partners/ana"),
        (&ben, "/people/ana"),
        (&ben, "/"),
        (&ana, "/settings/status"),
    ] {
        let page = who.get(path).await.body;
        assert!(!page.contains("<script>alert"), "{path}");
        assert!(page.contains("&lt;script&gt;alert"), "{path}");
    }
    let before = app.dump(&[]).await;
    let longest = "x".repeat(MESSAGE_MAX);
    for length in [MESSAGE_MAX + 1, 10_000] {
        let refused = say(&ana, &"x".repeat(length), "today").await;
        assert_eq!(
            refused,
            Err(AppError::field("message", Problem::TooLong { max: MESSAGE_MAX }))
        );
    }
    assert_eq!(
        say(&ana, "x", "for ever").await,
        Err(AppError::field("span", Problem::Unknown))
    );
    let form = [("message", "x"), ("span", "today"), ("availability", "asleep")];
    let unknown = ana.tell::<OwnStatus>("set_status", &form).await;
    assert_eq!(unknown, Err(AppError::field("availability", Problem::Unknown)));
    let unknown = ana.tell::<OwnStatus>("set_availability", &[("availability", "")]).await;
    assert_eq!(unknown, Err(AppError::field("availability", Problem::Unknown)));
    for (function, form) in [
        ("set_availability", &[("availability", "busy")][..]),
        ("set_status", &[("message", "x"), ("span", "today")]),
    ] {
        assert_eq!(app.visitor().call(function, form).await.status, 401);
    }
    app.assert_unchanged(&before, &[]).await;
    say(&ana, &longest, "today").await.unwrap();
    assert_eq!(said().await, longest);
}

async fn it_is_said_by_plain_forms_too(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let page = "/settings/status";
    let is_chosen = async |choice: &str| {
        let html = ana.get(page).await.body;
        let main = html.split("<main").nth(1).unwrap().to_owned();
        let mark = format!(r#"value="{choice}""#);
        let tag = main
            .split('<')
            .find(|tag| tag.starts_with("input") && tag.contains(&mark))
            .unwrap();
        tag.split('>').next().unwrap().contains(" checked")
    };
    assert!(is_chosen("available").await);
    let form = [("availability", "busy"), ("message", "Exam week"), ("span", "week")];
    let answer = ana.submit(page, "set_status", &form).await;
    assert_eq!((answer.status, answer.location()), (303, page));
    let html = ana.follow(&answer).await.body;
    assert!(html.contains("Saved") && html.contains(r#"value="Exam week""#));
    assert!(
        html.contains("You are shown as busy") && html.contains("Change status"),
        "the menu knows"
    );
    assert!(is_chosen("busy").await && !is_chosen("available").await);
    // What cannot be used comes back with what was typed, and nothing is changed.
    let long = "y".repeat(MESSAGE_MAX + 1);
    let form = [
        ("availability", "invisible"),
        ("message", long.as_str()),
        ("span", "hour"),
    ];
    let answer = ana.submit(page, "set_status", &form).await;
    assert_eq!((answer.status, answer.location()), (303, page));
    let html = ana.follow(&answer).await.body;
    assert!(html.contains(&long) && html.contains("Use at most 80 characters."));
    assert!(is_chosen("busy").await);
    // From the menu on any page, and back to it.
    let answer = ana
        .submit("/calls", "set_availability", &[("availability", "invisible")])
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/calls"));
    let html = ana.follow(&answer).await.body;
    assert!(html.contains("You appear offline to others") && html.contains("Appear online"));
    assert!(is_chosen("invisible").await);
    let answer = ana
        .submit(page, "set_status", &[("message", ""), ("span", "cleared")])
        .await;
    assert!(!ana.follow(&answer).await.body.contains("Exam week"));
    assert!(is_chosen("invisible").await, "clearing the one leaves the other");
}
