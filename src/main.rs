//! The `speakle` program.

fn main() {}
