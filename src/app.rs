//! The product on one screen: the route table, and what is around every page.

use std::str::FromStr as _;

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{Lazy, LazyRoute, SsrMode, path};
use serde::{Deserialize, Serialize};

use self::bundle::{NotLoaded, bundle};
use crate::accounts::confirm_email::provide_must_confirm;
use crate::accounts::deletion::{CurrentLeaver, Leaver, is_leaving};
use crate::accounts::email_change::pages::{ChangeEmailPage, ConfirmNewEmailPage};
use crate::accounts::identities::model::GoogleHere;
use crate::accounts::identities::pages::LinkGooglePage;
use crate::accounts::model::{CurrentViewer, SessionId, SessionMark, Viewer};
use crate::accounts::own_picture::provide_own_picture;
use crate::accounts::pages::{
    AccountPage, AppearancePage, ConfirmPage, DeleteAccountPage, ForgotPasswordPage, LeaverPage, LoginPage,
    ResetPasswordPage, StatusPage, VerifyEmailPage,
};
use crate::accounts::passkeys::model::PasskeysHere;
use crate::accounts::second_factor::pages::{EnterCodePage, SecondFactorPage};
use crate::accounts::status::own::provide_own_status;
use crate::appointments::pages::{AppointmentsPage, CancelAppointmentPage, MoveAppointmentPage, ProposePage};
use crate::calls::expected::provide_expected;
use crate::calls::pages::{CallHistoryPage, CallSummaryPage, DevicesPage, RoomPage};
use crate::calls::parting::provide_partings;
use crate::calls::stage::recording::provide_recordings;
use crate::i18n::Locale;
use crate::invitations::pages::{CallPage, provide_ringing};
use crate::kernel::form::FormReturned;
use crate::matching::pages::{
    BlockPage, EndPartnershipPage, FindPage, PartnerPage, PartnersPage, PersonPage, ReportPage, RequestPage,
    RequestsPage,
};
use crate::matching::start_call::InCallWith;
use crate::messages::outbox::provide_outbox;
use crate::notifications::bell::provide_bell;
use crate::notifications::pages::{NotificationSettingsPage, NotificationsPage};
use crate::onboarding::pages::{Frame, HomePage, Landing, RegisterGooglePage, RegisterPage, SkipLink};
use crate::profiles::pages::{EditProfilePage, PrivacyPage};
use crate::realtime::client::provide_socket;
use crate::ui::{
    NotFound, RequestsWaiting, provide_desktop, provide_last_press, provide_returned_form, provide_toasts,
    send_forms_once,
};

mod bundle;
mod live;
#[cfg(feature = "ssr")]
mod offline;
#[cfg(feature = "ssr")]
mod shell;

#[cfg(feature = "ssr")]
pub use offline::offline_page;
#[cfg(feature = "ssr")]
pub use shell::shell;

/// What a page knows before anything is fetched: settled on the server, sent along, the same at hydration.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PageContext {
    /// Who is signed in.
    pub viewer: Option<Viewer>,
    /// Their session.
    pub session: Option<SessionId>,
    /// Who is signed in and is going, in the viewer's place.
    pub leaver: Option<Leaver>,
    /// The code of the interface's language.
    pub locale: String,
    /// What a plain form brought back.
    pub form: FormReturned,
    /// Whether people can come in with Google.
    pub google: GoogleHere,
    /// Whether there can be passkeys.
    pub passkeys: PasskeysHere,
}

