//! What stands around every page: the way to the content (a link of its own), the header, the navigation, the footer.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlElement;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use super::bell::BellButton;
use super::own_status::{AvailabilityChoices, OwnMessageWords, StatusButton, own_dot, own_words};
use crate::accounts::deletion::is_leaving;
use crate::accounts::model::{CurrentViewer, Viewer};
use crate::accounts::own_picture::use_own_picture;
use crate::i18n::{Locale, td_string, use_locale};
use crate::matching::api as matching;
use crate::ui::{Avatar, ButtonKind, CountBadge, Icon, LinkButton, Menu, RequestsWaiting, focus_new_pages};

/// The `id` of what the page draws.
const CONTENT: &str = "content";

/// "Skip to content". Put before everything that can have the focus: news that come stand before the page, and it is the first link all the same.
#[component]
pub fn SkipLink() -> impl IntoView {
    let locale = use_locale();
    let skip = move |event: MouseEvent| {
        let content = document().get_element_by_id(CONTENT);
        if let Some(content) = content.and_then(|content| content.dyn_into::<HtmlElement>().ok()) {
            event.prevent_default();
            // Only what has left the page refuses the focus.
            let _ = content.focus();
        }
    };
    view! {
        // The router would only scroll; without a script the browser follows the link itself.
        <a class="skip-link" href=format!("#{CONTENT}") rel="external" on:click=skip>
            {td_string!(locale, onboarding.frame.skip)}
        </a>
    }
}

/// Header, navigation and footer around a page. What the page draws stands in the `main` landmark, in its middle column; an element
/// with the class `bleed` takes the whole width.
#[component]
pub fn Frame(
    /// The page.
    children: Children,
) -> impl IntoView {
    let locale = use_locale();
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    let signed_in = viewer.is_some();
    let waiting = if signed_in {
        requests_waiting()
    } else {
        Signal::stored(0)
    };
    focus_new_pages();
    let header = match viewer {
        Some(viewer) => view! { <SignedIn locale=locale viewer=viewer waiting=waiting /> }.into_any(),
        None => view! { <SignedOut locale=locale /> }.into_any(),
    };
    view! {
        <div class="frame" class:frame-signed-in=signed_in>
            <header class="frame-header">
                <div class="frame-header-row">
                    <Logo locale=locale />
                    {header}
                </div>
            </header>
            {signed_in.then(|| view! { <TabBar locale=locale waiting=waiting /> })}
            <main class="page" id=CONTENT tabindex="-1">
                {children()}
            </main>
            <footer class="frame-footer">
                <p>{td_string!(locale, onboarding.frame.footer)}</p>
                <LanguageSwitch locale=locale />
            </footer>
        </div>
    }
}

/// The other language of the interface, in its own words; for visitors as well, who have no settings page.
#[component]
fn LanguageSwitch(locale: Locale) -> impl IntoView {
    let location = use_location();
    let here = move || {
        format!(
            "{}{}",
            location.pathname.get(),
            location.search.with(|search| if search.is_empty() {
                String::new()
            } else {
                format!("?{}", search.trim_start_matches('?'))
            })
        )
    };
    let (code, name) = match locale {
        Locale::en => ("es", "Español"),
        Locale::es => ("en", "English"),
    };
    view! {
        <form class="language-switch" method="post" action="/api/set_language">
            <input type="hidden" name="next" value=here />
            <input type="hidden" name="language" value=code />
            <button class="text-link" type="submit" lang=code>
                {name}
            </button>
        </form>
    }
}

/// Two people's words, and what they share.
#[component]
fn Logo(locale: Locale) -> impl IntoView {
    view! {
        <a class="logo" href="/">
            <svg class="logo-mark" viewBox="0 0 40 36" aria-hidden="true">
                <path class="fill-mine" d="M14 4a12 12 0 0 0-9.6 19.2l-1.2 7.2a1 1 0 0 0 1.4 1.1l7-3.7A12 12 0 1 0 14 4z" />
                <path class="fill-partner" d="M26 4a12 12 0 0 1 9.6 19.2l1.2 7.2a1 1 0 0 1-1.4 1.1l-7-3.7A12 12 0 1 1 26 4z" />
                <path class="logo-shared" d="M20 5.6a12 12 0 0 1 0 20.8a12 12 0 0 1 0-20.8z" />
            </svg>
            <span class="logo-word">{td_string!(locale, common.product)}</span>
        </a>
    }
}

