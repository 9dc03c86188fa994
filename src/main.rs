//! The `lobu` command.

fn main() {}
