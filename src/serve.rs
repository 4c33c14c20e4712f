//! From the state to a running server: routes, layers, background work, orderly end.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{MethodRouter, any, get, get_service, post};
use axum::serve::{ListenerExt as _, TapIo};
use axum::{Extension, Router};
use leptos::prelude::provide_context;
use leptos_axum::{AxumRouteListing, LeptosRoutes as _, generate_route_list_with_exclusions};
use server_fn::axum::server_fn_paths;
use tokio::net::{TcpListener, TcpStream};
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::services::ServeFile;

use crate::accounts::clean_up::CleanUp;
use crate::accounts::deletion::erasing::{DeleteAccounts, Erase, Erasers};
use crate::accounts::deletion::{CurrentLeaver, LEAVERS_PAGE};
use crate::accounts::identities;
use crate::accounts::last_seen::LastSeen;
use crate::accounts::model::CurrentViewer;
use crate::accounts::new_device::NewDeviceListener;
use crate::accounts::own_data;
use crate::accounts::own_data::areas::OfAccount;
use crate::accounts::own_data::forgetting::{ForgetData, TidyData};
use crate::accounts::own_data::making::MakeData;
use crate::accounts::own_data::portable::{Areas, Portable};
use crate::accounts::reset::SendReset;
use crate::accounts::service::{ByTokenBefore, CurrentSession};
use crate::accounts::session_layer;
use crate::accounts::status::expiry::StatusEnds;
use crate::app::{App, is_private, offline_page, shell};
use crate::appointments::http as calendars;
use crate::appointments::leaving::OfAppointments;
use crate::appointments::reminders::Remind as RemindOfAppointments;
use crate::appointments::service::Planner;
use crate::calls::leaving::OfCalls;
use crate::calls::service::{Calls, CountTalks, ForgetSamples, OpenCalls, RollUp};
use crate::dispatch::Dispatcher;
use crate::invitations::expiry::{Overdue, RingOut, StopRinging};
use crate::invitations::leaving::OfInvitations;
use crate::invitations::service::Invitations;
use crate::kernel::error::AppError;
use crate::kernel::picture::PICTURES;
use crate::matching::index::{Complete, Index, NewDay};
use crate::matching::leaving::OfMatching;
use crate::matching::service::{Remind, RunOut, TellPartners};
use crate::matching::talked::Talks;
use crate::messages::leaving::OfMessages;
use crate::notifications::by_mail::MailNotifications;
use crate::notifications::data_ready::TellOfData;
use crate::notifications::leaving::OfNotifications;
use crate::notifications::new_device::TellOfNewDevices;
use crate::notifications::push;
use crate::notifications::push::delivery::{Push, PushAside};
use crate::notifications::retention::Retention;
use crate::profiles::changed::ProfileListener;
use crate::profiles::leaving::OfProfiles;
use crate::profiles::pictures;
use crate::realtime::model::{Attention, IDLE_QUERY};
use crate::realtime::presence::PresenceListener;
use crate::realtime::presence::shared::{SharedPresence, place};
use crate::realtime::socket;
use crate::server::db::StoreError;
use crate::server::http::{csrf, forms, headers, isolation, log, origin};
use crate::server::jobs::{Handler, Jobs};
use crate::server::limits::Limit;
use crate::server::mail::SendMail;
use crate::server::state::AppState;
use crate::server::supervise::Supervisor;

/// The largest request body, in bytes, but of what has a limit of its own.
const MAX_BODY: usize = 64 * 1024;
/// Sockets that one person may hold at a time.
const MAX_TABS: usize = 50;
/// How long requests in flight may take to finish when the process ends.
const DRAIN: Duration = Duration::from_secs(8);

/// A server that is put together: its routes, and the work that goes on beside them.
pub struct Server {
    state: AppState,
    invitations: Invitations,
    calls: Calls,
    jobs: Jobs,
    presence: SharedPresence,
    index: Index,
    background: Supervisor,
}

impl Server {
    /// Puts the features together.
    pub fn new(state: AppState) -> Self {
        let calls = Calls::new(state.clone());
        let invitations = Invitations::new(state.clone(), Arc::new(OpenCalls::new(calls.clone())));
        let index = Index::new(state.clone());
        let handlers = handlers(&state, &invitations, &index);
        let jobs = Jobs::new(state.db.clone(), state.clock.clone(), handlers);
        let place = place(state.config.site_addr);
        let presence = SharedPresence::new(state.db.clone(), state.clock.clone(), state.presence.clone(), place);
        Self {
            state,
            invitations,
            calls,
            jobs,
            presence,
            index,
            background: Supervisor::default(),
        }
    }

