//! Addresses in what people write, so that they can be pressed. Nothing else of a text means anything.

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Shown as it is.
    Text(&'a str),
    /// An address of the web, shown as it is and to be pressed.
    Link(&'a str),
}

/// What may begin an address: no other scheme is ever made a link.
const SCHEMES: [&str; 2] = ["https://", "http://"];

/// A text in pieces, which put together are the text again. An address goes up to the next white space, without the punctuation of the sentence around it.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut shown, mut at) = (0, 0);
    while let Some(start) = next_scheme(text, at) {
        let end = start + address_length(&text[start..]);
        if end == start {
            // No address after all: the next one begins after this letter.
            at = start + 1;
            continue;
        }
        if shown < start {
            found.push(Piece::Text(&text[shown..start]));
        }
        found.push(Piece::Link(&text[start..end]));
        (shown, at) = (end, end);
    }
    if shown < text.len() {
        found.push(Piece::Text(&text[shown..]));
    }
    found
}

/// Where the next scheme begins that is no part of a longer word.
fn next_scheme(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(found) = text[at..].find(['h', 'H']).map(|offset| at + offset) {
        let is_word = text[..found].chars().next_back().is_some_and(char::is_alphanumeric);
        let rest = &text.as_bytes()[found..];
        let begins = |scheme: &str| {
            rest.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
        };
        if !is_word && SCHEMES.iter().any(|scheme| begins(scheme)) {
            return Some(found);
        }
        at = found + 1;
    }
    None
}

/// How many bytes from the start of `text`, which begins with a scheme, are an address; 0 if it names no machine.
fn address_length(text: &str) -> usize {
    let ends =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '«' | '»' | '“' | '”');
    let mut address = &text[..text.find(ends).unwrap_or(text.len())];
    // How many more of each pair close than open.
    let surplus = |open: u8, close: u8| {
        address.bytes().fold(0_i64, |count, byte| {
            count + i64::from(byte == close) - i64::from(byte == open)
        })
    };
    let mut surpluses = [surplus(b'(', b')'), surplus(b'[', b']'), surplus(b'{', b'}')];
    let mut is_surplus = |pair: usize| {
        surpluses[pair] -= 1;
        surpluses[pair] >= 0
    };
    while let Some(last) = address.chars().next_back() {
        let is_left_over = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '…' | '’' | '。' | '、' | '，' | '！' | '？' => {
                true
            }
            // Of brackets those that were opened inside belong to it, as in an encyclopaedia's addresses.
            ')' => is_surplus(0),
            ']' => is_surplus(1),
            '}' => is_surplus(2),
            _ => false,
        };
        if !is_left_over {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    let scheme = address.find("//").map_or(0, |slashes| slashes + 2);
    let names_a_machine = address
        .get(scheme..)
        .and_then(|rest| rest.chars().next())
        .is_some_and(|first| first.is_alphanumeric() || first == '[');
    if names_a_machine { address.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn links(text: &str) -> Vec<&str> {
        let link = |piece| match piece {
            Piece::Link(address) => Some(address),
            Piece::Text(_) => None,
        };
        pieces(text).into_iter().filter_map(link).collect()
    }

    #[test]
    fn addresses_are_found_without_the_sentence_around_them() {
        for (text, expected) in [
            ("nothing here", vec![]),
            ("https://example.org", vec!["https://example.org"]),
            (
                "See https://example.org/a?b=c#d, please.",
                vec!["https://example.org/a?b=c#d"],
            ),
            ("(https://example.org/x)", vec!["https://example.org/x"]),
            (
                "https://en.wikipedia.org/wiki/Ser_(verb)!",
                vec!["https://en.wikipedia.org/wiki/Ser_(verb)"],
            ),
            (
                "http://a.example\nHTTPS://B.example…",
                vec!["http://a.example", "HTTPS://B.example"],
            ),
            ("https://example.org/año/ñu", vec!["https://example.org/año/ñu"]),
            ("«https://example.org»", vec!["https://example.org"]),
            ("ñhttps://example.org", vec![]),
            ("https:// https://. http://", vec![]),
            ("hhttps://example.org http://[::1]/", vec!["http://[::1]/"]),
        ] {
            assert_eq!(links(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_but_the_web_becomes_a_link() {
        for text in [
            "javascript:alert(1)",
            "JavaScript://example.org/%0aalert(1)",
            "data:text/html,<script>",
            "ftp://example.org",
            "file:///etc/passwd",
            "vbscript:x",
            "//example.org",
            "www.example.org",
            "<a href=\"https:/example.org\">",
        ] {
            assert_eq!(links(text), Vec::<&str>::new(), "{text}");
        }
        // What stands around an address as markup is text.
        assert_eq!(
            pieces("<b>https://example.org</b>"),
            [
                Piece::Text("<b>"),
                Piece::Link("https://example.org"),
                Piece::Text("</b>")
            ]
        );
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text(text in r#"(https?://|[a-zñ()\[\].,!<>" \n日—]){0,40}"#) {
            let whole: String = pieces(&text)
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(part) | Piece::Link(part) => part,
                })
                .collect();
            prop_assert_eq!(whole, text.clone());
            for link in links(&text) {
                prop_assert!(link.starts_with("http://") || link.starts_with("https://"));
                prop_assert!(!link.contains(char::is_whitespace));
            }
        }
    }
}
