//! The book alone: no sockets, no database, time that the test moves.

use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn ana() -> UserId {
    UserId::from_uuid(Uuid::from_u128(1))
}

fn tab(number: u128) -> ConnectionId {
    ConnectionId::from_uuid(Uuid::from_u128(number))
}

/// What listeners are told, by the method that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Changed(Presence),
    Elsewhere(Presence),
    Shown(Presence),
}

struct Notes(mpsc::UnboundedSender<Told>);

impl Notes {
    fn note(&self, told: Told) -> BoxFuture<'_, ()> {
        let _ = self.0.send(told);
        Box::pin(std::future::ready(()))
    }
}

impl PresenceListener for Notes {
    fn changed(&self, _: UserId, presence: Presence) -> BoxFuture<'_, ()> {
        self.note(Told::Changed(presence))
    }

    fn changed_elsewhere(&self, _: UserId, presence: Presence) -> BoxFuture<'_, ()> {
        self.note(Told::Elsewhere(presence))
    }

    fn shown_otherwise(&self, _: UserId, presence: Presence) -> BoxFuture<'_, ()> {
        self.note(Told::Shown(presence))
    }
}

fn running() -> (PresenceBook, mpsc::UnboundedReceiver<Told>) {
    let book = PresenceBook::new(GRACE);
    let (notes, heard) = mpsc::unbounded_channel();
    tokio::spawn(book.clone().run(vec![Arc::new(Notes(notes))]));
    (book, heard)
}

