//! How a connection went over time, drawn as SVG. The server draws it: whoever has no scripts, or prints the page, sees it too.
//!
//! Lines differ in their strokes, not by colour alone, and all colours come from the style sheet.

use leptos::prelude::*;

use crate::i18n::Locale;
use crate::kernel::time::clock_length;

/// The drawing's own measures. It is about as many pixels wide as a phone leaves, so that its letters stay letters there.
const WIDTH: f32 = 300.0;
const HEIGHT: f32 = 168.0;
const LEFT: f32 = 56.0;
const RIGHT: f32 = 292.0;
const TOP: f32 = 12.0;
const BOTTOM: f32 = 136.0;

/// One line: a value, or a gap, for each step.
pub(super) struct Line {
    /// Its class, which draws it.
    pub(super) class: &'static str,
    /// The values, in the unit of the axis.
    pub(super) values: Vec<Option<f32>>,
}

/// What is drawn.
pub(super) struct Chart {
    /// What it shows, in a sentence.
    pub(super) label: String,
    /// The unit, after the numbers of the axis.
    pub(super) unit: &'static str,
    /// The axis goes at least up to here: small trouble should look small.
    pub(super) least_top: f32,
    /// When the steps begin, in seconds, first and last.
    pub(super) span: (u32, u32),
    /// The lines.
    pub(super) lines: Vec<Line>,
}

/// A number to end an axis with, and half of it: 1, 2 or 5 with zeros.
fn axis_top(most: f32, least: f32) -> f32 {
    let most = most.max(least).max(1.0);
    let magnitude = 10_f32.powf(most.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * magnitude)
        .find(|top| *top >= most)
        .unwrap_or(most)
}

/// The path of a line: it breaks where nothing is known, and a value by itself is a dot.
fn path(values: &[Option<f32>], top: f32) -> String {
    let last = values.len().saturating_sub(1).max(1) as f32;
    let mut path = String::new();
    let mut is_drawing = false;
    for (place, value) in values.iter().enumerate() {
        let Some(value) = value else {
            is_drawing = false;
            continue;
        };
        let x = LEFT + (RIGHT - LEFT) * place as f32 / last;
        let y = height_of(*value, top);
        let is_alone = !is_drawing && values.get(place + 1).copied().flatten().is_none();
        let command = if is_drawing { 'L' } else { 'M' };
        path.push_str(&format!("{command}{x:.1} {y:.1}"));
        if is_alone {
            // The ends of a stroke are round: one without length is a dot.
            path.push_str("h0");
        }
        is_drawing = true;
    }
    path
}

fn height_of(value: f32, top: f32) -> f32 {
    BOTTOM - (BOTTOM - TOP) * (value / top).clamp(0.0, 1.0)
}

/// Draws it.
pub(super) fn draw(locale: Locale, chart: Chart) -> AnyView {
    let Chart {
        label,
        unit,
        least_top,
        span: (from, to),
        lines,
    } = chart;
    let most = lines
        .iter()
        .flat_map(|line| line.values.iter().copied().flatten())
        .fold(0.0, f32::max);
    let top = axis_top(most, least_top);
    let grid = [0.0, top / 2.0, top]
        .map(|value| {
            let y = format!("{:.1}", height_of(value, top));
            let text_y = format!("{:.1}", height_of(value, top) + 4.0);
            view! {
                <line class="chart-grid" x1=LEFT.to_string() x2=RIGHT.to_string() y1=y.clone() y2=y />
                <text class="chart-text chart-text-end" x=(LEFT - 6.0).to_string() y=text_y>
                    {format!("{} {unit}", number_text(locale, value))}
                </text>
            }
        })
        .collect_view();
    let times = [
        (LEFT, "chart-text", clock_length(from)),
        (RIGHT, "chart-text chart-text-end", clock_length(to)),
    ];
    let times = times
        .map(|(x, class, words)| {
            view! {
                <text class=class x=x.to_string() y=(BOTTOM + 20.0).to_string()>
                    {words}
                </text>
            }
        })
        .collect_view();
    let lines = lines
        .into_iter()
        .map(|line| view! { <path class=format!("chart-line {}", line.class) d=path(&line.values, top) /> })
        .collect_view();
    view! {
        <svg class="chart" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=label>
            {grid}
            {times}
            {lines}
        </svg>
    }
    .into_any()
}

fn number_text(locale: Locale, value: f32) -> String {
    let text = value.to_string();
    match locale {
        Locale::es => text.replace('.', ","),
        Locale::en => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number_that_holds_everything() {
        for (most, least, top) in [
            (0.0, 10.0, 10.0),
            (3.0, 10.0, 10.0),
            (10.5, 10.0, 20.0),
            (23.0, 10.0, 50.0),
            (100.0, 10.0, 100.0),
            (180.0, 200.0, 200.0),
            (730.0, 200.0, 1_000.0),
            (0.0, 0.0, 1.0),
        ] {
            assert!(
                (axis_top(most, least) - top).abs() < 0.01,
                "{most}: {}",
                axis_top(most, least)
            );
        }
    }

    #[test]
    fn a_line_breaks_where_nothing_is_known() {
        let values = [Some(0.0), Some(10.0), None, Some(5.0), None];
        assert_eq!(path(&values, 10.0), "M56.0 136.0L115.0 12.0M233.0 74.0h0");
        assert_eq!(path(&[Some(10.0)], 10.0), "M56.0 12.0h0");
        assert_eq!(path(&[], 10.0), "");
        assert_eq!(path(&[Some(99.0)], 10.0), "M56.0 12.0h0", "never above the drawing");
    }

    #[test]
    fn the_axis_is_written_as_people_write() {
        assert_eq!(number_text(Locale::en, 2.5), "2.5");
        assert_eq!(number_text(Locale::es, 2.5), "2,5");
        assert_eq!(number_text(Locale::en, 100.0), "100");
    }
}
