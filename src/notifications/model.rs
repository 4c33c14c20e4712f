//! Notifications: what can happen to a person that they must not miss, and how they want to hear of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::accounts::model::PersonCard;
use crate::define_id;
use crate::kernel::error::Problem;
use crate::kernel::time::LocalTime;

define_id! {
    /// A line of a person's list. It keeps its id when something later happens to the same subject.
    NotificationId
}

define_id! {
    /// One life of a person's log: numbers of different epochs cannot be compared.
    Epoch
}

impl Epoch {
    /// The epoch of a log before anybody has drawn another one. So a person to whom nothing has happened yet has a log to follow, without a
    /// row for it.
    pub const fn first_of(user: crate::kernel::id::UserId) -> Self {
        Self(user.uuid())
    }
}

/// Notifications on one page of the list.
pub const PAGE: usize = 30;
/// How many a [`NotificationNews::Snapshot`](super::wire::NotificationNews::Snapshot) brings, and a client keeps at hand.
pub const LATEST: usize = 20;
/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// What kind of thing happened. Settings are kept by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody calls.
    CallReceived,
    /// A call of one's own was answered.
    CallAccepted,
    /// A call of one's own was declined.
    CallDeclined,
    /// Who called gave up.
    CallCancelled,
    /// A call that nobody answered.
    CallMissed,
    /// Somebody would like to be partners.
    RequestReceived,
    /// A request of one's own was accepted.
    RequestAccepted,
    /// A request of one's own was declined, with some words.
    RequestDeclined,
    /// A request still waits for an answer.
    RequestReminder,
    /// A partner has ended the partnership.
    PartnershipEnded,
    /// A partner proposes a time to talk.
    AppointmentProposed,
    /// A partner has answered such a proposal.
    AppointmentAnswered,
    /// A partner has taken an appointment back.
    AppointmentCancelled,
    /// An appointment is near.
    AppointmentSoon,
    /// Somebody signed in to the account from a device that it was not used on before.
    NewSignIn,
    /// The archive of one's own data can be fetched.
    DataReady,
}

impl Kind {
    /// Every kind, in the order of the settings page.
    pub const ALL: [Self; 16] = [
        Self::CallReceived,
        Self::CallAccepted,
        Self::CallDeclined,
        Self::CallCancelled,
        Self::CallMissed,
        Self::RequestReceived,
        Self::RequestAccepted,
        Self::RequestDeclined,
        Self::RequestReminder,
        Self::PartnershipEnded,
        Self::AppointmentProposed,
        Self::AppointmentAnswered,
        Self::AppointmentCancelled,
        Self::AppointmentSoon,
        Self::NewSignIn,
        Self::DataReady,
    ];

    /// The name in forms and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CallReceived => "call_received",
            Self::CallAccepted => "call_accepted",
            Self::CallDeclined => "call_declined",
            Self::CallCancelled => "call_cancelled",
            Self::CallMissed => "call_missed",
            Self::RequestReceived => "request_received",
            Self::RequestAccepted => "request_accepted",
            Self::RequestDeclined => "request_declined",
            Self::RequestReminder => "request_reminder",
            Self::PartnershipEnded => "partnership_ended",
            Self::AppointmentProposed => "appointment_proposed",
            Self::AppointmentAnswered => "appointment_answered",
            Self::AppointmentCancelled => "appointment_cancelled",
            Self::AppointmentSoon => "appointment_soon",
            Self::NewSignIn => "new_sign_in",
            Self::DataReady => "data_ready",
        }
    }

    /// # Errors
    /// [`Problem::Unknown`] for anything but the names.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == raw)
            .ok_or(Problem::Unknown)
    }

    /// Whether it goes on for a time and then passes by itself, as a call that rings. Whoever was told of it by a push is told of its end as
    /// well, whatever they have chosen: nothing may ring on where nobody can answer any more.
    pub const fn passes(self) -> bool {
        matches!(self, Self::CallReceived)
    }

    /// Where it is told to somebody who has not chosen.
    pub const fn default_channels(self) -> Channels {
        Channels {
            in_app: true,
            // The caller looks at the call itself, and hears its end from the page.
            desktop: !matches!(self, Self::CallAccepted | Self::CallDeclined),
            sound: matches!(self, Self::CallReceived | Self::AppointmentSoon),
            email: matches!(
                self,
                Self::AppointmentProposed
                    | Self::AppointmentAnswered
                    | Self::AppointmentCancelled
                    | Self::AppointmentSoon
                    | Self::NewSignIn
                    | Self::DataReady
            ),
        }
    }
}

