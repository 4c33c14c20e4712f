//! The one match from what a browser sends to the services that answer.

use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::accounts::model::SessionId;
use crate::accounts::service as accounts;
use crate::accounts::status::choose as status;
use crate::calls::service::{self as calls, Calls};
use crate::invitations::service::Invitations;
use crate::kernel::error::AppError;
use crate::matching::service as matching;
use crate::notifications::service as notifications;
use crate::notifications::wire::NotificationCommand;
use crate::protocol::ClientMessage;
use crate::realtime::socket::{Dispatch, Fault, Untaken, Who};
use crate::realtime::wire::{RefusedFrame, ServerWire, encode};
use crate::server::state::AppState;

/// Hands frames to the features.
pub struct Dispatcher {
    /// The parts of the process.
    pub state: AppState,
    /// Ringing.
    pub invitations: Invitations,
    /// Calls.
    pub calls: Calls,
}

fn frame<M: ServerWire>(message: &M) -> Result<String, AppError> {
    encode(M::FEATURE, message).map_err(|error| {
        tracing::error!(feature = M::FEATURE, %error, "message is no JSON");
        AppError::Internal
    })
}

impl Dispatcher {
    async fn message(&self, who: Who, message: ClientMessage) -> Result<bool, AppError> {
        match message {
            ClientMessage::Realtime(command) => {
                self.state.hub.command(who.user, who.connection, &command);
                Ok(true)
            }
            ClientMessage::Notifications(NotificationCommand::Resume { epoch, after }) => {
                notifications::resume(&self.state, who.user, who.connection, epoch, after)
                    .await
                    .map(|()| true)
            }
            ClientMessage::Invitations(command) => self.invitations.command(who.user, command).await.map(|()| true),
            ClientMessage::Calls(command) => self.calls.command(who, command).await,
        }
    }

    async fn snapshots(&self, who: Who) -> Result<Vec<String>, AppError> {
        Ok(vec![
            frame(&matching::snapshot(&self.state, who.user).await?)?,
            frame(&self.invitations.snapshot(who.user).await?)?,
            frame(&calls::ongoing(&self.state, who.user).await?)?,
            frame(&status::snapshot(&self.state, who.user).await?)?,
        ])
    }
}

impl Dispatch for Dispatcher {
    fn opened(&self, who: Who) -> BoxFuture<'_, Result<Vec<String>, Fault>> {
        async move {
            self.snapshots(who).await.map_err(|error| {
                tracing::warn!(%error, "a new socket was not told how things stand");
                Fault
            })
        }
        .boxed()
    }

    fn frame(&self, who: Who, frame: String) -> BoxFuture<'_, Result<(), Untaken>> {
        async move {
            let message = serde_json::from_str(&frame).map_err(|_| Untaken::Refused(RefusedFrame::Malformed))?;
            match self.message(who, message).await {
                Ok(true) => Ok(()),
                Ok(false) | Err(AppError::Limited { .. }) => Err(Untaken::Refused(RefusedFrame::NotAllowed)),
                Err(error) => {
                    tracing::warn!(%error, "a frame was not answered");
                    Err(Untaken::Fault)
                }
            }
        }
        .boxed()
    }

    fn closed(&self, _: Who) -> BoxFuture<'_, ()> {
        // A socket that closes ends nothing: presence counts it, and calls have clocks of their own.
        std::future::ready(()).boxed()
    }

    fn in_force(&self, who: Who) -> BoxFuture<'_, bool> {
        async move {
            // A database that is away for a moment must not sign anybody out.
            accounts::is_in_force(&self.state, SessionId::from_uuid(who.session))
                .await
                .unwrap_or(true)
        }
        .boxed()
    }
}
