//! What the driver and the machine say to each other.

use super::signal::{Candidate, Description, Signal};

/// Who yields in glare. The two sides of a pair have one each, for as long as the pair talks (WebRTC 1.0 §10.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Takes its own offer back when the peer offered too.
    Polite,
    /// Ignores the peer's offer when it offered itself.
    Impolite,
}

/// `RTCSignalingState` (WebRTC 1.0 §4.3.1), as it is after the last operation that was reported done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignalingState {
    /// No exchange of offer and answer is under way.
    #[default]
    Stable,
    /// The own offer is set and not yet answered.
    HaveLocalOffer,
    /// The peer's offer is set and not yet answered.
    HaveRemoteOffer,
}

/// Names an operation that the driver is asked for, so that its result finds it. Never used twice by one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperationId(pub(super) u64);

/// What happened. Events of a connection name its generation, results of an operation name the operation: both come late at times, and
/// are then ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The peer is there, or there again, as the incarnation that the machine knows (or as the first one).
    PeerPresent,
    /// The peer is there, but as a new incarnation (its page was loaded anew): nothing of what was agreed holds. From here on the
    /// driver passes on signals of the new one only.
    PeerReplaced,
    /// The peer cannot be reached through the socket. Media goes on; signals are kept until it is there again.
    PeerGone,
    /// The own socket is back: signals of both directions may have been lost. Harmless at any time, so also good for a watchdog.
    Resumed,
    /// A signal of the peer.
    Remote(Signal),
    /// `negotiationneeded` fired (WebRTC 1.0 §4.7.3).
    NegotiationNeeded {
        /// The connection's generation.
        generation: u32,
    },
    /// `icecandidate` fired (WebRTC 1.0 §4.8.2); `None` for its `null`, the end of candidates.
    LocalCandidate {
        /// The connection's generation.
        generation: u32,
        /// The candidate.
        candidate: Option<Candidate>,
    },
    /// `connectionState` became `connected` (WebRTC 1.0 §4.3.3).
    Connected {
        /// The connection's generation.
        generation: u32,
    },
    /// `connectionState` became `failed`, or the driver has given the connection up.
    ConnectionFailed {
        /// The connection's generation.
        generation: u32,
    },
    /// [`Action::SetLocalDescription`] succeeded; this is `pc.localDescription` now.
    LocalDescriptionSet {
        /// The operation.
        operation: OperationId,
        /// What was set.
        description: Description,
    },
    /// [`Action::SetRemoteDescription`] succeeded.
    RemoteDescriptionSet {
        /// The operation.
        operation: OperationId,
    },
    /// An operation's promise was rejected, or has not settled in reasonable time.
    OperationFailed {
        /// The operation.
        operation: OperationId,
    },
    /// New paths are wanted: the network changed, or the connection has been `disconnected` for long.
    RestartIce,
    /// The wait that [`Action::RetryLater`] asked for is over.
    Retry {
        /// The generation it named.
        generation: u32,
    },
}

/// What the driver has to do, in the order given, on its present connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Call `setLocalDescription()` without an argument: the browser makes the offer or answer that its state asks for (WebRTC 1.0
    /// §4.4.2). Report [`Input::LocalDescriptionSet`] or [`Input::OperationFailed`].
    SetLocalDescription {
        /// To be named in the report.
        operation: OperationId,
    },
    /// Call `setRemoteDescription`, which rolls an own offer back if need be. Report [`Input::RemoteDescriptionSet`] or
    /// [`Input::OperationFailed`].
    SetRemoteDescription {
        /// To be named in the report.
        operation: OperationId,
        /// The peer's description.
        description: Description,
    },
    /// Call `addIceCandidate`; `None` is `null`, the end of candidates. No report: a candidate that cannot be used is one path less.
    AddCandidate(Option<Candidate>),
    /// Call `restartIce()`. The browser asks for the negotiation by itself (WebRTC 1.0 §4.4.2).
    RestartIce,
    /// Close the connection and build a new one with the same tracks. Its events carry this generation.
    Rebuild {
        /// The new connection's generation.
        generation: u32,
        /// Why.
        cause: RebuildCause,
    },
    /// Wait (the longer, the higher the attempt), then say [`Input::Retry`] with this generation.
    RetryLater {
        /// To be named in the input.
        generation: u32,
        /// How many attempts have failed before, from 1.
        attempt: u32,
    },
    /// Send this to the peer, as far as the socket is up.
    Send(Signal),
}

/// Why a connection is replaced by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RebuildCause {
    /// The peer is a new incarnation.
    PeerReplaced,
    /// The peer has built a new connection.
    PeerRebuilt,
    /// The connection failed.
    ConnectionFailed,
    /// The browser refused an operation.
    OperationFailed,
}
