//! Where a model file says something of a resource.

use crate::edit::yaml::{self, Entry, Node, Stream, YamlLimits};
use crate::model::Position;
use crate::schema::{Field, Form};

/// The documents of a model file.
pub(super) struct ModelFile(Stream);

impl ModelFile {
    pub(super) fn read(text: &str, limits: &YamlLimits) -> Self {
        Self(yaml::read(text, limits))
    }

    /// The mapping whose slug is at a position.
    pub(super) fn resource(&self, slug: &Position) -> Option<&Node> {
        self.0.documents.iter().find_map(|document| with_slug_at(&document.root, slug))
    }
}

fn with_slug_at<'n>(node: &'n Node, slug: &Position) -> Option<&'n Node> {
    let is_it = node.get("slug").is_some_and(|found| {
        let spot = found.spot();
        (spot.line, spot.column) == (slug.line, slug.column)
    });
    if is_it {
        return Some(node);
    }
    let elements = node.list().into_iter().flatten();
    let members = node.map().into_iter().flatten().map(|entry| &entry.value);
    elements.chain(members).find_map(|inner| with_slug_at(inner, slug))
}

/// The entry of a mapping that says something of a field, if perhaps in an old spelling.
pub(super) fn entry_of<'n>(node: &'n Node, field: &Field) -> Option<&'n Entry> {
    let old: &[&str] = match field.form {
        Form::Schema { old_keys, .. } => old_keys,
        _ => &[],
    };
    let entries = node.map()?;
    let find = |key: &str| entries.iter().find(|entry| entry.name() == key && !entry.value.is_null());
    [field.file].iter().chain(old).find_map(|key| find(key))
}
