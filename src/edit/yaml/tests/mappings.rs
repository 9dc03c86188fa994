use super::*;

#[test]
fn a_missing_key_comes_after_the_last_one() {
    check("a: 1\nb: 2\n", &[set("c", 3)], "a: 1\nb: 2\nc: 3\n");
    check("a: 1", &[set("c", 3)], "a: 1\nc: 3");
    check("a: 1 # x\n\n# end\n", &[set("c", 3)], "a: 1 # x\nc: 3\n\n# end\n");
    check("a:\n  b: |\n    x\n\nd: 1\n", &[set("a.c", 3)], "a:\n  b: |\n    x\n  c: 3\n\nd: 1\n");
    check("a:\n    b:\n        c: 1\n", &[set("a.d.e", 3)], "a:\n    b:\n        c: 1\n    d:\n        e: 3\n");
    check("- slug: a\n  name: b\n- slug: c\n", &[set("[1].name", "d")], "- slug: a\n  name: b\n- slug: c\n  name: d\n");
    check("a: 1\n", &[set("b.c.d", "x")], "a: 1\nb:\n  c:\n    d: x\n");
    check(
        "a: 1\n",
        &[set("b", list([1.into(), table([("c", 2.into()), ("d", 3.into())])]))],
        "a: 1\nb:\n  - 1\n  - c: 2\n    d: 3\n",
    );
    check("a: 1\n", &[set("b: c", "x"), set("<<", "m"), set("1", 2)], "a: 1\n\"b: c\": x\n\"<<\": m\n\"1\": 2\n");
    check("a: 1\r\nb:\r\n  c: 2\r\n", &[set("b.d", "x\ny\n")], "a: 1\r\nb:\r\n  c: 2\r\n  d: |\r\n    x\r\n    y\r\n");
    check("\u{FEFF}a: 1\n", &[set("b", 2)], "\u{FEFF}a: 1\nb: 2\n");
    check("a:\nb: 1\n", &[set("a.c", 2)], "a:\n  c: 2\nb: 1\n");
    check("a: {}\n", &[set("a.c", 2)], "a: {c: 2}\n");
    check("a: {} # x\n", &[set("a.c.d", 2)], "a: # x\n  c:\n    d: 2\n");
    check("a: {b: {x: 1}}\nc: {}\n", &[set("a.d", table([("e", 1.into())]))], "a: {b: {x: 1}, d: {e: 1}}\nc: {}\n");
    check(
        "p:\n  a: {type: string}\n",
        &[set("p.b", table([("type", "number".into())]))],
        "p:\n  a: {type: string}\n  b: {type: number}\n",
    );
    check("a: 1\n...\n", &[set("b", 2)], "a: 1\nb: 2\n...\n");
    check("%YAML 1.2\n---\na: 1\n", &[set("b", 2)], "%YAML 1.2\n---\na: 1\nb: 2\n");
    check("a: 1\nl:\n- x\n", &[set("b", 2)], "a: 1\nl:\n- x\nb: 2\n");
    check("a: 1\nl:\n-\n", &[set("b", 2)], "a: 1\nl:\n-\nb: 2\n");
    check("a: &x\n", &[set("b", 2)], "a: &x\nb: 2\n");
    check("a: [\n  1,\n]\n", &[set("b", 2)], "a: [\n  1,\n]\nb: 2\n");
    check("? a\n: 1\n", &[set("b", 2)], "? a\n: 1\nb: 2\n");
    check("a: 1\n", &[set("b.c", 2), set("b.d", 3), append("b.e", 4)], "a: 1\nb:\n  c: 2\n  d: 3\n  e:\n    - 4\n");
}

#[test]
fn an_empty_root_is_an_empty_mapping() {
    check("", &[set("a", 1)], "a: 1\n");
    check("# x\n", &[set("a.b", 1)], "# x\na:\n  b: 1\n");
    check("# x", &[set("a", 1)], "# x\na: 1\n");
    check("# x\r\n", &[set("a", 1), set("b", 2)], "# x\r\na: 1\r\nb: 2\r\n");
    check("---\n", &[set("a", 1)], "---\na: 1\n");
    check("---", &[set("a", 1)], "---\na: 1");
    check("{}\n", &[set("a", 1)], "{a: 1}\n");
    check("null\n", &[set("a", 1), set("b", 2)], "a: 1\nb: 2\n");
    check("a: 1\n", &[remove("a")], "");
    check("# x\na: 1 # y\n# z\n", &[remove("a")], "# x\n# z\n");
    check("", &[remove("a"), set("", table([]))], "");
    check("a: 1\n", &[set("", table([]))], "");
}

