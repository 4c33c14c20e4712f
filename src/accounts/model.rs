//! Accounts: names, addresses, the signed-in person, and how they want the interface.

use serde::{Deserialize, Serialize};

use super::status::{Availability, OwnMessage};
use crate::define_id;
use crate::kernel::error::Problem;
use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::text::single_line;
use crate::kernel::time::LocalTime;
use crate::realtime::model::{Presence, Status};

define_id! {
    /// One sign-in of one browser.
    SessionId
}

/// How many colours there are for people without a picture.
pub const HUES: u8 = 12;
/// The fewest characters of a password.
pub const PASSWORD_MIN: usize = 10;
/// The most: beyond it hashing would cost more than it protects.
pub const PASSWORD_MAX: usize = 200;
/// The longest display name, in characters.
pub const DISPLAY_NAME_MAX: usize = 60;

/// A username: 3 to 30 of letters, digits, `_` and `.`; "Ana" and "ana" are the same person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// Names that addresses of pages or the service itself need: they count as taken.
const RESERVED: [&str; 8] = [
    "admin",
    "administrator",
    "find",
    "help",
    "new",
    "root",
    "speakle",
    "support",
];

impl Username {
    /// # Errors
    /// What is wrong with it.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let name = single_line(raw, 1, usize::MAX)?;
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.') {
            Err(Problem::Characters)
        } else if name.len() < 3 {
            Err(Problem::TooShort { min: 3 })
        } else if name.len() > 30 {
            Err(Problem::TooLong { max: 30 })
        } else if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
            Err(Problem::Taken)
        } else {
            Ok(Self(name))
        }
    }

    /// As typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// An e-mail address, shown to its owner only.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Takes what looks like an address; whether it is one, only a mail to it tells.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let address = single_line(raw, 1, usize::MAX)?;
        // RFC 5321 §4.5.3.1.3.
        if address.len() > 254 {
            return Err(Problem::TooLong { max: 254 });
        }
        let Some((local, domain)) = address.rsplit_once('@') else {
            return Err(Problem::NotAnEmail);
        };
        let label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let fits = !local.is_empty()
            && local.len() <= 64
            && !local.contains(|c: char| c.is_whitespace() || c.is_control() || "@<>()[],;:\\\"".contains(c))
            && domain.contains('.')
            && domain.split('.').all(label);
        if fits {
            Ok(Self(address))
        } else {
            Err(Problem::NotAnEmail)
        }
    }

    /// As typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the device says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Every choice, in the order of the page.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The name in forms, cookies and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// # Errors
    /// [`Problem::Unknown`] for anything but the names.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Self::ALL
            .into_iter()
            .find(|theme| theme.name() == raw)
            .ok_or(Problem::Unknown)
    }
}

/// In which calls a person's network address is kept from the other, by sending picture and sound by way of a TURN server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HideAddress {
    /// Until the two have had a call with both of them there.
    #[default]
    UntilTalked,
    /// In all.
    Always,
    /// In none: where there is a direct way, it is taken.
    Never,
}

impl HideAddress {
    /// Every choice, in the order of the page.
    pub const ALL: [Self; 3] = [Self::UntilTalked, Self::Always, Self::Never];

