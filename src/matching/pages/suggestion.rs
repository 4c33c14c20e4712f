//! Somebody who fits, in the list of results.

use leptos::prelude::*;

use super::languages::Languages;
use super::person_form::About;
use super::reason::ReasonFacts;
use super::request::SendRequestButton;
use super::standing::StandingWords;
use crate::i18n::{td_string, use_locale};
use crate::matching::model::{Standing, Suggestion};
use crate::ui::{Dot, FaceCard};

/// One person: the face, the reason for the fit, the languages, the first words of "about me", and what can be done.
#[component]
pub(super) fn SuggestionCard(
    /// Who, and why.
    suggestion: Suggestion,
    /// Opens the dialog of a request.
    asked: About,
) -> impl IntoView {
    let locale = use_locale();
    let Suggestion {
        person,
        bio,
        languages,
        reason,
        online,
        has_asked,
    } = suggestion;
    let href = format!("/people/{}", person.username);
    let presence = Signal::stored(if online { Dot::Online } else { Dot::Offline });
    let (name, hue, picture) = (person.display_name.clone(), person.hue, person.picture);
    let asking = person.clone();
    let actions = (!has_asked)
        .then(|| ViewFnOnce::from(move || view! { <SendRequestButton person=person asked=asked small=true /> }));
    view! {
        <FaceCard name=name hue=hue picture=picture href=href presence=presence nostrip:actions=actions>
            {online.then(|| view! { <p class="text-[0.9375rem]">{td_string!(locale, matching.presence.online)}</p> })}
            <p class="font-semibold">
                <ReasonFacts reason=reason />
            </p>
            <Languages languages=languages />
            {(!bio.is_empty()).then(|| view! { <p class="text-muted">{bio}</p> })}
            {has_asked.then(|| view! { <StandingWords standing=Standing::HasAsked person=asking /> })}
        </FaceCard>
    }
}
