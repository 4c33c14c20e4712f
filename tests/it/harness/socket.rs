//! The socket of a tab, typed.

use std::collections::VecDeque;
use std::net::SocketAddr;

use futures::{SinkExt as _, StreamExt as _};
use speakle::kernel::id::ConnectionId;
use speakle::protocol::{ClientMessage, ServerMessage};
use speakle::realtime::wire::{RefusedFrame, SocketCommand, SocketNews};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::{PATIENCE, TestApp};

/// An open socket. What was received and not yet asked for waits in order.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    inbox: VecDeque<ServerMessage>,
    /// Whether heartbeats are answered, as every client has to.
    answers: bool,
    pub connection: ConnectionId,
}

impl Socket {
    /// Opens one with these headers, and reads the welcome.
    ///
    /// # Errors
    /// The status of the answer that refused the upgrade.
    pub async fn open(app: &TestApp, cookies: Option<&str>, origin: Option<&str>) -> Result<Self, u16> {
        Self::open_at(app, "/ws", cookies, origin).await
    }

    /// The same at another address.
    ///
    /// # Errors
    /// As for [`Socket::open`].
    pub async fn open_at(app: &TestApp, path: &str, cookies: Option<&str>, origin: Option<&str>) -> Result<Self, u16> {
        Self::open_to(app.addr, path, cookies, origin).await
    }

    /// The same of whatever listens at `addr`.
    ///
    /// # Errors
    /// As for [`Socket::open`].
    pub async fn open_to(
        addr: SocketAddr,
        path: &str,
        cookies: Option<&str>,
        origin: Option<&str>,
    ) -> Result<Self, u16> {
        let mut request = format!("ws://{addr}{path}").into_client_request().unwrap();
        for (name, value) in [("cookie", cookies), ("origin", origin)] {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
        }
        let (mut stream, _) = match connect_async_with_config(request, None, true).await {
            Ok(opened) => opened,
            Err(Error::Http(response)) => return Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        };
        let first = stream.next().await.unwrap().unwrap();
        let ServerMessage::Realtime(SocketNews::Welcome { connection }) =
            serde_json::from_str(first.to_text().unwrap()).unwrap()
        else {
            panic!("{first} is no welcome");
        };
        Ok(Self {
            stream,
            inbox: VecDeque::new(),
            answers: true,
            connection,
        })
    }

    pub async fn send(&mut self, message: &ClientMessage) {
        self.send_raw(Message::text(serde_json::to_string(message).unwrap()))
            .await;
    }

    pub async fn send_raw(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// Sends although the server may have closed already.
    pub async fn try_send_raw(&mut self, message: Message) -> bool {
        self.stream.send(message).await.is_ok()
    }

    /// The first message, received or yet to come, that `pick` takes; the others stay.
    pub async fn wait<T>(&mut self, what: &str, mut pick: impl FnMut(&ServerMessage) -> Option<T>) -> T {
        for index in 0..self.inbox.len() {
            if let Some(found) = pick(&self.inbox[index]) {
                self.inbox.remove(index);
                return found;
            }
        }
        let search = async {
            loop {
                match self.receive().await {
                    Ok(message) => match pick(&message) {
                        Some(found) => return found,
                        None => self.inbox.push_back(message),
                    },
                    Err(code) => panic!("the socket closed ({code:?}) before: {what}"),
                }
            }
        };
        match tokio::time::timeout(PATIENCE, search).await {
            Ok(found) => found,
            Err(_) => panic!("waited in vain: {what}; heard {:?}", self.inbox),
        }
    }

    /// What was received and not asked for so far.
    pub fn heard(&self) -> impl Iterator<Item = &ServerMessage> {
        self.inbox.iter()
    }

    /// Sends a frame and waits for the server's refusal of it.
    pub async fn refused(&mut self, message: &ClientMessage) -> RefusedFrame {
        self.send(message).await;
        self.refusal().await
    }

    /// The next refusal.
    pub async fn refusal(&mut self) -> RefusedFrame {
        self.wait("a refusal", |message| match message {
            ServerMessage::Realtime(SocketNews::Refused { reason }) => Some(*reason),
            _ => None,
        })
        .await
    }

    /// Comes back when everything sent before was dealt with: the server refuses an unknown message in its turn.
    pub async fn settled(&mut self) {
        self.send_raw(Message::text(r#"{"nothing":"known"}"#)).await;
        assert_eq!(self.refusal().await, RefusedFrame::Malformed);
    }

    /// From now on heartbeats stay unanswered, as by a tab that hangs.
    pub fn answering_nothing(mut self) -> Self {
        self.answers = false;
        self
    }

    /// Waits until the server closes; the code that it gives, or `None` when the connection just ends.
    pub async fn closed(&mut self) -> Option<u16> {
        tokio::time::timeout(PATIENCE, self.closed_in_the_end())
            .await
            .expect("the server does not close the socket")
    }

    /// The same for as long as it takes.
    pub async fn closed_in_the_end(&mut self) -> Option<u16> {
        loop {
            match self.receive().await {
                Ok(message) => self.inbox.push_back(message),
                Err(code) => return code,
            }
        }
    }

    /// Closes as a tab does that is closed.
    pub async fn close(mut self) {
        let _ = self.stream.close(None).await;
        while let Some(Ok(_)) = self.stream.next().await {}
    }

    async fn receive(&mut self) -> Result<ServerMessage, Option<u16>> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    let message = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
                    if message == ServerMessage::Realtime(SocketNews::Heartbeat) {
                        if self.answers {
                            self.send(&ClientMessage::Realtime(SocketCommand::Heartbeat)).await;
                        }
                        continue;
                    }
                    return Ok(message);
                }
                Some(Ok(Message::Close(frame))) => {
                    // Answers the close, as the protocol wants.
                    let _ = self.stream.flush().await;
                    return Err(frame.map(|frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }
}