impl PageContext {
    fn provide(self) {
        provide_context(Locale::from_str(&self.locale).unwrap_or_default());
        provide_context(CurrentViewer(self.viewer));
        provide_context(SessionMark(self.session));
        provide_context(CurrentLeaver(self.leaver));
        provide_own_status();
        provide_own_picture();
        provide_must_confirm();
        provide_returned_form(self.form);
        provide_context(self.google);
        provide_context(self.passkeys);
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

/// The name of the product, which is the title of a page that has no other.
const PRODUCT: &str = "Speakle";

/// What the document is called while a page is open: pages say their own title only. Before it stands how many notifications are unread, as
/// soon as the tab was told.
fn document_title(page: String, unread: Option<u32>) -> String {
    let title = if page == PRODUCT {
        page
    } else {
        format!("{page} – {PRODUCT}")
    };
    in_markup(match unread.filter(|unread| *unread > 0) {
        Some(unread) => format!("({unread}) {title}"),
        None => title,
    })
}

/// leptos_meta writes the title between the tags as it is, and people's names stand in titles.
#[cfg(feature = "ssr")]
fn in_markup(text: String) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// In the browser it is set as text.
#[cfg(not(feature = "ssr"))]
const fn in_markup(text: String) -> String {
    text
}

/// Whether only signed-in people may see what is at `path`; others are sent to the login page, which comes back.
pub fn is_private(path: &str) -> bool {
    // Profiles are public; what is done to somebody from there is not.
    if let Some(of_person) = path.strip_prefix("/people/") {
        return of_person.contains('/');
    }
    [
        "/settings",
        "/partners",
        "/requests",
        "/appointments",
        "/call",
        "/calls",
        "/notifications",
        "/confirm",
    ]
    .iter()
    .any(|root| {
        path.strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// The application: every address and its page.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    SharedValue::new(page_context).into_inner().provide();
    provide_toasts();
    provide_socket();
    provide_outbox();
    provide_partings();
    provide_expected();
    provide_recordings();
    provide_ringing();
    provide_desktop();
    provide_last_press();
    send_forms_once();
    provide_context(RequestsWaiting(RwSignal::new(0)));
    // The server writes the title when the page is drawn, where nothing that belongs to its owner can be read any more.
    let told = ArcRwSignal::from(provide_bell().told);
    provide_context(InCallWith(RwSignal::new(None)));

    // Every page settles its status and redirects before the first byte, and is complete without JavaScript.
    view! {
        <Title text=PRODUCT formatter=move |page| document_title(page, told.try_get().flatten()) />
        <Router>
            <SkipLink />
            // What stands after a lazy page is taken over only when that is loaded, and this has begun to live by then: it stands before.
            <live::Live />
            <Frame>
                <FlatRoutes fallback=NotFound>
                    <Route path=path!("/") view={Lazy::<StartRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/register") view={Lazy::<RegisterRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/register/google") view={Lazy::<RegisterGoogleRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/link-google") view={Lazy::<LinkGoogleRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/login") view={Lazy::<LoginRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/login/code") view={Lazy::<EnterCodeRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/forgot-password") view={Lazy::<ForgotPasswordRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/reset-password") view={Lazy::<ResetPasswordRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/verify-email") view={Lazy::<VerifyEmailRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/change-email") view={Lazy::<ConfirmNewEmailRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/confirm") view={Lazy::<ConfirmRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/profile") view={Lazy::<EditProfileRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/account") view={Lazy::<AccountRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/account/second-factor") view={Lazy::<SecondFactorRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/account/email") view={Lazy::<ChangeEmailRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/account/delete") view={Lazy::<DeleteAccountRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/account/deletion") view={Lazy::<LeaverRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/status") view={Lazy::<StatusRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/privacy") view={Lazy::<PrivacyRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/appearance") view={Lazy::<AppearanceRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/devices") view={Lazy::<DevicesRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/settings/notifications") view={Lazy::<NotificationSettingsRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/notifications") view={Lazy::<NotificationsRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/people/:username") view={Lazy::<PersonRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/people/:username/block") view={Lazy::<BlockRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/people/:username/report") view={Lazy::<ReportRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/partners/find") view={Lazy::<FindRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/partners/find/request") view={Lazy::<RequestRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/requests") view={Lazy::<RequestsRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/partners") view={Lazy::<PartnersRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/partners/:username") view={Lazy::<PartnerRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/partners/:username/call") view={Lazy::<CallRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/partners/:username/end") view={Lazy::<EndPartnershipRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/appointments") view={Lazy::<AppointmentsRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/appointments/propose") view={Lazy::<ProposeRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/appointments/:id/move") view={Lazy::<MoveAppointmentRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/appointments/:id/cancel") view={Lazy::<CancelAppointmentRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/call/:room_id") view={Lazy::<RoomRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/calls") view={Lazy::<CallHistoryRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/calls/:call_id") view={Lazy::<CallSummaryRoute>::new()} ssr=SsrMode::Async />
                </FlatRoutes>
            </Frame>
        </Router>
    }
}

// Three bundles are loaded when somebody goes there: the pages of visitors, those of members, and the room. More would share so much
// that the splitter cuts a file for every combination; fewer would make everybody load calls. `bundle` goes on where one cannot be loaded.

/// The pages of people who are not signed in, or do not have to be.
enum VisitorPage {
    Landing,
    Register,
    RegisterGoogle,
    LinkGoogle,
    Login,
    EnterCode,
    ForgotPassword,
    ResetPassword,
    VerifyEmail,
    Leaver,
    ConfirmNewEmail,
}

#[wasm_split(visitors, wasm_split_path = leptos::wasm_split, fallible)]
fn visitor_bundle(page: VisitorPage) -> Result<AnyView, NotLoaded> {
    Ok(match page {
        VisitorPage::Landing => view! { <Landing /> }.into_any(),
        VisitorPage::Register => view! { <RegisterPage /> }.into_any(),
        VisitorPage::RegisterGoogle => view! { <RegisterGooglePage /> }.into_any(),
        VisitorPage::LinkGoogle => view! { <LinkGooglePage /> }.into_any(),
        VisitorPage::Login => view! { <LoginPage /> }.into_any(),
        VisitorPage::EnterCode => view! { <EnterCodePage /> }.into_any(),
        VisitorPage::ForgotPassword => view! { <ForgotPasswordPage /> }.into_any(),
        VisitorPage::ResetPassword => view! { <ResetPasswordPage /> }.into_any(),
        VisitorPage::VerifyEmail => view! { <VerifyEmailPage /> }.into_any(),
        VisitorPage::Leaver => view! { <LeaverPage /> }.into_any(),
        VisitorPage::ConfirmNewEmail => view! { <ConfirmNewEmailPage /> }.into_any(),
    })
}

async fn visitor_page(page: VisitorPage) -> AnyView {
    bundle("visitors", visitor_bundle(page)).await
}

/// The pages of members, and what is live beside them.
enum MemberPage {
    Live,
    Home,
    EditProfile,
    Account,
    DeleteAccount,
    ChangeEmail,
    Confirm,
    SecondFactor,
    Status,
    Privacy,
    Appearance,
    NotificationSettings,
    Notifications,
    Person,
    Block,
    Report,
    Find,
    Request,
    Requests,
    Partners,
    Partner,
    Call,
    EndPartnership,
    Appointments,
    Propose,
    MoveAppointment,
    CancelAppointment,
    CallHistory,
    CallSummary,
}

#[wasm_split(members, wasm_split_path = leptos::wasm_split, fallible)]
fn member_bundle(page: MemberPage) -> Result<AnyView, NotLoaded> {
    Ok(match page {
        MemberPage::Live => view! { <live::MemberLive /> }.into_any(),
        MemberPage::Home => {
            let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
            viewer.map(|viewer| view! { <HomePage viewer /> }).into_any()
        }
        MemberPage::EditProfile => view! { <EditProfilePage /> }.into_any(),
        MemberPage::Account => view! { <AccountPage /> }.into_any(),
        MemberPage::DeleteAccount => view! { <DeleteAccountPage /> }.into_any(),
        MemberPage::ChangeEmail => view! { <ChangeEmailPage /> }.into_any(),
        MemberPage::Confirm => view! { <ConfirmPage /> }.into_any(),
        MemberPage::SecondFactor => view! { <SecondFactorPage /> }.into_any(),
        MemberPage::Status => view! { <StatusPage /> }.into_any(),
        MemberPage::Privacy => view! { <PrivacyPage /> }.into_any(),
        MemberPage::Appearance => view! { <AppearancePage /> }.into_any(),
        MemberPage::NotificationSettings => view! { <NotificationSettingsPage /> }.into_any(),
        MemberPage::Notifications => view! { <NotificationsPage /> }.into_any(),
        MemberPage::Person => view! { <PersonPage /> }.into_any(),
        MemberPage::Block => view! { <BlockPage /> }.into_any(),
        MemberPage::Report => view! { <ReportPage /> }.into_any(),
        MemberPage::Find => view! { <FindPage /> }.into_any(),
        MemberPage::Request => view! { <RequestPage /> }.into_any(),
        MemberPage::Requests => view! { <RequestsPage /> }.into_any(),
        MemberPage::Partners => view! { <PartnersPage /> }.into_any(),
        MemberPage::Partner => view! { <PartnerPage /> }.into_any(),
        MemberPage::Call => view! { <CallPage /> }.into_any(),
        MemberPage::EndPartnership => view! { <EndPartnershipPage /> }.into_any(),
        MemberPage::Appointments => view! { <AppointmentsPage /> }.into_any(),
        MemberPage::Propose => view! { <ProposePage /> }.into_any(),
        MemberPage::MoveAppointment => view! { <MoveAppointmentPage /> }.into_any(),
        MemberPage::CancelAppointment => view! { <CancelAppointmentPage /> }.into_any(),
        MemberPage::CallHistory => view! { <CallHistoryPage /> }.into_any(),
        MemberPage::CallSummary => view! { <CallSummaryPage /> }.into_any(),
    })
}

async fn member_page(page: MemberPage) -> AnyView {
    bundle("members", member_bundle(page)).await
}

/// The page of a room, and what needs the same code.
enum CallsPage {
    Room,
    Devices,
}

#[wasm_split(rooms, wasm_split_path = leptos::wasm_split, fallible, preload(load_rooms))]
fn room_bundle(page: CallsPage) -> Result<AnyView, NotLoaded> {
    Ok(match page {
        CallsPage::Room => view! { <RoomPage /> }.into_any(),
        CallsPage::Devices => view! { <DevicesPage /> }.into_any(),
    })
}

async fn room_page(page: CallsPage) -> AnyView {
    bundle("rooms", room_bundle(page)).await
}

/// Routes whose page is part of a bundle.
macro_rules! bundled_routes {
    ($($route:ident: $page:expr),* $(,)?) => {$(
        struct $route;

        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_route: Self) -> AnyView {
                $page.await
            }
        }
    )*};
}

bundled_routes! {
    RegisterRoute: visitor_page(VisitorPage::Register),
    RegisterGoogleRoute: visitor_page(VisitorPage::RegisterGoogle),
    LinkGoogleRoute: visitor_page(VisitorPage::LinkGoogle),
    LoginRoute: visitor_page(VisitorPage::Login),
    EnterCodeRoute: visitor_page(VisitorPage::EnterCode),
    ForgotPasswordRoute: visitor_page(VisitorPage::ForgotPassword),
    ResetPasswordRoute: visitor_page(VisitorPage::ResetPassword),
    VerifyEmailRoute: visitor_page(VisitorPage::VerifyEmail),
    ConfirmNewEmailRoute: visitor_page(VisitorPage::ConfirmNewEmail),
    EditProfileRoute: member_page(MemberPage::EditProfile),
    AccountRoute: member_page(MemberPage::Account),
    DeleteAccountRoute: member_page(MemberPage::DeleteAccount),
    LeaverRoute: visitor_page(VisitorPage::Leaver),
    ChangeEmailRoute: member_page(MemberPage::ChangeEmail),
    ConfirmRoute: member_page(MemberPage::Confirm),
    SecondFactorRoute: member_page(MemberPage::SecondFactor),
    StatusRoute: member_page(MemberPage::Status),
    PrivacyRoute: member_page(MemberPage::Privacy),
    AppearanceRoute: member_page(MemberPage::Appearance),
    NotificationSettingsRoute: member_page(MemberPage::NotificationSettings),
    NotificationsRoute: member_page(MemberPage::Notifications),
    PersonRoute: member_page(MemberPage::Person),
    BlockRoute: member_page(MemberPage::Block),
    ReportRoute: member_page(MemberPage::Report),
    FindRoute: member_page(MemberPage::Find),
    RequestRoute: member_page(MemberPage::Request),
    RequestsRoute: member_page(MemberPage::Requests),
    PartnersRoute: member_page(MemberPage::Partners),
    PartnerRoute: member_page(MemberPage::Partner),
    CallRoute: member_page(MemberPage::Call),
    EndPartnershipRoute: member_page(MemberPage::EndPartnership),
    AppointmentsRoute: member_page(MemberPage::Appointments),
    ProposeRoute: member_page(MemberPage::Propose),
    MoveAppointmentRoute: member_page(MemberPage::MoveAppointment),
    CancelAppointmentRoute: member_page(MemberPage::CancelAppointment),
    CallHistoryRoute: member_page(MemberPage::CallHistory),
    CallSummaryRoute: member_page(MemberPage::CallSummary),
    DevicesRoute: room_page(CallsPage::Devices),
    RoomRoute: room_page(CallsPage::Room),
}

/// `/`: the pitch for visitors, "Home" for members.
struct StartRoute {
    is_member: bool,
    is_leaving: bool,
}

impl LazyRoute for StartRoute {
    fn data() -> Self {
        Self {
            is_member: use_context::<CurrentViewer>().is_some_and(|viewer| viewer.0.is_some()),
            is_leaving: is_leaving(),
        }
    }

    async fn view(this: Self) -> AnyView {
        if this.is_member {
            member_page(MemberPage::Home).await
        } else if this.is_leaving {
            visitor_page(VisitorPage::Leaver).await
        } else {
            visitor_page(VisitorPage::Landing).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn private_pages_are_told_from_public_ones() {
        for path in [
            "/settings/profile",
            "/partners",
            "/partners/find",
            "/requests",
            "/call/1",
            "/calls",
            "/calls/2",
            "/notifications",
            "/confirm",
        ] {
            assert!(is_private(path), "{path}");
        }
        for path in [
            "/",
            "/login",
            "/register",
            "/people/ana",
            "/callsign",
            "/partnership",
            "/nothing",
            "/change-email",
        ] {
            assert!(!is_private(path), "{path}");
        }
    }
}
