//! How the connection of a call was: in words, over time as charts and as a table, and in figures.

use leptos::prelude::*;

use super::chart::{Chart, Line, draw};
use crate::calls::pages::words::{about_text, percent_text};
use crate::calls::records::course::Step;
use crate::calls::records::summary::ConnectionView;
use crate::calls::records::totals::{DirectionTotals, Size, Spread, Totals};
use crate::calls::records::weakness::{Weak, Weakness};
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::time::clock_length;

/// The axis of losses goes at least up to this percentage.
const LOSS_TOP: f32 = 10.0;
/// The axis of round trips goes at least up to so many milliseconds.
const TRIP_TOP: f32 = 200.0;

/// How the connection was; `name` is the partner.
#[component]
pub(super) fn ConnectionSection(connection: Option<ConnectionView>, name: String) -> impl IntoView {
    let locale = use_locale();
    let content = match connection {
        None => {
            let words = td_string!(locale, calls.record.not_measured);
            view! { <p class="text-muted">{words}</p> }.into_any()
        }
        Some(ConnectionView { totals, course }) => {
            let words = sentences(locale, &totals, &name)
                .into_iter()
                .map(|words| view! { <li>{words}</li> })
                .collect_view();
            let drawn = (course.len() > 1).then(|| over_time(locale, &course, &totals, &name));
            view! {
                <ul class="record-words">{words}</ul>
                {drawn}
                {figures(locale, &totals, &name)}
            }
            .into_any()
        }
    };
    view! {
        <section class="card record" aria-labelledby="record-connection">
            <h2 id="record-connection">{td_string!(locale, calls.record.connection)}</h2>
            {content}
        </section>
    }
    .into_any()
}

/// What there is to say, the worst first.
fn sentences(locale: Locale, totals: &Totals, name: &str) -> Vec<String> {
    let weak = |Weak { what, seconds }: &Weak| {
        let length = about_text(locale, *seconds);
        match what {
            Weakness::Upload => td_string!(locale, calls.record.weak_upload, length = length, name = name),
            Weakness::Download => td_string!(locale, calls.record.weak_download, length = length, name = name),
            Weakness::Delay => td_string!(locale, calls.record.weak_delay, length = length),
        }
    };
    let mut said: Vec<String> = totals.weak.iter().map(weak).collect();
    if totals.reconnects > 0 {
        said.push(td_string!(locale, calls.record.reconnected, count = totals.reconnects));
    }
    if said.is_empty() {
        said.push(td_string!(locale, calls.record.good).to_owned());
    }
    if totals.is_relayed == Some(true) {
        said.push(td_string!(locale, calls.record.relayed).to_owned());
    }
    said
}

fn over_time(locale: Locale, course: &[Step], totals: &Totals, name: &str) -> AnyView {
    let span = (
        course.first().map_or(0, |step| step.second),
        course.last().map_or(0, |step| step.second),
    );
    let percent = |of: fn(&Step) -> Option<u16>| -> Vec<Option<f32>> {
        course
            .iter()
            .map(|step| of(step).map(|permille| f32::from(permille) / 10.0))
            .collect()
    };
    let most = |of: fn(&Step) -> Option<u16>| {
        let most = course.iter().filter_map(of).max();
        most.map_or_else(|| "0".to_owned(), |permille| percent_text(locale, permille))
    };
    let loss = Chart {
        label: td_string!(
            locale,
            calls.record.loss_label,
            up = most(|step| step.up_loss),
            down = most(|step| step.down_loss),
            name = name
        ),
        unit: td_string!(locale, calls.record.percent),
        least_top: LOSS_TOP,
        span,
        lines: vec![
            Line {
                class: "chart-mine",
                values: percent(|step| step.up_loss),
            },
            Line {
                class: "chart-partner",
                values: percent(|step| step.down_loss),
            },
        ],
    };
    let trips = course.iter().map(|step| step.round_trip_ms);
    let trip = Chart {
        label: td_string!(
            locale,
            calls.record.trip_label,
            most = trips.clone().flatten().max().unwrap_or_default(),
            mean = totals.round_trip_ms.map_or(0, |spread| spread.mean)
        ),
        unit: td_string!(locale, calls.record.milliseconds),
        least_top: TRIP_TOP,
        span,
        lines: vec![Line {
            class: "chart-both",
            values: trips.map(|trip| trip.map(f32::from)).collect(),
        }],
    };
    view! {
        <div class="record-charts">
            <figure>
                <figcaption>{td_string!(locale, calls.record.loss)}</figcaption>
                {draw(locale, loss)}
                <p class="chart-legend">
                    <span class="chart-key chart-key-mine">{td_string!(locale, calls.record.sent)}</span>
                    <span class="chart-key chart-key-partner">
                        {td_string!(locale, calls.record.received, name = name)}
                    </span>
                </p>
            </figure>
            <figure>
                <figcaption>{td_string!(locale, calls.record.trip)}</figcaption>
                {draw(locale, trip)}
            </figure>
        </div>
        {table(locale, course, name)}
    }
    .into_any()
}

