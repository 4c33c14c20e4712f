//! The security words, and what is said of the partner's signature.

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlElement;

use super::Room;
use super::panel::Panel;
use crate::calls::stage::verification::{Verdict, WordsShown};
use crate::calls::verification::statement::Signature;
use crate::i18n::{Locale, td_string, use_locale};
use crate::ui::{Button, ButtonKind, Icon, Notice, Toast, Tone, use_toasts};

/// The panel.
const PANEL: &str = "call-security";

/// Opens the words; stands in the menu of further things.
#[component]
pub(super) fn VerificationItem(room: Room) -> impl IntoView {
    let locale = use_locale();
    let is_open = room.stage.verification.is_open;
    view! {
        <button
            type="button"
            class="menu-item"
            aria-expanded=move || is_open.get().to_string()
            aria-controls=move || is_open.get().then_some(PANEL)
            on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
        >
            <Icon icon=icondata_lu::LuShieldCheck />
            {td_string!(locale, calls.security.title)}
        </button>
    }
}

/// What is worth care, for as long as it is true.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Warning {
    Forged,
    Attacked,
    Differ,
    Earlier,
    Silent,
    Missing,
    Unlisted,
    Renewed,
}

impl Warning {
    fn of(words: WordsShown, signature: Signature, was_found_out: bool) -> Option<Self> {
        match (words, signature) {
            (_, Signature::Forged) => Some(Self::Forged),
            (WordsShown::Attacked, _) => Some(Self::Attacked),
            (
                WordsShown::Words {
                    verdict: Verdict::Differ,
                    ..
                },
                _,
            ) => Some(Self::Differ),
            _ if was_found_out => Some(Self::Earlier),
            (WordsShown::Absent, _) => Some(Self::Silent),
            // Who has compared the words needs no signature.
            (
                WordsShown::Words {
                    verdict: Verdict::Match,
                    ..
                },
                _,
            ) => None,
            (_, Signature::Missing) => Some(Self::Missing),
            (_, Signature::Unlisted) => Some(Self::Unlisted),
            (
                WordsShown::Words {
                    verdict: Verdict::Renewed,
                    ..
                },
                _,
            ) => Some(Self::Renewed),
            _ => None,
        }
    }

    const fn is_attack(self) -> bool {
        matches!(self, Self::Forged | Self::Attacked | Self::Differ | Self::Earlier)
    }

    /// Whether there is nothing to compare that would help.
    const fn leads_out(self) -> bool {
        self.is_attack() || matches!(self, Self::Silent)
    }

    fn text(self, locale: Locale, name: &str) -> String {
        match self {
            Self::Forged => td_string!(locale, calls.security.forged, name = name),
            Self::Attacked => td_string!(locale, calls.security.attacked).to_owned(),
            Self::Differ => td_string!(locale, calls.security.differed).to_owned(),
            Self::Earlier => td_string!(locale, calls.security.earlier).to_owned(),
            Self::Silent => td_string!(locale, calls.security.absent, name = name),
            Self::Missing => td_string!(locale, calls.security.missing, name = name),
            Self::Unlisted => td_string!(locale, calls.security.unlisted, name = name),
            Self::Renewed => td_string!(locale, calls.security.renewed).to_owned(),
        }
    }
}

