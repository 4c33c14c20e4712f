//! `/` for people who are signed in: who waits, who is here, what was, what to do next.

use leptos::prelude::*;

use crate::accounts::confirm_email::ConfirmEmailNotice;
use crate::accounts::model::{PersonCard, Viewer};
use crate::accounts::names::{profile_address, shown_name};
use crate::appointments::api::appointments;
use crate::appointments::model::{Agenda, AppointmentView};
use crate::appointments::wire::AppointmentNews;
use crate::calls::api::history;
use crate::calls::model::CallView;
use crate::calls::wire::CallNews;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::paging::Page;
use crate::matching::api::{open_requests, partners};
use crate::matching::model::{PartnerView, RequestView, Requests};
use crate::matching::wire::MatchingNews;
use crate::profiles::api::own_profile;
use crate::profiles::model::Profile;
use crate::realtime::client::on_news;
use crate::realtime::model::Presence;
use crate::realtime::wire::SocketNews;
use crate::ui::{
    Avatar, AvatarSize, ButtonKind, Dot, Facts, LinkButton, NotLoaded, PageHeader, StatusMessage, When, moment_text,
    use_fetched,
};

/// How many entries of each kind are shown; the pages of each kind have them all.
const SHOWN: usize = 4;

/// What the page tells. A part that could not be loaded says nothing, and leaves the others alone.
struct News {
    profile: Option<Profile>,
    requests: Option<Requests>,
    partners: Option<Vec<PartnerView>>,
    agenda: Option<Agenda>,
    calls: Option<Vec<CallView>>,
}

/// The home page.
#[component]
pub fn HomePage(
    /// Who is signed in.
    viewer: Viewer,
) -> impl IntoView {
    let locale = use_locale();
    let profile = use_fetched(|| (), |()| own_profile());
    let requests = use_fetched(|| (), |()| open_requests());
    let partners = use_fetched(|| (), |()| partners());
    let agenda = use_fetched(|| (), |()| appointments());
    let calls = use_fetched(|| (), |()| history(None));

    on_news(move |news: MatchingNews| {
        let shown = requests.get_untracked();
        let shown = shown.map_or(usize::MAX, |requests| requests.incoming.len());
        // The first word on every socket says what this page knows already.
        let is_known = matches!(news, MatchingNews::Waiting { requests } if requests as usize == shown);
        if !is_known {
            requests.refetch();
            partners.refetch();
            // With a partnership its appointments end.
            agenda.refetch();
        }
    });
    on_news(move |_: AppointmentNews| agenda.refetch());
    on_news(move |news: SocketNews| {
        if matches!(news, SocketNews::Presence { .. }) {
            partners.refetch();
        }
    });
    on_news(move |news: CallNews| {
        let going_on = |shown: Page<CallView>| shown.items.into_iter().find(|call| call.ended.is_none());
        let shown = calls.get_untracked().and_then(going_on).map(|call| call.id);
        let is_news = match news {
            CallNews::Ended { .. } => true,
            // Every socket begins with it; mostly the page knows.
            CallNews::Ongoing { call } => call.map(|call| call.id) != shown,
            _ => false,
        };
        if is_news {
            calls.refetch();
        }
    });

    let failure = move || {
        let failures = [
            profile.failure(),
            requests.failure(),
            partners.failure(),
            agenda.failure(),
            calls.failure(),
        ];
        let again = move |()| {
            profile.refetch();
            requests.refetch();
            partners.refetch();
            agenda.refetch();
            calls.refetch();
        };
        let first = failures.into_iter().flatten().next();
        first.map(|error| view! { <NotLoaded error=error again=again /> })
    };
    let sections = move || {
        let news = News {
            profile: profile.get().map(|own| own.profile),
            requests: requests.get(),
            partners: partners.get(),
            agenda: agenda.get(),
            calls: calls.get().map(|page| page.items),
        };
        view! { <Sections news=news /> }
    };
    view! {
        <PageHeader
            title=td_string!(locale, onboarding.home.title)
            lead=td_string!(locale, onboarding.home.greeting, name = viewer.display_name)
        />
        <ConfirmEmailNotice />
        <Transition>{failure} {sections}</Transition>
    }
    .into_any()
}

