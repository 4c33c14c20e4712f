//! Everything of one person in one file, for themselves: a zip with a JSON file for each area, made by a job.
//!
//! Promises: the archive is whole or not there; it holds everything that is the person's, and of others no more than
//! the person may read of them anyway, under their display names; no secret is in it, neither as it is nor hashed; it
//! is for its person alone, who has shown not long ago who they are, and goes after [`KEPT`], or when they ask to go.
//! However much there is, a process holds some kilobytes of it at a time.
//!
//! Features above say what they have by [`portable::Portable`], and `serve.rs` lists them. To add an area: an
//! implementor in the feature, its line there, and a test that finds a row of each of its tables in the archive
//! (`tests/it/accounts/own_data.rs`).

pub mod api;
#[cfg(feature = "ssr")]
pub mod archive;
#[cfg(feature = "ssr")]
pub mod areas;
#[cfg(feature = "ssr")]
pub mod downloads;
#[cfg(feature = "ssr")]
pub mod forgetting;
#[cfg(feature = "ssr")]
pub mod http;
#[cfg(feature = "ssr")]
pub mod making;
#[cfg(feature = "ssr")]
pub mod portable;
#[cfg(feature = "ssr")]
pub mod service;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::define_id;
use crate::kernel::time::LocalTime;

define_id! {
    /// An archive. Its file is named by it, so it cannot be guessed.
    DataExportId
}

/// How long an archive is kept.
pub const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// Where archives are fetched; the id follows.
pub const DOWNLOAD: &str = "/settings/account/data/";

/// How it stands with a person's archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OwnData {
    /// There is none.
    Nothing,
    /// It is being made.
    Making {
        /// When it was asked for.
        since: LocalTime,
        /// The one before, which can be fetched until then.
        before: Option<ReadyData>,
    },
    /// It can be fetched.
    Ready(ReadyData),
    /// It could not be made.
    Failed {
        /// When it was asked for.
        since: LocalTime,
        /// The one before.
        before: Option<ReadyData>,
    },
}

/// An archive that can be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyData {
    /// Its name.
    pub id: DataExportId,
    /// Bytes.
    pub size: u64,
    /// When it was made.
    pub since: LocalTime,
    /// Until when it is kept.
    pub until: LocalTime,
}
