//! Calls: seats, signals, the timetable of endings, history.

mod connection_check;
mod device_keys;
mod feedback;
mod history;
mod ongoing;
mod outages;
mod outsiders;
mod records;
mod samples;
mod seats;
mod second;
mod timetable;
mod turn;

use speakle::calls::model::{CallId, DeviceClass, EndReason, PartnerState, RoomView, SeatId, SwitchedOff};
use speakle::calls::negotiation::{Signal, SignalPayload};
use speakle::calls::wire::{CallCommand, CallNews, MediaState};
use speakle::matching::service::Partnership;
use speakle::protocol::{ClientMessage, ServerMessage};

use crate::harness::{Person, Socket, TestApp};

const BOTH_ON: MediaState = MediaState {
    microphone: true,
    camera: true,
    screen: false,
    switched_off: SwitchedOff::NOTHING,
};

/// A tab of a person in a call.
struct Tab {
    socket: Socket,
    call: CallId,
    seat: SeatId,
}

impl Tab {
    /// A new page of `person`: its own socket and seat, not joined.
    async fn open(app: &TestApp, person: &Person, call: CallId) -> Self {
        Self {
            socket: app.ws(person).await,
            call,
            seat: SeatId::random(),
        }
    }

    /// Comes back to its seat on a new socket, not joined.
    async fn back(app: &TestApp, person: &Person, call: CallId, seat: SeatId) -> Self {
        Self {
            seat,
            ..Self::open(app, person, call).await
        }
    }

    async fn send(&mut self, command: CallCommand) {
        self.socket.send(&ClientMessage::Calls(command)).await;
    }

    /// What takes the seat.
    const fn joining(&self) -> CallCommand {
        CallCommand::Join {
            call: self.call,
            seat: self.seat,
            media: BOTH_ON,
            device: DeviceClass::Computer,
        }
    }

    /// Takes the seat; answers what the server says of the partner.
    async fn join(&mut self) -> (PartnerState, MediaState, Option<u64>) {
        let (call, seat) = (self.call, self.seat);
        let command = self.joining();
        self.send(command).await;
        self.hears("the seat", |news| match news {
            CallNews::Joined {
                call: of,
                seat: at,
                partner,
                partner_media,
                together_ms,
                ..
            } if *of == call && *at == seat => Some((*partner, *partner_media, *together_ms)),
            _ => None,
        })
        .await
    }

    /// A heartbeat, taken by the server before this comes back.
    async fn beat(&mut self, receiving: bool) {
        let (call, seat) = (self.call, self.seat);
        self.send(CallCommand::Heartbeat { call, seat, receiving }).await;
        self.socket.settled().await;
    }

    async fn hears<T>(&mut self, what: &str, pick: impl Fn(&CallNews) -> Option<T>) -> T {
        self.socket
            .wait(what, |message| match message {
                ServerMessage::Calls(news) => pick(news),
                _ => None,
            })
            .await
    }

    async fn hears_partner(&mut self, wanted: PartnerState) {
        self.hears(&format!("{wanted:?}"), |news| {
            matches!(news, CallNews::Partner { partner, .. } if *partner == wanted).then_some(())
        })
        .await;
    }

    async fn hears_end(&mut self) -> (EndReason, bool) {
        let call = self.call;
        self.hears("the end", |news| match news {
            CallNews::Ended {
                call: of,
                reason,
                by_me,
            } if *of == call => Some((*reason, *by_me)),
            _ => None,
        })
        .await
    }

    /// What was heard of calls and not asked for so far, after everything on its way has arrived; but for what every tab of a person is
    /// told (`ongoing.rs` asks for that).
    async fn unasked(&mut self) -> Vec<CallNews> {
        self.socket.settled().await;
        let calls = self.socket.heard().filter_map(|message| match message {
            ServerMessage::Calls(CallNews::Ongoing { .. }) => None,
            ServerMessage::Calls(news) => Some(news.clone()),
            _ => None,
        });
        calls.collect()
    }

    fn signal(&self, to: SeatId, generation: u32) -> CallCommand {
        CallCommand::Signal {
            call: self.call,
            from: self.seat,
            to,
            signal: signal(generation),
        }
    }
}

fn signal(generation: u32) -> Signal {
    Signal {
        generation,
        sequence: 1,
        received: 0,
        payload: SignalPayload::Sync,
    }
}

/// `caller` rings, `callee` accepts; nobody has joined yet.
async fn answered_call(caller: &Person, callee: &Person, pair: &Partnership) -> CallId {
    let invitation = caller.ring(callee).await.id.to_string();
    callee
        .tell::<speakle::calls::model::RoomId>("accept_call", &[("invitation", &invitation)])
        .await
        .unwrap();
    room(caller, pair).await.call.expect("the room has no call")
}

async fn room(person: &Person, pair: &Partnership) -> RoomView {
    person.ask("room", &[("room", &pair.room.to_string())]).await.unwrap()
}

/// Two people in a call, joined.
struct InCall {
    app: TestApp,
    ana: Person,
    ben: Person,
    pair: Partnership,
    call: CallId,
    anas: Tab,
    bens: Tab,
}

impl InCall {
    /// The process is killed, and both come back to another, where they have not joined: nobody hears a goodbye.
    async fn restarted(self, background: bool) -> Self {
        let Self {
            app,
            pair,
            call,
            anas,
            bens,
            ..
        } = self;
        let (her_seat, his_seat) = (anas.seat, bens.seat);
        let restarted = app.another_process(background).await;
        drop((anas, bens, app));
        let (ana, ben) = (self.ana.at(&restarted), self.ben.at(&restarted));
        Self {
            anas: Tab::back(&restarted, &ana, call, her_seat).await,
            bens: Tab::back(&restarted, &ben, call, his_seat).await,
            app: restarted,
            ana,
            ben,
            pair,
            call,
        }
    }
}

async fn in_call(app: TestApp) -> InCall {
    let (ana, ben, pair) = app.ana_and_ben().await;
    let (hers, his) = (app.ws(&ana).await, app.ws(&ben).await);
    let call = answered_call(&ana, &ben, &pair).await;
    let mut anas = Tab {
        socket: hers,
        call,
        seat: SeatId::random(),
    };
    let mut bens = Tab {
        socket: his,
        call,
        seat: SeatId::random(),
    };
    assert_eq!(anas.join().await, (PartnerState::Absent, MediaState::default(), None));
    assert_eq!(
        bens.join().await,
        (PartnerState::Here { seat: anas.seat }, BOTH_ON, Some(0))
    );
    anas.hears_partner(PartnerState::Here { seat: bens.seat }).await;
    InCall {
        app,
        ana,
        ben,
        pair,
        call,
        anas,
        bens,
    }
}
