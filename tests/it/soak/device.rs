//! A device on the network: a socket that opens, breaks, and comes back as docs/protocol.md says.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::client::{Client, Model};
use super::dice::Dice;
use super::world::World;

/// Silence after which a socket is taken for dead.
const SILENCE: Duration = Duration::from_secs(30);
/// A socket that does not open by then is tried again.
const OPENING: Duration = Duration::from_secs(10);

/// What befalls a device.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// The connection is torn: the server is sent a reset.
    Reset,
    /// The connection ends without a goodbye.
    Vanish,
    /// Nothing is read for a while; the connection stays.
    Sleep(Duration),
    /// It is put away for good.
    Off,
}

/// Its controls.
pub struct Device {
    pub name: String,
    client: Arc<Mutex<Client>>,
    faults: UnboundedSender<Fault>,
}

enum End {
    Off,
    Lost { was_open: bool },
}

impl Device {
    /// Switches it on; it lives until [`Fault::Off`].
    pub fn start(world: Arc<World>, name: String, cookies: String, model: Model, dice: Dice) -> Self {
        let client = Arc::new(Mutex::new(Client::new(model)));
        let (sender, receiver) = unbounded_channel();
        let life = Life {
            world,
            cookies,
            client: client.clone(),
            faults: receiver,
            caught_up_with: 0,
            dice,
        };
        tokio::spawn(life.live());
        Self {
            name,
            client,
            faults: sender,
        }
    }

    pub fn befall(&self, fault: Fault) {
        let _ = self.faults.send(fault);
    }

    pub fn client(&self) -> MutexGuard<'_, Client> {
        self.client.lock().unwrap()
    }
}

struct Life {
    world: Arc<World>,
    cookies: String,
    client: Arc<Mutex<Client>>,
    faults: UnboundedReceiver<Fault>,
    /// The last kill of the server after which it caught up.
    caught_up_with: usize,
    dice: Dice,
}

impl Life {
    async fn live(mut self) {
        let mut tries = 0;
        loop {
            match self.one_socket().await {
                End::Off => return,
                End::Lost { was_open: true } => tries = 0,
                End::Lost { was_open: false } => tries += 1,
            }
            // min(0.5 s × 2ⁿ, 15 s), by a factor between a half and one.
            let longest = Duration::from_millis(500).saturating_mul(1 << tries.min(5));
            let wait = longest
                .min(Duration::from_secs(15))
                .mul_f64(0.5 + self.dice.below(500) as f64 / 1_000.0);
            let slept = timeout(wait, async {
                while let Some(fault) = self.faults.recv().await {
                    if matches!(fault, Fault::Off) {
                        return;
                    }
                }
            });
            if slept.await.is_ok() {
                return;
            }
        }
    }

    async fn open(&self) -> Option<WebSocketStream<TcpStream>> {
        let stream = TcpStream::connect(self.world.addr).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let mut request = format!("ws://{}/ws", self.world.addr).into_client_request().ok()?;
        for (name, value) in [("cookie", &self.cookies), ("origin", &self.world.origin)] {
            request.headers_mut().insert(name, value.parse().ok()?);
        }
        Some(client_async(request, stream).await.ok()?.0)
    }

    async fn one_socket(&mut self) -> End {
        let life_of_server = self.world.kills();
        let Ok(Some(mut stream)) = timeout(OPENING, self.open()).await else {
            return End::Lost { was_open: false };
        };
        let mut was_open = false;
        loop {
            let message = tokio::select! {
                fault = self.faults.recv() => match fault {
                    Some(Fault::Sleep(span)) => {
                        tokio::time::sleep(span).await;
                        continue;
                    }
                    Some(Fault::Reset) => {
                        let _ = stream.get_ref().set_zero_linger();
                        return End::Lost { was_open };
                    }
                    Some(Fault::Vanish) => return End::Lost { was_open },
                    Some(Fault::Off) | None => return End::Off,
                },
                message = timeout(SILENCE, stream.next()) => message,
            };
            let frame = match message {
                Ok(Some(Ok(Message::Text(frame)))) => frame,
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) | Err(_) => return End::Lost { was_open },
                Ok(Some(Ok(_))) => continue,
            };
            let answers = if frame.contains(r#"{"realtime":{"type":"welcome""#) {
                was_open = true;
                vec![self.client.lock().unwrap().resume()]
            } else if *frame == *r#"{"realtime":{"type":"heartbeat"}}"# {
                vec![frame.to_string()]
            } else {
                let reply = self.client.lock().unwrap().hear(&frame);
                if reply.is_caught_up && self.caught_up_with < life_of_server {
                    self.caught_up_with = life_of_server;
                    self.world.caught_up(life_of_server);
                }
                reply.frames
            };
            for answer in answers {
                if stream.send(Message::text(answer)).await.is_err() {
                    return End::Lost { was_open };
                }
            }
        }
    }
}
