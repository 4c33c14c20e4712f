//! What to do when a device in use stops: whether another takes its place, which one, and when to offer the old one again.

use std::time::Duration;

use super::{Choice, Device};

/// How long a list of devices may lag behind a device that has just been unplugged.
pub const LAG: Duration = Duration::from_millis(600);
/// How long after a return to the page what has stopped counts as stopped in the background: it may be told only then.
pub const RETURN: Duration = Duration::from_secs(3);
/// How long the system may hold back what a device gives before it is said: after a return it comes back by itself within a second or two.
const HELD_BACK: Duration = Duration::from_secs(5);

/// A device has stopped by itself. Browsers do not say why: it was unplugged, the person took it away from the page, or the system did, as phones do
/// with pages in the background.
#[derive(Clone, Copy, Debug)]
pub struct Loss<'a> {
    /// Which device.
    pub lost: &'a Choice,
    /// The devices of its kind that there are now.
    pub available: &'a [Choice],
    /// Whether the list has had the time to lag, see [`LAG`].
    pub is_list_settled: bool,
    /// Whether the browser would refuse the device now.
    pub is_denied: bool,
    /// Whether the page is in the background, or was until a moment ago, see [`RETURN`].
    pub is_hidden: bool,
}

/// What follows from a [`Loss`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequel {
    /// Another device takes its place: it is not there any more.
    Replace,
    /// The list is looked at once more.
    LookAgain,
    /// The same device is asked for when the page is in front, and no other.
    Reopen,
    /// It stays off until the person presses something.
    Stop,
}

impl Loss<'_> {
    /// What to do. A device that is still there was taken away by somebody: none is put in its place.
    pub fn sequel(&self) -> Sequel {
        if self.is_denied {
            Sequel::Stop
        } else if self.has_left() {
            Sequel::Replace
        } else if !self.is_list_settled {
            Sequel::LookAgain
        } else if self.is_hidden && !self.lost.id.is_empty() {
            Sequel::Reopen
        } else {
            Sequel::Stop
        }
    }

    fn has_left(&self) -> bool {
        let is_another = |choice: &Choice| choice.id == self.lost.id && choice.label != self.lost.label;
        is_gone(self.available, &self.lost.id) || (is_role(&self.lost.id) && self.available.iter().any(is_another))
    }
}

/// Whether an `id` stands for whichever device has a role in the system (Chromium). Its name says which one has it.
fn is_role(id: &str) -> bool {
    matches!(id, "default" | "communications")
}

/// A device that is on, and whose system holds back what it gives (`MediaStreamTrack.muted`).
#[derive(Clone, Copy, Debug, Default)]
pub struct Interruption {
    since: Option<Duration>,
}

impl Interruption {
    /// Looks at it at `now`; `true` when the person is to be told. A page in the background is not at fault.
    pub fn look(&mut self, now: Duration, is_held_back: bool, is_hidden: bool) -> bool {
        if !is_held_back || is_hidden {
            self.since = None;
            return false;
        }
        now.saturating_sub(*self.since.get_or_insert(now)) >= HELD_BACK
    }
}

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

/// Whether a device in use is missing from a list. A list without names is that of a browser that does not tell, and says nothing; so does a device
/// without one.
pub fn is_gone(available: &[Choice], id: &str) -> bool {
    !id.is_empty()
        && available.iter().any(|choice| !choice.id.is_empty())
        && available.iter().all(|choice| choice.id != id)
}

/// Whether a device that was chosen earlier is asked for and no other: it is there, or the browser does not tell yet. One that is known to be
/// missing is only wished for, so that something comes.
pub fn is_worth_demanding(available: &[Choice], id: &str) -> bool {
    !id.is_empty() && !is_gone(available, id)
}

