//! The tab's end of the socket, as views use it.
//!
//! There is one [`Socket`] per tab, in context. It holds no browser object: `browser.rs` drives it in the browser, and on the server
//! it is simply never open. Views subscribe to messages of their feature and send theirs.

use std::collections::VecDeque;
use std::sync::Arc;

use leptos::prelude::*;

use super::model::Link;
use super::wire::{ClientWire, ServerWire, encode};
use crate::kernel::id::ConnectionId;

/// Commands kept while the socket is away. Older ones fall out: what they were about is settled anew after a return.
const OUTBOX: usize = 128;

pub(super) type Handler = Arc<dyn Fn(&str, &serde_json::Value)>;
pub(super) type Transmit = Box<dyn Fn(&str) -> bool>;

/// The socket of this tab. Copied freely.
#[derive(Clone, Copy)]
pub struct Socket {
    pub(super) link: RwSignal<Link>,
    pub(super) connection: RwSignal<Option<ConnectionId>>,
    pub(super) handlers: StoredValue<(u64, Vec<(u64, Handler)>), LocalStorage>,
    pub(super) transmit: StoredValue<Option<Transmit>, LocalStorage>,
    pub(super) outbox: StoredValue<VecDeque<String>, LocalStorage>,
}

/// Makes the tab's socket and puts it in context. Call once, at the root.
pub fn provide_socket() -> Socket {
    let socket = Socket {
        link: RwSignal::new(Link::Idle),
        connection: RwSignal::new(None),
        handlers: StoredValue::new_local((0, Vec::new())),
        transmit: StoredValue::new_local(None),
        outbox: StoredValue::new_local(VecDeque::new()),
    };
    provide_context(socket);
    socket
}

/// The tab's socket.
pub fn use_socket() -> Socket {
    use_context::<Socket>().unwrap_or_else(provide_socket)
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

    /// Calls `handler` with every message of `M`'s feature, until the current owner is cleaned up.
    pub fn subscribe<M: ServerWire>(self, handler: impl Fn(M) + 'static) {
        let handler: Handler = Arc::new(move |feature, message| {
            if feature == M::FEATURE
                && let Ok(message) = serde_json::from_value::<M>(message.clone())
            {
                handler(message);
            }
        });
        let mut id = 0;
        self.handlers.update_value(|(next, handlers)| {
            id = *next;
            *next += 1;
            handlers.push((id, handler));
        });
        on_cleanup(move || {
            self.handlers.try_update_value(|(_, handlers)| handlers.retain(|(of, _)| *of != id));
        });
    }

    /// Sends a command; while the socket is away it waits, in order.
    pub fn send<M: ClientWire>(self, message: &M) {
        let Ok(frame) = encode(M::FEATURE, message) else { return };
        if !self.try_transmit(&frame) {
            self.outbox.update_value(|outbox| {
                if outbox.len() == OUTBOX {
                    outbox.pop_front();
                }
                outbox.push_back(frame);
            });
        }
    }

    /// Sends a command now or not at all: for what is worth nothing later.
    pub fn send_now<M: ClientWire>(self, message: &M) -> bool {
        encode(M::FEATURE, message).is_ok_and(|frame| self.try_transmit(&frame))
    }

    pub(super) fn try_transmit(self, frame: &str) -> bool {
        self.transmit.try_with_value(|transmit| transmit.as_ref().is_some_and(|transmit| transmit(frame))).unwrap_or(false)
    }
}
