//! Who is here, in one text and one dot, and what they say of themselves; live.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::id::UserId;
use crate::kernel::text::within_sentence;
use crate::kernel::time::LocalTime;
use crate::matching::model::PartnerView;
use crate::matching::wire::MatchingNews;
use crate::realtime::client::on_news;
use crate::realtime::model::{Presence, Status};
use crate::realtime::wire::SocketNews;
use crate::ui::{Dot, StatusMessage, when_text};

/// How a partner can be reached, and what they say of themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Here {
    presence: Presence,
    last_seen: Option<LocalTime>,
    status: Status,
}

impl From<&PartnerView> for Here {
    fn from(partner: &PartnerView) -> Self {
        Self {
            presence: partner.presence,
            last_seen: partner.last_seen,
            status: partner.status.clone(),
        }
    }
}

/// What the socket has told about partners since it is open: newer than what was fetched.
#[derive(Clone, Copy)]
pub(super) struct Told(RwSignal<BTreeMap<UserId, (Presence, Status)>>);

impl Told {
    /// How `user` can be reached, where `fetched` is what the server said when the page asked.
    pub(super) fn or_fetched(self, user: UserId, fetched: Here) -> Here {
        match self.0.with(|told| told.get(&user).cloned()) {
            Some((presence, status)) => Here {
                presence,
                status,
                ..fetched
            },
            None => fetched,
        }
    }
}

/// Follows partners coming and going, and partnerships beginning and ending. `look_again` fetches what the page shows.
pub(super) fn follow_partners(look_again: impl Fn() + Copy + 'static) -> Told {
    let told = RwSignal::new(BTreeMap::new());
    on_news(move |news: SocketNews| match news {
        // Since when somebody is away, the server knows.
        SocketNews::Presence {
            user,
            presence: Presence::Offline,
            ..
        } => {
            told.update(|told| {
                told.remove(&user);
            });
            look_again();
        }
        SocketNews::Presence { user, presence, status } => told.update(|told| {
            told.insert(user, (presence, status));
        }),
        _ => {}
    });
    on_news(move |news: MatchingNews| {
        // First on a new socket: what was told on the one before may have changed unheard.
        if matches!(news, MatchingNews::Waiting { .. }) {
            told.update(BTreeMap::clear);
        }
        look_again();
    });
    Told(told)
}

/// The dot on the face. Where somebody is in a call, that says more than being busy.
pub(super) const fn dot(here: &Here) -> Dot {
    match here.presence {
        Presence::Offline => Dot::Offline,
        Presence::InCall => Dot::InCall,
        _ if here.status.is_busy => Dot::Busy,
        Presence::Online => Dot::Online,
        Presence::Away => Dot::Away,
    }
}

fn presence_text(locale: Locale, here: &Here) -> String {
    match (here.presence, here.last_seen) {
        (Presence::Online | Presence::Away, _) if here.status.is_busy => {
            td_string!(locale, matching.presence.busy).to_owned()
        }
        (Presence::Online, _) => td_string!(locale, matching.presence.online).to_owned(),
        (Presence::Away, _) => td_string!(locale, matching.presence.away).to_owned(),
        (Presence::InCall, _) => td_string!(locale, matching.presence.in_call).to_owned(),
        (Presence::Offline, Some(at)) => {
            td_string!(
                locale,
                matching.presence.last_seen,
                when = within_sentence(when_text(locale, &at))
            )
        }
        (Presence::Offline, None) => td_string!(locale, matching.presence.offline).to_owned(),
    }
}

/// The one text that says how a partner can be reached, and under it their line.
#[component]
pub(super) fn PresenceText(
    /// How the partner can be reached.
    here: Signal<Here>,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <p class="text-[0.9375rem]" class=("text-muted", move || here.with(|here| here.presence == Presence::Offline))>
            {move || here.with(|here| presence_text(locale, here))}
        </p>
        {move || here.with(|here| here.status.message.clone()).map(|message| view! { <StatusMessage message=message /> })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Micros;

    #[test]
    fn each_state_has_its_own_words() {
        let at = LocalTime {
            year: 2026,
            month: 11,
            day: 21,
            hour: 14,
            minute: 5,
            days_ago: 1,
            this_year: true,
            at: Micros(0),
        };
        for (presence, last_seen, english, spanish) in [
            (Presence::Online, None, "Online", "En línea"),
            (Presence::Away, None, "Away", "Ausente"),
            (Presence::InCall, None, "In a call", "En una llamada"),
            (
                Presence::Offline,
                Some(at),
                "Last seen yesterday, 14:05",
                "Última visita: ayer, 14:05",
            ),
            (Presence::Offline, None, "Offline", "Sin conexión"),
        ] {
            let mut here = Here {
                presence,
                last_seen,
                status: Status::default(),
            };
            assert_eq!(presence_text(Locale::en, &here), english);
            assert_eq!(presence_text(Locale::es, &here), spanish);
            // Busy says more than being here or away, and less than a call or having gone.
            here.status.is_busy = true;
            let is_told = matches!(presence, Presence::Online | Presence::Away);
            assert_eq!(presence_text(Locale::en, &here) == "Busy", is_told);
            assert_eq!(presence_text(Locale::es, &here) == "No molestar", is_told);
            assert_eq!(dot(&here) == Dot::Busy, is_told);
        }
    }
}
