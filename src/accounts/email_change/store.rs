//! SQL of another address.

use sqlx::FromRow;

use crate::accounts::links::Purpose;
use crate::accounts::model::Email;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// A change that waits.
#[derive(FromRow)]
pub(super) struct Waiting {
    pub(super) email: String,
    pub(super) expires_at: Micros,
}

/// The person's, while its link works.
pub(super) async fn waiting(conn: &mut Conn, user: UserId, now: Micros) -> Result<Option<Waiting>, StoreError> {
    let sql = "SELECT email, expires_at FROM account_token WHERE user_id = $1 AND purpose = $2 AND expires_at > $3
               ORDER BY created_at DESC LIMIT 1";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(Purpose::ChangeEmail.name())
        .bind(now)
        .fetch_optional(c)
        .await)?)
}

/// Puts another address in place, which counts as confirmed. Since when the account is known to be its person's does not change with it: what
/// they have added since then stays theirs at a reset ([`crate::accounts::ways_in`]).
///
/// # Errors
/// [`StoreError::violates`] `users_email_key` when somebody has it.
pub(super) async fn set_email(conn: &mut Conn, user: UserId, email: &Email, now: Micros) -> Result<(), StoreError> {
    let sql = "UPDATE users SET email = $2, email_key = $3, email_verified_at = COALESCE(email_verified_at, $4),
                      owned_since = COALESCE(owned_since, $4) WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(email.as_str())
        .bind(email.key())
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
