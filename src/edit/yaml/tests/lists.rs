use super::*;
use crate::edit::tests::comparisons;

fn texts<const N: usize>(texts: [&str; N]) -> Content {
    Content::texts(texts)
}

#[test]
fn a_list_changes_by_the_smallest_edit() {
    check("a:\n  - x # 1\n  - y # 2\n  - z # 3\n", &[set("a", texts(["x", "z"]))], "a:\n  - x # 1\n  - z # 3\n");
    check("a:\n  - x # 1\n  - z\n", &[set("a", texts(["x", "y", "z"]))], "a:\n  - x # 1\n  - y\n  - z\n");
    check("a:\n  - x # 1\n", &[set("a", texts(["w", "x"]))], "a:\n  - w\n  - x # 1\n");
    check("a:\n  # about x\n  - x\n", &[set("a", texts(["w", "x"]))], "a:\n  - w\n  # about x\n  - x\n");
    check("- x\n", &[set("", texts(["w", "x"]))], "- w\n- x\n");
    check("- x\n", &[set("", texts(["w", "v"]))], "- w\n- v\n");
    check("- - x\n  - y\n", &[set("[0]", texts(["w", "x", "y"]))], "- - w\n  - x\n  - y\n");
    check("- - x\n  - y\n", &[set("[0]", texts(["w", "y"]))], "- - w\n  - y\n");
    check("a:\n- x\n- y\nb: 1\n", &[set("a", texts(["y", "z"]))], "a:\n- y\n- z\nb: 1\n");
    check("a:\n  - x\n  - y\n", &[set("a", texts(["p", "q"]))], "a:\n  - p\n  - q\n");
    check("a:\n  - x\nb: 1\n", &[set("a", list([]))], "a: []\nb: 1\n");
    check("a: []\n", &[set("a", texts(["x", "y"]))], "a: [x, y]\n");
    check(
        "a: [] # c\n",
        &[set("a", list([table([("b", 1.into()), ("c", 2.into())])]))],
        "a: # c\n  - b: 1\n    c: 2\n",
    );
    check(
        "a:\n  - b: 1 # one\n    c: 2\n  - b: 3\n",
        &[set(
            "a",
            list([table([("b", 1.into()), ("c", 4.into())]), table([("b", 3.into())]), table([("b", 5.into())])]),
        )],
        "a:\n  - b: 1 # one\n    c: 4\n  - b: 3\n  - b: 5\n",
    );
    check(
        "r:\n  - {s: a, t: b}\n",
        &[append("r", table([("s", "c".into()), ("t", "d".into())]))],
        "r:\n  - {s: a, t: b}\n  - {s: c, t: d}\n",
    );
}

#[test]
fn an_element_is_appended_in_the_style_of_the_list() {
    check("a:\n  - x\nb: 1\n", &[append("a", "y"), append("a", "z")], "a:\n  - x\n  - y\n  - z\nb: 1\n");
    check("a:\n- x\nb: 1\n", &[append("a", "y")], "a:\n- x\n- y\nb: 1\n");
    check("a: [x]\n", &[append("a", "y, z")], "a: [x, \"y, z\"]\n");
    check("a:\n", &[append("a", "y")], "a:\n  - y\n");
    check("b: 1\n", &[append("a", "y"), append("a", "z")], "b: 1\na:\n  - y\n  - z\n");
    check("a:\n  - b: |\n      x\n\n# end\n", &[append("a", "y")], "a:\n  - b: |\n      x\n  - y\n\n# end\n");
    check("a:\n  - x\n", &[append("a", "y\nz\n")], "a:\n  - x\n  - |\n    y\n    z\n");
    check("a:\n- x\n", &[append("a", "  y\nz\n")], "a:\n- x\n- |2\n    y\n  z\n");
    check("", &[append("", "y")], "- y\n");
}

