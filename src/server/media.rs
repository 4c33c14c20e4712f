//! Files that people give us: in a folder, or in a bucket of a store that speaks S3 (`MEDIA_URL`).
//!
//! Promises: a file is there as a whole or not at all, and one that was answered as stored survives a power cut; nothing is looked for outside
//! of the folder or the bucket, whatever a name says. Names are ours alone, never those that people's files had.
//!
//! What is stored here has a row in the database that says so before it comes and after it went, so that nobody has to look through a bucket
//! for what belongs to nobody.

use std::fs::File as StdFile;
use std::ops::Range;
use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientConfigKey, Error, ObjectStore, ObjectStoreExt as _, RetryConfig, WriteMultipart};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use uuid::Uuid;

use super::config::MediaPlace;
use crate::kernel::error::AppError;

/// How long a store over the network may take to answer at all …
const CONNECTION: &str = "4 seconds";
/// … for one request, unless a variable says otherwise …
const ANSWER: &str = "8 seconds";
/// … and for as long as it is tried again.
const TRIES: Duration = Duration::from_secs(12);
/// What goes over at a time of a file that is not held in memory, in bytes. A bucket takes no smaller parts.
const PART: usize = 5 * 1024 * 1024;
/// Parts that are on their way at a time.
const PARTS: usize = 2;
/// What is read at a time of a file that goes on to somebody, in bytes: they may take as long as they like, and it is held for them meanwhile.
const PIECE: u64 = 256 * 1024;
/// When whoever was told that it does not work may try again, in seconds.
const AGAIN: u32 = 30;

/// Where files are. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Media(Arc<dyn ObjectStore>);

/// Why a file could not be stored, read or deleted. Holds no secret.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct MediaError(#[from] Error);

/// A file that is read as it is needed.
pub struct Stored {
    /// Bytes.
    pub size: u64,
    /// What is in it.
    pub content: BoxStream<'static, Result<Bytes, MediaError>>,
}

impl From<std::io::Error> for MediaError {
    fn from(error: std::io::Error) -> Self {
        Self(Error::Generic {
            store: "file",
            source: Box::new(error),
        })
    }
}

impl From<object_store::path::Error> for MediaError {
    fn from(error: object_store::path::Error) -> Self {
        Self(error.into())
    }
}

impl From<MediaError> for AppError {
    fn from(error: MediaError) -> Self {
        tracing::error!(%error, "media");
        Self::Busy { seconds: AGAIN }
    }
}

impl Media {
    /// Opens the place of the settings, with the credentials of the usual `AWS_*` variables. A folder is made if it is missing; a bucket is
    /// not asked for anything yet.
    ///
    /// # Errors
    /// One line that says what cannot be used.
    pub fn open(place: &MediaPlace) -> Result<Self, String> {
        match place {
            MediaPlace::Folder(folder) => Self::folder(folder),
            MediaPlace::Bucket(bucket) => {
                let environment = std::env::vars_os()
                    .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
                Self::bucket(bucket, environment)
            }
        }
    }

    fn folder(folder: &FilePath) -> Result<Self, String> {
        let cannot = |error: &dyn std::fmt::Display| {
            format!(
                "MEDIA_URL: the folder {} cannot be used ({error}); right would be a folder that this process may write to, or s3://bucket",
                folder.display()
            )
        };
        std::fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .map_err(|error| cannot(&error))?
            .with_fsync(true);
        Ok(Self(Arc::new(store)))
    }

