//! WebRTC negotiation with one peer, as a pure machine: no browser, no clock, no socket.
//!
//! [`Negotiation::handle`] takes what happened ([`Input`]) and returns what to do ([`Action`]); a driver in the browser performs the
//! actions on an `RTCPeerConnection` and reports how they went. It is the "perfect negotiation" of WebRTC 1.0 §10.7, made explicit and
//! carried over a socket that may lose what was sent while it was down.
//!
//! What it promises:
//! - Nothing is sent, and no description is made, before the machine is told that the peer is there.
//! - One description operation is in flight at a time, and what the peer says waits for it. So `makingOffer` and
//!   `isSettingRemoteAnswerPending` of §10.7 are "such an operation is in flight", and glare is judged on a settled signalling state.
//! - In glare the polite side rolls back (implicitly, in `setRemoteDescription`), the impolite side ignores the offer and the
//!   candidates that belong to it.
//! - Candidates are told apart by their ICE user name fragment (RFC 8839 §5.4): those before their description wait for it, those of
//!   an ignored or a superseded one are dropped.
//! - A connection that is built again raises the generation. Older signals are dropped, a newer one makes this side follow; both
//!   at once meet at the higher one. Late results and events of an older connection are ignored.
//! - Within a generation signals are numbered, acknowledged and kept until then, so the peer gets each once and in order. A lost one
//!   is sent again when either side says [`Input::Resumed`] or sees a gap.
//! - A failed operation or connection is answered by a new generation, the first at once, further ones when the driver's back-off
//!   has passed. There is no state in which the machine waits for nothing.
//!
//! How to drive it: keep one machine per peer and one `RTCPeerConnection` per generation, whose callbacks carry that generation.
//! Perform the actions in their order and without awaiting: the outcome of a promise comes back as an input of its own, and one that
//! does not settle is an [`Input::OperationFailed`]. Pass on signals of the peer's present incarnation only, and say
//! [`Input::PeerReplaced`] before those of a new one. When the own socket is back, say who is there, or [`Input::Resumed`].
//!
//! To add a payload, add it to [`SignalPayload`] and say in `machine.rs` what taking it means; numbering, loss and generations need no
//! thought.

mod candidates;
mod delivery;
mod interface;
mod machine;
mod signal;

#[cfg(test)]
mod tests;

pub use interface::{Action, Input, OperationId, RebuildCause, Role, SignalingState};
pub use machine::Negotiation;
pub use signal::{Candidate, Description, DescriptionKind, Signal, SignalPayload};
