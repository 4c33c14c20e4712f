//! "Propose a time", at `/appointments/propose?to=username`.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::time_fields::TimeFields;
use crate::accounts::names::shown_name;
use crate::appointments::api::{self, ProposeAppointment};
use crate::appointments::model::{ABOUT_MAX, Choice};
use crate::i18n::{td_string, use_locale};
use crate::ui::{
    Button, ButtonKind, DialogPage, FetchFailure, Form, FormError, LinkButton, TextArea, Toast, Tone, use_fetched,
    use_form, use_query, use_toasts,
};

/// The times at which both have time, and a word about what.
#[component]
pub fn ProposePage() -> impl IntoView {
    let (locale, toasts, navigate) = (use_locale(), use_toasts(), use_navigate());
    let query = use_query();
    let to = Memo::new(move |_| query.with(|query| query.get("to").unwrap_or_default().to_owned()));
    let choice = use_fetched(move || to.get(), api::appointment_times);
    let propose = ServerAction::<ProposeAppointment>::new();
    let form = use_form(propose);
    Effect::new(move || {
        if let Some(Ok(())) = propose.value().get() {
            toasts.push(Toast {
                kind: Tone::Success,
                title: td_string!(locale, appointments.proposed).to_owned(),
                text: None,
                action: None,
            });
            navigate("/appointments", Default::default());
        }
    });
    let title = td_string!(locale, ui.not_loaded_title);
    view! {
        <Transition>
            <FetchFailure of=choice title=title />
            {move || choice.get().map(|choice| view! { <Propose choice=choice propose=propose form=form /> })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Propose(choice: Choice, propose: ServerAction<ProposeAppointment>, form: Form) -> impl IntoView {
    let locale = use_locale();
    let partner = choice.partner.clone();
    let title = td_string!(locale, appointments.propose_to, name = shown_name(locale, &partner));
    let back = format!("/partners/{}", partner.username);
    let is_weekly = form.value("weekly").is_some();
    view! {
        <DialogPage name=partner.display_name hue=partner.hue picture=partner.picture title=title>
            <ActionForm action=propose attr:class="form">
                <FormError form=form />
                <input type="hidden" name="to" value=partner.username />
                <TimeFields form=form choice=choice />
                <label class="flex min-h-12 items-center gap-3 justify-self-start">
                    <input class="size-5" type="checkbox" name="weekly" value="yes" checked=is_weekly />
                    {td_string!(locale, appointments.every_week)}
                </label>
                <TextArea
                    form=form
                    name="about"
                    label=td_string!(locale, appointments.about)
                    hint=td_string!(locale, appointments.about_hint)
                    rows=2
                    maxlength=ABOUT_MAX
                />
                <div class="flex flex-wrap gap-3">
                    <Button submit=true busy=form.pending()>
                        {td_string!(locale, appointments.propose)}
                    </Button>
                    <LinkButton href=back kind=ButtonKind::Quiet>
                        {td_string!(locale, appointments.not_now)}
                    </LinkButton>
                </div>
            </ActionForm>
        </DialogPage>
    }
    .into_any()
}
