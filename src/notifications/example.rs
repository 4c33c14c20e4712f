//! What tests of notifications begin with.

use uuid::Uuid;

use super::model::{Notice, Notification, NotificationId};
use crate::accounts::model::PersonCard;
use crate::kernel::id::UserId;
use crate::kernel::time::{LocalTime, Micros};

/// One of each kind, in the order of [`Kind::ALL`](super::model::Kind::ALL).
pub(super) fn notices() -> [Notice; 16] {
    let message = || "Tea?".to_owned();
    [
        Notice::CallReceived { message: message() },
        Notice::CallAccepted { room: Uuid::nil() },
        Notice::CallDeclined,
        Notice::CallCancelled { message: message() },
        Notice::CallMissed { message: message() },
        Notice::RequestReceived { message: message() },
        Notice::RequestAccepted,
        Notice::RequestDeclined { message: message() },
        Notice::RequestReminder { message: message() },
        Notice::PartnershipEnded,
        Notice::AppointmentProposed {
            when: when(),
            is_other_time: false,
        },
        Notice::AppointmentAnswered {
            when: when(),
            is_accepted: true,
        },
        Notice::AppointmentCancelled { when: when() },
        Notice::AppointmentSoon {
            when: when(),
            is_now: false,
        },
        Notice::NewSignIn {
            device: "Firefox, Linux".to_owned(),
        },
        Notice::DataReady,
    ]
}

/// An unread line of which Ben is the actor.
pub(super) fn line(notice: Notice) -> Notification {
    Notification {
        id: NotificationId::from_uuid(Uuid::nil()),
        seq: 1,
        subject: "call:1".to_owned(),
        actor: Some(PersonCard {
            id: UserId::from_uuid(Uuid::nil()),
            username: "ben".to_owned(),
            display_name: "Ben".to_owned(),
            hue: 1,
            picture: None,
        }),
        notice,
        at: when(),
        is_read: false,
    }
}

fn when() -> LocalTime {
    LocalTime {
        year: 2026,
        month: 5,
        day: 4,
        hour: 9,
        minute: 0,
        days_ago: 0,
        this_year: true,
        at: Micros(0),
    }
}
