//! Who sits where, and that signals pass between the two seats and nowhere else.

use std::time::Duration;

use speakle::calls::model::{CallView, DeviceClass, PartnerState, SeatId, SwitchedOff};
use speakle::calls::negotiation::{Description, DescriptionKind, Signal, SignalPayload};
use speakle::calls::wire::{CallCommand, CallNews, MediaState};
use speakle::matching::model::PartnerView;
use speakle::protocol::ClientMessage;
use speakle::realtime::model::Presence;
use speakle::realtime::wire::RefusedFrame;

use super::{BOTH_ON, InCall, Tab, answered_call, in_call, room, signal};
use crate::harness::{Engine, TestApp};

both_engines!(
    signals_pass_between_the_two_seats_in_order,
    signals_of_and_to_other_seats_are_refused,
    a_new_page_takes_the_seat_over,
    what_was_switched_off_goes_along_to_the_next_device,
    two_pages_that_join_at_the_same_moment_leave_one_seated,
    two_people_who_join_at_the_same_moment_begin_once,
    a_blip_keeps_the_seat_and_the_call,
    who_comes_back_does_not_take_a_seat_that_has_moved_on,
    switching_microphone_and_camera_is_told,
    one_side_of_the_pair_is_polite,
    being_in_a_call_shows,
);

async fn signals_pass_between_the_two_seats_in_order(engine: Engine) {
    let InCall {
        app: _app,
        mut anas,
        mut bens,
        call,
        ..
    } = in_call(TestApp::start(engine).await).await;
    // As long as an offer with many candidates.
    let sdp = "a=candidate:1 1 udp 2113937151 198.51.100.7 50000 typ host\r\n".repeat(500);
    let offer = Signal {
        payload: SignalPayload::Description(Description {
            kind: DescriptionKind::Offer,
            sdp,
        }),
        ..signal(0)
    };
    for n in 0..100 {
        let signal = if n == 0 { offer.clone() } else { signal(n) };
        anas.send(CallCommand::Signal {
            call,
            from: anas.seat,
            to: bens.seat,
            signal,
        })
        .await;
    }
    let back = bens.signal(anas.seat, 7);
    bens.send(back).await;
    let mut heard = Vec::new();
    for _ in 0..100 {
        let next = bens.hears("a signal", |news| match news {
            CallNews::Signal {
                call: of,
                from,
                to,
                signal,
            } => Some((*of, *from, *to, signal.clone())),
            _ => None,
        });
        let (of, from, to, signal) = next.await;
        assert_eq!((of, from, to), (call, anas.seat, bens.seat));
        heard.push(signal);
    }
    assert_eq!(heard[0], offer);
    assert_eq!(
        heard[1..].iter().map(|signal| signal.generation).collect::<Vec<_>>(),
        (1..100).collect::<Vec<_>>()
    );
    anas.hears("his signal", |news| {
        matches!(news, CallNews::Signal { signal, .. } if signal.generation == 7).then_some(())
    })
    .await;
    // Nobody hears an echo of their own.
    assert!(
        anas.unasked()
            .await
            .iter()
            .all(|news| !matches!(news, CallNews::Signal { .. }))
    );
}

async fn signals_of_and_to_other_seats_are_refused(engine: Engine) {
    let InCall {
        app,
        ana,
        mut anas,
        mut bens,
        call,
        ..
    } = in_call(TestApp::start(engine).await).await;
    let nowhere = SeatId::random();
    for (from, to) in [
        (anas.seat, nowhere),
        (nowhere, bens.seat),
        (bens.seat, anas.seat),
        (anas.seat, anas.seat),
        (bens.seat, bens.seat),
    ] {
        let command = CallCommand::Signal {
            call,
            from,
            to,
            signal: signal(66),
        };
        assert_eq!(
            anas.socket.refused(&ClientMessage::Calls(command)).await,
            RefusedFrame::NotAllowed,
            "{from} to {to}"
        );
    }
    // Another tab of the same person that knows the seats.
    let mut other = Tab::back(&app, &ana, call, anas.seat).await;
    let command = other.signal(bens.seat, 66);
    assert_eq!(
        other.socket.refused(&ClientMessage::Calls(command)).await,
        RefusedFrame::NotAllowed
    );
    let command = anas.signal(bens.seat, 1);
    anas.send(command).await;
    let first = bens.hears("a signal", |news| match news {
        CallNews::Signal { signal, .. } => Some(signal.generation),
        _ => None,
    });
    assert_eq!(first.await, 1, "a refused one was relayed");
}

