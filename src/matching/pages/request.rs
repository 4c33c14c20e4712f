//! Asking somebody to become partners: the button, its dialog, and the page that stands in for the dialog.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::not_loaded;
use crate::accounts::model::PersonCard;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::error::AppError;
use crate::matching::api::{self, SendRequest};
use crate::matching::model::{MESSAGE_MAX, PersonView, Standing};
use crate::ui::{
    Avatar, AvatarSize, Button, ButtonKind, Card, Dialog, DialogActions, Form, FormError, Icon, LinkButton, Notice,
    TextArea, Toast, Tone, use_form, use_toasts,
};

/// Where a plain press of "Send request" leads.
const PAGE: &str = "/partners/find/request";

/// Who is about to be asked; the dialog is open while there is somebody.
pub(super) type Asked = RwSignal<Option<PersonCard>>;

/// The button "Send request".
#[component]
pub(super) fn SendRequestButton(
    /// Whom to ask.
    person: PersonCard,
    /// Opens the dialog.
    asked: Asked,
    /// Less tall, for rows.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let locale = use_locale();
    let username = person.username.clone();
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        asked.set(Some(person.clone()));
    };
    view! {
        <form method="get" action=PAGE on:submit=on_submit>
            <input type="hidden" name="to" value=username />
            <Button submit=true small=small>
                <Icon icon=icondata_lu::LuUserPlus />
                {td_string!(locale, matching.find.send_request)}
            </Button>
        </form>
    }
}

/// The dialog "Request to {name}".
#[component]
pub(super) fn RequestDialog(
    /// Who is about to be asked.
    asked: Asked,
    /// Called when the request is stored, and when it turns out that things stand otherwise than the page shows.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let send = ServerAction::<SendRequest>::new();
    let form = use_form(send);
    let close = move || asked.set(None);
    Effect::new(move || {
        // Each opening begins without the errors of the one before.
        if asked.with(Option::is_some) {
            send.clear();
        }
    });
    Effect::new(move || match send.value().get() {
        Some(Ok(())) => {
            if let Some(person) = asked.get_untracked() {
                toasts.push(sent_toast(locale, &person));
                close();
            }
            on_change.run(());
        }
        Some(Err(AppError::Refused(_) | AppError::NotFound)) => on_change.run(()),
        _ => {}
    });
    let title = Signal::derive(move || {
        asked
            .with(|asked| {
                asked
                    .as_ref()
                    .map(|person| td_string!(locale, matching.request.title, name = person.display_name.clone()))
            })
            .unwrap_or_default()
    });
    let open = Signal::derive(move || asked.with(Option::is_some));
    view! {
        <Dialog id="send-request" open=open title=title on_close=move |()| close()>
            <ActionForm action=send attr:class="form">
                <RequestFields
                    form=form
                    username=asked.get_untracked().map(|person| person.username).unwrap_or_default()
                />
                <DialogActions>
                    <Button submit=true busy=form.pending()>
                        {td_string!(locale, matching.request.send)}
                    </Button>
                    <Button kind=ButtonKind::Quiet on:click=move |_| close()>
                        {td_string!(locale, matching.request.not_now)}
                    </Button>
                </DialogActions>
            </ActionForm>
        </Dialog>
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

fn sent_toast(locale: Locale, person: &PersonCard) -> Toast {
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

/// The page of the same fields, at `/partners/find/request?to=username`.
#[component]
pub fn RequestPage() -> impl IntoView {
    let query = use_query_map();
    let to = Memo::new(move |_| query.with(|query| query.get("to").unwrap_or_default()));
    let person = Resource::new_blocking(move || to.get(), api::person);
    let send = ServerAction::<SendRequest>::new();
    let form = use_form(send);
    let toasts = use_toasts();
    let locale = use_locale();
    let navigate = use_navigate();
    Effect::new(move || {
        if let Some(Ok(())) = send.value().get() {
            if let Some(Ok(PersonView { person, .. })) = person.get_untracked() {
                toasts.push(sent_toast(locale, &person));
            }
            navigate("/requests", Default::default());
        }
    });
    view! {
        <Transition>
            {move || {
                person
                    .get()
                    .map(|answer| match answer {
                        Ok(view) => view! { <RequestTo view=view send=send form=form /> }.into_any(),
                        Err(error) => not_loaded(&error),
                    })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn RequestTo(view: PersonView, send: ServerAction<SendRequest>, form: Form) -> impl IntoView {
    let locale = use_locale();
    let PersonView { person, standing, .. } = view;
    let title = td_string!(locale, matching.request.title, name = person.display_name.clone());
    let profile = format!("/people/{}", person.username);
    let content = if standing == Standing::Strangers {
        view! {
            <ActionForm action=send attr:class="form">
                <RequestFields form=form username=person.username.clone() />
                <div class="flex flex-wrap gap-3">
                    <Button submit=true busy=form.pending()>
                        {td_string!(locale, matching.request.send)}
                    </Button>
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
                <StandingWords standing=standing person=person.clone() />
                <a class="text-link" href=profile>
                    {td_string!(locale, matching.request.back, name = person.display_name.clone())}
                </a>
            </div>
        }
        .into_any()
    };
    view! {
        <Title text=title.clone() />
        <div class="mx-auto grid max-w-xl gap-7">
            <header class="flex flex-wrap items-center gap-5">
                <Avatar name=person.display_name hue=person.hue size=AvatarSize::Large />
                <h1 class="min-w-0">{title}</h1>
            </header>
            <Card>{content}</Card>
        </div>
    }
}

/// How things stand between the reader and a person who cannot be asked, and where to go.
#[component]
pub(super) fn StandingWords(
    /// Anything but `Strangers`, which says nothing.
    standing: Standing,
    /// The person.
    person: PersonCard,
) -> impl IntoView {
    let locale = use_locale();
    let PersonCard {
        username,
        display_name: name,
        ..
    } = person;
    let (words, href, link) = match standing {
        Standing::Strangers => return ().into_any(),
        Standing::SignedOut => return view! { <WaysIn username=username /> }.into_any(),
        Standing::Asked => (
            td_string!(locale, matching.request.asked, name = name),
            "/requests".to_owned(),
            td_string!(locale, matching.request.see_requests),
        ),
        Standing::HasAsked => (
            td_string!(locale, matching.find.has_asked, name = name),
            "/requests".to_owned(),
            td_string!(locale, matching.find.answer_request),
        ),
        Standing::Partners => (
            td_string!(locale, matching.request.partners, name = name),
            format!("/partners/{username}"),
            td_string!(locale, matching.request.see_partnership),
        ),
        Standing::Oneself => (
            td_string!(locale, matching.request.oneself).to_owned(),
            "/settings/profile".to_owned(),
            td_string!(locale, matching.request.edit_profile),
        ),
    };
    view! {
        <Notice>
            <p>{words}</p>
            <p class="mt-1">
                <a class="text-link" href=href>
                    {link}
                </a>
            </p>
        </Notice>
    }
    .into_any()
}

/// What a visitor has to do before asking somebody; both ways come back here.
#[component]
fn WaysIn(username: String) -> impl IntoView {
    let locale = use_locale();
    // Usernames have no character that an address would have to escape.
    view! {
        <div class="flex flex-wrap gap-3">
            <LinkButton href=format!("/login?next=%2Fpeople%2F{username}")>
                {td_string!(locale, matching.request.log_in)}
            </LinkButton>
            <LinkButton href=format!("/register?next=%2Fpeople%2F{username}") kind=ButtonKind::Secondary>
                {td_string!(locale, matching.request.create_account)}
            </LinkButton>
        </div>
    }
}
