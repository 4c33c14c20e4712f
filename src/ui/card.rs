//! Surfaces that hold one thing each.

use leptos::prelude::*;

use super::avatar::{Avatar, AvatarSize, Dot};
use crate::kernel::picture::PictureId;

/// A plain surface with room inside.
#[component]
pub fn Card(
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    view! { <div class="card">{children()}</div> }
}

/// One person, request or call in a list: an `article` named by the person, the face first.
#[component]
pub fn FaceCard(
    /// The display name, which is also the accessible name.
    #[prop(into)]
    name: String,
    /// The person's own colour, 0 to 11.
    hue: u8,
    /// Their picture, if they have one.
    picture: Option<PictureId>,
    /// Where the name leads, usually the public profile.
    #[prop(optional, into)]
    href: Option<String>,
    /// A dot on the face that tells presence; say the same in words among the children.
    #[prop(optional, into)]
    presence: Option<Signal<Dot>>,
    /// Buttons, the main one first.
    #[prop(optional, into)]
    actions: Option<ViewFnOnce>,
    /// The level of its heading: one below the heading that it stands under.
    #[prop(default = 2)]
    level: u8,
    /// What is said about the person: badges, sentences.
    children: Children,
) -> impl IntoView {
    let heading = match href {
        Some(href) => view! { <a href=href>{name.clone()}</a> }.into_any(),
        None => view! { <span>{name.clone()}</span> }.into_any(),
    };
    let heading = match level {
        3 => view! { <h3 class="face-card-name">{heading}</h3> }.into_any(),
        _ => view! { <h2 class="face-card-name">{heading}</h2> }.into_any(),
    };
    let accessible_name = name.clone();
    view! {
        <article class="card face-card" aria-label=accessible_name>
            <Avatar name=name hue=hue picture=picture size=AvatarSize::Large nostrip:presence=presence />
            <div class="face-card-words">
                {heading}
                {children()}
            </div>
            {actions.map(|actions| view! { <div class="face-card-actions">{actions.run()}</div> })}
        </article>
    }
}
