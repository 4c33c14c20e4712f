//! Text that people type: what is trimmed, what is refused, how long it may be.

use super::error::Problem;

/// Characters that turn text around, hide in it or break a line where none is expected.
fn is_unwanted(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// One line: trimmed, inner white space collapsed, unwanted characters dropped.
///
/// # Errors
/// [`Problem::Required`] when nothing is left although `min` is above zero, [`Problem::TooShort`] and
/// [`Problem::TooLong`] by number of characters.
pub fn single_line(raw: &str, min: usize, max: usize) -> Result<String, Problem> {
    let words: Vec<String> = raw
        .split_whitespace()
        .map(|word| word.chars().filter(|c| !is_unwanted(*c)).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect();
    bounded(words.join(" "), min, max)
}

/// Several lines: ends trimmed, line ends made `\n`, unwanted characters dropped, inner shape kept.
///
/// # Errors
/// As for [`single_line`].
pub fn multi_line(raw: &str, min: usize, max: usize) -> Result<String, Problem> {
    let text: String = raw
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\t', " ")
        .chars()
        .filter(|c| !is_unwanted(*c))
        .collect();
    bounded(text.trim().to_owned(), min, max)
}

/// A label as it stands inside a sentence: without the large letter at its start. Abbreviations stay as they are.
pub fn within_sentence(label: String) -> String {
    let mut rest = label.chars();
    match (rest.next(), rest.clone().next()) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => first.to_lowercase().chain(rest).collect(),
        _ => label,
    }
}

fn bounded(text: String, min: usize, max: usize) -> Result<String, Problem> {
    let length = text.chars().count();
    if length == 0 && min > 0 {
        Err(Problem::Required)
    } else if length < min {
        Err(Problem::TooShort { min })
    } else if length > max {
        Err(Problem::TooLong { max })
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_inside_a_sentence_begins_small_unless_it_is_an_abbreviation() {
        for (label, inside) in [
            ("Today, 14:05", "today, 14:05"),
            ("21 November, 14:05", "21 November, 14:05"),
            ("Última visita", "última visita"),
            ("TV series", "TV series"),
            ("A", "a"),
            ("", ""),
        ] {
            assert_eq!(within_sentence(label.to_owned()), inside);
        }
    }

    #[test]
    fn a_line_is_tidied_and_measured_in_characters() {
        assert_eq!(single_line("  Ana \t María\n ", 1, 10).unwrap(), "Ana María");
        assert_eq!(single_line(" \u{200b} ", 1, 10), Err(Problem::Required));
        assert_eq!(single_line("日本語", 4, 10), Err(Problem::TooShort { min: 4 }));
        assert_eq!(single_line("日本語", 0, 2), Err(Problem::TooLong { max: 2 }));
        assert_eq!(single_line("a\u{202e}b", 1, 9).unwrap(), "ab");
    }

    #[test]
    fn several_lines_keep_their_shape() {
        assert_eq!(multi_line("\r\n one\r\n\r\ntwo\u{0} ", 0, 99).unwrap(), "one\n\ntwo");
        assert_eq!(multi_line("", 0, 9).unwrap(), "");
    }
}
