//! Names as they are searched for: without accents, large letters and other ways to write the same, in whatever script.
//!
//! What is searched and what is typed go through the same, so that it only has to bring together what people take for the same. It is for
//! comparing and never shown.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

/// The most suffixes that one run of letters is found by.
const SUFFIXES_MAX: usize = 16;

/// The words of a text, folded, in their order.
pub fn words(text: &str) -> Vec<String> {
    let bare: String = text.nfkd().filter(|c| !is_accent(*c)).flat_map(plain).nfc().collect();
    bare.split(|c: char| !is_of_word(c))
        .filter(|word| word.contains(char::is_alphanumeric))
        .map(str::to_owned)
        .collect()
}

/// The words in one line, with single spaces.
pub fn folded(text: &str) -> String {
    words(text).join(" ")
}

/// What a name is found by: whoever types the beginning of one of these finds it. Its words; and where a script is written without spaces,
/// everything that begins within a word.
pub fn keys(text: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for word in words(text) {
        if word.contains(is_written_together) {
            let starts = word
                .char_indices()
                .filter(|(at, c)| *at == 0 || is_written_together(*c));
            keys.extend(starts.take(SUFFIXES_MAX).map(|(at, _)| word[at..].to_owned()));
        } else {
            keys.insert(word);
        }
    }
    keys
}

/// Marks that people leave out: accents, Arabic vowel signs, Hebrew points. Those that make another letter stay: the voiced marks of kana,
/// nukta, virama (canonical combining classes 7 to 9 of the Unicode Character Database), and vowel signs, which have none.
fn is_accent(c: char) -> bool {
    !matches!(canonical_combining_class(c), 0 | 7..=9) || matches!(c, '\u{640}' | '\u{200c}' | '\u{200d}')
}

/// Whether a word goes on with it.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || canonical_combining_class(c) != 0
}

/// Small, and by the letter that is typed for it.
fn plain(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' | 'ẞ' => ('s', Some('s')),
        'æ' | 'Æ' => ('a', Some('e')),
        'œ' | 'Œ' => ('o', Some('e')),
        'þ' | 'Þ' => ('t', Some('h')),
        'ø' | 'Ø' => ('o', None),
        'ł' | 'Ł' => ('l', None),
        'đ' | 'Đ' | 'ð' | 'Ð' => ('d', None),
        'ħ' | 'Ħ' => ('h', None),
        'ı' => ('i', None),
        // At the end of a Greek word.
        'ς' => ('σ', None),
        // Arabic letters that are written for each other, and those of Persian and Urdu keyboards.
        'ى' | 'ی' => ('ي', None),
        'ة' => ('ه', None),
        'ک' => ('ك', None),
        // Katakana are hiragana in another hand; they stand in the same order.
        'ァ'..='ヶ' => (char::from_u32(u32::from(c) - 0x60).unwrap_or(c), None),
        other => (other, None),
    };
    first.to_lowercase().chain(second)
}

/// Scripts that are written without spaces between words, and Korean names, which are: Thai, Lao, Burmese, Khmer, kana, Han, Hangul.
fn is_written_together(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether typing `typed` finds somebody called `name`.
    fn finds(typed: &str, name: &str) -> bool {
        let keys = keys(name);
        words(typed)
            .iter()
            .all(|word| keys.iter().any(|key| key.starts_with(word)))
    }

    #[test]
    fn accents_and_large_letters_do_not_matter() {
        for (typed, name) in [
            ("garcia", "José García"),
            ("GARCÍA jose", "José García"),
            ("jo", "José García"),
            ("garci\u{301}a", "Garcia"),
            ("muller", "Élodie Müller"),
            ("lodz", "Łódź"),
            ("strasse", "Straße"),
            ("soren", "Søren Ærø"),
            ("aero", "Ærø"),
            ("istanbul", "İstanbul"),
            ("isik", "Işık"),
            ("nguyen", "Nguyễn Thị Ánh"),
            ("duc", "Đức"),
            ("σοφος", "Σοφός"),
            ("иванов", "Ива́нов"),
            ("o'brien", "Siobhán O’Brien"),
            ("brien", "Siobhán O’Brien"),
            ("under_s", "Under_Score"),
            ("ａｎａ", "Ana"),
        ] {
            assert!(finds(typed, name), "{typed:?} does not find {name:?}: {:?}", keys(name));
        }
    }

    #[test]
    fn names_in_other_scripts_are_found_as_people_type_them() {
        for (typed, name) in [
            ("小", "王小明"),
            ("小明", "王小明"),
            ("王", "王小明"),
            ("やまだ", "ヤマダ タロウ"),
            ("ヤマ", "やまだ"),
            ("ﾔﾏﾀﾞ", "ヤマダ"),
            ("太郎", "山田太郎"),
            ("민", "김민수"),
            ("민수", "김민수"),
            ("김민수".nfd().collect::<String>().as_str(), "김민수"),
            ("محمد", "مُحَمَّد"),
            ("احمد", "أحمد"),
            ("فاطمه", "فاطمة"),
            ("علي", "على"),
            ("کریم", "كريم"),
            ("محـــمد", "محمد"),
            ("שלום", "שָׁלוֹם"),
            ("राम", "राम कुमार"),
            ("สมชาย", "สมชาย ใจดี"),
            ("ชาย", "สมชาย"),
        ] {
            assert!(finds(typed, name), "{typed:?} does not find {name:?}: {:?}", keys(name));
        }
    }

    #[test]
    fn what_is_another_name_stays_another() {
        for (typed, name) in [
            ("arcia", "García"),
            ("anna", "Ana"),
            ("か", "が"),
            ("は", "ば"),
            ("明小", "王小明"),
            ("राम", "रम"),
        ] {
            assert!(!finds(typed, name), "{typed:?} finds {name:?}");
        }
        assert!(words("% _ ' \u{200b} 🎉").is_empty());
    }

    #[test]
    fn a_long_name_is_found_by_a_bounded_number_of_keys() {
        assert_eq!(keys(&"字".repeat(60)).len(), SUFFIXES_MAX);
        assert_eq!(keys("Ana ana ANA").len(), 1);
        assert_eq!(folded("  José  O’Brien_2 "), "jose o brien 2");
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(text in "\\PC{0,40}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }

        #[test]
        fn everybody_is_found_by_their_own_name(name in "[\\p{L}\\p{N} ]{1,20}") {
            prop_assert!(finds(&name, &name));
        }
    }
}
