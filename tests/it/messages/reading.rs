//! Reading: pages in both directions, and how far somebody has read.

use speakle::messages::model::{MessagePage, PAGE};
use speakle::messages::wire::MessageNews;
use speakle::protocol::ServerMessage;

use super::{conversation, mark_read, page, write};
use crate::harness::{Engine, Socket, TestApp};

both_engines!(
    pages_go_both_ways_and_fit_together,
    what_was_read_counts_as_read_everywhere,
    times_are_those_of_the_reader,
    the_page_of_a_room_knows_its_conversation,
);

fn numbers(page: &MessagePage) -> Vec<u64> {
    page.messages.iter().map(|message| message.seq).collect()
}

async fn pages_go_both_ways_and_fit_together(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let ours = conversation(&pair);
    assert_eq!(page(&ana, ours, None).await.unwrap(), MessagePage::default());

    let count = 2 * PAGE as u64 + 7;
    for number in 1..=count {
        let author = if number % 3 == 0 { &ben } else { &ana };
        write(author, ours, &number.to_string()).await.unwrap();
    }
    let size = PAGE as u64;
    let read = async |span| page(&ben, ours, span).await.unwrap();
    let newest = read(None).await;
    assert_eq!(numbers(&newest), ((count - size + 1)..=count).collect::<Vec<_>>());
    assert_eq!((newest.last, newest.read), (count, 0));
    assert_eq!(u64::from(newest.unread), count - count / 3, "those of the other");
    let first = newest.messages[0].seq;
    assert_eq!(
        numbers(&read(Some(("before", first))).await),
        ((first - size)..first).collect::<Vec<_>>()
    );
    assert_eq!(numbers(&read(Some(("before", 3))).await), [1, 2]);
    assert_eq!(numbers(&read(Some(("before", 1))).await), Vec::<u64>::new());
    assert_eq!(numbers(&read(Some(("after", 0))).await), (1..=size).collect::<Vec<_>>());
    assert_eq!(numbers(&read(Some(("after", count - 2))).await), [count - 1, count]);
    assert_eq!(numbers(&read(Some(("after", count))).await), Vec::<u64>::new());
    assert_eq!(numbers(&read(Some(("after", u64::MAX))).await), Vec::<u64>::new());
    assert_eq!(numbers(&read(Some(("before", u64::MAX))).await), numbers(&newest));
}

/// Up to where the next news say that one has read.
async fn read_on(socket: &mut Socket) -> u64 {
    socket
        .wait("that it was read", |message| match message {
            ServerMessage::Messages(MessageNews::Read { up_to, .. }) => Some(*up_to),
            _ => None,
        })
        .await
}

async fn what_was_read_counts_as_read_everywhere(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let ours = conversation(&pair);
    mark_read(&ben, ours, 5).await.unwrap();
    assert_eq!(
        app.number("SELECT COUNT(*) FROM conversation").await,
        0,
        "nothing to read"
    );
    for text in ["1", "2", "3"] {
        write(&ana, ours, text).await.unwrap();
    }
    write(&ben, ours, "4").await.unwrap();
    let (mut bens, mut anas) = (app.ws(&ben).await, app.ws(&ana).await);
    let state = async |person| {
        let page = page(person, ours, None).await.unwrap();
        (page.read, page.unread)
    };
    assert_eq!((state(&ben).await, state(&ana).await), ((0, 3), (0, 1)));
    mark_read(&ben, ours, 2).await.unwrap();
    assert_eq!(read_on(&mut bens).await, 2);
    assert_eq!(state(&ben).await, (2, 1));
    // Backwards, and what is not there yet.
    mark_read(&ben, ours, 1).await.unwrap();
    mark_read(&ben, ours, 2).await.unwrap();
    mark_read(&ben, ours, 1_000).await.unwrap();
    assert_eq!(
        read_on(&mut bens).await,
        4,
        "only what changed is told, and never more than there is"
    );
    assert_eq!(state(&ben).await, (4, 0));
    write(&ana, ours, "5").await.unwrap();
    assert_eq!(state(&ben).await, (4, 1));
    assert_eq!(state(&ana).await, (0, 1), "each reads for themselves");
    anas.settled().await;
    let told = |message: &ServerMessage| matches!(message, ServerMessage::Messages(MessageNews::Read { .. }));
    assert!(!anas.heard().any(told), "how far somebody has read is their own");
}

async fn times_are_those_of_the_reader(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    app.execute("UPDATE users SET time_zone = 'Asia/Tokyo' WHERE username = 'ben'")
        .await;
    let mut bens = app.ws(&ben).await;
    // 09:00 UTC.
    let sent = write(&ana, conversation(&pair), "Morning").await.unwrap();
    assert_eq!((sent.at.hour, sent.at.minute), (11, 0), "in Madrid");
    let (_, heard) = super::said(&mut bens).await;
    assert_eq!((heard.at.hour, heard.at.at), (18, sent.at.at));
    let read = page(&ben, conversation(&pair), None).await.unwrap();
    assert_eq!(read.messages, [heard]);
}

async fn the_page_of_a_room_knows_its_conversation(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let room = pair.room.to_string();
    for person in [&ana, &ben] {
        let view: speakle::calls::model::RoomView = person.ask("room", &[("room", &room)]).await.unwrap();
        assert_eq!(view.conversation, conversation(&pair));
    }
}
