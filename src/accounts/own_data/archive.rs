//! The zip as it is written: piece by piece into a file that has no name, by a thread of its own, since compressing
//! and writing take time.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use axum::body::Bytes;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::kernel::error::AppError;
use crate::kernel::time::LocalTime;

/// Bytes that are handed over at a time …
const PIECE: usize = 64 * 1024;
/// … and pieces that may wait for the writer. With what the compressor holds, that is what an archive takes of memory.
const WAITING: usize = 4;

enum Piece {
    /// What follows belongs to a file of this name.
    File(String),
    Bytes(Vec<u8>),
    /// All of it is there.
    End,
}

/// An archive that is being written. Dropped before [`Archive::finish`], nothing of it stays.
pub struct Archive {
    pieces: mpsc::Sender<Piece>,
    writer: JoinHandle<Result<File, String>>,
    /// What is not handed over yet.
    buffer: Vec<u8>,
    /// Whether the list that is being written has no item yet.
    is_first: bool,
}

impl Archive {
    /// Begins one, in a file within `folder` that nobody else can open: it loses its name at once, so it goes with
    /// the process at the latest. `now` is what its files say of when they are from.
    ///
    /// # Errors
    /// [`AppError::Internal`] where nothing can be written there.
    pub fn begin(folder: &Path, now: &LocalTime) -> Result<Self, AppError> {
        let file = nameless(folder).map_err(|error| {
            tracing::error!(%error, folder = %folder.display(), "no place for an archive");
            AppError::Internal
        })?;
        let at = DateTime::from_date_and_time(now.year.unsigned_abs(), now.month, now.day, now.hour, now.minute, 0);
        let (pieces, waiting) = mpsc::channel(WAITING);
        let writer = tokio::task::spawn_blocking(move || write(file, waiting, at.unwrap_or_default()));
        Ok(Self {
            pieces,
            writer,
            buffer: Vec::with_capacity(PIECE),
            is_first: true,
        })
    }

    /// Writes one value as a file.
    ///
    /// # Errors
    /// As for [`Archive::begin`].
    pub async fn json<T: Serialize + Sync>(&mut self, name: &str, value: &T) -> Result<(), AppError> {
        self.file(name).await?;
        self.value(value, "")?;
        self.buffer.push(b'\n');
        self.flush().await
    }

    /// Writes what fits into memory at once as a file, a list of values.
    ///
    /// # Errors
    /// As for [`Archive::begin`].
    pub async fn list<T: Serialize + Sync>(&mut self, name: &str, values: &[T]) -> Result<(), AppError> {
        self.open_list(name).await?;
        self.items(values).await?;
        self.close_list().await
    }

    /// Begins a file that is a list, for [`Archive::items`].
    ///
    /// # Errors
    /// As for [`Archive::begin`].
    pub async fn open_list(&mut self, name: &str) -> Result<(), AppError> {
        self.file(name).await?;
        self.is_first = true;
        self.buffer.push(b'[');
        Ok(())
    }

