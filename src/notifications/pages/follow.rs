//! A tab follows its person's log: the number on the bell and on the application's icon, and telling what is new to the tab.

use leptos::prelude::*;

use super::asked::answer_the_worker;
use super::panel::Panel;
use super::telling::{tidy_desktop, use_telling};
use crate::accounts::model::SessionMark;
use crate::notifications::bell::Bell;
use crate::notifications::browser;
use crate::notifications::inbox::Inbox;
use crate::notifications::model::Head;
use crate::notifications::wire::{NotificationCommand, NotificationNews};
use crate::realtime::client::{Socket, use_socket};
use crate::ui::use_desktop;

/// Follows the log while the current owner lives, gives the bell its panel, and keeps the browser subscribed to pushes where it shows any.
/// Answers how far the log was heard. Call once, beside the pages, before the socket opens.
pub fn follow_notifications() -> RwSignal<Inbox> {
    let (telling, socket) = (use_telling(), use_socket());
    let inbox = RwSignal::new(browser::remembered().map(Inbox::at).unwrap_or_default());
    let has_heard = StoredValue::new(false);
    let bell = use_context::<Bell>();
    // Before the socket opens: what has come since the page was made is news.
    Effect::new(move |_| {
        if let Some(head) = bell.and_then(|bell| bell.at_first.get())
            && !has_heard.get_value()
        {
            inbox.update(|inbox| begin(inbox, head));
        }
    });
    socket.subscribe(move |news: NotificationNews| {
        let Some(heard) = inbox.try_update(|inbox| inbox.hear(news)) else {
            return;
        };
        has_heard.set_value(true);
        if heard.needs_resume {
            resume(socket, inbox);
            return;
        }
        let unread = inbox.with_untracked(|inbox| {
            browser::remember(inbox);
            tidy_desktop(inbox);
            inbox.unread
        });
        browser::show_app_badge(unread);
        if let Some(bell) = bell {
            bell.told.set(Some(unread));
        }
        telling.tell(heard.fresh);
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
    answer_the_worker(inbox);
    use_desktop().watch();
    browser::keep_subscribed(use_context::<SessionMark>().unwrap_or_default());
    inbox
}

/// Goes on from where the log was when the page was made, unless an earlier page of this tab has followed the same log: what that one has not
/// told is still to be told.
fn begin(inbox: &mut Inbox, head: Head) {
    if inbox.epoch != Some(head.epoch) {
        *inbox = Inbox::at(head);
    }
    browser::remember(inbox);
}

/// Asks for what came after what was heard. While the socket is away nothing is lost: the next one asks by itself.
fn resume(socket: Socket, inbox: RwSignal<Inbox>) {
    let (epoch, after) = inbox.with_untracked(|inbox| (inbox.epoch, inbox.last));
    socket.send_now(&NotificationCommand::Resume { epoch, after });
}
