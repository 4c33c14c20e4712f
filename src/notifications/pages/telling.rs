//! How a tab tells what is new: a toast where somebody looks, a sound in one tab, the system where nobody looks at any.

use std::cell::Cell;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::entry::mark_read;
use super::words::{Words, is_worth_a_toast, tone, words};
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::time::{LocalTime, Micros};
use crate::notifications::api::{notification_settings, notifications};
use crate::notifications::bell::PANEL;
use crate::notifications::browser;
use crate::notifications::inbox::Inbox;
use crate::notifications::model::{Kind, Notification, QuietHours, Settings};
use crate::realtime::leader::{Election, Elections, use_elections};
use crate::ui::system_notification::{Card, Displayed, displayed, show, take_away};
use crate::ui::{Sound, Sounds, Standing, Toast, ToastAction, Toasts, Tone, use_sounds, use_toasts};

/// More at once than this become one that leads to the list.
const AT_ONCE: usize = 3;
/// Where that one leads, and what it is about.
const LIST: &str = "/notifications";
const MANY: &str = "notifications";
/// How often a tab asks whether somebody looks at another one, and whether those who are to tell are awake; and how many times. Together
/// that is more than a challenge takes, and one that is cut short by a call that ends is made again.
const ASK_EVERY: Duration = Duration::from_millis(500);
const ASK_TIMES: u32 = 6;

/// The ways of one tab.
#[derive(Clone, Copy)]
pub(super) struct Telling {
    locale: Locale,
    toasts: Toasts,
    sounds: Sounds,
    elections: Elections,
    /// For the system, until it is known whether this tab is the one to tell it.
    waiting: RwSignal<Vec<Notification>>,
    asking: StoredValue<Option<IntervalHandle>>,
}

/// Makes them ready while the current owner lives.
pub(super) fn use_telling() -> Telling {
    let telling = Telling {
        locale: use_locale(),
        toasts: use_toasts(),
        sounds: use_sounds(),
        elections: use_elections(),
        waiting: RwSignal::new(Vec::new()),
        asking: StoredValue::new(None),
    };
    let Elections { leader, eye, .. } = telling.elections;
    Effect::new(move |_| {
        let is_mine = leader.is_elected().get() && eye.is_vacant().get() && !eye.is_elected().get();
        if is_mine && !telling.waiting.with(Vec::is_empty) {
            telling.show_on_desktop(std::mem::take(&mut *telling.waiting.write()));
        }
    });
    on_cleanup(move || telling.keep_asking(None));
    telling
}

impl Telling {
    /// Tells what is new to this tab.
    pub(super) fn tell(self, mut fresh: Vec<Notification>) {
        // What rings is told by its dialog, and by what rings beside it.
        fresh.retain(|one| one.notice.kind() != Kind::CallReceived);
        if fresh.is_empty() {
            return;
        }
        spawn_local(async move {
            // As they are now, whichever tab has changed them. Should they not come, a toast too many is better than one too few.
            let settings = notification_settings().await.unwrap_or_default();
            self.sound(&fresh, &settings);
            self.ask_for_desktop(&fresh, &settings);
            self.show_toasts(fresh, &settings);
        });
    }

    fn sound(self, fresh: &[Notification], settings: &Settings) {
        let now = now();
        let is_heard =
            |one: &Notification| settings.of(one.notice.kind()).sound && !is_quiet(settings.quiet, &one.at, now);
        let Elections { voice, .. } = self.elections;
        if fresh.iter().any(is_heard) {
            if voice.is_elected().get_untracked() {
                self.sounds.play(Sound::Message);
            } else {
                // Should the one have stopped without a word, the next is heard from another.
                self.find_out();
            }
        }
    }

    /// Lets the system tell, if it turns out that this tab is the one to do it and that nobody looks at any.
    fn ask_for_desktop(self, fresh: &[Notification], settings: &Settings) {
        let now = now();
        let is_shown =
            |one: &&Notification| settings.of(one.notice.kind()).desktop && !is_quiet(settings.quiet, &one.at, now);
        let wanted: Vec<Notification> = fresh.iter().filter(is_shown).cloned().collect();
        if wanted.is_empty() || Standing::now() != Standing::On {
            return;
        }
        self.waiting.update(|waiting| waiting.extend(wanted));
        self.find_out();
    }

