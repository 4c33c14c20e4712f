//! What has to hold at the end of a soak, over what the database holds, what devices saw, and what was acknowledged. Pure, so that it can be
//! shown to find what it looks for.

use std::collections::{BTreeMap, BTreeSet};

use speakle::notifications::model::LATEST;
use uuid::Uuid;

use super::client::{Client, Mark};

/// Something that was done or may have been. People are numbers; calls, requests and lines are ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It rings: from, to, the invitation.
    Rang(usize, usize, Uuid),
    /// Who called was being called by the other: they are connected.
    Crossed(usize, usize),
    /// Nobody was there.
    WasOffline(usize, usize),
    Accepted(Uuid),
    Declined(Uuid),
    Cancelled(Uuid),
    Asked(usize, usize),
    RequestAccepted(Uuid),
    RequestDeclined(Uuid),
    RequestCancelled(Uuid),
    Parted(usize, usize),
    /// Whose line was read, which, and the number that it had then at least.
    Read(usize, Uuid, u64),
    ReadAll(usize, u64),
}

/// An entry of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Put(Uuid),
    Read(Uuid),
    ReadAll(u64),
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListLine {
    pub id: Uuid,
    pub seq: u64,
    pub subject: String,
    pub kind: String,
    pub is_read: bool,
}

/// A person's log and list.
#[derive(Clone, Debug)]
pub struct Log {
    pub name: String,
    pub last: u64,
    pub events: Vec<(u64, Event)>,
    pub lines: Vec<ListLine>,
}

#[derive(Clone, Debug)]
pub struct Invitation {
    pub id: Uuid,
    pub caller: usize,
    pub callee: usize,
    pub status: String,
    /// Whether it rang at all.
    pub rang: bool,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub id: Uuid,
    pub sender: usize,
    pub recipient: usize,
    pub status: String,
    /// Its recipient had asked too: they are partners by it, and its line is read from the beginning.
    pub is_answer: bool,
}

/// What one device of a person saw.
#[derive(Clone, Debug)]
pub struct Saw {
    pub person: usize,
    pub name: String,
    pub client: Client,
}

/// Everything that is known at the end.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    pub people: Vec<Log>,
    pub invitations: Vec<Invitation>,
    pub requests: Vec<Request>,
    pub dead_jobs: i64,
    pub devices: Vec<Saw>,
    pub acknowledged: Vec<Fact>,
    pub unknown: Vec<Fact>,
}

/// The lines of a list by their subject, with how often each was put.
type Book<'e> = BTreeMap<&'e str, (&'e ListLine, usize)>;

fn book(log: &Log) -> Book<'_> {
    let mut puts: BTreeMap<Uuid, usize> = BTreeMap::new();
    for (_, event) in &log.events {
        if let Event::Put(line) = event {
            *puts.entry(*line).or_default() += 1;
        }
    }
    let lines = log.lines.iter();
    lines
        .map(|line| (line.subject.as_str(), (line, puts.get(&line.id).copied().unwrap_or(0))))
        .collect()
}

fn puts(book: &Book<'_>, subject: &str) -> usize {
    book.get(subject).map_or(0, |(_, puts)| *puts)
}

/// Everything that is not as it should be, in words.
pub fn faults(evidence: &Evidence) -> Vec<String> {
    let mut found = Vec::new();
    let books: Vec<Book<'_>> = evidence.people.iter().map(book).collect();
    if evidence.dead_jobs > 0 {
        found.push(format!("{} jobs were given up", evidence.dead_jobs));
    }
    let answers = evidence.requests.iter().filter(|request| request.is_answer);
    let answers: BTreeSet<String> = answers.map(|request| format!("request:{}", request.id)).collect();
    for log in &evidence.people {
        log_is_whole(log, &answers, &mut found);
    }
    for saw in &evidence.devices {
        device_saw_it_all(saw, &evidence.people[saw.person], &mut found);
    }
    for invitation in &evidence.invitations {
        invitation_ended_once(invitation, evidence, &books, &mut found);
    }
    for request in &evidence.requests {
        let puts = puts(&books[request.recipient], &format!("request:{}", request.id));
        if puts != 1 {
            found.push(format!("request {} is {puts} times in its reader's log", request.id));
        }
    }
    acknowledged_is_kept(evidence, &books, &mut found);
    as_often_as_done(evidence, &books, &mut found);
    found
}

