use super::*;

#[test]
fn members_of_braces_come_and_go() {
    check("a: {b: 1, c: 2}\n", &[remove("a.b")], "a: {c: 2}\n");
    check("a: {b: 1, c: 2}\n", &[remove("a.c")], "a: {b: 1}\n");
    check("a: {b: 1, c: 2, }\n", &[remove("a.c")], "a: {b: 1, }\n");
    check("a: { b: 1 }\n", &[remove("a.b")], "a: {}\n");
    check("a: { b: 1 }\n", &[set("a.c", "x, y")], "a: { b: 1, c: \"x, y\" }\n");
    check("a: {b: 1, c: 2, d: 3}\n", &[remove("a.b"), remove("a.c"), set("a.e", 4)], "a: {d: 3, e: 4}\n");
    check("a: {b: 1, c: 2, d: 3}\n", &[remove("a.d"), remove("a.c"), set("a.e", 4)], "a: {b: 1, e: 4}\n");
    check("a: {b: , c}\n", &[set("a.b", 1), set("a.c", 2)], "a: {b: 1 , c: 2}\n");
    check("a: {\"b\":1}\n", &[set("a.b", "x\ny")], "a: {\"b\":\"x\\ny\"}\n");
    check("a: {b: 'x'}\n", &[set("a.b", "it's")], "a: {b: 'it''s'}\n");
    check("a: {b: x}\n", &[set("a.b", "y, z")], "a: {b: \"y, z\"}\n");
    check("a: {b: x}\n", &[set("a.b", table([("c", list([1.into()]))]))], "a: {b: {c: [1]}}\n");
    check("a: {b: x}\n", &[set("a.c.d", 1)], "a: {b: x, c: {d: 1}}\n");
    check("{a: 1}", &[set("b", 1)], "{a: 1, b: 1}");
}

#[test]
fn elements_of_brackets_come_and_go() {
    let texts = |texts: &[&str]| Content::texts(texts.iter().copied());
    check("a: [x, y, z]\n", &[set("a", texts(&["x", "z"]))], "a: [x, z]\n");
    check("a: [x, z]\n", &[set("a", texts(&["w", "x", "y", "z", "v"]))], "a: [w, x, y, z, v]\n");
    check("a: [x, y]\n", &[set("a", texts(&["p", "q"]))], "a: [p, q]\n");
    check("a: [x, y]\n", &[set("a", texts(&["x", "q"]))], "a: [x, q]\n");
    check("a: [x, y]\n", &[set("a", texts(&["q", "y"]))], "a: [q, y]\n");
    check("a: [x]\n", &[remove("a[0]")], "a: []\n");
    check("a: [x, {b: 1}]\n", &[set("a[1].b", 2), append("a", 3)], "a: [x, {b: 2}, 3]\n");
}

#[test]
fn parts_on_lines_of_their_own_stay_so() {
    check("a: [\n  x,\n  y\n]\n", &[append("a", "z")], "a: [\n  x,\n  y,\n  z\n]\n");
    check("a: [\n  x, # 1\n  y, # 2\n]\n", &[append("a", "z")], "a: [\n  x, # 1\n  y, # 2\n  z,\n]\n");
    check("a: [\n  x,\n  y # 2\n]\n", &[append("a", "z")], "a: [\n  x,\n  y, # 2\n  z\n]\n");
    check("a: [\n  x,\n  y,\n  z,\n]\n", &[remove("a[1]")], "a: [\n  x,\n  z,\n]\n");
    check("a: [\n  x,\n  y,\n  z,\n]\n", &[remove("a[2]")], "a: [\n  x,\n  y,\n]\n");
    check("a: [\n  x, # 1\n  y, # 2\n  z,\n]\n", &[remove("a[1]")], "a: [\n  x, # 1\n   # 2\n  z,\n]\n");
    check("a: [ # c\n]\n", &[append("a", "z")], "a: [z # c\n]\n");
}
