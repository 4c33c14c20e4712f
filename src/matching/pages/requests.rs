//! Open requests in both directions, and the answers to them.

use leptos::prelude::*;

use super::languages::Languages;
use super::live::on_matching_news;
use super::not_loaded;
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::AppError;
use crate::matching::api::{AcceptRequest, CancelRequest, DeclineRequest, open_requests};
use crate::matching::model::{RequestId, RequestView, Requests};
use crate::ui::{
    Button, ButtonKind, EmptyState, FaceCard, FormError, LinkButton, Notice, PageHeader, Tone, When, use_form,
};

/// The three answers. They belong to the page, so that what became of one is still told when its article has gone.
#[derive(Clone, Copy)]
struct Answers {
    accept: ServerAction<AcceptRequest>,
    decline: ServerAction<DeclineRequest>,
    cancel: ServerAction<CancelRequest>,
}

impl Answers {
    fn new() -> Self {
        Self {
            accept: ServerAction::new(),
            decline: ServerAction::new(),
            cancel: ServerAction::new(),
        }
    }

    /// Calls `look_again` after each answer, stored or refused; what is told is about the latest.
    fn when_given(self, look_again: impl Fn() + Copy + 'static) {
        let Self {
            accept,
            decline,
            cancel,
        } = self;
        Effect::new(move || {
            if accept.version().get() > 0 {
                decline.clear();
                cancel.clear();
                look_again();
            }
        });
        Effect::new(move || {
            if decline.version().get() > 0 {
                accept.clear();
                cancel.clear();
                look_again();
            }
        });
        Effect::new(move || {
            if cancel.version().get() > 0 {
                accept.clear();
                decline.clear();
                look_again();
            }
        });
    }
}

/// "Requests", at `/requests`.
#[component]
pub fn RequestsPage() -> impl IntoView {
    let locale = use_locale();
    let requests = Resource::new_blocking(|| (), |()| open_requests());
    on_matching_news(move |_| requests.refetch());
    let answers = Answers::new();
    answers.when_given(move || requests.refetch());
    view! {
        <PageHeader title=td_string!(locale, matching.requests.title) lead=td_string!(locale, matching.requests.lead) />
        <Outcome answers=answers />
        <Transition>
            <Lists requests=requests answers=answers />
        </Transition>
    }
    .into_any()
}

/// What became of the latest answer.
#[component]
fn Outcome(answers: Answers) -> impl IntoView {
    let locale = use_locale();
    let accept = use_form(answers.accept);
    let accepted = accept.succeeded();
    view! {
        <div class="mb-6 grid gap-3 empty:hidden">
            <FormError form=accept />
            <FormError form=use_form(answers.decline) />
            <FormError form=use_form(answers.cancel) />
            <Show when=move || accepted.get()>
                <Notice tone=Tone::Success attr:role="status">
                    {td_string!(locale, matching.requests.accepted)}
                    " "
                    <a class="text-link" href="/partners">
                        {td_string!(locale, matching.requests.see_partners)}
                    </a>
                </Notice>
            </Show>
        </div>
    }
}

#[component]
fn Lists(requests: Resource<Result<Requests, AppError>>, answers: Answers) -> impl IntoView {
    let locale = use_locale();
    let loaded = move || requests.get().and_then(Result::ok);
    let incoming = Signal::derive(move || loaded().map(|requests| requests.incoming).unwrap_or_default());
    let outgoing = Signal::derive(move || loaded().map(|requests| requests.outgoing).unwrap_or_default());
    let failure = move || match requests.get() {
        Some(Err(error)) => Some(not_loaded(&error)),
        _ => None,
    };
    let has_any = move || loaded().is_some_and(|all| !all.incoming.is_empty() || !all.outgoing.is_empty());
    let nothing = move || {
        (loaded().is_some() && !has_any()).then(|| {
            view! {
                <EmptyState
                    icon=icondata_lu::LuInbox
                    title=td_string!(locale, matching.requests.empty_title)
                    text=td_string!(locale, matching.requests.empty_text)
                >
                    <LinkButton href="/partners/find">{td_string!(locale, matching.requests.find)}</LinkButton>
                </EmptyState>
            }
        })
    };
    // Hidden rather than left out: the articles inside stay the same when the page looks again.
    view! {
        {failure}
        {nothing}
        <div class="grid gap-12" hidden=move || !has_any()>
            <List
                id="incoming"
                title=td_string!(locale, matching.requests.incoming)
                nobody=td_string!(locale, matching.requests.no_incoming)
                requests=incoming
                answers=answers
                incoming=true
            />
            <List
                id="outgoing"
                title=td_string!(locale, matching.requests.outgoing)
                nobody=td_string!(locale, matching.requests.no_outgoing)
                requests=outgoing
                answers=answers
                incoming=false
            />
        </div>
    }
}

