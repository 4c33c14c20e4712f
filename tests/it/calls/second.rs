//! A call that is answered during another.

use speakle::calls::model::{EndReason, SeatId};
use speakle::calls::wire::{CallCommand, CallNews};
use speakle::invitations::model::Started;
use speakle::invitations::wire::InvitationNews;
use speakle::protocol::ServerMessage;

use super::{InCall, Tab, answered_call, in_call};
use crate::harness::{Engine, TestApp};

both_engines!(
    answering_ends_the_call_before_as_left_by_who_answers,
    calling_somebody_else_ends_nothing,
    calling_who_sits_in_the_pairs_call_leads_there_and_rings_nowhere,
);

async fn answering_ends_the_call_before_as_left_by_who_answers(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        mut anas,
        mut bens,
        call: first,
        ..
    } = in_call(TestApp::start(engine).await).await;
    let carl = app.person("carl").create().await;
    let pair = app.partners(&carl, &ben).await;
    let _carls = app.ws(&carl).await;
    let second = answered_call(&carl, &ben, &pair).await;
    assert_ne!(first, second);
    assert_eq!(anas.hears_end().await, (EndReason::HungUp, false));
    assert_eq!(bens.hears_end().await, (EndReason::HungUp, true));
    let open = "SELECT COUNT(*) FROM call WHERE ended_at IS NULL";
    assert_eq!(app.number(open).await, 1);
    let ended = "SELECT COUNT(*) FROM call c JOIN users u ON u.id = c.ended_by WHERE c.end_reason = 'hung_up' AND u.username = 'ben'";
    assert_eq!(app.number(ended).await, 1);

    // Nobody is left sitting in the first, and the second can be sat down in.
    let mut tab = Tab {
        socket: bens.socket,
        call: second,
        seat: SeatId::random(),
    };
    tab.join().await;
    let mut new_tab = Tab::open(&app, &ana, first).await;
    let going_on = new_tab
        .hears("which call goes on", |news| match news {
            CallNews::Ongoing { call } => Some(call.clone()),
            _ => None,
        })
        .await;
    assert_eq!(going_on, None);
    assert_eq!(app.number(open).await, 1);
}

async fn calling_who_sits_in_the_pairs_call_leads_there_and_rings_nowhere(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        pair,
        mut bens,
        call,
        ..
    } = in_call(TestApp::start(engine).await).await;
    let rings =
        |message: &&ServerMessage| matches!(message, ServerMessage::Invitations(InvitationNews::Ringing { .. }));
    bens.socket.settled().await;
    let rung = bens.socket.heard().filter(rings).count();
    assert_eq!(
        ana.start_call(&ben).await,
        Started::Connected {
            room: pair.room,
            answered: None
        }
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM call_invitation").await, 1);
    bens.socket.settled().await;
    assert_eq!(bens.socket.heard().filter(rings).count(), rung);

    // Who has closed the page has to be called: it rings, and the same call goes on.
    bens.send(CallCommand::Hide { call, seat: bens.seat }).await;
    bens.socket.settled().await;
    assert_eq!(answered_call(&ana, &ben, &pair).await, call);
}

async fn calling_somebody_else_ends_nothing(engine: Engine) {
    let InCall { app, ben, mut bens, .. } = in_call(TestApp::start(engine).await).await;
    let carl = app.person("carl").create().await;
    let pair = app.partners(&ben, &carl).await;
    let mut carls = app.ws(&carl).await;
    let call = answered_call(&ben, &carl, &pair).await;
    let mut tab = Tab {
        socket: carls,
        call,
        seat: SeatId::random(),
    };
    tab.join().await;
    carls = tab.socket;
    carls.settled().await;
    assert!(
        !bens
            .unasked()
            .await
            .iter()
            .any(|news| matches!(news, CallNews::Ended { .. }))
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM call WHERE ended_at IS NULL").await, 2);
}
