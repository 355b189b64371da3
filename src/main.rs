//! The `creditscope` command.
fn main() {}
