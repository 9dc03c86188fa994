//! What is said of a resource, and where each entry is from.

use crate::model::{FieldPath, Value};
use crate::render::document::{Document, Line, Style, line};
use crate::render::fold::fold_end;
use crate::render::phrases::{brief, joined, overlaid_place, place};
use crate::render::prose_diff::{Folding, fold_line};
use crate::render::text_safety::{SafeText, sanitise};
use crate::schema::{Kind, OverlaidAt, entry_members, file_path};
use crate::show::{Origin, Said, ShownField};

use super::Entry;
use super::created::{BESIDE, ROWS, short};
use super::text::{Page, is_prompt, listed};

/// What an entry leaves for its value beside its origin, at the least; a value that has less stands above the origin.
const LEAST: usize = 24;

/// The entries of a resource, prompts first; those of one thing, such as an MCP server, stand below its name.
pub(in crate::render) fn shown(kind: Kind, fields: &[ShownField], page: Page) -> Vec<Entry> {
    groups(kind, fields).into_iter().map(|group| group.entry(kind, page)).collect()
}

/// How wide the names of the entries are.
pub(in crate::render) fn shown_label_widths(kind: Kind, fields: &[ShownField]) -> Vec<usize> {
    groups(kind, fields).iter().map(|group| sanitise(&group.name).width()).collect()
}

/// Entries of one thing.
struct Group<'show> {
    /// As the files name it.
    name: String,
    /// Each with its name in the thing; without one where the thing is all there is.
    members: Vec<(String, &'show ShownField)>,
}

fn groups(kind: Kind, fields: &[ShownField]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut sorted: Vec<&ShownField> = fields.iter().collect();
    // An entry that has a key comes before what is said of it, since the order of such a list counts.
    let rank = |field: &ShownField| match field.said {
        _ if is_prompt(&field.path) && field.path.steps().len() == 1 => 0,
        Said::Entry if file_path(kind, &field.path).ends_with(']') => 1,
        _ => 2,
    };
    sorted.sort_by_key(|field| rank(field));
    for field in sorted {
        let (name, member) = names(kind, &field.path);
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.members.push((member, field)),
            None => groups.push(Group { name, members: vec![(member, field)] }),
        }
    }
    groups
}

/// The name of the thing that has what is at a path, and the rest of the path.
fn names(kind: Kind, path: &FieldPath) -> (String, String) {
    let whole = file_path(kind, path);
    let steps = path.steps();
    let mut outer = (1..=steps.len()).map(|length| FieldPath::of(steps.iter().take(length).map(String::as_str)));
    let thing = outer.rfind(|outer| entry_members(kind, outer).is_some());
    let thing = thing.map(|thing| file_path(kind, &thing));
    let thing = thing.or_else(|| whole.split_once(']').map(|(list, _)| format!("{list}]")));
    match thing.and_then(|thing| Some((whole.strip_prefix(thing.as_str())?.to_owned(), thing))) {
        Some((member, thing)) => (thing, member.trim_start_matches(['.', ':', ' ']).to_owned()),
        None => (whole, String::new()),
    }
}

impl Group<'_> {
    fn entry(&self, kind: Kind, page: Page) -> Entry {
        let entry = Entry::new(brief(&self.name));
        let room = page.columns.of_value(entry.label());
        // The file is named once.
        let mut file = (self.members.len() > 1).then(|| self.name.clone());
        self.members.iter().fold(entry, |entry, (member, field)| {
            let head = if member.is_empty() { Line::new() } else { line!("{} ", Style::Dim.of(brief(member))) };
            let head_width = head.width();
            let field = Member { kind, field, room: room.saturating_sub(head_width), page };
            let mut is_first = true;
            field.add_to(entry, &mut file, |value| {
                let before = if is_first { head.clone() } else { Line::new().padded(head_width) };
                is_first = false;
                before.then(value)
            })
        })
    }
}

