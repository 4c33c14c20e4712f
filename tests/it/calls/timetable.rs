//! When a call ends, by a clock that the test moves. The timetable stands in design.md and in `calls::model`.

use std::time::Duration;

use futures::FutureExt as _;
use speakle::calls::model::{
    CallView, DeviceClass, EndReason, GONE_AFTER, LOST_AFTER, PartnerState, QualitySample, SeatId,
};
use speakle::calls::wire::{CallCommand, CallNews};
use speakle::matching::model::PartnerView;
use speakle::protocol::ClientMessage;
use speakle::realtime::model::Presence;
use speakle::realtime::wire::RefusedFrame;
use speakle::server::db::{Conn, StoreError};
use tokio::sync::oneshot;

use super::{BOTH_ON, InCall, Tab, answered_call, in_call, room};
use crate::harness::{Engine, Person, TestApp, eventually};

both_engines!(
    leaving_ends_the_call_at_once,
    both_may_leave_in_the_same_moment,
    who_leaves_and_the_sweep_wait_for_each_other_in_one_order,
    silence_is_told_within_five_seconds_and_passes_when_they_are_back,
    silence_of_a_minute_ends_the_call_at_the_last_heartbeat,
    two_silent_people_end_their_call,
    a_closed_page_is_told_at_once_and_ends_the_call_after_ten_seconds,
    a_reload_keeps_the_call,
    the_last_media_of_a_closed_page_do_not_bring_it_back,
    whose_media_arrive_is_there_without_a_socket,
    a_call_that_nobody_enters_ends,
    the_page_with_the_preview_keeps_the_call_open,
    a_restarted_server_gives_everybody_their_time_again,
    the_next_call_is_a_new_one,
);

pub(super) const SECOND: Duration = Duration::from_secs(1);

pub(super) async fn by_hand(engine: Engine) -> InCall {
    in_call(TestApp::by_hand(engine).await).await
}

pub(super) async fn summary(person: &Person, tab: &Tab) -> CallView {
    person
        .ask("call_summary", &[("call", &tab.call.to_string())])
        .await
        .unwrap()
}

/// Time passes in steps of half a second, as the background work would see it; who is `alive` sends a heartbeat every two seconds.
pub(super) async fn pass(app: &TestApp, span: Duration, alive: &mut [(&mut Tab, bool)]) {
    let steps = span.as_millis() / 500;
    for step in 1..=steps {
        app.advance(SECOND / 2);
        if step % 4 == 0 {
            for (tab, receiving) in alive.iter_mut() {
                tab.beat(*receiving).await;
            }
        }
        app.sweep().await;
    }
}

async fn leaving_ends_the_call_at_once(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        pair,
        mut anas,
        mut bens,
        call,
    } = by_hand(engine).await;
    pass(&app, 42 * SECOND, &mut [(&mut anas, true), (&mut bens, true)]).await;
    anas.send(CallCommand::Leave { call, seat: anas.seat }).await;
    assert_eq!(anas.hears_end().await, (EndReason::HungUp, true));
    assert_eq!(bens.hears_end().await, (EndReason::HungUp, false));
    for (who, by_me) in [(&ana, true), (&ben, false)] {
        let view = summary(who, &anas).await;
        assert_eq!((view.seconds, view.room), (Some(42), Some(pair.room)));
        assert_eq!(
            view.ended.map(|ended| (ended.reason, ended.by_me)),
            Some((EndReason::HungUp, by_me))
        );
    }
    let after = room(&ana, &pair).await;
    assert_eq!((after.call, after.last_call), (None, Some(call)));
    // Over is over: nothing counts any more, and who comes late learns how it ended.
    for command in [
        CallCommand::Leave { call, seat: anas.seat },
        CallCommand::Hide { call, seat: anas.seat },
        CallCommand::Heartbeat {
            call,
            seat: anas.seat,
            receiving: true,
        },
        anas.signal(bens.seat, 1),
    ] {
        assert_eq!(
            anas.socket.refused(&ClientMessage::Calls(command.clone())).await,
            RefusedFrame::NotAllowed,
            "{command:?}"
        );
    }
    let mut late = Tab::open(&app, &ben, call).await;
    late.send(CallCommand::Join {
        call,
        seat: late.seat,
        media: BOTH_ON,
        device: DeviceClass::Computer,
    })
    .await;
    assert_eq!(late.hears_end().await, (EndReason::HungUp, false));
    pass(&app, 70 * SECOND, &mut []).await;
    assert_eq!(summary(&ana, &anas).await.seconds, Some(42), "the end moved");
}

