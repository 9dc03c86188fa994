use std::ops::Range;

use super::node::{Kind, Node, Table};
use super::output::Output;
use super::patch::Patcher;
use super::sequence::{Piece, Sequence};
use super::syntax::{Value, ValueKind};
use super::target::{ListTarget, Slot, TableTarget, Target};
use super::{TomlPatchError, format};
use crate::edit::NodePath;
use crate::edit::TextEdit;

/// What becomes of the pairs of an inline table.
#[derive(Debug, Default)]
struct Pairs {
    /// Where the pairs start that go.
    removed: Vec<usize>,
    added: Vec<String>,
    /// What changes inside of those that stay.
    inner: Output,
}

impl<'s> Patcher<'s> {
    /// An inline table.
    pub(super) fn sync_inline(
        &self,
        table: &Table<'s>,
        changes: &TableTarget,
        place: &NodePath,
        output: &mut Output,
    ) -> Result<(), TomlPatchError> {
        let mut result = Pairs::default();
        self.sync_pairs(table, changes, "", place, &mut result)?;
        if result.removed.is_empty() && result.added.is_empty() {
            output.edits.append(&mut result.inner.edits);
            return Ok(());
        }
        let Some(value) = table.inline else { return Err(TomlPatchError::Form(place.clone())) };
        let ValueKind::Table { pairs, commas } = &value.kind else { return Err(TomlPatchError::Form(place.clone())) };
        let cores: Vec<Range<usize>> = pairs.iter().map(super::syntax::Pair::span).collect();
        let inner = result.inner.assemble(self.ground);
        let kept = cores.iter().enumerate().filter(|(_, core)| !result.removed.contains(&core.start));
        let old = kept.map(|(position, core)| Piece::Old { position, text: self.ground.patched(core, &inner) });
        let pieces: Vec<Piece> = old.chain(result.added.into_iter().map(Piece::New)).collect();
        self.rewrite(value, &cores, commas, &pieces, output);
        Ok(())
    }

    /// The pairs of an inline table, and those of dotted keys in it.
    fn sync_pairs(
        &self,
        table: &Table<'s>,
        changes: &TableTarget,
        prefix: &str,
        place: &NodePath,
        result: &mut Pairs,
    ) -> Result<(), TomlPatchError> {
        let added = |key: &str, content| {
            format!("{prefix}{}{}{}", format::key(key), self.equals_inline(table), format::inline(content))
        };
        for (key, target) in &changes.changed {
            let Some(member) = table.members.get(key.as_str()) else { continue };
            let removed = || member.pairs().into_iter().map(|at| at.pair.span().start);
            match (target, &member.kind) {
                (Target::Gone, _) => result.removed.extend(removed()),
                (Target::New(content), _) if member.value().is_none() => {
                    result.removed.extend(removed());
                    result.added.push(added(key, content));
                }
                (Target::Table(changes), Kind::Table(inner)) if inner.inline.is_none() => {
                    let prefix = format!("{prefix}{}.", format::key(key));
                    self.sync_pairs(inner, changes, &prefix, &place.key(key), result)?;
                }
                _ => self.sync(member, target, &place.key(key), &mut result.inner)?,
            }
        }
        result.added.extend(changes.added.iter().map(|(key, content)| added(key, content)));
        Ok(())
    }

    /// What stands between key and value in an inline table.
    fn equals_inline(&self, table: &Table<'s>) -> &'static str {
        let pair = table.members.values().find_map(|member| member.pair);
        pair.and_then(|at| super::style::equals_of(at.pair)).unwrap_or(self.ground.style.equals)
    }

    /// An array.
    pub(super) fn sync_array(
        &self,
        value: &'s Value,
        elements: &[Node<'s>],
        list: &ListTarget,
        place: &NodePath,
        output: &mut Output,
    ) -> Result<(), TomlPatchError> {
        let sequence = list.sequence().ok_or_else(|| TomlPatchError::Order(place.clone()))?;
        let mut inner = Output::default();
        for slot in &sequence {
            if let Slot::Old(position, target) = slot
                && let Some(element) = elements.get(*position)
            {
                self.sync(element, target, &place.element(*position), &mut inner)?;
            }
        }
        let is_same = |(at, slot): (usize, &&Slot)| matches!(slot, Slot::Old(position, _) if *position == at);
        if sequence.len() == elements.len() && sequence.iter().enumerate().all(is_same) {
            output.edits.append(&mut inner.edits);
            return Ok(());
        }
        let ValueKind::Array { elements: values, commas } = &value.kind else {
            return Err(TomlPatchError::Form(place.clone()));
        };
        let cores: Vec<Range<usize>> = values.iter().map(|element| element.span.clone()).collect();
        let inner = inner.assemble(self.ground);
        let piece = |slot: &&Slot| match slot {
            Slot::Old(position, _) => {
                let text = self.ground.patched(cores.get(*position)?, &inner);
                Some(Piece::Old { position: *position, text })
            }
            Slot::New(content) => Some(Piece::New(format::inline(content.as_ref()?))),
        };
        let pieces: Vec<Piece> = sequence.iter().filter_map(piece).collect();
        self.rewrite(value, &cores, commas, &pieces, output);
        Ok(())
    }

    /// Writes a bracketed value anew, and edits only what is different then.
    fn rewrite(&self, value: &Value, cores: &[Range<usize>], commas: &[usize], pieces: &[Piece], output: &mut Output) {
        let line_break = self.ground.style.line_break;
        let new = Sequence::read(self.ground.text, &value.span, cores, commas, line_break).rewrite(pieces);
        let old = self.ground.get(value.span.clone());
        let front: usize =
            old.chars().zip(new.chars()).take_while(|(old, new)| old == new).map(|(old, _)| old.len_utf8()).sum();
        let rest = (old.get(front..).unwrap_or_default(), new.get(front..).unwrap_or_default());
        let ends = rest.0.chars().rev().zip(rest.1.chars().rev());
        let back: usize = ends.take_while(|(old, new)| old == new).map(|(old, _)| old.len_utf8()).sum();
        let text = rest.1.get(..rest.1.len() - back).unwrap_or_default();
        output.edits.push(TextEdit::replace(value.span.start + front..value.span.end - back, text));
    }
}
