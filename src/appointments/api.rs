//! Server functions of appointments.
#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::{Agenda, AppointmentId, AppointmentView, Choice};
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::{feed, model::ChosenTime, service};
#[cfg(feature = "ssr")]
use crate::{
    accounts::service::viewer,
    server::{
        http::{
            cookies::{self, Readable},
            forms,
        },
        state::AppState,
        tokens::Token,
    },
};

/// Where a plain form leads.
#[cfg(feature = "ssr")]
const PAGE: &str = "/appointments";
/// The token of a calendar's address, while that is shown.
#[cfg(feature = "ssr")]
const ADDRESS_COOKIE: &str = "calendar_address";

/// What stands, and what waits for an answer.
#[server(endpoint = "appointments", input = GetUrl, output = Json)]
pub async fn appointments() -> Result<Agenda, AppError> {
    service::appointments(&AppState::here()?, &viewer()?).await
}

/// One appointment, at the time planned for a day.
#[server(endpoint = "appointment", input = GetUrl, output = Json)]
pub async fn appointment(id: AppointmentId, day: Option<i32>) -> Result<AppointmentView, AppError> {
    service::appointment(&AppState::here()?, &viewer()?, id, day).await
}

/// Times to choose from with a partner.
#[server(endpoint = "appointment_times", input = GetUrl, output = Json)]
pub async fn appointment_times(to: String) -> Result<Choice, AppError> {
    service::choice(&AppState::here()?, &viewer()?, &to, None).await
}

/// Times to choose from for an appointment that is to be at another time.
#[server(endpoint = "other_times", input = GetUrl, output = Json)]
pub async fn other_times(id: AppointmentId, day: i32) -> Result<Choice, AppError> {
    service::choice(&AppState::here()?, &viewer()?, "", Some((id, day))).await
}

/// Proposes a time to a partner; `weekly` comes where it is to come back.
#[server(endpoint = "propose_appointment", output = Json)]
pub async fn propose_appointment(
    to: String,
    #[server(default)] start: String,
    #[server(default)] date: String,
    #[server(default)] time: String,
    minutes: String,
    weekly: Option<String>,
    about: String,
) -> Result<(), AppError> {
    let proposal = service::Proposal {
        to,
        time: ChosenTime {
            start,
            date,
            time,
            minutes,
        },
        is_weekly: weekly.is_some(),
        about,
    };
    service::propose(&AppState::here()?, &viewer()?, proposal).await?;
    forms::go_to(PAGE);
    Ok(())
}

/// Asks for another time; `all` comes where all times of a series are meant.
#[server(endpoint = "move_appointment", output = Json)]
pub async fn move_appointment(
    id: AppointmentId,
    day: i32,
    #[server(default)] start: String,
    #[server(default)] date: String,
    #[server(default)] time: String,
    minutes: String,
    all: Option<String>,
) -> Result<(), AppError> {
    let wish = service::Move {
        id,
        day,
        is_of_all: all.as_deref() == Some("yes"),
        time: ChosenTime {
            start,
            date,
            time,
            minutes,
        },
    };
    service::ask_to_move(&AppState::here()?, &viewer()?, wish).await?;
    forms::go_to(PAGE);
    Ok(())
}

/// Says yes to what a partner proposed.
#[server(endpoint = "accept_appointment", output = Json)]
pub async fn accept_appointment(id: AppointmentId, edition: i32) -> Result<(), AppError> {
    service::answer(&AppState::here()?, &viewer()?, id, edition, true).await
}

/// Says no to it.
#[server(endpoint = "decline_appointment", output = Json)]
pub async fn decline_appointment(id: AppointmentId, edition: i32) -> Result<(), AppError> {
    service::answer(&AppState::here()?, &viewer()?, id, edition, false).await
}

/// Takes an appointment back; `all` comes where all times of a series are meant.
#[server(endpoint = "cancel_appointment", output = Json)]
pub async fn cancel_appointment(id: AppointmentId, day: i32, all: Option<String>) -> Result<(), AppError> {
    let is_of_all = all.as_deref() == Some("yes");
    service::cancel(&AppState::here()?, &viewer()?, id, day, is_of_all).await?;
    forms::go_to(PAGE);
    Ok(())
}

/// The address for calendars that was made in this browser a moment ago.
#[server(endpoint = "calendar_address", input = GetUrl, output = Json)]
pub async fn calendar_address() -> Result<Option<String>, AppError> {
    let state = AppState::here()?;
    let viewer = viewer()?;
    let parts = use_context::<axum::http::request::Parts>();
    let text = parts.and_then(|parts| cookies::get(&state.config, &parts.headers, ADDRESS_COOKIE).map(str::to_owned));
    match text.as_deref().and_then(Token::parse) {
        Some(token) => feed::address(&state, &viewer, &token).await,
        None => Ok(None),
    }
}

/// Makes an address for calendars, in the place of the one before; the page shows it.
#[server(endpoint = "make_calendar_address", output = Json)]
pub async fn make_calendar_address() -> Result<(), AppError> {
    let state = AppState::here()?;
    let token = feed::make(&state, &viewer()?).await?;
    let age = feed::SHOWN_FOR.as_secs();
    forms::set_cookie(cookies::set(
        &state.config,
        ADDRESS_COOKIE,
        token.secret(),
        age,
        Readable::ByServer,
    ));
    forms::go_to(PAGE);
    Ok(())
}

/// Takes it away.
#[server(endpoint = "end_calendar_address", output = Json)]
pub async fn end_calendar_address() -> Result<(), AppError> {
    let state = AppState::here()?;
    feed::end(&state, &viewer()?).await?;
    forms::set_cookie(cookies::set(&state.config, ADDRESS_COOKIE, "", 0, Readable::ByServer));
    forms::go_to(PAGE);
    Ok(())
}
