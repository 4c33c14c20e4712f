//! Whether a password would be guessed soon, and why.

use zxcvbn::feedback::Warning;
use zxcvbn::{Score, zxcvbn};

use super::model::{PASSWORD_MAX, PASSWORD_MIN};
use crate::kernel::error::{AppError, PasswordHint, Problem};
use crate::server::passwords::Passwords;

/// The most words that belong to the person, and the most characters of each: what somebody types must not make the estimate slow.
const WORDS: usize = 8;
const WORD: usize = 64;

/// So many letters and digits are left at least of a password without what belongs to the person.
const OWN_PART: usize = 6;

/// What is guessed first here, whoever somebody is.
const OURS: [&str; 1] = ["speakle"];

/// Whose password it is: what belongs to a person is guessed first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose<'a> {
    pub(super) username: &'a str,
    /// Empty where there is none yet.
    pub(super) display_name: &'a str,
    pub(super) email: &'a str,
}

impl<'a> Whose<'a> {
    /// What matters most first.
    fn words(self) -> impl Iterator<Item = &'a str> {
        let names = [self.username, self.display_name].into_iter();
        names.chain(self.email.split(['@', '.']))
    }
}

/// Judges a password by length and by zxcvbn's estimate, in the queue of `passwords`: the one rule, wherever somebody chooses one.
///
/// # Errors
/// [`AppError::Busy`] when too many wait already. Inside: why the password cannot be used.
pub(super) async fn check(
    passwords: &Passwords,
    password: &str,
    whose: Whose<'_>,
) -> Result<Result<(), Problem>, AppError> {
    if let Err(problem) = check_length(password) {
        return Ok(Err(problem));
    }
    let (password, personal) = (password.to_owned(), first_words(whose.words()));
    passwords.run(move || estimate(&password, &personal)).await
}

fn check_length(password: &str) -> Result<(), Problem> {
    match password.chars().count() {
        0 => Err(Problem::Required),
        length if length < PASSWORD_MIN => Err(Problem::TooShort { min: PASSWORD_MIN }),
        length if length > PASSWORD_MAX => Err(Problem::TooLong { max: PASSWORD_MAX }),
        _ => Ok(()),
    }
}

fn first_words<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    words
        .filter(|word| word.len() >= 3)
        .take(WORDS)
        .map(|word| word.chars().take(WORD).collect())
        .collect()
}

/// Whether hardly anything is left of a password without what belongs to the person: by itself, a name twice seems longer than it is.
fn is_mostly_personal(password: &str, personal: &[&str]) -> bool {
    let mut words: Vec<String> = personal.iter().map(|word| word.to_lowercase()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words
        .iter()
        .fold(password.to_owned(), |rest, word| rest.replace(word.as_str(), " "));
    rest != password && rest.chars().filter(|character| character.is_alphanumeric()).count() < OWN_PART
}

/// Takes milliseconds.
fn estimate(password: &str, personal: &[String]) -> Result<(), Problem> {
    let personal: Vec<&str> = personal.iter().map(String::as_str).collect();
    if is_mostly_personal(&password.to_lowercase(), &personal) {
        return Err(Problem::Weak(PasswordHint::Personal));
    }
    let guessed: Vec<&str> = personal.iter().copied().chain(OURS).collect();
    let estimate = zxcvbn(password, &guessed);
    if estimate.score() >= Score::Three {
        return Ok(());
    }
    let lower = password.to_lowercase();
    let is_personal = personal.iter().any(|word| lower.contains(&word.to_lowercase()));
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

    const ANA: Whose<'_> = Whose {
        username: "ana",
        display_name: "Ana Castillo",
        email: "castillo@harbour.example",
    };

    async fn judged(password: &str) -> Result<(), Problem> {
        let passwords = Passwords::new().unwrap();
        check(&passwords, password, ANA).await.unwrap()
    }

    #[tokio::test]
    async fn weak_passwords_are_refused_with_the_reason() {
        for (password, problem) in [
            ("", Problem::Required),
            ("short", Problem::TooShort { min: 10 }),
            ("password123", Problem::Weak(PasswordHint::Common)),
            ("aaaaaaaaaaaa", Problem::Weak(PasswordHint::Repeats)),
            ("anacastillo", Problem::Weak(PasswordHint::Personal)),
            ("ana castillo", Problem::Weak(PasswordHint::Personal)),
            ("Castillo Castillo", Problem::Weak(PasswordHint::Personal)),
            ("ana ana ana castillo", Problem::Weak(PasswordHint::Personal)),
            ("Castillo-1990!", Problem::Weak(PasswordHint::Personal)),
        ] {
            assert_eq!(judged(password).await, Err(problem), "{password}");
        }
        assert_eq!(judged(&"ñ".repeat(201)).await, Err(Problem::TooLong { max: 200 }));
    }

    #[tokio::test]
    async fn passwords_that_take_long_to_guess_are_fine() {
        for password in [
            "correct horse battery",
            "tr4nquil-otter-stamps",
            "speakle-harbour-9471-kettle",
        ] {
            assert_eq!(judged(password).await, Ok(()), "{password}");
        }
    }

    #[tokio::test]
    async fn the_name_of_the_product_is_guessed_first() {
        for password in ["speaklespeakle", "Speakle2026", "$peakle123", "elkaepselkaeps"] {
            assert!(matches!(judged(password).await, Err(Problem::Weak(_))), "{password}");
        }
    }

    #[test]
    fn of_many_long_words_the_beginnings_of_the_first_count() {
        let long = "ñ".repeat(60_000);
        let words = first_words(
            ["ana", "", "io"]
                .into_iter()
                .chain(std::iter::repeat_n(long.as_str(), 100)),
        );
        assert_eq!((words.len(), words[0].as_str()), (8, "ana"));
        assert!(words[1..].iter().all(|word| *word == "ñ".repeat(64)));
    }

    /// Waiting behind hashes, which are off the async threads, it is so as well.
    #[tokio::test]
    async fn the_estimate_waits_in_the_queue_of_hashes() {
        let passwords = Passwords::new().unwrap();
        let hashes = async {
            let many = (0..200).map(|_| passwords.verify("x".to_owned(), None));
            futures::future::join_all(many).await;
        };
        let check = check(&passwords, "correct horse battery", ANA);
        let (_, judged) = futures::join!(hashes, check);
        assert!(matches!(judged, Err(AppError::Busy { .. })), "{judged:?}");
    }
}
