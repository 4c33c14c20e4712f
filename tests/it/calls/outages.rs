//! Calls while something of ours is away: the database, or the process that knew them.

use std::time::Duration;

use speakle::calls::model::{EndReason, LOST_AFTER, SeatId};
use speakle::calls::wire::CallCommand;
use speakle::protocol::ClientMessage;
use speakle::realtime::wire::RefusedFrame;

use super::InCall;
use super::timetable::{SECOND, by_hand, pass, summary};
use crate::harness::Engine;

both_engines!(
    a_database_that_is_away_for_a_minute_ends_no_call,
    a_database_that_takes_nothing_for_a_minute_ends_no_call,
    leaving_as_the_first_word_after_a_restart_ends_the_call,
    leaving_at_a_bad_moment_ends_the_call_at_once,
);

async fn a_database_that_is_away_for_a_minute_ends_no_call(engine: Engine) {
    outage(
        engine,
        "ALTER TABLE call_participant RENAME TO call_participant_away",
        "ALTER TABLE call_participant_away RENAME TO call_participant",
    )
    .await;
}

/// It can be read, so that silences show, but heartbeats cannot be written down.
async fn a_database_that_takes_nothing_for_a_minute_ends_no_call(engine: Engine) {
    let (breaks, mends) = match engine {
        Engine::Sqlite => (
            "CREATE TRIGGER refusal BEFORE UPDATE ON call_participant BEGIN SELECT RAISE(ABORT, 'on purpose'); END",
            "DROP TRIGGER refusal",
        ),
        Engine::Postgres => (
            "ALTER TABLE call_participant ADD CONSTRAINT refusal CHECK (user_id IS NULL) NOT VALID",
            "ALTER TABLE call_participant DROP CONSTRAINT refusal",
        ),
    };
    outage(engine, breaks, mends).await;
}

async fn outage(engine: Engine, breaks: &'static str, mends: &'static str) {
    let InCall {
        app,
        ana,
        mut anas,
        mut bens,
        ..
    } = by_hand(engine).await;
    pass(&app, 10 * SECOND, &mut [(&mut anas, true), (&mut bens, false)]).await;
    app.execute(breaks).await;
    let mut failed = 0;
    for step in 1..=140 {
        app.advance(SECOND / 2);
        if step % 4 == 0 {
            anas.beat(false).await;
            bens.beat(false).await;
        }
        failed += i32::from(app.server.calls().sweep().await.is_err());
    }
    assert!(failed >= 130, "only {failed} sweeps failed: this is no outage");
    app.execute(mends).await;
    app.sweep().await;
    assert_eq!(summary(&ana, &anas).await.ended, None);
    pass(&app, 30 * SECOND, &mut [(&mut anas, false), (&mut bens, false)]).await;
    assert_eq!(summary(&ana, &anas).await.ended, None);
    assert_eq!((anas.unasked().await, bens.unasked().await), (vec![], vec![]));

    // Silences count as before.
    anas.socket.close().await;
    pass(&app, LOST_AFTER - SECOND / 2, &mut [(&mut bens, false)]).await;
    assert_eq!(summary(&ana, &bens).await.ended, None);
    pass(&app, SECOND / 2, &mut [(&mut bens, false)]).await;
    assert_eq!(bens.hears_end().await, (EndReason::ConnectionLost, false));
    assert_eq!(summary(&ana, &bens).await.seconds, Some(110));
}

/// A deadlock, say: what passes is no reason to lose the word. SQLite knows no fault that passes but a lock that is held for ten seconds.
async fn leaving_at_a_bad_moment_ends_the_call_at_once(engine: Engine) {
    let InCall {
        app,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    if matches!(engine, Engine::Postgres) {
        app.execute("CREATE SEQUENCE moment").await;
        app.execute(
            "CREATE FUNCTION bad_moment() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN IF nextval('moment') = 1 THEN RAISE 'on purpose' USING ERRCODE = 'deadlock_detected'; END IF; RETURN NEW; END $$",
        )
        .await;
        app.execute("CREATE TRIGGER bad_moment BEFORE UPDATE ON call FOR EACH ROW EXECUTE FUNCTION bad_moment()")
            .await;
    }
    let seat = anas.seat;
    anas.send(CallCommand::Leave { call, seat }).await;
    assert_eq!(anas.hears_end().await, (EndReason::HungUp, true));
    assert_eq!(bens.hears_end().await, (EndReason::HungUp, false));
    if matches!(engine, Engine::Postgres) {
        assert_eq!(
            app.number("SELECT last_value FROM moment").await,
            2,
            "the first try failed"
        );
    }
}

async fn leaving_as_the_first_word_after_a_restart_ends_the_call(engine: Engine) {
    let mut both = by_hand(engine).await;
    pass(
        &both.app,
        42 * SECOND,
        &mut [(&mut both.anas, true), (&mut both.bens, true)],
    )
    .await;
    let InCall {
        app,
        ben,
        mut anas,
        mut bens,
        call,
        ..
    } = both.restarted(false).await;
    let (her_seat, his_seat) = (anas.seat, bens.seat);
    // Not from a seat that is nobody's, nor from the partner's.
    for seat in [SeatId::random(), his_seat] {
        let command = ClientMessage::Calls(CallCommand::Leave { call, seat });
        assert_eq!(anas.socket.refused(&command).await, RefusedFrame::NotAllowed);
    }
    app.advance(Duration::from_secs(3));
    anas.send(CallCommand::Leave { call, seat: her_seat }).await;
    assert_eq!(anas.hears_end().await, (EndReason::HungUp, true));
    assert_eq!(bens.hears_end().await, (EndReason::HungUp, false));
    let view = summary(&ben, &bens).await;
    assert_eq!((view.seconds, view.ended.unwrap().by_me), (Some(45), false));
}
