//! What samples of a call come to, how a call is said to have ended, and what is forgotten. From whom samples are taken is in `samples`.

use std::time::Duration;

use speakle::calls::model::{
    CallId, CallView, DeviceClass, DirectionSample, EndReason, LOST_AFTER, MEDIA_WITHIN, QualitySample, SeatId,
};
use speakle::calls::records::summary::CallSummary;
use speakle::calls::records::totals::{Size, Spread};
use speakle::calls::records::weakness::{Weak, Weakness};
use speakle::calls::wire::{CallCommand, CallNews, MediaState};
use speakle::protocol::ClientMessage;
use speakle::realtime::wire::RefusedFrame;

use super::timetable::{SECOND, by_hand, pass};
use super::{BOTH_ON, InCall, Tab, answered_call};
use crate::harness::{Engine, Person, TestApp};

both_engines!(
    totals_are_what_the_samples_add_up_to,
    the_summary_says_how_the_connection_was_and_draws_it,
    each_side_reads_of_its_own_connection,
    samples_are_forgotten_and_totals_stay,
    a_call_that_brought_the_two_together_never_is_a_timeout,
    a_call_without_any_media_ended_for_technical_reasons,
    a_restart_forgets_nothing_of_media,
    devices_and_times_of_the_two_are_kept,
    what_was_lost_and_found_again_is_counted,
    samples_without_totals_are_not_forgotten,
);

/// Ten seconds of an ordinary call; `n` makes them differ.
pub(super) fn sample(n: u32) -> QualitySample {
    let direction = |factor: u32| DirectionSample {
        bytes: u64::from(500_000 + 10_000 * factor * n),
        packets: 600 + n,
        lost: factor * (n % 5),
        jitter_ms: Some((3 + n % 7) as u16),
        concealed_permille: Some((n % 4) as u16),
        frames_per_second: Some((30 - n % 6) as u16),
        width: Some(if n.is_multiple_of(3) { 640 } else { 1_280 }),
        height: Some(if n.is_multiple_of(3) { 360 } else { 720 }),
        limited_by: None,
    };
    QualitySample {
        span_ms: 10_000 + n,
        up: direction(1),
        down: direction(2),
        round_trip_ms: Some((40 + 3 * n) as u16),
        reconnects: u16::from(n == 4),
        is_relayed: Some(n == 2),
    }
}

impl Tab {
    pub(super) fn measured(&self, sample: QualitySample) -> CallCommand {
        self.measured_as(0, 0, sample)
    }

    /// The sample of that number, whose span ended so many seconds ago.
    pub(super) fn measured_as(&self, number: u32, ago: u32, sample: QualitySample) -> CallCommand {
        CallCommand::Sample {
            call: self.call,
            seat: self.seat,
            number,
            ago_ms: ago * 1_000,
            sample,
        }
    }

    /// Waits until the server says that it keeps the samples up to this number.
    pub(super) async fn hears_kept(&mut self, number: u32) {
        let seat = self.seat;
        self.hears(&format!("number {number} is kept"), |news| match news {
            CallNews::Sampled {
                seat: of,
                number: up_to,
                ..
            } => (*of == seat && *up_to == number).then_some(()),
            _ => None,
        })
        .await;
    }

    /// Whether the server has acknowledged anything that was not asked for.
    pub(super) async fn has_heard_of_any(&mut self) -> bool {
        // What comes in goes before what waits to go out.
        self.socket.settled().await;
        let news = self.unasked().await;
        news.iter().any(|news| matches!(news, CallNews::Sampled { .. }))
    }

    /// A sample, taken by the server before this comes back.
    pub(super) async fn measures(&mut self, sample: QualitySample) {
        let command = self.measured(sample);
        self.send(command).await;
        self.socket.settled().await;
    }

    pub(super) async fn is_refused(&mut self, command: CallCommand) {
        let refused = self.socket.refused(&ClientMessage::Calls(command.clone())).await;
        assert_eq!(refused, RefusedFrame::NotAllowed, "{command:?}");
    }

    pub(super) async fn leaves(&mut self) -> EndReason {
        let (call, seat) = (self.call, self.seat);
        self.send(CallCommand::Leave { call, seat }).await;
        self.hears_end().await.0
    }
}

