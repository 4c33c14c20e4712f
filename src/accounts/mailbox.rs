//! Where mails to a person go that another feature writes.

use super::token_store;
use crate::kernel::id::UserId;
use crate::server::db::{Conn, StoreError};
use crate::server::state::AppState;

/// Somebody's mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// The address.
    pub email: String,
    /// By which name they are greeted.
    pub display_name: String,
    /// The code of the language that they have chosen.
    pub locale: Option<String>,
}

/// For mails that a person has not asked for at this moment; `None` where nobody has shown that the address is theirs, unless nobody has to.
///
/// # Errors
/// When the database does not answer.
pub async fn confirmed(conn: &mut Conn, state: &AppState, user: UserId) -> Result<Option<Mailbox>, StoreError> {
    let found = token_store::mailbox(conn, user).await?;
    let is_theirs = |to: &token_store::Mailbox| to.email_verified_at.is_some() || !state.config.requires_verification();
    Ok(found.filter(is_theirs).map(|to| Mailbox {
        email: to.email,
        display_name: to.display_name,
        locale: to.locale,
    }))
}
