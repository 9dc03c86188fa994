use std::collections::BTreeSet;

use super::output::Output;
use super::patch::{Patcher, unsupported};
use super::written::{Node, runs};
use crate::edit::plan::{Elements, Slot, Treatment};
use crate::edit::{Content, NodePath, PatchError, TextEdit};

impl<'s> Patcher<'s> {
    /// A list written as `[[…]]`.
    pub(super) fn tables(
        &self,
        list: &'s [Node],
        elements: &Elements,
        path: &NodePath,
        output: &mut Output,
    ) -> Result<(), PatchError> {
        let is_odd = |slot: &Slot| slot.content().is_some_and(|content| !matches!(content, Content::Table(_)));
        if let Some(at) = elements.remaining().position(is_odd) {
            return Err(unsupported(&path.element(at)));
        }
        let kept: BTreeSet<usize> = elements.old().collect();
        for (_, element) in list.iter().enumerate().filter(|(at, _)| !kept.contains(at)) {
            output.removed.extend(element.blocks());
        }
        if elements.old().is_sorted() {
            self.in_place(list, elements, path, output)
        } else {
            let homes: Vec<usize> = kept.into_iter().collect();
            self.permuted(list, elements, &homes, path, output)
        }
    }

    /// Elements that stay in their order, with new ones between them.
    fn in_place(
        &self,
        list: &'s [Node],
        elements: &Elements,
        path: &NodePath,
        output: &mut Output,
    ) -> Result<(), PatchError> {
        let next_kept = elements.old().next().and_then(|first| list.get(first));
        let mut before = None;
        for slot in elements.remaining() {
            match slot {
                Slot::Old(position, treatment) => {
                    let Some(element) = list.get(*position) else { continue };
                    self.element(element, treatment, &path.element(*position), output)?;
                    before = Some(element);
                }
                Slot::New(content) => {
                    let first = next_kept.and_then(|element| element.blocks().first().copied());
                    let end = before.or(list.last()).and_then(|element| element.blocks().last().copied());
                    let blocks = self.element_blocks(list, content, path);
                    match (before, first, end) {
                        (None, Some(first), _) => output.before.entry(first).or_default().extend(blocks),
                        (_, _, Some(end)) => output.behind.entry(end).or_default().extend(blocks),
                        _ => return Err(unsupported(path)),
                    }
                }
            }
        }
        Ok(())
    }

    fn element(
        &self,
        node: &'s Node,
        treatment: &Treatment,
        path: &NodePath,
        output: &mut Output,
    ) -> Result<(), PatchError> {
        match treatment {
            Treatment::Changed(plan) => self.node(node, plan, path, output),
            Treatment::Removed | Treatment::Unwrapped => Err(unsupported(path)),
        }
    }

    /// Elements in another order: they move among the places of those that stay.
    fn permuted(
        &self,
        list: &'s [Node],
        elements: &Elements,
        homes: &[usize],
        path: &NodePath,
        output: &mut Output,
    ) -> Result<(), PatchError> {
        let form = || unsupported(path);
        let end = list.iter().filter_map(|element| element.blocks().last().copied()).max();
        for (at, slot) in elements.remaining().enumerate() {
            let home = homes.get(at).copied();
            let text = match slot {
                Slot::Old(position, treatment) => {
                    let (element, path) = (list.get(*position).ok_or_else(form)?, path.element(*position));
                    if home == Some(*position) {
                        self.element(element, treatment, &path, output)?;
                        continue;
                    }
                    let mut inner = Output::default();
                    self.element(element, treatment, &path, &mut inner)?;
                    self.moved_text(element, inner)
                }
                Slot::New(content) => self.element_blocks(list, content, path).join(self.source.style.gap()),
            };
            match home.and_then(|home| list.get(home)) {
                Some(home) => self.put(home, &text, output),
                None => output.behind.entry(end.ok_or_else(form)?).or_default().push(text),
            }
        }
        Ok(())
    }

    fn element_blocks(&self, list: &[Node], content: &Content, path: &NodePath) -> Vec<String> {
        let header = list.last().and_then(Node::parts).and_then(|parts| parts.header);
        self.blocks(&path.element(0), content, true, self.layout(header.unwrap_or_default()))
    }

    /// All blocks of an element after its changes, as text of whole lines.
    fn moved_text(&self, element: &Node, inner: Output) -> String {
        let edits = inner.assemble(self.source);
        let line_break = self.source.style.line_break;
        let texts = runs(&element.blocks()).into_iter().filter_map(|run| {
            let range = self.source.extent(&run)?;
            let text = self.source.patched(&range, &edits);
            let text = text.trim_end_matches(['\r', '\n', ' ', '\t']);
            (!text.is_empty()).then(|| format!("{text}{line_break}"))
        });
        texts.collect::<Vec<_>>().join(self.source.style.gap())
    }

    /// Puts a text in place of an element's blocks.
    fn put(&self, home: &Node, text: &str, output: &mut Output) {
        let mut runs = runs(&home.blocks()).into_iter();
        let Some(range) = runs.next().and_then(|run| self.source.extent(&run)) else { return };
        let is_whole = self.source.lines.is_line_start(range.end);
        let text = if is_whole { text } else { text.trim_end_matches(['\r', '\n']) };
        output.edits.push(TextEdit::replace(range, text));
        output.removed.extend(runs.flatten());
    }
}
