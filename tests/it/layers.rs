//! The shape of the sources: imports go one way, settings and languages agree, files stay readable.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file, as a path within `src`.
fn sources() -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let src = project().join("src");
    let mut found = Vec::new();
    collect(&src, &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| path.strip_prefix(&src).unwrap().to_owned())
        .collect()
}

/// The modules of the crate in the order of `lib.rs`, which is the order in which they may use each other.
#[derive(Debug)]
struct House {
    ground: Vec<String>,
    features: Vec<String>,
    top: Vec<String>,
}

fn house() -> House {
    let text = fs::read_to_string(project().join("src/lib.rs")).unwrap();
    let (ground, rest) = text
        .split_once("// The features")
        .expect("lib.rs says where the features begin");
    let (features, top) = rest
        .split_once("// What puts them together")
        .expect("lib.rs says where they are put together");
    let modules = |part: &str| {
        part.lines()
            .filter_map(|line| Some(line.trim().strip_prefix("pub mod ")?.trim_end_matches(';').to_owned()))
            .collect()
    };
    House {
        ground: modules(ground),
        features: modules(features),
        top: modules(top),
    }
}

/// A path that a module names, from the root of the crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mention {
    file: PathBuf,
    line: usize,
    path: Vec<String>,
}

/// Everything under `crate::`, `self::` and `super::` that a file names, in `use` lines and elsewhere. Text and comments do not count:
/// this reads tokens.
fn mentions(file: &Path) -> Vec<Mention> {
    let text = fs::read_to_string(project().join("src").join(file)).unwrap();
    let tokens: TokenStream = text
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut found = Vec::new();
    walk(tokens, &module_of(file), file, &mut found);
    found
}

/// `calls/pages/mod.rs` is `calls::pages`.
fn module_of(file: &Path) -> Vec<String> {
    let mut module: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        module.pop();
    }
    // `#[path = "browser_on_server.rs"] mod browser`.
    if let Some(last) = module.last_mut()
        && let Some(name) = last.strip_suffix("_on_server")
    {
        *last = name.to_owned();
    }
    module
}

fn walk(tokens: TokenStream, module: &[String], file: &Path, found: &mut Vec<Mention>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(word) if word == "mod" => {
                // An inline module is a level of its own.
                if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
                    (tokens.get(at + 1), tokens.get(at + 2))
                {
                    let inner: Vec<String> = module.iter().cloned().chain([name.to_string()]).collect();
                    walk(body.stream(), &inner, file, found);
                    at += 2;
                }
            }
            TokenTree::Ident(word)
                if is_root(word) && is_path_separator(&tokens, at + 1) && !is_after_path(&tokens, at) =>
            {
                let line = word.span().start().line;
                let base = match word.to_string().as_str() {
                    "crate" => Vec::new(),
                    "super" => module[..module.len() - 1].to_vec(),
                    _ => module.to_vec(),
                };
                let mut paths = Vec::new();
                at = read_path(&tokens, at + 3, base, &mut paths);
                found.extend(paths.into_iter().map(|path| Mention {
                    file: file.to_owned(),
                    line,
                    path,
                }));
                continue;
            }
            TokenTree::Group(group) => walk(group.stream(), module, file, found),
            _ => {}
        }
        at += 1;
    }
}

fn is_root(word: &Ident) -> bool {
    word == "crate" || word == "super" || word == "self"
}

/// `::` at `at`.
fn is_path_separator(tokens: &[TokenTree], at: usize) -> bool {
    matches!((tokens.get(at), tokens.get(at + 1)), (Some(TokenTree::Punct(one)), Some(TokenTree::Punct(other)))
        if one.as_char() == ':' && one.spacing() == Spacing::Joint && other.as_char() == ':')
}

fn is_after_path(tokens: &[TokenTree], at: usize) -> bool {
    at >= 2 && is_path_separator(tokens, at - 2)
}

/// Reads `a::b::{c, d::e}` from `at` on, after `base`; answers where it ends.
fn read_path(tokens: &[TokenTree], mut at: usize, base: Vec<String>, paths: &mut Vec<Vec<String>>) -> usize {
    let mut path = base;
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(word)) if word == "super" => {
                path.pop();
            }
            Some(TokenTree::Ident(word)) if word == "self" => {}
            Some(TokenTree::Ident(word)) => path.push(word.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                read_group(group, &path, paths);
                return at + 1;
            }
            _ => break,
        }
        at += 1;
        if !is_path_separator(tokens, at) {
            break;
        }
        at += 2;
    }
    paths.push(path);
    at
}

fn read_group(group: &Group, base: &[String], paths: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    for part in tokens
        .split(|token| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ','))
        .filter(|part| !part.is_empty())
    {
        read_path(part, 0, base.to_vec(), paths);
    }
}

