//! Use cases of matching: search, be partners, part. Asking and answering is in `requests.rs`.

use std::str::FromStr as _;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::model::{
    Filters, PAGE, PartnerView, PartnershipId, PersonView, RoomId, Standing, Suggestion, Suggestions, reason,
};
use super::requests::tell_changed;
use super::store::{self, Search};
use super::talked::TalkCounter;
use crate::accounts::model::Viewer;
use crate::accounts::service as accounts;
use crate::accounts::visibility;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::paging::Page;
use crate::kernel::text::single_line;
use crate::kernel::time::Micros;
use crate::notifications::model::Notice;
use crate::notifications::service::{self as notifications, Entry, Reading};
use crate::profiles::interests::Interest;
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::Level;
use crate::profiles::service as profiles;
use crate::realtime::model::{Presence, Status};
use crate::realtime::presence::PresenceListener;
use crate::realtime::wire::SocketNews;
use crate::server::db::{Conn, id_list};
use crate::server::jobs::{self, NewJob};
use crate::server::state::AppState;

pub use super::requests::{RunOut, accept, cancel, decline, insert_request, requests, send_request, snapshot, waiting};
pub use store::Partnership;

/// The job that follows the end of a partnership, with its [`PartnershipId`]: for what belongs to features above.
pub const PARTNERSHIP_ENDED: &str = "matching.partnership_ended";
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
                online: found.visibility.to_others(state.presence.of(found.person.id)),
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
    let (visibility, message) = visibility::with_message(&mut conn, person.id, state.clock.now()).await?;
    let presence = state.presence.of(person.id);
    let status = match standing {
        Standing::Partners => visibility.status_to_partners(presence, message),
        _ => Status::default(),
    };
    let online = match standing {
        // Who is not signed in is told nothing that changes by the minute.
        Standing::SignedOut => false,
        Standing::Partners => visibility.to_partners(presence) != Presence::Offline,
        _ => visibility.to_others(presence),
    };
    Ok(PersonView {
        person,
        profile,
        online,
        status,
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

/// One's partners: those who are here first, then by name.
///
/// # Errors
/// When the database does not answer.
pub async fn partners(state: &AppState, viewer: &Viewer) -> Result<Vec<PartnerView>, AppError> {
    let mut conn = state.db.read().await?;
    let partners = store::partners(&mut conn, viewer.id, state.clock.now()).await?;
    let ids: Vec<UserId> = partners.iter().map(|partner| partner.person.id).collect();
    let mut profiles = profiles::profiles(&mut conn, &ids).await?;
    let mut views: Vec<PartnerView> = partners
        .into_iter()
        .map(|partner| {
            let reached = state.presence.of(partner.person.id);
            let presence = partner.visibility.to_partners(reached);
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
                status: partner.visibility.status_to_partners(reached, partner.message),
                person: partner.person,
                talked: None,
            }
        })
        .collect();
    views.sort_by_key(|view| view.presence == Presence::Offline);
    Ok(views)
}

/// One partner, and how much the two have talked.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else.
pub async fn partner(
    state: &AppState,
    viewer: &Viewer,
    username: &str,
    counter: &dyn TalkCounter,
) -> Result<PartnerView, AppError> {
    let person = accounts::person_by_username(&mut state.db.read().await?, username).await?;
    let found = partners(state, viewer).await?;
    let found = found.into_iter().find(|partner| partner.person.id == person.id);
    let mut partner = found.ok_or(AppError::NotFound)?;
    let mut conn = state.db.read().await?;
    partner.talked = Some(counter.between(&mut conn, viewer.id, person.id).await?);
    Ok(partner)
}

/// Ends a partnership; its room is closed with it.
///
/// # Errors
/// [`AppError::NotFound`] when the two are no partners.
pub async fn end_partnership(state: &AppState, viewer: &Viewer, username: &str) -> Result<(), AppError> {
    let partner = accounts::person_by_username(&mut state.db.read().await?, username).await?;
    let (me, other, now) = (viewer.id, partner.id, state.clock.now());
    let recorded = state
        .db
        .transaction(move |conn| {
            async move {
                let ended = store::end_partnership(conn, me, other, now).await?;
                let id = ended.ok_or(AppError::NotFound)?;
                jobs::enqueue(conn, NewJob::new(PARTNERSHIP_ENDED, now).payload(&id)).await?;
                let notice = Entry::Put {
                    user: other,
                    subject: format!("partnership:{id}"),
                    actor: Some(me),
                    notice: Notice::PartnershipEnded,
                    reading: Reading::Unread,
                };
                notifications::record_all(conn, now, vec![notice]).await
            }
            .boxed()
        })
        .await?;
    notifications::publish(state, recorded);
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

/// Tells partners when somebody comes or goes, or says something else of themselves. Of who appears offline they hear once, when that is switched on.
pub struct TellPartners(pub AppState);

impl TellPartners {
    async fn tell(&self, user: UserId, presence: Presence, is_switched: bool) {
        let told = async {
            let mut conn = self.0.db.read().await?;
            let (visibility, message) = visibility::with_message(&mut conn, user, self.0.clock.now()).await?;
            if visibility.is_invisible() && !is_switched {
                return Ok(());
            }
            let news = SocketNews::Presence {
                user,
                presence: visibility.to_partners(presence),
                status: visibility.status_to_partners(presence, message),
            };
            let partners = store::partner_ids(&mut conn, user).await?;
            self.0.hub.to_users(&partners, &news);
            Ok::<_, AppError>(())
        };
        if let Err(error) = told.await {
            tracing::warn!(%error, "partners not told of presence");
        }
    }
}

impl PresenceListener for TellPartners {
    fn changed(&self, user: UserId, presence: Presence) -> BoxFuture<'_, ()> {
        self.tell(user, presence, false).boxed()
    }

    fn changed_elsewhere(&self, user: UserId, presence: Presence) -> BoxFuture<'_, ()> {
        self.tell(user, presence, false).boxed()
    }

    fn shown_otherwise(&self, user: UserId, presence: Presence) -> BoxFuture<'_, ()> {
        self.tell(user, presence, true).boxed()
    }
}