    /// The use cases of ringing, for tests.
    pub const fn invitations(&self) -> &Invitations {
        &self.invitations
    }

    /// The use cases of calls, for tests.
    pub const fn calls(&self) -> &Calls {
        &self.calls
    }

    /// The work that is done later, for tests.
    pub const fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// Exchanges with other processes who is here, once: at the start, and for tests.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn share_presence(&self) -> Result<(), StoreError> {
        self.presence.step(&self.listeners()).await
    }

    fn listeners(&self) -> Vec<Arc<dyn PresenceListener>> {
        vec![
            Arc::new(LastSeen(self.state.clone())),
            Arc::new(TellPartners(self.state.clone())),
            Arc::new(self.index.clone()),
            Arc::new(self.invitations.clone()),
        ]
    }

    /// Everything that is served.
    pub fn routes(&self) -> Router {
        let state = self.state.clone();
        let context = {
            let (state, invitations, calls) = (state.clone(), self.invitations.clone(), self.calls.clone());
            let new_devices: Arc<dyn NewDeviceListener> = Arc::new(TellOfNewDevices(state.clone()));
            let talks = Talks {
                counter: Arc::new(CountTalks),
                planner: Arc::new(Planner),
            };
            let profiles: Arc<dyn ProfileListener> = Arc::new(self.index.clone());
            let erasers = erasers(&state);
            move || {
                provide_context(state.clone());
                provide_context(invitations.clone());
                provide_context(calls.clone());
                provide_context(new_devices.clone());
                provide_context(talks.clone());
                provide_context(profiles.clone());
                provide_context(erasers.clone());
            }
        };
        let api = {
            let (state, context) = (state.clone(), context.clone());
            move |request: Request| {
                let (state, context) = (state.clone(), context.clone());
                async move { forms::server_function(state, context, request).await }
            }
        };
        let dispatcher = Arc::new(Dispatcher {
            state: state.clone(),
            invitations: self.invitations.clone(),
            calls: self.calls.clone(),
        });
        let ws = move |State(state): State<AppState>, headers: HeaderMap, request: Request| {
            let dispatcher = dispatcher.clone();
            async move { open_socket(&state, &headers, request, dispatcher).await }
        };
        let pages = {
            let leptos = state.leptos.clone();
            Router::new()
                .leptos_routes_with_context(&state, page_routes(), context, move || shell(leptos.clone()))
                .layer(from_fn_with_state(state.clone(), signed_out_to_login))
                .layer(from_fn_with_state(state.clone(), forms::layer))
                .layer(from_fn(forms::ignore_error_parameters))
        };
        Router::new()
            .route("/api/{*function}", any(api))
            .route("/ws", any(ws))
            .route("/offline", get(offline_page))
            .merge(calendars::routes())
            .merge(identities::http::routes(Arc::new(TellOfNewDevices(state.clone()))))
            .merge(pages)
            .fallback(missing)
            .layer(RequestBodyLimitLayer::new(MAX_BODY))
            // Has a limit of its own.
            .route("/api/save_picture", post(pictures::http::upload))
            .layer(from_fn(isolation::layer))
            .layer(CompressionLayer::new())
            // Compressed already.
            .route(
                &format!("{}{{id}}", own_data::DOWNLOAD),
                get(own_data::http::download).layer(Extension(own_data::downloads::Downloads::default())),
            )
            .layer(from_fn_with_state(state.clone(), session_layer::layer))
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn_with_state(state.clone(), csrf::layer))
            // Built assets know nobody: no session is looked up for them.
            .route_service("/pkg/{*file}", leptos_axum::site_pkg_dir_service(&self.state.leptos))
            .route("/service-worker.js", service_worker(&self.state))
            .route(&format!("{PICTURES}{{name}}"), get(pictures::http::picture))
            // Calendars have no session: the address is the key.
            .merge(calendars::feeds())
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(ready))
            .layer(from_fn_with_state(state.clone(), headers::layer))
            .layer(from_fn(log::layer))
            .with_state(state)
    }

    /// The work beside the routes; it goes on until [`Server::stop_background`].
    pub fn start_background(&self) {
        let last_seen = LastSeen(self.state.clone());
        let (listeners, sharers) = (self.listeners(), self.listeners());
        let (presence, shared) = (self.state.presence.clone(), self.presence.clone());
        let (calls, jobs) = (self.calls.clone(), self.jobs.clone());
        let limits = self.state.limits.clone();
        let background = &self.background;
        background.keep("presence", move || presence.clone().run(listeners.clone()));
        background.keep("shared presence", move || shared.clone().keep_in_step(sharers.clone()));
        background.keep("last seen", move || last_seen.clone().keep_refreshing());
        background.keep("calls", move || calls.clone().keep_sweeping());
        background.keep("jobs", move || jobs.clone().run());
        background.keep("limits", move || limits.clone().keep_tidying());
    }

    /// Ends the work beside the routes. Who is still here was last seen now.
    pub async fn stop_background(&self) {
        self.jobs.finish().await;
        self.background.stop().await;
        if let Err(error) = LastSeen(self.state.clone()).refresh().await {
            tracing::warn!(%error, "last seen not written at the end");
        }
    }

    /// Serves until `stop` is done; then no new connection is taken, sockets are told to come back, requests in flight finish.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        // Before anybody comes in: whom the process before this one left behind is expected back.
        if let Err(error) = self.share_presence().await {
            tracing::warn!(%error, "who was here before is not known");
        }
        // The installation's key is made at the first start; if the database is away, whoever asks for it first makes it.
        if let Err(error) = push::service::key(&self.state).await {
            tracing::warn!(%error, "no key for pushes yet");
        }
        self.start_background();
        let (hub, db) = (self.state.hub.clone(), self.state.db.clone());
        let (stopping, mut stopped) = tokio::sync::watch::channel(false);
        let routes = self.routes().into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(promptly(listener), routes).with_graceful_shutdown(async move {
            stop.await;
            tracing::info!("stopping");
            hub.close_all();
            stopping.send_replace(true);
        });
        tokio::select! {
            served = serving.into_future() => served?,
            () = async {
                // Only counts from the moment of the stop.
                let _ = stopped.wait_for(|is_stopping| *is_stopping).await;
                tokio::time::sleep(DRAIN).await;
            } => tracing::warn!("requests still in flight were cut off"),
        }
        let orderly = async {
            self.stop_background().await;
            db.close().await;
        };
        // A statement that never ends must not hold the process.
        let _ = tokio::time::timeout(DRAIN, orderly).await;
        Ok(())
    }
}

