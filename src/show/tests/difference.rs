//! What differs between two sides.

use crate::model::{FieldPath, Position, Value};
use crate::schema::kinds::{AGENT, PLATFORM, SETTINGS, WATCHER};
use crate::schema::{ALL, Declaration, Declarations, Kind, ResourceKey};

use super::super::entries::entries;
use super::super::{Difference, FieldDifference, OnlyIn, Origin, Shown, ShownField, differences};
use super::places;

/// A resource that declares this, each entry from a line of its own.
fn shown(kind: Kind, id: &str, declared: &Declarations, first_line: u32) -> Shown {
    let at = |line: u32| Position { file: "lobu.toml".to_owned(), line, column: 1 };
    let field = |(number, entry): (u32, crate::show::entries::Entry)| ShownField {
        path: entry.path,
        said: entry.said,
        origin: Some(Origin::File(at(first_line + number))),
        elements: Vec::new(),
    };
    Shown {
        key: ResourceKey::new(kind, id),
        declared_at: Some(at(first_line)),
        fields: (1..).zip(entries(kind, declared)).map(field).collect(),
        is_missing: false,
    }
}

#[test]
fn every_leaf_of_every_kind_that_differs_is_told_with_both_sides() {
    let (one, other) = (Declaration::known("one"), Declaration::known("other"));
    for kind in ALL.kinds() {
        let sides = places(kind, &one).into_iter().zip(places(kind, &other)).zip(places(kind, &Declaration::Clear));
        for (((path, one), (_, other)), (_, cleared)) in sides {
            let of = |declared: &Declarations, line| vec![shown(kind, "a", declared, line)];
            let told = |first: &[Shown], second: &[Shown]| -> Vec<FieldPath> {
                let found = differences(first, second);
                assert!(found.iter().all(|found| found.only_in.is_none() && found.key.kind == kind));
                found.into_iter().flat_map(|found| found.fields).map(|field| field.path).collect()
            };
            // Where something is from is no difference.
            assert_eq!(told(&of(&one, 1), &of(&one, 50)), [], "{kind} {path}");
            // An entry that has a key and nothing in it is what it is.
            let is_entry = one == other;
            let expected: &[FieldPath] = if is_entry { &[] } else { std::slice::from_ref(&path) };
            assert_eq!(told(&of(&one, 1), &of(&other, 50)), expected, "{kind} {path}");
            assert_eq!(told(&of(&one, 1), &of(&cleared, 50)), expected, "{kind} {path}");
            let nothing = Declarations::default();
            assert!(told(&of(&one, 1), &of(&nothing, 50)).contains(&path), "{kind} {path}");
            let [found] = differences(&of(&nothing, 1), &of(&one, 50)).try_into().unwrap();
            let [FieldDifference { second: Some(second), first, .. }] = found.fields.as_slice() else {
                panic!("{kind} {path}: {found:?}");
            };
            // The server's default stands where the files say nothing.
            let is_default = crate::schema::field_at(kind, &path).is_some_and(|field| field.default_value().is_some());
            assert_eq!((&second.path, first.is_some()), (&path, is_default), "{kind} {path}");
        }
    }
}

#[test]
fn a_resource_of_one_side_is_told_by_that_side_in_the_order_of_plans() {
    let of = |kinds: &[(Kind, &str)]| -> Vec<Shown> {
        kinds.iter().map(|(kind, id)| shown(*kind, id, &Declarations::default(), 7)).collect()
    };
    let both = (AGENT, "desk");
    let first = of(&[both, (SETTINGS, "desk"), (WATCHER, "late")]);
    let second = of(&[both, (AGENT, "lab"), (PLATFORM, "desk/a")]);
    let told: Vec<(String, Option<OnlyIn>, bool)> = differences(&first, &second)
        .into_iter()
        .map(|Difference { key, only_in, fields, declared_at }| {
            assert_eq!(declared_at.map(|at| at.line), Some(7));
            (key.to_string(), only_in, fields.is_empty())
        })
        .collect();
    let expected = [
        ("agent/lab", OnlyIn::Second),
        ("settings/desk", OnlyIn::First),
        ("platform/desk/a", OnlyIn::Second),
        ("watcher/late", OnlyIn::First),
    ];
    assert_eq!(told, expected.map(|(key, side)| (key.to_owned(), Some(side), true)));
    assert_eq!(differences(&first, &first), []);
    assert_eq!(differences(&[], &[]), []);
}

#[test]
fn fields_stand_in_the_order_of_their_kind() {
    let text = |text: &str| Declaration::Leaf(Value::known(text));
    let fields = SETTINGS.table().fields;
    let (early, late) = (&fields[6], &fields[12]);
    let first = shown(SETTINGS, "a", &Declarations::from_iter([(late, text("x"))]), 1);
    let second = shown(SETTINGS, "a", &Declarations::from_iter([(early, text("y"))]), 1);
    let [found] = differences(&[first], &[second]).try_into().unwrap();
    let paths: Vec<String> = found.fields.iter().map(|field| field.path.to_string()).collect();
    assert_eq!(paths, [early.name, late.name]);
}

#[test]
fn what_is_empty_on_one_side_differs_by_what_the_other_has_in_it() {
    let table = |members: &[(&str, Declaration)]| {
        Declaration::Table(members.iter().map(|(name, member)| ((*name).to_owned(), member.clone())).collect())
    };
    let config = |members: &[(&str, Declaration)]| {
        let declared = Declarations::from_iter([(crate::schema::kinds::platform::CONFIG, table(members))]);
        vec![shown(PLATFORM, "desk/a", &declared, 1)]
    };
    let filled = config(&[("chatId", Declaration::known("1"))]);
    for (first, second) in [(config(&[]), filled.clone()), (filled, config(&[]))] {
        let [found] = differences(&first, &second).try_into().unwrap();
        assert_eq!(found.fields.iter().map(|field| field.path.to_string()).collect::<Vec<_>>(), ["config.chatId"]);
    }
}