/// What is worth care about who is at the other end. It stays until it is true no longer.
#[component]
pub(super) fn SecurityWarning(room: Room) -> impl IntoView {
    let locale = use_locale();
    let security = room.stage.verification;
    let toasts = use_toasts();
    Effect::new(move |_| {
        if security.signature.get() == Signature::NewDevice {
            toasts.push(Toast {
                kind: Tone::Info,
                title: td_string!(locale, calls.security.new_device, name = room.name()),
                ..Toast::default()
            });
        }
    });
    let warning = Memo::new(move |_| {
        Warning::of(
            security.words.get(),
            security.signature.get(),
            security.was_found_out.get(),
        )
    });
    let content = move || {
        warning.get().map(|warning| {
            let tone = if warning.is_attack() { Tone::Danger } else { Tone::Warning };
            view! {
                <Notice tone=tone>
                    <p>{warning.text(locale, &room.name())}</p>
                    <div class="security-actions">
                        {if warning.leads_out() {
                            view! {
                                <Button kind=ButtonKind::Danger small=true on_press=move |()| room.driver.leave()>
                                    {td_string!(locale, calls.security.leave)}
                                </Button>
                            }
                                .into_any()
                        } else {
                            view! {
                                <Button kind=ButtonKind::Secondary small=true on_press=move |()| security.is_open.set(true)>
                                    {td_string!(locale, calls.security.compare)}
                                </Button>
                            }
                                .into_any()
                        }}
                    </div>
                </Notice>
            }
        })
    };
    view! {
        <div class="security-warning" role="alert">
            {content}
        </div>
    }
}

/// The words to compare.
#[component]
pub(super) fn VerificationPanel(room: Room) -> impl IntoView {
    let is_open = room.stage.verification.is_open;
    view! {
        <Show when=move || is_open.get()>
            <WordsPanel room=room />
        </Show>
    }
}

#[component]
fn WordsPanel(room: Room) -> impl IntoView {
    let locale = use_locale();
    let security = room.stage.verification;
    let panel = NodeRef::<html::Section>::new();
    let close = move || {
        give_focus_back(panel);
        security.is_open.set(false);
    };
    // Whoever opened it by a key reads on here.
    Effect::new(move |_| {
        if let Some(panel) = panel.get() {
            request_animation_frame(move || {
                let _ = panel.focus();
            });
        }
    });
    view! {
        <Panel
            id=PANEL
            class="security"
            title=td_string!(locale, calls.security.title)
            close=td_string!(locale, calls.security.close)
            on_close=close
            section=panel
        >
            {move || view! { <Words room=room words=security.words.get() /> }}
            <p class="security-signature">{move || signature_text(locale, security.signature.get(), &room.name())}</p>
        </Panel>
    }
}

/// Whoever reads here goes on from the menu that led here.
fn give_focus_back(panel: NodeRef<html::Section>) {
    let focused = document().active_element();
    let is_inside = panel
        .get_untracked()
        .is_some_and(|panel| panel.contains(focused.as_deref()));
    let menu = document().query_selector("[popovertarget='call-more']").ok().flatten();
    if let Some(menu) = menu
        .and_then(|menu| menu.dyn_into::<HtmlElement>().ok())
        .filter(|_| is_inside)
    {
        let _ = menu.focus();
    }
}

#[component]
fn Words(room: Room, words: WordsShown) -> impl IntoView {
    let locale = use_locale();
    let (words, verdict) = match words {
        WordsShown::Waiting => {
            let text = td_string!(locale, calls.security.waiting, name = room.name());
            return view! { <p role="status">{text}</p> }.into_any();
        }
        WordsShown::Absent => {
            let text = td_string!(locale, calls.security.absent, name = room.name());
            return view! { <p>{text}</p> }.into_any();
        }
        WordsShown::Attacked => return view! { <p>{td_string!(locale, calls.security.attacked)}</p> }.into_any(),
        WordsShown::Words { words, verdict } => (words, verdict),
    };
    let said = match verdict {
        Verdict::Match => Some((icondata_lu::LuShieldCheck, td_string!(locale, calls.security.matched))),
        Verdict::Differ => Some((icondata_lu::LuShieldAlert, td_string!(locale, calls.security.differed))),
        Verdict::Open | Verdict::Renewed => None,
    };
    view! {
        <p>{td_string!(locale, calls.security.lead)}</p>
        <ol class="security-words" lang="en" translate="no">
            {words.map(|word| view! { <li>{word}</li> }).into_iter().collect_view()}
        </ol>
        {match said {
            Some((icon, said)) => {
                view! {
                    <p class="security-verdict" class:is-bad=verdict == Verdict::Differ role="status">
                        <Icon icon=icon />
                        <span>{said}</span>
                    </p>
                }
                    .into_any()
            }
            None => {
                view! {
                    <div class="security-actions">
                        <Button on_press=move |()| judge(room, true)>{td_string!(locale, calls.security.same)}</Button>
                        <Button kind=ButtonKind::Secondary on_press=move |()| judge(room, false)>
                            {td_string!(locale, calls.security.differ)}
                        </Button>
                    </div>
                }
                    .into_any()
            }
        }}
    }
    .into_any()
}

