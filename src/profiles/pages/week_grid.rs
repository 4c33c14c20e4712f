//! The hours of the week in the profile form: a small table of boxes to tick, a column for each day.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlInputElement;

use crate::i18n::{td_string, use_locale};
use crate::kernel::week::Weekday;
use crate::profiles::hours::{WeekHours, box_name};
use crate::ui::{Form, clock_text, weekday_name, weekday_short};

/// The field of the ticked boxes.
const HOURS: &str = "hours[]";
/// Hours of a day.
const DAY: u16 = 24;

/// A box for each hour. With JavaScript they are one stop of the Tab key: arrow keys move between them, Space ticks, and with Shift the next
/// one becomes as this one is. Without it each box is a stop of its own.
#[component]
pub(super) fn WeekGrid(
    /// The form that it belongs to.
    form: Form,
    /// What is stored.
    hours: WeekHours,
    /// The time zone that the hours are of.
    zone: String,
) -> impl IntoView {
    let locale = use_locale();
    // Of a form that came back, the boxes as they were.
    let returned = form.values(HOURS).filter(|_| !form.succeeded().get_untracked());
    let hours = returned
        .and_then(|ticked| WeekHours::parse(&ticked).ok())
        .unwrap_or(hours);
    let (works, set_works) = signal(false);
    Effect::new(move || set_works.set(true));
    let current = RwSignal::new(0_u16);
    let heads = Weekday::ALL
        .map(|day| {
            view! {
                <th scope="col">
                    <span class="sr-only">{weekday_name(locale, day)}</span>
                    <span aria-hidden="true">{weekday_short(locale, day)}</span>
                </th>
            }
        })
        .collect_view();
    let cell = move |day: Weekday, hour: u16| {
        let at = place(day, hour);
        let stop = move || if works.get() && current.get() != at { "-1" } else { "0" };
        view! {
            <td>
                <label class="week-hour">
                    <input
                        type="checkbox"
                        name=HOURS
                        value=box_name(day, hour)
                        id=box_id(at)
                        checked=hours.has(day, hour)
                        tabindex=stop
                        aria-label=td_string!(
                            locale,
                            profiles.hours.hour,
                            day = weekday_name(locale, day),
                            clock = clock_text(hour * 60)
                        )
                        on:focus=move |_| current.set(at)
                    />
                    <span aria-hidden="true"></span>
                </label>
            </td>
        }
    };
    let rows = (0..DAY)
        .map(|hour| {
            view! {
                <tr>
                    <th scope="row">{clock_text(hour * 60)}</th>
                    {Weekday::ALL.map(|day| cell(day, hour)).collect_view()}
                </tr>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field" id="hours">
            <legend class="field-label">{td_string!(locale, profiles.hours.title)}</legend>
            <p class="field-hint">{td_string!(locale, profiles.hours.hint, zone = zone.replace('_', " "))}</p>
            <table class="week-grid" on:keydown=move |event| follow_keys(&event, current.get_untracked())>
                <thead>
                    <tr>
                        <td></td>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </fieldset>
    }
    .into_any()
}

/// The number of a box: hours since Monday 0:00.
const fn place(day: Weekday, hour: u16) -> u16 {
    day.number() * DAY + hour
}

fn box_id(place: u16) -> String {
    format!("hour-{place}")
}

fn follow_keys(event: &KeyboardEvent, from: u16) {
    let Some(to) = moved(from, &event.key()) else { return };
    let (Some(before), Some(next)) = (box_at(from), box_at(to)) else {
        return;
    };
    event.prevent_default();
    if event.shift_key() {
        next.set_checked(before.checked());
    }
    // The box is there; one that cannot take the focus leaves it where it is.
    let _ = next.focus();
}

fn box_at(place: u16) -> Option<HtmlInputElement> {
    document().get_element_by_id(&box_id(place))?.dyn_into().ok()
}

/// Where a key leads from a box; `None` for keys that lead nowhere, and at the edge.
fn moved(from: u16, key: &str) -> Option<u16> {
    let (day, hour) = (from / DAY, from % DAY);
    match key {
        "ArrowUp" => hour.checked_sub(1).map(|_| from - 1),
        "ArrowDown" => (hour + 1 < DAY).then_some(from + 1),
        "ArrowLeft" => day.checked_sub(1).map(|_| from - DAY),
        "ArrowRight" => (day + 1 < 7).then_some(from + DAY),
        "Home" => Some(hour),
        "End" => Some(6 * DAY + hour),
        "PageUp" => Some(day * DAY),
        "PageDown" => Some(day * DAY + DAY - 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_through_the_week_and_not_over_its_edges() {
        let (first, last) = (place(Weekday::Monday, 0), place(Weekday::Sunday, 23));
        let noon = place(Weekday::Wednesday, 12);
        for (from, key, to) in [
            (noon, "ArrowUp", Some(place(Weekday::Wednesday, 11))),
            (noon, "ArrowDown", Some(place(Weekday::Wednesday, 13))),
            (noon, "ArrowLeft", Some(place(Weekday::Tuesday, 12))),
            (noon, "ArrowRight", Some(place(Weekday::Thursday, 12))),
            (noon, "Home", Some(place(Weekday::Monday, 12))),
            (noon, "End", Some(place(Weekday::Sunday, 12))),
            (noon, "PageUp", Some(place(Weekday::Wednesday, 0))),
            (noon, "PageDown", Some(place(Weekday::Wednesday, 23))),
            (noon, " ", None),
            (noon, "Tab", None),
            (first, "ArrowUp", None),
            (first, "ArrowLeft", None),
            (last, "ArrowDown", None),
            (last, "ArrowRight", None),
            // Monday's last hour is not above Tuesday's first.
            (place(Weekday::Monday, 23), "ArrowDown", None),
            (place(Weekday::Tuesday, 0), "ArrowUp", None),
        ] {
            assert_eq!(moved(from, key), to, "{key} from {from}");
        }
    }
}
