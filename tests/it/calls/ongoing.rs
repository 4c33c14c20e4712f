//! Every tab of a person knows which call they are in, and nobody else's tab does.

use speakle::calls::model::OngoingCall;
use speakle::calls::wire::{CallCommand, CallNews};

use super::{InCall, answered_call, in_call};
use crate::harness::{Engine, Socket, TestApp};
use speakle::protocol::ServerMessage;

both_engines!(
    all_tabs_are_told_when_the_person_sits_down_and_when_it_is_over,
    an_answered_call_waits_for_both_and_for_who_has_left_the_page,
    a_new_socket_is_told_also_by_a_restarted_server,
);

async fn ongoing(socket: &mut Socket) -> Option<OngoingCall> {
    socket
        .wait("which call goes on", |message| match message {
            ServerMessage::Calls(CallNews::Ongoing { call }) => Some(call.clone()),
            _ => None,
        })
        .await
}

async fn all_tabs_are_told_when_the_person_sits_down_and_when_it_is_over(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let eve = app.person("eve").create().await;
    let (mut other_tab, mut eves, _bens) = (app.ws(&ana).await, app.ws(&eve).await, app.ws(&ben).await);
    assert_eq!(ongoing(&mut other_tab).await, None);
    assert_eq!(ongoing(&mut eves).await, None);

    let call = answered_call(&ana, &ben, &pair).await;
    let told = ongoing(&mut other_tab).await.expect("the other tab was not told");
    assert_eq!((told.id, told.room, told.partner.id), (call, pair.room, ben.id));
    let mut tab = super::Tab::open(&app, &ana, call).await;
    tab.join().await;

    let leave = CallCommand::Leave { call, seat: tab.seat };
    tab.send(leave).await;
    let over = |message: &ServerMessage| {
        matches!(message, ServerMessage::Calls(CallNews::Ended { call: of, .. }) if *of == call).then_some(())
    };
    other_tab.wait("the end", over).await;
    assert_eq!(ongoing(&mut app.ws(&ana).await).await, None);

    eves.settled().await;
    assert!(
        !eves.heard().any(|message| matches!(message, ServerMessage::Calls(_))),
        "an outsider heard of the call"
    );
}

async fn an_answered_call_waits_for_both_and_for_who_has_left_the_page(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let mut tabs = [app.ws(&ana).await, app.ws(&ben).await];
    for tab in &mut tabs {
        assert_eq!(ongoing(tab).await, None);
    }
    let call = answered_call(&ana, &ben, &pair).await;
    for tab in &mut tabs {
        let told = ongoing(tab).await.expect("a tab was not told of the answer");
        assert_eq!((told.id, told.is_here), (call, false));
    }
    let mut tab = super::Tab::open(&app, &ana, call).await;
    tab.join().await;
    assert!(ongoing(&mut tabs[0]).await.is_some_and(|told| told.is_here));
    let hide = CallCommand::Hide { call, seat: tab.seat };
    tab.send(hide).await;
    assert!(ongoing(&mut tabs[0]).await.is_some_and(|told| !told.is_here));
    tabs[1].settled().await;
    assert!(
        !tabs[1]
            .heard()
            .any(|message| matches!(message, ServerMessage::Calls(CallNews::Ongoing { .. }))),
        "what she does changes nothing for him"
    );
}

async fn a_new_socket_is_told_also_by_a_restarted_server(engine: Engine) {
    let InCall {
        app, ana, ben, call, ..
    } = in_call(TestApp::start(engine).await).await;
    let restarted = app.another_process(true).await;
    for (person, partner) in [(&ana, &ben), (&ben, &ana)] {
        let told = ongoing(&mut restarted.ws(&person.at(&restarted)).await).await;
        let told = told.expect("the new socket was not told");
        assert_eq!((told.id, told.partner.id), (call, partner.id));
    }
}
