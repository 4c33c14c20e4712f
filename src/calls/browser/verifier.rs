//! Finds out whether somebody stands in between: speaks the exchange of words with the partner's page, signs what this side sees, and checks what the
//! partner's browser has signed.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use web_sys::RtcPeerConnection;

use super::Driver;
use super::clock::now;
use super::connection::Connection;
use super::device_key::{self, DeviceKey};
use super::keyring;
use super::memory;
use super::parts::Part;
use super::tab::Tab;
use crate::accounts::model::CurrentViewer;
use crate::calls::api;
use crate::calls::channel::ChannelMessage;
use crate::calls::model::{PartnerState, SeatId};
use crate::calls::stage::verification::{Agreement, Verdict, WordsShown};
use crate::calls::stage::{PeerLink, Stage};
use crate::calls::verification::VerificationMessage;
use crate::calls::verification::exchange::{Action, Exchange, Progress};
use crate::calls::verification::fingerprints::Fingerprints;
use crate::calls::verification::session::{Session, Side};
use crate::calls::verification::silence::Silence;
use crate::calls::verification::statement::Signature;
use crate::kernel::id::UserId;

/// How long a key may take to reach the server that it was told of.
const LISTED_WITHIN: Duration = Duration::from_secs(4);
/// So many messages of a kind are looked at; who keeps to the rules says each once.
const MOST: usize = 8;

/// One page's side of it.
pub(super) struct Verifier {
    stage: Stage,
    tab: Weak<Tab>,
    me: Weak<Self>,
    account: Option<UserId>,
    key: RefCell<Option<Rc<DeviceKey>>>,
    /// Whether the server has the key.
    is_registered: Cell<bool>,
    /// Whether it has been told of it over the connection that there is.
    was_told: Cell<bool>,
    /// Where the partner sat when this was last known: the server may not be there to say it again.
    partner_seat: Cell<Option<SeatId>>,
    /// Whether the channel is open.
    is_open: Cell<bool>,
    silence: Cell<Silence>,
    /// Raised with each channel that opens or closes: what was begun for another is dropped.
    turn: Cell<u32>,
    exchange: RefCell<Option<Exchange>>,
    /// What came before this side knew enough to begin.
    early: RefCell<Vec<VerificationMessage>>,
    /// How many signatures have come.
    statements: Cell<usize>,
    agreement: RefCell<Agreement>,
}

impl Verifier {
    pub(super) fn new(stage: Stage, tab: &Weak<Tab>) -> Rc<Self> {
        let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
        let call = stage.call.try_get_untracked().flatten();
        Rc::new_cyclic(|me| Self {
            stage,
            tab: Weak::clone(tab),
            me: Weak::clone(me),
            account: viewer.map(|viewer| viewer.id),
            key: RefCell::default(),
            is_registered: Cell::default(),
            was_told: Cell::default(),
            partner_seat: Cell::default(),
            is_open: Cell::default(),
            silence: Cell::default(),
            turn: Cell::default(),
            exchange: RefCell::default(),
            early: RefCell::default(),
            statements: Cell::default(),
            agreement: RefCell::new(Agreement::new(call.is_some_and(memory::were_words_agreed))),
        })
    }

    /// "They match", "They differ".
    fn judge(&self, is_match: bool) {
        let exchange = self.exchange.borrow();
        let Some(exchange) = &*exchange else { return };
        let Progress::Words(words) = exchange.progress() else {
            return;
        };
        if self.stage.verification.words.try_get_untracked() == Some(WordsShown::Attacked) {
            return;
        }
        let verdict = if is_match {
            self.agreement.borrow_mut().agree(exchange.session());
            memory::note_words_agreed(exchange.session().call);
            Verdict::Match
        } else {
            self.agreement.borrow_mut().differ();
            Verdict::Differ
        };
        self.stage
            .verification
            .words
            .try_set(WordsShown::Words { words, verdict });
        if !is_match {
            self.distrust();
        }
    }

