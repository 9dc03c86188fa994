//! Literals of the files, where the server hides what it has.

mod elsewhere;
mod ours;
mod project;
