//! One appointment in a list.

use leptos::prelude::*;

use super::list::Answers;
use super::words::{length_text, repeats_text, span_text, theirs_text};
use crate::accounts::names::shown_name;
use crate::appointments::model::{AppointmentView, Asked};
use crate::i18n::{td_string, use_locale};
use crate::ui::{Button, ButtonKind, FaceCard, Facts, LinkButton, Notice, Tone};

/// With whom, when on both walls, what about; and what can be done with it.
#[component]
pub(super) fn AppointmentCard(view: AppointmentView, answers: Answers) -> impl IntoView {
    let locale = use_locale();
    let AppointmentView {
        id,
        day,
        partner,
        at,
        minutes,
        repeats,
        about,
        is_now,
        asked,
        edition,
    } = view;
    let name = shown_name(locale, &partner);
    let mut facts = vec![length_text(locale, minutes).into_any()];
    facts.extend(theirs_text(locale, &at, &name).map(IntoAny::into_any));
    facts.extend(repeats_text(locale, repeats).map(IntoAny::into_any));
    let time = view! {
        <p class="font-semibold">
            <time datetime=at.mine.machine()>{span_text(locale, &at, minutes)}</time>
        </p>
        <p class="text-[0.9375rem] text-muted">
            <Facts facts=facts />
        </p>
    };
    let change = asked.and_then(|Asked { by_me, other_time }| {
        let other = other_time?;
        let when = span_text(locale, &other.at, other.minutes);
        let words = match (by_me, other.is_for_once) {
            (true, _) => td_string!(locale, appointments.asked_other, when = when, name = name.clone()),
            (false, true) => td_string!(locale, appointments.wants_other_once, when = when, name = name.clone()),
            (false, false) => td_string!(locale, appointments.wants_other, when = when, name = name.clone()),
        };
        let theirs = theirs_text(locale, &other.at, &name);
        Some(view! { <Notice tone=Tone::Info>{words} {theirs.map(|theirs| format!(" {theirs}."))}</Notice> })
    });
    let address = |what: &str| format!("/appointments/{id}/{what}?day={day}");
    let (to_move, to_cancel) = (address("move"), address("cancel"));
    let is_mine_to_answer = asked.is_some_and(|asked| !asked.by_me);
    let is_agreed = asked.is_none_or(|asked| asked.other_time.is_some());
    let room = (is_now && is_agreed).then(|| format!("/partners/{}", partner.username));
    let file = is_agreed.then(|| format!("/calendar/appointment/{id}.ics"));
    let actions = move || {
        view! {
            {is_mine_to_answer.then(|| view! { <AnswerButtons id=id edition=edition answers=answers /> })}
            {room
                .map(|href| {
                    view! { <LinkButton href=href small=true>{td_string!(locale, appointments.go_there)}</LinkButton> }
                })}
            <LinkButton href=to_move kind=ButtonKind::Secondary small=true>
                {td_string!(locale, appointments.other_time)}
            </LinkButton>
            {(!is_mine_to_answer || is_agreed)
                .then(|| {
                    view! {
                        <LinkButton href=to_cancel kind=ButtonKind::Quiet small=true>
                            {if is_agreed {
                                td_string!(locale, appointments.cancel)
                            } else {
                                td_string!(locale, appointments.take_back)
                            }}
                        </LinkButton>
                    }
                })}
            {file
                .map(|href| {
                    view! {
                        <a class="text-link" href=href rel="external" download="speakle.ics">
                            {td_string!(locale, appointments.to_calendar)}
                        </a>
                    }
                })}
        }
    };
    view! {
        <FaceCard
            name=name
            hue=partner.hue
            picture=partner.picture
            href=format!("/partners/{}", partner.username)
            level=3
            actions=ViewFnOnce::from(actions)
        >
            {time}
            {(!about.is_empty())
                .then(|| view! { <blockquote class="rounded-field bg-sunken px-4 py-3 whitespace-pre-line">{about}</blockquote> })}
            {change}
        </FaceCard>
    }
}

#[component]
fn AnswerButtons(id: crate::appointments::model::AppointmentId, edition: i32, answers: Answers) -> impl IntoView {
    let locale = use_locale();
    let Answers { accept, decline } = answers;
    view! {
        <ActionForm action=accept>
            <input type="hidden" name="id" value=id.to_string() />
            <input type="hidden" name="edition" value=edition.to_string() />
            <Button submit=true small=true busy=answers.is_given(id, true)>
                {td_string!(locale, appointments.accept)}
            </Button>
        </ActionForm>
        <ActionForm action=decline>
            <input type="hidden" name="id" value=id.to_string() />
            <input type="hidden" name="edition" value=edition.to_string() />
            <Button submit=true small=true kind=ButtonKind::Quiet busy=answers.is_given(id, false)>
                {td_string!(locale, appointments.decline)}
            </Button>
        </ActionForm>
    }
}
