//! Notifications: a log without gaps, a list that counts right, and every event of the features in it.

mod by_mail;
mod list;
mod log;
mod push;
mod records;
mod retention;
mod settings;
mod subscriptions;

use futures::FutureExt as _;
use speakle::kernel::id::UserId;
use speakle::kernel::paging::Page;
use speakle::matching::model::{RequestId, Requests};
use speakle::notifications::inbox::Inbox;
use speakle::notifications::model::{Epoch, Notice, Notification};
use speakle::notifications::service::{self, Entry, Reading, Recorded};
use speakle::notifications::wire::{NotificationCommand, NotificationNews};
use speakle::protocol::{ClientMessage, ServerMessage};

use crate::harness::{Person, Socket, TestApp};

fn put(user: UserId, subject: &str, notice: Notice, reading: Reading) -> Entry {
    Entry::Put {
        user,
        subject: subject.to_owned(),
        actor: None,
        notice,
        reading,
    }
}

/// Something unread about a subject.
fn news(user: UserId, subject: &str) -> Entry {
    put(user, subject, Notice::CallDeclined, Reading::Unread)
}

fn read(user: UserId, subject: &str) -> Entry {
    Entry::MarkRead {
        user,
        subject: subject.to_owned(),
    }
}

/// Records in a transaction of its own.
async fn record(app: &TestApp, entries: Vec<Entry>) -> Vec<Recorded> {
    let now = app.state.clock.now();
    let work = app
        .state
        .db
        .transaction(move |conn| service::record_all(conn, now, entries).boxed());
    work.await.unwrap()
}

/// Records and tells it.
async fn tell(app: &TestApp, entries: Vec<Entry>) {
    let recorded = record(app, entries).await;
    service::publish(&app.state, recorded);
}

/// The next notification message that this socket has heard or will hear.
async fn hears(socket: &mut Socket) -> NotificationNews {
    socket
        .wait("news of notifications", |message| match message {
            ServerMessage::Notifications(news) => Some(news.clone()),
            _ => None,
        })
        .await
}

async fn resume(socket: &mut Socket, epoch: Option<Epoch>, after: u64) -> NotificationNews {
    ask(socket, epoch, after).await;
    hears(socket).await
}

async fn ask(socket: &mut Socket, epoch: Option<Epoch>, after: u64) {
    let command = NotificationCommand::Resume { epoch, after };
    socket.send(&ClientMessage::Notifications(command)).await;
}

/// What is under way to this socket, without waiting for more.
async fn heard_so_far(socket: &mut Socket) -> Vec<NotificationNews> {
    socket.settled().await;
    let mut heard = Vec::new();
    let count = socket
        .heard()
        .filter(|message| matches!(message, ServerMessage::Notifications(_)))
        .count();
    for _ in 0..count {
        heard.push(hears(socket).await);
    }
    heard
}

/// A client that follows as a tab does.
async fn follow(inbox: &mut Inbox, socket: &mut Socket, told: &mut Vec<Notification>, until: u64) {
    while inbox.last < until {
        let news = hears(socket).await;
        let heard = inbox.hear(news);
        told.extend(heard.fresh);
        if heard.needs_resume {
            ask(socket, inbox.epoch, inbox.last).await;
        }
    }
}

/// The first page of a person's list.
async fn lines(person: &Person) -> Vec<Notification> {
    let page: Page<Notification> = person.ask("notifications", &[]).await.unwrap();
    page.items
}

async fn badge(person: &Person) -> u32 {
    person.ask("unread_notifications", &[]).await.unwrap()
}

/// Asks somebody to become partners.
async fn request(from: &Person, to: &Person) -> RequestId {
    from.tell::<()>("send_request", &[("to", &to.username), ("message", "Tea?")])
        .await
        .unwrap();
    let requests: Requests = from.ask("open_requests", &[]).await.unwrap();
    requests
        .outgoing
        .iter()
        .find(|request| request.person == to.card)
        .unwrap()
        .id
}
