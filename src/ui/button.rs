//! Things to press.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::icon::Icon;
use super::spinner::Spinner;

/// How much a button or a link asks for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do here: at most one on a surface.
    #[default]
    Primary,
    /// What else can be done.
    Secondary,
    /// There when looked for.
    Quiet,
    /// Takes something away.
    Danger,
    /// Ends what is going on right now, as a call.
    Stop,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn btn-primary",
            Self::Secondary => "btn btn-secondary",
            Self::Quiet => "btn btn-quiet",
            Self::Danger => "btn btn-danger",
            Self::Stop => "btn btn-stop",
        }
    }
}

/// A `<button>`. With `submit=true` it sends the form around it, until a script runs where it has an `on_press`.
///
/// Not `on:click` on the component: what is put on a component from outside keeps the closure of its first rendering when the view around it
/// is drawn anew, and a press would call what is gone.
///
/// While `busy` it keeps its place, its size and the keyboard focus, shows a spinner and ignores presses.
#[component]
pub fn Button(
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// Sends the form around it.
    #[prop(optional)]
    submit: bool,
    /// What it does is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Less tall, for rows.
    #[prop(optional)]
    small: bool,
    /// As wide as its place.
    #[prop(optional)]
    wide: bool,
    /// What a press does.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
    /// Its name, with an `Icon` before it where that helps.
    children: Children,
) -> impl IntoView {
    let on_click = move |event: MouseEvent| {
        if busy.get_untracked() {
            event.prevent_default();
            event.stop_immediate_propagation();
        } else if let Some(on_press) = on_press {
            event.prevent_default();
            on_press.run(());
        }
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=kind.class()
            class:btn-small=small
            class:btn-wide=wide
            disabled=move || disabled.get()
            aria-busy=move || busy.get().then_some("true")
            aria-disabled=move || busy.get().then_some("true")
            on:click=on_click
        >
            {children()}
            <Show when=move || busy.get()>
                <Spinner />
            </Show>
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    /// Where it goes.
    #[prop(into)]
    href: String,
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// Less tall, for rows.
    #[prop(optional)]
    small: bool,
    /// As wide as its place.
    #[prop(optional)]
    wide: bool,
    /// Its name.
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href class=kind.class() class:btn-small=small class:btn-wide=wide>
            {children()}
        </a>
    }
}

/// A round button that shows only a picture.
#[component]
pub fn IconButton(
    /// What it shows.
    icon: icondata_core::Icon,
    /// Its accessible name: what pressing it does.
    #[prop(into)]
    label: Signal<String>,
    /// What a press does.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button type="button" class="icon-button" aria-label=move || label.get() on:click=move |_| on_press.run(())>
            <Icon icon=icon />
        </button>
    }
}
