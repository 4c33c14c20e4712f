//! Parting: the button, its dialog, and the page that stands in for the dialog.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::person_form::{About, OpenButton, PersonDialog, use_dialog_form, use_page_form};
use super::shown_when_loaded;
use crate::accounts::model::PersonCard;
use crate::i18n::{Locale, td_string, use_locale};
use crate::matching::api::{self, EndPartnership};
use crate::matching::model::{END_WORDS_MAX, EndReason};
use crate::ui::{
    Button, ButtonKind, DialogActions, DialogPage, Form, FormError, LinkButton, SelectField, SelectOption, TextArea,
    Toast, Tone, use_fetched,
};

/// The button "End partnership" beside a partner.
#[component]
pub(super) fn EndButton(
    /// The partner.
    person: PersonCard,
    /// Opens the dialog.
    parting: About,
    /// Less tall, for rows.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let locale = use_locale();
    let address = format!("/partners/{}/end", person.username);
    view! {
        <OpenButton person=person about=parting address=address kind=ButtonKind::Quiet small=small>
            {td_string!(locale, matching.end.end)}
        </OpenButton>
    }
}

/// The dialog "End partnership with {name}?".
#[component]
pub(super) fn EndDialog(
    /// From whom.
    parting: About,
    /// Called when they have parted, and when it turns out that they had before.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let end = ServerAction::<EndPartnership>::new();
    let form = use_dialog_form(parting, end, ended, on_change);
    let content = move |username: String| {
        view! {
            <ActionForm action=end attr:class="form">
                <EndFields form=form username=username />
                <DialogActions>
                    <SubmitEnd form=form />
                    <Button kind=ButtonKind::Quiet on_press=move |()| parting.set(None)>
                        {td_string!(locale, matching.end.keep)}
                    </Button>
                </DialogActions>
            </ActionForm>
        }
        .into_any()
    };
    view! { <PersonDialog id="end-partnership" about=parting title=title content=content /> }
}

/// The page of the same words and buttons, at `/partners/{username}/end`.
#[component]
pub fn EndPartnershipPage() -> impl IntoView {
    let params = use_params_map();
    let username = Memo::new(move |_| params.with(|params| params.get("username").unwrap_or_default()));
    let partner = use_fetched(move || username.get(), api::partner);
    let end = ServerAction::<EndPartnership>::new();
    let person = move || partner.get_untracked().map(|partner| partner.person);
    let form = use_page_form(person, end, ended, "/partners");
    shown_when_loaded(partner, move |partner| {
        view! { <EndWith person=partner.person end=end form=form /> }.into_any()
    })
}

#[component]
fn EndWith(person: PersonCard, end: ServerAction<EndPartnership>, form: Form) -> impl IntoView {
    let locale = use_locale();
    let title = title(locale, &person);
    let back = format!("/partners/{}", person.username);
    view! {
        <DialogPage name=person.display_name hue=person.hue picture=person.picture title=title>
            <ActionForm action=end attr:class="form">
                <EndFields form=form username=person.username />
                <div class="flex flex-wrap gap-3">
                    <SubmitEnd form=form />
                    <LinkButton href=back kind=ButtonKind::Quiet>
                        {td_string!(locale, matching.end.keep)}
                    </LinkButton>
                </div>
            </ActionForm>
        </DialogPage>
    }
}

#[component]
fn EndFields(form: Form, username: String) -> impl IntoView {
    let locale = use_locale();
    view! {
        <FormError form=form />
        <p>{td_string!(locale, matching.end.text)}</p>
        <input type="hidden" name="username" value=username />
        <SelectField
            form=form
            name="reason"
            label=td_string!(locale, matching.end.reason)
            nothing=td_string!(locale, matching.end.no_reason)
            options=EndReason::ALL.map(|reason| SelectOption::new(reason.name(), reason_name(locale, reason))).into()
        />
        <TextArea
            form=form
            name="words"
            label=td_string!(locale, matching.end.words)
            hint=td_string!(locale, matching.end.words_hint)
            rows=3
            maxlength=END_WORDS_MAX
        />
    }
}

fn reason_name(locale: Locale, reason: EndReason) -> &'static str {
    match reason {
        EndReason::Time => td_string!(locale, matching.end.because.time),
        EndReason::Meeting => td_string!(locale, matching.end.because.meeting),
        EndReason::Languages => td_string!(locale, matching.end.because.languages),
        EndReason::Talk => td_string!(locale, matching.end.because.talk),
        EndReason::Behaviour => td_string!(locale, matching.end.because.behaviour),
        EndReason::Other => td_string!(locale, matching.end.because.other),
    }
}

#[component]
fn SubmitEnd(form: Form) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Button submit=true kind=ButtonKind::Stop busy=form.pending()>
            {td_string!(locale, matching.end.end)}
        </Button>
    }
}

fn title(locale: Locale, person: &PersonCard) -> String {
    td_string!(locale, matching.end.title, name = person.display_name.clone())
}

fn ended(locale: Locale, person: &PersonCard) -> Toast {
    Toast {
        kind: Tone::Info,
        title: td_string!(locale, matching.end.ended).to_owned(),
        text: Some(td_string!(
            locale,
            matching.end.ended_text,
            name = person.display_name.clone()
        )),
        action: None,
    }
}