/// The requests of one direction.
#[component]
fn List(
    id: &'static str,
    title: &'static str,
    nobody: &'static str,
    requests: Signal<Vec<RequestView>>,
    answers: Answers,
    incoming: bool,
) -> impl IntoView {
    view! {
        <section aria-labelledby=id class="grid gap-5">
            <h2 id=id>{title}</h2>
            <p class="text-muted" hidden=move || requests.with(|requests| !requests.is_empty())>
                {nobody}
            </p>
            <For each=move || requests.get() key=|request: &RequestView| request.id let:request>
                <RequestCard request=request answers=answers incoming=incoming />
            </For>
        </section>
    }
}

#[component]
fn RequestCard(request: RequestView, answers: Answers, incoming: bool) -> impl IntoView {
    let RequestView {
        id,
        person,
        languages,
        message,
        at,
    } = request;
    let actions = move || {
        if incoming {
            view! { <AnswerButtons request=id answers=answers /> }.into_any()
        } else {
            view! { <CancelButton request=id answers=answers /> }.into_any()
        }
    };
    view! {
        <FaceCard
            name=person.display_name
            hue=person.hue
            href=format!("/people/{}", person.username)
            actions=ViewFnOnce::from(actions)
        >
            <p class="text-[0.9375rem] text-muted">
                <When time=at />
            </p>
            {(!message.is_empty())
                .then(|| view! { <blockquote class="rounded-field bg-sunken px-4 py-3 whitespace-pre-line">{message}</blockquote> })}
            <Languages languages=languages />
        </FaceCard>
    }
}

#[component]
fn AnswerButtons(request: RequestId, answers: Answers) -> impl IntoView {
    let locale = use_locale();
    let Answers { accept, decline, .. } = answers;
    let (accepted, declined) = (accept.input(), decline.input());
    let accepting =
        Signal::derive(move || accepted.with(|input| input.as_ref().is_some_and(|input| input.request == request)));
    let declining =
        Signal::derive(move || declined.with(|input| input.as_ref().is_some_and(|input| input.request == request)));
    view! {
        <ActionForm action=accept>
            <input type="hidden" name="request" value=request.to_string() />
            <Button submit=true small=true busy=accepting disabled=declining>
                {td_string!(locale, matching.requests.accept)}
            </Button>
        </ActionForm>
        <ActionForm action=decline>
            <input type="hidden" name="request" value=request.to_string() />
            <Button submit=true small=true kind=ButtonKind::Secondary busy=declining disabled=accepting>
                {td_string!(locale, matching.requests.decline)}
            </Button>
        </ActionForm>
    }
}

#[component]
fn CancelButton(request: RequestId, answers: Answers) -> impl IntoView {
    let locale = use_locale();
    let cancelled = answers.cancel.input();
    let cancelling =
        Signal::derive(move || cancelled.with(|input| input.as_ref().is_some_and(|input| input.request == request)));
    view! {
        <ActionForm action=answers.cancel>
            <input type="hidden" name="request" value=request.to_string() />
            <Button submit=true small=true kind=ButtonKind::Secondary busy=cancelling>
                {td_string!(locale, matching.requests.cancel)}
            </Button>
        </ActionForm>
    }
}
