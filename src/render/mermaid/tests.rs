//! Diagrams, read again by a small reader of the grammar that they are written in.

mod agents;
mod reader;

use proptest::prelude::*;

use crate::model::{Position, Value};
use crate::render::text_safety::sanitise;
use crate::schema::kinds::{ENTITY_TYPE, RELATIONSHIP_TYPE, relationship_type};
use crate::schema::{Declaration, Kind, Resource, ResourceKey};

use super::*;
use reader::{Statement, read};

/// What somebody would write to get a box, a line, a link, a script or settings of their own.
pub(super) const ATTACKS: [&str; 30] = [
    "plain",
    "x\"]",
    "x\"] --> y[\"z",
    "\" : \"",
    "a\n    b --> c",
    "a\r\nb",
    "click t0 href \"https://evil.example\"",
    "%%{init: {\"securityLevel\": \"loose\"}}%%",
    "%% comment",
    "---\ntitle: x\n---",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "#quot;] --> y",
    "#35;#9829; #amp; &#60;",
    "`**bold** _it_`",
    "$$x^2$$",
    "fa:fa-car",
    "end",
    "style t0 fill:#f00;",
    "classDef x fill:#f00;",
    "linkStyle 0 stroke:red;",
    "subgraph x",
    "a;b",
    "a|b|c",
    "{{a}} ((b)) [[c]] >d]",
    "\\n \\u{1} \\\\",
    "user\u{202e}txt\u{200b}\u{1b}[31m",
    "Überfahrt 日本語 🚲",
    "",
    "a very long name of a type that goes on and on and on until nobody reads it any more",
];

pub(super) fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(ATTACKS.to_vec()).prop_map(str::to_owned),
        2 => "[ -~]{0,8}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat())
}

/// A text as a label shows it.
#[track_caller]
pub(super) fn shown(text: &str) -> String {
    let (kept, more) = sanitise(text).cut(60);
    let shown = format!("{}{}", kept.as_str(), if more > 0 { "…" } else { "" });
    if shown.is_empty() { " ".to_owned() } else { shown }
}

fn resource(kind: Kind, slug: &str) -> Resource {
    Resource::new(ResourceKey::new(kind, slug), Position::file("models/x.yaml"))
}

fn relation(slug: &str, rules: &[(&str, &str)]) -> Resource {
    let rules = rules.iter().map(|(source, target)| Value::known_list([*source, *target]));
    let declared = Declaration::Leaf(Value::List(rules.collect()));
    resource(RELATIONSHIP_TYPE, slug).with(relationship_type::RULES, Some(declared))
}

fn inverse(relation: Resource, of: &str) -> Resource {
    let link = RELATIONSHIP_TYPE.field("inverse_type_slug").unwrap();
    relation.with(link, Some(Declaration::known(of)))
}

fn drawn(resources: &[Resource]) -> Diagram {
    types(resources, |_| None).unwrap()
}

#[test]
fn types_are_boxes_and_rules_are_lines() {
    let resources = [
        resource(ENTITY_TYPE, "bicycle"),
        resource(ENTITY_TYPE, "customer"),
        inverse(relation("owns", &[("customer", "bicycle")]), "owned-by"),
        relation("owned-by", &[("bicycle", "customer")]),
        inverse(relation("knows", &[("customer", "customer")]), "met"),
        relation("met", &[("customer", "supplier")]),
        relation("likes", &[]),
    ];
    let mark = |key: &ResourceKey| (key.id == "owns" || key.id == "bicycle").then_some("~");
    insta::assert_snapshot!(types(&resources, mark).unwrap().text, @r#"
    erDiagram
        t0["~ bicycle"]
        t1["customer"]
        t2["supplier"]
        t3["likes #40;no rules#41;"]
        t1 }o--o{ t0 : "~ owns / owned-by"
        t1 }o--o{ t1 : "knows"
        t1 }o--o{ t2 : "met"
    "#);
    assert_eq!(drawn(&resources).edges, 3);
    assert_eq!(types(&[], |_| None), None);
}

#[test]
fn what_is_too_large_for_mermaid_is_known() {
    let rules: Vec<(String, String)> = (0..501).map(|number| ("a".to_owned(), format!("type-{number}"))).collect();
    let of = |count: usize| {
        let rules: Vec<(&str, &str)> =
            rules.iter().take(count).map(|(one, other)| (one.as_str(), other.as_str())).collect();
        drawn(&[relation("owns", &rules)])
    };
    assert!(of(500).is_drawn_by_default() && !of(501).is_drawn_by_default());
    let long: Vec<Resource> =
        (0..900).map(|number| resource(ENTITY_TYPE, &format!("{number} {}", "x".repeat(50)))).collect();
    assert!(!drawn(&long).is_drawn_by_default());
}

/// The diagram of two types and the relation between them, by any names, read again.
fn assert_stays_text(one: &str, other: &str, name: &str) -> Result<(), TestCaseError> {
    prop_assume!(one != other);
    let resources = [resource(ENTITY_TYPE, one), relation(name, &[(one, other), (other, one)]), relation(one, &[])];
    let Diagram { text, edges } = drawn(&resources);
    let id = |number: usize| format!("t{number}");
    let expected = [
        Statement::Box { id: id(0), label: shown(one) },
        Statement::Box { id: id(1), label: shown(other) },
        Statement::Box { id: id(2), label: shown(&format!("{one} (no rules)")) },
    ];
    let read = read(&text);
    prop_assert_eq!(&read.head, "erDiagram");
    prop_assert_eq!(read.statements.len(), 5, "{}", text);
    for statement in expected {
        prop_assert!(read.statements.contains(&statement), "{:?} in {}", statement, text);
    }
    let lines = read
        .statements
        .iter()
        .filter(|statement| matches!(statement, Statement::Line { label, .. } if *label == shown(name)));
    prop_assert_eq!((lines.count(), edges), (2, 2), "{}", text);
    Ok(())
}

#[test]
fn no_name_of_a_type_is_syntax() {
    for attack in ATTACKS {
        assert_stays_text(attack, "other", attack).unwrap();
    }
}

proptest! {
    #[test]
    fn no_names_of_types_are_syntax(one in nasty(), other in nasty(), name in nasty()) {
        assert_stays_text(&one, &other, &name)?;
    }
}
