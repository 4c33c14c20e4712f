//! The roles.

use serde::{Deserialize, Serialize};

/// What somebody may: each role may what those before it may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// What everybody may.
    #[default]
    Member,
    /// Sees to how people treat each other.
    Moderator,
    /// Sees to the installation.
    Admin,
}

impl Role {
    /// Every role, the one that may least first.
    pub const ALL: [Self; 3] = [Self::Member, Self::Moderator, Self::Admin];

    /// The name on the command line and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn each_may_what_those_before_it_may_and_has_a_name() {
        assert!(Role::ALL.is_sorted_by(|one, next| one < next));
        assert_eq!(Role::default(), Role::Member);
        for role in Role::ALL {
            assert_eq!(Role::parse(role.name()), Some(role));
        }
        for name in ["", "Admin", "root", "admin "] {
            assert_eq!(Role::parse(name), None, "{name:?}");
        }
    }
}
