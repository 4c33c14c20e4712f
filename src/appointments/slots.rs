//! Times to choose from: when two people both have time, without I/O.

use super::series::end;
use crate::kernel::time::Micros;
use crate::kernel::week::{QUARTER, QUARTERS, ZoneWeek};
use crate::profiles::hours::WeekHours;

/// For how many weeks times are offered.
pub(super) const WEEKS: i32 = 2;
/// Times that are offered at most.
const MOST: usize = 120;
/// Nobody is asked for what begins sooner than so many minutes from now.
const NOTICE: i64 = 30;
const QUARTER_MICROS: i64 = QUARTER as i64 * 60_000_000;
const DAY_QUARTERS: i64 = 96;

/// Somebody's hours, and the clocks on their wall in each of the weeks that are looked at.
#[derive(Clone, Copy)]
pub(super) struct Person<'a> {
    pub(super) hours: &'a WeekHours,
    pub(super) weeks: &'a [ZoneWeek; WEEKS as usize],
}

/// When both have time for at least half an hour, from the week that begins with `day` (days since 1970, UTC) on; each on a half or a full hour of
/// the first one's clock, and at none of the times in `taken` (beginning and end).
pub(super) fn common_starts(
    me: Person<'_>,
    they: Person<'_>,
    day: i32,
    now: Micros,
    taken: &[(Micros, Micros)],
) -> Vec<Micros> {
    let mut free = Vec::with_capacity(usize::from(QUARTERS) * WEEKS as usize);
    for (mine, theirs) in me.weeks.iter().zip(they.weeks) {
        let both = me.hours.within(mine).and(&they.hours.within(theirs));
        for quarter in 0..QUARTERS {
            free.push((both.has(quarter), mine.minute_of_week(quarter) % 30 == 0));
        }
    }
    let begins = i64::from(day) * DAY_QUARTERS;
    let start = |number: usize| Micros((begins + number as i64) * QUARTER_MICROS);
    let soonest = Micros(now.0 + NOTICE * 60_000_000);
    let pairs = free.windows(2).enumerate();
    pairs
        .filter(|(_, pair)| matches!(pair, [(true, true), (true, _)]))
        .map(|(number, _)| start(number))
        .filter(|start| *start >= soonest)
        .filter(|start| {
            let over = end(*start, 30);
            taken.iter().all(|(from, to)| *to <= *start || *from >= over)
        })
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock::zone_week;

    /// 2026-03-26, a Thursday.
    const DAY: i32 = 20_538;

    fn weeks(zone: &str) -> [ZoneWeek; 2] {
        [zone_week(DAY, zone), zone_week(DAY + 7, zone)]
    }

    fn hours(boxes: &[&str]) -> WeekHours {
        WeekHours::parse(&boxes.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    fn at(text: &str) -> Micros {
        Micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn starts(mine: &[&str], theirs: (&[&str], &str), now: &str, taken: &[(Micros, Micros)]) -> Vec<String> {
        let (madrid, there) = (weeks("Europe/Madrid"), weeks(theirs.1));
        let (mine, their) = (hours(mine), hours(theirs.0));
        let me = Person {
            hours: &mine,
            weeks: &madrid,
        };
        let they = Person {
            hours: &their,
            weeks: &there,
        };
        let found = common_starts(me, they, DAY, at(now), taken);
        let text = |start: &Micros| jiff::Timestamp::from_microsecond(start.0).unwrap().to_string();
        found.iter().map(text).collect()
    }

    #[test]
    fn times_are_when_both_have_time_by_the_clocks_of_each_week() {
        // Thursdays at six and seven in Madrid; in London it is an hour earlier, and both change their clocks on 29 March.
        assert_eq!(
            starts(
                &["thu-18", "thu-19"],
                (&["thu-17"], "Europe/London"),
                "2026-03-26T00:00:00Z",
                &[]
            ),
            [
                "2026-03-26T17:00:00Z",
                "2026-03-26T17:30:00Z",
                "2026-04-02T16:00:00Z",
                "2026-04-02T16:30:00Z"
            ]
        );
        // New York has changed its clocks before: for one week it is five hours there, then six.
        assert_eq!(
            starts(
                &["thu-18"],
                (&["thu-13"], "America/New_York"),
                "2026-03-26T00:00:00Z",
                &[]
            ),
            ["2026-03-26T17:00:00Z", "2026-03-26T17:30:00Z"]
        );
    }

    #[test]
    fn nothing_is_offered_that_is_too_soon_or_taken() {
        let taken = [(at("2026-04-02T16:45:00Z"), at("2026-04-02T17:00:00Z"))];
        assert_eq!(
            starts(
                &["thu-18"],
                (&["thu-17"], "Europe/London"),
                "2026-03-26T16:45:00Z",
                &taken
            ),
            ["2026-03-26T17:30:00Z", "2026-04-02T16:00:00Z"]
        );
        assert!(starts(&["thu-18"], (&[], "UTC"), "2026-03-26T00:00:00Z", &[]).is_empty());
    }

    #[test]
    fn who_always_has_time_is_offered_no_end_of_times() {
        let all: Vec<String> = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
            .iter()
            .flat_map(|day| (0..24).map(move |hour| format!("{day}-{hour}")))
            .collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        assert_eq!(
            starts(&all, (&all, "Asia/Kathmandu"), "2026-03-26T00:00:00Z", &[]).len(),
            MOST
        );
    }
}
