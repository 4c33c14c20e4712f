//! A tab follows its person's log: the number on the bell and on the application's icon, and toasts for what is new to the tab.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::panel::Panel;
use super::words::{Words, is_worth_a_toast, tone, words};
use crate::i18n::{Locale, td_string, use_locale};
use crate::notifications::api::notification_settings;
use crate::notifications::bell::Bell;
use crate::notifications::browser;
use crate::notifications::inbox::Inbox;
use crate::notifications::model::Notification;
use crate::notifications::pages::entry::mark_read;
use crate::notifications::wire::{NotificationCommand, NotificationNews};
use crate::realtime::client::{Socket, use_socket};
use crate::ui::{Toast, ToastAction, Toasts, Tone, use_toasts};

/// More at once than this become one toast that leads to the list.
const AT_ONCE: usize = 3;

/// Follows the log while the current owner lives, and gives the bell its panel. Answers how far the log was heard. Call once, beside the
/// pages, before the socket opens.
pub fn follow_notifications() -> RwSignal<Inbox> {
    let (locale, toasts, socket) = (use_locale(), use_toasts(), use_socket());
    let inbox = RwSignal::new(browser::remembered());
    let bell = use_context::<Bell>();
    socket.subscribe(move |news: NotificationNews| {
        let Some(heard) = inbox.try_update(|inbox| inbox.hear(news)) else {
            return;
        };
        if heard.needs_resume {
            resume(socket, inbox);
            return;
        }
        let unread = inbox.with_untracked(|inbox| {
            browser::remember(inbox);
            inbox.unread
        });
        browser::show_app_badge(unread);
        if let Some(bell) = bell {
            bell.told.set(Some(unread));
        }
        show_toasts(locale, toasts, heard.fresh);
    });
    // A new socket knows nothing of what this tab has heard.
    let connection = socket.connection();
    Effect::new(move |_| {
        if connection.get().is_some() {
            resume(socket, inbox);
        }
    });
    Effect::new(move |_| {
        if let Some(bell) = bell {
            bell.panel
                .set(Some(ViewFn::from(move || view! { <Panel inbox=inbox /> })));
        }
    });
    inbox
}

/// Asks for what came after what was heard. While the socket is away nothing is lost: the next one asks by itself.
fn resume(socket: Socket, inbox: RwSignal<Inbox>) {
    let (epoch, after) = inbox.with_untracked(|inbox| (inbox.epoch, inbox.last));
    socket.send_now(&NotificationCommand::Resume { epoch, after });
}

/// Shows what is new, where somebody looks and where it is not on the screen already. Who has hidden the tab has the number, and the system's
/// own notifications.
fn show_toasts(locale: Locale, toasts: Toasts, mut fresh: Vec<Notification>) {
    if browser::is_hidden() {
        return;
    }
    let path = window().location().pathname().unwrap_or_default();
    fresh.retain(|notification| is_worth_a_toast(notification.notice.kind(), &path));
    if fresh.is_empty() {
        return;
    }
    spawn_local(async move {
        // As they are now, whichever tab has changed them. Should they not come, a toast too many is better than one too few.
        let settings = notification_settings().await.unwrap_or_default();
        fresh.retain(|notification| settings.of(notification.notice.kind()).in_app);
        // Nothing leads out of a call, and nothing to where somebody is.
        let leads = |href: &str| path != href && !path.starts_with("/call/");
        if fresh.len() > AT_ONCE {
            let href = "/notifications".to_owned();
            let label = td_string!(locale, notifications.see_all).to_owned();
            toasts.push(Toast {
                kind: Tone::Info,
                title: td_string!(locale, notifications.many, count = fresh.len()),
                text: None,
                action: leads(&href).then(|| ToastAction::new(label, href)),
            });
            return;
        }
        for notification in fresh {
            let Words {
                title,
                text,
                href,
                action,
            } = words(locale, &notification);
            let id = notification.id;
            let open = Callback::new(move |()| mark_read(id));
            toasts.push(Toast {
                kind: tone(notification.notice.kind()),
                title,
                text,
                action: leads(&href).then(|| ToastAction::new(action, href).on_open(open)),
            });
        }
    });
}
