//! What becomes of a device that stops by itself. `stage::fallback` decides, this asks and performs.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::MediaStreamTrack;

use super::Capture;
use crate::calls::browser::clock::{now, pause};
use crate::calls::browser::devices;
use crate::calls::stage::fallback::{self, Fallback, LAG, Loss, RETURN, Sequel, is_gone, looked_over};
use crate::calls::stage::{Choice, Device, Failure, Source};

/// Whoever still waits for another device by then has a question of the browser to answer.
const LONG: Duration = Duration::from_secs(1);

impl Capture {
    /// Devices came or went: what is in use may be gone, what was gone may be back.
    pub(in crate::calls::browser) fn look_over(self: &Rc<Self>) {
        let capture = Rc::clone(self);
        spawn_local(async move {
            for device in Device::ALL {
                let available = devices::available(device).await;
                let is_gone = {
                    let live = capture.slot(device).live.borrow();
                    live.as_ref().is_some_and(|live| is_gone(&available, &live.from.id))
                };
                if is_gone {
                    capture.lose(device);
                }
                capture
                    .stage
                    .fallbacks
                    .try_update(|fallbacks| *fallbacks = looked_over(fallbacks, device, &available));
            }
        });
    }

    /// Looks whether the system holds back what a device gives; about once a second.
    pub(in crate::calls::browser) fn look_after(&self, now: Duration) {
        for device in Device::ALL {
            let slot = self.slot(device);
            let is_on = self.stage.source(device).try_get_untracked() == Some(Source::On);
            let is_held_back = {
                let live = slot.live.borrow();
                is_on && live.as_ref().is_some_and(|live| live.track.muted())
            };
            let mut interruption = slot.interruption.get();
            let is_said = interruption.look(now, is_held_back, document().hidden());
            slot.interruption.set(interruption);
            if is_said {
                // Given back rather than waited for: nothing is to come on behind a button that says it is off.
                self.close(device, Source::Failed(Failure::Interrupted));
            }
        }
    }

    /// The page is in front again: what stopped in the background is asked for.
    pub(in crate::calls::browser) fn returned(self: &Rc<Self>) {
        self.returned_at.set(Some(now()));
        for device in Device::ALL {
            let stopped = self.slot(device).to_reopen.take();
            if let Some(stopped) = stopped {
                self.reopen(device, stopped);
            }
        }
    }

    fn is_in_background(&self) -> bool {
        let is_just_back = |at: Duration| now().saturating_sub(at) < RETURN;
        document().hidden() || self.returned_at.get().is_some_and(is_just_back)
    }

    /// The device in use has stopped, or is gone.
    pub(super) fn lose(self: &Rc<Self>, device: Device) {
        let slot = self.slot(device);
        let source = self.stage.source(device).try_get_untracked().unwrap_or_default();
        let Some(lost) = slot.live.borrow().as_ref().map(|live| live.from.clone()) else {
            return;
        };
        match source {
            // Nobody misses it: another is looked for when the person switches it on.
            Source::Off => return self.close(device, source),
            // Something is being asked for already, and takes its place.
            Source::On if !slot.is_moving.get() => {}
            _ => return,
        }
        let was_hidden = self.is_in_background();
        let ticket = slot.supersede();
        slot.is_moving.set(true);
        let capture = Rc::clone(self);
        spawn_local(async move {
            let mut is_list_settled = false;
            loop {
                let available = devices::available(device).await;
                let loss = Loss {
                    lost: &lost,
                    available: &available,
                    is_list_settled,
                    is_denied: devices::is_denied(device).await,
                    is_hidden: was_hidden || capture.is_in_background(),
                };
                let sequel = loss.sequel();
                // The person may have been quicker.
                if capture.slot(device).request.get() != ticket {
                    return;
                }
                match sequel {
                    Sequel::LookAgain => {
                        pause(LAG).await;
                        is_list_settled = true;
                    }
                    Sequel::Replace => return capture.replace(device, ticket, lost).await,
                    Sequel::Reopen => return capture.reopen(device, lost),
                    Sequel::Stop => return capture.close(device, Source::Failed(Failure::Stopped)),
                }
            }
        });
    }

    /// Another device takes the place of one that is gone, at once and without a word to the partner.
    async fn replace(self: Rc<Self>, device: Device, ticket: u32, gone: Choice) {
        let waiting = Rc::clone(&self);
        spawn_local(async move {
            pause(LONG).await;
            let slot = waiting.slot(device);
            if slot.request.get() == ticket && slot.is_moving.get() {
                waiting.set_source(device, Source::Asking);
            }
        });
        let instead = devices::acquire_other(device, &gone).await;
        let slot = self.slot(device);
        if slot.request.get() != ticket {
            if let Some((track, _)) = instead {
                track.stop();
            }
            return;
        }
        slot.is_moving.set(false);
        match instead {
            Some((track, instead)) => self.move_to(device, gone, track, instead),
            None => self.close(device, Source::Failed(Failure::Stopped)),
        }
        devices::show_choices(self.stage).await;
    }

    fn move_to(self: &Rc<Self>, device: Device, gone: Choice, track: MediaStreamTrack, instead: Choice) {
        self.keep(device, track);
        self.stage
            .choices(device)
            .try_update(|choices| choices.chosen = Some(instead.id.clone()));
        let fallback = Fallback {
            device,
            gone,
            instead,
            is_back: false,
        };
        self.stage
            .fallbacks
            .try_update(|fallbacks| *fallbacks = fallback::with(fallbacks, fallback));
        self.show();
        self.set_source(device, Source::On);
    }

    /// The same device and no other, once the page is in front.
    fn reopen(self: &Rc<Self>, device: Device, stopped: Choice) {
        self.close(device, Source::Failed(Failure::Stopped));
        let slot = self.slot(device);
        if document().hidden() {
            slot.to_reopen.replace(Some(stopped));
            return;
        }
        let ticket = slot.supersede();
        self.set_source(device, Source::Asking);
        let capture = Rc::clone(self);
        spawn_local(async move {
            let given = devices::acquire_same(device, &stopped.id).await;
            capture.receive(device, ticket, given);
            devices::show_choices(capture.stage).await;
        });
    }
}
