//! "Another time", at `/appointments/{id}/move?day=`.

use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};

use super::time_fields::TimeFields;
use super::words::span_text;
use crate::accounts::names::shown_name;
use crate::appointments::api::{self, MoveAppointment};
use crate::appointments::model::{AppointmentId, Choice, Repeats};
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::AppError;
use crate::ui::{
    Button, ButtonKind, DialogPage, FetchFailure, Form, FormError, LinkButton, Toast, Tone, use_fetched, use_form,
    use_query, use_toasts,
};

/// Which time of which appointment an address names.
pub(super) fn use_named_time() -> Memo<Option<(AppointmentId, i32)>> {
    let (params, query) = (use_params_map(), use_query());
    Memo::new(move |_| {
        let id = params.with(|params| params.get("id").and_then(|id| id.parse().ok()))?;
        let day = query.with(|query| query.get("day").and_then(|day| day.parse().ok()));
        Some((id, day.unwrap_or_default()))
    })
}

/// When instead.
#[component]
pub fn MoveAppointmentPage() -> impl IntoView {
    let (locale, toasts, navigate) = (use_locale(), use_toasts(), use_navigate());
    let named = use_named_time();
    let choice = use_fetched(
        move || named.get(),
        |named| async move {
            let (id, day) = named.ok_or(AppError::NotFound)?;
            api::other_times(id, day).await
        },
    );
    let action = ServerAction::<MoveAppointment>::new();
    let form = use_form(action);
    Effect::new(move || {
        if let Some(Ok(())) = action.value().get() {
            toasts.push(Toast {
                kind: Tone::Success,
                title: td_string!(locale, appointments.asked_to_move).to_owned(),
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
            {move || choice.get().map(|choice| view! { <Reschedule choice=choice action=action form=form /> })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Reschedule(choice: Choice, action: ServerAction<MoveAppointment>, form: Form) -> impl IntoView {
    let locale = use_locale();
    let Some(of) = choice.of.clone() else {
        return ().into_any();
    };
    let partner = of.partner;
    let title = td_string!(locale, appointments.move_title, name = shown_name(locale, &partner));
    let stands = span_text(locale, &of.at, of.minutes);
    let is_agreed = of.asked.is_none_or(|asked| asked.other_time.is_some());
    let is_all = form.value("all").as_deref() == Some("yes");
    let whole = (is_agreed && of.repeats == Repeats::Weekly).then(|| {
        view! { <WhichTimes is_all=is_all once=td_string!(locale, appointments.only_this) all=td_string!(locale, appointments.all_from_then) /> }
    });
    let lead = if is_agreed {
        td_string!(locale, appointments.move_lead, when = stands)
    } else {
        td_string!(locale, appointments.move_proposal_lead, when = stands)
    };
    view! {
        <DialogPage name=partner.display_name hue=partner.hue picture=partner.picture title=title>
            <p>{lead}</p>
            <ActionForm action=action attr:class="form">
                <FormError form=form />
                <input type="hidden" name="id" value=of.id.to_string() />
                <input type="hidden" name="day" value=of.day.to_string() />
                {whole}
                <TimeFields form=form choice=choice />
                <div class="flex flex-wrap gap-3">
                    <Button submit=true busy=form.pending()>
                        {td_string!(locale, appointments.ask_to_move)}
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

/// One time of a series, or all of them.
#[component]
pub(super) fn WhichTimes(is_all: bool, once: &'static str, all: &'static str) -> impl IntoView {
    let locale = use_locale();
    view! {
        <fieldset class="grid gap-1">
            <legend class="settings-title">{td_string!(locale, appointments.which)}</legend>
            <label class="flex min-h-12 items-center gap-3 justify-self-start">
                <input class="size-5" type="radio" name="all" value="no" checked=!is_all />
                {once}
            </label>
            <label class="flex min-h-12 items-center gap-3 justify-self-start">
                <input class="size-5" type="radio" name="all" value="yes" checked=is_all />
                {all}
            </label>
        </fieldset>
    }
}