    /// The connection as this side sees it, once it can be seen.
    fn session(&self) -> Option<Session> {
        let tab = self.tab.upgrade()?;
        let (call, seat) = tab.seated()?;
        let connection = tab.connection()?;
        let local = connection.pc.current_local_description()?.sdp();
        let remote = connection.pc.current_remote_description()?.sdp();
        Some(Session {
            call,
            mine: Side {
                seat,
                fingerprints: Fingerprints::of_sdp(&local)?,
            },
            theirs: Side {
                seat: self.partner_seat.get()?,
                fingerprints: Fingerprints::of_sdp(&remote)?,
            },
        })
    }

    fn note_partner(&self) {
        if let Some(PartnerState::Here { seat }) = self.stage.partner.try_get_untracked() {
            self.partner_seat.set(Some(seat));
        }
    }

    /// Nothing is known of the connection that there is, or is to come.
    fn reset(&self) {
        if self.stage.verification.is_found_out() {
            self.stage.verification.was_found_out.try_set(true);
        }
        self.turn.set(self.turn.get().wrapping_add(1));
        self.is_open.set(false);
        self.exchange.take();
        self.early.take();
        self.statements.set(0);
        self.stage.verification.words.try_set(WordsShown::Waiting);
        self.stage.verification.signature.try_set(Signature::Waiting);
    }

    fn begin(&self) {
        self.note_partner();
        let (Some(session), Some(nonce)) = (self.session(), device_key::random()) else {
            return;
        };
        let (exchange, actions) = Exchange::begin(session, nonce);
        self.exchange.replace(Some(exchange));
        self.perform(actions);
        for message in self.early.take() {
            self.hear(&message);
        }
        self.sign();
        self.look_at_certificate();
    }

    fn hear(&self, message: &VerificationMessage) {
        let Some(session) = self
            .exchange
            .borrow()
            .as_ref()
            .map(|exchange| exchange.session().clone())
        else {
            let mut early = self.early.borrow_mut();
            if early.len() < MOST {
                early.push(message.clone());
            }
            return;
        };
        if let VerificationMessage::Statement { key, signature } = message {
            self.statements.set(self.statements.get() + 1);
            if self.statements.get() <= MOST {
                self.check(session, key.clone(), signature.clone(), true);
            }
            return;
        }
        let actions = self
            .exchange
            .borrow_mut()
            .as_mut()
            .map(|exchange| exchange.hear(message));
        self.perform(actions.unwrap_or_default());
    }

