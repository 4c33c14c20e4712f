//! Pages of accounts: how to come in, where one is signed in, and how the interface looks.

mod account;
mod appearance;
mod login;
mod sessions;

pub use account::AccountPage;
pub use appearance::AppearancePage;
pub use login::LoginPage;
