//! A whole application for one test: its own database, its own port, the clock that the test wants.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use leptos::config::LeptosOptions;
use speakle::kernel::clock::Clock;
use speakle::kernel::time::Micros;
use speakle::serve::{Server, promptly};
use speakle::server::config::Config;
use speakle::server::db::{Conn, Db, StoreError};
use speakle::server::media::Media;
use speakle::server::outgoing::Outgoing;
use speakle::server::state::AppState;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio::task::AbortHandle;

use super::browser::Browser;
use super::people::PersonBuilder;
use super::{Engine, eventually, postgres};

/// 2026-05-04 09:00 UTC, where a manual clock starts.
const MORNING: Micros = Micros::from_millis(1_777_885_200_000);

/// What kind of application a test wants.
pub struct Wishes {
    engine: Engine,
    clock: Clock,
    background: bool,
    grace: Duration,
    options: Vec<String>,
    reachable: Vec<SocketAddr>,
    media: Option<Media>,
}

impl Wishes {
    /// A clock that the test moves.
    pub fn manual_clock(mut self) -> Self {
        self.clock = Clock::manual(MORNING);
        self
    }

    /// No sweeping, no presence news: the test calls what it wants to happen.
    pub fn without_background(mut self) -> Self {
        self.background = false;
        self
    }

    /// How long a person without a socket counts as here.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// A setting, as an option of `speakle serve`.
    pub fn option(mut self, name: &str, value: &str) -> Self {
        self.options.extend([name.to_owned(), value.to_owned()]);
        self
    }

    /// An address on loopback that the application may send to, though nobody's outside of tests may be.
    pub fn may_reach(mut self, addr: SocketAddr) -> Self {
        self.reachable.push(addr);
        self
    }

    /// Where files are kept, if not in a folder of the application's own.
    pub fn media(mut self, media: Media) -> Self {
        self.media = Some(media);
        self
    }

    pub async fn start(self) -> TestApp {
        let storage = Storage::migrated(self.engine).await;
        self.start_on(storage).await
    }

    /// On what is there already.
    pub async fn start_on(self, storage: Storage) -> TestApp {
        TestApp::serve(self, Arc::new(storage)).await
    }
}

/// Where an application keeps things. Cleared away with the last process that uses it.
pub struct Storage {
    folder: TempDir,
    /// The address of the database.
    pub url: String,
    is_migrated: bool,
    _database: Option<postgres::Database>,
}

impl Storage {
    /// With a database that is empty and, on SQLite, not yet there.
    pub async fn new(engine: Engine) -> Self {
        Self::make(engine, false).await
    }

    /// With the tables of this version: a copy of a database that was migrated once for all tests.
    pub async fn migrated(engine: Engine) -> Self {
        Self::make(engine, true).await
    }

    async fn make(engine: Engine, is_migrated: bool) -> Self {
        let folder = tempfile::Builder::new().prefix("speakle-test-").tempdir().unwrap();
        let (url, database) = match engine {
            Engine::Sqlite => {
                let file = folder.path().join("data/speakle.db");
                if is_migrated {
                    std::fs::create_dir(folder.path().join("data")).unwrap();
                    std::fs::write(&file, migrated_file().await).unwrap();
                }
                (sqlite_url(&file), None)
            }
            Engine::Postgres => {
                let database = postgres::new_database(is_migrated).await;
                (database.url.clone(), Some(database))
            }
        };
        Self {
            folder,
            url,
            is_migrated,
            _database: database,
        }
    }
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// The bytes of a file with the tables of this version.
async fn migrated_file() -> &'static [u8] {
    static BYTES: OnceCell<Vec<u8>> = OnceCell::const_new();
    let make = || async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("speakle.db");
        let db = Db::open(&sqlite_url(&file)).await.unwrap();
        db.migrate().await.unwrap();
        // What is in the log beside it goes into it.
        db.close().await;
        std::fs::read(file).unwrap()
    };
    BYTES.get_or_init(make).await
}

/// A running application. It stops when dropped.
pub struct TestApp {
    pub engine: Engine,
    pub state: AppState,
    pub server: Arc<Server>,
    pub addr: SocketAddr,
    tasks: Vec<AbortHandle>,
    pub storage: Arc<Storage>,
}

impl TestApp {
    /// The ordinary one: the machine's clock, background work, no limits.
    pub async fn start(engine: Engine) -> Self {
        Self::wishes(engine).start().await
    }

    /// One whose clock stands and where nothing happens unless the test says so.
    pub async fn by_hand(engine: Engine) -> Self {
        Self::wishes(engine).manual_clock().without_background().start().await
    }

    pub fn wishes(engine: Engine) -> Wishes {
        Wishes {
            engine,
            clock: Clock::system(),
            background: true,
            grace: speakle::realtime::presence::GRACE,
            options: Vec::new(),
            reachable: Vec::new(),
            media: None,
        }
    }