pub(super) async fn summary(person: &Person, tab: &Tab) -> CallSummary {
    let query = [("call", &*tab.call.to_string())];
    person.ask("call_summary", &query).await.unwrap()
}

pub(super) async fn samples_kept(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM call_sample").await
}

/// What the job after the end does, with what has come by then.
pub(super) async fn roll_up(app: &TestApp) {
    app.sweep().await;
    app.advance(20 * SECOND);
    app.sweep().await;
}

pub(super) fn at_seat(call: CallId, seat: SeatId) -> CallCommand {
    CallCommand::Sample {
        call,
        seat,
        number: 0,
        ago_ms: 0,
        sample: sample(1),
    }
}

async fn samples_without_totals_are_not_forgotten(engine: Engine) {
    let InCall { app, ana, mut anas, .. } = by_hand(engine).await;
    app.advance(10 * SECOND);
    anas.measures(sample(1)).await;
    app.sweep().await;
    anas.leaves().await;
    // The job that makes them was given up.
    app.execute("DELETE FROM job WHERE kind = 'calls.roll_up'").await;
    app.advance(Duration::from_secs(91 * 24 * 3600));
    app.clean_up().await;
    assert_eq!(samples_kept(&app).await, 1);
    // It is asked for again, and then they go.
    app.advance(10 * SECOND);
    app.clean_up().await;
    assert_eq!(app.number("SELECT COUNT(totals) FROM call_participant").await, 1);
    app.advance(Duration::from_secs(3600));
    app.clean_up().await;
    assert_eq!(samples_kept(&app).await, 0);
    let ana = ana.another_device(&app).await;
    let kept = summary(&ana, &anas).await.connection.unwrap();
    assert_eq!(kept.totals.measured_ms, 10_001);
}

/// The mean of values that held for so long, as one would do it by hand.
fn by_hand_mean(values: &[(f64, f64)]) -> u32 {
    let weights: f64 = values.iter().map(|(_, weight)| weight).sum();
    let sum: f64 = values.iter().map(|(value, weight)| value * weight).sum();
    (sum / weights).round() as u32
}

