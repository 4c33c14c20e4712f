//! Pages of matching.
