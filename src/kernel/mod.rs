//! What every feature stands on and what names none of them: ids, time, errors, paging.
//!
//! Both targets, no I/O. Something belongs here only if at least two features need it and it would read the same in any of them.

pub mod error;
pub mod form;
pub mod id;
pub mod paging;
pub mod picture;
pub mod query;
pub mod text;
pub mod time;
pub mod week;

#[cfg(feature = "ssr")]
pub mod clock;
#[cfg(feature = "ssr")]
pub mod fold;
