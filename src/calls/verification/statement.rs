//! What is to be said of a signature under a connection.

/// What is known of the partner's signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signature {
    /// None has come yet, or it is being looked at.
    #[default]
    Waiting,
    /// None has come, though there was time. Somebody whose devices have signed before.
    Missing,
    /// The same of somebody whose devices are not known.
    Unsigned,
    /// By a device whose key this browser knows from an earlier call.
    Known,
    /// By the first device of theirs that this browser meets.
    First,
    /// By a device that this browser does not know, of somebody with others that it does.
    NewDevice,
    /// By a device that their account does not list.
    Unlisted,
    /// It is not what their browser sees: the connection was changed on its way.
    Forged,
}

impl Signature {
    /// Whether a warning stays on the page until the call is left.
    pub const fn is_alarming(self) -> bool {
        matches!(self, Self::Forged | Self::Missing)
    }

    /// Whether the key is one to be known from now on.
    pub const fn is_to_be_kept(self) -> bool {
        matches!(self, Self::First | Self::NewDevice)
    }

    /// What a signature says. `fits`: it is one over the connection as this side sees it, by the key that came with it. `known`: the partner's keys that
    /// this browser has met before. `listed`: those that the server names for them; `None` when it did not answer.
    pub fn judge(fits: bool, key: &str, known: &[String], listed: Option<&[String]>) -> Self {
        let is_in = |keys: &[String]| keys.iter().any(|one| one == key);
        if !fits {
            Self::Forged
        } else if is_in(known) {
            Self::Known
        } else if listed.is_some_and(|listed| !is_in(listed)) {
            Self::Unlisted
        } else if known.is_empty() {
            Self::First
        } else {
            Self::NewDevice
        }
    }

    /// What is said when another comes over the same connection. A browser signs once: what is known of it does not get better by a second time, so
    /// that nobody makes a new device a known one by signing again.
    pub const fn then(self, next: Self) -> Self {
        match (self, next) {
            (_, Self::Forged) => Self::Forged,
            (Self::Waiting | Self::Missing | Self::Unsigned, next) => next,
            (first, _) => first,
        }
    }

    /// What is to be said when none has come.
    pub const fn absent(is_partner_known: bool) -> Self {
        if is_partner_known {
            Self::Missing
        } else {
            Self::Unsigned
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_first_new_or_unlisted() {
        let keys = |of: &[&str]| of.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let (none, laptop, both) = (keys(&[]), keys(&["laptop"]), keys(&["laptop", "phone"]));
        assert_eq!(Signature::judge(true, "laptop", &none, Some(&laptop)), Signature::First);
        assert_eq!(
            Signature::judge(true, "laptop", &laptop, Some(&laptop)),
            Signature::Known
        );
        assert_eq!(
            Signature::judge(true, "phone", &laptop, Some(&both)),
            Signature::NewDevice
        );
        assert_eq!(
            Signature::judge(true, "phone", &laptop, Some(&laptop)),
            Signature::Unlisted
        );
        assert_eq!(Signature::judge(true, "phone", &laptop, None), Signature::NewDevice);
        // The oldest keys give way on the server; whom this browser has met it knows all the same.
        assert_eq!(Signature::judge(true, "laptop", &laptop, Some(&none)), Signature::Known);
        // Whatever the server lists: a signature over another connection is none.
        for known in [&none, &laptop] {
            assert_eq!(Signature::judge(false, "laptop", known, Some(&both)), Signature::Forged);
        }
        // The second one over a connection.
        assert_eq!(Signature::Waiting.then(Signature::Known), Signature::Known);
        assert_eq!(
            Signature::Missing.then(Signature::Known),
            Signature::Known,
            "it was late"
        );
        assert_eq!(Signature::NewDevice.then(Signature::Known), Signature::NewDevice);
        assert_eq!(Signature::Unlisted.then(Signature::Known), Signature::Unlisted);
        assert_eq!(Signature::Known.then(Signature::Forged), Signature::Forged);
        assert_eq!(Signature::Forged.then(Signature::Known), Signature::Forged);
        assert!(Signature::Forged.is_alarming() && Signature::absent(true).is_alarming());
        assert!(!Signature::NewDevice.is_alarming() && !Signature::absent(false).is_alarming());
        assert!(!Signature::Unlisted.is_to_be_kept() && !Signature::Forged.is_to_be_kept());
    }
}
