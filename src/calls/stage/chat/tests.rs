//! Every order in which messages can come makes the same list.

use super::*;
use crate::kernel::error::Refusal;
use crate::kernel::time::Micros;
use crate::messages::model::MessageId;
use uuid::Uuid;

const ME: u128 = 1;
const PARTNER: u128 = 2;

fn id(number: u128) -> ClientId {
    ClientId::from_uuid(Uuid::from_u128(number))
}

fn thread() -> Thread {
    Thread::of(UserId::from_uuid(Uuid::from_u128(ME)))
}

fn at(day: u8, minute: u8) -> LocalTime {
    LocalTime {
        year: 2026,
        month: 11,
        day,
        hour: 14,
        minute,
        days_ago: i32::from(21 - day),
        this_year: true,
        at: Micros(0),
    }
}

/// The message that its author's page calls `number`, too.
fn message(author: u128, seq: u64) -> Message {
    Message {
        id: MessageId::from_uuid(Uuid::from_u128(seq.into())),
        client_id: id(seq.into()),
        seq,
        author: UserId::from_uuid(Uuid::from_u128(author)),
        text: seq.to_string(),
        at: at(21, seq as u8),
    }
}

fn page(authors: &[u128], from: u64, last: u64, read: u64) -> MessagePage {
    let messages: Vec<Message> = authors
        .iter()
        .zip(from..)
        .map(|(author, seq)| message(*author, seq))
        .collect();
    let unread = messages.iter().filter(|message| message.seq > read);
    MessagePage {
        unread: unread
            .filter(|message| message.author.uuid().as_u128() == PARTNER)
            .count() as u32,
        messages,
        last,
        read,
    }
}

fn unsent(number: u128, standing: Standing) -> Unsent {
    Unsent {
        conversation: ConversationId::from_uuid(Uuid::nil()),
        client_id: id(number),
        text: number.to_string(),
        standing,
    }
}

fn texts(thread: &Thread) -> Vec<String> {
    thread.lines().into_iter().map(|line| line.text).collect()
}

/// Every order of `0..count`.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    orders(count - 1)
        .into_iter()
        .flat_map(|order| {
            (0..count).map(move |place| {
                let mut order = order.clone();
                order.insert(place, count - 1);
                order
            })
        })
        .collect()
}

#[test]
fn whatever_comes_first_the_list_is_the_same_in_the_end() {
    // Two of each side, each of them written or said directly, and kept, some of it told twice.
    let happenings: [fn(&mut Thread); 7] = [
        |thread| thread.wrote(id(1), "1".into()),
        |thread| thread.kept(message(ME, 1)),
        |thread| thread.heard(id(2), "2".into()),
        |thread| thread.kept(message(PARTNER, 2)),
        |thread| thread.heard(id(3), "3".into()),
        |thread| thread.kept(message(PARTNER, 3)),
        |thread| thread.fetched(page(&[ME, PARTNER, PARTNER], 1, 3, 0)),
    ];
    let mut expected = thread();
    expected.fetched(page(&[ME, PARTNER, PARTNER], 1, 3, 0));
    let expected = expected.lines();
    assert_eq!(expected.len(), 3);
    for order in orders(happenings.len()) {
        let mut thread = thread();
        for place in &order {
            happenings[*place](&mut thread);
            let mut seen = thread.lines().into_iter().map(|line| line.key).collect::<Vec<_>>();
            seen.sort();
            seen.dedup();
            assert_eq!(
                seen.len(),
                thread.lines().len(),
                "{order:?}: something stands there twice"
            );
        }
        assert_eq!(thread.lines(), expected, "{order:?}");
        assert_eq!(thread.unread(), 2, "{order:?}");
        assert_eq!(thread.missing(), None, "{order:?}");
        assert_eq!(thread.unkept(), [], "{order:?}");
    }
}

#[test]
fn what_has_no_number_stands_at_the_end_in_the_order_of_hearing() {
    let mut thread = thread();
    thread.wrote(id(10), "10".into());
    thread.heard(id(11), "11".into());
    thread.kept(message(PARTNER, 1));
    thread.wrote(id(12), "12".into());
    assert_eq!(texts(&thread), ["1", "10", "11", "12"]);
    let mut twelve = message(ME, 12);
    twelve.seq = 2;
    thread.kept(twelve);
    assert_eq!(texts(&thread), ["1", "12", "10", "11"]);
    assert_eq!(thread.unkept(), [(id(10), "10".to_owned())]);
    thread.is_under_way(&[unsent(10, Standing::Refused(AppError::NotFound))]);
    assert_eq!(
        thread.unkept(),
        [],
        "what the server will not have is not said to the partner either"
    );
}

#[test]
fn both_may_call_a_message_the_same() {
    let mut thread = thread();
    thread.wrote(id(1), "mine".into());
    thread.heard(id(1), "theirs".into());
    thread.kept(message(PARTNER, 1));
    assert_eq!(texts(&thread), ["1", "mine"]);
}

#[test]
fn how_a_message_fares_is_shown_until_it_is_kept() {
    let mut thread = thread();
    let delivery = |thread: &Thread| thread.lines()[0].delivery.clone();
    thread.wrote(id(1), "1".into());
    assert_eq!(delivery(&thread), Delivery::Sending);
    thread.is_under_way(&[unsent(1, Standing::TryingAgain)]);
    assert_eq!(delivery(&thread), Delivery::TryingAgain);
    let error = AppError::Refused(Refusal::NotPartners);
    thread.is_under_way(&[unsent(1, Standing::Refused(error.clone()))]);
    assert_eq!(delivery(&thread), Delivery::Refused(error));
    thread.kept(message(ME, 1));
    assert_eq!(delivery(&thread), Delivery::Kept(at(21, 1)));
    // The outbox says so a moment later.
    thread.is_under_way(&[unsent(1, Standing::Sending)]);
    assert_eq!(texts(&thread), ["1"]);
    // From before a reload.
    thread.is_under_way(&[unsent(7, Standing::Sending)]);
    assert_eq!(texts(&thread), ["1", "7"]);
}

