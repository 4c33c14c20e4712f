//! Asking somebody to become partners: the button, its dialog, and the page that stands in for the dialog.

use leptos::prelude::*;

use super::person_form::{About, OpenButton, PersonDialog, use_dialog_form, use_page_form};
use super::shown_when_loaded;
use super::standing::StandingWords;
use crate::accounts::model::PersonCard;
use crate::i18n::{Locale, td_string, use_locale};
use crate::matching::api::{self, SendRequest};
use crate::matching::model::{MESSAGE_MAX, PersonView, Standing};
use crate::ui::{
    Button, ButtonKind, DialogActions, DialogPage, Form, FormError, Icon, LinkButton, TextArea, Toast, Tone,
    use_fetched, use_query,
};

/// Where a plain press of "Send request" leads.
const PAGE: &str = "/partners/find/request";

/// The button "Send request".
#[component]
pub(super) fn SendRequestButton(
    /// Whom to ask.
    person: PersonCard,
    /// Opens the dialog.
    asked: About,
    /// Less tall, for rows.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <OpenButton person=person about=asked address=PAGE field="to" small=small>
            <Icon icon=icondata_lu::LuUserPlus />
            {td_string!(locale, matching.find.send_request)}
        </OpenButton>
    }
}

/// The dialog "Request to {name}".
#[component]
pub(super) fn RequestDialog(
    /// Who is about to be asked.
    asked: About,
    /// Called when the request is stored, and when it turns out that things stand otherwise than the page shows.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let send = ServerAction::<SendRequest>::new();
    let form = use_dialog_form(asked, send, sent, on_change);
    let content = move |username: String| {
        view! {
            <ActionForm action=send attr:class="form">
                <RequestFields form=form username=username />
                <DialogActions>
                    <SubmitRequest form=form />
                    <Button kind=ButtonKind::Quiet on_press=move |()| asked.set(None)>
                        {td_string!(locale, matching.request.not_now)}
                    </Button>
                </DialogActions>
            </ActionForm>
        }
        .into_any()
    };
    view! { <PersonDialog id="send-request" about=asked title=title content=content /> }
}

/// The page of the same fields, at `/partners/find/request?to=username`.
#[component]
pub fn RequestPage() -> impl IntoView {
    let query = use_query();
    let to = Memo::new(move |_| query.with(|query| query.get("to").unwrap_or_default().to_owned()));
    let view = use_fetched(move || to.get(), api::person);
    let send = ServerAction::<SendRequest>::new();
    let person = move || view.get_untracked().map(|view| view.person);
    let form = use_page_form(person, send, sent, "/requests");
    shown_when_loaded(view, move |view| {
        view! { <RequestTo view=view send=send form=form /> }.into_any()
    })
}

#[component]
fn RequestTo(view: PersonView, send: ServerAction<SendRequest>, form: Form) -> impl IntoView {
    let locale = use_locale();
    let PersonView { person, standing, .. } = view;
    let title = title(locale, &person);
    let profile = format!("/people/{}", person.username);
    let (name, hue, picture) = (person.display_name.clone(), person.hue, person.picture);
    let content = if standing == Standing::Strangers {
        view! {
            <ActionForm action=send attr:class="form">
                <RequestFields form=form username=person.username />
                <div class="flex flex-wrap gap-3">
                    <SubmitRequest form=form />
                    <LinkButton href=profile kind=ButtonKind::Quiet>
                        {td_string!(locale, matching.request.not_now)}
                    </LinkButton>
                </div>
            </ActionForm>
        }
        .into_any()
    } else {
        view! {
            <div class="grid justify-items-start gap-5">
                <StandingWords standing=standing person=person />
                <a class="text-link" href=profile>
                    {td_string!(locale, matching.request.back, name = name.clone())}
                </a>
            </div>
        }
        .into_any()
    };
    view! {
        <DialogPage name=name hue=hue picture=picture title=title>
            {content}
        </DialogPage>
    }
}

/// What is filled in, on the page as in the dialog.
#[component]
fn RequestFields(form: Form, username: String) -> impl IntoView {
    let locale = use_locale();
    view! {
        <FormError form=form />
        <input type="hidden" name="to" value=username />
        <TextArea
            form=form
            name="message"
            label=td_string!(locale, matching.request.message)
            hint=td_string!(locale, matching.request.hint)
            maxlength=MESSAGE_MAX
        />
    }
}

#[component]
fn SubmitRequest(form: Form) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Button submit=true busy=form.pending()>
            {td_string!(locale, matching.request.send)}
        </Button>
    }
}

fn title(locale: Locale, person: &PersonCard) -> String {
    td_string!(locale, matching.request.title, name = person.display_name.clone())
}

fn sent(locale: Locale, person: &PersonCard) -> Toast {
    Toast {
        kind: Tone::Success,
        title: td_string!(locale, matching.request.sent).to_owned(),
        text: Some(td_string!(
            locale,
            matching.request.sent_text,
            name = person.display_name.clone()
        )),
        action: None,
    }
}
