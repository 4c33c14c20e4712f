//! What stands between the network and the pages: origin, forgery, headers, cookies, addresses, plain forms.
//!
//! In the order in which a request meets them: request id and log line, security headers, [`csrf`], then the features' session layer,
//! then [`forms`] for what plain forms bring back, then pages and server functions, each request with contexts of its own ([`isolation`]).

pub mod client_address;
pub mod cookies;
pub mod csrf;
pub mod forms;
pub mod headers;
pub mod isolation;
pub mod log;
pub mod origin;
