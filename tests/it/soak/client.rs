//! What one device knows: a client written from docs/protocol.md, without a socket. Its own word about what it saw is evidence.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use speakle::notifications::inbox::Inbox;
use speakle::notifications::model::Epoch;
use uuid::Uuid;

/// Beyond this many bytes an answer may be one of several, and what it counts is true only after the last of them.
const WHOLE: usize = 24 * 1024;

/// What a change says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    Put { line: Uuid, subject: String, kind: String },
    Passed,
    Read { line: Uuid },
    ReadAll { up_to: u64 },
}

/// A line of the list as a device shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub seq: u64,
    pub subject: String,
    pub kind: String,
    pub is_read: bool,
}

/// How a device follows the log.
#[derive(Clone, Debug)]
pub enum Model {
    /// As the protocol's page says, with the whole list.
    Plain,
    /// As the pages do, with the library's machine.
    Inbox(Box<Inbox>),
}

/// A device.
#[derive(Clone, Debug)]
pub struct Client {
    model: Model,
    epoch: Option<Uuid>,
    /// Where it began.
    pub start: u64,
    pub last: u64,
    pub unread: u64,
    /// Every change that it took, in the order in which it did.
    pub seen: Vec<(u64, Mark)>,
    /// The whole list, which only the plain model keeps.
    pub lines: BTreeMap<Uuid, Line>,
    /// Whose line is about what: one per subject.
    subjects: BTreeMap<String, Uuid>,
    /// What the inbox called fresh.
    pub told: Vec<u64>,
    pub incoming: BTreeSet<Uuid>,
    pub outgoing: BTreeSet<Uuid>,
    /// How each invitation ended, as told.
    pub outcomes: BTreeMap<Uuid, BTreeSet<String>>,
    /// What should not have been said.
    pub faults: Vec<String>,
}

/// What a frame leads to.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// Frames to send.
    pub frames: Vec<String>,
    /// The log is as new as the answer to `resume` could make it.
    pub is_caught_up: bool,
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

fn id(value: &Value, field: &str) -> Uuid {
    text(value, field).parse().unwrap_or_default()
}

fn number(value: &Value, field: &str) -> u64 {
    value[field].as_u64().unwrap_or(u64::MAX)
}

fn list(value: &Value, field: &str) -> Vec<Value> {
    value[field].as_array().cloned().unwrap_or_default()
}

fn mark(what: &Value) -> Option<(Mark, Option<Line>)> {
    Some(match text(what, "type") {
        "put" => {
            let line = &what["notification"];
            let (subject, kind) = (
                text(line, "subject").to_owned(),
                text(&line["notice"], "kind").to_owned(),
            );
            let known = Line {
                seq: number(line, "seq"),
                subject: subject.clone(),
                kind: kind.clone(),
                is_read: line["is_read"] == true,
            };
            let line = id(line, "id");
            (Mark::Put { line, subject, kind }, Some(known))
        }
        "passed" => (Mark::Passed, None),
        "read" => (Mark::Read { line: id(what, "id") }, None),
        "read_all" => {
            let up_to = number(what, "up_to");
            (Mark::ReadAll { up_to }, None)
        }
        _ => return None,
    })
}

