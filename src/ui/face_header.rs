//! The top of a page about one person.

use leptos::prelude::*;
use leptos_meta::Title;

use super::avatar::{Avatar, AvatarSize, Dot};
use super::card::Card;
use crate::kernel::picture::PictureId;

/// The person's face beside the page's only level-1 heading, which is the page's title too.
#[component]
pub fn FaceHeader(
    /// The display name, for the face.
    #[prop(into)]
    name: String,
    /// The person's own colour, 0 to 11.
    hue: u8,
    /// Their picture, if they have one.
    picture: Option<PictureId>,
    /// How large the face is.
    #[prop(optional)]
    size: AvatarSize,
    /// The heading.
    #[prop(into)]
    title: String,
    /// A dot on the face that tells presence; say the same in words among the children.
    #[prop(optional, into)]
    presence: Option<Signal<Dot>>,
    /// What stands under the heading.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Title text=title.clone() />
        <header class="flex flex-wrap items-center gap-x-8 gap-y-5">
            <Avatar name=name hue=hue picture=picture size=size nostrip:presence=presence />
            <div class="grid min-w-0 gap-2.5">
                <h1>{title}</h1>
                {children.map(|children| children())}
            </div>
        </header>
    }
}

/// The page that stands in for a dialog about one person where no script runs: the same heading and fields.
#[component]
pub fn DialogPage(
    /// The display name, for the face.
    #[prop(into)]
    name: String,
    /// The person's own colour, 0 to 11.
    hue: u8,
    /// Their picture, if they have one.
    picture: Option<PictureId>,
    /// The heading.
    #[prop(into)]
    title: String,
    /// The form.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="mx-auto grid w-full max-w-xl gap-7">
            <FaceHeader name=name hue=hue picture=picture size=AvatarSize::Large title=title />
            <Card>{children()}</Card>
        </div>
    }
}