    /// Finds out whose turn it is. What is not this tab's to show after that is another's, or on a page that somebody looks at.
    fn find_out(self) {
        let Elections { leader, voice, eye } = self.elections;
        let asked = Cell::new(0);
        let ask = move || {
            asked.set(asked.get() + 1);
            if asked.get() <= ASK_TIMES {
                [leader, voice, eye].into_iter().for_each(Election::challenge);
            } else {
                self.waiting.try_update(Vec::clear);
                [leader, voice, eye].into_iter().for_each(Election::rest);
                self.keep_asking(None);
            }
        };
        ask();
        self.keep_asking(set_interval_with_handle(ask, ASK_EVERY).ok());
    }

    fn keep_asking(self, asking: Option<IntervalHandle>) {
        let before = self.asking.try_update_value(|held| std::mem::replace(held, asking));
        if let Some(before) = before.flatten() {
            before.clear();
        }
    }

    fn show_on_desktop(self, wanted: Vec<Notification>) {
        if wanted.len() > AT_ONCE {
            let card = Card {
                tag: MANY.to_owned(),
                seq: wanted.iter().map(|one| one.seq).max().unwrap_or_default(),
                title: td_string!(self.locale, notifications.many, count = wanted.len()),
                url: LIST.to_owned(),
                ..Card::default()
            };
            return show(card, || true);
        }
        for one in wanted {
            let Words { title, text, href, .. } = words(self.locale, &one);
            let card = Card {
                tag: one.subject,
                seq: one.seq,
                title,
                text: text.unwrap_or_default(),
                url: href,
                rings: None,
            };
            show(card, || true);
        }
    }

    /// Where somebody looks, and where it is not on the screen already. Who has hidden the tab has the number, and the system's own
    /// notifications.
    fn show_toasts(self, mut fresh: Vec<Notification>, settings: &Settings) {
        let Self { locale, toasts, .. } = self;
        let path = window().location().pathname().unwrap_or_default();
        fresh.retain(|one| {
            let kind = one.notice.kind();
            is_worth_a_toast(kind, &path) && settings.of(kind).in_app
        });
        // The open panel has it as its first line.
        if browser::is_hidden() || browser::is_open(PANEL) {
            return;
        }
        // Nothing leads to where somebody is.
        let leads = |href: &str| path != href;
        if fresh.len() > AT_ONCE {
            let label = td_string!(locale, notifications.see_all);
            toasts.push(Toast {
                kind: Tone::Info,
                title: td_string!(locale, notifications.many, count = fresh.len()),
                text: None,
                action: leads(LIST).then(|| ToastAction::new(label, LIST)),
            });
            return;
        }
        for one in fresh {
            let Words {
                title,
                text,
                href,
                action,
            } = words(locale, &one);
            let id = one.id;
            let open = Callback::new(move |()| mark_read(id));
            toasts.push(Toast {
                kind: tone(one.notice.kind()),
                title,
                text,
                action: leads(&href).then(|| ToastAction::new(action, href).on_open(open)),
            });
        }
    }
}

/// Takes away what the system shows of lines that were read, on whatever device, or that say something else by now. Also what the service
/// worker has shown while no page was open.
pub(super) fn tidy_desktop(inbox: &Inbox) {
    let (last, unread) = (inbox.last, inbox.unread);
    spawn_local(async move {
        // What is shown from now on is newer than what is asked for.
        let mut shown = displayed().await;
        shown.retain(|one| is_heard_of(one, last));
        let is_plain = unread == 0 && !shown.iter().any(has_no_number);
        let lines = match shown.as_slice() {
            [] => return,
            _ if is_plain => Vec::new(),
            _ => match notifications(None).await {
                Ok(page) => page.items,
                // The next news try again.
                Err(_) => return,
            },
        };
        shown.retain(|one| unread == 0 && !has_no_number(one) || is_over(one, &lines));
        take_away(move |one| shown.contains(one));
    });
}

/// A ring that a page has shown, perhaps one that is closed by now. It may be heard of before its line.
const fn has_no_number(shown: &Displayed) -> bool {
    shown.seq == 0 && shown.rings
}

/// Whether it tells of a line that this tab has heard of, or of one that has to be asked for.
const fn is_heard_of(shown: &Displayed, last: u64) -> bool {
    0 < shown.seq && shown.seq <= last || has_no_number(shown)
}

