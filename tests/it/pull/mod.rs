//! `lobu pull` and `lobu drift`, with the real binary.

mod corpus;
mod guards;
mod killed;
mod laws;
mod lines;
mod scene;
mod story;
