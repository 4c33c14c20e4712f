//! How long answers take to whom: by a clock, nobody is to learn who is there.
//!
//! `script/bench sign-in` measures it on the optimised program, two hundred times each. As a test it does so a few times, and looks at the answers only:
//! how long something took on a machine that does other things as well says nothing.

use std::env;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use speakle::server::db::{Db, StoreError};
use tokio::task::block_in_place;

use super::PASSWORD;
use crate::harness::app::Storage;
use crate::harness::process::{PROGRAM, Serving};
use crate::harness::{Browser, Engine};

/// A function, what it is asked, and with which status it answers.
struct Question {
    words: &'static str,
    function: &'static str,
    form: [(&'static str, &'static str); 2],
    status: u16,
    took: Vec<Duration>,
}

fn question(
    words: &'static str,
    function: &'static str,
    form: [(&'static str, &'static str); 2],
    status: u16,
) -> Question {
    Question {
        words,
        function,
        form,
        status,
        took: Vec::new(),
    }
}

/// The first of each group is what the others are compared with.
fn groups() -> [Vec<Question>; 2] {
    const WRONG: (&str, &str) = ("password", "not-the-password");
    // Only to have two fields.
    const NOTHING: (&str, &str) = ("x", "");
    [
        vec![
            question("a wrong password", "log_in", [("login", "ana"), WRONG], 422),
            question("nobody of that name", "log_in", [("login", "zoe"), WRONG], 422),
            question(
                "nobody of that address",
                "log_in",
                [("login", "zoe@example.org"), WRONG],
                422,
            ),
            question("somebody without a password", "log_in", [("login", "ben"), WRONG], 422),
        ],
        vec![
            question(
                "a link to an address that is known",
                "forgot_password",
                [("email", "ana@demo.example"), NOTHING],
                200,
            ),
            question(
                "to one that nobody has",
                "forgot_password",
                [("email", "zoe@demo.example"), NOTHING],
                200,
            ),
        ],
    ]
}

impl Question {
    async fn ask(&mut self, browser: &Browser) {
        let began = Instant::now();
        let answer = browser.call(self.function, &self.form).await;
        self.took.push(began.elapsed());
        assert_eq!(answer.status, self.status, "{}: {}", self.words, answer.body);
    }

    /// The median in milliseconds, and between which two it lies with a probability of 95 % (of the order, whatever the distribution).
    fn median(&self) -> [f64; 3] {
        let mut sorted: Vec<f64> = self.took.iter().map(|took| took.as_secs_f64() * 1_000.0).collect();
        sorted.sort_by(f64::total_cmp);
        let (middle, last) = (sorted.len() / 2, sorted.len() - 1);
        let reach = (0.98 * (sorted.len() as f64).sqrt()).ceil() as usize;
        [
            sorted[middle.saturating_sub(reach)],
            sorted[middle],
            sorted[(middle + reach).min(last)],
        ]
    }
}

/// How much longer it takes than `other`, with the same probability on either side.
fn ratio(one: [f64; 3], other: [f64; 3]) -> [f64; 3] {
    [one[0] / other[2], one[1] / other[1], one[2] / other[0]]
}

/// Another order, the same in each run (Marsaglia, "Xorshift RNGs"). Chance, since machines have rhythms of their own: of two that take turns, one may always
/// come when it is slow.
fn shuffle(order: &mut [usize], dice: &mut u64) {
    for last in (1..order.len()).rev() {
        *dice ^= *dice << 13;
        *dice ^= *dice >> 7;
        *dice ^= *dice << 17;
        order.swap(last, usize::try_from(*dice % (last as u64 + 1)).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_tells_nobody_who_is_there() {
    let tries = env::var("SPEAKLE_BENCH_TRIES")
        .ok()
        .and_then(|tries| tries.parse().ok())
        .unwrap_or(2);
    let program = env::var("SPEAKLE_BIN")
        .ok()
        .filter(|_| tries > 2)
        .unwrap_or_else(|| PROGRAM.to_owned());
    let storage = Storage::new(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let settings = [("RATE_LIMIT", "off"), ("LOG", "warn")];
    let serving = block_in_place(|| Serving::start(program, folder.path(), &storage.url, &settings));
    let browser = serving.visitor();
    people(&browser, &storage).await;
    let mut groups = groups();
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    for group in &mut groups {
        let length = group.len();
        let mut order: Vec<usize> = (0..length).collect();
        for _ in 0..tries {
            shuffle(&mut order, &mut dice);
            for &index in &order {
                group[index].ask(&browser).await;
                // What goes on after an answer is not to lie in the next one.
                tokio::time::sleep(Duration::from_millis(if tries > 2 { 15 } else { 0 })).await;
            }
        }
    }
    for group in &groups {
        let first = group[0].median();
        println!(
            "{:<36} {:>9.3} ms of {} tries",
            group[0].words,
            first[1],
            group[0].took.len()
        );
        for other in &group[1..] {
            let median = other.median();
            let [least, ratio, most] = ratio(median, first);
            println!(
                "{:<36} {:>9.3} ms: {ratio:.3} times as long ({least:.3} to {most:.3})",
                other.words, median[1]
            );
        }
    }
}

/// Ana, and ben, who has no password.
async fn people(browser: &Browser, storage: &Storage) {
    for name in ["ana", "ben"] {
        let email = format!("{name}@demo.example");
        let form = [
            ("email", email.as_str()),
            ("username", name),
            ("password", PASSWORD),
            ("speaks", "es"),
            ("learns", "en"),
            ("level", "B1"),
        ];
        browser.tell::<String>("register", &form).await.unwrap();
    }
    browser.tell::<String>("log_out", &[]).await.unwrap();
    let db = Db::open(&storage.url).await.unwrap();
    let sql = "UPDATE users SET password_hash = '' WHERE username = 'ben'";
    let work = db.transaction(move |conn| {
        async move {
            Ok::<_, StoreError>(speakle::on_engine!(conn, |c| sqlx::query(sql)
                .execute(c)
                .await
                .map(drop))?)
        }
        .boxed()
    });
    work.await.unwrap();
    db.close().await;
}
