//! What holds of every project that is shown.

use std::collections::BTreeSet;
use std::path::Path;

use lobu::model::{FieldPath, Position};
use lobu::plan::Selection;
use lobu::schema::{Declaration, Form, Resource, field_at, file_leaf};
use lobu::show::{Origin, Said, Shown, ShownField, differences};
use proptest::prelude::*;

use crate::support::generator::{ProjectFiles, TARGET, overlaid, project};
use crate::support::project::desired_of;
use crate::support::showing::{show_in, targets};

/// The paths of everything that a resource declares, read off without its schema.
fn leaves(resource: &Resource) -> Vec<FieldPath> {
    fn collect(path: &FieldPath, declared: &Declaration, found: &mut Vec<FieldPath>) {
        let before = found.len();
        match declared {
            Declaration::Clear | Declaration::Leaf(_) => {}
            Declaration::Table(members) => {
                for (name, member) in members {
                    collect(&path.join(name), member, found);
                }
            }
            Declaration::Keyed(entries) => {
                for (key, entry) in entries {
                    collect(&path.join(key.step()), entry, found);
                }
            }
        }
        if found.len() == before {
            found.push(path.clone());
        }
    }
    let mut found = Vec::new();
    for (field, declared) in resource.declared.iter() {
        collect(&FieldPath::member(field.name), declared, &mut found);
    }
    found
}

/// Whether an entry is one that no field of the resource declares: an id, the key of a provider, or a default.
fn is_beside(field: &ShownField, shown: &Shown) -> bool {
    match field.path.steps() {
        [id] if id == "id" => shown.key.kind.field("id").is_none(),
        [providers, _, key] => providers == "installedProviders" && key == "key",
        _ => false,
    }
}

fn check(resource: &Resource, shown: &Shown, directory: &Path) {
    let paths: BTreeSet<&FieldPath> = shown.fields.iter().map(|field| &field.path).collect();
    assert_eq!(paths.len(), shown.fields.len(), "{}: an entry is named twice", shown.key);
    let declared = leaves(resource);
    for path in &declared {
        assert!(paths.contains(path), "{}: {path} is not shown", shown.key);
    }
    for field in &shown.fields {
        let ShownField { path, said, origin, elements } = field;
        let origin = origin.as_ref().expect("what a project says is from somewhere");
        if !declared.contains(path) && !is_beside(field, shown) {
            let default = field_at(shown.key.kind, path).and_then(lobu::schema::Field::default_value);
            assert_eq!(*said, Said::Value(default.unwrap_or_else(|| panic!("{}: {path}", shown.key))));
            assert_eq!(*origin, Origin::Default);
        }
        for origin in elements.iter().chain([origin]) {
            check_origin(resource, path, origin, directory);
        }
    }
}

/// A line names what it is said to say, and a skill is there.
fn check_origin(resource: &Resource, path: &FieldPath, origin: &Origin, directory: &Path) {
    let key = &resource.key;
    match origin {
        Origin::Default => {}
        Origin::Skill { name, file } => {
            let file = file.as_ref().unwrap_or_else(|| panic!("{key}: {path}: no skill {name}"));
            assert!(directory.join(file).is_file(), "{key}: {path}: {file}");
        }
        Origin::File(position) if position.line == 0 => {
            assert!(directory.join(&position.file).is_file(), "{key}: {path}: {position:?}");
        }
        Origin::File(position) | Origin::Target { position, .. } => {
            assert_ne!(*position, resource.position, "{key}: {path} has no place of its own");
            let line = line_at(directory, position);
            // The text of a skill is whatever it is.
            let is_text = path.leaf() == "content";
            let old_keys = match field_at(key.kind, path).map(|field| field.form) {
                Some(Form::Schema { old_keys, .. }) => old_keys,
                _ => &[],
            };
            let leaf = file_leaf(key.kind, path);
            let is_named = old_keys.iter().chain([&leaf.as_str()]).any(|name| line.contains(name));
            assert!(is_text || is_named, "{key}: {path}: {position:?}: {line}");
        }
    }
}

fn line_at(directory: &Path, position: &Position) -> String {
    let text = std::fs::read_to_string(directory.join(&position.file)).expect("the file");
    let line = usize::try_from(position.line).expect("a line") - 1;
    text.lines().nth(line).unwrap_or_else(|| panic!("{position:?}")).to_owned()
}

/// Holds the project, as it is written and in each of its targets, to what holds of all.
pub(super) fn check_all(directory: &Path) {
    // It has no errors.
    drop(desired_of(directory));
    let names = targets(directory);
    for target in names.iter().map(|name| Some(name.as_str())).chain([None]) {
        let (desired, all) = show_in(directory, &Selection::default(), target);
        let keys: Vec<_> = all.iter().map(|shown| &shown.key).collect();
        assert_eq!(keys, desired.all().map(|resource| &resource.key).collect::<Vec<_>>());
        desired.all().zip(&all).for_each(|(resource, shown)| check(resource, shown, directory));
        let of_target =
            |origin: &Origin| matches!(origin, Origin::Target { name, .. } if Some(name.as_str()) == target);
        let origins = all.iter().flat_map(|shown| &shown.fields).filter_map(|field| field.origin.as_ref());
        assert!(origins.filter(|origin| matches!(origin, Origin::Target { .. })).all(of_target));
    }
}

fn written(project: &ProjectFiles) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    project.write_to(directory.path());
    directory
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_declared_leaf_is_named_once_with_its_place(project in project()) {
        check_all(written(&project).path());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_target_is_shown_as_if_it_were_written_by_hand(overlaid in project().prop_flat_map(overlaid)) {
        let (project, by_hand) = (written(&overlaid.project), written(&overlaid.by_hand));
        check_all(project.path());
        let shown = |directory: &Path, target| show_in(directory, &Selection::default(), target).1;
        let in_target = shown(project.path(), Some(TARGET));
        prop_assert_eq!(differences(&in_target, &shown(by_hand.path(), None)), []);
        // What differs from the rest of the project is what the target sets.
        for found in differences(&shown(project.path(), None), &in_target) {
            prop_assert_eq!(found.only_in, None);
            for field in found.fields {
                let origin = field.second.and_then(|field| field.origin);
                prop_assert!(matches!(origin, Some(Origin::Target { .. })), "{}: {}: {origin:?}", found.key, field.path);
            }
        }
    }
}

#[test]
fn every_fixture_is_shown_whole() {
    for name in ["bundle", "everything", "first-generation", "support-desk"] {
        check_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects").join(name));
    }
}
