mod document;

use proptest::collection::vec;
use proptest::prelude::*;

use self::document::{AGENTS, Choices, document};
use super::{append, list, number, remove, reorder, set, table, text};
use crate::edit::tests::model::Model;
use crate::edit::{Action, Change, Content, Location, NodePath, PatchError, Refusal, Toml, apply_edits};
use crate::model::{Number, with_line_feeds};

fn content(choices: &mut Choices, depth: usize) -> Content {
    match choices.below(if depth == 0 { 5 } else { 8 }) {
        0 => text(choices.one(&["x", "two\nlines", "quote\"'\\", "\u{202e}\u{7}\t", "", "'''\"\"\"\"", "\r\n", "\n"])),
        1 => number(3),
        2 => Content::Number(Number::from_f64(choices.one(&[0.5, 1e300, -2.25])).unwrap()),
        3 => Content::Bool(choices.flip()),
        4 => texts(choices),
        5 => {
            let length = choices.below(3);
            Content::List((0..length).map(|_| content(choices, depth - 1)).collect())
        }
        6 => {
            list([table([("id", content(choices, 0))]), table([("id", text("b")), ("t", content(choices, depth - 1))])])
        }
        _ => table([("k", content(choices, depth - 1)), ("a b", content(choices, depth - 1)), ("e", table([]))]),
    }
}

fn texts(choices: &mut Choices) -> Content {
    let length = choices.below(5);
    Content::texts((0..length).map(|_| choices.one(&["a.com", "b.com", "c.com", "d\u{e9}", "new.com"])))
}

fn change(choices: &mut Choices, id: &str) -> Change {
    let path = choices.one(&[
        "",
        ".name",
        ".dir",
        ".other",
        ".network.allowed",
        ".network.judge",
        ".network",
        ".network.judges.x",
        ".providers",
        ".providers[0]",
        ".providers[1].model",
        ".providers[0].x.y",
        ".providers[0].x.w",
        ".skills.mcp.gh",
        ".skills.mcp.gh.headers",
        ".skills.mcp.gh.url",
        ".skills.x",
        ".platforms",
        ".platforms[0]",
        ".platforms[1]",
        ".platforms[2]",
        ".platforms[1].config",
        ".platforms[0].config.botToken",
        ".platforms[1].config.b",
        ".tools.allowed",
        ".tools",
        ".tools.strict",
        ".new.deep.er",
        ".network.judge[0]",
        ".network.judge[1].judge",
        ".network.allowed[1]",
    ]);
    let path = format!("agents.{id}{path}");
    let lists = format!("agents.{id}.{}", choices.one(&["platforms", "providers", "network.judge", "fresh"]));
    match choices.below(7) {
        0 | 1 => set(&path, content(choices, 2)),
        2 => set(&format!("agents.{id}.{}", choices.one(&["network.allowed", "tools.allowed"])), texts(choices)),
        3 | 4 => remove(&path),
        5 => append(&lists, [("type", text("new")), ("config", table([("botToken", content(choices, 1))]))]),
        _ => {
            let mut order = vec![0, 1, 2];
            order.rotate_left(choices.below(3));
            order.truncate(choices.below(4));
            reorder(&lists, &order)
        }
    }
}

fn is_about_the_call(error: &PatchError) -> bool {
    match (&error.refusal, &error.location) {
        (Refusal::NotVerified, _) => false,
        // An element of `[[…]]` can't become a text.
        (Refusal::Form, Location::Path(path)) => path.to_string().ends_with(']'),
        _ => true,
    }
}

