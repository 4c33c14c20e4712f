//! Pages of onboarding, and the frame around every page.

mod frame;
mod home;
mod landing;
mod landing_scene;
mod register;

use leptos::prelude::*;

use crate::accounts::model::CurrentViewer;

pub use frame::Frame;
pub use register::RegisterPage;

/// `/`: the pitch for visitors, home for everybody else.
#[component]
pub fn StartPage() -> impl IntoView {
    match use_context::<CurrentViewer>() {
        Some(CurrentViewer(Some(viewer))) => view! { <home::HomePage viewer=viewer /> }.into_any(),
        _ => view! { <landing::Landing /> }.into_any(),
    }
}
