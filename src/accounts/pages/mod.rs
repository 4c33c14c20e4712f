//! Pages of accounts: how to come in, what one says of oneself, and how the interface looks.

mod appearance;
mod login;
mod status;

pub use appearance::AppearancePage;
pub use login::LoginPage;
pub use status::{StatusDialog, StatusPage};
