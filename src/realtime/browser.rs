//! Drives the tab's [`Socket`] with a real WebSocket: opens it, notices when it is dead, comes back by itself.

mod surroundings;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::Closure;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::client::{Socket, Transmit};
use super::liveness::{LOOK, Liveness, Sitting, Steady, Verdict};
use super::model::{Attention, CloseReason, HEARTBEAT, IDLE_QUERY, Link, PROBE_PATIENCE, back_off};
use super::wire::{ClientWire, SocketCommand, SocketNews, encode, open};
use crate::kernel::id::ConnectionId;

/// How long a socket may take to open before a wake gives up on it. Not sooner: a socket that is given up while it opens is an error in
/// the console.
const OPENING: Duration = Duration::from_secs(10);

/// Opens the socket of this tab and keeps it open until the page goes. Call once, in an effect, when somebody is signed in.
pub fn connect(socket: Socket) {
    let driver = Rc::new(Driver::new(socket));
    driver.open();
    let woken = Rc::clone(&driver);
    surroundings::on_wake(move || woken.wake());
    let asked = Rc::clone(&driver);
    socket.with_local(|local| local.wake = Some(Rc::new(move || asked.wake())));
    let touched = Rc::clone(&driver);
    surroundings::on_touch(move || touched.touched());
    let looking = Rc::clone(&driver);
    if let Ok(interval) = set_interval_with_handle(move || looking.look(), LOOK) {
        on_cleanup(move || interval.clear());
    }
    let leaving = send_wrapper::SendWrapper::new(driver);
    on_cleanup(move || {
        socket.with_local(|local| local.wake = None);
        leaving.end();
    });
}

struct Driver {
    socket: Socket,
    current: RefCell<Option<Open>>,
    attempt: Cell<u32>,
    /// Raised with every try, so that events of an abandoned socket are told from those of the current one.
    generation: Cell<u64>,
    retry: Cell<Option<TimeoutHandle>>,
    clock: Cell<Steady>,
    /// When the current socket was opened, by that clock.
    opened_at: Cell<f64>,
    /// Whether the server has spoken on it.
    is_welcomed: Cell<bool>,
    liveness: Cell<Liveness>,
    sitting: Cell<Sitting>,
    /// What the server knows of it on this socket.
    told: Cell<Attention>,
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
    fn new(socket: Socket) -> Self {
        let mut clock = Steady::default();
        let now = clock.at(js_sys::Date::now());
        Self {
            socket,
            current: RefCell::default(),
            attempt: Cell::new(0),
            generation: Cell::new(0),
            retry: Cell::new(None),
            clock: Cell::new(clock),
            opened_at: Cell::new(now),
            is_welcomed: Cell::new(false),
            liveness: Cell::new(Liveness::new(now)),
            sitting: Cell::new(Sitting::new(now)),
            told: Cell::new(Attention::Active),
            ended: Cell::new(false),
        }
    }

    fn now(&self) -> f64 {
        changed(&self.clock, |clock| clock.at(js_sys::Date::now()))
    }

