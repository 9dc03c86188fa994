//! The documents are snapshots of the code: what stands between two marks of a page is what the code says.
//!
//! With `UPDATE_DOCS` set the pages are rewritten instead of compared.

mod blocks;
mod carried;
mod comments;
mod guides;
mod keys;
mod links;
mod pages;
mod pictures;
mod skill;
mod workflows;
