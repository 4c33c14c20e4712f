//! One for all: among the tabs of one browser, the one that does what must be done once.
//!
//! An [`Election`] is won by the tab that waited longest, and moves on when that tab closes, freezes or stands down. There is one for each
//! thing to do once, so that each goes to a tab that can do it: the leader speaks to the system, the voice sounds (only after somebody
//! has pressed something in it), the eye is looked at.

use leptos::prelude::*;

use super::leader_browser;

/// Who does one thing, as this tab knows it. Copied freely.
#[derive(Clone, Copy, Debug)]
pub struct Election {
    name: &'static str,
    pub(super) is_elected: RwSignal<bool>,
    pub(super) is_vacant: RwSignal<bool>,
    /// Raised by each [`Election::challenge`], and nothing after [`Election::rest`].
    pub(super) challenges: RwSignal<Option<u32>>,
}

impl Election {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            is_elected: RwSignal::new(false),
            is_vacant: RwSignal::new(false),
            challenges: RwSignal::new(None),
        }
    }

    /// The name of its lock and of its channel.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Whether this tab is the one.
    pub fn is_elected(self) -> Signal<bool> {
        self.is_elected.into()
    }

    /// Whether the last [`Election::challenge`] was answered by no tab.
    pub fn is_vacant(self) -> Signal<bool> {
        self.is_vacant.into()
    }

    /// Asks whether the one is awake. If nobody answers within 900 ms, the place is vacant, and this tab
    /// takes it if it stands.
    pub fn challenge(self) {
        self.challenges
            .try_update(|challenges| *challenges = Some(challenges.unwrap_or_default().wrapping_add(1)));
    }

    /// Forgets what came of challenges: later it may be otherwise.
    pub fn rest(self) {
        self.challenges.try_set(None);
    }

    /// Stands whenever `stands` says so, and goes to the end of the line whenever `yields` becomes true.
    fn stand(self, stands: Signal<bool>, yields: Signal<bool>) {
        leader_browser::stand(self, stands, yields);
    }
}

/// The elections of this tab.
#[derive(Clone, Copy, Debug)]
pub struct Elections {
    /// Shows notifications of the system.
    pub leader: Election,
    /// Sounds.
    pub voice: Election,
    /// Is visible: while it is vacant, nobody looks at any tab.
    pub eye: Election,
}

impl Elections {
    /// Stands from now on, until the current owner is cleaned up: as leader if this tab `hears` what happens, as voice if it `sounds`
    /// besides, as eye if it is visible. While it `yields`, others go before it. Call once; on the server nothing happens.
    pub fn stand(self, hears: Signal<bool>, sounds: Signal<bool>, yields: Signal<bool>) {
        Effect::new(move |_| {
            self.leader.stand(hears, yields);
            self.voice
                .stand(Signal::derive(move || hears.get() && sounds.get()), yields);
            self.eye.stand(leader_browser::visibility(), Signal::stored(false));
        });
    }
}

/// Makes the tab's elections and puts them in context. Call once, at the root; nobody is elected before [`Elections::stand`].
pub fn provide_elections() -> Elections {
    let elections = Elections {
        leader: Election::new("speakle.leader"),
        voice: Election::new("speakle.voice"),
        eye: Election::new("speakle.eye"),
    };
    provide_context(elections);
    elections
}

/// The tab's elections.
pub fn use_elections() -> Elections {
    use_context::<Elections>().unwrap_or_else(provide_elections)
}
