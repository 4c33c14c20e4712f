//! What a person has switched off stays off: nothing but another press of theirs switches it on again in a call. Not a reload, not another device
//! on which they go on, not an answer of the browser that comes late, not a device that takes the place of another.

use std::time::Duration;

use super::{Device, Source};
use crate::calls::model::SwitchedOff;

/// For how long a device that is only starting is told to the partner as on: most are by then, and no call is to begin with "microphone off". Shorter
/// than what the partner's page waits before it misses something.
pub const STARTING: Duration = Duration::from_secs(3);

/// Whether the partner is told that a device is on. `asking`: for how long it has been asked for. `is_held_back`: the system gives nothing of it, as
/// phones do while a page is in the background. What does not come is not told, or it would be missed there and help be sought.
pub fn is_told(source: Source, asking: Duration, is_held_back: bool) -> bool {
    match source {
        Source::On => !is_held_back,
        Source::Asking => asking < STARTING,
        Source::Idle | Source::Off | Source::Failed(_) => false,
    }
}

/// How a device is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    /// It is kept and gives silence: the page alone goes on hearing it, to say "you are muted", and it is back without a pause.
    Silenced,
    /// It is given back: its light goes out.
    Closed,
}

/// How a device is switched off that is in the state `source`. Outside of a call nobody speaks in vain, so nothing listens; and what is still being
/// asked for, in place of another one too, would come on by itself if it were not thrown away.
pub const fn switching_off(device: Device, source: Source, is_in_call: bool, is_being_replaced: bool) -> Off {
    match (device, source) {
        (Device::Microphone, Source::On) if is_in_call && !is_being_replaced => Off::Silenced,
        _ => Off::Closed,
    }
}

/// Which devices a person has switched off. A microphone that is on for as long as a key is held is off.
pub fn switched_off(microphone: Source, camera: Source, is_held_to_talk: bool) -> SwitchedOff {
    SwitchedOff {
        microphone: is_held_to_talk || microphone == Source::Off,
        camera: camera == Source::Off,
    }
}

/// The same, one by one.
pub fn devices(off: SwitchedOff) -> Vec<Device> {
    Device::ALL.into_iter().filter(|device| is_off(off, *device)).collect()
}

/// Whether a device is among them.
pub const fn is_off(off: SwitchedOff, device: Device) -> bool {
    match device {
        Device::Microphone => off.microphone,
        Device::Camera => off.camera,
    }
}

/// What stays off when devices are switched on for a call: what this browser remembers of the call, or of the last page before one if it was not in
/// it yet, and what the person switched off in it elsewhere.
pub fn stays_off(noted: Option<Vec<Device>>, elsewhere: SwitchedOff, left_off: Vec<Device>) -> Vec<Device> {
    let here = noted.unwrap_or(left_off);
    let stays = |device: &Device| here.contains(device) || is_off(elsewhere, *device);
    Device::ALL.into_iter().filter(stays).collect()
}

/// What is to be off when the next call begins, where it was `before`: what is off on a page before a call stays off, until the person switches it
/// on, be it in a call. What they switch off in a call is for that call.
pub fn left_off(before: &[Device], source: impl Fn(Device) -> Source, is_before_call: bool) -> Vec<Device> {
    let stays = |device: &Device| match is_before_call {
        true => source(*device) == Source::Off,
        false => before.contains(device) && !source(*device).is_wanted(),
    };
    Device::ALL.into_iter().filter(stays).collect()
}

