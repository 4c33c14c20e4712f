//! What the page shows of whether nobody stands in between, and what the person has said about it.

use leptos::prelude::*;

use crate::calls::verification::fingerprints::Fingerprints;
use crate::calls::verification::session::Session;
use crate::calls::verification::statement::Signature;
use crate::calls::verification::words::COUNT;

/// The words, as far as there are any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WordsShown {
    /// There is no connection, or not both have said everything.
    #[default]
    Waiting,
    /// They are there.
    Words {
        /// In the order in which they are read.
        words: [&'static str; COUNT],
        /// What this person says of them.
        verdict: Verdict,
    },
    /// None have come, though there was time: somebody may be holding them back.
    Absent,
    /// Somebody else has spoken.
    Attacked,
}

impl WordsShown {
    /// Whether somebody in between was found out by them.
    pub const fn is_alarming(self) -> bool {
        matches!(
            self,
            Self::Attacked
                | Self::Words {
                    verdict: Verdict::Differ,
                    ..
                }
        )
    }
}

/// What somebody says of the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing yet.
    Open,
    /// Nothing yet; those of an earlier connection of this call were the same.
    Renewed,
    /// "They match".
    Match,
    /// "They differ".
    Differ,
}

/// What the page shows.
#[derive(Clone, Copy, Debug)]
pub struct Verification {
    /// The words.
    pub words: RwSignal<WordsShown>,
    /// The partner's signature.
    pub signature: RwSignal<Signature>,
    /// Whether somebody in between was found out over an earlier connection of this call: who was there has heard what was said, and may come back.
    pub was_found_out: RwSignal<bool>,
    /// Whether the panel is open.
    pub is_open: RwSignal<bool>,
}

impl Verification {
    /// As the server renders it.
    pub fn new() -> Self {
        Self {
            words: RwSignal::new(WordsShown::Waiting),
            signature: RwSignal::new(Signature::Waiting),
            was_found_out: RwSignal::new(false),
            is_open: RwSignal::new(false),
        }
    }

    /// Whether somebody in between has been found out in this call. Not tracked.
    pub fn is_found_out(&self) -> bool {
        self.was_found_out.try_get_untracked() == Some(true)
            || self.words.try_get_untracked().is_some_and(WordsShown::is_alarming)
            || self.signature.try_get_untracked() == Some(Signature::Forged)
    }
}

impl Default for Verification {
    fn default() -> Self {
        Self::new()
    }
}

/// What a person has agreed to in a call. It holds for the certificates of one connection: a connection that is built anew has others, and words of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    agreed: Option<[Fingerprints; 2]>,
    was_agreed: bool,
}

impl Agreement {
    /// `was_agreed`: to an earlier connection, before the page was loaded anew.
    pub const fn new(was_agreed: bool) -> Self {
        Self {
            agreed: None,
            was_agreed,
        }
    }

    /// What to say of the words of a connection.
    pub fn verdict(&self, session: &Session) -> Verdict {
        match &self.agreed {
            Some(agreed) if *agreed == of(session) => Verdict::Match,
            None if !self.was_agreed => Verdict::Open,
            _ => Verdict::Renewed,
        }
    }

    /// "They match".
    pub fn agree(&mut self, session: &Session) {
        self.agreed = Some(of(session));
        self.was_agreed = true;
    }

    /// "They differ": nothing is agreed to any more.
    pub fn differ(&mut self) {
        self.agreed = None;
    }
}

fn of(session: &Session) -> [Fingerprints; 2] {
    [session.mine.fingerprints.clone(), session.theirs.fingerprints.clone()]
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::calls::model::{CallId, SeatId};
    use crate::calls::verification::session::Side;

    fn session(mine: &str, theirs: &str) -> Session {
        let side = |seat, certificate: &str| Side {
            seat: SeatId::from_uuid(Uuid::from_u128(seat)),
            fingerprints: Fingerprints::of_sdp(&format!("a=fingerprint:sha-256 {certificate}")).unwrap(),
        };
        Session {
            call: CallId::from_uuid(Uuid::from_u128(9)),
            mine: side(1, mine),
            theirs: side(2, theirs),
        }
    }

    #[test]
    fn an_agreement_holds_for_its_certificates_and_no_others() {
        let mut agreement = Agreement::default();
        assert_eq!(agreement.verdict(&session("AA", "BB")), Verdict::Open);
        agreement.agree(&session("AA", "BB"));
        assert_eq!(
            agreement.verdict(&session("AA", "BB")),
            Verdict::Match,
            "another ICE session, the same certificates"
        );
        for other in [session("AA", "CC"), session("CC", "BB"), session("BB", "AA")] {
            assert_eq!(agreement.verdict(&other), Verdict::Renewed);
        }
        agreement.agree(&session("AA", "CC"));
        assert_eq!(agreement.verdict(&session("AA", "CC")), Verdict::Match);
        assert_eq!(agreement.verdict(&session("AA", "BB")), Verdict::Renewed);
    }

    #[test]
    fn words_that_differed_agree_to_nothing_and_a_reload_forgets_no_agreement() {
        let mut agreement = Agreement::default();
        agreement.differ();
        assert_eq!(agreement.verdict(&session("AA", "BB")), Verdict::Open);
        agreement.agree(&session("AA", "BB"));
        agreement.differ();
        assert_eq!(agreement.verdict(&session("AA", "BB")), Verdict::Renewed);
        assert_eq!(Agreement::new(true).verdict(&session("AA", "BB")), Verdict::Renewed);
    }
}
