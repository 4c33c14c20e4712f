//! Elects a tab with a lock of the browser (W3C Web Locks), which goes to the next in line when its holder closes.
//!
//! A tab that freezes keeps its locks, so it gives them back before. One that stops without a word (a phone's browser in the background)
//! is found out when it matters: whoever is elected answers questions on a channel, and from one who does not the lock is taken.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Function, Object, Promise};
use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, BroadcastChannel, Event, EventTarget, MessageEvent};

use super::leader::Election;
use super::locks;

/// How long a tab that is elected may take to answer. With a question every second, a place moves within two.
const PATIENCE: Duration = Duration::from_millis(900);
/// "Is the one awake?", and the answer.
const ASK: &str = "ask";
const HERE: &str = "here";

/// Stands in the current effect, until its owner is cleaned up.
pub(super) fn stand(election: Election, stands: Signal<bool>, yields: Signal<bool>) {
    let candidate = Rc::new(Candidate {
        election,
        channel: BroadcastChannel::new(election.name()).ok(),
        stands: Cell::new(false),
        is_away: Cell::new(false),
        turn: Cell::new(0),
        waiting: RefCell::default(),
        release: RefCell::default(),
        question: Cell::new(None),
        on_message: RefCell::default(),
    });
    candidate.listen();
    let of = Rc::clone(&candidate);
    Effect::new(move |_| {
        of.stands.set(stands.get());
        of.stand_or_not();
    });
    let of = Rc::clone(&candidate);
    Effect::new(move |_| {
        if yields.get() && of.stands.get() {
            of.request(false);
        }
    });
    let of = Rc::clone(&candidate);
    Effect::new(move |_| match election.challenges.get() {
        Some(_) => of.challenge(),
        None => of.answered(),
    });
    // A page that goes or freezes stands down by itself, and stands again when it is back.
    let document: EventTarget = document().into();
    let window: EventTarget = window().into();
    for (target, name, goes) in [
        (&document, "freeze", true),
        (&window, "pagehide", true),
        (&document, "resume", false),
        (&window, "pageshow", false),
        (&document, "visibilitychange", false),
    ] {
        let of = Rc::clone(&candidate);
        on_event(target, name, move || {
            // A page that goes is hidden after it has said so.
            if goes || name != "visibilitychange" || !leptos::prelude::document().hidden() {
                of.is_away.set(goes);
            }
            of.stand_or_not();
        });
    }
    let leaving = SendWrapper::new(candidate);
    on_cleanup(move || leaving.close());
}

/// Whether this tab is looked at.
pub(super) fn visibility() -> Signal<bool> {
    let (is_visible, set_visible) = signal(!document().hidden());
    on_event(&document().into(), "visibilitychange", move || {
        set_visible.try_set(!document().hidden());
    });
    is_visible.into()
}

/// Calls `handler` with each event until the current owner is cleaned up.
fn on_event(target: &EventTarget, name: &'static str, handler: impl Fn() + 'static) {
    let closure = Closure::<dyn FnMut(Event)>::new(move |_| handler());
    // Only a name that is no event's could be refused.
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    let kept = SendWrapper::new((target.clone(), closure));
    on_cleanup(move || {
        let (target, closure) = &*kept;
        let _ = target.remove_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    });
}

type OnMessage = Closure<dyn FnMut(MessageEvent)>;

struct Candidate {
    election: Election,
    channel: Option<BroadcastChannel>,
    stands: Cell<bool>,
    /// The page is frozen or gone, and may come back.
    is_away: Cell<bool>,
    /// Raised with every request and withdrawal, so that what an earlier one leads to is told from the present one.
    turn: Cell<u64>,
    /// Takes the request back that waits in line.
    waiting: RefCell<Option<AbortController>>,
    /// Gives the lock back; there while it is held.
    release: RefCell<Option<Function>>,
    /// Asked, and not answered yet.
    question: Cell<Option<TimeoutHandle>>,
    on_message: RefCell<Option<OnMessage>>,
}

impl Candidate {
    fn listen(self: &Rc<Self>) {
        let Some(channel) = &self.channel else { return };
        let of = Rc::downgrade(self);
        let heard = Closure::new(move |event: MessageEvent| {
            if let (Some(of), Some(word)) = (of.upgrade(), event.data().as_string()) {
                of.heard(&word);
            }
        });
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        self.on_message.replace(Some(heard));
    }

