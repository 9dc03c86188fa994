use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FieldPath, Value};
use crate::plan::{FieldAction, FieldChange, widenings};
use crate::render::apart::Apart;
use crate::render::document::{Document, Style, line};
use crate::render::fold::{fold_around, fold_end};
use crate::render::phrases::field_name;
use crate::render::prose_diff::{Direction, Folding, diff_between, fold_line};
use crate::render::text_safety::SafeText;
use crate::render::value_text::{HIDDEN, key, one_line, one_line_apart};
use crate::schema::{Kind, entry_members};

use super::Entry;
use super::created::{self, Told};
use super::text::{LOOK, Page, element_name, from_skill, is_prompt, known, remark};

/// How many lines of a list are shown before the rest is folded.
const ROWS: usize = 12;

const NONE: SafeText = SafeText::literal("(none)");
const CLEARED: SafeText = SafeText::literal("(cleared)");
const REMOVED: SafeText = SafeText::literal("(removed by --prune)");

/// What becomes of a field: `label  before → after`, the elements of a list that go and come, or the diff of a text below.
pub(in crate::render) fn changed(kind: Kind, field: &FieldChange, direction: Direction, page: Page) -> Entry {
    let entry = Entry::new(field_name(kind, &field.path));
    let change = Change { kind, field, direction, page };
    let entry = change.shown(entry);
    let opened = widenings(kind, &field.path, field.before.as_ref(), field.after.as_ref());
    let is_less = matches!(field.action, FieldAction::Clear | FieldAction::Remove);
    match (opened.is_empty(), is_less) {
        (false, _) => entry.marked(LOOK),
        (true, true) => entry.marked((Style::Remove, "-")),
        (true, false) => entry,
    }
}

/// What only the org has: its name, and its value where that may be shown.
pub(in crate::render) fn drifting(kind: Kind, field: &FieldChange, shows_value: bool, page: Page) -> Entry {
    let entry = Entry::new(field_name(kind, &field.path));
    let opened = widenings(kind, &field.path, None, field.before.as_ref());
    let entry = if opened.is_empty() { entry.marked((Style::Drift, "?")) } else { entry.marked(LOOK) };
    let Some(value) = field.before.as_ref().filter(|_| shows_value) else {
        return opened
            .first()
            .map_or(entry.clone(), |opened| entry.value(line!("{}", Style::Attention.of(&opened.what))));
    };
    let had = FieldChange { before: None, after: Some(value.clone()), action: FieldAction::Add, ..field.clone() };
    let shown = created::one(kind, &had, page, &mut Told::default());
    if opened.is_empty() { shown.marked((Style::Drift, "?")) } else { shown.marked(LOOK) }
}

/// What becomes of a field of which only the name is known.
pub(in crate::render) fn named(kind: Kind, field: &FieldChange) -> Entry {
    let (mark, what) = match field.action {
        FieldAction::Add => (None, "added"),
        FieldAction::Change => (None, "changed"),
        FieldAction::Clear => (Some((Style::Remove, "-")), "cleared"),
        FieldAction::Remove => (Some((Style::Remove, "-")), "removed by --prune"),
        FieldAction::Drift { .. } => (Some((Style::Drift, "?")), "only in the org"),
        FieldAction::Incomparable => (Some((Style::Unchanged, "=")), "cannot be compared"),
    };
    let entry = Entry::new(field_name(kind, &field.path)).value(line!("{}", what));
    mark.map_or(entry.clone(), |mark| entry.marked(mark))
}

/// What counts as equal, since it cannot be compared.
pub(in crate::render) fn incomparable(kind: Kind, field: &FieldChange) -> Entry {
    let value = field.after.as_ref().map_or(NONE, |value| one_line(&field.path, value));
    let remark = Style::Dim.of(" (cannot be compared)");
    let entry = Entry::new(field_name(kind, &field.path)).marked((Style::Unchanged, "="));
    entry.value(line!("{}{}", value, remark))
}

