//! What server functions there are, and what each takes: read from the sources, so that none is forgotten.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use server_fn::axum::server_fn_paths;

/// A server function.
#[derive(Clone, Debug)]
pub struct Function {
    /// The last part of its address.
    pub endpoint: String,
    /// Whether it is asked by GET.
    pub reads: bool,
    /// Names and types of what it takes.
    pub arguments: Vec<(String, String)>,
}

impl Function {
    pub fn takes(&self, name: &str) -> bool {
        self.arguments.iter().any(|(argument, _)| argument == name)
    }
}

/// Every one that is served.
pub fn functions() -> Vec<Function> {
    let mut read = BTreeMap::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        if text.contains("#[server(") {
            let tokens: TokenStream = text
                .parse()
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            collect(tokens, &mut read);
        }
    }
    let served = server_fn_paths().map(|(path, method)| {
        let endpoint = path.trim_start_matches("/api/");
        let function = read
            .get(endpoint)
            .unwrap_or_else(|| panic!("{path} is not found in the sources"));
        assert_eq!(function.reads, method == reqwest::Method::GET, "{path}");
        function.clone()
    });
    served.collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// `#[server(endpoint = "x", …)] pub async fn name(arguments)`.
fn collect(tokens: TokenStream, found: &mut BTreeMap<String, Function>) {
    let mut attribute: Option<(String, bool)> = None;
    let mut is_after_pub = false;
    for token in tokens {
        // `pub(crate)` takes nothing.
        let says_to_whom = std::mem::replace(&mut is_after_pub, token.to_string() == "pub");
        let TokenTree::Group(group) = token else { continue };
        match group.delimiter() {
            Delimiter::Bracket => attribute = server_attribute(&group).or(attribute),
            Delimiter::Parenthesis if !says_to_whom => {
                if let Some((endpoint, reads)) = attribute.take() {
                    let arguments = arguments(&group);
                    let function = Function {
                        endpoint: endpoint.clone(),
                        reads,
                        arguments,
                    };
                    found.insert(endpoint, function);
                }
            }
            _ => {}
        }
    }
}

/// Endpoint, and whether it is asked by GET.
fn server_attribute(group: &Group) -> Option<(String, bool)> {
    let text = group.stream().to_string();
    let rest = text.strip_prefix("server")?;
    let endpoint = rest.split('"').nth(1)?.to_owned();
    Some((endpoint, rest.contains("GetUrl")))
}

fn arguments(group: &Group) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let (mut name, mut kind, mut depth) = (String::new(), None::<String>, 0_u32);
    for token in group.stream() {
        let text = token.to_string();
        match (&token, text.as_str()) {
            (TokenTree::Punct(_), "<") => depth += 1,
            (TokenTree::Punct(_), ">") => depth -= 1,
            (TokenTree::Punct(_), ",") if depth == 0 => {
                found.extend(kind.take().map(|kind| (std::mem::take(&mut name), kind)));
                continue;
            }
            (TokenTree::Punct(_), ":") if kind.is_none() => {
                kind = Some(String::new());
                continue;
            }
            _ => {}
        }
        match &mut kind {
            Some(kind) => kind.push_str(&text),
            // The last word before the colon; an attribute before it is no word.
            None if matches!(token, TokenTree::Ident(_)) => name = text,
            None => {}
        }
    }
    found.extend(kind.map(|kind| (name, kind)));
    found
}

#[test]
fn the_reader_of_server_functions_finds_names_and_types() {
    let text = r#"
        #[server(endpoint = "one", input = GetUrl, output = Json)]
        pub async fn first(#[server(default)] filters: Filters) -> Result<(), AppError> { f(x) }
        #[server(endpoint = "two", output = Json)]
        pub(crate) async fn second(to: String, tags: Vec<(A, B)>, next: Option<String>,) -> Result<(), AppError> {}
    "#;
    let mut found = BTreeMap::new();
    collect(text.parse().unwrap(), &mut found);
    let one = &found["one"];
    assert!(one.reads);
    assert_eq!(one.arguments, [("filters".to_owned(), "Filters".to_owned())]);
    let two = &found["two"];
    assert!(!two.reads && two.takes("next") && !two.takes("filters"));
    let names: Vec<&str> = two.arguments.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["to", "tags", "next"]);
    assert_eq!(two.arguments[2].1, "Option<String>");
}
