//! `/notifications`: the whole list, with JavaScript and without.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::entry::{Entry, mark_read};
use super::words::words;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::paging::Page;
use crate::kernel::query::address;
use crate::kernel::time::LocalTime;
use crate::notifications::api::{self, MarkAllNotificationsRead, MarkNotificationRead};
use crate::notifications::model::Notification;
use crate::notifications::wire::NotificationNews;
use crate::realtime::client::on_news;
use crate::ui::local_time::day_text;
use crate::ui::{
    Button, ButtonKind, EmptyState, FetchFailure, Fetched, FormError, Icon, LinkButton, PageHeader, use_fetched,
    use_form, use_query,
};

type List = Fetched<Option<String>, Page<Notification>>;

/// A day of the reader's calendar.
type Day = (i16, u8, u8);

const fn day_of(time: &LocalTime) -> Day {
    (time.year, time.month, time.day)
}

/// "Notifications"; `?after=` says where the page starts.
#[component]
pub fn NotificationsPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let after =
        Memo::new(move |_| query.with(|query| query.get("after").filter(|after| !after.is_empty()).map(str::to_owned)));
    let list = use_fetched(move || after.get(), api::notifications);
    on_news(move |news: NotificationNews| match news {
        // Every tab hears on each socket that nothing has changed.
        NotificationNews::Changes { changes, .. } if changes.is_empty() => {}
        _ => list.refetch(),
    });
    view! {
        <PageHeader title=td_string!(locale, notifications.title) lead=td_string!(locale, notifications.lead) />
        <Transition>
            <Everything list=list />
        </Transition>
    }
    .into_any()
}

#[component]
fn Everything(list: List) -> impl IntoView {
    let locale = use_locale();
    let nothing = move || {
        let (after, page) = list.get_with_key()?;
        page.items.is_empty().then(|| match after {
            Some(_) => view! { <NothingOlder /> }.into_any(),
            None => view! { <NothingYet /> }.into_any(),
        })
    };
    let is_later = move || matches!(list.get_with_key(), Some((Some(_), _)));
    let next = move || list.get().and_then(|page| page.next);
    view! {
        <FetchFailure of=list />
        <div class="notifications-bar">
            <MarkAll list=list />
            <a class="text-link" href="/settings/notifications">
                {td_string!(locale, notifications.settings_link)}
            </a>
        </div>
        {nothing}
        <div class="grid gap-10">
            <For each=move || days(list) key=|(day, time)| (*day, time.days_ago) let:day>
                <DayOf list=list day=day.0 time=day.1 />
            </For>
        </div>
        <div class="notifications-paging">
            {move || {
                is_later()
                    .then(|| {
                        view! {
                            <LinkButton href="/notifications" kind=ButtonKind::Quiet>
                                {td_string!(locale, notifications.newest)}
                            </LinkButton>
                        }
                    })
            }}
            {move || {
                next()
                    .map(|after| {
                        view! {
                            <LinkButton href=address("/notifications", &[("after", &after)]) kind=ButtonKind::Secondary>
                                {td_string!(locale, notifications.older)}
                                <Icon icon=icondata_lu::LuArrowRight />
                            </LinkButton>
                        }
                    })
            }}
        </div>
    }
}

/// The days that something on the page happened on, latest first, each with a time of that day.
fn days(list: List) -> Vec<(Day, LocalTime)> {
    let mut days: Vec<(Day, LocalTime)> = Vec::new();
    for entry in list.get().map(|page| page.items).unwrap_or_default() {
        let day = day_of(&entry.at);
        if days.iter().all(|(other, _)| *other != day) {
            days.push((day, entry.at));
        }
    }
    days
}

fn day_heading(locale: Locale, time: &LocalTime) -> String {
    match time.days_ago {
        0 => td_string!(locale, notifications.today).to_owned(),
        1 => td_string!(locale, notifications.yesterday).to_owned(),
        _ => day_text(locale, time),
    }
}

/// What happened on one day.
#[component]
fn DayOf(list: List, day: Day, time: LocalTime) -> impl IntoView {
    let locale = use_locale();
    let id = format!("day-{}-{}-{}", day.0, day.1, day.2);
    let labelled_by = id.clone();
    let entries = move || {
        let items = list.get().map(|page| page.items).unwrap_or_default();
        items
            .into_iter()
            .filter(|entry| day_of(&entry.at) == day)
            .collect::<Vec<_>>()
    };
    view! {
        <section aria-labelledby=labelled_by>
            <h2 class="notifications-day" id=id>
                {day_heading(locale, &time)}
            </h2>
            <ul class="notifications">
                <For each=entries key=|entry: &Notification| (entry.id, entry.seq, entry.is_read) let:entry>
                    <Line entry=entry />
                </For>
            </ul>
        </section>
    }
}

/// A line whose title opens it. One that is unread is opened by a form, which marks it read on the way, with JavaScript and without.
#[component]
fn Line(entry: Notification) -> impl IntoView {
    let locale = use_locale();
    let navigate = use_navigate();
    let words = words(locale, &entry);
    let title = if entry.is_read {
        view! {
            <a class="notification-title" href=words.href.clone()>
                {words.title.clone()}
            </a>
        }
        .into_any()
    } else {
        let (id, href) = (entry.id, words.href.clone());
        let open = move |event: SubmitEvent| {
            event.prevent_default();
            mark_read(id);
            navigate(&href, NavigateOptions::default());
        };
        view! {
            <form method="post" action=MarkNotificationRead::url() on:submit=open>
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="next" value=words.href.clone() />
                <button class="notification-title" type="submit">
                    {words.title.clone()}
                </button>
            </form>
        }
        .into_any()
    };
    view! { <Entry notification=entry words=words title=title /> }
}

/// Marks everything read that was there when the page was made. It stands on the first page, which shows the newest of it.
#[component]
fn MarkAll(list: List) -> impl IntoView {
    let locale = use_locale();
    let mark = ServerAction::<MarkAllNotificationsRead>::new();
    let form = use_form(mark);
    let newest = move || match list.get_with_key() {
        Some((None, page)) => page.items.first().map(|entry| entry.seq),
        _ => None,
    };
    // Should the socket be away, nobody else says that it is done.
    Effect::new(move |_| {
        if matches!(mark.value().get(), Some(Ok(()))) {
            list.refetch();
        }
    });
    let is_done = move || form.succeeded().get();
    view! {
        <div hidden=move || newest().is_none()>
            <ActionForm action=mark>
                <input type="hidden" name="up_to" value=move || newest().unwrap_or_default().to_string() />
                <Button submit=true kind=ButtonKind::Secondary small=true busy=form.pending()>
                    <Icon icon=icondata_lu::LuCheckCheck />
                    {td_string!(locale, notifications.mark_all)}
                </Button>
            </ActionForm>
            <FormError form=form />
            <p class="sr-only" role="status">
                {move || is_done().then(|| td_string!(locale, notifications.all_read))}
            </p>
        </div>
    }
}

#[component]
fn NothingYet() -> impl IntoView {
    let locale = use_locale();
    view! {
        <EmptyState
            icon=icondata_lu::LuBell
            title=td_string!(locale, notifications.empty_title)
            text=td_string!(locale, notifications.empty_text)
        >
            <LinkButton href="/partners/find">{td_string!(locale, notifications.empty_action)}</LinkButton>
        </EmptyState>
    }
}

#[component]
fn NothingOlder() -> impl IntoView {
    let locale = use_locale();
    view! {
        <EmptyState
            icon=icondata_lu::LuBell
            title=td_string!(locale, notifications.none_older_title)
            text=td_string!(locale, notifications.none_older_text)
        />
    }
}