    fn open(self: &Rc<Self>) {
        if self.ended.get() {
            return;
        }
        self.drop_current();
        let generation = self.generation.get() + 1;
        self.generation.set(generation);
        self.opened_at.set(self.now());
        self.told.set(self.sitting.get().attention());
        let Some(address) = address(self.told.get()) else {
            return;
        };
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
        let now = self.now();
        changed(&self.liveness, |liveness| liveness.heard(now));
        let is_of_socket = |feature: &str| feature == <SocketNews as super::wire::ServerWire>::FEATURE;
        match open(frame) {
            Some((feature, message)) if is_of_socket(&feature) => match serde_json::from_value(message) {
                Ok(SocketNews::Welcome { connection }) => {
                    if let Some(open) = self.current.borrow().as_ref() {
                        let socket = open.socket.clone();
                        self.socket.set_transmit(Some(Box::new(move |frame| {
                            socket.ready_state() == WebSocket::OPEN && socket.send_with_str(frame).is_ok()
                        })));
                    }
                    self.is_welcomed.set(true);
                    self.socket.welcomed(connection);
                    self.attend();
                }
                Ok(SocketNews::Heartbeat) => {
                    self.say(&SocketCommand::Heartbeat);
                }
                _ => {}
            },
            // A server that can welcome, but not say how things stand, is to be left in peace for longer each time.
            Some(_) => self.attempt.set(0),
            None => {}
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

    /// The socket only looked open: another one, without a wait. Should that fail as well, the waits begin with the first.
    fn replace(self: &Rc<Self>) {
        self.socket.set_transmit(None);
        self.socket.set_link(Link::Reconnecting);
        self.attempt.set(0);
        self.open();
    }

    /// Says something about the socket itself, if it can be said at once.
    fn say(&self, command: &SocketCommand) -> bool {
        let Ok(frame) = encode(SocketCommand::FEATURE, command) else {
            return false;
        };
        let current = self.current.borrow();
        let open = current
            .as_ref()
            .filter(|open| open.socket.ready_state() == WebSocket::OPEN);
        open.is_some_and(|open| open.socket.send_with_str(&frame).is_ok())
    }

    /// The tab looks at its socket, and whether somebody sits at it.
    fn look(self: &Rc<Self>) {
        if self.ended.get() {
            return;
        }
        let now = self.now();
        if self.sitting.get().is_due(now) {
            // Who watches something sits there, with their hands in their lap.
            if surroundings::is_watched() {
                changed(&self.sitting, |sitting| sitting.touched(now));
            } else {
                changed(&self.sitting, Sitting::rest);
                self.attend();
            }
        }
        let verdict = changed(&self.liveness, |liveness| liveness.look(now));
        self.act(verdict, verdict == Verdict::Probe);
    }

    /// Something says that the world has changed: retry now, or find out whether the socket is still alive.
    fn wake(self: &Rc<Self>) {
        if !self.ended.get() {
            let now = self.now();
            let verdict = changed(&self.liveness, |liveness| liveness.woke(now));
            self.act(verdict, true);
        }
    }

    fn act(self: &Rc<Self>, verdict: Verdict, is_wake: bool) {
        if let Some(retry) = self.retry.get() {
            if is_wake {
                retry.clear();
                self.retry.set(None);
                self.attempt.set(0);
                self.open();
            }
        } else if !self.is_welcomed.get() {
            let patience = if is_wake { OPENING } else { HEARTBEAT * 2 };
            if self.now() - self.opened_at.get() > patience.as_millis() as f64 {
                self.lost();
            }
        } else {
            match verdict {
                Verdict::Fine => {}
                Verdict::Probe if self.say(&SocketCommand::Probe) => {
                    let driver = Rc::clone(self);
                    // A moment more, so that this look is not the one before the time is over.
                    set_timeout(move || driver.look(), PROBE_PATIENCE + Duration::from_millis(10));
                }
                Verdict::Probe | Verdict::Dead => self.replace(),
            }
        }
    }

    /// Somebody sits at the tab.
    fn touched(&self) {
        let now = self.now();
        changed(&self.sitting, |sitting| sitting.touched(now));
        self.attend();
    }

    /// Tells the server whether somebody sits here, if it does not know.
    fn attend(&self) {
        let attention = self.sitting.get().attention();
        self.socket.attention.try_set_value(attention);
        let command = match attention {
            Attention::Active => SocketCommand::Active,
            Attention::Idle => SocketCommand::Idle,
        };
        if self.is_welcomed.get() && self.told.get() != attention && self.say(&command) {
            self.told.set(attention);
        }
    }

    fn drop_current(&self) {
        self.is_welcomed.set(false);
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

/// Changes what is in a cell.
fn changed<T: Copy, R>(cell: &Cell<T>, work: impl FnOnce(&mut T) -> R) -> R {
    let mut value = cell.get();
    let result = work(&mut value);
    cell.set(value);
    result
}

/// Where the socket opens. A tab at which nobody sits says so from the start: coming back wakes nobody.
fn address(attention: Attention) -> Option<String> {
    let location = window().location();
    let scheme = if location.protocol().ok()? == "https:" {
        "wss"
    } else {
        "ws"
    };
    let query = match attention {
        Attention::Active => String::new(),
        Attention::Idle => format!("?{IDLE_QUERY}"),
    };
    Some(format!("{scheme}://{}/ws{query}", location.host().ok()?))
}
