//! `/partners/{username}/call`: what the button "Call" opens where its dialog cannot.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_params_map};

use super::outgoing::AskForm;
use super::ringing::{Calling, NoCall, RingingState};
use crate::i18n::{td_string, use_locale};
use crate::invitations::api::StartCall as StartCallFunction;
use crate::invitations::model::Started;
use crate::kernel::error::AppError;
use crate::matching::api::partner;
use crate::matching::model::PartnerView;
use crate::ui::{NotFound, Notice, PageHeader, Tone, error_text};

/// The same heading and fields as the dialog.
#[component]
pub fn CallPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let username = Memo::new(move |_| params.with(|params| params.get("username").unwrap_or_default()));
    let person = Resource::new_blocking(move || username.get(), partner);
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match person.await {
                    Ok(partner) => view! { <Ask partner /> }.into_any(),
                    Err(AppError::NotFound) => view! { <NotFound /> }.into_any(),
                    Err(error) => view! { <Notice tone=Tone::Danger>{error_text(locale, &error)}</Notice> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Ask(partner: PartnerView) -> impl IntoView {
    let locale = use_locale();
    let state = expect_context::<RingingState>();
    let navigate = use_navigate();
    let start = ServerAction::<StartCallFunction>::new();
    let person = partner.person.clone();
    Effect::new(move |_| match start.value().get() {
        Some(Ok(Started::Ringing(outgoing))) => state.show(outgoing),
        Some(Ok(Started::Connected { room })) => state.go_to(room, &navigate),
        Some(Ok(Started::Offline)) => state.calling.set(Some(Calling::Over(person.clone(), NoCall::Offline))),
        Some(Err(_)) | None => {}
    });
    let title = td_string!(
        locale,
        invitations.call_title,
        name = partner.person.display_name.clone()
    );
    view! {
        <Title text=format!("{title} – Speakle") />
        <PageHeader title=title />
        <noscript>
            <Notice tone=Tone::Info>{td_string!(locale, invitations.needs_script)}</Notice>
        </noscript>
        <AskForm start person=partner.person />
    }
}
