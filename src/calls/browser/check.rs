//! Checks the connection: asks the server, looks for ways out of the network, and holds a call with itself.
//!
//! Nothing of it outlives [`Run::stop`]: each step waits for its end or for that, and every connection closes when its step is left.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, Promise};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::clock::{in_time, now};
use super::paths::{self, Aim};
use super::rehearsal;
use crate::calls::api;
use crate::calls::model::{IceConfiguration, IceServer, RoomId};
use crate::calls::stage::Stage;
use crate::calls::stage::check::{Findings, Measured, Transport};
use crate::calls::stage::trial::{Check, Stretch};
use crate::realtime::client::Socket;
use crate::realtime::wire::SocketCommand;

/// How long the socket may take to be there.
const OPENED: Duration = Duration::from_secs(6);
/// How long the server may take to answer.
const ANSWERED: Duration = Duration::from_secs(4);
/// How often the server is asked: the quickest answer counts, since the others waited for something else.
const QUESTIONS: usize = 3;
/// How long a STUN or TURN server may take: browsers give up after some ten seconds themselves.
const REACHED: Duration = Duration::from_secs(8);

/// The check was stopped.
pub(super) struct Stopped;

/// What a step comes to.
pub(super) type Going<T> = Result<T, Stopped>;

/// One check.
pub(super) struct Run {
    stage: Stage,
    socket: Socket,
    room: Option<RoomId>,
    is_stopped: Cell<bool>,
    stopped: Later,
    answered: RefCell<Option<Later>>,
}

impl Run {
    /// Begins; the stage shows how far it is.
    pub(super) fn begin(stage: Stage, socket: Socket, room: Option<RoomId>) -> Rc<Self> {
        let run = Rc::new(Self {
            stage,
            socket,
            room,
            is_stopped: Cell::new(false),
            stopped: Later::new(),
            answered: RefCell::default(),
        });
        let running = Rc::clone(&run);
        spawn_local(async move {
            if let Ok(findings) = running.check().await {
                stage.trial.check.try_set(Check::Done(findings));
            }
        });
        run
    }

    /// Ends it, wherever it is.
    pub(super) fn stop(&self) {
        self.is_stopped.set(true);
        self.stopped.settle(&JsValue::UNDEFINED);
    }

    /// The server has answered on the socket.
    pub(super) fn server_answered(&self) {
        if let Some(answered) = self.answered.take() {
            answered.settle(&JsValue::TRUE);
        }
    }

    async fn check(&self) -> Going<Findings> {
        let mut found = Findings {
            has_calls: paths::has_connections(),
            ..Findings::default()
        };
        self.show(Stretch::Server)?;
        found.server = self.ask_server().await?;
        if found.server.is_none() {
            return Ok(found);
        }
        let Some(ice) = self.ask_for_paths().await? else {
            return Ok(found);
        };
        found.is_known = true;
        found.is_relay_only = ice.is_relay_only;
        if !found.has_calls {
            return Ok(found);
        }
        self.show(Stretch::Ways)?;
        let tried = self.try_paths(&ice).await?;
        found.stun = tried.stun;
        found.relays = tried.relays();
        self.show(Stretch::Measuring)?;
        found.measured = self.measure(tried.working).await?;
        Ok(found)
    }

    fn show(&self, stretch: Stretch) -> Going<()> {
        if self.is_stopped.get() {
            return Err(Stopped);
        }
        self.stage.trial.check.try_set(Check::Running(stretch));
        Ok(())
    }

    /// The shortest round trip over the socket.
    async fn ask_server(&self) -> Going<Option<Duration>> {
        let begun = now();
        while self.socket.connection().try_get_untracked().flatten().is_none() {
            if now().saturating_sub(begun) > OPENED {
                return Ok(None);
            }
            self.pause(Duration::from_millis(100)).await?;
        }
        let mut shortest: Option<Duration> = None;
        for _ in 0..QUESTIONS {
            let answered = Later::new();
            let answer = answered.promise.clone();
            self.answered.replace(Some(answered));
            let asked = now();
            if self.socket.send_now(&SocketCommand::Probe) && self.wait(&answer, ANSWERED).await?.is_some() {
                let took = now().saturating_sub(asked);
                shortest = Some(shortest.map_or(took, |shortest| shortest.min(took)));
            }
        }
        Ok(shortest)
    }

