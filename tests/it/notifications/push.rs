//! Web Push: what is sent while no page is open, and that each of it arrives.

use std::time::Duration;

use speakle::invitations::model::{InvitationId, Started};
use speakle::notifications::push::model::{PushMessage, PushState};
use speakle::server::jobs::LEASE;

use super::{badge, lines, request};
use crate::harness::push_service::Pushed;
use crate::harness::{Engine, Person, PushBrowser, PushService, TestApp, eventually};

both_engines!(
    a_ring_is_pushed_and_whatever_ends_it_takes_its_place,
    a_ring_that_was_not_sent_in_time_is_not_sent,
    who_has_no_page_open_is_rung_all_the_same,
    who_reads_the_line_by_hand_still_falls_silent_when_it_is_answered,
    requests_are_pushed_to_whom_they_concern_in_their_language,
    nothing_is_pushed_that_nobody_wants,
    a_call_during_another_does_not_disturb_it,
    what_was_put_off_says_what_is_true_when_it_comes,
    a_service_that_is_away_gets_it_later_and_once,
    one_browser_that_fails_repeats_nothing_for_another,
    twenty_browsers_that_never_answer_hold_up_nobody_else,
    a_push_outlives_the_process_that_was_to_send_it,
    nobody_is_led_to_our_own_network,
);

/// Two partners with a tab each, and a browser of Ben's that is closed.
struct Scene {
    app: TestApp,
    service: PushService,
    ana: Person,
    ben: Person,
    phone: PushBrowser,
    _tabs: [crate::harness::Socket; 2],
}

impl Scene {
    async fn new(engine: Engine) -> Self {
        let service = PushService::start().await;
        let app = TestApp::wishes(engine).manual_clock().without_background();
        let app = app.may_reach(service.addr).start().await;
        let (ana, ben, _) = app.ana_and_ben().await;
        let phone = service.browser();
        subscribe(&ben, &phone).await;
        let tabs = [app.ws(&ana).await, app.ws(&ben).await];
        Self {
            app,
            service,
            ana,
            ben,
            phone,
            _tabs: tabs,
        }
    }

    /// What the phone gets of what is due.
    async fn pushed(&self) -> Vec<Pushed> {
        self.app.server.jobs().run_due().await.unwrap();
        self.service.arrived(&self.phone, self.app.state.clock.now())
    }

    /// The only push that is due.
    async fn one(&self) -> Pushed {
        let mut pushed = self.pushed().await;
        assert_eq!(pushed.len(), 1, "{pushed:?}");
        pushed.remove(0)
    }

    async fn waiting(&self) -> i64 {
        self.app
            .number("SELECT COUNT(*) FROM job WHERE kind LIKE 'notifications.push%'")
            .await
    }
}

pub(super) async fn subscribe(who: &Person, browser: &PushBrowser) {
    let form = [
        ("endpoint", browser.endpoint.as_str()),
        ("p256dh", browser.p256dh.as_str()),
        ("auth", browser.auth.as_str()),
    ];
    who.tell::<()>("save_push_subscription", &form).await.unwrap();
}

