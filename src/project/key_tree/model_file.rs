use crate::project::config::keys::TARGETS_OF_ENTRY;
use crate::project::models::keys::{AFTER_FIELDS, BUNDLE_VERSION, OLD_SCHEMA, before_fields};
use crate::schema::{Field, Form, Key, KeyForm, Kind, ModelFiles, Schema};

use super::Node;
use super::fields::Fields;

/// The keys of a bundle. Each of its lists says what a document of one type may have, too.
pub fn model_files(schema: &Schema) -> Node {
    let mut root = Node::table("", &[BUNDLE_VERSION], "A bundle of types");
    for kind in schema.kinds() {
        let Some(files) = kind.table().model_files else { continue };
        let key = Key::new(files.list, KeyForm::List { element: None, least: 0, most: None }, summary(kind));
        root.members.push(Node { members: vec![model_file(kind, files)], ..Node::of(key) });
    }
    root
}

/// The keys of one of a kind.
fn model_file(kind: Kind, files: &'static ModelFiles) -> Node {
    let mut root = Node::table("[]", &[], summary(kind));
    root.members.extend(before_fields(files).map(Node::of));
    for field in kind.table().fields.iter().filter(|field| !field.file.is_empty()) {
        let mut fields = Fields { root: &mut root, kind, judged: None, steps: &|file| Some(vec![file]) };
        fields.put(field, field.name, false);
        root.members.extend(old_keys(field).map(Node::of));
    }
    root.members.extend(files.by_target.then_some(TARGETS_OF_ENTRY).map(Node::of));
    root.members.extend(AFTER_FIELDS.map(Node::of));
    root
}

/// What old files have in the place of a field.
fn old_keys(field: &Field) -> impl Iterator<Item = Key> + use<> {
    let names: &[&str] = match field.form {
        Form::Schema { old_keys, .. } => old_keys,
        _ => &[],
    };
    OLD_SCHEMA.into_iter().filter(move |key| names.contains(&key.name))
}

fn summary(kind: Kind) -> &'static str {
    kind.table().summary.trim_end_matches('.')
}
