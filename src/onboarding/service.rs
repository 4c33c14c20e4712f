//! Use cases of onboarding: register, and fill an installation that is only tried out.

use axum::http::request::Parts;
use futures::FutureExt as _;
use leptos::prelude::use_context;

use crate::accounts::identities::service::entering::{self, Entry};
use crate::accounts::model::Username;
use crate::accounts::preferences;
use crate::accounts::service::{self as accounts, Caller, FirstPreferences};
use crate::kernel::error::{AppError, Problem, Problems};
use crate::matching::index;
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::{Level, PersonLanguage, Profile, Role};
use crate::profiles::service as profiles;
use crate::server::http::cookies;
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

pub use super::demo::{SeedOutcome, seed_demo};

/// Where a new person goes first.
pub const FIRST_PAGE: &str = "/partners/find";

/// The registration form, as it was sent.
pub struct Registration {
    /// E-mail address.
    pub email: String,
    /// Username.
    pub username: String,
    /// Password.
    pub password: String,
    /// Code of the language that the person grew up with.
    pub speaks: String,
    /// Code of the language that they learn.
    pub learns: String,
    /// Their level in it.
    pub level: String,
}

/// Who fills the form in, as far as their browser says.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Where the request comes from.
    pub caller: Caller,
    /// How they want the interface.
    pub first: FirstPreferences,
}

impl Visitor {
    /// Of the request at hand.
    ///
    /// # Errors
    /// [`AppError::Internal`] outside of a request.
    pub fn here(state: &AppState) -> Result<Self, AppError> {
        let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
        let (config, headers) = (&*state.config, &parts.headers);
        // A language that was only guessed from the browser goes on following the browser.
        let chosen = cookies::get(config, headers, preferences::LANGUAGE_COOKIE);
        let first = FirstPreferences {
            locale: chosen.and_then(|code| preferences::parse_language(code).ok()),
            theme: preferences::theme(config, headers, None),
            time_zone: preferences::browser_time_zone(config, headers),
            language: preferences::language(config, headers, None),
        };
        Ok(Self {
            caller: Caller::here(state)?,
            first,
        })
    }
}

/// Makes the account and its profile, and signs the person in. Answers the session cookie's token.
///
/// # Errors
/// Every field that cannot be used; [`AppError::Limited`] and [`AppError::Busy`].
pub async fn register(state: &AppState, form: Registration, visitor: Visitor) -> Result<Token, AppError> {
    let Visitor { caller, first } = visitor;
    state.limits.check_address(Limit::Register, caller.address)?;
    let mut problems = Problems::new();
    let application =
        accounts::check_application(state, &mut problems, &form.email, &form.username, form.password).await?;
    accounts::note_taken(state, &mut problems, &form.email, &form.username).await?;
    let languages = first_languages(&mut problems, &form.speaks, &form.learns, &form.level);
    let (Some(application), Some(languages), true) = (application, languages, problems.is_empty()) else {
        return Err(problems.into_error());
    };
    let profile = first_profile(languages);
    let (now, this_year) = (state.clock.now(), state.clock.this_year());
    let (_, token) = accounts::create(state, application, first, caller, move |conn, user| {
        async move {
            profiles::insert(conn, user, &profile, now).await?;
            index::write(conn, user, now, this_year).await
        }
        .boxed()
    })
    .await?;
    Ok(token)
}

/// The rest of a registration of somebody who has come from Google.
pub struct GoogleRegistration {
    /// What the browser keeps of who has come.
    pub offer: Option<Token>,
    /// Username.
    pub username: String,
    /// As for [`Registration`].
    pub speaks: String,
    /// As for [`Registration`].
    pub learns: String,
    /// As for [`Registration`].
    pub level: String,
}

