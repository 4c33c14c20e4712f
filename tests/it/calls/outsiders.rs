//! What people outside of a pair can do in its room: nothing.

use reqwest::Method;
use speakle::calls::model::{CallId, CallView, DeviceClass, EndReason, RoomId, RoomView, SeatId};
use speakle::calls::wire::{CallCommand, CallNews, MediaState};
use speakle::kernel::error::AppError;
use speakle::protocol::ClientMessage;
use speakle::realtime::wire::RefusedFrame;

use super::{BOTH_ON, InCall, Tab, answered_call, in_call, signal};
use crate::harness::browser::send;
use crate::harness::{Engine, TestApp};

both_engines!(
    an_outsider_can_send_nothing_into_a_call,
    an_outsider_sees_neither_room_nor_call,
    an_ended_partnership_closes_its_room,
    an_old_room_stays_closed_when_two_start_over,
);

/// Everything that a tab can send about a call, with every seat that the sender might have learned of.
fn everything(call: CallId, seats: &[SeatId]) -> Vec<CallCommand> {
    let mut commands = Vec::new();
    for seat in seats {
        commands.extend([
            CallCommand::Join {
                call,
                seat: *seat,
                media: BOTH_ON,
                device: DeviceClass::Computer,
            },
            CallCommand::Heartbeat {
                call,
                seat: *seat,
                receiving: true,
            },
            CallCommand::Media {
                call,
                seat: *seat,
                media: MediaState::default(),
            },
            CallCommand::Hide { call, seat: *seat },
            CallCommand::Leave { call, seat: *seat },
        ]);
        commands.extend(seats.iter().map(|to| CallCommand::Signal {
            call,
            from: *seat,
            to: *to,
            signal: signal(666),
        }));
    }
    commands
}

async fn an_outsider_can_send_nothing_into_a_call(engine: Engine) {
    let InCall {
        app,
        ana,
        mut anas,
        mut bens,
        call,
        ..
    } = in_call(TestApp::by_hand(engine).await).await;
    // Somebody who calls one of the two herself, and so sits in a call of her own.
    let eve = app.person("eve").create().await;
    let pair = app.partners(&ana, &eve).await;
    let mut eves = Tab::open(&app, &eve, call).await;
    let own_call = answered_call(&ana, &eve, &pair).await;
    eves.call = own_call;
    eves.join().await;
    anas.unasked().await;
    let before = app.dump(&[]).await;
    for command in everything(call, &[eves.seat, anas.seat, bens.seat]) {
        assert_eq!(
            eves.socket.refused(&ClientMessage::Calls(command.clone())).await,
            RefusedFrame::NotAllowed,
            "{command:?}"
        );
    }
    let unknown = CallId::random();
    for command in everything(unknown, &[eves.seat, bens.seat]) {
        assert_eq!(
            eves.socket.refused(&ClientMessage::Calls(command.clone())).await,
            RefusedFrame::NotAllowed,
            "{command:?}"
        );
    }
    // Her own seat opens no way into the other call.
    for (of, to) in [(own_call, bens.seat), (own_call, anas.seat)] {
        let command = CallCommand::Signal {
            call: of,
            from: eves.seat,
            to,
            signal: signal(666),
        };
        assert_eq!(
            eves.socket.refused(&ClientMessage::Calls(command)).await,
            RefusedFrame::NotAllowed
        );
    }
    app.assert_unchanged(&before, &[]).await;
    let marker = anas.signal(bens.seat, 1);
    anas.send(marker).await;
    let heard = bens.hears("a signal", |news| match news {
        CallNews::Signal { signal, .. } => Some(signal.generation),
        _ => None,
    });
    assert_eq!(heard.await, 1, "something of hers was relayed");
    assert_eq!(bens.unasked().await, []);
    assert_eq!(eves.unasked().await, [], "she heard something");
}

