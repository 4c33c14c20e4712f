//! Typed identifiers. A `UserId` cannot be passed where a `CallId` is meant.

/// Defines a newtype over [`uuid::Uuid`] that reads and writes as the usual hyphenated text.
///
/// Keys of rows are UUIDv7 (`new_at`), so that they sort by the time of their creation; names that must not be guessed
/// are UUIDv4 (`random`).
#[macro_export]
macro_rules! define_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// Wraps an existing value, as read from a database or an address.
            pub const fn from_uuid(value: uuid::Uuid) -> Self {
                Self(value)
            }

            /// The value inside.
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }

            /// A new key that sorts after the keys made before `now`.
            #[cfg(feature = "ssr")]
            pub fn new_at(now: $crate::kernel::time::Micros) -> Self {
                let (seconds, nanos) = now.seconds_and_nanos();
                Self(uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos)))
            }

            /// A new name that cannot be guessed (122 random bits).
            #[cfg(feature = "ssr")]
            pub fn random() -> Self {
                Self(uuid::Uuid::new_v4())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

define_id! {
    /// A person. The ground knows people only by this: sockets, presence and limits are kept per `UserId`.
    UserId
}

define_id! {
    /// One open socket of one tab, named by the server that accepted it.
    ConnectionId
}

#[cfg(test)]
mod tests {
    use super::UserId;
    use std::str::FromStr as _;

    #[test]
    fn an_id_reads_back_what_it_wrote_and_refuses_anything_else() {
        let text = "0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5e";
        assert_eq!(UserId::from_str(text).unwrap().to_string(), text);
        assert_eq!(
            serde_json::to_string(&UserId::from_str(text).unwrap()).unwrap(),
            format!("\"{text}\"")
        );
        for wrong in [
            "",
            "1",
            "0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5",
            "../../etc/passwd",
            "0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5eé",
        ] {
            assert!(UserId::from_str(wrong).is_err(), "{wrong:?} was taken for an id");
        }
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn later_keys_sort_after_earlier_ones() {
        use crate::kernel::time::Micros;
        let earlier = UserId::new_at(Micros::from_millis(1_700_000_000_000));
        let later = UserId::new_at(Micros::from_millis(1_700_000_000_001));
        assert!(earlier < later);
    }
}
