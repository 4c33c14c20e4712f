//! Forms that work with JavaScript and without it.
//!
//! With it, an `ActionForm` sends them and the errors come from the action. Without it, the browser posts them, and the server brings
//! the page back once with what was typed and what was wrong ([`returned_form`]). A [`Form`] is the one place where fields ask for both.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::notice::{Notice, Tone};
use super::problem::{error_text, problem_text};
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::{AppError, Problem, Refusal};
use crate::kernel::form::{FormReturn, FormReturned};

/// What a plain form brought back, until the page that shows it goes: coming back to the page later shows an ordinary form.
#[derive(Clone, Copy)]
struct Returned(StoredValue<FormReturned>);

/// Lets forms find what came back with the document. Call once, at the root.
pub fn provide_returned_form(returned: FormReturned) {
    provide_context(Returned(StoredValue::new(returned)));
}

/// What came back from `action`, if the form of the page at hand was sent there; forgotten when the current owner goes.
pub fn returned_form(action: &str) -> Option<FormReturn> {
    let Returned(slot) = use_context::<Returned>()?;
    let found = slot.get_value().0.filter(|returned| returned.action == action)?;
    on_cleanup(move || {
        slot.try_update_value(|slot| slot.0 = None);
    });
    Some(found)
}

/// What the fields of one form need to know: what was typed before, and what was wrong with it.
#[derive(Clone, Copy)]
pub struct Form {
    action: &'static str,
    returned: StoredValue<Option<FormReturn>>,
    /// The answer to the last sending from this page.
    answer: Signal<Option<Result<(), AppError>>>,
    pending: Signal<bool>,
}

/// The form of a server function. `action` is the one that the page's `<ActionForm action=action>` uses.
pub fn use_form<S>(action: ServerAction<S>) -> Form
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let value = action.value();
    let answer = Signal::derive(move || {
        value.with(|value| {
            value
                .as_ref()
                .map(|answer| answer.as_ref().map(|_| ()).map_err(Clone::clone))
        })
    });
    Form::new(S::url(), answer, action.pending().into())
}

/// A form that the browser always posts itself, with a full page load: `<form method="post" action="/api/…">`.
pub fn use_plain_form(action: &'static str) -> Form {
    Form::new(action, Signal::stored(None), Signal::stored(false))
}

/// A form that the page sends in a way of its own, and that the browser posts itself without JavaScript.
pub fn use_sent_form(
    action: &'static str,
    answer: Signal<Option<Result<(), AppError>>>,
    pending: Signal<bool>,
) -> Form {
    Form::new(action, answer, pending)
}

impl Form {
    fn new(action: &'static str, answer: Signal<Option<Result<(), AppError>>>, pending: Signal<bool>) -> Self {
        let returned = returned_form(action);
        let form = Self {
            action,
            returned: StoredValue::new(returned),
            answer,
            pending,
        };
        form.focus_what_is_wrong();
        form
    }

    /// The address that the form is sent to.
    pub const fn action(&self) -> &'static str {
        self.action
    }

    /// What was typed into `field` before the page came back, as its first value.
    pub fn value(&self, field: &str) -> Option<String> {
        self.returned.with_value(|returned| {
            returned
                .as_ref()
                .and_then(|returned| returned.value(field).map(str::to_owned))
        })
    }

    /// Everything that was typed or chosen under `field`; `None` when the page did not come back.
    pub fn values(&self, field: &str) -> Option<Vec<String>> {
        self.returned.with_value(|returned| {
            returned
                .as_ref()
                .map(|returned| returned.values(field).map(str::to_owned).collect())
        })
    }

    /// What is wrong with `field`.
    pub fn problem(&self, field: impl Into<String>) -> Signal<Option<Problem>> {
        let (form, field) = (*self, field.into());
        Signal::derive(move || match form.failure() {
            Some(AppError::Invalid(problems)) => problems
                .into_iter()
                .find(|found| found.field == field)
                .map(|found| found.problem),
            _ => None,
        })
    }

    /// Why the form as a whole was refused: an error that belongs to no field.
    pub fn error(&self) -> Signal<Option<AppError>> {
        let form = *self;
        Signal::derive(move || form.failure().filter(|error| !matches!(error, AppError::Invalid(_))))
    }

    /// It came back from where the person showed who they are, with what was typed before: it only wants to be sent again.
    pub fn has_waited(&self) -> Signal<bool> {
        let form = *self;
        Signal::derive(move || {
            form.answer.with(Option::is_none) && form.failure() == Some(AppError::Refused(Refusal::ConfirmFirst))
        })
    }

    /// Of what came back something is missing, which is never brought back.
    fn has_left_out(&self) -> bool {
        self.returned
            .with_value(|returned| returned.as_ref().is_some_and(|returned| returned.left_out))
    }

    /// Whether the last sending worked. Stays true until the next one is answered.
    pub fn succeeded(&self) -> Signal<bool> {
        let form = *self;
        Signal::derive(move || match form.answer.get() {
            Some(answer) => answer.is_ok(),
            None => form
                .returned
                .with_value(|returned| returned.as_ref().is_some_and(|returned| returned.error.is_none())),
        })
    }

    /// Whether an answer is awaited.
    pub const fn pending(&self) -> Signal<bool> {
        self.pending
    }

    /// The last failure, from this page's own sending or else from the one that brought the page back.
    fn failure(&self) -> Option<AppError> {
        match self.answer.get() {
            Some(answer) => answer.err(),
            None => self
                .returned
                .with_value(|returned| returned.as_ref().and_then(|returned| returned.error.clone())),
        }
    }

    /// After a failed sending the focus goes to the first field that is wrong.
    fn focus_what_is_wrong(self) {
        Effect::new(move || {
            if matches!(self.failure(), Some(AppError::Invalid(_))) {
                // One frame later the fields have said that they are invalid.
                request_animation_frame(move || focus_first_invalid(self.action));
            }
        });
    }
}

fn focus_first_invalid(action: &str) {
    use leptos::wasm_bindgen::JsCast;

    let selector = format!("form[action='{action}'] [aria-invalid='true']");
    if let Ok(Some(field)) = document().query_selector(&selector)
        && let Some(field) = field.dyn_ref::<leptos::web_sys::HtmlElement>()
    {
        // A field that vanished meanwhile cannot take the focus: nothing is lost.
        let _ = field.focus();
    }
}

/// Why the form as a whole was refused, above its fields; nothing while all is well. A problem under the empty field name is shown
/// here as well, and, which is no refusal, that it waited for its person to show who they are.
#[component]
pub fn FormError(
    /// The form.
    form: Form,
) -> impl IntoView {
    let locale = use_locale();
    let (error, problem, has_waited) = (form.error(), form.problem(""), form.has_waited());
    let words = move || {
        let refused = error.get().map(|error| error_text(locale, &error));
        refused.or_else(|| problem.get().map(|problem| problem_text(locale, &problem)))
    };
    move || {
        let (tone, role, words) = if has_waited.get() {
            let words = match form.has_left_out() {
                true => td_string!(locale, ui.form_waited_in_part),
                false => td_string!(locale, ui.form_waited),
            };
            (Tone::Info, "status", words.to_owned())
        } else {
            (Tone::Danger, "alert", words()?)
        };
        Some(view! {
            <Notice tone=tone attr:role=role>
                {words}
            </Notice>
        })
    }
}