#[test]
fn a_removed_key_takes_its_lines_along() {
    check("a: 1\nb: 2 # x\nc: 3\n", &[remove("b")], "a: 1\nc: 3\n");
    check("a: 1\n# about b\nb: 2\nc: 3\n", &[remove("b")], "a: 1\n# about b\nc: 3\n");
    check("a: 1\nb:\n  # in\n  c: 2\n  d: |\n    x\n\ne: 3\n", &[remove("b")], "a: 1\n\ne: 3\n");
    check("a: 1\nb: 2\n", &[remove("a")], "b: 2\n");
    check("a: 1\nb: 2", &[remove("b")], "a: 1");
    check("a: 1\r\nb: 2\r\n", &[remove("a")], "b: 2\r\n");
    check("\u{FEFF}a: 1\nb: 2\n", &[remove("a")], "\u{FEFF}b: 2\n");
    check("a: # x\n  b: 1\nc: 2\n", &[remove("a.b")], "a: {} # x\nc: 2\n");
    check("a:\n  b: 1\n  # own\n  c: 2\nd: 3\n", &[remove("a.b"), remove("a.c")], "a: {}\n  # own\nd: 3\n");
    check("- slug: x # c\n  name: y\n", &[remove("[0].slug")], "- name: y\n");
    check("- slug: x # c\n  # own\n  name: y\n", &[remove("[0].slug")], "-\n  # own\n  name: y\n");
    check("- slug: x # c\n  name: y\n  z: 1\n", &[remove("[0].slug"), remove("[0].name")], "- z: 1\n");
    check("- slug: x # c\n- a\n", &[remove("[0].slug")], "- {} # c\n- a\n");
    check("- slug: x\n  name: y\n", &[set("[0].slug", "z")], "- slug: z\n  name: y\n");
    check("a: 1\nb: 2\n", &[remove("a"), set("c", 3)], "b: 2\nc: 3\n");
    check("a: 1\nb: 2\n", &[remove("b"), set("c", 3)], "a: 1\nc: 3\n");
    check("a: 1\n", &[remove("a"), set("c", 3)], "c: 3\n");
    check("x:\n  - a: 1\n    b: 2\n", &[remove("x[0].b"), append("x", 3)], "x:\n  - a: 1\n  - 3\n");
    check("a: 1\n", &[remove("a"), set("a.b", 3)], "a:\n  b: 3\n");
}

#[test]
fn a_mapping_changes_member_by_member() {
    check(
        "a: # x\n  b: 1 # one\n  # own\n  c: 'two'\n  d: 3\ne: 1\n",
        &[set("a", table([("c", "2".into()), ("b", 1.into()), ("f", "new".into())]))],
        "a: # x\n  b: 1 # one\n  # own\n  c: '2'\n  f: new\ne: 1\n",
    );
    check("a: {b: 1, c: 2} # x\n", &[set("a", table([("c", 3.into()), ("d", 4.into())]))], "a: {c: 3, d: 4} # x\n");
    check("a:\n  b: 1\nc: 2\n", &[set("a", table([("x", 1.into()), ("y", 2.into())]))], "a:\n  x: 1\n  y: 2\nc: 2\n");
    check("a:\n  b: 1\nc: 2\n", &[set("a", table([]))], "a: {}\nc: 2\n");
    check("b: 1\nc: 2\n", &[set("", table([("c", 3.into()), ("d", 2.into())]))], "c: 3\nd: 2\n");
}

#[test]
fn another_kind_replaces_the_value() {
    check("a: # x\n  b: 1\n  c: 2\nd: 1\n", &[set("a", "y")], "a: y # x\nd: 1\n");
    check("a: # x\n- 1\n- 2\nd: 1\n", &[set("a", "y")], "a: y # x\nd: 1\n");
    check(
        "a: y  # x\nd: 1\n",
        &[set("a", table([("b", 1.into()), ("c", 2.into())]))],
        "a:  # x\n  b: 1\n  c: 2\nd: 1\n",
    );
    check("a: [1, 2]\nd: 1\n", &[set("a", table([("b", 1.into())]))], "a: {b: 1}\nd: 1\n");
    check("a:\n  - 1 # x\nd: 1\n", &[set("a", table([("b", 1.into())]))], "a:\n  b: 1\nd: 1\n");
    check("a: | # x\n  t\nd: 1\n", &[set("a", list([1.into()]))], "a: # x\n  - 1\nd: 1\n");
    check("a: {b: 1}\n", &[set("a", "x\ny\n")], "a: |\n  x\n  y\n");
    check("a:\n  b: 1\nc: 1\n", &[set("a", "x\ny\n")], "a: |\n  x\n  y\nc: 1\n");
    check("- x # c\n- y\n", &[set("[0]", table([("b", 1.into()), ("c", 2.into())]))], "- b: 1 # c\n  c: 2\n- y\n");
    check("- b: 1\n  c: 2\n- y\n", &[set("[0]", "x")], "- x\n- y\n");
    check("-\n  b: 1\n  c: 2\n- y\n", &[set("[0]", "x")], "- x\n- y\n");
    check("- |\n  b\n- y\n", &[set("[0]", table([("b", 1.into()), ("c", 2.into())]))], "- b: 1\n  c: 2\n- y\n");
    check("- # c\n- y\n", &[set("[0]", "x")], "- x # c\n- y\n");
    check("a:\n  'x'\nb: 1\n", &[set("a", table([("b", 1.into())]))], "a:\n  b: 1\nb: 1\n");
    check("text\n", &[set("", table([("b", 1.into())]))], "b: 1\n");
    check("--- text\n", &[set("", table([("b", 1.into()), ("c", 1.into())]))], "---\nb: 1\nc: 1\n");
    check("--- {a: 1}\n", &[set("", list([1.into(), 2.into()]))], "--- [1, 2]\n");
    check("a: 1\n", &[set("", list([1.into(), 2.into()]))], "- 1\n- 2\n");
    check("- 1\n- 2\n", &[set("", table([("b", 1.into()), ("c", 1.into())]))], "b: 1\nc: 1\n");
}

#[test]
fn blank_lines_do_not_join_a_text_that_keeps_its_own() {
    check("a: |+\n  x\nb: 1\n\nc: 2\n", &[remove("b")], "a: |+\n  x\nc: 2\n");
    check("a: |+\n  x\n\nb: 1", &[remove("b")], "a: |+\n  x\n\n");
    check("a: |+\n  x\n\nb: 1\n", &[set("c", 2)], "a: |+\n  x\n\nb: 1\nc: 2\n");
    check("a: |+\n  x\n\n", &[set("c", 2)], "a: |+\n  x\n\nc: 2\n");
    check("a: |-\n  x\nb: 1\n\nc: 2\n", &[remove("b")], "a: |-\n  x\n\nc: 2\n");
}
