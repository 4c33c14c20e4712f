//! Work that is done later, or again until it succeeds: a table of jobs, and workers that take them.
//!
//! Promises: a job is there if the transaction that asked for it was committed, and only then; it runs at its time, at least once, and by one
//! worker at a time; one that fails is tried again ever more rarely and in the end kept with its error for [`KEPT`]; when a process is killed,
//! what it worked on is taken up by another, or by its successor, after [`LEASE`].
//!
//! At least once means that a handler may find its work done: it has to look. To add a kind of job: a [`Handler`] in the feature that the work
//! belongs to, its line in `serve.rs`, and [`enqueue`] in the transaction that makes it necessary.

mod store;
mod worker;

use std::time::Duration;

use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::error::AppError;
use crate::kernel::time::Micros;
use crate::server::db::{Conn, StoreError};

pub use worker::{CUT_OFF, Jobs, LEASE, TRIES};

/// For how long a job that nobody does any more is kept for whoever looks into it: one that was given up, or is of a kind that has no handler.
pub const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

crate::define_id! {
    /// A job.
    JobId
}

/// A job to be.
#[derive(Clone, Debug)]
pub struct NewJob {
    kind: &'static str,
    key: Option<String>,
    payload: serde_json::Value,
    now: Micros,
    run_at: Micros,
}

impl NewJob {
    /// One that is due at once.
    pub const fn new(kind: &'static str, now: Micros) -> Self {
        Self {
            kind,
            key: None,
            payload: serde_json::Value::Null,
            now,
            run_at: now,
        }
    }

    /// Due at this time, and not before.
    pub const fn at(mut self, run_at: Micros) -> Self {
        self.run_at = run_at;
        self
    }

    /// There once under this key: asked for again while it waits, it takes the newer payload and the earlier of both times; while it runs, it
    /// runs once more afterwards.
    pub fn key(mut self, key: String) -> Self {
        self.key = Some(key);
        self
    }

    /// What the handler has to know. A payload that is no JSON (a map with keys that are no text) counts as none.
    pub fn payload(mut self, payload: &impl Serialize) -> Self {
        self.payload = serde_json::to_value(payload).unwrap_or_default();
        self
    }
}

/// Asks for a job, in the caller's transaction. The workers of this process look as soon as it is committed.
///
/// # Errors
/// When the database does not answer.
pub async fn enqueue(conn: &mut Conn, job: NewJob) -> Result<(), StoreError> {
    conn.bring_work();
    store::insert(conn, &job).await
}

/// Forgets the jobs that were given up longer ago than [`KEPT`], and those that have been due for longer and are of none of `kinds`, the kinds
/// that are done. A kind that only a newer program does has that long to find one.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(conn: &mut Conn, kinds: &[&str], now: Micros) -> Result<(), StoreError> {
    store::forget(conn, kinds, now.minus(KEPT), now).await
}

/// Takes back what was asked for of one kind where `field` of what its handler has to know is this text, also what was
/// given up.
///
/// # Errors
/// When the database does not answer.
pub async fn withdraw(conn: &mut Conn, kind: &str, field: &str, text: &str) -> Result<(), StoreError> {
    store::withdraw(conn, kind, field, text).await
}

/// A job that is begun.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its name, the same at each try.
    pub id: JobId,
    /// Which try this is, from 1.
    pub attempt: i32,
    payload: serde_json::Value,
}

impl Job {
    /// What the handler has to know.
    ///
    /// # Errors
    /// When it was written by something else than this handler expects.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        serde_json::from_value(self.payload.clone()).map_err(|error| JobError(format!("the payload: {error}")))
    }
}

/// Why a job failed, for the log and for whoever looks into the table. Holds no text of people and no secret.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct JobError(String);

impl JobError {
    /// With a reason of one's own.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl From<AppError> for JobError {
    fn from(error: AppError) -> Self {
        Self(error.to_string())
    }
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// What does one kind of job.
pub trait Handler: Send + Sync {
    /// The kind, as `feature.work`.
    fn kind(&self) -> &'static str;

    /// How many of the kind this process does at a time.
    fn at_once(&self) -> usize {
        4
    }

    /// Work that comes back by itself, this long after each success. It is there from the start, and never given up.
    fn every(&self) -> Option<Duration> {
        None
    }

    /// How long it may take. What may take longer than others keeps its lease for as long as its process lives.
    fn cut_off(&self) -> Duration {
        CUT_OFF
    }

    /// Does it; what was done before is left as it is. Cut off when it takes longer than [`Handler::cut_off`].
    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>>;
}
