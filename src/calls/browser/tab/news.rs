//! What the server says, and what it means for this tab.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Tab, Together};
use crate::calls::browser::memory;
use crate::calls::browser::peer::{Peer, Surroundings};
use crate::calls::model::PartnerState;
use crate::calls::negotiation::Role;
use crate::calls::stage::Phase;
use crate::calls::wire::{CallCommand, CallNews, MediaState};

impl Tab {
    /// News of this call, and of others in the room.
    pub(super) fn hear(self: &Rc<Self>, news: CallNews) {
        let Some(mine) = self.call.get() else {
            // A call has begun without this tab having a part in it.
            if !matches!(news, CallNews::Ended { .. } | CallNews::Ongoing { call: None }) {
                self.look_up_room();
            }
            return;
        };
        match news {
            CallNews::Joined {
                call,
                seat,
                partner,
                partner_media,
                together_ms,
                switched_off,
            } => {
                if call == mine && seat == self.seat.get() && self.is_joined() {
                    if !self.is_seated.replace(true) {
                        self.take_over(switched_off);
                    }
                    self.set_phase(Phase::InCall);
                    self.parts.quality.seated();
                    if let Some(together) = together_ms {
                        self.together
                            .set(Some(Together::since(Duration::from_millis(together))));
                    }
                    self.partner_is(partner, partner_media);
                }
            }
            CallNews::SeatTaken { call, seat } => {
                if call == mine && seat == self.seat.get() && self.is_joined() {
                    memory::forget_call();
                    self.parts.all(|part| part.over());
                    self.set_phase(Phase::Elsewhere);
                    self.release();
                }
            }
            CallNews::Partner { call, partner, media } => {
                if call == mine && self.is_joined() {
                    self.partner_is(partner, media);
                }
            }
            CallNews::Signal { call, from, to, signal } => {
                if call == mine && to == self.seat.get() {
                    self.with_peer(|peer| peer.hear(from, signal));
                }
            }
            CallNews::Sampled { call, seat, number } => {
                if call == mine {
                    self.parts.quality.kept(seat, number);
                }
            }
            CallNews::PartnerMedia { call, media } => {
                if call == mine {
                    self.stage.partner_media.try_set(media);
                }
            }
            CallNews::Ended { call, .. } if call == mine => match self.phase.get() {
                Phase::Preview => {
                    self.stage.last_call.try_set(Some(call));
                    self.set_call(None);
                }
                _ => self.end(call),
            },
            CallNews::Ended { .. } | CallNews::Ongoing { .. } => {}
        }
    }

    fn partner_is(self: &Rc<Self>, partner: PartnerState, media: MediaState) {
        self.partner.set(partner);
        let PartnerState::Here { seat } = partner else {
            let is_lost = partner == PartnerState::Silent;
            self.with_peer(|peer| peer.is_gone(!is_lost));
            match is_lost {
                true => self.listen_for_partner(),
                false => {
                    self.stage.partner.try_set(partner);
                }
            }
            return;
        };
        self.stage.partner.try_set(partner);
        self.stage.partner_media.try_set(media);
        if self.together.get().is_none() {
            self.together.set(Some(Together::since(Duration::ZERO)));
        }
        self.await_partner();
        self.with_peer(|peer| peer.is_here(seat));
    }

    /// Makes ready for the partner, unless that is done.
    pub(super) fn await_partner(self: &Rc<Self>) {
        if self.peer.borrow().is_none() {
            let peer = Peer::await_partner(self.surroundings());
            self.peer.replace(Some(peer));
        }
    }

    /// The server hears nothing of the partner. Their media may still come: it is only their socket that is gone, or the server that was.
    fn listen_for_partner(self: &Rc<Self>) {
        let Some(peer) = self.peer.borrow().clone() else {
            return self.weigh_silence(false);
        };
        let tab = Rc::downgrade(self);
        spawn_local(async move {
            let is_heard = peer.is_heard().await;
            if let Some(tab) = tab.upgrade() {
                tab.weigh_silence(is_heard);
            }
        });
    }

    /// Shows a partner of whom the server hears nothing as who they are: lost, or there all the same.
    pub(super) fn weigh_silence(&self, receiving: bool) {
        if self.partner.get() != PartnerState::Silent {
            return;
        }
        let seat = self.peer.borrow().as_ref().and_then(|peer| peer.seat());
        let partner = match seat.filter(|_| receiving) {
            Some(seat) => PartnerState::Here { seat },
            None => PartnerState::Silent,
        };
        if self.stage.partner.try_get_untracked() != Some(partner) {
            self.stage.partner.try_set(partner);
        }
    }

    fn surroundings(self: &Rc<Self>) -> Surroundings {
        let room = self.room.borrow();
        let weak = Rc::downgrade(self);
        Surroundings {
            stage: self.stage,
            capture: Rc::clone(&self.capture),
            screen: Rc::clone(&self.screen),
            ice: Rc::clone(&self.ice),
            parts: Rc::clone(&self.parts),
            socket: self.socket,
            link: self.link,
            sounds: self.sounds,
            role: if room.polite { Role::Polite } else { Role::Impolite },
            send: Box::new(move |to, signal| {
                if let Some(tab) = weak.upgrade()
                    && let Some(call) = tab.call.get()
                {
                    // What a lost socket loses, the machine sends again.
                    tab.socket.send_now(&CallCommand::Signal {
                        call,
                        from: tab.seat.get(),
                        to,
                        signal,
                    });
                }
            }),
        }
    }
}
