//! How browsers look for a way to each other, and when only by way of a TURN server.

use super::Calls;
use crate::accounts::model::{HideAddress, Viewer};
use crate::calls::model::{IceConfiguration, IceServer, RoomId};
use crate::calls::store;
use crate::calls::turn::{Credentials, GOOD_FOR};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::matching::model::PartnershipId;
use crate::matching::service::{self as matching, Partnership};
use crate::server::db::{Conn, StoreError};
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// How `viewer`'s browser looks for a way to the partner in a room, with fresh credentials.
///
/// # Errors
/// [`AppError::NotFound`] for a room that is not this person's, or closed; [`AppError::Limited`].
pub async fn fresh_ice(calls: &Calls, viewer: &Viewer, room: RoomId) -> Result<IceConfiguration, AppError> {
    let state = &calls.state;
    let mut conn = state.db.read().await?;
    let pair = matching::partnership_of_room(&mut conn, viewer.id, room)
        .await?
        .ok_or(AppError::NotFound)?;
    let ice = of_pair(state, &mut conn, &pair).await?;
    // Either may have changed their mind since they sat down.
    if let Some(call) = store::open_in(&mut conn, room).await? {
        let mut seats = calls.seats();
        if seats.of(call, viewer.id).is_some() {
            seats.set_hidden(call, ice.is_relay_only);
        }
    }
    Ok(ice)
}

/// The same for somebody who is known to be one of the pair: `pair.me`.
pub(super) async fn of_pair(
    state: &AppState,
    conn: &mut Conn,
    pair: &Partnership,
) -> Result<IceConfiguration, AppError> {
    let ice = of_person(state, pair.me)?;
    Ok(IceConfiguration {
        is_relay_only: are_hidden(state, conn, pair.id).await?,
        ..ice
    })
}

/// Whether the two of a pair hide their addresses from each other. Without a TURN server there is nothing to hide behind.
pub(super) async fn are_hidden(state: &AppState, conn: &mut Conn, pair: PartnershipId) -> Result<bool, StoreError> {
    let config = &state.config;
    if config.turn_secret.is_none() || !config.has_turn() {
        return Ok(false);
    }
    if config.ice_relay_only {
        return Ok(true);
    }
    let wishes = store::address_wishes(conn, pair).await?;
    Ok(is_hidden(wishes.both, wishes.have_talked))
}

/// The servers that the installation has, for somebody who wants to know which of them they can reach.
///
/// # Errors
/// [`AppError::Limited`].
pub fn of_person(state: &AppState, person: UserId) -> Result<IceConfiguration, AppError> {
    let config = &state.config;
    let mut servers = Vec::new();
    if !config.stun_urls.is_empty() {
        servers.push(IceServer {
            urls: config.stun_urls.clone(),
            username: None,
            credential: None,
        });
    }
    let Some(secret) = config.turn_secret.as_ref().filter(|_| config.has_turn()) else {
        return Ok(IceConfiguration {
            servers,
            ..IceConfiguration::default()
        });
    };
    state.limits.check(Limit::Relay, &person.to_string())?;
    let Credentials { username, password } = Credentials::new(secret, person, state.clock.now());
    servers.push(IceServer {
        urls: config.turn_urls.clone(),
        username: Some(username),
        credential: Some(password),
    });
    Ok(IceConfiguration {
        servers,
        is_relay_only: config.ice_relay_only,
        valid_seconds: u32::try_from(GOOD_FOR.as_secs()).ok(),
    })
}

/// Whether a pair's media go by way of a TURN server only. A direct way shows both addresses, so the wish of either is enough.
fn is_hidden(wishes: [HideAddress; 2], have_talked: bool) -> bool {
    wishes.into_iter().any(|wish| wish.hides_from(have_talked))
}

#[cfg(test)]
mod tests {
    use super::is_hidden;
    use crate::accounts::model::HideAddress::{Always, Never, UntilTalked};

    #[test]
    fn the_more_careful_of_the_two_decides() {
        for (one, other, before, after) in [
            (UntilTalked, UntilTalked, true, false),
            (UntilTalked, Always, true, true),
            (UntilTalked, Never, true, false),
            (Always, Always, true, true),
            (Always, Never, true, true),
            (Never, Never, false, false),
        ] {
            for wishes in [[one, other], [other, one]] {
                assert_eq!(is_hidden(wishes, false), before, "{wishes:?}, before the first call");
                assert_eq!(is_hidden(wishes, true), after, "{wishes:?}, after it");
            }
        }
    }
}
