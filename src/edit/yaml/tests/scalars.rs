use super::*;

#[test]
fn a_scalar_changes_in_its_span_and_keeps_its_quotes() {
    let table: [(&str, Content, &str); 29] = [
        ("a: x # c\n", text("y"), "a: y # c\n"),
        ("a: 'x' # c\n", text("it's"), "a: 'it''s' # c\n"),
        ("a: 'x'\n", text("y\u{202E}z"), "a: \"y\\u202Ez\"\n"),
        ("a: \"x\"\n", text("y \"z\" \\ ü\n\tx"), "a: \"y \\\"z\\\" \\\\ ü\\n\\tx\"\n"),
        ("a: x\n", text("true"), "a: \"true\"\n"),
        ("a: x\n", text("12"), "a: \"12\"\n"),
        ("a: x\n", text("99999999999999999999"), "a: \"99999999999999999999\"\n"),
        ("a: x\n", text(".nan"), "a: \".nan\"\n"),
        ("a: x\n", text("null"), "a: \"null\"\n"),
        ("a: x\n", text("~"), "a: \"~\"\n"),
        ("a: x\n", text("b: c"), "a: \"b: c\"\n"),
        ("a: x\n", text("b #c"), "a: \"b #c\"\n"),
        ("a: x\n", text("b#c:d"), "a: b#c:d\n"),
        ("a: x\n", text("- b"), "a: \"- b\"\n"),
        ("a: x\n", text("-b"), "a: -b\n"),
        ("a: x\n", text("*b"), "a: \"*b\"\n"),
        ("a: x\n", text("on"), "a: \"on\"\n"),
        ("a: x\n", text(""), "a: \"\"\n"),
        ("a: x\n", text(" b"), "a: \" b\"\n"),
        ("a: x\n", text("b:"), "a: \"b:\"\n"),
        ("a: multi\n  line # c\nb: 1\n", text("y"), "a: y # c\nb: 1\n"),
        ("a: 'x'\n", Content::Bool(true), "a: true\n"),
        ("a: 1\n", 2.into(), "a: 2\n"),
        ("a: 1 # one\n", text("1"), "a: \"1\" # one\n"),
        ("a: x\n", 0.05.into(), "a: 0.05\n"),
        ("a: x\n", 1e300.into(), "a: 1e300\n"),
        ("a: x\n", Content::Null, "a: null\n"),
        ("a:\nb: 1\n", text("y"), "a: y\nb: 1\n"),
        ("a: # c\nb: 1\n", text("y"), "a: y # c\nb: 1\n"),
    ];
    for (before, value, after) in table {
        check(before, &[set("a", value)], after);
    }
}

#[test]
fn what_means_the_same_stays() {
    let same: [(&str, Content); 12] = [
        ("a: 0x10\n", 16.into()),
        ("a: 1.0\n", 1.into()),
        ("a: ~\n", Content::Null),
        ("a:\n", Content::Null),
        ("a: TRUE\n", Content::Bool(true)),
        ("a: 'x'\n", text("x")),
        ("a: >\n  x\n  y\n", text("x y\n")),
        ("a: !!str 1\n", text("1")),
        ("a: &x {b: 1, c: [2]}\n", table([("c", list([2.into()])), ("b", 1.into())])),
        ("b: &x y\na: *x\n", text("y")),
        ("a: [\n x, # c\n]\n", list([text("x")])),
        ("a: []\n", list([])),
    ];
    for (before, value) in same {
        check(before, &[set("a", value)], before);
    }
    check("a: x\n", &[], "a: x\n");
    check("a: x\n", &[remove("b"), remove("a.b"), remove("b.c[1]")], "a: x\n");
}

