//! How both sides come to the same words, and nobody else does.
//!
//! Each draws a number and sends its digest. Only when it has sent its own and got the other's does it show the number, and the other's has to be the
//! one whose digest came before. So whoever sits between both has chosen their numbers before they learn anything: for each side the words are a draw
//! in four billion. The channel keeps the order of what is said; what comes in another order was not said by the other side.

use super::VerificationMessage;
use super::hex::Bytes32;
use super::session::Session;
use super::words;

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Say this to the partner's page.
    Say(VerificationMessage),
    /// Answer the SHA-256 of this text by [`Exchange::digested`].
    Digest(Purpose, String),
}

/// What a digest is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The own commitment.
    Mine,
    /// What the partner's commitment ought to have been.
    Theirs,
    /// The words.
    Words,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not both have said everything.
    Going,
    /// These are the words.
    Words([&'static str; words::COUNT]),
    /// Somebody else has spoken, and nothing that is said further counts.
    Attacked(Attack),
}

/// What nobody says who keeps to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// A number that is not the one of the commitment, or was committed to for another connection, or a connection whose ends are one.
    Mismatch,
    /// A number before both had committed themselves, or something for the second time.
    OutOfOrder,
}

/// One side of one exchange, over one connection.
#[derive(Clone, Debug)]
pub struct Exchange {
    session: Session,
    nonce: Bytes32,
    is_committed: bool,
    their_commitment: Option<Bytes32>,
    their_nonce: Option<Bytes32>,
    progress: Progress,
}

impl Exchange {
    /// Begins. `nonce` must come from a source that nobody can foresee, and be drawn for this exchange.
    pub fn begin(session: Session, nonce: Bytes32) -> (Self, Vec<Action>) {
        let first = Action::Digest(Purpose::Mine, session.commitment(nonce));
        let has_two_ends = session.has_two_ends();
        let mut exchange = Self {
            session,
            nonce,
            is_committed: false,
            their_commitment: None,
            their_nonce: None,
            progress: Progress::Going,
        };
        if !has_two_ends {
            let nothing = exchange.attacked(Attack::Mismatch);
            return (exchange, nothing);
        }
        (exchange, vec![first])
    }

    /// How far it has come.
    pub const fn progress(&self) -> Progress {
        self.progress
    }

    /// The connection as this side saw it when it began.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// A digest was asked for and is there.
    pub fn digested(&mut self, purpose: Purpose, digest: Bytes32) -> Vec<Action> {
        if self.progress != Progress::Going {
            return Vec::new();
        }
        match purpose {
            Purpose::Mine => {
                if self.is_committed {
                    return Vec::new();
                }
                self.is_committed = true;
                let mut actions = vec![Action::Say(VerificationMessage::Commit { commitment: digest })];
                actions.extend(self.reveal());
                actions
            }
            Purpose::Theirs => match (self.their_commitment, self.their_nonce) {
                (Some(commitment), Some(nonce)) if commitment == digest => {
                    vec![Action::Digest(
                        Purpose::Words,
                        self.session.agreement(self.nonce, nonce),
                    )]
                }
                _ => self.attacked(Attack::Mismatch),
            },
            Purpose::Words => {
                self.progress = Progress::Words(words::of(digest));
                Vec::new()
            }
        }
    }

    /// The partner's page said something. What is no part of the exchange is passed over.
    pub fn hear(&mut self, message: &VerificationMessage) -> Vec<Action> {
        if matches!(self.progress, Progress::Attacked(_)) {
            return Vec::new();
        }
        match message {
            VerificationMessage::Commit { commitment } => {
                if self.their_commitment.is_some() {
                    return self.attacked(Attack::OutOfOrder);
                }
                self.their_commitment = Some(*commitment);
                if self.is_committed { self.reveal() } else { Vec::new() }
            }
            VerificationMessage::Reveal { nonce } => {
                if !self.is_committed || self.their_commitment.is_none() || self.their_nonce.is_some() {
                    return self.attacked(Attack::OutOfOrder);
                }
                self.their_nonce = Some(*nonce);
                let theirs = self.session.seen_by_partner().commitment(*nonce);
                vec![Action::Digest(Purpose::Theirs, theirs)]
            }
            VerificationMessage::Statement { .. } => Vec::new(),
        }
    }

    /// The own number, once both have committed themselves.
    fn reveal(&self) -> Vec<Action> {
        match self.their_commitment {
            Some(_) => vec![Action::Say(VerificationMessage::Reveal { nonce: self.nonce })],
            None => Vec::new(),
        }
    }

    fn attacked(&mut self, attack: Attack) -> Vec<Action> {
        self.progress = Progress::Attacked(attack);
        Vec::new()
    }
}
