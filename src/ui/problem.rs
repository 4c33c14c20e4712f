//! The words for what went wrong, in the reader's language: what it is, and what helps.

use crate::i18n::{Locale, td_string};
use crate::kernel::error::{AppError, PasswordHint, Problem, Refusal};

/// Why a value cannot be used, beside its field.
pub fn problem_text(locale: Locale, problem: &Problem) -> String {
    match problem {
        Problem::Required => td_string!(locale, ui.problem.required).to_owned(),
        Problem::TooShort { min } => td_string!(locale, ui.problem.too_short, min = *min),
        Problem::TooLong { max } => td_string!(locale, ui.problem.too_long, max = *max),
        Problem::TooMany { max } => td_string!(locale, ui.problem.too_many, max = *max),
        Problem::Characters => td_string!(locale, ui.problem.characters).to_owned(),
        Problem::NotAnEmail => td_string!(locale, ui.problem.not_an_email).to_owned(),
        Problem::Taken => td_string!(locale, ui.problem.taken).to_owned(),
        Problem::Unchanged => td_string!(locale, ui.problem.unchanged).to_owned(),
        Problem::Unknown => td_string!(locale, ui.problem.unknown).to_owned(),
        Problem::Repeated => td_string!(locale, ui.problem.repeated).to_owned(),
        Problem::SameLanguage => td_string!(locale, ui.problem.same_language).to_owned(),
        Problem::Weak(hint) => password_hint_text(locale, *hint).to_owned(),
        Problem::FileTooLarge { megabytes } => td_string!(locale, ui.problem.file_too_large, megabytes = *megabytes),
        Problem::NotAPicture => td_string!(locale, ui.problem.not_a_picture).to_owned(),
        Problem::TooManyPixels => td_string!(locale, ui.problem.too_many_pixels).to_owned(),
        Problem::BrokenPicture => td_string!(locale, ui.problem.broken_picture).to_owned(),
        Problem::WrongCredentials => td_string!(locale, ui.problem.wrong_credentials).to_owned(),
        Problem::WrongPassword => td_string!(locale, ui.problem.wrong_password).to_owned(),
        Problem::OtherName => td_string!(locale, ui.problem.other_name).to_owned(),
        Problem::WrongCode => td_string!(locale, ui.problem.wrong_code).to_owned(),
        Problem::Past => td_string!(locale, ui.problem.past).to_owned(),
        Problem::TooFar => td_string!(locale, ui.problem.too_far).to_owned(),
        Problem::AgeGroup => td_string!(locale, ui.problem.age_group).to_owned(),
    }
}

/// Why a request was refused as a whole.
pub fn error_text(locale: Locale, error: &AppError) -> String {
    match error {
        AppError::Invalid(_) => td_string!(locale, ui.error.invalid).to_owned(),
        AppError::Refused(refusal) => refusal_text(locale, *refusal).to_owned(),
        AppError::SignedOut => td_string!(locale, ui.error.signed_out).to_owned(),
        AppError::NotFound => td_string!(locale, ui.error.not_found).to_owned(),
        AppError::Limited { seconds } => td_string!(locale, ui.error.limited, wait = wait_text(locale, *seconds)),
        AppError::Busy { seconds } => td_string!(locale, ui.error.busy, wait = wait_text(locale, *seconds)),
        AppError::Malformed => td_string!(locale, ui.error.malformed).to_owned(),
        AppError::Unreachable => td_string!(locale, ui.error.unreachable).to_owned(),
        AppError::Internal => td_string!(locale, ui.error.internal).to_owned(),
    }
}

fn password_hint_text(locale: Locale, hint: PasswordHint) -> &'static str {
    match hint {
        PasswordHint::Keyboard => td_string!(locale, ui.weak.keyboard),
        PasswordHint::Repeats => td_string!(locale, ui.weak.repeats),
        PasswordHint::Sequence => td_string!(locale, ui.weak.sequence),
        PasswordHint::Dates => td_string!(locale, ui.weak.dates),
        PasswordHint::Common => td_string!(locale, ui.weak.common),
        PasswordHint::Similar => td_string!(locale, ui.weak.similar),
        PasswordHint::Word => td_string!(locale, ui.weak.word),
        PasswordHint::Names => td_string!(locale, ui.weak.names),
        PasswordHint::Personal => td_string!(locale, ui.weak.personal),
        PasswordHint::Predictable => td_string!(locale, ui.weak.predictable),
    }
}

