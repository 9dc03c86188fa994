//! The org in memory does what our server does, and laws 1, 2, 3 and 7 hold on it for a small project.

mod laws;
mod semantics;
mod small_project;
