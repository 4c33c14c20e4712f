//! One of one's own passkeys.

use leptos::prelude::*;

use crate::accounts::passkeys::model::{NAME_MAX, PasskeyView};
use crate::i18n::{td_string, use_locale};
use crate::kernel::text::within_sentence;
use crate::ui::{Button, ButtonKind, Facts, Form, TextField, when_text};

/// An article with what is known of it, and the forms to give it another name and to take it away.
#[component]
pub(super) fn PasskeyCard(passkey: PasskeyView, rename: Form, remove: Form) -> impl IntoView {
    let locale = use_locale();
    let PasskeyView {
        id,
        name,
        since,
        last_used,
    } = passkey;
    let since = td_string!(
        locale,
        accounts.passkeys.since,
        when = within_sentence(when_text(locale, &since))
    );
    let used = match last_used {
        Some(at) => td_string!(
            locale,
            accounts.passkeys.last_used,
            when = within_sentence(when_text(locale, &at))
        ),
        None => td_string!(locale, accounts.passkeys.never_used).to_owned(),
    };
    let facts = vec![since.into_any(), used.into_any()];
    let id = id.to_string();
    // The form stands here several times: what was typed, and what was wrong with it, belongs to one of them.
    let came_back = rename.value("passkey").is_some_and(|came_back| came_back == id);
    let own_form = came_back.then_some(rename);
    view! {
        <article class="card grid gap-4" aria-label=name.clone()>
            <div class="flex flex-wrap items-center justify-between gap-4">
                <div class="grid min-w-0 gap-1 break-words">
                    <h3 dir="auto">{name.clone()}</h3>
                    <p class="text-[0.9375rem] text-muted">
                        <Facts facts=facts />
                    </p>
                </div>
                <form method="post" action=remove.action()>
                    <input type="hidden" name="passkey" value=id.clone() />
                    <Button submit=true small=true kind=ButtonKind::Secondary>
                        {td_string!(locale, accounts.passkeys.remove)}
                    </Button>
                </form>
            </div>
            <details open=came_back>
                <summary class="text-link cursor-pointer">{td_string!(locale, accounts.passkeys.other_name)}</summary>
                <form method="post" action=rename.action() class="mt-4 grid gap-4">
                    <input type="hidden" name="passkey" value=id.clone() />
                    <TextField
                        nostrip:form=own_form
                        name="name"
                        id=format!("passkey-name-{id}")
                        label=td_string!(locale, accounts.passkeys.name)
                        value=name.clone()
                        autocomplete="off"
                        maxlength=NAME_MAX
                        required=true
                    />
                    <div>
                        <Button submit=true small=true kind=ButtonKind::Secondary>
                            {td_string!(locale, accounts.passkeys.rename)}
                        </Button>
                    </div>
                </form>
            </details>
        </article>
    }
    .into_any()
}
