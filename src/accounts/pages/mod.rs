//! Pages of accounts: how to come in, and how the interface looks.

mod appearance;
mod forgot_password;
mod login;
mod verify_email;

pub use appearance::AppearancePage;
pub use forgot_password::{ForgotPasswordPage, ResetPasswordPage};
pub use login::LoginPage;
pub use verify_email::VerifyEmailPage;
