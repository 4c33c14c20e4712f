//! What a visitor who is not signed in reads at `/`.

use leptos::prelude::*;

use super::landing_scene::{Ana, Ben, Scene, TimeShare};
use crate::i18n::{Locale, td_string, use_locale};
use crate::ui::{ButtonKind, Icon, LanguageBadge, LinkButton, Side};

/// The pitch. The links "Create account" and "Log in" stand here once each; the header leaves them out.
#[component]
pub fn Landing() -> impl IntoView {
    let locale = use_locale();
    view! {
        <section class="hero">
            <div class="hero-words">
                <h1>{td_string!(locale, onboarding.landing.title)}</h1>
                <p class="hero-lead">{td_string!(locale, onboarding.landing.lead)}</p>
                <div class="hero-actions">
                    <LinkButton href="/register">{td_string!(locale, onboarding.landing.create_account)}</LinkButton>
                    <LinkButton href="/login" kind=ButtonKind::Secondary>
                        {td_string!(locale, onboarding.landing.log_in)}
                    </LinkButton>
                </div>
            </div>
            <Scene />
        </section>
        <Steps locale=locale />
        <Promises locale=locale />
        <section class="closing bleed">
            <h2>{td_string!(locale, onboarding.landing.closing_title)}</h2>
            <p>{td_string!(locale, onboarding.landing.closing_text)}</p>
            <LinkButton href="/register">{td_string!(locale, onboarding.landing.closing_action)}</LinkButton>
        </section>
    }
}

#[component]
fn Steps(locale: Locale) -> impl IntoView {
    let languages = view! {
        <span class="step-word">
            {td_string!(locale, onboarding.landing.i_speak)}
            <LanguageBadge label=td_string!(locale, onboarding.landing.spanish) side=Side::Mine />
        </span>
        <span class="step-word">
            {td_string!(locale, onboarding.landing.i_learn)}
            <LanguageBadge label=td_string!(locale, onboarding.landing.english) side=Side::Partner />
        </span>
    };
    let partner = view! {
        <span class="step-pair">
            <span class="step-face side-mine">
                <Ana />
            </span>
            <span class="step-face side-partner">
                <Ben />
            </span>
        </span>
    };
    let call = view! {
        <span class="step-call">
            <span class="step-tile side-mine">
                <Ana />
            </span>
            <span class="step-tile side-partner">
                <Ben />
            </span>
            <TimeShare />
        </span>
    };
    view! {
        <section class="landing-section">
            <h2>{td_string!(locale, onboarding.landing.steps_title)}</h2>
            <ol class="steps">
                <Step
                    title=td_string!(locale, onboarding.landing.step_languages)
                    text=td_string!(locale, onboarding.landing.step_languages_text)
                >
                    {languages}
                </Step>
                <Step
                    title=td_string!(locale, onboarding.landing.step_partner)
                    text=td_string!(locale, onboarding.landing.step_partner_text)
                >
                    {partner}
                </Step>
                <Step title=td_string!(locale, onboarding.landing.step_call) text=td_string!(locale, onboarding.landing.step_call_text)>
                    {call}
                </Step>
            </ol>
        </section>
    }
}

/// One step, under a small picture of it.
#[component]
fn Step(title: &'static str, text: &'static str, children: Children) -> impl IntoView {
    view! {
        <li class="step">
            <div class="step-picture" aria-hidden="true">
                {children()}
            </div>
            <h3>{title}</h3>
            <p>{text}</p>
        </li>
    }
}

#[component]
fn Promises(locale: Locale) -> impl IntoView {
    let promises = [
        (
            icondata_lu::LuUserCheck,
            td_string!(locale, onboarding.landing.promise_partners),
            td_string!(locale, onboarding.landing.promise_partners_text),
        ),
        (
            icondata_lu::LuEyeOff,
            td_string!(locale, onboarding.landing.promise_address),
            td_string!(locale, onboarding.landing.promise_address_text),
        ),
        (
            icondata_lu::LuDoorOpen,
            td_string!(locale, onboarding.landing.promise_leave),
            td_string!(locale, onboarding.landing.promise_leave_text),
        ),
    ];
    let promises = promises
        .into_iter()
        .map(|(icon, title, text)| {
            view! {
                <li class="promise">
                    <span class="promise-icon">
                        <Icon icon=icon />
                    </span>
                    <div>
                        <h3>{title}</h3>
                        <p>{text}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="landing-section promises-section">
            <div>
                <h2>{td_string!(locale, onboarding.landing.promises_title)}</h2>
                <p class="lead">{td_string!(locale, onboarding.landing.promises_lead)}</p>
            </div>
            <ul class="promises">{promises}</ul>
        </section>
    }
}
