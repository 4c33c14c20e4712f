//! What a person reads of their own address.

use serde::{Deserialize, Serialize};

use crate::kernel::time::LocalTime;

/// Their address, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailStanding {
    /// As typed.
    pub email: String,
    /// It has shown to be theirs.
    pub is_confirmed: bool,
    /// Another one, which waits to be confirmed.
    pub change: Option<EmailChange>,
}

/// A change that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailChange {
    /// The new address, as typed.
    pub email: String,
    /// Until when its link works.
    pub until: LocalTime,
}
