//! Wanting nothing to do with somebody: the buttons beside a profile, and the pages on which it is said once more.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::person_form::use_page_form;
use super::shown_when_loaded;
use crate::accounts::model::PersonCard;
use crate::i18n::{Locale, td_string, use_locale};
use crate::matching::api::{self, Block, Report};
use crate::matching::model::PersonView;
use crate::profiles::blocks::model::{ReportKind, WORDS_MAX};
use crate::ui::{
    Button, ButtonKind, DialogPage, Fetched, Form, FormError, LinkButton, TextArea, Toast, Tone, problem_text,
    use_fetched,
};

/// "Block" and "Report".
#[component]
pub(super) fn BlockButtons(
    /// Whom.
    username: String,
) -> impl IntoView {
    let locale = use_locale();
    let address = |what: &str| format!("/people/{username}/{what}");
    let button = |action: String, words: &'static str| {
        view! {
            <form method="get" action=action>
                <Button submit=true small=true kind=ButtonKind::Quiet>
                    {words}
                </Button>
            </form>
        }
    };
    view! {
        <div class="flex flex-wrap gap-2">
            {button(address("block"), td_string!(locale, matching.block.block))}
            {button(address("report"), td_string!(locale, matching.report.report))}
        </div>
    }
}

fn use_named_person() -> Fetched<String, PersonView> {
    let params = use_params_map();
    let username = Memo::new(move |_| params.with(|params| params.get("username").unwrap_or_default()));
    use_fetched(move || username.get(), api::person)
}

/// "Block {name}?", at `/people/{username}/block`.
#[component]
pub fn BlockPage() -> impl IntoView {
    let view = use_named_person();
    let block = ServerAction::<Block>::new();
    let person = move || view.get_untracked().map(|view| view.person);
    let form = use_page_form(person, block, blocked, "/partners/find");
    shown_when_loaded(view, move |view| {
        view! { <BlockThem person=view.person block=block form=form /> }.into_any()
    })
}

#[component]
fn BlockThem(person: PersonCard, block: ServerAction<Block>, form: Form) -> impl IntoView {
    let locale = use_locale();
    let title = td_string!(locale, matching.block.title, name = person.display_name.clone());
    let back = format!("/people/{}", person.username);
    view! {
        <DialogPage name=person.display_name hue=person.hue picture=person.picture title=title>
            <p>{td_string!(locale, matching.block.text)}</p>
            <ActionForm action=block attr:class="form">
                <FormError form=form />
                <input type="hidden" name="username" value=person.username />
                <div class="flex flex-wrap gap-3">
                    <Button submit=true kind=ButtonKind::Stop busy=form.pending()>
                        {td_string!(locale, matching.block.block)}
                    </Button>
                    <LinkButton href=back kind=ButtonKind::Quiet>
                        {td_string!(locale, matching.block.keep)}
                    </LinkButton>
                </div>
            </ActionForm>
        </DialogPage>
    }
}

fn blocked(locale: Locale, person: &PersonCard) -> Toast {
    Toast {
        kind: Tone::Info,
        title: td_string!(locale, matching.block.blocked, name = person.display_name.clone()),
        text: Some(td_string!(locale, matching.block.blocked_text).to_owned()),
        action: None,
    }
}

/// "Report {name}", at `/people/{username}/report`.
#[component]
pub fn ReportPage() -> impl IntoView {
    let view = use_named_person();
    let report = ServerAction::<Report>::new();
    let person = move || view.get_untracked().map(|view| view.person);
    let form = use_page_form(person, report, reported, "/partners/find");
    shown_when_loaded(view, move |view| {
        view! { <ReportThem person=view.person report=report form=form /> }.into_any()
    })
}

#[component]
fn ReportThem(person: PersonCard, report: ServerAction<Report>, form: Form) -> impl IntoView {
    let locale = use_locale();
    let title = td_string!(locale, matching.report.title, name = person.display_name.clone());
    let back = format!("/people/{}", person.username);
    let chosen = form.value("kind");
    let kinds = ReportKind::ALL
        .map(|kind| {
            view! {
                <label class="flex min-h-12 items-center gap-3 justify-self-start">
                    <input
                        class="size-5"
                        type="radio"
                        name="kind"
                        value=kind.name()
                        checked=chosen.as_deref() == Some(kind.name())
                    />
                    {kind_text(locale, kind)}
                </label>
            }
        })
        .into_iter()
        .collect_view();
    let problem = form.problem("kind");
    // Ticked at first: who is reported is mostly somebody whom one does not want to meet again.
    let blocks = form.value("username").is_none() || form.value("block").is_some();
    view! {
        <DialogPage name=person.display_name hue=person.hue picture=person.picture title=title>
            <p>{td_string!(locale, matching.report.text)}</p>
            <ActionForm action=report attr:class="form">
                <FormError form=form />
                <input type="hidden" name="username" value=person.username />
                <fieldset class="grid gap-1" aria-describedby="kind-problem">
                    <legend class="settings-title">{td_string!(locale, matching.report.what)}</legend>
                    {kinds}
                    <p id="kind-problem" class="field-error empty:hidden" role="alert">
                        {move || problem.get().map(|problem| problem_text(locale, &problem))}
                    </p>
                </fieldset>
                <TextArea
                    form=form
                    name="words"
                    label=td_string!(locale, matching.report.words)
                    hint=td_string!(locale, matching.report.words_hint)
                    maxlength=WORDS_MAX
                />
                <label class="flex min-h-12 items-center gap-3 justify-self-start">
                    <input class="size-5" type="checkbox" name="block" value="on" checked=blocks />
                    {td_string!(locale, matching.report.block_too)}
                </label>
                <div class="flex flex-wrap gap-3">
                    <Button submit=true kind=ButtonKind::Stop busy=form.pending()>
                        {td_string!(locale, matching.report.send)}
                    </Button>
                    <LinkButton href=back kind=ButtonKind::Quiet>
                        {td_string!(locale, matching.report.keep)}
                    </LinkButton>
                </div>
            </ActionForm>
        </DialogPage>
    }
    .into_any()
}

fn kind_text(locale: Locale, kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Spam => td_string!(locale, matching.report.kind.spam),
        ReportKind::Harassment => td_string!(locale, matching.report.kind.harassment),
        ReportKind::Pretence => td_string!(locale, matching.report.kind.pretence),
        ReportKind::Age => td_string!(locale, matching.report.kind.age),
        ReportKind::Other => td_string!(locale, matching.report.kind.other),
    }
}

fn reported(locale: Locale, _: &PersonCard) -> Toast {
    Toast {
        kind: Tone::Success,
        title: td_string!(locale, matching.report.sent).to_owned(),
        text: Some(td_string!(locale, matching.report.sent_text).to_owned()),
        action: None,
    }
}
