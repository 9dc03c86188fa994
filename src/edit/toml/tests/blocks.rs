use super::{number, patched, remove, set, table, text};
use crate::edit::Content;

#[test]
fn keys_go_with_their_line_and_comment() {
    let before = "[t]\n# above\na = 1 # same line\nb = '''\nx\n''' # end\nc = 2\n";
    assert_eq!(patched(before, &[remove("t.a")]), "[t]\n# above\nb = '''\nx\n''' # end\nc = 2\n");
    assert_eq!(
        patched(before, &[remove("t.b"), remove("t.missing"), remove("no.where[0].x")]),
        "[t]\n# above\na = 1 # same line\nc = 2\n"
    );
    assert_eq!(patched("a = 1\nb = 2", &[remove("b")]), "a = 1");
    assert_eq!(patched("a = 1\nb = 2", &[remove("b"), remove("a")]), "");
    assert_eq!(patched("n.a = 1\nn.b.c = 2\nm = 3\n", &[remove("n")]), "m = 3\n");
}

#[test]
fn tables_go_with_all_their_parts() {
    let before = "[a.x]\nn = 1\n\n# about y\n[a.y] # y\nn = 2\n\n# inside\n\n[a.y.z]\nn = 3\n\n# about memory\n[memory]\n\n[[a.y.list]]\nn = 4\n";
    assert_eq!(patched(before, &[remove("a.y")]), "[a.x]\nn = 1\n\n# about memory\n[memory]\n");
    assert_eq!(patched(before, &[remove("a.x")]), before.replace("[a.x]\nn = 1\n\n", ""));
    assert_eq!(patched(before, &[remove("a")]), "# about memory\n[memory]\n");
    assert_eq!(patched("[a]\n[b]\nx = 1\n\n[c]\n", &[remove("b")]), "[a]\n\n[c]\n");
    assert_eq!(patched("[a]\n\n\n[b]\n\n[c]\n", &[remove("b")]), "[a]\n\n[c]\n");
    assert_eq!(patched("[a]\n\n[b]\nx = 1", &[remove("b")]), "[a]");
    assert_eq!(patched("[a]\n\n[b]\n\n# the end\n", &[remove("b")]), "[a]\n\n# the end\n");
}

#[test]
fn tables_change_by_member() {
    let before = "[t]\na = 1 # one\nb = 2\n[t.inner]\nx = 1\n\n[o]\n";
    let new = table([("a", number(1)), ("c", text("new")), ("inner", table([("x", number(2))]))]);
    assert_eq!(patched(before, &[set("t", new)]), "[t]\na = 1 # one\nc = \"new\"\n[t.inner]\nx = 2\n\n[o]\n");
    assert_eq!(patched(before, &[set("t.inner", table([]))]), "[t]\na = 1 # one\nb = 2\n[t.inner]\n\n[o]\n");
    assert_eq!(patched(before, &[set("t.inner", text("x"))]), "[t]\na = 1 # one\nb = 2\ninner = \"x\"\n\n[o]\n");
}

#[test]
fn a_table_can_make_room_for_another() {
    let before = "[agents.a]\nname = \"a\"\n\n# about memory\n[memory]\n";
    let after = patched(before, &[remove("agents.a"), set("agents.b.name", text("b"))]);
    assert_eq!(after, "[agents.b]\nname = \"b\"\n\n# about memory\n[memory]\n");
}

#[test]
fn files_keep_their_line_breaks_and_marks() {
    let before = "\u{feff}[a]\r\nx = \"1\"\r\n\r\n[[p]]\r\ny = [\r\n  1,\r\n]";
    let changes = [
        set("a.z", text("two\nlines\n")),
        set("p[0].y", Content::List(vec![number(1), number(2)])),
        set("b.c", number(1)),
        set("a.w", text("two\nlines")),
    ];
    assert_eq!(
        patched(before, &changes),
        "\u{feff}[a]\r\nx = \"1\"\r\nz = \"\"\"\r\ntwo\r\nlines\r\n\"\"\"\r\nw = \"\"\"\r\ntwo\r\nlines\"\"\"\r\n\r\n[[p]]\r\ny = [\r\n  1,\r\n  \
         2,\r\n]\r\n\r\n[b]\r\nc = 1"
    );
    assert_eq!(patched("\u{feff}", &[set("a", number(1))]), "\u{feff}a = 1\n");
    assert_eq!(patched("\u{feff}a = 1\n", &[remove("a")]), "\u{feff}");
}

#[test]
fn comments_that_stand_apart_are_not_taken_along() {
    let text = "[agents.a]\nx = 1\n\n# a's\n[agents.b]\ny = 1\n\n# ---- others ----\n\n[agents.c]\nz = 1\n";
    assert_eq!(patched(text, &[remove("agents.b")]), "[agents.a]\nx = 1\n\n# ---- others ----\n\n[agents.c]\nz = 1\n");
    assert_eq!(patched("[a]\n\n# rest\n\n[b]\n", &[remove("a")]), "# rest\n\n[b]\n");
}
