//! What a target says of what model files declare: `[targets.<name>.watchers.<slug>]`.

use crate::edit::NodePath;
use crate::model::{Diagnostic, Family, Severity};
use crate::project::config::reader::Reader;
use crate::project::config::section::Section;
use crate::project::config::types::{ModelOverlay, OverlaidValue};
use crate::schema::{Field, Kind, ResourceKey, Schema};

/// The kinds of model files of which something may differ by target, by the key of their table.
pub(super) fn kinds(schema: &Schema) -> impl Iterator<Item = (&'static str, Kind)> + '_ {
    let lists = schema.kinds().filter_map(|kind| Some((kind.model_files?.list, kind)));
    lists.filter(|(_, kind)| kind.fields.iter().any(|field| field.per_target))
}

/// The keys of a target's table that are such tables.
pub(in crate::project::config) fn keys(schema: &Schema) -> Vec<&'static str> {
    kinds(schema).map(|(list, _)| list).collect()
}

/// Reads the tables; which slugs there are, and what a value may be, is known once the model files are read.
pub(super) fn read(
    schema: &Schema,
    reader: &mut Reader<'_>,
    target: &Section<'_>,
    name: &str,
) -> (Vec<ModelOverlay>, Vec<OverlaidValue>) {
    let (mut overlays, mut places) = (Vec::new(), Vec::new());
    for (list, kind) in kinds(schema) {
        let Some(mut table) = reader.table(target, list, target.path.key(list)) else { continue };
        table.family = Family::Memory;
        for (slug, field) in table.fields() {
            let Some(section) = reader.section_of(table.path.key(slug), table.family, &field) else { continue };
            let mut values = Vec::new();
            check_keys(reader, kind, &section);
            for field in kind.fields.iter().filter(|field| field.per_target) {
                let Some(text) = reader.text(&section, field.file) else { continue };
                places.push(OverlaidValue {
                    key: ResourceKey::new(kind, slug),
                    file_path: field.file.to_owned(),
                    shared: None,
                    place: NodePath::of(["targets", name, list, slug, field.file]),
                    position: text.position.clone(),
                    // What the model file says is filled in with the model files at hand.
                    hides: None,
                });
                values.push((field, text));
            }
            overlays.push(ModelOverlay { kind, slug: reader.spanned(slug.to_owned(), &field.key_span), values });
        }
    }
    (overlays, places)
}

fn check_keys(reader: &mut Reader<'_>, kind: Kind, section: &Section<'_>) {
    let of = |wanted: fn(&Field) -> bool| -> Vec<&'static str> {
        kind.fields.iter().filter(|field| !field.file.is_empty() && wanted(field)).map(|field| field.file).collect()
    };
    let (allowed, shared) = (of(|field| field.per_target), of(|field| !field.per_target));
    for (name, field) in section.fields() {
        if name == "targets" || shared.contains(&name) {
            let message = format!("`{}` cannot differ by target", section.path.key(name));
            let diagnostic = Diagnostic::new(Severity::Error, section.family, "not-per-target", message);
            let hint = format!("a target can set here: {}", allowed.join(", "));
            reader.report(&field.key_span, diagnostic.hint(hint));
        } else if !allowed.contains(&name) {
            reader.unknown_key(section, name, &field, &allowed, &[]);
        }
    }
    if section.is_empty() {
        let message = format!("`{}` changes nothing", section.path);
        let diagnostic = Diagnostic::new(Severity::Warning, section.family, "overlay-without-effect", message);
        reader.report(&section.span, diagnostic.hint("remove it"));
    }
}
