//! "Agenda", at `/appointments`.

use leptos::prelude::*;

use super::calendars::Calendars;
use super::card::AppointmentCard;
use crate::appointments::api::{self, AcceptAppointment, DeclineAppointment};
use crate::appointments::model::{Agenda, AppointmentId, AppointmentView};
use crate::appointments::wire::AppointmentNews;
use crate::i18n::{td_string, use_locale};
use crate::matching::wire::MatchingNews;
use crate::realtime::client::on_news;
use crate::ui::{
    Articles, EmptyState, FetchFailure, Fetched, FormError, LinkButton, Notice, PageHeader, Tone, use_fetched, use_form,
};

/// The two answers. They belong to the page, so that what became of one is still told when its article has gone.
#[derive(Clone, Copy)]
pub(super) struct Answers {
    pub(super) accept: ServerAction<AcceptAppointment>,
    pub(super) decline: ServerAction<DeclineAppointment>,
}

impl Answers {
    fn new(all: Fetched<(), Agenda>) -> Self {
        let answers = Self {
            accept: ServerAction::new(),
            decline: ServerAction::new(),
        };
        let Self { accept, decline } = answers;
        Effect::new(move || {
            if accept.version().get() > 0 {
                decline.clear();
                all.refetch();
            }
        });
        Effect::new(move || {
            if decline.version().get() > 0 {
                accept.clear();
                all.refetch();
            }
        });
        answers
    }

    /// Whether this answer was given to an appointment and is on its way.
    pub(super) fn is_given(self, id: AppointmentId, is_yes: bool) -> Signal<bool> {
        let Self { accept, decline } = self;
        Signal::derive(move || match is_yes {
            true => accept
                .input()
                .with(|input| input.as_ref().is_some_and(|input| input.id == id)),
            false => decline
                .input()
                .with(|input| input.as_ref().is_some_and(|input| input.id == id)),
        })
    }
}

/// What waits for an answer, what stands, and how calendars hear of it.
#[component]
pub fn AppointmentsPage() -> impl IntoView {
    let locale = use_locale();
    let all = use_fetched(|| (), |()| api::appointments());
    on_news(move |_: AppointmentNews| all.refetch());
    // With a partnership its appointments end.
    on_news(move |_: MatchingNews| all.refetch());
    let answers = Answers::new(all);
    view! {
        <PageHeader title=td_string!(locale, appointments.title) lead=td_string!(locale, appointments.lead) />
        <Outcome answers=answers />
        <Transition>
            <FetchFailure of=all />
            <Lists all=all answers=answers />
        </Transition>
        <Calendars all=all />
    }
    .into_any()
}

/// What became of the latest answer. The region is always there: one that came with its words would not be read out.
#[component]
fn Outcome(answers: Answers) -> impl IntoView {
    let locale = use_locale();
    let (accept, decline) = (use_form(answers.accept), use_form(answers.decline));
    let words = move || {
        if accept.succeeded().get() {
            Some((Tone::Success, td_string!(locale, appointments.accepted)))
        } else if decline.succeeded().get() {
            Some((Tone::Info, td_string!(locale, appointments.declined)))
        } else {
            None
        }
    };
    view! {
        <div class="mb-6 grid gap-3 empty:hidden">
            <FormError form=accept />
            <FormError form=decline />
        </div>
        <div role="status">
            {move || {
                words()
                    .map(|(tone, words)| {
                        view! {
                            <div class="mb-6">
                                <Notice tone=tone>{words}</Notice>
                            </div>
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn Lists(all: Fetched<(), Agenda>, answers: Answers) -> impl IntoView {
    let locale = use_locale();
    let part =
        move |part: fn(Agenda) -> Vec<AppointmentView>| Signal::derive(move || all.get().map(part).unwrap_or_default());
    let (to_answer, agreed, asked) = (part(|all| all.to_answer), part(|all| all.agreed), part(|all| all.asked));
    let has_any = move || {
        [to_answer, agreed, asked]
            .iter()
            .any(|part| part.with(|part| !part.is_empty()))
    };
    let nothing = move || {
        (all.get().is_some() && !has_any()).then(|| {
            view! {
                <EmptyState
                    icon=icondata_lu::LuCalendarHeart
                    title=td_string!(locale, appointments.empty_title)
                    text=td_string!(locale, appointments.empty_text)
                >
                    <LinkButton href="/partners">{td_string!(locale, appointments.see_partners)}</LinkButton>
                </EmptyState>
            }
        })
    };
    // Hidden rather than left out: the articles inside stay the same when the page looks again.
    view! {
        {nothing}
        <div class="grid gap-12" hidden=move || !has_any()>
            <List id="to-answer" title=td_string!(locale, appointments.to_answer) views=to_answer answers=answers />
            <List id="agreed" title=td_string!(locale, appointments.agreed) views=agreed answers=answers />
            <List id="asked" title=td_string!(locale, appointments.asked) views=asked answers=answers />
        </div>
    }
}

/// The appointments of one kind; nothing stands there where there are none.
#[component]
fn List(id: &'static str, title: &'static str, views: Signal<Vec<AppointmentView>>, answers: Answers) -> impl IntoView {
    view! {
        <section aria-labelledby=id class="grid gap-5" hidden=move || views.with(Vec::is_empty)>
            <h2 id=id>{title}</h2>
            <Articles changes=move || views.track()>
                <For
                    each=move || views.get()
                    key=|view: &AppointmentView| (view.id, view.edition, view.day, view.is_now)
                    let:view
                >
                    <AppointmentCard view=view answers=answers />
                </For>
            </Articles>
        </section>
    }
}