fn table(locale: Locale, course: &[Step], name: &str) -> AnyView {
    let unknown = || td_string!(locale, calls.record.unknown).to_owned();
    let percent = |permille: Option<u16>| match permille {
        Some(permille) => td_string!(
            locale,
            calls.record.value_percent,
            value = percent_text(locale, permille)
        ),
        None => unknown(),
    };
    let rows = course
        .iter()
        .map(|step| {
            let trip = match step.round_trip_ms {
                Some(trip) => td_string!(locale, calls.record.value_ms, value = trip),
                None => unknown(),
            };
            view! {
                <tr>
                    <th scope="row">{clock_length(step.second)}</th>
                    <td>{percent(step.up_loss)}</td>
                    <td>{percent(step.down_loss)}</td>
                    <td>{trip}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details>
            <summary class="text-link">{td_string!(locale, calls.record.show_table)}</summary>
            <table class="record-table">
                <caption class="sr-only">{td_string!(locale, calls.record.table)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{td_string!(locale, calls.record.time)}</th>
                        <th scope="col">{td_string!(locale, calls.record.lost_sent)}</th>
                        <th scope="col">{td_string!(locale, calls.record.lost_received, name = name)}</th>
                        <th scope="col">{td_string!(locale, calls.record.trip)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
    .into_any()
}

/// The figures of the whole call, for whoever wants to know.
fn figures(locale: Locale, totals: &Totals, name: &str) -> AnyView {
    let row = |words: &'static str, figure: &dyn Fn(&DirectionTotals) -> Option<String>| {
        let (up, down) = (figure(&totals.up), figure(&totals.down));
        let shown = up.is_some() || down.is_some();
        let or_unknown =
            |text: Option<String>| text.unwrap_or_else(|| td_string!(locale, calls.record.unknown).to_owned());
        shown.then(|| {
            view! {
                <tr>
                    <th scope="row">{words}</th>
                    <td>{or_unknown(up)}</td>
                    <td>{or_unknown(down)}</td>
                </tr>
            }
            .into_any()
        })
    };
    let spread = |spread: Option<Spread>, unit: &dyn Fn(u32) -> String| {
        let Spread { mean, worst } = spread?;
        let (mean, worst) = (unit(mean), unit(worst));
        Some(td_string!(
            locale,
            calls.record.mean_and_worst,
            mean = mean,
            worst = worst
        ))
    };
    let plain = |value: u32| value.to_string();
    let ms = |value: u32| td_string!(locale, calls.record.value_ms, value = value);
    let permille = |value: u32| {
        let value = percent_text(locale, u16::try_from(value).unwrap_or(u16::MAX));
        td_string!(locale, calls.record.value_percent, value = value)
    };
    let kilobits = |value: u32| td_string!(locale, calls.record.kilobits, value = value);
    let size = |size: Size| format!("{} × {}", size.width, size.height);
    let loss = |direction: &DirectionTotals| {
        let mean = u32::from(direction.loss_permille()?);
        let worst = direction.worst_loss_permille.map_or(mean, u32::from);
        spread(Some(Spread { mean, worst }), &permille)
    };
    let megabytes = |direction: &DirectionTotals| {
        let value = match u16::try_from(direction.bytes / 100_000) {
            Ok(tenths) => percent_text(locale, tenths),
            Err(_) => (direction.bytes / 1_000_000).to_string(),
        };
        Some(td_string!(locale, calls.record.megabytes, value = value))
    };
    let resolution = |direction: &DirectionTotals| {
        let sizes = direction.resolution?;
        let (mean, worst) = (size(sizes.usual), size(sizes.worst));
        Some(match sizes.usual == sizes.worst {
            true => mean,
            false => td_string!(locale, calls.record.mean_and_worst, mean = mean, worst = worst),
        })
    };
    let rows = [
        row(td_string!(locale, calls.record.loss), &loss),
        row(td_string!(locale, calls.record.jitter), &|direction| {
            spread(direction.jitter_ms, &ms)
        }),
        row(td_string!(locale, calls.record.concealed), &|direction| {
            spread(direction.concealed_permille, &permille)
        }),
        row(td_string!(locale, calls.record.bitrate), &|direction| {
            spread(direction.bitrate, &kilobits)
        }),
        row(td_string!(locale, calls.record.frames), &|direction| {
            spread(direction.frames_per_second, &plain)
        }),
        row(td_string!(locale, calls.record.resolution), &resolution),
        row(td_string!(locale, calls.record.data), &megabytes),
    ];
    view! {
        <details>
            <summary class="text-link">{td_string!(locale, calls.record.figures)}</summary>
            <table class="record-table">
                <caption class="sr-only">{td_string!(locale, calls.record.figures)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{td_string!(locale, calls.record.figure)}</th>
                        <th scope="col">{td_string!(locale, calls.record.sent)}</th>
                        <th scope="col">{td_string!(locale, calls.record.received, name = name)}</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().flatten().collect_view()}</tbody>
            </table>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_connection_is_called_good_and_a_weak_one_is_explained() {
        let good = Totals::default();
        assert_eq!(sentences(Locale::en, &good, "Ben"), ["Good throughout"]);
        let weak = Totals {
            weak: vec![
                Weak {
                    what: Weakness::Upload,
                    seconds: 118,
                },
                Weak {
                    what: Weakness::Delay,
                    seconds: 20,
                },
            ],
            reconnects: 1,
            is_relayed: Some(true),
            ..Totals::default()
        };
        let said = sentences(Locale::en, &weak, "Ben");
        assert_eq!(said.len(), 4, "{said:?}");
        assert!(said[0].starts_with("Your upload was weak for 2 minutes"), "{said:?}");
        assert!(said[1].contains("20 seconds"), "{said:?}");
        assert_eq!(said[2], "The connection was lost and found again once");
        let relayed = Totals {
            is_relayed: Some(true),
            ..Totals::default()
        };
        assert_eq!(
            sentences(Locale::es, &relayed, "Ben"),
            ["Buena en todo momento", "Pasó por un repetidor"]
        );
    }
}
