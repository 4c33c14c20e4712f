//! Drives the tab's [`Socket`] with a real WebSocket: opens it, notices when it is dead, comes back by itself.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::Closure;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::client::{Socket, Transmit};
use super::model::{CloseReason, HEARTBEAT, Link, back_off};
use super::wire::{ClientWire, SocketCommand, SocketNews, encode, open};
use crate::kernel::id::ConnectionId;

/// Opens the socket of this tab and keeps it open until the page goes. Call once, in an effect, when somebody is signed in.
pub fn connect(socket: Socket) {
    let driver = Rc::new(Driver {
        socket,
        current: RefCell::default(),
        attempt: Cell::new(0),
        generation: Cell::new(0),
        retry: Cell::new(None),
        heard_at: Cell::new(now()),
        ended: Cell::new(false),
    });
    driver.open();
    // A network that is back, a page that is shown again, a page back from the back-forward cache: look at once, not at the next timer.
    for name in ["online", "pageshow", "focus"] {
        let woken = Rc::clone(&driver);
        let handle = window_event_listener_untyped(name, move |_| woken.wake());
        on_cleanup(move || handle.remove());
    }
    let watch = Rc::clone(&driver);
    if let Ok(interval) = set_interval_with_handle(move || watch.check(), HEARTBEAT / 3) {
        on_cleanup(move || interval.clear());
    }
    let leaving = send_wrapper::SendWrapper::new(driver);
    on_cleanup(move || leaving.end());
}

struct Driver {
    socket: Socket,
    current: RefCell<Option<Open>>,
    attempt: Cell<u32>,
    /// Raised with every try, so that events of an abandoned socket are told from those of the current one.
    generation: Cell<u64>,
    retry: Cell<Option<TimeoutHandle>>,
    /// When anything was last heard, in milliseconds of `performance.now()`'s clock.
    heard_at: Cell<f64>,
    ended: Cell<bool>,
}

/// A socket with the closures that it calls: they live as long as it does.
struct Open {
    socket: WebSocket,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl Open {
    fn detach(&self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        self.socket.set_onerror(None);
        // Closing a socket that is closed is no error, and nobody waits for the answer.
        let _ = self.socket.close();
    }
}

impl Driver {
    fn open(self: &Rc<Self>) {
        if self.ended.get() {
            return;
        }
        self.drop_current();
        let generation = self.generation.get() + 1;
        self.generation.set(generation);
        self.heard_at.set(now());
        let Some(address) = address() else { return };
        let Ok(socket) = WebSocket::new(&address) else {
            self.lost();
            return;
        };
        let on_message = {
            let driver = Rc::clone(self);
            Closure::new(move |event: MessageEvent| {
                if driver.generation.get() == generation
                    && let Some(text) = event.data().as_string()
                {
                    driver.heard(&text);
                }
            })
        };
        let on_close = {
            let driver = Rc::clone(self);
            Closure::new(move |event: CloseEvent| {
                if driver.generation.get() != generation {
                    return;
                }
                if event.code() == CloseReason::SignedOut.code() {
                    driver.ended.set(true);
                    driver.socket.set_transmit(None);
                    driver.socket.set_link(Link::SignedOut);
                } else {
                    driver.lost();
                }
            })
        };
        // An error is always followed by a close; the handler only keeps it out of "uncaught".
        let on_error = Closure::new(|_: Event| {});
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        socket.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        self.current.replace(Some(Open {
            socket,
            _on_message: on_message,
            _on_close: on_close,
            _on_error: on_error,
        }));
    }