    /// A bucket, with what the variables `AWS_*` among `environment` say of it.
    ///
    /// # Errors
    /// One line that says what cannot be used.
    pub fn bucket(bucket: &str, environment: impl IntoIterator<Item = (String, String)>) -> Result<Self, String> {
        let client = AmazonS3ConfigKey::Client;
        let patient = AmazonS3Builder::new()
            .with_config(client(ClientConfigKey::ConnectTimeout), CONNECTION)
            .with_config(client(ClientConfigKey::Timeout), ANSWER);
        let settings = environment.into_iter().filter_map(|(name, value)| {
            let key = name.strip_prefix("AWS_").map(|_| name.to_ascii_lowercase())?;
            Some((key.parse::<AmazonS3ConfigKey>().ok()?, value))
        });
        let store = settings
            .fold(patient, |builder, (key, value)| builder.with_config(key, value))
            .with_bucket_name(bucket)
            .with_retry(RetryConfig {
                max_retries: 3,
                retry_timeout: TRIES,
                ..RetryConfig::default()
            })
            .build()
            .map_err(|error| {
                format!("MEDIA_URL: s3://{bucket} cannot be used with the AWS_* variables as they are ({error})")
            })?;
        Ok(Self(Arc::new(store)))
    }

    /// Stores a file as a whole; one of the same name is replaced.
    ///
    /// # Errors
    /// When the place does not take it.
    pub async fn put(&self, name: &str, content: Vec<u8>) -> Result<(), MediaError> {
        self.0.put(&Path::parse(name)?, content.into()).await?;
        Ok(())
    }

    /// Stores what a file of this machine holds, from where it stands, part by part; answers how many bytes that were.
    ///
    /// # Errors
    /// When the place does not take it.
    pub async fn put_file(&self, name: &str, file: StdFile) -> Result<u64, MediaError> {
        let mut file = File::from_std(file);
        let size = file.metadata().await?.len();
        if size <= PART as u64 {
            let mut content = Vec::new();
            file.read_to_end(&mut content).await?;
            let size = content.len() as u64;
            self.put(name, content).await?;
            return Ok(size);
        }
        let upload = self.0.put_multipart(&Path::parse(name)?).await?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
        let mut sent = 0;
        let copied = async {
            loop {
                let mut part = Vec::with_capacity(PART);
                (&mut file).take(PART as u64).read_to_end(&mut part).await?;
                if part.is_empty() {
                    return Ok::<_, MediaError>(());
                }
                sent += part.len() as u64;
                upload.wait_for_capacity(PARTS).await?;
                upload.put(part.into());
            }
        };
        match copied.await {
            Ok(()) => {
                upload.finish().await?;
                Ok(sent)
            }
            Err(error) => {
                // What is left of it is the store's to clear away.
                let _ = upload.abort().await;
                Err(error)
            }
        }
    }

