//! The checker finds what it looks for, and the client model says what it was told.

use serde_json::{Value, json};
use speakle::notifications::inbox::Inbox;
use uuid::Uuid;

use super::checker::{Event, Evidence, Fact, Invitation, ListLine, Log, Request, Saw, faults};
use super::client::{Client, Model};

const EPOCH: Uuid = Uuid::from_u128(1);
const CALL: Uuid = Uuid::from_u128(2);
const REQUEST: Uuid = Uuid::from_u128(3);
/// The line of the call in Ana's list, in Ben's, and that of the request in Ben's.
const HERS: Uuid = Uuid::from_u128(4);
const HIS: Uuid = Uuid::from_u128(5);
const ASKED: Uuid = Uuid::from_u128(6);
const ANA: usize = 0;
const BEN: usize = 1;

fn put(line: Uuid, seq: u64, subject: &str, kind: &str) -> Value {
    let notice = match kind {
        "call_received" | "request_received" => json!({"kind": kind, "message": ""}),
        _ => json!({"kind": kind}),
    };
    let at =
        json!({"year": 2026, "month": 5, "day": 4, "hour": 9, "minute": 0, "days_ago": 0, "this_year": true, "at": 0});
    json!({"seq": seq, "what": {"type": "put", "notification": {
        "id": line, "seq": seq, "subject": subject, "actor": null, "notice": notice, "at": at, "is_read": false}}})
}

fn read(line: Uuid, seq: u64) -> Value {
    json!({"seq": seq, "what": {"type": "read", "id": line}})
}

fn changes(after: u64, changes: &[Value], unread: u64) -> String {
    json!({"notifications": {"type": "changes", "epoch": EPOCH, "after": after, "changes": changes, "unread": unread}})
        .to_string()
}

fn snapshot() -> String {
    json!({"notifications": {"type": "snapshot", "epoch": EPOCH, "last": 0, "unread": 0, "latest": []}}).to_string()
}

fn settled(status: &str) -> String {
    json!({"invitations": {"type": "settled", "id": CALL, "outcome": {"status": status}}}).to_string()
}

fn client(model: Model, frames: &[String]) -> Client {
    let mut client = Client::new(model);
    for frame in frames {
        let reply = client.hear(frame);
        assert_eq!(reply.frames, Vec::<String>::new(), "{frame}");
    }
    client
}

fn call() -> String {
    format!("call:{CALL}")
}

fn request() -> String {
    format!("request:{REQUEST}")
}

/// What Ben's devices were sent: a request, a call, and that he declined it.
fn bens() -> [String; 5] {
    [
        snapshot(),
        changes(0, &[put(ASKED, 1, &request(), "request_received")], 1),
        changes(1, &[put(HIS, 2, &call(), "call_received")], 2),
        settled("declined"),
        changes(2, &[read(HIS, 3)], 1),
    ]
}

fn line(id: Uuid, seq: u64, subject: String, kind: &str, is_read: bool) -> ListLine {
    ListLine {
        id,
        seq,
        subject,
        kind: kind.to_owned(),
        is_read,
    }
}

/// Ana has asked Ben, and called him; he declined.
fn sound() -> Evidence {
    let hers = [
        snapshot(),
        settled("declined"),
        changes(0, &[put(HERS, 1, &call(), "call_declined")], 1),
    ];
    let saw = |person, name: &str, client| Saw {
        person,
        name: name.to_owned(),
        client,
    };
    Evidence {
        people: vec![
            Log {
                name: "ana".to_owned(),
                last: 1,
                events: vec![(1, Event::Put(HERS))],
                lines: vec![line(HERS, 1, call(), "call_declined", false)],
            },
            Log {
                name: "ben".to_owned(),
                last: 3,
                events: vec![(1, Event::Put(ASKED)), (2, Event::Put(HIS)), (3, Event::Read(HIS))],
                lines: vec![
                    line(ASKED, 1, request(), "request_received", false),
                    line(HIS, 2, call(), "call_received", true),
                ],
            },
        ],
        invitations: vec![Invitation {
            id: CALL,
            caller: ANA,
            callee: BEN,
            status: "declined".to_owned(),
            rang: true,
        }],
        requests: vec![Request {
            id: REQUEST,
            sender: ANA,
            recipient: BEN,
            status: "pending".to_owned(),
            is_answer: false,
        }],
        dead_jobs: 0,
        devices: vec![
            saw(ANA, "her tab", client(Model::Plain, &hers)),
            saw(BEN, "his tab", client(Model::Plain, &bens())),
            saw(BEN, "his phone", client(Model::Inbox(Box::<Inbox>::default()), &bens())),
        ],
        acknowledged: vec![Fact::Asked(ANA, BEN), Fact::Rang(ANA, BEN, CALL), Fact::Declined(CALL)],
        unknown: Vec::new(),
    }
}

