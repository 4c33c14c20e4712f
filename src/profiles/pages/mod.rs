//! Pages of profiles.

mod edit;
mod exchange_fields;
mod interests_field;
mod language_row;
mod language_rows;
mod meter;
mod picture;
mod privacy;
mod week_grid;

pub use edit::EditProfilePage;
pub use privacy::PrivacyPage;
