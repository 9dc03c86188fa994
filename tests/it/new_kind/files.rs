use lobu::model::{Number, Value};
use lobu::schema::{Declaration, Pair, Resource, ResourceKey};

use super::project::{Files, MODEL_FILE, MODELS, desired};
use super::{FIELDS, PLAYBOOK};

fn declared<'resource>(resource: &'resource Resource, field: &str) -> Option<&'resource Declaration> {
    resource.declared.get(PLAYBOOK.field(field).expect("a field"))
}

#[test]
fn a_model_file_declares_it() {
    let desired = desired(MODELS);
    let refund = desired.get(&ResourceKey::new(PLAYBOOK, "refund")).expect("it is declared");
    assert_eq!((refund.position.file.as_str(), refund.position.line), (MODEL_FILE, 7));
    let pair = |first: &str, second: &str| Pair { first: first.to_owned(), second: second.to_owned() }.to_value();
    let limit = Value::Number(Number::from_i64(50).expect("it is small"));
    let notes = Value::Map([("owner".to_owned(), Value::known("desk")), ("limit".to_owned(), limit)].into());
    let expected = [
        ("title", Declaration::known("Refund")),
        ("summary", Declaration::known("How a refund is made")),
        ("tone", Declaration::known("brisk")),
        ("steps", Declaration::Leaf(Value::known_list(["ask", "pay back"]))),
        ("enabled", Declaration::Leaf(Value::Bool(true))),
        ("internal", Declaration::Leaf(Value::Bool(true))),
        ("notes", Declaration::Leaf(notes)),
        ("follow_up", Declaration::known("survey")),
        ("routes", Declaration::Leaf(Value::List(vec![pair("ticket", "customer"), pair("customer", "ticket")]))),
    ];
    assert_eq!(expected.len(), FIELDS.len());
    for (field, expected) in &expected {
        assert_eq!(declared(refund, field), Some(expected), "{field}");
    }
    let survey = desired.get(&ResourceKey::new(PLAYBOOK, "survey")).expect("it is declared");
    assert_eq!(survey.declared.iter().map(|(field, _)| field.name).collect::<Vec<_>>(), ["title"]);
}

#[test]
fn what_is_empty_clears() {
    let models =
        "type: playbook\nslug: refund\ntitle: R\nsummary: ''\nsteps: []\nnotes: {}\nfollow_up: ''\nroutes: []\n";
    let desired = desired(models);
    let refund = desired.get(&ResourceKey::new(PLAYBOOK, "refund")).expect("it is declared");
    for field in ["summary", "steps", "notes", "follow_up", "routes"] {
        assert_eq!(declared(refund, field), Some(&Declaration::Clear), "{field}");
    }
}

#[test]
fn what_is_wrong_with_it_is_told() {
    let models = "type: playbook
slug: default
---
type: playbook
slug: refund
title: ''
tone: loud
enabled: maybe
steps: ask
follow_up: refund
stepz: []
routes: [{from: ticket}]
---
type: playbok
slug: other
";
    let (_, _, diagnostics) = Files::with(models).read();
    let told: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| {
            let line = diagnostic.position.as_ref().map(|position| position.line).unwrap_or_default();
            format!("{line} {:?}: {}", diagnostic.severity, diagnostic.message)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    1 Error: a playbook needs a `title`
    2 Error: the playbook slug `default` is reserved by the server
    6 Error: the `title` of a playbook must not be empty
    7 Error: `tone` must be `calm` or `brisk`
    8 Error: `enabled` must be true or false, not text
    9 Error: `steps` must be a list, not text
    10 Error: a playbook cannot be its own inverse
    11 Warning: unknown key `stepz` in a playbook is ignored
    12 Error: a rule needs a `to`
    14 Error: unknown type `playbok`
    ");
}
