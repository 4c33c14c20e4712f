//! What is kept of calls, and what follows from it; pure.
//!
//! [`sample`] says which measurements are taken, [`totals`] what those of a call come to, [`weakness`] when a connection was weak enough to say so,
//! [`course`] how it went over time, [`feedback`] what somebody may say of a call, [`log`] what the history is asked for and shows.

pub mod course;
pub mod feedback;
pub mod log;
pub mod sample;
pub mod summary;
pub mod totals;
pub mod weakness;
