//! What can go wrong, as both sides see it.
//!
//! - A value that a person typed and that cannot be used is a [`Problem`], named by its field: [`AppError::Invalid`].
//! - A rule that refuses the whole request (signed out, not yours, too fast, already answered) is a variant of [`AppError`].
//! - What the person can do nothing about is logged where it happens and reaches them as [`AppError::Internal`], without detail.
//!
//! Errors carry no words: the words, in the reader's language, are in `ui::problem`.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// Why a value cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Nothing was given where something is needed.
    Required,
    /// Fewer characters than `min`.
    TooShort {
        /// The least number of characters.
        min: usize,
    },
    /// More characters than `max`.
    TooLong {
        /// The greatest number of characters.
        max: usize,
    },
    /// More entries than `max`.
    TooMany {
        /// The greatest number of entries.
        max: usize,
    },
    /// Characters that are not allowed here.
    Characters,
    /// Not of the shape of an e-mail address.
    NotAnEmail,
    /// Somebody has it already.
    Taken,
    /// It is what there is already.
    Unchanged,
    /// Not one of the choices.
    Unknown,
    /// The same entry stands there twice.
    Repeated,
    /// The same language is spoken and learned.
    SameLanguage,
    /// A password that would be guessed soon, and why.
    Weak(PasswordHint),
    /// A file of more than this.
    FileTooLarge {
        /// The most, in megabytes.
        megabytes: usize,
    },
    /// A file that is no picture of a kind that is taken.
    NotAPicture,
    /// A picture of more pixels than are taken.
    TooManyPixels,
    /// A picture that cannot be read to its end.
    BrokenPicture,
    /// The name and the password do not fit together (the same words for an unknown name).
    WrongCredentials,
    /// Not one's own password.
    WrongPassword,
    /// Not one's own username.
    OtherName,
    /// A code that does not fit, or was used.
    WrongCode,
    /// A time that has passed.
    Past,
    /// A time farther ahead than anybody plans.
    TooFar,
    /// A year of birth by which a person would pass from young people to adults, or back.
    AgeGroup,
}

/// Why a password would be guessed soon (the reasons that zxcvbn tells apart).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordHint {
    /// Keys next to each other, `qwertzuiop`.
    Keyboard,
    /// The same again, `aaaa` or `abcabc`.
    Repeats,
    /// `abcdef`, `6543`.
    Sequence,
    /// A year or a date.
    Dates,
    /// Among the passwords that everybody uses.
    Common,
    /// Like a common one with small changes.
    Similar,
    /// A single word.
    Word,
    /// Names by themselves.
    Names,
    /// Made of the person's own name, username or e-mail.
    Personal,
    /// Nothing in particular, but too few guesses.
    Predictable,
}

/// A [`Problem`] and the form field that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's `name` in the form.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// Rules that refuse a request as it stands now, although it was well formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Somebody answered it before, or it was taken back.
    AlreadySettled,
    /// The two are partners already.
    AlreadyPartners,
    /// A request of the same kind is open.
    AlreadyAsked,
    /// The other person has said no, not long enough ago.
    AskedBefore,
    /// The other person has been asked by as many as they may be in a day.
    AskedByMany,
    /// One has asked as many people as one may in a day.
    AskedMany,
    /// The two are not partners.
    NotPartners,
    /// The other person is oneself.
    Oneself,
    /// One's e-mail address is not confirmed.
    EmailNotVerified,
    /// The link in a mail is not whole.
    LinkBroken,
    /// It was used, or is not in force for another reason than its age.
    LinkUsed,
    /// Its time has run out.
    LinkExpired,
    /// It works only where it was asked for.
    LinkElsewhere,
    /// It is for an account that one is not signed in to.
    LinkOfAnother,
    /// Somebody has an account with the new address by now.
    AddressTaken,
    /// It is too long ago that one showed who one is: `/confirm` asks.
    ConfirmFirst,
    /// What would be taken away is the only way into the account.
    LastWayIn,
    /// There can be no passkeys at this address.
    PasskeysNotHere,
    /// What a device was asked is over, or was asked elsewhere.
    CeremonyOver,
    /// A passkey that opens nothing here, for whatever reason.
    PasskeyUnknown,
    /// A new passkey that is not what was asked for.
    PasskeyNotTaken,
    /// A new passkey that is somebody's already.
    PasskeyKnown,
    /// The provider that vouches for people does not answer.
    ProviderAway,
    /// The person did not go on there.
    ProviderDenied,
    /// What came back from there does not hold, or was not asked for here.
    ProviderFailed,
    /// The provider does not say that the person has just signed in there.
    ProviderNotRecent,
    /// The account elsewhere is another person's already.
    IdentityOfOther,
    /// One person can have so many and no more.
    TooManyIdentities,
    /// It is not one of one's own.
    IdentityUnknown,
    /// It tells no e-mail address.
    IdentityWithoutEmail,
    /// An account here has its e-mail address.
    EmailHasAccount,
    /// Who came from elsewhere waits no more.
    OfferOver,
    /// One has a password.
    HasPassword,
    /// One person can follow so many and no more.
    TooManyFollowed,
    /// So many proposals of times wait for this partner's answer already.
    TooManyProposals,
    /// It has been changed since it was read.
    AppointmentChanged,
    /// It takes place no more, or has passed.
    AppointmentOver,
}

