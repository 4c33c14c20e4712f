//! The browser's side as the server knows it: effects never run here, this only lets views name them.

/// See the browser's side.
pub const fn remember_time_zone() {}
