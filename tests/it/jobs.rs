//! Jobs: there with their transaction, done at their time, by one worker at a time, again until they succeed, whoever is killed.

use std::collections::HashMap;
use std::future::{Future, pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use speakle::kernel::clock::Clock;
use speakle::kernel::error::AppError;
use speakle::server::db::{Db, StoreError};
use speakle::server::jobs::{CUT_OFF, Handler, Job, JobError, Jobs, KEPT, LEASE, NewJob, TRIES, enqueue};
use tokio::runtime::Builder;
use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;

use crate::harness::{Engine, PATIENCE, TestApp, eventually};

both_engines!(
    a_job_is_there_if_its_transaction_was,
    a_job_runs_at_its_time_and_not_before,
    a_job_that_is_due_is_begun_without_waiting_for_the_next_look,
    what_a_killed_process_began_is_done_by_another,
    work_that_takes_its_time_is_nobody_elses_for_as_long_as_its_process_lives,
    two_processes_do_each_job_once_and_never_one_twice_at_a_time,
    a_job_that_fails_is_tried_more_and_more_rarely_and_kept_in_the_end,
    a_job_that_panics_or_takes_its_process_along_is_given_up_like_others,
    a_job_with_a_key_is_there_once,
    what_is_asked_for_while_it_runs_runs_once_more,
    work_that_comes_back_is_there_once_and_never_given_up,
    slow_work_of_one_kind_does_not_hold_up_another,
    ending_in_order_waits_for_what_runs,
    expired_rows_are_taken_away,
    what_nobody_does_any_more_is_forgotten_after_30_days,
);

type Work = dyn Fn(Job) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync;

/// A handler for one test.
struct Do {
    kind: &'static str,
    every: Option<Duration>,
    cut_off: Duration,
    work: Box<Work>,
}

impl Handler for Do {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn every(&self) -> Option<Duration> {
        self.every
    }

    fn cut_off(&self) -> Duration {
        self.cut_off
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        (self.work)(job)
    }
}

fn doing<F>(kind: &'static str, work: impl Fn(Job) -> F + Send + Sync + 'static) -> Arc<dyn Handler>
where
    F: Future<Output = Result<(), JobError>> + Send + 'static,
{
    Arc::new(Do {
        kind,
        every: None,
        cut_off: CUT_OFF,
        work: Box::new(move |job| work(job).boxed()),
    })
}

/// One that only counts.
fn counting(kind: &'static str) -> (Arc<dyn Handler>, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let handler = doing(kind, move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        ready(Ok(()))
    });
    (handler, count)
}

/// Workers as of a process of their own.
async fn process(app: &TestApp, handlers: Vec<Arc<dyn Handler>>) -> Jobs {
    let db = Db::open(&app.storage.url).await.unwrap();
    Jobs::new(db, app.state.clock.clone(), handlers)
}

async fn ask(app: &TestApp, job: NewJob) {
    app.write(move |conn| async move { enqueue(conn, job).await }.boxed())
        .await;
}

fn new(app: &TestApp, kind: &'static str) -> NewJob {
    NewJob::new(kind, app.state.clock.now())
}

async fn waiting(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM job").await
}

async fn a_job_is_there_if_its_transaction_was(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (handler, count) = counting("test.count");
    let jobs = process(&app, vec![handler]).await;
    let job = new(&app, "test.count");
    let failed: Result<(), AppError> = app
        .state
        .db
        .transaction(move |conn| {
            async move {
                enqueue(conn, job).await?;
                Err(AppError::NotFound)
            }
            .boxed()
        })
        .await;
    assert_eq!(failed, Err(AppError::NotFound));
    assert_eq!((waiting(&app).await, jobs.run_due().await.unwrap()), (0, 0));
    ask(&app, new(&app, "test.count")).await;
    // Nobody here knows how; whoever does will come.
    ask(&app, new(&app, "test.other")).await;
    assert_eq!(jobs.run_due().await.unwrap(), 1);
    assert_eq!((waiting(&app).await, count.load(Ordering::SeqCst)), (1, 1));
}