    /// The name in forms and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UntilTalked => "until_talked",
            Self::Always => "always",
            Self::Never => "never",
        }
    }

    /// # Errors
    /// [`Problem::Unknown`] for anything but the names.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Self::ALL
            .into_iter()
            .find(|choice| choice.name() == raw)
            .ok_or(Problem::Unknown)
    }

    /// Whether it is to be hidden from somebody with whom there has been a call, or has not.
    pub const fn hides_from(self, have_talked: bool) -> bool {
        match self {
            Self::UntilTalked => !have_talked,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The choice of a person, with whether anything can be hidden at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressPrivacy {
    /// What they want.
    pub chosen: HideAddress,
    /// Whether there is a TURN server.
    pub is_possible: bool,
}

/// What others may see of a person's being here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visibility {
    /// Whether people who are no partners read "Online", in search and on the profile.
    pub show_online: bool,
    /// Who is invisible was last seen when they chose to, to everybody. Partners can call all the same.
    pub availability: Availability,
}

impl Visibility {
    /// Whether nobody is to know that they are here.
    pub const fn is_invisible(self) -> bool {
        matches!(self.availability, Availability::Invisible)
    }

    /// What partners see of somebody who can be reached like this.
    pub const fn to_partners(self, presence: Presence) -> Presence {
        if self.is_invisible() {
            Presence::Offline
        } else {
            presence
        }
    }

    /// What partners read beside it, where `message` is the one that is shown now, empty for none. Nothing of somebody who is not here, be
    /// they invisible or gone: the two are not to be told apart.
    pub fn status_to_partners(self, presence: Presence, message: String) -> Status {
        if self.to_partners(presence) == Presence::Offline {
            return Status::default();
        }
        Status {
            is_busy: self.availability == Availability::Busy,
            message: (!message.is_empty()).then_some(message),
        }
    }

    /// Whether people who are no partners see them online. Who is away or in a call is online to them.
    pub const fn to_others(self, presence: Presence) -> bool {
        self.show_online && !matches!(self.to_partners(presence), Presence::Offline)
    }
}

impl Default for Visibility {
    fn default() -> Self {
        Self {
            show_online: true,
            availability: Availability::Available,
        }
    }
}

/// The signed-in person, as every page knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Who.
    pub id: UserId,
    /// The username as typed.
    pub username: String,
    /// The name that others see.
    pub display_name: String,
    /// The colour of a person without a picture, 0 to [`HUES`] − 1.
    pub hue: u8,
    /// Their picture, if they have one.
    pub picture: Option<PictureId>,
    /// The chosen language of the interface; `None` follows the browser.
    pub locale: Option<String>,
    /// Light or dark.
    pub theme: Theme,
    /// The IANA time zone; `UTC` until one is known.
    pub time_zone: String,
    /// What others may see of them.
    pub visibility: Visibility,
    /// Whether they have to confirm their e-mail address before they ask, call or write to others.
    pub must_confirm_email: bool,
    /// What they say of themselves at the moment.
    pub message: Option<OwnMessage>,
}

impl Viewer {
    /// As others see them.
    pub fn card(&self) -> PersonCard {
        PersonCard {
            id: self.id,
            username: self.username.clone(),
            display_name: self.display_name.clone(),
            hue: self.hue,
            picture: self.picture,
        }
    }
}

/// Who is signed in, in context on both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentViewer(pub Option<Viewer>);

/// The session that a page belongs to, in context on both sides: so that the browser can tell one from the next. Its name is no secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionMark(pub Option<SessionId>);

/// What a person comes in with, and where they are signed in. Theirs alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The e-mail address, as typed.
    pub email: String,
    /// The username, as typed.
    pub username: String,
    /// Every session in force.
    pub sessions: Vec<SessionView>,
}

/// What the page "Confirm it is you" asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirming {
    /// There is a password to ask for.
    pub has_password: bool,
    /// A code of the second factor is asked for beside it.
    pub asks_code: bool,
    /// There is a passkey that shows as much.
    pub has_passkeys: bool,
    /// There is a Google account that does.
    pub has_google: bool,
    /// A link can be sent to their address: to who has no password, and whose address it is known to be.
    pub has_mail: bool,
    /// Nothing is: the sign-in is recent, and the person goes on to this address.
    pub go_on: Option<String>,
}

/// One of a person's sessions, as they read of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Its name, which is no secret.
    pub id: SessionId,
    /// Browser and system, as "Firefox, Linux"; empty if it did not say.
    pub device: String,
    /// The address that it was opened from.
    pub address: String,
    /// The one that asks.
    pub is_here: bool,
    /// A page is open there at this moment.
    pub is_active: bool,
    /// When it was opened.
    pub since: LocalTime,
    /// When it was used last, to the hour.
    pub last_used: LocalTime,
}

