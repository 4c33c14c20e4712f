//! What somebody thinks of a call: stars, tags from a list, and a note. Nobody else ever reads it.

use serde::{Deserialize, Serialize};

use crate::kernel::error::Problem;
use crate::kernel::text::multi_line;

/// The most stars.
pub const STARS: u8 = 5;
/// The longest note, in characters.
pub const NOTE_MAX: usize = 1_000;

/// What may be said of a call in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// They talked well.
    GreatConversation,
    /// Something was learned.
    LearnedSomething,
    /// Both languages had their turn.
    GoodBalance,
    /// Good to hear.
    GoodSound,
    /// Good to see.
    GoodPicture,
    /// Too fast, too difficult, too quiet.
    HardToUnderstand,
    /// The picture stood still.
    PictureFroze,
    /// The sound broke off.
    SoundBrokeUp,
    /// One's own voice came back.
    Echo,
    /// The other one was not as they should be.
    UneasyCompany,
}

impl Tag {
    /// All, in the order of the form.
    pub const ALL: [Self; 10] = [
        Self::GreatConversation,
        Self::LearnedSomething,
        Self::GoodBalance,
        Self::GoodSound,
        Self::GoodPicture,
        Self::HardToUnderstand,
        Self::PictureFroze,
        Self::SoundBrokeUp,
        Self::Echo,
        Self::UneasyCompany,
    ];

    /// The name in forms and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GreatConversation => "great_conversation",
            Self::LearnedSomething => "learned_something",
            Self::GoodBalance => "good_balance",
            Self::GoodSound => "good_sound",
            Self::GoodPicture => "good_picture",
            Self::HardToUnderstand => "hard_to_understand",
            Self::PictureFroze => "picture_froze",
            Self::SoundBrokeUp => "sound_broke_up",
            Self::Echo => "echo",
            Self::UneasyCompany => "uneasy_company",
        }
    }
}

/// What somebody said of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// 1 to 5.
    pub stars: u8,
    /// What fits, in the order of [`Tag::ALL`].
    pub tags: Vec<Tag>,
    /// In words; may be empty.
    pub note: String,
}

/// The number of stars that was chosen.
///
/// # Errors
/// [`Problem::Required`] when none was, [`Problem::Unknown`] for anything but 1 to 5.
pub fn parse_stars(raw: &str) -> Result<u8, Problem> {
    if raw.is_empty() {
        return Err(Problem::Required);
    }
    let stars = raw.parse().map_err(|_| Problem::Unknown)?;
    (1..=STARS).contains(&stars).then_some(stars).ok_or(Problem::Unknown)
}

/// The tags that were ticked, each once.
///
/// # Errors
/// [`Problem::Unknown`] for a name that no tag has.
pub fn parse_tags(raw: &[String]) -> Result<Vec<Tag>, Problem> {
    let is_known = |name: &String| Tag::ALL.iter().any(|tag| tag.name() == name);
    if !raw.iter().all(is_known) {
        return Err(Problem::Unknown);
    }
    Ok(known_tags(raw))
}

/// The tags of these names, each once; a name that no tag has is passed over.
pub fn known_tags(names: &[String]) -> Vec<Tag> {
    let is_named = |tag: &Tag| names.iter().any(|name| name == tag.name());
    Tag::ALL.into_iter().filter(is_named).collect()
}

/// The note.
///
/// # Errors
/// [`Problem::TooLong`].
pub fn parse_note(raw: &str) -> Result<String, Problem> {
    multi_line(raw, 0, NOTE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_one_to_five() {
        assert_eq!(parse_stars("1"), Ok(1));
        assert_eq!(parse_stars("5"), Ok(5));
        assert_eq!(parse_stars(""), Err(Problem::Required));
        for wrong in ["0", "6", "-1", "3.5", "three", "999999", " 3"] {
            assert_eq!(parse_stars(wrong), Err(Problem::Unknown), "{wrong}");
        }
    }

    #[test]
    fn tags_are_taken_once_and_in_the_order_of_the_form() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            parse_tags(&names(&["echo", "good_sound", "echo"])),
            Ok(vec![Tag::GoodSound, Tag::Echo])
        );
        assert_eq!(parse_tags(&[]), Ok(vec![]));
        assert_eq!(parse_tags(&names(&["echo", "Echo"])), Err(Problem::Unknown));
        for tag in Tag::ALL {
            assert_eq!(serde_json::to_string(&tag).unwrap(), format!("\"{}\"", tag.name()));
        }
    }

    #[test]
    fn a_note_keeps_its_lines_and_has_an_end() {
        assert_eq!(parse_note(" a\r\nb ").as_deref(), Ok("a\nb"));
        assert_eq!(
            parse_note(&"x".repeat(NOTE_MAX + 1)),
            Err(Problem::TooLong { max: NOTE_MAX })
        );
    }
}
