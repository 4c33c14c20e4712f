//! Who is here: away, invisible, at another process, at one that was killed.

use std::sync::Arc;
use std::time::Duration;

use speakle::accounts::last_seen::LastSeen;
use speakle::invitations::model::Started;
use speakle::invitations::wire::InvitationNews;
use speakle::kernel::error::AppError;
use speakle::kernel::time::Micros;
use speakle::matching::model::{PartnerView, PersonView, Suggestions};
use speakle::protocol::ClientMessage;
use speakle::realtime::model::Presence;
use speakle::realtime::presence::shared::{BEAT, GONE, STEP, SharedPresence};
use speakle::realtime::presence::{PresenceBook, PresenceListener};
use speakle::realtime::wire::SocketCommand;

use crate::harness::{Engine, PATIENCE, Person, Socket, TestApp, eventually};
use crate::realtime::{heard_of, hears};

both_engines!(
    away_is_who_sits_at_none_of_their_tabs,
    who_is_invisible_left_when_they_chose_to,
    partners_can_call_somebody_who_is_invisible,
    online_is_shown_to_others_only_if_one_wants,
    what_is_shown_is_chosen_by_plain_forms_too,
    other_processes_know_who_is_here,
    the_people_of_a_process_that_is_killed_are_gone_within_half_a_minute,
    after_a_restart_nobody_is_here_who_is_not_connected,
    a_process_that_was_given_up_is_heard_again,
    who_asks_instead_of_listening_is_here,
    who_asks_no_more_is_gone,
    a_call_to_somebody_who_asks_rings_and_reaches_them,
    only_members_are_here_by_asking,
);

async fn partner(of: &Person) -> PartnerView {
    of.ask::<Vec<PartnerView>>("partners", &[]).await.unwrap().remove(0)
}

