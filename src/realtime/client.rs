//! The tab's end of the socket, as views use it.
//!
//! There is one [`Socket`] per tab, in context. It holds no browser object: `browser.rs` drives it in the browser, and on the server
//! it is simply never open. Views subscribe to messages of their feature and send theirs.

use std::collections::VecDeque;
use std::rc::Rc;

use leptos::prelude::*;
use send_wrapper::SendWrapper;

use super::model::{Attention, Link};
use super::wire::{ClientWire, ServerWire, encode};
use crate::kernel::id::ConnectionId;

/// Commands kept while the socket is away. Older ones fall out: what they were about is settled anew after a return.
const OUTBOX: usize = 128;

pub(super) type Handler = Rc<dyn Fn(&str, &serde_json::Value)>;
pub(super) type Transmit = Box<dyn Fn(&str) -> bool>;
pub(super) type Wake = Rc<dyn Fn()>;

/// The socket of this tab. Copied freely.
#[derive(Clone, Copy)]
pub struct Socket {
    pub(super) link: RwSignal<Link>,
    pub(super) connection: RwSignal<Option<ConnectionId>>,
    pub(super) attention: StoredValue<Attention>,
    /// Made at its first use, which is in the browser: the server moves pages between threads, and this stays on one.
    local: StoredValue<Option<SendWrapper<Local>>>,
}

#[derive(Default)]
pub(super) struct Local {
    next: u64,
    pub(super) handlers: Vec<(u64, Handler)>,
    pub(super) transmit: Option<Transmit>,
    pub(super) outbox: VecDeque<String>,
    pub(super) wake: Option<Wake>,
}

/// Makes the tab's socket and puts it in context. Call once, at the root.
pub fn provide_socket() -> Socket {
    let socket = Socket {
        link: RwSignal::new(Link::Idle),
        connection: RwSignal::new(None),
        attention: StoredValue::new(Attention::Active),
        local: StoredValue::new(None),
    };
    provide_context(socket);
    socket
}

/// The tab's socket.
pub fn use_socket() -> Socket {
    use_context::<Socket>().unwrap_or_else(provide_socket)
}

/// Calls `handler` with every message of `M`'s feature while the current owner lives. In the browser only: there are no news elsewhere.
pub fn on_news<M: ServerWire>(handler: impl Fn(M) + 'static) {
    use_socket().subscribe(handler);
}

/// Calls `act` whenever the connection is back, until the current owner is cleaned up: a socket that was away has opened, or the browser says
/// that it is online. In the browser only.
pub fn on_return(act: impl Fn() + 'static) {
    let (link, act) = (use_socket().link(), Rc::new(act));
    let online = Rc::clone(&act);
    Effect::new(move |before: Option<Link>| {
        let link = link.get();
        if before == Some(Link::Reconnecting) && link == Link::Open {
            untrack(&*act);
        }
        link
    });
    Effect::new(move |_| {
        let online = Rc::clone(&online);
        let heard = window_event_listener_untyped("online", move |_| online());
        on_cleanup(move || heard.remove());
    });
}

impl Socket {
    /// How the socket is, as a signal.
    pub fn link(self) -> Signal<Link> {
        self.link.into()
    }

    /// The server's name for the open socket, as a signal; a new one after each return.
    pub fn connection(self) -> Signal<Option<ConnectionId>> {
        self.connection.into()
    }

    /// Whether somebody sits at this tab, as it is now.
    pub fn attention(self) -> Attention {
        self.attention.try_get_value().unwrap_or_default()
    }

    /// Calls `handler` with every message of `M`'s feature, until the current owner is cleaned up. In the browser only.
    pub fn subscribe<M: ServerWire>(self, handler: impl Fn(M) + 'static) {
        let handler: Handler = Rc::new(move |feature, message| {
            if feature == M::FEATURE
                && let Ok(message) = serde_json::from_value::<M>(message.clone())
            {
                handler(message);
            }
        });
        Effect::new(move |_| {
            let handler = handler.clone();
            let id = self.with_local(|local| {
                local.next += 1;
                local.handlers.push((local.next, handler));
                local.next
            });
            on_cleanup(move || {
                self.with_local(|local| local.handlers.retain(|(of, _)| Some(*of) != id));
            });
        });
    }

    /// Hands news to those who subscribed, as though the socket had brought them: what came by another way while it is away.
    pub fn hand_over<M: ServerWire>(self, news: &M) {
        let Ok(message) = serde_json::to_value(news) else {
            return;
        };
        // A handler may subscribe or unsubscribe others, so none is called while the list is borrowed.
        let handlers = self.with_local(|local| local.handlers.clone()).unwrap_or_default();
        for (_, handler) in handlers {
            handler(M::FEATURE, &message);
        }
    }

    /// Sends a command; while the socket is away it waits, in order.
    pub fn send<M: ClientWire>(self, message: &M) {
        let Ok(frame) = encode(M::FEATURE, message) else { return };
        if !self.transmit(&frame) {
            self.with_local(|local| {
                if local.outbox.len() == OUTBOX {
                    local.outbox.pop_front();
                }
                local.outbox.push_back(frame);
            });
        }
    }

    /// Sends a command now or not at all: for what is worth nothing later.
    pub fn send_now<M: ClientWire>(self, message: &M) -> bool {
        encode(M::FEATURE, message).is_ok_and(|frame| self.transmit(&frame))
    }

    /// Something has happened of which the socket should have told: it is found out whether it is still alive, and another one is opened if not.
    pub fn wake(self) {
        if let Some(wake) = self.with_local(|local| local.wake.clone()).flatten() {
            wake();
        }
    }

    pub(super) fn transmit(self, frame: &str) -> bool {
        self.with_local(|local| local.transmit.as_ref().is_some_and(|transmit| transmit(frame)))
            .unwrap_or(false)
    }

    /// `None` when the tab is being torn down.
    pub(super) fn with_local<R>(self, work: impl FnOnce(&mut Local) -> R) -> Option<R> {
        self.local
            .try_update_value(|local| work(local.get_or_insert_with(|| SendWrapper::new(Local::default()))))
    }
}
