//! What an org has, as it is shown.

use std::collections::BTreeMap;

use crate::desired::DesiredState;
use crate::model::{Family, FieldPath, Position, SecretName, Text, Value};
use crate::org::{ActualState, HiddenValues, SecretsProbe};
use crate::plan::{Selection, Selector};
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, SETTINGS, platform, settings};
use crate::schema::{
    ALL, Declaration, Declarations, Field, Generation, Kind, Leaf, Pair, Record, Records, Resource, ResourceKey,
    ServerTraits, Shape, StoredPair,
};

use super::super::{OfOrg, Said, of_org};

fn actual(records: impl IntoIterator<Item = (Kind, &'static str, Record)>) -> ActualState {
    let mut by_kind: BTreeMap<Kind, Records> = ALL.kinds().map(|kind| (kind, Records::default())).collect();
    for (kind, id, record) in records {
        by_kind.entry(kind).or_default().own.insert(id.to_owned(), record);
    }
    ActualState {
        server: ServerTraits::of(Generation::Ours, None),
        secrets: SecretsProbe::Present(None),
        records: by_kind,
        hidden: HiddenValues::Unasked,
    }
}

fn declared(kind: Kind, id: &str, declared: Declarations) -> Resource {
    Resource { declared, ..Resource::new(ResourceKey::new(kind, id), Position::file("lobu.toml")) }
}

fn desired(resources: impl IntoIterator<Item = Resource>) -> DesiredState {
    let mut state = DesiredState::of_families([Family::Agents, Family::Memory]);
    resources.into_iter().for_each(|resource| state.push(resource));
    state
}

fn selected(selectors: &[&str]) -> Selection {
    let selectors = selectors.iter().map(|text| Selector::parse(text).unwrap()).collect();
    Selection { only: None, selectors }
}

/// Every place of a kind at which an org may have a text, with a record that has it there, and whether it is shown.
fn places(kind: Kind, text: &Value) -> Vec<(FieldPath, Record, bool)> {
    let mut found = Vec::new();
    for root in kind.table().fields {
        if let Shape::Pairs(_) = root.shape {
            let pair = Pair { first: "a".to_owned(), second: "b".to_owned() };
            let mut record = Record::default();
            record.pairs.set(root, vec![StoredPair { handle: 1.into(), pair }]);
            found.push((FieldPath::member(root.name), record, true));
            continue;
        }
        for (path, value, is_shown) in nested(&FieldPath::member(root.name), root, text) {
            // What a member has by itself is not shown; what a resource has is.
            let is_shown = is_shown || matches!(root.shape, Shape::Leaf(Leaf::Kept));
            let mut record = Record::default();
            record.values.set(root, value);
            found.push((path, record, is_shown));
        }
    }
    found
}

fn nested(path: &FieldPath, field: &Field, text: &Value) -> Vec<(FieldPath, Value, bool)> {
    let within = |name: &str, inner: Vec<(FieldPath, Value, bool)>| -> Vec<(FieldPath, Value, bool)> {
        let map = |value| Value::Map(BTreeMap::from([(name.to_owned(), value)]));
        inner.into_iter().map(|(path, value, is_shown)| (path, map(value), is_shown)).collect()
    };
    match field.shape {
        Shape::Table(members) => members
            .iter()
            .flat_map(|member| within(member.name, nested(&path.join(member.name), member, text)))
            .collect(),
        Shape::Map(entries) => within("one.of", nested(&path.join("one.of"), &entries.entry, text)),
        Shape::Config { .. } => within("key", vec![(path.join("key"), text.clone(), true)]),
        Shape::Keyed(keyed) => {
            let key: BTreeMap<String, Value> =
                keyed.key.iter().map(|part| ((*part).to_owned(), Value::known("x"))).collect();
            let step = path.join("x");
            let members = keyed.entry.iter();
            let members = members.flat_map(|member| within(member.name, nested(&step.join(member.name), member, text)));
            let entry = |(path, value, is_shown): (FieldPath, Value, bool)| {
                let members = value.as_map().cloned().unwrap_or_default();
                let element = Value::Map(members.into_iter().chain(key.clone()).collect());
                (path, Value::List(vec![element]), is_shown)
            };
            members.map(entry).collect()
        }
        Shape::Leaf(leaf) => {
            let is_shown = !matches!(leaf, Leaf::Kept | Leaf::SentOnly | Leaf::Noted);
            vec![(path.clone(), text.clone(), is_shown)]
        }
        Shape::Pairs(_) => Vec::new(),
    }
}

fn one(found: OfOrg) -> Vec<(FieldPath, Said)> {
    let [shown] = found.resources.try_into().unwrap();
    assert!(!shown.is_missing);
    shown.fields.into_iter().map(|field| (field.path, field.said)).filter(|(_, said)| *said != Said::Entry).collect()
}

#[test]
fn every_field_of_every_kind_is_shown_where_the_files_declare_it_or_somebody_looks() {
    let text = Value::known("text of the org");
    for kind in ALL.kinds() {
        for (path, record, is_shown) in places(kind, &text) {
            let of = |resource: Resource, org_values| {
                let actual = actual([(kind, "a", record.clone())]);
                one(of_org(&desired([resource]), &actual, &Selection::default(), org_values))
            };
            let value =
                if record.pairs.is_empty() { text.clone() } else { Value::List(vec![Value::known_list(["a", "b"])]) };
            let expected = |said: Said| if is_shown { vec![(path.clone(), said)] } else { Vec::new() };
            let unsaid = declared(kind, "a", Declarations::default());
            assert_eq!(of(unsaid.clone(), true), expected(Said::Value(value.clone())), "{kind} {path}");
            assert_eq!(of(unsaid, false), expected(Said::Withheld), "{kind} {path}");
        }
        for (path, said) in super::places(kind, &Declaration::known("text of the files")) {
            let Some((_, record, _)) = places(kind, &text).into_iter().find(|(other, ..)| *other == path) else {
                continue;
            };
            let actual = actual([(kind, "a", record)]);
            let shown = one(of_org(&desired([declared(kind, "a", said)]), &actual, &Selection::default(), false));
            assert!(shown.iter().all(|(_, said)| matches!(said, Said::Value(_))), "{kind} {path}: {shown:?}");
        }
    }
}

#[test]
fn a_secret_of_the_org_stays_hidden_and_a_literal_of_the_files_does_not() {
    let name = SecretName::parse("TOKEN").unwrap();
    let table = |value| Declaration::Table(BTreeMap::from([("key".to_owned(), Declaration::Leaf(value))]));
    let shown = |said: Value, had: Value| -> Value {
        let resource = declared(PLATFORM, "a/b", Declarations::from_iter([(platform::CONFIG, table(said))]));
        let mut record = Record::default();
        record.values.set(platform::CONFIG, Value::Map(BTreeMap::from([("key".to_owned(), had)])));
        let found = of_org(&desired([resource]), &actual([(PLATFORM, "a/b", record)]), &Selection::default(), false);
        match one(found).pop() {
            Some((_, Said::Value(value))) => value,
            other => panic!("{other:?}"),
        }
    };
    let reference = Value::Text(Text::SecretRef(name));
    let hidden = |text: &str| Value::Text(Text::sensitive(text));
    // Where the files name a secret, what the org has there is one.
    assert_eq!(shown(reference.clone(), Value::known("plain")), hidden("plain"));
    assert_eq!(shown(reference.clone(), reference.clone()), reference);
    assert_eq!(shown(reference, Value::Text(Text::Opaque)), Value::Text(Text::Opaque));
    // What the files have in plain text is no secret where the org has the same.
    assert_eq!(shown(Value::known("same"), hidden("same")), Value::known("same"));
    assert_eq!(shown(Value::known("one"), hidden("other")), hidden("other"));
    assert_eq!(shown(hidden("same"), hidden("same")), hidden("same"));
}

#[test]
fn what_is_declared_and_not_there_is_missing_and_what_is_beside_is_counted_or_selected() {
    let resources = [(AGENT, "desk"), (SETTINGS, "desk"), (PLATFORM, "desk/a"), (ENTITY_TYPE, "bike")];
    let desired = desired(resources.map(|(kind, id)| declared(kind, id, Declarations::default())));
    let there = [
        (AGENT, "desk", Record::default()),
        (AGENT, "other", Record::default()),
        (SETTINGS, "desk", Record::default()),
        (PLATFORM, "desk/b", Record::default()),
        (ENTITY_TYPE, "boat", Record::default()),
        (ENTITY_TYPE, "cart", Record::default()),
    ];
    let actual = actual(there);
    let shown = |selectors: &[&str]| {
        let found = of_org(&desired, &actual, &selected(selectors), true);
        let resources: Vec<String> = found
            .resources
            .iter()
            .map(|shown| format!("{}{}", shown.key, if shown.is_missing { " missing" } else { "" }))
            .collect();
        let undeclared: Vec<(&str, usize)> = found.undeclared.iter().map(|(kind, count)| (kind.word, *count)).collect();
        (resources.join(", "), undeclared, found.without_details)
    };
    let (resources, undeclared, without_details) = shown(&[]);
    assert_eq!(
        resources,
        "agent/desk, settings/desk, platform/desk/a missing, platform/desk/b, entity-type/bike missing"
    );
    assert_eq!(undeclared, [("agent", 1), ("entity-type", 2)]);
    assert_eq!(without_details, [""; 0]);
    let (resources, undeclared, without_details) = shown(&["agent/o*", "entity-type/boat"]);
    assert_eq!((resources.as_str(), undeclared.len()), ("agent/other, entity-type/boat", 0));
    assert_eq!(without_details, ["other"]);
    assert_eq!(shown(&["platform/desk/*"]).0, "platform/desk/a missing, platform/desk/b");
}

#[test]
fn what_is_no_entry_of_a_list_is_shown_as_it_is() {
    let mut record = Record::default();
    record.values.set(settings::PROVIDERS, Value::known_list(["odd"]));
    let found = of_org(&desired([]), &actual([(SETTINGS, "a", record)]), &selected(&["settings/a"]), true);
    assert_eq!(one(found), [(FieldPath::member(settings::PROVIDERS.name), Said::Value(Value::known_list(["odd"])))]);
}
