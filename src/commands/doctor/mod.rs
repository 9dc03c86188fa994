//! `lobu doctor`: gathers facts, has them checked, shows what was found.

mod accounts;
mod aim;
mod bundle;
mod command;
mod embedded;
mod files;
mod mend;
mod online;

pub use command::{DoctorArgs, run};