async fn a_job_runs_at_its_time_and_not_before(engine: Engine) {
    let app = TestApp::wishes(engine).without_background().start().await;
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let handler = doing("test.tell", move |job| {
        let _ = told.send((job.payload::<String>().unwrap(), Instant::now()));
        ready(Ok(()))
    });
    let jobs = Jobs::new(app.state.db.clone(), Clock::system(), vec![handler]);
    let running = tokio::spawn(jobs.run());
    for wait in [0, 300, 0, 1_200] {
        let (begin, wait) = (Instant::now(), Duration::from_millis(wait));
        let name = format!("in {wait:?}");
        let due = app.state.clock.now().plus(wait);
        ask(&app, new(&app, "test.tell").at(due).payload(&name)).await;
        let (ran, at) = tokio::time::timeout(PATIENCE, heard.recv()).await.unwrap().unwrap();
        assert_eq!(ran, name);
        assert!(at - begin >= wait, "{name} was early");
    }
    running.abort();
}

/// In a runtime whose time stands: a worker that looks only from time to time never looks again there.
async fn a_job_that_is_due_is_begun_without_waiting_for_the_next_look(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (url, clock) = (app.storage.url.clone(), app.state.clock.clone());
    let (all, done) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            // While something blocks, time does not run ahead by itself.
            let (_until_the_end, blocks) = std::sync::mpsc::channel::<()>();
            tokio::task::spawn_blocking(move || blocks.recv());
            let db = Db::open(&url).await.unwrap();
            let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
            let handler = doing("test.tell", move |_| {
                ready(told.send(()).map_err(|_| JobError::new("nobody hears")))
            });
            tokio::spawn(Jobs::new(db.clone(), clock.clone(), vec![handler]).run());
            for _ in 0..10 {
                let job = NewJob::new("test.tell", clock.now());
                db.transaction(move |conn| async move { enqueue(conn, job).await }.boxed())
                    .await
                    .unwrap();
                heard.recv().await.unwrap();
            }
        });
        let _ = all.send(());
    });
    let done = tokio::time::timeout(PATIENCE, done).await;
    done.expect("a job waits").expect("the worker failed");
}

async fn what_a_killed_process_began_is_done_by_another(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let begun = Arc::new(Notify::new());
    let begins = begun.clone();
    let hangs = doing("test.work", move |_| {
        begins.notify_one();
        pending()
    });
    let first = tokio::spawn(process(&app, vec![hangs]).await.run());
    ask(&app, new(&app, "test.work")).await;
    begun.notified().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let (handler, count) = counting("test.work");
    let second = process(&app, vec![handler]).await;
    app.advance(LEASE - Duration::from_millis(1));
    assert_eq!(second.run_due().await.unwrap(), 0, "the lease is not over");
    app.advance(Duration::from_millis(1));
    assert_eq!(second.run_due().await.unwrap(), 1);
    assert_eq!((count.load(Ordering::SeqCst), waiting(&app).await), (1, 0));
}

async fn work_that_takes_its_time_is_nobody_elses_for_as_long_as_its_process_lives(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let begun = Arc::new(Notify::new());
    let begins = begun.clone();
    let slow = Do {
        kind: "test.slow",
        every: None,
        cut_off: Duration::from_secs(24 * 3600),
        work: Box::new(move |_| {
            begins.notify_one();
            pending().boxed()
        }),
    };
    let first = tokio::spawn(process(&app, vec![Arc::new(slow)]).await.run());
    ask(&app, new(&app, "test.slow")).await;
    begun.notified().await;
    let (handler, count) = counting("test.slow");
    let second = process(&app, vec![handler]).await;
    let until = || app.number("SELECT leased_until FROM job");
    for _ in 0..3 {
        let before = until().await;
        app.advance(LEASE - Duration::from_secs(1));
        eventually("the lease is renewed", || async {
            (until().await > before).then_some(())
        })
        .await;
        assert_eq!(second.run_due().await.unwrap(), 0, "it is the first one's");
    }
    // Killed, it renews nothing.
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    app.advance(LEASE);
    eventually("the second one does it", || async {
        second.run_due().await.unwrap();
        (count.load(Ordering::SeqCst) == 1).then_some(())
    })
    .await;
}