async fn totals_are_what_the_samples_add_up_to(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        mut anas,
        mut bens,
        ..
    } = by_hand(engine).await;
    let all: Vec<QualitySample> = (0..30).map(sample).collect();
    for (n, sample) in all.iter().enumerate() {
        app.advance(10 * SECOND);
        anas.measures(*sample).await;
        anas.beat(true).await;
        bens.beat(true).await;
        if n % 2 == 0 {
            bens.measures(*sample).await;
        }
        app.sweep().await;
    }
    anas.leaves().await;
    let fresh = summary(&ana, &anas).await.connection.unwrap();
    let unrolled = app
        .number("SELECT COUNT(*) FROM call_participant WHERE totals IS NOT NULL")
        .await;
    roll_up(&app).await;
    let rolled = app
        .number("SELECT COUNT(*) FROM call_participant WHERE totals IS NOT NULL")
        .await;
    assert_eq!((unrolled, rolled), (0, 2));
    let seen = summary(&ana, &anas).await.connection.unwrap();
    assert_eq!(seen, fresh, "the summary does not wait for the job");

    let totals = &seen.totals;
    let weights: Vec<f64> = all.iter().map(|sample| f64::from(sample.span_ms)).collect();
    let mean = |value: fn(&QualitySample) -> f64| {
        let values: Vec<(f64, f64)> = all.iter().map(value).zip(weights.iter().copied()).collect();
        by_hand_mean(&values)
    };
    assert_eq!(
        totals.measured_ms,
        all.iter().map(|sample| u64::from(sample.span_ms)).sum::<u64>()
    );
    assert_eq!(totals.reconnects, 1);
    assert_eq!(totals.is_relayed, Some(true));
    assert_eq!(
        totals.round_trip_ms,
        Some(Spread {
            mean: mean(|sample| f64::from(sample.round_trip_ms.unwrap())),
            worst: 40 + 3 * 29,
        })
    );
    let down = &totals.down;
    let (mut bytes, mut packets, mut lost) = (0, 0, 0);
    for sample in &all {
        bytes += sample.down.bytes;
        packets += u64::from(sample.down.packets);
        lost += u64::from(sample.down.lost);
    }
    assert_eq!((down.bytes, down.packets, down.lost), (bytes, packets, lost));
    assert!(lost > 0 && down.bytes > totals.up.bytes);
    let worst = all
        .iter()
        .map(|sample| f64::from(sample.down.lost) * 1_000.0 / f64::from(sample.down.lost + sample.down.packets))
        .fold(0.0, f64::max);
    assert_eq!(down.worst_loss_permille, Some(worst.round() as u16));
    assert_eq!(
        down.jitter_ms,
        Some(Spread {
            mean: mean(|sample| f64::from(sample.down.jitter_ms.unwrap())),
            worst: 9,
        })
    );
    assert_eq!(
        down.frames_per_second,
        Some(Spread {
            mean: mean(|sample| f64::from(sample.down.frames_per_second.unwrap())),
            worst: 25,
        })
    );
    assert_eq!(
        down.concealed_permille,
        Some(Spread {
            mean: mean(|sample| f64::from(sample.down.concealed_permille.unwrap())),
            worst: 3,
        })
    );
    let rate = |sample: &QualitySample| (sample.down.bytes * 8 / u64::from(sample.span_ms)) as u32;
    let rates: Vec<(f64, f64)> = all.iter().map(|sample| f64::from(rate(sample))).zip(weights).collect();
    assert_eq!(
        down.bitrate,
        Some(Spread {
            mean: by_hand_mean(&rates),
            worst: all.iter().map(rate).min().unwrap(),
        })
    );
    let sizes = down.resolution.unwrap();
    let size = |width, height| Size { width, height };
    assert_eq!((sizes.usual, sizes.worst), (size(1_280, 720), size(640, 360)));
    let half: Vec<&QualitySample> = all.iter().step_by(2).collect();
    let his = summary(&ben, &bens).await.connection.unwrap().totals;
    assert_eq!(
        (his.measured_ms, his.up.bytes),
        (
            half.iter().map(|sample| u64::from(sample.span_ms)).sum(),
            half.iter().map(|sample| sample.up.bytes).sum()
        )
    );
    // Done again it comes to the same.
    app.execute("UPDATE call_participant SET totals = NULL").await;
    assert_eq!(summary(&ana, &anas).await.connection.unwrap(), seen);
}