/// The files of a feature in the order in which they may use each other. What is named nowhere here is a helper of its feature.
fn layer(module: &str) -> Option<usize> {
    let order: [&[&str]; 7] = [
        &[
            "model",
            "negotiation",
            "languages",
            "interests",
            "time_zones",
            "password_strength",
            "device",
        ],
        &["wire"],
        &["store", "seats"],
        &["service"],
        &["api", "session_layer"],
        &["browser", "stage", "inbox", "outbox"],
        &["pages"],
    ];
    order.iter().position(|names| names.contains(&module))
}

#[test]
fn imports_go_one_way() {
    let house = house();
    let place = |module: &str| house.features.iter().position(|feature| feature == module);
    assert!(
        house.ground.len() >= 5 && house.features.len() >= 6 && house.top.len() >= 4,
        "{house:?}"
    );
    let mut climbing = BTreeSet::new();
    let mut read = 0;
    for file in sources() {
        let module = module_of(&file);
        let Some(home) = module.first().filter(|home| !house.top.contains(home)) else {
            continue;
        };
        for mention in mentions(&file) {
            read += 1;
            let path = &mention.path;
            let Some(target) = path.first() else { continue };
            // Names that no module has are macros and items at the root.
            let is_feature = place(target).is_some();
            let reason = if house.top.contains(target) {
                Some("puts the features together and is used by none")
            } else if is_feature && house.ground.contains(home) {
                Some("is a feature, which the ground does not know")
            } else if is_feature && place(home) < place(target) {
                Some("is a later feature")
            } else if is_feature && home != target && path.get(1).is_some_and(|part| part == "store" || part == "pages")
            {
                Some("is another feature's own")
            } else if is_feature && home == target && climbs_inside(&module, path) {
                Some("is above this file in its feature")
            } else {
                None
            };
            if let Some(reason) = reason {
                climbing.insert(format!(
                    "src/{}:{}: {} {reason}",
                    file.display(),
                    mention.line,
                    path.join("::")
                ));
            }
        }
    }
    assert!(read > 300, "only {read} imports found: this test reads nothing");
    assert!(
        climbing.is_empty(),
        "imports that climb:\n{}",
        climbing.into_iter().collect::<Vec<_>>().join("\n")
    );
}

fn climbs_inside(module: &[String], path: &[String]) -> bool {
    match (
        module.get(1).and_then(|from| layer(from)),
        path.get(1).and_then(|to| layer(to)),
    ) {
        (Some(from), Some(to)) => to > from,
        _ => false,
    }
}

#[test]
fn the_reader_of_imports_finds_them_everywhere() {
    let text = r#"
        use crate::{a::b, c::{self, d::E as F}, super_thing};
        // use crate::comment::no;
        /// [`crate::doc::no`]
        fn f() -> crate::g::H { "crate::text::no"; i::crate_j(); view! { <X on=move || self::k::l() /> } }
        mod inner { use super::m; use super::super::n::*; }
        use super::o::P;
        macro_rules! q { () => { $crate::r::s!() } }
    "#;
    let mut found = Vec::new();
    walk(
        text.parse().unwrap(),
        &["x".to_owned(), "y".to_owned()],
        Path::new("x/y.rs"),
        &mut found,
    );
    let mut paths: Vec<String> = found.into_iter().map(|mention| mention.path.join("::")).collect();
    paths.sort();
    assert_eq!(
        paths,
        [
            "a::b",
            "c",
            "c::d::E",
            "g::H",
            "r::s",
            "super_thing",
            "x::n",
            "x::o::P",
            "x::y::k::l",
            "x::y::m"
        ]
    );
}

#[test]
fn leptos_toml_says_what_cargo_toml_says() {
    let section = |file: &str| -> toml::Table {
        let text = fs::read_to_string(project().join(file)).unwrap();
        text.parse::<toml::Table>().unwrap()["package"]["metadata"]["leptos"]
            .as_table()
            .unwrap()
            .clone()
    };
    assert_eq!(section("Leptos.toml"), section("Cargo.toml"));
}

/// Every text of a language file, by its key with dots.
fn texts(file: &Path) -> BTreeMap<String, String> {
    fn flatten(prefix: &str, value: &serde_json::Value, texts: &mut BTreeMap<String, String>) {
        match value {
            serde_json::Value::Object(object) => {
                for (key, value) in object {
                    let path = if prefix.is_empty() {
                        key.clone()
                    } else {
                        format!("{prefix}.{key}")
                    };
                    flatten(&path, value, texts);
                }
            }
            serde_json::Value::String(text) => {
                texts.insert(prefix.to_owned(), text.clone());
            }
            other => panic!("{prefix} is {other}"),
        }
    }
    let mut found = BTreeMap::new();
    flatten(
        "",
        &serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap(),
        &mut found,
    );
    found
}

/// What stands in double braces and in angle brackets: names that the code fills in.
fn slots(text: &str) -> BTreeSet<String> {
    let braces = text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
    let tags = text.split('<').skip(1).filter_map(|rest| rest.split('>').next());
    braces
        .map(|name| name.split(',').next().unwrap().trim().to_owned())
        .chain(tags.map(|tag| format!("<{tag}>")))
        .collect()
}