async fn two_processes_do_each_job_once_and_never_one_twice_at_a_time(engine: Engine) {
    const JOBS: usize = 500;
    let app = TestApp::wishes(engine).without_background().start().await;
    // How often each was done, and whether somebody is at it.
    let done: Arc<Mutex<HashMap<usize, (usize, bool)>>> = Arc::default();
    let overlaps = Arc::new(AtomicBool::new(false));
    let handler = {
        let (done, overlaps) = (done.clone(), overlaps.clone());
        doing("test.work", move |job| {
            let (done, overlaps) = (done.clone(), overlaps.clone());
            async move {
                let number: usize = job.payload()?;
                let was_busy = std::mem::replace(&mut done.lock().await.entry(number).or_default().1, true);
                overlaps.fetch_or(was_busy, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(number as u64 % 7)).await;
                // Some fail the first time.
                if number.is_multiple_of(50) && job.attempt == 1 {
                    done.lock().await.entry(number).or_default().1 = false;
                    return Err(JobError::new("on purpose"));
                }
                let mut done = done.lock().await;
                let (times, is_busy) = done.entry(number).or_default();
                (*times, *is_busy) = (*times + 1, false);
                Ok(())
            }
        })
    };
    app.write(|conn| {
        async move {
            let now = Clock::system().now();
            for number in 0..JOBS {
                enqueue(conn, NewJob::new("test.work", now).payload(&number)).await?;
            }
            Ok(())
        }
        .boxed()
    })
    .await;
    let mut processes = Vec::new();
    for _ in 0..2 {
        processes.push(tokio::spawn(process(&app, vec![handler.clone()]).await.run()));
    }
    eventually("every job is done", || async {
        (waiting(&app).await == 0).then_some(())
    })
    .await;
    let done = done.lock().await;
    assert_eq!(done.len(), JOBS);
    assert!(done.values().all(|(times, _)| *times == 1), "some were done twice");
    assert!(!overlaps.load(Ordering::SeqCst), "two were at the same job");
    for process in processes {
        process.abort();
    }
}

async fn a_job_that_fails_is_tried_more_and_more_rarely_and_kept_in_the_end(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let tries = Arc::new(AtomicUsize::new(0));
    let tried = tries.clone();
    let fails = doing("test.fail", move |job| {
        assert_eq!(job.attempt as usize, tried.fetch_add(1, Ordering::SeqCst) + 1);
        ready(Err(JobError::new("no")))
    });
    let jobs = process(&app, vec![fails]).await;
    ask(&app, new(&app, "test.fail").key("only".to_owned())).await;
    let mut wait = 5;
    for attempt in 1..=TRIES {
        assert_eq!(jobs.run_due().await.unwrap(), 1, "try {attempt}");
        app.advance(Duration::from_millis(wait * 1_000 - 1));
        assert_eq!(jobs.run_due().await.unwrap(), 0, "early after try {attempt}");
        app.advance(Duration::from_millis(1));
        wait = (wait * 2).min(3_600);
    }
    app.advance(Duration::from_secs(1_000_000));
    assert_eq!(jobs.run_due().await.unwrap(), 0);
    assert_eq!(tries.load(Ordering::SeqCst), TRIES as usize);
    assert_eq!(
        app.texts("SELECT last_error FROM job WHERE dead_at IS NOT NULL").await,
        ["no"]
    );
    // Whoever asks for it again gives it another chance.
    ask(&app, new(&app, "test.fail").key("only".to_owned())).await;
    tries.store(0, Ordering::SeqCst);
    assert_eq!(jobs.run_due().await.unwrap(), 1);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM job WHERE dead_at IS NULL AND attempts = 1")
            .await,
        1
    );
    // Also while it waits: what is asked for now has not failed yet.
    ask(&app, new(&app, "test.fail").key("only".to_owned())).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM job WHERE attempts = 0").await, 1);
}

async fn a_job_that_panics_or_takes_its_process_along_is_given_up_like_others(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let panics = doing("test.panic", |_| async { panic!("on purpose") });
    let (handler, count) = counting("test.kill");
    let jobs = process(&app, vec![panics, handler]).await;
    ask(&app, new(&app, "test.panic")).await;
    assert_eq!(jobs.run_due().await.unwrap(), 1);
    assert_eq!(app.texts("SELECT last_error FROM job").await, ["it panicked"]);
    app.execute("DELETE FROM job").await;
    // As a job stands there whose process was killed each time.
    ask(&app, new(&app, "test.kill")).await;
    app.execute("UPDATE job SET attempts = 12").await;
    assert_eq!(jobs.run_due().await.unwrap(), 1);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM job WHERE dead_at IS NOT NULL AND last_error IS NOT NULL")
            .await,
        1
    );
    assert_eq!(count.load(Ordering::SeqCst), 0, "it was begun once more");
}

