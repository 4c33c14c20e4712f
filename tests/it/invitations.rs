//! Ringing: one state machine on the server, however many devices and people press at once.

use std::time::Duration;

use futures::future::{join, join_all};
use speakle::accounts::model::PersonCard;
use speakle::invitations::model::{Incoming, InvitationId, MESSAGE_MAX, Outcome, Started};
use speakle::invitations::wire::{InvitationCommand, InvitationNews};
use speakle::kernel::error::{AppError, Refusal};
use speakle::matching::model::RoomId;
use speakle::protocol::{ClientMessage, ServerMessage};
use speakle::realtime::model::Presence;
use speakle::realtime::presence::shared::{BEAT, SharedPresence, place};

use crate::harness::{Engine, PATIENCE, Person, Socket, TestApp, eventually};
use crate::realtime::hears;

both_engines!(
    a_call_rings_everywhere_and_is_accepted_once,
    a_call_is_declined_or_cancelled,
    what_nobody_answers_is_missed_or_expired,
    only_a_device_of_the_callee_makes_it_missed,
    of_two_hundred_presses_one_counts,
    crossed_calls_are_connected,
    calling_from_two_tabs_rings_once,
    nobody_rings_where_nobody_is,
    a_tab_that_opens_or_comes_back_hears_what_rings,
    a_tab_that_was_away_hears_how_it_ended,
    an_ended_partnership_stops_the_ringing,
    strangers_can_do_nothing,
    a_blip_stops_no_call,
    who_leaves_stops_calling,
    calling_somebody_without_a_tab_who_calls_answers_their_call,
    who_is_about_to_come_back_after_a_restart_is_rung,
    a_ring_whose_time_is_put_off_ends_later,
    a_ring_whose_job_is_lost_ends_and_blocks_nobody,
);

async fn answer<T: serde::de::DeserializeOwned>(who: &Person, function: &str, id: InvitationId) -> Result<T, AppError> {
    who.tell(function, &[("invitation", &id.to_string())]).await
}

async fn hears_ringing(socket: &mut Socket) -> Incoming {
    socket
        .wait("ringing", |message| match message {
            ServerMessage::Invitations(InvitationNews::Ringing { invitation }) => Some(invitation.clone()),
            _ => None,
        })
        .await
}

async fn hears_outcome(socket: &mut Socket, wanted: InvitationId) -> Outcome {
    socket
        .wait("an outcome", |message| match message {
            ServerMessage::Invitations(InvitationNews::Settled { id, outcome }) if *id == wanted => Some(*outcome),
            _ => None,
        })
        .await
}

/// What a new socket is told first.
async fn snapshot(app: &TestApp, person: &Person) -> (Vec<InvitationId>, Vec<InvitationId>) {
    let mut socket = app.ws(person).await;
    socket
        .wait("the snapshot", |message| match message {
            ServerMessage::Invitations(InvitationNews::Snapshot { incoming, outgoing, .. }) => Some((
                incoming.iter().map(|i| i.id).collect(),
                outgoing.iter().map(|o| o.id).collect(),
            )),
            _ => None,
        })
        .await
}

async fn statuses(app: &TestApp) -> Vec<String> {
    app.texts("SELECT status FROM call_invitation ORDER BY id").await
}

async fn a_call_rings_everywhere_and_is_accepted_once(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let phone = ben.another_device(&app).await;
    let (mut anas, mut bens, mut on_phone) = (app.ws(&ana).await, app.ws(&ben).await, app.ws(&phone).await);
    let id = ana.ring(&ben).await.id;
    for socket in [&mut bens, &mut on_phone] {
        let incoming = hears_ringing(socket).await;
        assert_eq!(
            (incoming.id, &incoming.from, incoming.message.as_str()),
            (id, &ana.card, "Tea?")
        );
        assert_eq!(incoming.languages.len(), 2);
    }
    assert_eq!(answer::<RoomId>(&phone, "accept_call", id).await, Ok(pair.room));
    for socket in [&mut anas, &mut bens, &mut on_phone] {
        assert_eq!(hears_outcome(socket, id).await, Outcome::Accepted { room: pair.room });
    }
    assert_eq!(
        answer::<RoomId>(&ben, "accept_call", id).await,
        Err(AppError::Refused(Refusal::AlreadySettled))
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM call WHERE ended_at IS NULL").await, 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM call_participant").await, 2);
}

