//! What an address asks for reaches its page as it was meant, percent signs and all, and leads nobody off the site.

use crate::harness::{Browser, Engine, TestApp};

use super::{attributes, plain, tag_with_id, texts};

both_engines!(
    what_is_searched_for_is_read_once,
    both_ways_in_lead_where_the_person_wanted_to_go,
    registering_never_leads_off_the_site,
);

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn what_is_searched_for_is_read_once(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let called = |username: &'static str, name: &'static str| {
        app.person(username)
            .called(name)
            .speaks("en")
            .learns("es", "B1")
            .create()
    };
    called("max", "Max 100%").await;
    called("cpp", "A+B %25").await;
    for (name, found) in [
        ("100%", vec!["Max 100%"]),
        ("a+b", vec!["A+B %25"]),
        ("A+B %25", vec!["A+B %25"]),
        ("%25", vec!["A+B %25"]),
        ("100%25", vec![]),
        ("%2B", vec![]),
        ("a b & c=d #?/é", vec![]),
    ] {
        let raw = encoded(name);
        for raw in [raw.clone(), raw.replace('+', "%20")] {
            let html = ana.get(&format!("/partners/find?name={raw}")).await.body;
            let field = plain(attributes(tag_with_id(&html, "find-name"), "value")[0]);
            assert_eq!(field, name, "{raw}");
            assert_eq!(
                texts(&html, "h2")
                    .into_iter()
                    .filter(|h2| h2.contains('%'))
                    .collect::<Vec<_>>(),
                found,
                "{raw}"
            );
        }
    }
    // Links of the page ask for the same.
    let nobody = ana.get("/partners/find?name=100%2525&online=on").await.body;
    assert!(
        attributes(&nobody, "href").contains(&"/partners/find?name=100%2525"),
        "{:?}",
        attributes(&nobody, "href")
    );
}

/// Where the form of a page goes on to, as the page says.
async fn kept(browser: &Browser, page: &str) -> Option<String> {
    let html = browser.get(page).await.body;
    let tag = html
        .split('<')
        .find(|tag| tag.starts_with("input") && attributes(tag, "name").contains(&"next") && tag.contains("hidden"))?;
    // The switch of languages at the foot has a field of this name too, after the page's own.
    let value = plain(attributes(tag, "value")[0]);
    (!value.starts_with("/login") && !value.starts_with("/register")).then_some(value)
}

async fn both_ways_in_lead_where_the_person_wanted_to_go(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ben = app.person("ben").password("a quiet harbour of words").create().await;
    let visitor = app.visitor();
    for next in [
        "/people/ben",
        "/partners/find?name=100%25&speaks=en",
        "/partners/find?name=a%2Bb+c&level=B1",
        "/partners/find?name=%252F",
    ] {
        for (page, other) in [("/login", "/register"), ("/register", "/login")] {
            let here = format!("{page}?next={}", encoded(next));
            assert_eq!(kept(&visitor, &here).await.as_deref(), Some(next), "{here}");
            let html = visitor.get(&here).await.body;
            let there = format!("{other}?next={}", encoded(next));
            assert!(
                attributes(&html, "href").contains(&there.as_str()),
                "{here} forgets where to go on the way to {other}: {:?}",
                attributes(&html, "href")
            );
        }
        let form = [
            ("login", "ben"),
            ("password", "a quiet harbour of words"),
            ("next", next),
        ];
        let answer = app.visitor().submit("/login", "log_in", &form).await;
        assert_eq!(answer.location(), next);
    }
    // Without a wish there is no field, and nothing in the links.
    for (page, other) in [("/login", r#"href="/register""#), ("/register", r#"href="/login""#)] {
        assert_eq!(kept(&visitor, page).await, None);
        assert!(visitor.get(page).await.body.contains(other), "{page}");
    }
    // A public profile says where both ways lead back to.
    let profile = visitor.get("/people/ben").await.body;
    for way in ["/login?next=%2Fpeople%2Fben", "/register?next=%2Fpeople%2Fben"] {
        assert!(attributes(&profile, "href").contains(&way), "{way}");
    }
    assert_eq!(ben.get("/people/ben").await.status, 200);
}

async fn registering_never_leads_off_the_site(engine: Engine) {
    let app = TestApp::start(engine).await;
    for (n, (next, expected)) in [
        ("/people/ben?x=100%25", "/people/ben?x=100%25"),
        ("", "/partners/find"),
        ("https://evil.example/", "/partners/find"),
        ("//evil.example/", "/partners/find"),
        ("/\\evil.example", "/partners/find"),
        ("javascript:alert(1)", "/partners/find"),
        ("/\t/evil.example", "/partners/find"),
    ]
    .into_iter()
    .enumerate()
    {
        for plainly in [true, false] {
            let browser = app.visitor();
            let username = format!("person_{n}_{plainly}");
            let email = format!("{username}@example.org");
            let form = [
                ("email", email.as_str()),
                ("username", &username),
                ("password", "a quiet harbour of words"),
                ("speaks", "es"),
                ("learns", "en"),
                ("level", "B1"),
                ("next", next),
            ];
            if plainly {
                let page = format!("/register?next={}", encoded(next));
                let answer = browser.submit(&page, "register", &form).await;
                assert_eq!((answer.status, answer.location()), (303, expected), "{next}");
            } else {
                let answer = browser.tell::<String>("register", &form).await;
                assert_eq!(answer.as_deref(), Ok(expected), "{next}");
            }
        }
    }
}
