//! Pages of profiles.
