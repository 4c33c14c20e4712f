//! Parting: the button, its dialog, and the page that stands in for the dialog.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_params_map};

use super::not_loaded;
use crate::accounts::model::PersonCard;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::error::AppError;
use crate::matching::api::{self, EndPartnership};
use crate::ui::{
    Avatar, AvatarSize, Button, ButtonKind, Card, Dialog, DialogActions, Form, FormError, LinkButton, Toast, Tone,
    use_form, use_toasts,
};

/// From whom the reader is about to part; the dialog is open while there is somebody.
pub(super) type Parting = RwSignal<Option<PersonCard>>;

/// The button "End partnership" beside a partner.
#[component]
pub(super) fn EndButton(
    /// The partner.
    person: PersonCard,
    /// Opens the dialog.
    parting: Parting,
    /// Less tall, for rows.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let locale = use_locale();
    let action = format!("/partners/{}/end", person.username);
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        parting.set(Some(person.clone()));
    };
    view! {
        <form method="get" action=action on:submit=on_submit>
            <Button submit=true small=small kind=ButtonKind::Quiet>
                {td_string!(locale, matching.end.end)}
            </Button>
        </form>
    }
}

/// The dialog "End partnership with {name}?".
#[component]
pub(super) fn EndDialog(
    /// From whom.
    parting: Parting,
    /// Called when they have parted, and when it turns out that they had before.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let end = ServerAction::<EndPartnership>::new();
    let form = use_form(end);
    let close = move || parting.set(None);
    Effect::new(move || {
        // Each opening begins without the errors of the one before.
        if parting.with(Option::is_some) {
            end.clear();
        }
    });
    Effect::new(move || match end.value().get() {
        Some(Ok(())) => {
            if let Some(person) = parting.get_untracked() {
                toasts.push(ended_toast(locale, &person));
                close();
            }
            on_change.run(());
        }
        Some(Err(AppError::NotFound)) => on_change.run(()),
        _ => {}
    });
    let title = Signal::derive(move || {
        parting
            .with(|parting| parting.as_ref().map(|person| title(locale, person)))
            .unwrap_or_default()
    });
    let open = Signal::derive(move || parting.with(Option::is_some));
    view! {
        <Dialog id="end-partnership" open=open title=title on_close=move |()| close()>
            <ActionForm action=end attr:class="form">
                <EndFields
                    form=form
                    username=parting.get_untracked().map(|person| person.username).unwrap_or_default()
                />
                <DialogActions>
                    <Button submit=true kind=ButtonKind::Stop busy=form.pending()>
                        {td_string!(locale, matching.end.end)}
                    </Button>
                    <Button kind=ButtonKind::Quiet on:click=move |_| close()>
                        {td_string!(locale, matching.end.keep)}
                    </Button>
                </DialogActions>
            </ActionForm>
        </Dialog>
    }
}

#[component]
fn EndFields(form: Form, username: String) -> impl IntoView {
    let locale = use_locale();
    view! {
        <FormError form=form />
        <p>{td_string!(locale, matching.end.text)}</p>
        <input type="hidden" name="username" value=username />
    }
}

fn title(locale: Locale, person: &PersonCard) -> String {
    td_string!(locale, matching.end.title, name = person.display_name.clone())
}

fn ended_toast(locale: Locale, person: &PersonCard) -> Toast {
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

/// The page of the same words and buttons, at `/partners/{username}/end`.
#[component]
pub fn EndPartnershipPage() -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let params = use_params_map();
    let username = Memo::new(move |_| params.with(|params| params.get("username").unwrap_or_default()));
    let partner = Resource::new_blocking(move || username.get(), api::partner);
    let end = ServerAction::<EndPartnership>::new();
    let form = use_form(end);
    let navigate = use_navigate();
    Effect::new(move || {
        if let Some(Ok(())) = end.value().get() {
            if let Some(Ok(partner)) = partner.get_untracked() {
                toasts.push(ended_toast(locale, &partner.person));
            }
            navigate("/partners", Default::default());
        }
    });
    view! {
        <Transition>
            {move || {
                partner
                    .get()
                    .map(|answer| match answer {
                        Ok(partner) => view! { <EndWith person=partner.person end=end form=form /> }.into_any(),
                        Err(error) => not_loaded(&error),
                    })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn EndWith(person: PersonCard, end: ServerAction<EndPartnership>, form: Form) -> impl IntoView {
    let locale = use_locale();
    let title = title(locale, &person);
    let back = format!("/partners/{}", person.username);
    view! {
        <Title text=title.clone() />
        <div class="mx-auto grid max-w-xl gap-7">
            <header class="flex flex-wrap items-center gap-5">
                <Avatar name=person.display_name hue=person.hue size=AvatarSize::Large />
                <h1 class="min-w-0">{title}</h1>
            </header>
            <Card>
                <ActionForm action=end attr:class="form">
                    <EndFields form=form username=person.username />
                    <div class="flex flex-wrap gap-3">
                        <Button submit=true kind=ButtonKind::Stop busy=form.pending()>
                            {td_string!(locale, matching.end.end)}
                        </Button>
                        <LinkButton href=back kind=ButtonKind::Quiet>
                            {td_string!(locale, matching.end.keep)}
                        </LinkButton>
                    </div>
                </ActionForm>
            </Card>
        </div>
    }
}
