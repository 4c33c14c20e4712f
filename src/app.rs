//! The product on one screen: the route table, and what is around every page.

use std::str::FromStr as _;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{Lazy, LazyRoute, SsrMode, lazy_route, path};
use serde::{Deserialize, Serialize};

use crate::accounts::model::{CurrentViewer, Viewer};
use crate::accounts::pages::{AppearancePage, LoginPage};
use crate::calls::pages::{CallHistoryPage, CallSummaryPage, RoomPage};
use crate::i18n::Locale;
use crate::invitations::pages::{CallPage, provide_ringing};
use crate::kernel::form::FormReturned;
use crate::matching::pages::{EndPartnershipPage, FindPage, PartnerPage, PartnersPage, PersonPage, RequestPage, RequestsPage};
use crate::onboarding::pages::{Frame, RegisterPage, StartPage};
use crate::profiles::pages::EditProfilePage;
use crate::realtime::client::provide_socket;
use crate::ui::{NotFound, RequestsWaiting, provide_toasts};

mod live;
#[cfg(feature = "ssr")]
mod shell;

#[cfg(feature = "ssr")]
pub use shell::shell;

/// What a page knows before anything is fetched: settled on the server, sent along, the same at hydration.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PageContext {
    /// Who is signed in.
    pub viewer: Option<Viewer>,
    /// The code of the interface's language.
    pub locale: String,
    /// What a plain form brought back.
    pub form: FormReturned,
}

impl PageContext {
    fn provide(self) {
        provide_context(Locale::from_str(&self.locale).unwrap_or_default());
        provide_context(CurrentViewer(self.viewer));
        provide_context(self.form);
    }
}

#[cfg(feature = "ssr")]
fn page_context() -> PageContext {
    shell::page_context()
}

/// Never asked: in the browser it comes with the page.
#[cfg(not(feature = "ssr"))]
fn page_context() -> PageContext {
    PageContext::default()
}

/// Whether only signed-in people may see what is at `path`; others are sent to the login page, which comes back.
pub fn is_private(path: &str) -> bool {
    ["/settings", "/partners", "/requests", "/call", "/calls"]
        .iter()
        .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// The application: every address and its page.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    SharedValue::new(page_context).into_inner().provide();
    provide_toasts();
    provide_socket();
    provide_ringing();
    provide_context(RequestsWaiting(RwSignal::new(0)));

    // Every page settles its status and redirects before the first byte, and is complete without JavaScript.
    view! {
        <Title text="Speakle" />
        <Router>
            <live::Live />
            <Frame>
                <FlatRoutes fallback=NotFound>
                    <Route path=path!("/") view={Lazy::<StartRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/register") view={Lazy::<RegisterRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/login") view={Lazy::<LoginRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/profile") view={Lazy::<EditProfileRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/appearance") view={Lazy::<AppearanceRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/people/:username") view={Lazy::<PersonRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/partners/find") view={Lazy::<FindRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/partners/find/request") view={Lazy::<RequestRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/requests") view={Lazy::<RequestsRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/partners") view={Lazy::<PartnersRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/partners/:username") view={Lazy::<PartnerRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/partners/:username/call") view={Lazy::<CallRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/partners/:username/end") view={Lazy::<EndPartnershipRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/call/:room_id") view={Lazy::<RoomRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/calls") view={Lazy::<CallHistoryRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/calls/:call_id") view={Lazy::<CallSummaryRoute>::new()} ssr=SsrMode::Async />
                </FlatRoutes>
            </Frame>
        </Router>
    }
}

/// Names the route of a page whose code is loaded when somebody goes there: the first page then brings little more than the framework.
macro_rules! lazy_routes {
    ($($route:ident: $page:ident),* $(,)?) => {$(
        struct $route;

        #[lazy_route]
        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            fn view(_route: Self) -> AnyView {
                view! { <$page /> }.into_any()
            }
        }
    )*};
}

lazy_routes! {
    StartRoute: StartPage,
    RegisterRoute: RegisterPage,
    LoginRoute: LoginPage,
    EditProfileRoute: EditProfilePage,
    AppearanceRoute: AppearancePage,
    PersonRoute: PersonPage,
    FindRoute: FindPage,
    RequestRoute: RequestPage,
    RequestsRoute: RequestsPage,
    PartnersRoute: PartnersPage,
    PartnerRoute: PartnerPage,
    CallRoute: CallPage,
    EndPartnershipRoute: EndPartnershipPage,
    RoomRoute: RoomPage,
    CallHistoryRoute: CallHistoryPage,
    CallSummaryRoute: CallSummaryPage,
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn private_pages_are_told_from_public_ones() {
        for path in ["/settings/profile", "/partners", "/partners/find", "/requests", "/call/1", "/calls", "/calls/2"] {
            assert!(is_private(path), "{path}");
        }
        for path in ["/", "/login", "/register", "/people/ana", "/callsign", "/partnership", "/nothing"] {
            assert!(!is_private(path), "{path}");
        }
    }
}
