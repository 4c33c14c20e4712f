//! Whether a password would be guessed soon, and why.

use zxcvbn::feedback::Warning;
use zxcvbn::{Score, zxcvbn};

use super::model::{PASSWORD_MAX, PASSWORD_MIN};
use crate::kernel::error::{PasswordHint, Problem};

/// Judges a password by length and by zxcvbn's estimate; `personal` holds what belongs to the person (names, address).
///
/// # Errors
/// Why it cannot be used.
pub(super) fn check(password: &str, personal: &[&str]) -> Result<(), Problem> {
    let length = password.chars().count();
    if length == 0 {
        return Err(Problem::Required);
    }
    if length < PASSWORD_MIN {
        return Err(Problem::TooShort { min: PASSWORD_MIN });
    }
    if length > PASSWORD_MAX {
        return Err(Problem::TooLong { max: PASSWORD_MAX });
    }
    let estimate = zxcvbn(password, personal);
    if estimate.score() >= Score::Three {
        return Ok(());
    }
    let is_personal = personal
        .iter()
        .any(|word| word.len() >= 3 && password.to_lowercase().contains(&word.to_lowercase()));
    let hint = match estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning) {
        _ if is_personal => PasswordHint::Personal,
        Some(Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess) => {
            PasswordHint::Keyboard
        }
        Some(Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess) => {
            PasswordHint::Repeats
        }
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => PasswordHint::Sequence,
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => PasswordHint::Dates,
        Some(Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword) => {
            PasswordHint::Common
        }
        Some(Warning::ThisIsSimilarToACommonlyUsedPassword) => PasswordHint::Similar,
        Some(Warning::AWordByItselfIsEasyToGuess) => PasswordHint::Word,
        Some(Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess) => {
            PasswordHint::Names
        }
        None => PasswordHint::Predictable,
    };
    Err(Problem::Weak(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        for (password, problem) in [
            ("", Problem::Required),
            ("short", Problem::TooShort { min: 10 }),
            ("password123", Problem::Weak(PasswordHint::Common)),
            ("aaaaaaaaaaaa", Problem::Weak(PasswordHint::Repeats)),
            ("anacastillo", Problem::Weak(PasswordHint::Personal)),
        ] {
            assert_eq!(check(password, &["ana", "castillo"]), Err(problem), "{password}");
        }
        assert_eq!(check(&"ñ".repeat(201), &[]), Err(Problem::TooLong { max: 200 }));
    }

    #[test]
    fn passwords_that_take_long_to_guess_are_fine() {
        for password in ["correct horse battery", "tr4nquil-otter-stamps", "speakle-demo-9471"] {
            assert_eq!(check(password, &["ana"]), Ok(()), "{password}");
        }
    }
}
