//! Open requests in both directions, and the answers to them.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::languages::Languages;
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::AppError;
use crate::matching::api::{AcceptRequest, CancelRequest, DeclineRequest, open_requests};
use crate::matching::model::{ANSWER_MAX, RequestId, RequestView, Requests};
use crate::matching::wire::MatchingNews;
use crate::realtime::client::on_news;
use crate::ui::{
    Articles, Button, ButtonKind, EmptyState, FaceCard, FetchFailure, Fetched, Form, FormError, LinkButton, Notice,
    PageHeader, TextArea, Tone, When, use_fetched, use_form,
};

/// How a request is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Accept,
    Decline,
    Cancel,
}

/// The three answers. They belong to the page, so that what became of one is still told when its article has gone.
#[derive(Clone, Copy)]
struct Answers {
    accept: ServerAction<AcceptRequest>,
    decline: ServerAction<DeclineRequest>,
    cancel: ServerAction<CancelRequest>,
    /// What came back of a plain no.
    declining: Form,
    /// What was pressed, until the list shows what became of it. An action knows only the latest of its own.
    given: RwSignal<BTreeMap<RequestId, Answer>>,
}

impl Answers {
    /// The answers to what stands in `requests`, which is looked at again after each, stored or refused.
    fn new(requests: Fetched<(), Requests>) -> Self {
        let decline = ServerAction::new();
        let answers = Self {
            accept: ServerAction::new(),
            decline,
            cancel: ServerAction::new(),
            declining: use_form(decline),
            given: RwSignal::new(BTreeMap::new()),
        };
        let Self {
            accept,
            decline,
            cancel,
            given,
            ..
        } = answers;
        answers.follow(accept, Answer::Accept, |input| input.request, requests);
        answers.follow(decline, Answer::Decline, |input| input.request, requests);
        answers.follow(cancel, Answer::Cancel, |input| input.request, requests);
        Effect::new(move || {
            requests.track();
            let is_pending = [accept.pending(), decline.pending(), cancel.pending()];
            if !is_pending.iter().any(|pending| pending.get_untracked()) {
                given.update(BTreeMap::clear);
            }
        });
        answers
    }

    fn follow<S>(
        self,
        action: ServerAction<S>,
        answer: Answer,
        request: fn(&S) -> RequestId,
        requests: Fetched<(), Requests>,
    ) where
        S: ServerFn<Error = AppError, Output = ()> + Clone + Send + Sync + 'static,
    {
        Effect::new(move || {
            if let Some(request) = action.input().with(|input| input.as_ref().map(request)) {
                self.given.update(|given| {
                    given.insert(request, answer);
                });
            }
        });
        Effect::new(move || {
            if action.version().get() > 0 {
                // What is told is about the latest.
                if answer != Answer::Accept {
                    self.accept.clear();
                }
                if answer != Answer::Decline {
                    self.decline.clear();
                }
                if answer != Answer::Cancel {
                    self.cancel.clear();
                }
                requests.refetch();
            }
        });
    }

    /// Whether `answer` was given to `request` and is on its way.
    fn is_given(self, request: RequestId, answer: Answer) -> Signal<bool> {
        Signal::derive(move || self.given.with(|given| given.get(&request) == Some(&answer)))
    }
}

/// "Requests", at `/requests`.
#[component]
pub fn RequestsPage() -> impl IntoView {
    let locale = use_locale();
    let requests = use_fetched(|| (), |()| open_requests());
    on_news(move |_: MatchingNews| requests.refetch());
    let answers = Answers::new(requests);
    view! {
        <PageHeader title=td_string!(locale, matching.requests.title) lead=td_string!(locale, matching.requests.lead) />
        <Outcome answers=answers />
        <Transition>
            <Lists requests=requests answers=answers />
        </Transition>
    }
    .into_any()
}

/// What became of the latest answer. The region is always there: one that came with its words would not be read out.
#[component]
fn Outcome(answers: Answers) -> impl IntoView {
    let Answers {
        accept,
        decline,
        cancel,
        declining,
        ..
    } = answers;
    let versions = [accept.version(), decline.version(), cancel.version()];
    let (accept, decline, cancel) = (use_form(accept), declining, use_form(cancel));
    let stored = [
        (accept.succeeded(), Answer::Accept),
        (decline.succeeded(), Answer::Decline),
        (cancel.succeeded(), Answer::Cancel),
    ];
    // Another answer of the same kind is said anew.
    let latest = move || {
        let count: usize = versions.iter().map(|version| version.get()).sum();
        let answer = stored.iter().find(|(stored, _)| stored.get());
        answer.map(|(_, answer)| (count, *answer))
    };
    view! {
        <div class="mb-6 grid gap-3 empty:hidden">
            <FormError form=accept />
            <FormError form=decline />
            <FormError form=cancel />
        </div>
        <div role="status">
            <For each=latest key=|(count, _)| *count let:entry>
                {stored_words(entry.1)}
            </For>
        </div>
    }
}

