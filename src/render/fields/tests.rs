//! Single fields as they are read, and the law that two values which differ never look alike.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::model::{FieldPath, Text, Value};
use crate::plan::{FieldAction, FieldChange};
use crate::render::document::Document;
use crate::render::prose_diff::{Direction, Folding};
use crate::schema::Kind;
use crate::schema::kinds::{ENTITY_TYPE, PLATFORM, SETTINGS};

use super::*;

fn field(steps: &[&str], before: Option<Value>, after: Option<Value>) -> FieldChange {
    let action = match (&before, &after) {
        (None, _) => FieldAction::Add,
        (_, None) => FieldAction::Clear,
        _ => FieldAction::Change,
    };
    let path = FieldPath::of(steps.iter().copied());
    FieldChange { path, action, before, after, sources: BTreeMap::new(), guarded: false }
}

fn page(folding: Folding) -> Page {
    Page { columns: Columns::of(80, [15]), folding }
}

fn shown(kind: Kind, steps: &[&str], before: Option<Value>, after: Option<Value>) -> String {
    let page = page(Folding::Fold);
    changed(kind, &field(steps, before, after), Direction::ToOrg, page).lines(page.columns).to_plain()
}

fn config(before: &str, after: &str) -> String {
    shown(PLATFORM, &["config", "language"], Some(Value::known(before)), Some(Value::known(after)))
}

/// A side that is a list.
fn list(texts: &[&str]) -> Value {
    Value::known_list(texts.iter().copied())
}

