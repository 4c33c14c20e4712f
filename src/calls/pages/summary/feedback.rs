//! What somebody thinks of a call, for their own eyes: works without JavaScript, and can be changed later.

use leptos::prelude::*;

use crate::calls::api::SaveCallFeedback;
use crate::calls::model::CallId;
use crate::calls::records::feedback::{Feedback, NOTE_MAX, STARS, Tag};
use crate::i18n::{Locale, td_string, use_locale};
use crate::ui::{Button, Form, FormError, Icon, Notice, TextArea, Tone, problem_text, use_form};

/// The field of the ticked tags.
const TAGS: &str = "tags[]";

/// Sends the form. Made by the page: what a plain form brought back is there for one reader, and what stands inside of a `Transition` may be made
/// twice.
#[derive(Clone, Copy)]
pub(super) struct Sending {
    save: ServerAction<SaveCallFeedback>,
    form: Form,
}

impl Sending {
    pub(super) fn new() -> Self {
        let save = ServerAction::new();
        Self {
            save,
            form: use_form(save),
        }
    }
}

/// The form, with what was said before.
#[component]
pub(super) fn FeedbackForm(call: CallId, feedback: Option<Feedback>, sending: Sending) -> impl IntoView {
    let locale = use_locale();
    let Sending { save, form } = sending;
    // Shown anew for each time it worked: what is said twice is read out twice.
    let saved = move || {
        (form.succeeded().get() && !form.pending().get()).then(|| {
            view! { <Notice tone=Tone::Success>{td_string!(locale, calls.feedback.saved)}</Notice> }
        })
    };
    let (stars, tags, note) = match feedback {
        Some(Feedback { stars, tags, note }) => (Some(stars), tags, note),
        None => (None, Vec::new(), String::new()),
    };
    view! {
        <section class="card record" aria-labelledby="feedback-title">
            <div>
                <h2 id="feedback-title">{td_string!(locale, calls.feedback.title)}</h2>
                <p class="field-hint">{td_string!(locale, calls.feedback.private)}</p>
            </div>
            <ActionForm action=save attr:class="form">
                <FormError form=form />
                <input type="hidden" name="call" value=call.to_string() />
                <Stars form=form chosen=stars />
                <Tags form=form ticked=tags />
                <TextArea
                    form=form
                    name="note"
                    label=td_string!(locale, calls.feedback.note)
                    hint=td_string!(locale, calls.feedback.note_hint)
                    value=note
                    maxlength=NOTE_MAX
                    rows=3
                />
                <Button submit=true busy=form.pending()>
                    {td_string!(locale, calls.feedback.save)}
                </Button>
                <div role="status">{saved}</div>
            </ActionForm>
        </section>
    }
    .into_any()
}

/// One to five, each with its number: nobody has to tell them apart by colour.
#[component]
fn Stars(form: Form, chosen: Option<u8>) -> impl IntoView {
    let locale = use_locale();
    let returned = form.value("stars").filter(|_| !form.succeeded().get_untracked());
    let chosen = returned.or_else(|| chosen.map(|stars| stars.to_string()));
    let problem = form.problem("stars");
    let choices = (1..=STARS)
        .map(|stars| {
            let value = stars.to_string();
            let is_chosen = chosen.as_deref() == Some(value.as_str());
            view! {
                <label class="star-choice">
                    <input
                        type="radio"
                        name="stars"
                        value=value
                        checked=is_chosen
                        aria-invalid=move || problem.with(Option::is_some).then_some("true")
                        aria-describedby=move || problem.with(Option::is_some).then_some("feedback-stars-error")
                    />
                    <span class="star-choice-face">
                        <span aria-hidden="true">{stars}</span>
                        <Icon icon=icondata_lu::LuStar />
                        <span class="sr-only">{td_string!(locale, calls.feedback.star, count = stars)}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    let error = move || {
        problem.get().map(|problem| {
            view! {
                <p class="field-error" id="feedback-stars-error" role="alert">
                    <Icon icon=icondata_lu::LuCircleAlert />
                    <span>{problem_text(locale, &problem)}</span>
                </p>
            }
        })
    };
    view! {
        <fieldset class="field">
            <legend class="field-label">{td_string!(locale, calls.feedback.stars)}</legend>
            <div class="star-choices">{choices}</div>
            {error}
        </fieldset>
    }
    .into_any()
}

#[component]
fn Tags(form: Form, ticked: Vec<Tag>) -> impl IntoView {
    let locale = use_locale();
    // Of a form that came back, the boxes as they were.
    let returned = form.values(TAGS).filter(|_| !form.succeeded().get_untracked());
    let is_ticked = |tag: Tag| match &returned {
        Some(names) => names.iter().any(|name| name == tag.name()),
        None => ticked.contains(&tag),
    };
    let boxes = Tag::ALL
        .map(|tag| {
            view! {
                <label class="check">
                    <input type="checkbox" name=TAGS value=tag.name() checked=is_ticked(tag) />
                    {tag_text(locale, tag)}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend class="field-label">{td_string!(locale, calls.feedback.tags)}</legend>
            <div class="tag-choices">{boxes}</div>
        </fieldset>
    }
    .into_any()
}

fn tag_text(locale: Locale, tag: Tag) -> &'static str {
    match tag {
        Tag::GreatConversation => td_string!(locale, calls.feedback.great_conversation),
        Tag::LearnedSomething => td_string!(locale, calls.feedback.learned_something),
        Tag::GoodBalance => td_string!(locale, calls.feedback.good_balance),
        Tag::GoodSound => td_string!(locale, calls.feedback.good_sound),
        Tag::GoodPicture => td_string!(locale, calls.feedback.good_picture),
        Tag::HardToUnderstand => td_string!(locale, calls.feedback.hard_to_understand),
        Tag::PictureFroze => td_string!(locale, calls.feedback.picture_froze),
        Tag::SoundBrokeUp => td_string!(locale, calls.feedback.sound_broke_up),
        Tag::Echo => td_string!(locale, calls.feedback.echo),
        Tag::UneasyCompany => td_string!(locale, calls.feedback.uneasy_company),
    }
}
