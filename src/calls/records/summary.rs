//! One call, as the page of its summary shows it to one of the two.

use serde::{Deserialize, Serialize};

use super::course::Step;
use super::feedback::Feedback;
use super::totals::Totals;
use crate::calls::model::{CallView, DeviceClass};
use crate::kernel::time::LocalTime;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSummary {
    /// What the history shows of it.
    #[serde(flatten)]
    pub call: CallView,
    /// When it ended, in the viewer's zone; `None` while it goes on.
    pub ended_at: Option<LocalTime>,
    /// How long after both were there sound or pictures of one reached the other, in milliseconds, as their tabs told every two seconds; `None` if
    /// nothing ever did.
    pub first_media_ms: Option<u32>,
    /// What the viewer took part with; `None` if they never came.
    pub my_device: Option<DeviceClass>,
    /// What the partner took part with.
    pub their_device: Option<DeviceClass>,
    /// How the connection was, as the viewer's own browsers measured it; `None` while the call goes on, and where none did.
    pub connection: Option<ConnectionView>,
    /// What the viewer said of it. That of the partner is never here.
    pub feedback: Option<Feedback>,
}

/// How a connection was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionView {
    /// Over the whole call.
    pub totals: Totals,
    /// Over time; empty once the samples are gone.
    pub course: Vec<Step>,
}