fn stored_words(answer: Answer) -> impl IntoView {
    let locale = use_locale();
    let words = match answer {
        Answer::Accept => td_string!(locale, matching.requests.accepted),
        Answer::Decline => td_string!(locale, matching.requests.declined),
        Answer::Cancel => td_string!(locale, matching.requests.cancelled),
    };
    let partners = (answer == Answer::Accept).then(|| {
        view! {
            " "
            <a class="text-link" href="/partners">
                {td_string!(locale, matching.requests.see_partners)}
            </a>
        }
    });
    let tone = match answer {
        Answer::Accept => Tone::Success,
        Answer::Decline | Answer::Cancel => Tone::Info,
    };
    view! {
        <div class="mb-6">
            <Notice tone=tone>{words} {partners}</Notice>
        </div>
    }
}

#[component]
fn Lists(requests: Fetched<(), Requests>, answers: Answers) -> impl IntoView {
    let locale = use_locale();
    let loaded = move || requests.get();
    let incoming = Signal::derive(move || loaded().map(|requests| requests.incoming).unwrap_or_default());
    let outgoing = Signal::derive(move || loaded().map(|requests| requests.outgoing).unwrap_or_default());
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
        <FetchFailure of=requests />
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
            <Articles changes=move || requests.track()>
                <For each=move || requests.get() key=|request: &RequestView| request.id let:request>
                    <RequestCard request=request answers=answers incoming=incoming />
                </For>
            </Articles>
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
            picture=person.picture
            href=format!("/people/{}", person.username)
            level=3
            actions=ViewFnOnce::from(actions)
        >
            <p class="text-[0.9375rem] text-muted">
                <When time=at />
            </p>
            {(!message.is_empty())
                .then(|| view! { <blockquote class="rounded-field bg-sunken px-4 py-3 whitespace-pre-line">{message}</blockquote> })}
            <Languages languages=languages />
            {incoming.then(|| view! { <DeclineWithWords request=id answers=answers /> })}
        </FaceCard>
    }
}

#[component]
fn AnswerButtons(request: RequestId, answers: Answers) -> impl IntoView {
    let locale = use_locale();
    let Answers { accept, decline, .. } = answers;
    let accepting = answers.is_given(request, Answer::Accept);
    let declining = answers.is_given(request, Answer::Decline);
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

/// A no that says something, for who opens it: most need no words.
#[component]
fn DeclineWithWords(request: RequestId, answers: Answers) -> impl IntoView {
    let locale = use_locale();
    let Answers { decline, declining, .. } = answers;
    let declines = answers.is_given(request, Answer::Decline);
    let accepting = answers.is_given(request, Answer::Accept);
    let id = request.to_string();
    // The page has one such form for each request: what came back belongs to one of them.
    let returned = Some(declining).filter(|form| form.value("request").as_deref() == Some(id.as_str()));
    let came_back = returned.is_some();
    view! {
        <details open=came_back>
            <summary>{td_string!(locale, matching.requests.decline_with_words)}</summary>
            <ActionForm action=decline attr:class="form mt-3">
                <input type="hidden" name="request" value=id.clone() />
                <TextArea
                    nostrip:form=returned
                    name="words"
                    label=td_string!(locale, matching.requests.words)
                    hint=td_string!(locale, matching.requests.words_hint)
                    id=format!("words-{id}")
                    rows=2
                    maxlength=ANSWER_MAX
                />
                <Button submit=true small=true kind=ButtonKind::Secondary busy=declines disabled=accepting>
                    {td_string!(locale, matching.requests.send_words)}
                </Button>
            </ActionForm>
        </details>
    }
}

#[component]
fn CancelButton(request: RequestId, answers: Answers) -> impl IntoView {
    let locale = use_locale();
    let cancelling = answers.is_given(request, Answer::Cancel);
    view! {
        <ActionForm action=answers.cancel>
            <input type="hidden" name="request" value=request.to_string() />
            <Button submit=true small=true kind=ButtonKind::Secondary busy=cancelling>
                {td_string!(locale, matching.requests.cancel)}
            </Button>
        </ActionForm>
    }
}
