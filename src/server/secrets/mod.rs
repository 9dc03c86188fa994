//! The secrets of an organization: names that documents refer to, and values
//! that go in and never come out.
//!
//! A secret has a version: a whole number that the list shows, and that no other write of the name ever has again, not even
//! after a delete. A `rotate` or `delete` may say in `ifVersion` which version it is about; if another one is stored, the
//! batch is refused with 409 `changed`, the name, and nothing is written. So who decided by a list that is old by now does
//! not undo the work of somebody else. Without `ifVersion` the last one wins.

mod audit;
mod batch;
mod manage;
mod reference;
mod rows;
mod uses;

pub use audit::SecretAuditEntry;
pub(super) use audit::list as list_audit;
pub(super) use batch::Batch;
pub(super) use reference::{is_reference, is_secret_name, name_of, refuse_partial_reference, refuse_reference};
pub(super) use rows::{exists, list, names, open};
