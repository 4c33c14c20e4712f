//! Socket messages of appointments.

use serde::{Deserialize, Serialize};

use crate::realtime::wire::ServerWire;

/// What the server says about appointments. Pages that show them fetch anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AppointmentNews {
    /// One was proposed, answered, moved or cancelled, by this person or by a partner.
    Changed,
}

impl ServerWire for AppointmentNews {
    const FEATURE: &'static str = "appointments";
}
