//! How long the search for partners takes, by how many people there are, on both engines, with each filter; beside the join of languages,
//! interests and people that it would be without an index of its own.
//!
//! `cargo bench --no-default-features --features ssr --bench search`, or `script/bench search`, which has a PostgreSQL started. PEOPLE says how
//! many people there are ("10000,1000000"), SEARCHES how many searches each figure is of. Prints a table in Markdown, and fails where a page
//! at the largest number takes longer than 5 ms for 99 of 100, or more than twice as long as at the smallest.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement that cannot go on says so by panicking, prints its table, and asks the machine for the time"
)]

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use leptos::prelude::LeptosOptions;
use speakle::accounts::model::{Theme, Viewer};
use speakle::kernel::clock::Clock;
use speakle::kernel::id::UserId;
use speakle::matching::model::Filters;
use speakle::matching::service as matching;
use speakle::on_engine;
use speakle::onboarding::service::seed_demo;
use speakle::profiles::service as profiles;
use speakle::server::config::Config;
use speakle::server::db::Db;
use speakle::server::state::AppState;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

/// What a page at the largest number may take, for 99 of 100.
const MOST: Duration = Duration::from_millis(5);
/// How much longer than at the smallest number.
const GROWTH: f64 = 2.0;
/// Joins that are measured of each kind: each takes its time.
const JOINS: usize = 5;

/// Nanoseconds that the engines have spent in statements, as sqlx counts them.
static SPENT: AtomicU64 = AtomicU64::new(0);

/// Adds up what sqlx tells of each statement; with SQL set it is printed as well.
struct Statements {
    prints: bool,
}

#[derive(Default)]
struct Statement {
    seconds: f64,
    rows: u64,
    text: String,
}

impl tracing::field::Visit for Statement {
    fn record_f64(&mut self, field: &tracing::field::Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.seconds = value;
        }
    }

    fn record_u64(&mut self, field: &tracing::field::Field, value: u64) {
        if field.name() == "rows_returned" {
            self.rows = value;
        }
    }

    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if field.name() == "summary" {
            self.text = format!("{value:?}");
        }
    }
}

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Statements {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let mut statement = Statement::default();
        event.record(&mut statement);
        SPENT.fetch_add((statement.seconds * 1e9) as u64, Ordering::Relaxed);
        if self.prints {
            println!(
                "  {:8.0} µs {:5} rows {}",
                statement.seconds * 1e6,
                statement.rows,
                statement.text
            );
        }
    }
}

struct Engine {
    name: &'static str,
    /// The address of a new, empty database.
    url: Box<dyn Fn(u32) -> String>,
}

struct Row {
    engine: &'static str,
    people: u32,
    filters: &'static str,
    /// The time of all statements of a page, …
    half: Duration,
    most: Duration,
    /// … and the whole of it, at the median.
    page: Duration,
    join: Duration,
}

fn main() -> ExitCode {
    let numbers = |name: &str, usual: &str| -> Vec<u32> {
        let text = std::env::var(name).unwrap_or_else(|_| usual.to_owned());
        text.split(',').map(|number| number.trim().parse().unwrap()).collect()
    };
    let prints = std::env::var("SQL").is_ok();
    tracing_subscriber::registry()
        .with(Statements { prints }.with_filter(Targets::new().with_target("sqlx::query", Level::DEBUG)))
        .init();
    let people = numbers("PEOPLE", "10000,1000000");
    let searches = numbers("SEARCHES", "500")[0] as usize;
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut rows = Vec::new();
    for engine in engines(folder.path()) {
        for people in &people {
            let url = (engine.url)(*people);
            rows.extend(runtime.block_on(measure(&engine, &url, *people, searches, folder.path())));
        }
    }
    println!(
        "\n| engine | people | filters | statements, p50 | p99 | the whole page, p50 | the join, p50 | times as fast |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for row in &rows {
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {:.1} |",
            row.engine,
            row.people,
            row.filters,
            shown(row.half),
            shown(row.most),
            shown(row.page),
            shown(row.join),
            row.join.as_secs_f64() / row.half.as_secs_f64()
        );
    }
    match judged(&rows, &people) {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            println!("\n{words}");
            ExitCode::FAILURE
        }
    }
}

fn shown(span: Duration) -> String {
    format!("{:.2} ms", span.as_secs_f64() * 1_000.0)
}