/// A place that the navigation leads to.
struct Place {
    href: &'static str,
    label: &'static str,
    /// The words on a narrow bar: a part of the label.
    short: &'static str,
    icon: icondata_core::Icon,
    /// Whether the pages below it do not count as it.
    exact: bool,
    /// Whether it shows how many requests wait.
    counts: bool,
}

fn places(locale: Locale) -> [Place; 4] {
    [
        Place {
            href: "/partners/find",
            label: td_string!(locale, onboarding.frame.find_partners),
            short: td_string!(locale, onboarding.frame.find_partners_short),
            icon: icondata_lu::LuSearch,
            exact: true,
            counts: false,
        },
        Place {
            href: "/requests",
            label: td_string!(locale, onboarding.frame.requests),
            short: td_string!(locale, onboarding.frame.requests),
            icon: icondata_lu::LuInbox,
            exact: true,
            counts: true,
        },
        Place {
            href: "/partners",
            label: td_string!(locale, onboarding.frame.my_partners),
            short: td_string!(locale, onboarding.frame.my_partners_short),
            icon: icondata_lu::LuUsers,
            exact: true,
            counts: false,
        },
        Place {
            href: "/calls",
            label: td_string!(locale, onboarding.frame.calls),
            short: td_string!(locale, onboarding.frame.calls),
            icon: icondata_lu::LuVideo,
            exact: false,
            counts: false,
        },
    ]
}

