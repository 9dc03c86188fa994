//! Entries, differences and what an org has: every kind and every shape, by the tables of kinds.

mod difference;
mod org;

use std::collections::BTreeMap;

use crate::model::{FieldPath, Position, Value};
use crate::schema::{ALL, Declaration, Declarations, EntryKey, Field, Kind, Shape};

use super::entries::{Entry, entries};
use super::{Origin, Said, ShownField};

/// Every place at which a kind may declare a leaf, with what declares it.
fn places(kind: Kind, leaf: &Declaration) -> Vec<(FieldPath, Declarations)> {
    let of_root = |root: &'static Field| {
        let found = nested(&FieldPath::member(root.name), root, leaf);
        found.into_iter().map(move |(path, declared)| (path, Declarations::from_iter([(root, declared)])))
    };
    kind.table().fields.iter().flat_map(of_root).collect()
}

fn nested(path: &FieldPath, field: &Field, leaf: &Declaration) -> Vec<(FieldPath, Declaration)> {
    let table = |name: &str, declared| Declaration::Table(BTreeMap::from([(name.to_owned(), declared)]));
    let within = |name: &'static str, found: Vec<(FieldPath, Declaration)>| {
        found.into_iter().map(move |(path, declared)| (path, table(name, declared)))
    };
    let of_members = |path: &FieldPath, members: &'static [Field]| -> Vec<(FieldPath, Declaration)> {
        let of_member = |member: &'static Field| within(member.name, nested(&path.join(member.name), member, leaf));
        members.iter().flat_map(of_member).collect()
    };
    match field.shape {
        Shape::Table(members) => of_members(path, members),
        Shape::Map(entries) => within("one.of", nested(&path.join("one.of"), &entries.entry, leaf)).collect(),
        Shape::Config { .. } => vec![(path.join("key"), table("key", leaf.clone()))],
        Shape::Keyed(keyed) => {
            let key = EntryKey(keyed.key.iter().map(|part| format!("a-{part}")).collect());
            let step = path.join(key.step());
            let all = of_members(&step, keyed.entry).into_iter().chain([(step, Declaration::Table(BTreeMap::new()))]);
            all.map(|(path, entry)| (path, Declaration::Keyed(vec![(key.clone(), entry)]))).collect()
        }
        Shape::Leaf(_) | Shape::Pairs(_) => vec![(path.clone(), leaf.clone())],
    }
}

fn declared_of(kind: Kind, declared: &Declarations) -> Vec<Entry> {
    entries(kind, declared).into_iter().filter(|entry| !entry.is_default).collect()
}

#[test]
fn every_leaf_of_every_kind_is_an_entry_once() {
    let value = Value::known("text");
    for (leaf, said) in [(Declaration::Leaf(value.clone()), Said::Value(value)), (Declaration::Clear, Said::Cleared)] {
        for kind in ALL.kinds() {
            let places = places(kind, &leaf);
            assert!(places.len() >= kind.table().fields.len(), "{kind}");
            for (path, declared) in places {
                let found = declared_of(kind, &declared);
                let paths: Vec<_> = found.iter().map(|entry| &entry.path).collect();
                assert_eq!(paths, [&path], "{kind}");
                let is_as_said = found.iter().all(|entry| entry.said == said || entry.said == Said::Entry);
                assert!(is_as_said, "{kind} {path}: {found:?}");
            }
        }
    }
}

