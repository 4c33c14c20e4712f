//! Samples of a call: from whom they are taken and when, what waits, and what is acknowledged.

use speakle::calls::model::{DirectionSample, EndReason, MEDIA_WITHIN, QualitySample, SeatId};
use speakle::calls::records::sample::LATE;
use speakle::protocol::{ClientMessage, ServerMessage};
use speakle::realtime::wire::SocketNews;

use super::records::{at_seat, roll_up, sample, samples_kept, summary};
use super::timetable::{SECOND, by_hand};
use super::{InCall, Tab};
use crate::harness::Engine;

both_engines!(
    samples_are_taken_from_the_seat_only,
    what_cannot_have_been_measured_is_refused,
    samples_too_close_are_dropped_without_a_word,
    samples_wait_for_the_sweep_and_survive_a_full_database,
    what_comes_after_the_end_changes_nothing,
    heartbeats_do_not_wait_for_samples,
    the_last_samples_may_come_after_the_end,
    samples_that_waited_for_the_socket_are_taken_at_once,
    a_sample_is_acknowledged_when_it_is_written_and_kept_once,
    who_moves_the_call_hands_in_what_the_other_tab_measured,
);

async fn samples_are_taken_from_the_seat_only(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    let eve = app.person("eve").create().await;
    let mut eves = Tab::open(&app, &eve, call).await;
    for seat in [anas.seat, eves.seat] {
        eves.is_refused(at_seat(call, seat)).await;
    }
    // Nor does the partner's seat, or another of one's own.
    for seat in [bens.seat, SeatId::random()] {
        anas.is_refused(at_seat(call, seat)).await;
    }
    let mut second = Tab::open(&app, &ben, call).await;
    let command = second.measured(sample(1));
    second.is_refused(command).await;
    second.join().await;
    let moved = bens.measured(sample(1));
    bens.is_refused(moved).await;
    app.sweep().await;
    assert_eq!(samples_kept(&app).await, 0);
    second.measures(sample(1)).await;
    anas.measures(sample(1)).await;
    app.sweep().await;
    assert_eq!(samples_kept(&app).await, 2);
    // A process that has just begun knows the seats from the database.
    let other = app.another_process(false).await;
    other.advance(10 * SECOND);
    let mut back = Tab::back(&other, &ana.at(&other), call, anas.seat).await;
    back.measures(sample(2)).await;
    other.sweep().await;
    assert_eq!(samples_kept(&other).await, 3);
}

async fn what_cannot_have_been_measured_is_refused(engine: Engine) {
    let InCall { app, mut anas, .. } = by_hand(engine).await;
    let absurd = [
        QualitySample {
            span_ms: 0,
            ..sample(1)
        },
        QualitySample {
            span_ms: u32::MAX,
            ..sample(1)
        },
        QualitySample {
            round_trip_ms: Some(u16::MAX),
            ..sample(1)
        },
        QualitySample {
            up: DirectionSample {
                bytes: u64::MAX,
                ..sample(1).up
            },
            ..sample(1)
        },
    ];
    for sample in absurd {
        let command = anas.measured(sample);
        anas.is_refused(command).await;
    }
    app.sweep().await;
    assert_eq!(samples_kept(&app).await, 0);
    // Numbers that are none are no message at all.
    let frame = serde_json::to_string(&ClientMessage::Calls(anas.measured(sample(1)))).unwrap();
    for (wrong, instead) in [
        ("\"span_ms\":10001", "\"span_ms\":-1"),
        ("\"span_ms\":10001", "\"span_ms\":1e99"),
    ] {
        assert!(frame.contains(wrong), "{frame}");
        assert!(serde_json::from_str::<ClientMessage>(&frame.replace(wrong, instead)).is_err());
    }
}