/// Changes that set everything to what it is, from the inside out; none for what a content can't say.
fn own_values(item: &toml_edit::Item, place: &NodePath, changes: &mut Vec<Change>) -> Option<Content> {
    let value = if let Some(table) = item.as_table_like() {
        let members: Vec<(String, Option<Content>)> =
            table.iter().map(|(key, item)| (key.to_owned(), own_values(item, &place.key(key), changes))).collect();
        Content::Table(members.into_iter().map(|(key, value)| Some((key, value?))).collect::<Option<_>>()?)
    } else if let Some(tables) = item.as_array_of_tables() {
        let items = tables.iter().map(|table| toml_edit::Item::Table(table.clone()));
        own_items(items, place, changes)?
    } else if let Some(array) = item.as_array() {
        own_items(array.iter().map(|value| toml_edit::Item::Value(value.clone())), place, changes)?
    } else if let Some(number) = item.as_float() {
        Content::Number(Number::from_f64(number).ok()?)
    } else if let Some(whole) = item.as_integer() {
        Content::Number(Number::from_i64(whole).ok()?)
    } else {
        item.as_bool().map(Content::Bool).or_else(|| item.as_str().map(Content::text))?
    };
    if !place.segments().is_empty() {
        changes.push(Change::set(place.clone(), value.clone()));
    }
    Some(value)
}

fn own_items(
    items: impl Iterator<Item = toml_edit::Item>,
    place: &NodePath,
    changes: &mut Vec<Change>,
) -> Option<Content> {
    let items: Vec<Option<Content>> =
        items.enumerate().map(|(at, item)| own_values(&item, &place.element(at), changes)).collect();
    Some(Content::List(items.into_iter().collect::<Option<_>>()?))
}

