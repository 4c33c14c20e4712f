//! Calls of the past, for demo data: whoever looks at them finds what an ordinary call leaves.

use std::time::Duration;

use crate::calls::model::{CallId, DeviceClass, DirectionSample, EndReason, QualitySample, SeatId};
use crate::calls::records::sample::TimedSample;
use crate::calls::records::totals::Totals;
use crate::calls::store::{self, records};
use crate::kernel::error::AppError;
use crate::kernel::id::ConnectionId;
use crate::kernel::time::Micros;
use crate::matching::service::Partnership;
use crate::server::db::Conn;

/// How much of a call a sample tells of: less often than in calls that take place, which nobody will see.
const SPAN: Duration = Duration::from_secs(60);

/// Stores a call of the past: `pair.me` called with a computer, the partner came with a phone.
///
/// # Errors
/// When the database does not answer.
pub async fn insert_past_call(
    conn: &mut Conn,
    pair: &Partnership,
    started: Micros,
    seconds: u32,
) -> Result<(), AppError> {
    let people = [pair.me, pair.partner];
    let call = store::open(conn, CallId::new_at(started), pair.id, pair.room, people, started).await?;
    let end = started.plus(Duration::from_secs(seconds.into()));
    for (user, device) in people.into_iter().zip([DeviceClass::Computer, DeviceClass::Phone]) {
        let seat = (SeatId::random(), device);
        store::seat(conn, call, user, seat, ConnectionId::random(), started).await?;
        store::set_left(conn, call, user, end).await?;
        let samples = samples(call, started, end);
        for sample in &samples {
            records::insert_sample(conn, call, user, *sample).await?;
        }
        if let Some(totals) = Totals::of(&samples) {
            records::set_totals(conn, call, user, &totals).await?;
        }
    }
    store::start(conn, call, started).await?;
    store::end(conn, call, EndReason::HungUp, Some(pair.me), end, Some(started)).await?;
    Ok(())
}

/// What browsers might have measured: a good connection, as good as it happens to be, with a bad moment in some calls.
fn samples(call: CallId, started: Micros, end: Micros) -> Vec<TimedSample> {
    let mut state = call.uuid().as_u128() as u64 | 1;
    // Xorshift (Marsaglia 2003): the same call has the same course.
    let mut draw = |below: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as u32 % below
    };
    let minutes = u32::try_from(end.since(started).as_secs() / SPAN.as_secs()).unwrap_or_default();
    let bad = draw(3 * minutes.max(1));
    let sample = |minute: u32| {
        let trouble = u32::from(minute == bad || minute == bad + 1);
        let mut direction = |size: (u16, u16)| DirectionSample {
            bytes: u64::from(6_000_000 + draw(1_500_000)),
            packets: 9_000 + draw(900),
            lost: draw(40) + trouble * (600 + draw(400)),
            jitter_ms: Some((3 + draw(6)) as u16),
            concealed_permille: Some((draw(6) + trouble * 60) as u16),
            frames_per_second: Some((30 - draw(3) - trouble * 12) as u16),
            width: Some(size.0),
            height: Some(size.1),
            limited_by: None,
        };
        let (up, down) = (direction((1_280, 720)), direction((640, 360)));
        TimedSample {
            at: started.plus(SPAN * (minute + 1)),
            sample: QualitySample {
                span_ms: 60_000,
                up,
                down,
                round_trip_ms: Some((38 + draw(30) + trouble * 260) as u16),
                reconnects: 0,
                is_relayed: Some(false),
            },
        }
    };
    (0..minutes).map(sample).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_is_invented_could_have_been_measured() {
        let start = Micros(1_777_885_200_000_000);
        for seed in 0..200_u128 {
            let call = CallId::from_uuid(Uuid::from_u128(
                seed.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
            ));
            let end = start.plus(Duration::from_secs(30 * 60 + 17));
            let course = samples(call, start, end);
            assert_eq!(course.len(), 30);
            assert!(
                course
                    .iter()
                    .all(|timed| timed.sample.is_plausible() && timed.at <= end)
            );
            assert_eq!(course, samples(call, start, end), "the same call has the same course");
        }
    }
}