#[component]
fn Sections(news: News) -> impl IntoView {
    let locale = use_locale();
    let steps = next_steps(&news);
    let News {
        requests,
        partners,
        agenda,
        calls,
        ..
    } = news;
    let incoming = requests.map(|requests| requests.incoming).unwrap_or_default();
    let calls = calls.unwrap_or_default();
    let ahead = agenda.map(|agenda| [agenda.to_answer, agenda.agreed].concat());
    let ahead = ahead.unwrap_or_default();
    let online = partners.filter(|partners| !partners.is_empty()).map(|partners| {
        let is_here = |partner: &PartnerView| partner.presence != Presence::Offline;
        partners.into_iter().filter(is_here).collect::<Vec<PartnerView>>()
    });
    view! {
        <div class="grid gap-12">
            {(!incoming.is_empty()).then(|| waiting(locale, incoming))}
            {(!ahead.is_empty()).then(|| coming_up(locale, ahead))}
            {(!steps.is_empty()).then(|| suggestions(locale, steps))}
            {online.map(|online| here_now(locale, online))}
            {(!calls.is_empty()).then(|| recent_calls(locale, calls))}
        </div>
    }
    .into_any()
}

fn waiting(locale: Locale, requests: Vec<RequestView>) -> AnyView {
    let more = requests.len().saturating_sub(SHOWN);
    let rows = requests
        .into_iter()
        .take(SHOWN)
        .map(|request| {
            let href = profile_address(&request.person);
            let said = (!request.message.is_empty()).then(|| view! { <p class="line-clamp-2">{request.message}</p> });
            let action = view! {
                <LinkButton href="/requests" small=true>
                    {td_string!(locale, onboarding.home.answer)}
                </LinkButton>
            };
            let row_of = Row {
                person: request.person,
                href,
                size: AvatarSize::Large,
                presence: None,
            };
            row(locale, row_of, said.into_any(), action.into_any())
        })
        .collect_view();
    let more = (more > 0).then(|| {
        view! {
            <p>
                <a class="text-link" href="/requests">
                    {td_string!(locale, onboarding.home.more_waiting, n = more)}
                </a>
            </p>
        }
    });
    section(
        "home-waiting",
        td_string!(locale, onboarding.home.requests),
        (rows, more).into_any(),
    )
}

/// Appointments: first what waits for an answer, then what stands.
fn coming_up(locale: Locale, appointments: Vec<AppointmentView>) -> AnyView {
    let more = appointments.len().saturating_sub(SHOWN);
    let rows = appointments
        .into_iter()
        .take(SHOWN)
        .map(
            |AppointmentView {
                 partner,
                 at,
                 asked,
                 is_now,
                 ..
             }| {
                let href = Some(format!("/partners/{}", partner.username));
                let is_asked = asked.is_some_and(|asked| !asked.by_me);
                // Where another time is proposed, that is what an answer is to.
                let other = asked.filter(|_| is_asked).and_then(|asked| asked.other_time);
                let when = other.map_or(at, |other| other.at).mine;
                let (address, words) = match (is_asked, is_now) {
                    (true, _) => ("/appointments".to_owned(), td_string!(locale, onboarding.home.answer)),
                    (false, true) => (
                        format!("/partners/{}", partner.username),
                        td_string!(locale, onboarding.home.open),
                    ),
                    (false, false) => ("/appointments".to_owned(), td_string!(locale, onboarding.home.see)),
                };
                let action = if is_asked || is_now {
                    view! { <LinkButton href=address small=true>{words}</LinkButton> }.into_any()
                } else {
                    view! {
                        <a class="text-link" href=address>
                            {words}
                        </a>
                    }
                    .into_any()
                };
                let said = view! {
                    <p class="text-muted">
                        {is_asked.then(|| view! { <span>{td_string!(locale, onboarding.home.proposes)} " "</span> })}
                        <time datetime=when.machine()>{moment_text(locale, &when)}</time>
                    </p>
                };
                let row_of = Row {
                    person: partner,
                    href,
                    size: AvatarSize::Medium,
                    presence: None,
                };
                row(locale, row_of, said.into_any(), action)
            },
        )
        .collect_view();
    let more = (more > 0).then(|| {
        view! {
            <p>
                <a class="text-link" href="/appointments">
                    {td_string!(locale, onboarding.home.more_appointments, n = more)}
                </a>
            </p>
        }
    });
    section(
        "home-appointments",
        td_string!(locale, onboarding.home.coming_up),
        (two_columns(rows.into_any()), more).into_any(),
    )
}