async fn answer(who: &Person, function: &str, id: InvitationId) {
    let answer = who.call(function, &[("invitation", &id.to_string())]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Everything as it is by default but the boxes that are named, which alone are ticked; and quiet hours.
async fn choose(who: &Person, ticked: &[&str], quiet: Option<(&str, &str)>) {
    let (from, to) = quiet.unwrap_or(("22:00", "07:00"));
    let mut form = vec![("quiet_from", from), ("quiet_to", to)];
    if quiet.is_some() {
        form.push(("quiet", "on"));
    }
    form.extend(ticked.iter().map(|name| ("on[]", *name)));
    who.tell::<()>("save_notification_settings", &form).await.unwrap();
}

async fn a_ring_is_pushed_and_whatever_ends_it_takes_its_place(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, ana, ben, .. } = &scene;
    let (mut topics, mut keys) = (Vec::new(), Vec::new());
    for end in ["decline_call", "cancel_call", "", "accept_call"] {
        let id = ana.ring(ben).await.id;
        let rings = scene.one().await;
        let PushMessage { seq, until, .. } = rings.message;
        assert_eq!((rings.urgency.as_str(), rings.ttl), ("high", 45));
        assert_eq!(
            until,
            Some(app.state.clock.now().plus(Duration::from_secs(45)).millis())
        );
        let expected = serde_json::json!({
            "tag": format!("call:{id}"), "seq": seq, "title": "Incoming call from Ana Castillo", "body": "Tea?", "lang": "en",
            "url": "/partners/ana", "state": "ringing", "until": until, "is_silent": false,
            "actions": [{"action": "answer", "title": "Accept"}, {"action": "decline", "title": "Decline"}],
            "invitation": id.to_string(),
        });
        assert_eq!(serde_json::to_value(&rings.message).unwrap(), expected);
        app.advance(Duration::from_secs(10));
        assert_eq!(scene.pushed().await.len(), 0, "once");
        match end {
            "cancel_call" => answer(ana, end, id).await,
            "" => app.advance(Duration::from_secs(35)),
            _ => answer(ben, end, id).await,
        }
        let ended = scene.one().await;
        let (state, title, is_silent) = match end {
            "cancel_call" => (
                PushState::News,
                "Ana Castillo called and hung up before you could answer",
                true,
            ),
            "" => (PushState::News, "Missed call from Ana Castillo", true),
            _ => (PushState::Over, "Ana Castillo called you", true),
        };
        let message = &ended.message;
        assert_eq!((message.state, message.title.as_str()), (state, title), "{end}");
        assert_eq!(message.is_silent, is_silent, "{end}");
        assert_eq!((&message.tag, &ended.topic), (&format!("call:{id}"), &rings.topic));
        assert!(message.seq > seq, "{end}: {} after {seq}", message.seq);
        assert_eq!((message.until, message.invitation), (None, None));
        assert!(message.actions.is_empty());
        // A browser that was off meanwhile shows the ring until it hears of this.
        assert_eq!((ended.ttl, ended.urgency.as_str()), (24 * 3_600, "high"), "{end}");
        topics.push(rings.topic);
        keys.extend([rings.key, ended.key]);
    }
    topics.sort();
    topics.dedup();
    assert_eq!(topics.len(), 4, "a topic for each call");
    let key: String = ben.ask("push_key", &[]).await.unwrap();
    assert!(keys.iter().all(|signed| *signed == key));
    assert_eq!(scene.waiting().await, 0);
}

async fn a_ring_that_was_not_sent_in_time_is_not_sent(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, ana, ben, .. } = &scene;
    // Half of its time is over when it is sent.
    let id = ana.ring(ben).await.id;
    app.advance(Duration::from_millis(20_500));
    let late = scene.one().await;
    assert_eq!((late.ttl, late.message.state), (24, PushState::Ringing));
    answer(ana, "cancel_call", id).await;
    scene.one().await;
    // It has ended before it could be sent: only that is told.
    let id = ana.ring(ben).await.id;
    answer(ana, "cancel_call", id).await;
    assert_eq!(scene.one().await.message.state, PushState::News);
    ana.ring(ben).await;
    app.advance(Duration::from_secs(50));
    assert_eq!(scene.one().await.message.title, "Missed call from Ana Castillo");
    assert_eq!(scene.waiting().await, 0);
}

async fn who_has_no_page_open_is_rung_all_the_same(engine: Engine) {
    let service = PushService::start().await;
    let wishes = TestApp::wishes(engine).manual_clock().without_background();
    let app = wishes.may_reach(service.addr).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let _anas = app.ws(&ana).await;
    let phone = service.browser();
    let pushed = async || {
        app.server.jobs().run_due().await.unwrap();
        let pushed = service.arrived(&phone, app.state.clock.now());
        pushed
            .into_iter()
            .map(|pushed| pushed.message.state)
            .collect::<Vec<_>>()
    };
    assert!(matches!(ana.start_call(&ben).await, Started::Offline { .. }));
    subscribe(&ben, &phone).await;
    let id = ana.ring(&ben).await.id;
    assert_eq!(pushed().await, [PushState::Ringing]);
    answer(&ben, "decline_call", id).await;
    assert_eq!(pushed().await, [PushState::Over]);
    // Nobody answers, and no page has said that it shows the call.
    ana.ring(&ben).await;
    assert_eq!(pushed().await, [PushState::Ringing]);
    app.advance(Duration::from_secs(45));
    assert_eq!(pushed().await, [PushState::News]);
    let outcomes = app.texts("SELECT status FROM call_invitation ORDER BY status").await;
    assert_eq!(outcomes, ["declined", "expired", "expired"]);
    // Who does not want to be told of calls there is not.
    choose(&ben, &["call_missed.desktop"], None).await;
    assert!(matches!(ana.start_call(&ben).await, Started::Offline { .. }));
    assert_eq!(pushed().await, [PushState::News]);
    // In quiet hours the caller hears no difference, and nobody else anything.
    choose(
        &ben,
        &["call_received.desktop", "call_missed.desktop"],
        Some(("10:00", "12:00")),
    )
    .await;
    ana.ring(&ben).await;
    app.advance(Duration::from_secs(45));
    assert_eq!(pushed().await, []);
}