#[test]
fn every_language_has_every_text() {
    let folder = project().join("locales");
    let english = texts(&folder.join("en.json"));
    assert!(english.len() > 100, "{} texts", english.len());
    let mut others = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let file = entry.unwrap().path();
        let theirs = texts(&file);
        let missing: Vec<_> = english.keys().filter(|key| !theirs.contains_key(*key)).collect();
        let unknown: Vec<_> = theirs.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(
            missing.is_empty() && unknown.is_empty(),
            "{}: missing {missing:?}, unknown {unknown:?}",
            file.display()
        );
        for (key, text) in &theirs {
            assert!(!text.trim().is_empty(), "{}: {key} is empty", file.display());
            assert_eq!(
                slots(text),
                slots(&english[key]),
                "{}: {key} fills in something else",
                file.display()
            );
        }
        others += 1;
    }
    assert!(others >= 2, "only one language");
}

/// What a tag of a component is given from outside that listens or changes: `on:…`, and `attr:…`, `class:…`, `prop:…` or `style:…` of a closure.
fn put_on_components(tokens: TokenStream, found: &mut Vec<String>) {
    let is = |token: Option<&TokenTree>, sign: char| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
    let word = |token: Option<&TokenTree>| match token {
        Some(TokenTree::Ident(ident)) => ident.to_string(),
        _ => String::new(),
    };
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (start, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            put_on_components(group.stream(), found);
        }
        let component = word(tokens.get(start + 1));
        if !is(Some(token), '<') || !component.starts_with(char::is_uppercase) {
            continue;
        }
        for at in start + 2..tokens.len() {
            let ends_arrow = is(tokens.get(at - 1), '=') || is(tokens.get(at - 1), '-');
            if is(tokens.get(at), ';') || (is(tokens.get(at), '>') && !ends_arrow) {
                break;
            }
            if !is(tokens.get(at + 1), ':') || is(tokens.get(at + 2), ':') || is(tokens.get(at - 1), ':') {
                continue;
            }
            let is_closure = || {
                let value = tokens[at..].iter().skip_while(|token| !is(Some(*token), '=')).nth(1);
                word(value) == "move" || is(value, '|')
            };
            if match word(tokens.get(at)).as_str() {
                "on" => true,
                "attr" | "class" | "prop" | "style" => is_closure(),
                _ => false,
            } {
                found.push(format!(
                    "<{component} {}:{}",
                    word(tokens.get(at)),
                    word(tokens.get(at + 2))
                ));
            }
        }
    }
}

/// Where a view is drawn anew in place, what was put on a component from outside stays what it was at first: a press calls what is gone.
#[test]
fn nothing_that_listens_or_changes_is_put_on_a_component() {
    let found_in = |text: &str| {
        let mut found = Vec::new();
        put_on_components(text.parse().unwrap(), &mut found);
        found
    };
    let text = r#"
        view! {
            <p class:dim=move || a.get() on:click=press>
                {move || shown.get().then(|| view! { <Button small=true on:click=move |_| a::b(1)>"Go"</Button> })}
            </p>
            <Card attr:id="here" class:dim=move || a.get() value=Signal::derive(move || 1 > 0) />
            <Card attr:id="here" class:dim=true on_press=move |()| go() />
            <Show when=move || a.get()><button on:click=press /></Show>
        }
    "#;
    assert_eq!(found_in(text), ["<Button on:click", "<Card class:dim"]);
    for file in sources() {
        let text = fs::read_to_string(project().join("src").join(&file)).unwrap();
        let none: &[String] = &[];
        assert_eq!(found_in(&text), none, "src/{}", file.display());
    }
}

#[test]
fn files_are_short_and_named_for_what_they_hold() {
    for file in sources() {
        let lines = fs::read_to_string(project().join("src").join(&file))
            .unwrap()
            .lines()
            .count();
        assert!(lines <= 600, "src/{} has {lines} lines; split it", file.display());
        for part in &file.with_extension("") {
            assert!(
                !["utils", "helpers", "common", "misc"].iter().any(|name| part == *name),
                "src/{} says nothing",
                file.display()
            );
        }
    }
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| -> BTreeSet<String> {
        fs::read_dir(project().join("migrations").join(engine))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    let tables = |engine: &str, file: &str| -> Vec<String> {
        let text = fs::read_to_string(project().join("migrations").join(engine).join(file)).unwrap();
        let declares = |line: &&str| {
            ["CREATE ", "CONSTRAINT ", "ALTER "]
                .iter()
                .any(|word| line.trim().starts_with(word))
        };
        text.lines()
            .filter(declares)
            .map(|line| match line.split_once(" ADD COLUMN ") {
                // Types have other names, and defaults of booleans too.
                Some((table, column)) => format!("{} {}", table.trim(), column.split(' ').next().unwrap_or_default()),
                None => line.trim().to_owned(),
            })
            .collect()
    };
    for file in names("sqlite") {
        assert_eq!(tables("sqlite", &file), tables("postgres", &file), "{file}");
    }
}