fn here_now(locale: Locale, partners: Vec<PartnerView>) -> AnyView {
    let title = td_string!(locale, onboarding.home.online);
    if partners.is_empty() {
        let nobody = view! { <p class="text-muted">{td_string!(locale, onboarding.home.nobody_online)}</p> };
        return section("home-online", title, nobody.into_any());
    }
    let rows = partners
        .into_iter()
        .map(|partner| {
            let href = Some(format!("/partners/{}", partner.person.username));
            let (dot, words) = match partner.presence {
                Presence::Online | Presence::Away if partner.status.is_busy => {
                    (Dot::Busy, td_string!(locale, onboarding.home.is_busy))
                }
                Presence::Away => (Dot::Away, td_string!(locale, onboarding.home.is_away)),
                Presence::InCall => (Dot::InCall, td_string!(locale, onboarding.home.in_call)),
                _ => (Dot::Online, td_string!(locale, onboarding.home.is_online)),
            };
            let action = view! {
                <a class="text-link" href=href.clone()>
                    {td_string!(locale, onboarding.home.open)}
                </a>
            };
            let said = view! {
                <p class="text-muted">{words}</p>
                {partner.status.message.map(|message| view! { <StatusMessage message=message /> })}
            };
            let row_of = Row {
                person: partner.person,
                href,
                size: AvatarSize::Medium,
                presence: Some(dot),
            };
            row(locale, row_of, said.into_any(), action.into_any())
        })
        .collect_view();
    section("home-online", title, two_columns(rows.into_any()))
}

fn recent_calls(locale: Locale, calls: Vec<CallView>) -> AnyView {
    let rows = calls
        .into_iter()
        .take(SHOWN)
        .map(|call| {
            let href = profile_address(&call.partner);
            let length = call_length(locale, &call);
            let action = match call.room.filter(|_| call.ended.is_none()) {
                Some(room) => view! {
                    <LinkButton href=format!("/call/{room}") small=true>
                        {td_string!(locale, onboarding.home.back_to_call)}
                    </LinkButton>
                }
                .into_any(),
                None => view! {
                    <a class="text-link" href=format!("/calls/{}", call.id)>
                        {td_string!(locale, onboarding.home.summary)}
                    </a>
                }
                .into_any(),
            };
            let said = view! {
                <p class="text-muted">
                    <Facts facts=vec![view! { <When time=call.at /> }.into_any(), length.into_any()] />
                </p>
            };
            let row_of = Row {
                person: call.partner,
                href,
                size: AvatarSize::Medium,
                presence: None,
            };
            row(locale, row_of, said.into_any(), action)
        })
        .collect_view();
    section(
        "home-recent",
        td_string!(locale, onboarding.home.recent),
        two_columns(rows.into_any()),
    )
}

fn call_length(locale: Locale, call: &CallView) -> String {
    match (call.ended, call.seconds) {
        (None, _) => td_string!(locale, onboarding.home.going_on).to_owned(),
        (Some(_), None) => td_string!(locale, onboarding.home.not_met).to_owned(),
        (Some(_), Some(0..60)) => td_string!(locale, onboarding.home.under_a_minute).to_owned(),
        (Some(_), Some(seconds)) => td_string!(locale, onboarding.home.minutes, n = seconds / 60),
    }
}

fn section(id: &'static str, title: &'static str, content: AnyView) -> AnyView {
    view! {
        <section class="grid gap-4" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {content}
        </section>
    }
    .into_any()
}

fn two_columns(rows: AnyView) -> AnyView {
    view! { <div class="grid gap-4 lg:grid-cols-2">{rows}</div> }.into_any()
}

/// Whom an article is about, and how they are shown.
struct Row {
    person: PersonCard,
    /// Where the name leads; nowhere for who has gone.
    href: Option<String>,
    size: AvatarSize,
    presence: Option<Dot>,
}

