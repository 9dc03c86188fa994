use std::collections::BTreeSet;

use super::node::{Node, runs};
use super::output::Output;
use super::patch::Patcher;
use super::target::{ListTarget, Slot};
use super::{TomlPatchError, lines};
use crate::edit::TextEdit;
use crate::edit::{Content, NodePath};

impl<'s> Patcher<'s> {
    /// A list written as `[[…]]`.
    pub(super) fn sync_tables(
        &self,
        elements: &[Node<'s>],
        list: &ListTarget,
        place: &NodePath,
        output: &mut Output,
    ) -> Result<(), TomlPatchError> {
        let sequence = list.sequence().ok_or_else(|| TomlPatchError::Order(place.clone()))?;
        let is_odd = |slot: &&Slot| matches!(slot, Slot::New(Some(content)) if !matches!(content, Content::Table(_)));
        if let Some(at) = sequence.iter().position(is_odd) {
            return Err(TomlPatchError::Form(place.element(at)));
        }
        let old: Vec<usize> = sequence.iter().filter_map(|slot| position(slot)).collect();
        let kept: BTreeSet<usize> = old.iter().copied().collect();
        for (_, element) in elements.iter().enumerate().filter(|(at, _)| !kept.contains(at)) {
            output.removed.extend(element.blocks());
        }
        if old.is_sorted() {
            self.in_place(elements, &sequence, place, output)
        } else {
            let homes: Vec<usize> = kept.into_iter().collect();
            self.permuted(elements, &sequence, &homes, place, output)
        }
    }

    /// Elements that stay in their order, with new ones between them.
    fn in_place(
        &self,
        elements: &[Node<'s>],
        sequence: &[&Slot],
        place: &NodePath,
        output: &mut Output,
    ) -> Result<(), TomlPatchError> {
        let next_kept = sequence.iter().find_map(|slot| position(slot)).and_then(|first| elements.get(first));
        let mut last = None;
        for slot in sequence {
            match slot {
                Slot::Old(position, target) => {
                    let Some(element) = elements.get(*position) else { continue };
                    self.sync(element, target, &place.element(*position), output)?;
                    last = Some(element);
                }
                Slot::New(Some(content)) => {
                    let first = next_kept.and_then(|element| element.blocks().first().copied());
                    let end = last.or(elements.last()).and_then(|element| element.blocks().last().copied());
                    let blocks = self.element_blocks(elements, content, place);
                    match (last, first, end) {
                        (None, Some(first), _) => output.before.entry(first).or_default().extend(blocks),
                        (_, _, Some(end)) => output.behind.entry(end).or_default().extend(blocks),
                        _ => return Err(TomlPatchError::Form(place.clone())),
                    }
                }
                Slot::New(None) => {}
            }
        }
        Ok(())
    }

    /// Elements in another order: they move among the places of those that stay.
    fn permuted(
        &self,
        elements: &[Node<'s>],
        sequence: &[&Slot],
        homes: &[usize],
        place: &NodePath,
        output: &mut Output,
    ) -> Result<(), TomlPatchError> {
        let form = || TomlPatchError::Form(place.clone());
        let end = elements.iter().filter_map(|element| element.blocks().last().copied()).max();
        for (at, slot) in sequence.iter().enumerate() {
            let home = homes.get(at).copied();
            if let Slot::Old(position, target) = slot
                && home == Some(*position)
            {
                let element = elements.get(*position).ok_or_else(form)?;
                self.sync(element, target, &place.element(*position), output)?;
                continue;
            }
            let text = match slot {
                Slot::Old(position, target) => {
                    let element = elements.get(*position).ok_or_else(form)?;
                    let mut inner = Output::default();
                    self.sync(element, target, &place.element(*position), &mut inner)?;
                    self.moved_text(element, inner)
                }
                Slot::New(Some(content)) => self.element_blocks(elements, content, place).join(self.ground.style.gap()),
                Slot::New(None) => continue,
            };
            match home.and_then(|home| elements.get(home)) {
                Some(home) => self.put(home, &text, output),
                None => output.behind.entry(end.ok_or_else(form)?).or_default().push(text),
            }
        }
        Ok(())
    }

    fn element_blocks(&self, elements: &[Node<'s>], content: &Content, place: &NodePath) -> Vec<String> {
        let header = elements.last().and_then(Node::as_table).and_then(|table| table.header);
        self.blocks(&place.element(0), content, true, self.layout(header.unwrap_or_default()))
    }

    /// All blocks of an element after its changes, as text of whole lines.
    fn moved_text(&self, element: &Node<'s>, inner: Output) -> String {
        let edits = inner.assemble(self.ground);
        let line_break = self.ground.style.line_break;
        let texts = runs(&element.blocks()).into_iter().filter_map(|run| {
            let range = self.ground.extent(&run)?;
            let text = self.ground.patched(&range, &edits);
            let text = text.trim_end_matches(['\r', '\n', ' ', '\t']);
            (!text.is_empty()).then(|| format!("{text}{line_break}"))
        });
        texts.collect::<Vec<_>>().join(self.ground.style.gap())
    }

    /// Puts a text in place of an element's blocks.
    fn put(&self, home: &Node<'s>, text: &str, output: &mut Output) {
        let mut runs = runs(&home.blocks()).into_iter();
        let Some(range) = runs.next().and_then(|run| self.ground.extent(&run)) else { return };
        let is_whole = lines::is_fresh(self.ground.text, range.end);
        let text = if is_whole { text } else { text.trim_end_matches(['\r', '\n']) };
        output.edits.push(TextEdit::replace(range, text));
        output.removed.extend(runs.flatten());
    }
}

fn position(slot: &Slot) -> Option<usize> {
    match slot {
        Slot::Old(position, _) => Some(*position),
        Slot::New(_) => None,
    }
}
