//! `lobu secrets push`, `list` and `delete`, with the real binary.

mod concurrency;
mod delete;
mod flags;
mod other_servers;
mod prompt;
mod provider_keys;
mod rotation;
mod site;
mod sources;
mod targets;
mod whole;
