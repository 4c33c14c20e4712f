//! Measures the connection once a second: what the page says of it, what the server keeps of it, and what is sent on it.
//!
//! There is one reader of statistics for everything. What follows from them is decided in `stage`.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::RtcPeerConnection;

use super::clock::now;
use super::connection::Connection;
use super::degrade::Sending;
use super::parts::Part;
use super::statistics::Reader;
use super::tab::Tab;
use crate::calls::channel::ChannelMessage;
use crate::calls::model::PartnerState;
use crate::calls::model::SeatId;
use crate::calls::stage::degrade::{Ladder, PAUSED, Supply};
use crate::calls::stage::figures::{Figures, Reading};
use crate::calls::stage::quality::{Judge, Weakness};
use crate::calls::stage::sampling::{Numbered, Sampler, Unkept};
use crate::calls::stage::watchdog::{Help, Kinds, Missing, Watchdog};
use crate::calls::stage::{Line, PeerLink, Source, Stage};
use crate::calls::wire::CallCommand;

/// Measures the connection of a page's call.
pub(super) struct Quality {
    stage: Stage,
    tab: Weak<Tab>,
    me: Weak<Self>,
    reader: Reader,
    sending: Rc<Sending>,
    /// Raised with each connection: an answer of an older one is thrown away.
    generation: Cell<u32>,
    is_reading: Cell<bool>,
    before: Cell<Option<Reading>>,
    judge: Cell<Judge>,
    watchdog: Cell<Watchdog>,
    ladder: Cell<Ladder>,
    sampler: RefCell<Sampler>,
    unkept: RefCell<Unkept>,
    course: Cell<Course>,
}

/// What has become of the connections of this seat.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Course {
    /// None has been up.
    #[default]
    New,
    /// One is up.
    Up,
    /// One was up.
    Lost,
}

impl Quality {
    pub(super) fn new(stage: Stage, tab: &Weak<Tab>) -> Rc<Self> {
        Rc::new_cyclic(|me| Self {
            stage,
            tab: Weak::clone(tab),
            me: Weak::clone(me),
            reader: Reader::default(),
            sending: Rc::default(),
            generation: Cell::default(),
            is_reading: Cell::default(),
            before: Cell::default(),
            judge: Cell::default(),
            watchdog: Cell::default(),
            ladder: Cell::default(),
            sampler: RefCell::default(),
            unkept: RefCell::default(),
            course: Cell::default(),
        })
    }

    /// The counters of a connection at this moment; `None` when it does not tell.
    pub(super) async fn read(&self, pc: &RtcPeerConnection) -> Option<Reading> {
        self.reader.read(pc).await
    }

    fn take_in(&self, reading: Reading) {
        let Some(tab) = self.tab.upgrade() else { return };
        let before = self.before.take();
        self.before
            .set(Some(before.map_or(reading, |before| reading.after(&before))));
        let (Some(connection), Some(before)) = (tab.connection(), before) else {
            return;
        };
        let Some(figures) = Figures::between(&before, &reading) else {
            return;
        };
        if self.course.get() != Course::New {
            self.sampler.borrow_mut().add(&figures);
            if self.sampler.borrow().span() >= self.unkept.borrow().every() {
                self.take_sample();
            }
        }
        if self.stage.link.try_get_untracked() == Some(PeerLink::Connected) {
            self.degrade(&connection, &figures);
            self.judge(&figures);
            self.watch(&tab, &figures);
        } else {
            self.say_nothing();
        }
    }

    /// Sends as much as the connection carries.
    fn degrade(&self, connection: &Connection, figures: &Figures) {
        let shares_screen = connection
            .sender(Line::Screen)
            .is_some_and(|sender| sender.track().is_some());
        let mut ladder = self.ladder.get();
        ladder.look(now(), Supply::of(figures, self.has_face() || shares_screen));
        self.ladder.set(ladder);
        self.sending.apply(connection, ladder.rung());
        self.show_paused();
    }

    fn has_face(&self) -> bool {
        self.stage.camera.try_get_untracked().is_some_and(Source::is_wanted)
    }

    /// Says on both sides whether the own picture is kept back.
    fn show_paused(&self) {
        let is_paused = self.has_face() && self.ladder.get().rung() >= PAUSED;
        let shown = self.stage.quality.is_paused;
        if shown.try_get_untracked().is_some_and(|shown| shown != is_paused) {
            shown.try_set(is_paused);
            self.tell_paused();
        }
    }

    fn tell_paused(&self) {
        if let (Some(tab), Some(paused)) = (self.tab.upgrade(), self.stage.quality.is_paused.try_get_untracked()) {
            // Said again when the channel opens.
            tab.say(&ChannelMessage::VideoPaused { paused });
        }
    }

    fn judge(&self, figures: &Figures) {
        let shown = self.stage.quality;
        let mut judge = self.judge.get();
        let (weakness, grade) = judge.look(now(), figures, self.ladder.get().rung() > 0);
        self.judge.set(judge);
        shown.figures.try_set(Some(*figures));
        show(shown.weakness, weakness);
        show(shown.grade, Some(grade));
    }