/// What was pressed goes away; whoever reads goes on here.
fn judge(room: Room, is_same: bool) {
    room.driver.judge_words(is_same);
    request_animation_frame(|| {
        let panel = document().get_element_by_id(PANEL);
        if let Some(panel) = panel.and_then(|panel| panel.dyn_into::<HtmlElement>().ok()) {
            let _ = panel.focus();
        }
    });
}

fn signature_text(locale: Locale, signature: Signature, name: &str) -> String {
    match signature {
        Signature::Waiting => td_string!(locale, calls.security.checking, name = name),
        Signature::Missing => td_string!(locale, calls.security.missing, name = name),
        Signature::Unsigned => td_string!(locale, calls.security.unsigned, name = name),
        Signature::Known => td_string!(locale, calls.security.signed, name = name),
        Signature::First => td_string!(locale, calls.security.signed_first, name = name),
        Signature::NewDevice => td_string!(locale, calls.security.new_device, name = name),
        Signature::Unlisted => td_string!(locale, calls.security.unlisted, name = name),
        Signature::Forged => td_string!(locale, calls.security.forged, name = name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(verdict: Verdict) -> WordsShown {
        WordsShown::Words {
            words: ["acorn"; 4],
            verdict,
        }
    }

    #[test]
    fn what_was_forged_is_said_whatever_the_person_says_of_the_words() {
        for shown in [
            WordsShown::Waiting,
            WordsShown::Attacked,
            words(Verdict::Match),
            words(Verdict::Differ),
        ] {
            let warning = Warning::of(shown, Signature::Forged, false).unwrap();
            assert!(warning.is_attack());
            assert!(warning.text(Locale::en, "Ben").contains("Ben"));
        }
    }

    #[test]
    fn a_missing_signature_matters_until_the_words_are_compared() {
        assert!(Warning::of(words(Verdict::Open), Signature::Missing, false).is_some());
        assert!(Warning::of(words(Verdict::Match), Signature::Missing, false).is_none());
        assert!(Warning::of(WordsShown::Waiting, Signature::Missing, false).is_some());
        assert!(Warning::of(words(Verdict::Differ), Signature::Known, false).is_some_and(Warning::is_attack));
        let calm = Warning::of(words(Verdict::Renewed), Signature::Known, false).unwrap();
        assert!(!calm.is_attack());
        for signature in [
            Signature::Known,
            Signature::First,
            Signature::NewDevice,
            Signature::Unsigned,
        ] {
            assert!(
                Warning::of(words(Verdict::Open), signature, false).is_none(),
                "{signature:?}"
            );
        }
    }

    #[test]
    fn what_was_found_out_stays_said_over_a_connection_that_is_built_anew() {
        for shown in [WordsShown::Waiting, WordsShown::Absent, words(Verdict::Match)] {
            assert!(Warning::of(shown, Signature::Known, true).is_some_and(Warning::is_attack));
        }
        assert!(matches!(
            Warning::of(words(Verdict::Differ), Signature::Known, true),
            Some(Warning::Differ)
        ));
    }

    #[test]
    fn words_that_do_not_come_are_a_warning_even_of_a_known_device() {
        for signature in [Signature::Known, Signature::Unsigned, Signature::Missing] {
            let warning = Warning::of(WordsShown::Absent, signature, false).unwrap();
            assert!(!warning.is_attack() && warning.leads_out(), "{signature:?}");
        }
        assert!(Warning::of(WordsShown::Waiting, Signature::Waiting, false).is_none());
    }
}
