//! The bell in the frame: how many notifications are unread, and the way to them.

use leptos::prelude::*;

use crate::i18n::{Locale, td_string};
use crate::notifications::api::notifications_so_far;
use crate::notifications::bell::{Bell, PANEL};
use crate::ui::Icon;

/// "Notifications", or "Notifications, 3 unread" with the number to be seen. It opens the panel where the live parts have brought one, and
/// leads to the page of the list until then and without JavaScript.
#[component]
pub(super) fn BellButton(locale: Locale) -> impl IntoView {
    let bell = use_context::<Bell>();
    let unread = unread(bell);
    let panel = move || bell.and_then(|bell| bell.panel.get());
    let has_panel = Memo::new(move |_| panel().is_some());
    let label = move || match unread.get() {
        0 => td_string!(locale, notifications.title).to_owned(),
        count => td_string!(locale, notifications.bell, count = count),
    };
    let number = move || {
        let count = unread.get();
        (count > 0).then(|| view! { <span class="bell-count">{count}</span> })
    };
    view! {
        <div class="bell">
            <form action="/notifications" method="get">
                <Transition>
                    // What sends a form opens nothing (HTML, "popover target attributes"), so it stops being that when there is a panel.
                    <button
                        class="icon-button bell-button"
                        type=move || if has_panel.get() { "button" } else { "submit" }
                        popovertarget=move || has_panel.get().then_some(PANEL)
                        aria-label=label
                    >
                        <Icon icon=icondata_lu::LuBell />
                        {number}
                    </button>
                </Transition>
            </form>
            {move || panel().map(|panel| panel.run())}
        </div>
    }
}

/// As the server knew when it made the page, until this tab is told. To be read inside a `Suspense`, for which the server waits.
fn unread(bell: Option<Bell>) -> Signal<u32> {
    let at_first = Resource::new_blocking(|| (), |()| notifications_so_far());
    Effect::new(move |_| {
        if let (Some(bell), Some(Ok(head))) = (bell, at_first.get()) {
            bell.at_first.set(Some(head));
        }
    });
    Signal::derive(move || {
        let told = bell.and_then(|bell| bell.told.get());
        let at_first = || at_first.get().and_then(Result::ok).map(|head| head.unread);
        told.or_else(at_first).unwrap_or_default()
    })
}
