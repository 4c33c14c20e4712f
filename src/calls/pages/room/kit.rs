//! What the parts of a page know that deal with the own devices, in a room or without one.

use leptos::prelude::*;

use super::Room;
use crate::accounts::model::PersonCard;
use crate::calls::browser::Driver;
use crate::calls::stage::Stage;

/// The own devices: how they are, and what acts on them.
#[derive(Clone, Copy)]
pub(super) struct Kit {
    pub(super) stage: Stage,
    pub(super) driver: Driver,
    partner: Option<StoredValue<PersonCard>>,
}

impl Kit {
    /// On a page without a room.
    pub(super) const fn alone(stage: Stage, driver: Driver) -> Self {
        Self {
            stage,
            driver,
            partner: None,
        }
    }

    /// The partner's display name, if there is one.
    pub(super) fn partner(self) -> Option<String> {
        self.partner
            .map(|partner| partner.with_value(|partner| partner.display_name.clone()))
    }
}

impl From<Room> for Kit {
    fn from(room: Room) -> Self {
        Self {
            stage: room.stage,
            driver: room.driver,
            partner: Some(room.partner),
        }
    }
}
