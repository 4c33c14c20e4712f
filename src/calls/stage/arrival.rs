//! Whether media of the partner still come, read from the connection's statistics.
//!
//! The answer goes to the server with each heartbeat and keeps a partner whose socket is gone in the call. So it must turn to "no"
//! soon after the last packet: that packets came since the last heartbeat is not enough where the browser tells when the last one did.

/// How old the newest packet may be, in milliseconds. Sound sends fifty a second, so this is a long silence, and the heartbeat
/// after it still lets the server speak up within its five seconds.
const FRESH: f64 = 500.0;

/// The incoming media streams of one connection at one moment (`inbound-rtp` of webrtc-stats).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    /// `packetsReceived` of all streams together.
    pub packets: f64,
    /// The age of the newest packet in milliseconds, where the browser tells `lastPacketReceivedTimestamp`.
    pub newest: Option<f64>,
}

/// Whether media came between two looks at the same connection, and still do.
pub fn is_receiving(before: Sample, now: Sample) -> bool {
    now.packets > before.packets && now.newest.is_none_or(|age| age < FRESH)
}

/// Whether media come at the moment of the second look, which may be nearly that of the first.
pub fn is_heard(before: Sample, now: Sample) -> bool {
    now.newest.map_or(now.packets > before.packets, |age| age < FRESH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_have_to_come_and_to_be_fresh() {
        let sample = |packets, newest| Sample { packets, newest };
        assert!(is_receiving(sample(10.0, None), sample(20.0, None)));
        assert!(is_receiving(sample(10.0, Some(3.0)), sample(20.0, Some(20.0))));
        assert!(!is_receiving(sample(20.0, None), sample(20.0, None)));
        assert!(!is_receiving(sample(10.0, Some(3.0)), sample(20.0, Some(1_200.0))));
        assert!(!is_receiving(Sample::default(), Sample::default()));
    }

    #[test]
    fn a_second_look_at_the_same_moment_hears_what_the_first_one_heard() {
        let sample = |packets, newest| Sample { packets, newest };
        assert!(is_heard(sample(20.0, Some(3.0)), sample(20.0, Some(3.0))));
        assert!(!is_heard(sample(20.0, Some(3.0)), sample(20.0, Some(4_000.0))));
        assert!(is_heard(sample(20.0, None), sample(21.0, None)));
        assert!(!is_heard(sample(20.0, None), sample(20.0, None)));
    }
}
