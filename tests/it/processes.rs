//! Two processes of the real program on one database, and what becomes of the people at one that is killed.

use std::time::Instant;

use speakle::kernel::id::UserId;
use speakle::matching::model::{PartnerView, Requests};
use speakle::realtime::model::Presence;
use tempfile::TempDir;
use tokio::task::block_in_place;

use crate::harness::app::Storage;
use crate::harness::process::{PROGRAM, Serving};
use crate::harness::{Browser, Engine, Socket, eventually};
use crate::realtime::hears;

both_engines!(
    the_people_of_a_process_that_is_killed_and_starts_again_are_gone_until_they_are_back,
    what_one_process_is_told_everybody_at_the_other_hears_of,
);

// What the clock of a test shows in a moment (`presence.rs`) takes half a minute here.
both_engines_long!(the_people_of_a_process_that_stays_away_are_gone);

/// Ana at one process and Ben at another; they are partners.
struct Two {
    hers: Serving,
    ana: Browser,
    ana_id: UserId,
    anas: Option<Socket>,
    ben: Browser,
    bens: Socket,
    _his: Serving,
    _storage: Storage,
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
        _his: his,
        _storage: storage,
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
    let killed = Instant::now();
    block_in_place(|| two.hers.kill());
    assert_eq!(
        partner(&two.ben).await.presence,
        Presence::Online,
        "nobody can know yet"
    );
    hears(&mut two.bens, two.ana_id, Presence::Offline).await;
    println!("gone {:.1} s after the kill", killed.elapsed().as_secs_f64());
    let view = partner(&two.ben).await;
    assert_eq!(view.presence, Presence::Offline);
    assert!(view.last_seen.is_some());
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