async fn a_new_page_takes_the_seat_over(engine: Engine) {
    let InCall {
        app,
        ana,
        mut anas,
        mut bens,
        call,
        ..
    } = in_call(TestApp::start(engine).await).await;
    let phone = ana.another_device(&app).await;
    let mut on_phone = Tab::open(&app, &phone, call).await;
    let (partner, _, together) = on_phone.join().await;
    assert_eq!(partner, PartnerState::Here { seat: bens.seat });
    assert!(together.is_some(), "the timer starts anew");
    let old = anas.seat;
    anas.hears("the loss of the seat", |news| {
        matches!(news, CallNews::SeatTaken { seat, .. } if *seat == old).then_some(())
    })
    .await;
    bens.hears_partner(PartnerState::Here { seat: on_phone.seat }).await;
    // The old page has nothing to say any more.
    for command in [
        anas.signal(bens.seat, 66),
        CallCommand::Heartbeat {
            call,
            seat: old,
            receiving: true,
        },
        CallCommand::Media {
            call,
            seat: old,
            media: MediaState::default(),
        },
        CallCommand::Hide { call, seat: old },
        CallCommand::Leave { call, seat: old },
    ] {
        assert_eq!(
            anas.socket.refused(&ClientMessage::Calls(command.clone())).await,
            RefusedFrame::NotAllowed,
            "{command:?}"
        );
    }
    let command = on_phone.signal(bens.seat, 1);
    on_phone.send(command).await;
    bens.hears("the new seat's signal", |news| {
        matches!(news, CallNews::Signal { signal, .. } if signal.generation == 1).then_some(())
    })
    .await;
    assert_eq!(bens.unasked().await, []);
}

async fn what_was_switched_off_goes_along_to_the_next_device(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        pair,
        mut anas,
        call,
        ..
    } = in_call(TestApp::start(engine).await).await;
    assert!(room(&ana, &pair).await.switched_off.is_nothing());
    let muted = SwitchedOff {
        microphone: true,
        camera: false,
    };
    anas.send(CallCommand::Media {
        call,
        seat: anas.seat,
        media: MediaState {
            microphone: false,
            switched_off: muted,
            ..BOTH_ON
        },
    })
    .await;
    anas.socket.settled().await;
    let phone = ana.another_device(&app).await;
    assert_eq!(
        room(&phone, &pair).await.switched_off,
        muted,
        "before she sits down there"
    );
    assert!(room(&ben, &pair).await.switched_off.is_nothing(), "it is hers");

    let mut on_phone = Tab::open(&app, &phone, call).await;
    let place = on_phone.seat;
    for time in ["when she does", "when the answer is lost and she asks again"] {
        let command = on_phone.joining();
        on_phone.send(command).await;
        let told = on_phone.hears("what is off", |news| match news {
            CallNews::Joined { seat, switched_off, .. } if *seat == place => Some(*switched_off),
            _ => None,
        });
        assert_eq!(told.await, muted, "{time}");
    }
}

