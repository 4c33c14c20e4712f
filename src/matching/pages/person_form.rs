//! Forms about one person: in a dialog beside a list, and on the page that stands in for the dialog where no script runs.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_navigate;

use crate::accounts::model::PersonCard;
use crate::i18n::{Locale, use_locale};
use crate::kernel::error::AppError;
use crate::ui::{Button, ButtonKind, Dialog, Form, Toast, Tone, error_text, use_form, use_toasts};

/// Whom the dialog is about; it is open while there is somebody.
pub(super) type About = RwSignal<Option<PersonCard>>;

/// What is said once the form has done its work.
type Said = fn(Locale, &PersonCard) -> Toast;

/// A button that opens the dialog, and without JavaScript the page at `address`.
#[component]
pub(super) fn OpenButton(
    /// The person.
    person: PersonCard,
    /// Opens the dialog.
    about: About,
    /// The page that stands in for the dialog.
    #[prop(into)]
    address: String,
    /// The field that names the person to that page, where its address does not.
    #[prop(optional)]
    field: Option<&'static str>,
    /// How much the button asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// Less tall, for rows.
    #[prop(optional)]
    small: bool,
    /// The button's name.
    children: Children,
) -> impl IntoView {
    let username = person.username.clone();
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        about.set(Some(person.clone()));
    };
    view! {
        <form method="get" action=address on:submit=on_submit>
            {field.map(|name| view! { <input type="hidden" name=name value=username /> })}
            <Button submit=true small=small kind=kind>
                {children()}
            </Button>
        </form>
    }
}

/// The form of a dialog. When it has done its work, `said` is said and the dialog closes; `on_change` is called then, and when it turns
/// out that things stand otherwise than the page shows.
pub(super) fn use_dialog_form<S>(about: About, action: ServerAction<S>, said: Said, on_change: Callback<()>) -> Form
where
    S: ServerFn<Error = AppError, Output = ()> + Clone + Send + Sync + 'static,
{
    let (locale, toasts) = (use_locale(), use_toasts());
    Effect::new(move || {
        // Each opening begins without the errors of the one before.
        if about.with(Option::is_some) {
            action.clear();
        }
    });
    // Whom the form on the way is about: an answer may come when the dialog is closed, or open about somebody else.
    let sent_about = StoredValue::new(None::<PersonCard>);
    Effect::new(move || {
        if action.pending().get() {
            sent_about.set_value(about.get_untracked());
        }
    });
    Effect::new(move || {
        let Some(answer) = action.value().get() else { return };
        let person = sent_about.get_value();
        let is_shown = about.with_untracked(|about| *about == person);
        match (&answer, person) {
            (Ok(()), Some(person)) => toasts.push(said(locale, &person)),
            (Err(error), Some(person)) if !is_shown => toasts.push(Toast {
                kind: Tone::Danger,
                title: person.display_name,
                text: Some(error_text(locale, error)),
                action: None,
            }),
            _ => {}
        }
        if !is_shown {
            action.clear();
        } else if answer.is_ok() {
            about.set(None);
        }
        if matches!(answer, Ok(()) | Err(AppError::Refused(_) | AppError::NotFound)) {
            on_change.run(());
        }
    });
    use_form(action)
}

/// The form of the page. When it has done its work, `said` is said and the person goes to `to`.
pub(super) fn use_page_form<S>(
    person: impl Fn() -> Option<PersonCard> + 'static,
    action: ServerAction<S>,
    said: Said,
    to: &'static str,
) -> Form
where
    S: ServerFn<Error = AppError, Output = ()> + Clone + Send + Sync + 'static,
{
    let (locale, toasts, navigate) = (use_locale(), use_toasts(), use_navigate());
    Effect::new(move || {
        if let Some(Ok(())) = action.value().get() {
            if let Some(person) = person() {
                toasts.push(said(locale, &person));
            }
            navigate(to, Default::default());
        }
    });
    use_form(action)
}

/// The dialog about a person. Its content is given the username.
#[component]
pub(super) fn PersonDialog(
    /// Its `id`.
    id: &'static str,
    /// Whom it is about.
    about: About,
    /// Its heading.
    title: fn(Locale, &PersonCard) -> String,
    /// The form.
    content: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    let locale = use_locale();
    let title = Signal::derive(move || {
        about
            .with(|person| person.as_ref().map(|person| title(locale, person)))
            .unwrap_or_default()
    });
    let open = Signal::derive(move || about.with(Option::is_some));
    let content = StoredValue::new(content);
    let username = move || about.get_untracked().map(|person| person.username).unwrap_or_default();
    view! {
        <Dialog id=id open=open title=title on_close=move |()| about.set(None)>
            {content.with_value(|content| content(username()))}
        </Dialog>
    }
}
