//! Forms of accounts elsewhere: the button that leads there, one's own, and the page that links one to an account that is there already.

mod google;
mod link;
mod linked;
mod other_ways;

pub use google::GoogleForm;
pub use link::{LinkGooglePage, OfferOver};
pub use linked::LinkedAccounts;
pub use other_ways::{Or, OtherWays};