#[test]
fn a_removed_element_takes_its_comments_along() {
    check("a:\n  # one\n  - x\n  # two\n  # too\n  - y # c\n  - z\n", &[remove("a[1]")], "a:\n  # one\n  - x\n  - z\n");
    check("a:\n  # stays\n\n  # goes\n  - x\n  - y\n", &[remove("a[0]")], "a:\n  # stays\n\n  - y\n");
    check("a:\n  - |\n    # text\n  - y\n", &[remove("a[1]")], "a:\n  - |\n    # text\n");
    check("a: # c\n  # goes\n  - x\nb: 1\n", &[remove("a[0]")], "a: [] # c\nb: 1\n");
    check("a:\n- x\nb: 1\n", &[remove("a[0]")], "a: []\nb: 1\n");
    check("- x\n", &[remove("[0]")], "[]\n");
    check("- - x\n  - y\n", &[remove("[0][0]")], "- - y\n");
    check("- - x\n", &[remove("[0][0]")], "- []\n");
    check("a:\n  - x\n  - y\n  - z\n", &[remove("a[0]"), remove("a[2]"), remove("a[2]")], "a:\n  - y\n");
    check(
        "a:\n  - x\n  - y\n  - z\n",
        &[remove("a[0]"), set("a[1]", "w"), append("a", "v")],
        "a:\n  - w\n  - z\n  - v\n",
    );
    check("a:\n  - x\n", &[remove("a[0]"), append("a", "v")], "a:\n  - v\n");
    check("a:\n  - x\n", &[remove("a[7]")], "a:\n  - x\n");
}

pub(super) const MODEL: &str = "\
version: 2
entities:
  - slug: customer        # comment
    name: Customer
    metadata_schema:
      type: object
      properties:
        tier: { type: string, enum: [a, b] }
    event_kinds:
      signed: {description: \"…\"}

  # the orders
  - slug: order
    name: Order
---
# second document in the stream
slug: order
name: Order
relationships:
  - slug: owns
    rules:
      - source: customer
        target: order
";

#[test]
fn a_model_file_changes_only_where_it_is_told() {
    let rule = table([("source", "order".into()), ("target", "customer".into())]);
    let changes = [
        set("entities[0].metadata_schema.properties.tier.enum", texts(["a", "c"])),
        set("entities[0].event_kinds.signed.description", "Signed: “x”"),
        set("entities[0].description", "First line\nSecond line\n"),
        remove("entities[1]"),
        Change::append(at("relationships[0].rules"), rule).in_document(1),
        Change::set(at("name"), "Orders".into()).in_document(1),
    ];
    let after = MODEL
        .replace("enum: [a, b]", "enum: [a, c]")
        .replace("\"…\"}\n", "\"Signed: “x”\"}\n    description: |\n      First line\n      Second line\n")
        .replace("\n  # the orders\n  - slug: order\n    name: Order\n", "\n")
        .replace("\nname: Order\n", "\nname: Orders\n")
        .replace("target: order\n", "target: order\n      - source: order\n        target: customer\n");
    check(MODEL, &changes, &after);
}

#[test]
fn a_large_file_is_patched_with_few_comparisons() {
    let mut before = "entities:\n".to_owned();
    let numbers =
        |range: std::ops::Range<usize>| Content::List(range.map(|number| text(&format!("v{number}"))).collect());
    for number in 0..2500 {
        before.extend([
            "  - slug: t",
            &number.to_string(),
            " # c\n    name: T\n    p: { type: [a, b] }\n    d: |\n      x\n",
        ]);
    }
    before.push_str("list:\n");
    (0..10_000).for_each(|number| before.extend(["  - v", &(number * 2).to_string(), "\n"]));
    let mut changes: Vec<_> = (0..2500).map(|number| set(&format!("entities[{number}].name"), "Type")).collect();
    changes.push(set("list", numbers(0..10_000)));
    let (after, compared) = comparisons(|| patched(&before, &changes));
    assert_eq!(after.matches("name: Type").count(), 2500);
    // Two lists of 10,000 elements could be compared a hundred million times.
    assert!(compared < 100_000, "{compared}");
}
