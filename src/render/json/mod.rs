//! What machines read: version 1 of the JSON of plans, applies and errors (P2).

mod document;
mod schema;
#[cfg(test)]
mod tests;
mod value;
mod write;

pub use document::{
    ActionWord, Change, Counts, Diagnosis, ErrorDocument, ErrorObject, FailedRow, Field, FieldWord, KindWord, Need,
    OnlyWord, Outcomes, PlanDocument, Problem, RowName, SecretUse, SeverityWord, Target, Undeclared, UnknownRow,
};
pub use schema::schema;
pub use write::{JsonTarget, JsonView, apply, error, plan};