async fn an_outsider_sees_neither_room_nor_call(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        pair,
        call,
        ..
    } = in_call(TestApp::start(engine).await).await;
    let eve = app.person("eve").create().await;
    app.partners(&ana, &eve).await;
    let (room_id, call_id) = (pair.room.to_string(), call.to_string());
    for who in [&ana, &ben] {
        assert_eq!(who.get(&format!("/call/{room_id}")).await.status, 200);
        assert_eq!(
            who.ask::<CallView>("call_summary", &[("call", &call_id)])
                .await
                .unwrap()
                .id,
            call
        );
    }
    assert_eq!(
        eve.ask::<RoomView>("room", &[("room", &room_id)]).await,
        Err(AppError::NotFound)
    );
    assert_eq!(
        eve.ask::<CallView>("call_summary", &[("call", &call_id)]).await,
        Err(AppError::NotFound)
    );
    // There is no telling a foreign room from one that never was: the same status, the same words.
    let missing = [RoomId::random().to_string(), CallId::random().to_string()];
    for (foreign, nowhere) in [
        (format!("/call/{room_id}"), format!("/call/{}", missing[0])),
        (format!("/calls/{call_id}"), format!("/calls/{}", missing[1])),
    ] {
        let (foreign, nowhere) = (eve.get(&foreign).await, eve.get(&nowhere).await);
        assert_eq!((foreign.status, nowhere.status), (404, 404));
        assert!(!foreign.body.contains("Ben Carter"), "the other's name is on the page");
        assert_eq!(foreign.body.matches("<h1").count(), 1);
    }
    for malformed in ["x", "1", "0190b6a0-7f6e-7c3a-9d2b", "'", &"9".repeat(3_000)] {
        assert_eq!(
            eve.get(&format!("/call/{malformed}")).await.status,
            404,
            "{malformed:.20}"
        );
        assert_eq!(
            eve.get(&format!("/calls/{malformed}")).await.status,
            404,
            "{malformed:.20}"
        );
        let raw = eve
            .bare(Method::GET, &format!("/api/room?room={malformed}"))
            .header("accept", "application/json");
        assert!(matches!(send(raw).await.status, 400 | 404 | 414));
    }
    let visitor = app.visitor();
    assert_eq!(visitor.fetch("room", &[("room", &room_id)]).await.status, 401);
    assert_eq!(visitor.fetch("call_summary", &[("call", &call_id)]).await.status, 401);
    assert_eq!(
        visitor.get(&format!("/call/{room_id}")).await.location(),
        format!("/login?next=%2Fcall%2F{room_id}")
    );
}

async fn an_ended_partnership_closes_its_room(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        pair,
        mut anas,
        mut bens,
        call,
    } = in_call(TestApp::by_hand(engine).await).await;
    ben.tell::<()>("end_partnership", &[("username", "ana")]).await.unwrap();
    for who in [&ana, &ben] {
        assert_eq!(who.fetch("room", &[("room", &pair.room.to_string())]).await.status, 404);
        assert_eq!(who.get(&format!("/call/{}", pair.room)).await.status, 404);
    }
    // Nobody joins any more, also in the moment before the clock notices.
    let mut late = Tab::open(&app, &ana, call).await;
    let join = CallCommand::Join {
        call,
        seat: late.seat,
        media: BOTH_ON,
        device: DeviceClass::Computer,
    };
    assert_eq!(
        late.socket.refused(&ClientMessage::Calls(join)).await,
        RefusedFrame::NotAllowed
    );
    app.sweep().await;
    assert_eq!(anas.hears_end().await, (EndReason::PartnershipEnded, false));
    assert_eq!(
        bens.hears_end().await,
        (EndReason::PartnershipEnded, true),
        "he ended it"
    );
    for command in everything(call, &[anas.seat]) {
        if !matches!(command, CallCommand::Join { .. }) {
            assert_eq!(
                anas.socket.refused(&ClientMessage::Calls(command.clone())).await,
                RefusedFrame::NotAllowed,
                "{command:?}"
            );
        }
    }
    assert_eq!(bens.unasked().await, []);
    // What was, they may still look back at.
    for who in [&ana, &ben] {
        let summary: CallView = who.ask("call_summary", &[("call", &call.to_string())]).await.unwrap();
        assert_eq!(
            (summary.ended.unwrap().reason, summary.room),
            (EndReason::PartnershipEnded, None)
        );
    }
}

async fn an_old_room_stays_closed_when_two_start_over(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        pair,
        call,
        ..
    } = in_call(TestApp::by_hand(engine).await).await;
    ben.tell::<()>("end_partnership", &[("username", "ana")]).await.unwrap();
    let again = app.partners(&ana, &ben).await;
    assert_ne!(again.room, pair.room);
    assert_eq!(ana.fetch("room", &[("room", &pair.room.to_string())]).await.status, 404);
    let mut tab = Tab::open(&app, &ana, call).await;
    let join = CallCommand::Join {
        call,
        seat: tab.seat,
        media: BOTH_ON,
        device: DeviceClass::Computer,
    };
    assert_eq!(
        tab.socket.refused(&ClientMessage::Calls(join)).await,
        RefusedFrame::NotAllowed
    );
    app.sweep().await;
    assert_eq!(app.texts("SELECT end_reason FROM call").await, ["partnership_ended"]);
    let next = answered_call(&ana, &ben, &again).await;
    assert_ne!(next, call);
}