async fn who_comes_back_does_not_take_a_seat_that_has_moved_on(engine: Engine) {
    let InCall {
        app,
        ana,
        anas,
        mut bens,
        call,
        ..
    } = in_call(TestApp::by_hand(engine).await).await;
    let again = |tab: &Tab| CallCommand::Rejoin {
        call,
        seat: tab.seat,
        media: BOTH_ON,
        device: DeviceClass::Computer,
    };
    let (old, place) = (anas.seat, bens.seat);

    // A blip: nobody has taken it.
    drop(anas);
    let mut anas = Tab::back(&app, &ana, call, old).await;
    let command = again(&anas);
    anas.send(command).await;
    let joined = anas.hears("the seat", |news| match news {
        CallNews::Joined { seat, partner, .. } if *seat == old => Some(*partner),
        _ => None,
    });
    assert_eq!(joined.await, PartnerState::Here { seat: place });
    bens.hears_partner(PartnerState::Here { seat: old }).await;

    // While her computer has no socket she goes on with the phone.
    drop(anas);
    let phone = ana.another_device(&app).await;
    let mut on_phone = Tab::open(&app, &phone, call).await;
    on_phone.join().await;
    bens.hears_partner(PartnerState::Here { seat: on_phone.seat }).await;

    let mut anas = Tab::back(&app, &ana, call, old).await;
    let command = again(&anas);
    anas.send(command).await;
    anas.hears("the loss of the seat", |news| {
        matches!(news, CallNews::SeatTaken { seat, .. } if *seat == old).then_some(())
    })
    .await;
    assert!(app.server.calls().is_seated(call, ana.id, on_phone.socket.connection));
    assert_eq!(on_phone.unasked().await, []);
    assert_eq!(bens.unasked().await, []);

    // Asked for by the person it moves.
    anas.join().await;
    bens.hears_partner(PartnerState::Here { seat: old }).await;
}

async fn two_pages_that_join_at_the_same_moment_leave_one_seated(engine: Engine) {
    let InCall {
        app,
        ana,
        mut bens,
        call,
        ..
    } = in_call(TestApp::start(engine).await).await;
    for round in 0..10 {
        let (mut one, mut other) = (Tab::open(&app, &ana, call).await, Tab::open(&app, &ana, call).await);
        futures::future::join(one.join(), other.join()).await;
        let calls = app.server.calls();
        let is_seated = |tab: &Tab| calls.is_seated(call, ana.id, tab.socket.connection);
        assert_ne!(is_seated(&one), is_seated(&other));
        let seated = if is_seated(&one) { &mut one } else { &mut other };
        let command = seated.signal(bens.seat, round);
        seated.send(command).await;
        bens.hears("a signal", |news| {
            matches!(news, CallNews::Signal { signal, .. } if signal.generation == round).then_some(())
        })
        .await;
    }
}

async fn two_people_who_join_at_the_same_moment_begin_once(engine: Engine) {
    const FIVE_SECONDS: Duration = Duration::from_secs(5);
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let _here = (app.ws(&ana).await, app.ws(&ben).await);
    let started = || app.number("SELECT COALESCE(started_at, 0) FROM call WHERE ended_at IS NULL");
    for _ in 0..10 {
        let call = answered_call(&ana, &ben, &pair).await;
        app.advance(FIVE_SECONDS);
        let both_there = app.state.clock.now();
        let (mut anas, mut bens) = (Tab::open(&app, &ana, call).await, Tab::open(&app, &ben, call).await);
        let (hers, his) = futures::future::join(anas.join(), bens.join()).await;
        // Whoever came second knows since when; the other learns that somebody has come.
        let mut together = [hers.2, his.2];
        together.sort_unstable();
        assert_eq!(together, [None, Some(0)]);
        let (her_seat, his_seat) = (anas.seat, bens.seat);
        for (tab, told, seat) in [(&mut anas, hers.0, his_seat), (&mut bens, his.0, her_seat)] {
            if told != (PartnerState::Here { seat }) {
                tab.hears_partner(PartnerState::Here { seat }).await;
            }
        }
        assert_eq!(started().await, both_there.0);
        // Who reloads is told the same beginning.
        app.advance(FIVE_SECONDS);
        let mut reloaded = [Tab::open(&app, &ana, call).await, Tab::open(&app, &ben, call).await];
        for tab in &mut reloaded {
            assert_eq!(tab.join().await.2, Some(5_000));
        }
        assert_eq!(started().await, both_there.0);
        let [mut reloaded, _] = reloaded;
        reloaded
            .send(CallCommand::Leave {
                call,
                seat: reloaded.seat,
            })
            .await;
        reloaded.hears_end().await;
        let view: CallView = ana.ask("call_summary", &[("call", &call.to_string())]).await.unwrap();
        assert_eq!(view.seconds, Some(5));
    }
}