fn is_over(shown: &Displayed, lines: &[Notification]) -> bool {
    let mut lines = lines.iter().filter(|line| line.subject == shown.tag);
    if shown.rings {
        // What rings is among the newest.
        !lines.any(|line| !line.is_read && line.notice.kind() == Kind::CallReceived)
    } else {
        lines.any(|line| shown.seq <= line.seq && line.is_read)
    }
}

/// Whether the person did not want to be disturbed when it happened, or does not now.
fn is_quiet(quiet: QuietHours, at: &LocalTime, now: Micros) -> bool {
    let then = u16::from(at.hour) * 60 + u16::from(at.minute);
    // Their clock goes on as everybody's does, but for a night or two in the year.
    let passed = now.since(at.at).as_secs() / 60;
    let minute = (u64::from(then) + passed) % (24 * 60);
    quiet.hold_at(then) || quiet.hold_at(minute as u16)
}

fn now() -> Micros {
    Micros::from_millis(js_sys::Date::now() as i64)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::notifications::model::{Notice, NotificationId};

    fn at(hour: u8, minute: u8) -> LocalTime {
        LocalTime {
            year: 2026,
            month: 5,
            day: 4,
            hour,
            minute,
            days_ago: 0,
            this_year: true,
            at: Micros::from_millis(1_700_000_000_000),
        }
    }

    fn later(at: &LocalTime, minutes: u64) -> Micros {
        at.at.plus(Duration::from_secs(minutes * 60))
    }

    #[test]
    fn it_is_quiet_by_the_readers_clock_when_it_happens_and_when_it_is_told() {
        let night = QuietHours {
            is_on: true,
            from_minute: 22 * 60,
            to_minute: 7 * 60,
        };
        for (at, minutes, is_so) in [
            (at(12, 0), 0, false),
            (at(23, 0), 0, true),
            // It came before, and the machine slept meanwhile.
            (at(21, 30), 29, false),
            (at(21, 30), 30, true),
            // It came at night, and is told in the morning; a day later all the same.
            (at(6, 59), 30, true),
            (at(12, 0), 24 * 60, false),
            (at(12, 0), 36 * 60, true),
        ] {
            assert_eq!(
                is_quiet(night, &at, later(&at, minutes)),
                is_so,
                "{at:?} and {minutes} minutes"
            );
            assert!(!is_quiet(
                QuietHours { is_on: false, ..night },
                &at,
                later(&at, minutes)
            ));
        }
    }

    #[test]
    fn what_is_shown_goes_when_its_line_is_read_or_rings_no_more() {
        let line = |seq, notice, is_read| Notification {
            id: NotificationId::from_uuid(Uuid::nil()),
            seq,
            subject: "call:1".to_owned(),
            actor: None,
            notice,
            at: at(12, 0),
            is_read,
        };
        let shown = |seq, rings| Displayed {
            tag: "call:1".to_owned(),
            seq,
            rings,
        };
        let message = String::new;
        let rings = || Notice::CallReceived { message: message() };
        let missed = || Notice::CallMissed { message: message() };
        assert!(!is_over(&shown(5, true), &[line(5, rings(), false)]), "it rings");
        assert!(
            is_over(&shown(5, true), &[line(5, rings(), true)]),
            "answered elsewhere"
        );
        assert!(
            is_over(&shown(5, true), &[line(7, missed(), false)]),
            "it rings no more"
        );
        assert!(!is_over(&shown(7, false), &[line(7, missed(), false)]), "unread");
        assert!(is_over(&shown(7, false), &[line(7, missed(), true)]), "read");
        assert!(
            !is_over(&shown(8, false), &[line(7, missed(), true)]),
            "newer than the list"
        );
        assert!(!is_over(&shown(7, false), &[]), "not in the list");
        assert!(is_heard_of(&shown(7, false), 7) && !is_heard_of(&shown(8, false), 7));
        let of_page = shown(0, true);
        assert!(is_heard_of(&of_page, 7), "its line is asked for");
        assert!(!is_over(&of_page, &[line(9, rings(), false)]), "it rings");
        assert!(is_over(&of_page, &[line(9, missed(), false)]), "it rings no more");
        assert!(is_over(&of_page, &[]), "somebody else's, who has signed out");
        assert!(!is_heard_of(&shown(0, false), 7), "nothing is known of it");
    }
}
