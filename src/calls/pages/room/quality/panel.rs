//! The figures of the connection, in a table per direction, and one word for all of it.

use leptos::html;
use leptos::prelude::*;

use super::super::Room;
use super::super::panel::Panel;
use super::PANEL;
use crate::calls::model::Limit;
use crate::calls::stage::figures::{Direction, Figures};
use crate::calls::stage::quality::Grade;
use crate::i18n::{Locale, td_string, use_locale};
use crate::ui::Icon;

/// The figures, while they are asked for.
#[component]
pub(in crate::calls::pages::room) fn QualityPanel(room: Room) -> impl IntoView {
    let is_open = room.stage.quality.is_panel_open;
    view! {
        <Show when=move || is_open.get()>
            <FiguresPanel room=room />
        </Show>
    }
}

#[component]
fn FiguresPanel(room: Room) -> impl IntoView {
    let locale = use_locale();
    let quality = room.stage.quality;
    let heading = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            let _ = heading.focus();
        }
    });
    view! {
        <Panel
            id=PANEL
            class="quality-panel"
            title=td_string!(locale, calls.quality.title)
            close=td_string!(locale, calls.quality.close)
            on_close=move || quality.is_panel_open.set(false)
            heading=heading
        >
            {move || match quality.grade.get() {
                Some(grade) => view! { <GradeWords grade=grade /> }.into_any(),
                None => view! { <p class="text-muted">{td_string!(locale, calls.quality.none)}</p> }.into_any(),
            }}
            <Table room=room />
        </Panel>
    }
}

/// One word, and what it means. The picture beside it differs as well.
#[component]
fn GradeWords(grade: Grade) -> impl IntoView {
    let locale = use_locale();
    let (icon, word, means) = match grade {
        Grade::Good => (
            icondata_lu::LuWifi,
            td_string!(locale, calls.quality.good),
            td_string!(locale, calls.quality.good_means),
        ),
        Grade::Fair => (
            icondata_lu::LuWifiHigh,
            td_string!(locale, calls.quality.fair),
            td_string!(locale, calls.quality.fair_means),
        ),
        Grade::Weak => (
            icondata_lu::LuWifiLow,
            td_string!(locale, calls.quality.weak),
            td_string!(locale, calls.quality.weak_means),
        ),
    };
    view! {
        <p class="quality-grade">
            <Icon icon=icon />
            <strong>{word}</strong>
            <span>{means}</span>
        </p>
    }
}