async fn who_reads_the_line_by_hand_still_falls_silent_when_it_is_answered(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { ana, ben, .. } = &scene;
    let id = ana.ring(ben).await.id;
    let rings = scene.one().await;
    ben.tell::<()>("mark_all_notifications_read", &[("up_to", "1000")])
        .await
        .unwrap();
    assert_eq!(badge(ben).await, 0);
    assert_eq!(scene.pushed().await.len(), 0, "it rings on");
    answer(ben, "decline_call", id).await;
    let over = scene.one().await;
    assert_eq!((over.message.state, over.topic), (PushState::Over, rings.topic));
    assert!(over.message.seq >= rings.message.seq);
}

async fn requests_are_pushed_to_whom_they_concern_in_their_language(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, service, ben, .. } = &scene;
    let cleo = app.person("cleo").called("Cleo Diaz").create().await;
    let laptop = service.browser();
    subscribe(&cleo, &laptop).await;
    let id = request(&cleo, ben).await.to_string();
    let asked = scene.one().await;
    assert_eq!((asked.urgency.as_str(), asked.ttl), ("normal", 24 * 3_600));
    let expected = serde_json::json!({
        "tag": format!("request:{id}"), "seq": asked.message.seq, "title": "Cleo Diaz would like to be your partner", "body": "Tea?",
        "lang": "en", "url": "/requests", "state": "news", "until": null, "is_silent": true, "actions": [], "invitation": null,
    });
    assert_eq!(serde_json::to_value(&asked.message).unwrap(), expected);
    assert_eq!(asked.message.seq, lines(ben).await[0].seq);
    // The answer goes to who asked, in the language that they have chosen since.
    cleo.tell::<()>("set_appearance", &[("language", "es"), ("theme", "system")])
        .await
        .unwrap();
    ben.tell::<()>("accept_request", &[("request", &id)]).await.unwrap();
    assert_eq!(scene.pushed().await.len(), 0, "nobody is told what they did themselves");
    let accepted = service.arrived(&laptop, app.state.clock.now());
    assert_eq!(accepted.len(), 1);
    let message = &accepted[0].message;
    assert_eq!((message.lang.as_str(), message.url.as_str()), ("es", "/partners"));
    assert_eq!(message.title, "Ben Carter ha aceptado tu solicitud");
}

async fn nothing_is_pushed_that_nobody_wants(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, ana, ben, .. } = &scene;
    // The box is not ticked: neither the ring nor its end.
    choose(ben, &["call_received.sound"], None).await;
    let id = ana.ring(ben).await.id;
    answer(ana, "cancel_call", id).await;
    assert_eq!(scene.pushed().await.len(), 0);
    // Only the ring is wanted: its end is told because it was.
    choose(ben, &["call_received.desktop"], None).await;
    let id = ana.ring(ben).await.id;
    let rings = scene.one().await;
    assert!(rings.message.is_silent, "no sound is wanted");
    choose(ben, &[], None).await;
    answer(ana, "cancel_call", id).await;
    let over = scene.one().await.message;
    assert_eq!(
        (over.state, over.is_silent),
        (PushState::Over, true),
        "gone, and not told"
    );
    // Not to be disturbed: it is 11:00 where they live. Its end comes when they may be disturbed again, and is not pushed either.
    let all = ["call_received.desktop", "call_missed.desktop", "call_cancelled.desktop"];
    choose(ben, &all, Some(("10:00", "12:00"))).await;
    ana.ring(ben).await;
    assert_eq!(scene.pushed().await.len(), 0);
    choose(ben, &all, None).await;
    app.advance(Duration::from_secs(45));
    assert_eq!(scene.pushed().await.len(), 0);
    assert_eq!(badge(ben).await, 3, "it stands in the list");
    assert_eq!(scene.waiting().await, 0);
    // One more, to see that it would have been.
    ana.ring(ben).await;
    app.advance(Duration::from_secs(45));
    assert_eq!(scene.one().await.message.title, "Missed call from Ana Castillo");
}