/// One field and how it is shown.
struct Change<'field> {
    kind: Kind,
    field: &'field FieldChange,
    direction: Direction,
    page: Page,
}

impl Change<'_> {
    fn shown(&self, entry: Entry) -> Entry {
        let FieldChange { path, before, after, .. } = self.field;
        let (before, after) = (before.as_ref(), after.as_ref());
        if let Some(diff) = self.prose(before, after) {
            let is_cleared = after.is_none_or(Value::is_blank);
            let entry = if is_cleared { entry.value(Style::Remove.line(CLEARED)) } else { entry };
            return entry.below(diff);
        }
        match (before, after) {
            (before, Some(Value::List(after))) if !after.is_empty() => {
                self.list(before.and_then(Value::as_list).unwrap_or_default(), after, entry)
            }
            (None, Some(Value::Map(_))) if entry_members(self.kind, path).is_some() => {
                created::one(self.kind, self.field, self.page, &mut Told::default()).signed(&Style::Create.line("+ "))
            }
            (Some(Value::Map(before)), Some(Value::Map(after))) => entry.below(self.members(path, before, after)),
            (before, after) => self.pair(before, after, entry),
        }
    }

    /// A text diff, where both sides are texts that may be shown and one of them is long, or a prompt.
    fn prose(&self, before: Option<&Value>, after: Option<&Value>) -> Option<Document> {
        let text = |value: Option<&Value>| match value {
            None | Some(Value::Null) => Some(String::new()),
            Some(value) => known(value).map(str::to_owned),
        };
        let (before, after) = (text(before)?, text(after)?);
        let is_long = |text: &str| text.trim_end().contains('\n');
        let is_prose = is_prompt(&self.field.path) || is_long(&before) || is_long(&after);
        (is_prose && before != after).then(|| diff_between(&before, &after, self.page.folding, self.direction))
    }

    fn folded(&self, text: &SafeText, room: usize) -> SafeText {
        if self.page.folding == Folding::Full { text.clone() } else { fold_end(text, room) }
    }

    /// The elements that go, those that come, and a new order.
    fn list(&self, before: &[Value], after: &[Value], entry: Entry) -> Entry {
        let path = &self.field.path;
        let room = self.page.columns.of_value(entry.label()).saturating_sub(2);
        let (removed, kept_before) = without(before, after);
        let (added, kept_after) = without(after, before);
        let side =
            |elements: &[&Value]| Apart::from_value(Some(&Value::List(elements.iter().copied().cloned().collect())));
        let (was, becomes) = (side(&removed), side(&added));
        let opened = widenings(self.kind, path, self.field.before.as_ref(), self.field.after.as_ref());
        let gone = removed.iter().map(|one| (*one, Style::Remove, "- ", &becomes));
        let come = added.iter().map(|one| (*one, Style::Create, "+ ", &was));
        let is_opened = |one: &Value| element_name(one).is_some_and(|name| remark(&opened, Some(name)).is_some());
        let (first, rest): (Vec<_>, Vec<_>) = gone.chain(come).partition(|(one, ..)| is_opened(one));
        let shown = if self.page.folding == Folding::Full || rest.len() <= ROWS + 2 { rest.len() } else { ROWS };
        let all = first.into_iter().chain(rest.iter().copied().take(shown));
        let entry = all.fold(entry, |entry, (one, style, sign, apart)| {
            let text = self.folded(&one_line_apart(path, one, apart), room);
            let value = line!("{}{}", style.of(sign), style.of(text));
            let name = element_name(one);
            let skill = name.and_then(|name| self.field.sources.get(name)).filter(|_| style == Style::Create);
            let value = skill.map_or(value.clone(), |skill| value.then(from_skill(skill)));
            entry.remarked(value, name.and_then(|name| remark(&opened, Some(name))))
        });
        let entry = if rest.len() > shown { entry.value(fold_line(rest.len() - shown, 0)) } else { entry };
        if kept_before == kept_after {
            return entry;
        }
        let order = self.folded(&one_line(path, &Value::List(after.to_vec())), room.saturating_sub(14));
        entry.value(line!("{}order changed: {}", Style::Update.of("~ "), order))
    }

    /// What differs between two objects, member by member.
    fn members(&self, path: &FieldPath, before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Document {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let mut document = Document::new();
        for name in names.into_iter().filter(|name| before.get(*name) != after.get(*name)) {
            let label = line!("{}:", key(name));
            let inner = path.join(name.clone());
            match (before.get(name), after.get(name)) {
                (Some(Value::Map(before)), Some(Value::Map(after))) => {
                    document.push(label);
                    document.append(self.members(&inner, before, after).indented(2));
                }
                (before, after) => {
                    let field = FieldChange {
                        path: inner,
                        before: before.cloned(),
                        after: after.cloned(),
                        ..self.field.clone()
                    };
                    let change = Change { field: &field, ..*self };
                    let (values, below) = change.shown(Entry::new(key(name))).into_parts();
                    match values.as_slice() {
                        [one] => document.push(label.then(line!(" ")).then(one.clone())),
                        many => {
                            document.push(label);
                            document.append(many.iter().cloned().collect::<Document>().indented(2));
                        }
                    }
                    document.append(below.indented(2));
                }
            }
        }
        document
    }

    /// `before → after` on one line, or below each other, folded around what differs.
    fn pair(&self, before: Option<&Value>, after: Option<&Value>, entry: Entry) -> Entry {
        let path = &self.field.path;
        let side = |value: Option<&Value>, other: Option<&Value>| {
            value.map_or(NONE, |value| one_line_apart(path, value, &Apart::from_value(other)))
        };
        let is_cleared = after.is_none_or(Value::is_blank) && before.is_some_and(|before| !before.is_blank());
        let was = side(before, after);
        let becomes = match self.field.action {
            FieldAction::Remove => REMOVED,
            _ if is_cleared => CLEARED,
            _ => side(after, before),
        };
        let room = self.page.columns.of_value(entry.label());
        if was == HIDDEN && becomes == HIDDEN {
            return entry.value(Style::Update.line("(hidden, changed)"));
        }
        if was == becomes && before.is_some_and(Value::has_hidden) {
            // The hidden parts differ: the same text twice would look like no change.
            let shown = self.folded(&was, room.saturating_sub(22));
            return entry.value(line!("{} (hidden part changed)", Style::Update.of(shown)));
        }
        let opened = widenings(self.kind, path, before, after);
        let remark = remark(&opened, None).or_else(|| remark(&opened, opened.first()?.element.as_deref()));
        if before.is_none() {
            let shown = self.folded(&becomes, room.saturating_sub(2));
            return entry.remarked(line!("{}{}", Style::Create.of("+ "), Style::Create.of(shown)), remark);
        }
        if was.width() + becomes.width() + 3 <= room {
            let value = line!("{}{}{}", Style::Remove.of(was), Style::Dim.of(" → "), Style::Create.of(becomes));
            return entry.remarked(value, remark);
        }
        let below = room.saturating_sub(2);
        let [was, becomes] = match self.page.folding {
            Folding::Full => [was, becomes],
            Folding::Fold => fold_around(&was, &becomes, below),
        };
        let entry = entry.remarked(line!("{}{}", Style::Remove.of("- "), Style::Remove.of(was)), None);
        entry.remarked(line!("{}{}", Style::Create.of("+ "), Style::Create.of(becomes)), remark)
    }
}

/// Splits the elements of one list into those that the other lacks and those that it has, counting duplicates.
fn without<'a>(elements: &'a [Value], others: &[Value]) -> (Vec<&'a Value>, Vec<&'a Value>) {
    let mut left = BTreeMap::<&Value, usize>::new();
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