async fn a_call_is_declined_or_cancelled(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let (mut anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    for (who, function, outcome) in [
        (&ben, "decline_call", Outcome::Declined),
        (&ana, "cancel_call", Outcome::Cancelled),
    ] {
        let id = ana.ring(&ben).await.id;
        answer::<()>(who, function, id).await.unwrap();
        assert_eq!(hears_outcome(&mut anas, id).await, outcome);
        assert_eq!(hears_outcome(&mut bens, id).await, outcome);
        for (who, function) in [(&ben, "accept_call"), (&ben, "decline_call"), (&ana, "cancel_call")] {
            let again = who.call(function, &[("invitation", &id.to_string())]).await;
            assert_eq!(
                (again.status, again.error()),
                (409, AppError::Refused(Refusal::AlreadySettled)),
                "{function}"
            );
        }
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM call").await, 0);
}

async fn what_nobody_answers_is_missed_or_expired(engine: Engine) {
    for seconds in [45_u64, 7] {
        let wishes = TestApp::wishes(engine).manual_clock().without_background();
        let app = wishes.option("--ring-seconds", &seconds.to_string()).start().await;
        let (ana, ben, _) = app.ana_and_ben().await;
        let (mut anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
        for (is_shown, outcome) in [(true, Outcome::Missed), (false, Outcome::Expired)] {
            let id = ana.ring(&ben).await.id;
            if is_shown {
                bens.send(&ClientMessage::Invitations(InvitationCommand::Reached { id }))
                    .await;
                bens.settled().await;
            }
            app.advance(Duration::from_secs(seconds) - Duration::from_millis(1));
            app.sweep().await;
            assert_eq!(statuses(&app).await.last().unwrap(), "ringing");
            app.advance(Duration::from_millis(1));
            app.sweep().await;
            assert_eq!(hears_outcome(&mut anas, id).await, outcome);
            assert_eq!(hears_outcome(&mut bens, id).await, outcome);
            assert_eq!(
                answer::<RoomId>(&ben, "accept_call", id).await,
                Err(AppError::Refused(Refusal::AlreadySettled))
            );
        }
        assert_eq!(statuses(&app).await, ["missed", "expired"]);
    }
}

async fn only_a_device_of_the_callee_makes_it_missed(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let eve = app.person("eve").create().await;
    let (mut anas, mut eves, _bens) = (app.ws(&ana).await, app.ws(&eve).await, app.ws(&ben).await);
    let id = ana.ring(&ben).await.id;
    for socket in [&mut anas, &mut eves] {
        socket
            .send(&ClientMessage::Invitations(InvitationCommand::Reached { id }))
            .await;
        socket
            .send(&ClientMessage::Invitations(InvitationCommand::Reached {
                id: InvitationId::random(),
            }))
            .await;
        socket.settled().await;
    }
    app.advance(Duration::from_secs(45));
    app.sweep().await;
    assert_eq!(hears_outcome(&mut anas, id).await, Outcome::Expired);
}

async fn of_two_hundred_presses_one_counts(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let (_anas, _bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let id = ana.ring(&ben).await.id.to_string();
    let presses = (0..200).map(|n| {
        let (who, function) = [(&ben, "accept_call"), (&ben, "decline_call"), (&ana, "cancel_call")][n % 3];
        let id = &id;
        async move { who.call(function, &[("invitation", id)]).await.status }
    });
    let answers = join_all(presses).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1);
    // A database that cannot keep up may say so; nothing else is possible.
    assert!(
        answers.iter().all(|status| matches!(status, 200 | 409 | 503)),
        "{answers:?}"
    );
    assert_ne!(statuses(&app).await, ["ringing"]);
}

async fn crossed_calls_are_connected(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let (mut anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    for round in 0..30 {
        let both = join(ana.start_call(&ben), ben.start_call(&ana)).await;
        let id = match &both {
            (Started::Ringing(mine), Started::Connected { room, answered })
            | (Started::Connected { room, answered }, Started::Ringing(mine)) => {
                assert_eq!((*room, *answered), (pair.room, Some(mine.id)));
                mine.id
            }
            other => panic!("round {round}: {other:?}"),
        };
        assert_eq!(
            hears_outcome(&mut anas, id).await,
            Outcome::Accepted { room: pair.room }
        );
        assert_eq!(
            hears_outcome(&mut bens, id).await,
            Outcome::Accepted { room: pair.room }
        );
        assert_eq!(
            app.number("SELECT COUNT(*) FROM call WHERE ended_at IS NULL").await,
            1,
            "round {round}"
        );
        assert_eq!(app.number("SELECT COUNT(*) FROM call_invitation").await, round + 1);
        app.execute("UPDATE call SET ended_at = created_at, end_reason = 'hung_up' WHERE ended_at IS NULL")
            .await;
    }
}

async fn calling_from_two_tabs_rings_once(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let (_anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let calls = join_all((0..6).map(|_| ana.ring(&ben))).await;
    let ids: Vec<InvitationId> = calls.iter().map(|call| call.id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(hears_ringing(&mut bens).await.id, ids[0]);
    bens.settled().await;
    assert!(
        !bens
            .heard()
            .any(|message| matches!(message, ServerMessage::Invitations(InvitationNews::Ringing { .. }))),
        "it rang twice"
    );
    assert_eq!(statuses(&app).await, ["ringing"]);
}

async fn nobody_rings_where_nobody_is(engine: Engine) {
    let app = TestApp::wishes(engine).grace(Duration::ZERO).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let _anas = app.ws(&ana).await;
    assert_eq!(ana.start_call(&ben).await, Started::Offline { to: ben.card.clone() });
    assert_eq!(statuses(&app).await, ["expired"]);
    let bens = app.ws(&ben).await;
    assert_eq!(snapshot(&app, &ben).await, (vec![], vec![]));
    bens.close().await;
    eventually("ben to be gone", || async {
        matches!(ana.start_call(&ben).await, Started::Offline { .. }).then_some(())
    })
    .await;
}

async fn a_tab_that_opens_or_comes_back_hears_what_rings(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let (_anas, bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let id = ana.ring(&ben).await.id;
    bens.close().await;
    assert_eq!(snapshot(&app, &ben).await, (vec![id], vec![]));
    assert_eq!(snapshot(&app, &ana).await, (vec![], vec![id]));
    answer::<()>(&ben, "decline_call", id).await.unwrap();
    assert_eq!(snapshot(&app, &ben).await, (vec![], vec![]));
    assert_eq!(snapshot(&app, &ana).await, (vec![], vec![]));
}

/// What a new socket is told of what ended a moment ago.
async fn ends(app: &TestApp, person: &Person) -> Vec<(InvitationId, PersonCard, Outcome)> {
    let mut socket = app.ws(person).await;
    socket
        .wait("the snapshot", |message| match message {
            ServerMessage::Invitations(InvitationNews::Snapshot { settled, .. }) => {
                let ends = settled.iter().map(|end| (end.id, end.with.clone(), end.outcome));
                Some(ends.collect())
            }
            _ => None,
        })
        .await
}

async fn a_tab_that_was_away_hears_how_it_ended(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let eve = app.person("eve").create().await;
    let _bens = app.ws(&ben).await;
    let declined = ana.ring(&ben).await.id;
    answer::<()>(&ben, "decline_call", declined).await.unwrap();
    app.advance(Duration::from_secs(60));
    let accepted = ana.ring(&ben).await.id;
    answer::<RoomId>(&ben, "accept_call", accepted).await.unwrap();
    let room = pair.room;
    for (person, with) in [(&ana, &ben), (&ben, &ana)] {
        assert_eq!(
            ends(&app, person).await,
            [
                (accepted, with.card.clone(), Outcome::Accepted { room }),
                (declined, with.card.clone(), Outcome::Declined)
            ]
        );
    }
    assert_eq!(ends(&app, &eve).await, []);

    // What ended long ago is nobody's news, and a call that is over is no place to go.
    app.advance(Duration::from_secs(61));
    assert_eq!(
        ends(&app, &ana).await,
        [(accepted, ben.card.clone(), Outcome::Accepted { room })]
    );
    app.execute("UPDATE call SET ended_at = created_at, end_reason = 'left'")
        .await;
    assert_eq!(ends(&app, &ana).await, []);
}

async fn an_ended_partnership_stops_the_ringing(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let (mut anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let id = ana.ring(&ben).await.id;
    ben.tell::<()>("end_partnership", &[("username", "ana")]).await.unwrap();
    // Also in the moment before the clock notices.
    assert_eq!(
        answer::<RoomId>(&ben, "accept_call", id).await,
        Err(AppError::Refused(Refusal::AlreadySettled))
    );
    app.sweep().await;
    assert_eq!(hears_outcome(&mut anas, id).await, Outcome::Cancelled);
    assert_eq!(hears_outcome(&mut bens, id).await, Outcome::Cancelled);
    assert_eq!(app.number("SELECT COUNT(*) FROM call").await, 0);
    assert_eq!(
        ana.call("start_call", &[("to", "ben"), ("message", "")]).await.status,
        404
    );
}

async fn strangers_can_do_nothing(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    // A partner of one of the two is a stranger to the pair all the same.
    let eve = app.person("eve").create().await;
    app.partners(&ana, &eve).await;
    let (_anas, mut bens, mut eves) = (app.ws(&ana).await, app.ws(&ben).await, app.ws(&eve).await);
    let id = ana.ring(&ben).await.id;
    let before = app.dump(&[]).await;
    for (who, function) in [
        (&eve, "accept_call"),
        (&eve, "decline_call"),
        (&eve, "cancel_call"),
        (&ana, "accept_call"),
        (&ana, "decline_call"),
        (&ben, "cancel_call"),
    ] {
        assert_eq!(
            answer::<serde_json::Value>(who, function, id).await,
            Err(AppError::NotFound),
            "{} {function}",
            who.username
        );
        assert_eq!(who.call(function, &[("invitation", "../1")]).await.status, 400);
        assert_eq!(
            answer::<serde_json::Value>(who, function, InvitationId::random()).await,
            Err(AppError::NotFound)
        );
    }
    let call = async |who: &Person, to: &str, message: &str| {
        who.call("start_call", &[("to", to), ("message", message)]).await.status
    };
    assert_eq!(call(&eve, "ben", "").await, 404, "no partner");
    assert_eq!(call(&eve, "eve", "").await, 404, "oneself");
    assert_eq!(call(&eve, "nobody", "").await, 404);
    assert_eq!(call(&eve, "ana", &"x".repeat(MESSAGE_MAX + 1)).await, 422);
    assert_eq!(
        app.visitor()
            .call("start_call", &[("to", "ana"), ("message", "")])
            .await
            .status,
        401
    );
    app.assert_unchanged(&before, &[]).await;
    bens.settled().await;
    eves.settled().await;
    assert!(
        !bens
            .heard()
            .any(|message| matches!(message, ServerMessage::Invitations(InvitationNews::Settled { .. })))
    );
    let about_it = |message: &&ServerMessage| {
        matches!(
            message,
            ServerMessage::Invitations(InvitationNews::Ringing { .. } | InvitationNews::Settled { .. })
        )
    };
    assert_eq!(eves.heard().filter(about_it).count(), 0, "the stranger heard of it");
}

async fn a_blip_stops_no_call(engine: Engine) {
    let app = TestApp::wishes(engine).grace(PATIENCE * 10).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let carl = app.person("carl").create().await;
    app.partners(&ana, &carl).await;
    let (anas, _bens) = (app.ws(&ana).await, app.ws(&ben).await);
    ana.ring(&ben).await;
    // A reload: gone and back.
    anas.close().await;
    eventually("ana's tab to be gone", || async {
        (app.state.hub.tabs_of(ana.id) == 0).then_some(())
    })
    .await;
    let mut anas = app.ws(&ana).await;
    // Changes are dealt with in their order: when carl's is, there was none of the reload.
    let _carls = app.ws(&carl).await;
    hears(&mut anas, carl.id, Presence::Online).await;
    assert_eq!(statuses(&app).await, ["ringing"]);
}

async fn who_leaves_stops_calling(engine: Engine) {
    let app = TestApp::wishes(engine).grace(Duration::ZERO).start().await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let (anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let id = ana.ring(&ben).await.id;
    anas.close().await;
    assert_eq!(hears_outcome(&mut bens, id).await, Outcome::Cancelled);
}

async fn calling_somebody_without_a_tab_who_calls_answers_their_call(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let mut anas = app.ws(&ana).await;
    let id = ben.ring(&ana).await.id;
    let room = pair.room;
    let answered = Some(id);
    assert_eq!(ana.start_call(&ben).await, Started::Connected { room, answered });
    assert_eq!(hears_outcome(&mut anas, id).await, Outcome::Accepted { room });
    assert_eq!(statuses(&app).await, ["accepted"]);
}

/// A process that starts where the one of `app` listened.
async fn restarted(app: &TestApp, grace: Duration) -> TestApp {
    app.advance(BEAT);
    app.server.share_presence().await.unwrap();
    let next = app.another_process_that(|wishes| wishes.grace(grace), false).await;
    let (db, clock, book) = (&next.state.db, &next.state.clock, &next.state.presence);
    let place = place(app.state.config.site_addr);
    let shared = SharedPresence::new(db.clone(), clock.clone(), book.clone(), place);
    shared.step(&[]).await.unwrap();
    next
}

async fn who_is_about_to_come_back_after_a_restart_is_rung(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let carl = app.person("carl").create().await;
    app.partners(&ana, &carl).await;
    let _bens = app.ws(&ben).await;
    let late = restarted(&app, Duration::ZERO).await;
    assert_eq!(
        ana.at(&late).start_call(&ben).await,
        Started::Offline { to: ben.card.clone() },
        "who has not come back by then does not"
    );
    let next = restarted(&app, PATIENCE * 10).await;
    assert_eq!(next.state.presence.of(ben.id), Presence::Offline);
    let (ana, ben) = (ana.at(&next), ben.at(&next));
    assert!(matches!(ana.start_call(&carl).await, Started::Offline { .. }));
    let id = ana.ring(&ben).await.id;
    assert_eq!(snapshot(&next, &ben).await, (vec![id], vec![]));
}

async fn a_ring_whose_time_is_put_off_ends_later(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let (mut anas, _bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let id = ana.ring(&ben).await.id;
    // As it looks to a clock that went back by three seconds.
    app.execute("UPDATE call_invitation SET expires_at = expires_at + 3000000")
        .await;
    app.advance(Duration::from_secs(45));
    app.sweep().await;
    assert_eq!(statuses(&app).await, ["ringing"]);
    app.advance(Duration::from_secs(5));
    app.sweep().await;
    assert_eq!(hears_outcome(&mut anas, id).await, Outcome::Expired);
}

async fn a_ring_whose_job_is_lost_ends_and_blocks_nobody(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let (mut anas, _bens) = (app.ws(&ana).await, app.ws(&ben).await);
    app.clean_up().await;
    let id = ana.ring(&ben).await.id;
    app.execute("DELETE FROM job WHERE kind = 'invitations.ring_out'").await;
    app.advance(Duration::from_secs(61));
    app.clean_up().await;
    assert_eq!(statuses(&app).await, ["ringing"], "its own job comes first");
    app.advance(Duration::from_secs(61));
    app.clean_up().await;
    assert_eq!(hears_outcome(&mut anas, id).await, Outcome::Expired);
    assert_ne!(ana.ring(&ben).await.id, id);
}