/// The sweep writes heartbeats and then samples; who leaves has just handed in their last sample.
async fn who_leaves_and_the_sweep_wait_for_each_other_in_one_order(engine: Engine) {
    let InCall {
        app,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    app.advance(10 * SECOND);
    let seat = anas.seat;
    let sample = QualitySample {
        span_ms: 10_000,
        ..QualitySample::default()
    };
    anas.send(CallCommand::Sample {
        call,
        seat,
        number: 1,
        ago_ms: 0,
        sample,
    })
    .await;
    anas.socket.settled().await;
    let (stands, stood) = oneshot::channel();
    let (go, gone) = oneshot::channel::<()>();
    let sweeping = app.write(move |conn| {
        async move {
            // The first to notice gives up, which fails this test.
            if matches!(conn.engine(), speakle::server::db::Engine::Postgres(_)) {
                run(conn, "SET LOCAL deadlock_timeout = '10ms'").await?;
            }
            run(conn, "UPDATE call_participant SET last_heartbeat_at = last_heartbeat_at + 1").await?;
            stands.send(()).unwrap();
            gone.await.unwrap();
            let sql = "INSERT INTO call_sample (call_id, user_id, at, figures)
                       SELECT p.call_id, p.user_id, c.created_at + 10000000, '{}' FROM call_participant p JOIN call c ON c.id = p.call_id
                       WHERE p.seat_id IS NOT NULL ON CONFLICT DO NOTHING";
            run(conn, sql).await
        }
        .boxed()
    });
    let leaving = async {
        stood.await.unwrap();
        anas.send(CallCommand::Leave { call, seat }).await;
        app.somebody_waits().await;
        go.send(()).unwrap();
        bens.hears_end().await
    };
    let ((), ended) = futures::future::join(sweeping, leaving).await;
    assert_eq!(ended, (EndReason::HungUp, false));
    assert_eq!(app.number("SELECT COUNT(*) FROM call_sample").await, 2);
}

async fn run(conn: &mut Conn, sql: &'static str) -> Result<(), StoreError> {
    Ok(speakle::on_engine!(conn, |c| sqlx::query(sql)
        .execute(c)
        .await
        .map(drop))?)
}

async fn both_may_leave_in_the_same_moment(engine: Engine) {
    let InCall {
        app: _app,
        ana,
        ben,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    let (hers, his) = (
        CallCommand::Leave { call, seat: anas.seat },
        CallCommand::Leave { call, seat: bens.seat },
    );
    futures::future::join(anas.send(hers), bens.send(his)).await;
    let (hers, his) = (anas.hears_end().await, bens.hears_end().await);
    assert_eq!((hers.0, his.0), (EndReason::HungUp, EndReason::HungUp));
    assert_ne!(hers.1, his.1, "one of the two brought it about");
    for (who, by_me) in [(&ana, hers.1), (&ben, his.1)] {
        assert_eq!(summary(who, &anas).await.ended.unwrap().by_me, by_me);
    }
    assert!(
        !anas
            .unasked()
            .await
            .iter()
            .any(|news| matches!(news, CallNews::Ended { .. })),
        "told twice"
    );
}

async fn silence_is_told_within_five_seconds_and_passes_when_they_are_back(engine: Engine) {
    let InCall {
        app,
        ana,
        mut anas,
        mut bens,
        ..
    } = by_hand(engine).await;
    for _ in 0..3 {
        anas.beat(false).await;
        app.sweep().await;
        bens.unasked().await;
        pass(&app, 4 * SECOND, &mut [(&mut bens, false)]).await;
        assert_eq!(bens.unasked().await, [], "one lost heartbeat is no silence");
        pass(&app, SECOND, &mut [(&mut bens, false)]).await;
        bens.hears_partner(PartnerState::Silent).await;
        pass(&app, 20 * SECOND, &mut [(&mut bens, false)]).await;
        assert_eq!(bens.unasked().await, [], "told again and again");
        anas.beat(false).await;
        app.sweep().await;
        bens.hears_partner(PartnerState::Here { seat: anas.seat }).await;
    }
    assert_eq!(summary(&ana, &anas).await.ended, None);
    assert_eq!(anas.unasked().await, [], "her own silence is not her news");
}

async fn silence_of_a_minute_ends_the_call_at_the_last_heartbeat(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        mut anas,
        mut bens,
        ..
    } = by_hand(engine).await;
    pass(&app, 30 * SECOND, &mut [(&mut anas, true), (&mut bens, true)]).await;
    let seat = anas.seat;
    anas.socket.close().await;
    pass(&app, LOST_AFTER - SECOND / 2, &mut [(&mut bens, false)]).await;
    assert_eq!(summary(&ben, &bens).await.ended, None);
    bens.hears_partner(PartnerState::Silent).await;
    pass(&app, SECOND / 2, &mut [(&mut bens, false)]).await;
    assert_eq!(bens.hears_end().await, (EndReason::ConnectionLost, false));
    let view = summary(&ana, &bens).await;
    // She was last heard of at the end of the first thirty seconds; the minute of waiting is no part of the talk.
    assert_eq!(
        (view.seconds, view.ended.unwrap().reason),
        (Some(30), EndReason::ConnectionLost)
    );
    // Who comes back after it learns that.
    let mut back = Tab::back(&app, &ana, bens.call, seat).await;
    back.send(CallCommand::Join {
        call: bens.call,
        seat,
        media: BOTH_ON,
        device: DeviceClass::Computer,
    })
    .await;
    assert_eq!(back.hears_end().await.0, EndReason::ConnectionLost);
}

async fn two_silent_people_end_their_call(engine: Engine) {
    let InCall {
        app, ana, anas, bens, ..
    } = by_hand(engine).await;
    pass(&app, LOST_AFTER + 5 * SECOND, &mut []).await;
    let view = summary(&ana, &anas).await;
    assert_eq!(
        (view.ended.unwrap().reason, view.seconds),
        (EndReason::ConnectionLost, Some(0))
    );
    let seen: Vec<PartnerView> = ana.ask("partners", &[]).await.unwrap();
    assert_eq!(seen[0].presence, Presence::Online, "he is in no call any more");
    drop(bens);
}

async fn a_closed_page_is_told_at_once_and_ends_the_call_after_ten_seconds(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    pass(&app, 8 * SECOND, &mut [(&mut anas, true), (&mut bens, true)]).await;
    anas.send(CallCommand::Hide { call, seat: anas.seat }).await;
    bens.hears_partner(PartnerState::Gone).await;
    anas.socket.close().await;
    pass(&app, GONE_AFTER - SECOND / 2, &mut [(&mut bens, false)]).await;
    assert_eq!(summary(&ben, &bens).await.ended, None);
    assert_eq!(bens.unasked().await, [], "gone is not silent as well");
    pass(&app, SECOND / 2, &mut [(&mut bens, false)]).await;
    assert_eq!(bens.hears_end().await, (EndReason::Left, false));
    let view = summary(&ana, &bens).await;
    assert_eq!(
        (view.seconds, view.ended.map(|ended| (ended.reason, ended.by_me))),
        (Some(8), Some((EndReason::Left, true)))
    );
}

async fn a_reload_keeps_the_call(engine: Engine) {
    let InCall {
        app,
        ana,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    for _ in 0..3 {
        anas.send(CallCommand::Hide { call, seat: anas.seat }).await;
        bens.hears_partner(PartnerState::Gone).await;
        anas.socket.close().await;
        pass(&app, 9 * SECOND, &mut [(&mut bens, false)]).await;
        anas = Tab::open(&app, &ana, call).await;
        assert_eq!(anas.join().await.0, PartnerState::Here { seat: bens.seat });
        bens.hears_partner(PartnerState::Here { seat: anas.seat }).await;
        pass(&app, 30 * SECOND, &mut [(&mut anas, true), (&mut bens, true)]).await;
        assert_eq!(summary(&ana, &anas).await.ended, None);
    }
    assert_eq!(bens.unasked().await, []);
    // A page that was hidden and shows again (back and forward) keeps its seat and only beats on.
    anas.send(CallCommand::Hide { call, seat: anas.seat }).await;
    bens.hears_partner(PartnerState::Gone).await;
    pass(&app, 5 * SECOND, &mut [(&mut bens, false)]).await;
    anas.beat(true).await;
    app.sweep().await;
    bens.hears_partner(PartnerState::Here { seat: anas.seat }).await;
    pass(&app, 30 * SECOND, &mut [(&mut anas, true), (&mut bens, true)]).await;
    assert_eq!(summary(&ana, &anas).await.ended, None);
}

async fn the_last_media_of_a_closed_page_do_not_bring_it_back(engine: Engine) {
    let InCall {
        app,
        ben,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    anas.send(CallCommand::Hide { call, seat: anas.seat }).await;
    bens.hears_partner(PartnerState::Gone).await;
    // What was on its way when she went is reported by his next heartbeat.
    pass(&app, 2 * SECOND, &mut [(&mut bens, true)]).await;
    assert_eq!(bens.unasked().await, [], "an echo brought her back");
    pass(&app, 8 * SECOND, &mut [(&mut bens, false)]).await;
    assert_eq!(bens.hears_end().await.0, EndReason::Left);
    assert_eq!(summary(&ben, &bens).await.seconds, Some(0));
}

async fn whose_media_arrive_is_there_without_a_socket(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        mut bens,
        anas,
        ..
    } = by_hand(engine).await;
    let seat = anas.seat;
    anas.socket.close().await;
    pass(&app, 100 * SECOND, &mut [(&mut bens, true)]).await;
    assert_eq!(bens.unasked().await, [], "she is seen and heard, and yet called silent");
    assert_eq!(summary(&ben, &bens).await.ended, None);
    // Her media stop: from then on her time runs.
    pass(&app, 5 * SECOND, &mut [(&mut bens, false)]).await;
    bens.hears_partner(PartnerState::Silent).await;
    let mut back = Tab::back(&app, &ana, bens.call, seat).await;
    assert_eq!(back.join().await.0, PartnerState::Here { seat: bens.seat });
    bens.hears_partner(PartnerState::Here { seat }).await;
    back.socket.close().await;
    pass(&app, 60 * SECOND, &mut [(&mut bens, false)]).await;
    assert_eq!(bens.hears_end().await.0, EndReason::ConnectionLost);
    assert_eq!(summary(&ben, &bens).await.seconds, Some(105));
}

async fn a_call_that_nobody_enters_ends(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let (anas, _bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let call = answered_call(&ana, &ben, &pair).await;
    let mut tab = Tab {
        socket: anas,
        call,
        seat: SeatId::random(),
    };
    pass(&app, LOST_AFTER - SECOND, &mut []).await;
    assert_eq!(summary(&ana, &tab).await.ended, None);
    pass(&app, SECOND, &mut []).await;
    assert_eq!(tab.hears_end().await.0, EndReason::Timeout);
    assert_eq!(summary(&ana, &tab).await.seconds, None, "they never were together");
    assert_eq!(room(&ana, &pair).await.call, None);
}

async fn the_page_with_the_preview_keeps_the_call_open(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let (anas, bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let call = answered_call(&ana, &ben, &pair).await;
    let mut anas = Tab {
        socket: anas,
        call,
        seat: SeatId::random(),
    };
    let mut bens = Tab {
        socket: bens,
        call,
        seat: SeatId::random(),
    };
    pass(&app, 70 * SECOND, &mut [(&mut anas, false), (&mut bens, false)]).await;
    assert_eq!(summary(&ana, &anas).await.ended, None);
    assert_eq!(anas.join().await, (PartnerState::Absent, Default::default(), None));
    pass(&app, 70 * SECOND, &mut [(&mut anas, false), (&mut bens, false)]).await;
    assert_eq!(bens.join().await.0, PartnerState::Here { seat: anas.seat });
    anas.hears_partner(PartnerState::Here { seat: bens.seat }).await;
    anas.send(CallCommand::Leave { call, seat: anas.seat }).await;
    anas.hears_end().await;
    // Counted from when both were there.
    assert_eq!(summary(&ana, &anas).await.seconds, Some(0));
}

async fn a_restarted_server_gives_everybody_their_time_again(engine: Engine) {
    let mut both = by_hand(engine).await;
    both.anas.beat(true).await;
    both.app.sweep().await;
    // Killed, and nobody's heartbeat is written down while it is away.
    both.app.advance(600 * SECOND);
    let InCall {
        app,
        ana,
        pair,
        mut anas,
        mut bens,
        call,
        ..
    } = both.restarted(true).await;
    let (her_seat, his_seat) = (anas.seat, bens.seat);
    let now = app.state.clock.now();
    eventually("the clocks to be reset", || async {
        let sql = "SELECT MIN(last_heartbeat_at) FROM call_participant";
        (app.number(sql).await == now.0).then_some(())
    })
    .await;
    app.sweep().await;
    assert_eq!(room(&ana, &pair).await.call, Some(call), "the restart ended the call");
    // They come back by themselves, one after the other, to the same seats.
    assert_eq!(anas.join().await.0, PartnerState::Silent, "he is on his way back");
    assert_eq!(bens.join().await.0, PartnerState::Here { seat: her_seat });
    anas.hears_partner(PartnerState::Here { seat: his_seat }).await;
    let command = anas.signal(his_seat, 9);
    anas.send(command).await;
    bens.hears("her signal", |news| {
        matches!(news, CallNews::Signal { signal, .. } if signal.generation == 9).then_some(())
    })
    .await;
    // And who does not come back has the full minute, not more.
    drop(anas);
    pass(&app, LOST_AFTER + SECOND, &mut [(&mut bens, false)]).await;
    assert_eq!(bens.hears_end().await.0, EndReason::ConnectionLost);
}

async fn the_next_call_is_a_new_one(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        pair,
        mut anas,
        mut bens,
        call,
    } = by_hand(engine).await;
    bens.send(CallCommand::Leave { call, seat: bens.seat }).await;
    bens.hears_end().await;
    anas.hears_end().await;
    let next = answered_call(&ben, &ana, &pair).await;
    assert_ne!(next, call);
    // A tab that slept through it all takes no part in the new call by its old name.
    anas.send(CallCommand::Join {
        call,
        seat: anas.seat,
        media: BOTH_ON,
        device: DeviceClass::Computer,
    })
    .await;
    assert_eq!(anas.hears_end().await, (EndReason::HungUp, false));
    let mut anas = Tab {
        socket: anas.socket,
        call: next,
        seat: SeatId::random(),
    };
    assert_eq!(anas.join().await, (PartnerState::Absent, Default::default(), None));
    assert_eq!(room(&ana, &pair).await.call, Some(next));
    // Accepting again while it goes on opens no second one.
    assert_eq!(answered_call(&ana, &ben, &pair).await, next);
    assert_eq!(app.number("SELECT COUNT(*) FROM call").await, 2);
}
