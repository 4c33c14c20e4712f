//! How much of a profile is there, and what would help next.

use serde::{Deserialize, Serialize};

/// A part of a profile that others find a person by, or read before they ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What one speaks and learns. There from the beginning.
    Languages,
    /// What one likes.
    Interests,
    /// When one has time.
    Hours,
    /// A few words about oneself.
    Bio,
    /// A face.
    Picture,
    /// What one would like to talk about.
    Topics,
    /// What one learns for.
    Goals,
    /// How one likes to be corrected.
    Correction,
}

impl Part {
    /// Every part; of those that weigh the same the more useful first.
    pub const ALL: [Self; 8] = [
        Self::Languages,
        Self::Interests,
        Self::Hours,
        Self::Bio,
        Self::Picture,
        Self::Topics,
        Self::Goals,
        Self::Correction,
    ];

    /// What it adds to the whole, in per cent.
    pub const fn weight(self) -> u8 {
        match self {
            Self::Languages => 20,
            Self::Interests | Self::Hours | Self::Bio | Self::Picture => 15,
            Self::Topics => 8,
            Self::Goals | Self::Correction => 6,
        }
    }
}

/// How much of a profile is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completeness {
    /// 0 to 100.
    pub percent: u8,
    /// What would add most; `None` when all is there.
    pub next: Option<Part>,
}

impl Completeness {
    /// Of a profile of which `is_there` says what it has.
    pub fn of(is_there: impl Fn(Part) -> bool) -> Self {
        let (there, missing): (Vec<Part>, Vec<Part>) = Part::ALL.into_iter().partition(|part| is_there(*part));
        let most = missing.iter().map(|part| part.weight()).max();
        Self {
            percent: there.into_iter().map(Part::weight).sum(),
            next: missing.into_iter().find(|part| Some(part.weight()) == most),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_parts_make_a_whole() {
        assert_eq!(
            Completeness::of(|_| true),
            Completeness {
                percent: 100,
                next: None
            }
        );
        assert_eq!(
            Completeness::of(|_| false),
            Completeness {
                percent: 0,
                next: Some(Part::Languages)
            }
        );
    }

    #[test]
    fn what_helps_most_comes_next() {
        let with = |parts: &[Part]| Completeness::of(|part| parts.contains(&part));
        assert_eq!(with(&[Part::Languages]).next, Some(Part::Interests));
        assert_eq!(with(&[Part::Languages, Part::Interests]).next, Some(Part::Hours));
        let all_but = |left_out: &[Part]| Completeness::of(|part| !left_out.contains(&part));
        assert_eq!(
            all_but(&[Part::Correction, Part::Picture]),
            Completeness {
                percent: 79,
                next: Some(Part::Picture)
            }
        );
        assert_eq!(all_but(&[Part::Goals, Part::Correction]).next, Some(Part::Goals));
    }

    proptest! {
        /// Whoever does what is proposed gets there, and never loses anything on the way.
        #[test]
        fn each_step_leads_on(there in prop::collection::vec(prop::sample::select(Part::ALL.to_vec()), 0..8)) {
            let mut there = there;
            let mut now = Completeness::of(|part| there.contains(&part));
            while let Some(next) = now.next {
                prop_assert!(!there.contains(&next));
                there.push(next);
                let then = Completeness::of(|part| there.contains(&part));
                prop_assert_eq!(then.percent, now.percent + next.weight());
                now = then;
            }
            prop_assert_eq!(now.percent, 100);
        }
    }
}