/// What is done later, or again until it succeeds.
fn handlers(state: &AppState, invitations: &Invitations, index: &Index) -> Vec<Arc<dyn Handler>> {
    let mut handlers: Vec<Arc<dyn Handler>> = vec![
        Arc::new(RingOut(invitations.clone())),
        Arc::new(StopRinging(invitations.clone())),
        Arc::new(Overdue(invitations.clone())),
        Arc::new(RunOut(state.clone())),
        Arc::new(MailNotifications(state.clone())),
        Arc::new(Remind(state.clone())),
        Arc::new(RemindOfAppointments(state.clone())),
        Arc::new(NewDay(index.clone())),
        Arc::new(Complete(state.clone())),
        Arc::new(Push::new(state.clone())),
        Arc::new(PushAside::new(state.clone())),
        Arc::new(Retention(state.clone())),
        Arc::new(RollUp(state.clone())),
        Arc::new(ForgetSamples(state.clone())),
        Arc::new(pictures::Forget(state.clone())),
        Arc::new(pictures::ForgetLeft(state.clone())),
        Arc::new(forms::Forget(state.clone())),
        Arc::new(StatusEnds(state.clone())),
        Arc::new(SendMail(state.mail.clone())),
        Arc::new(SendReset(state.clone())),
        Arc::new(MakeData::new(
            state.clone(),
            areas(state),
            Arc::new(TellOfData(state.clone())),
        )),
        Arc::new(ForgetData(state.clone())),
        Arc::new(TidyData(state.clone())),
        Arc::new(DeleteAccounts::new(state.clone(), erasers(state))),
    ];
    // Takes away jobs as well, of kinds that none of the others does.
    handlers.push(Arc::new(CleanUp::new(state.clone(), &handlers)));
    handlers
}

/// What everybody's archive holds, in the order of its files.
fn areas(state: &AppState) -> Areas {
    let areas: Vec<Arc<dyn Portable>> = vec![
        Arc::new(OfAccount),
        Arc::new(OfProfiles(state.clone())),
        Arc::new(OfMatching(state.clone())),
        Arc::new(OfAppointments),
        Arc::new(OfMessages),
        Arc::new(OfInvitations),
        Arc::new(OfCalls),
        Arc::new(OfNotifications),
    ];
    areas.into()
}

/// Who does their part when a person goes, what hangs on others' rows first.
fn erasers(state: &AppState) -> Erasers {
    let features: Vec<Arc<dyn Erase>> = vec![
        Arc::new(OfCalls),
        Arc::new(OfInvitations),
        Arc::new(OfMessages),
        Arc::new(OfAppointments),
        Arc::new(OfMatching(state.clone())),
        Arc::new(OfNotifications),
        Arc::new(OfProfiles(state.clone())),
    ];
    Erasers::new(features)
}

