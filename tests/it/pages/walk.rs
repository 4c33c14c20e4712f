//! Every link of every page leads somewhere.

use std::collections::{BTreeSet, VecDeque};

use super::{attributes, plain, world};
use crate::harness::{Browser, Engine};

both_engines!(no_link_leads_nowhere);

async fn no_link_leads_nowhere(engine: Engine) {
    let world = world(engine, "").await;
    std::fs::create_dir_all(world.app.state.leptos.site_root.as_ref()).unwrap();
    let reached = walk(&world.ana.browser).await;
    for place in world.private().into_iter().map(|place| place.path) {
        // What a button opens without JavaScript is the address of a form, and the room is entered by an answered call.
        let is_form = ["/call", "/end", "/block", "/report"]
            .iter()
            .any(|end| place.ends_with(end));
        if !place.starts_with("/call/") && !place.contains('?') && !is_form {
            assert!(
                reached.contains(&place),
                "no link leads to {place}; reached {reached:?}"
            );
        }
    }
    let reached = walk(&world.app.visitor()).await;
    for place in ["/", "/login", "/register", "/forgot-password"] {
        assert!(
            reached.contains(place),
            "a stranger finds no way to {place}; reached {reached:?}"
        );
    }
}

/// Follows links from the start page; answers what was reached.
async fn walk(browser: &Browser) -> BTreeSet<String> {
    let (mut reached, mut queue) = (
        BTreeSet::new(),
        VecDeque::from([("/".to_owned(), "the start".to_owned())]),
    );
    while let Some((path, from)) = queue.pop_front() {
        if !reached.insert(path.clone()) {
            continue;
        }
        assert!(reached.len() < 200, "a site without end: {reached:?}");
        let mut answer = browser.get(&path).await;
        if answer.status == 303 {
            answer = browser.follow(&answer).await;
        }
        assert_eq!(answer.status, 200, "{from} links to {path}");
        let html = answer
            .body
            .split("<a ")
            .skip(1)
            .map(|rest| format!(" {}", rest.split('>').next().unwrap_or_default()));
        for tag in html {
            for target in attributes(&tag, "href")
                .into_iter()
                .map(plain)
                .filter(|target| target.starts_with('/'))
            {
                let target = target.split('#').next().unwrap_or_default().to_owned();
                queue.push_back((target, path.clone()));
            }
        }
    }
    reached
}
