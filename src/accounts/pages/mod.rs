//! Pages of accounts: how to come in, where one is signed in, what one says of oneself, and how the interface looks.

mod account;
mod appearance;
mod confirm;
mod deletion;
mod forgot_password;
mod login;
mod own_data;
mod password;
mod recent;
mod sessions;
mod status;
mod verify_email;

pub use account::AccountPage;
pub use appearance::AppearancePage;
pub use confirm::ConfirmPage;
pub use deletion::{DeleteAccountPage, LeaverPage};
pub use forgot_password::{ForgotPasswordPage, ResetPasswordPage};
pub use login::LoginPage;
pub use recent::AskToConfirm;
pub use status::{StatusDialog, StatusPage};
pub use verify_email::VerifyEmailPage;