async fn next(heard: &mut mpsc::UnboundedReceiver<Told>) -> Told {
    tokio::time::timeout(GRACE * 3, heard.recv()).await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_blip_and_a_second_tab_change_nothing_and_leaving_does() {
    let (book, mut heard) = running();
    book.connected(ana(), tab(1), Attention::Active);
    assert_eq!(next(&mut heard).await, Told::Changed(Presence::Online));
    book.connected(ana(), tab(2), Attention::Active);
    book.disconnected(ana(), tab(2));
    book.disconnected(ana(), tab(1));
    tokio::time::sleep(GRACE / 2).await;
    assert_eq!(book.of(ana()), Presence::Online);
    book.connected(ana(), tab(3), Attention::Active);
    tokio::time::sleep(GRACE * 2).await;
    assert_eq!(book.of(ana()), Presence::Online);
    book.set_in_call(ana(), true);
    assert_eq!(next(&mut heard).await, Told::Changed(Presence::InCall));
    book.set_in_call(ana(), true);
    book.disconnected(ana(), tab(3));
    assert_eq!(next(&mut heard).await, Told::Changed(Presence::Offline));
    assert_eq!(book.of(ana()), Presence::Offline);
    assert!(book.online().is_empty());
    book.set_in_call(ana(), true);
    book.attends(ana(), tab(3), Attention::Idle);
    assert!(book.online().is_empty(), "who is not here stays so");
}

#[tokio::test(start_paused = true)]
async fn away_is_who_sits_at_none_of_their_tabs_and_in_no_call() {
    let (book, mut heard) = running();
    book.connected(ana(), tab(1), Attention::Active);
    book.connected(ana(), tab(2), Attention::Active);
    book.attends(ana(), tab(1), Attention::Idle);
    assert_eq!(book.of(ana()), Presence::Online, "the other tab is touched");
    book.attends(ana(), tab(2), Attention::Idle);
    assert_eq!(book.of(ana()), Presence::Away);
    // A tab that comes back as it was wakes nobody, nor does a moment without any.
    book.disconnected(ana(), tab(1));
    book.disconnected(ana(), tab(2));
    assert_eq!(book.of(ana()), Presence::Away);
    book.connected(ana(), tab(3), Attention::Idle);
    tokio::time::sleep(GRACE * 2).await;
    assert_eq!(book.of(ana()), Presence::Away);
    book.set_in_call(ana(), true);
    assert_eq!(book.of(ana()), Presence::InCall);
    book.set_in_call(ana(), false);
    book.attends(ana(), tab(3), Attention::Active);
    for presence in [
        Presence::Online,
        Presence::Away,
        Presence::InCall,
        Presence::Away,
        Presence::Online,
    ] {
        assert_eq!(next(&mut heard).await, Told::Changed(presence));
    }
    // The tab that was touched goes, one that was not stays.
    book.connected(ana(), tab(4), Attention::Idle);
    book.disconnected(ana(), tab(3));
    assert_eq!(next(&mut heard).await, Told::Changed(Presence::Away));
}

#[tokio::test(start_paused = true)]
async fn what_other_processes_say_counts_beside_what_is_here() {
    let (book, mut heard) = running();
    book.set_elsewhere(&HashMap::from([(ana(), Presence::Away)]));
    assert_eq!(next(&mut heard).await, Told::Elsewhere(Presence::Away));
    assert_eq!(book.online(), [ana()]);
    assert!(book.here().is_empty(), "what others write down is not ours to write");
    book.connected(ana(), tab(1), Attention::Active);
    assert_eq!(next(&mut heard).await, Told::Changed(Presence::Online));
    assert_eq!(book.here(), [(ana(), 1, Presence::Online)]);
    book.disconnected(ana(), tab(1));
    assert_eq!(next(&mut heard).await, Told::Changed(Presence::Away), "still there");
    book.show_otherwise(ana());
    assert_eq!(next(&mut heard).await, Told::Shown(Presence::Away));
    book.set_elsewhere(&HashMap::new());
    assert_eq!(next(&mut heard).await, Told::Elsewhere(Presence::Offline));
    assert!(book.online().is_empty());
}

/// Fails over the first change that it is told.
struct Stumbles(mpsc::UnboundedSender<Presence>, AtomicBool);

impl PresenceListener for Stumbles {
    fn changed(&self, _: UserId, presence: Presence) -> BoxFuture<'_, ()> {
        let is_up = self.1.swap(true, Ordering::SeqCst);
        assert!(is_up, "on purpose");
        let _ = self.0.send(presence);
        Box::pin(std::future::ready(()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_fails_leaves_the_news_to_the_next() {
    let book = PresenceBook::new(GRACE);
    let (notes, mut heard) = mpsc::unbounded_channel();
    let listeners: Vec<Arc<dyn PresenceListener>> = vec![Arc::new(Stumbles(notes, false.into()))];
    book.connected(ana(), tab(1), Attention::Active);
    book.set_in_call(ana(), true);
    let run = || tokio::spawn(book.clone().run(listeners.clone()));
    assert!(run().await.unwrap_err().is_panic());
    run();
    let next = tokio::time::timeout(GRACE, heard.recv()).await;
    assert_eq!(next, Ok(Some(Presence::InCall)), "the rest is lost");
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Connect(u128, bool),
    Disconnect(u128),
    Attend(u128, bool),
    Call(bool),
    Elsewhere(Option<Presence>),
    Wait,
}

fn event() -> impl Strategy<Value = Event> {
    let elsewhere = prop_oneof![Just(None), Just(Some(Presence::Online)), Just(Some(Presence::Away))];
    prop_oneof![
        (0..4_u128, any::<bool>()).prop_map(|(tab, idle)| Event::Connect(tab, idle)),
        (0..4_u128).prop_map(Event::Disconnect),
        (0..4_u128, any::<bool>()).prop_map(|(tab, idle)| Event::Attend(tab, idle)),
        any::<bool>().prop_map(Event::Call),
        elsewhere.prop_map(Event::Elsewhere),
        Just(Event::Wait),
    ]
}

const fn attention(idle: bool) -> Attention {
    if idle { Attention::Idle } else { Attention::Active }
}

/// Presence counted anew from all that happened: the open tabs, and whether the time without any is over.
#[derive(Debug, Default)]
struct Counted {
    tabs: HashMap<u128, bool>,
    is_here: bool,
    is_away: bool,
    in_call: bool,
    elsewhere: Option<Presence>,
}

impl Counted {
    fn happens(&mut self, event: Event) {
        match event {
            Event::Connect(tab, idle) => {
                self.tabs.insert(tab, idle);
                self.is_here = true;
            }
            Event::Disconnect(tab) => {
                self.tabs.remove(&tab);
            }
            Event::Attend(tab, idle) => {
                self.tabs.entry(tab).and_modify(|known| *known = idle);
            }
            Event::Call(in_call) => self.in_call = in_call && self.is_here,
            Event::Elsewhere(presence) => self.elsewhere = presence,
            Event::Wait if self.tabs.is_empty() => (self.is_here, self.in_call) = (false, false),
            Event::Wait => {}
        }
        if !self.tabs.is_empty() {
            self.is_away = self.tabs.values().all(|idle| *idle);
        }
    }

    fn presence(&self) -> Presence {
        let here = match (self.is_here, self.in_call, self.is_away) {
            (false, ..) => Presence::Offline,
            (true, true, _) => Presence::InCall,
            (true, false, true) => Presence::Away,
            (true, false, false) => Presence::Online,
        };
        here.or(self.elsewhere.unwrap_or(Presence::Offline))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever happens in whatever order: the book says what the open tabs say, and has told each change once.
    #[test]
    fn the_book_agrees_with_a_count_of_the_tabs(events in proptest::collection::vec(event(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (book, mut heard) = running();
            let mut counted = Counted::default();
            let mut told = Presence::Offline;
            for event in events {
                match event {
                    // A tab is connected once: its name is new each time.
                    Event::Connect(number, _) if counted.tabs.contains_key(&number) => continue,
                    Event::Connect(number, idle) => book.connected(ana(), tab(number), attention(idle)),
                    Event::Disconnect(number) if !counted.tabs.contains_key(&number) => continue,
                    Event::Disconnect(number) => book.disconnected(ana(), tab(number)),
                    Event::Attend(number, idle) => book.attends(ana(), tab(number), attention(idle)),
                    Event::Call(in_call) => book.set_in_call(ana(), in_call),
                    Event::Elsewhere(presence) => {
                        book.set_elsewhere(&presence.map(|presence| (ana(), presence)).into_iter().collect());
                    }
                    Event::Wait => tokio::time::sleep(GRACE * 2).await,
                }
                counted.happens(event);
                prop_assert_eq!(book.of(ana()), counted.presence());
                prop_assert_eq!(book.online().is_empty(), counted.presence() == Presence::Offline);
                tokio::task::yield_now().await;
                while let Ok(Told::Changed(now) | Told::Elsewhere(now)) = heard.try_recv() {
                    prop_assert_ne!(now, told, "told twice");
                    told = now;
                }
                prop_assert_eq!(told, counted.presence(), "the last word is not how it is");
            }
            Ok(())
        })?;
    }
}
