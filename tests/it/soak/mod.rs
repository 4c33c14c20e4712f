//! The soak: people with several devices each, over real HTTP and real sockets, on the real program, which is killed again and again; and a
//! checker that nothing was lost, repeated or told differently.
//!
//! - `SPEAKLE_SOAK_SEED` repeats the choices of a run, which prints its seed (what comes of them depends on the machine).
//! - `SPEAKLE_SOAK_EVENTS` how many numbers the people's logs reach in all, `SPEAKLE_SOAK_SECONDS` how long it takes at most,
//!   `SPEAKLE_SOAK_CLIENTS` how many people, `SPEAKLE_SOAK_KILLS` how often the server is killed, `SPEAKLE_SOAK_BREAKS` how often a socket.
//! - `SPEAKLE_BIN` another program than the one that the tests were built with.
//! - `SPEAKLE_LONG=1` (`script/test --long`) for 20,000 events on PostgreSQL too, where an ordinary run makes fewer.

mod checked;
mod checker;
mod client;
mod device;
mod dice;
mod person;
mod truth;
mod world;

use std::sync::Arc;
use std::time::{Duration, Instant};

use speakle::kernel::paging::Page;
use speakle::notifications::inbox::Inbox;
use speakle::notifications::model::Notification;
use speakle::server::db::Db;
use tokio::task::block_in_place;
use uuid::Uuid;

use self::checker::{Saw, faults};
use self::client::Model;
use self::device::{Device, Fault};
use self::dice::Dice;
use self::person::Person;
use self::world::World;
use crate::harness::app::Storage;
use crate::harness::process::{Memory, PROGRAM, Serving};
use crate::harness::{Browser, Engine, eventually};

both_engines!(nothing_is_lost_repeated_or_told_differently);

/// Hands of each person: presses that are under way at once.
const HANDS: usize = 3;
/// How long a call rings, in seconds.
const RING_SECONDS: u64 = 2;
/// How long it may take until nothing is under way any more: a job that a killed process had begun waits for the end of its lease.
const SETTLING: Duration = Duration::from_secs(60);
/// A password that no dictionary has.
const PASSWORD: &str = "nine gulls over a grey harbour";

/// What a run is to be like.
struct Plan {
    engine: Engine,
    seed: u64,
    events: u64,
    longest: Duration,
    clients: usize,
    kills: u64,
    breaks: u64,
}

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

impl Plan {
    fn of(engine: Engine) -> Self {
        let is_long = std::env::var("SPEAKLE_LONG").is_ok_and(|long| long == "1");
        let events = match engine {
            Engine::Postgres if !is_long => 1_500,
            Engine::Sqlite | Engine::Postgres => 20_000,
        };
        let events = setting("SPEAKLE_SOAK_EVENTS").unwrap_or(events);
        Self {
            engine,
            seed: setting("SPEAKLE_SOAK_SEED").unwrap_or_else(|| Uuid::new_v4().as_u64_pair().1),
            events,
            longest: Duration::from_secs(setting("SPEAKLE_SOAK_SECONDS").unwrap_or(3_600)),
            clients: setting("SPEAKLE_SOAK_CLIENTS").unwrap_or(20) as usize,
            kills: setting("SPEAKLE_SOAK_KILLS").unwrap_or((events / 1_000).max(3)),
            breaks: setting("SPEAKLE_SOAK_BREAKS").unwrap_or(events / 50),
        }
    }
}

async fn nothing_is_lost_repeated_or_told_differently(engine: Engine) {
    let plan = Plan::of(engine);
    println!("soak: {:?}, SPEAKLE_SOAK_SEED={}", plan.engine, plan.seed);
    let storage = Storage::new(engine).await;
    let folder = tempfile::tempdir().unwrap();
    let program = std::env::var("SPEAKLE_BIN").unwrap_or_else(|_| PROGRAM.to_owned());
    let ring_seconds = RING_SECONDS.to_string();
    let settings = [("RATE_LIMIT", "off"), ("RING_SECONDS", &ring_seconds), ("LOG", "warn")];
    let server = block_in_place(|| Serving::start(program, folder.path(), &storage.url, &settings));
    let soak = Soak::begin(plan, server, &storage.url).await;
    soak.run().await;
}

/// A run.
struct Soak {
    plan: Plan,
    server: Serving,
    db: Db,
    world: Arc<World>,
    people: Vec<Arc<Person>>,
    ids: Vec<Uuid>,
    dice: Dice,
    /// How long the server was away, kill by kill.
    away: Vec<Duration>,
    memory: Memory,
}

impl Soak {
    /// Everybody moves in and switches their devices on.
    async fn begin(plan: Plan, mut server: Serving, url: &str) -> Self {
        let mut dice = Dice::new(plan.seed);
        let world = Arc::new(World::new(server.addr, server.origin()));
        let people = (0..plan.clients).map(|number| move_in(world.clone(), &server, number, dice.split()));
        let people: Vec<Arc<Person>> = futures::future::join_all(people).await;
        let db = Db::open(url).await.unwrap();
        let names: Vec<String> = people.iter().map(|person| person.username.clone()).collect();
        let ids = truth::people(&db, &names).await;
        // Passwords were hashed while people moved in, whose memory is not that of a soak.
        block_in_place(|| {
            server.kill();
            server.restart();
        });
        Self {
            plan,
            server,
            db,
            world,
            people,
            ids,
            dice,
            away: Vec::new(),
            memory: Memory::default(),
        }
    }

