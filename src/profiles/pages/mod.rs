//! Pages of profiles.

mod edit;
mod interests_field;
mod language_row;
mod language_rows;

pub use edit::EditProfilePage;
