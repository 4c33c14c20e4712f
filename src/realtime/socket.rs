//! The server's end of one socket: reads frames, writes what the hub queues, sends heartbeats, closes what is dead.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures::future::BoxFuture;
use futures::{SinkExt as _, StreamExt as _};
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

use super::hub::{Hub, Seat};
use super::model::{Attention, CloseReason, HEARTBEAT, MAX_MESSAGE};
use super::wire::{RefusedFrame, ServerWire, SocketNews, encode};
use crate::kernel::id::{ConnectionId, UserId};

/// Reading: axum's default of 128 KiB a socket would be most of what an idle connection costs.
const READ_BUFFER: usize = 4 * 1024;
/// Writing: beyond this the peer does not read, and is closed.
const WRITE_BUFFER: usize = 256 * 1024;
/// Messages that one socket may send in a burst, and per second after it. A negotiation is some forty.
const BURST: f64 = 300.0;
const PER_SECOND: f64 = 60.0;
/// How long a closing socket may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// Who is at the other end.
#[derive(Clone, Copy, Debug)]
pub struct Who {
    /// The person, as the session cookie said.
    pub user: UserId,
    /// The sign-in that the socket came with.
    pub session: Uuid,
    /// The socket.
    pub connection: ConnectionId,
}

/// The server could not do what it should have. The socket is closed: whoever comes back is told how things stand and asks anew, so nothing
/// stays unsaid because the database was away for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault;

/// Why a frame was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untaken {
    /// It is not to be taken.
    Refused(RefusedFrame),
    /// It could not be.
    Fault,
}

/// What the features do with sockets. `dispatch.rs` implements it; the ground knows only this.
pub trait Dispatch: Send + Sync + 'static {
    /// A socket is open: the frames that say how things stand. They are written before anything that was sent to the person since the
    /// socket has joined the hub, so that news are never followed by an older picture which does not show them.
    fn opened(&self, who: Who) -> BoxFuture<'_, Result<Vec<String>, Fault>>;
    /// A frame came.
    fn frame(&self, who: Who, frame: String) -> BoxFuture<'_, Result<(), Untaken>>;
    /// The socket is gone.
    fn closed(&self, who: Who) -> BoxFuture<'_, ()>;
    /// Whether the session that the socket came with is still in force.
    fn in_force(&self, who: Who) -> BoxFuture<'_, bool>;
}

/// Answers the upgrade of a request that has passed the checks of session and origin.
pub fn accept(
    upgrade: WebSocketUpgrade,
    hub: Hub,
    dispatch: Arc<dyn Dispatch>,
    user: UserId,
    session: Uuid,
    attention: Attention,
) -> Response {
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(move |socket| async move {
            let who = Who {
                user,
                session,
                connection: ConnectionId::random(),
            };
            serve(socket, &hub, &*dispatch, who, attention).await;
            dispatch.closed(who).await;
        })
}

