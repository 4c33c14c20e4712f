//! SQL, markup and nonsense in every field of every server function, by somebody who is signed in and by somebody who
//! is not.

use futures::StreamExt as _;
use reqwest::Method;
use speakle::server::tokens::Token;

use super::functions::{Function, functions};
use super::{World, form_to, world};
use crate::harness::browser::send;
use crate::harness::{Browser, Engine, TestApp};

both_engines!(
    every_form_of_these_tests_is_read,
    nothing_that_is_typed_into_any_field_is_more_than_text,
    no_body_makes_a_server_function_fail,
);

/// What would run as markup, if anything did.
const MARKUP: &str = r#"<script>alert("hostile")</script><img src=x onerror=alert(1)>"#;

/// What is typed.
fn nasty() -> Vec<String> {
    let mut nasty: Vec<String> = [
        MARKUP,
        "'; DROP TABLE users; --",
        "x') OR 1=1; UPDATE users SET password_hash = '' --",
        "\" OR \"\"=\"",
        "{{7*7}}${7*7}<%= 7*7 %>%{7*7}",
        "../../../../etc/passwd\0.png",
        "a\r\nSet-Cookie: session=planted\r\n\r\n<b>",
        "\u{202e}e-vil\u{2066}\u{feff}\u{0}",
        "-9223372036854775809",
        "+1e999",
    ]
    .map(str::to_owned)
    .to_vec();
    nasty.push("ñ".repeat(9_000));
    nasty
}

