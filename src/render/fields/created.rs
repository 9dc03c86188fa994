use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FieldPath, Value, counted};
use crate::plan::{FieldChange, Widening, widenings};
use crate::render::document::{Document, Line, Style, line};
use crate::render::fold::fold_end;
use crate::render::phrases::{field_name, joined};
use crate::render::prose_diff::{Folding, fold_line};
use crate::render::text_safety::{sanitise, sanitise_block};
use crate::render::value_text::{one_line, unfolded};
use crate::schema::{Kind, entry_members, file_path, is_written_by_files};

use super::Entry;
use super::text::{LOOK, Page, element, element_name, from_skill, is_prompt, known, listed, remark};

/// How many elements of a list stand beside each other; more of them stand one a line.
pub(super) const BESIDE: usize = 3;

/// How many lines of a list are shown before the rest is folded.
pub(super) const ROWS: usize = 12;

/// The fields of a new resource, all of them: prompts first, by their files.
pub(in crate::render) fn created(kind: Kind, fields: &[FieldChange], page: Page) -> Vec<Entry> {
    let shown = fields.iter().filter(|field| field.after.is_some() && is_written_by_files(kind, &field.path));
    let (keyed, others): (Vec<&FieldChange>, Vec<&FieldChange>) =
        shown.partition(|field| file_path(kind, &field.path).contains('['));
    let is_file = |field: &&FieldChange| is_prompt(&field.path) && field.path.steps().len() == 1;
    let (prompts, others): (Vec<&FieldChange>, Vec<&FieldChange>) = others.into_iter().partition(is_file);
    let mut told = Told::default();
    let mut entries: Vec<Entry> = prompts.into_iter().map(|field| one(kind, field, page, &mut told)).collect();
    entries.extend(by_key(kind, &keyed));
    entries.extend(others.into_iter().map(|field| one(kind, field, page, &mut told)));
    entries
}