async fn a_call_during_another_does_not_disturb_it(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, ana, ben, .. } = &scene;
    app.state.presence.set_in_call(ben.id, true);
    let id = ana.ring(ben).await.id;
    let second = scene.one().await.message;
    assert_eq!((second.state, second.is_silent), (PushState::Ringing, true));
    let titles: Vec<&str> = second.actions.iter().map(|action| action.title.as_str()).collect();
    assert_eq!(titles, ["End and accept", "Decline"]);
    answer(ana, "cancel_call", id).await;
    assert_eq!(scene.one().await.message.state, PushState::News);
    app.state.presence.set_in_call(ben.id, false);
    ana.ring(ben).await;
    let first = scene.one().await.message;
    assert_eq!((first.is_silent, first.actions[0].title.as_str()), (false, "Accept"));
}

async fn what_was_put_off_says_what_is_true_when_it_comes(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, ana, ben, .. } = &scene;
    let cleo = app.person("cleo").create().await;
    // Read before it was sent.
    let id = request(&cleo, ben).await.to_string();
    ben.tell::<()>("mark_all_notifications_read", &[("up_to", "1000")])
        .await
        .unwrap();
    assert_eq!(scene.pushed().await.len(), 0);
    cleo.tell::<()>("cancel_request", &[("request", &id)]).await.unwrap();
    // Quiet hours have begun.
    request(&cleo, ben).await;
    choose(ben, &["request_received.desktop"], Some(("10:00", "12:00"))).await;
    assert_eq!(scene.pushed().await.len(), 0);
    choose(ben, &["request_received.desktop", "call_received.desktop"], None).await;
    // The name of today.
    ana.ring(ben).await;
    app.execute("UPDATE users SET display_name = 'Anita' WHERE username = 'ana'")
        .await;
    assert_eq!(scene.one().await.message.title, "Incoming call from Anita");
}

async fn a_service_that_is_away_gets_it_later_and_once(engine: Engine) {
    let scene = Scene::new(engine).await;
    let (app, service, phone) = (&scene.app, &scene.service, &scene.phone);
    let ben = &scene.ben;
    let cleo = app.person("cleo").create().await;
    let failing = async || {
        app.number("SELECT COUNT(*) FROM push_subscription WHERE failing_since IS NOT NULL")
            .await
    };
    service.will_answer(phone, &[503, 429]);
    request(&cleo, ben).await;
    assert_eq!(scene.one().await.status, 503);
    assert_eq!((scene.pushed().await.len(), failing().await), (0, 1), "it waits first");
    app.advance(Duration::from_secs(5));
    assert_eq!(scene.one().await.status, 429);
    app.advance(Duration::from_secs(10));
    assert_eq!(scene.one().await.status, 201);
    assert_eq!((scene.waiting().await, failing().await), (0, 0));
    // One that never comes back is given up without a trace, and what it refuses is not tried again.
    app.execute("DELETE FROM match_request").await;
    service.will_answer(phone, &[500; 20]);
    request(&cleo, ben).await;
    let mut tries = 0;
    while scene.waiting().await > 0 {
        tries += scene.pushed().await.len();
        app.advance(Duration::from_secs(3_600));
    }
    // Once among the others, twelve times aside.
    assert_eq!((tries, failing().await), (13, 1));
    app.execute("DELETE FROM match_request").await;
    service.will_answer(phone, &[413]);
    request(&cleo, ben).await;
    assert_eq!(scene.one().await.status, 413);
    assert_eq!(scene.waiting().await, 0);
}

