//! Two drivers with their browsers and the sockets between them. Whatever can happen next is drawn at random from a seed.

use std::collections::{BTreeSet, VecDeque};

use super::super::{Action, Input, Negotiation, Role, Signal, SignalingState};
use super::Random;
use super::browser::{Browser, Call, Track};

/// More steps than any scenario needs by far: beyond them two machines talk in a circle.
const MOST_STEPS: usize = 20_000;

/// A signal under way between two incarnations ("seats").
#[derive(Clone, Debug)]
struct Packet {
    from: u32,
    to: u32,
    signal: Signal,
}

/// What the server says of the other side.
#[derive(Clone, Copy, Debug)]
enum Notice {
    Here(u32),
    Gone,
}

/// What may happen next on a side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Event {
    Call,
    Task,
    Ghost,
    Packet,
    Notice,
    Retry,
}

pub(super) struct Side {
    pub(super) machine: Negotiation,
    pub(super) browser: Browser,
    role: Role,
    seat: u32,
    peer: Option<u32>,
    /// The server said that the peer is gone.
    gone: bool,
    pub(super) online: bool,
    tracks: Vec<Track>,
    notices: VecDeque<Notice>,
    /// Late words of connections that were closed.
    ghosts: VecDeque<Input>,
    retry: Option<u32>,
    pub(super) rebuilds: u32,
    /// On the way to this side.
    wire: VecDeque<Packet>,
}

pub(super) struct World {
    pub(super) sides: [Side; 2],
    pub(super) random: Random,
    /// How far the network may take signals out of order; 1 is in order.
    pub(super) window: usize,
    /// One signal in so many arrives twice; 0 is none.
    pub(super) duplicates: usize,
    next_seat: u32,
    next_track: u32,
}

