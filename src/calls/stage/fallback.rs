//! What to do when a device in use is gone: which one to take instead, and when to offer the old one again.

use super::{Choice, Device};

/// A device took the place of one that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// What kind they are of.
    pub device: Device,
    /// The one that is gone.
    pub gone: Choice,
    /// The one in use now.
    pub instead: Choice,
    /// The one that was gone is there again; it is offered, not taken.
    pub is_back: bool,
}

/// Whether a device in use is missing from a list. A list without names is that of a browser that does not tell, and says nothing.
pub fn is_gone(available: &[Choice], id: &str) -> bool {
    available.iter().any(|choice| !choice.id.is_empty()) && available.iter().all(|choice| choice.id != id)
}

/// Whether a device that was chosen earlier is asked for and no other: it is there, or the browser does not tell yet. One that is known to be
/// missing is only wished for, so that something comes.
pub fn is_worth_demanding(available: &[Choice], id: &str) -> bool {
    !id.is_empty() && !is_gone(available, id)
}

/// The devices to try instead, in the browser's order, which begins with the system's own choice.
pub fn instead_of<'a>(available: &'a [Choice], gone: &'a str) -> impl Iterator<Item = &'a Choice> {
    available
        .iter()
        .filter(move |choice| !choice.id.is_empty() && choice.id != gone)
}

/// The fallbacks after a look at what there is: whether what was gone is back.
pub fn looked_over(fallbacks: &[Fallback], device: Device, available: &[Choice]) -> Vec<Fallback> {
    let look = |fallback: &Fallback| Fallback {
        is_back: if fallback.device == device {
            available.iter().any(|choice| choice.id == fallback.gone.id)
        } else {
            fallback.is_back
        },
        ..fallback.clone()
    };
    fallbacks.iter().map(look).collect()
}

/// The fallbacks after another one. One that lost its own substitute still waits for what was lost first.
pub fn with(fallbacks: &[Fallback], new: Fallback) -> Vec<Fallback> {
    let before = fallbacks.iter().find(|fallback| fallback.device == new.device);
    let gone = before.map_or(new.gone.clone(), |before| before.gone.clone());
    let others = fallbacks.iter().filter(|fallback| fallback.device != new.device);
    others
        .cloned()
        .chain((gone.id != new.instead.id).then_some(Fallback { gone, ..new }))
        .collect()
}

/// The fallbacks without those of a device: the person has chosen, or switched it off.
pub fn without(fallbacks: &[Fallback], device: Device) -> Vec<Fallback> {
    let others = fallbacks.iter().filter(|fallback| fallback.device != device);
    others.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(id: &str) -> Choice {
        Choice {
            id: id.to_owned(),
            label: id.to_uppercase(),
        }
    }

    fn fallback(gone: &str, instead: &str) -> Fallback {
        Fallback {
            device: Device::Microphone,
            gone: choice(gone),
            instead: choice(instead),
            is_back: false,
        }
    }

    #[test]
    fn the_systems_choice_comes_first_and_never_the_one_that_is_gone() {
        let there = [choice("default"), choice("desk")];
        assert!(is_gone(&there, "headset"));
        assert!(!is_gone(&there, "desk"));
        let instead = |available: &[Choice], gone: &str| -> Vec<String> {
            instead_of(available, gone).map(|choice| choice.id.clone()).collect()
        };
        assert_eq!(instead(&there, "headset"), ["default", "desk"]);
        assert_eq!(instead(&there, "default"), ["desk"]);
        assert!(instead(&[choice("headset")], "headset").is_empty());
    }

    #[test]
    fn a_list_without_names_says_nothing() {
        assert!(!is_gone(&[choice("")], "headset"));
        assert!(!is_gone(&[], "headset"));
        assert_eq!(instead_of(&[choice("")], "headset").next(), None);
    }

    #[test]
    fn a_choice_that_is_there_or_may_be_is_demanded() {
        let there = [choice("default"), choice("desk")];
        assert!(is_worth_demanding(&there, "desk"));
        assert!(!is_worth_demanding(&there, "headset"), "gone");
        assert!(
            is_worth_demanding(&[choice("")], "headset"),
            "not told before the person allows it"
        );
        assert!(is_worth_demanding(&[], "headset"), "nor is how many there are");
        assert!(!is_worth_demanding(&[choice("")], ""));
    }

    #[test]
    fn what_was_lost_first_is_offered_when_it_is_back() {
        let one = with(&[], fallback("headset", "desk"));
        let two = with(&one, fallback("desk", "built-in"));
        assert_eq!(two, [fallback("headset", "built-in")]);
        assert_eq!(
            looked_over(&two, Device::Camera, &[choice("headset")]),
            two,
            "of another kind"
        );
        let back = looked_over(&two, Device::Microphone, &[choice("headset"), choice("built-in")]);
        assert!(back[0].is_back);
        assert!(
            !looked_over(&back, Device::Microphone, &[choice("built-in")])[0].is_back,
            "and gone again"
        );
        assert_eq!(without(&back, Device::Microphone), []);
        assert_eq!(with(&two, fallback("built-in", "headset")), [], "taken again by itself");
    }
}
