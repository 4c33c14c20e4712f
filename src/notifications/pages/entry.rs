//! One line of the list, as the page and the panel show it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::words::Words;
use crate::accounts::names::shown_name;
use crate::i18n::{td_string, use_locale};
use crate::notifications::api::mark_notification_read;
use crate::notifications::model::{Notification, NotificationId};
use crate::ui::{Avatar, Icon, When};

/// Who, what happened, the words that were sent along, when, and whether it is unread.
#[component]
pub(super) fn Entry(
    /// The line.
    notification: Notification,
    /// How it reads.
    words: Words,
    /// Its title as something to press, which opens it.
    title: AnyView,
) -> impl IntoView {
    let locale = use_locale();
    let Notification { actor, at, is_read, .. } = notification;
    let face = match actor {
        Some(actor) => {
            let name = shown_name(locale, &actor);
            view! { <Avatar name=name hue=actor.hue picture=actor.picture /> }.into_any()
        }
        None => view! {
            <span class="notification-face">
                <Icon icon=icondata_lu::LuShieldCheck />
            </span>
        }
        .into_any(),
    };
    let unread = (!is_read).then(|| {
        view! {
            <span class="notification-unread-mark">
                <span class="sr-only">{td_string!(locale, notifications.unread)}</span>
            </span>
        }
    });
    view! {
        <li class="notification" class:notification-unread=!is_read>
            {face}
            <div class="notification-words">
                {title} {words.text.map(|text| view! { <p class="notification-text">{text}</p> })}
                <p class="notification-when">
                    <When time=at />
                </p>
            </div>
            {unread}
        </li>
    }
}

/// Marks one read, as it is opened. Should it not come through, it stays unread: nothing is lost.
pub(super) fn mark_read(id: NotificationId) {
    spawn_local(async move {
        let _ = mark_notification_read(id, String::new()).await;
    });
}