/// Makes the account without a password, and its profile, and signs the person in. Answers the session cookie's token and where they wanted to go.
///
/// # Errors
/// Every field that cannot be used; [`Refusal::OfferOver`](crate::kernel::error::Refusal::OfferOver); [`AppError::Limited`].
pub async fn register_google(
    state: &AppState,
    form: GoogleRegistration,
    visitor: Visitor,
) -> Result<(Token, Option<String>), AppError> {
    let Visitor { caller, first } = visitor;
    state.limits.check_address(Limit::Register, caller.address)?;
    let mut problems = Problems::new();
    let username = problems.check("username", Username::parse(&form.username));
    accounts::note_taken(state, &mut problems, "", &form.username).await?;
    let languages = first_languages(&mut problems, &form.speaks, &form.learns, &form.level);
    let (Some(username), Some(languages), true) = (username, languages, problems.is_empty()) else {
        return Err(problems.into_error());
    };
    let profile = first_profile(languages);
    let (now, this_year) = (state.clock.now(), state.clock.this_year());
    let entry = Entry {
        username,
        first,
        caller,
    };
    entering::create(state, form.offer, entry, move |conn, user| {
        async move {
            profiles::insert(conn, user, &profile, now).await?;
            index::write(conn, user, now, this_year).await
        }
        .boxed()
    })
    .await
}

fn first_profile(languages: [PersonLanguage; 2]) -> Profile {
    Profile {
        languages: languages.into(),
        ..Profile::default()
    }
}

/// The two languages of the form. Notes problems of `speaks`, `learns` and `level`.
fn first_languages(problems: &mut Problems, speaks: &str, learns: &str, level: &str) -> Option<[PersonLanguage; 2]> {
    let speaks = problems.check("speaks", parse_language(speaks));
    let learns = match parse_language(learns) {
        Ok(learns) if Some(learns) == speaks => Err(Problem::SameLanguage),
        learns => learns,
    };
    let learns = problems.check("learns", learns);
    let level = problems.check("level", Level::parse(level));
    Some([
        PersonLanguage {
            language: speaks?,
            role: Role::Native,
            level: None,
        },
        PersonLanguage {
            language: learns?,
            role: Role::Learning,
            level: Some(level?),
        },
    ])
}

fn parse_language(raw: &str) -> Result<LanguageCode, Problem> {
    match raw {
        "" => Err(Problem::Required),
        code => LanguageCode::parse(code).ok_or(Problem::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::error::FieldProblem;

    fn problems_of(speaks: &str, learns: &str, level: &str) -> Vec<(String, Problem)> {
        let mut problems = Problems::new();
        assert_eq!(first_languages(&mut problems, speaks, learns, level), None);
        let AppError::Invalid(found) = problems.into_error() else {
            panic!("not a form error")
        };
        found
            .into_iter()
            .map(|FieldProblem { field, problem }| (field, problem))
            .collect()
    }

    #[test]
    fn the_two_languages_become_the_first_profile() {
        let mut problems = Problems::new();
        let [speaks, learns] = first_languages(&mut problems, "es", "en", "B1").unwrap();
        assert!(problems.is_empty());
        assert_eq!(
            (speaks.language.code(), speaks.role, speaks.level),
            ("es", Role::Native, None)
        );
        assert_eq!(
            (learns.language.code(), learns.role, learns.level),
            ("en", Role::Learning, Some(Level::B1))
        );
    }

    #[test]
    fn every_problem_is_told_at_its_field() {
        let problem = |field: &str, problem| (field.to_owned(), problem);
        assert_eq!(
            problems_of("", "xx", "D1"),
            [
                problem("speaks", Problem::Required),
                problem("learns", Problem::Unknown),
                problem("level", Problem::Unknown)
            ]
        );
        assert_eq!(
            problems_of("es", "es", "B1"),
            [problem("learns", Problem::SameLanguage)]
        );
        assert_eq!(
            problems_of("xx", "xx", "B1"),
            [problem("speaks", Problem::Unknown), problem("learns", Problem::Unknown)]
        );
    }
}