/// The devices to try instead, in the browser's order, which begins with the system's own choice.
pub fn instead_of<'a>(available: &'a [Choice], gone: &'a Choice) -> impl Iterator<Item = &'a Choice> {
    let is_other = |choice: &Choice| choice.id != gone.id || (is_role(&gone.id) && choice.label != gone.label);
    available
        .iter()
        .filter(move |choice| !choice.id.is_empty() && is_other(choice))
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
        named(id, &id.to_uppercase())
    }

    fn named(id: &str, label: &str) -> Choice {
        Choice {
            id: id.to_owned(),
            label: label.to_owned(),
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
        let instead = |available: &[Choice], gone: &Choice| -> Vec<String> {
            instead_of(available, gone).map(|choice| choice.id.clone()).collect()
        };
        assert_eq!(instead(&there, &choice("headset")), ["default", "desk"]);
        assert_eq!(instead(&there, &choice("default")), ["desk"]);
        assert_eq!(
            instead(&there, &named("default", "Default - Headset")),
            ["default", "desk"],
            "another device has the role now"
        );
        assert!(instead(&[choice("headset")], &choice("headset")).is_empty());
    }

    fn loss<'a>(lost: &'a Choice, available: &'a [Choice]) -> Loss<'a> {
        Loss {
            lost,
            available,
            is_list_settled: true,
            is_denied: false,
            is_hidden: false,
        }
    }

    #[test]
    fn only_what_has_left_the_list_is_replaced() {
        let (front, there) = (choice("front"), [choice("front"), choice("back")]);
        assert_eq!(loss(&front, &there[1..]).sequel(), Sequel::Replace);
        let listed = loss(&front, &there);
        assert_eq!(listed.sequel(), Sequel::Stop, "somebody took it away");
        let at_once = Loss {
            is_list_settled: false,
            ..listed
        };
        assert_eq!(at_once.sequel(), Sequel::LookAgain, "the list may lag");
        let unplugged_at_once = Loss {
            is_list_settled: false,
            ..loss(&front, &there[1..])
        };
        assert_eq!(unplugged_at_once.sequel(), Sequel::Replace);
        let nameless = [choice(""), choice("")];
        assert_eq!(
            loss(&front, &nameless).sequel(),
            Sequel::Stop,
            "the browser does not tell any more"
        );
        assert_eq!(loss(&choice(""), &there).sequel(), Sequel::Stop, "nor ever did");
        for available in [&there[..], &there[1..]] {
            let denied = Loss {
                is_denied: true,
                ..loss(&front, available)
            };
            assert_eq!(denied.sequel(), Sequel::Stop, "the person said no");
        }
    }

    #[test]
    fn what_stops_in_the_background_is_asked_for_again_and_nothing_else() {
        let (front, there) = (choice("front"), [choice("front"), choice("back")]);
        let hidden = |lost, available| Loss {
            is_hidden: true,
            ..loss(lost, available)
        };
        assert_eq!(hidden(&front, &there).sequel(), Sequel::Reopen);
        assert_eq!(
            hidden(&front, &[]).sequel(),
            Sequel::Reopen,
            "a list that tells nothing"
        );
        assert_eq!(
            hidden(&front, &there[1..]).sequel(),
            Sequel::Replace,
            "unplugged all the same"
        );
        let nobody = choice("");
        assert_eq!(hidden(&nobody, &there).sequel(), Sequel::Stop, "it could be any other");
        let denied = Loss {
            is_denied: true,
            ..hidden(&front, &there)
        };
        assert_eq!(denied.sequel(), Sequel::Stop);
    }

    #[test]
    fn a_role_is_gone_when_another_device_has_it() {
        let role = named("default", "Default - Headset");
        let (same, other) = (
            [role.clone(), choice("headset")],
            [named("default", "Default - Desk"), choice("desk")],
        );
        assert_eq!(loss(&role, &same).sequel(), Sequel::Stop);
        assert_eq!(loss(&role, &other).sequel(), Sequel::Replace);
        let renamed = named("headset", "Headset (2)");
        assert_eq!(loss(&renamed, &same).sequel(), Sequel::Stop, "a device keeps its id");
    }

    #[test]
    fn what_the_system_holds_back_is_said_when_it_lasts() {
        let mut interruption = Interruption::default();
        let mut at =
            |second, is_held_back, is_hidden| interruption.look(Duration::from_secs(second), is_held_back, is_hidden);
        assert!((0..60).all(|second| !at(second, true, true)), "in the background");
        assert!(
            (60..65).all(|second| !at(second, true, false)),
            "it may come back by itself"
        );
        assert!(at(65, true, false));
        assert!(!at(66, false, false), "back");
        assert!((67..72).all(|second| !at(second, true, false)));
        assert!(at(72, true, false));
    }

    #[test]
    fn a_list_without_names_says_nothing() {
        assert!(!is_gone(&[choice("")], "headset"));
        assert!(!is_gone(&[], "headset"));
        assert_eq!(instead_of(&[choice("")], &choice("headset")).next(), None);
    }

    #[test]
    fn a_device_without_a_name_is_missing_nowhere() {
        assert!(!is_gone(&[choice("desk"), choice("headset")], ""));
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