async fn a_job_with_a_key_is_there_once(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let handler = doing("test.tell", move |job| {
        let _ = told.send(job.payload::<u32>().unwrap());
        ready(Ok(()))
    });
    let jobs = process(&app, vec![handler]).await;
    let now = app.state.clock.now();
    let hour = Duration::from_secs(3_600);
    for (payload, at) in [(1, now.plus(hour)), (2, now), (3, now.plus(hour * 2))] {
        ask(
            &app,
            new(&app, "test.tell").key("key".to_owned()).at(at).payload(&payload),
        )
        .await;
    }
    assert_eq!(waiting(&app).await, 1);
    // The earliest time, the latest words.
    assert_eq!(jobs.run_due().await.unwrap(), 1);
    assert_eq!(heard.try_recv(), Ok(3));
    app.advance(hour * 3);
    assert_eq!(jobs.run_due().await.unwrap(), 0);
}

async fn what_is_asked_for_while_it_runs_runs_once_more(engine: Engine) {
    let app = Arc::new(TestApp::by_hand(engine).await);
    let count = Arc::new(AtomicUsize::new(0));
    let handler = {
        let (app, count) = (app.clone(), count.clone());
        doing("test.work", move |_| {
            let (app, count) = (app.clone(), count.clone());
            async move {
                if count.fetch_add(1, Ordering::SeqCst) == 0 {
                    ask(&app, new(&app, "test.work").key("key".to_owned())).await;
                    // It waits for its turn, although it is due and another process looks.
                    let other = process(&app, vec![counting("test.work").0]).await;
                    assert_eq!(other.run_due().await.unwrap(), 0);
                }
                Ok(())
            }
        })
    };
    let jobs = process(&app, vec![handler]).await;
    ask(&app, new(&app, "test.work").key("key".to_owned())).await;
    assert_eq!(jobs.run_due().await.unwrap(), 2);
    assert_eq!((count.load(Ordering::SeqCst), waiting(&app).await), (2, 0));
}

async fn work_that_comes_back_is_there_once_and_never_given_up(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (count, fails) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(true)));
    let handler: Arc<dyn Handler> = {
        let (count, fails) = (count.clone(), fails.clone());
        let work = move |_| -> BoxFuture<'static, Result<(), JobError>> {
            count.fetch_add(1, Ordering::SeqCst);
            let fails = fails.load(Ordering::SeqCst);
            ready(if fails { Err(JobError::new("no")) } else { Ok(()) }).boxed()
        };
        Arc::new(Do {
            kind: "test.again",
            every: Some(Duration::from_secs(600)),
            cut_off: CUT_OFF,
            work: Box::new(work),
        })
    };
    let processes = [
        process(&app, vec![handler.clone()]).await,
        process(&app, vec![handler]).await,
    ];
    for jobs in &processes {
        jobs.seed().await.unwrap();
    }
    assert_eq!(waiting(&app).await, 1);
    let [jobs, _] = processes;
    for _ in 0..20 {
        assert_eq!(jobs.run_due().await.unwrap(), 1);
        app.advance(Duration::from_secs(3_600));
    }
    fails.store(false, Ordering::SeqCst);
    assert_eq!(jobs.run_due().await.unwrap(), 1);
    app.advance(Duration::from_secs(599));
    assert_eq!(jobs.run_due().await.unwrap(), 0);
    app.advance(Duration::from_secs(1));
    assert_eq!(jobs.run_due().await.unwrap(), 1);
    assert_eq!(count.load(Ordering::SeqCst), 22);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM job WHERE attempts = 0 AND last_error IS NULL")
            .await,
        1
    );
}

async fn slow_work_of_one_kind_does_not_hold_up_another(engine: Engine) {
    let app = TestApp::wishes(engine).without_background().start().await;
    let slow = doing("test.slow", |_| pending());
    let (quick, count) = counting("test.quick");
    let running = tokio::spawn(process(&app, vec![slow, quick]).await.run());
    for _ in 0..40 {
        ask(&app, new(&app, "test.slow")).await;
    }
    ask(&app, new(&app, "test.quick")).await;
    eventually("the quick one", || {
        ready((count.load(Ordering::SeqCst) == 1).then_some(()))
    })
    .await;
    running.abort();
}

