//! Everything by which a call is noticed beside its dialog: sound, title, shaking, a notification of the system.

use std::time::Duration;

use leptos::prelude::*;

use super::state::{Calling, RingingState};
use crate::i18n::{Locale, td_string, use_locale};
use crate::invitations::model::{Incoming, InvitationId};
use crate::matching::start_call::InCallWith;
use crate::notifications::words;
use crate::realtime::client::use_socket;
use crate::realtime::leader::{Election, Elections, use_elections};
use crate::realtime::model::Link;
use crate::ui::system_notification::{Answers, Card, show, take_away};
use crate::ui::{Sound, flash_title, held_for, shake, use_sounds};

/// How often a tab makes sure that somebody rings, while it rings.
const LOOK_AFTER: Duration = Duration::from_secs(1);
/// A socket that is away for longer hears of nothing: another tab may.
const DEAF: Duration = Duration::from_secs(2);

/// How the call on the screen is to be noticed.
#[derive(Clone, Copy)]
pub(super) struct Alarm {
    /// The call that the dialog shows.
    pub(super) current: Memo<Option<Incoming>>,
    /// Whether the person is in a call with somebody else: then nothing rings, and answering ends that call.
    pub(super) is_second: Memo<bool>,
    /// It would ring if something were pressed.
    pub(super) waits_for_press: Memo<bool>,
}

/// Rings for what `state` says, from now on. Call once, beside the dialogs.
pub(super) fn raise_alarm(state: RingingState) -> Alarm {
    let (sounds, elections) = (use_sounds(), use_elections());
    let Elections { leader, voice, eye } = elections;
    let link = use_socket().link();
    let is_deaf = held_for(DEAF, move || link.get() == Link::Reconnecting);
    let hears = Signal::derive(move || link.get() != Link::SignedOut);
    elections.stand(hears, sounds.is_unlocked(), is_deaf.into());
    sounds.listen();

    let in_call = use_context::<InCallWith>().map(|InCallWith(with)| with);
    let current = Memo::new(move |_| state.current());
    let is_second = Memo::new(move |_| {
        let caller = current.with(|call| call.as_ref().map(|call| call.from.id));
        let partner = in_call.and_then(|with| with.get()).map(|(partner, _)| partner);
        caller.is_some() && partner.is_some() && caller != partner
    });
    let is_loud = Memo::new(move |_| current.with(Option::is_some) && !is_second.get());

    let may_sound = move || current.with(|call| call.as_ref().is_some_and(|call| call.told.sound));
    sounds.repeat(Sound::Ringtone, move || {
        is_loud.get() && may_sound() && voice.is_elected().get()
    });
    let is_calling = Memo::new(move |_| {
        state
            .calling
            .with(|calling| matches!(calling, Some(Calling::Ringing(_))))
    });
    sounds.repeat(Sound::RingBack, move || is_calling.get() && !is_loud.get());
    // A call that comes during another is a word in the ear, once.
    Effect::new(move |before: Option<Option<InvitationId>>| {
        let id = current.with(|call| call.as_ref().map(|call| call.id));
        if id.is_some()
            && before.flatten() != id
            && is_second.get_untracked()
            && may_sound()
            && voice.is_elected().get_untracked()
        {
            sounds.play(Sound::Message);
        }
        id
    });

    let locale = use_locale();
    flash_title(move || {
        let call = current.get().filter(|_| is_loud.get())?;
        Some(td_string!(locale, invitations.title_flash, name = call.from.display_name).to_string())
    });
    shake(move || is_loud.get());
    show_on_desktop(current, is_second, elections, locale);

    // Somebody has to ring: whoever is to, and has stopped without a word, is replaced.
    let rings = Memo::new(move |_| current.with(Option::is_some));
    Effect::new(move |_| {
        let look_after = move || {
            sounds.look();
            [leader, voice, eye].into_iter().for_each(Election::challenge);
        };
        if !rings.get() {
            return [leader, voice, eye].into_iter().for_each(Election::rest);
        }
        look_after();
        if let Ok(looking) = set_interval_with_handle(look_after, LOOK_AFTER) {
            on_cleanup(move || looking.clear());
        }
    });
    let waits_for_press = Memo::new(move |_| {
        is_loud.get()
            && may_sound()
            && sounds.is_wanted()
            && !sounds.is_unlocked().get()
            && voice.is_vacant().get()
            && !voice.is_elected().get()
    });
    Alarm {
        current,
        is_second,
        waits_for_press,
    }
}