    fn watch(&self, tab: &Tab, figures: &Figures) {
        let media = self.stage.partner_media.try_get_untracked().unwrap_or_default();
        let is_paused = self.stage.quality.is_partner_paused.try_get_untracked() == Some(true);
        let flow = |line| figures.down.line(line).unwrap_or_default();
        let picture = flow(Line::Camera);
        let came = Kinds {
            sound: flow(Line::Microphone).packets > 0.0,
            // Browsers may draw nothing while nobody looks.
            picture: picture.frames > 0.0 || (document().hidden() && picture.packets > 0.0),
        };
        // Where they are not, that is said.
        let is_here = matches!(self.stage.partner.try_get_untracked(), Some(PartnerState::Here { .. }));
        let expected = Kinds {
            sound: is_here && media.microphone,
            picture: is_here && media.camera && !is_paused,
        };
        let mut watchdog = self.watchdog.get();
        let came_anything = figures.down.lines.iter().flatten().any(|flow| flow.packets > 0.0);
        let (missing, help) = watchdog.look(now(), expected, came, came_anything);
        self.watchdog.set(watchdog);
        show(self.stage.quality.missing, missing);
        match help {
            None => {}
            Some(Help::Paths) => tab.complain(),
            Some(Help::Connection) => tab.replace_connection(),
        }
    }

    fn take_sample(&self) {
        if let Some(sample) = self.sampler.borrow_mut().take() {
            self.unkept.borrow_mut().add(sample, now());
        }
    }

    /// Sends what the socket takes; the rest goes another time.
    fn send_samples(&self, tab: &Tab) {
        let due = self.unkept.borrow().due();
        for one in due {
            if !sample_command(tab, &one).is_some_and(|command| tab.send_now(&command)) {
                return;
            }
            self.unkept.borrow_mut().sent(one.number);
        }
    }

    /// The server keeps the samples of a seat up to this number.
    pub(super) fn kept(&self, seat: SeatId, number: u32) {
        let is_mine = |tab: Rc<Tab>| tab.seated().is_some_and(|(_, mine)| mine == seat);
        if self.tab.upgrade().is_some_and(is_mine) {
            self.unkept.borrow_mut().kept(number);
        }
    }

    /// The server has said again that this tab sits there, over the socket that it has now.
    pub(super) fn seated(&self) {
        self.unkept.borrow_mut().lost();
    }

    /// Nothing is known of the connection any more.
    fn forget(&self) {
        self.generation.set(self.generation.get().wrapping_add(1));
        self.is_reading.set(false);
        self.reader.forget();
        self.before.take();
        self.sending.forget();
        self.say_nothing();
        show(self.stage.quality.is_partner_paused, false);
    }

    fn say_nothing(&self) {
        self.judge.take();
        self.watchdog.set(self.watchdog.get().renewed());
        let shown = self.stage.quality;
        show(shown.weakness, Weakness::default());
        show(shown.grade, None);
        show(shown.figures, None);
        show(shown.missing, Missing::default());
    }
}

impl Part for Quality {
    fn opened(&self, _connection: &Rc<Connection>) {
        self.forget();
        let mut ladder = self.ladder.get();
        ladder.reconnected();
        self.ladder.set(ladder);
        if self.course.get() == Course::Up {
            self.course.set(Course::Lost);
        }
    }

    fn linked(&self, link: PeerLink) {
        match (link, self.course.get()) {
            (PeerLink::Connected, course) => {
                if course == Course::Lost {
                    self.sampler.borrow_mut().reconnected();
                }
                self.course.set(Course::Up);
            }
            (PeerLink::Disconnected | PeerLink::Failed, Course::Up) => self.course.set(Course::Lost),
            _ => {}
        }
    }

    fn channel(&self, is_open: bool) {
        if is_open && self.stage.quality.is_paused.try_get_untracked() == Some(true) {
            self.tell_paused();
        }
    }

    fn said(&self, message: &ChannelMessage) {
        if let ChannelMessage::VideoPaused { paused } = message {
            show(self.stage.quality.is_partner_paused, *paused);
        }
    }

    fn tick(&self, _now: Duration) {
        // A camera that was switched off meanwhile is not paused any more.
        self.show_paused();
        let (Some(me), Some(tab)) = (self.me.upgrade(), self.tab.upgrade()) else {
            return;
        };
        self.send_samples(&tab);
        let Some(pc) = tab.connection().map(|connection| connection.pc.clone()) else {
            return;
        };
        if self.is_reading.replace(true) {
            return;
        }
        let generation = self.generation.get();
        spawn_local(async move {
            let reading = me.read(&pc).await;
            if me.generation.get() == generation {
                me.is_reading.set(false);
                if let Some(reading) = reading {
                    me.take_in(reading);
                }
            }
        });
    }

    fn over(&self) {
        self.take_sample();
        if let Some(tab) = self.tab.upgrade() {
            if !tab.is_connected() {
                self.unkept.borrow_mut().lost();
            }
            // Without a socket they wait for it before whatever else this tab has to say; a call that is over still takes them.
            for one in self.unkept.borrow().all_due() {
                if let Some(command) = sample_command(&tab, &one) {
                    tab.send(&command);
                }
            }
        }
        self.forget();
        self.ladder.take();
        self.sampler.take();
        self.unkept.take();
        self.course.take();
        show(self.stage.quality.is_paused, false);
        show(self.stage.quality.is_panel_open, false);
    }
}

/// `None` of a tab without a seat.
fn sample_command(tab: &Tab, one: &Numbered) -> Option<CallCommand> {
    let (call, seat) = tab.seated()?;
    Some(CallCommand::Sample {
        call,
        seat,
        number: one.number,
        ago_ms: one.ago_ms(now()),
        sample: one.sample,
    })
}

/// Writes what has changed.
fn show<T: Clone + PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_get_untracked().is_some_and(|shown| shown != value) {
        signal.try_set(value);
    }
}