    /// Opens a file to be read piece by piece, each asked for when the one before is taken; `None` if there is none.
    ///
    /// # Errors
    /// When the place does not answer.
    pub async fn open_file(&self, name: &str) -> Result<Option<Stored>, MediaError> {
        let path = Path::parse(name)?;
        let size = match self.0.head(&path).await {
            Ok(found) => found.size,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let store = self.0.clone();
        let content = stream::try_unfold(0_u64, move |from| {
            let (store, path) = (store.clone(), path.clone());
            async move {
                if from >= size {
                    return Ok(None);
                }
                let piece: Range<u64> = from..size.min(from + PIECE);
                let end = piece.end;
                let piece = store.get_range(&path, piece).await?;
                Ok::<_, MediaError>(Some((piece, end)))
            }
        });
        Ok(Some(Stored {
            size,
            content: content.boxed(),
        }))
    }

    /// Reads a file; `None` if there is none.
    ///
    /// # Errors
    /// When the place does not answer.
    pub async fn get(&self, name: &str) -> Result<Option<Bytes>, MediaError> {
        match self.0.get(&Path::parse(name)?).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a file; that there is none is as good.
    ///
    /// # Errors
    /// When the place does not answer.
    pub async fn delete(&self, name: &str) -> Result<(), MediaError> {
        match self.0.delete(&Path::parse(name)?).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a small file, reads it and deletes it.
    ///
    /// # Errors
    /// In one line, which of it does not work.
    pub async fn try_out(&self) -> Result<(), String> {
        let name = format!("check/{}", Uuid::new_v4());
        let words = b"speakle check".to_vec();
        let cannot = |what: &str, error: &MediaError| {
            let error = error.to_string();
            format!(
                "cannot {what}: {}",
                error.split_whitespace().collect::<Vec<_>>().join(" ")
            )
        };
        self.put(&name, words.clone())
            .await
            .map_err(|error| cannot("write", &error))?;
        let read = self.get(&name).await.map_err(|error| cannot("read", &error));
        // Also if it could not be read.
        let deleted = self.delete(&name).await.map_err(|error| cannot("delete", &error));
        if read?.as_deref() != Some(&words) {
            return Err("what was written reads otherwise".to_owned());
        }
        deleted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Media) {
        let folder = tempfile::tempdir().unwrap();
        let media = Media::folder(&folder.path().join("media")).unwrap();
        (folder, media)
    }

    #[tokio::test]
    async fn a_folder_keeps_what_is_put_and_forgets_what_is_deleted() {
        let (_folder, media) = folder();
        assert_eq!(media.get("faces/one").await.unwrap(), None);
        media.put("faces/one", b"1".to_vec()).await.unwrap();
        media.put("faces/one", b"2".to_vec()).await.unwrap();
        assert_eq!(media.get("faces/one").await.unwrap().as_deref(), Some(&b"2"[..]));
        media.delete("faces/one").await.unwrap();
        media.delete("faces/one").await.unwrap();
        assert_eq!(media.get("faces/one").await.unwrap(), None);
        media.try_out().await.unwrap();
    }

    #[tokio::test]
    async fn a_large_file_goes_in_and_out_in_parts() {
        let (_folder, media) = folder();
        assert!(media.open_file("exports/none").await.unwrap().is_none());
        for length in [0, 1_000, PART, 2 * PART + 7] {
            let content: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let mut file = tempfile::tempfile().unwrap();
            std::io::Write::write_all(&mut file, &content).unwrap();
            std::io::Seek::rewind(&mut file).unwrap();
            assert_eq!(media.put_file("exports/one", file).await.unwrap(), length as u64);
            let mut stored = media.open_file("exports/one").await.unwrap().unwrap();
            assert_eq!(stored.size, length as u64);
            let (mut read, mut pieces) = (Vec::new(), 0);
            while let Some(piece) = stored.content.next().await {
                let piece = piece.unwrap();
                assert!(piece.len() as u64 <= PIECE, "{} bytes are held", piece.len());
                read.extend_from_slice(&piece);
                pieces += 1;
            }
            assert!(read == content, "{length}: it reads otherwise");
            assert_eq!(pieces, (length as u64).div_ceil(PIECE));
        }
    }

    #[tokio::test]
    async fn no_name_leads_out_of_the_folder() {
        let (folder, media) = folder();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        for name in ["../secret", "faces/../../secret", "./secret", "faces//one", "a/./b"] {
            assert!(media.get(name).await.is_err(), "{name}");
            assert!(media.put(name, b"y".to_vec()).await.is_err(), "{name}");
            assert!(media.delete(name).await.is_err(), "{name}");
        }
        // Within the folder whatever they look like.
        for name in ["/secret", "%2e%2e/secret", "..%2fsecret"] {
            assert!(!matches!(media.get(name).await, Ok(Some(_))), "{name}");
        }
        assert_eq!(std::fs::read_to_string(folder.path().join("secret")).unwrap(), "x");
    }

    #[test]
    fn a_place_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let said = Media::folder(&file).unwrap_err();
        assert!(
            said.starts_with("MEDIA_URL: the folder ") && !said.contains('\n'),
            "{said}"
        );
        let wrong = [("AWS_SKIP_SIGNATURE".to_owned(), "perhaps".to_owned())];
        let said = Media::bucket("faces", wrong).unwrap_err();
        assert!(
            said.starts_with("MEDIA_URL: s3://faces ") && !said.contains('\n'),
            "{said}"
        );
    }
}