/// The lines of a text that do not lie in a part with an agent's name in its headers.
fn foreign_lines(text: &str, id: &str) -> Vec<String> {
    let mut is_foreign = true;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start_matches('\u{feff}').starts_with('[') && !line.contains(", ") {
            is_foreign = !line.contains(id) && !line.starts_with("[agents]");
        }
        if is_foreign && line.contains('=') && !line.contains(id) {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// How many cases a property is tried with; more when looking for trouble.
fn cases() -> u32 {
    option_env!("TOML_CASES").and_then(|cases| cases.parse().ok()).unwrap_or(1500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_change_is_carried_out(bytes in vec(any::<u8>(), 0..400), more in vec(any::<u8>(), 20)) {
        let before = document(&mut Choices::of(bytes));
        let mut choices = Choices::of(more);
        let id = choices.one(&AGENTS);
        check(&before, &[change(&mut choices, id)], id)?;
    }

    #[test]
    fn changes_compose(bytes in vec(any::<u8>(), 0..400), more in vec(any::<u8>(), 80)) {
        let before = document(&mut Choices::of(bytes));
        let mut choices = Choices::of(more);
        let id = choices.one(&AGENTS);
        let length = choices.below(6);
        let changes: Vec<Change> = (0..length).map(|_| change(&mut choices, id)).collect();
        check(&before, &changes, id)?;
    }

    #[test]
    fn one_value_is_one_edit_in_its_line(bytes in vec(any::<u8>(), 0..400), more in vec(any::<u8>(), 20)) {
        let before = document(&mut Choices::of(bytes));
        let mut choices = Choices::of(more);
        let (id, key) = (choices.one(&AGENTS), choices.one(&["name", "dir", "other"]));
        let edits = Toml::parse(&before).unwrap().edits(&[set(&format!("agents.{id}.{key}"), content(&mut choices, 0))]).unwrap();
        prop_assert!(edits.len() <= 1, "{edits:?}");
        let Some(edit) = edits.first() else { return Ok(()) };
        let line_start = before.get(..edit.range.start).unwrap().rfind('\n').map_or(0, |at| at + 1);
        let line = before.get(line_start..edit.range.start).unwrap().trim_start();
        let removed = before.get(edit.range.clone()).unwrap();
        if removed.is_empty() {
            // A key or a table that was not there.
            prop_assert!(line.trim_start_matches('\u{feff}').is_empty() || edit.range.start == before.len(), "{before}\n{edit:?}");
        } else {
            prop_assert!(line.starts_with(key) && line.contains('='), "{before}\n{edit:?}");
            prop_assert!(!removed.contains('#') && (!removed.contains('\n') || removed.starts_with("\"\"\"")));
        }
    }

    #[test]
    fn a_file_is_not_changed_by_its_own_values(bytes in vec(any::<u8>(), 0..400)) {
        let before = document(&mut Choices::of(bytes));
        let mut changes = Vec::new();
        own_values(toml_edit::Document::parse(&*with_line_feeds(&before)).unwrap().as_item(), &NodePath::root(), &mut changes);
        prop_assert_eq!(Toml::parse(&before).unwrap().edits(&changes), Ok(Vec::new()), "{}", before);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]{}=.,#\"'a \n\r\u{feff}1]{0,60}", bytes in vec(any::<u8>(), 60)) {
        let mut choices = Choices::of(bytes);
        if let Some(toml) = Toml::parse(&text) {
            drop(toml.edits(&[change(&mut choices, "a"), set("a", content(&mut choices, 2)), remove("a.a")]));
        }
    }
}

/// What a text says, by another reader than the patcher's; dates and numbers that no content can be as their text.
fn meaning(text: &str) -> Model {
    fn of_item(item: &toml_edit::Item) -> Content {
        if let Some(table) = item.as_table_like() {
            return Content::Table(table.iter().map(|(key, item)| (key.to_owned(), of_item(item))).collect());
        }
        if let Some(tables) = item.as_array_of_tables() {
            return Content::List(tables.iter().map(|table| of_item(&toml_edit::Item::Table(table.clone()))).collect());
        }
        if let Some(array) = item.as_array() {
            return Content::List(array.iter().map(|value| of_item(&toml_edit::Item::Value(value.clone()))).collect());
        }
        let whole = item.as_integer().and_then(|whole| Number::from_i64(whole).ok());
        let number = whole.or_else(|| item.as_float().and_then(|number| Number::from_f64(number).ok()));
        let plain = item.as_bool().map(Content::Bool).or_else(|| item.as_str().map(Content::text));
        plain.or_else(|| number.map(Content::Number)).unwrap_or_else(|| Content::text(item.to_string().trim()))
    }
    Model::of(&of_item(toml_edit::Document::parse(&*with_line_feeds(text)).unwrap().as_item())).pruned()
}

/// What a text means after changes. Tables and lists that hold nothing are as good as none.
fn meant(before: &str, changes: &[Change]) -> Content {
    let mut model = meaning(before);
    model.apply(changes);
    model.pruned().content()
}

fn check(before: &str, changes: &[Change], id: &str) -> Result<(), TestCaseError> {
    let Some(toml) = Toml::parse(before) else { return Err(TestCaseError::fail(format!("not TOML:\n{before}"))) };
    match toml.edits(changes) {
        Err(error) => prop_assert!(is_about_the_call(&error), "{error:?}\n{changes:?}\n{before}"),
        Ok(edits) => {
            let after = apply_edits(before, &edits);
            prop_assert_eq!(foreign_lines(before, id), foreign_lines(&after, id), "\n{}\n{}", before, &after);
            if before.contains("\r\n") {
                prop_assert!(!after.replace("\r\n", "").contains('\n'), "{:?}", after);
            }
            if before.len() > 3 && after.len() > 3 {
                prop_assert_eq!(
                    before.ends_with('\n'),
                    after.ends_with('\n'),
                    "{:?}\n{:?}\n{:?}",
                    before,
                    after,
                    changes
                );
            }
            prop_assert_eq!(
                meaning(&after).content(),
                meant(before, changes),
                "\n{}\n{}\n{:?}",
                before,
                after,
                changes
            );
            let is_stable = |change: &Change| match change.action {
                Action::Set(_) => true,
                Action::Remove => !change.path.to_string().contains('['),
                _ => false,
            };
            if changes.len() == 1 && changes.iter().all(is_stable) {
                let again = Toml::parse(&after).unwrap().edits(changes);
                prop_assert_eq!(again, Ok(Vec::new()), "\n{}\n{}\n{:?}", before, after, changes);
            }
        }
    }
    Ok(())
}
