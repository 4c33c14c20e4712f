//! Pages of two-step sign-in: setting it up, and what it asks for.

mod enter_code;
mod recovery_codes;
mod section;
mod set_up;
mod settings;

pub use enter_code::EnterCodePage;
pub use section::SecondFactorSection;
pub use settings::SecondFactorPage;
