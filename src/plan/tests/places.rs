//! The places in a resource that the rows of the schema speak about: every field of a kind, and every member of one.

use serde_json::{Map, Value as Json, json};

use crate::schema::{Clearing, EntryKey, Field, Form, Keyed, Kind, Leaf, Owner, ResourceKey, Shape};

/// A step on the way to a place in a resource.
#[derive(Clone, Copy)]
pub(super) enum PlaceStep {
    /// A field, or a member of a table.
    Member(&'static Field),
    /// An entry of an object with free names.
    Entry,
    /// An entry of a keyed list.
    Key(&'static Keyed),
}

/// A place in a resource that a row speaks about.
#[derive(Clone)]
pub(super) struct FieldPlace {
    pub(super) kind: Kind,
    pub(super) steps: Vec<PlaceStep>,
    /// Its row; an entry takes after the field that it is an entry of.
    pub(super) field: Field,
}

/// Every place of a kind, from the outside in.
pub(super) fn places(kind: Kind) -> Vec<FieldPlace> {
    let mut places = Vec::new();
    for field in kind.table().fields {
        collect(FieldPlace { kind, steps: vec![PlaceStep::Member(field)], field: *field }, &mut places);
    }
    places
}

fn collect(place: FieldPlace, places: &mut Vec<FieldPlace>) {
    let inner = |step: PlaceStep, field: Field| {
        let steps = place.steps.iter().copied().chain([step]).collect();
        FieldPlace { steps, field, ..place.clone() }
    };
    let outer = place.field;
    let nested = match outer.shape {
        Shape::Table(members) => members.iter().map(|member| inner(PlaceStep::Member(member), *member)).collect(),
        Shape::Map(entries) => {
            let Field { guarded, prunable, transfer, .. } = outer;
            vec![inner(PlaceStep::Entry, Field { guarded, prunable, transfer, ..entries.entry })]
        }
        Shape::Config { .. } => {
            let shape = Shape::Leaf(Leaf::SecretText);
            vec![inner(PlaceStep::Entry, Field { shape, required: false, ..outer })]
        }
        Shape::Keyed(keyed) => {
            let shape = Shape::Table(keyed.entry);
            vec![inner(PlaceStep::Key(keyed), Field { shape, clearing: Clearing::LeftOut, ..outer })]
        }
        Shape::Leaf(_) | Shape::Pairs(_) => Vec::new(),
    };
    places.push(place);
    for place in nested {
        collect(place, places);
    }
}

/// The key of the entry that is looked at.
pub(super) fn key_of(keyed: &Keyed) -> EntryKey {
    match keyed.key {
        [_, _] => EntryKey(vec!["local/one".to_owned(), "one".to_owned()]),
        _ => EntryKey(vec!["one".to_owned()]),
    }
}

impl FieldPlace {
    pub(super) fn key(&self) -> ResourceKey {
        ResourceKey::new(
            self.kind,
            match self.kind.owner {
                Owner::SameId => "triage",
                Owner::FirstPart => "triage/triage-one",
                Owner::Org => "one",
            },
        )
    }

    /// Its path as plans show it.
    pub(super) fn path(&self) -> String {
        let step = |step: &PlaceStep| match step {
            PlaceStep::Member(field) => field.name.to_owned(),
            PlaceStep::Entry => "one".to_owned(),
            PlaceStep::Key(keyed) => key_of(keyed).step(),
        };
        self.steps.iter().map(step).collect::<Vec<_>>().join(".")
    }

    /// Its path with placeholders for what is free.
    pub(super) fn name(&self) -> String {
        let step = |step: &PlaceStep| match step {
            PlaceStep::Member(field) => field.name,
            PlaceStep::Entry => "<name>",
            PlaceStep::Key(_) => "<key>",
        };
        self.steps.iter().map(step).collect::<Vec<_>>().join(".")
    }

    pub(super) fn is_entry(&self) -> bool {
        matches!(self.steps.last(), Some(PlaceStep::Entry | PlaceStep::Key(_)))
    }

    /// A resource with this at the place; with nothing there is only what stands around it.
    pub(super) fn with(&self, json: Option<&Json>) -> Json {
        around(&self.steps, json).unwrap()
    }
}

fn around(steps: &[PlaceStep], json: Option<&Json>) -> Option<Json> {
    let Some((first, rest)) = steps.split_first() else { return json.cloned() };
    let inner = around(rest, json);
    let object = |name: &str| Json::Object(inner.iter().map(|inner| (name.to_owned(), inner.clone())).collect());
    Some(match first {
        PlaceStep::Member(field) => object(field.name),
        PlaceStep::Entry => object("one"),
        PlaceStep::Key(keyed) => inner.iter().map(|inner| keyed_entry(keyed, inner)).collect(),
    })
}

/// An entry of a keyed list with these members and the key that is looked at.
pub(super) fn keyed_entry(keyed: &Keyed, members: &Json) -> Json {
    let parts = keyed.key.iter().zip(key_of(keyed).0).map(|(name, part)| ((*name).to_owned(), Json::from(part)));
    let members = members.as_object().cloned().unwrap_or_default();
    Json::Object(members.into_iter().chain(parts).collect::<Map<_, _>>())
}

/// Two values of a field; of lists the other one has an element less.
pub(super) fn samples(field: &Field) -> (Json, Json) {
    match (field.shape, field.form) {
        (_, Form::Words(words)) => {
            let other = words.iter().find(|word| Some(**word) != field.default).unwrap();
            (json!(other), json!(words.iter().find(|word| *word != other).unwrap()))
        }
        (_, Form::Number { least }) => (json!(least + 1), json!(least + 2)),
        (_, Form::Agent) => (json!("triage"), json!("desk")),
        (Shape::Leaf(Leaf::Flag), _) => (json!(true), json!(false)),
        (Shape::Leaf(Leaf::List), _) => (json!(["a", "b"]), json!(["a"])),
        (Shape::Leaf(Leaf::ById), _) => (json!([{"id": "a"}, {"id": "b"}]), json!([{"id": "a"}])),
        (Shape::Leaf(Leaf::JudgedDomains), _) => (json!([{"domain": "a"}, {"domain": "b"}]), json!([{"domain": "a"}])),
        (Shape::Leaf(Leaf::Json | Leaf::Kept), _) => (json!({"x": 1}), json!({"x": 2})),
        (Shape::Leaf(Leaf::Fallback), _) => (json!({"mode": "auto"}), json!({"mode": "pinned"})),
        (Shape::Leaf(_), _) => (json!("a"), json!("b")),
        (Shape::Pairs(_), _) => (json!([["a", "b"], ["c", "d"]]), json!([["a", "b"]])),
        (Shape::Table([first, ..]), _) => {
            let (one, other) = samples(first);
            (json!({first.name: one}), json!({first.name: other}))
        }
        (Shape::Table([]) | Shape::Map(_) | Shape::Config { .. } | Shape::Keyed(_), _) => (json!({}), json!({})),
    }
}
