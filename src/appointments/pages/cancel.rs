//! Taking an appointment back, at `/appointments/{id}/cancel?day=`.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::reschedule::{WhichTimes, use_named_time};
use super::words::span_text;
use crate::accounts::names::shown_name;
use crate::appointments::api::{self, CancelAppointment};
use crate::appointments::model::{AppointmentView, Repeats};
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::AppError;
use crate::ui::{
    Button, ButtonKind, DialogPage, FetchFailure, Form, FormError, LinkButton, Toast, Tone, use_fetched, use_form,
    use_toasts,
};

/// Asks once more.
#[component]
pub fn CancelAppointmentPage() -> impl IntoView {
    let (locale, toasts, navigate) = (use_locale(), use_toasts(), use_navigate());
    let named = use_named_time();
    let view = use_fetched(
        move || named.get(),
        |named| async move {
            let (id, day) = named.ok_or(AppError::NotFound)?;
            api::appointment(id, Some(day)).await
        },
    );
    let action = ServerAction::<CancelAppointment>::new();
    let form = use_form(action);
    Effect::new(move || {
        if let Some(Ok(())) = action.value().get() {
            toasts.push(Toast {
                kind: Tone::Info,
                title: td_string!(locale, appointments.cancelled).to_owned(),
                text: None,
                action: None,
            });
            navigate("/appointments", Default::default());
        }
    });
    let title = td_string!(locale, ui.not_loaded_title);
    view! {
        <Transition>
            <FetchFailure of=view title=title />
            {move || view.get().map(|of| view! { <Cancel of=of action=action form=form /> })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Cancel(of: AppointmentView, action: ServerAction<CancelAppointment>, form: Form) -> impl IntoView {
    let locale = use_locale();
    let AppointmentView {
        id,
        day,
        partner,
        at,
        minutes,
        repeats,
        asked,
        ..
    } = of;
    let is_agreed = asked.is_none_or(|asked| asked.other_time.is_some());
    let name = shown_name(locale, &partner);
    let (title, text, button) = if is_agreed {
        (
            td_string!(locale, appointments.cancel_title, name = name.clone()),
            td_string!(
                locale,
                appointments.cancel_text,
                when = span_text(locale, &at, minutes),
                name = name
            ),
            td_string!(locale, appointments.cancel_it),
        )
    } else {
        (
            td_string!(locale, appointments.take_back_title).to_owned(),
            td_string!(
                locale,
                appointments.take_back_text,
                when = span_text(locale, &at, minutes),
                name = name
            ),
            td_string!(locale, appointments.take_back),
        )
    };
    let whole = (is_agreed && repeats == Repeats::Weekly).then(|| {
        view! { <WhichTimes is_all=false once=td_string!(locale, appointments.only_this) all=td_string!(locale, appointments.all_times) /> }
    });
    view! {
        <DialogPage name=partner.display_name hue=partner.hue picture=partner.picture title=title>
            <p>{text}</p>
            <ActionForm action=action attr:class="form">
                <FormError form=form />
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="day" value=day.to_string() />
                {whole}
                <div class="flex flex-wrap gap-3">
                    <Button submit=true kind=ButtonKind::Stop busy=form.pending()>
                        {button}
                    </Button>
                    <LinkButton href="/appointments" kind=ButtonKind::Quiet>
                        {td_string!(locale, appointments.leave_it)}
                    </LinkButton>
                </div>
            </ActionForm>
        </DialogPage>
    }
    .into_any()
}
