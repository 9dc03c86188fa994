//! `SKILL.md`, frontmatter and body patched each for itself.

use crate::edit::yaml::{self, Node, Yaml};
use crate::edit::{Change, TextEdit, apply_edits};
use crate::model::{normalize_domain, trim, with_line_ends_of};
use crate::project::limits::YamlLimits;
use crate::project::skills::{SkillParts, skill_parts};

use super::node_content::content;
use super::row::SkillChange;
use super::{Content, NodePath, Segment};

/// The text of a skill's file, made from the text that it starts with.
pub(super) fn patched(base: &str, change: &SkillChange, limits: &YamlLimits) -> Result<String, String> {
    let is_copy = change.file != change.base;
    if change.is_flat && !is_copy {
        let body = change.body.as_deref().unwrap_or_else(|| trim(base));
        return Ok(with_body(base, &range_of_trimmed(base), body));
    }
    // What looks like frontmatter in a flat file is text.
    let flat = || SkillParts { yaml: None, body: range_of_trimmed(base) };
    let parts = if change.is_flat { flat() } else { skill_parts(base) };
    let Some(yaml) = parts.yaml.clone() else { return Ok(with_new_frontmatter(base, &parts, change)) };
    let text = base.get(yaml.clone()).unwrap_or_default();
    let stream = yaml::read(text, limits);
    let changes = frontmatter(change, stream.documents.first().map(|document| &document.root));
    let patcher = Yaml::parse(text, limits).ok_or_else(|| "its frontmatter is no YAML".to_owned())?;
    let edits = patcher.edits(&changes).map_err(|error| error.to_string())?;
    let moved = |edit: TextEdit| TextEdit {
        range: edit.range.start.saturating_add(yaml.start)..edit.range.end.saturating_add(yaml.start),
        text: edit.text,
    };
    let mut edits: Vec<TextEdit> = edits.into_iter().map(moved).collect();
    edits.extend(change.body.as_deref().map(|body| body_edit(base, &parts.body, body)));
    Ok(apply_edits(base, &edits))
}

fn range_of_trimmed(text: &str) -> std::ops::Range<usize> {
    let trimmed = trim(text);
    text.find(trimmed).map_or(text.len()..text.len(), |at| at..at.saturating_add(trimmed.len()))
}

fn with_body(base: &str, range: &std::ops::Range<usize>, body: &str) -> String {
    apply_edits(base, &[body_edit(base, range, body)])
}

/// The body in the place of the old one; where there was none, after a blank line.
fn body_edit(base: &str, range: &std::ops::Range<usize>, body: &str) -> TextEdit {
    if !range.is_empty() || base.is_empty() || body.is_empty() {
        return TextEdit::replace(range.clone(), with_line_ends_of(base, body));
    }
    let line_break = if base.ends_with('\n') { "\n" } else { "\n\n" };
    TextEdit::insert(base.len(), with_line_ends_of(base, &format!("{line_break}{body}\n")))
}

/// A file that gets frontmatter, since something has to stand there.
fn with_new_frontmatter(base: &str, parts: &SkillParts, change: &SkillChange) -> String {
    let old = base.get(parts.body.clone()).unwrap_or_default();
    let body = change.body.as_deref().unwrap_or(old);
    let mut table = Vec::new();
    for (place, value) in named(change) {
        insert(&mut table, place.segments(), value);
    }
    if table.is_empty() && !body.starts_with("---") {
        return with_body(base, &parts.body, body);
    }
    if table.is_empty() {
        // Anything will do: the block must not be empty to be one.
        let name = change.file.rsplit('/').nth(1).unwrap_or_default();
        table.push(("name".to_owned(), Content::text(name)));
    }
    let text = format!("---\n{}---\n\n{body}\n", yaml::render(&Content::Table(table)));
    with_line_ends_of(base, &text).into_owned()
}

fn insert(table: &mut Vec<(String, Content)>, steps: &[Segment], value: Content) {
    let Some((Segment::Key(key), rest)) = steps.split_first() else { return };
    if rest.is_empty() {
        table.push((key.clone(), value));
        return;
    }
    if !table.iter().any(|(other, _)| other == key) {
        table.push((key.clone(), Content::Table(Vec::new())));
    }
    let found = table.iter_mut().find(|(other, _)| other == key);
    if let Some((_, Content::Table(inner))) = found {
        insert(inner, rest, value);
    }
}

/// The changes of frontmatter, the name first.
fn named(change: &SkillChange) -> Vec<(NodePath, Content)> {
    let name = change.name.iter().map(|name| (NodePath::root().key("name"), Content::text(name)));
    name.chain(change.frontmatter.iter().cloned()).collect()
}

fn frontmatter(change: &SkillChange, root: Option<&Node>) -> Vec<Change> {
    let set = |(place, value): (NodePath, Content)| {
        let written = place.segments().iter().try_fold(root?, |node, step| match step {
            Segment::Key(key) => node.get(key),
            Segment::Element(_) => None,
        });
        let is_domains = matches!(place.segments().first(), Some(Segment::Key(key)) if key == "network");
        let value = if is_domains { spelled(value, written) } else { value };
        Some((place, value))
    };
    let changes = named(change).into_iter().map(|change| set(change.clone()).unwrap_or(change));
    changes.map(|(place, value)| Change::set(place, value)).collect()
}

/// A list of domains in the spelling that the file has for them.
fn spelled(value: Content, written: Option<&Node>) -> Content {
    let (Content::List(elements), Some(written)) = (&value, written.and_then(Node::list)) else { return value };
    let spelling = |element: &Content| {
        let same = written.iter().find(|node| reads_as(node, element));
        same.map_or_else(|| element.clone(), content)
    };
    Content::List(elements.iter().map(spelling).collect())
}

fn reads_as(node: &Node, element: &Content) -> bool {
    let of_node = (domain_of(&content(node)), judge_of(&content(node)));
    of_node.0.is_some() && of_node == (domain_of(element), judge_of(element))
}

fn domain_of(content: &Content) -> Option<String> {
    match content {
        Content::Text(text) => normalize_domain(text),
        Content::Table(_) => match member(content, "domain")? {
            Content::Text(text) => normalize_domain(text),
            _ => None,
        },
        _ => None,
    }
}

fn judge_of(content: &Content) -> Option<String> {
    match member(content, "judge")? {
        Content::Text(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn member<'content>(content: &'content Content, name: &str) -> Option<&'content Content> {
    match content {
        Content::Table(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
        _ => None,
    }
}