#[test]
fn texts_under_a_bar_keep_it() {
    let cases = [
        ("a: |\n  x\nb: 1\n", "y\nz\n", "a: |\n  y\n  z\nb: 1\n"),
        ("a: |  # c\n    x\n    y\nb: 1\n", "x\nz", "a: |-  # c\n    x\n    z\nb: 1\n"),
        ("a: |-\n  x\n\nb: 1\n", "y\n", "a: |\n  y\n\nb: 1\n"),
        ("a: |-\n  x\n\nb: 1\n", "y\n\n", "a: |+\n  y\n\nb: 1\n"),
        ("a: |+\n  x\n\nb: 1\n", "y", "a: |-\n  y\nb: 1\n"),
        ("a: |+\n  x\n\nb: 1\n", "y\n\n\n", "a: |+\n  y\n\n\nb: 1\n"),
        ("a: |\n  x\n", "  y\nz\n", "a: |2\n    y\n  z\n"),
        ("a: |2\n    y\n  z\n", "y\n", "a: |\n  y\n"),
        ("a: |\n  x\n  y  \n", "x2\ny  \n", "a: |\n  x2\n  y  \n"),
        ("a: |\n  x\n", "y\u{2028}\n", "a: \"y\\u2028\\n\"\n"),
        ("a: |\n  x\nb: 1\n", "", "a: \"\"\nb: 1\n"),
        ("a: >-\n  x\n  y\n", "x z", "a: >-\n  x z\n"),
        ("a: >\n  x\n  y\n", "x\nz\n\nw\n", "a: >\n  x\n\n  z\n\n\n  w\n"),
        ("a: >\n  x\n", " x\ny\n", "a: |2\n   x\n  y\n"),
        ("a: |\n  x", "y\n", "a: |\n  y"),
        ("a: |\n  x", "y\n\n", "a: |+\n  y\n\n"),
        ("a: |\r\n  x\r\n  y\r\nb: 1\r\n", "x\nz\n", "a: |\r\n  x\r\n  z\r\nb: 1\r\n"),
        ("a: |\nb: 1\n", "x\n", "a: |\n  x\nb: 1\n"),
        ("a: |\n  x\n# after\nb: 1\n", "y\n", "a: |\n  y\n# after\nb: 1\n"),
        ("a: |\n  x\n", "# y\n- z\n", "a: |\n  # y\n  - z\n"),
    ];
    for (before, value, after) in cases {
        check(before, &[set("a", value)], after);
    }
    check("a: |\n  x\nb: 1\n", &[set("a", 1)], "a: 1\nb: 1\n");
    check("a: |\n  x\nb: 1\n", &[set("a", table([]))], "a: {}\nb: 1\n");
}

#[test]
fn long_folded_texts_are_wrapped() {
    let words = "word ".repeat(30);
    let after = patched("a: >-\n  x\n  y\n", &[set("a", words.trim_end())]);
    assert!(after.lines().all(|line| line.len() <= 82), "{after}");
    assert_eq!(after.lines().count(), 3, "{after}");
}

#[test]
fn several_lines_become_a_block_text() {
    check("a: x # c\nb: 1\n", &[set("a", "y\nz\n")], "a: | # c\n  y\n  z\nb: 1\n");
    check("a: 'x'\n", &[set("a", "y\nz")], "a: |-\n  y\n  z\n");
    check("a:\n", &[set("a", "y\nz")], "a: |-\n  y\n  z\n");
    check("l:\n  - x\n", &[set("l[0]", "y\nz")], "l:\n  - |-\n    y\n    z\n");
    check("a: x\n\nb: 1\n", &[set("a", "y\n\n")], "a: \"y\\n\\n\"\n\nb: 1\n");
    check("a: x\nb: 1\n", &[set("a", "y\n\n")], "a: |+\n  y\n\nb: 1\n");
    check("a: x\n      # deep\nb: 1\n", &[set("a", "y\nz\n")], "a: \"y\\nz\\n\"\n      # deep\nb: 1\n");
    check("a: x", &[set("a", "y\nz\n")], "a: |\n  y\n  z");
    check("a: x\n", &[set("a", "y \nz\n")], "a: \"y \\nz\\n\"\n");
    check("a: x\n", &[set("a", "\ty\nz\n")], "a: \"\\ty\\nz\\n\"\n");
}
