//! Looking back: the calls of a person, the attempts beside them, and what they come to.

use std::collections::HashMap;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::accounts::model::{PersonCard, Viewer};
use crate::calls::model::{CallId, CallView, Ended};
use crate::calls::records::log::{
    AttemptEnd, AttemptView, CallLog, Kind, LogEntry, LogFilters, LogTotals, PartnerTotals, Period,
};
use crate::calls::store::history::{self, Asked, PastCall, Sums};
use crate::invitations::model::Outcome;
use crate::invitations::service::{self as invitations, Attempt, AttemptsAsked};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::paging::Page;
use crate::kernel::time::Micros;
use crate::matching::model::Talked;
use crate::matching::talked::TalkCounter;
use crate::server::db::Conn;
use crate::server::state::AppState;

/// Lines on one page of the history.
const PAGE: usize = 20;
/// Before everything.
const BEGINNING: Micros = Micros(0);

/// A person's calls, newest first; `after` is where the page before ended.
///
/// # Errors
/// When the database does not answer.
pub async fn history(state: &AppState, viewer: &Viewer, after: Option<&str>) -> Result<Page<CallView>, AppError> {
    let asked = Asked {
        before: before(after.unwrap_or_default())?,
        since: BEGINNING,
        with: None,
        limit: PAGE as i64 + 1,
    };
    let rows = history::history(&mut state.db.read().await?, viewer.id, asked).await?;
    Ok(Page::from_rows(rows, PAGE, |call| call.id.to_string()).map(|call| view(state, viewer, call)))
}

/// Where a page starts: keys sort by time, those of attempts among those of calls.
fn before(after: &str) -> Result<CallId, AppError> {
    match after {
        "" => Ok(CallId::from_uuid(uuid::Uuid::max())),
        text => text.parse().map_err(|_| AppError::NotFound),
    }
}

/// What a person's calls and attempts are asked for, read from an address.
struct Question {
    before: CallId,
    since: Micros,
    with: Option<UserId>,
    kind: Kind,
}

/// A page of calls and attempts, newest first, and what they come to. Filters that name nothing known find nothing rather than everything.
///
/// # Errors
/// [`AppError::NotFound`] for a page that starts nowhere.
pub async fn log(state: &AppState, viewer: &Viewer, filters: &LogFilters) -> Result<CallLog, AppError> {
    let mut conn = state.db.read().await?;
    let people = history::people(&mut conn, viewer.id).await?;
    let nothing = CallLog {
        entries: Page {
            items: Vec::new(),
            next: None,
        },
        totals: LogTotals::default(),
        by_partner: Vec::new(),
        people: people.clone(),
    };
    let known = people
        .iter()
        .find(|person| !person.is_gone() && person.username.eq_ignore_ascii_case(&filters.with));
    let (Some(kind), Some(period), Some(with)) = (
        Kind::parse(&filters.kind),
        Period::parse(&filters.period),
        match filters.with.as_str() {
            "" => Some(None),
            _ => known.map(|person| Some(person.id)),
        },
    ) else {
        return Ok(nothing);
    };
    let now = state.clock.now();
    let question = Question {
        before: before(&filters.after)?,
        since: period.length().map_or(BEGINNING, |length| now.minus(length)),
        with,
        kind,
    };
    let entries = entries(state, &mut conn, viewer, &question).await?;
    let by_partner = by_partner(&mut conn, viewer.id, question.since, with).await?;
    Ok(CallLog {
        entries,
        totals: by_partner
            .iter()
            .fold(LogTotals::default(), |sum, one| sum.plus(one.totals)),
        by_partner,
        people,
    })
}

/// A line, by the key that both kinds sort by.
enum Line {
    Call(PastCall),
    Attempt(Attempt),
}

impl Line {
    fn key(&self) -> uuid::Uuid {
        match self {
            Self::Call(call) => call.id.uuid(),
            Self::Attempt(attempt) => attempt.id.uuid(),
        }
    }
}