async fn serve(socket: WebSocket, hub: &Hub, dispatch: &dyn Dispatch, who: Who, attention: Attention) {
    let mut seat = hub.join(who.connection, who.user, who.session, attention);
    let (mut writer, mut reader) = socket.split();
    // The session may have ended between the request and this moment; from here on the hub would close the socket.
    if !dispatch.in_force(who).await {
        return say_goodbye(&mut writer, &mut reader, CloseReason::SignedOut).await;
    }
    let welcome = SocketNews::Welcome {
        connection: who.connection,
    };
    if write(&mut writer, &mut seat.close, &welcome).await.is_err() {
        return;
    }
    let Ok(frames) = dispatch.opened(who).await else {
        return say_goodbye(&mut writer, &mut reader, CloseReason::Fault).await;
    };
    for frame in frames {
        if deliver(&mut writer, &mut seat.close, Message::Text(frame.into()))
            .await
            .is_err()
        {
            return;
        }
    }

    let mut heartbeat = tokio::time::interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    // After a stall one heartbeat is due, not all that were missed: the first of them would count as not answered.
    heartbeat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut is_answered = true;
    let mut allowance = Allowance::new();
    let reason = loop {
        tokio::select! {
            // What comes in goes first (a socket has an allowance for it): on a thin line with much to deliver, the person's own
            // heartbeats and "leave" would have to wait for all of it.
            biased;
            message = reader.next() => {
                is_answered = true;
                match message {
                    Some(Ok(Message::Text(_) | Message::Binary(_))) if !allowance.take() => break Some(CloseReason::TooFast),
                    Some(Ok(Message::Text(text))) => {
                        let written = match dispatch.frame(who, text.as_str().to_owned()).await {
                            Ok(()) => Ok(()),
                            Err(Untaken::Fault) => break Some(CloseReason::Fault),
                            Err(Untaken::Refused(reason)) => refuse(&mut writer, &mut seat, reason).await,
                        };
                        if let Err(reason) = written {
                            break reason;
                        }
                    }
                    Some(Ok(Message::Binary(_))) => {
                        if let Err(reason) = refuse(&mut writer, &mut seat, RefusedFrame::Malformed).await {
                            break reason;
                        }
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                }
            }
            _ = heartbeat.tick() => {
                if !is_answered {
                    break Some(CloseReason::Silent);
                }
                if !dispatch.in_force(who).await {
                    break Some(CloseReason::SignedOut);
                }
                is_answered = false;
                if let Err(reason) = write(&mut writer, &mut seat.close, &SocketNews::Heartbeat).await {
                    break reason;
                }
            }
            // Before a close: what was queued until then is still delivered.
            frame = seat.frames.recv() => match frame {
                Some(frame) => {
                    if let Err(reason) = deliver(&mut writer, &mut seat.close, Message::Text((&*frame).into())).await {
                        break reason;
                    }
                }
                None => break None,
            },
            reason = wanted_closed(&mut seat.close) => break reason,
        }
    };
    if let Some(reason) = reason {
        say_goodbye(&mut writer, &mut reader, reason).await;
    }
}

/// Closes with a code, and waits a moment for the peer to answer.
async fn say_goodbye(
    writer: &mut (impl futures::Sink<Message, Error = axum::Error> + Unpin),
    reader: &mut (impl futures::Stream<Item = Result<Message, axum::Error>> + Unpin),
    reason: CloseReason,
) {
    let goodbye = Message::Close(Some(CloseFrame {
        code: reason.code(),
        reason: format!("{reason:?}").into(),
    }));
    let _ = tokio::time::timeout(GOODBYE, async {
        writer.send(goodbye).await?;
        // Until the peer has answered; dropping at once would reset the connection under the close frame.
        while let Some(Ok(_)) = reader.next().await {}
        Ok::<_, axum::Error>(())
    })
    .await;
}

/// Waits until the hub wants the connection closed; the borrow of the channel must not live across an await.
async fn wanted_closed(close: &mut watch::Receiver<Option<CloseReason>>) -> Option<CloseReason> {
    close.wait_for(Option::is_some).await.map_or(None, |reason| *reason)
}

/// Why a socket ends while something is written to it; `None` when the connection is gone and nothing can be said any more.
type Ending = Option<CloseReason>;

async fn write<W>(writer: &mut W, close: &mut watch::Receiver<Ending>, news: &SocketNews) -> Result<(), Ending>
where
    W: futures::Sink<Message, Error = axum::Error> + Unpin,
{
    let frame = encode(SocketNews::FEATURE, news).map_err(|_| None)?;
    deliver(writer, close, Message::Text(frame.into())).await
}

/// Answers a frame that is refused. As with every other answer, what was queued before it goes before it.
async fn refuse<W>(writer: &mut W, seat: &mut Seat, reason: RefusedFrame) -> Result<(), Ending>
where
    W: futures::Sink<Message, Error = axum::Error> + Unpin,
{
    while let Ok(frame) = seat.frames.try_recv() {
        deliver(writer, &mut seat.close, Message::Text((&*frame).into())).await?;
    }
    write(writer, &mut seat.close, &SocketNews::Refused { reason }).await
}

/// Writes, but waits neither for a peer that reads nothing nor past the moment at which the hub wants the connection closed.
async fn deliver<W>(writer: &mut W, close: &mut watch::Receiver<Ending>, message: Message) -> Result<(), Ending>
where
    W: futures::Sink<Message, Error = axum::Error> + Unpin,
{
    tokio::select! {
        // Written first, if the peer takes it: the clocks behind cost nothing then.
        biased;
        sent = writer.send(message) => sent.map_err(|_| None),
        reason = wanted_closed(close) => Err(reason),
        () = tokio::time::sleep(HEARTBEAT) => Err(Some(CloseReason::TooSlow)),
    }
}

/// A token bucket for one socket.
struct Allowance {
    left: f64,
    at: Instant,
}

impl Allowance {
    fn new() -> Self {
        Self {
            left: BURST,
            at: Instant::now(),
        }
    }

    fn take(&mut self) -> bool {
        let now = Instant::now();
        self.left = (self.left + now.duration_since(self.at).as_secs_f64() * PER_SECOND).min(BURST);
        self.at = now;
        self.left -= 1.0;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_fine_and_a_flood_is_not() {
        let mut allowance = Allowance::new();
        assert!((0..BURST as usize).all(|_| allowance.take()));
        assert!(!allowance.take());
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!((0..100).all(|_| allowance.take()));
    }
}
