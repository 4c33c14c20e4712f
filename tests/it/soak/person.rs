//! A person of the soak: several devices, and hands that press whatever there is to press.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use uuid::Uuid;

use super::checker::Fact;
use super::device::Device;
use super::dice::Dice;
use super::world::{Pressed, World, uuid_at};
use crate::harness::Browser;

/// Before somebody whose server is away presses again.
const AWAY: Duration = Duration::from_millis(50);

/// Lines of a list that somebody looks at.
const NEWEST: usize = 60;

/// What somebody believes of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bond {
    Strangers,
    Asked,
    Partners,
}

pub struct Person {
    /// The place among all.
    pub number: usize,
    pub username: String,
    /// One per sign-in.
    pub browsers: Vec<Browser>,
    pub devices: Vec<Device>,
    mind: Mutex<Mind>,
}

#[derive(Default)]
struct Mind {
    bonds: BTreeMap<usize, Bond>,
    /// Calls that one hand answers, or that are left to ring: the other hands leave them alone, as a rule.
    dealt_with: BTreeSet<Uuid>,
    /// Requests that are answered.
    answered: BTreeSet<Uuid>,
}

/// What there is to press at this moment.
struct Options {
    incoming: Vec<Uuid>,
    outgoing: Vec<Uuid>,
    requests: Vec<Uuid>,
    unread: Vec<(Uuid, u64)>,
    last: u64,
}

impl Person {
    pub fn new(number: usize, username: String, browsers: Vec<Browser>, devices: Vec<Device>) -> Self {
        Self {
            number,
            username,
            browsers,
            devices,
            mind: Mutex::default(),
        }
    }

    /// The highest number that one of the devices has heard.
    pub fn last(&self) -> u64 {
        self.devices
            .iter()
            .map(|device| device.client().last)
            .max()
            .unwrap_or(0)
    }

    /// Presses until the soak is over.
    pub async fn live(&self, world: &World, everybody: &[Arc<Self>], mut dice: Dice) {
        while !world.is_over() {
            let _open = world.gate.read().await;
            self.act(world, everybody, &mut dice).await;
        }
    }

    async fn act(&self, world: &World, everybody: &[Arc<Self>], dice: &mut Dice) {
        let options = self.options();
        let hand = Hand {
            world,
            browser: &self.browsers[dice.below(self.browsers.len())],
        };
        if let Some(call) = dice.pick(&options.incoming)
            && dice.percent(80)
        {
            if dice.percent(85) {
                self.mind.lock().unwrap().dealt_with.insert(call);
            }
            return match dice.below(20) {
                0..=6 => hand.press("accept_call", call, Fact::Accepted(call)).await,
                7..=12 => hand.press("decline_call", call, Fact::Declined(call)).await,
                13..=15 => self.answer_twice(world, call).await,
                _ => {
                    self.mind.lock().unwrap().dealt_with.insert(call);
                }
            };
        }
        if let Some(call) = dice.pick(&options.outgoing)
            && dice.percent(15)
        {
            return hand.press("cancel_call", call, Fact::Cancelled(call)).await;
        }
        if let Some(request) = dice.pick(&options.requests)
            && dice.percent(50)
        {
            self.mind.lock().unwrap().answered.insert(request);
            let (function, fact) = match dice.below(3) {
                0 => ("decline_request", Fact::RequestDeclined(request)),
                _ => ("accept_request", Fact::RequestAccepted(request)),
            };
            return hand.answer(function, request, fact).await;
        }
        let other = &everybody[dice.below(everybody.len())];
        match dice.below(100) {
            0..=9 => {
                if let Some((line, seq)) = dice.pick(&options.unread) {
                    let fact = Fact::Read(self.number, line, seq);
                    let form = [("id", line.to_string()), ("next", String::new())];
                    hand.tell("mark_notification_read", &form, fact).await;
                }
            }
            10..=12 => {
                let form = [("up_to", options.last.to_string())];
                let fact = Fact::ReadAll(self.number, options.last);
                hand.tell("mark_all_notifications_read", &form, fact).await;
            }
            13 => self.part(&hand, everybody, dice).await,
            14 => self.take_back(&hand).await,
            _ if other.number == self.number => {}
            _ => self.reach_out(&hand, other, dice).await,
        }
    }

    fn options(&self) -> Options {
        let mind = self.mind.lock().unwrap();
        // The first device keeps the whole list.
        let client = self.devices[0].client();
        // Their ids sort by time.
        let lines = client.lines.iter().rev().take(NEWEST);
        let requests = lines
            .clone()
            .filter(|(_, line)| line.kind == "request_received" && !line.is_read);
        let requests = requests.filter_map(|(_, line)| line.subject.strip_prefix("request:")?.parse().ok());
        Options {
            incoming: client.incoming.difference(&mind.dealt_with).copied().collect(),
            outgoing: client.outgoing.iter().copied().collect(),
            requests: requests.filter(|request| !mind.answered.contains(request)).collect(),
            unread: lines
                .filter(|(_, line)| !line.is_read)
                .map(|(id, line)| (*id, line.seq))
                .collect(),
            last: client.last,
        }
    }

    /// From two devices at the same moment, each otherwise.
    async fn answer_twice(&self, world: &World, call: Uuid) {
        let hand = |browser| Hand { world, browser };
        let (one, other) = (hand(&self.browsers[0]), hand(&self.browsers[self.browsers.len() - 1]));
        tokio::join!(
            one.press("accept_call", call, Fact::Accepted(call)),
            other.press("decline_call", call, Fact::Declined(call))
        );
    }

