//! The query of an address, `?speaks=en&name=Ana`: written and read as forms are (WHATWG URL §5), on both targets by the same code.
//!
//! The router's own map decodes each value twice, so that `100%25` would arrive as something else than `100%`.

use form_urlencoded::Serializer;

/// Names and values, decoded once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query as it stands in an address, without its question mark. What cannot be decoded is read as a browser reads it.
    pub fn parse(raw: &str) -> Self {
        Self(form_urlencoded::parse(raw.as_bytes()).into_owned().collect())
    }

    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

/// `path` with a query of these names and values; those whose value is empty are left out.
pub fn address(path: &str, query: &[(&str, &str)]) -> String {
    let given: Vec<&(&str, &str)> = query.iter().filter(|(_, value)| !value.is_empty()).collect();
    if given.is_empty() {
        return path.to_owned();
    }
    let query = Serializer::new(String::new()).extend_pairs(given).finish();
    format!("{path}?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once() {
        let query = Query::parse("a=100%25&b=a%2Bb&c=x+y%20z&d=%252F&e=%C3%A9&f=%zz%&g&a=second&%66oo=bar");
        for (name, value) in [
            ("a", "100%"),
            ("b", "a+b"),
            ("c", "x y z"),
            ("d", "%2F"),
            ("e", "é"),
            ("f", "%zz%"),
            ("g", ""),
            ("foo", "bar"),
        ] {
            assert_eq!(query.get(name), Some(value), "{name}");
        }
        assert_eq!(query.get("h"), None);
        assert_eq!(Query::parse(""), Query::default());
        assert_eq!(Query::parse("x=%ff").get("x"), Some("\u{fffd}"));
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(address("/login", &[]), "/login");
        assert_eq!(address("/login", &[("next", "")]), "/login");
        assert_eq!(
            address("/login", &[("next", "/a?b=100%&c=d+e#f"), ("x", ""), ("y", "é")]),
            "/login?next=%2Fa%3Fb%3D100%25%26c%3Dd%2Be%23f&y=%C3%A9"
        );
        for value in [
            "100%",
            "%25",
            "a+b",
            "a b",
            "/x?y=%2B&z",
            "ünïcode 日本",
            "\"'<>&=#",
            "%C3",
        ] {
            let address = address("/x", &[("v", value)]);
            let (_, raw) = address.split_once('?').unwrap();
            assert_eq!(Query::parse(raw).get("v"), Some(value), "{address}");
        }
    }
}
