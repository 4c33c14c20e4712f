//! Pages of calls.

mod history;
mod ongoing;
mod recordings;
mod room;
mod summary;
mod words;

pub use history::CallHistoryPage;
pub use ongoing::OngoingCallBar;
pub use recordings::RecordingsToSave;
pub use room::{DevicesPage, RoomPage};
pub use summary::CallSummaryPage;
