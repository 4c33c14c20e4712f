//! The field for interests, with ideas to press.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlInputElement;

use crate::i18n::{td_string, use_locale};
use crate::profiles::interests::Interest;
use crate::profiles::words::ui_language;
use crate::ui::{Form, TextField};

const ID: &str = "interests";

/// A text field with commas, and the curated interests as buttons that write into it. Until the page answers to presses (or without
/// JavaScript) the ideas are words to read.
#[component]
pub(super) fn InterestsField(
    /// The form that it belongs to.
    form: Form,
    /// The stored interests, as one text.
    value: String,
) -> impl IntoView {
    let locale = use_locale();
    let language = ui_language(locale);
    let text = RwSignal::new(value.clone());
    let (works, set_works) = signal(false);
    Effect::new(move || {
        // What was typed before this ran is in the field alone.
        if let Some(field) = field() {
            text.set(field.value());
        }
        set_works.set(true);
    });
    // While a word is half typed, the last list that could be read.
    let chosen = Memo::new(move |before: Option<&Vec<Interest>>| {
        Interest::parse_list(&text.read()).unwrap_or_else(|_| before.cloned().unwrap_or_default())
    });
    let press = move |interest: &Interest| {
        text.update(|text| *text = toggled(text, interest, language));
        if let Some(field) = field() {
            field.set_value(&text.read_untracked());
        }
    };
    let ideas = Interest::all_curated(language);
    let words = Interest::format_list(&ideas, language);
    let buttons = move || {
        ideas
            .iter()
            .cloned()
            .map(|interest| {
                let label = interest.label(language);
                let pressed = {
                    let interest = interest.clone();
                    move || {
                        if chosen.read().contains(&interest) {
                            "true"
                        } else {
                            "false"
                        }
                    }
                };
                view! {
                    <button type="button" class=CHIP aria-pressed=pressed on:click=move |_| press(&interest)>
                        {label}
                    </button>
                }
            })
            .collect_view()
    };
    view! {
        <div class="grid gap-2">
            <TextField
                form=form
                id=ID
                name="interests"
                label=td_string!(locale, profiles.edit.interests)
                hint=td_string!(locale, profiles.edit.interests_hint)
                value=value
                autocomplete="off"
                on_input=move |typed: String| text.set(typed)
            />
            <details>
                <summary class="w-fit cursor-pointer rounded-small py-1 font-semibold text-accent-text">
                    {td_string!(locale, profiles.edit.ideas)}
                </summary>
                <div class="mt-2 flex flex-wrap gap-2">
                    <Show
                        when=move || works.get()
                        fallback=move || view! { <p class="text-muted">{words.clone()}</p> }
                    >
                        {buttons.clone()()}
                    </Show>
                </div>
            </details>
        </div>
    }
    .into_any()
}

const CHIP: &str = "cursor-pointer rounded-full border border-line-strong bg-surface px-3.5 py-1.5 text-[0.9375rem] \
                    font-medium hover:border-ink aria-pressed:border-accent aria-pressed:bg-accent-soft \
                    aria-pressed:text-accent-text";

fn field() -> Option<HtmlInputElement> {
    document().get_element_by_id(ID)?.dyn_into().ok()
}

/// The text with `interest` put at its end, or taken out of it. A text that cannot be read as a list only grows.
fn toggled(text: &str, interest: &Interest, ui_language: &str) -> String {
    match Interest::parse_list(text) {
        Ok(mut list) => {
            if list.contains(interest) {
                list.retain(|other| other != interest);
            } else {
                list.push(interest.clone());
            }
            Interest::format_list(&list, ui_language)
        }
        Err(_) => format!("{}, {}", text.trim().trim_end_matches(','), interest.label(ui_language)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idea_goes_in_at_the_end_and_out_again() {
        let hiking = Interest::parse("hiking").unwrap();
        assert_eq!(toggled("", &hiking, "en"), "Hiking");
        assert_eq!(toggled("old trains,", &hiking, "en"), "Old trains, Hiking");
        assert_eq!(toggled("Senderismo, café", &hiking, "es"), "Café");
    }

    #[test]
    fn what_cannot_be_read_is_kept() {
        let hiking = Interest::parse("hiking").unwrap();
        assert_eq!(toggled("C++, ", &hiking, "en"), "C++, Hiking");
    }
}
