//! Socket messages of accounts.

use serde::{Deserialize, Serialize};

use super::status::OwnStatus;
use crate::realtime::wire::ServerWire;

/// What the server says of a person's own account, to their tabs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AccountNews {
    /// A session began or ended: whoever shows the list asks anew (`api::account::own_account`).
    SessionsChanged,
    /// The person has confirmed their address, here or elsewhere: nothing waits for it any more.
    EmailConfirmed,
    /// The address is another one, or another one waits to be confirmed, or does no more (`email_change::api::own_email`).
    EmailChanged,
    /// How it stands with the archive of one's own data has changed (`own_data::api::own_archive`).
    DataChanged,
    /// What one says of oneself: on every new socket, and when it changes, wherever that was chosen.
    Status {
        /// As it is now.
        #[serde(flatten)]
        status: OwnStatus,
    },
}

impl ServerWire for AccountNews {
    const FEATURE: &'static str = "accounts";
}