fn refusal_text(locale: Locale, refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::AlreadySettled => td_string!(locale, ui.refusal.already_settled),
        Refusal::AlreadyPartners => td_string!(locale, ui.refusal.already_partners),
        Refusal::AlreadyAsked => td_string!(locale, ui.refusal.already_asked),
        Refusal::AskedBefore => td_string!(locale, ui.refusal.asked_before),
        Refusal::AskedByMany => td_string!(locale, ui.refusal.asked_by_many),
        Refusal::AskedMany => td_string!(locale, ui.refusal.asked_many),
        Refusal::NotPartners => td_string!(locale, ui.refusal.not_partners),
        Refusal::Oneself => td_string!(locale, ui.refusal.oneself),
        Refusal::EmailNotVerified => td_string!(locale, ui.refusal.email_not_verified),
        Refusal::LinkBroken => td_string!(locale, ui.refusal.link_broken),
        Refusal::LinkUsed => td_string!(locale, ui.refusal.link_used),
        Refusal::LinkExpired => td_string!(locale, ui.refusal.link_expired),
        Refusal::LinkOfAnother => td_string!(locale, ui.refusal.link_of_another),
        Refusal::LinkElsewhere => td_string!(locale, ui.refusal.link_elsewhere),
        Refusal::AddressTaken => td_string!(locale, ui.refusal.address_taken),
        Refusal::ConfirmFirst => td_string!(locale, ui.refusal.confirm_first),
        Refusal::ProviderAway => td_string!(locale, ui.refusal.provider_away),
        Refusal::ProviderDenied => td_string!(locale, ui.refusal.provider_denied),
        Refusal::ProviderFailed => td_string!(locale, ui.refusal.provider_failed),
        Refusal::ProviderNotRecent => td_string!(locale, ui.refusal.provider_not_recent),
        Refusal::IdentityOfOther => td_string!(locale, ui.refusal.identity_of_other),
        Refusal::TooManyIdentities => td_string!(locale, ui.refusal.too_many_identities),
        Refusal::IdentityUnknown => td_string!(locale, ui.refusal.identity_unknown),
        Refusal::IdentityWithoutEmail => td_string!(locale, ui.refusal.identity_without_email),
        Refusal::EmailHasAccount => td_string!(locale, ui.refusal.email_has_account),
        Refusal::OfferOver => td_string!(locale, ui.refusal.offer_over),
        Refusal::HasPassword => td_string!(locale, ui.refusal.has_password),
        Refusal::TooManyFollowed => td_string!(locale, ui.refusal.too_many_followed),
        Refusal::TooManyProposals => td_string!(locale, ui.refusal.too_many_proposals),
        Refusal::AppointmentChanged => td_string!(locale, ui.refusal.appointment_changed),
        Refusal::AppointmentOver => td_string!(locale, ui.refusal.appointment_over),
        Refusal::LastWayIn => td_string!(locale, ui.refusal.last_way_in),
        Refusal::PasskeysNotHere => td_string!(locale, ui.refusal.passkeys_not_here),
        Refusal::CeremonyOver => td_string!(locale, ui.refusal.ceremony_over),
        Refusal::PasskeyUnknown => td_string!(locale, ui.refusal.passkey_unknown),
        Refusal::PasskeyNotTaken => td_string!(locale, ui.refusal.passkey_not_taken),
        Refusal::PasskeyKnown => td_string!(locale, ui.refusal.passkey_known),
    }
}

/// A waiting time in the largest unit that says it well, rounded up.
fn wait_text(locale: Locale, seconds: u32) -> String {
    match seconds {
        0..=1 => td_string!(locale, ui.wait.second).to_owned(),
        2..=90 => td_string!(locale, ui.wait.seconds, n = seconds),
        91..=5400 => td_string!(locale, ui.wait.minutes, n = seconds.div_ceil(60)),
        _ => td_string!(locale, ui.wait.hours, n = seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_said_in_the_unit_that_fits() {
        for (seconds, expected) in [
            (0, "a second"),
            (45, "45 seconds"),
            (91, "2 minutes"),
            (3_600, "60 minutes"),
            (7_000, "2 hours"),
        ] {
            assert_eq!(wait_text(Locale::en, seconds), expected);
        }
    }

    #[test]
    fn words_carry_the_limits() {
        assert_eq!(
            problem_text(Locale::en, &Problem::TooShort { min: 10 }),
            "Use at least 10 characters."
        );
        assert_eq!(
            problem_text(Locale::es, &Problem::TooShort { min: 10 }),
            "Usa al menos 10 caracteres."
        );
    }
}
