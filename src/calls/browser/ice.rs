//! How the browser looks for a path to the partner: servers and credentials, kept fresh.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

use super::clock::{in_time, now};
use crate::calls::api;
use crate::calls::model::{IceConfiguration, RoomId};
use crate::calls::stage::renewal::is_due;

/// How long help waits for fresh credentials before it goes on with what there is.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is known for one room.
pub(super) struct Ice {
    room: RoomId,
    known: RefCell<IceConfiguration>,
    /// Raised whenever it changes.
    edition: Cell<u32>,
    got: Cell<Duration>,
    asked: Cell<Option<Duration>>,
}

impl Ice {
    pub(super) fn new(room: RoomId, known: IceConfiguration) -> Rc<Self> {
        Rc::new(Self {
            room,
            known: RefCell::new(known),
            edition: Cell::new(0),
            got: Cell::new(now()),
            asked: Cell::new(None),
        })
    }

    pub(super) fn known(&self) -> IceConfiguration {
        self.known.borrow().clone()
    }

    /// Tells one configuration from the next.
    pub(super) fn edition(&self) -> u32 {
        self.edition.get()
    }

    /// There is a new one.
    pub(super) fn learn(&self, known: IceConfiguration) {
        self.known.replace(known);
        self.edition.set(self.edition.get().wrapping_add(1));
        self.got.set(now());
        self.asked.set(None);
    }

    /// Renews credentials in time; call about once a second.
    pub(super) fn look_after(self: &Rc<Self>, now: Duration) {
        let valid = self.known.borrow().valid_seconds;
        let asked = self.asked.get().map(|at| now.saturating_sub(at));
        if is_due(valid, now.saturating_sub(self.got.get()), asked) {
            let ice = Rc::clone(self);
            spawn_local(async move { ice.ask().await });
        }
    }

    /// Fresh credentials for a new look at the paths; without an answer those that there are. An answer that comes too late is kept for the next.
    pub(super) async fn renew(self: &Rc<Self>) {
        if self.known.borrow().valid_seconds.is_none() {
            return;
        }
        let ice = Rc::clone(self);
        let answer = future_to_promise(async move {
            ice.ask().await;
            Ok(JsValue::UNDEFINED)
        });
        let _ = in_time(answer, PATIENCE).await;
    }

    async fn ask(&self) {
        self.asked.set(Some(now()));
        // Refused, or not to be had: what there is may still do.
        if let Ok(known) = api::fresh_ice(self.room).await {
            self.learn(known);
        }
    }
}
