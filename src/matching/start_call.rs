//! How pages ask for a call to a partner, and learn that one is going on. Ringing and calls come after matching, so they provide
//! these as contexts.

use leptos::prelude::{Callback, RwSignal};

use crate::accounts::model::PersonCard;
use crate::kernel::id::UserId;
use crate::matching::model::RoomId;

/// Opens the dialog that calls a partner.
#[derive(Clone, Copy)]
pub struct StartCall(pub Callback<PersonCard>);

/// The partner whom the reader is in a call with, in this tab or another, and the room.
#[derive(Clone, Copy)]
pub struct InCallWith(pub RwSignal<Option<(UserId, RoomId)>>);
