//! HTTP itself: plain forms, forgery, headers, limits, and what an operator sees.

mod files;
mod forgery;
mod forms;
mod headers;
mod installing;
mod limits;
mod operation;
