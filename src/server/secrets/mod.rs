//! The secrets of an organisation (org-api 5.12; decisions K2, K5, O2, O3, V3): names that documents refer to, and values
//! that go in and never come out.

mod audit;
mod batch;
mod body;
mod manage;
mod reference;
mod rows;
mod uses;

pub use audit::SecretAuditEntry;
pub(super) use audit::list as list_audit;
pub(super) use batch::Batch;
pub(super) use reference::{is_reference, is_secret_name, name_of};
pub(super) use rows::{exists, list, names, open};