/// Numbers without gaps, one line per subject, and a list that says what the log does.
fn log_is_whole(log: &Log, answers: &BTreeSet<String>, found: &mut Vec<String>) {
    let name = &log.name;
    let numbers: Vec<u64> = log.events.iter().map(|(seq, _)| *seq).collect();
    if let Some(wrong) = first_wrong(&numbers, 1) {
        found.push(format!("the log of {name}: {wrong}"));
    }
    if numbers.last().copied().unwrap_or(0) != log.last {
        found.push(format!("the log of {name} does not end at {}", log.last));
    }
    let subjects: BTreeSet<&String> = log.lines.iter().map(|line| &line.subject).collect();
    if subjects.len() != log.lines.len() {
        found.push(format!("{name} has several lines for one subject"));
    }
    // What the log says of each line: where it was put last, and whether it was read after that.
    let lines: BTreeMap<Uuid, &ListLine> = log.lines.iter().map(|line| (line.id, line)).collect();
    let is_known = |line: &&ListLine| {
        line.kind == "call_accepted" || (line.kind == "request_received" && answers.contains(&line.subject))
    };
    let mut told: BTreeMap<Uuid, (u64, bool)> = BTreeMap::new();
    for (seq, event) in &log.events {
        match event {
            // The caller is taken to the call that is accepted, and whom one asks who has asked is a partner: such lines are read from the
            // beginning.
            Event::Put(line) => {
                let is_read = lines.get(line).is_some_and(is_known);
                told.insert(*line, (*seq, is_read));
            }
            Event::Read(line) => {
                if let Some(line) = told.get_mut(line) {
                    line.1 = true;
                }
            }
            Event::ReadAll(up_to) => {
                for line in told.values_mut().filter(|line| line.0 <= *up_to) {
                    line.1 = true;
                }
            }
        }
    }
    let listed: BTreeMap<Uuid, (u64, bool)> = log
        .lines
        .iter()
        .map(|line| (line.id, (line.seq, line.is_read)))
        .collect();
    if told != listed {
        let differ = told
            .iter()
            .filter(|(line, state)| listed.get(line) != Some(state))
            .count();
        found.push(format!("{differ} lines of {name} are not what the log says"));
    }
}

/// Where numbers that should go on one by one from `first` do not.
fn first_wrong(numbers: &[u64], first: u64) -> Option<String> {
    let (wanted, seq) = (first..).zip(numbers).find(|(wanted, seq)| wanted != *seq)?;
    Some(if *seq < wanted {
        format!("number {seq} comes again")
    } else {
        format!("number {wanted} is missing")
    })
}

