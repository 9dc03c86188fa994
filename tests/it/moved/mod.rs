//! What moves between the plan and its write is not overwritten.

mod at_once;
mod cases;
mod counts;
