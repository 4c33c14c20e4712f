//! What pages know of somebody's second factor.

use serde::{Deserialize, Serialize};

use crate::kernel::time::LocalTime;

/// How many recovery codes there are at first.
pub const RECOVERY_CODES: usize = 10;
/// With so many left, or fewer, it is time for new ones.
pub const FEW_CODES: u32 = 3;

/// How things stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Since when it is on; `None` while it is off.
    pub since: Option<LocalTime>,
    /// How many recovery codes are left.
    pub codes_left: u32,
}

impl Standing {
    /// Whether it is on and the recovery codes are about to run out.
    pub const fn is_short_of_codes(&self) -> bool {
        self.since.is_some() && self.codes_left <= FEW_CODES
    }
}

/// What the page that changes it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// The person has to show first who they are.
    ConfirmFirst,
    /// It is off.
    Off,
    /// It is being set up.
    Offer(Offer),
    /// Recovery codes that were just made.
    Codes(Vec<String>),
    /// It is on.
    On(Standing),
}

/// What an authenticator has to know, before it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The key in base32 (RFC 4648), in groups of four.
    pub key: String,
    /// The same as an address that authenticators open.
    pub link: String,
    /// The address as a picture.
    pub qr: QrCode,
}

/// A QR code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrCode {
    /// How many modules it is wide and high.
    pub size: u32,
    /// Its dark modules as the path of an SVG, one unit for each.
    pub path: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock;
    use crate::kernel::time::Micros;

    #[test]
    fn three_codes_are_few_where_it_is_on() {
        let now = Micros::from_millis(1_777_885_200_000);
        let since = Some(clock::local(now, now, "UTC"));
        for (since, codes_left, is_short) in [(since, 4, false), (since, 3, true), (since, 0, true), (None, 0, false)] {
            assert_eq!(
                Standing { since, codes_left }.is_short_of_codes(),
                is_short,
                "{codes_left}"
            );
        }
    }
}