async fn samples_too_close_are_dropped_without_a_word(engine: Engine) {
    let InCall {
        app,
        ana,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    for step in 0..40 {
        anas.measures(sample(step)).await;
        if step % 10 == 0 {
            bens.measures(sample(step)).await;
        }
        app.advance(SECOND);
        app.sweep().await;
    }
    let kept = samples_kept(&app).await;
    assert_eq!(
        kept,
        8 + 1 + 4,
        "one in five seconds of hers and one to spare, and all of his"
    );
    let refused = |message: &ServerMessage| matches!(message, ServerMessage::Realtime(SocketNews::Refused { .. }));
    assert!(
        !anas.socket.heard().any(refused),
        "who measures too often is not told so"
    );
    // Neither a new seat nor a new process lets anybody in sooner.
    anas.measures(sample(1)).await;
    let mut again = Tab::open(&app, &ana, call).await;
    again.join().await;
    again.measures(sample(1)).await;
    app.sweep().await;
    let kept = samples_kept(&app).await;
    let other = app.another_process(false).await;
    let mut back = Tab::back(&other, &ana.at(&other), call, again.seat).await;
    back.measures(sample(1)).await;
    other.sweep().await;
    assert_eq!((kept, samples_kept(&other).await), (14, 14));
}

async fn samples_wait_for_the_sweep_and_survive_a_full_database(engine: Engine) {
    let InCall {
        app,
        mut anas,
        mut bens,
        ..
    } = by_hand(engine).await;
    anas.measures(sample(1)).await;
    bens.measures(sample(1)).await;
    assert_eq!(samples_kept(&app).await, 0, "each costs a transaction");
    app.execute("ALTER TABLE call_sample RENAME TO away").await;
    assert!(app.server.calls().sweep().await.is_err());
    app.execute("ALTER TABLE away RENAME TO call_sample").await;
    app.sweep().await;
    assert_eq!(samples_kept(&app).await, 2);
    app.sweep().await;
    assert_eq!(samples_kept(&app).await, 2, "written twice");
}

/// Another process has ended the call; this one writes down late what it had heard.
async fn what_comes_after_the_end_changes_nothing(engine: Engine) {
    let InCall {
        app,
        ana,
        mut anas,
        call,
        ..
    } = by_hand(engine).await;
    let other = app.another_process(false).await;
    app.advance(MEDIA_WITHIN);
    let mut back = Tab::back(&other, &ana.at(&other), call, anas.seat).await;
    back.join().await;
    app.advance(SECOND);
    anas.beat(true).await;
    assert_eq!(back.leaves().await, EndReason::Technical);
    let last = "SELECT MAX(last_heartbeat_at) FROM call_participant";
    let before = app.number(last).await;
    app.server.calls().sweep().await.unwrap();
    assert_eq!(app.number(last).await, before, "nobody is there any more");
    assert_eq!(
        app.number("SELECT COUNT(first_media_at) FROM call").await,
        0,
        "no media came, which it ended by"
    );
}

async fn heartbeats_do_not_wait_for_samples(engine: Engine) {
    let InCall {
        app,
        ana,
        mut anas,
        mut bens,
        ..
    } = by_hand(engine).await;
    anas.measures(sample(1)).await;
    app.execute("ALTER TABLE call_sample RENAME TO away").await;
    for _ in 0..70 {
        app.advance(SECOND);
        anas.beat(false).await;
        bens.beat(false).await;
        assert!(app.server.calls().sweep().await.is_err(), "the sample is not written");
    }
    let last = "SELECT MIN(last_heartbeat_at) FROM call_participant";
    let began = app.number("SELECT MIN(started_at) FROM call").await;
    assert_eq!(app.number(last).await - began, 70_000_000);
    app.execute("ALTER TABLE away RENAME TO call_sample").await;
    app.sweep().await;
    assert_eq!(samples_kept(&app).await, 1);
    assert_eq!(summary(&ana, &anas).await.call.ended, None);
}

async fn the_last_samples_may_come_after_the_end(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    app.advance(8 * SECOND);
    anas.measures(sample(1)).await;
    anas.leaves().await;
    bens.hears_end().await;
    assert_eq!(
        samples_kept(&app).await,
        1,
        "what was on its way when she left is kept at once"
    );
    bens.is_refused(at_seat(call, anas.seat)).await;
    bens.measures(sample(2)).await;
    roll_up(&app).await;
    let his = summary(&ben, &bens).await.connection.unwrap().totals;
    assert_eq!(his.measured_ms, 10_002);
    // What waited for his socket counts as well, though the totals are made, and for a server that has heard nothing of it before.
    let other = app.another_process(false).await;
    let mut back = Tab::back(&other, &ben.at(&other), call, bens.seat).await;
    let earlier = back.measured_as(1, 12, sample(3));
    back.send(earlier).await;
    back.socket.settled().await;
    roll_up(&other).await;
    let his = summary(&ben.at(&other), &back).await.connection.unwrap().totals;
    assert_eq!(his.measured_ms, 10_002 + 10_003);
    // And then it is over.
    other.advance(LATE);
    let mut hers = Tab::back(&other, &ana.at(&other), call, anas.seat).await;
    for late in [hers.measured(sample(2)), hers.measured_as(1, 600, sample(2))] {
        hers.is_refused(late).await;
    }
    let late = back.measured_as(2, 0, sample(2));
    back.is_refused(late).await;
}

async fn samples_that_waited_for_the_socket_are_taken_at_once(engine: Engine) {
    let InCall {
        app,
        ana,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    anas.beat(true).await;
    bens.beat(true).await;
    // Six minutes without her socket: his tab hears her media all the while.
    for _ in 0..12 {
        app.advance(30 * SECOND);
        anas.beat(true).await;
        bens.beat(true).await;
        app.sweep().await;
    }
    for number in 1..=36 {
        let command = anas.measured_as(number, (36 - number) * 10, sample(number));
        anas.send(command).await;
    }
    anas.socket.settled().await;
    app.sweep().await;
    assert_eq!(samples_kept(&app).await, 36);
    anas.hears_kept(36).await;
    anas.leaves().await;
    let course = summary(&ana, &anas).await.connection.unwrap().course;
    let seconds: Vec<u32> = course.iter().map(|step| step.second).collect();
    assert_eq!(
        seconds,
        (0..36).map(|step| step * 10).collect::<Vec<_>>(),
        "each stands where it was measured"
    );
    assert_eq!(call, anas.call);
}

async fn a_sample_is_acknowledged_when_it_is_written_and_kept_once(engine: Engine) {
    let InCall {
        app,
        ana,
        mut anas,
        call,
        ..
    } = by_hand(engine).await;
    app.advance(20 * SECOND);
    for number in [1, 2, 1] {
        let command = anas.measured_as(number, 20 - number * 10, sample(number));
        anas.send(command).await;
    }
    assert!(!anas.has_heard_of_any().await, "the process may still be killed");
    app.sweep().await;
    anas.hears_kept(2).await;
    assert_eq!(samples_kept(&app).await, 2);
    // What was written and not acknowledged comes again, to another process.
    let other = app.another_process(false).await;
    let mut back = Tab::back(&other, &ana.at(&other), call, anas.seat).await;
    other.advance(10 * SECOND);
    for number in [2, 3] {
        let command = back.measured_as(number, 30 - number * 10, sample(number));
        back.send(command).await;
    }
    back.socket.settled().await;
    other.sweep().await;
    for number in [2, 3] {
        back.hears_kept(number).await;
    }
    assert_eq!(samples_kept(&other).await, 3);
    // A sample without a number is taken, and nothing is said of it.
    other.advance(10 * SECOND);
    back.measures(sample(4)).await;
    other.sweep().await;
    assert!(!back.has_heard_of_any().await);
    assert_eq!(samples_kept(&other).await, 4);
}

async fn who_moves_the_call_hands_in_what_the_other_tab_measured(engine: Engine) {
    let InCall {
        app,
        ana,
        mut anas,
        call,
        ..
    } = by_hand(engine).await;
    app.advance(10 * SECOND);
    anas.measures(sample(1)).await;
    let mut second = Tab::open(&app, &ana, call).await;
    second.join().await;
    app.advance(4 * SECOND);
    anas.measures(sample(2)).await;
    second.measures(sample(3)).await;
    app.sweep().await;
    assert_eq!(samples_kept(&app).await, 3);
    app.advance(LATE + SECOND);
    let late = anas.measured(sample(2));
    anas.is_refused(late).await;
}
