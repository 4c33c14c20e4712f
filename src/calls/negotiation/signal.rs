//! What two negotiating sides say to each other: the wire form inside a call's `signal` message.

use serde::{Deserialize, Serialize};

/// One message to the peer. The driver carries it as it is; whom it goes to is the envelope's business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Which connection of the pair this is about: raised by one with each `RTCPeerConnection` that replaces another.
    pub generation: u32,
    /// The number of this signal in its generation, from 1. A [`SignalPayload::Sync`] takes no number of its own and says the last one
    /// that was given out.
    pub sequence: u32,
    /// The number up to which the sender has got the peer's signals of this generation.
    pub received: u32,
    /// What is said.
    pub payload: SignalPayload,
}

/// What a signal says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SignalPayload {
    /// A session description that the sender has just set as its local one.
    Description(Description),
    /// A candidate of the sender, trickled after the description that its user name fragment is in (RFC 8838).
    Candidate(Candidate),
    /// The sender has no more candidates for this ICE session (RFC 8838 §13).
    EndOfCandidates {
        /// A user name fragment of that ICE session.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        username_fragment: Option<String>,
    },
    /// "This is where I stand": announces the generation and asks for every signal that `received` does not cover.
    Sync,
}

/// `RTCSessionDescription` (WebRTC 1.0 §4.6.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Offer or answer.
    pub kind: DescriptionKind,
    /// The SDP.
    pub sdp: String,
}

/// `RTCSdpType` (WebRTC 1.0 §4.6.1) as far as it is sent: provisional answers are not used, and a rollback concerns nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DescriptionKind {
    /// Proposes a session.
    Offer,
    /// Accepts the proposed one.
    Answer,
}

/// `RTCIceCandidateInit` (WebRTC 1.0 §4.8.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The candidate line, without `a=`.
    pub candidate: String,
    /// The media section it belongs to, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp_mid: Option<String>,
    /// The same by index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp_m_line_index: Option<u16>,
    /// The ICE session it belongs to. A sender whose browser does not tell may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username_fragment: Option<String>,
}

impl Description {
    /// The ICE user name fragments in it (RFC 8839 §5.4), each once.
    pub(super) fn username_fragments(&self) -> Vec<String> {
        let mut fragments = Vec::new();
        for fragment in self
            .sdp
            .lines()
            .filter_map(|line| line.trim_end().strip_prefix("a=ice-ufrag:"))
        {
            if !fragments.iter().any(|known| known == fragment) {
                fragments.push(fragment.to_owned());
            }
        }
        fragments
    }
}

impl Candidate {
    /// The ICE session it belongs to: as it says, else as some browsers write it into the line (after the word `ufrag`).
    pub(super) fn fragment(&self) -> Option<&str> {
        self.username_fragment
            .as_deref()
            .filter(|fragment| !fragment.is_empty())
            .or_else(|| {
                let mut words = self.candidate.split_ascii_whitespace();
                words.find(|word| *word == "ufrag")?;
                words.next()
            })
    }
}