    fn heard(&self, word: &str) {
        match word {
            ASK if self.is_elected() => self.say(HERE),
            HERE => self.answered(),
            _ => {}
        }
    }

    fn say(&self, word: &str) {
        if let Some(channel) = &self.channel {
            // Refused only when it is closed.
            let _ = channel.post_message(&JsValue::from_str(word));
        }
    }

    fn is_elected(&self) -> bool {
        self.election.is_elected.try_get_untracked() == Some(true)
    }

    fn set_elected(&self, is_elected: bool) {
        if self.is_elected() == is_elected {
            return;
        }
        self.election.is_elected.try_set(is_elected);
        if is_elected {
            self.answered();
            // Whoever has found the place vacant would go on believing it until it asks again.
            self.say(HERE);
        }
    }

    fn set_vacant(&self, is_vacant: bool) {
        if self.election.is_vacant.try_get_untracked() == Some(!is_vacant) {
            self.election.is_vacant.try_set(is_vacant);
        }
    }

    fn answered(&self) {
        if let Some(question) = self.question.take() {
            question.clear();
        }
        self.set_vacant(false);
    }

    fn challenge(self: &Rc<Self>) {
        if self.is_elected() {
            return self.answered();
        }
        if let Some(question) = self.question.take() {
            // One question at a time: its clock runs on.
            return self.question.set(Some(question));
        }
        self.say(ASK);
        let of = Rc::downgrade(self);
        let unanswered = move || {
            if let Some(of) = of.upgrade() {
                of.question.set(None);
                of.set_vacant(true);
                // Without a channel nobody could have answered.
                if of.stands.get() && !of.is_away.get() && of.channel.is_some() {
                    of.request(true);
                }
            }
        };
        self.question.set(set_timeout_with_handle(unanswered, PATIENCE).ok());
    }

    fn stand_or_not(self: &Rc<Self>) {
        let stands = self.stands.get() && !self.is_away.get();
        if locks::manager().is_none() {
            // Without locks every tab that is looked at does it.
            return self.set_elected(stands && !document().hidden());
        }
        let is_in_line = self.waiting.borrow().is_some() || self.release.borrow().is_some();
        if stands && !is_in_line {
            self.request(false);
        } else if !stands {
            self.withdraw();
        }
    }

    /// Stands in line, or takes the lock from whoever has it.
    fn request(self: &Rc<Self>, steals: bool) {
        self.withdraw();
        let Some(manager) = locks::manager() else {
            return self.stand_or_not();
        };
        let turn = self.turn.get();
        let options = Object::new();
        // The two exclude each other.
        if steals {
            locks::set(&options, "steal", &JsValue::TRUE);
        } else if let Ok(controller) = AbortController::new() {
            locks::set(&options, "signal", &controller.signal());
            self.waiting.replace(Some(controller));
        }
        let of = Rc::clone(self);
        // The lock is held until the promise that this returns is kept.
        let granted = Closure::once_into_js(move |_lock: JsValue| -> JsValue {
            if of.turn.get() != turn {
                return JsValue::UNDEFINED;
            }
            of.waiting.take();
            let held = Promise::new(&mut |keep, _| {
                of.release.replace(Some(keep));
            });
            of.set_elected(true);
            held.into()
        });
        let Some(outcome) = locks::request(&manager, self.election.name(), &options, &granted) else {
            return;
        };
        let of = Rc::clone(self);
        spawn_local(async move {
            let is_taken = JsFuture::from(outcome).await.is_err();
            // Given back or taken back by this tab, it has another turn. What was never held was refused, and would be again.
            if is_taken && of.turn.get() == turn && of.release.borrow().is_some() {
                of.request(false);
            }
        });
    }

    fn withdraw(&self) {
        self.turn.set(self.turn.get() + 1);
        if let Some(controller) = self.waiting.take() {
            controller.abort();
        }
        if let Some(keep) = self.release.take() {
            let _ = keep.call0(&JsValue::UNDEFINED);
        }
        self.set_elected(false);
    }

    fn close(&self) {
        self.stands.set(false);
        self.withdraw();
        if let Some(question) = self.question.take() {
            question.clear();
        }
        if let Some(channel) = &self.channel {
            channel.set_onmessage(None);
            channel.close();
        }
    }
}
