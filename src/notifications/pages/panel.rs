//! What the bell opens: the newest of the list, over the page and not in its way.

use leptos::ev::{Event, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::Element;

use super::entry::{Entry, mark_read};
use super::words::words;
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::AppError;
use crate::notifications::api::{self, mark_all_notifications_read};
use crate::notifications::bell::PANEL;
use crate::notifications::inbox::Inbox;
use crate::notifications::model::Notification;
use crate::realtime::client::on_return;
use crate::ui::{Button, ButtonKind, Icon, LinkButton, Spinner, error_text};

/// How many it shows; "See all" leads to the rest.
const SHOWN: usize = 8;

/// What stands in the place of the list.
#[derive(Clone, PartialEq)]
enum Instead {
    Waiting,
    Failed(AppError),
    Nothing,
}

/// The panel, a popover of the browser's own: Escape and a press elsewhere close it, and the focus returns to the bell.
#[component]
pub(super) fn Panel(
    /// The log as this tab has heard it: what changes it is looked at again.
    inbox: RwSignal<Inbox>,
) -> impl IntoView {
    let locale = use_locale();
    let sheet = NodeRef::<html::Div>::new();
    let (is_open, set_open) = signal(false);
    let entries = RwSignal::new(None::<Result<Vec<Notification>, AppError>>);
    let asked = StoredValue::new(0_u32);
    let position = Memo::new(move |_| inbox.with(|inbox| (inbox.epoch, inbox.last)));
    let ask = move || {
        asked.update_value(|asked| *asked += 1);
        let mine = asked.get_value();
        spawn_local(async move {
            let answer = api::notifications(None).await.map(|page| page.items);
            // An answer that a later question has overtaken is dropped.
            if asked.try_get_value() == Some(mine) {
                entries.try_set(Some(answer));
            }
        });
    };
    Effect::new(move |_| {
        // Read and not only tracked: a memo that nobody has read follows nothing. What is asked for here was heard of before, so the answer
        // to the last question is never older than the last change.
        let _ = position.get();
        if is_open.get() {
            ask();
        }
    });
    on_return(move || {
        if is_open.get_untracked() && entries.with_untracked(|entries| matches!(entries, Some(Err(_)))) {
            ask();
        }
    });
    let (problem, set_problem) = signal(None::<AppError>);
    let on_toggle = move |event: Event| {
        let is_open = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|sheet| sheet.matches(":popover-open").unwrap_or(false));
        set_open.set(is_open);
        if !is_open {
            set_problem.set(None);
        }
    };
    // A navigation inside the application does not close a popover by itself.
    let on_click = move |event: MouseEvent| {
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| target.closest("a[href]").ok().flatten());
        if let (Some(_), Some(sheet)) = (link, sheet.get_untracked()) {
            // Refused only when it is closed already.
            let _ = sheet.hide_popover();
        }
    };
    let mark_all = move |()| {
        set_problem.set(None);
        let up_to = inbox.with_untracked(|inbox| inbox.last);
        spawn_local(async move {
            if let Err(error) = mark_all_notifications_read(up_to).await {
                set_problem.try_set(Some(error));
            }
        });
    };
    // Apart from the list: where it was drawn anew with each answer, what has the focus in it would lose it.
    let instead = Memo::new(move |_| {
        entries.with(|entries| match entries {
            None => Some(Instead::Waiting),
            Some(Err(error)) => Some(Instead::Failed(error.clone())),
            Some(Ok(entries)) if entries.is_empty() => Some(Instead::Nothing),
            Some(Ok(_)) => None,
        })
    });
    view! {
        <div
            class="menu-sheet notifications-panel"
            id=PANEL
            popover="auto"
            role="dialog"
            aria-labelledby="notifications-panel-title"
            node_ref=sheet
            on:toggle=on_toggle
            on:click=on_click
        >
            <div class="notifications-panel-head">
                <h2 class="notifications-panel-title" id="notifications-panel-title">
                    {td_string!(locale, notifications.title)}
                </h2>
                <Button kind=ButtonKind::Quiet small=true on_press=mark_all>
                    <Icon icon=icondata_lu::LuCheckCheck />
                    {td_string!(locale, notifications.mark_all)}
                </Button>
            </div>
            // Beside the list, which is still true, and the button, which can be pressed again.
            <div role="alert">
                {move || problem.get().map(|error| view! { <p class="notifications-panel-note">{error_text(locale, &error)}</p> })}
            </div>
            {move || match instead.get() {
                Some(Instead::Waiting) => {
                    view! {
                        <p class="notifications-panel-note">
                            <Spinner />
                            <span class="sr-only">{td_string!(locale, notifications.loading)}</span>
                        </p>
                    }
                        .into_any()
                }
                Some(Instead::Failed(error)) => {
                    view! {
                        <p class="notifications-panel-note" role="alert">
                            {error_text(locale, &error)}
                        </p>
                    }
                        .into_any()
                }
                Some(Instead::Nothing) => {
                    view! { <p class="notifications-panel-note">{td_string!(locale, notifications.panel_empty)}</p> }.into_any()
                }
                None => view! { <Newest entries=entries /> }.into_any(),
            }}
            <p class="notifications-panel-foot">
                <LinkButton href="/notifications" kind=ButtonKind::Secondary small=true wide=true>
                    {td_string!(locale, notifications.see_all)}
                </LinkButton>
            </p>
        </div>
    }
}

#[component]
fn Newest(entries: RwSignal<Option<Result<Vec<Notification>, AppError>>>) -> impl IntoView {
    let locale = use_locale();
    let newest = move || {
        entries.with(|entries| match entries {
            Some(Ok(entries)) => entries.iter().take(SHOWN).cloned().collect::<Vec<_>>(),
            _ => Vec::new(),
        })
    };
    let line = move |entry: Notification| {
        let (words, id, is_read) = (words(locale, &entry), entry.id, entry.is_read);
        let open = move |_| {
            if !is_read {
                mark_read(id);
            }
        };
        let title = view! {
            <a class="notification-title" href=words.href.clone() on:click=open>
                {words.title.clone()}
            </a>
        };
        view! { <Entry notification=entry words=words title=title.into_any() /> }
    };
    view! {
        <ul class="notifications notifications-newest">
            <For each=newest key=|entry: &Notification| (entry.id, entry.seq, entry.is_read, entry.at.days_ago) children=line />
        </ul>
    }
}
