//! What the calls of the history come to.

use leptos::prelude::*;

use super::Log;
use crate::accounts::names::shown_name;
use crate::calls::pages::words::about_text;
use crate::calls::records::log::{Kind, LogFilters, LogTotals, PartnerTotals};
use crate::i18n::{Locale, td_string, use_locale};

/// The figures, and, where there is more than one partner, the same by partner. Nothing before the first attempt, and nothing over a list of missed
/// calls only, of which they say nothing.
#[component]
pub(super) fn Totals(log: Log, filters: Memo<LogFilters>) -> impl IntoView {
    let locale = use_locale();
    let is_of_missed = move || filters.with(|filters| filters.kind == Kind::Missed.name());
    move || {
        let log = log.get()?;
        (log.totals.attempts() > 0 && !is_of_missed()).then(|| figures(locale, log.totals, log.by_partner))
    }
}

fn figures(locale: Locale, totals: LogTotals, by_partner: Vec<PartnerTotals>) -> AnyView {
    let partners = (by_partner.len() > 1).then(|| table(locale, by_partner));
    let of = td_string!(
        locale,
        calls.log.success_of,
        talks = totals.talks,
        attempts = totals.attempts()
    );
    view! {
        <section class="log-totals" aria-label=td_string!(locale, calls.log.totals)>
            <dl class="log-figures">
                <div>
                    <dt>{td_string!(locale, calls.log.totals_calls)}</dt>
                    <dd>{totals.calls}</dd>
                </div>
                <div>
                    <dt>{td_string!(locale, calls.log.totals_time)}</dt>
                    <dd>{time_text(locale, totals)}</dd>
                </div>
                <div>
                    <dt>{td_string!(locale, calls.log.totals_success)}</dt>
                    <dd>{success_text(locale, totals)} <span class="log-figure-note">{of}</span></dd>
                </div>
            </dl>
            {partners}
        </section>
    }
    .into_any()
}

fn table(locale: Locale, by_partner: Vec<PartnerTotals>) -> AnyView {
    let rows = by_partner
        .into_iter()
        .map(|PartnerTotals { partner, totals }| {
            view! {
                <tr>
                    <th scope="row">{shown_name(locale, &partner)}</th>
                    <td>{totals.calls}</td>
                    <td>{time_text(locale, totals)}</td>
                    <td>{success_text(locale, totals)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details>
            <summary class="text-link">{td_string!(locale, calls.log.by_partner)}</summary>
            <table class="record-table">
                <caption class="sr-only">{td_string!(locale, calls.log.by_partner)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{td_string!(locale, calls.log.with)}</th>
                        <th scope="col">{td_string!(locale, calls.log.totals_calls)}</th>
                        <th scope="col">{td_string!(locale, calls.log.totals_time)}</th>
                        <th scope="col">{td_string!(locale, calls.log.totals_success)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
    .into_any()
}

fn time_text(locale: Locale, totals: LogTotals) -> String {
    about_text(locale, u32::try_from(totals.seconds).unwrap_or(u32::MAX))
}

fn success_text(locale: Locale, totals: LogTotals) -> String {
    match totals.success_percent() {
        Some(percent) => td_string!(locale, calls.log.success, percent = percent),
        None => td_string!(locale, calls.log.no_attempts).to_owned(),
    }
}
