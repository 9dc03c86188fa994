//! What people see on terminals of 80 and 120 columns: each snapshot was read as a reader would.

mod desk;
mod newcomer;
mod questions;
mod secrets;
mod verbs;