#[test]
fn what_the_server_sets_is_an_entry_where_nothing_is_declared() {
    let mut count = 0;
    for kind in ALL.kinds() {
        let defaults: BTreeMap<FieldPath, Said> = entries(kind, &Declarations::default())
            .into_iter()
            .map(|entry| {
                assert!(entry.is_default, "{kind} {}", entry.path);
                (entry.path, entry.said)
            })
            .collect();
        for (path, declared) in places(kind, &Declaration::Clear) {
            let field = crate::schema::field_at(kind, &path);
            let default = field.and_then(Field::default_value);
            // An entry that is not there has no defaults.
            let is_in_entry = path.steps().len() > 1 && !defaults.contains_key(&path);
            if let Some(value) = default.filter(|_| !is_in_entry) {
                assert_eq!(defaults.get(&path), Some(&Said::Value(value.clone())), "{kind} {path}");
                assert!(field.is_some_and(|field| field.is_default(&value)) || matches!(value, Value::List(_)));
                let found = entries(kind, &declared);
                let said: Vec<_> = found.iter().filter(|entry| entry.path == path).map(|entry| &entry.said).collect();
                assert_eq!(said, [&Said::Cleared], "{kind} {path}");
                count += 1;
            }
        }
        let is_default = |field: &&Field| field.default.is_some();
        let with_default = kind.table().fields.iter().filter(is_default).count();
        assert!(defaults.len() >= with_default, "{kind}");
    }
    assert!(count >= 5, "{count}");
}

#[test]
fn what_the_schema_does_not_know_is_an_entry_too() {
    let kind = crate::schema::kinds::SETTINGS;
    let leaf = Declaration::known("x");
    let unknown = Declaration::Table(BTreeMap::from([("unheard of".to_owned(), leaf.clone())]));
    for root in kind.table().fields {
        let declared = Declarations::from_iter([(root, unknown.clone())]);
        let [found] = declared_of(kind, &declared).try_into().unwrap();
        assert_eq!(found.path, FieldPath::member(root.name).join("unheard of"));
    }
}

#[test]
fn an_empty_table_or_list_is_an_entry() {
    let kind = crate::schema::kinds::SETTINGS;
    for (root, empty) in [
        (crate::schema::kinds::settings::MCP_SERVERS, Declaration::Table(BTreeMap::new())),
        (crate::schema::kinds::settings::PROVIDERS, Declaration::Keyed(Vec::new())),
    ] {
        let found = declared_of(kind, &Declarations::from_iter([(root, empty)]));
        assert_eq!(
            found.iter().map(|entry| (&entry.path, &entry.said)).collect::<Vec<_>>(),
            [(&FieldPath::member(root.name), &Said::Entry)]
        );
    }
}

fn list(origins: &[Option<&str>]) -> (Vec<Value>, ShownField) {
    let own = Origin::File(Position::file("lobu.toml"));
    let origin = |skill: Option<&str>| match skill {
        Some(name) => Origin::Skill { name: name.to_owned(), file: None },
        None => own.clone(),
    };
    let elements: Vec<Value> = (0..origins.len()).map(|number| Value::known(number.to_string())).collect();
    let field = ShownField {
        path: FieldPath::member("x"),
        said: Said::Value(Value::List(elements.clone())),
        origin: Some(own.clone()),
        elements: origins.iter().copied().map(origin).collect(),
    };
    (elements, field)
}

#[test]
fn elements_from_one_place_stand_together() {
    let table: [(&[Option<&str>], &[usize]); 4] = [
        (&[None, None, Some("a"), Some("a"), Some("b"), None], &[2, 2, 1, 1]),
        (&[Some("a")], &[1]),
        (&[None, Some("a"), None], &[1, 1, 1]),
        (&[], &[]),
    ];
    for (origins, lengths) in table {
        let (elements, field) = list(origins);
        let runs = field.runs(&elements);
        assert_eq!(runs.iter().map(|(run, _)| run.len()).collect::<Vec<_>>(), lengths);
        assert_eq!(
            runs.iter().flat_map(|(run, _)| run.iter()).collect::<Vec<_>>(),
            elements.iter().collect::<Vec<_>>()
        );
    }
    let (elements, field) = list(&[None, None]);
    let field = ShownField { elements: Vec::new(), ..field };
    let [(run, origin)] = field.runs(&elements).try_into().unwrap();
    assert_eq!((run.len(), origin), (2, field.origin.as_ref()));
}
