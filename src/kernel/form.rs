//! What comes back to a page after a plain form was sent without JavaScript.

use serde::{Deserialize, Serialize};

use super::error::AppError;

/// The outcome of a plain form, kept on the server for exactly one showing of the page that sent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormReturn {
    /// The address that the form was sent to, as `/api/register`.
    pub action: String,
    /// What was typed, in the form's order, without passwords; empty after success.
    pub values: Vec<(String, String)>,
    /// Something of it is not among them: passwords, codes, the token of a link.
    #[serde(default)]
    pub left_out: bool,
    /// Why it failed; `None` after success.
    pub error: Option<AppError>,
}

impl FormReturn {
    /// What was typed into `field`.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.as_str())
    }

    /// Everything that was typed or chosen under `field`, for fields that repeat.
    pub fn values<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.values
            .iter()
            .filter(move |(name, _)| name == field)
            .map(|(_, value)| value.as_str())
    }
}

/// What a request brings of it: `None` on an ordinary visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormReturned(pub Option<FormReturn>);