#[test]
fn a_missing_number_is_asked_for_and_only_then() {
    let mut thread = thread();
    thread.kept(message(PARTNER, 9));
    assert_eq!(thread.missing(), None, "nothing was fetched yet: the newest come first");
    thread.fetched(page(&[ME, PARTNER], 8, 9, 9));
    assert_eq!((thread.missing(), thread.begins_at()), (None, Some(8)));
    thread.kept(message(PARTNER, 12));
    assert_eq!(thread.missing(), Some(9));
    assert_eq!(texts(&thread), ["8", "9", "12"]);
    // As many as fit on a page, and then the rest.
    thread.fetched(page(&[ME], 10, 12, 9));
    assert_eq!(thread.missing(), Some(10));
    thread.fetched(page(&[ME, PARTNER], 11, 12, 9));
    assert_eq!((thread.missing(), thread.end()), (None, 12));
    thread.fetched_earlier(page(&[ME; 7], 1, 12, 9));
    assert_eq!(thread.begins_at(), None);
    // An answer that tells of more than it brings.
    thread.fetched(page(&[], 0, 13, 9));
    assert_eq!(thread.missing(), Some(12));
}

#[test]
fn an_empty_conversation_begins_at_the_beginning() {
    let mut thread = thread();
    thread.fetched(MessagePage::default());
    assert!(thread.is_fetched());
    assert_eq!((thread.missing(), thread.end(), thread.begins_at()), (None, 0, None));
    thread.kept(message(PARTNER, 2));
    assert_eq!((thread.missing(), thread.begins_at()), (Some(0), None));
}

#[test]
fn what_the_partner_wrote_counts_until_it_is_seen() {
    let mut thread = thread();
    let mut first = page(&[PARTNER, ME, PARTNER, PARTNER], 50, 53, 51);
    first.unread = 2;
    thread.fetched(first);
    assert_eq!((thread.unread(), thread.news()), (2, (0, None)));
    assert_eq!(thread.to_mark(), None, "not seen yet");
    thread.heard(id(54), "54".into());
    assert_eq!((thread.unread(), thread.news()), (3, (1, Some("54".to_owned()))));
    thread.kept(message(PARTNER, 54));
    assert_eq!((thread.unread(), thread.news().0), (3, 1), "told once");
    thread.heard(id(55), "55".into());
    thread.see();
    assert_eq!((thread.unread(), thread.to_mark()), (0, Some(54)));
    thread.read_up_to(54);
    assert_eq!(thread.to_mark(), None);
    thread.kept(message(PARTNER, 55));
    assert_eq!(
        (thread.unread(), thread.to_mark()),
        (0, Some(55)),
        "it was seen when it had no number"
    );
    thread.read_up_to(55);
    thread.wrote(id(56), "56".into());
    thread.kept(message(ME, 56));
    assert_eq!(
        (thread.unread(), thread.to_mark()),
        (0, None),
        "what one wrote oneself needs no marking"
    );
    thread.kept(message(PARTNER, 57));
    thread.kept(message(PARTNER, 58));
    thread.read_up_to(57);
    assert_eq!(thread.unread(), 1, "read in another tab");
}

#[test]
fn unread_messages_further_back_count_too() {
    let mut thread = thread();
    let mut first = page(&[PARTNER, PARTNER], 90, 91, 10);
    first.unread = 60;
    thread.fetched(first);
    assert_eq!(thread.unread(), 60);
    thread.see();
    assert_eq!((thread.unread(), thread.to_mark()), (0, Some(91)));
}

#[test]
fn days_stand_where_they_change_and_names_where_the_turn_does() {
    let mut thread = thread();
    let mut messages: Vec<Message> = [ME, ME, ME, PARTNER]
        .into_iter()
        .zip(1..)
        .map(|(a, s)| message(a, s))
        .collect();
    messages[0].at = at(19, 0);
    messages[1].at = at(19, 1);
    thread.fetched(MessagePage {
        messages,
        last: 4,
        read: 4,
        unread: 0,
    });
    thread.heard(id(5), "5".into());
    let lines = thread.lines();
    let days: Vec<bool> = lines.iter().map(|line| line.begins_day).collect();
    let turns: Vec<bool> = lines.iter().map(|line| line.begins_turn).collect();
    assert_eq!(days, [true, false, true, false, false]);
    assert_eq!(turns, [true, false, true, true, false]);
    let mut today = Thread::default();
    today.fetched(page(&[PARTNER], 1, 1, 1));
    assert!(!today.lines()[0].begins_day, "that it is today goes without saying");
}

#[test]
fn what_only_the_partners_page_says_is_bounded_and_the_servers_word_goes_on_counting() {
    let mut thread = thread();
    for number in 1..=200 {
        thread.heard(id(number), number.to_string());
    }
    assert_eq!(thread.lines().len(), HEARD);
    assert_eq!(thread.news().0 as usize, HEARD, "no sound for the rest");
    for seq in 1..=200 {
        thread.kept(message(PARTNER, seq));
    }
    assert_eq!(thread.lines().len(), 200, "whatever was kept is shown, once");
    thread.heard(id(300), "300".into());
    assert_eq!(thread.lines().len(), 201, "there is room again");
}