    /// Which servers the installation has, with credentials of one's own.
    async fn ask_for_paths(&self) -> Going<Option<IceConfiguration>> {
        let room = self.room;
        let answer = Rc::new(RefCell::new(None));
        let asked = {
            let answer = Rc::clone(&answer);
            future_to_promise(async move {
                let found = match room {
                    Some(room) => api::fresh_ice(room).await,
                    None => api::ice_check().await,
                };
                answer.replace(found.ok());
                Ok(JsValue::UNDEFINED)
            })
        };
        self.wait(&asked, ANSWERED).await?;
        Ok(answer.take())
    }

    /// Tries every server by itself, all at once.
    async fn try_paths(&self, ice: &IceConfiguration) -> Going<Tried> {
        let mut tried = Tried::default();
        let mut tries = Vec::new();
        for server in &ice.servers {
            for url in &server.urls {
                let alone = IceServer {
                    urls: vec![url.clone()],
                    ..server.clone()
                };
                let transport = Transport::of(url);
                let aim = match transport {
                    Some(_) => Aim::Relay,
                    None => Aim::OwnAddress,
                };
                let result = Rc::new(Cell::new(false));
                let promise = promise_of({
                    let (alone, result) = (alone.clone(), Rc::clone(&result));
                    async move { result.set(paths::reaches(&alone, aim, REACHED).await) }
                });
                tries.push((alone, transport, result, promise));
            }
        }
        let all: Array = tries.iter().map(|(_, _, _, promise)| promise.clone()).collect();
        self.wait(&Promise::all(&all), REACHED * 2).await?;
        for (server, transport, result, _) in tries {
            let works = result.get();
            match transport {
                None => tried.stun = Some(tried.stun.unwrap_or_default() || works),
                Some(transport) => {
                    tried.each.push((transport, works));
                    if works {
                        tried.working.push((transport, server));
                    }
                }
            }
        }
        // A call takes the quickest way that it finds.
        tried.working.sort_by_key(|(transport, _)| *transport);
        Ok(tried)
    }

    /// By way of the quickest relay if one works; else within the device.
    async fn measure(&self, working: Vec<(Transport, IceServer)>) -> Going<Option<Measured>> {
        let ice = match working.into_iter().next() {
            Some((_, server)) => IceConfiguration {
                servers: vec![server],
                is_relay_only: true,
                valid_seconds: None,
            },
            None => IceConfiguration::default(),
        };
        rehearsal::measure(self, &ice).await
    }

    /// Waits for a promise: `None` if it was refused or took longer than `span`.
    pub(super) async fn wait(&self, promise: &Promise, span: Duration) -> Going<Option<JsValue>> {
        let either = Promise::race(&Array::of2(promise, &self.stopped.promise));
        let result = in_time(either, span).await;
        if self.is_stopped.get() {
            return Err(Stopped);
        }
        Ok(result.ok())
    }

    /// Waits for a moment.
    pub(super) async fn pause(&self, span: Duration) -> Going<()> {
        self.wait(&Promise::new(&mut |_, _| {}), span).await.map(|_| ())
    }
}

/// What the servers of the installation are good for from here.
#[derive(Default)]
struct Tried {
    stun: Option<bool>,
    each: Vec<(Transport, bool)>,
    working: Vec<(Transport, IceServer)>,
}

impl Tried {
    /// For each transport that there is, whether any server can be reached over it.
    fn relays(&self) -> Vec<(Transport, bool)> {
        let mut relays: Vec<(Transport, bool)> = Vec::new();
        for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
            let mut of_it = self.each.iter().filter(|(of, _)| *of == transport).peekable();
            if of_it.peek().is_some() {
                relays.push((transport, of_it.any(|(_, works)| *works)));
            }
        }
        relays
    }
}

/// A promise that is settled from outside.
pub(super) struct Later {
    pub(super) promise: Promise,
    resolve: Option<Function>,
}

impl Later {
    pub(super) fn new() -> Self {
        let mut taken = None;
        let promise = Promise::new(&mut |resolve, _| taken = Some(resolve));
        Self {
            promise,
            resolve: taken,
        }
    }

    /// What comes after the first time counts for nothing.
    pub(super) fn settle(&self, value: &JsValue) {
        if let Some(resolve) = &self.resolve {
            let _ = resolve.call1(&JsValue::UNDEFINED, value);
        }
    }
}

fn promise_of(work: impl Future<Output = ()> + 'static) -> Promise {
    future_to_promise(async move {
        work.await;
        Ok(JsValue::UNDEFINED)
    })
}

/// The result of a browser's promise.
pub(super) async fn done(promise: Promise) -> Option<JsValue> {
    JsFuture::from(promise).await.ok()
}
