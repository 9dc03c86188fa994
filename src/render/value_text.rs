//! Values of desired and actual state as text, and what changed between two of them.
//!
//! Only `Known` texts are shown; a reference is `$NAME`, everything else is `(hidden)`.

use crate::model::{FieldPath, Text, Value, shown_part};

use super::document::{Document, Line, Style, line};
use super::prose_diff::{Direction, Folding, diff_between, fold_line, more_characters};
use super::text_safety::{SafeText, sanitise, sanitise_block, shown};

/// How many columns a value may take on its line before it is folded or unfolds into a block.
const COLUMNS: usize = 72;

/// How many rows of a list or map are shown before the rest is folded.
const ROWS: usize = 12;

/// How many lines of a text are shown before the rest is folded.
const TEXT_LINES: usize = 40;

const HIDDEN: SafeText = SafeText::literal("(hidden)");
const ARROW: &str = " → ";

/// Writes a value in one line, whole: JSON with bare keys, members in order of their keys.
///
/// The path says where the value stands; URLs of MCP servers show all but their user-info and query.
pub fn one_line(path: &FieldPath, value: &Value) -> SafeText {
    match value {
        Value::Null => SafeText::literal("null"),
        Value::Bool(true) => SafeText::literal("true"),
        Value::Bool(false) => SafeText::literal("false"),
        Value::Number(number) => shown(number),
        Value::Text(text) => text_line(path, text),
        Value::List(elements) => {
            let parts: Vec<SafeText> = elements.iter().map(|element| one_line(path, element)).collect();
            enclosed("[", &parts, "]")
        }
        Value::Map(members) => {
            let parts: Vec<SafeText> = members
                .iter()
                .map(|(name, member)| {
                    key(name).then(&SafeText::literal(": ")).then(&one_line(&path.join(name), member))
                })
                .collect();
            enclosed("{", &parts, "}")
        }
    }
}

/// Writes `label: value`, in one line if it is short, else unfolded into a block below the label.
///
/// Without `--full` long texts, lists and maps are cut, saying how much is missing.
pub fn field(label: &SafeText, path: &FieldPath, value: &Value, folding: Folding) -> Document {
    let head = line!("{}:", label.clone());
    let whole = one_line(path, value);
    let several_lines = known(value).is_some_and(|text| text.trim_end().contains('\n'));
    if whole.width() <= COLUMNS && !several_lines {
        return Document::from(head.then(line!(" {}", whole)));
    }
    let rows: Document = match value {
        Value::List(elements) => {
            elements.iter().map(|element| marked(Style::Dim, "- ", &one_line(path, element), folding)).collect()
        }
        Value::Map(members) => members
            .iter()
            .flat_map(|(name, member)| field(&key(name), &path.join(name), member, folding).lines().to_vec())
            .collect(),
        Value::Text(Text::Known(text)) if several_lines => {
            let lines: Document = sanitise_block(text).into_iter().map(|line| line!("{}", line)).collect();
            let block = folded(lines.gutter(), TEXT_LINES, folding);
            return Document::from(head).with(block.indented(2));
        }
        _ => return Document::from(head.then(line!(" {}", cut(Style::Plain, &whole, folding)))),
    };
    Document::from(head).with(folded(rows, ROWS, folding).indented(2))
}

/// Writes what becomes of a field: `label: before → after`, or below the label what is taken out and put in.
///
/// Prose is a text diff, of lists and maps only what differs is shown. None, or anything blank, after something is `(cleared)`;
/// two hidden values are `(hidden, changed)`.
pub fn change(
    label: &SafeText,
    path: &FieldPath,
    before: Option<&Value>,
    after: Option<&Value>,
    folding: Folding,
) -> Document {
    change_below(label, path, before, after, ChangeStyle { folding, direction: Direction::ToOrg })
}

/// Writes what becomes of a field of the files, as [`change`] does.
pub fn change_of_files(
    label: &SafeText,
    path: &FieldPath,
    before: Option<&Value>,
    after: Option<&Value>,
    folding: Folding,
) -> Document {
    change_below(label, path, before, after, ChangeStyle { folding, direction: Direction::ToFiles })
}

/// How a change is shown.
#[derive(Clone, Copy)]
struct ChangeStyle {
    folding: Folding,
    direction: Direction,
}