async fn a_blip_keeps_the_seat_and_the_call(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        pair,
        anas,
        mut bens,
        call,
    } = in_call(TestApp::start(engine).await).await;
    let seat = anas.seat;
    anas.socket.close().await;
    let mut anas = Tab::back(&app, &ana, call, seat).await;
    let (partner, _, together) = anas.join().await;
    assert_eq!(partner, PartnerState::Here { seat: bens.seat });
    assert!(together.is_some());
    bens.hears_partner(PartnerState::Here { seat }).await;
    assert!(
        !anas
            .unasked()
            .await
            .iter()
            .any(|news| matches!(news, CallNews::SeatTaken { .. }))
    );
    let (to_her, to_him) = (bens.signal(seat, 2), anas.signal(bens.seat, 3));
    bens.send(to_her).await;
    anas.hears("his signal", |news| {
        matches!(news, CallNews::Signal { signal, .. } if signal.generation == 2).then_some(())
    })
    .await;
    anas.send(to_him).await;
    bens.hears("her signal", |news| {
        matches!(news, CallNews::Signal { signal, .. } if signal.generation == 3).then_some(())
    })
    .await;
    let there = room(&ben, &pair).await;
    assert_eq!((there.call, there.last_call), (Some(call), None));
    assert_eq!(
        app.number("SELECT COUNT(*) FROM call WHERE started_at IS NOT NULL AND ended_at IS NULL")
            .await,
        1
    );
}

async fn switching_microphone_and_camera_is_told(engine: Engine) {
    let InCall {
        app,
        ben,
        mut anas,
        mut bens,
        call,
        ..
    } = in_call(TestApp::start(engine).await).await;
    let media = MediaState {
        microphone: false,
        camera: true,
        screen: false,
        ..MediaState::default()
    };
    anas.send(CallCommand::Media {
        call,
        seat: anas.seat,
        media,
    })
    .await;
    bens.hears("her switch", |news| {
        matches!(news, CallNews::PartnerMedia { media: now, .. } if *now == media).then_some(())
    })
    .await;
    // Who reloads learns it anew.
    let mut reloaded = Tab::open(&app, &ben, call).await;
    assert_eq!(reloaded.join().await.1, media);
}

async fn one_side_of_the_pair_is_polite(engine: Engine) {
    let app = TestApp::wishes(engine)
        .option("--stun-urls", "stun:stun.example:3478")
        .start()
        .await;
    let InCall {
        app: _app,
        ana,
        ben,
        pair,
        call,
        ..
    } = in_call(app).await;
    let (hers, his) = (room(&ana, &pair).await, room(&ben, &pair).await);
    assert_ne!(hers.polite, his.polite);
    assert_eq!((&hers.partner, &his.partner), (&ben.card, &ana.card));
    assert_eq!((hers.call, his.call), (Some(call), Some(call)));
    assert_eq!(hers.ice.servers[0].urls, ["stun:stun.example:3478"]);
}

async fn being_in_a_call_shows(engine: Engine) {
    let InCall {
        app: _app,
        ana,
        mut anas,
        bens,
        call,
        ..
    } = in_call(TestApp::start(engine).await).await;
    let seen = async || ana.ask::<Vec<PartnerView>>("partners", &[]).await.unwrap()[0].presence;
    assert_eq!(seen().await, Presence::InCall);
    anas.send(CallCommand::Leave { call, seat: anas.seat }).await;
    anas.hears_end().await;
    assert_eq!(seen().await, Presence::Online);
    drop(bens);
}
