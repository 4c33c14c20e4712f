//! The search for somebody who fits.

use leptos::prelude::*;
use leptos_router::hooks::use_url;

use super::filter_form::FilterForm;
use super::find_filters::{address, from_query, loosened};
use super::nobody_found::{NobodyFound, nobody_title};
use super::person_form::About;
use super::request::RequestDialog;
use super::suggestion::SuggestionCard;
use crate::accounts::confirm_email::ConfirmEmailNotice;
use crate::i18n::{Locale, td_string, use_locale};
use crate::matching::api::find_partners;
use crate::matching::model::{Count, Filters, Suggestion, Suggestions};
use crate::matching::wire::MatchingNews;
use crate::realtime::client::on_news;
use crate::ui::{Articles, ButtonKind, FetchFailure, Fetched, Icon, LinkButton, PageHeader, use_fetched, use_query};

/// Results of what was searched for.
type Found = Fetched<Filters, Suggestions>;

/// "Find partners", at `/partners/find`. What is searched for stands in the address.
#[component]
pub fn FindPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let filters = Memo::new(move |_| query.with(from_query));
    let found: Found = use_fetched(move || filters.get(), find_partners);
    let asked: About = RwSignal::new(None);
    // The news with which every socket begins say nothing of this list.
    on_news(move |news: MatchingNews| {
        if !matches!(news, MatchingNews::Waiting { .. }) {
            found.refetch();
        }
    });
    let anew = asked_anew(filters);
    Effect::new(move |before: Option<()>| {
        anew.track();
        if before.is_some() {
            found.refetch();
        }
    });
    let searching = RwSignal::new(false);
    Effect::new(move || {
        let shown = found.key();
        searching.set(shown.is_some_and(|shown| filters.with(|filters| shown != *filters)));
    });
    view! {
        <PageHeader title=td_string!(locale, matching.find.title) lead=td_string!(locale, matching.find.lead) />
        <ConfirmEmailNotice />
        <FilterForm filters=filters anew=anew searching=searching.into() />
        <Transition>
            <Results found=found asked=asked />
        </Transition>
        <RequestDialog asked=asked on_change=move |()| found.refetch() />
    }
    .into_any()
}

/// Changes when somebody asks for what is shown already, by the link in the navigation or by "Show results".
fn asked_anew(filters: Memo<Filters>) -> RwSignal<u32> {
    let url = use_url();
    let times = RwSignal::new(0);
    Effect::new(move |before: Option<Filters>| {
        let is_jump = url.with(|url| !url.hash().is_empty());
        let asked = filters.get();
        // A jump within the page, as of the link "Skip to content", asks for nothing.
        if !is_jump && before.is_some_and(|before| before == asked) {
            times.update(|times| *times += 1);
        }
        asked
    });
    times
}

#[component]
fn Results(found: Found, asked: About) -> impl IntoView {
    let locale = use_locale();
    let people = move || found.get().map(|page| page.items).unwrap_or_default();
    let nobody = move || {
        let (filters, page) = found.get_with_key()?;
        // Where the look goes on, nobody is said to be there only when it has ended.
        (page.items.is_empty() && page.next.is_none()).then(|| view! { <NobodyFound filters=filters /> })
    };
    let shown = move || {
        let (filters, page) = found.get_with_key()?;
        Some(shown_text(locale, &filters, page.items.len()))
    };
    // The first page says how many there are in all; later ones go on from there.
    let counted = move || {
        found
            .get()?
            .count
            .filter(|count| count.number > 0)
            .map(|count| count_text(locale, count))
    };
    let looks_further = move || {
        found
            .get()
            .is_some_and(|page| page.items.is_empty() && page.next.is_some())
    };
    let next = move || {
        let (filters, page) = found.get_with_key()?;
        page.next.map(|after| address(&Filters { after, ..filters }))
    };
    let changes = move || {
        found.track();
        asked.track();
    };
    view! {
        <section aria-label=td_string!(locale, matching.find.results)>
            <p class="sr-only" role="status">
                {shown}
            </p>
            <FetchFailure of=found />
            <p class="mb-5 text-muted empty:hidden">{counted}</p>
            {nobody}
            {move || looks_further().then(|| view! { <p>{td_string!(locale, matching.find.nobody_so_far)}</p> })}
            <Articles changes=changes>
                <For
                    each=people
                    // What the article shows of somebody may change; then it is another one.
                    key=|suggestion: &Suggestion| (suggestion.person.id, suggestion.online, suggestion.has_asked)
                    let:suggestion
                >
                    <SuggestionCard suggestion=suggestion asked=asked />
                </For>
            </Articles>
            {move || {
                next()
                    .map(|href| {
                        view! {
                            <p class="mt-8 text-center">
                                <LinkButton href=href kind=ButtonKind::Secondary>
                                    {if looks_further() {
                                        td_string!(locale, matching.find.look_further)
                                    } else {
                                        td_string!(locale, matching.find.next_page)
                                    }}
                                    <Icon icon=icondata_lu::LuArrowRight />
                                </LinkButton>
                            </p>
                        }
                    })
            }}
        </section>
    }
}

/// How many fit in all.
fn count_text(locale: Locale, Count { number, is_least }: Count) -> String {
    match is_least {
        true if number >= Count::MOST => td_string!(locale, matching.find.very_many).to_owned(),
        true => td_string!(locale, matching.find.count_least, count = number),
        false => td_string!(locale, matching.find.count, count = number),
    }
}

/// How many were found and for what, for those who hear the results: another search says something else even where it finds as many.
fn shown_text(locale: Locale, filters: &Filters, count: usize) -> String {
    let number = match count {
        0 => nobody_title(locale, filters).to_owned(),
        count => td_string!(locale, matching.find.shown, count = count),
    };
    let asked: Vec<String> = loosened(locale, filters).into_iter().map(|(words, _)| words).collect();
    if asked.is_empty() {
        number
    } else {
        format!("{number}: {}", asked.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_out_tells_one_search_from_another() {
        let filters = Filters {
            level: "B1".to_owned(),
            online: "on".to_owned(),
            ..Filters::default()
        };
        assert_eq!(shown_text(Locale::en, &Filters::default(), 1), "1 person shown");
        assert_eq!(
            shown_text(Locale::en, &filters, 3),
            "3 people shown: “online now”, “level B1”"
        );
        assert_eq!(
            shown_text(Locale::en, &filters, 0),
            "Nobody fits all of this right now: “online now”, “level B1”"
        );
        let later = Filters {
            after: "90.x".to_owned(),
            ..Filters::default()
        };
        assert_ne!(
            shown_text(Locale::en, &later, 0),
            shown_text(Locale::en, &Filters::default(), 0)
        );
    }
}
