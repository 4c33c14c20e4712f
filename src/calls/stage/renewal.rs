//! When the credentials of TURN servers are asked for anew.
//!
//! They are good for some minutes, and whoever looks for new paths with old ones finds none by way of a server. So a call that goes on renews
//! them in time, although it needs none at that moment.

use std::time::Duration;

/// How long to wait after an answer that did not come.
const AGAIN: Duration = Duration::from_secs(15);

/// Whether it is time: `valid_seconds` is for how long those that were given `age` ago are good (`None`: there are none), `asked` how long ago
/// others were asked for.
pub fn is_due(valid_seconds: Option<u32>, age: Duration, asked: Option<Duration>) -> bool {
    let Some(valid) = valid_seconds else { return false };
    age >= Duration::from_secs(valid.into()) / 2 && asked.is_none_or(|asked| asked >= AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_renewed_at_half_their_life_and_asked_for_again_at_leisure() {
        let due = |age, asked: Option<u64>| is_due(Some(600), Duration::from_secs(age), asked.map(Duration::from_secs));
        assert!(!due(299, None));
        assert!(due(300, None));
        assert!(!due(301, Some(1)), "just asked");
        assert!(due(316, Some(16)), "in vain, it seems");
        assert!(!is_due(None, Duration::from_secs(1_000_000), None), "nothing to renew");
    }
}