/// The pages' routes. Only once in a process, and before anything is served: while the framework walks through the application for it,
/// resources of pages that are being rendered elsewhere in the process would never load (leptos issue 4773).
fn page_routes() -> Vec<AxumRouteListing> {
    static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    // The framework would route each server function itself, past the layer for plain forms and past the statuses of errors.
    let functions = || server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    ROUTES
        .get_or_init(|| generate_route_list_with_exclusions(App, Some(functions())))
        .clone()
}

/// Connections that send each frame at once: by default the system holds a small one back until the one before is acknowledged
/// (RFC 896), which the other end may put off for 40 ms.
pub fn promptly(listener: TcpListener) -> TapIo<TcpListener, fn(&mut TcpStream)> {
    listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays slow");
        }
    })
}

/// The upgrade: only for a session in force, and only from our own pages. Nothing of the body is read before.
async fn open_socket(state: &AppState, headers: &HeaderMap, request: Request, dispatcher: Arc<Dispatcher>) -> Response {
    let is_own = headers
        .get(header::ORIGIN)
        .and_then(|origin| origin.to_str().ok())
        .is_some_and(|origin| origin::is_own(&state.config, headers, origin));
    if !is_own {
        return (StatusCode::FORBIDDEN, "The socket is for pages of this site.\n").into_response();
    }
    let viewer = request
        .extensions()
        .get::<CurrentViewer>()
        .and_then(|viewer| viewer.0.clone());
    let session = request
        .extensions()
        .get::<CurrentSession>()
        .and_then(|session| session.0);
    let (Some(viewer), Some(session)) = (viewer, session) else {
        return (StatusCode::UNAUTHORIZED, "Nobody is signed in.\n").into_response();
    };
    // Open, it would outlive the moment for which that cookie is good.
    if ByTokenBefore::is(request.extensions()) {
        return forms::error_response(&AppError::Busy { seconds: 2 });
    }
    if state.hub.tabs_of(viewer.id) >= MAX_TABS {
        return forms::error_response(&AppError::Limited { seconds: 60 });
    }
    if let Err(error) = state.limits.check(Limit::Socket, &viewer.id.to_string()) {
        return forms::error_response(&error);
    }
    let attention = match request.uri().query() {
        Some(IDLE_QUERY) => Attention::Idle,
        _ => Attention::Active,
    };
    let (mut parts, _) = request.into_parts();
    match <WebSocketUpgrade as axum::extract::FromRequestParts<AppState>>::from_request_parts(&mut parts, state).await {
        Ok(upgrade) => {
            let (hub, session) = (state.hub.clone(), session.uuid());
            socket::accept(upgrade, hub, dispatcher, viewer.id, session, attention)
        }
        Err(rejection) => rejection.into_response(),
    }
}

/// Sends signed-out visits of private pages to the login page, which comes back, and who is going to the one page that they have.
async fn signed_out_to_login(request: Request, next: Next) -> Response {
    let is_leaving = request
        .extensions()
        .get::<CurrentLeaver>()
        .is_some_and(|leaver| leaver.0.is_some());
    if is_leaving {
        return match request.uri().path() {
            LEAVERS_PAGE => next.run(request).await,
            path if is_private(path) || matches!(path, "/" | "/login" | "/register") => {
                Redirect::to(LEAVERS_PAGE).into_response()
            }
            _ => next.run(request).await,
        };
    }
    let is_signed_out = request
        .extensions()
        .get::<CurrentViewer>()
        .is_none_or(|viewer| viewer.0.is_none());
    if is_signed_out && is_private(request.uri().path()) {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        return Redirect::to(&forms::login_address(path)).into_response();
    }
    next.run(request).await
}

/// Files of the built site, else the page that says that there is nothing.
async fn missing(State(state): State<AppState>, request: Request) -> Response {
    leptos_axum::file_and_error_handler_with_context::<AppState, _>(
        {
            let state = state.clone();
            move || provide_context(state.clone())
        },
        shell,
    )(request.uri().clone(), State(state), request)
    .await
    .into_response()
}

/// The service worker. Its policy holds for all that it does: it fetches from our own origin.
fn service_worker(state: &AppState) -> MethodRouter<AppState> {
    let file = ServeFile::new(format!("{}/service-worker.js", state.leptos.site_root));
    let headers = |response: Response| async {
        let headers = [
            (header::CACHE_CONTROL, "no-cache"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
            ),
        ];
        (headers, response)
    };
    get_service(file).layer(map_response(headers))
}

async fn ready(State(state): State<AppState>) -> Response {
    match tokio::time::timeout(Duration::from_secs(3), state.db.ping()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "The database does not answer.\n").into_response()
        }
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The database does not answer in time.\n",
        )
            .into_response(),
    }
}