async fn ending_in_order_waits_for_what_runs(engine: Engine) {
    let app = TestApp::wishes(engine).without_background().start().await;
    let (begun, go_on, ended) = (
        Arc::new(Notify::new()),
        Arc::new(Notify::new()),
        Arc::new(AtomicBool::new(false)),
    );
    let handler = {
        let (begun, go_on, ended) = (begun.clone(), go_on.clone(), ended.clone());
        doing("test.work", move |_| {
            let (begun, go_on, ended) = (begun.clone(), go_on.clone(), ended.clone());
            async move {
                begun.notify_one();
                go_on.notified().await;
                ended.store(true, Ordering::SeqCst);
                Ok(())
            }
        })
    };
    let jobs = process(&app, vec![handler]).await;
    let running = tokio::spawn(jobs.clone().run());
    ask(&app, new(&app, "test.work")).await;
    begun.notified().await;
    tokio::join!(jobs.finish(), async { go_on.notify_one() });
    assert!(ended.load(Ordering::SeqCst));
    assert_eq!(waiting(&app).await, 0);
    // And nothing is begun any more.
    ask(&app, new(&app, "test.work")).await;
    assert_eq!(jobs.run_due().await.unwrap(), 0);
    running.abort();
}

/// Sessions, what forms brought back, devices: each by its own work that comes back.
async fn expired_rows_are_taken_away(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let failed = ana
        .submit("/settings/profile", "save_profile", &[("display_name", "")])
        .await;
    assert_eq!(failed.status, 303);
    app.write(move |conn| {
        async move {
            let sql = "INSERT INTO known_device (user_id, family, network, last_used_at) VALUES ($1, 'Firefox', '', 0)";
            speakle::on_engine!(conn, |c| sqlx::query(sql).bind(ana.id).execute(c).await.map(drop))?;
            Ok::<_, StoreError>(())
        }
        .boxed()
    })
    .await;
    let rows = async || {
        let tables = [
            "SELECT COUNT(*) FROM session",
            "SELECT COUNT(*) FROM form_return",
            "SELECT COUNT(*) FROM known_device",
        ];
        let mut rows = Vec::new();
        for sql in tables {
            rows.push(app.number(sql).await);
        }
        rows
    };
    app.clean_up().await;
    assert_eq!(rows().await, [1, 1, 0]);
    app.advance(Duration::from_secs(31 * 24 * 3_600));
    app.clean_up().await;
    assert_eq!(rows().await, [0, 0, 0]);
}

async fn what_nobody_does_any_more_is_forgotten_after_30_days(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let hour = Duration::from_secs(3_600);
    let fails = doing("test.fail", |_| ready(Err(JobError::new("no"))));
    let jobs = process(&app, vec![fails]).await;
    // Given up a day after it was asked for.
    ask(&app, new(&app, "test.fail")).await;
    app.advance(hour * 24);
    app.execute("UPDATE job SET attempts = 11").await;
    assert_eq!(jobs.run_due().await.unwrap(), 1);
    // Nobody here knows how to do these; the last was begun by a program that does.
    let later = app.state.clock.now().plus(KEPT);
    ask(&app, new(&app, "test.due")).await;
    ask(&app, new(&app, "test.later").at(later)).await;
    ask(&app, new(&app, "test.begun")).await;
    app.execute("UPDATE job SET leased_until = run_at * 2 WHERE kind = 'test.begun'")
        .await;
    let left = async || {
        app.clean_up().await;
        app.texts("SELECT kind FROM job WHERE kind LIKE 'test.%' ORDER BY kind")
            .await
    };
    app.advance(KEPT);
    assert_eq!(left().await, ["test.begun", "test.due", "test.fail", "test.later"]);
    app.advance(hour);
    assert_eq!(left().await, ["test.begun", "test.later"]);
    // Our own work stays, though it be overdue for years when the clean-up comes to it.
    let ours = "SELECT COUNT(*) FROM job WHERE unique_key = kind";
    let before = app.number(ours).await;
    app.execute(
        "UPDATE job SET run_at = CASE WHEN kind = 'accounts.clean_up' THEN 0 ELSE 1 END WHERE unique_key = kind",
    )
    .await;
    app.execute("UPDATE job SET leased_until = NULL WHERE kind = 'test.begun'")
        .await;
    assert_eq!(left().await, ["test.later"]);
    assert_eq!(app.number(ours).await, before);
    app.advance(KEPT);
    assert!(left().await.is_empty());
}
