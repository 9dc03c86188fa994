use super::{list, number, patched, place, refused, set, table, text};
use crate::edit::{Content, Location, PatchError, Refusal, Toml};
use crate::model::Number;

/// What `a = OLD # why` becomes.
#[track_caller]
fn value(old: &str, new: Content) -> String {
    let before = format!("# top\na = {old} # why\nb = 1\n");
    let after = patched(&before, &[set("a", new)]);
    let rest = after.strip_prefix("# top\na = ").and_then(|rest| rest.strip_suffix(" # why\nb = 1\n"));
    rest.expect("all around stays").to_owned()
}

#[test]
fn texts_keep_their_quotes() {
    assert_eq!(value("\"x\"", text("y")), "\"y\"");
    assert_eq!(value("'x'", text("y\\")), "'y\\'");
    assert_eq!(value("'x'", text("it's")), "\"it's\"");
    assert_eq!(value("'x'", text("a\nb")), "\"\"\"\na\nb\"\"\"");
    assert_eq!(value("\"x\"", text("a\nb")), "\"a\\nb\"");
    assert_eq!(value("'''x'''", text("a\nb")), "'''a\nb'''");
    assert_eq!(value("'''\nx'''", text("y'")), "\"y'\"");
    assert_eq!(value("\"\"\"\nx\n\"\"\"", text("y\n")), "\"\"\"\ny\n\"\"\"");
    assert_eq!(value("\"\"\"x\"\"\"", text("\ny")), "\"\"\"\n\ny\"\"\"");
    assert_eq!(value("\"\"\"x\"\"\"", text("a\"\"\"\"b\"")), "\"\"\"a\"\"\\\"\"b\\\"\"\"\"");
}

#[test]
fn texts_are_escaped() {
    assert_eq!(value("'x'", text("\u{202e}\u{7}\t\r\u{61c}\u{2066}é")), "\"\\u202E\\u0007\\t\\r\\u061C\\u2066é\"");
    assert_eq!(value("\"x\"", text("\\ \"")), "\"\\\\ \\\"\"");
    assert_eq!(value("\"\"\"x\"\"\"", text("\u{200f}\\\n\u{7f}")), "\"\"\"\\u200F\\\\\n\\u007F\"\"\"");
}

#[test]
fn numbers_are_plain_and_floats_stay_floats() {
    let double = |number| Content::Number(Number::from_f64(number).expect("it is finite"));
    assert_eq!(value("0x1F", number(32)), "32");
    assert_eq!(value("1_000.0", number(7)), "7.0");
    assert_eq!(value("1", double(1.5)), "1.5");
    assert_eq!(value("1", double(1e300)), "1e300");
    assert_eq!(value("1", double(1e17)), "1e17");
    assert_eq!(value("inf", number(1)), "1");
    assert_eq!(value("\"a.b\"", number(1)), "1");
    assert_eq!(value("0xE", number(1)), "1");
    assert_eq!(value("1979-05-27T07:32:00.5", number(1)), "1");
    assert_eq!(value("[1.5]", number(1)), "1");
}

#[test]
fn equal_values_are_not_touched() {
    for (old, new) in [
        ("'x'", text("x")),
        ("\"\\u0078\"", text("x")),
        ("1.0", number(1)),
        ("0x10", number(16)),
        ("true", Content::Bool(true)),
        ("[ 'a', # c\n \"b\" ]", Content::texts(["a", "b"])),
        ("{ y = 1, x.z = 2 }", table([("x", table([("z", number(2))])), ("y", number(1))])),
    ] {
        let toml = Toml::parse(&format!("a = {old}\n")).expect("it is TOML");
        assert_eq!(toml.edits(&[set("a", new)]), Ok(Vec::new()), "{old}");
    }
}

#[test]
fn another_type_replaces_the_value() {
    assert_eq!(value("\"x\"", Content::Bool(true)), "true");
    assert_eq!(value("\"x\"", Content::texts(["a", "b"])), "[\"a\", \"b\"]");
    assert_eq!(value("[1, 2]", table([("k y", number(1))])), "{ \"k y\" = 1 }");
    assert_eq!(value("{ b = 1 }", number(3)), "3");
    assert_eq!(value("1979-05-27", text("x")), "\"x\"");
    assert_eq!(value("1", list([table([]), list([])])), "[{}, []]");
}

#[test]
fn inline_tables_change_by_member() {
    let new = || table([("b", number(2)), ("d", number(4))]);
    assert_eq!(value("{ a = 1, b = 2, c.x = 3, c.y = 4 }", new()), "{ b = 2, d = 4 }");
    assert_eq!(value("{b=1,a=2}", new()), "{b=2, d=4}");
    assert_eq!(value("{}", new()), "{ b = 2, d = 4 }");
    assert_eq!(value("{\n  # k\n  b = 2, # two\n  a = 1,\n}", new()), "{\n  # k\n  b = 2, # two\n  d = 4,\n}");
    let dotted = patched("a = { c.x = 3 }\n", &[set("a.c.y", number(1)), set("a.n.m", number(2))]);
    assert_eq!(dotted, "a = { c.x = 3, c.y = 1, n = { m = 2 } }\n");
}

#[test]
fn what_toml_lacks_is_refused() {
    let error = refused("a = 1\n", &[set("a", list([Content::Null]))]);
    assert_eq!(error, (Refusal::Null, place("a")));
    let error = PatchError { refusal: error.0, location: Location::Path(error.1) };
    assert_eq!(error.to_string(), "a: TOML has no null");
    assert_eq!(refused("a = 1\n", &[set("a.b", number(1))]), (Refusal::NotATable, place("a.b")));
    assert_eq!(refused("a = [1]\n", &[set("a[1]", number(1))]), (Refusal::NoElement(1), place("a[1]")));
    assert!(Toml::parse("a = ").is_none());
}
