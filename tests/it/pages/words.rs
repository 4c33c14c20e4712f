//! What pages say around their content: titles, dates, numbers, and what is needed where something cannot work.

use std::time::Duration;

use crate::harness::{Engine, TestApp};

use super::{attributes, page, tag_with_id, texts, world};

both_engines!(
    every_title_is_the_heading_and_the_product,
    the_number_of_waiting_requests_is_in_every_page,
    a_date_of_this_year_goes_without_the_year,
    a_page_that_cannot_call_says_what_it_needs,
    facts_are_told_apart_by_the_style_sheet,
);

/// The document's title: later ones belong to pictures.
fn title(html: &str) -> String {
    texts(html, "title").remove(0)
}

async fn every_title_is_the_heading_and_the_product(engine: Engine) {
    let world = world(engine, "A & B <i>").await;
    let visitor = world.app.visitor();
    assert_eq!(title(&visitor.get("/").await.body), "Speakle");
    let missing = visitor.get("/nothing").await.body;
    assert_eq!(title(&missing), "There is nothing here – Speakle");
    for (browser, pages) in [
        (&visitor, world.public()),
        (&world.ana.browser, world.private()),
        (&world.ana.browser, vec![page("/", ""), page("/people/nobody", "")]),
    ] {
        for place in pages {
            let html = browser.get(&place.path).await.body;
            let heading = texts(&html, "h1").remove(0);
            assert_eq!(title(&html), format!("{heading} – Speakle"), "{}", place.path);
        }
    }
}

async fn the_number_of_waiting_requests_is_in_every_page(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, _, _) = app.ana_and_ben().await;
    let paths = [
        "/",
        "/requests",
        "/partners/find",
        "/settings/profile",
        "/people/ben",
        "/nothing",
    ];
    let seen = async |path: &str| {
        let html = ana.get(path).await.body;
        let badges: Vec<String> = html
            .split(r#"class="count-badge""#)
            .skip(1)
            .filter_map(|rest| Some(rest.split_once('>')?.1.split('<').next()?.to_owned()))
            .collect();
        let words = ["waiting-top", "waiting-tab"].map(|id| {
            let (_, rest) = html.split_once(&format!(r#"id="{id}""#)).unwrap();
            let text = rest.split_once('>').unwrap().1.split("</span>").next().unwrap();
            super::plain(text)
        });
        (badges, words)
    };
    for path in paths {
        assert_eq!(seen(path).await, (vec![], [String::new(), String::new()]), "{path}");
    }
    for name in ["carl", "dora"] {
        let asker = app.person(name).speaks("en").learns("es", "B1").create().await;
        let form = [("to", "ana"), ("message", "")];
        asker.tell::<()>("send_request", &form).await.unwrap();
    }
    let words = "2 waiting for your answer".to_owned();
    for path in paths {
        let expected = (vec!["2".to_owned(), "2".to_owned()], [words.clone(), words.clone()]);
        assert_eq!(seen(path).await, expected, "{path}");
    }
    let landing = app.visitor().get("/people/ana").await.body;
    assert!(!landing.contains("count-badge") && !landing.contains("waiting-top"));
    let refused = app.visitor().fetch("requests_waiting", &[]).await;
    assert_eq!(refused.status, 401, "{}", refused.body);
}

async fn a_date_of_this_year_goes_without_the_year(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, _, _) = app.ana_and_ben().await;
    // The clock stands in May 2026.
    for (days, expected) in [(0, "4 May"), (40, "4 May"), (200, "4 May"), (2, "4 May 2026")] {
        app.state.clock.advance(Duration::from_secs(days * 86_400));
        let today = ana.another_device(&app).await;
        let html = today.get("/partners/ben").await.body;
        assert_eq!(texts(&html, "time").remove(0), expected, "{days} days later");
        assert!(
            attributes(&html, "datetime")[0].starts_with("2026-05-04"),
            "for programs the date is whole"
        );
    }
}

async fn a_page_that_cannot_call_says_what_it_needs(engine: Engine) {
    let world = world(engine, "").await;
    let html = world.ana.get("/partners/ben/call").await.body;
    let (_, form) = html
        .split_once("<fieldset")
        .expect("the form can be switched off as a whole");
    let (attributes, form) = form.split_once('>').unwrap();
    assert!(
        attributes.contains("disabled"),
        "a button that cannot work can be pressed: {attributes}"
    );
    let form = form.split("</fieldset>").next().unwrap();
    assert!(form.contains("Start call") && form.contains("Message (optional)"));
    let (_, instead) = html.split_once(r#"class="without-script""#).expect("no words instead");
    let (instead, _) = instead.split_once("<fieldset").unwrap();
    assert!(instead.contains("Calls need JavaScript"), "{instead}");
    assert!(html.contains(r#"href="/partners/ben""#), "there is no way back");
}

async fn facts_are_told_apart_by_the_style_sheet(engine: Engine) {
    let world = world(engine, "").await;
    let mut shown = 0;
    for path in ["/", "/partners/ben", "/people/emma", "/partners/find"] {
        let html = world.ana.get(path).await.body;
        let main = html.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        assert!(!main.contains('·'), "{path} has a dot that may end a line");
        shown += main.matches(r#"class="facts""#).count();
    }
    assert!(shown >= 4, "only {shown} lines of facts are shown");
    let find = world.ana.get("/partners/find").await.body;
    // Folded, and without a word of JavaScript.
    let details = find.split("<details").nth(1).unwrap();
    assert!(details.starts_with(r#" class="fold">"#), "{details:.80}");
    assert!(tag_with_id(&find, "find-name").len() > 1 && !details.contains(r#"id="find-name""#));
    for (address, words) in [
        ("/partners/find", "Filters"),
        ("/partners/find?name=x", "Filters"),
        ("/partners/find?level=B1", "Filters, 1 set"),
        ("/partners/find?level=B1&online=on&speaks=en&name=x", "Filters, 3 set"),
    ] {
        let html = world.ana.get(address).await.body;
        assert_eq!(texts(&html, "summary"), [words], "{address}");
    }
}