/// Whether the checker says something with `words` of what `change` makes of it.
fn finds(words: &str, change: impl FnOnce(&mut Evidence)) {
    let mut evidence = sound();
    change(&mut evidence);
    let found = faults(&evidence);
    assert!(found.iter().any(|fault| fault.contains(words)), "{words}: {found:?}");
}

#[test]
fn what_is_sound_has_no_faults() {
    assert_eq!(faults(&sound()), Vec::<String>::new());
}

#[test]
fn a_log_with_a_gap_a_repeat_or_another_end_is_found() {
    finds("the log of ben: number 2 is missing", |all| {
        all.people[BEN].events.remove(1);
    });
    finds("the log of ben: number 2 comes again", |all| {
        all.people[BEN].events[2].0 = 2;
    });
    finds("does not end at 4", |all| all.people[BEN].last = 4);
    finds("several lines for one subject", |all| {
        all.people[BEN].lines.push(line(HERS, 2, call(), "call_received", true));
    });
    finds("not what the log says", |all| all.people[BEN].lines[1].is_read = false);
    finds("1 jobs were given up", |all| all.dead_jobs = 1);
}

#[test]
fn a_device_that_missed_repeated_or_counted_wrong_is_found() {
    finds("his tab: number 2 is missing", |all| {
        all.devices[1].client.seen.remove(1);
    });
    finds("his tab: number 1 comes again", |all| {
        let first = all.devices[1].client.seen[0].clone();
        all.devices[1].client.seen.insert(1, first);
    });
    finds("his phone: number 1 is missing", |all| {
        all.devices[2].client.seen.swap(0, 1);
    });
    finds("his tab ends at 2", |all| all.devices[1].client.last = 2);
    finds("his phone counts 7, the list 1", |all| all.devices[2].client.unread = 7);
    finds("his tab heard", |all| {
        let other = all.devices[0].client.seen[0].1.clone();
        all.devices[1].client.seen[1].1 = other;
    });
    finds("his tab heard Passed", |all| {
        all.devices[1].client.seen[1].1 = super::client::Mark::Passed;
    });
    finds("another list than there is", |all| {
        all.devices[1].client.lines.clear();
    });
    finds("called something fresh twice", |all| {
        all.devices[2].client.told = vec![1, 1];
    });
    finds("1 calls still ring on his phone", |all| {
        all.devices[2].client.incoming.insert(CALL);
    });
}

#[test]
fn what_was_acknowledged_and_is_not_there_is_found() {
    for fact in [
        Fact::Accepted(CALL),
        Fact::Cancelled(CALL),
        Fact::Rang(ANA, BEN, REQUEST),
        Fact::Rang(BEN, ANA, CALL),
        Fact::RequestAccepted(REQUEST),
        Fact::RequestDeclined(REQUEST),
        Fact::RequestCancelled(REQUEST),
        Fact::Read(BEN, ASKED, 1),
        Fact::ReadAll(BEN, 1),
    ] {
        finds("was acknowledged and is lost", |all| all.acknowledged.push(fact));
    }
    for fact in [
        Fact::Asked(ANA, BEN),
        Fact::Asked(BEN, ANA),
        Fact::WasOffline(ANA, BEN),
        Fact::Crossed(BEN, ANA),
        Fact::Parted(ANA, BEN),
    ] {
        finds("acknowledged", |all| all.acknowledged.push(fact));
    }
    // A line that was put on top after it was read may count again.
    let mut later = sound();
    later
        .acknowledged
        .extend([Fact::Read(BEN, ASKED, 0), Fact::ReadAll(BEN, 0)]);
    assert_eq!(faults(&later), Vec::<String>::new());
}

#[test]
fn what_nobody_did_is_found_unless_somebody_may_have() {
    finds("requests, 0 to 1: 0 acknowledged, 0 perhaps, 1 there", |all| {
        all.acknowledged.remove(0);
    });
    let mut perhaps = sound();
    let asked = perhaps.acknowledged.remove(0);
    perhaps.unknown.push(asked);
    assert_eq!(faults(&perhaps), Vec::<String>::new());
}

