//! Following somebody: the button on a profile, and the list of those whom the reader follows.

use leptos::prelude::*;

use crate::accounts::model::PersonCard;
use crate::i18n::{td_string, use_locale};
use crate::matching::api::{Follow, Unfollow, followed};
use crate::ui::{Avatar, Button, ButtonKind, FormError, use_fetched, use_form};

/// The two actions. They belong to the page: what they change is fetched anew, and the button with it.
#[derive(Clone, Copy)]
pub(super) struct Following {
    follow: ServerAction<Follow>,
    unfollow: ServerAction<Unfollow>,
}

impl Following {
    /// `look_again` fetches what the page shows.
    pub(super) fn new(look_again: impl Fn() + Copy + 'static) -> Self {
        let (follow, unfollow) = (ServerAction::new(), ServerAction::new());
        Effect::new(move || {
            if follow.version().get() + unfollow.version().get() > 0 {
                look_again();
            }
        });
        Self { follow, unfollow }
    }
}

/// "Follow" or "Unfollow", and what that means.
#[component]
pub(super) fn FollowButton(person: PersonCard, is_followed: bool, following: Following) -> impl IntoView {
    let locale = use_locale();
    let Following { follow, unfollow } = following;
    let PersonCard {
        username,
        display_name: name,
        ..
    } = person;
    let button = if is_followed {
        let form = use_form(unfollow);
        view! {
            <ActionForm action=unfollow>
                <FormError form=form />
                <input type="hidden" name="username" value=username />
                <Button submit=true small=true kind=ButtonKind::Secondary busy=form.pending()>
                    {td_string!(locale, matching.follow.unfollow)}
                </Button>
            </ActionForm>
        }
        .into_any()
    } else {
        let form = use_form(follow);
        view! {
            <ActionForm action=follow>
                <FormError form=form />
                <input type="hidden" name="username" value=username />
                <Button submit=true small=true kind=ButtonKind::Secondary busy=form.pending()>
                    {td_string!(locale, matching.follow.follow)}
                </Button>
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <div class="flex flex-wrap items-center gap-x-4 gap-y-2">
            {button}
            <p class="text-[0.9375rem] text-muted">{td_string!(locale, matching.follow.hint, name = name)}</p>
        </div>
    }
}

/// "People you follow", where there are any.
#[component]
pub(super) fn Followed() -> impl IntoView {
    let locale = use_locale();
    let people = use_fetched(|| (), |()| followed());
    let following = Following::new(move || people.refetch());
    let list = move || {
        let people = people.get().filter(|people| !people.is_empty())?;
        let rows = people
            .into_iter()
            .map(|person| view! { <Row person=person following=following /> })
            .collect_view();
        let section = view! {
            <section class="mt-12 grid max-w-2xl gap-4" aria-labelledby="followed-title">
                <h2 id="followed-title">{td_string!(locale, matching.follow.title)}</h2>
                <p class="text-muted">{td_string!(locale, matching.follow.lead)}</p>
                <div class="grid gap-4">{rows}</div>
            </section>
        };
        Some(section)
    };
    view! { <Transition>{list}</Transition> }.into_any()
}

#[component]
fn Row(person: PersonCard, following: Following) -> impl IntoView {
    let locale = use_locale();
    let PersonCard {
        username,
        display_name: name,
        hue,
        picture,
        ..
    } = person;
    let label = name.clone();
    view! {
        <article class="flex flex-wrap items-center gap-x-4 gap-y-2" aria-label=label>
            <Avatar name=name.clone() hue=hue picture=picture />
            <p class="me-auto">
                <a class="text-link" href=format!("/people/{username}")>
                    {name}
                </a>
            </p>
            <ActionForm action=following.unfollow>
                <input type="hidden" name="username" value=username />
                <Button submit=true small=true kind=ButtonKind::Quiet>
                    {td_string!(locale, matching.follow.unfollow)}
                </Button>
            </ActionForm>
        </article>
    }
}
