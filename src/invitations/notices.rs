//! What ringing leaves in people's lists of notifications.

use super::model::{InvitationId, Outcome};
use super::store::Invitation;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::matching::service::Partnership;
use crate::notifications::model::Notice;
use crate::notifications::service::{Entry, Reading};

/// Everything about one invitation is one line of each list.
fn subject(id: InvitationId) -> String {
    format!("call:{id}")
}

fn put(id: InvitationId, user: UserId, actor: UserId, notice: Notice, reading: Reading) -> Entry {
    Entry::Put {
        user,
        subject: subject(id),
        actor: Some(actor),
        notice,
        reading,
    }
}

/// It rings at the partner's until `expires_at`.
pub(super) fn rings(id: InvitationId, pair: &Partnership, message: &str, expires_at: Micros) -> Vec<Entry> {
    let notice = Notice::CallReceived {
        message: message.to_owned(),
    };
    let reading = Reading::Passing { until: expires_at };
    vec![put(id, pair.partner, pair.me, notice, reading)]
}

/// It never rang: the words that were sent along are kept as those of a missed call.
pub(super) fn never_rang(id: InvitationId, pair: &Partnership, message: &str) -> Vec<Entry> {
    let notice = Notice::CallMissed {
        message: message.to_owned(),
    };
    vec![put(id, pair.partner, pair.me, notice, Reading::Unread)]
}

/// It has ended.
pub(super) fn ends(invitation: &Invitation, outcome: Outcome) -> Vec<Entry> {
    let Invitation {
        id,
        caller_id: caller,
        callee_id: callee,
        ..
    } = *invitation;
    let message = || invitation.message.clone();
    // Who was not to be disturbed when it rang is not disturbed by its end either, though their quiet hours may be over by then.
    let reading = if invitation.is_silent {
        Reading::Quiet
    } else {
        Reading::Unread
    };
    let to_callee = |notice| put(id, callee, caller, notice, reading);
    let answered = || Entry::MarkRead {
        user: callee,
        subject: subject(id),
    };
    match outcome {
        // The caller is taken to the call: it needs no badge.
        Outcome::Accepted { room } => {
            let notice = Notice::CallAccepted { room: room.uuid() };
            vec![answered(), put(id, caller, callee, notice, Reading::Read)]
        }
        Outcome::Declined => vec![
            answered(),
            put(id, caller, callee, Notice::CallDeclined, Reading::Unread),
        ],
        Outcome::Cancelled => vec![to_callee(Notice::CallCancelled { message: message() })],
        Outcome::Missed | Outcome::Expired => vec![to_callee(Notice::CallMissed { message: message() })],
    }
}
