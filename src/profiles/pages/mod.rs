//! Pages of profiles.

mod edit;
mod interests_field;
mod language_row;
mod language_rows;
mod picture;
mod privacy;

pub use edit::EditProfilePage;
pub use privacy::PrivacyPage;