/// What happened, with what there is to say of it. Serialised as the row's body; `kind` tells which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    /// Somebody calls. Subject `call:{invitation}`.
    CallReceived {
        /// What was written along; may be empty.
        message: String,
    },
    /// A call of one's own was answered. Subject `call:{invitation}`.
    CallAccepted {
        /// The pair's room.
        room: Uuid,
    },
    /// A call of one's own was declined. Subject `call:{invitation}`.
    CallDeclined,
    /// Who called gave up. Subject `call:{invitation}`.
    CallCancelled {
        /// What was written along; may be empty.
        message: String,
    },
    /// A call that nobody answered, that reached nobody, or that was not to disturb. Subject `call:{invitation}`.
    CallMissed {
        /// What was written along; may be empty.
        message: String,
    },
    /// Somebody would like to be partners. Subject `request:{request}`.
    RequestReceived {
        /// What was written along; may be empty.
        message: String,
    },
    /// A request of one's own was accepted. Subject `request:{request}`.
    RequestAccepted,
    /// A request of one's own was declined, with some words. Subject `request:{request}`.
    RequestDeclined {
        /// What was said along with the no.
        message: String,
    },
    /// A request still waits for an answer. Subject `request:{request}`.
    RequestReminder {
        /// What was written along; may be empty.
        message: String,
    },
    /// A partner has ended the partnership. Subject `partnership:{partnership}`.
    PartnershipEnded,
    /// A partner proposes a time to talk, or another one. Subject `appointment:{appointment}`, as of all four of them.
    AppointmentProposed {
        /// When it would begin, by the reader's clock.
        when: LocalTime,
        /// Whether it is another time for what was proposed or agreed on before.
        is_other_time: bool,
    },
    /// A partner has said yes or no.
    AppointmentAnswered {
        /// To what.
        when: LocalTime,
        /// Which of the two.
        is_accepted: bool,
    },
    /// A partner has taken an appointment back.
    AppointmentCancelled {
        /// When it would have begun.
        when: LocalTime,
    },
    /// An appointment is near.
    AppointmentSoon {
        /// When it begins.
        when: LocalTime,
        /// Whether it does within minutes.
        is_now: bool,
    },
    /// A sign-in from a device that the account was not used on before. Subject `session:{session}`.
    NewSignIn {
        /// Browser and system, as "Firefox, Linux"; empty if the device did not say.
        device: String,
    },
    /// The archive of one's own data can be fetched. Subject `data:{archive}`.
    DataReady,
}

impl Notice {
    /// What kind of thing it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::CallReceived { .. } => Kind::CallReceived,
            Self::CallAccepted { .. } => Kind::CallAccepted,
            Self::CallDeclined => Kind::CallDeclined,
            Self::CallCancelled { .. } => Kind::CallCancelled,
            Self::CallMissed { .. } => Kind::CallMissed,
            Self::RequestReceived { .. } => Kind::RequestReceived,
            Self::RequestAccepted => Kind::RequestAccepted,
            Self::RequestDeclined { .. } => Kind::RequestDeclined,
            Self::RequestReminder { .. } => Kind::RequestReminder,
            Self::PartnershipEnded => Kind::PartnershipEnded,
            Self::AppointmentProposed { .. } => Kind::AppointmentProposed,
            Self::AppointmentAnswered { .. } => Kind::AppointmentAnswered,
            Self::AppointmentCancelled { .. } => Kind::AppointmentCancelled,
            Self::AppointmentSoon { .. } => Kind::AppointmentSoon,
            Self::NewSignIn { .. } => Kind::NewSignIn,
            Self::DataReady => Kind::DataReady,
        }
    }
}

/// A line of a person's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its name; stays when something later happens to the same subject.
    pub id: NotificationId,
    /// The number of its last put in the person's log; the list is ordered by it.
    pub seq: u64,
    /// What it is about, as `call:{invitation}`: one line per subject.
    pub subject: String,
    /// Who did it, with their name of today; `None` when nobody else had a part in it.
    pub actor: Option<PersonCard>,
    /// What happened last.
    pub notice: Notice,
    /// When, in the reader's zone.
    pub at: LocalTime,
    /// Whether it counts no more.
    pub is_read: bool,
}

/// How far a person's log is at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The life of the log.
    pub epoch: Epoch,
    /// The last number so far.
    pub last: u64,
    /// How many lines are unread.
    pub unread: u32,
}

impl Head {
    /// The head of a log before anything has happened.
    pub const fn of_nothing(epoch: Epoch) -> Self {
        Self {
            epoch,
            last: 0,
            unread: 0,
        }
    }
}

/// A change of a person's list. The numbers of a log have no gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its number in the person's log, from 1.
    pub seq: u64,
    /// What changed.
    pub what: What,
}

/// What changed in a person's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What {
    /// A line is new, or says something else now: it stands on top.
    Put {
        /// The line.
        notification: Notification,
    },
    /// Something happened of which a later change tells, or that is gone: nothing to show.
    Passed,
    /// A line was read.
    Read {
        /// Which.
        id: NotificationId,
    },
    /// Every line was read whose number is not above `up_to`.
    ReadAll {
        /// The last number that counts as read.
        up_to: u64,
    },
}

/// Where a kind of notification is told beside the list, which holds all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channels {
    /// In an open page, as a toast.
    pub in_app: bool,
    /// By the system, while no page is looked at.
    pub desktop: bool,
    /// With a sound.
    pub sound: bool,
    /// By e-mail.
    pub email: bool,
}

