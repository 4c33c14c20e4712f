//! What is tried out before a call, or without one: the own devices, the loudspeaker, the connection.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::capture::Capture;
use super::check::Run;
use super::clock::{every, now, on_window};
use super::speaker_test::SpeakerTest;
use super::tab::Tab;
use super::{Driver, agent, devices, memory};
use crate::calls::model::RoomId;
use crate::calls::stage::agent::Agent;
use crate::calls::stage::hearing::Listener;
use crate::calls::stage::levels::LOOK;
use crate::calls::stage::trial::Check;
use crate::calls::stage::{Device, Phase, Source, Stage, privacy};
use crate::realtime::client::{Socket, use_socket};
use crate::realtime::wire::SocketNews;

/// Finer steps of a level than this are not worth drawing.
const STEP: f32 = 0.01;

/// What a page with devices tries out with. Everything ends when the page goes, and when a call begins.
pub(super) struct Bench {
    stage: Stage,
    socket: Socket,
    room: Option<RoomId>,
    capture: Rc<Capture>,
    speaker: SpeakerTest,
    check: RefCell<Option<Rc<Run>>>,
    listener: Cell<Listener>,
}

impl Bench {
    /// Beside the page of a room. Call in an effect, as the other: listeners go with its owner.
    pub(super) fn beside(stage: Stage, socket: Socket, room: RoomId, tab: &Tab) -> Rc<Self> {
        Self::begin(stage, socket, Some(room), tab.capture())
    }

    /// On a page without a call. No device is on until the person switches it on.
    pub(super) fn alone(stage: Stage, socket: Socket) -> Rc<Self> {
        let bench = Self::begin(stage, socket, None, &Capture::new(stage));
        bench.rest();
        let looking = Rc::downgrade(bench.capture());
        devices::on_change(stage, move || {
            if let Some(capture) = looking.upgrade() {
                capture.look_over();
            }
        });
        spawn_local(devices::show_choices(stage));
        let hiding = Rc::downgrade(&bench);
        on_window("pagehide", move |_| {
            if let Some(bench) = hiding.upgrade() {
                bench.rest();
            }
        });
        bench
    }

    fn begin(stage: Stage, socket: Socket, room: Option<RoomId>, capture: &Rc<Capture>) -> Rc<Self> {
        let bench = Rc::new(Self {
            stage,
            socket,
            room,
            capture: Rc::clone(capture),
            speaker: SpeakerTest::new(stage),
            check: RefCell::default(),
            listener: Cell::default(),
        });
        let weak = Rc::downgrade(&bench);
        every(LOOK, move || {
            if let Some(bench) = weak.upgrade() {
                bench.listen(now());
            }
        });
        let weak = Rc::downgrade(&bench);
        socket.subscribe(move |news| {
            if let (SocketNews::Alive, Some(bench)) = (news, weak.upgrade())
                && let Some(run) = &*bench.check.borrow()
            {
                run.server_answered();
            }
        });
        let weak = Rc::downgrade(&bench);
        Effect::new(move |_| {
            if let (true, Some(bench)) = (stage.phase.get().is_joined(), weak.upgrade()) {
                bench.stop();
            }
        });
        bench
    }

    pub(super) fn capture(&self) -> &Rc<Capture> {
        &self.capture
    }

    /// The page goes.
    pub(super) fn over(&self) {
        self.stop();
        if self.room.is_none() {
            self.capture.release();
        }
    }

    /// Gives the devices of a page without a call back.
    fn rest(&self) {
        self.stop();
        self.capture.release();
        for device in Device::ALL {
            self.capture.switch_off(device);
        }
    }

    /// Ends what is being tried out; what was found stays.
    fn stop(&self) {
        self.speaker.stop();
        self.stop_check();
    }

    fn listen(&self, now: Duration) {
        let stage = self.stage;
        if stage.phase.try_get_untracked().is_none_or(Phase::is_joined) {
            return;
        }
        let is_on = stage.microphone.try_get_untracked() == Some(Source::On);
        let level = self.capture.hear().filter(|_| is_on).map(|heard| heard.level);
        let mut listener = self.listener.get();
        let hearing = listener.look(now, level);
        self.listener.set(listener);
        if stage.trial.hearing.try_get_untracked() != Some(hearing) {
            stage.trial.hearing.try_set(hearing);
        }
        // Beside a call it is drawn by what listens to both sides of it.
        let shown = stage.levels.microphone.try_get_untracked().unwrap_or_default();
        let level = level.unwrap_or_default();
        if self.room.is_none() && (shown - level).abs() >= STEP {
            stage.levels.microphone.try_set(level);
        }
    }

    fn check(&self) {
        self.check.replace(Some(Run::begin(self.stage, self.socket, self.room)));
    }

    fn stop_check(&self) {
        if let Some(run) = self.check.take() {
            run.stop();
        }
        let check = self.stage.trial.check;
        if matches!(check.try_get_untracked(), Some(Check::Running(_))) {
            check.try_set(Check::Idle);
        }
    }
}

impl Driver {
    /// Lets the page try out devices without a call, from now until its owner is cleaned up. Call once, in the page's component.
    pub fn try_out(self) {
        let socket = use_socket();
        Effect::new(move |_| self.keep_bench(Bench::alone(self.stage, socket)));
    }

    /// "Test speaker".
    pub fn test_speaker(self) {
        self.on_bench(|bench| bench.speaker.play());
    }

    /// "Check my connection".
    pub fn check_connection(self) {
        self.on_bench(|bench| bench.check());
    }

    /// "Stop checking".
    pub fn stop_check(self) {
        self.on_bench(|bench| bench.stop_check());
    }

    /// Which browser this is, for words only.
    pub fn agent(self) -> Agent {
        agent::agent()
    }

    /// Remembers what is to be off when the next call begins: see [`privacy::left_off`].
    pub(super) fn note_left_off(self) {
        let source = |device| self.stage.source(device).try_get_untracked().unwrap_or_default();
        let is_before = self.stage.phase.try_get_untracked() == Some(Phase::Preview);
        memory::note_left_off(&privacy::left_off(&memory::left_off(), source, is_before));
    }
}
