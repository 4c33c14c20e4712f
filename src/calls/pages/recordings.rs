//! The recordings of a page that can still be saved.

use leptos::prelude::*;
use leptos::web_sys::Url;

use crate::calls::stage::recording::{Finished, use_recordings};
use crate::i18n::{td_string, use_locale};
use crate::ui::{Icon, focus_page_when_gone};

/// Each recording with what saves it once more: a browser may have held the first time back. They live as long as the page, which asks before it is
/// left. Put once, beside the pages: the call that was recorded may be over.
#[component]
pub fn RecordingsToSave() -> impl IntoView {
    let recordings = use_recordings();
    let has_some = Memo::new(move |_| recordings.all.with(|all| !all.is_empty()));
    Effect::new(move |_| {
        if has_some.get() {
            // A page that asks before it is left wants its own word on that (HTML §7.4.6.4).
            let guard = window_event_listener_untyped("beforeunload", |event| event.prevent_default());
            on_cleanup(move || guard.remove());
        }
    });
    view! {
        <Show when=move || !recordings.is_in_call.get()>
            <SavedRecordings />
        </Show>
    }
}

/// The same, among the notes of a call.
#[component]
pub(super) fn SavedRecordings() -> impl IntoView {
    let recordings = use_recordings();
    view! {
        <div role="status">
            <For each=move || recordings.all.get() key=|one| one.address.clone() let(one)>
                <ToSave recording=one />
            </For>
        </div>
    }
}

#[component]
fn ToSave(recording: Finished) -> impl IntoView {
    let (locale, recordings) = (use_locale(), use_recordings());
    let Finished { name, address } = recording;
    let file = name.clone();
    let href = address.clone();
    let let_go = move |_| {
        // Refused for no address that this page has made.
        let _ = Url::revoke_object_url(&address);
        recordings.let_go(&address);
    };
    view! {
        {focus_page_when_gone()}
        <p class="standing-note recording-to-save">
            <Icon icon=icondata_lu::LuDisc />
            <span>{td_string!(locale, calls.recording.to_save, file = file)}</span>
            <span class="recording-actions">
                <a href=href download=name rel="external">
                    {td_string!(locale, calls.recording.save)}
                </a>
                <button type="button" on:click=let_go>
                    {td_string!(locale, calls.recording.have)}
                </button>
            </span>
        </p>
    }
}
