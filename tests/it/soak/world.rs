//! What all of a soak share: where the server is, what it has answered, who waits for what.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::RwLock;
use uuid::Uuid;

use super::checker::Fact;

/// What pressing a button led to.
pub enum Pressed {
    /// It is done, with this answer.
    Done(String),
    /// It was refused: something else came first, or it is not there.
    Refused(String),
    /// Nobody knows: the answer did not come through.
    Unknown,
}

pub struct World {
    pub addr: SocketAddr,
    pub origin: String,
    /// Closed for moments in which nobody presses anything.
    pub gate: RwLock<()>,
    is_over: AtomicBool,
    /// What the server has answered to be done.
    pub acknowledged: Mutex<Vec<Fact>>,
    /// What may have been done: the answer did not come through.
    pub unknown: Mutex<Vec<Fact>>,
    /// What should not have happened.
    pub faults: Mutex<Vec<String>>,
    pub answers: Mutex<BTreeMap<String, u64>>,
    /// When the server listened again, kill by kill.
    healed: Mutex<Vec<Instant>>,
    catch_ups: Mutex<Vec<Duration>>,
}

impl World {
    pub fn new(addr: SocketAddr, origin: String) -> Self {
        Self {
            addr,
            origin,
            gate: RwLock::new(()),
            is_over: AtomicBool::new(false),
            acknowledged: Mutex::default(),
            unknown: Mutex::default(),
            faults: Mutex::default(),
            answers: Mutex::default(),
            healed: Mutex::default(),
            catch_ups: Mutex::default(),
        }
    }

    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    pub fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub fn acknowledge(&self, fact: Fact) {
        self.acknowledged.lock().unwrap().push(fact);
    }

    pub fn suspect(&self, fact: Fact) {
        self.unknown.lock().unwrap().push(fact);
    }

    pub fn fault(&self, fault: String) {
        self.faults.lock().unwrap().push(fault);
    }

    pub fn answered(&self, what: &str) {
        *self.answers.lock().unwrap().entry(what.to_owned()).or_default() += 1;
    }

    /// The server was killed and listens again.
    pub fn heal(&self) {
        self.healed.lock().unwrap().push(Instant::now());
    }

    /// How often the server was killed so far.
    pub fn kills(&self) -> usize {
        self.healed.lock().unwrap().len()
    }

    /// A device knows everything again, for the first time after kill number `kill`.
    pub fn caught_up(&self, kill: usize) {
        let healed = self.healed.lock().unwrap().get(kill - 1).copied();
        self.catch_ups.lock().unwrap().extend(healed.map(|at| at.elapsed()));
    }

    /// How long devices took to know everything again, from the shortest to the longest.
    pub fn catch_ups(&self) -> Vec<Duration> {
        let mut times = self.catch_ups.lock().unwrap().clone();
        times.sort_unstable();
        times
    }
}

/// The UUID at `pointer` of a JSON text.
pub fn uuid_at(json: &str, pointer: &str) -> Option<Uuid> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    value.pointer(pointer)?.as_str()?.parse().ok()
}
