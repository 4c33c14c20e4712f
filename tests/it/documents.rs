//! What the documents name is there: a reader who follows them finds every file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// How names of files end, where nothing else says that a word is one.
const ENDINGS: [&str; 13] = [
    "css", "html", "js", "json", "lock", "md", "mjs", "png", "rs", "sql", "toml", "ts", "txt",
];

/// Names of what a reader makes, what a build or the program makes, and what only looks like a path.
const NOT_HERE: [&str; 9] = [
    // To be made by whoever adds one.
    "end2end/tests/feature.spec.ts",
    "migrations/sqlite/0002_name.sql",
    "migrations/postgres/0002_name.sql",
    // Made by a build.
    "target/site",
    "target/release/speakle",
    "hash.txt",
    // Media types.
    "application/json",
    "application/x-www-form-urlencoded",
    "text/html",
];

/// Folders that no document speaks of and no reader looks through.
const PASSED_OVER: [&str; 5] = [".git", "node_modules", "target", "test-results", "data"];

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file and folder of the project, as its parts from the root.
fn everything() -> BTreeSet<Vec<String>> {
    fn collect(folder: &Path, at: &[String], found: &mut BTreeSet<Vec<String>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if PASSED_OVER.contains(&name.as_str()) {
                continue;
            }
            let parts: Vec<String> = at.iter().cloned().chain([name]).collect();
            if entry.file_type().unwrap().is_dir() {
                collect(&entry.path(), &parts, found);
            }
            found.insert(parts);
        }
    }
    let mut found = BTreeSet::new();
    collect(&project(), &[], &mut found);
    found
}

/// The documents, as paths from the root.
fn documents() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
        .map(PathBuf::from)
        .to_vec();
    for entry in fs::read_dir(project().join("docs")).unwrap() {
        let path = Path::new("docs").join(entry.unwrap().file_name());
        if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

/// A document without its blocks of code, which hold other people's files and examples.
fn prose(text: &str) -> String {
    let blocks = text.split("```");
    blocks.step_by(2).collect()
}

/// What stands in backticks, word by word, where it looks like a path of the project.
fn paths_in_backticks(prose: &str) -> BTreeSet<String> {
    let spans = prose.split('`').skip(1).step_by(2);
    spans
        .flat_map(str::split_whitespace)
        .filter(|word| looks_like_a_path(word))
        .map(str::to_owned)
        .collect()
}

/// Addresses begin with a slash; what has other signs is code, a setting or a pattern with names in it.
fn looks_like_a_path(word: &str) -> bool {
    let is_plain = word
        .chars()
        .all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.' | '/' | '*'));
    let has_ending = word
        .rsplit_once('.')
        .is_some_and(|(stem, ending)| !stem.is_empty() && ENDINGS.contains(&ending));
    is_plain && !word.starts_with(['/', '-', '.']) && (word.contains('/') || has_ending)
}

/// Where a document's links on this project's own files lead, without the place within the page.
fn links(prose: &str) -> BTreeSet<String> {
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|file| !file.is_empty() && !file.contains("://"))
        .map(str::to_owned)
        .collect()
}

/// Whether something ends with these parts: documents name a file by as much of its path as tells it apart. A `*` is any one name.
fn is_there(name: &str, everything: &BTreeSet<Vec<String>>) -> bool {
    let wanted: Vec<&str> = name.trim_end_matches('/').split('/').collect();
    everything.iter().any(|path| {
        path.len() >= wanted.len()
            && path[path.len() - wanted.len()..]
                .iter()
                .zip(&wanted)
                .all(|(part, wanted)| *wanted == "*" || part == wanted)
    })
}

#[test]
fn every_file_that_a_document_names_is_there() {
    let everything = everything();
    let mut missing = Vec::new();
    let (mut named, mut linked) = (0, 0);
    for document in documents() {
        let prose = prose(&fs::read_to_string(project().join(&document)).unwrap());
        assert_eq!(
            prose.matches('`').count() % 2,
            0,
            "{}: a backtick too few",
            document.display()
        );
        for name in paths_in_backticks(&prose) {
            named += 1;
            if !NOT_HERE.contains(&name.trim_end_matches('/')) && !is_there(&name, &everything) {
                missing.push(format!("{}: `{name}`", document.display()));
            }
        }
        let folder = project().join(&document).parent().unwrap().to_owned();
        for link in links(&prose) {
            linked += 1;
            if !folder.join(&link).exists() {
                missing.push(format!("{}: a link to {link}", document.display()));
            }
        }
    }
    assert!(
        named > 150 && linked > 10,
        "only {named} names and {linked} links found: this test reads nothing"
    );
    assert!(missing.is_empty(), "named and not there:\n{}", missing.join("\n"));
}

#[test]
fn the_reader_of_documents_tells_paths_from_other_words() {
    let text = "`src/app.rs` [x](docs/a.md#b) `/healthz` ```\n`no/block.rs`\n``` `script/run --demo` `use crate::x` `stage/` \
        `https://x.example/y` `src/*/wire.rs` `Leptos.toml` `i.e.` `AppError::Invalid` `/call/{room}` [y](https://x.example/z) [z](#here)";
    let prose = prose(text);
    let expected = ["Leptos.toml", "script/run", "src/*/wire.rs", "src/app.rs", "stage/"];
    assert_eq!(paths_in_backticks(&prose).into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(links(&prose).into_iter().collect::<Vec<_>>(), ["docs/a.md"]);
    let everything = everything();
    for (name, is) in [
        ("server/config.rs", true),
        ("src/*/wire.rs", true),
        ("calls/", true),
        ("no.rs", false),
        ("ver/config.rs", false),
    ] {
        assert_eq!(is_there(name, &everything), is, "{name}");
    }
}