    fn heard(self: &Rc<Self>, frame: &str) {
        self.heard_at.set(now());
        if let Some((feature, message)) = open(frame)
            && feature == <SocketNews as super::wire::ServerWire>::FEATURE
        {
            match serde_json::from_value(message) {
                Ok(SocketNews::Welcome { connection }) => {
                    self.attempt.set(0);
                    if let Some(open) = self.current.borrow().as_ref() {
                        let socket = open.socket.clone();
                        self.socket.set_transmit(Some(Box::new(move |frame| {
                            socket.ready_state() == WebSocket::OPEN && socket.send_with_str(frame).is_ok()
                        })));
                    }
                    self.socket.welcomed(connection);
                }
                Ok(SocketNews::Heartbeat) => {
                    if let (Some(open), Ok(frame)) = (
                        self.current.borrow().as_ref(),
                        encode(SocketCommand::FEATURE, &SocketCommand::Heartbeat),
                    ) {
                        let _ = open.socket.send_with_str(&frame);
                    }
                }
                _ => {}
            }
        }
        self.socket.deliver(frame);
    }

    /// The socket is gone or never came: try again after a while.
    fn lost(self: &Rc<Self>) {
        self.drop_current();
        self.socket.set_transmit(None);
        self.socket.set_link(Link::Reconnecting);
        if self.retry.get().is_some() || self.ended.get() {
            return;
        }
        let wait = back_off(self.attempt.get(), js_sys::Math::random());
        self.attempt.set(self.attempt.get() + 1);
        let driver = Rc::clone(self);
        let retry = set_timeout_with_handle(
            move || {
                driver.retry.set(None);
                driver.open();
            },
            wait,
        );
        self.retry.set(retry.ok());
    }

    /// A dead socket looks open: it is one when two heartbeats are missing.
    fn check(self: &Rc<Self>) {
        if !self.ended.get() && self.retry.get().is_none() && self.silent_for() > HEARTBEAT * 2 {
            self.lost();
        }
    }

    /// Something says that the world has changed: retry now, or find out whether the socket is still alive.
    fn wake(self: &Rc<Self>) {
        if self.ended.get() {
            return;
        }
        if let Some(retry) = self.retry.take() {
            retry.clear();
            self.attempt.set(0);
            self.open();
        } else if self.silent_for() > HEARTBEAT + Duration::from_secs(2) {
            self.attempt.set(0);
            self.lost();
        }
    }

    fn silent_for(&self) -> Duration {
        Duration::from_secs_f64(((now() - self.heard_at.get()) / 1_000.0).max(0.0))
    }

    fn drop_current(&self) {
        if let Some(open) = self.current.take() {
            open.detach();
        }
    }

    fn end(&self) {
        self.ended.set(true);
        if let Some(retry) = self.retry.take() {
            retry.clear();
        }
        self.drop_current();
    }
}

/// What only the driver does with the socket.
impl Socket {
    /// How the socket is.
    fn set_link(self, link: Link) {
        if self.link.try_get_untracked() != Some(link) {
            self.link.try_set(link);
        }
    }

    /// How to send, or that nothing can be sent now.
    fn set_transmit(self, transmit: Option<Transmit>) {
        self.with_local(|local| local.transmit = transmit);
    }

    /// Hands over a frame.
    fn deliver(self, frame: &str) {
        let Some((feature, message)) = open(frame) else { return };
        // A handler may subscribe or unsubscribe others, so none is called while the list is borrowed.
        let handlers = self.with_local(|local| local.handlers.clone()).unwrap_or_default();
        for (_, handler) in handlers {
            handler(&feature, &message);
        }
    }

    /// The welcome was heard: what waited goes out first, then views learn of the new connection.
    fn welcomed(self, connection: ConnectionId) {
        let waiting = self
            .with_local(|local| std::mem::take(&mut local.outbox))
            .unwrap_or_default();
        for frame in waiting {
            self.transmit(&frame);
        }
        self.set_link(Link::Open);
        self.connection.try_set(Some(connection));
    }
}

fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

fn address() -> Option<String> {
    let location = window().location();
    let scheme = if location.protocol().ok()? == "https:" {
        "wss"
    } else {
        "ws"
    };
    Some(format!("{scheme}://{}/ws", location.host().ok()?))
}
