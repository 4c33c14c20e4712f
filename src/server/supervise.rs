//! The work that goes on beside the requests: it is started again when it fails, and ends with the server.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The wait before the first new start; each failure soon after a start doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Work that went on for this long failed for another reason than the time before: the waits begin anew.
const STEADY: Duration = Duration::from_secs(60);

/// Keeps tasks running that are meant to run as long as the process. Cheap to clone; clones watch over the same tasks.
#[derive(Clone, Debug, Default)]
pub struct Supervisor {
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Supervisor {
    /// Runs what `start` makes. When it panics or comes to an end, that is logged as an error, and `start` makes another after a wait.
    pub fn keep<F, W>(&self, name: &'static str, mut start: F)
    where
        F: FnMut() -> W + Send + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        let stopping = self.stopping.clone();
        self.tasks.spawn(async move {
            let mut failures = 0;
            loop {
                let begun = Instant::now();
                // A task of its own, so that its panic is news here and not our end.
                let mut work = tokio::spawn(start());
                let ended = tokio::select! {
                    biased;
                    () = stopping.cancelled() => {
                        work.abort();
                        let _ = work.await;
                        return;
                    }
                    ended = &mut work => ended,
                };
                if begun.elapsed() >= STEADY {
                    failures = 0;
                }
                let wait = wait_after(failures);
                failures += 1;
                match ended {
                    Ok(()) => tracing::error!(task = name, ?wait, "background work ended; starting it again"),
                    Err(error) => {
                        tracing::error!(task = name, ?wait, %error, "background work failed; starting it again");
                    }
                }
                if stopping.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
                    return;
                }
            }
        });
    }

    /// Ends every task, each where it next waits for something, and comes back when they are gone. What is kept after it ends at once.
    pub async fn stop(&self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// How long to wait after so many failures in a row before this one.
fn wait_after(failures: u32) -> Duration {
    FIRST_WAIT.saturating_mul(1 << failures.min(10)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::sync::mpsc;

    use super::*;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(line)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Tells when the work that holds it is gone.
    struct Gone(mpsc::UnboundedSender<&'static str>);

    impl Drop for Gone {
        fn drop(&mut self) {
            let _ = self.0.send("gone");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_panics_or_ends_is_logged_and_started_again_ever_more_rarely() {
        let log = Log::default();
        let lines = log.clone();
        let writer = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || lines.clone())
            .finish();
        let _logging = tracing::subscriber::set_default(writer);
        let (supervisor, begin) = (Supervisor::default(), Instant::now());
        let (starts, mut started) = mpsc::unbounded_channel();
        let mut run = 0;
        supervisor.keep("the sweeper", move || {
            run += 1;
            let (run, starts) = (run, starts.clone());
            async move {
                let _ = starts.send(begin.elapsed().as_secs());
                match run {
                    1 => panic!("out of order"),
                    2..=7 => {}
                    // Steady for a while.
                    8 => tokio::time::sleep(STEADY).await,
                    _ => std::future::pending().await,
                }
            }
        });
        let mut seconds = Vec::new();
        for _ in 0..9 {
            seconds.push(started.recv().await.unwrap());
        }
        assert_eq!(seconds, [0, 1, 3, 7, 15, 31, 61, 91, 152]);
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<&str> = log.lines().collect();
        assert_eq!(lines.len(), 8, "{log}");
        assert!(
            lines
                .iter()
                .all(|line| line.contains("ERROR") && line.contains("the sweeper"))
        );
        assert!(
            lines[0].contains("failed") && lines[0].contains("out of order"),
            "{log}"
        );
        assert!(lines[1].contains("ended"), "{log}");
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_ends_what_runs_and_what_waits_for_its_next_start() {
        let supervisor = Supervisor::default();
        let (news, mut heard) = mpsc::unbounded_channel();
        let running = news.clone();
        supervisor.keep("one that runs", move || {
            let (news, gone) = (running.clone(), Gone(running.clone()));
            async move {
                let _gone = gone;
                let _ = news.send("runs");
                std::future::pending::<()>().await;
            }
        });
        supervisor.keep("one that fails", move || {
            let news = news.clone();
            async move {
                let _ = news.send("fails");
            }
        });
        let first = [heard.recv().await.unwrap(), heard.recv().await.unwrap()];
        assert!(first.contains(&"runs") && first.contains(&"fails"), "{first:?}");
        let begin = Instant::now();
        supervisor.stop().await;
        assert_eq!(begin.elapsed(), Duration::ZERO, "it waited");
        assert_eq!(heard.try_recv(), Ok("gone"));
        tokio::time::sleep(LONGEST_WAIT * 2).await;
        assert!(heard.recv().await.is_none(), "something started after the end");
    }
}
