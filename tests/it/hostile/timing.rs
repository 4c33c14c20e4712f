//! How long answers take to whom: by a clock, nobody is to learn who is there.
//!
//! `script/bench sign-in` measures it on the optimised program, two hundred times each, and fails where one takes
//! clearly longer or shorter than another. As a test it does so a few times, and looks at the answers only: how long
//! something took on a machine that does other things as well says nothing.

use std::env;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use speakle::server::db::{Db, StoreError};
use tokio::task::block_in_place;

use super::PASSWORD;
use crate::harness::app::Storage;
use crate::harness::process::{PROGRAM, Serving};
use crate::harness::{Browser, Engine};

/// Tries from which on a ratio of medians says something …
const ENOUGH: usize = 100;
/// … and how far from 1 it may lie.
const ALIKE: std::ops::RangeInclusive<f64> = 0.8..=1.25;

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
            question("somebody who is going", "log_in", [("login", "cleo"), WRONG], 422),
            question(
                "somebody with a second factor",
                "log_in",
                [("login", "dora"), WRONG],
                422,
            ),
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
            question(
                "to one of somebody who is going",
                "forgot_password",
                [("email", "cleo@demo.example"), NOTHING],
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

    /// The median in milliseconds, and between which two it lies with a probability of 95 % (of the order, whatever
    /// the distribution).
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

/// Another order, the same in each run (Marsaglia, "Xorshift RNGs"). Chance, since machines have rhythms of their
/// own: of two that take turns, one may always come when it is slow.
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
    people(&serving, &storage).await;
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
    let mut telling = Vec::new();
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
            if tries >= ENOUGH && !ALIKE.contains(&ratio) {
                telling.push(format!("{}: {ratio:.3} times as long", other.words));
            }
        }
    }
    assert!(telling.is_empty(), "a clock tells: {}", telling.join("; "));
}

#[test]
fn a_difference_is_seen() {
    let took = |milliseconds: u64| {
        let mut question = question("", "", [("", ""), ("", "")], 200);
        question.took = (0..ENOUGH as u64)
            .map(|n| Duration::from_micros(milliseconds * 1_000 + n))
            .collect();
        question.median()
    };
    for (other, is_alike) in [(10, true), (11, true), (9, true), (13, false), (7, false)] {
        assert_eq!(ALIKE.contains(&ratio(took(other), took(10))[1]), is_alike, "{other} ms");
    }
}

/// Ana; ben, who has no password; cleo, who is going; dora, who has a second factor.
async fn people(serving: &Serving, storage: &Storage) {
    for name in ["ana", "ben", "cleo", "dora"] {
        let email = format!("{name}@demo.example");
        let form = [
            ("email", email.as_str()),
            ("username", name),
            ("password", PASSWORD),
            ("speaks", "es"),
            ("learns", "en"),
            ("level", "B1"),
        ];
        let browser = serving.visitor();
        let answer = browser.call("register", &form).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        if name == "cleo" {
            let cookie = answer.set_cookie("session").unwrap();
            browser.add_cookie(cookie.split(';').next().unwrap());
            browser
                .tell::<String>("delete_account", &[("username", name)])
                .await
                .unwrap();
        }
    }
    let db = Db::open(&storage.url).await.unwrap();
    for sql in [
        "UPDATE users SET password_hash = '' WHERE username = 'ben'",
        "INSERT INTO second_factor (user_id, secret, created_at, confirmed_at)
         SELECT id, X'00', 1, 1 FROM users WHERE username = 'dora'",
    ] {
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
    }
    db.close().await;
}
