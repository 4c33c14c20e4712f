//! The pages of appointments: all of them, propose, move, cancel.
//!
//! Each button leads to a page with a form of its own, so that all of it works without JavaScript.

mod calendars;
mod cancel;
mod card;
mod list;
mod propose;
mod reschedule;
mod time_fields;
mod words;

pub use cancel::CancelAppointmentPage;
pub use list::AppointmentsPage;
pub use propose::ProposePage;
pub use reschedule::MoveAppointmentPage;