impl Client {
    pub fn new(model: Model) -> Self {
        Self {
            model,
            epoch: None,
            start: 0,
            last: 0,
            unread: 0,
            seen: Vec::new(),
            lines: BTreeMap::new(),
            subjects: BTreeMap::new(),
            told: Vec::new(),
            incoming: BTreeSet::new(),
            outgoing: BTreeSet::new(),
            outcomes: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// Whether it follows the log by now.
    pub const fn is_started(&self) -> bool {
        self.epoch.is_some()
    }

    /// Whether it keeps the whole list.
    pub const fn is_plain(&self) -> bool {
        matches!(self.model, Model::Plain)
    }

    /// The newest lines, where the library's machine keeps them.
    pub fn latest(&self) -> Option<Vec<(Uuid, u64, bool)>> {
        let Model::Inbox(inbox) = &self.model else { return None };
        let lines = inbox.latest.iter();
        Some(lines.map(|line| (line.id.uuid(), line.seq, line.is_read)).collect())
    }

    /// The frame with which each new socket begins.
    pub fn resume(&self) -> String {
        json!({"notifications": {"type": "resume", "epoch": self.epoch, "after": self.last}}).to_string()
    }

    /// Takes a frame in.
    pub fn hear(&mut self, frame: &str) -> Reply {
        let mut reply = Reply::default();
        let Ok(message) = serde_json::from_str::<Value>(frame) else {
            self.faults.push(format!("no JSON: {frame}"));
            return reply;
        };
        if let Some(news) = message.get("notifications") {
            let needs_resume = match &mut self.model {
                Model::Plain => self.follow(news, frame.len()),
                Model::Inbox(inbox) => {
                    let mut inbox = std::mem::take(inbox);
                    let needs_resume = self.follow_as_pages_do(&mut inbox, news);
                    self.model = Model::Inbox(inbox);
                    needs_resume
                }
            };
            if needs_resume {
                reply.frames.push(self.resume());
            }
            reply.is_caught_up = !needs_resume && self.is_started();
        } else if let Some(news) = message.get("invitations") {
            self.ring(news, &mut reply);
        } else if let Some(reason) = message["realtime"].get("reason") {
            self.faults.push(format!("refused: {reason}"));
        }
        reply
    }

    /// The rules of "What a client does". Answers whether it has to ask for what is missing.
    fn follow(&mut self, news: &Value, size: usize) -> bool {
        let epoch = id(news, "epoch");
        if text(news, "type") == "snapshot" {
            self.start_from(epoch, news);
            return false;
        }
        let (after, changes) = (number(news, "after"), list(news, "changes"));
        if self.epoch != Some(epoch) || after > self.last {
            return true;
        }
        let before = self.last;
        for (place, change) in (after + 1..).zip(&changes) {
            let seq = number(change, "seq");
            if seq != place {
                self.faults.push(format!("number {seq} stands where {place} should"));
            }
            let Some((mark, line)) = mark(&change["what"]) else {
                self.faults.push(format!("change {seq} says nothing known: {change}"));
                continue;
            };
            if seq <= self.last {
                self.compare(seq, &mark);
                continue;
            }
            self.last = seq;
            self.apply(&mark, line);
            self.seen.push((seq, mark));
        }
        if after + changes.len() as u64 >= before {
            self.unread = number(news, "unread");
        }
        let counted = self.lines.values().filter(|line| !line.is_read).count() as u64;
        if size < WHOLE && counted != self.unread {
            let (last, unread) = (self.last, self.unread);
            self.faults
                .push(format!("after {last} the server counts {unread}, the lines {counted}"));
        }
        false
    }

    fn apply(&mut self, mark: &Mark, line: Option<Line>) {
        match (mark, line) {
            (Mark::Put { line: id, subject, .. }, Some(line)) => {
                if *self.subjects.entry(subject.clone()).or_insert(*id) != *id {
                    self.faults.push(format!("{subject} has two lines"));
                }
                self.lines.insert(*id, line);
            }
            (Mark::Read { line: id }, _) => {
                if let Some(line) = self.lines.get_mut(id) {
                    line.is_read = true;
                }
            }
            (Mark::ReadAll { up_to }, _) => {
                for line in self.lines.values_mut().filter(|line| line.seq <= *up_to) {
                    line.is_read = true;
                }
            }
            _ => {}
        }
    }

    /// What came before may come again, and has to say the same.
    fn compare(&mut self, seq: u64, mark: &Mark) {
        let Some(index) = seq.checked_sub(self.start + 1) else {
            return;
        };
        if let Some((_, known)) = self.seen.get(index as usize)
            && known != mark
            && *known != Mark::Passed
            && *mark != Mark::Passed
        {
            self.faults.push(format!("number {seq} was {known:?} and is {mark:?}"));
        }
    }

    fn start_from(&mut self, epoch: Uuid, news: &Value) {
        let last = number(news, "last");
        if self.epoch == Some(epoch) && last <= self.last {
            return;
        }
        if self.epoch.is_some() {
            self.faults
                .push(format!("a snapshot of {last} instead of what came after {}", self.last));
        }
        self.epoch = Some(epoch);
        (self.start, self.last, self.unread) = (last, last, number(news, "unread"));
        let lines = list(news, "latest").into_iter().filter_map(|line| {
            let id = id(&line, "id");
            let (_, line) = mark(&json!({"type": "put", "notification": line}))?;
            Some((id, line?))
        });
        self.lines = lines.collect();
        let subjects = self.lines.iter().map(|(id, line)| (line.subject.clone(), *id));
        self.subjects = subjects.collect();
    }

    fn follow_as_pages_do(&mut self, inbox: &mut Inbox, news: &Value) -> bool {
        let Ok(parsed) = serde_json::from_value(news.clone()) else {
            self.faults.push(format!("the library cannot read {news}"));
            return false;
        };
        let (was_started, before) = (self.is_started(), inbox.last);
        let heard = inbox.hear(parsed);
        self.epoch = inbox.epoch.map(Epoch::uuid);
        (self.last, self.unread) = (inbox.last, inbox.unread.into());
        if !was_started {
            self.start = inbox.last;
        } else if text(news, "type") == "snapshot" && inbox.last > before {
            self.faults.push(format!(
                "a snapshot of {} instead of what came after {before}",
                inbox.last
            ));
        }
        for change in list(news, "changes") {
            let seq = number(&change, "seq");
            if let Some((mark, _)) = mark(&change["what"])
                && before < seq
                && seq <= inbox.last
            {
                self.seen.push((seq, mark));
            }
        }
        self.told.extend(heard.fresh.iter().map(|line| line.seq));
        heard.needs_resume
    }

    fn ring(&mut self, news: &Value, reply: &mut Reply) {
        match text(news, "type") {
            "snapshot" => {
                for end in list(news, "settled") {
                    self.settle(&end);
                }
                let (incoming, outgoing) = (list(news, "incoming"), list(news, "outgoing"));
                let is_over = |call: &Uuid| self.outcomes.contains_key(call);
                let ids = |calls: &[Value]| calls.iter().map(|call| id(call, "id")).collect::<BTreeSet<_>>();
                self.outgoing = ids(&outgoing).into_iter().filter(|call| !is_over(call)).collect();
                let incoming: BTreeSet<Uuid> = ids(&incoming).into_iter().filter(|call| !is_over(call)).collect();
                for call in incoming.difference(&self.incoming) {
                    reply.frames.push(reached(*call));
                }
                self.incoming = incoming;
            }
            "ringing" => {
                let call = id(&news["invitation"], "id");
                if !self.outcomes.contains_key(&call) && self.incoming.insert(call) {
                    reply.frames.push(reached(call));
                }
            }
            "settled" => self.settle(news),
            other => self.faults.push(format!("invitations say {other:?}")),
        }
    }

    fn settle(&mut self, end: &Value) {
        let (call, status) = (id(end, "id"), text(&end["outcome"], "status").to_owned());
        self.outcomes.entry(call).or_default().insert(status);
        self.incoming.remove(&call);
        self.outgoing.remove(&call);
    }
}

fn reached(call: Uuid) -> String {
    json!({"invitations": {"type": "reached", "id": call}}).to_string()
}
