//! The keys with which people's browsers sign what they see of a connection.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::FutureExt as _;
use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcPoint};
use openssl::nid::Nid;

use super::super::store::device_keys as store;
use crate::accounts::model::Viewer;
use crate::calls::model::RoomId;
use crate::kernel::error::{AppError, Problem};
use crate::matching::service as matching;
use crate::server::db::StoreError;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// So many keys of a person are kept: those that were used last.
const KEPT: i64 = 20;
/// An uncompressed point on P-256, in bytes (SEC 1 §2.3.3).
const POINT: usize = 65;

/// A browser of this person signs with this key, in base64url.
///
/// # Errors
/// A problem of `key`; [`AppError::Limited`].
pub async fn register(state: &AppState, viewer: &Viewer, key: &str) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let key = parse(key).ok_or_else(|| AppError::field("key", Problem::Unknown))?;
    let (user, now) = (viewer.id, state.clock.now());
    state
        .db
        .transaction(move |conn| {
            async move {
                conn.lock(&format!("device keys {user}")).await?;
                store::keep(conn, user, &key, now).await?;
                store::forget_oldest(conn, user, KEPT).await?;
                Ok::<_, StoreError>(())
            }
            .boxed()
        })
        .await?;
    Ok(())
}

/// The keys of the partner in a room, in base64url.
///
/// # Errors
/// [`AppError::NotFound`] for a room that is not this person's, or closed.
pub async fn of_partner(state: &AppState, viewer: &Viewer, room: RoomId) -> Result<Vec<String>, AppError> {
    let mut conn = state.db.read().await?;
    let pair = matching::partnership_of_room(&mut conn, viewer.id, room)
        .await?
        .ok_or(AppError::NotFound)?;
    let keys = store::of(&mut conn, pair.partner).await?;
    Ok(keys.into_iter().map(|key| URL_SAFE_NO_PAD.encode(key)).collect())
}

/// The bytes of a key, if it is one.
fn parse(key: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(key).ok()?;
    if bytes.len() != POINT || bytes.first() != Some(&4) {
        return None;
    }
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).ok()?;
    let mut context = BigNumContext::new().ok()?;
    // A point that does not lie on the curve is refused.
    EcPoint::from_bytes(&group, &bytes, &mut context).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The base point of P-256 (SEC 2 §2.4.2).
    const BASE: &str = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";

    #[test]
    fn a_key_is_a_point_on_the_curve_and_nothing_else() {
        let bytes = parse(BASE).unwrap();
        assert_eq!(bytes.len(), POINT);
        let mut beside = bytes.clone();
        beside[64] ^= 1;
        let mut compressed = bytes[..33].to_vec();
        compressed[0] = 3;
        for wrong in [
            URL_SAFE_NO_PAD.encode(beside),
            URL_SAFE_NO_PAD.encode(compressed),
            format!("{BASE}="),
            String::new(),
        ] {
            assert_eq!(parse(&wrong), None, "{wrong}");
        }
    }
}
