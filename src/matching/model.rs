//! The rules of matching, without I/O: what makes two people fit, and how well.

pub mod order;
pub mod score;

use serde::{Deserialize, Serialize};

use self::score::Fit;
use crate::accounts::model::PersonCard;
use crate::define_id;
use crate::kernel::error::Problem;
use crate::kernel::time::LocalTime;
use crate::profiles::hours::Stretch;
use crate::profiles::model::{PersonLanguage, Profile};
use crate::realtime::model::{Presence, Status};

define_id! {
    /// A request to become partners.
    RequestId
}

define_id! {
    /// The agreed pair.
    PartnershipId
}

define_id! {
    /// A pair's room: the name in the address, which cannot be guessed. Their calls take place in it, one at a time.
    RoomId
}

/// The longest message of a request, in characters.
pub const MESSAGE_MAX: usize = 500;
/// The longest word that is said along with a no, in characters.
pub const ANSWER_MAX: usize = 280;
/// The longest that is told of the end of a partnership, in characters.
pub const END_WORDS_MAX: usize = 500;
/// People on one page of results.
pub const PAGE: usize = 20;

/// What the search page asks for; empty fields ask for nothing. Stands in the address as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Filters {
    /// A language's code.
    pub speaks: String,
    /// A language's code.
    pub learns: String,
    /// A CEFR level: theirs, in what they learn.
    pub level: String,
    /// An interest, as typed or as a slug.
    pub interest: String,
    /// A part of a name.
    pub name: String,
    /// `on`: only people who are here now.
    pub online: String,
    /// Where the page starts, as the page before said.
    pub after: String,
}

impl Filters {
    /// Whether anything narrows the search.
    pub fn is_any(&self) -> bool {
        let Self {
            speaks,
            learns,
            level,
            interest,
            name,
            online,
            ..
        } = self;
        [speaks, learns, level, interest, name, online]
            .iter()
            .any(|field| !field.is_empty())
    }
}

/// Somebody who fits, on the search page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Who.
    pub person: PersonCard,
    /// The first words of "about me".
    pub bio: String,
    /// All languages.
    pub languages: Vec<PersonLanguage>,
    /// Why.
    pub reason: Fit,
    /// Whether they are here now.
    pub online: bool,
    /// Whether they have asked me already.
    pub has_asked: bool,
}

/// One page of results.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Suggestions {
    /// Who.
    pub items: Vec<Suggestion>,
    /// What [`Filters::after`] has to be for the next page; `None` on the last.
    pub next: Option<String>,
    /// How many fit in all; with the first page only.
    #[serde(default)]
    pub count: Option<Count>,
}

/// How many people fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// So many …
    pub number: u32,
    /// … or more: nobody counts all of very many.
    pub is_least: bool,
}

impl Count {
    /// Up to so many are counted.
    pub const MOST: u32 = 1_000;

    /// So many were counted, and there may be others where `is_cut`.
    pub fn of(number: usize, is_cut: bool) -> Self {
        let most = Self::MOST as usize;
        Self {
            number: u32::try_from(number.min(most)).unwrap_or(Self::MOST),
            is_least: is_cut || number > most,
        }
    }
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestStatus {
    /// Not answered.
    Pending,
    /// They are partners by it.
    Accepted,
    /// No.
    Declined,
    /// Taken back.
    Cancelled,
    /// Nobody answered for too long.
    Expired,
}

impl RequestStatus {
    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

/// Why a partnership was ended, as the one who ended it tells it: to nobody but us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// No time.
    Time,
    /// They found no hours, or the other one did not come.
    Meeting,
    /// The levels, or the languages, did not fit.
    Languages,
    /// The two had little to talk about.
    Talk,
    /// The other one was unkind, or wanted something else than to talk.
    Behaviour,
    /// Something else.
    Other,
}

impl EndReason {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 6] = [
        Self::Time,
        Self::Meeting,
        Self::Languages,
        Self::Talk,
        Self::Behaviour,
        Self::Other,
    ];

