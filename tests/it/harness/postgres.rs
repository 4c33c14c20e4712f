//! One private PostgreSQL for the whole test binary: started at its first use, gone when the process is. Most tests get a copy of a database
//! that was migrated once.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use speakle::server::db::Db;
use sqlx::{Connection as _, Executor as _, PgConnection};

/// How long the server may take to be ready.
const START: Duration = Duration::from_secs(90);

/// The migrated database that others are copies of.
const TEMPLATE: &str = "migrated";

/// Runs the server, and ends it when its own standard input ends: the system closes that pipe when the test binary is no more, however
/// it ended. In a process group of its own, so that Ctrl-C does not reach it before its work is done.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
folder=$1 program=$2 port=$3
"$program" -D "$folder/data" -c listen_addresses=127.0.0.1 -c port="$port" -c unix_socket_directories= \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=600 -c lc_messages=C \
    </dev/null >"$folder/log" 2>&1 &
server=$!
read -r _
kill -QUIT "$server" 2>/dev/null
wait "$server"
rm -rf "$folder"
"#;

struct Postgres {
    port: u16,
    /// Its end is the watchdog's sign; never written to.
    _lifeline: ChildStdin,
    _watchdog: Child,
}

/// A database of one test. When it is dropped, the next one that is made clears it away: a hundred of them would fill a small disk.
pub struct Database {
    name: String,
    pub url: String,
}

static FINISHED: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl Drop for Database {
    fn drop(&mut self) {
        FINISHED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(std::mem::take(&mut self.name));
    }
}

/// A new database: empty, or with the tables of this version.
pub async fn new_database(is_migrated: bool) -> Database {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let port = tokio::task::spawn_blocking(move || if is_migrated { port_with_template() } else { port() })
        .await
        .unwrap();
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let finished = std::mem::take(&mut *FINISHED.lock().unwrap_or_else(PoisonError::into_inner));
    let gone = finished
        .into_iter()
        .map(|name| format!("DROP DATABASE {name} WITH (FORCE)"));
    let source = if is_migrated { TEMPLATE } else { "template0" };
    // Page by page through the log, which is the way by default, costs half as much again.
    let new = format!("CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY");
    administer(port, gone.chain([new])).await;
    Database {
        url: url(port, &name),
        name,
    }
}

fn url(port: u16, database: &str) -> String {
    format!("postgres://speakle@127.0.0.1:{port}/{database}")
}

async fn administer(port: u16, statements: impl Iterator<Item = String>) {
    let mut conn = PgConnection::connect(&url(port, "postgres")).await.unwrap();
    for sql in statements {
        conn.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    }
    conn.close().await.unwrap();
}

/// Where the server listens, which the first who asks starts. To be called where blocking is allowed.
fn port() -> u16 {
    static SERVER: OnceLock<Result<Postgres, String>> = OnceLock::new();
    match SERVER.get_or_init(start) {
        Ok(server) => server.port,
        Err(reason) => panic!("no PostgreSQL for the tests: {reason}"),
    }
}

/// The same once the template is there. It is made on a runtime of its own: that of a test may end on the way.
fn port_with_template() -> u16 {
    static IS_MADE: OnceLock<()> = OnceLock::new();
    let port = port();
    IS_MADE.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            administer(port, [format!("CREATE DATABASE {TEMPLATE}")].into_iter()).await;
            let db = Db::open(&url(port, TEMPLATE)).await.unwrap();
            db.migrate().await.unwrap();
            // Nobody may be connected to what is copied.
            db.close().await;
        });
    });
    port
}

/// Finds the programs and starts the server. Another process may take the free port before the server does: then once more.
fn start() -> Result<Postgres, String> {
    let bin = find_programs()?;
    let mut result = start_in_new_folder(&bin);
    for _ in 0..4 {
        if !matches!(&result, Err(reason) if reason.contains("could not bind")) {
            break;
        }
        result = start_in_new_folder(&bin);
    }
    result
}

/// Makes the data folder and starts the server, as an ordinary user: it refuses to run as root.
fn start_in_new_folder(bin: &Path) -> Result<Postgres, String> {
    let folder = tempfile::Builder::new()
        .prefix("speakle-postgres-")
        .tempdir()
        .map_err(|e| format!("no temporary folder: {e}"))?;
    let path = folder.path().to_owned();
    let user = ordinary_user(&path)?;
    if let Some((uid, gid)) = user {
        chown(&path, Some(uid), Some(gid)).map_err(|e| format!("{} cannot be given away: {e}", path.display()))?;
    }
    let as_user = |program: &Path| {
        let mut command = Command::new(program);
        command.current_dir(&path).env("LC_ALL", "C");
        if let Some((uid, gid)) = user {
            command.uid(uid).gid(gid);
        }
        command
    };
    let made = as_user(&bin.join("initdb"))
        .args([
            "--username=speakle",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "-D",
        ])
        .arg(path.join("data"))
        .output()
        .map_err(|e| format!("initdb does not start: {e}"))?;
    if !made.status.success() {
        return Err(format!("initdb: {}", String::from_utf8_lossy(&made.stderr)));
    }
    let port = free_port().map_err(|e| format!("no free port: {e}"))?;
    let mut watchdog = as_user(Path::new("/bin/sh"))
        .args(["-c", WATCHDOG, "watchdog"])
        .args([&path, &bin.join("postgres")])
        .arg(port.to_string())
        .process_group(0)
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|e| format!("sh does not start: {e}"))?;
    // From here on the watchdog removes the folder.
    let _ = folder.keep();
    let lifeline = watchdog.stdin.take().ok_or("the watchdog has no input")?;
    wait_until_ready(&path)?;
    Ok(Postgres {
        port,
        _lifeline: lifeline,
        _watchdog: watchdog,
    })
}

/// The server writes `ready` into the eighth line of its pid file.
fn wait_until_ready(folder: &Path) -> Result<(), String> {
    let deadline = Instant::now() + START;
    loop {
        let state = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
        if state.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
            return Ok(());
        }
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        if log.contains("FATAL") || Instant::now() > deadline {
            return Err(format!("it does not start: {log}"));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The folder with `initdb` and `postgres`: `PG_BIN`, else on `PATH`, else where Debian keeps versions, the newest first.
fn find_programs() -> Result<PathBuf, String> {
    let holds_both = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    if let Some(folder) = std::env::var_os("PG_BIN").filter(|folder| !folder.is_empty()) {
        let folder = PathBuf::from(folder);
        return if holds_both(&folder) {
            Ok(folder)
        } else {
            Err(format!(
                "PG_BIN is {}, without initdb and postgres in it",
                folder.display()
            ))
        };
    }
    let on_path = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect::<Vec<_>>())
        .unwrap_or_default();
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    on_path
        .into_iter()
        .chain(versions.into_iter().map(|(_, folder)| folder))
        .find(holds_both)
        .ok_or_else(|| "initdb and postgres are neither in PG_BIN nor on PATH nor in /usr/lib/postgresql; script/bootstrap installs them".to_owned())
}

/// Whom to run it as when we are root: `postgres` if there is such a user, else `nobody`. `None` for anybody but root.
fn ordinary_user(ours: &Path) -> Result<Option<(u32, u32)>, String> {
    // A folder that we have just made belongs to whoever we are.
    let me = fs::metadata(ours).map_err(|e| e.to_string())?.uid();
    if me != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").map_err(|e| format!("/etc/passwd: {e}"))?;
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .map(Some)
        .ok_or_else(|| "root may not run it, and there is neither a user postgres nor nobody".to_owned())
}
