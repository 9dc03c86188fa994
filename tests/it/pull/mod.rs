//! `lobu pull` and `lobu drift`, with the real binary.

mod consent;
mod corpus;
mod drift;
mod guards;
mod hostile;
mod killed;
mod laws;
mod lines;
mod links;
mod migration;
mod sensitive;
mod skill_entries;
mod story;
pub(crate) mod test_project;
