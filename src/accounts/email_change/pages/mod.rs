//! Pages of another address.

mod change;
mod confirm;
mod section;

pub use change::ChangeEmailPage;
pub use confirm::ConfirmNewEmailPage;
pub use section::EmailSection;
