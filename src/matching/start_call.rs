//! How pages ask for a call to a partner. Ringing comes after matching, so it provides this as context.

use leptos::prelude::Callback;

use crate::accounts::model::PersonCard;

/// Opens the dialog that calls a partner.
#[derive(Clone, Copy)]
pub struct StartCall(pub Callback<PersonCard>);