    /// Adds to the list that was begun.
    ///
    /// # Errors
    /// As for [`Archive::begin`].
    pub async fn items<T: Serialize + Sync>(&mut self, values: &[T]) -> Result<(), AppError> {
        for value in values {
            let before: &[u8] = if self.is_first { b"\n  " } else { b",\n  " };
            self.buffer.extend_from_slice(before);
            self.is_first = false;
            self.value(value, "  ")?;
            if self.buffer.len() >= PIECE {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// As for [`Archive::begin`].
    pub async fn close_list(&mut self) -> Result<(), AppError> {
        self.buffer.extend_from_slice(b"\n]\n");
        self.flush().await
    }

    /// Writes bytes as a file.
    ///
    /// # Errors
    /// As for [`Archive::begin`].
    pub async fn bytes(&mut self, name: &str, content: &Bytes) -> Result<(), AppError> {
        self.file(name).await?;
        for piece in content.chunks(PIECE) {
            self.hand_over(Piece::Bytes(piece.to_vec())).await?;
        }
        Ok(())
    }

    /// Ends the archive; the file stands at its beginning.
    ///
    /// # Errors
    /// As for [`Archive::begin`].
    pub async fn finish(mut self) -> Result<File, AppError> {
        self.flush().await?;
        self.hand_over(Piece::End).await?;
        drop(self.pieces);
        match self.writer.await {
            Ok(Ok(file)) => Ok(file),
            Ok(Err(error)) => {
                tracing::error!(error, "an archive is not written");
                Err(AppError::Internal)
            }
            Err(error) => {
                tracing::error!(%error, "an archive is not written");
                Err(AppError::Internal)
            }
        }
    }

    async fn file(&mut self, name: &str) -> Result<(), AppError> {
        self.flush().await?;
        self.hand_over(Piece::File(name.to_owned())).await
    }

    /// People open these files and look at them: one line for each field.
    fn value<T: Serialize>(&mut self, value: &T, indent: &str) -> Result<(), AppError> {
        let text = serde_json::to_string_pretty(value).map_err(|error| {
            tracing::error!(%error, "something in an archive is no JSON");
            AppError::Internal
        })?;
        let mut lines = text.lines();
        self.buffer
            .extend_from_slice(lines.next().unwrap_or_default().as_bytes());
        for line in lines {
            self.buffer.push(b'\n');
            self.buffer.extend_from_slice(indent.as_bytes());
            self.buffer.extend_from_slice(line.as_bytes());
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), AppError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE));
        self.hand_over(Piece::Bytes(full)).await
    }

    /// Fails when the writer has: why, `finish` would say, but nobody comes so far.
    async fn hand_over(&mut self, piece: Piece) -> Result<(), AppError> {
        self.pieces.send(piece).await.map_err(|_| {
            tracing::error!("an archive cannot be written");
            AppError::Internal
        })
    }
}

fn nameless(folder: &Path) -> std::io::Result<File> {
    fs::create_dir_all(folder)?;
    let path = folder.join(Uuid::new_v4().to_string());
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

fn write(file: File, mut waiting: mpsc::Receiver<Piece>, at: DateTime) -> Result<File, String> {
    let failed = |error: &dyn std::fmt::Display| {
        let error = error.to_string();
        tracing::error!(error, "an archive is not written");
        error
    };
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(at);
    let mut zip = ZipWriter::new(BufWriter::new(file)).set_auto_large_file();
    loop {
        match waiting.blocking_recv() {
            Some(Piece::File(name)) => zip.start_file(name, options).map_err(|error| failed(&error))?,
            Some(Piece::Bytes(bytes)) => zip.write_all(&bytes).map_err(|error| failed(&error))?,
            Some(Piece::End) => break,
            None => return Err("it was left unfinished".to_owned()),
        }
    }
    let buffered = zip.finish().map_err(|error| failed(&error))?;
    let mut file = buffered.into_inner().map_err(|error| failed(&error))?;
    file.rewind().map_err(|error| failed(&error))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use serde_json::{Value, json};

    use super::*;
    use crate::kernel::clock;
    use crate::kernel::time::Micros;

    fn now() -> LocalTime {
        let now = Micros(1_777_885_200_000_000);
        clock::local(now, now, "UTC")
    }

    #[tokio::test]
    async fn what_is_written_is_read_and_the_file_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("making");
        let mut archive = Archive::begin(&place, &now()).unwrap();
        archive
            .json("one.json", &json!({ "a": [1, 2], "b": "é" }))
            .await
            .unwrap();
        archive.list::<u8>("none.json", &[]).await.unwrap();
        archive.open_list("many.json").await.unwrap();
        let row = |n: u32| json!({ "n": n, "text": "x".repeat(200) });
        for page in 0..20 {
            let rows: Vec<Value> = (page * 50..page * 50 + 50).map(row).collect();
            archive.items(&rows).await.unwrap();
        }
        archive.close_list().await.unwrap();
        let raw: Bytes = (0..200_000_u32).map(|n| (n % 251) as u8).collect::<Vec<u8>>().into();
        archive.bytes("raw.bin", &raw).await.unwrap();
        let file = archive.finish().await.unwrap();
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0);

        let mut zip = zip::ZipArchive::new(file).unwrap();
        let mut content = |name: &str| {
            let mut bytes = Vec::new();
            zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        };
        assert_eq!(
            String::from_utf8(content("one.json")).unwrap(),
            "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": \"é\"\n}\n"
        );
        assert_eq!(
            serde_json::from_slice::<Value>(&content("none.json")).unwrap(),
            json!([])
        );
        let many: Vec<Value> = serde_json::from_slice(&content("many.json")).unwrap();
        assert_eq!(many, (0..1_000).map(row).collect::<Vec<Value>>());
        assert_eq!(content("raw.bin"), raw);
        assert_eq!(zip.len(), 4);
        let at = zip.by_name("one.json").unwrap().last_modified().unwrap();
        assert_eq!((at.year(), at.month(), at.day(), at.hour()), (2026, 5, 4, 9));
    }

    #[tokio::test]
    async fn a_place_that_cannot_be_written_to_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(Archive::begin(&file, &now()).is_err());
    }
}
