//! Two processes of the real program on one database, and what becomes of the people at one that is killed.

use std::collections::HashSet;
use std::time::Duration;

use speakle::kernel::clock::Clock;
use speakle::kernel::id::UserId;
use speakle::kernel::time::Micros;
use speakle::matching::model::{PartnerView, Requests};
use speakle::on_engine;
use speakle::realtime::model::Presence;
use speakle::realtime::presence::shared::{GONE, place};
use speakle::server::db::Db;
use tempfile::TempDir;
use tokio::task::block_in_place;

use crate::harness::app::Storage;
use crate::harness::process::{PROGRAM, Serving};
use crate::harness::{Browser, Engine, PATIENCE, Socket, eventually};
use crate::realtime::hears;

both_engines!(
    the_people_of_a_process_that_is_killed_and_starts_again_are_gone_until_they_are_back,
    what_one_process_is_told_everybody_at_the_other_hears_of,
    // What the clock of a test shows in a moment (`presence.rs`) takes half a minute here.
    the_people_of_a_process_that_stays_away_are_gone,
);

/// Ana at one process and Ben at another; they are partners.
struct Two {
    hers: Serving,
    ana: Browser,
    ana_id: UserId,
    anas: Option<Socket>,
    ben: Browser,
    bens: Socket,
    his: Serving,
    storage: Storage,
    _folders: [TempDir; 2],
}

async fn register(at: &Serving, username: &str) -> Browser {
    let browser = at.visitor();
    let email = format!("{username}@mail.example");
    let form = [
        ("email", email.as_str()),
        ("username", username),
        ("password", "tr4nquil-otter-stamps"),
        ("speaks", "es"),
        ("learns", "en"),
        ("level", "B1"),
    ];
    browser.tell::<String>("register", &form).await.unwrap();
    browser
}

async fn socket(at: &Serving, browser: &Browser) -> Socket {
    let opened = Socket::open_to(at.addr, "/ws", Some(&browser.cookies()), Some(&at.origin())).await;
    opened.unwrap_or_else(|status| panic!("the socket is refused: {status}"))
}

async fn two(engine: Engine) -> Two {
    let storage = Storage::new(engine).await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let start = |folder: &TempDir| block_in_place(|| Serving::start(PROGRAM, folder.path(), &storage.url, &[]));
    let (hers, his) = (start(&folders[0]), start(&folders[1]));
    let (ana, ben) = (register(&hers, "ana").await, register(&his, "ben").await);
    let form = [("to", "ben"), ("message", "")];
    ana.tell::<()>("send_request", &form).await.unwrap();
    let open: Requests = ben.ask("open_requests", &[]).await.unwrap();
    let request = open.incoming[0].id.to_string();
    ben.tell::<()>("accept_request", &[("request", &request)])
        .await
        .unwrap();
    let mut bens = socket(&his, &ben).await;
    let anas = Some(socket(&hers, &ana).await);
    let ana_id = partner(&ben).await.person.id;
    hears(&mut bens, ana_id, Presence::Online).await;
    Two {
        hers,
        ana,
        ana_id,
        anas,
        ben,
        bens,
        his,
        storage,
        _folders: folders,
    }
}

async fn partner(of: &Browser) -> PartnerView {
    of.ask::<Vec<PartnerView>>("partners", &[]).await.unwrap().remove(0)
}

async fn the_people_of_a_process_that_is_killed_and_starts_again_are_gone_until_they_are_back(engine: Engine) {
    let mut two = two(engine).await;
    block_in_place(|| {
        two.hers.kill();
        two.hers.restart();
    });
    hears(&mut two.bens, two.ana_id, Presence::Offline).await;
    let view = partner(&two.ben).await;
    assert_eq!(view.presence, Presence::Offline);
    assert!(view.last_seen.is_some());
    two.anas = Some(socket(&two.hers, &two.ana).await);
    hears(&mut two.bens, two.ana_id, Presence::Online).await;
    assert_eq!(partner(&two.ben).await.presence, Presence::Online);
}

async fn the_people_of_a_process_that_stays_away_are_gone(engine: Engine) {
    let mut two = two(engine).await;
    let db = Db::open(&two.storage.url).await.unwrap();
    let (hers, his) = (place(two.hers.addr), place(two.his.addr));
    block_in_place(|| two.hers.kill());
    let killed = Clock::system().now();
    let seen_at = async |place: &str| {
        let rows = told(&db).await;
        rows.into_iter().find(|(at, _)| at == place).map(|(_, time)| time)
    };
    let last = seen_at(&hers).await.expect("nobody can know yet");
    // By the times that the processes write down, however slow the machine is: the first time that his tells that it lives when hers has
    // been silent for too long, it clears hers away.
    let mut too_late = HashSet::new();
    let cleared_away = async {
        loop {
            let rows = told(&db).await;
            if !rows.iter().any(|(at, _)| *at == hers) {
                break;
            }
            let lives = rows.into_iter().find(|(at, _)| *at == his).map(|(_, time)| time);
            too_late.extend(lives.filter(|time| time.since(last) > GONE));
            assert!(
                too_late.len() < 2,
                "his process lives at {too_late:?}, hers still counts"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE * 4, cleared_away)
        .await
        .expect("hers counts for ever");
    assert!(Clock::system().now().since(last) > GONE, "it was given up too early");
    hears(&mut two.bens, two.ana_id, Presence::Offline).await;
    let view = partner(&two.ben).await;
    assert_eq!(view.presence, Presence::Offline);
    let seen = view.last_seen.unwrap().at;
    assert!(last <= seen && seen <= killed, "{last:?}, {seen:?}, {killed:?}");
}

/// The processes that count, by their places, and when they last told that they live.
async fn told(db: &Db) -> Vec<(String, Micros)> {
    let rows: Vec<(String, i64)> = on_engine!(db.read().await.unwrap(), |c| sqlx::query_as(
        "SELECT place, seen_at FROM process"
    )
    .fetch_all(c)
    .await)
    .unwrap();
    rows.into_iter().map(|(place, time)| (place, Micros(time))).collect()
}

/// Invisible at one process is invisible at the other.
async fn what_one_process_is_told_everybody_at_the_other_hears_of(engine: Engine) {
    let two = two(engine).await;
    let choose = async |invisible: &str| {
        let form = [("invisible", invisible)];
        two.ana.tell::<bool>("set_invisible", &form).await.unwrap();
    };
    choose("true").await;
    assert_eq!(partner(&two.ben).await.presence, Presence::Offline);
    choose("false").await;
    eventually("ana to be shown again", || async {
        (partner(&two.ben).await.presence == Presence::Online).then_some(())
    })
    .await;
    drop(two.anas);
    eventually("ana to be gone", || async {
        (partner(&two.ben).await.presence == Presence::Offline).then_some(())
    })
    .await;
}