/// How a stranger finds `username`: with "Online now" or without, and on the profile.
async fn seen_by_others(stranger: &Person, username: &str) -> (bool, bool, bool) {
    let found = async |filters: &[(&'static str, &str)]| {
        let found: Suggestions = stranger.ask("find_partners", filters).await.unwrap();
        found.items.into_iter().find(|found| found.person.username == username)
    };
    let listed = found(&[("filters[online]", "on")]).await.is_some();
    let marked = found(&[]).await.unwrap().online;
    let profile: PersonView = stranger.ask("person", &[("username", username)]).await.unwrap();
    (listed, marked, profile.online)
}

async fn say(socket: &mut Socket, command: SocketCommand) {
    socket.send(&ClientMessage::Realtime(command)).await;
}

async fn away_is_who_sits_at_none_of_their_tabs(engine: Engine) {
    let app = TestApp::wishes(engine).grace(PATIENCE * 10).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let eve = app.person("eve").speaks("en").learns("es", "A1").create().await;
    let mut bens = app.ws(&ben).await;
    let (mut one, mut other) = (app.ws(&ana).await, app.ws(&ana).await);
    hears(&mut bens, ana.id, Presence::Online).await;
    say(&mut one, SocketCommand::Idle).await;
    one.settled().await;
    assert_eq!(
        partner(&ben).await.presence,
        Presence::Online,
        "somebody sits at the other tab"
    );
    say(&mut other, SocketCommand::Idle).await;
    hears(&mut bens, ana.id, Presence::Away).await;
    let view = partner(&ben).await;
    assert_eq!((view.presence, view.last_seen), (Presence::Away, None));
    assert_eq!(
        seen_by_others(&eve, "ana").await,
        (true, true, true),
        "away is for partners only"
    );
    // Both tabs come back as they were: nobody hears of it.
    other.close().await;
    one.close().await;
    eventually("both tabs to be gone", || async {
        (app.state.hub.tabs_of(ana.id) == 0).then_some(())
    })
    .await;
    let (own, cookies) = (app.origin(), ana.cookies());
    let mut back = Socket::open_at(&app, "/ws?idle", Some(&cookies), Some(&own))
        .await
        .unwrap();
    back.settled().await;
    assert_eq!(partner(&ben).await.presence, Presence::Away);
    say(&mut back, SocketCommand::Active).await;
    hears(&mut bens, ana.id, Presence::Online).await;
    assert_eq!(
        heard_of(&bens, ana.id),
        [],
        "news come in order: there were none before"
    );
    // A tab that says nothing of itself is touched.
    say(&mut back, SocketCommand::Idle).await;
    hears(&mut bens, ana.id, Presence::Away).await;
    let _new = app.ws(&ana).await;
    hears(&mut bens, ana.id, Presence::Online).await;
}

async fn who_is_invisible_left_when_they_chose_to(engine: Engine) {
    let app = TestApp::wishes(engine)
        .manual_clock()
        .grace(Duration::from_millis(200))
        .start()
        .await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let eve = app.person("eve").speaks("en").learns("es", "A1").create().await;
    let mut bens = app.ws(&ben).await;
    let mut anas = app.ws(&ana).await;
    hears(&mut bens, ana.id, Presence::Online).await;
    assert_eq!(seen_by_others(&eve, "ana").await, (true, true, true));
    app.advance(Duration::from_secs(300));
    let chosen = app.state.clock.now();
    assert_eq!(
        ana.tell::<bool>("set_invisible", &[("invisible", "true")]).await,
        Ok(true)
    );
    hears(&mut bens, ana.id, Presence::Offline).await;
    let is_frozen = async || {
        let view = partner(&ben).await;
        assert_eq!(view.presence, Presence::Offline);
        assert_eq!(view.last_seen.map(|time| time.at), Some(chosen));
        assert_eq!(seen_by_others(&eve, "ana").await, (false, false, false));
        let profile: PersonView = ben.ask("person", &[("username", "ana")]).await.unwrap();
        assert!(!profile.online);
    };
    is_frozen().await;
    // Whatever they do now, others neither see nor hear it, nor whoever listens to the socket.
    app.advance(Duration::from_secs(300));
    LastSeen(app.state.clone()).refresh().await.unwrap();
    say(&mut anas, SocketCommand::Idle).await;
    anas.settled().await;
    // To save what holds already tells nobody that somebody sits there.
    assert_eq!(
        ana.tell::<bool>("set_invisible", &[("invisible", "true")]).await,
        Ok(true)
    );
    for show_online in [
        &[("appear_offline", "on")][..],
        &[("appear_offline", "on"), ("show_online", "on")],
    ] {
        ana.tell::<()>("save_privacy", show_online).await.unwrap();
    }
    anas.close().await;
    eventually("ana to be gone", || async {
        (app.state.presence.of(ana.id) == Presence::Offline).then_some(())
    })
    .await;
    let anas = app.ws(&ana).await;
    is_frozen().await;
    bens.settled().await;
    assert_eq!(heard_of(&bens, ana.id), []);
    // And back, as if nothing had been.
    assert_eq!(
        ana.tell::<bool>("set_invisible", &[("invisible", "false")]).await,
        Ok(false)
    );
    hears(&mut bens, ana.id, Presence::Online).await;
    assert_eq!(
        heard_of(&bens, ana.id),
        [],
        "news come in order: there were none before"
    );
    assert_eq!(partner(&ben).await.presence, Presence::Online);
    assert_eq!(seen_by_others(&eve, "ana").await, (true, true, true));
    app.advance(Duration::from_secs(60));
    anas.close().await;
    hears(&mut bens, ana.id, Presence::Offline).await;
    assert_eq!(
        partner(&ben).await.last_seen.map(|time| time.at),
        Some(app.state.clock.now())
    );
}

async fn partners_can_call_somebody_who_is_invisible(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let _anas = app.ws(&ana).await;
    ana.tell::<bool>("set_invisible", &[("invisible", "true")])
        .await
        .unwrap();
    ben.ring(&ana).await;
}

async fn online_is_shown_to_others_only_if_one_wants(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let eve = app.person("eve").speaks("en").learns("es", "A1").create().await;
    let _anas = app.ws(&ana).await;
    let save = async |form: &[(&'static str, &str)]| ana.tell::<()>("save_privacy", form).await.unwrap();
    assert_eq!(seen_by_others(&eve, "ana").await, (true, true, true));
    save(&[]).await;
    assert_eq!(seen_by_others(&eve, "ana").await, (false, false, false));
    assert_eq!(partner(&ben).await.presence, Presence::Online);
    let profile: PersonView = ben.ask("person", &[("username", "ana")]).await.unwrap();
    assert!(
        profile.online,
        "what a partner reads elsewhere is no secret on the profile"
    );
    save(&[("show_online", "on"), ("appear_offline", "on")]).await;
    assert_eq!(seen_by_others(&eve, "ana").await, (false, false, false));
    assert_eq!(partner(&ben).await.presence, Presence::Offline);
    // Switching one leaves the other.
    save(&[]).await;
    ana.tell::<bool>("set_invisible", &[("invisible", "true")])
        .await
        .unwrap();
    ana.tell::<bool>("set_invisible", &[("invisible", "false")])
        .await
        .unwrap();
    assert_eq!(seen_by_others(&eve, "ana").await, (false, false, false));
    save(&[("show_online", "on")]).await;
    assert_eq!(seen_by_others(&eve, "ana").await, (true, true, true));
}

async fn what_is_shown_is_chosen_by_plain_forms_too(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let ticked = async || {
        let html = ana.get("/settings/privacy").await.body;
        let is_ticked = |name: &str| {
            let mark = format!(r#" name="{name}""#);
            let tag = html.split('<').find(|tag| tag.contains(&mark)).unwrap();
            tag.split('>').next().unwrap().contains(" checked")
        };
        (is_ticked("show_online"), is_ticked("appear_offline"))
    };
    let menu = async || ana.get("/").await.body.contains("Appear online");
    assert_eq!((ticked().await, menu().await), ((true, false), false));
    let answer = ana
        .submit("/settings/privacy", "save_privacy", &[("appear_offline", "on")])
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/privacy"));
    assert!(ana.follow(&answer).await.body.contains("Saved"));
    assert_eq!((ticked().await, menu().await), ((false, true), true));
    let answer = ana
        .submit("/partners", "set_invisible", &[("invisible", "false")])
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/partners"));
    assert_eq!((ticked().await, menu().await), ((false, false), false));
}

async fn other_processes_know_who_is_here(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let other = app.another_process(true).await;
    let ben = ben.at(&other);
    let mut bens = other.ws(&ben).await;
    let share = async || {
        app.server.share_presence().await.unwrap();
        other.server.share_presence().await.unwrap();
    };
    let (mut one, two) = (app.ws(&ana).await, app.ws(&ana).await);
    share().await;
    hears(&mut bens, ana.id, Presence::Online).await;
    assert_eq!(partner(&ben).await.presence, Presence::Online);
    two.close().await;
    say(&mut one, SocketCommand::Idle).await;
    one.settled().await;
    eventually("the other tab to be gone", || async {
        (app.state.presence.of(ana.id) == Presence::Away).then_some(())
    })
    .await;
    share().await;
    hears(&mut bens, ana.id, Presence::Away).await;
    let rows = "SELECT COALESCE(MAX(connections), 0) FROM presence WHERE state = 'away'";
    assert_eq!(app.number(rows).await, 1);
    // At both: the nearer counts.
    let mut there = other.ws(&ana.at(&other)).await;
    hears(&mut bens, ana.id, Presence::Online).await;
    say(&mut there, SocketCommand::Idle).await;
    hears(&mut bens, ana.id, Presence::Away).await;
    there.close().await;
    // A process at which nobody is has nothing to tell; one that tells nothing new is not read again.
    app.state.presence.set_in_call(ana.id, true);
    share().await;
    hears(&mut bens, ana.id, Presence::InCall).await;
    share().await;
    bens.settled().await;
    assert_eq!(heard_of(&bens, ana.id), []);
}

/// A process without sockets of people: its book and what it shares.
struct Process {
    book: PresenceBook,
    shared: SharedPresence,
    listeners: Vec<Arc<dyn PresenceListener>>,
}

impl Process {
    fn at(app: &TestApp, place: &str) -> Self {
        let (db, clock) = (app.state.db.clone(), app.state.clock.clone());
        let book = PresenceBook::new(Duration::ZERO);
        Self {
            shared: SharedPresence::new(db, clock, book.clone(), place.to_owned()),
            book,
            listeners: vec![Arc::new(LastSeen(app.state.clone()))],
        }
    }

    async fn step(&self) {
        self.shared.step(&self.listeners).await.unwrap();
    }
}

async fn last_seen(app: &TestApp) -> Micros {
    Micros(
        app.number("SELECT COALESCE(last_seen_at, 0) FROM users WHERE username = 'ana'")
            .await,
    )
}

async fn the_people_of_a_process_that_is_killed_are_gone_within_half_a_minute(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let _anas = app.ws(&ana).await;
    let (one, other) = (Process::at(&app, "one"), Process::at(&app, "other"));
    app.server.share_presence().await.unwrap();
    app.advance(BEAT);
    app.server.share_presence().await.unwrap();
    let killed = app.state.clock.now();
    // From here on the process with her socket says nothing.
    let mut waited = Duration::ZERO;
    while waited <= GONE {
        one.step().await;
        assert_eq!(one.book.of(ana.id), Presence::Online, "after {waited:?}");
        app.advance(STEP);
        waited += STEP;
    }
    assert!(waited < Duration::from_secs(30));
    one.step().await;
    other.step().await;
    assert_eq!(one.book.of(ana.id), Presence::Offline);
    assert_eq!(other.book.of(ana.id), Presence::Offline);
    assert_eq!(last_seen(&app).await, killed);
    let left = "SELECT (SELECT COUNT(*) FROM process) + (SELECT COUNT(*) FROM presence)";
    assert_eq!(app.number(left).await, 0);
}

async fn after_a_restart_nobody_is_here_who_is_not_connected(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let _anas = app.ws(&ana).await;
    app.server.share_presence().await.unwrap();
    let killed = app.state.clock.now();
    app.advance(Duration::from_secs(1));
    // Where the one before listened, and elsewhere.
    let place = speakle::realtime::presence::shared::place(app.state.config.site_addr);
    let (restarted, elsewhere) = (Process::at(&app, &place), Process::at(&app, "elsewhere"));
    elsewhere.step().await;
    assert_eq!(elsewhere.book.of(ana.id), Presence::Online, "it cannot know yet");
    assert!(restarted.book.online().is_empty());
    restarted.step().await;
    assert!(restarted.book.online().is_empty());
    assert_eq!(last_seen(&app).await, killed);
    elsewhere.step().await;
    assert!(elsewhere.book.online().is_empty());
}

async fn a_process_that_was_given_up_is_heard_again(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let _anas = app.ws(&ana).await;
    let other = Process::at(&app, "other");
    app.server.share_presence().await.unwrap();
    other.step().await;
    app.advance(GONE + STEP);
    other.step().await;
    assert!(other.book.online().is_empty());
    app.server.share_presence().await.unwrap();
    other.step().await;
    assert_eq!(other.book.of(ana.id), Presence::Online);
}

/// The tab `tab` asks.
async fn asks(person: &Person, tab: &str, idle: bool) {
    let idle = if idle { "true" } else { "false" };
    person
        .tell::<()>("still_here", &[("tab", tab), ("idle", idle)])
        .await
        .unwrap();
}

const TAB: &str = "6f1c2b9e-0d4a-4c58-9b3f-2a7d5e8c1f00";
const OTHER_TAB: &str = "b7a3d1c4-5e6f-4a12-8c9d-0e1f2a3b4c5d";

async fn who_asks_instead_of_listening_is_here(engine: Engine) {
    let app = TestApp::wishes(engine).grace(PATIENCE * 10).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let eve = app.person("eve").speaks("en").learns("es", "A1").create().await;
    let mut bens = app.ws(&ben).await;
    assert_eq!(partner(&ben).await.presence, Presence::Offline);
    // Who is invisible is so by asking too.
    ana.tell::<bool>("set_invisible", &[("invisible", "true")])
        .await
        .unwrap();
    asks(&ana, TAB, false).await;
    assert_eq!(app.state.presence.of(ana.id), Presence::Online);
    assert_eq!(partner(&ben).await.presence, Presence::Offline);
    assert_eq!(seen_by_others(&eve, "ana").await, (false, false, false));
    ana.tell::<bool>("set_invisible", &[("invisible", "false")])
        .await
        .unwrap();
    hears(&mut bens, ana.id, Presence::Online).await;
    asks(&ana, TAB, true).await;
    hears(&mut bens, ana.id, Presence::Away).await;
    assert_eq!(heard_of(&bens, ana.id), [], "nothing of her while she was invisible");
    asks(&ana, OTHER_TAB, false).await;
    hears(&mut bens, ana.id, Presence::Online).await;
    assert_eq!(seen_by_others(&eve, "ana").await, (true, true, true));
}

async fn who_asks_no_more_is_gone(engine: Engine) {
    let app = TestApp::wishes(engine).grace(Duration::from_millis(50)).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let mut bens = app.ws(&ben).await;
    asks(&ana, TAB, false).await;
    hears(&mut bens, ana.id, Presence::Online).await;
    hears(&mut bens, ana.id, Presence::Offline).await;
    assert_eq!(app.state.presence.of(ana.id), Presence::Offline);
    eventually("when she was last seen", || async {
        let view = partner(&ben).await;
        assert_eq!(view.presence, Presence::Offline);
        view.last_seen
    })
    .await;
}

async fn a_call_to_somebody_who_asks_rings_and_reaches_them(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let _anas = app.ws(&ana).await;
    let rings = async |person: &Person| {
        let InvitationNews::Snapshot { incoming, .. } = person.ask("ringing", &[]).await.unwrap() else {
            panic!("no snapshot")
        };
        incoming
    };
    let rings_out = async || {
        app.advance(Duration::from_secs(u64::from(app.state.config.ring_seconds) + 1));
        app.sweep().await;
    };
    assert!(matches!(ana.start_call(&ben).await, Started::Offline { .. }));
    app.advance(Duration::from_secs(1));
    asks(&ben, TAB, false).await;
    let id = ana.ring(&ben).await.id;
    let heard = rings(&ben).await;
    assert_eq!(heard.len(), 1);
    assert_eq!((heard[0].id, heard[0].message.as_str()), (id, "Tea?"));
    let id = id.to_string();
    // Nobody else says that it was shown, the caller least of all.
    ana.tell::<()>("call_reached", &[("invitation", &id)]).await.unwrap();
    let reached = "SELECT COUNT(*) FROM call_invitation WHERE reached_at IS NOT NULL";
    assert_eq!(app.number(reached).await, 0);
    ben.tell::<()>("call_reached", &[("invitation", &id)]).await.unwrap();
    assert_eq!(app.number(reached).await, 1);
    rings_out().await;
    assert_eq!(rings(&ben).await, []);
    // It rang where nothing showed it: to the caller that is another end.
    ana.ring(&ben).await;
    rings_out().await;
    assert_eq!(
        app.texts("SELECT status FROM call_invitation ORDER BY id").await,
        ["expired", "missed", "expired"]
    );
}

async fn only_members_are_here_by_asking(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let ask = [("tab", TAB), ("idle", "false")];
    let visitor = app.visitor();
    let answer = visitor.call("still_here", &ask).await;
    assert_eq!((answer.status, answer.error()), (401, AppError::SignedOut));
    assert_eq!(app.state.presence.online(), []);
    let malformed = ana.call("still_here", &[("tab", "mine"), ("idle", "false")]).await;
    assert_eq!(malformed.status, 400);
    assert_eq!(app.state.presence.online(), []);
    asks(&ana, TAB, false).await;
    assert_eq!(app.state.presence.here(), [(ana.id, 1, Presence::Online)]);
    // Whoever signs out is here no more; the book keeps them for a moment, as after every departure.
    ana.tell::<String>("log_out", &[]).await.unwrap();
    assert_eq!(app.state.presence.here(), [(ana.id, 0, Presence::Online)]);
}