fn device_saw_it_all(saw: &Saw, log: &Log, found: &mut Vec<String>) {
    let (name, client) = (&saw.name, &saw.client);
    found.extend(client.faults.iter().map(|fault| format!("{name}: {fault}")));
    let numbers: Vec<u64> = client.seen.iter().map(|(seq, _)| *seq).collect();
    if let Some(wrong) = first_wrong(&numbers, client.start + 1) {
        found.push(format!("{name}: {wrong}"));
    }
    if client.last != log.last {
        found.push(format!("{name} ends at {} and the log at {}", client.last, log.last));
    }
    let unread = log.lines.iter().filter(|line| !line.is_read).count() as u64;
    if client.unread != unread {
        found.push(format!("{name} counts {}, the list {unread}", client.unread));
    }
    let events: BTreeMap<u64, Event> = log.events.iter().copied().collect();
    let lines: BTreeMap<Uuid, &ListLine> = log.lines.iter().map(|line| (line.id, line)).collect();
    let disagree = client.seen.iter().filter(|(seq, mark)| {
        !match (mark, events.get(seq)) {
            (Mark::Put { line, subject, .. }, Some(Event::Put(of))) => {
                line == of && lines.get(of).is_none_or(|line| line.subject == *subject)
            }
            // Only what a later change tells of may be passed over.
            (Mark::Passed, Some(Event::Put(of))) => lines.get(of).is_none_or(|line| line.seq > *seq),
            (Mark::Read { line }, Some(Event::Read(of))) => line == of,
            (Mark::ReadAll { up_to }, Some(Event::ReadAll(of))) => up_to == of,
            _ => false,
        }
    });
    for (seq, mark) in disagree.take(3) {
        found.push(format!(
            "{name} heard {mark:?} as number {seq}, the log says {:?}",
            events.get(seq)
        ));
    }
    if client.told.windows(2).any(|two| two[0] >= two[1]) {
        found.push(format!("{name} called something fresh twice"));
    }
    if client.is_plain() {
        let shown = client
            .lines
            .iter()
            .map(|(id, line)| (*id, (line.seq, line.kind.as_str(), line.is_read)));
        let listed = log
            .lines
            .iter()
            .map(|line| (line.id, (line.seq, line.kind.as_str(), line.is_read)));
        if shown.collect::<BTreeMap<_, _>>() != listed.collect() {
            found.push(format!("{name} shows another list than there is"));
        }
    }
    if let Some(latest) = client.latest() {
        let mut newest: Vec<(Uuid, u64, bool)> =
            log.lines.iter().map(|line| (line.id, line.seq, line.is_read)).collect();
        newest.sort_by_key(|(_, seq, _)| std::cmp::Reverse(*seq));
        newest.truncate(LATEST);
        if latest != newest {
            found.push(format!("{name} shows other newest lines than there are"));
        }
    }
    let ringing = client.incoming.len() + client.outgoing.len();
    if ringing > 0 {
        found.push(format!("{ringing} calls still ring on {name}"));
    }
}