/// While nobody looks at any tab, the leader lets the system say who calls. What became of the call is then told as other news are.
fn show_on_desktop(current: Memo<Option<Incoming>>, is_second: Memo<bool>, elections: Elections, locale: Locale) {
    let Elections { leader, eye, .. } = elections;
    let rings = move |id: InvitationId| {
        let current = current.try_with_untracked(|call| call.as_ref().map(|call| call.id));
        current.flatten() == Some(id)
    };
    let wanted = Memo::new(move |_| {
        let call = current.get().filter(|call| call.told.desktop)?;
        (leader.is_elected().get() && eye.is_vacant().get() && !eye.is_elected().get()).then_some(call)
    });
    Effect::new(move |shown: Option<Option<InvitationId>>| {
        let shown = shown.flatten();
        let call = wanted.get();
        // It stays while it rings, though somebody looks now.
        if let Some(id) = shown.filter(|id| rings(*id)) {
            return Some(id);
        }
        let call = call?;
        let id = call.id;
        show(card(call, is_second.get_untracked(), locale), move || rings(id));
        Some(id)
    });
    // Whoever has shown it, a tab that is closed by now or the service worker, it is over for all.
    Effect::new(move |before: Option<Option<InvitationId>>| {
        let id = current.with(|call| call.as_ref().map(|call| call.id));
        if let Some(over) = before.flatten().filter(|before| Some(*before) != id) {
            let over = tag(over);
            take_away(move |shown| shown.rings && shown.tag == over);
        }
        id
    });
}

fn tag(id: InvitationId) -> String {
    format!("call:{id}")
}

/// The same words as those of a call that was pushed.
fn card(call: Incoming, is_second: bool, locale: Locale) -> Card {
    Card {
        tag: tag(call.id),
        title: words::incoming_call(locale, &call.from.display_name),
        text: call.message,
        url: "/".to_owned(),
        rings: Some(Answers {
            invitation: call.id.to_string(),
            accept: words::accept(locale, is_second).to_owned(),
            decline: words::decline(locale).to_owned(),
        }),
        ..Card::default()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::accounts::model::PersonCard;
    use crate::kernel::id::UserId;
    use crate::notifications::model::Kind;

    #[test]
    fn what_the_system_shows_says_that_accepting_ends_a_call() {
        let call = Incoming {
            id: InvitationId::from_uuid(Uuid::from_u128(1)),
            from: PersonCard {
                id: UserId::from_uuid(Uuid::nil()),
                username: "ben".to_owned(),
                display_name: "Ben".to_owned(),
                hue: 1,
                picture: None,
            },
            languages: Vec::new(),
            room: None,
            message: "Tea?".to_owned(),
            told: Kind::CallReceived.default_channels(),
            left: None,
        };
        for (locale, is_second, title, accept) in [
            (Locale::en, false, "Incoming call from Ben", "Accept"),
            (Locale::en, true, "Incoming call from Ben", "End and accept"),
            (Locale::es, true, "Llamada entrante de Ben", "Colgar y aceptar"),
        ] {
            let card = card(call.clone(), is_second, locale);
            assert_eq!((card.title.as_str(), card.text.as_str()), (title, "Tea?"));
            assert_eq!(card.rings.map(|answers| answers.accept).as_deref(), Some(accept));
        }
    }
}
