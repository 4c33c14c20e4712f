//! What people are called where they are shown, and in which language they are written to.

use std::str::FromStr as _;

use super::model::PersonCard;
use crate::i18n::{Locale, td_string};

/// The name of a person, or, of somebody who has gone, that they have.
pub fn shown_name(locale: Locale, person: &PersonCard) -> String {
    or_gone(locale, person.display_name.clone())
}

/// The same of a display name as it is stored: empty, it is nobody's any more.
pub fn or_gone(locale: Locale, display_name: String) -> String {
    if display_name.is_empty() {
        td_string!(locale, accounts.gone).to_owned()
    } else {
        display_name
    }
}

/// Where a person's public profile is; somebody who has gone has none.
pub fn profile_address(person: &PersonCard) -> Option<String> {
    (!person.is_gone()).then(|| format!("/people/{}", person.username))
}

/// The language that somebody has chosen, else that of the page on which something was asked for.
pub fn language_of(chosen: Option<&str>, page: &str) -> Locale {
    Locale::from_str(chosen.unwrap_or(page)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::kernel::id::UserId;

    #[test]
    fn who_has_gone_has_no_name_and_no_address() {
        let card = |username: &str, display_name: &str| PersonCard {
            id: UserId::from_uuid(Uuid::nil()),
            username: username.to_owned(),
            display_name: display_name.to_owned(),
            hue: 0,
            picture: None,
        };
        let (ana, gone) = (card("ana", "Ana"), card("", ""));
        assert_eq!(shown_name(Locale::en, &ana), "Ana");
        assert_eq!(profile_address(&ana).as_deref(), Some("/people/ana"));
        assert_eq!(shown_name(Locale::en, &gone), "A deleted person");
        assert_eq!(shown_name(Locale::es, &gone), "Una persona eliminada");
        assert_eq!(profile_address(&gone), None);
    }
}