/// One end, the same in both lists and on every device of both.
fn invitation_ended_once(invitation: &Invitation, evidence: &Evidence, books: &[Book<'_>], found: &mut Vec<String>) {
    let Invitation {
        id,
        caller,
        callee,
        status,
        rang,
    } = invitation;
    // What the callee's line and the caller's line say, and how often each was put.
    let (callees, callers) = match (status.as_str(), rang) {
        ("accepted", true) => (("call_received", 1), Some(("call_accepted", 1))),
        ("declined", true) => (("call_received", 1), Some(("call_declined", 1))),
        ("cancelled", true) => (("call_cancelled", 2), None),
        ("missed" | "expired", true) => (("call_missed", 2), None),
        ("expired", false) => (("call_missed", 1), None),
        _ => return found.push(format!("invitation {id} is {status} in the end")),
    };
    let subject = format!("call:{id}");
    for (person, wanted) in [(callee, Some(callees)), (caller, callers)] {
        let line = books[*person].get(subject.as_str());
        let is = line.map(|(line, puts)| (line.kind.as_str(), *puts));
        if is != wanted {
            let name = &evidence.people[*person].name;
            found.push(format!(
                "{status} call {id}: the log of {name} says {is:?}, not {wanted:?}"
            ));
        }
    }
    for saw in evidence
        .devices
        .iter()
        .filter(|saw| [*caller, *callee].contains(&saw.person))
    {
        let Some(told) = saw.client.outcomes.get(id) else {
            continue;
        };
        if told.len() != 1 || !told.contains(status) {
            found.push(format!("{status} call {id}: {} was told {told:?}", saw.name));
        }
    }
}

/// Whatever was answered to be done is there.
fn acknowledged_is_kept(evidence: &Evidence, books: &[Book<'_>], found: &mut Vec<String>) {
    let calls: BTreeMap<Uuid, &Invitation> = evidence.invitations.iter().map(|call| (call.id, call)).collect();
    let requests: BTreeMap<Uuid, &Request> = evidence.requests.iter().map(|request| (request.id, request)).collect();
    let call_is = |id, status| calls.get(&id).is_some_and(|call| call.status == status);
    let request_is = |id, status| requests.get(&id).is_some_and(|request| request.status == status);
    for fact in &evidence.acknowledged {
        let is_kept = match *fact {
            Fact::Rang(from, to, id) => calls
                .get(&id)
                .is_some_and(|call| (call.caller, call.callee, call.rang) == (from, to, true)),
            Fact::Accepted(id) => call_is(id, "accepted"),
            Fact::Declined(id) => call_is(id, "declined"),
            Fact::Cancelled(id) => call_is(id, "cancelled"),
            Fact::RequestAccepted(id) => {
                let sender = requests.get(&id).map(|request| request.sender);
                let is_told = sender.is_some_and(|sender| puts(&books[sender], &format!("request:{id}")) == 1);
                request_is(id, "accepted") && is_told
            }
            Fact::RequestDeclined(id) => request_is(id, "declined"),
            Fact::RequestCancelled(id) => request_is(id, "cancelled"),
            Fact::Read(person, id, seq) => {
                let mut lines = evidence.people[person].lines.iter();
                lines.any(|line| line.id == id && (line.is_read || line.seq > seq))
            }
            Fact::ReadAll(person, up_to) => {
                let mut lines = evidence.people[person].lines.iter();
                lines.all(|line| line.is_read || line.seq > up_to)
            }
            // These have no id: they are counted.
            Fact::Crossed(..) | Fact::WasOffline(..) | Fact::Asked(..) | Fact::Parted(..) => true,
        };
        if !is_kept {
            found.push(format!("{fact:?} was acknowledged and is lost"));
        }
    }
}

/// What has happened between two people, by who did it to whom.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Rang,
    WasOffline,
    Answered,
    Asked,
    Parted,
}

/// What has no id is there as often as it was acknowledged, and not more often than that and what may have been done.
fn as_often_as_done(evidence: &Evidence, books: &[Book<'_>], found: &mut Vec<String>) {
    let mut there: BTreeMap<(What, usize, usize), usize> = BTreeMap::new();
    for call in &evidence.invitations {
        let what = if call.rang { What::Rang } else { What::WasOffline };
        *there.entry((what, call.caller, call.callee)).or_default() += 1;
        if call.status == "accepted" {
            *there.entry((What::Answered, call.caller, call.callee)).or_default() += 1;
        }
    }
    for request in &evidence.requests {
        *there
            .entry((What::Asked, request.sender, request.recipient))
            .or_default() += 1;
    }
    // In the list of who was left it stands whom with, but not in the log: it is counted for each person.
    for (other, book) in books.iter().enumerate() {
        let ended = book.values().filter(|(line, _)| line.kind == "partnership_ended");
        there.insert((What::Parted, 0, other), ended.map(|(_, puts)| puts).sum());
    }
    let calls: BTreeMap<Uuid, &Invitation> = evidence.invitations.iter().map(|call| (call.id, call)).collect();
    let key = |fact: &Fact| {
        Some(match *fact {
            Fact::Rang(from, to, _) => (What::Rang, from, to),
            Fact::WasOffline(from, to) => (What::WasOffline, from, to),
            // Who calls somebody that calls them answers that call.
            Fact::Crossed(me, they) => (What::Answered, they, me),
            Fact::Accepted(id) => {
                let call = calls.get(&id)?;
                (What::Answered, call.caller, call.callee)
            }
            Fact::Asked(from, to) => (What::Asked, from, to),
            Fact::Parted(_, other) => (What::Parted, 0, other),
            _ => return None,
        })
    };
    // Two presses of "Call" may have been answered with the same invitation.
    let mut rang = BTreeSet::new();
    let once = |fact: &&Fact| !matches!(fact, Fact::Rang(_, _, id) if !rang.insert(*id));
    let mut done: BTreeMap<(What, usize, usize), (usize, usize)> = BTreeMap::new();
    for key in evidence.acknowledged.iter().filter(once).filter_map(key) {
        done.entry(key).or_default().0 += 1;
    }
    for key in evidence.unknown.iter().filter_map(key) {
        done.entry(key).or_default().1 += 1;
    }
    let all: BTreeSet<_> = there.keys().chain(done.keys()).copied().collect();
    for key @ (what, from, to) in all {
        let (done, perhaps) = done.get(&key).copied().unwrap_or_default();
        let is = there.get(&key).copied().unwrap_or_default();
        if is < done || is > done + perhaps {
            let what = match what {
                What::Rang => "calls that rang",
                What::WasOffline => "calls to nobody",
                What::Answered => "answered calls",
                What::Asked => "requests",
                What::Parted => "ended partnerships",
            };
            found.push(format!(
                "{what}, {from} to {to}: {done} acknowledged, {perhaps} perhaps, {is} there"
            ));
        }
    }
}