/// What can be taken, so that one nasty value is not hidden by another that is refused first.
fn plausible(world: &World, endpoint: &str, argument: &str) -> Option<String> {
    let text = match argument {
        "to" if endpoint == "start_call" => "ben",
        "login" | "display_name" => "ana",
        "password" | "current_password" | "new_password" => super::PASSWORD,
        "email" => "somebody@example.org",
        "username" => "ben",
        "to" => "emma",
        "message" | "text" | "note" | "bio" => "Hello",
        "next" => "/",
        "language" | "learns" => "en",
        "speaks" => "es",
        "level" => "B1",
        "theme" => "dark",
        "purpose" => "sign_in",
        "availability" => "busy",
        "span" => "today",
        "invisible" | "idle" => "false",
        "time_zone" => "Europe/Madrid",
        "interests" | "topics" => "cooking",
        "correction" => "at_once",
        "country" => "ES",
        "kind" => "spam",
        "words" | "about" => "Hello",
        "start" => "",
        "date" => "2027-03-28",
        "time" => "18:00",
        "minutes" => "30",
        "day" => "20000",
        "edition" => "1",
        "birth_year" => "1990",
        "show_birth_year" => "on",
        "stars" => "5",
        "up_to" | "after" => "1",
        "quiet_from" => "22:00",
        "quiet_to" => "07:00",
        "code" => "123456",
        "name" => "A key",
        "endpoint" => "https://push.example/1",
        "p256dh" | "auth" | "key" => "AQID",
        "before" => "100",
        "credential" if endpoint == "add_passkey" => {
            r#"{"id":"AQ","rawId":"AQ","type":"public-key","response":{"attestationObject":"AQ","clientDataJSON":"AQ"}}"#
        }
        "credential" => {
            r#"{"id":"AQ","rawId":"AQ","type":"public-key",
                "response":{"authenticatorData":"AQ","clientDataJSON":"AQ","signature":"AQ"}}"#
        }
        "token" => return Some(Token::random().secret().to_owned()),
        "author" => return Some(world.ana.id.to_string()),
        "conversation" => return Some(world.pair.id.to_string()),
        "room" => return Some(world.pair.room.to_string()),
        "call" => return Some(world.call.clone()),
        "id" | "client_id" | "ceremony" | "tab" | "epoch" | "invitation" | "request" | "session" | "identity"
        | "passkey" => {
            return Some(uuid::Uuid::new_v4().to_string());
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// The fields that an argument comes in, each with a value that can be taken: rows have fields of their own.
fn fields(world: &World, endpoint: &str, argument: &str, kind: &str) -> Vec<(String, Option<String>)> {
    let row = |row: usize, values: [&str; 3]| {
        ["language", "role", "level"]
            .into_iter()
            .zip(values)
            .map(move |(field, value)| (format!("{argument}[{row}][{field}]"), Some(value.to_owned())))
            .collect::<Vec<_>>()
    };
    match kind {
        "Vec<LanguageRow>" => [row(0, ["es", "native", ""]), row(1, ["en", "learning", "B1"])].concat(),
        "Filters" => ["name", "speaks", "learns", "level", "interest", "online", "after"]
            .map(|field| (format!("{argument}[{field}]"), None))
            .to_vec(),
        "LogFilters" => ["with", "kind", "period", "after"]
            .map(|field| (format!("{argument}[{field}]"), None))
            .to_vec(),
        kind if kind.starts_with("Vec<") => vec![(format!("{argument}[0]"), None), (argument.to_owned(), None)],
        _ => vec![(argument.to_owned(), plausible(world, endpoint, argument))],
    }
}

/// The fields of all that a function takes.
fn all_fields(world: &World, function: &Function) -> Vec<(String, Option<String>)> {
    let arguments = function.arguments.iter();
    arguments
        .flat_map(|(argument, kind)| fields(world, &function.endpoint, argument, kind))
        .collect()
}

/// All forms in which nasty values come to one function: in each field by itself, and in all at once.
fn forms(world: &World, function: &Function) -> Vec<Vec<(String, String)>> {
    let named = all_fields(world, function);
    let mut forms = Vec::new();
    for nasty in nasty() {
        forms.push(named.iter().map(|(field, _)| (field.clone(), nasty.clone())).collect());
        if named.len() < 2 {
            continue;
        }
        for chosen in 0..named.len() {
            let form = named.iter().enumerate().filter_map(|(index, (field, value))| {
                let value = if index == chosen {
                    Some(nasty.clone())
                } else {
                    value.clone()
                };
                Some((field.clone(), value?))
            });
            forms.push(form.collect());
        }
    }
    forms
}

/// Sends it; answers what is wrong with the answer, if anything is.
async fn tried(browser: &Browser, function: &Function, form: &[(String, String)]) -> Option<String> {
    let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (&**name, &**value)).collect();
    let answer = if function.reads {
        // A server of ours takes no line of any length; what is too long for one is no question of this.
        let is_long = pairs.iter().any(|(_, value)| value.len() > 2_000);
        if is_long {
            return None;
        }
        browser.fetch(&function.endpoint, &pairs).await
    } else {
        browser.call(&function.endpoint, &pairs).await
    };
    let is_fine = answer.status < 500 || (answer.status == 503 && answer.header("retry-after").is_some());
    let is_planted = answer.headers.get_all("set-cookie").iter().any(|cookie| {
        let cookie = cookie.to_str().unwrap_or_default();
        cookie.contains("planted")
    });
    let is_markup = answer.header("content-type").is_some_and(|kind| kind.contains("html"));
    let runs = is_markup && answer.body.contains("<script>alert(");
    (!is_fine || is_planted || runs).then(|| {
        let form = format!("{form:?}");
        format!(
            "{} answers {} to {form:.300}: {:.300}",
            function.endpoint, answer.status, answer.body
        )
    })
}

/// Else what is wrong with one field would hide what is made of the others.
async fn every_form_of_these_tests_is_read(engine: Engine) {
    let app = TestApp::wishes(engine).without_background().start().await;
    let world = world(app).await;
    let mut unread = Vec::new();
    for function in functions().iter().filter(|function| !function.arguments.is_empty()) {
        let named = all_fields(&world, function);
        let form = named
            .iter()
            .filter_map(|(name, value)| Some((&**name, value.as_deref()?)));
        let form: Vec<(&str, &str)> = form.collect();
        let device = world.ana.another_device(&world.app).await;
        let answer = if function.reads {
            device.fetch(&function.endpoint, &form).await
        } else {
            device.call(&function.endpoint, &form).await
        };
        if answer.status == 400 || answer.status >= 500 {
            unread.push(format!("{} {form:?}: {}", function.endpoint, answer.body));
        }
    }
    assert!(unread.is_empty(), "{}", unread.join("\n"));
}

async fn nothing_that_is_typed_into_any_field_is_more_than_text(engine: Engine) {
    let app = TestApp::wishes(engine).without_background().start().await;
    let world = world(app).await;
    let app = &world.app;
    let sockets = (app.ws(&world.ana).await, app.ws(&world.ben).await);
    let all = functions();
    assert!(all.len() > 60, "only {} functions", all.len());
    let people = app.number("SELECT COUNT(*) FROM users").await;
    // Ana's own changes on the way: what she types fits a password too.
    let hashes = "SELECT password_hash FROM users WHERE username <> 'ana' ORDER BY id";
    let before = app.texts(hashes).await;
    let mut tries = Vec::new();
    for function in all.iter().filter(|function| !function.arguments.is_empty()) {
        for form in forms(&world, function) {
            // A session of its own: some of these end the one that they come by.
            tries.push((Some(&world.ana), function, form.clone()));
            if form.iter().all(|(_, value)| nasty().contains(value)) {
                tries.push((None, function, form));
            }
        }
    }
    let wrong: Vec<String> = futures::stream::iter(tries)
        .map(|(who, function, form)| async move {
            let browser = match who {
                Some(person) => person.another_device(app).await.browser,
                None => app.visitor(),
            };
            tried(&browser, function, &form).await
        })
        .buffer_unordered(6)
        .filter_map(std::future::ready)
        .collect()
        .await;
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    // Nothing ran: everybody is there, with the password that they had.
    assert_eq!(app.number("SELECT COUNT(*) FROM users").await, people);
    assert_eq!(app.texts(hashes).await, before);
    drop(sockets);
    // What was kept is shown as text, to its author and to others.
    let mut shown = 0;
    for person in [&world.ana, &world.ben] {
        let person = person.another_device(app).await;
        for address in world
            .addresses()
            .iter()
            .map(String::as_str)
            .chain(["/people/ana", "/partners/ana"])
        {
            let page = person.get(address).await;
            assert!(page.status < 500, "{address}: {}", page.status);
            for live in ["<script>alert(", "<img src=x"] {
                assert!(!page.body.contains(live), "{address} holds {live}");
            }
            shown += page.body.matches("&lt;img src=x onerror").count();
        }
    }
    assert!(
        shown > 0,
        "nothing of what was typed is shown: these tests reach nobody"
    );
}

async fn no_body_makes_a_server_function_fail(engine: Engine) {
    let app = TestApp::wishes(engine).without_background().start().await;
    let ana = app.person("ana").create().await;
    let deep = format!("x{}=1", "[a]".repeat(3_000));
    let many: String = (0..6_000).map(|n| format!("f{n}=&")).collect();
    let bodies: [(&str, Vec<u8>); 9] = [
        ("application/x-www-form-urlencoded", b"%ff%fe=%c3%28&\xff\xfe".to_vec()),
        ("application/x-www-form-urlencoded", b"%&=&%%%=%zz&&&".to_vec()),
        ("application/x-www-form-urlencoded", deep.into_bytes()),
        ("application/x-www-form-urlencoded", many.into_bytes()),
        ("application/json", b"{\"login\": {\"$ne\": null}}".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n--".to_vec()),
        (
            "application/xml",
            b"<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>".to_vec(),
        ),
        ("text/plain\u{a0}", b"login=ana".to_vec()),
        ("", Vec::new()),
    ];
    for function in functions().iter().filter(|function| !function.reads) {
        let device = ana.another_device(&app).await;
        for (kind, body) in &bodies {
            let mut request = form_to(&device, &function.endpoint);
            if !kind.is_empty() {
                request = request.header("content-type", kind.as_bytes());
            }
            let answer = send(request.body(body.clone())).await;
            let endpoint = &function.endpoint;
            assert!(
                answer.status < 500,
                "{endpoint} answers {} to {kind}: {}",
                answer.status,
                answer.body
            );
        }
    }
    for path in [
        "/api/nothing",
        "/api/",
        "/api/log_in/more",
        "/api/..%2flog_in",
        "/api/LOG_IN",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let request = ana.bare(method.clone(), path).header("sec-fetch-site", "same-origin");
            let status = send(request).await.status;
            assert!((400..500).contains(&status), "{method} {path}: {status}");
        }
    }
    assert_eq!(app.visitor().get("/login").await.status, 200);
}
