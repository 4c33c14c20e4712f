//! The mails of leaving, and of staying after all.

use super::LEAVERS_PAGE;
use crate::i18n::{Locale, td_string};
use crate::kernel::time::LocalTime;
use crate::server::mail::{Action, Letter};
use crate::ui::local_time::day_text;

/// It was asked for, and when it will be.
pub(super) fn asked(locale: Locale, name: String, home: &str, at: &LocalTime) -> Letter {
    let day = day_text(locale, at);
    Letter {
        locale,
        subject: td_string!(locale, mails.deletion_asked.subject).to_owned(),
        name,
        paragraphs: vec![
            td_string!(locale, mails.deletion_asked.text, day = day),
            td_string!(locale, mails.deletion_asked.keep).to_owned(),
        ],
        action: Action {
            words: td_string!(locale, mails.deletion_asked.action).to_owned(),
            link: format!("{home}{LEAVERS_PAGE}"),
        },
        remarks: vec![td_string!(locale, mails.deletion_asked.remark).to_owned()],
    }
}

/// It was taken back.
pub(super) fn kept(locale: Locale, name: String, home: String) -> Letter {
    Letter {
        locale,
        subject: td_string!(locale, mails.deletion_kept.subject).to_owned(),
        name,
        paragraphs: vec![td_string!(locale, mails.deletion_kept.text).to_owned()],
        action: Action {
            words: td_string!(locale, mails.deletion_kept.action).to_owned(),
            link: format!("{home}/settings/account"),
        },
        remarks: vec![td_string!(locale, mails.deletion_kept.remark).to_owned()],
    }
}

/// It is done.
pub(super) fn done(locale: Locale, name: String, home: String) -> Letter {
    Letter {
        locale,
        subject: td_string!(locale, mails.deletion_done.subject).to_owned(),
        name,
        paragraphs: vec![td_string!(locale, mails.deletion_done.text).to_owned()],
        action: Action {
            words: td_string!(locale, mails.deletion_done.action).to_owned(),
            link: home,
        },
        remarks: vec![td_string!(locale, mails.deletion_done.remark).to_owned()],
    }
}