async fn the_summary_says_how_the_connection_was_and_draws_it(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    for n in 0..24 {
        app.advance(10 * SECOND);
        let mut measured = sample(n);
        if (6..18).contains(&n) {
            measured.up.lost = 200;
        }
        anas.measures(measured).await;
        anas.beat(true).await;
        bens.beat(true).await;
        app.sweep().await;
    }
    anas.leaves().await;
    let seen = summary(&ana, &anas).await.connection.unwrap();
    assert_eq!(
        seen.totals.weak,
        [Weak {
            what: Weakness::Upload,
            seconds: 120
        }]
    );
    assert_eq!(seen.course.len(), 24);
    let page = ana.get(&format!("/calls/{call}")).await.body;
    assert!(page.contains("Your upload was weak for 2 minutes"), "{page}");
    assert!(page.contains("lost and found again once"));
    let charts: Vec<&str> = page
        .split("<svg")
        .filter_map(|rest| rest.split('>').next())
        .filter(|tag| tag.contains(r#"class="chart""#))
        .collect();
    assert_eq!(charts.len(), 2);
    for chart in charts {
        assert!(
            chart.contains(r#"role="img""#) && chart.contains("aria-label="),
            "{chart}"
        );
    }
    assert!(
        page.contains("Show as a table") && page.contains("<caption"),
        "no table stands in for the charts"
    );
    assert_eq!(page.matches("chart-line").count(), 3);
    // Nothing was measured at his side: it is said, and nothing is drawn.
    let page = ben.get(&format!("/calls/{call}")).await.body;
    assert!(page.contains("Nothing was measured") && !page.contains(r#"class="chart""#));
}

async fn each_side_reads_of_its_own_connection(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        mut anas,
        mut bens,
        ..
    } = by_hand(engine).await;
    app.advance(10 * SECOND);
    anas.measures(sample(1)).await;
    bens.measures(sample(9)).await;
    anas.leaves().await;
    for _ in 0..2 {
        let (hers, his) = (summary(&ana, &anas).await, summary(&ben, &bens).await);
        assert_eq!(hers.connection.unwrap().totals.measured_ms, 10_001);
        assert_eq!(his.connection.unwrap().totals.measured_ms, 10_009);
        roll_up(&app).await;
    }
}

async fn samples_are_forgotten_and_totals_stay(engine: Engine) {
    let InCall { app, ana, mut anas, .. } = by_hand(engine).await;
    for n in 0..4 {
        app.advance(10 * SECOND);
        anas.measures(sample(n)).await;
        app.sweep().await;
    }
    anas.leaves().await;
    roll_up(&app).await;
    let before = summary(&ana, &anas).await.connection.unwrap();
    assert_eq!(before.course.len(), 4);
    app.advance(Duration::from_secs(89 * 24 * 3600));
    app.clean_up().await;
    assert_eq!(samples_kept(&app).await, 4);
    app.advance(Duration::from_secs(2 * 24 * 3600));
    app.clean_up().await;
    assert_eq!(samples_kept(&app).await, 0);
    let ana = ana.another_device(&app).await;
    let after = summary(&ana, &anas).await.connection.unwrap();
    assert_eq!((after.totals, after.course), (before.totals, vec![]));
}

async fn a_call_that_brought_the_two_together_never_is_a_timeout(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let (hers, _his) = (app.ws(&ana).await, app.ws(&ben).await);
    let mut anas = Tab {
        socket: hers,
        call: answered_call(&ana, &ben, &pair).await,
        seat: SeatId::random(),
    };
    anas.join().await;
    // She waits, he never comes.
    pass(&app, LOST_AFTER + SECOND, &mut [(&mut anas, false)]).await;
    assert_eq!(anas.hears_end().await, (EndReason::Timeout, false));
    for who in [&ana, &ben] {
        let seen = summary(who, &anas).await;
        let ended = seen.call.ended.unwrap();
        assert_eq!(
            (ended.reason, ended.by_me),
            (EndReason::Timeout, false),
            "nobody's doing"
        );
        assert_eq!((seen.call.seconds, seen.connection), (None, None));
    }
    // Who gives up waiting hangs up.
    anas.call = answered_call(&ana, &ben, &pair).await;
    anas.join().await;
    assert_eq!(anas.leaves().await, EndReason::HungUp);
}

async fn a_call_without_any_media_ended_for_technical_reasons(engine: Engine) {
    // Whether media come, whether anybody sends, how long it lasts, and what it ends by.
    let nothing = MediaState::default();
    for (media, receiving, seconds, expected) in [
        (BOTH_ON, false, MEDIA_WITHIN.as_secs(), EndReason::Technical),
        (BOTH_ON, false, MEDIA_WITHIN.as_secs() - 1, EndReason::HungUp),
        (BOTH_ON, true, 60, EndReason::HungUp),
        (nothing, false, 60, EndReason::HungUp),
    ] {
        let app = TestApp::by_hand(engine).await;
        let (ana, ben, pair) = app.ana_and_ben().await;
        let (hers, his) = (app.ws(&ana).await, app.ws(&ben).await);
        let call = answered_call(&ana, &ben, &pair).await;
        let mut tabs = [hers, his].map(|socket| Tab {
            socket,
            call,
            seat: SeatId::random(),
        });
        for tab in &mut tabs {
            let seat = tab.seat;
            let device = DeviceClass::Computer;
            tab.send(CallCommand::Join {
                call,
                seat,
                media,
                device,
            })
            .await;
            tab.socket.settled().await;
        }
        let [mut anas, mut bens] = tabs;
        let span = Duration::from_secs(seconds);
        pass(&app, span, &mut [(&mut anas, receiving), (&mut bens, false)]).await;
        assert_eq!(anas.leaves().await, expected, "{media:?} {receiving} {seconds}");
        let first_media = app.number("SELECT COUNT(first_media_at) FROM call").await;
        assert_eq!(first_media, i64::from(receiving));
        let seen: CallView = summary(&ben, &bens).await.call;
        let ended = seen.ended.unwrap();
        assert_eq!((ended.reason, ended.by_me), (expected, false));
    }
}

async fn a_restart_forgets_nothing_of_media(engine: Engine) {
    let both = by_hand(engine).await;
    let InCall {
        app,
        ana,
        ben,
        mut anas,
        mut bens,
        ..
    } = both;
    app.advance(3 * SECOND);
    anas.beat(true).await;
    app.sweep().await;
    let first = app.number("SELECT MIN(first_media_at) FROM call").await;
    let call_began = app.number("SELECT MIN(started_at) FROM call").await;
    assert_eq!(first - call_began, 3_000_000);
    let other = app.another_process(false).await;
    let mut back = Tab::back(&other, &ana.at(&other), anas.call, anas.seat).await;
    back.join().await;
    pass(&other, 30 * SECOND, &mut [(&mut back, false)]).await;
    assert_eq!(
        back.leaves().await,
        EndReason::HungUp,
        "there were media before the restart"
    );
    assert_eq!(other.number("SELECT MIN(first_media_at) FROM call").await, first);
    bens.socket.settled().await;
    assert_eq!(summary(&ben.at(&other), &bens).await.call.seconds, Some(33));
}

async fn what_was_lost_and_found_again_is_counted(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    for reconnects in [1, 0, 2] {
        app.advance(10 * SECOND);
        let quiet = QualitySample {
            reconnects: 0,
            ..sample(1)
        };
        anas.measures(QualitySample { reconnects, ..quiet }).await;
        bens.measures(quiet).await;
        app.sweep().await;
    }
    anas.leaves().await;
    // Before the totals are made and after.
    for _ in 0..2 {
        for (who, tab, times) in [(&ana, &anas, 3), (&ben, &bens, 0)] {
            let counted = summary(who, tab).await.connection.unwrap().totals.reconnects;
            assert_eq!(counted, times, "{}", who.username);
            let page = who.get(&format!("/calls/{call}")).await.body;
            assert_eq!(
                page.contains("The connection was lost and found again 3 times"),
                times == 3
            );
            assert_eq!(page.contains("lost and found again"), times > 0);
        }
        roll_up(&app).await;
    }
}

async fn devices_and_times_of_the_two_are_kept(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        mut anas,
        mut bens,
        call,
        ..
    } = by_hand(engine).await;
    // He goes on with his phone.
    let seat = SeatId::random();
    bens.seat = seat;
    let join = CallCommand::Join {
        call,
        seat,
        media: BOTH_ON,
        device: DeviceClass::Phone,
    };
    bens.send(join).await;
    bens.socket.settled().await;
    pass(&app, 20 * SECOND, &mut [(&mut anas, true), (&mut bens, true)]).await;
    bens.send(CallCommand::Hide { call, seat }).await;
    bens.socket.settled().await;
    pass(&app, 4 * SECOND, &mut [(&mut anas, false)]).await;
    anas.leaves().await;
    let (hers, his) = (summary(&ana, &anas).await, summary(&ben, &bens).await);
    assert_eq!(
        (hers.my_device, hers.their_device),
        (Some(DeviceClass::Computer), Some(DeviceClass::Phone))
    );
    assert_eq!((his.my_device, his.their_device), (hers.their_device, hers.my_device));
    let sql = "SELECT c.ended_at - p.left_at FROM call_participant p JOIN call c ON c.id = p.call_id WHERE p.device = 'phone'";
    assert_eq!(app.number(sql).await, 4_000_000, "he left four seconds before the end");
    let sql = "SELECT c.ended_at - p.left_at FROM call_participant p JOIN call c ON c.id = p.call_id WHERE p.device = 'computer'";
    assert_eq!(app.number(sql).await, 0);
    // Everything of the two that a summary tells: answered, first media, end, and how long.
    assert_eq!(hers.call.at.at, hers.ended_at.unwrap().at.minus(24 * SECOND));
    assert_eq!((hers.call.seconds, hers.first_media_ms), (Some(24), Some(2_000)));
    assert_eq!((his.ended_at, his.first_media_ms), (hers.ended_at, hers.first_media_ms));
    let page = ana.get(&format!("/calls/{call}")).await.body;
    assert!(
        page.contains("Within 2 seconds") && page.contains("Until 11:00"),
        "{page}"
    );
    assert!(
        page.contains("You: computer") && page.contains("Ben Carter: phone"),
        "{page}"
    );
}