    fn perform(&self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Say(message) => self.say(message),
                Action::Digest(purpose, text) => self.go_on(async move |verifier: &Rc<Self>, turn| {
                    let Some(digest) = device_key::digest(text.as_bytes()).await else {
                        return;
                    };
                    if verifier.turn.get() == turn {
                        let mut exchange = verifier.exchange.borrow_mut();
                        let actions = exchange.as_mut().map(|exchange| exchange.digested(purpose, digest));
                        drop(exchange);
                        verifier.perform(actions.unwrap_or_default());
                    }
                }),
            }
        }
        self.show();
    }

    fn say(&self, message: VerificationMessage) {
        if let Some(tab) = self.tab.upgrade() {
            tab.say(&ChannelMessage::Verification(message));
        }
    }

    fn listen(&self, note: impl FnOnce(&mut Silence)) {
        let mut silence = self.silence.get();
        note(&mut silence);
        self.silence.set(silence);
    }

    /// Goes on with something that takes time, in this turn.
    fn go_on(&self, work: impl AsyncFnOnce(&Rc<Self>, u32) + 'static) {
        if let Some(me) = self.me.upgrade() {
            let turn = self.turn.get();
            spawn_local(async move { work(&me, turn).await });
        }
    }

    fn show(&self) {
        let exchange = self.exchange.borrow();
        let Some(exchange) = &*exchange else { return };
        let found = match exchange.progress() {
            Progress::Going => WordsShown::Waiting,
            Progress::Attacked(_) => return self.alarm(),
            Progress::Words(words) => WordsShown::Words {
                words,
                verdict: self.agreement.borrow().verdict(exchange.session()),
            },
        };
        let words = self.stage.verification.words;
        let shown = words.try_get_untracked();
        let is_same = match (shown, found) {
            // What the person has said of them stays.
            (Some(WordsShown::Words { words: shown, .. }), WordsShown::Words { words, .. }) => shown == words,
            (Some(WordsShown::Attacked), _) | (Some(WordsShown::Absent), WordsShown::Waiting) => true,
            (shown, found) => shown == Some(found),
        };
        if !is_same {
            words.try_set(found);
        }
    }

    /// Tells the server with which key this browser signs.
    fn register(&self) {
        self.go_on(async |verifier: &Rc<Self>, _| {
            if verifier.is_registered.get() {
                return;
            }
            let Some(key) = verifier.own_key().await else { return };
            // With the next connection, if not now; a partner who has met this device asks for no list.
            let is_registered = api::register_device_key(key.public.clone()).await.is_ok();
            verifier.is_registered.set(is_registered);
        });
    }

    /// The key of this browser. The first time it is there, what waits for it is signed.
    async fn own_key(&self) -> Option<Rc<DeviceKey>> {
        let known = self.key.borrow().clone();
        if known.is_some() {
            return known;
        }
        let found = DeviceKey::of(self.account?).await.map(Rc::new)?;
        if let Some(known) = self.key.borrow().clone() {
            return Some(known);
        }
        self.key.replace(Some(Rc::clone(&found)));
        if self.exchange.borrow().is_some() {
            self.sign();
        }
        Some(found)
    }

    fn sign(&self) {
        let key = self.key.borrow().clone();
        let session = self
            .exchange
            .borrow()
            .as_ref()
            .map(|exchange| exchange.session().clone());
        let (Some(key), Some(session)) = (key, session) else {
            return;
        };
        self.go_on(async move |verifier: &Rc<Self>, turn| {
            if let Some(signature) = key.sign(&session.statement()).await
                && verifier.turn.get() == turn
            {
                verifier.say(VerificationMessage::Statement {
                    key: key.public.clone(),
                    signature,
                });
            }
        });
    }

    /// The partner's browser has signed. `may_ask_again`: a key that the server does not list yet may be on its way there.
    fn check(&self, session: Session, key: String, signature: String, may_ask_again: bool) {
        self.go_on(async move |verifier: &Rc<Self>, turn| {
            let text = session.seen_by_partner().statement();
            let Some(fits) = device_key::fits(&key, &signature, &text).await else {
                return;
            };
            let (Some(account), Some(tab)) = (verifier.account, verifier.tab.upgrade()) else {
                return;
            };
            let room = tab.room();
            let partner = room.partner.id;
            let known = keyring::met(account, partner).await.keys();
            let listed = match fits && !known.contains(&key) {
                true => api::device_keys(room.room).await.ok(),
                false => None,
            };
            let judged = Signature::judge(fits, &key, &known, listed.as_deref());
            if judged == Signature::Unlisted && may_ask_again {
                return verifier.check_again(turn, session, key, signature);
            }
            if verifier.turn.get() == turn {
                let shown = verifier.stage.verification.signature;
                let before = shown.try_get_untracked().unwrap_or_default();
                if before.then(judged) != before {
                    shown.try_set(before.then(judged));
                }
            }
            if judged == Signature::Forged {
                return verifier.distrust();
            }
            if judged.is_to_be_kept() && !verifier.stage.verification.is_found_out() {
                keyring::meet(account, partner, &key, session.call).await;
                // Found out meanwhile.
                if verifier.stage.verification.is_found_out() {
                    keyring::forget(account, partner, session.call).await;
                }
            }
        });
    }

    fn check_again(&self, turn: u32, session: Session, key: String, signature: String) {
        let me = Weak::clone(&self.me);
        let again = move || {
            if let Some(me) = me.upgrade().filter(|me| me.turn.get() == turn) {
                me.check(session, key, signature, false);
            }
        };
        set_timeout(again, LISTED_WITHIN);
    }

    /// Somebody in between was found out: a device that was met in this call is nobody's whom this person knows.
    fn distrust(&self) {
        self.go_on(async |verifier: &Rc<Self>, _| {
            let (Some(account), Some(tab)) = (verifier.account, verifier.tab.upgrade()) else {
                return;
            };
            if let Some((call, _)) = tab.seated() {
                keyring::forget(account, tab.room().partner.id, call).await;
            }
        });
    }

    /// Nothing was signed though there was time.
    fn miss(&self) {
        self.go_on(async |verifier: &Rc<Self>, turn| {
            let (Some(account), Some(tab)) = (verifier.account, verifier.tab.upgrade()) else {
                return;
            };
            let known = keyring::met(account, tab.room().partner.id).await.keys();
            let shown = verifier.stage.verification.signature;
            if verifier.turn.get() == turn && shown.try_get_untracked() == Some(Signature::Waiting) {
                shown.try_set(Signature::absent(!known.is_empty()));
            }
        });
    }

    /// The certificate that the other end has shown, where the browser tells, is one of those that its description names.
    fn look_at_certificate(&self) {
        let Some(connection) = self.tab.upgrade().and_then(|tab| tab.connection()) else {
            return;
        };
        let Some(certificate) = remote_certificate(&connection.pc) else {
            return;
        };
        self.go_on(async move |verifier: &Rc<Self>, turn| {
            let Some(digest) = device_key::digest(&certificate).await else {
                return;
            };
            let is_named = |exchange: &Exchange| exchange.session().theirs.fingerprints.allow(&digest.0);
            let is_foreign = verifier
                .exchange
                .borrow()
                .as_ref()
                .is_some_and(|exchange| !is_named(exchange));
            if verifier.turn.get() == turn && is_foreign {
                verifier.alarm();
            }
        });
    }

    fn alarm(&self) {
        let words = self.stage.verification.words;
        if words.try_get_untracked() != Some(WordsShown::Attacked) {
            words.try_set(WordsShown::Attacked);
            self.distrust();
        }
    }
}

