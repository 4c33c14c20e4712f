//! Small numbers on navigation.

use leptos::prelude::*;

/// How many requests wait for the signed-in person's answer, as this tab was told. Provided by the application's root, read by the
/// navigation, written by whoever learns of a change.
#[derive(Clone, Copy, Debug)]
pub struct RequestsWaiting(pub RwSignal<u32>);

/// A number that waits for attention; nothing at zero. Not part of the accessible name of what it stands in: that name has to stay
/// the same, so say the number elsewhere too (`aria-describedby`).
#[component]
pub fn CountBadge(
    /// The number.
    #[prop(into)]
    count: Signal<u32>,
) -> impl IntoView {
    move || {
        let count = count.get();
        (count > 0).then(|| {
            let shown = if count > 99 {
                "99+".to_owned()
            } else {
                count.to_string()
            };
            view! {
                <span class="count-badge" aria-hidden="true">
                    {shown}
                </span>
            }
        })
    }
}
