//! Every cookie that the server sets, behind https.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use reqwest::Method;

use super::{PASSWORD, form_to};
use crate::harness::browser::send;
use crate::harness::{Answer, Browser, Engine, TestApp};

both_engines!(every_cookie_is_bound_to_this_host_and_read_by_the_server_alone);

/// What follows the value of a cookie, but how long it is kept.
const RULES: [&str; 4] = ["Path=/", "SameSite=Lax", "HttpOnly", "Secure"];

/// Cookies of somebody who is on the way to Google or comes from there: there is none here, and they are written by
/// the same function. The last is set by the page itself, and holds no secret.
const NOT_HERE: [&str; 3] = ["oidc", "oidc_offer", "time_zone"];

/// Names of cookies in the sources.
fn in_sources(folder: &Path, found: &mut Vec<String>) {
    let entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    for path in entries {
        if path.is_dir() {
            in_sources(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        for line in text.lines().filter(|line| line.contains("const ")) {
            let is_name = line.contains("_COOKIE: &str = \"") || line.contains("COOKIE_NAME: &str = \"");
            found.extend(is_name.then(|| line.split('"').nth(1).unwrap().to_owned()));
        }
    }
}

/// As a browser behind https would send it.
async fn sent(browser: &Browser, function: &str, accept: &str, cookie: &str, body: &str) -> Answer {
    let request = form_to(browser, function)
        .header("accept", accept)
        .header("cookie", cookie)
        .header("referer", "https://speakle.example/settings/account/email")
        .header("content-type", "application/x-www-form-urlencoded");
    send(request.body(body.to_owned())).await
}

async fn every_cookie_is_bound_to_this_host_and_read_by_the_server_alone(engine: Engine) {
    let app = TestApp::wishes(engine)
        .manual_clock()
        .without_background()
        .option("--public-url", "https://speakle.example")
        .start()
        .await;
    let ana = app.person("ana").password(PASSWORD).create().await;
    let visitor = app.visitor();
    let session = format!("__Host-session={}", ana.token.secret());
    let log_in = format!("login=ana&password={PASSWORD}");
    let mut answers = vec![
        sent(&visitor, "set_language", "application/json", "", "language=es&next=%2F").await,
        sent(
            &visitor,
            "set_appearance",
            "application/json",
            &session,
            "language=es&theme=dark",
        )
        .await,
        sent(&visitor, "log_in", "text/html", "", "login=ana&password=wrong").await,
        sent(&visitor, "log_in", "application/json", "", &log_in).await,
        sent(&visitor, "start_passkey_sign_in", "application/json", "", "").await,
        sent(&visitor, "make_calendar_address", "application/json", &session, "").await,
        sent(&visitor, "begin_second_factor", "application/json", &session, "").await,
    ];
    let key = key_of(&app).await;
    let code = totp_rs::Builder::new().with_secret(key).build().unwrap();
    let seconds = u64::try_from(app.state.clock.now().millis() / 1_000).unwrap();
    let code = format!("code={}", code.generate(seconds));
    answers.push(sent(&visitor, "turn_on_second_factor", "application/json", &session, &code).await);
    answers.push(sent(&visitor, "log_in", "application/json", "", &log_in).await);
    app.advance(std::time::Duration::from_secs(20 * 60));
    answers.push(sent(&visitor, "change_email", "text/html", &session, "email=x%40example.org").await);
    answers.push(sent(&visitor, "log_out", "application/json", &session, "").await);
    let stale = visitor.bare(Method::GET, "/").header("cookie", "__Host-session=stale");
    answers.push(send(stale.header("accept", "text/html")).await);
    let mut seen = BTreeMap::new();
    for answer in &answers {
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            let (name, rest) = set.split_once('=').unwrap();
            let name = name
                .strip_prefix("__Host-")
                .unwrap_or_else(|| panic!("{set} is open to other hosts"));
            let attributes: Vec<&str> = rest.split("; ").skip(1).collect();
            for rule in RULES {
                assert!(attributes.contains(&rule), "{set} is not {rule}");
            }
            assert_eq!(attributes.len(), RULES.len() + 1, "{set}");
            assert!(
                attributes.iter().any(|attribute| attribute.starts_with("Max-Age=")),
                "{set}"
            );
            assert!(set.len() < 4_096, "{set}");
            // The value is sent by this header and no other way.
            let value = rest.split(';').next().unwrap();
            assert!(
                value.len() < 20 || !answer.body.contains(value),
                "{name} is in the answer itself"
            );
            *seen.entry(name.to_owned()).or_insert(0) += 1;
        }
    }
    let mut names = vec!["form_return".to_owned(), "form_waiting".to_owned()];
    in_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut names);
    assert!(names.len() > 8, "the sources are not read: {names:?}");
    for name in names.iter().filter(|name| !NOT_HERE.contains(&name.as_str())) {
        assert!(seen.contains_key(name), "{name} is set by nothing here; seen: {seen:?}");
    }
}

/// The key of the only second factor.
async fn key_of(app: &TestApp) -> Vec<u8> {
    let sql = "SELECT secret FROM second_factor";
    let (key,): (Vec<u8>,) = speakle::on_engine!(app.read().await, |c| sqlx::query_as(sql).fetch_one(c).await).unwrap();
    key
}