impl World {
    /// Two sides with a camera and a microphone each, who do not know of each other.
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let impolite = random.below(2);
        let hasty = random.one_in(4);
        let side = |index: usize| {
            let tracks = vec![('a', 10 * index as u32), ('v', 10 * index as u32 + 1)];
            let role = if index == impolite {
                Role::Impolite
            } else {
                Role::Polite
            };
            let mut browser = Browser::new(format!("{index}s{index}g0"), 0, &tracks);
            browser.hasty = hasty;
            Side {
                machine: Negotiation::new(role, 0),
                browser,
                role,
                seat: index as u32,
                peer: None,
                gone: false,
                online: true,
                tracks,
                notices: VecDeque::new(),
                ghosts: VecDeque::new(),
                retry: None,
                rebuilds: 0,
                wire: VecDeque::new(),
            }
        };
        Self {
            sides: [side(0), side(1)],
            random,
            window: 1,
            duplicates: 0,
            next_seat: 2,
            next_track: 100,
        }
    }

    /// The server tells each side of the other.
    pub(super) fn meet(&mut self) {
        for side in [0, 1] {
            let peer = self.sides[1 - side].seat;
            self.sides[side].notices.push_back(Notice::Here(peer));
        }
    }

    /// Gives a side something to handle, and does what its machine says.
    pub(super) fn handle(&mut self, side: usize, input: Input) {
        for action in self.sides[side].machine.handle(input) {
            self.perform(side, action);
        }
    }

    fn perform(&mut self, index: usize, action: Action) {
        let side = &mut self.sides[index];
        match action {
            Action::SetLocalDescription { operation } => side.browser.call(Call::SetLocal(operation)),
            Action::SetRemoteDescription { operation, description } => {
                side.browser.call(Call::SetRemote(operation, description));
            }
            Action::AddCandidate(candidate) => side.browser.call(Call::AddCandidate(candidate)),
            Action::RestartIce => side.browser.restart_ice(),
            Action::RetryLater { generation, .. } => side.retry = Some(generation),
            Action::Rebuild { generation, .. } => {
                side.rebuilds += 1;
                let name = format!("{index}s{}g{generation}", side.seat);
                let mut browser = Browser::new(name, generation, &side.tracks);
                (browser.hasty, browser.failing) = (side.browser.hasty, side.browser.failing);
                browser.faults = std::mem::take(&mut side.browser.faults);
                let closed = std::mem::replace(&mut side.browser, browser);
                side.ghosts.extend(closed.close());
            }
            Action::Send(signal) => self.send(index, signal),
        }
    }

    fn send(&mut self, index: usize, signal: Signal) {
        let side = &mut self.sides[index];
        let Some(to) = side.peer else {
            side.browser.faults.push("sent before the peer was there".to_owned());
            return;
        };
        let packet = Packet {
            from: side.seat,
            to,
            signal,
        };
        if side.online && self.sides[1 - index].online {
            let copies = if self.duplicates > 0 && self.random.one_in(self.duplicates) {
                2
            } else {
                1
            };
            let wire = &mut self.sides[1 - index].wire;
            wire.extend(std::iter::repeat_n(packet, copies));
        }
    }

    pub(super) fn add_track(&mut self, index: usize, kind: char) {
        self.next_track += 1;
        let track = (kind, self.next_track);
        self.sides[index].tracks.push(track);
        self.sides[index].browser.add_track(track);
    }

    pub(super) fn remove_track(&mut self, index: usize) {
        let which = self.random.below(self.sides[index].tracks.len());
        if self.sides[index].tracks.len() > 1 {
            let track = self.sides[index].tracks.remove(which);
            self.sides[index].browser.remove_track(track);
        }
    }

    /// The connection fails, as this side's browser sees it.
    pub(super) fn fail_connection(&mut self, index: usize) {
        let generation = self.sides[index].machine.generation();
        self.sides[index].browser.tell(Input::ConnectionFailed { generation });
    }

    /// The browser rejects the next description operations, of this connection or its successors.
    pub(super) fn fail_operations(&mut self, index: usize, times: u32) {
        self.sides[index].browser.failing = times;
    }

    /// The socket goes down, and all that is under way to it is lost. The other side may be told.
    pub(super) fn disconnect(&mut self, index: usize) {
        self.sides[index].online = false;
        self.sides[index].wire.clear();
        // What was under way from it is lost in part.
        let keep = self.random.below(self.sides[1 - index].wire.len() + 1);
        self.sides[1 - index].wire.truncate(keep);
        if self.random.one_in(2) {
            self.sides[1 - index].notices.push_back(Notice::Gone);
        }
    }

    /// The socket is back.
    pub(super) fn reconnect(&mut self, index: usize) {
        let (seat, peer) = (self.sides[index].seat, self.sides[1 - index].seat);
        self.sides[index].online = true;
        self.handle(index, Input::Resumed);
        if self.random.one_in(2) {
            self.sides[index].notices.push_back(Notice::Here(peer));
        }
        // Who was told nothing of the blip need not be told of its end either.
        let told = matches!(self.sides[1 - index].notices.back(), Some(Notice::Gone)) || self.sides[1 - index].gone;
        if told || self.random.one_in(2) {
            self.sides[1 - index].notices.push_back(Notice::Here(seat));
        }
    }

    /// The page is loaded anew: another machine, another browser connection, nothing remembered.
    pub(super) fn reload(&mut self, index: usize) {
        let peer = self.sides[1 - index].seat;
        let seat = self.next_seat;
        self.next_seat += 1;
        let side = &mut self.sides[index];
        side.seat = seat;
        side.peer = None;
        side.gone = false;
        side.online = true;
        side.machine = Negotiation::new(side.role, 0);
        let faults = std::mem::take(&mut side.browser.faults);
        side.browser = Browser::new(format!("{index}s{seat}g0"), 0, &side.tracks);
        side.browser.faults = faults;
        side.ghosts.clear();
        side.retry = None;
        side.notices = VecDeque::from([Notice::Here(peer)]);
        if self.random.one_in(2) {
            self.sides[1 - index].notices.push_back(Notice::Gone);
        }
        self.sides[1 - index].notices.push_back(Notice::Here(seat));
    }

    fn possible(&self) -> Vec<(usize, Event)> {
        let mut events = Vec::new();
        for (index, side) in self.sides.iter().enumerate() {
            let happening = [
                (side.browser.has_calls(), Event::Call),
                (side.browser.has_tasks(), Event::Task),
                (!side.ghosts.is_empty(), Event::Ghost),
                (side.online && !side.wire.is_empty(), Event::Packet),
                (side.online && !side.notices.is_empty(), Event::Notice),
                (side.retry.is_some(), Event::Retry),
            ];
            events.extend(
                happening
                    .into_iter()
                    .filter(|(is, _)| *is)
                    .map(|(_, event)| (index, event)),
            );
        }
        events
    }

    fn happen(&mut self, index: usize, event: Event) {
        let window = self.window;
        let side = &mut self.sides[index];
        let input = match event {
            Event::Call => {
                side.browser.run_call();
                None
            }
            Event::Task => side.browser.run_task(),
            Event::Ghost => side.ghosts.pop_front(),
            Event::Retry => side.retry.take().map(|generation| Input::Retry { generation }),
            Event::Packet => {
                let which = self.random.below(window.min(side.wire.len()));
                let packet = side.wire.remove(which).unwrap();
                let is_ours = packet.to == side.seat && Some(packet.from) == side.peer;
                is_ours.then_some(Input::Remote(packet.signal))
            }
            Event::Notice => side.notices.pop_front().map(|notice| {
                side.gone = matches!(notice, Notice::Gone);
                match notice {
                    Notice::Gone => Input::PeerGone,
                    Notice::Here(seat) if side.peer.replace(seat).is_none_or(|known| known == seat) => {
                        Input::PeerPresent
                    }
                    Notice::Here(_) => Input::PeerReplaced,
                }
            }),
        };
        if let Some(input) = input {
            self.handle(index, input);
        }
        if self.is_connected() {
            self.sides.iter_mut().for_each(|side| side.browser.connected());
        }
    }

    fn is_connected(&self) -> bool {
        let [one, other] = &self.sides;
        one.browser.reaches(&other.browser) && other.browser.reaches(&one.browser)
    }

    /// Lets up to `steps` things happen of those that `allowed` lets through. Says whether there were so many.
    pub(super) fn run(&mut self, steps: usize, allowed: impl Fn(Event) -> bool) -> bool {
        for _ in 0..steps {
            let mut events = self.possible();
            events.retain(|(_, event)| allowed(*event));
            if events.is_empty() {
                return false;
            }
            let (index, event) = events[self.random.below(events.len())];
            self.happen(index, event);
        }
        true
    }

    /// Lets everything happen, then says what is wrong.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        if self.run(MOST_STEPS, |_| true) {
            return Err("talks in a circle".to_owned());
        }
        let faults: Vec<&String> = self.sides.iter().flat_map(|side| &side.browser.faults).collect();
        check(faults.is_empty(), || format!("refused by the browser: {faults:?}"))?;
        let [one, other] = &self.sides;
        for side in &self.sides {
            check(side.machine.is_settled(), || {
                format!("waits for nothing: {:?}", side.machine)
            })?;
            check(side.browser.session.signaling == SignalingState::Stable, || {
                "the browser is not stable".to_owned()
            })?;
            check(!side.browser.needed, || "negotiation is still needed".to_owned())?;
        }
        let generations = (one.machine.generation(), other.machine.generation());
        check(generations.0 == generations.1, || {
            format!("generations {generations:?}")
        })?;
        let (mine, theirs) = (one.browser.session.media(), other.browser.session.media());
        let mirrored = theirs
            .iter()
            .map(|(section, (sends, receives))| (*section, (*receives, *sends)))
            .collect();
        check(mine == mirrored, || format!("media differ: {mine:?} and {theirs:?}"))?;
        for (side, media) in [(one, mine), (other, theirs)] {
            let sent: BTreeSet<u32> = media.values().filter_map(|(sends, _)| *sends).collect();
            let wanted: BTreeSet<u32> = side.tracks.iter().map(|(_, track)| *track).collect();
            check(sent == wanted, || format!("sends {sent:?}, should send {wanted:?}"))?;
        }
        check(self.is_connected(), || "not connected".to_owned())
    }
}

fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}
