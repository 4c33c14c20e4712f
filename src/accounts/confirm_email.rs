//! The word to people whose e-mail address is not confirmed, and the button that sends another link.

use leptos::prelude::*;

use super::api::SendVerification;
use super::model::CurrentViewer;
use super::wire::AccountNews;
use crate::i18n::{td_string, use_locale};
use crate::realtime::client::on_news;
use crate::ui::problem::error_text;
use crate::ui::{Button, ButtonKind, Notice, Tone, use_form};

/// The context: whether the signed-in person has to confirm their address, as this tab knows it.
#[derive(Clone, Copy, Debug)]
struct MustConfirm(RwSignal<bool>);

/// Begins with what the document says. Call once, at the root, after the viewer is known.
pub fn provide_must_confirm() {
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    provide_context(MustConfirm(RwSignal::new(
        viewer.is_some_and(|viewer| viewer.must_confirm_email),
    )));
}

/// Whether the signed-in person has to confirm their address.
pub fn use_must_confirm() -> RwSignal<bool> {
    use_context::<MustConfirm>().map_or_else(|| RwSignal::new(false), |MustConfirm(signal)| signal)
}

/// Says what waits for the confirmation, until it has come, on whatever device; nothing to everybody else.
#[component]
pub fn ConfirmEmailNotice() -> impl IntoView {
    let locale = use_locale();
    let must_confirm = use_must_confirm();
    on_news(move |news: AccountNews| {
        if news == AccountNews::EmailConfirmed {
            must_confirm.set(false);
        }
    });
    let notice = move || {
        view! {
            <div class="mb-8">
                <Notice tone=Tone::Warning>
                    <p>{td_string!(locale, accounts.confirm.notice)}</p>
                    <SendAgain />
                </Notice>
            </div>
        }
    };
    view! { <Show when=move || must_confirm.get()>{notice()}</Show> }
}

/// The button that sends another link, and what came of it.
#[component]
pub fn SendAgain() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<SendVerification>::new();
    let form = use_form(action);
    let sent = move || {
        let words = td_string!(locale, accounts.confirm.sent);
        form.succeeded().get().then(|| view! { <p role="status">{words}</p> })
    };
    let failed = move || {
        let error = form.error().get();
        error.map(|error| view! { <p role="alert">{error_text(locale, &error)}</p> })
    };
    view! {
        <ActionForm action=action attr:class="mt-2 grid justify-items-start gap-2">
            {sent} {failed}
            <Button submit=true small=true kind=ButtonKind::Secondary busy=form.pending()>
                {td_string!(locale, accounts.confirm.again)}
            </Button>
        </ActionForm>
    }
}
