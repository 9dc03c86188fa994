use super::*;
use crate::edit::PatchError;

#[test]
fn references_are_not_changed() {
    let line = |line: u32| (Refusal::Reference, Some(line));
    assert_eq!(refused("a: &x 1\nb: *x\n", &[set("a", 2)]), line(1));
    assert_eq!(refused("a: &x 1\nb: *x\n", &[set("b", 2)]), line(2));
    assert_eq!(refused("a: &x\n  b: 1\nc: *x\n", &[set("a.b", 2)]), line(2));
    assert_eq!(refused("a: &x\n  b: 1\nc: *x\n", &[set("c.b", 2)]), line(3));
    assert_eq!(refused("a: 1\nc:\n  d: &x 1\n", &[remove("c")]), line(3));
    assert_eq!(refused("a: !!str 1\n", &[set("a", 2)]), line(1));
    assert_eq!(refused("a: &x [1]\n", &[append("a", 2)]), line(1));
    assert_eq!(refused("&k a: 1\nb: 2\n", &[remove("a")]), line(1));
    check("a: &x 1\nb: *x\nc: !y 3\nd: 1\n", &[set("d", 2), set("e", 3)], "a: &x 1\nb: *x\nc: !y 3\nd: 2\ne: 3\n");
    check("&k a: 1\nb: 2\n", &[set("a", 2)], "&k a: 2\nb: 2\n");
}

#[test]
fn unclear_keys_are_not_changed() {
    let line = |line: u32| (Refusal::UnclearKeys, Some(line));
    let before = "a:\n  b: 1\n  b: 2\nc:\n  <<: {d: 1}\ne:\n  [x]: 1\nf:\n  1: x\ng: 1\n";
    assert_eq!(refused(before, &[set("a.b", 2)]), line(2));
    assert_eq!(refused(before, &[set("c", table([]))]), line(5));
    assert_eq!(refused(before, &[set("c.x", 2)]), line(5));
    assert_eq!(refused(before, &[set("e.x", 2)]), line(7));
    assert_eq!(refused(before, &[remove("f.1")]), line(9));
    check(before, &[set("g", 2)], &before.replace("g: 1", "g: 2"));
    check(before, &[remove("a")], before.strip_prefix("a:\n  b: 1\n  b: 2\n").unwrap());
}

fn told(refusal: Refusal, location: Location) -> String {
    PatchError { refusal, location }.to_string()
}

#[test]
fn what_cannot_be_is_told() {
    assert_eq!(refused("a: 1\n", &[set("a.b", 2)]), (Refusal::NotATable, Some(1)));
    assert_eq!(refused("a: 1\n", &[append("a", 2)]), (Refusal::NotAList, Some(1)));
    assert_eq!(refused("a: 1\n", &[set("a[0]", 2)]), (Refusal::NotAList, Some(1)));
    assert_eq!(refused("a: [1]\n", &[set("a[1]", 2)]), (Refusal::NoElement(1), Some(1)));
    assert_eq!(refused("a: [1]\n", &[set("b[1]", 2)]), (Refusal::NoElement(1), None));
    assert_eq!(refused("a: [1]\n", &[remove("a[0]"), set("a[0]", 2)]), (Refusal::ElementRemoved, None));
    assert_eq!(refused("a: [1]\n", &[remove("")]), (Refusal::Contradiction, None));
    assert_eq!(refused("a: [b: 1]\n", &[set("a[0].c", 2)]), (Refusal::Form, Some(1)));
    let elsewhere = Change::remove(at("a")).in_document(1);
    assert_eq!(refused("a: 1\n", &[elsewhere]), (Refusal::NoDocument(1), None));
    assert_eq!(told(Refusal::NoDocument(1), Location::Text), "the file has no YAML document 2");
    assert_eq!(told(Refusal::Reference, Location::Line(3)), "line 3 uses an anchor, an alias or a tag");
    let twice = Content::Table(vec![("x".to_owned(), 1.into()), ("x".to_owned(), 2.into())]);
    assert_eq!(refused("a: 1\n", &[set("b", twice)]), (Refusal::NotVerified, None));
}
