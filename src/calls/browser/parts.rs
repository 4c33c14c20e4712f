//! What lives beside the connection of a call, each part with a life of its own: it hears what happens and does its own thing. To add one: a type
//! that is a [`Part`], a field of [`Parts`], its line in [`Parts::all`], and what the page may ask of it in an `impl Driver` of its file.

use std::rc::{Rc, Weak};
use std::time::Duration;

use super::chat::Talk;
use super::connection::Connection;
use super::quality::Quality;
use super::recorder::Recorder;
use super::sharing::Shared;
use super::speaking::Speaking;
use super::tab::Tab;
use super::verifier::Verifier;
use super::wake_lock::WakeLock;
use crate::calls::channel::ChannelMessage;
use crate::calls::stage::{PeerLink, Stage};

/// What a part hears. It holds on to no connection: closing one is dropping it.
pub(super) trait Part {
    /// There is a new connection to the partner, in place of any before.
    fn opened(&self, _connection: &Rc<Connection>) {}

    /// How the connection is now.
    fn linked(&self, _link: PeerLink) {}

    /// Whether the partner's page can be spoken to directly.
    fn channel(&self, _is_open: bool) {}

    /// The partner's page said something directly.
    fn said(&self, _message: &ChannelMessage) {}

    /// About once a second, from joining to the end. `now` is on the clock of `clock::now`.
    fn tick(&self, _now: Duration) {}

    /// This tab leaves its seat: everything is to be given back. It may sit down again.
    fn over(&self) {}
}

/// All parts of a page's call.
pub(super) struct Parts {
    pub(super) quality: Rc<Quality>,
    talk: Rc<Talk>,
    pub(super) shared: Rc<Shared>,
    wake_lock: Rc<WakeLock>,
    speaking: Rc<Speaking>,
    pub(super) recorder: Rc<Recorder>,
    pub(super) verifier: Rc<Verifier>,
}

impl Parts {
    /// For the call that `stage` shows. Every part may keep `tab` as it is, and finds it again whenever something happens.
    pub(super) fn new(stage: Stage, tab: &Weak<Tab>) -> Self {
        Self {
            shared: Shared::new(stage, tab),
            wake_lock: WakeLock::new(),
            quality: Quality::new(stage, tab),
            talk: Talk::new(stage, tab),
            speaking: Speaking::begin(stage, tab),
            recorder: Recorder::new(stage, tab),
            verifier: Verifier::new(stage, tab),
        }
    }

    /// Tells every part.
    pub(super) fn all(&self, tell: impl Fn(&dyn Part)) {
        tell(&*self.shared);
        tell(&*self.wake_lock);
        tell(&*self.quality);
        tell(&*self.talk);
        tell(&*self.speaking);
        tell(&*self.recorder);
        tell(&*self.verifier);
    }
}