    /// Another process on the same database, as after a restart. The clock goes on where it stood.
    pub async fn another_process(&self, background: bool) -> Self {
        self.another_process_that(|wishes| wishes, background).await
    }

    /// The same with wishes of its own.
    pub async fn another_process_that(&self, wish: impl FnOnce(Wishes) -> Wishes, background: bool) -> Self {
        let wishes = Wishes {
            clock: self.state.clock.clone(),
            background,
            ..Self::wishes(self.engine)
        };
        Self::serve(wish(wishes), self.storage.clone()).await
    }

    async fn serve(wishes: Wishes, storage: Arc<Storage>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let config = config(addr, &storage, &wishes.options);
        let db = Db::open(&config.database_url()).await.unwrap();
        if !storage.is_migrated {
            db.migrate().await.unwrap();
        }
        // Nothing is built: pages name assets that are not there, which no test of HTML needs.
        let leptos = LeptosOptions::builder()
            .output_name("speakle")
            .site_root(storage.folder.path().join("site").display().to_string())
            .build();
        let mut state = AppState::new(config, db, wishes.clock, leptos, wishes.grace).unwrap();
        if let Some(media) = wishes.media {
            state.media = media;
        }
        if !wishes.reachable.is_empty() {
            state.outgoing = Outgoing::with_exceptions(wishes.reachable).unwrap();
        }
        let server = Arc::new(Server::new(state.clone()));
        if wishes.background {
            server.start_background();
        }
        let routes = server.routes().into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(promptly(listener), routes).await });
        Self {
            engine: wishes.engine,
            state,
            server,
            addr,
            tasks: vec![serving.abort_handle()],
            storage,
        }
    }

    /// As browsers name it: `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Browser {
        Browser::new(self.origin(), None)
    }

    /// A person to describe and create.
    pub fn person<'a>(&'a self, username: &str) -> PersonBuilder<'a> {
        PersonBuilder::new(self, username)
    }

    pub fn advance(&self, span: Duration) {
        self.state.clock.advance(span);
    }

    /// What falls due is settled now, as the background work would.
    pub async fn sweep(&self) {
        self.server.jobs().run_due().await.unwrap();
        self.server.calls().sweep().await.unwrap();
    }

    /// Work that comes back by itself is done now, as the background does from time to time.
    pub async fn clean_up(&self) {
        self.server.jobs().seed().await.unwrap();
        self.server.jobs().run_due().await.unwrap();
    }

    /// A connection for looking into the database.
    pub async fn read(&self) -> Conn {
        self.state.db.read().await.unwrap()
    }

    /// The only number that `sql` answers.
    pub async fn number(&self, sql: &'static str) -> i64 {
        let (number,): (i64,) =
            speakle::on_engine!(self.read().await, |c| sqlx::query_as(sql).fetch_one(c).await).unwrap();
        number
    }

    /// The texts that `sql` answers, one column.
    pub async fn texts(&self, sql: &'static str) -> Vec<String> {
        let rows: Vec<(String,)> =
            speakle::on_engine!(self.read().await, |c| sqlx::query_as(sql).fetch_all(c).await).unwrap();
        rows.into_iter().map(|(text,)| text).collect()
    }

    /// Changes the database behind the application's back.
    pub async fn execute(&self, sql: &'static str) {
        self.write(move |conn| {
            async move {
                Ok(speakle::on_engine!(conn, |c| sqlx::query(sql)
                    .execute(c)
                    .await
                    .map(drop))?)
            }
            .boxed()
        })
        .await;
    }

    /// Waits until somebody waits for a lock. On SQLite who writes waits at the door, where nobody sees them: they have read nothing yet.
    pub async fn somebody_waits(&self) {
        if matches!(self.engine, Engine::Sqlite) {
            return;
        }
        let sql =
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        eventually("somebody waits for a lock", || async {
            (self.number(sql).await > 0).then_some(())
        })
        .await;
    }

    /// One transaction.
    pub async fn write<T, F>(&self, work: F) -> T
    where
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        self.state.db.transaction(work).await.unwrap()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// The settings as the command line would make them: a new setting gets its default.
fn config(addr: SocketAddr, storage: &Storage, options: &[String]) -> Config {
    let data = storage.folder.path().display().to_string();
    let addr = addr.to_string();
    let mut line = vec![
        "--site-addr",
        &addr,
        "--data-dir",
        &data,
        "--database-url",
        &storage.url,
    ];
    if !options.iter().any(|option| option == "--rate-limit") {
        line.extend(["--rate-limit", "off"]);
    }
    line.extend(options.iter().map(String::as_str));
    Config::of_options(line).unwrap()
}
