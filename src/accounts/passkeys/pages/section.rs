//! One's own passkeys, a section of the page "Account".

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::add::AddPasskey;
use super::card::PasskeyCard;
use super::words::place_words;
use crate::accounts::passkeys::api::{RemovePasskey, RenamePasskey, own_passkeys};
use crate::accounts::passkeys::model::{PasskeyView, PasskeysHere, Place};
use crate::i18n::{td_string, use_locale};
use crate::ui::{Articles, FetchFailure, Fetched, Form, FormError, Notice, Tone, use_fetched, use_plain_form};

/// The section. Renaming and removing load the page anew, since they may ask first who one is; adding needs the device and does not.
#[component]
pub fn Passkeys() -> impl IntoView {
    let locale = use_locale();
    let own = use_fetched(|| (), |()| own_passkeys());
    // Out here, where what came back to them is still known when the list is drawn again.
    let (rename, remove) = (
        use_plain_form(RenamePasskey::url()),
        use_plain_form(RemovePasskey::url()),
    );
    let done = if rename.succeeded().get_untracked() {
        Some(td_string!(locale, accounts.passkeys.renamed))
    } else if remove.succeeded().get_untracked() {
        Some(td_string!(locale, accounts.passkeys.removed))
    } else {
        None
    };
    let done = done.map(|words| {
        view! {
            <Notice tone=Tone::Success attr:role="status">
                {words}
            </Notice>
        }
    });
    let PasskeysHere { place, device } = use_context::<PasskeysHere>().unwrap_or_default();
    let adding = match place_words(locale, &place) {
        Some(words) => view! { <Notice>{words}</Notice> }.into_any(),
        None => view! { <AddPasskey own=own device=device /> }.into_any(),
    };
    let needs_script = (place == Place::Fits).then(|| {
        view! {
            <div class="without-script">
                <Notice>{td_string!(locale, accounts.passkeys.needs_script)}</Notice>
            </div>
        }
    });
    view! {
        <section aria-labelledby="passkeys-title" class="grid gap-5">
            <h2 id="passkeys-title">{td_string!(locale, accounts.passkeys.title)}</h2>
            <p class="text-muted">{td_string!(locale, accounts.passkeys.lead)}</p>
            <div class="grid gap-3 empty:hidden">
                {done} <FormError form=rename /> <FormError form=remove />
            </div>
            <Transition>
                <FetchFailure of=own />
                <List own=own rename=rename remove=remove />
            </Transition>
            {needs_script}
            {adding}
        </section>
    }
    .into_any()
}

#[component]
fn List(own: Fetched<(), Vec<PasskeyView>>, rename: Form, remove: Form) -> impl IntoView {
    let passkeys = Signal::derive(move || own.get().unwrap_or_default());
    let key = |passkey: &PasskeyView| (passkey.id, passkey.name.clone());
    view! {
        <Articles changes=move || passkeys.track()>
            <For each=move || passkeys.get() key=key let:passkey>
                <PasskeyCard passkey=passkey rename=rename remove=remove />
            </For>
        </Articles>
    }
}
