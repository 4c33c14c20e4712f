//! A real store that speaks S3 (`s3s-fs`), on loopback, for one test.

use std::net::SocketAddr;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use speakle::server::media::Media;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// The bucket that is there.
pub const BUCKET: &str = "speakle-faces";
const KEY: &str = "lantern";
/// What nobody is to be told.
pub const SECRET: &str = "quiet-harbour-keeper";

/// It answers until it is dropped.
pub struct S3 {
    pub addr: SocketAddr,
    folder: TempDir,
    serving: AbortHandle,
}

impl S3 {
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("speakle-s3-").tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    // A client that goes away is no fault of the store.
                    let _ = Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(connection), service)
                        .await;
                });
            }
        });
        Self {
            addr,
            folder,
            serving: serving.abort_handle(),
        }
    }

    /// What an operator would set.
    pub fn environment(&self) -> Vec<(String, String)> {
        self.environment_with(SECRET)
    }

    /// The same with another secret.
    pub fn environment_with(&self, secret: &str) -> Vec<(String, String)> {
        [
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL", &format!("http://{}", self.addr)),
            ("AWS_ALLOW_HTTP", "true"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    pub fn media(&self) -> Media {
        Media::bucket(BUCKET, self.environment()).unwrap()
    }

    /// The names of what the bucket holds under `folder`.
    pub fn stored(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.folder.path().join(BUCKET).join(folder))
            .map(|entries| {
                entries
                    .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                    .collect()
            })
            .unwrap_or_default();
        names.sort();
        names
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
