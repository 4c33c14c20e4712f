//! The dialogs of ringing, in every tab on every page.

mod alarm;
mod answers;
mod call_page;
mod ends;
mod incoming;
mod outgoing;
mod ringing;
mod state;

pub use call_page::CallPage;
pub use incoming::RingingAside;
pub use ringing::{Ringing, provide_ringing, use_is_ringing, use_ringing_rooms};
