//! Pages of calls.

mod history;
mod room;
mod summary;

pub use history::CallHistoryPage;
pub use room::RoomPage;
pub use summary::CallSummaryPage;
