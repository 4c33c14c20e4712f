//! Pages of calls.

mod history;
mod ongoing;
mod room;
mod summary;

pub use history::CallHistoryPage;
pub use ongoing::OngoingCallBar;
pub use room::RoomPage;
pub use summary::CallSummaryPage;