#[component]
fn Table(room: Room) -> impl IntoView {
    let locale = use_locale();
    let figures = room.stage.quality.figures;
    let of = move |tell: fn(Locale, &Figures) -> Option<String>| {
        Memo::new(move |_| figures.with(|figures| figures.as_ref().and_then(|figures| tell(locale, figures))))
    };
    // In what is sent nothing is filled in, and what limits what arrives the partner knows.
    let rows = vec![
        (
            td_string!(locale, calls.quality.loss),
            Some(of(|l, f| loss(l, &f.up))),
            Some(of(|l, f| loss(l, &f.down))),
        ),
        (
            td_string!(locale, calls.quality.jitter),
            Some(of(|_, f| f.up.jitter_ms.map(milliseconds))),
            Some(of(|_, f| f.down.jitter_ms.map(milliseconds))),
        ),
        (
            td_string!(locale, calls.quality.concealed),
            None,
            Some(of(|l, f| f.down.concealed.map(|share| percent(l, share)))),
        ),
        (
            td_string!(locale, calls.quality.rate),
            Some(of(|_, f| Some(rate(f.up.kbps)))),
            Some(of(|_, f| Some(rate(f.down.kbps)))),
        ),
        (
            td_string!(locale, calls.quality.frames),
            Some(of(|_, f| f.up.frames_per_second.map(|frames| format!("{frames:.0}")))),
            Some(of(|_, f| f.down.frames_per_second.map(|frames| format!("{frames:.0}")))),
        ),
        (
            td_string!(locale, calls.quality.size),
            Some(of(|_, f| size(&f.up))),
            Some(of(|_, f| size(&f.down))),
        ),
        (
            td_string!(locale, calls.quality.limited),
            Some(of(|l, f| Some(limited(l, f.up.limited_by)))),
            None,
        ),
    ];
    let rows = rows.into_iter().map(|(name, up, down)| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <Cell figure=up />
                <Cell figure=down />
            </tr>
        }
    });
    let round_trip = of(|_, f| f.round_trip_ms.map(milliseconds));
    let way = of(|l, f| f.is_relayed.map(|is_relayed| way(l, is_relayed).to_owned()));
    view! {
        <table class="quality-table" aria-label=td_string!(locale, calls.quality.table)>
            <thead>
                <tr>
                    <th scope="col">
                        <span class="sr-only">{td_string!(locale, calls.quality.figure)}</span>
                    </th>
                    <th scope="col">{td_string!(locale, calls.quality.up)}</th>
                    <th scope="col">{td_string!(locale, calls.quality.down)}</th>
                </tr>
            </thead>
            <tbody>
                {rows.collect_view()}
                <tr>
                    <th scope="row">{td_string!(locale, calls.quality.round_trip)}</th>
                    <Cell figure=Some(round_trip) span="2" />
                </tr>
                <tr>
                    <th scope="row">{td_string!(locale, calls.quality.way)}</th>
                    <Cell figure=Some(way) span="2" />
                </tr>
            </tbody>
        </table>
    }
}

/// A figure; a dash where the browser does not tell; empty where there is none.
#[component]
fn Cell(figure: Option<Memo<Option<String>>>, #[prop(default = "1")] span: &'static str) -> impl IntoView {
    let locale = use_locale();
    let content = figure.map(|figure| {
        move || match figure.get() {
            Some(words) => words.into_any(),
            None => view! {
                <span aria-hidden="true">"–"</span>
                <span class="sr-only">{td_string!(locale, calls.quality.unknown)}</span>
            }
            .into_any(),
        }
    });
    view! { <td colspan=span>{content}</td> }
}

fn loss(locale: Locale, direction: &Direction) -> Option<String> {
    direction.loss.map(|share| percent(locale, share))
}

/// A share from 0 to 1.
fn percent(locale: Locale, share: f64) -> String {
    let number = format!("{:.1}", share * 100.0);
    match locale {
        Locale::en => format!("{number} %"),
        Locale::es => format!("{} %", number.replace('.', ",")),
    }
}

fn milliseconds(span: f64) -> String {
    format!("{span:.0} ms")
}

fn rate(kbps: f64) -> String {
    format!("{kbps:.0} kbit/s")
}

fn size(direction: &Direction) -> Option<String> {
    direction.size.map(|(width, height)| format!("{width} × {height}"))
}

fn limited(locale: Locale, by: Option<Limit>) -> String {
    match by {
        None => td_string!(locale, calls.quality.limited_none),
        Some(Limit::Cpu) => td_string!(locale, calls.quality.limited_cpu),
        Some(Limit::Bandwidth) => td_string!(locale, calls.quality.limited_bandwidth),
        Some(Limit::Other) => td_string!(locale, calls.quality.limited_other),
    }
    .to_owned()
}

fn way(locale: Locale, is_relayed: bool) -> &'static str {
    if is_relayed {
        td_string!(locale, calls.quality.relayed)
    } else {
        td_string!(locale, calls.quality.direct)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_each_language_writes_them() {
        assert_eq!(percent(Locale::en, 0.0234), "2.3 %");
        assert_eq!(percent(Locale::es, 0.0234), "2,3 %");
        assert_eq!(
            (milliseconds(41.7), rate(1_249.6)),
            ("42 ms".to_owned(), "1250 kbit/s".to_owned())
        );
    }
}
