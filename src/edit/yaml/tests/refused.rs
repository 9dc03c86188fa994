use super::*;

#[test]
fn references_are_not_changed() {
    let line = |line: u32| YamlPatchError::Reference { line };
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
    let line = |line: u32| YamlPatchError::Keys { line };
    let before = "a:\n  b: 1\n  b: 2\nc:\n  <<: {d: 1}\ne:\n  [x]: 1\nf:\n  1: x\ng: 1\n";
    assert_eq!(refused(before, &[set("a.b", 2)]), line(2));
    assert_eq!(refused(before, &[set("c", table([]))]), line(5));
    assert_eq!(refused(before, &[set("c.x", 2)]), line(5));
    assert_eq!(refused(before, &[set("e.x", 2)]), line(7));
    assert_eq!(refused(before, &[remove("f.1")]), line(9));
    check(before, &[set("g", 2)], &before.replace("g: 1", "g: 2"));
    check(before, &[remove("a")], before.strip_prefix("a:\n  b: 1\n  b: 2\n").unwrap());
}

#[test]
fn what_cannot_be_is_told() {
    assert_eq!(refused("a: 1\n", &[set("a.b", 2)]), YamlPatchError::NotAMapping { line: 1 });
    assert_eq!(refused("a: 1\n", &[append("a", 2)]), YamlPatchError::NotAList { line: 1 });
    assert_eq!(refused("a: 1\n", &[set("a[0]", 2)]), YamlPatchError::NotAList { line: 1 });
    assert_eq!(refused("a: [1]\n", &[set("a[1]", 2)]), YamlPatchError::NoElement { line: 1, element: 1 });
    assert_eq!(refused("a: [1]\n", &[set("b[1]", 2)]), YamlPatchError::NoList { element: 1 });
    assert_eq!(refused("a: [1]\n", &[remove("a[0]"), set("a[0]", 2)]), YamlPatchError::Conflict);
    assert_eq!(refused("a: [1]\n", &[remove("")]), YamlPatchError::Conflict);
    assert_eq!(refused("a: [b: 1]\n", &[set("a[0].c", 2)]), YamlPatchError::Unsupported { line: 1 });
    let elsewhere = YamlChange::Remove { at: in_document(1, "a") };
    assert_eq!(refused("a: 1\n", &[elsewhere]), YamlPatchError::NoDocument { document: 1 });
    assert_eq!(YamlPatchError::NoDocument { document: 1 }.to_string(), "the file has no YAML document 2");
    assert_eq!(YamlPatchError::Reference { line: 3 }.to_string(), "line 3 uses an anchor, an alias or a tag");
    let twice = Content::Table(vec![("x".to_owned(), 1.into()), ("x".to_owned(), 2.into())]);
    assert_eq!(refused("a: 1\n", &[set("b", twice)]), YamlPatchError::Unverified);
}