    fn devices(&self) -> impl Iterator<Item = &Device> {
        self.people.iter().flat_map(|person| &person.devices)
    }

    /// How many numbers the logs have reached.
    fn events(&self) -> u64 {
        self.people.iter().map(|person| person.last()).sum()
    }

    async fn run(mut self) {
        let began = Instant::now();
        let hands: Vec<_> = self
            .people
            .iter()
            .flat_map(|person| std::iter::repeat_n(person, HANDS))
            .map(|person| {
                let (person, world, everybody) = (person.clone(), self.world.clone(), self.people.clone());
                let dice = self.dice.split();
                tokio::spawn(async move { person.live(&world, &everybody, dice).await })
            })
            .collect();
        self.torment(began).await;
        let (events, took) = (self.events(), began.elapsed());
        self.world.end();
        for hand in hands {
            hand.await.unwrap();
        }
        self.settle().await;
        self.note_memory();
        self.quiet("at the end").await;
        self.lists_are_served().await;
        for device in self.devices() {
            device.befall(Fault::Off);
        }
        self.judge(events, took).await;
    }

    /// Kills sockets and the server until there are events enough, and looks from time to time whether everybody knows the same.
    async fn torment(&mut self, began: Instant) {
        let (events, kills, breaks) = (self.plan.events, self.plan.kills, self.plan.breaks);
        // The last part is left in peace, so that what a killed process had begun is taken up meanwhile.
        let kill_at = |n: u64| events / 20 + n * (events * 8 / 10) / kills.max(1);
        let break_at = |n: u64| n * events / breaks.max(1);
        let quiet_at = |n: u64| (n + 1) * events / 6;
        let (mut killed, mut broken, mut quieted) = (0, 0, 0);
        loop {
            let now = self.events();
            if now >= events || began.elapsed() > self.plan.longest {
                return;
            }
            if killed < kills && now >= kill_at(killed) {
                killed += 1;
                self.kill();
            }
            if broken < breaks && now >= break_at(broken) {
                broken += 1;
                self.break_a_socket();
            }
            if now >= quiet_at(quieted) {
                quieted += 1;
                let world = self.world.clone();
                let _nobody_presses = world.gate.write().await;
                self.quiet("in between").await;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn kill(&mut self) {
        self.note_memory();
        let began = Instant::now();
        block_in_place(|| {
            self.server.kill();
            self.server.restart();
        });
        self.away.push(began.elapsed());
        self.world.heal();
    }

    fn note_memory(&mut self) {
        let memory = self.server.memory();
        self.memory = Memory {
            now: memory.now,
            most: self.memory.most.max(memory.most),
        };
    }

    fn break_a_socket(&mut self) {
        let person = &self.people[self.dice.below(self.people.len())];
        let device = &person.devices[self.dice.below(person.devices.len())];
        device.befall(match self.dice.below(10) {
            0..=4 => Fault::Reset,
            5..=7 => Fault::Vanish,
            _ => Fault::Sleep(Duration::from_millis(self.dice.below(1_500) as u64)),
        });
    }

    /// Every device comes to know what the server knows: how far the log is, how many are unread, and what rings.
    async fn quiet(&self, when: &str) {
        let deadline = Instant::now() + SETTLING;
        loop {
            let behind = self.behind().await;
            if behind.is_empty() {
                return;
            }
            if Instant::now() > deadline {
                for fault in behind {
                    self.world.fault(format!("{when}: {fault}"));
                }
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Which devices do not know it yet. What changes while it is looked at counts as not known.
    async fn behind(&self) -> Vec<String> {
        let mut behind = Vec::new();
        let ringing = truth::ringing(&self.db).await;
        let mut conn = self.db.read().await.unwrap();
        for (person, id) in self.people.iter().zip(&self.ids) {
            let head = truth::head(&mut conn, *id).await;
            let rings = ringing.iter().filter(|(_, callee)| callee == id).map(|(call, _)| *call);
            let rings: std::collections::BTreeSet<Uuid> = rings.collect();
            for device in &person.devices {
                let client = device.client();
                if (client.last, client.unread) != head || client.incoming != rings {
                    behind.push(format!(
                        "{} knows {} with {} unread and {} calls; there are {head:?} and {}",
                        device.name,
                        client.last,
                        client.unread,
                        client.incoming.len(),
                        rings.len()
                    ));
                }
            }
        }
        behind
    }

    /// Waits until nothing rings any more.
    async fn settle(&self) {
        let deadline = Instant::now() + SETTLING;
        while !truth::ringing(&self.db).await.is_empty() {
            if Instant::now() > deadline {
                self.world.fault("it still rings beyond its time".to_owned());
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The badge and the whole list over HTTP say what the devices say.
    async fn lists_are_served(&self) {
        for person in &self.people {
            let browser = &person.browsers[0];
            let unread: u64 = browser.ask("unread_notifications", &[]).await.unwrap();
            let (mut listed, mut after) = (Vec::new(), None);
            loop {
                let query: Vec<(&str, &str)> = after.as_deref().map(|after| ("after", after)).into_iter().collect();
                let page: Page<Notification> = browser.ask("notifications", &query).await.unwrap();
                let lines = page.items.into_iter();
                listed.extend(lines.map(|line| (line.seq, line.id.uuid(), line.is_read)));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let client = person.devices[0].client();
            let mut shown: Vec<_> = client
                .lines
                .iter()
                .map(|(id, line)| (line.seq, *id, line.is_read))
                .collect();
            shown.sort_unstable_by(|one, other| other.cmp(one));
            if listed != shown || unread != client.unread {
                self.world
                    .fault(format!("the list of {} is another than shown", person.username));
            }
        }
    }

    async fn judge(self, events: u64, took: Duration) {
        let names: Vec<String> = self.people.iter().map(|person| person.username.clone()).collect();
        let mut evidence = truth::evidence(&self.db, &names).await;
        let world = &self.world;
        evidence.acknowledged = std::mem::take(&mut world.acknowledged.lock().unwrap());
        evidence.unknown = std::mem::take(&mut world.unknown.lock().unwrap());
        for person in &self.people {
            evidence.devices.extend(person.devices.iter().map(|device| Saw {
                person: person.number,
                name: device.name.clone(),
                client: device.client().clone(),
            }));
        }
        let mut found = std::mem::take(&mut *world.faults.lock().unwrap());
        found.extend(faults(&evidence));
        self.report(events, took, &evidence);
        if !found.is_empty() {
            let shown: Vec<String> = found.iter().take(20).cloned().collect();
            panic!(
                "SPEAKLE_SOAK_SEED={}: {} faults, the first of them:\n{}\nThe server said last:\n{}",
                self.plan.seed,
                found.len(),
                shown.join("\n"),
                self.server.words().join("\n")
            );
        }
    }

    fn report(&self, events: u64, took: Duration, evidence: &checker::Evidence) {
        let seconds = took.as_secs_f64();
        let devices = evidence.devices.len();
        println!(
            "soak: {events} events in {seconds:.1} s, {:.0} a second; {} people with {devices} devices; {} acknowledged, {} unknown; answers {:?}",
            events as f64 / seconds,
            self.people.len(),
            evidence.acknowledged.len(),
            evidence.unknown.len(),
            self.world.answers.lock().unwrap()
        );
        let mut ends = std::collections::BTreeMap::<&str, u64>::new();
        for call in &evidence.invitations {
            *ends.entry(&call.status).or_default() += 1;
        }
        println!(
            "soak: {} calls: {ends:?}; {} requests",
            evidence.invitations.len(),
            evidence.requests.len()
        );
        let away: Vec<u128> = self.away.iter().map(Duration::as_millis).collect();
        println!(
            "soak: {} kills of the server, away for {away:?} ms; {} sockets broken",
            self.away.len(),
            self.plan.breaks
        );
        let times = self.world.catch_ups();
        let at = |part: f64| {
            let place = ((times.len() as f64 * part).ceil() as usize).clamp(1, times.len().max(1)) - 1;
            times.get(place).map_or(0, Duration::as_millis)
        };
        println!(
            "soak: {} devices caught up after a kill, from when the server listened: p50 {} ms, p99 {} ms, at most {} ms",
            times.len(),
            at(0.5),
            at(0.99),
            at(1.0)
        );
        println!(
            "soak: memory of the server {} KiB, at most {} KiB",
            self.memory.now, self.memory.most
        );
    }
}

/// Registers somebody, signs them in a second time, and switches their devices on: two or three each, one in three of them with the
/// library's inbox.
async fn move_in(world: Arc<World>, server: &Serving, number: usize, mut dice: Dice) -> Arc<Person> {
    let username = format!("person{number}");
    let (first, second) = (server.visitor(), server.visitor());
    let email = format!("{username}@mail.example");
    let form = [
        ("email", email.as_str()),
        ("username", &username),
        ("password", PASSWORD),
        ("speaks", "es"),
        ("learns", "en"),
        ("level", "B1"),
    ];
    first.tell::<String>("register", &form).await.unwrap();
    let form = [("login", username.as_str()), ("password", PASSWORD)];
    second.tell::<String>("log_in", &form).await.unwrap();
    let browsers = vec![first, second];
    let mut devices = Vec::new();
    for place in 0..2 + number % 2 {
        let model = match (number + place) % 3 {
            2 if place > 0 => Model::Inbox(Box::<Inbox>::default()),
            _ => Model::Plain,
        };
        let name = format!("{username}'s device {place}");
        let browser: &Browser = &browsers[place % 2];
        devices.push(Device::start(
            world.clone(),
            name,
            browser.cookies(),
            model,
            dice.split(),
        ));
    }
    eventually("the devices to follow", || async {
        devices.iter().all(|device| device.client().is_started()).then_some(())
    })
    .await;
    Arc::new(Person::new(number, username, browsers, devices))
}
