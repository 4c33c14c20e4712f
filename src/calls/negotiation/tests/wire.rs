//! The wire form, to the letter.

use super::super::{Description, DescriptionKind, Signal, SignalPayload};
use super::by_hand::trickled;

#[test]
fn the_wire_form_is_as_the_protocol_page_says() {
    let payload = SignalPayload::Description(Description {
        kind: DescriptionKind::Offer,
        sdp: "v=0".to_owned(),
    });
    for (signal, json) in [
        (
            Signal {
                generation: 1,
                sequence: 2,
                received: 3,
                payload,
            },
            r#"{"generation":1,"sequence":2,"received":3,"payload":{"type":"description","kind":"offer","sdp":"v=0"}}"#,
        ),
        (
            Signal {
                generation: 0,
                sequence: 1,
                received: 0,
                payload: trickled(1, "f"),
            },
            concat!(
                r#"{"generation":0,"sequence":1,"received":0,"payload":{"type":"candidate","candidate":"candidate:1","#,
                r#""sdp_m_line_index":0,"username_fragment":"f"}}"#
            ),
        ),
        (
            Signal {
                generation: 0,
                sequence: 1,
                received: 0,
                payload: SignalPayload::EndOfCandidates {
                    username_fragment: None,
                },
            },
            r#"{"generation":0,"sequence":1,"received":0,"payload":{"type":"end_of_candidates"}}"#,
        ),
        (
            Signal {
                generation: 0,
                sequence: 0,
                received: 0,
                payload: SignalPayload::Sync,
            },
            r#"{"generation":0,"sequence":0,"received":0,"payload":{"type":"sync"}}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&signal).unwrap(), json);
        assert_eq!(serde_json::from_str::<Signal>(json).unwrap(), signal);
    }
    let newer = r#"{"generation":0,"sequence":0,"received":0,"new":1,"payload":{"type":"sync","new":1}}"#;
    assert!(
        serde_json::from_str::<Signal>(newer).is_ok(),
        "unknown fields are tolerated"
    );
}