/// What was said to be opened: a skill brings packages and domains into lists of its agent, which say it once for both.
#[derive(Default)]
pub(super) struct Told(BTreeSet<(&'static str, String)>);

impl Told {
    fn is_new(&mut self, widening: &Widening) -> bool {
        widening.element.clone().is_none_or(|element| self.0.insert((widening.word, element)))
    }
}

/// The entries of lists that have a key, one entry a line with what else is said of it: `anthropic, model claude-sonnet-4-5`.
fn by_key(kind: Kind, fields: &[&FieldChange]) -> Vec<Entry> {
    let mut lists: BTreeMap<String, Vec<(String, Line)>> = BTreeMap::new();
    // An entry itself comes first, since the order of the list is its order.
    let is_part = |field: &&FieldChange| !file_path(kind, &field.path).ends_with(']');
    let (parts, entries): (Vec<&FieldChange>, Vec<&FieldChange>) = fields.iter().copied().partition(is_part);
    for field in entries.into_iter().chain(parts) {
        let path = file_path(kind, &field.path);
        let Some((list, rest)) = path.split_once('[') else { continue };
        let Some((key, member)) = rest.split_once(']') else { continue };
        let found = lists.entry(list.to_owned()).or_default();
        let position = found.iter().position(|(other, _)| other == key).unwrap_or_else(|| {
            found.push((key.to_owned(), line!("{}", key)));
            found.len() - 1
        });
        if let (Some((_, shown)), Some(value)) = (found.get_mut(position), field.after.as_ref())
            && let Some(member) = member.strip_prefix('.')
        {
            let said = line!(", {} {}", member, element(&field.path, value));
            *shown = std::mem::take(shown).then(said);
        }
    }
    let entry = |(list, keys): (String, Vec<(String, Line)>)| {
        let entry = Entry::new(sanitise(&list));
        keys.into_iter().fold(entry, |entry, (_, shown)| entry.value(shown))
    };
    lists.into_iter().map(entry).collect()
}

pub(super) fn one(kind: Kind, field: &FieldChange, page: Page, told: &mut Told) -> Entry {
    let Some(value) = &field.after else { return Entry::default() };
    let mut opened = widenings(kind, &field.path, None, Some(value));
    opened.retain(|widening| told.is_new(widening));
    let label = field_name(kind, &field.path);
    let entry = Entry::new(label.clone());
    let entry = if opened.is_empty() { entry } else { entry.marked(LOOK) };
    let entry = match (entry_members(kind, &field.path), value) {
        (Some(_), Value::Map(members)) => parts(kind, &field.path, members, &opened, entry, page),
        (None, Value::List(elements)) => list(kind, field, elements, &opened, entry, page),
        _ => {
            let remark = remark(&opened, None);
            let room = page.columns.of_value(&label);
            let (shown, below) = with_remark(&field.path, value, room, remark.as_ref(), page);
            entry.remarked(shown, remark).below(below)
        }
    };
    match field.sources.get("") {
        Some(skill) => entry.value(line!("from skill {}", skill).in_style(Style::Dim)),
        None => entry,
    }
}

/// A value with a remark. One that has to be folded anyway leaves room for the remark.
fn with_remark(path: &FieldPath, value: &Value, room: usize, remark: Option<&Line>, page: Page) -> (Line, Document) {
    const LEAST: usize = 24;
    let left = room.saturating_sub(remark.map_or(0, |remark| remark.width() + 2));
    let is_folded = one_line(path, value).width() > room || known(value).is_some_and(|text| text.contains('\n'));
    short(path, value, if is_folded && left >= LEAST { left } else { room }, page)
}

/// The members of an entry, one a line: `url "https://h.example/mcp"`.
fn parts(
    kind: Kind,
    path: &FieldPath,
    members: &BTreeMap<String, Value>,
    opened: &[Widening],
    entry: Entry,
    page: Page,
) -> Entry {
    let whole = file_path(kind, path);
    let room = page.columns.of_value(entry.label());
    // What the entry opens is said once.
    let mut said = opened.first().map(|opened| Style::Attention.line(&opened.what));
    leaves(kind, path, members).into_iter().fold(entry, |entry, (place, value)| {
        let name = file_path(kind, &place);
        let name = name.strip_prefix(&whole).map_or(name.as_str(), |name| name.trim_start_matches(['.', ':', ' ']));
        let head = if name.is_empty() { Line::new() } else { line!("{} ", Style::Dim.of(name)) };
        let remark = said.take();
        let room = room.saturating_sub(head.width());
        let (shown, below) = with_remark(&place, &value, room, remark.as_ref(), page);
        entry.remarked(head.then(shown), remark).below(below)
    })
}

/// What files can say of an entry, in the order of its fields, and its text first, which is its file.
fn leaves(kind: Kind, path: &FieldPath, members: &BTreeMap<String, Value>) -> Vec<(FieldPath, Value)> {
    let fields = entry_members(kind, path).unwrap_or_default();
    let rank = |name: &String| fields.iter().position(|field| field.name == name).unwrap_or(fields.len());
    let mut members: Vec<(&String, &Value)> = members.iter().collect();
    members.sort_by_key(|(name, _)| (!is_prompt(&path.join(name.as_str())), rank(name)));
    let mut found = Vec::new();
    for (name, value) in members {
        let place = path.join(name.clone());
        match value {
            Value::Map(inner) => found.extend(leaves(kind, &place, inner)),
            _ if is_written_by_files(kind, &place) => found.push((place, value.clone())),
            _ => {}
        }
    }
    found
}

/// A value in one line; of a text of several lines their count and the first one. With `--full` the lines stand below.
pub(super) fn short(path: &FieldPath, value: &Value, room: usize, page: Page) -> (Line, Document) {
    let text = known(value).filter(|text| is_prompt(path) || text.trim_end().contains('\n'));
    if let Some(text) = text {
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let count = text.trim_end().lines().count();
        if page.folding == Folding::Full {
            let block: Document = sanitise_block(text).into_iter().map(|line| line!("{}", line)).collect();
            return (line!("{}:", counted(count, "line")), block.gutter());
        }
        let head = line!("{}: ", counted(count, "line"));
        let first = Value::known(lines.first().copied().unwrap_or_default());
        let more = if count > 1 { " …" } else { "" };
        let shown = fold_end(&one_line(path, &first), room.saturating_sub(head.width() + more.len()));
        let more = if shown.as_str().ends_with("…\"") { "" } else { more };
        return (head.then(line!("{}{}", shown, more)), Document::new());
    }
    if let (Folding::Full, Value::Map(members)) = (page.folding, value)
        && !members.is_empty()
    {
        return (Line::new(), unfolded(path, value));
    }
    let shown = match value {
        Value::List(elements) if !elements.is_empty() => {
            joined(&elements.iter().map(|one| element(path, one)).collect::<Vec<_>>())
        }
        other => one_line(path, other),
    };
    if page.folding == Folding::Full {
        return (line!("{}", shown), Document::new());
    }
    (line!("{}", fold_end(&shown, room)), Document::new())
}

/// A list: a few elements beside each other, more of them one a line, and so each of which there is something to say.
fn list(kind: Kind, field: &FieldChange, elements: &[Value], opened: &[Widening], entry: Entry, page: Page) -> Entry {
    let room = page.columns.of_value(entry.label());
    let path = &field.path;
    let element = |one: &Value| listed(kind, path, one);
    let is_merged = elements.iter().any(|one| source(field, one).is_some());
    let together = joined(&elements.iter().map(element).collect::<Vec<_>>());
    if opened.is_empty() && !is_merged && elements.len() <= BESIDE && together.width() <= room {
        return entry.value(if elements.is_empty() { line!("[]") } else { line!("{}", together) });
    }
    let shared = shared_remark(opened, elements.len());
    let entry = match &shared {
        Some(head) => entry.value(head.clone()),
        None => entry,
    };
    let is_opened = |one: &Value| element_name(one).is_some_and(|name| remark(opened, Some(name)).is_some());
    // What opens something is never folded away.
    let (first, rest): (Vec<&Value>, Vec<&Value>) = elements.iter().partition(|one| is_opened(one));
    let shown = if page.folding == Folding::Full || rest.len() <= ROWS + 2 { rest.len() } else { ROWS };
    let all = first.iter().chain(rest.iter().take(shown));
    let entry = all.fold(entry, |entry, one| {
        let text = match page.folding {
            Folding::Full => element(one),
            Folding::Fold => fold_end(&element(one), room),
        };
        let value = line!("{}{}", text, source(field, one).map(from_skill).unwrap_or_default());
        let remark = element_name(one).filter(|_| shared.is_none()).and_then(|name| remark(opened, Some(name)));
        entry.remarked(value, remark)
    });
    if rest.len() > shown { entry.value(fold_line(rest.len() - shown, 0)) } else { entry }
}

fn source<'field>(field: &'field FieldChange, one: &Value) -> Option<&'field str> {
    field.sources.get(element_name(one)?).map(String::as_str)
}

/// What is said once of all elements, where the same is to be said of each: `2 run without asking:`.
fn shared_remark(opened: &[Widening], count: usize) -> Option<Line> {
    let is_of_all = opened.len() == count && count > 1;
    let first = opened.first().filter(|_| is_of_all)?;
    let plural = first.plural().filter(|_| opened.iter().all(|other| other.what == first.what))?;
    Some(line!("{} {}:", count, Style::Attention.of(plural)))
}