#[test]
fn scalars_change_in_one_line_and_long_ones_below_each_other_around_what_differs() {
    insta::assert_snapshot!(config("en", "de"), @r#"      config.language  "en" → "de""#);
    insta::assert_snapshot!(config("Bot", ""), @r#"      config.language  "Bot" → (cleared)"#);
    let long = |word: &str| format!("{}{word}{}", "The shop is open. ".repeat(8), " Call before you come.".repeat(8));
    insta::assert_snapshot!(config(&long("Today"), &long("Never")), @"
    config.language  - … op is open. Today Call before …
                     + … op is open. Never Call before …
    ");
    insta::assert_snapshot!(config("a", &long("Today")), @r#"
    config.language  - "a"
                     + "The shop is open. The shop is open. The shop is op …
    "#);
}

#[test]
fn hidden_values_say_that_they_changed_and_nothing_else() {
    let hidden = |text: &str| Some(Value::Text(Text::sensitive(text)));
    insta::assert_snapshot!(shown(PLATFORM, &["config", "botToken"], hidden("a"), hidden("b")), @"      config.botToken  (hidden, changed)");
    let url = |query: &str| Some(Value::Text(Text::sensitive(format!("https://h/?{query}"))));
    insta::assert_snapshot!(shown(SETTINGS, &["mcpServers", "s", "url"], url("a"), url("b")), @"    ! skills.mcp.s.url  https://h/?(hidden) (hidden part changed)");
}

#[test]
fn lists_show_what_goes_what_comes_and_a_new_order() {
    let tools = &["toolsConfig", "allowedTools"];
    insta::assert_snapshot!(shown(SETTINGS, tools, Some(list(&["a", "b", "c"])), Some(list(&["b", "a", "d", "a"]))), @r#"
    tools.allowed    - "c"
                     + "d"
                     + "a"
                     ~ order changed: ["b", "a", "d", "a"]
    "#);
    insta::assert_snapshot!(shown(SETTINGS, tools, Some(list(&[])), Some(list(&["a", "b"]))), @r#"
    tools.allowed    + "a"
                     + "b"
    "#);
    insta::assert_snapshot!(shown(SETTINGS, tools, Some(list(&["a"])), None), @r#"    - tools.allowed    ["a"] → (cleared)"#);
    let many: Vec<String> = (0..40).map(|number| format!("tool-{number}")).collect();
    let folded = shown(SETTINGS, tools, Some(list(&["a"])), Some(Value::known_list(many)));
    assert!(folded.ends_with("… 29 more lines; --full shows them\n"), "{folded}");
}

#[test]
fn objects_show_only_what_differs() {
    let map = |members: &[(&str, Value)]| {
        Some(Value::Map(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()))
    };
    let status = |words: &[&str]| map(&[("enum", Value::known_list(words.iter().copied()))]).unwrap();
    let before =
        map(&[("type", Value::known("object")), ("properties", map(&[("status", status(&["open"]))]).unwrap())]);
    let after = map(&[
        ("type", Value::known("object")),
        ("properties", map(&[("status", status(&["open", "done"]))]).unwrap()),
    ]);
    insta::assert_snapshot!(shown(ENTITY_TYPE, &["metadata_schema"], before, after), @r#"
    metadata_schema
      properties:
        status:
          enum: + "done"
    "#);
}

#[test]
fn prompts_change_as_a_text_diff_without_names_of_sides() {
    let text = |text: &str| Some(Value::known(text));
    insta::assert_snapshot!(shown(SETTINGS, &["soulMd"], text("a\nb\n"), text("a\nc\n")), @"
    SOUL.md
      │ @@ -1,2 +1,2 @@
      │  a
      │ -b
      │ +c
    ");
    insta::assert_snapshot!(shown(SETTINGS, &["soulMd"], text("a\nb\n"), text("")), @"
    SOUL.md          (cleared)
      │ @@ -1,2 +0,0 @@
      │ -a
      │ -b
    ");
}

#[test]
fn spaces_and_marks_that_differ_are_seen() {
    insta::assert_snapshot!(config("one two", "one\u{a0}two"), @r#"      config.language  "one two" → "one\u{a0}two""#);
    insta::assert_snapshot!(config("caf\u{e9}", "cafe\u{301}"), @r#"      config.language  "café" → "cafe\u{301}""#);
    insta::assert_snapshot!(config("a\u{a0}b", "a\\u{a0}b"), @r#"      config.language  "a\u{a0}b" → "a\\u{a0}b""#);
}

/// What a change shows of each side: of a pair beside or below each other, by the arrow or the signs.
fn sides(document: &Document) -> (Vec<String>, Vec<String>) {
    let text = document.to_plain();
    let mut sides = (Vec::new(), Vec::new());
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches("config.language").trim_start().trim_start_matches("│ ");
        if let Some((before, after)) = line.split_once("\" → \"") {
            sides.0.push(before.trim_start_matches('"').to_owned());
            sides.1.push(after.trim_end_matches('"').to_owned());
        } else if let Some(before) = line.strip_prefix("- ").or_else(|| line.strip_prefix('-')) {
            sides.0.push(before.trim_end().to_owned());
        } else if let Some(after) = line.strip_prefix("+ ").or_else(|| line.strip_prefix('+')) {
            sides.1.push(after.trim_end().to_owned());
        }
    }
    sides
}

/// Texts that are easily mistaken for each other.
fn confusable() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b",
        " ",
        "\t",
        "\u{a0}",
        "\u{2003}",
        "e\u{301}",
        "\u{e9}",
        "\u{212b}",
        "\u{c5}",
        "\\u{a0}",
        "\\",
        "a\u{323}\u{302}",
        "a\u{302}\u{323}",
        "…",
        " … ",
        "\"",
        "·",
        "\u{200b}",
        "long words in a row that fold ",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn two_values_that_differ_never_look_alike(before in confusable(), after in confusable()) {
        prop_assume!(before != after && !before.is_empty() && !after.is_empty());
        let change = field(&["config", "language"], Some(Value::known(before)), Some(Value::known(after)));
        for folding in [Folding::Fold, Folding::Full] {
            let page = page(folding);
            let document = changed(PLATFORM, &change, Direction::ToOrg, page).lines(page.columns);
            let (was, becomes) = sides(&document);
            prop_assert!(!was.is_empty() && !becomes.is_empty(), "{}", document.to_plain());
            prop_assert_ne!(was, becomes, "{}", document.to_plain());
        }
    }

    #[test]
    fn two_lines_of_a_prompt_that_differ_never_look_alike(before in confusable(), after in confusable()) {
        let (before, after) = (format!("x{before}x"), format!("x{after}x"));
        prop_assume!(before != after);
        let change = field(&["soulMd"], Some(Value::known(before)), Some(Value::known(after)));
        for folding in [Folding::Fold, Folding::Full] {
            let page = page(folding);
            let document = changed(SETTINGS, &change, Direction::ToOrg, page).lines(page.columns);
            let (was, becomes) = sides(&document);
            prop_assert_eq!((was.len(), becomes.len()), (1, 1), "{}", document.to_plain());
            prop_assert_ne!(was, becomes, "{}", document.to_plain());
        }
    }
}