    fn bond(&self, other: usize) -> Bond {
        self.mind
            .lock()
            .unwrap()
            .bonds
            .get(&other)
            .copied()
            .unwrap_or(Bond::Strangers)
    }

    fn believe(&self, other: usize, bond: Bond) {
        self.mind.lock().unwrap().bonds.insert(other, bond);
    }

    async fn reach_out(&self, hand: &Hand<'_>, other: &Self, dice: &mut Dice) {
        match self.bond(other.number) {
            Bond::Strangers => self.ask(hand, other).await,
            Bond::Partners => self.call(hand, other).await,
            Bond::Asked if dice.percent(50) => self.call(hand, other).await,
            Bond::Asked => {}
        }
    }

    async fn ask(&self, hand: &Hand<'_>, other: &Self) {
        let fact = Fact::Asked(self.number, other.number);
        let form = [("to", other.username.clone()), ("message", "Shall we talk?".to_owned())];
        let bond = match hand.ask("send_request", &form).await {
            Pressed::Done(_) => {
                hand.world.acknowledge(fact);
                Bond::Asked
            }
            Pressed::Refused(why) if why.contains("already_partners") => Bond::Partners,
            Pressed::Refused(_) => Bond::Asked,
            Pressed::Unknown => {
                hand.world.suspect(fact);
                Bond::Strangers
            }
        };
        self.believe(other.number, bond);
    }

    async fn call(&self, hand: &Hand<'_>, other: &Self) {
        let (me, they) = (self.number, other.number);
        let form = [("to", other.username.clone()), ("message", "Tea?".to_owned())];
        match hand.ask("start_call", &form).await {
            Pressed::Done(answer) => {
                self.believe(they, Bond::Partners);
                let fact = if let Some(call) = uuid_at(&answer, "/ringing/id") {
                    Fact::Rang(me, they, call)
                } else if answer.contains("\"connected\"") {
                    Fact::Crossed(me, they)
                } else {
                    Fact::WasOffline(me, they)
                };
                hand.world.acknowledge(fact);
            }
            // Their own call, which this one would have answered, was over by then.
            Pressed::Refused(why) if why.contains("already_settled") => self.believe(they, Bond::Partners),
            Pressed::Refused(_) if self.bond(they) == Bond::Partners => self.believe(they, Bond::Strangers),
            Pressed::Refused(_) => self.ask(hand, other).await,
            Pressed::Unknown => {
                for fact in [
                    Fact::Rang(me, they, Uuid::nil()),
                    Fact::Crossed(me, they),
                    Fact::WasOffline(me, they),
                ] {
                    hand.world.suspect(fact);
                }
            }
        }
    }

    async fn part(&self, hand: &Hand<'_>, everybody: &[Arc<Self>], dice: &mut Dice) {
        let partners: Vec<usize> = {
            let mind = self.mind.lock().unwrap();
            let partners = mind.bonds.iter().filter(|(_, bond)| **bond == Bond::Partners);
            partners.map(|(other, _)| *other).collect()
        };
        let Some(other) = dice.pick(&partners) else { return };
        let form = [("username", everybody[other].username.clone())];
        hand.tell("end_partnership", &form, Fact::Parted(self.number, other))
            .await;
        self.believe(other, Bond::Strangers);
    }

    /// Takes back the oldest request that waits.
    async fn take_back(&self, hand: &Hand<'_>) {
        let Ok(open) = hand.browser.try_fetch("open_requests", &[]).await else {
            return;
        };
        let Some(request) = uuid_at(&open.body, "/outgoing/0/id") else {
            return;
        };
        hand.answer("cancel_request", request, Fact::RequestCancelled(request))
            .await;
    }
}

/// A browser whose buttons are pressed.
struct Hand<'a> {
    world: &'a World,
    browser: &'a Browser,
}

impl Hand<'_> {
    async fn press(&self, function: &str, call: Uuid, fact: Fact) {
        self.tell(function, &[("invitation", call.to_string())], fact).await;
    }

    async fn answer(&self, function: &str, request: Uuid, fact: Fact) {
        self.tell(function, &[("request", request.to_string())], fact).await;
    }

    /// Does something of which an acknowledgement says all.
    async fn tell(&self, function: &str, form: &[(&str, String)], fact: Fact) {
        match self.ask(function, form).await {
            Pressed::Done(_) => self.world.acknowledge(fact),
            Pressed::Refused(_) => {}
            Pressed::Unknown => self.world.suspect(fact),
        }
    }

    async fn ask(&self, function: &str, form: &[(&str, String)]) -> Pressed {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let Ok(answer) = self.browser.try_call(function, &form).await else {
            self.world.answered("none");
            tokio::time::sleep(AWAY).await;
            return Pressed::Unknown;
        };
        self.world.answered(&answer.status.to_string());
        match answer.status {
            200 => Pressed::Done(answer.body),
            404 | 409 => Pressed::Refused(answer.body),
            // The database was waited for in vain; whether the commit came through in the end is not said.
            503 => Pressed::Unknown,
            status => {
                self.world
                    .fault(format!("{function} {form:?} answers {status}: {}", answer.body));
                Pressed::Unknown
            }
        }
    }
}
