//! The search for somebody who fits.

use leptos::prelude::*;
use leptos_router::hooks::use_url;

use super::filter_form::FilterForm;
use super::find_filters::{address, from_query};
use super::live::on_matching_news;
use super::nobody_found::NobodyFound;
use super::not_loaded;
use super::person_form::About;
use super::request::RequestDialog;
use super::suggestion::SuggestionCard;
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::AppError;
use crate::matching::api::find_partners;
use crate::matching::model::{Filters, Suggestion, Suggestions};
use crate::matching::wire::MatchingNews;
use crate::ui::{ButtonKind, Icon, LinkButton, PageHeader, use_query};

/// Results, and what they are the results of.
type Found = (Filters, Result<Suggestions, AppError>);

/// "Find partners", at `/partners/find`. What is searched for stands in the address.
#[component]
pub fn FindPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let filters = Memo::new(move |_| query.with(from_query));
    let found = Resource::new_blocking(
        move || filters.get(),
        |filters| async move {
            let answer = find_partners(filters.clone()).await;
            (filters, answer)
        },
    );
    let asked: About = RwSignal::new(None);
    // The news with which every socket begins say nothing of this list.
    on_matching_news(move |news| {
        if !matches!(news, MatchingNews::Waiting { .. }) {
            found.refetch();
        }
    });
    let anew = asked_anew();
    Effect::new(move |before: Option<()>| {
        anew.track();
        if before.is_some() {
            found.refetch();
        }
    });
    let searching = RwSignal::new(false);
    Effect::new(move || {
        let is_shown = found.with(|found| {
            found
                .as_ref()
                .is_none_or(|(of, _)| filters.with(|filters| of == filters))
        });
        searching.set(!is_shown);
    });
    view! {
        <PageHeader title=td_string!(locale, matching.find.title) lead=td_string!(locale, matching.find.lead) />
        <FilterForm filters=filters anew=anew searching=searching.into() />
        <Transition>
            <Results found=found asked=asked />
        </Transition>
        <RequestDialog asked=asked on_change=move |()| found.refetch() />
    }
    .into_any()
}

/// Changes when somebody goes to the address that the page is at already, as by the link in the navigation.
fn asked_anew() -> Signal<u32> {
    let url = use_url();
    let times = RwSignal::new(0);
    Effect::new(move |before: Option<String>| {
        let (search, is_jump) = url.with(|url| (url.search().to_owned(), !url.hash().is_empty()));
        // A jump within the page, as of the link "Skip to content", asks for nothing.
        if !is_jump && before.is_some_and(|before| before == search) {
            times.update(|times| *times += 1);
        }
        search
    });
    times.into()
}

#[component]
fn Results(found: Resource<Found>, asked: About) -> impl IntoView {
    let locale = use_locale();
    let people = move || match found.get() {
        Some((_, Ok(page))) => page.items,
        _ => Vec::new(),
    };
    let words = move || match found.get()? {
        (_, Err(error)) => Some(not_loaded(&error)),
        (filters, Ok(page)) if page.items.is_empty() => Some(view! { <NobodyFound filters=filters /> }.into_any()),
        _ => None,
    };
    let shown = move || match people().len() {
        0 => String::new(),
        count => td_string!(locale, matching.find.shown, count = count),
    };
    let next = move || match found.get()? {
        (filters, Ok(page)) => page.next.map(|after| address(&Filters { after, ..filters })),
        _ => None,
    };
    view! {
        <section aria-label=td_string!(locale, matching.find.results)>
            <p class="sr-only" role="status">
                {shown}
            </p>
            {words}
            <div class="grid gap-5">
                <For
                    each=people
                    // What the article shows of somebody may change; then it is another one.
                    key=|suggestion: &Suggestion| (suggestion.person.id, suggestion.online, suggestion.has_asked)
                    let:suggestion
                >
                    <SuggestionCard suggestion=suggestion asked=asked />
                </For>
            </div>
            {move || {
                next()
                    .map(|href| {
                        view! {
                            <p class="mt-8 text-center">
                                <LinkButton href=href kind=ButtonKind::Secondary>
                                    {td_string!(locale, matching.find.next_page)}
                                    <Icon icon=icondata_lu::LuArrowRight />
                                </LinkButton>
                            </p>
                        }
                    })
            }}
        </section>
    }
}
