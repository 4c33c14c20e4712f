//! Use cases of matching: search, be partners, part. Asking and answering is in `requests.rs`.

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::model::score::{Fit, Habits, Side, fit};
use super::model::{
    END_WORDS_MAX, EndReason, Filters, PartnerView, PartnershipId, PersonView, RoomId, Standing, Suggestion,
    Suggestions,
};
use super::requests::tell_changed;
use super::talked::Talks;
use super::{search, store};
use crate::accounts::model::{PersonCard, Viewer};
use crate::accounts::service as accounts;
use crate::accounts::visibility;
use crate::kernel::clock;
use crate::kernel::error::{AppError, Problems};
use crate::kernel::id::UserId;
use crate::kernel::text::multi_line;
use crate::kernel::time::Micros;
use crate::notifications::model::Notice;
use crate::notifications::service::{self as notifications, Entry, Reading};
use crate::profiles::blocks::service as blocks;
use crate::profiles::hours::Stretch;
use crate::profiles::model::Profile;
use crate::profiles::service as profiles;
use crate::realtime::model::{Presence, Status};
use crate::realtime::presence::PresenceListener;
use crate::realtime::wire::SocketNews;
use crate::server::db::Conn;
use crate::server::jobs::{self, NewJob};
use crate::server::state::AppState;

pub use super::blocking::{block, report};
pub use super::following::{FOLLOWED_MAX, follow, followed, unfollow};
pub use super::requests::{
    ASK_AGAIN, OPEN_A_DAY, REMINDER_AGE, Remind, RunOut, SENT_A_DAY, Sent, accept, cancel, decline, insert_request,
    requests, send_request, snapshot, waiting,
};
pub use super::search::Extent;
pub use store::Partnership;

/// The job that follows the end of a partnership, with its [`PartnershipId`]: for what belongs to features above.
pub const PARTNERSHIP_ENDED: &str = "matching.partnership_ended";
/// Characters of "about me" on a card.
const BIO_ON_CARD: usize = 180;

/// The statements of a search by name, as one of the two engines is given them: for tests of their plans.
pub fn search_statements(is_sqlite: bool) -> Vec<(&'static str, String)> {
    store::search::text::all(is_sqlite)
}

/// People who fit, window by window, in each the best first. Filters that name nothing known find nobody rather than everybody.
///
/// # Errors
/// When the database does not answer.
pub async fn find(state: &AppState, viewer: &Viewer, filters: &Filters) -> Result<Suggestions, AppError> {
    let mut found = find_in(state, viewer, filters, Extent::default()).await?;
    if filters.after.is_empty() && found.count.is_none() {
        let mut conn = state.db.read().await?;
        let profile = profiles::profile(&mut conn, viewer.id).await?;
        found.count = Some(search::count(&mut conn, state, (viewer.id, &profile), filters).await?);
    }
    Ok(found)
}

