//! The rules of matching, without I/O: what makes two people fit, and how well.

use serde::{Deserialize, Serialize};

use crate::accounts::model::PersonCard;
use crate::define_id;
use crate::kernel::paging::Page;
use crate::kernel::time::LocalTime;
use crate::profiles::interests::Interest;
use crate::profiles::model::{PersonLanguage, Profile, Role};
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
/// People on one page of results.
pub const PAGE: usize = 20;

/// Points for what the other speaks: a native speaker of what I learn.
pub const NATIVE_TEACHER: i64 = 60;
/// … or a fluent one.
pub const FLUENT_TEACHER: i64 = 45;
/// Points for what I can give: I am a native speaker of what the other learns.
pub const NATIVE_ME: i64 = 20;
/// … or a fluent one.
pub const FLUENT_ME: i64 = 15;
/// Points for each shared interest …
pub const SHARED_INTEREST: i64 = 5;
/// … up to this many.
pub const SHARED_INTERESTS_COUNTED: usize = 4;

/// Why two people fit, seen by one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What the other speaks and I learn.
    pub they_speak: PersonLanguage,
    /// What the other learns and I speak.
    pub they_learn: PersonLanguage,
    /// What both like to talk about.
    pub shared_interests: Vec<Interest>,
    /// 0 to 100.
    pub score: i64,
}

/// Why `they` fit `me`, by the best pair of languages; `None` if the exchange would not work in both directions.
pub fn reason(me: &Profile, they: &Profile) -> Option<Reason> {
    let gives = they
        .spoken()
        .filter(|theirs| me.learned().any(|mine| mine.language == theirs.language));
    let takes = they.learned().filter_map(|theirs| {
        me.spoken()
            .find(|mine| mine.language == theirs.language)
            .map(|mine| (theirs, mine.role))
    });
    let best_given = gives.max_by_key(|language| teacher_points(language.role))?;
    let (best_taken, my_role) = takes.max_by_key(|(_, role)| my_points(*role))?;
    let shared_interests: Vec<Interest> = they
        .interests
        .iter()
        .filter(|interest| me.interests.contains(interest))
        .cloned()
        .collect();
    let shared = shared_interests.len().min(SHARED_INTERESTS_COUNTED) as i64;
    Some(Reason {
        they_speak: *best_given,
        they_learn: *best_taken,
        score: teacher_points(best_given.role) + my_points(my_role) + shared * SHARED_INTEREST,
        shared_interests,
    })
}

const fn teacher_points(role: Role) -> i64 {
    match role {
        Role::Native => NATIVE_TEACHER,
        _ => FLUENT_TEACHER,
    }
}

const fn my_points(role: Role) -> i64 {
    match role {
        Role::Native => NATIVE_ME,
        _ => FLUENT_ME,
    }
}

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
    pub reason: Reason,
    /// Whether they are here now.
    pub online: bool,
    /// Whether they have asked me already.
    pub has_asked: bool,
}

/// One page of results.
pub type Suggestions = Page<Suggestion>;

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
    /// How much the two have talked; on the page of one partner only.
    #[serde(default)]
    pub talked: Option<Talked>,
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
    pub reason: Option<Reason>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::languages::LanguageCode;
    use crate::profiles::model::Level;

    fn profile(languages: &[(&str, Role, Option<Level>)], interests: &[&str]) -> Profile {
        Profile {
            bio: String::new(),
            languages: languages
                .iter()
                .map(|(code, role, level)| PersonLanguage {
                    language: LanguageCode::parse(code).unwrap(),
                    role: *role,
                    level: *level,
                })
                .collect(),
            interests: interests
                .iter()
                .map(|interest| Interest::parse(interest).unwrap())
                .collect(),
        }
    }

    #[test]
    fn a_fit_works_in_both_directions_or_not_at_all() {
        let ana = profile(
            &[("es", Role::Native, None), ("en", Role::Learning, Some(Level::B1))],
            &[],
        );
        let ben = profile(
            &[("en", Role::Native, None), ("es", Role::Learning, Some(Level::A2))],
            &[],
        );
        let tom = profile(
            &[("en", Role::Native, None), ("fr", Role::Learning, Some(Level::A2))],
            &[],
        );
        let fit = reason(&ana, &ben).unwrap();
        assert_eq!(
            (fit.they_speak.language.code(), fit.they_learn.language.code()),
            ("en", "es")
        );
        assert_eq!(fit.score, NATIVE_TEACHER + NATIVE_ME);
        assert!(reason(&ben, &ana).is_some());
        assert!(reason(&ana, &tom).is_none());
        assert!(reason(&tom, &ana).is_none());
        assert!(reason(&ana, &ana).is_none());
    }

    #[test]
    fn the_best_pair_of_languages_counts_and_shared_interests_add_up_to_a_limit() {
        let me = profile(
            &[
                ("es", Role::Fluent, Some(Level::C1)),
                ("de", Role::Native, None),
                ("en", Role::Learning, Some(Level::B1)),
                ("fr", Role::Learning, Some(Level::A1)),
            ],
            &["cooking", "films", "hiking", "music", "books", "dogs"],
        );
        let they = profile(
            &[
                ("en", Role::Fluent, Some(Level::C2)),
                ("fr", Role::Native, None),
                ("es", Role::Learning, Some(Level::B1)),
                ("de", Role::Learning, Some(Level::A1)),
            ],
            &["cooking", "films", "hiking", "music", "books"],
        );
        let fit = reason(&me, &they).unwrap();
        assert_eq!(
            (fit.they_speak.language.code(), fit.they_learn.language.code()),
            ("fr", "de")
        );
        assert_eq!(fit.shared_interests.len(), 5);
        assert_eq!(fit.score, 100);
    }
}