fn change_below(
    label: &SafeText,
    path: &FieldPath,
    before: Option<&Value>,
    after: Option<&Value>,
    style: ChangeStyle,
) -> Document {
    let head = line!("{}:", label.clone());
    let cleared = after.is_none_or(Value::is_blank) && before.is_some_and(|before| !before.is_blank());
    let block = match (before, after) {
        (Some(Value::List(before)), Some(Value::List(after))) if !before.is_empty() && !after.is_empty() => {
            list_change(path, before, after, style.folding)
        }
        (Some(Value::Map(before)), Some(Value::Map(after))) if !before.is_empty() && !after.is_empty() => {
            let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            names
                .into_iter()
                .filter(|name| before.get(*name) != after.get(*name))
                .flat_map(|name| {
                    let (before, after) = (before.get(name), after.get(name));
                    change_below(&key(name), &path.join(name), before, after, style).lines().to_vec()
                })
                .collect()
        }
        (before, after) if is_prose(before, after) => {
            let text = |value: Option<&Value>| value.and_then(known).unwrap_or_default().to_owned();
            let diff = diff_between(&text(before), &text(after), style.folding, style.direction);
            let head = if cleared { head.then(Style::Remove.line(" (cleared)")) } else { head };
            return Document::from(head).with(diff.indented(2));
        }
        _ => return scalar_change(head, path, before, after, cleared, style.folding),
    };
    Document::from(head).with(block.indented(2))
}

fn scalar_change(
    head: Line,
    path: &FieldPath,
    before: Option<&Value>,
    after: Option<&Value>,
    cleared: bool,
    folding: Folding,
) -> Document {
    let side = |value: Option<&Value>| value.map_or(SafeText::literal("(none)"), |value| one_line(path, value));
    let was = side(before);
    let becomes = if cleared { SafeText::literal("(cleared)") } else { side(after) };
    if was == HIDDEN && becomes == HIDDEN {
        return Document::from(head.then(Style::Update.line(" (hidden, changed)")));
    }
    if was == becomes && before.is_some_and(Value::has_hidden) {
        // The hidden parts differ: the same text twice would look like no change.
        return Document::from(head.then(line!(" {} (hidden part changed)", cut(Style::Update, &was, folding))));
    }
    if was.width() + becomes.width() <= COLUMNS {
        let line = head.then(line!(" {}{}{}", Style::Remove.of(was), Style::Dim.of(ARROW), Style::Create.of(becomes)));
        return Document::from(line);
    }
    let rows = [marked(Style::Remove, "- ", &was, folding), marked(Style::Create, "+ ", &becomes, folding)];
    Document::from(head).with(rows.into_iter().collect::<Document>().indented(2))
}

fn list_change(path: &FieldPath, before: &[Value], after: &[Value], folding: Folding) -> Document {
    let (removed, kept_before) = without(before, after);
    let (added, kept_after) = without(after, before);
    let row = |style, marker, element: &Value| marked(style, marker, &one_line(path, element), folding);
    let mut rows: Document = removed.into_iter().map(|element| row(Style::Remove, "- ", element)).collect();
    rows.extend(added.into_iter().map(|element| row(Style::Create, "+ ", element)));
    let mut rows = folded(rows, ROWS, folding);
    if kept_before != kept_after {
        let order = Value::List(after.to_vec());
        let order = cut(Style::Plain, &one_line(path, &order), folding);
        rows.push(line!("{}order changed: {}", Style::Update.of("~ "), order));
    }
    rows
}

/// Splits the elements of one list into those that the other lacks and those that it has, counting duplicates.
fn without<'a>(elements: &'a [Value], others: &[Value]) -> (Vec<&'a Value>, Vec<&'a Value>) {
    let mut left = std::collections::BTreeMap::<&Value, usize>::new();
    for other in others {
        *left.entry(other).or_default() += 1;
    }
    elements.iter().partition(|element| match left.get_mut(element) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    })
}

fn text_line(path: &FieldPath, text: &Text) -> SafeText {
    match text {
        Text::Known(text) => quoted(text),
        Text::SecretRef(name) => sanitise(&name.reference()),
        Text::Sensitive(text) => shown_part(path, text).map_or(HIDDEN, |part| sanitise(&part)),
        Text::Opaque => HIDDEN,
    }
}

fn known(value: &Value) -> Option<&str> {
    match value {
        Value::Text(Text::Known(text)) => Some(text),
        _ => None,
    }
}

/// Whether a change is best read as a text diff: only printable texts, one of them of several lines.
fn is_prose(before: Option<&Value>, after: Option<&Value>) -> bool {
    let text = |value: Option<&Value>| value.map_or(Some(String::new()), |value| known(value).map(str::to_owned));
    match (text(before), text(after)) {
        (Some(before), Some(after)) => {
            before != after && (before.trim_end().contains('\n') || after.trim_end().contains('\n'))
        }
        _ => false,
    }
}

