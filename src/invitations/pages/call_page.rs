//! `/partners/{username}/call`: what the button "Call" opens where its dialog cannot.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::outgoing::AskForm;
use super::state::RingingState;
use crate::i18n::{td_string, use_locale};
use crate::matching::api::partner;
use crate::matching::model::PartnerView;
use crate::ui::{ButtonKind, DialogPage, LinkButton, NotLoaded, Notice, Tone};

/// The same heading and fields as the dialog.
#[component]
pub fn CallPage() -> impl IntoView {
    let title = td_string!(use_locale(), ui.not_loaded_title);
    let params = use_params_map();
    let username = Memo::new(move |_| params.with(|params| params.get("username").unwrap_or_default()));
    let person = Resource::new_blocking(move || username.get(), partner);
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match person.await {
                    Ok(partner) => view! { <Ask partner /> }.into_any(),
                    Err(error) => view! { <NotLoaded error=error again=move |()| person.refetch() title=title /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Ask(partner: PartnerView) -> impl IntoView {
    let locale = use_locale();
    let state = expect_context::<RingingState>();
    state.write_to(partner.person.id);
    // Pressed before a script runs, the button would ring at the partner's and nobody would be here.
    let (works, set_works) = signal(false);
    Effect::new(move || set_works.set(true));
    let name = partner.person.display_name.clone();
    let title = td_string!(locale, invitations.call_title, name = name.clone());
    let back = format!("/partners/{}", partner.person.username);
    view! {
        <DialogPage name=name hue=partner.person.hue picture=partner.person.picture title=title>
            <div class="without-script">
                <div class="mb-5 grid justify-items-start gap-4">
                    <Notice tone=Tone::Warning>{td_string!(locale, invitations.needs_script)}</Notice>
                    <LinkButton href=back kind=ButtonKind::Secondary>
                        {td_string!(locale, invitations.back_to_partner)}
                    </LinkButton>
                </div>
            </div>
            {partner.status.is_busy.then(|| view! {
                <p class="mb-5 text-muted">
                    {td_string!(locale, invitations.calling_busy, name = partner.person.display_name.clone())}
                </p>
            })}
            <fieldset class="contents" disabled=move || !works.get()>
                <AskForm start=state.start person=partner.person />
            </fieldset>
        </DialogPage>
    }
}