/// What is too slow, in words.
fn judged(rows: &[Row], people: &[u32]) -> Result<(), String> {
    let (least, most) = (people.iter().min().copied(), people.iter().max().copied());
    let mut words = Vec::new();
    for row in rows.iter().filter(|row| Some(row.people) == most) {
        let what = format!("{} at {} people, {}", row.engine, row.people, row.filters);
        if row.most > MOST {
            words.push(format!("{what}: {} for 99 of 100", shown(row.most)));
        }
        let small = rows
            .iter()
            .find(|small| Some(small.people) == least && small.engine == row.engine && small.filters == row.filters);
        if let Some(small) = small {
            let growth = row.half.as_secs_f64() / small.half.as_secs_f64();
            if growth > GROWTH {
                words.push(format!("{what}: {growth:.1} times as long as at {}", small.people));
            }
        }
    }
    if words.is_empty() {
        Ok(())
    } else {
        Err(words.join("\n"))
    }
}

/// SQLite in a folder, and PostgreSQL where POSTGRES_URL names a server on which databases can be made.
fn engines(folder: &Path) -> Vec<Engine> {
    let folder = folder.to_owned();
    let mut engines = vec![Engine {
        name: "SQLite",
        url: Box::new(move |people| format!("sqlite:{}", folder.join(format!("{people}.db")).display())),
    }];
    if let Ok(server) = std::env::var("POSTGRES_URL") {
        engines.push(Engine {
            name: "PostgreSQL",
            url: Box::new(move |people| {
                let made = std::process::Command::new(std::env::var("PSQL").unwrap_or_else(|_| "psql".to_owned()))
                    .args([
                        &format!("{server}/postgres"),
                        "-qc",
                        &format!("CREATE DATABASE search_{people}"),
                    ])
                    .status();
                assert!(made.is_ok_and(|status| status.success()), "psql made no database");
                format!("{server}/search_{people}")
            }),
        });
    }
    engines
}

async fn measure(engine: &Engine, url: &str, people: u32, searches: usize, folder: &Path) -> Vec<Row> {
    let data = folder.display().to_string();
    let config = Config::of_options(["--data-dir", &data, "--database-url", url, "--rate-limit", "off"]).unwrap();
    let db = Db::open(url).await.unwrap();
    db.migrate().await.unwrap();
    let leptos = LeptosOptions::builder().output_name("speakle").build();
    let state = AppState::new(config, db, Clock::system(), leptos, Duration::from_secs(5)).unwrap();
    let began = Instant::now();
    seed_demo(&state, people).await.unwrap();
    println!(
        "{}: {people} people in {:.0} s",
        engine.name,
        began.elapsed().as_secs_f64()
    );
    analyze(&state, url).await;

    let viewers = viewers(&state, searches).await;
    let mut rows = Vec::new();
    for (name, filters) in filter_sets() {
        // Once around, so that what is read for the first time is not what is measured.
        for viewer in viewers.iter().take(searches / 5) {
            search(&state, viewer, &filters).await;
        }
        let (mut spans, mut pages) = (Vec::new(), Vec::new());
        for viewer in &viewers {
            let filters = fitted(&state, viewer, &filters).await;
            settle().await;
            SPENT.store(0, Ordering::Relaxed);
            let began = Instant::now();
            matching::find(&state, viewer, &filters).await.unwrap();
            pages.push(began.elapsed());
            settle().await;
            spans.push(Duration::from_nanos(SPENT.load(Ordering::Relaxed)));
        }
        spans.sort_unstable();
        pages.sort_unstable();
        let mut joins = Vec::new();
        for viewer in viewers.iter().take(JOINS) {
            let filters = fitted(&state, viewer, &filters).await;
            let began = Instant::now();
            join(&state, viewer.id, &filters).await;
            joins.push(began.elapsed());
        }
        joins.sort_unstable();
        rows.push(Row {
            engine: engine.name,
            people,
            filters: name,
            half: spans[spans.len() / 2],
            most: spans[(spans.len() * 99 / 100).min(spans.len() - 1)],
            page: pages[pages.len() / 2],
            join: joins[joins.len() / 2],
        });
        println!(
            "{} {people} {name}: {} / {}",
            engine.name,
            shown(rows[rows.len() - 1].half),
            shown(rows[rows.len() - 1].most)
        );
    }
    state.db.close().await;
    rows
}

/// SQLite's threads tell of a statement when they are done with it, a moment after its rows are here.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

async fn search(state: &AppState, viewer: &Viewer, filters: &Filters) {
    let filters = fitted(state, viewer, filters).await;
    matching::find(state, viewer, &filters).await.unwrap();
}

/// The figures by which PostgreSQL plans; SQLite plans without.
async fn analyze(state: &AppState, url: &str) {
    if url.starts_with("postgres") {
        let mut conn = state.db.read().await.unwrap();
        on_engine!(&mut conn, |c| sqlx::query("ANALYZE").execute(c).await.map(drop)).unwrap();
    }
}

