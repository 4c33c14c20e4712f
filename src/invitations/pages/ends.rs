//! When a call is over though nobody says so: without a network no news come, and nothing may ring for ever.

use std::collections::HashMap;
use std::time::Duration;

use leptos::prelude::*;

use crate::invitations::model::InvitationId;

/// How long news of the end may be on their way.
const GRACE: Duration = Duration::from_secs(2);

/// The clocks of the calls that this tab shows. Copied freely.
#[derive(Clone, Copy)]
pub(super) struct Ends(StoredValue<HashMap<InvitationId, TimeoutHandle>>);

impl Ends {
    /// No clock runs. What runs later stops with the current owner.
    pub(super) fn new() -> Self {
        let ends = Self(StoredValue::new(HashMap::new()));
        on_cleanup(move || ends.forget_all());
        ends
    }

    /// Calls `over` when the call has rung for `left` more milliseconds and a little longer, unless it is forgotten before.
    pub(super) fn expect(self, id: InvitationId, left: Option<u32>, over: impl FnOnce() + 'static) {
        let Some(left) = left else { return };
        let rang_out = move || {
            self.0.try_update_value(|clocks| clocks.remove(&id));
            over();
        };
        let span = Duration::from_millis(left.into()) + GRACE;
        if let Ok(clock) = set_timeout_with_handle(rang_out, span) {
            let before = self.0.try_update_value(|clocks| clocks.insert(id, clock));
            if let Some(Some(before)) = before {
                before.clear();
            }
        }
    }

    /// The call is over, or not shown any more.
    pub(super) fn forget(self, id: InvitationId) {
        if let Some(Some(clock)) = self.0.try_update_value(|clocks| clocks.remove(&id)) {
            clock.clear();
        }
    }

    /// The same for all.
    pub(super) fn forget_all(self) {
        let clocks = self.0.try_update_value(std::mem::take).unwrap_or_default();
        clocks.into_values().for_each(|clock| clock.clear());
    }
}