/// One entry, and how much room there is for it.
struct Member<'show> {
    kind: Kind,
    field: &'show ShownField,
    room: usize,
    page: Page,
}

impl Member<'_> {
    /// Adds its lines, each behind what `before` puts there.
    fn add_to(&self, entry: Entry, file: &mut Option<String>, mut before: impl FnMut(Line) -> Line) -> Entry {
        let ShownField { path, said, origin, .. } = self.field;
        let elements = match said {
            Said::Value(Value::List(elements)) => elements.as_slice(),
            _ => &[],
        };
        if !elements.is_empty() {
            return self.list(elements, entry, file, before);
        }
        let origin = origin.as_ref().map(|origin| origin_line(origin, file));
        let (shown, below) = match said {
            Said::Value(value) => short(path, value, self.beside(origin.as_ref()), self.page),
            Said::Cleared => (Style::Dim.line("(cleared)"), Document::new()),
            Said::Withheld => (Style::Dim.line("(not shown)"), Document::new()),
            // The key of an entry says all of it.
            Said::Entry if entry.label().as_str().ends_with(']') => (Line::new(), Document::new()),
            Said::Entry => (line!("{}", "{}"), Document::new()),
        };
        entry.remarked(before(shown), origin).below(below)
    }

    /// A list: elements from the same place beside each other where they are few, else one a line.
    fn list(
        &self,
        elements: &[Value],
        entry: Entry,
        file: &mut Option<String>,
        mut before: impl FnMut(Line) -> Line,
    ) -> Entry {
        let mut lines: Vec<(SafeText, Option<Line>)> = Vec::new();
        for (run, origin) in self.field.runs(elements) {
            let mut origin = origin.map(|origin| origin_line(origin, file));
            let room = self.beside(origin.as_ref());
            let texts: Vec<SafeText> = run.iter().map(|one| listed(self.kind, &self.field.path, one)).collect();
            let together = joined(&texts);
            let texts = if run.len() <= BESIDE && together.width() <= room { vec![together] } else { texts };
            lines.extend(texts.into_iter().map(|text| (self.folded(&text, room), origin.take())));
        }
        let is_whole = self.page.folding == Folding::Full || lines.len() <= ROWS + 2;
        let count = if is_whole { lines.len() } else { ROWS };
        let more = lines.len() - count;
        let entry = lines
            .into_iter()
            .take(count)
            .fold(entry, |entry, (text, origin)| entry.remarked(before(line!("{}", text)), origin));
        if more > 0 { entry.value(before(fold_line(more, 0))) } else { entry }
    }

    /// How much room a value has beside its origin.
    fn beside(&self, origin: Option<&Line>) -> usize {
        let left = self.room.saturating_sub(origin.map_or(0, |origin| origin.width() + 2));
        if left >= LEAST { left } else { self.room }
    }

    fn folded(&self, text: &SafeText, room: usize) -> SafeText {
        if self.page.folding == Folding::Full { text.clone() } else { fold_end(text, room) }
    }
}

/// Where an entry is from; of a file that was named before only the line.
fn origin_line(origin: &Origin, named: &mut Option<String>) -> Line {
    let Origin::File(position) = origin else { return origin_place(origin) };
    let is_named = named.as_ref() == Some(&position.file);
    if let Some(named) = named {
        named.clone_from(&position.file);
    }
    match position.line {
        line if is_named && line > 0 => line!("line {}", line).in_style(Style::Dim),
        _ => origin_place(origin),
    }
}

/// Where an entry is from: `lobu.toml:31 (targets.production)`, `skill parts`.
pub(super) fn origin_place(origin: &Origin) -> Line {
    match origin {
        Origin::Default => Style::Dim.line("default"),
        Origin::Skill { name, .. } => line!("skill {}", brief(name)).in_style(Style::Dim),
        Origin::Target { name, position } => overlaid_place(OverlaidAt { target: name, position }),
        Origin::File(position) if position.line == 0 => Style::Dim.line(brief(&position.file)),
        Origin::File(position) => place(position),
    }
}