#[test]
fn two_ends_of_a_call_or_none_are_found() {
    finds("was told", |all| {
        all.devices[1]
            .client
            .outcomes
            .entry(CALL)
            .or_default()
            .insert("cancelled".to_owned());
    });
    finds("her tab was told", |all| {
        all.devices[0]
            .client
            .outcomes
            .insert(CALL, ["missed".to_owned()].into());
    });
    finds("is ringing in the end", |all| {
        all.invitations[0].status = "ringing".to_owned();
    });
    finds("the log of ben says", |all| {
        all.invitations[0].status = "cancelled".to_owned();
    });
    finds("the log of ana says", |all| all.people[ANA].lines.clear());
    finds("the log of ana says", |all| {
        let event = Event::Put(HERS);
        all.people[ANA].events.push((2, event));
    });
    finds("is 0 times in its reader's log", |all| all.requests[0].id = CALL);
}

#[test]
fn a_device_asks_for_what_is_missing_and_takes_nothing_until_then() {
    for model in [Model::Plain, Model::Inbox(Box::<Inbox>::default())] {
        let [begin, first, second, _, third] = bens();
        let mut client = Client::new(model);
        assert_eq!(client.hear(&first).frames, [client.resume()], "it knows no number yet");
        client.hear(&begin);
        let reply = client.hear(&third);
        assert_eq!((reply.frames, reply.is_caught_up), (vec![client.resume()], false));
        assert!(client.resume().contains("\"after\":0"));
        for frame in [&first, &second, &first, &third, &second] {
            assert_eq!(client.hear(frame).frames, Vec::<String>::new());
        }
        let seen: Vec<u64> = client.seen.iter().map(|(seq, _)| *seq).collect();
        assert_eq!((seen, client.last, client.unread), (vec![1, 2, 3], 3, 1));
        assert_eq!(client.faults, Vec::<String>::new());
        assert!(client.resume().contains("\"after\":3"));
    }
}

#[test]
fn a_device_finds_what_the_server_should_not_say() {
    let says = |frames: &[String], words: &str| {
        let mut client = Client::new(Model::Plain);
        for frame in frames {
            client.hear(frame);
        }
        let found = client.faults.iter().any(|fault| fault.contains(words));
        assert!(found, "{words}: {:?}", client.faults);
    };
    let [begin, first, second, ..] = bens();
    says(
        &[begin.clone(), changes(0, &[read(HIS, 2)], 0)],
        "stands where 1 should",
    );
    says(
        &[begin.clone(), first.clone(), changes(1, &[], 4)],
        "the server counts 4",
    );
    says(
        &[begin.clone(), first.clone(), changes(0, &[read(HIS, 1)], 1)],
        "number 1 was",
    );
    let twice = changes(1, &[put(HERS, 2, &request(), "request_received")], 2);
    says(&[begin.clone(), first, twice], "has two lines");
    let late = snapshot().replace("\"last\":0", "\"last\":9");
    says(&[begin, second, late], "a snapshot of 9");
    says(
        &[r#"{"realtime":{"type":"refused","reason":"not_allowed"}}"#.to_owned()],
        "refused",
    );
}

#[test]
fn a_call_rings_until_it_is_over_and_never_after() {
    let ringing = json!({"invitations": {"type": "ringing", "invitation": {"id": CALL}}}).to_string();
    let listed = |calls: Value| {
        json!({"invitations": {"type": "snapshot", "incoming": calls, "outgoing": [], "settled": []}}).to_string()
    };
    let mut client = Client::new(Model::Plain);
    assert_eq!(client.hear(&ringing).frames.len(), 1, "it says that it was reached");
    assert_eq!(client.hear(&ringing).frames.len(), 0);
    client.hear(&settled("missed"));
    assert!(client.incoming.is_empty());
    // Said late.
    client.hear(&listed(json!([{"id": CALL}])));
    client.hear(&ringing);
    assert!(client.incoming.is_empty());

    let mut client = Client::new(Model::Plain);
    assert_eq!(client.hear(&listed(json!([{"id": CALL}]))).frames.len(), 1);
    client.hear(&listed(json!([])));
    assert!(client.incoming.is_empty(), "what is not listed any more is over");
}
