//! The whole socket protocol on one page: what a browser may send, and what the server sends.
//!
//! A frame is a JSON object with one key, the feature; its value is the feature's message, told apart by `type`. docs/protocol.md
//! describes it for clients of another make.

use serde::{Deserialize, Serialize};

use crate::accounts::wire::AccountNews;
use crate::appointments::wire::AppointmentNews;
use crate::calls::wire::{CallCommand, CallNews};
use crate::invitations::wire::{InvitationCommand, InvitationNews};
use crate::matching::wire::MatchingNews;
use crate::messages::wire::MessageNews;
use crate::notifications::wire::{NotificationCommand, NotificationNews};
use crate::realtime::wire::{SocketCommand, SocketNews};

/// Everything that a browser may send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientMessage {
    /// About the socket itself.
    Realtime(SocketCommand),
    /// Each person's list of notifications.
    Notifications(NotificationCommand),
    /// Ringing.
    Invitations(InvitationCommand),
    /// Calls.
    Calls(CallCommand),
}

/// Everything that the server sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerMessage {
    /// About the socket itself, and presence.
    Realtime(SocketNews),
    /// Each person's own account.
    Accounts(AccountNews),
    /// Each person's list of notifications.
    Notifications(NotificationNews),
    /// Requests and partnerships.
    Matching(MatchingNews),
    /// Agreed times to talk.
    Appointments(AppointmentNews),
    /// What people write to each other.
    Messages(MessageNews),
    /// Ringing.
    Invitations(InvitationNews),
    /// Calls.
    Calls(CallNews),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::wire::{ClientWire, ServerWire, encode};

    /// Services and pages write frames by their feature's name; this enum must read them.
    #[test]
    fn features_names_are_the_enums() {
        fn reads<M: ServerWire>(message: &M) {
            let frame = encode(M::FEATURE, message).unwrap();
            serde_json::from_str::<ServerMessage>(&frame).unwrap_or_else(|error| panic!("{frame}: {error}"));
        }
        reads(&SocketNews::Heartbeat);
        reads(&AccountNews::SessionsChanged);
        reads(&AccountNews::EmailConfirmed);
        reads(&AccountNews::EmailChanged);
        reads(&AccountNews::Status {
            status: Default::default(),
        });
        reads(&MatchingNews::Waiting { requests: 3 });
        reads(&AppointmentNews::Changed);
        reads(&MessageNews::Read {
            conversation: "0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5e".parse().unwrap(),
            up_to: 7,
        });
        reads(&InvitationNews::Snapshot {
            settled: Vec::new(),
            incoming: Vec::new(),
            outgoing: Vec::new(),
        });
        let call = "0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5e";
        let leave = format!(r#"{{"calls":{{"type":"leave","call":"{call}","seat":"{call}","unknown":1}}}}"#);
        let message: ClientMessage = serde_json::from_str(&leave).unwrap();
        let ClientMessage::Calls(command) = &message else {
            panic!("{message:?}")
        };
        let frame = encode(CallCommand::FEATURE, command).unwrap();
        assert_eq!(serde_json::from_str::<ClientMessage>(&frame).unwrap(), message);
        let frame = encode(
            InvitationCommand::FEATURE,
            &InvitationCommand::Reached {
                id: call.parse().unwrap(),
            },
        )
        .unwrap();
        assert!(matches!(
            serde_json::from_str(&frame),
            Ok(ClientMessage::Invitations(_))
        ));
    }

    #[test]
    fn what_nobody_knows_is_refused_and_never_panics() {
        for frame in [
            "",
            "{",
            "null",
            "[]",
            r#"{"calls":{}}"#,
            r#"{"calls":{"type":"join"}}"#,
            r#"{"weather":{"type":"rain"}}"#,
            r#"{"calls":[]}"#,
        ] {
            assert!(serde_json::from_str::<ClientMessage>(frame).is_err(), "{frame}");
        }
    }
}
