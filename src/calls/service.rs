//! Use cases of calls: enter the room, sit down, relay, end; `timetable` keeps the time, `paths` says how browsers find a way to each other,
//! `hiding` what they may say of it, `records` keeps what is measured and said of calls, `history` looks back, `past` invents calls.

mod again;
pub mod device_keys;
mod hiding;
mod history;
mod past;
mod paths;
mod records;
mod timetable;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use leptos::prelude::use_context;
use tracing::Instrument as _;

use super::model::{CallId, DeviceClass, EndReason, PartnerState, RoomId, RoomView, SeatId, SwitchedOff};
use super::seats::{Seated, Seats};
use super::store::{self, Participant};
use super::wire::{CallCommand, CallNews, MediaState};
use crate::accounts::model::Viewer;
use crate::accounts::service as accounts;
use crate::invitations::service::{Answered, CallOpener, Opened};
use crate::kernel::error::AppError;
use crate::kernel::id::{ConnectionId, UserId};
use crate::kernel::time::Micros;
use crate::matching::service as matching;
use crate::messages::model::ConversationId;
use crate::realtime::socket::Who;
use crate::server::db::{Conn, StoreError};
use crate::server::state::AppState;

pub use self::history::{CountTalks, history, log};
pub use self::past::insert_past_call;
pub use self::paths::{fresh_ice, of_person as ice_of};
pub use self::records::{FeedbackForm, ForgetSamples, RollUp, save_feedback, summary};
pub use super::turn::Credentials;

/// Opens calls for invitations.
#[derive(Clone, Debug)]
pub struct OpenCalls {
    calls: Calls,
}

impl OpenCalls {
    /// Tells the tabs of this process.
    pub const fn new(calls: Calls) -> Self {
        Self { calls }
    }
}

impl CallOpener for OpenCalls {
    fn is_in<'c>(&'c self, conn: &'c mut Conn, room: RoomId, person: UserId) -> BoxFuture<'c, Result<bool, AppError>> {
        async move { Ok(store::is_in(conn, room, person).await?) }.boxed()
    }

    fn open<'c>(&'c self, conn: &'c mut Conn, answered: Answered) -> BoxFuture<'c, Result<Opened, AppError>> {
        async move {
            let Answered {
                partnership,
                room,
                caller,
                callee,
                at,
            } = answered;
            let call = store::open(conn, CallId::new_at(at), partnership, room, [caller, callee], at).await?;
            let mut told = Vec::new();
            for user in [caller, callee] {
                told.push((user, ongoing_in(conn, user).await?));
            }
            let hub = self.calls.state.hub.clone();
            let tell = move || told.iter().for_each(|(user, news)| hub.to_user(*user, news));
            Ok(Opened {
                call: call.uuid(),
                tell: Box::new(tell),
            })
        }
        .boxed()
    }

    fn opened(&self, answered: Answered) -> BoxFuture<'_, ()> {
        async move {
            // Who answers has said so: "End and accept".
            match self.calls.leave_others(answered.callee, answered.room).await {
                Ok(0) => {}
                Ok(_) => tell_ongoing(&self.calls.state, answered.callee).await,
                Err(error) => tracing::warn!(%error, "the call before another not ended"),
            }
        }
        .boxed()
    }
}

/// What a new socket is told: the call that the person is in.
///
/// # Errors
/// When the database does not answer.
pub async fn ongoing(state: &AppState, user: UserId) -> Result<CallNews, AppError> {
    Ok(ongoing_in(&mut state.db.read().await?, user).await?)
}

async fn ongoing_in(conn: &mut Conn, user: UserId) -> Result<CallNews, StoreError> {
    let call = store::history::ongoing(conn, user).await?;
    Ok(CallNews::Ongoing { call })
}

/// Tells every tab of a person which call they are in. What it follows from is stored: a failure is no reason to fail.
async fn tell_ongoing(state: &AppState, user: UserId) {
    match ongoing(state, user).await {
        Ok(news) => state.hub.to_user(user, &news),
        Err(error) => tracing::warn!(%error, "tabs not told of a call that goes on"),
    }
}

/// What a room's page needs.
///
/// # Errors
/// [`AppError::NotFound`] for a room that is not this person's, or closed; [`AppError::Limited`].
pub async fn room(calls: &Calls, viewer: &Viewer, room: RoomId) -> Result<RoomView, AppError> {
    let state = &calls.state;
    let mut conn = state.db.read().await?;
    let pair = matching::partnership_of_room(&mut conn, viewer.id, room)
        .await?
        .ok_or(AppError::NotFound)?;
    let call = store::open_in(&mut conn, room).await?;
    Ok(RoomView {
        room,
        partner: accounts::person(&mut conn, pair.partner).await?,
        conversation: ConversationId::of_pair(pair.id),
        call,
        last_call: match call {
            Some(_) => None,
            None => store::last_of(&mut conn, pair.id).await?,
        },
        switched_off: call
            .and_then(|call| calls.seats().of(call, viewer.id))
            .map_or(SwitchedOff::NOTHING, |seated| seated.media.switched_off),
        polite: viewer.id < pair.partner,
        ice: paths::of_pair(state, &mut conn, &pair).await?,
    })
}