fn quoted(text: &str) -> SafeText {
    // Backslashes are doubled first, so that what the sanitiser makes visible can be told from what the text says.
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    SafeText::literal("\"").then(&sanitise(&escaped)).then(&SafeText::literal("\""))
}

fn key(name: &str) -> SafeText {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$');
    if !name.is_empty() && name.bytes().all(bare) { sanitise(name) } else { quoted(name) }
}

fn enclosed(open: &'static str, parts: &[SafeText], close: &'static str) -> SafeText {
    let mut text = SafeText::literal(open);
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            text = text.then(&SafeText::literal(", "));
        }
        text = text.then(part);
    }
    text.then(&SafeText::literal(close))
}

fn cut(style: Style, text: &SafeText, folding: Folding) -> Line {
    let (kept, hidden) = if folding == Folding::Full { (text.clone(), 0) } else { text.cut(COLUMNS) };
    line!("{}{}", style.of(kept), more_characters(hidden))
}

fn marked(style: Style, marker: &'static str, text: &SafeText, folding: Folding) -> Line {
    line!("{}{}", style.of(marker), cut(style, text, folding))
}

fn folded(rows: Document, limit: usize, folding: Folding) -> Document {
    let count = rows.lines().len();
    if folding == Folding::Full || count <= limit + 2 {
        return rows;
    }
    let mut kept: Document = rows.lines().iter().take(limit).cloned().collect();
    kept.push(fold_line(count - limit, 0));
    kept
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::model::{Number, SecretName};

    use super::*;

    fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
        Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn sensitive(text: &str) -> Value {
        Value::Text(Text::sensitive(text))
    }

    fn path(steps: &[&str]) -> FieldPath {
        steps.iter().fold(FieldPath::default(), |path, step| path.join(*step))
    }

    fn line(value: &Value) -> String {
        one_line(&path(&["x"]), value).as_str().to_owned()
    }

    fn at(steps: &[&str], before: Option<&Value>, after: Option<&Value>) -> Document {
        let path = path(steps);
        change(&sanitise(&path.to_string()), &path, before, after, Folding::Fold)
    }

    fn changed(before: &Value, after: &Value) -> String {
        at(&["x"], Some(before), Some(after)).to_plain()
    }

    #[test]
    fn values_are_compact_json_with_sorted_bare_keys() {
        let value = map([
            ("b", Value::known_list(["x", "y\"\\z"])),
            ("a b", Value::Null),
            ("c", map([("on", Value::Bool(true)), ("n", Value::Number(Number::from_i64(3).unwrap()))])),
            ("d", Value::List(Vec::new())),
            ("e", Value::Map(BTreeMap::new())),
        ]);
        assert_eq!(line(&value), r#"{"a b": null, b: ["x", "y\"\\z"], c: {n: 3, on: true}, d: [], e: {}}"#);
        assert_eq!(line(&Value::known("a\u{202e}\n\\u{202e}")), r#""a\u{202e}\n\\u{202e}""#);
    }

    #[test]
    fn only_known_texts_and_names_of_references_are_shown() {
        let name = SecretName::parse("BOT_TOKEN").unwrap();
        assert_eq!(line(&Value::Text(Text::SecretRef(name))), "$BOT_TOKEN");
        assert_eq!(line(&sensitive("https://host/path?key=1")), "(hidden)");
        assert_eq!(line(&Value::Text(Text::Opaque)), "(hidden)");
        assert_eq!(line(&Value::List(vec![sensitive("a"), Value::known("b")])), r#"[(hidden), "b"]"#);
    }

    #[test]
    fn urls_of_mcp_servers_hide_user_and_query_only() {
        let url = sensitive("https://u:p@host/a?key=1");
        let servers = map([("s", map([("url", url.clone()), ("headers", map([("url", url.clone())]))]))]);
        assert_eq!(
            one_line(&path(&["mcpServers"]), &servers).as_str(),
            "{s: {headers: {url: (hidden)}, url: https://(hidden)@host/a?(hidden)}}"
        );
        for place in [&["mcpServers", "mcpServers", "env", "url"][..], &["config", "s", "url"], &["url"]] {
            assert_eq!(one_line(&path(place), &url).as_str(), "(hidden)", "{place:?}");
        }
        let hook = sensitive("https://hooks.slack.com/services/T/B/x");
        assert_eq!(one_line(&path(&["mcpServers", "s", "url"]), &hook).as_str(), "(hidden)");
    }

    #[test]
    fn long_values_unfold_into_blocks_and_fold_at_their_end() {
        let list = Value::known_list((0..40).map(|number| format!("host-{number}.example")));
        insta::assert_snapshot!(field(&sanitise("domains"), &path(&["x"]), &list, Folding::Fold).to_plain(), @r#"
        domains:
          - "host-0.example"
          - "host-1.example"
          - "host-2.example"
          - "host-3.example"
          - "host-4.example"
          - "host-5.example"
          - "host-6.example"
          - "host-7.example"
          - "host-8.example"
          - "host-9.example"
          - "host-10.example"
          - "host-11.example"
          … 28 more lines; --full shows them
        "#);
        assert_eq!(field(&sanitise("domains"), &path(&["x"]), &list, Folding::Full).lines().len(), 41);
        let value = map([("prompt", Value::known("a\nb\n")), ("text", Value::known("y".repeat(100)))]);
        insta::assert_snapshot!(field(&sanitise("config"), &path(&["x"]), &value, Folding::Fold).to_plain(), @r#"
        config:
          prompt:
            │ a
            │ b
          text: "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy … 30 more characters
        "#);
    }

    #[test]
    fn scalars_change_in_one_line() {
        insta::assert_snapshot!(changed(&Value::known("Bot"), &Value::known("Bott")), @r#"x: "Bot" → "Bott""#);
        insta::assert_snapshot!(changed(&Value::known("Bot"), &Value::known("")), @r#"x: "Bot" → (cleared)"#);
        insta::assert_snapshot!(changed(&sensitive("a"), &sensitive("b")), @"x: (hidden, changed)");
        insta::assert_snapshot!(changed(&sensitive("a"), &Value::known("b")), @r#"x: (hidden) → "b""#);
        let added = at(&["a", "b.c"], None, Some(&Value::Bool(true)));
        insta::assert_snapshot!(added.to_plain(), @"a[b.c]: (none) → true");
        let taken = at(&["x"], Some(&Value::known_list(["a"])), None);
        insta::assert_snapshot!(taken.to_plain(), @r#"x: ["a"] → (cleared)"#);
        let url = |query| sensitive(&format!("https://h/?{query}"));
        let servers = at(&["mcpServers", "s", "url"], Some(&url("a")), Some(&url("b")));
        insta::assert_snapshot!(servers.to_plain(), @"mcpServers.s.url: https://h/?(hidden) (hidden part changed)");
    }

    #[test]
    fn long_scalars_stand_below_each_other() {
        insta::assert_snapshot!(changed(&Value::known("a".repeat(40)), &Value::known("b".repeat(80))), @r#"
        x:
          - "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
          + "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb … 10 more characters
        "#);
    }

    #[test]
    fn lists_show_what_goes_what_comes_and_a_new_order() {
        let list = |elements: &[&str]| Value::known_list(elements.iter().copied());
        insta::assert_snapshot!(changed(&list(&["a", "b", "c"]), &list(&["b", "a", "d", "a"])), @r#"
        x:
          - "c"
          + "d"
          + "a"
          ~ order changed: ["b", "a", "d", "a"]
        "#);
        insta::assert_snapshot!(changed(&list(&["a", "b"]), &list(&["b", "a"])), @r#"
        x:
          ~ order changed: ["b", "a"]
        "#);
        insta::assert_snapshot!(changed(&list(&["a"]), &list(&["a", "b"])), @r#"
        x:
          + "b"
        "#);
        insta::assert_snapshot!(changed(&list(&[]), &list(&["a", "b"])), @r#"x: [] → ["a", "b"]"#);
    }

    #[test]
    fn maps_show_only_what_differs() {
        let before = map([("a", Value::known("1")), ("b", Value::known_list(["x"])), ("token", sensitive("s"))]);
        let after = map([("a", Value::known("1")), ("b", Value::known_list(["y"])), ("c", Value::Null)]);
        insta::assert_snapshot!(changed(&before, &after), @r#"
        x:
          b:
            - "x"
            + "y"
          c: (none) → null
          token: (hidden) → (cleared)
        "#);
    }

    #[test]
    fn prose_changes_as_a_text_diff() {
        insta::assert_snapshot!(changed(&Value::known("a\nb\n"), &Value::known("a\nc\n")), @r"
        x:
          │ --- org
          │ +++ files
          │ @@ -1,2 +1,2 @@
          │  a
          │ -b
          │ +c
        ");
        insta::assert_snapshot!(changed(&Value::known("a\nb\n"), &Value::known("")), @r"
        x: (cleared)
          │ --- org
          │ +++ files
          │ @@ -1,2 +0,0 @@
          │ -a
          │ -b
        ");
    }
}