/// How one kind is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindSetting {
    /// The kind.
    pub kind: Kind,
    /// Where it is told.
    pub channels: Channels,
}

/// Hours in which nothing rings and nothing sounds, on the clock of the person's wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// Whether they are kept.
    pub is_on: bool,
    /// When they begin, in minutes since midnight.
    pub from_minute: u16,
    /// When they end, in minutes since midnight; before the beginning if midnight lies between, and all day if it is the same.
    pub to_minute: u16,
}

impl Default for QuietHours {
    fn default() -> Self {
        Self {
            is_on: false,
            from_minute: 22 * 60,
            to_minute: 7 * 60,
        }
    }
}

impl QuietHours {
    /// Whether they are kept at this minute of the person's day.
    pub const fn hold_at(self, minute: u16) -> bool {
        let Self {
            from_minute: from,
            to_minute: to,
            ..
        } = self;
        self.is_on
            && if from < to {
                from <= minute && minute < to
            } else {
                from <= minute || minute < to
            }
    }
}

/// How a person wants to hear of things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Every kind once, in the order of [`Kind::ALL`].
    pub kinds: Vec<KindSetting>,
    /// When not to disturb.
    pub quiet: QuietHours,
    /// Not to disturb now, whatever the hour: the person is busy.
    #[serde(default)]
    pub is_busy: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let setting = |kind: Kind| KindSetting {
            kind,
            channels: kind.default_channels(),
        };
        Self {
            kinds: Kind::ALL.map(setting).into(),
            quiet: QuietHours::default(),
            is_busy: false,
        }
    }
}

impl Settings {
    /// Where `kind` is told.
    pub fn of(&self, kind: Kind) -> Channels {
        self.kinds
            .iter()
            .find(|setting| setting.kind == kind)
            .map_or(kind.default_channels(), |setting| setting.channels)
    }
}

/// A time of day as `<input type="time">` writes it, `22:30`; in minutes since midnight.
///
/// # Errors
/// [`Problem::Required`], and [`Problem::Unknown`] for what is no time.
pub fn parse_minute(raw: &str) -> Result<u16, Problem> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Err(Problem::Required);
    }
    // Some browsers send seconds along.
    let mut parts = raw.split(':');
    let mut number = |below: u16| {
        let part = parts
            .next()
            .filter(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        part.parse::<u16>().ok().filter(|number| *number < below)
    };
    match (number(24), number(60)) {
        (Some(hour), Some(minute)) => Ok(hour * 60 + minute),
        _ => Err(Problem::Unknown),
    }
}

/// The other way round.
pub fn show_minute(minute: u16) -> String {
    let minute = minute % DAY;
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::example::notices;

    #[test]
    fn kinds_have_one_name_each_and_read_it_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.name()), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.name()));
        }
        assert_eq!(Kind::parse("rain"), Err(Problem::Unknown));
    }

    #[test]
    fn a_notice_is_tagged_with_the_name_of_its_kind() {
        let all = notices();
        assert_eq!(all.each_ref().map(Notice::kind), Kind::ALL);
        for notice in all {
            let json = serde_json::to_value(&notice).unwrap();
            assert_eq!(json["kind"], notice.kind().name());
            assert_eq!(serde_json::from_value::<Notice>(json).unwrap(), notice);
        }
    }

    #[test]
    fn quiet_hours_pass_midnight_and_begin_and_end_on_the_minute() {
        let hours = |from_minute, to_minute| QuietHours {
            is_on: true,
            from_minute,
            to_minute,
        };
        let night = hours(22 * 60, 7 * 60);
        for (minute, holds) in [
            (0, true),
            (419, true),
            (420, false),
            (720, false),
            (1_319, false),
            (1_320, true),
            (1_439, true),
        ] {
            assert_eq!(night.hold_at(minute), holds, "{minute}");
            assert!(!QuietHours { is_on: false, ..night }.hold_at(minute));
        }
        let noon = hours(720, 780);
        assert_eq!(
            [719, 720, 779, 780].map(|minute| noon.hold_at(minute)),
            [false, true, true, false]
        );
        assert!((0..DAY).all(|minute| hours(300, 300).hold_at(minute)));
    }

    #[test]
    fn times_of_day_read_as_browsers_write_them() {
        for (raw, minute) in [("00:00", 0), ("07:05", 425), ("23:59", 1_439), (" 22:30:00 ", 1_350)] {
            assert_eq!(parse_minute(raw), Ok(minute), "{raw}");
        }
        for raw in ["24:00", "7:00", "12:60", "-1:00", "12", "12:", "ab:cd", "+1:00"] {
            assert_eq!(parse_minute(raw), Err(Problem::Unknown), "{raw}");
        }
        assert_eq!(parse_minute(" "), Err(Problem::Required));
        assert!((0..DAY).all(|minute| parse_minute(&show_minute(minute)) == Ok(minute)));
    }
}
