//! The browser's side as the server knows it: no device is ever asked here, this only lets views name it.

use super::model::Failure;

/// See the browser's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// By the browser's own dialog.
    Dialog,
    /// Among what a field can be filled in with.
    Autofill,
}

/// See the browser's side.
#[derive(Clone, Copy, Debug)]
pub struct Asking;

impl Asking {
    /// Nothing is asked.
    pub const fn new() -> Self {
        Self
    }

    /// In the browser: gives up what is asked.
    pub const fn give_up(self) {}

    /// Never.
    pub const fn next(self) -> Option<Question> {
        None
    }
}

/// See the browser's side.
#[derive(Debug)]
pub struct Question;

impl Question {
    /// Never.
    ///
    /// # Errors
    /// Always.
    pub async fn make(self, _options: &str) -> Result<String, Failure> {
        Err(Failure::Unable)
    }

    /// Never.
    ///
    /// # Errors
    /// Always.
    pub async fn show(self, _options: &str, _offer: Offer) -> Result<String, Failure> {
        Err(Failure::Unable)
    }
}

/// Never.
pub async fn can_autofill() -> bool {
    false
}
