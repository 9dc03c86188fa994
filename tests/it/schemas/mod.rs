//! The schemas of project files accept what the readers accept, as far as form goes: files that are there, generated ones, and
//! mutants of these.

mod documents;
mod examples;
mod files;
mod generated;
mod mutants;
mod shared;
