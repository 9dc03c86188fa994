use super::{append, list, number, patched, remove, reorder, set, table, text};
use crate::edit::Content;

/// What `a = OLD` becomes once it is to hold texts.
#[track_caller]
fn texts<const N: usize>(old: &str, new: [&str; N]) -> String {
    let after = patched(&format!("a = {old} # why\n"), &[set("a", Content::texts(new))]);
    let rest = after.strip_prefix("a = ").and_then(|rest| rest.strip_suffix(" # why\n"));
    rest.expect("all around stays").to_owned()
}

const WRAPPED: &str = "[\n  'a',   # first\n  # above b\n  \"b\", # second\n  \"c\"\n]";

#[test]
fn elements_go_with_their_line_and_comment() {
    assert_eq!(texts(WRAPPED, ["b", "c"]), "[\n  # above b\n  \"b\", # second\n  \"c\"\n]");
    assert_eq!(texts(WRAPPED, ["a", "c"]), "[\n  'a',   # first\n  # above b\n  \"c\"\n]");
    assert_eq!(texts(WRAPPED, ["a", "b"]), "[\n  'a',   # first\n  # above b\n  \"b\" # second\n]");
    assert_eq!(texts(WRAPPED, ["a"]), "[\n  'a'   # first\n  # above b\n]");
    assert_eq!(texts(WRAPPED, []), "[]");
    assert_eq!(texts("[ 'a', 'b', 'c' ]", ["b", "c"]), "[ 'b', 'c' ]");
    assert_eq!(texts("[ 'a', 'b', 'c', ]", ["a"]), "[ 'a', ]");
    assert_eq!(texts("['a', 'b', 'c']", ["a", "c"]), "['a', 'c']");
    assert_eq!(texts("[\n  'a', 'b',\n  'c', 'd',\n]", ["b", "d"]), "[\n  'b',\n  'd',\n]");
}

#[test]
fn elements_come_in_their_neighbors_style() {
    assert_eq!(
        texts(WRAPPED, ["0", "a", "b", "x", "c", "d"]),
        "[\n  \"0\",\n  'a',   # first\n  # above b\n  \"b\", # second\n  \"x\",\n  \"c\",\n  \"d\"\n]"
    );
    assert_eq!(texts("[\n\t'a',\n]", ["a", "b"]), "[\n\t'a',\n\t\"b\",\n]");
    assert_eq!(texts("[\n  'a'\n  , 'b' # b\n]", ["a", "b", "c"]), "[\n  'a'\n  , 'b', # b\n  \"c\"\n]");
    assert_eq!(texts("[\n  # none\n]", ["a"]), "[\n  \"a\"\n  # none\n]");
    assert_eq!(texts("[]", ["a", "b"]), "[\"a\", \"b\"]");
    assert_eq!(texts("[ 'a' ]", ["b", "a", "c"]), "[ \"b\", 'a', \"c\" ]");
    assert_eq!(texts("['a','b']", ["a", "b", "c"]), "['a','b', \"c\"]");
    assert_eq!(texts("['a'  , # x\n 'b']", ["a", "c", "b"]), "['a'  , # x\n \"c\",\n 'b']");
}

#[test]
fn elements_change_in_place() {
    assert_eq!(texts(WRAPPED, ["a", "z", "c"]), WRAPPED.replace("\"b\"", "\"z\""));
    assert_eq!(texts(WRAPPED, ["it's", "b", "c"]), WRAPPED.replace("'a'", "\"it's\""));
    let after = patched("a = ['x', 'y']\n", &[set("a[1]", text("z")), remove("a[0]")]);
    assert_eq!(after, "a = ['z']\n");
}

#[test]
fn moved_elements_take_their_comments_along() {
    assert_eq!(texts(WRAPPED, ["c", "a", "b"]), "[\n  \"c\",\n  'a',   # first\n  # above b\n  \"b\" # second\n]");
    let after = patched("a = ['x', \"y\", '''z''']\n", &[reorder("a", &[2, 0])]);
    assert_eq!(after, "a = ['''z''', 'x', \"y\"]\n");
}

#[test]
fn tables_in_arrays_keep_their_text() {
    let before = "judge = [\"x.com\", {domain=\"y.com\", judge = 'strict'}, 'z.com']\n";
    let entry = |domain, judge| table([("domain", text(domain)), ("judge", text(judge))]);
    let after =
        patched(before, &[set("judge", list([entry("y.com", "strict"), entry("n.com", "lax"), text("z.com")]))]);
    assert_eq!(
        after,
        "judge = [{domain=\"y.com\", judge = 'strict'}, { domain = \"n.com\", judge = \"lax\" }, 'z.com']\n"
    );
    let after = patched(before, &[set("judge[1].judge", text("lax")), remove("judge[0]")]);
    assert_eq!(after, "judge = [{domain=\"y.com\", judge = 'lax'}, 'z.com']\n");
}

#[test]
fn inline_lists_take_all_changes_at_once() {
    let before = "providers = [\n  { id = \"a\" }, # one\n  { id = \"b\", model = 'm' },\n]\n";
    let changes = [
        set("providers[1].model", text("n")),
        append("providers", [("id", text("c"))]),
        reorder("providers", &[2, 1, 0]),
        set("providers[0].key", text("$K")),
    ];
    assert_eq!(
        patched(before, &changes),
        "providers = [\n  { id = \"c\" },\n  { id = \"b\", model = 'n' },\n  { id = \"a\", key = \"$K\" }, # one\n]\n"
    );
    assert_eq!(patched("p = [{ id = 1 }]\n", &[append("p", [("id", number(2))])]), "p = [{ id = 1 }, { id = 2 }]\n");
}

#[test]
fn long_lists_take_a_line_an_element() {
    let long = "x".repeat(40);
    let after = patched("[t]\n  a = 1\n", &[set("t.b", Content::texts([&long, &long, &long]))]);
    assert_eq!(after, format!("[t]\n  a = 1\n  b = [\n    \"{long}\",\n    \"{long}\",\n    \"{long}\",\n  ]\n"));
}

#[test]
fn a_new_first_element_stands_apart_from_the_next_one() {
    let first = |old: &str| patched(old, &[set("a", Content::texts(["n", "x", "y"]))]);
    assert_eq!(first("a = [\"x\", \"y\"]\n"), "a = [\"n\", \"x\", \"y\"]\n");
    assert_eq!(first("a = [\"x\",\"y\"]\n"), "a = [\"n\",\"x\",\"y\"]\n");
    assert_eq!(patched("a = [\"x\"]\n", &[set("a", Content::texts(["n", "x"]))]), "a = [\"n\", \"x\"]\n");
    assert_eq!(first("a = [ \"x\", \"y\" ]\n"), "a = [ \"n\", \"x\", \"y\" ]\n");
}
