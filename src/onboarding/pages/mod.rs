//! Pages of onboarding, and the frame around every page.

mod bell;
mod frame;
mod home;
mod landing;
mod landing_scene;
mod own_status;
mod register;
mod register_google;

pub use frame::{Frame, SkipLink};
pub use home::HomePage;
pub use landing::Landing;
pub use register::RegisterPage;
pub use register_google::RegisterGooglePage;
