//! The browser's side as the server knows it: effects never run here, this only lets views name them.

use super::client::Socket;

/// See the browser's side.
pub const fn connect(_: Socket) {}
