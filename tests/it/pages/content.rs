//! Every page: complete, with its heading, for whom it is meant, in both languages.

use std::collections::BTreeSet;

use crate::harness::browser::send;
use crate::harness::{Answer, Engine, TestApp};

use super::{attributes, page, plain, texts, world};

both_engines!(
    every_page_is_complete_html_with_its_one_heading,
    private_pages_lead_strangers_to_the_login_and_back,
    what_is_not_there_is_404_for_everybody,
    every_page_speaks_spanish_too,
    text_of_people_stays_text,
);

fn assert_complete(answer: &Answer, path: &str, status: u16) {
    assert_eq!(answer.status, status, "{path}: {answer:?}");
    let html = &answer.body;
    assert!(
        answer.header("content-type").unwrap().starts_with("text/html"),
        "{path}"
    );
    // Data for the hydration follow the document, which is whole by then.
    let document = html.split("</html>").next().unwrap();
    // What hydration finds its way by stands between.
    let document = document.trim_end_matches("<!>").trim_end();
    assert!(
        html.starts_with("<!DOCTYPE html>") && document.ends_with("</body>"),
        "{path} is cut off"
    );
    assert!(html.ends_with("</script>"), "{path} is cut off");
    assert_eq!(html.matches("<main").count(), 1, "{path} has one main part");
    let headings = texts(html, "h1");
    assert_eq!(headings.len(), 1, "{path} has the headings {headings:?}");
    assert!(!headings[0].is_empty(), "{path} has an empty heading");
    assert!(
        texts(html, "title").iter().any(|title| !title.is_empty()),
        "{path} has no title"
    );
    let mut ids: Vec<&str> = attributes(html, "id");
    ids.sort_unstable();
    assert!(
        ids.windows(2).all(|pair| pair[0] != pair[1]),
        "{path} uses an id twice: {ids:?}"
    );
    for forbidden in [" style=\"", " onclick=", "javascript:"] {
        assert!(!html.contains(forbidden), "{path} holds {forbidden}");
    }
}

