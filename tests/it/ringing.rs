//! Who is told of a call, how, and in which order: quiet hours, what a person has chosen, and the room that is made ready while it rings.

use std::time::Duration;

use speakle::calls::model::OngoingCall;
use speakle::calls::wire::CallNews;
use speakle::invitations::model::{Incoming, Outcome, Outgoing, Started};
use speakle::invitations::wire::InvitationNews;
use speakle::kernel::paging::Page;
use speakle::matching::model::RoomId;
use speakle::notifications::model::{Kind, Notice, Notification};
use speakle::protocol::ServerMessage;

use crate::harness::{Engine, Person, Socket, TestApp};

both_engines!(
    in_quiet_hours_a_call_is_missed_without_a_sound,
    what_began_in_quiet_hours_stays_silent_and_what_began_before_rings_on,
    who_is_not_disturbed_can_call_back_into_the_same_call,
    a_call_says_how_its_reader_wants_to_be_told,
    a_call_says_for_how_long_it_rings_on,
    a_call_says_in_which_room_it_will_be,
    who_hears_of_an_answer_knows_the_call_by_then,
    when_an_answered_call_began_to_ring_is_kept,
);

/// The clock of a test stands at 11:00 where its people live.
async fn keep_quiet(who: &Person, from: &str, to: &str) {
    let form = [
        ("quiet", "on"),
        ("quiet_from", from),
        ("quiet_to", to),
        ("on[]", "call_received.desktop"),
    ];
    who.tell::<()>("save_notification_settings", &form).await.unwrap();
}

/// What a person's browser is told when its socket opens.
async fn snapshot(socket: &mut Socket) -> (Vec<Incoming>, Vec<Outgoing>) {
    let pick = |message: &ServerMessage| match message {
        ServerMessage::Invitations(InvitationNews::Snapshot { incoming, outgoing, .. }) => {
            Some((incoming.clone(), outgoing.clone()))
        }
        _ => None,
    };
    socket.wait("the snapshot", pick).await
}

async fn hears_ringing(socket: &mut Socket) -> Incoming {
    let pick = |message: &ServerMessage| match message {
        ServerMessage::Invitations(InvitationNews::Ringing { invitation }) => Some(invitation.clone()),
        _ => None,
    };
    socket.wait("ringing", pick).await
}

/// Whether anything that was heard so far would have made a sound or a line.
pub async fn is_undisturbed(socket: &mut Socket) -> bool {
    socket.settled().await;
    !socket.heard().any(|message| {
        matches!(
            message,
            ServerMessage::Invitations(InvitationNews::Ringing { .. }) | ServerMessage::Notifications(_)
        )
    })
}

async fn notices(who: &Person) -> Vec<(Notice, bool)> {
    let page: Page<Notification> = who.ask("notifications", &[]).await.unwrap();
    page.items.into_iter().map(|line| (line.notice, line.is_read)).collect()
}

async fn outcome(socket: &mut Socket) -> Outcome {
    let pick = |message: &ServerMessage| match message {
        ServerMessage::Invitations(InvitationNews::Settled { outcome, .. }) => Some(*outcome),
        _ => None,
    };
    socket.wait("an outcome", pick).await
}