/// What a server function or a service answers instead of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AppError {
    /// Fields that cannot be used as they are (422).
    #[error("some fields cannot be used as they are")]
    Invalid(Vec<FieldProblem>),
    /// Well formed, but refused as things stand (409).
    #[error("refused as things stand: {0:?}")]
    Refused(Refusal),
    /// Nobody is signed in (401).
    #[error("nobody is signed in")]
    SignedOut,
    /// It does not exist, or not for this person (404): the two are never told apart.
    #[error("not found")]
    NotFound,
    /// Too often (429).
    #[error("too often; again in {seconds} s")]
    Limited {
        /// How long to wait, in seconds.
        seconds: u32,
    },
    /// The server has too much to do at this moment (503).
    #[error("busy; again in {seconds} s")]
    Busy {
        /// How long to wait, in seconds.
        seconds: u32,
    },
    /// The request itself could not be read (400).
    #[error("the request could not be read")]
    Malformed,
    /// The request did not come through: the network, or the server was away.
    #[error("the server could not be reached")]
    Unreachable,
    /// A fault on our side (500); the log has the detail.
    #[error("a fault on our side")]
    Internal,
}

impl AppError {
    /// One field that cannot be used.
    pub fn field(field: &str, problem: Problem) -> Self {
        Self::Invalid(vec![FieldProblem {
            field: field.to_owned(),
            problem,
        }])
    }

    /// The HTTP status that says the same.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Invalid(_) => 422,
            Self::Refused(_) => 409,
            Self::SignedOut => 401,
            Self::NotFound => 404,
            Self::Limited { .. } => 429,
            Self::Busy { .. } | Self::Unreachable => 503,
            Self::Malformed => 400,
            Self::Internal => 500,
        }
    }

    /// For the headers of an answer: how long to wait, in seconds.
    pub const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Limited { seconds } | Self::Busy { seconds } => Some(*seconds),
            _ => None,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Unreachable,
            // In the browser: an answer that cannot be read is not ours. A proxy speaks for a server that is away, or a network wants a
            // log-in of its own first.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "hydrate") => Self::Unreachable,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::Malformed
            }
            _ => Self::Internal,
        }
    }
}

/// Collects the problems of a form, so that a person sees all of them at once.
#[derive(Debug, Default)]
pub struct Problems(Vec<FieldProblem>);

impl Problems {
    /// Nothing wrong yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a problem of `field`.
    pub fn add(&mut self, field: &str, problem: Problem) {
        self.0.push(FieldProblem {
            field: field.to_owned(),
            problem,
        });
    }

    /// The value, or `None` after noting why there is none.
    pub fn check<T>(&mut self, field: &str, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.add(field, problem)).ok()
    }

    /// Whether anything was noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The error that holds what was noted. A value is missing only if a problem was noted, so this is what to return when one is.
    pub fn into_error(self) -> AppError {
        AppError::Invalid(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_survive_the_way_to_the_browser() {
        for error in [
            AppError::field("email", Problem::NotAnEmail),
            AppError::field("password", Problem::Weak(PasswordHint::Common)),
            AppError::Refused(Refusal::AlreadySettled),
            AppError::Limited { seconds: 7 },
            AppError::NotFound,
        ] {
            let text = serde_json::to_string(&error).unwrap();
            assert_eq!(serde_json::from_str::<AppError>(&text).unwrap(), error, "{text}");
        }
    }

    #[test]
    fn all_problems_of_a_form_are_kept() {
        let mut problems = Problems::new();
        assert_eq!(problems.check("a", Ok::<_, Problem>(1)), Some(1));
        assert!(problems.is_empty());
        assert_eq!(problems.check::<u8>("b", Err(Problem::Required)), None);
        problems.add("c", Problem::Taken);
        let AppError::Invalid(fields) = problems.into_error() else {
            panic!("not a form error")
        };
        assert_eq!(fields.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    }
}