/// The calls of this process: who sits where. Cheap to clone; clones share the seats.
#[derive(Clone, Debug)]
pub struct Calls {
    state: AppState,
    seats: Arc<Mutex<Seats>>,
}

impl Calls {
    /// Nobody seated yet.
    pub fn new(state: AppState) -> Self {
        Self {
            state,
            seats: Arc::default(),
        }
    }

    /// Those of the process that answers the request at hand.
    ///
    /// # Errors
    /// [`AppError::Internal`] outside of a request.
    pub fn here() -> Result<Self, AppError> {
        use_context::<Self>().ok_or(AppError::Internal)
    }

    /// A command from a socket. `Ok(false)`: not this person's to send, or too late.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn command(&self, who: Who, command: CallCommand) -> Result<bool, AppError> {
        match command {
            CallCommand::Signal { call, from, to, signal } => {
                let (route, is_hidden) = {
                    let seats = self.seats();
                    (
                        seats.route(call, who.user, who.connection, from, to),
                        seats.is_hidden(call),
                    )
                };
                let signal = if is_hidden {
                    hiding::without_addresses(signal)
                } else {
                    signal
                };
                if let Some(connection) = route {
                    self.state
                        .hub
                        .to_connection(connection, &CallNews::Signal { call, from, to, signal });
                }
                Ok(route.is_some())
            }
            CallCommand::Join {
                call,
                seat,
                media,
                device,
            } => self.join(who, call, (seat, device), media, Claim::Takes).await,
            CallCommand::Rejoin {
                call,
                seat,
                media,
                device,
            } => self.join(who, call, (seat, device), media, Claim::Keeps).await,
            CallCommand::Heartbeat { call, seat, receiving } => self.heartbeat(who, call, seat, receiving).await,
            CallCommand::Media { call, seat, media } => {
                let (is_seated, partner) = {
                    let mut seats = self.seats();
                    (
                        seats.set_media(call, who.user, seat, media),
                        seats.opposite(call, who.user),
                    )
                };
                if let Some(partner) = partner.filter(|_| is_seated) {
                    self.state
                        .hub
                        .to_connection(partner.connection, &CallNews::PartnerMedia { call, media });
                }
                Ok(is_seated)
            }
            CallCommand::Sample {
                call,
                seat,
                number,
                ago_ms,
                sample,
            } => self.sample(who, (call, seat), (number, ago_ms), sample).await,
            CallCommand::Leave { call, seat } => {
                let (user, now) = (who.user, self.state.clock.now());
                // It is said once, and the partner waits.
                again::once_more(|| self.leave(call, user, seat, now)).await
            }
            CallCommand::Hide { call, seat } => {
                let (user, now) = (who.user, self.state.clock.now());
                // Only from the seat that is taken now: the tab of a seat that moved on says goodbye late.
                let is_seated = self
                    .write(move |conn| store::hide(conn, call, user, seat, now).boxed())
                    .await?;
                if is_seated {
                    self.tell_partner(call, user, PartnerState::Gone);
                    tell_ongoing(&self.state, user).await;
                }
                Ok(is_seated)
            }
        }
    }

    /// Ends a call, as hung up from a seat; `false` if that is not the person's.
    async fn leave(&self, call: CallId, user: UserId, seat: SeatId, now: Micros) -> Result<bool, AppError> {
        if !self.sits(call, user, seat).await? {
            return Ok(false);
        }
        self.end(call, EndReason::HungUp, Some(user), now, None).await?;
        Ok(true)
    }

    /// Ends what `user` is part of outside of `room`, as hung up by them; answers how many calls that were.
    async fn leave_others(&self, user: UserId, room: RoomId) -> Result<usize, AppError> {
        let others = store::open_of(&mut self.state.db.read().await?, user, room).await?;
        let now = self.state.clock.now();
        for call in &others {
            self.end(*call, EndReason::HungUp, Some(user), now, None).await?;
        }
        Ok(others.len())
    }

    /// Whether the tab has the person's seat. A process that has just started knows it from the database only.
    async fn sits(&self, call: CallId, user: UserId, seat: SeatId) -> Result<bool, AppError> {
        let seated = self.seats().of(call, user);
        if let Some(seated) = seated {
            return Ok(seated.seat == seat);
        }
        let both = store::participants(&mut self.state.db.read().await?, call).await?;
        Ok(both.iter().any(|one| one.user_id == user && one.seat_id == Some(seat)))
    }

    async fn join(
        &self,
        who: Who,
        call: CallId,
        (seat, device): (SeatId, DeviceClass),
        media: MediaState,
        claim: Claim,
    ) -> Result<bool, AppError> {
        let (user, connection, now) = (who.user, who.connection, self.state.clock.now());
        let state = self.state.clone();
        let both = self
            .state
            .db
            .transaction(move |conn| {
                async move {
                    // Two who come at the same moment must see each other, and nobody sits down in a call that is ending.
                    conn.lock(&lock_name(call)).await?;
                    let both = store::participants(conn, call).await?;
                    let mine = both
                        .iter()
                        .find(|participant| participant.user_id == user && !participant.is_closed);
                    let Some(mine) = mine else { return Ok(None) };
                    if claim == Claim::Keeps && mine.seat_id.is_some_and(|taken| taken != seat) {
                        return Ok(Some(None));
                    }
                    store::seat(conn, call, user, (seat, device), connection, now).await?;
                    let partner = both.iter().find(|participant| participant.user_id != user);
                    if partner.is_some_and(|partner| partner.seat_id.is_some() && partner.gone_at.is_none()) {
                        store::start(conn, call, now).await?;
                    }
                    let is_hidden = paths::are_hidden(&state, conn, mine.partnership_id).await?;
                    Ok::<_, StoreError>(Some(Some((store::participants(conn, call).await?, is_hidden))))
                }
                .boxed()
            })
            .await?;
        if let Some(None) = both {
            let taken = CallNews::SeatTaken { call, seat };
            self.state.hub.to_connection(connection, &taken);
            return Ok(true);
        }
        let Some((both, is_hidden)) = both.flatten() else {
            // Over already: the tab learns how. Not one of the two: it learns nothing.
            let past = store::history::past_call(&mut self.state.db.read().await?, user, call).await?;
            let Some((_, reason, by)) = past.and_then(|past| past.ended) else {
                return Ok(false);
            };
            self.state.hub.to_connection(
                connection,
                &CallNews::Ended {
                    call,
                    reason,
                    by_me: by == Some(user),
                },
            );
            return Ok(true);
        };
        // Before the first signal can pass.
        self.seats().set_hidden(call, is_hidden);
        let is_new = self.sit_down(who, call, seat, media, &both, now);
        self.state.presence.set_in_call(user, true);
        // A socket delivers nothing while a command of its own is carried out: what tells of the seat does not wait for the rest.
        let calls = self.clone();
        let rest = async move {
            if is_new {
                tell_ongoing(&calls.state, user).await;
            }
            // Without an answer somebody might sit for ever in a call that is over.
            while let Err(error) = calls.look_after(call, user).await {
                tracing::warn!(%error, "not known whether a call ended while somebody sat down in it");
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::spawn(rest.in_current_span());
        Ok(true)
    }

    /// What is left when somebody has sat down.
    async fn look_after(&self, call: CallId, user: UserId) -> Result<(), AppError> {
        if self.seats().of(call, user).is_none() {
            return Ok(());
        }
        // It may have ended while this person sat down; whoever ended it did not find them then.
        if store::participants(&mut self.state.db.read().await?, call)
            .await?
            .is_empty()
        {
            self.rise(call, &[user]);
            tell_ongoing(&self.state, user).await;
        }
        Ok(())
    }

    /// Seats a person and tells both. The seats stay locked over the sends: whoever sits down second speaks second, so that nobody
    /// hears of an empty seat after they have heard who took it. Answers whether the person has not sat at this tab before.
    fn sit_down(
        &self,
        who: Who,
        call: CallId,
        seat: SeatId,
        media: MediaState,
        both: &[Participant],
        now: Micros,
    ) -> bool {
        let (user, connection) = (who.user, who.connection);
        let mut seats = self.seats();
        let seated = Seated {
            user,
            seat,
            connection,
            media,
            before: SwitchedOff::NOTHING,
        };
        let before = seats.take(call, seated, now);
        let is_new = before.is_none_or(|before| before.seat != seat);
        let opposite = seats.opposite(call, user);
        if let Some(before) = before.filter(|_| is_new) {
            let news = CallNews::SeatTaken {
                call,
                seat: before.seat,
            };
            self.state.hub.to_connection(before.connection, &news);
        }
        let partner = both.iter().find(|participant| participant.user_id != user);
        let started = both.first().and_then(|participant| participant.started_at);
        let joined = CallNews::Joined {
            call,
            seat,
            partner: partner.map_or(PartnerState::Absent, |partner| partner_state(partner, opposite)),
            partner_media: opposite.map_or_else(MediaState::default, |opposite| opposite.media),
            together_ms: started.map(|start| u64::try_from(now.since(start).as_millis()).unwrap_or(u64::MAX)),
            switched_off: seats
                .of(call, user)
                .map_or(SwitchedOff::NOTHING, |seated| seated.before),
        };
        self.state.hub.to_connection(connection, &joined);
        if let Some(opposite) = opposite {
            let news = CallNews::Partner {
                call,
                partner: PartnerState::Here { seat },
                media,
            };
            self.state.hub.to_connection(opposite.connection, &news);
        }
        is_new
    }

    /// A call is over: nobody sits in it, and those who sit in no other are no longer "in a call".
    fn rise(&self, call: CallId, people: &[UserId]) {
        let elsewhere: Vec<(UserId, bool)> = {
            let mut seats = self.seats();
            seats.close(call, self.state.clock.now());
            people.iter().map(|user| (*user, seats.is_seated(*user))).collect()
        };
        for (user, is_seated) in elsewhere {
            self.state.presence.set_in_call(user, is_seated);
        }
    }

    async fn heartbeat(&self, who: Who, call: CallId, seat: SeatId, receiving: bool) -> Result<bool, AppError> {
        let now = self.state.clock.now();
        let (mine, partner) = {
            let seats = self.seats();
            (seats.of(call, who.user), seats.opposite(call, who.user))
        };
        match mine {
            Some(mine) if mine.seat == seat => {
                let partner = match partner {
                    Some(partner) if receiving => Some(partner.user),
                    // Not back since this process began; whose media arrive is there all the same.
                    None if receiving => store::participants(&mut self.state.db.read().await?, call)
                        .await?
                        .iter()
                        .find(|one| one.user_id != who.user && one.seat_id.is_some())
                        .map(|one| one.user_id),
                    _ => None,
                };
                let mut seats = self.seats();
                // It may have ended, or moved, while the database was asked.
                if seats.of(call, who.user).is_none_or(|mine| mine.seat != seat) {
                    return Ok(false);
                }
                for user in [Some(who.user), partner].into_iter().flatten() {
                    seats.beat(call, user, now);
                }
                if receiving {
                    seats.measured.media_came(call, now);
                }
                Ok(true)
            }
            // Another tab has the seat: this one is a stale witness.
            Some(_) => Ok(false),
            // On the page with the preview, or a process that does not know the call yet.
            None => {
                let both = store::participants(&mut self.state.db.read().await?, call).await?;
                let is_mine = both.iter().any(|participant| participant.user_id == who.user);
                if is_mine {
                    self.seats().beat(call, who.user, now);
                }
                Ok(is_mine)
            }
        }
    }

    /// Tells the other side how things stand with `user`.
    fn tell_partner(&self, call: CallId, user: UserId, partner: PartnerState) {
        let (opposite, media) = {
            let seats = self.seats();
            (
                seats.opposite(call, user),
                seats
                    .of(call, user)
                    .map_or_else(MediaState::default, |seated| seated.media),
            )
        };
        if let Some(opposite) = opposite {
            self.state
                .hub
                .to_connection(opposite.connection, &CallNews::Partner { call, partner, media });
        }
    }

    async fn write<T, F>(&self, work: F) -> Result<T, AppError>
    where
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        Ok(self.state.db.transaction(work).await?)
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a connection of `user` sits in `call` on this process, for tests.
    pub fn is_seated(&self, call: CallId, user: UserId, connection: ConnectionId) -> bool {
        self.seats()
            .of(call, user)
            .is_some_and(|seated| seated.connection == connection)
    }
}

/// After how long it is looked again whether a call had ended when somebody sat down in it.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What a tab says of the seat that it asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// The person wants it here.
    Takes,
    /// It was here, and is still, unless it went to another tab meanwhile.
    Keeps,
}

/// Joining and ending a call wait for each other.
fn lock_name(call: CallId) -> String {
    format!("call {call}")
}

fn partner_state(partner: &Participant, seated: Option<Seated>) -> PartnerState {
    match (partner.gone_at, seated) {
        (Some(_), _) => PartnerState::Gone,
        (None, Some(seated)) if !partner.told_lost => PartnerState::Here { seat: seated.seat },
        // Seated by a process that has ended: they are on their way back.
        (None, Some(_) | None) if partner.seat_id.is_some() => PartnerState::Silent,
        (None, _) => PartnerState::Absent,
    }
}