/// Filters as people choose them: `*` stands for one of the viewer's own languages.
fn filter_sets() -> Vec<(&'static str, Filters)> {
    let with = |set: fn(&mut Filters)| {
        let mut filters = Filters::default();
        set(&mut filters);
        filters
    };
    vec![
        ("none", Filters::default()),
        ("level", with(|filters| filters.level = "B1".to_owned())),
        ("rare level", with(|filters| filters.level = "C2".to_owned())),
        ("interest", with(|filters| filters.interest = "music".to_owned())),
        (
            "rare interest",
            with(|filters| filters.interest = "volunteering".to_owned()),
        ),
        ("name", with(|filters| filters.name = "ana".to_owned())),
        (
            "languages",
            with(|filters| {
                filters.speaks = "*".to_owned();
                filters.learns = "*".to_owned();
            }),
        ),
        (
            "all",
            with(|filters| {
                filters.speaks = "*".to_owned();
                filters.learns = "*".to_owned();
                filters.level = "B1".to_owned();
                filters.interest = "music".to_owned();
            }),
        ),
    ]
}

async fn fitted(state: &AppState, viewer: &Viewer, filters: &Filters) -> Filters {
    let profile = profiles::profile(&mut state.db.read().await.unwrap(), viewer.id)
        .await
        .unwrap();
    let mut filters = filters.clone();
    if filters.speaks == "*" {
        filters.speaks = profile
            .learned()
            .next()
            .map_or("", |language| language.language.code())
            .to_owned();
    }
    if filters.learns == "*" {
        filters.learns = profile
            .spoken()
            .next()
            .map_or("", |language| language.language.code())
            .to_owned();
    }
    filters
}

/// People from all over the table, who look for somebody.
async fn viewers(state: &AppState, count: usize) -> Vec<Viewer> {
    let mut conn = state.db.read().await.unwrap();
    let rows: Vec<(UserId, String, Option<String>)> = on_engine!(&mut conn, |c| sqlx::query_as(
        "SELECT u.id, u.username, u.time_zone FROM users u JOIN match_person m ON m.user_id = u.id ORDER BY m.ring, u.id LIMIT $1"
    )
    .bind(count as i64)
    .fetch_all(c)
    .await)
    .unwrap();
    let viewer = |(id, username, zone): (UserId, String, Option<String>)| Viewer {
        visibility: Default::default(),
        message: None,
        id,
        display_name: username.clone(),
        username,
        hue: 0,
        picture: None,
        locale: None,
        theme: Theme::System,
        time_zone: zone.unwrap_or_else(|| "UTC".to_owned()),
        must_confirm_email: false,
    };
    rows.into_iter().map(viewer).collect()
}

/// What the same page costs without an index of its own: everybody whose languages fit, with how much they share, the best twenty.
async fn join(state: &AppState, me: UserId, filters: &Filters) {
    let sql = "WITH fit AS (
                 SELECT s.user_id AS id, MAX(CASE s.role WHEN 'native' THEN 30 ELSE 20 END) AS gives,
                        MAX(CASE mine.role WHEN 'native' THEN 20 ELSE 12 END) AS takes
                 FROM user_language goal
                 JOIN user_language s ON s.language = goal.language AND s.role IN ('native', 'fluent') AND s.user_id <> $1
                 JOIN user_language l ON l.user_id = s.user_id AND l.role = 'learning'
                 JOIN user_language mine ON mine.user_id = $1 AND mine.language = l.language AND mine.role IN ('native', 'fluent')
                 WHERE goal.user_id = $1 AND goal.role = 'learning'
                   AND ($2 = '' OR s.language = $2) AND ($3 = '' OR l.language = $3) AND ($4 = '' OR l.level = $4)
                 GROUP BY s.user_id),
               shared AS (
                 SELECT theirs.user_id AS id, COUNT(*) AS interests FROM user_interest own
                 JOIN user_interest theirs ON theirs.interest = own.interest WHERE own.user_id = $1 GROUP BY theirs.user_id)
               SELECT users.id FROM fit JOIN users ON users.id = fit.id LEFT JOIN shared ON shared.id = fit.id
               WHERE users.username <> '' AND ($5 = '' OR EXISTS (
                     SELECT 1 FROM user_interest i WHERE i.user_id = users.id AND i.interest = $5))
                 AND ($6 = '' OR users.search_key LIKE $6)
               ORDER BY fit.gives + fit.takes + COALESCE(shared.interests, 0) DESC, users.id LIMIT 20";
    let name = match filters.name.as_str() {
        "" => String::new(),
        name => format!("%{name}%"),
    };
    let mut conn = state.db.read().await.unwrap();
    let _found: Vec<(UserId,)> = on_engine!(&mut conn, |c| sqlx::query_as(sql)
        .bind(me)
        .bind(&filters.speaks)
        .bind(&filters.learns)
        .bind(&filters.level)
        .bind(&filters.interest)
        .bind(&name)
        .fetch_all(c)
        .await)
    .unwrap();
}