/// The navigation of wide pages, in the header.
#[component]
fn TopNav(locale: Locale, waiting: Signal<u32>) -> impl IntoView {
    let links = places(locale)
        .map(|place| {
            let Place { href, label, exact, counts, .. } = place;
            view! {
                <li>
                    <A href=href exact=exact attr:class="top-nav-link" {..} aria-describedby=counts.then_some("waiting-top")>
                        {label}
                        {counts.then(|| view! { <Waiting count=waiting /> })}
                    </A>
                    {counts.then(|| view! { <WaitingInWords locale=locale id="waiting-top" count=waiting /> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="top-nav" aria-label=td_string!(locale, onboarding.frame.navigation)>
            <ul>{links}</ul>
        </nav>
    }
}

/// The navigation of phones, within reach of the thumb.
#[component]
fn TabBar(locale: Locale, waiting: Signal<u32>) -> impl IntoView {
    let links = places(locale)
        .map(|place| {
            let Place {
                href,
                label,
                short,
                icon,
                exact,
                counts,
            } = place;
            view! {
                <li>
                    <A
                        href=href
                        exact=exact
                        attr:class="tab-bar-link"
                        {..}
                        aria-label=(short != label).then_some(label)
                        aria-describedby=counts.then_some("waiting-tab")
                    >
                        <span class="tab-bar-icon">
                            <Icon icon=icon />
                            {counts.then(|| view! { <Waiting count=waiting /> })}
                        </span>
                        <span class="tab-bar-label">{short}</span>
                    </A>
                    {counts.then(|| view! { <WaitingInWords locale=locale id="waiting-tab" count=waiting /> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="tab-bar" aria-label=td_string!(locale, onboarding.frame.navigation)>
            <ul>{links}</ul>
        </nav>
    }
}

/// How many requests wait: as the server knew when it made the page, until this tab is told another number. To be read inside a
/// `Suspense`, for which the server waits.
fn requests_waiting() -> Signal<u32> {
    let at_first = Resource::new_blocking(|| (), |()| matching::requests_waiting());
    let told = use_context::<RequestsWaiting>().map(|RequestsWaiting(count)| count);
    let is_told = RwSignal::new(false);
    Effect::new(move |before: Option<()>| {
        // What the tab begins with was told by nobody.
        if let Some(told) = told {
            told.track();
            is_told.set(before.is_some());
        }
    });
    Signal::derive(move || match told {
        Some(told) if is_told.get() => told.get(),
        _ => at_first.get().and_then(Result::ok).unwrap_or_default(),
    })
}

#[component]
fn Waiting(count: Signal<u32>) -> impl IntoView {
    view! {
        <Transition>
            <CountBadge count=count />
        </Transition>
    }
}

/// The number for those who do not see it: a description, since the link's name has to stay the same.
#[component]
fn WaitingInWords(locale: Locale, id: &'static str, count: Signal<u32>) -> impl IntoView {
    let words = move || match count.get() {
        0 => String::new(),
        count => td_string!(locale, onboarding.frame.waiting, count = count),
    };
    view! {
        <span class="sr-only" id=id hidden=true>
            <Transition>{words}</Transition>
        </span>
    }
}

#[component]
fn SignedIn(locale: Locale, viewer: Viewer, waiting: Signal<u32>) -> impl IntoView {
    let Viewer {
        username,
        display_name,
        hue,
        ..
    } = viewer;
    let (dot, words) = (own_dot(), own_words(locale));
    let picture = use_own_picture();
    let (face_name, menu_face) = (display_name.clone(), display_name.clone());
    view! {
        <TopNav locale=locale waiting=waiting />
        <div class="frame-header-end">
            <BellButton locale=locale />
            <Menu
                id="account-menu"
                label=td_string!(locale, onboarding.frame.account_menu)
                described_by="own-availability"
                face=move || {
                    let name = face_name.clone();
                    move || view! { <Avatar name=name.clone() hue=hue picture=picture.get() presence=dot /> }
                }
            >
                <div class="menu-head">
                    {move || view! { <Avatar name=menu_face.clone() hue=hue picture=picture.get() /> }}
                    <p>
                        <span class="menu-name">{display_name.clone()}</span>
                        <span class="menu-username">{format!("@{username}")}</span>
                        <span class="menu-username" id="own-availability">
                            {words}
                        </span>
                        <OwnMessageWords locale=locale />
                    </p>
                </div>
                <AvailabilityChoices locale=locale />
                <StatusButton locale=locale />
                <a class="menu-item" href=format!("/people/{username}")>
                    <Icon icon=icondata_lu::LuUser />
                    {td_string!(locale, onboarding.frame.my_profile)}
                </a>
                <a class="menu-item" href="/appointments">
                    <Icon icon=icondata_lu::LuCalendarClock />
                    {td_string!(locale, onboarding.frame.appointments)}
                </a>
                <a class="menu-item" href="/settings/profile">
                    <Icon icon=icondata_lu::LuSettings />
                    {td_string!(locale, onboarding.frame.settings)}
                </a>
                <form class="menu-foot" method="post" action="/api/log_out">
                    <button class="menu-item" type="submit">
                        <Icon icon=icondata_lu::LuLogOut />
                        {td_string!(locale, onboarding.frame.log_out)}
                    </button>
                </form>
            </Menu>
        </div>
    }
}

/// The two ways in, where the page itself does not lead there: each of the links stands only once on a page.
#[component]
fn SignedOut(locale: Locale) -> impl IntoView {
    let path = use_location().pathname;
    // Who is going is asked one thing, and led nowhere else.
    let is_asked = is_leaving();
    let missing = move || !is_asked && !matches!(path.get().as_str(), "/" | "/login" | "/register");
    view! {
        <Show when=missing>
            <nav class="ways-in" aria-label=td_string!(locale, onboarding.frame.navigation)>
                <LinkButton href="/login" kind=ButtonKind::Quiet small=true>
                    {td_string!(locale, onboarding.frame.log_in)}
                </LinkButton>
                <LinkButton href="/register" kind=ButtonKind::Secondary small=true>
                    {td_string!(locale, onboarding.frame.create_account)}
                </LinkButton>
            </nav>
        </Show>
    }
}