async fn twenty_browsers_that_never_answer_hold_up_nobody_else(engine: Engine) {
    let service = PushService::start().await;
    // The clock stands, so what fails waits, and the numbers below stay as they are.
    let app = TestApp::wishes(engine).manual_clock();
    let app = app.may_reach(service.addr).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let cleo = app.person("cleo").create().await;
    for _ in 0..20 {
        let browser = service.browser();
        service.will_never_answer(&browser);
        subscribe(&cleo, &browser).await;
    }
    let phone = service.browser();
    subscribe(&ben, &phone).await;
    let _tabs = [app.ws(&ana).await, app.ws(&ben).await];
    request(&ana, &cleo).await;
    eventually("two places of hers, and the others aside", || async {
        let counts = (
            app.number("SELECT COUNT(*) FROM job WHERE kind = 'notifications.push'")
                .await,
            app.number("SELECT COUNT(*) FROM job WHERE kind = 'notifications.push_aside'")
                .await,
        );
        (counts == (2, 18)).then_some(())
    })
    .await;
    ana.ring(&ben).await;
    eventually("the ring", || async {
        let pushed = service.arrived(&phone, app.state.clock.now());
        let rings = pushed.iter().any(|push| push.message.state == PushState::Ringing);
        rings.then_some(())
    })
    .await;
}

async fn one_browser_that_fails_repeats_nothing_for_another(engine: Engine) {
    let scene = Scene::new(engine).await;
    let (app, service, phone) = (&scene.app, &scene.service, &scene.phone);
    let (ana, ben) = (&scene.ana, &scene.ben);
    let laptop = service.browser();
    subscribe(ben, &laptop).await;
    service.will_answer(phone, &[503]);
    let id = ana.ring(ben).await.id;
    assert_eq!(scene.one().await.status, 503);
    let on_laptop = || service.arrived(&laptop, app.state.clock.now());
    let rings = on_laptop();
    assert_eq!(rings.len(), 1);
    app.advance(Duration::from_secs(5));
    assert_eq!(scene.one().await.ttl, 40);
    assert_eq!(on_laptop().len(), 0);
    // While one waits, the end takes the place of the ring.
    service.will_answer(phone, &[503]);
    answer(ana, "cancel_call", id).await;
    scene.one().await;
    assert_eq!(on_laptop().len(), 1);
    app.advance(Duration::from_secs(5));
    assert_eq!(scene.one().await.message.state, PushState::News);
    assert_eq!((on_laptop().len(), scene.waiting().await), (0, 0));
}

async fn a_push_outlives_the_process_that_was_to_send_it(engine: Engine) {
    let scene = Scene::new(engine).await;
    let (app, service, phone) = (&scene.app, &scene.service, &scene.phone);
    let (ana, ben) = (&scene.ana, &scene.ben);
    // Committed, and then killed: nothing of this process works on it.
    ana.ring(ben).await;
    // The same with one that it had begun.
    let cleo = app.person("cleo").create().await;
    request(&cleo, ben).await;
    app.execute("UPDATE job SET leased_until = run_at + 30000000, attempts = 1 WHERE unique_key LIKE 'notifications.push:%:request:%'")
        .await;
    let next = app
        .another_process_that(|wishes| wishes.may_reach(service.addr), true)
        .await;
    // That the call was missed is pushed as well, before or after.
    let arrives = async |is_meant: fn(&Pushed) -> bool| {
        let ask = || async {
            let arrived = service.arrived(phone, next.state.clock.now());
            arrived.into_iter().find(is_meant)
        };
        eventually("the push", ask).await
    };
    arrives(|pushed| pushed.message.state == PushState::Ringing).await;
    app.advance(LEASE);
    arrives(|pushed| pushed.message.url == "/requests").await;
}

async fn nobody_is_led_to_our_own_network(engine: Engine) {
    let scene = Scene::new(engine).await;
    let (app, service, phone) = (&scene.app, &scene.service, &scene.phone);
    let (ana, ben) = (&scene.ana, &scene.ben);
    // A name that leads here, and an address that was taken by a process that was allowed to.
    let mut named = service.browser();
    named.endpoint = format!("https://localhost:{}/push/named", service.addr.port());
    subscribe(ben, &named).await;
    ana.ring(ben).await;
    let strict = app.another_process(false).await;
    assert_eq!(scene.waiting().await, 2);
    strict.server.jobs().run_due().await.unwrap();
    assert_eq!(
        (
            scene.waiting().await,
            service.arrived(phone, app.state.clock.now()).len()
        ),
        (0, 0)
    );
    let failing = "SELECT COUNT(*) FROM push_subscription WHERE failing_since IS NOT NULL";
    assert_eq!(app.number(failing).await, 2);
}