/// Another person as lists and dialogs show them: nothing in it is private. Of somebody who has gone both names are empty, and there is no
/// picture: [`names`](super::names) says what is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonCard {
    /// Who.
    pub id: UserId,
    /// The username, for addresses.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// The colour, 0 to [`HUES`] − 1.
    pub hue: u8,
    /// The picture, if they have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<PictureId>,
}

impl PersonCard {
    /// Whether the account is deleted, or is to be: there is nobody of that name.
    pub const fn is_gone(&self) -> bool {
        self.username.is_empty()
    }
}

/// The colour that belongs to a person: from the random end of the key, so that it never changes.
pub const fn hue(id: UserId) -> u8 {
    id.uuid().as_bytes()[15] % HUES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_plain_and_compare_without_case() {
        for name in ["ana", "Ana_B.9", &"x".repeat(30)] {
            assert_eq!(Username::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(
            Username::parse("ANA").unwrap().key(),
            Username::parse("ana").unwrap().key()
        );
        for (name, problem) in [
            ("", Problem::Required),
            ("an", Problem::TooShort { min: 3 }),
            ("ana b", Problem::Characters),
            ("аna", Problem::Characters),
            ("Find", Problem::Taken),
            ("<b>ana", Problem::Characters),
            (&"x".repeat(31), Problem::TooLong { max: 30 }),
        ] {
            assert_eq!(Username::parse(name), Err(problem), "{name:?}");
        }
    }

    #[test]
    fn who_sees_what_of_somebody_who_is_here() {
        let open = Visibility::default();
        let shy = Visibility {
            show_online: false,
            ..open
        };
        let invisible = Visibility {
            availability: Availability::Invisible,
            ..open
        };
        let busy = Visibility {
            availability: Availability::Busy,
            ..open
        };
        for presence in [Presence::Online, Presence::Away, Presence::InCall] {
            for (visibility, to_partners, to_others) in [
                (open, presence, true),
                (shy, presence, false),
                (invisible, Presence::Offline, false),
                (busy, presence, true),
            ] {
                assert_eq!(visibility.to_partners(presence), to_partners);
                assert_eq!(visibility.to_others(presence), to_others);
                let status = visibility.status_to_partners(presence, "Exams".to_owned());
                let is_here = to_partners != Presence::Offline;
                assert_eq!(status.message.is_some(), is_here);
                assert_eq!(status.is_busy, visibility == busy);
                assert_eq!(visibility.status_to_partners(presence, String::new()).message, None);
            }
        }
        assert!(!open.to_others(Presence::Offline));
        assert!(
            busy.status_to_partners(Presence::Offline, "Exams".to_owned())
                .is_nothing()
        );
    }

    #[test]
    fn an_address_is_hidden_as_chosen() {
        for (choice, before, after) in [
            (HideAddress::UntilTalked, true, false),
            (HideAddress::Always, true, true),
            (HideAddress::Never, false, false),
        ] {
            assert_eq!((choice.hides_from(false), choice.hides_from(true)), (before, after));
            assert_eq!(HideAddress::parse(choice.name()), Ok(choice));
        }
        assert_eq!(HideAddress::parse("sometimes"), Err(Problem::Unknown));
    }

    #[test]
    fn addresses_have_the_shape_of_addresses() {
        for address in ["ana@example.org", "a.b+c@mail.example.co.uk", "josé@ejemplo.es"] {
            assert!(Email::parse(address).is_ok(), "{address}");
        }
        for address in [
            "",
            "ana",
            "@example.org",
            "ana@",
            "ana@example",
            "ana@-x.org",
            "ana b@example.org",
            "ana@exa mple.org",
            "a@b..c",
            "<ana@example.org>",
        ] {
            assert!(Email::parse(address).is_err(), "{address}");
        }
        assert_eq!(
            Email::parse(&format!("a@{}.org", "x".repeat(260))),
            Err(Problem::TooLong { max: 254 })
        );
        assert!(!format!("{:?}", Email::parse("ana@example.org").unwrap()).contains("ana"));
    }
}