/// One page, looked for as far as that, for tests and measurements; how many there are is said where all were looked at.
///
/// # Errors
/// When the database does not answer.
pub async fn find_in(
    state: &AppState,
    viewer: &Viewer,
    filters: &Filters,
    extent: Extent,
) -> Result<Suggestions, AppError> {
    let mut conn = state.db.read().await?;
    let profile = profiles::profile(&mut conn, viewer.id).await?;
    let me = (viewer.id, &profile, viewer.time_zone.as_str());
    let found = search::find(&mut conn, state, me, filters, extent).await?;
    let ids: Vec<UserId> = found.items.iter().map(|found| found.id).collect();
    let mut cards = store::search::cards(&mut conn, &ids).await?;
    let mut profiles = profiles::profiles(&mut conn, &ids).await?;
    let askers = store::askers(&mut conn, viewer.id).await?;
    let items = found
        .items
        .into_iter()
        .filter_map(|found| {
            let (person, visibility) = cards.remove(&found.id)?;
            let profile = profiles.remove(&found.id)?;
            Some(Suggestion {
                reason: found.fit,
                online: visibility.to_others(state.presence.of(found.id)),
                has_asked: askers.contains(&found.id),
                bio: shorten(&profile.bio),
                languages: profile.languages,
                person,
            })
        })
        .collect();
    Ok(Suggestions {
        items,
        next: found.next,
        count: found.count.filter(|_| filters.after.is_empty()),
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
/// [`AppError::NotFound`] for whom the viewer does not see, as [`seen`] says.
pub async fn person(state: &AppState, viewer: Option<&Viewer>, username: &str) -> Result<PersonView, AppError> {
    let mut conn = state.db.read().await?;
    let (person, standing) = seen(&mut conn, state, viewer, username).await?;
    let profile = profiles::profile(&mut conn, person.id).await?;
    let (reason, in_common) = match viewer {
        Some(viewer) if viewer.id != person.id => {
            let me = profiles::profile(&mut conn, viewer.id).await?;
            let zone = accounts::time_zone(&mut conn, person.id).await?;
            compare(state, (&me, &viewer.time_zone), (&profile, &zone))
        }
        _ => (None, None),
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
    let is_followed = match viewer {
        Some(viewer) => store::following::is_followed(&mut conn, viewer.id, person.id).await?,
        None => false,
    };
    Ok(PersonView {
        person,
        profile,
        online,
        status,
        standing,
        reason,
        in_common,
        is_followed,
    })
}

/// Somebody whom the viewer may know of, and what stands between the two.
///
/// # Errors
/// [`AppError::NotFound`] for a name that nobody has; where one of the two has blocked the other; and unless the two are partners already, for young
/// people where an adult or nobody in particular asks, and the other way round, and for who shows their profile to partners alone and is
/// not in touch with the viewer.
pub(super) async fn seen(
    conn: &mut Conn,
    state: &AppState,
    viewer: Option<&Viewer>,
    username: &str,
) -> Result<(PersonCard, Standing), AppError> {
    let person = accounts::person_by_username(conn, username).await?;
    let me = viewer.map(|viewer| viewer.id);
    let standing = match me {
        None => Standing::SignedOut,
        Some(me) if me == person.id => Standing::Oneself,
        Some(me) => standing(conn, me, person.id, state.clock.now()).await?,
    };
    if standing == Standing::Oneself {
        return Ok((person, standing));
    }
    if let Some(me) = me {
        blocks::require_none_between(conn, me, person.id).await?;
    }
    if standing != Standing::Partners {
        profiles::require_same_age_group(conn, me, person.id, state.clock.this_year()).await?;
    }
    let is_in_touch = !matches!(standing, Standing::Strangers | Standing::SignedOut);
    if !is_in_touch && !profiles::is_public(conn, person.id).await? {
        return Err(AppError::NotFound);
    }
    Ok((person, standing))
}

/// Why the second of two people, each with their time zone, fits the first; and when both have time in the coming week, by the clock of the
/// first, where both have said when.
fn compare(state: &AppState, me: (&Profile, &str), they: (&Profile, &str)) -> (Option<Fit>, Option<Vec<Stretch>>) {
    let today = clock::day(state.clock.now());
    let [mine, theirs] = [me.1, they.1].map(|zone| clock::zone_week(today, zone));
    let (my_time, their_time) = (me.0.hours.within(&mine), they.0.hours.within(&theirs));
    // What is known of how they take part is for the order of a list.
    let reason = fit(
        &Side::of(me.0, my_time),
        &Side::of(they.0, their_time),
        &Habits::default(),
    );
    let have_said = !me.0.hours.is_empty() && !they.0.hours.is_empty();
    (reason, have_said.then(|| my_time.and(&their_time).on_the_wall(&mine)))
}

async fn standing(conn: &mut Conn, me: UserId, other: UserId, now: Micros) -> Result<Standing, AppError> {
    Ok(if store::between(conn, me, other).await?.is_some() {
        Standing::Partners
    } else if store::has_asked(conn, me, other).await? {
        Standing::Asked
    } else if store::has_asked(conn, other, me).await? {
        Standing::HasAsked
    } else if store::has_declined(conn, me, other, now.minus(ASK_AGAIN)).await? {
        Standing::Declined
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
                exchange: None,
                talked: None,
                next: None,
            }
        })
        .collect();
    views.sort_by_key(|view| view.presence == Presence::Offline);
    Ok(views)
}

/// One partner: what the two practise, how much they have talked, and when they do next.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else.
pub async fn partner(
    state: &AppState,
    viewer: &Viewer,
    username: &str,
    talks: &Talks,
) -> Result<PartnerView, AppError> {
    let person = accounts::person_by_username(&mut state.db.read().await?, username).await?;
    let found = partners(state, viewer).await?;
    let found = found.into_iter().find(|partner| partner.person.id == person.id);
    let mut partner = found.ok_or(AppError::NotFound)?;
    let mut conn = state.db.read().await?;
    let now = state.clock.now();
    let me = profiles::profile(&mut conn, viewer.id).await?;
    let they = profiles::profile(&mut conn, person.id).await?;
    let zone = accounts::time_zone(&mut conn, person.id).await?;
    partner.exchange = compare(state, (&me, &viewer.time_zone), (&they, &zone)).0;
    partner.talked = Some(talks.counter.between(&mut conn, viewer.id, person.id).await?);
    partner.next = talks.planner.next(&mut conn, viewer, person.id, now).await?;
    Ok(partner)
}

/// Why somebody ends a partnership, as their form tells it; both may be empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct EndForm<'a> {
    /// The name of an [`EndReason`].
    pub reason: &'a str,
    /// Their own words.
    pub words: &'a str,
}

/// Ends a partnership; its room is closed with it. Why is kept from the other one.
///
/// # Errors
/// [`Problem::Unknown`](crate::kernel::error::Problem::Unknown) for what is no reason, words that are too long; [`AppError::NotFound`] when the two are no partners.
pub async fn end_partnership(
    state: &AppState,
    viewer: &Viewer,
    username: &str,
    form: EndForm<'_>,
) -> Result<(), AppError> {
    let mut problems = Problems::new();
    let reason = problems.check("reason", EndReason::parse(form.reason));
    let words = problems.check("words", multi_line(form.words, 0, END_WORDS_MAX));
    let (Some(reason), Some(words)) = (reason, words) else {
        return Err(problems.into_error());
    };
    let partner = accounts::person_by_username(&mut state.db.read().await?, username).await?;
    let (me, other, now) = (viewer.id, partner.id, state.clock.now());
    let recorded = state
        .db
        .transaction(move |conn| {
            async move {
                let ended = store::end_partnership(conn, me, other, (reason, &words), now).await?;
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