async fn every_page_is_complete_html_with_its_one_heading(engine: Engine) {
    let world = world(engine, "").await;
    let (visitor, mut seen) = (world.app.visitor(), BTreeSet::new());
    let landing = visitor.get("/").await;
    assert_complete(&landing, "/", 200);
    for wanted in [r#"href="/register""#, r#"href="/login""#] {
        assert!(landing.body.contains(wanted), "the landing page lacks {wanted}");
    }
    for place in world.public() {
        let answer = visitor.get(&place.path).await;
        assert_complete(&answer, &place.path, 200);
        assert_eq!(texts(&answer.body, "h1"), [place.heading], "{}", place.path);
        seen.insert(place.path);
    }
    for place in world.private().into_iter().chain([
        page("/", "Home"),
        page("/people/ben", "ben"),
        page("/people/ana", "ana"),
    ]) {
        let answer = world.ana.get(&place.path).await;
        assert_complete(&answer, &place.path, 200);
        if !place.heading.is_empty() {
            assert_eq!(texts(&answer.body, "h1"), [place.heading], "{}", place.path);
        }
        seen.insert(place.path);
    }
    // What asks again who one is leads whoever has just signed in on at once.
    let asking = page("/confirm", "").path;
    assert_eq!(world.ana.get(&asking).await.location(), "/");
    seen.insert(asking);
    // The one page of who is going leads everybody else away.
    let leavers = page("/settings/account/deletion", "").path;
    assert_eq!(world.ana.get(&leavers).await.location(), "/settings/account");
    seen.insert(leavers);
    // No route is forgotten here.
    let table = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/app.rs")).unwrap();
    let routes: Vec<&str> = table
        .split("path!(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(routes.len() >= 16, "{routes:?}");
    for route in routes {
        let fits = |path: &str| {
            let (route, path): (Vec<&str>, Vec<&str>) = (
                route.split('/').collect(),
                path.split('?').next().unwrap().split('/').collect(),
            );
            route.len() == path.len()
                && route
                    .iter()
                    .zip(&path)
                    .all(|(part, given)| part.starts_with(':') || part == given)
        };
        assert!(
            seen.iter().any(|path| fits(path)),
            "{route} is visited by no test: add it to `World::private` or `World::public`"
        );
    }
}

async fn private_pages_lead_strangers_to_the_login_and_back(engine: Engine) {
    let world = world(engine, "").await;
    let visitor = world.app.visitor();
    let asking = [
        "/partners/find?speaks=en&level=B1",
        "/partners/find?name=100%25&speaks=en",
        "/partners/find?name=a%2Bb+c%20d%2526",
    ];
    for place in world.private().into_iter().chain(asking.map(|path| page(path, ""))) {
        let answer = visitor.get(&place.path).await;
        let next: String = form_urlencoded::byte_serialize(place.path.as_bytes()).collect();
        assert_eq!(
            (answer.status, answer.location()),
            (303, format!("/login?next={next}").as_str()),
            "{}",
            place.path
        );
        assert!(answer.body.is_empty(), "{} says something before the login", place.path);
        // The page keeps where to go for its form.
        let login = visitor.follow(&answer).await;
        assert_complete(&login, "/login", 200);
        let kept = attributes(&login.body, "value")
            .into_iter()
            .any(|value| plain(value) == place.path);
        assert!(
            kept,
            "{} is forgotten: {:?}",
            place.path,
            attributes(&login.body, "value")
        );
    }
    // Also what is not there: whether it is, is nobody's business.
    for path in ["/call/x", "/calls/x", "/partners/nobody"] {
        assert_eq!(visitor.get(path).await.status, 303, "{path}");
    }
}

async fn what_is_not_there_is_404_for_everybody(engine: Engine) {
    let world = world(engine, "").await;
    let (visitor, eve) = (world.app.visitor(), world.app.person("eve").create().await);
    for path in [
        "/nothing",
        "/people/nobody",
        "/people/%20",
        "/people/x%27--",
        "/login/x",
        "/index.html",
        "/people/ben/x",
        "/callsign",
    ] {
        for browser in [&visitor, &eve.browser] {
            assert_complete(&browser.get(path).await, path, 404);
        }
    }
    let past = format!("/calls/{}", world.past);
    let room = format!("/call/{}", world.pair.room);
    for path in [
        &past,
        &room,
        "/call/0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5e",
        "/call/x",
        "/calls/x",
        "/partners/ben",
        "/partners/eve",
        "/partners/nobody",
        "/partners/ben/call",
        "/partners/ben/end",
        "/partners/find/request?to=nobody",
        "/settings/nothing",
    ] {
        assert_complete(&eve.get(path).await, path, 404);
    }
    // Addresses that only a program would send; a fault of ours would be 500.
    for path in [
        "/people/%ff%fe",
        "/people/%00",
        "/partners/find?filters=%ff",
        "/calls?after=%00",
        "/partners/find?after=%ff&level=%00",
        "/%2e%2e/%2e%2e",
    ] {
        let status = eve.get(path).await.status;
        assert!(matches!(status, 200 | 400 | 404), "{path}: {status}");
    }
    for method in [reqwest::Method::POST, reqwest::Method::PUT, reqwest::Method::DELETE] {
        for path in ["/", "/login", "/requests", "/partners/ben/end"] {
            let request = eve.bare(method.clone(), path).header("sec-fetch-site", "same-origin");
            let status = send(request).await.status;
            assert!((400..500).contains(&status), "{method} {path}: {status}");
        }
    }
}

async fn every_page_speaks_spanish_too(engine: Engine) {
    let world = world(engine, "").await;
    let english: Vec<String> = world.private().into_iter().map(|place| place.path).collect();
    let mut differing = 0;
    for path in english.iter().map(String::as_str).chain(["/", "/login", "/register"]) {
        let browser = if path == "/login" || path == "/register" {
            world.app.visitor()
        } else {
            world.ana.browser.clone()
        };
        let headings = async |language: &str| {
            let request = browser
                .bare(reqwest::Method::GET, path)
                .header("accept-language", language)
                .header("accept", "text/html");
            let answer = send(request).await;
            assert_complete(&answer, path, 200);
            assert!(answer.body.contains(&format!(r#"<html lang="{language}""#)), "{path}");
            texts(&answer.body, "h1")
        };
        differing += usize::from(headings("en").await != headings("es").await);
    }
    // All but those whose heading is a name.
    assert!(differing > english.len(), "only {differing} headings are translated");
}

async fn text_of_people_stays_text(engine: Engine) {
    // Ends whatever it stands in: a title, an attribute, a script with the page's data.
    let evil = "</title></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`{{7*7}}-->";
    let world = world(engine, evil).await;
    let paths = world.private().into_iter().chain(world.public()).chain([page("/", "")]);
    let mut shown = 0;
    for path in paths.map(|place| place.path) {
        for person in [&world.ana, &world.ben] {
            let answer = person.get(&path).await;
            let html = &answer.body;
            for raw in ["<script>alert(1)", "<img src=x", "</title></script>", "{{49"] {
                let at = html
                    .find(raw)
                    .map(|at| html[at.saturating_sub(200)..].chars().take(400).collect::<String>());
                assert_eq!(at, None, "{path} holds {raw}");
            }
            // Nor does a quotation mark end an attribute.
            assert!(
                !attributes(html, "onerror").iter().any(|value| value.contains("alert")),
                "{path}"
            );
            assert!(
                !html.split('<').any(
                    |tag| tag.split('>').next().unwrap_or_default().contains(" onerror=alert(2)")
                        && tag.starts_with("img")
                ),
                "{path}"
            );
            shown += usize::from(html.contains("&lt;script&gt;alert(1)"));
        }
    }
    assert!(
        shown > 10,
        "the text is shown on {shown} pages only: this test tests nothing"
    );
    // The same in answers of server functions: they are JSON, and say so.
    let json = world.ana.fetch("open_requests", &[]).await;
    assert_eq!(json.header("content-type"), Some("application/json"));
    assert!(json.body.contains("alert(1)"));
}

#[tokio::test]
async fn the_page_of_a_signed_in_person_is_not_the_strangers() {
    let app = TestApp::start(Engine::Sqlite).await;
    let ana = app.person("ana").create().await;
    // Whoever is signed in has no business at the login.
    for path in ["/login", "/register"] {
        let answer = ana.get(path).await;
        assert!(matches!(answer.status, 200 | 302 | 303), "{path}: {}", answer.status);
    }
    let (home, landing) = (ana.get("/").await.body, app.visitor().get("/").await.body);
    assert!(home.contains("Log out") && !landing.contains("Log out"));
    assert!(
        home.contains(r#"action="/api/log_out""#),
        "logging out is no plain form"
    );
    assert!(!home.contains(r#"href="/api/log_out""#) && !home.contains(r#"href="/logout""#));
}
