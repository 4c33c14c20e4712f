//! docs/asvs.md says of every requirement of the Application Security Verification Standard that it lists what holds
//! it: each is there once, and every test that it names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The requirements of levels 1 and 2 in the chapters on pages, WebSockets, authentication, sessions, authorization
/// and WebRTC (ASVS 5.0.0).
const REQUIREMENTS: [(&str, &[u32]); 26] = [
    ("3.2", &[1, 2]),
    ("3.3", &[1, 2, 3, 4]),
    ("3.4", &[1, 2, 3, 4, 5, 6]),
    ("3.5", &[1, 2, 3, 4, 5]),
    ("3.7", &[1, 2]),
    ("4.4", &[1, 2, 3, 4]),
    ("6.1", &[1, 2, 3]),
    ("6.2", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    ("6.3", &[1, 2, 3, 4]),
    ("6.4", &[1, 2, 3, 4]),
    ("6.5", &[1, 2, 3, 4, 5]),
    ("6.6", &[1, 2, 3]),
    ("6.8", &[1, 2, 3, 4]),
    ("7.1", &[1, 2, 3]),
    ("7.2", &[1, 2, 3, 4]),
    ("7.3", &[1, 2]),
    ("7.4", &[1, 2, 3, 4, 5]),
    ("7.5", &[1, 2]),
    ("7.6", &[1, 2]),
    ("8.1", &[1, 2]),
    ("8.2", &[1, 2, 3]),
    ("8.3", &[1]),
    ("8.4", &[1]),
    ("17.1", &[1]),
    ("17.2", &[1, 2, 3, 4]),
    ("17.3", &[1, 2]),
];

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The cells of every row of a table whose first is a number.
fn rows(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim().trim_start_matches('|').trim_end_matches('|');
        line.split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    text.lines()
        .filter(|line| line.starts_with("| "))
        .map(cells)
        .filter(|cells| cells[0].starts_with(|c: char| c.is_ascii_digit()))
        .collect()
}

/// What stands in backticks as `file::test`.
fn named_tests(text: &str) -> Vec<(String, String)> {
    let spans = text.split('`').skip(1).step_by(2);
    spans
        .filter_map(|span| span.split_once("::"))
        .map(|(file, test)| (file.to_owned(), test.to_owned()))
        .collect()
}

/// Where a file lies whose name stands in the table: below tests/it, in src, or among the browser tests.
fn found(file: &str) -> Option<PathBuf> {
    ["tests/it", "", "end2end/tests"]
        .iter()
        .map(|folder| project().join(folder).join(file))
        .find(|path| path.is_file())
}

/// Whether `text` holds the test: a function with that name, or a test of that title.
fn holds(path: &Path, text: &str, test: &str) -> bool {
    if path.extension().is_some_and(|extension| extension == "rs") {
        // A test of both engines is named once more, in the list.
        let is_run = text.contains("#[test]") || text.contains("tokio::test") || text.matches(test).count() > 1;
        return is_run && text.contains(&format!("fn {test}("));
    }
    ['\'', '"', '`']
        .iter()
        .any(|quote| text.contains(&format!("{quote}{test}{quote}")))
}

#[test]
fn every_requirement_has_its_row_and_every_test_that_is_named_exists() {
    let text = fs::read_to_string(project().join("docs/asvs.md")).unwrap();
    let rows = rows(&text);
    let listed: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    let wanted: Vec<String> = REQUIREMENTS
        .iter()
        .flat_map(|(section, numbers)| numbers.iter().map(move |number| format!("{section}.{number}")))
        .collect();
    assert_eq!(listed, wanted, "the rows of docs/asvs.md, in their order");
    let mut missing = BTreeSet::new();
    let mut named = 0;
    for row in &rows {
        assert_eq!(row.len(), 4, "{}: number, level, what is asked, what holds it", row[0]);
        assert!(matches!(row[1].as_str(), "1" | "2"), "{}: level {}", row[0], row[1]);
        assert!(row[2].len() > 8, "{} asks for nothing", row[0]);
        let tests = named_tests(&row[3]);
        let is_said = ["Does not apply", "Not yet", "In part", "Documented"]
            .iter()
            .any(|word| row[3].starts_with(word));
        assert!(
            !tests.is_empty() || is_said,
            "{}: neither a test nor why there is none",
            row[0]
        );
        for (file, test) in tests {
            named += 1;
            let there = found(&file).is_some_and(|path| holds(&path, &fs::read_to_string(&path).unwrap(), &test));
            if !there {
                missing.insert(format!("{}: {file}::{test}", row[0]));
            }
        }
    }
    assert!(named > 80, "only {named} tests are named");
    let missing: Vec<String> = missing.into_iter().collect();
    assert!(missing.is_empty(), "named and not there:\n{}", missing.join("\n"));
}