impl Part for Verifier {
    fn opened(&self, _connection: &Rc<Connection>) {
        self.listen(Silence::opened);
        self.note_partner();
        self.was_told.set(false);
    }

    fn linked(&self, link: PeerLink) {
        self.listen(|silence| silence.linked(now(), link == PeerLink::Connected));
    }

    fn channel(&self, is_open: bool) {
        self.reset();
        self.listen(|silence| silence.channel(now()));
        if is_open {
            self.is_open.set(true);
            self.begin();
        }
    }

    fn said(&self, message: &ChannelMessage) {
        if let ChannelMessage::Verification(message) = message {
            self.hear(message);
        }
    }

    fn tick(&self, now: Duration) {
        if self.silence.get().is_long(now) {
            let shown = self.stage.verification;
            if shown.signature.try_get_untracked() == Some(Signature::Waiting) {
                self.miss();
            }
            if shown.words.try_get_untracked() == Some(WordsShown::Waiting) {
                shown.words.try_set(WordsShown::Absent);
            }
        }
        if !self.is_open.get() {
            return;
        }
        // Not while the call begins, which has more to do than there is time for.
        if !self.was_told.replace(true) {
            self.register();
        }
        let Some(before) = self
            .exchange
            .borrow()
            .as_ref()
            .map(|exchange| exchange.session().clone())
        else {
            return self.begin();
        };
        // A connection keeps its certificates as long as it lives.
        let is_changed = |now: Session| {
            now.mine.fingerprints != before.mine.fingerprints || now.theirs.fingerprints != before.theirs.fingerprints
        };
        if self.session().is_some_and(is_changed) {
            self.alarm();
        }
    }

    fn over(&self) {
        self.reset();
        self.listen(Silence::opened);
        self.stage.verification.was_found_out.try_set(false);
        self.partner_seat.set(None);
        self.stage.verification.is_open.try_set(false);
    }
}

impl Driver {
    /// "They match", "They differ".
    pub fn judge_words(self, is_match: bool) {
        self.with(|tab| tab.parts().verifier.judge(is_match));
    }
}

/// `RTCDtlsTransport.getRemoteCertificates()` (WebRTC 1.0 §5.5), the first of them in DER; not every browser has it.
fn remote_certificate(pc: &RtcPeerConnection) -> Option<Vec<u8>> {
    let sender = pc.get_senders().iter().next()?;
    let transport = Reflect::get(&sender, &"transport".into()).ok()?;
    let ask: Function = Reflect::get(&transport, &"getRemoteCertificates".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let all: Array = ask.call0(&transport).ok()?.dyn_into().ok()?;
    let first = all.get(0);
    first.is_object().then(|| js_sys::Uint8Array::new(&first).to_vec())
}
