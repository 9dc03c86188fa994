//! `lobu pull` and `lobu drift`, with the real binary.

mod corpus;
mod killed;
mod laws;
mod scene;
mod story;