/// What is to be switched off when it turns out what the person had switched off where they sat before. `by_hand` is what they have switched on here.
pub fn off_elsewhere(elsewhere: SwitchedOff, by_hand: &[Device]) -> Vec<Device> {
    let off = devices(elsewhere);
    off.into_iter().filter(|device| !by_hand.contains(device)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::stage::Failure;
    use Device::{Camera, Microphone};

    const MUTED: SwitchedOff = SwitchedOff {
        microphone: true,
        camera: false,
    };

    #[test]
    fn only_a_microphone_that_is_on_in_a_call_is_kept() {
        assert_eq!(switching_off(Microphone, Source::On, true, false), Off::Silenced);
        assert_eq!(
            switching_off(Microphone, Source::On, false, false),
            Off::Closed,
            "before"
        );
        assert_eq!(
            switching_off(Microphone, Source::On, true, true),
            Off::Closed,
            "what comes in its place would be heard"
        );
        for source in [Source::Idle, Source::Asking, Source::Failed(Failure::Stopped)] {
            assert_eq!(
                switching_off(Microphone, source, true, false),
                Off::Closed,
                "{source:?}"
            );
        }
        for source in [Source::On, Source::Asking] {
            assert_eq!(switching_off(Camera, source, true, false), Off::Closed, "{source:?}");
        }
    }

    #[test]
    fn the_partner_is_told_what_comes_to_them() {
        let (soon, late) = (Duration::from_secs(1), Duration::from_secs(3));
        assert!(is_told(Source::On, Duration::ZERO, false));
        assert!(!is_told(Source::On, Duration::ZERO, true), "a phone in a pocket");
        assert!(is_told(Source::Asking, soon, false), "it starts in a moment");
        assert!(!is_told(Source::Asking, late, false), "the browser's question stands");
        for source in [Source::Idle, Source::Off, Source::Failed(Failure::Stopped)] {
            assert!(!is_told(source, Duration::ZERO, false), "{source:?}");
        }
    }

    #[test]
    fn who_holds_a_key_to_talk_is_muted() {
        assert_eq!(switched_off(Source::On, Source::On, true), MUTED);
        assert_eq!(switched_off(Source::Off, Source::Asking, false), MUTED);
        let failed = Source::Failed(Failure::Missing);
        assert_eq!(
            switched_off(failed, failed, false),
            SwitchedOff::NOTHING,
            "nobody switched them off"
        );
        assert_eq!(devices(switched_off(Source::Off, Source::Off, false)), Device::ALL);
    }

    #[test]
    fn a_reload_and_another_device_leave_off_what_is_off() {
        let nothing = SwitchedOff::NOTHING;
        assert_eq!(
            stays_off(Some(vec![Camera]), nothing, vec![Microphone]),
            [Camera],
            "another page cannot change what was noted of the call"
        );
        assert_eq!(stays_off(None, nothing, vec![Camera]), [Camera], "the first time");
        assert_eq!(stays_off(None, MUTED, vec![]), [Microphone], "it began elsewhere");
        assert_eq!(
            stays_off(Some(vec![]), MUTED, vec![]),
            [Microphone],
            "it was here, went on elsewhere, and is back"
        );
        assert_eq!(stays_off(Some(vec![Camera]), MUTED, vec![]), Device::ALL);
        assert_eq!(stays_off(Some(vec![]), nothing, Device::ALL.into()), []);
    }

    #[test]
    fn what_is_off_before_a_call_stays_off_until_it_is_switched_on() {
        let all = |source| move |_| source;
        let muted = |device| match device {
            Microphone => Source::Off,
            Camera => Source::On,
        };
        assert_eq!(left_off(&[], muted, true), [Microphone]);
        assert_eq!(
            left_off(&[Camera], muted, true),
            [Microphone],
            "the page shows how it is"
        );
        assert_eq!(left_off(&[], muted, false), [], "off for this call");
        assert_eq!(
            left_off(&Device::ALL, muted, false),
            [Microphone],
            "on in a call, on in the next"
        );
        assert_eq!(left_off(&Device::ALL, all(Source::Asking), false), []);
        let failed = all(Source::Failed(Failure::Missing));
        assert_eq!(left_off(&[], failed, true), [], "nobody switched it off");
    }

    #[test]
    fn a_press_here_is_newer_than_one_elsewhere() {
        assert_eq!(off_elsewhere(MUTED, &[]), [Microphone]);
        assert_eq!(off_elsewhere(MUTED, &[Microphone]), []);
        assert_eq!(off_elsewhere(MUTED, &[Camera]), [Microphone]);
        assert_eq!(off_elsewhere(SwitchedOff::NOTHING, &[]), []);
    }
}
