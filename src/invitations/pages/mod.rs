//! The dialogs of ringing, in every tab on every page.

mod alarm;
mod call_page;
mod incoming;
mod outgoing;
mod ringing;

pub use call_page::CallPage;
pub use ringing::{Ringing, provide_ringing};