async fn in_quiet_hours_a_call_is_missed_without_a_sound(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    keep_quiet(&ben, "10:00", "12:00").await;
    let (mut anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    snapshot(&mut bens).await;
    let outgoing = ana.ring(&ben).await;
    assert_eq!(outgoing.to, ben.card, "it rings for the caller as ever");
    assert!(is_undisturbed(&mut bens).await);
    assert_eq!(notices(&ben).await, []);
    // Nor in a tab that opens, or asks without a socket, while the caller's tabs go on showing it.
    assert_eq!(snapshot(&mut app.ws(&ben).await).await, (vec![], vec![]));
    let InvitationNews::Snapshot { incoming, .. } = ben.ask("ringing", &[]).await.unwrap() else {
        panic!("no snapshot")
    };
    assert_eq!(incoming, []);
    assert_eq!(snapshot(&mut app.ws(&ana).await).await, (vec![], vec![outgoing]));

    app.advance(Duration::from_millis(44_999));
    app.sweep().await;
    assert_eq!(app.texts("SELECT status FROM call_invitation").await, ["ringing"]);
    app.advance(Duration::from_millis(1));
    app.sweep().await;
    // "Did not answer", and not "is offline": nothing gives the quiet hours away.
    assert_eq!(outcome(&mut anas).await, Outcome::Missed);
    let message = "Tea?".to_owned();
    assert_eq!(notices(&ben).await, [(Notice::CallMissed { message }, false)]);
}

async fn what_began_in_quiet_hours_stays_silent_and_what_began_before_rings_on(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let carl = app.person("carl").create().await;
    app.partners(&ben, &carl).await;
    let (_anas, _carls, mut bens) = (app.ws(&ana).await, app.ws(&carl).await, app.ws(&ben).await);
    keep_quiet(&ben, "10:00", "11:01").await;
    app.advance(Duration::from_secs(50));
    ana.ring(&ben).await;
    app.advance(Duration::from_secs(20));
    assert_eq!(snapshot(&mut app.ws(&ben).await).await.0, []);
    assert!(is_undisturbed(&mut bens).await);

    // They are over: another call rings, and goes on ringing when new ones begin.
    let second = carl.ring(&ben).await;
    assert_eq!(hears_ringing(&mut bens).await.id, second.id);
    keep_quiet(&ben, "11:00", "12:00").await;
    let (incoming, _) = snapshot(&mut app.ws(&ben).await).await;
    let ids: Vec<_> = incoming.iter().map(|call| call.id).collect();
    assert_eq!(ids, [second.id]);
}

async fn who_is_not_disturbed_can_call_back_into_the_same_call(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    keep_quiet(&ben, "10:00", "12:00").await;
    let (mut anas, _bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let (room, answered) = (pair.room, Some(ana.ring(&ben).await.id));
    assert_eq!(ben.start_call(&ana).await, Started::Connected { room, answered });
    assert_eq!(outcome(&mut anas).await, Outcome::Accepted { room: pair.room });
    assert_eq!(app.number("SELECT COUNT(*) FROM call WHERE ended_at IS NULL").await, 1);
}

async fn a_call_says_how_its_reader_wants_to_be_told(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let (_anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let outgoing = ana.ring(&ben).await;
    assert_eq!(
        hears_ringing(&mut bens).await.told,
        Kind::CallReceived.default_channels()
    );
    let room: RoomId = ben
        .tell("accept_call", &[("invitation", &outgoing.id.to_string())])
        .await
        .unwrap();
    assert_eq!(room.to_string().len(), 36);
    // Only the box for the desktop is ticked.
    keep_quiet(&ben, "01:00", "02:00").await;
    ana.ring(&ben).await;
    let told = hears_ringing(&mut bens).await.told;
    assert_eq!((told.in_app, told.desktop, told.sound), (false, true, false));
    assert_eq!(snapshot(&mut app.ws(&ben).await).await.0[0].told, told);
}

async fn a_call_says_for_how_long_it_rings_on(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let mut bens = app.ws(&ben).await;
    assert_eq!(ana.ring(&ben).await.left, Some(45_000));
    assert_eq!(hears_ringing(&mut bens).await.left, Some(45_000));
    for (later, left) in [(15_500, 29_500), (29_499, 1), (1, 0), (5_000, 0)] {
        app.advance(Duration::from_millis(later));
        let (incoming, _) = snapshot(&mut app.ws(&ben).await).await;
        let (_, outgoing) = snapshot(&mut app.ws(&ana).await).await;
        assert_eq!((incoming[0].left, outgoing[0].left), (Some(left), Some(left)));
    }
}

/// The room can be fetched while it rings, by both.
async fn a_call_says_in_which_room_it_will_be(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let mut bens = app.ws(&ben).await;
    let room = Some(pair.room);
    assert_eq!(ana.ring(&ben).await.room, room);
    assert_eq!(hears_ringing(&mut bens).await.room, room);
    // Also from another tab, and in those that open while it rings or have no socket.
    assert_eq!(ana.ring(&ben).await.room, room);
    assert_eq!(snapshot(&mut app.ws(&ana).await).await.1[0].room, room);
    assert_eq!(snapshot(&mut app.ws(&ben).await).await.0[0].room, room);
    let ringing = async |who: &Person| match who.ask("ringing", &[]).await.unwrap() {
        InvitationNews::Snapshot { incoming, outgoing, .. } => (incoming, outgoing),
        other => panic!("{other:?}"),
    };
    assert_eq!(ringing(&ana).await.1[0].room, room);
    assert_eq!(ringing(&ben).await.0[0].room, room);

    // Who has parted has no room, also in the moment before it stops ringing.
    ben.tell::<()>("end_partnership", &[("username", "ana")]).await.unwrap();
    assert_eq!(ringing(&ana).await.1[0].room, None);
    assert_eq!(ringing(&ben).await.0[0].room, None);
}

/// The call that goes on, as a person's tab has been told before it heard how an invitation was settled.
async fn known_before_the_answer(socket: &mut Socket, room: RoomId) -> OngoingCall {
    assert_eq!(outcome(socket).await, Outcome::Accepted { room });
    let told = socket.heard().filter_map(|message| match message {
        ServerMessage::Calls(CallNews::Ongoing { call }) => call.clone(),
        _ => None,
    });
    let told: Vec<OngoingCall> = told.collect();
    assert_eq!(told.len(), 1, "told {told:?} before the answer");
    told.into_iter().next().unwrap()
}

/// Whoever hears that it was answered goes to the room at once, which takes what was fetched while it rang only for a call that it knows.
async fn who_hears_of_an_answer_knows_the_call_by_then(engine: Engine) {
    for is_crossed in [false, true] {
        let app = TestApp::by_hand(engine).await;
        let (ana, ben, pair) = app.ana_and_ben().await;
        let phone = ben.another_device(&app).await;
        let mut sockets = [app.ws(&ana).await, app.ws(&ben).await, app.ws(&phone).await];
        let id = ana.ring(&ben).await.id;
        if is_crossed {
            let (room, answered) = (pair.room, Some(id));
            assert_eq!(ben.start_call(&ana).await, Started::Connected { room, answered });
        } else {
            let form = [("invitation", &*id.to_string())];
            assert_eq!(ben.tell::<RoomId>("accept_call", &form).await.unwrap(), pair.room);
        }
        let mut calls = Vec::new();
        for (socket, partner) in sockets.iter_mut().zip([&ben, &ana, &ana]) {
            let call = known_before_the_answer(socket, pair.room).await;
            assert_eq!(
                (call.room, call.partner, call.is_here),
                (pair.room, partner.card.clone(), false)
            );
            calls.push(call.id);
        }
        assert!(calls.iter().all(|call| *call == calls[0]), "{calls:?}");
    }
}

async fn when_an_answered_call_began_to_ring_is_kept(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let (_anas, _bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let answer = async |function: &str| {
        let id = ana.ring(&ben).await.id.to_string();
        app.advance(Duration::from_secs(7));
        let form = [("invitation", id.as_str())];
        let answered: serde_json::Value = ben.tell(function, &form).await.unwrap();
        answered
    };
    let into_calls = "SELECT COUNT(*) FROM call_invitation i JOIN call c ON c.id = i.call_id";
    answer("decline_call").await;
    assert_eq!(app.number(into_calls).await, 0, "it led into none");
    // Neither has come to it when she calls again: it is the same call, which began with the first.
    for times in 1..=2 {
        assert_eq!(answer("accept_call").await, pair.room.to_string());
        assert_eq!(app.number(into_calls).await, times);
        assert_eq!(app.number("SELECT COUNT(*) FROM call").await, 1);
        let rang = "SELECT MIN(c.created_at - i.created_at) FROM call_invitation i JOIN call c ON c.id = i.call_id
                    WHERE i.created_at = (SELECT MIN(created_at) FROM call_invitation WHERE call_id = c.id)";
        assert_eq!(app.number(rang).await, 7_000_000, "from the first ring to the answer");
    }
}
