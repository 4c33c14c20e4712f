//! How a tab comes into the call: by itself, by a press, or not, because another has the seat.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Tab;
use crate::calls::browser::{devices, memory};
use crate::calls::model::CallId;
use crate::calls::stage::Phase;
use crate::realtime::locks::{Held, hold, is_held};

/// How long the page before a reload may take to give the lock of its seat back, before this one says that the call is in another tab.
const RELOADED: Duration = Duration::from_millis(700);
/// For how long it hopes on: a busy machine takes its time to take a page down.
const RELOADED_SLOWLY: Duration = Duration::from_secs(4);

impl Tab {
    /// Joins at once if this tab is on its way into the call, or was in it before a reload; else shows the preview.
    pub(super) fn begin(self: &Rc<Self>) {
        let room = self.room.borrow().room;
        if memory::take_joining(room) {
            return self.come();
        }
        match self.call.get().filter(|call| memory::is_in_call(*call)) {
            Some(call) => self.come_back(call),
            None => self.preview(),
        }
    }

    /// This tab was in the call before a reload. Or it is the copy of one that is in it: what a tab remembers is copied with it.
    fn come_back(self: &Rc<Self>, call: CallId) {
        let tab = Rc::clone(self);
        spawn_local(async move {
            for (patience, meanwhile) in [(RELOADED, Phase::Checking), (RELOADED_SLOWLY, Phase::Elsewhere)] {
                let lock = hold(&lock_name(call), Held::Wait(patience)).await;
                // The person may have pressed something, or the call ended.
                if tab.is_gone.get() || tab.phase.get() != meanwhile {
                    return;
                }
                if lock.is_some() {
                    tab.lock.replace(lock);
                    tab.set_phase(Phase::Checking);
                    return tab.come();
                }
                tab.set_phase(Phase::Elsewhere);
            }
            memory::forget_call();
        });
    }

    /// Joins at once, but in a browser that was never asked for devices.
    fn come(self: &Rc<Self>) {
        if memory::were_devices_asked() {
            return self.set_out();
        }
        let tab = Rc::clone(self);
        spawn_local(async move {
            let were_asked = devices::were_asked().await;
            // It may have ended, or the page gone, while the browser answered.
            match (tab.is_gone.get() || tab.phase.get() != Phase::Checking, were_asked) {
                (true, _) => {}
                (false, true) => tab.set_out(),
                (false, false) => tab.preview(),
            }
        });
    }

    fn preview(self: &Rc<Self>) {
        self.set_phase(Phase::Preview);
        self.lock.take();
        self.open_devices();
        if self.elsewhere.get().is_none() {
            self.look_up_room();
        }
        spawn_local(devices::show_choices(self.stage));
        if let Some(call) = self.call.get() {
            let stage = self.stage;
            spawn_local(async move {
                let is_beside = is_held(&lock_name(call)).await;
                stage.is_beside.try_set(is_beside);
            });
        }
    }

    /// Joins the call, or waits in the preview for it to begin.
    fn set_out(self: &Rc<Self>) {
        match self.call.get() {
            Some(_) => self.join(),
            None => {
                self.preview();
                self.join();
            }
        }
    }

    /// "Join call", "Move the call here". Before there is a call, waits for one.
    pub(in crate::calls::browser) fn join(self: &Rc<Self>) {
        let Some(call) = self.call.get() else {
            self.stage.is_waiting.try_set(true);
            return self.look_up_room();
        };
        if self.is_joined() {
            return;
        }
        self.stage.is_waiting.try_set(false);
        self.set_phase(Phase::Joining);
        memory::note_in_call(call);
        self.partings.stay(call);
        self.take_lock(call);
        self.open_devices();
        // Before anything changes, too: a reload is not to ask what another page left off.
        self.note_switched_off();
        self.ask_for_seat();
        self.await_partner();
    }

    fn take_lock(self: &Rc<Self>, call: CallId) {
        if self.lock.borrow().is_some() {
            return;
        }
        let tab = Rc::downgrade(self);
        spawn_local(async move {
            let lock = hold(&lock_name(call), Held::Take).await;
            if let Some(tab) = tab.upgrade()
                && tab.is_joined()
                && tab.call.get() == Some(call)
            {
                tab.lock.replace(lock);
            }
        });
    }
}

/// The lock of whoever of this browser's tabs has the seat in a call.
fn lock_name(call: CallId) -> String {
    format!("speakle.seat.{call}")
}