async fn entries(
    state: &AppState,
    conn: &mut Conn,
    viewer: &Viewer,
    question: &Question,
) -> Result<Page<LogEntry>, AppError> {
    let Question {
        before,
        since,
        with,
        kind,
    } = *question;
    let limit = PAGE as i64 + 1;
    let mut lines = Vec::new();
    if kind != Kind::Missed {
        let asked = Asked {
            before,
            since,
            with,
            limit,
        };
        let calls = history::history(conn, viewer.id, asked).await?;
        lines.extend(calls.into_iter().map(Line::Call));
    }
    if kind != Kind::Calls {
        let asked = AttemptsAsked {
            before: before.uuid(),
            since,
            with,
            only_missed: kind == Kind::Missed,
            limit,
        };
        let attempts = invitations::attempts(conn, viewer.id, asked).await?;
        lines.extend(attempts.into_iter().map(Line::Attempt));
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.key()));
    let page = Page::from_rows(lines, PAGE, |line| line.key().to_string());
    Ok(page.map(|line| match line {
        Line::Call(call) => LogEntry::Call(view(state, viewer, call)),
        Line::Attempt(attempt) => LogEntry::Attempt(attempt_view(state, viewer, attempt)),
    }))
}

fn attempt_view(state: &AppState, viewer: &Viewer, attempt: Attempt) -> AttemptView {
    AttemptView {
        id: attempt.id,
        at: state.clock.local(attempt.at, &viewer.time_zone),
        end: match attempt.outcome {
            Outcome::Declined => AttemptEnd::Declined,
            Outcome::Cancelled => AttemptEnd::Cancelled,
            Outcome::Expired => AttemptEnd::Expired,
            // What was accepted is a call, and is not asked for.
            Outcome::Missed | Outcome::Accepted { .. } => AttemptEnd::Missed,
        },
        by_me: attempt.by_me,
        is_partner: attempt.is_partner,
        partner: attempt.with,
    }
}

/// What calls and attempts come to with each partner, who took the most time first.
async fn by_partner(
    conn: &mut Conn,
    user: UserId,
    since: Micros,
    with: Option<UserId>,
) -> Result<Vec<PartnerTotals>, AppError> {
    let mut found: HashMap<UserId, PartnerTotals> = HashMap::new();
    let mut add = |partner: PersonCard, totals: LogTotals| {
        let entry = found.entry(partner.id).or_insert_with(|| PartnerTotals {
            partner,
            totals: LogTotals::default(),
        });
        entry.totals = entry.totals.plus(totals);
    };
    for sums in history::sums(conn, user, since, with).await? {
        let totals = totals(&sums);
        add(sums.with(), totals);
    }
    for (partner, failed) in invitations::failed_attempts(conn, user, since, with).await? {
        let totals = LogTotals {
            failed,
            ..LogTotals::default()
        };
        add(partner, totals);
    }
    let mut found: Vec<PartnerTotals> = found.into_values().collect();
    found.sort_by(|one, other| {
        let order = |of: &PartnerTotals| (of.totals.seconds, of.totals.attempts());
        let names = || one.partner.display_name.cmp(&other.partner.display_name);
        order(other)
            .cmp(&order(one))
            .then_with(names)
            .then(one.partner.id.cmp(&other.partner.id))
    });
    Ok(found)
}

fn totals(sums: &Sums) -> LogTotals {
    let number = |value: i64| u64::try_from(value).unwrap_or_default();
    LogTotals {
        calls: number(sums.calls),
        talks: number(sums.talks),
        seconds: Duration::from_micros(number(sums.spent)).as_secs(),
        failed: 0,
    }
}

/// A call as one of the two reads of it.
pub(super) fn view(state: &AppState, viewer: &Viewer, call: PastCall) -> CallView {
    let until = call.ended.map_or_else(|| state.clock.now(), |(at, ..)| at);
    CallView {
        id: call.id,
        at: state.clock.local(call.created_at, &viewer.time_zone),
        seconds: call
            .started_at
            .map(|start| u32::try_from(until.since(start).as_secs()).unwrap_or(u32::MAX)),
        ended: call.ended.map(|(_, reason, by)| Ended {
            reason,
            by_me: by == Some(viewer.id),
        }),
        room: call.room,
        partner: call.partner,
    }
}

/// Counts calls for the pages of partners.
pub struct CountTalks;

impl TalkCounter for CountTalks {
    fn between<'c>(&'c self, conn: &'c mut Conn, me: UserId, other: UserId) -> BoxFuture<'c, Result<Talked, AppError>> {
        async move {
            let sums = history::sums(conn, me, BEGINNING, Some(other)).await?;
            let totals = sums.first().map(totals).unwrap_or_default();
            Ok(Talked {
                calls: totals.talks,
                seconds: totals.seconds,
            })
        }
        .boxed()
    }
}
