//! What makes an installed application of the site: the service worker, the page for where there is no connection, the manifest.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::harness::{Engine, TestApp};

both_engines!(
    the_offline_page_is_complete_in_itself_and_in_the_readers_language,
    the_service_worker_is_asked_for_anew_and_may_fetch_from_here_only,
    every_page_names_the_manifest_and_the_colour_of_its_theme
);

/// What stands between two tags.
fn between<'page>(page: &'page str, open: &str, close: &str) -> &'page str {
    let (_, rest) = page.split_once(open).unwrap_or_else(|| panic!("no {open} in {page}"));
    rest.split_once(close).unwrap().0
}

async fn the_offline_page_is_complete_in_itself_and_in_the_readers_language(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let page = app.visitor().get("/offline").await;
    assert_eq!((page.status, page.header("x-robots-tag")), (200, Some("noindex")));
    assert!(page.body.contains("<html lang=\"en\">") && page.body.contains("<h1>No connection</h1>"));
    let policy = page.header("content-security-policy").unwrap();
    for (directive, open, close) in [
        ("style-src", "<style>", "</style>"),
        ("script-src", "<script>", "</script>"),
    ] {
        let hash = BASE64_STANDARD.encode(Sha256::digest(between(&page.body, open, close)));
        assert!(policy.contains(&format!("{directive} 'sha256-{hash}';")), "{policy}");
    }
    // Nothing that would have to be fetched: neither in attributes nor in the style.
    for outside in ["src=", "href=\"/", "url(", "@import"] {
        assert!(!page.body.contains(outside), "{outside} in {}", page.body);
    }

    ana.tell::<()>("set_appearance", &[("language", "es"), ("theme", "dark")])
        .await
        .unwrap();
    let page = ana.get("/offline").await;
    assert!(
        page.body.contains("<html lang=\"es\" data-theme=\"dark\">"),
        "{}",
        page.body
    );
    assert!(page.body.contains("<h1>Sin conexión</h1>"));
}

async fn the_service_worker_is_asked_for_anew_and_may_fetch_from_here_only(engine: Engine) {
    let app = TestApp::start(engine).await;
    let site = app.state.leptos.site_root.to_string();
    std::fs::create_dir_all(&site).unwrap();
    std::fs::copy("public/service-worker.js", format!("{site}/service-worker.js")).unwrap();
    let file = app.visitor().get("/service-worker.js").await;
    assert_eq!(file.status, 200);
    assert!(file.header("content-type").unwrap().starts_with("text/javascript"));
    assert_eq!(file.header("cache-control"), Some("no-cache"));
    assert_eq!(
        file.header("content-security-policy"),
        Some("default-src 'none'; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'")
    );
    assert!(file.header("set-cookie").is_none());
}

async fn every_page_names_the_manifest_and_the_colour_of_its_theme(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let tokens = std::fs::read_to_string("style/tokens.css").unwrap();
    let ground = between(&tokens, "--ground: light-dark(", ")");
    let (light, dark) = ground.split_once(", ").unwrap();

    let page = app.visitor().get("/").await.body;
    assert!(page.contains(r#"<link rel="manifest" href="/manifest.webmanifest""#));
    for (theme, colour) in [("light", light), ("dark", dark)] {
        let tag = format!(r#"<meta name="theme-color" content="{colour}" media="(prefers-color-scheme: {theme})">"#);
        assert!(page.contains(&tag), "{tag}");
    }
    ana.tell::<()>("set_appearance", &[("language", "en"), ("theme", "dark")])
        .await
        .unwrap();
    let page = ana.get("/").await.body;
    assert!(page.contains(&format!(r#"<meta name="theme-color" content="{dark}">"#)));
    assert!(!page.contains(light));

    let manifest: Value = serde_json::from_slice(&std::fs::read("public/manifest.webmanifest").unwrap()).unwrap();
    assert_eq!(manifest["background_color"], light);
    let shortcuts = manifest["shortcuts"].as_array().unwrap();
    for address in shortcuts
        .iter()
        .map(|shortcut| &shortcut["url"])
        .chain([&manifest["start_url"]])
    {
        assert_eq!(ana.get(address.as_str().unwrap()).await.status, 200, "{address}");
    }
    let icons = manifest["icons"].as_array().unwrap();
    for icon in icons.iter().chain(
        shortcuts
            .iter()
            .flat_map(|shortcut| shortcut["icons"].as_array().unwrap()),
    ) {
        let picture = std::fs::read(format!("public{}", icon["src"].as_str().unwrap())).unwrap();
        assert!(picture.starts_with(b"\x89PNG"), "{icon}");
        // Width and height stand first in the first chunk (PNG §11.2.2).
        let size = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
        assert_eq!(icon["sizes"], format!("{}x{}", size(16), size(20)), "{icon}");
    }
}