    /// The name in forms and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Meeting => "meeting",
            Self::Languages => "languages",
            Self::Talk => "talk",
            Self::Behaviour => "behaviour",
            Self::Other => "other",
        }
    }

    /// What a form says; nothing is no reason.
    ///
    /// # Errors
    /// [`Problem::Unknown`] for anything but the names.
    pub fn parse(raw: &str) -> Result<Option<Self>, Problem> {
        if raw.is_empty() {
            return Ok(None);
        }
        let found = Self::ALL.into_iter().find(|reason| reason.name() == raw);
        found.map(Some).ok_or(Problem::Unknown)
    }
}

/// An open request, as one of the two sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestView {
    /// The request.
    pub id: RequestId,
    /// The other person.
    pub person: PersonCard,
    /// Their languages.
    pub languages: Vec<PersonLanguage>,
    /// What was written along; may be empty.
    pub message: String,
    /// When, in the viewer's zone.
    pub at: LocalTime,
}

/// Everything on the requests page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// Waiting for my answer, newest first.
    pub incoming: Vec<RequestView>,
    /// Waiting for theirs, newest first.
    pub outgoing: Vec<RequestView>,
}

/// A partner, on the partners' pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerView {
    /// Who.
    pub person: PersonCard,
    /// Their languages.
    pub languages: Vec<PersonLanguage>,
    /// Since when.
    pub since: LocalTime,
    /// How they can be reached now.
    pub presence: Presence,
    /// When they were last here, if they are not and it is known.
    pub last_seen: Option<LocalTime>,
    /// What they say of themselves.
    #[serde(default)]
    pub status: Status,
    /// What the two practise, where their languages still fit; this and what follows on the page of one partner only.
    #[serde(default)]
    pub exchange: Option<Fit>,
    /// How much the two have talked.
    #[serde(default)]
    pub talked: Option<Talked>,
    /// When they talk next, if they have agreed on a time.
    #[serde(default)]
    pub next: Option<NextTalk>,
}

/// The next time at which two people have agreed to talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextTalk {
    /// When, by the reader's clock.
    pub at: LocalTime,
    /// How long, in minutes.
    pub minutes: u16,
}

/// How much two people have talked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talked {
    /// Calls in which both were there.
    pub calls: u64,
    /// How long these took together, in seconds; the one that goes on does not count yet.
    pub seconds: u64,
}

/// What stands between the viewer and a person, on the public profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is the viewer's own profile.
    Oneself,
    /// Partners.
    Partners,
    /// The viewer has asked.
    Asked,
    /// They have asked the viewer.
    HasAsked,
    /// They have said no to the viewer, too lately to be asked again.
    Declined,
    /// Nothing yet.
    Strangers,
    /// Nobody is signed in.
    SignedOut,
}

/// A public profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// Who.
    pub person: PersonCard,
    /// What they tell.
    pub profile: Profile,
    /// Whether they are here now.
    pub online: bool,
    /// What they say of themselves; to their partners only.
    #[serde(default)]
    pub status: Status,
    /// What stands between the two.
    pub standing: Standing,
    /// Why they fit the viewer, if they do.
    pub reason: Option<Fit>,
    /// When both have time in the coming week, by the viewer's clock; `None` where one of the two has not said when.
    #[serde(default)]
    pub in_common: Option<Vec<Stretch>>,
    /// Whether the viewer follows them; they do not know.
    #[serde(default)]
    pub is_followed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_one_name_each_and_read_it_back() {
        for reason in EndReason::ALL {
            assert_eq!(EndReason::parse(reason.name()), Ok(Some(reason)));
            assert_eq!(
                serde_json::to_string(&reason).unwrap(),
                format!("\"{}\"", reason.name())
            );
        }
        assert_eq!(EndReason::parse(""), Ok(None));
        assert_eq!(EndReason::parse("rain"), Err(Problem::Unknown));
    }
}
