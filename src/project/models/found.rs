use crate::model::{Diagnostic, Position, TypeSlug};
use crate::schema::{Kind, Resource};

/// The end of a rule: the kind that model files should declare it as, its slug, and where it stands.
pub(super) type End = (Kind, TypeSlug, Position);

/// What one model file declares.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) resources: Vec<FoundResource>,
    /// Every slug that stands in the file, also of types with errors, so that these do not lead to more.
    pub(super) slugs: Vec<FoundSlug>,
    /// Texts that the server would store in another form.
    pub(super) rewritten: Vec<Rewritten>,
    /// Types with `metadata`, which no server takes.
    pub(super) with_metadata: usize,
    /// Whether the file could not be read to its end.
    pub(super) is_broken: bool,
    pub(super) diagnostics: Vec<Diagnostic>,
}

#[derive(Debug)]
pub(super) struct FoundSlug {
    pub(super) kind: Kind,
    /// One of the kind, with its article.
    pub(super) one: &'static str,
    pub(super) slug: TypeSlug,
    pub(super) position: Position,
}

#[derive(Debug)]
pub(super) struct FoundResource {
    pub(super) resource: Resource,
    /// The ends of its rules, which may be unknown.
    pub(super) ends: Vec<End>,
}

#[derive(Debug)]
pub(super) struct Rewritten {
    pub(super) written: String,
    pub(super) stored: TypeSlug,
    pub(super) position: Position,
}
