//! Server functions of notifications.

#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::{Epoch, Head, Notification, NotificationId, Settings};
use super::wire::NotificationNews;
use crate::kernel::error::AppError;
use crate::kernel::paging::Page;

#[cfg(feature = "ssr")]
use super::{
    push::service::{self as push, Device, SubscriptionForm},
    service,
};
#[cfg(feature = "ssr")]
use crate::{
    accounts::service::viewer,
    server::{
        http::{forms, origin::is_local_path},
        state::AppState,
    },
};

/// The list, newest first.
#[server(endpoint = "notifications", input = GetUrl, output = Json)]
pub async fn notifications(after: Option<String>) -> Result<Page<Notification>, AppError> {
    service::list(&AppState::here()?, &viewer()?, after.as_deref()).await
}

/// How many are unread.
#[server(endpoint = "unread_notifications", input = GetUrl, output = Json)]
pub async fn unread_notifications() -> Result<u32, AppError> {
    service::unread_of(&AppState::here()?, viewer()?.id).await
}

/// How far the log is: what comes later is news to a page that is made now.
#[server(endpoint = "notifications_so_far", input = GetUrl, output = Json)]
pub async fn notifications_so_far() -> Result<Head, AppError> {
    service::head(&AppState::here()?, viewer()?.id).await
}

/// The same answer as that of `NotificationCommand::Resume`, in one piece: for browsers whose sockets are blocked.
#[server(endpoint = "notifications_since", input = GetUrl, output = Json)]
pub async fn notifications_since(epoch: Option<Epoch>, after: u64) -> Result<NotificationNews, AppError> {
    service::since(&AppState::here()?, viewer()?.id, epoch, after).await
}

/// Marks everything read that was there at number `up_to`; what came after stays unread.
#[server(endpoint = "mark_all_notifications_read", output = Json)]
pub async fn mark_all_notifications_read(up_to: u64) -> Result<(), AppError> {
    service::mark_all_read(&AppState::here()?, viewer()?.id, up_to).await?;
    forms::go_to("/notifications");
    Ok(())
}

/// Marks one read. A plain form goes on to `next`, where it leads, or back to the list.
#[server(endpoint = "mark_notification_read", output = Json)]
pub async fn mark_notification_read(id: NotificationId, #[server(default)] next: String) -> Result<(), AppError> {
    service::mark_read(&AppState::here()?, viewer()?.id, id).await?;
    forms::go_to(if is_local_path(&next) { &next } else { "/notifications" });
    Ok(())
}

/// How the person wants to hear of things.
#[server(endpoint = "notification_settings", input = GetUrl, output = Json)]
pub async fn notification_settings() -> Result<Settings, AppError> {
    service::settings(&AppState::here()?, viewer()?.id).await
}

/// Saves them. `on[]` is one entry `kind.channel` (`call_received.sound`) for each ticked box, `quiet` is `on` if the quiet hours are kept,
/// `quiet_from` and `quiet_to` are times of day (`22:00`).
#[server(endpoint = "save_notification_settings", output = Json)]
pub async fn save_notification_settings(
    #[server(default)] on: Vec<String>,
    #[server(default)] quiet: String,
    quiet_from: String,
    quiet_to: String,
) -> Result<(), AppError> {
    let form = service::SettingsForm {
        on,
        quiet,
        quiet_from,
        quiet_to,
    };
    service::save_settings(&AppState::here()?, &viewer()?, form).await
}

/// What a browser subscribes to its push service with: the installation's public key, an uncompressed point on P-256 in base64url without
/// padding. For members only.
#[server(endpoint = "push_key", input = GetUrl, output = Json)]
pub async fn push_key() -> Result<String, AppError> {
    viewer()?;
    push::key(&AppState::here()?).await
}

/// Tells the person by this browser while no page is open, for as long as its sign-in lasts. The arguments are those of
/// `PushSubscription.toJSON`; one that somebody else saved before moves, if all three are the same.
#[server(endpoint = "save_push_subscription", output = Json)]
pub async fn save_push_subscription(endpoint: String, p256dh: String, auth: String) -> Result<(), AppError> {
    let form = SubscriptionForm { endpoint, p256dh, auth };
    let state = AppState::here()?;
    push::save(&state, &viewer()?, Device::here(&state)?, form).await
}

/// Tells them by this browser no more.
#[server(endpoint = "forget_push_subscription", output = Json)]
pub async fn forget_push_subscription(endpoint: String) -> Result<(), AppError> {
    push::forget(&AppState::here()?, &viewer()?, &endpoint).await
}
