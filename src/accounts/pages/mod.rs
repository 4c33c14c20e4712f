//! Pages of accounts: how to come in, and how the interface looks.

mod appearance;
mod login;

pub use appearance::AppearancePage;
pub use login::LoginPage;
