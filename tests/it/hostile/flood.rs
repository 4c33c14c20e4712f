//! A thousand sign-ins at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{PASSWORD, call_from};
use crate::harness::{Answer, Browser, Engine, TestApp};

both_engines!(of_a_thousand_sign_ins_at_once_each_is_answered_and_pages_go_on);

const MANY: usize = 1_000;

/// Opens pages until it is told to stop; answers how many.
async fn readers(stranger: &Browser, member: &Browser, is_over: &AtomicBool) -> usize {
    let mut opened = 0;
    while !is_over.load(Ordering::Relaxed) {
        for (browser, paths) in [
            (stranger, ["/login", "/", "/people/ana", "/healthz"]),
            (member, ["/partners/find", "/", "/people/ana", "/readyz"]),
        ] {
            for path in paths {
                let page = browser.get(path).await;
                assert_eq!(page.status, 200, "{path} while a thousand sign in: {:.300}", page.body);
                opened += 1;
            }
        }
    }
    opened
}

fn assert_answered(answer: &Answer) {
    match answer.status {
        200 => assert!(answer.set_cookie("session").is_some()),
        422 => assert!(answer.body.contains("wrong_credentials"), "{}", answer.body),
        429 | 503 => {
            let wait: u32 = answer.header("retry-after").expect("no word of when").parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
        }
        status => panic!("{status}: {}", answer.body),
    }
}

async fn of_a_thousand_sign_ins_at_once_each_is_answered_and_pages_go_on(engine: Engine) {
    let app = TestApp::wishes(engine)
        .option("--rate-limit", "on")
        .option("--trusted-proxies", "127.0.0.1")
        .start()
        .await;
    // Both ends of each connection are in this process.
    let _ = rlimit::increase_nofile_limit(20_000);
    let ana = app.person("ana").password(PASSWORD).create().await;
    let (visitor, is_over) = (app.visitor(), AtomicBool::new(false));
    let sign_in = |n: usize| {
        let browser = visitor.clone();
        async move {
            // From everywhere: people who are not there, people who are, and some with the right password.
            let address = format!("10.{}.{}.{}", n / 200, n % 200, n % 7);
            let (login, password) = match n % 10 {
                0 => ("ana".to_owned(), PASSWORD),
                1 => ("ana".to_owned(), "not-the-password"),
                _ => (format!("name{n}"), "not-the-password"),
            };
            call_from(
                &browser,
                &address,
                "log_in",
                &[("login", &login), ("password", password)],
            )
            .await
        }
    };
    let flood = async {
        let answers = futures::future::join_all((0..MANY).map(sign_in)).await;
        is_over.store(true, Ordering::Relaxed);
        answers
    };
    let stranger = app.visitor();
    let (answers, opened) = futures::join!(flood, readers(&stranger, &ana.browser, &is_over));
    let mut statuses = BTreeMap::new();
    for answer in &answers {
        assert_answered(answer);
        *statuses.entry(answer.status).or_insert(0) += 1;
    }
    assert_eq!(answers.len(), MANY);
    assert!(opened > 0);
    assert!(
        statuses.contains_key(&429),
        "one name from everywhere is not slowed down: {statuses:?}"
    );
    // When it is over, whoever comes is let in.
    let last = call_from(
        &app.visitor(),
        "10.99.99.99",
        "log_in",
        &[("login", &ana.email), ("password", PASSWORD)],
    )
    .await;
    assert_eq!(last.status, 200, "{}", last.body);
    assert!(app.number("SELECT COUNT(*) FROM session").await >= 2);
}
