//! Socket messages of accounts.

use serde::{Deserialize, Serialize};

use super::status::OwnStatus;
use crate::realtime::wire::ServerWire;

/// What the server says about the person's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AccountNews {
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