/// An article about one person: the face, the name, what is said, one thing to do.
fn row(
    locale: Locale,
    Row {
        person,
        href,
        size,
        presence,
    }: Row,
    said: AnyView,
    action: AnyView,
) -> AnyView {
    let display_name = shown_name(locale, &person);
    let PersonCard { hue, picture, .. } = person;
    let presence = presence.map(Signal::stored);
    let label = display_name.clone();
    let name = match href {
        Some(href) => view! {
            <a class="hover:underline" href=href>
                {display_name.clone()}
            </a>
        }
        .into_any(),
        None => display_name.clone().into_any(),
    };
    view! {
        <article class="card flex flex-wrap items-center gap-x-5 gap-y-4" aria-label=label>
            <Avatar name=display_name.clone() hue=hue picture=picture size=size nostrip:presence=presence />
            <div class="grid min-w-0 flex-1 basis-32 gap-0.5">
                <h3>{name}</h3>
                {said}
            </div>
            {action}
        </article>
    }
    .into_any()
}

/// Something worth doing now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Ask somebody.
    FindPartners,
    /// Say more about oneself.
    CompleteProfile,
}

/// What helps this person on: people to talk to first, then a profile that others like to answer.
fn next_steps(news: &News) -> Vec<Step> {
    let is_idle = |requests: &Requests| requests.incoming.is_empty() && requests.outgoing.is_empty();
    let is_alone = news.partners.as_ref().is_some_and(Vec::is_empty) && news.requests.as_ref().is_some_and(is_idle);
    let is_bare = |profile: &Profile| profile.bio.is_empty() || profile.interests.is_empty();
    let is_bare = news.profile.as_ref().is_some_and(is_bare);
    let find = is_alone.then_some(Step::FindPartners);
    find.into_iter()
        .chain(is_bare.then_some(Step::CompleteProfile))
        .collect()
}

fn suggestions(locale: Locale, steps: Vec<Step>) -> AnyView {
    let cards = steps
        .into_iter()
        .map(|step| {
            let (title, text, href, action, kind) = match step {
                Step::FindPartners => (
                    td_string!(locale, onboarding.home.find_title),
                    td_string!(locale, onboarding.home.find_text),
                    "/partners/find",
                    td_string!(locale, onboarding.home.find_action),
                    ButtonKind::Primary,
                ),
                Step::CompleteProfile => (
                    td_string!(locale, onboarding.home.profile_title),
                    td_string!(locale, onboarding.home.profile_text),
                    "/settings/profile",
                    td_string!(locale, onboarding.home.profile_action),
                    ButtonKind::Secondary,
                ),
            };
            view! {
                <li class="card grid content-start justify-items-start gap-3">
                    <h3>{title}</h3>
                    <p class="text-muted">{text}</p>
                    <LinkButton href=href kind=kind>
                        {action}
                    </LinkButton>
                </li>
            }
        })
        .collect_view();
    let list = view! { <ul class="grid gap-4 sm:grid-cols-2">{cards}</ul> };
    section("home-next", td_string!(locale, onboarding.home.next), list.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::interests::Interest;

    fn news(profile: Profile) -> News {
        News {
            profile: Some(profile),
            requests: Some(Requests::default()),
            partners: Some(Vec::new()),
            agenda: None,
            calls: None,
        }
    }

    #[test]
    fn a_new_person_is_shown_to_people_and_to_the_profile() {
        assert_eq!(
            next_steps(&news(Profile::default())),
            [Step::FindPartners, Step::CompleteProfile]
        );
    }

    #[test]
    fn a_full_profile_is_not_asked_for_again() {
        let interests = vec![Interest::parse("hiking").unwrap()];
        let full = Profile {
            bio: "Hello".to_owned(),
            interests,
            ..Profile::default()
        };
        assert_eq!(next_steps(&news(full)), [Step::FindPartners]);
    }

    #[test]
    fn of_what_could_not_be_loaded_nothing_is_concluded() {
        for known in [
            News {
                partners: None,
                ..news(Profile::default())
            },
            News {
                requests: None,
                ..news(Profile::default())
            },
        ] {
            assert_eq!(next_steps(&known), [Step::CompleteProfile]);
        }
        let known = News {
            profile: None,
            ..news(Profile::default())
        };
        assert_eq!(next_steps(&known), [Step::FindPartners]);
    }
}
