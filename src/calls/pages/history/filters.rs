//! What the history is narrowed to: in the address, and as a form that works without JavaScript.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::web_sys::FormData;
use leptos_router::components::Form;

use super::Log;
use crate::accounts::model::PersonCard;
use crate::calls::records::log::{Kind, LogFilters, Period};
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::query::{self, Query};
use crate::ui::{Button, ButtonKind, Fold, LinkButton, SelectField, SelectOption, leave_out_blanks};

/// The page.
pub(super) const PAGE: &str = "/calls";

/// What an address asks for.
pub(super) fn from_query(query: &Query) -> LogFilters {
    let value = |name: &str| query.get(name).unwrap_or_default().to_owned();
    LogFilters {
        with: value("with"),
        kind: value("kind"),
        period: value("period"),
        after: value("after"),
    }
}

/// The address that asks for it.
pub(super) fn address(filters: &LogFilters) -> String {
    let LogFilters {
        with,
        kind,
        period,
        after,
    } = filters;
    query::address(
        PAGE,
        &[("with", with), ("kind", kind), ("period", period), ("after", after)],
    )
}

/// How many filters are set.
fn filters_set(filters: &LogFilters) -> usize {
    let LogFilters { with, kind, period, .. } = filters;
    [with, kind, period]
        .into_iter()
        .filter(|value| !value.is_empty())
        .count()
}

/// The form; empty as long as there is nobody to have called.
#[component]
pub(super) fn FilterForm(log: Log, filters: Memo<LogFilters>) -> impl IntoView {
    let locale = use_locale();
    // Fields keep what was chosen in them; those of another address are other fields.
    let each = move || {
        let people = log.get().map(|log| log.people).filter(|people| !people.is_empty());
        people
            .map(|people| (filters.get(), people))
            .into_iter()
            .collect::<Vec<_>>()
    };
    let key = |(filters, _): &(LogFilters, Vec<PersonCard>)| filters.clone();
    let tidy: Arc<dyn Fn(&FormData)> = Arc::new(leave_out_blanks);
    view! {
        // Without it browsers that go back choose again what was chosen before leaving, and not what the list shows.
        <Form method="GET" action=PAGE noscroll=true on_form_data=tidy attr:autocomplete="off">
            <For each=each key=key children=move |(filters, people)| fields(locale, &filters, people) />
        </Form>
    }
    .into_any()
}

fn fields(locale: Locale, filters: &LogFilters, people: Vec<PersonCard>) -> AnyView {
    let words = match filters_set(filters) {
        0 => td_string!(locale, calls.log.filters).to_owned(),
        count => td_string!(locale, calls.log.filters_set, count = count),
    };
    let people: Vec<SelectOption> = people
        .into_iter()
        // Of who has gone there is no name to ask by.
        .filter(|person| !person.is_gone())
        .map(|person| SelectOption::new(person.username, person.display_name))
        .collect();
    let kinds = Kind::NAMED
        .map(|kind| SelectOption::new(kind.name(), kind_text(locale, kind)))
        .to_vec();
    let periods = Period::NAMED
        .map(|period| SelectOption::new(period.name(), period_text(locale, period)))
        .to_vec();
    let LogFilters { with, kind, period, .. } = filters.clone();
    let clear = filters.is_any().then(|| {
        view! {
            <LinkButton href=PAGE kind=ButtonKind::Quiet>
                {td_string!(locale, calls.log.clear)}
            </LinkButton>
        }
    });
    view! {
        <div class="card log-filters" role="search">
            <Fold summary=words>
                <div class="log-filter-fields">
                    <SelectField
                        id="log-with"
                        name="with"
                        label=td_string!(locale, calls.log.with)
                        options=people
                        nothing=td_string!(locale, calls.log.everybody)
                        selected=with
                    />
                    <SelectField
                        id="log-kind"
                        name="kind"
                        label=td_string!(locale, calls.log.kind)
                        options=kinds
                        nothing=kind_text(locale, Kind::All)
                        selected=kind
                    />
                    <SelectField
                        id="log-period"
                        name="period"
                        label=td_string!(locale, calls.log.period)
                        options=periods
                        nothing=period_text(locale, Period::All)
                        selected=period
                    />
                    <div class="flex flex-wrap gap-2">
                        <Button submit=true kind=ButtonKind::Secondary>
                            {td_string!(locale, calls.log.show)}
                        </Button>
                        {clear}
                    </div>
                </div>
            </Fold>
        </div>
    }
    .into_any()
}

fn kind_text(locale: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::All => td_string!(locale, calls.log.kind_all),
        Kind::Calls => td_string!(locale, calls.log.kind_calls),
        Kind::Missed => td_string!(locale, calls.log.kind_missed),
    }
}

fn period_text(locale: Locale, period: Period) -> &'static str {
    match period {
        Period::All => td_string!(locale, calls.log.period_all),
        Period::Week => td_string!(locale, calls.log.period_week),
        Period::Month => td_string!(locale, calls.log.period_month),
        Period::Year => td_string!(locale, calls.log.period_year),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_what_it_was_made_of() {
        assert_eq!(address(&LogFilters::default()), PAGE);
        let filters = LogFilters {
            with: "ben".to_owned(),
            kind: "missed".to_owned(),
            period: "week".to_owned(),
            after: "0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5e".to_owned(),
        };
        let asking = address(&filters);
        let (_, query) = asking.split_once('?').unwrap();
        assert_eq!(from_query(&Query::parse(query)), filters);
        assert_eq!((filters_set(&filters), filters_set(&LogFilters::default())), (3, 0));
    }
}
