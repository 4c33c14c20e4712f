//! Use cases of matching: search, ask, answer, be partners, part.

use std::str::FromStr as _;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::model::{
    Filters, MESSAGE_MAX, PAGE, PartnerView, PartnershipId, PersonView, RequestId, RequestStatus, RequestView,
    Requests, RoomId, Standing, Suggestion, Suggestions, reason,
};
use super::store::{self, Actor, Search};
use super::wire::MatchingNews;
use crate::accounts::model::{PersonCard, Viewer};
use crate::accounts::service as accounts;
use crate::kernel::error::{AppError, Problem, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::paging::Page;
use crate::kernel::text::{multi_line, single_line};
use crate::kernel::time::Micros;
use crate::profiles::interests::Interest;
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::Level;
use crate::profiles::service as profiles;
use crate::realtime::model::Presence;
use crate::realtime::presence::PresenceListener;
use crate::realtime::wire::SocketNews;
use crate::server::db::{Conn, id_list};
use crate::server::limits::Limit;
use crate::server::state::AppState;

pub use store::Partnership;

/// Characters of "about me" on a card.
const BIO_ON_CARD: usize = 180;

/// People who fit, best first. Filters that name nothing known find nobody rather than everybody.
///
/// # Errors
/// When the database does not answer.
pub async fn find(state: &AppState, viewer: &Viewer, filters: &Filters) -> Result<Suggestions, AppError> {
    let nobody = Page {
        items: Vec::new(),
        next: None,
    };
    let Some(search) = parse_filters(state, filters) else {
        return Ok(nobody);
    };
    let mut conn = state.db.read().await?;
    let found = store::find(&mut conn, viewer.id, &search).await?;
    let page = Page::from_rows(found, PAGE, |last| format!("{}.{}", last.score, last.person.id));
    let ids: Vec<UserId> = page
        .items
        .iter()
        .map(|found| found.person.id)
        .chain([viewer.id])
        .collect();
    let mut profiles = profiles::profiles(&mut conn, &ids).await?;
    let me = profiles.remove(&viewer.id).unwrap_or_default();
    let askers = store::askers(&mut conn, viewer.id).await?;
    let next = page.next;
    let items = page
        .items
        .into_iter()
        .filter_map(|found| {
            let profile = profiles.remove(&found.person.id)?;
            Some(Suggestion {
                reason: reason(&me, &profile)?,
                online: state.presence.of(found.person.id) != Presence::Offline,
                has_asked: askers.contains(&found.person.id),
                bio: shorten(&profile.bio),
                languages: profile.languages,
                person: found.person,
            })
        })
        .collect();
    Ok(Page { items, next })
}

fn parse_filters(state: &AppState, filters: &Filters) -> Option<Search> {
    let known = |text: &str, is_known: bool| (text.is_empty() || is_known).then(|| text.to_owned());
    Some(Search {
        speaks: known(&filters.speaks, LanguageCode::parse(&filters.speaks).is_some())?,
        learns: known(&filters.learns, LanguageCode::parse(&filters.learns).is_some())?,
        level: known(&filters.level, Level::parse(&filters.level).is_ok())?,
        interest: match filters.interest.trim() {
            "" => String::new(),
            typed => Interest::parse(typed).ok()?.as_str().to_owned(),
        },
        name: single_line(&filters.name, 0, 60).ok()?.to_lowercase(),
        online: (!filters.online.is_empty()).then(|| id_list(state.presence.online().into_iter().map(UserId::uuid))),
        after: match filters.after.as_str() {
            "" => None,
            after => {
                let (score, id) = after.split_once('.')?;
                Some((score.parse().ok()?, UserId::from_str(id).ok()?))
            }
        },
        limit: PAGE as i64 + 1,
    })
}

fn shorten(bio: &str) -> String {
    let line = bio.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(BIO_ON_CARD) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// A public profile.
///
/// # Errors
/// [`AppError::NotFound`] for a name that nobody has.
pub async fn person(state: &AppState, viewer: Option<&Viewer>, username: &str) -> Result<PersonView, AppError> {
    let mut conn = state.db.read().await?;
    let person = accounts::person_by_username(&mut conn, username).await?;
    let profile = profiles::profile(&mut conn, person.id).await?;
    let (standing, reason) = match viewer {
        None => (Standing::SignedOut, None),
        Some(viewer) if viewer.id == person.id => (Standing::Oneself, None),
        Some(viewer) => {
            let me = profiles::profile(&mut conn, viewer.id).await?;
            (standing(&mut conn, viewer.id, person.id).await?, reason(&me, &profile))
        }
    };
    // Who is not signed in is told nothing that changes by the minute.
    let online = viewer.is_some() && state.presence.of(person.id) != Presence::Offline;
    Ok(PersonView {
        person,
        profile,
        online,
        standing,
        reason,
    })
}

async fn standing(conn: &mut Conn, me: UserId, other: UserId) -> Result<Standing, AppError> {
    Ok(if store::between(conn, me, other).await?.is_some() {
        Standing::Partners
    } else if store::has_asked(conn, me, other).await? {
        Standing::Asked
    } else if store::has_asked(conn, other, me).await? {
        Standing::HasAsked
    } else {
        Standing::Strangers
    })
}

/// Asks `to` (a username) to become partners.
///
/// # Errors
/// A message that is too long; [`Refusal`]s: oneself, partners already, asked already.
pub async fn send_request(state: &AppState, viewer: &Viewer, to: &str, message: &str) -> Result<(), AppError> {
    let message = multi_line(message, 0, MESSAGE_MAX).map_err(|problem| AppError::field("message", problem))?;
    state.limits.check(Limit::Request, &viewer.id.to_string())?;
    let recipient = accounts::person_by_username(&mut state.db.read().await?, to).await?;
    if recipient.id == viewer.id {
        return Err(AppError::Refused(Refusal::Oneself));
    }
    let (now, sender) = (state.clock.now(), viewer.id);
    state
        .db
        .transaction(move |conn| {
            async move {
                lock_pair(conn, sender, recipient.id).await?;
                if store::between(conn, sender, recipient.id).await?.is_some() {
                    return Err(AppError::Refused(Refusal::AlreadyPartners));
                }
                let is_new =
                    store::insert_request(conn, RequestId::new_at(now), sender, recipient.id, &message, now).await?;
                if is_new {
                    Ok(())
                } else {
                    Err(AppError::Refused(Refusal::AlreadyAsked))
                }
            }
            .boxed()
        })
        .await?;
    let from = card_of(viewer);
    tell(state, recipient.id, |waiting| MatchingNews::RequestReceived {
        from,
        waiting,
    })
    .await;
    Ok(())
}

/// Open requests of a person.
///
/// # Errors
/// When the database does not answer.
pub async fn requests(state: &AppState, viewer: &Viewer) -> Result<Requests, AppError> {
    let mut conn = state.db.read().await?;
    let incoming = store::open_requests(&mut conn, viewer.id, true).await?;
    let outgoing = store::open_requests(&mut conn, viewer.id, false).await?;
    let ids: Vec<UserId> = incoming
        .iter()
        .chain(&outgoing)
        .map(|request| request.person.id)
        .collect();
    let profiles = profiles::profiles(&mut conn, &ids).await?;
    let view = |request: store::OpenRequest| RequestView {
        languages: profiles
            .get(&request.person.id)
            .map(|profile| profile.languages.clone())
            .unwrap_or_default(),
        id: request.id,
        person: request.person,
        message: request.message,
        at: state.clock.local(request.created_at, &viewer.time_zone),
    };
    Ok(Requests {
        incoming: incoming.into_iter().map(view).collect(),
        outgoing: outgoing.into_iter().map(view).collect(),
    })
}

/// How many requests wait for a person's answer.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(state: &AppState, user: UserId) -> Result<u32, AppError> {
    Ok(store::waiting(&mut state.db.read().await?, user).await?)
}

/// Accepts a request: the two are partners, and whatever else was open between them is settled with it.
///
/// # Errors
/// [`AppError::NotFound`] for a request that is not for this person, [`Refusal::AlreadySettled`].
pub async fn accept(state: &AppState, viewer: &Viewer, request: RequestId) -> Result<(), AppError> {
    let (me, now) = (viewer.id, state.clock.now());
    let sender = state
        .db
        .transaction(move |conn| {
            async move {
                let (sender, _) = store::parties(conn, request, me, Actor::Recipient)
                    .await?
                    .ok_or(AppError::NotFound)?;
                lock_pair(conn, me, sender).await?;
                if !store::settle_request(conn, request, RequestStatus::Accepted, now).await? {
                    return Err(AppError::Refused(Refusal::AlreadySettled));
                }
                store::settle_between(conn, me, sender, RequestStatus::Accepted, now).await?;
                store::begin_partnership(conn, PartnershipId::new_at(now), me, sender, RoomId::random(), now).await?;
                Ok(sender)
            }
            .boxed()
        })
        .await?;
    let by = card_of(viewer);
    tell(state, sender, |waiting| MatchingNews::RequestAccepted { by, waiting }).await;
    tell_changed(state, &[me]).await;
    Ok(())
}

/// Declines a request.
///
/// # Errors
/// As for [`accept`].
pub async fn decline(state: &AppState, viewer: &Viewer, request: RequestId) -> Result<(), AppError> {
    settle(state, viewer, request, Actor::Recipient, RequestStatus::Declined).await
}

/// Takes a request back.
///
/// # Errors
/// [`AppError::NotFound`] for a request that this person did not send, [`Refusal::AlreadySettled`].
pub async fn cancel(state: &AppState, viewer: &Viewer, request: RequestId) -> Result<(), AppError> {
    settle(state, viewer, request, Actor::Sender, RequestStatus::Cancelled).await
}

async fn settle(
    state: &AppState,
    viewer: &Viewer,
    request: RequestId,
    actor: Actor,
    status: RequestStatus,
) -> Result<(), AppError> {
    let (me, now) = (viewer.id, state.clock.now());
    let (sender, recipient) = state
        .db
        .transaction(move |conn| {
            async move {
                let parties = store::parties(conn, request, me, actor)
                    .await?
                    .ok_or(AppError::NotFound)?;
                let is_first = store::settle_request(conn, request, status, now).await?;
                if is_first {
                    Ok(parties)
                } else {
                    Err(AppError::Refused(Refusal::AlreadySettled))
                }
            }
            .boxed()
        })
        .await?;
    tell_changed(state, &[sender, recipient]).await;
    Ok(())
}

/// One's partners: those who are here first, then by name.
///
/// # Errors
/// When the database does not answer.
pub async fn partners(state: &AppState, viewer: &Viewer) -> Result<Vec<PartnerView>, AppError> {
    let mut conn = state.db.read().await?;
    let partners = store::partners(&mut conn, viewer.id).await?;
    let ids: Vec<UserId> = partners.iter().map(|partner| partner.person.id).collect();
    let mut profiles = profiles::profiles(&mut conn, &ids).await?;
    let mut views: Vec<PartnerView> = partners
        .into_iter()
        .map(|partner| {
            let presence = state.presence.of(partner.person.id);
            PartnerView {
                languages: profiles
                    .remove(&partner.person.id)
                    .map(|profile| profile.languages)
                    .unwrap_or_default(),
                since: state.clock.local(partner.since, &viewer.time_zone),
                last_seen: partner
                    .last_seen
                    .filter(|_| presence == Presence::Offline)
                    .map(|at| state.clock.local(at, &viewer.time_zone)),
                presence,
                person: partner.person,
            }
        })
        .collect();
    views.sort_by_key(|view| view.presence == Presence::Offline);
    Ok(views)
}

/// One partner.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else.
pub async fn partner(state: &AppState, viewer: &Viewer, username: &str) -> Result<PartnerView, AppError> {
    let person = accounts::person_by_username(&mut state.db.read().await?, username).await?;
    partners(state, viewer)
        .await?
        .into_iter()
        .find(|partner| partner.person.id == person.id)
        .ok_or(AppError::NotFound)
}

/// Ends a partnership; its room is closed with it.
///
/// # Errors
/// [`AppError::NotFound`] when the two are no partners.
pub async fn end_partnership(state: &AppState, viewer: &Viewer, username: &str) -> Result<(), AppError> {
    let partner = accounts::person_by_username(&mut state.db.read().await?, username).await?;
    let (me, other, now) = (viewer.id, partner.id, state.clock.now());
    let ended = state
        .db
        .transaction(move |conn| async move { store::end_partnership(conn, me, other, now).await }.boxed())
        .await?;
    if !ended {
        return Err(AppError::NotFound);
    }
    tell_changed(state, &[me, other]).await;
    Ok(())
}

/// The partnership of two people, if it is in force.
///
/// # Errors
/// When the database does not answer.
pub async fn partnership(conn: &mut Conn, me: UserId, other: UserId) -> Result<Option<Partnership>, AppError> {
    Ok(store::between(conn, me, other).await?)
}

/// The partnership whose room this is, if `me` may enter it.
///
/// # Errors
/// When the database does not answer.
pub async fn partnership_of_room(conn: &mut Conn, me: UserId, room: RoomId) -> Result<Option<Partnership>, AppError> {
    Ok(store::of_room(conn, me, room).await?)
}

/// Makes two people partners at a given time, for demo data.
///
/// # Errors
/// When the database does not answer.
pub async fn begin_partnership(
    conn: &mut Conn,
    one: UserId,
    other: UserId,
    since: Micros,
) -> Result<Option<Partnership>, AppError> {
    store::begin_partnership(conn, PartnershipId::new_at(since), one, other, RoomId::random(), since).await?;
    partnership(conn, one, other).await
}

/// Stores an open request of a given time, for demo data.
///
/// # Errors
/// A message that is too long.
pub async fn insert_request(
    conn: &mut Conn,
    from: UserId,
    to: UserId,
    message: &str,
    at: Micros,
) -> Result<bool, AppError> {
    let message: Result<String, Problem> = multi_line(message, 0, MESSAGE_MAX);
    let message = message.map_err(|problem| AppError::field("message", problem))?;
    Ok(store::insert_request(conn, RequestId::new_at(at), from, to, &message, at).await?)
}

/// What a new socket is told.
///
/// # Errors
/// When the database does not answer.
pub async fn snapshot(state: &AppState, user: UserId) -> Result<MatchingNews, AppError> {
    Ok(MatchingNews::Waiting {
        requests: waiting(state, user).await?,
    })
}

async fn tell_changed(state: &AppState, people: &[UserId]) {
    for user in people {
        tell(state, *user, |waiting| MatchingNews::Changed { waiting }).await;
    }
}

/// Tells a person's tabs, with the number of requests that wait. The change is stored by then: that somebody could not be told is no
/// reason to call it failed, and the next page or socket knows.
async fn tell(state: &AppState, user: UserId, news: impl FnOnce(u32) -> MatchingNews) {
    match waiting(state, user).await {
        Ok(waiting) => state.hub.to_user(user, &news(waiting)),
        Err(error) => tracing::warn!(%error, "a change of requests or partners is stored but not told"),
    }
}

/// One transaction at a time for a pair, whoever of the two began it.
async fn lock_pair(conn: &mut Conn, one: UserId, other: UserId) -> Result<(), AppError> {
    let (low, high) = store::ordered(one, other);
    Ok(conn.lock(&format!("pair {low} {high}")).await?)
}

/// The viewer as others see them.
pub fn card_of(viewer: &Viewer) -> PersonCard {
    PersonCard {
        id: viewer.id,
        username: viewer.username.clone(),
        display_name: viewer.display_name.clone(),
        hue: viewer.hue,
    }
}

/// Tells partners when somebody comes or goes.
pub struct TellPartners(pub AppState);

impl PresenceListener for TellPartners {
    fn changed(&self, user: UserId, presence: Presence) -> BoxFuture<'_, ()> {
        async move {
            let partners = async { store::partner_ids(&mut self.0.db.read().await?, user).await };
            match partners.await {
                Ok(partners) => {
                    for partner in partners {
                        self.0.hub.to_user(partner, &SocketNews::Presence { user, presence });
                    }
                }
                Err(error) => tracing::warn!(%error, "partners not told of presence"),
            }
        }
        .boxed()
    }
}
