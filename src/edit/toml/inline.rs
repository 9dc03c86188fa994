use std::ops::Range;
use std::sync::Arc;

use super::literal;
use super::output::Output;
use super::patch::Patcher;
use super::sequence::{Piece, Sequence};
use super::written::{Data, Form, Map, Node, Pair};
use crate::edit::plan::{Elements, Members, Plan, Slot, Treatment};
use crate::edit::{NodePath, PatchError, TextEdit};

/// What becomes of the pairs of an inline table.
#[derive(Debug, Default)]
struct Pairs<'s> {
    /// The commas between the pairs.
    commas: &'s [usize],
    /// Where the pairs start that go.
    removed: Vec<usize>,
    added: Vec<String>,
    /// What changes inside of those that stay.
    inner: Output,
}

/// An inline table: its pairs, and where the commas between them stand.
type Inline<'s> = (&'s [Arc<Pair>], &'s [usize]);

impl<'s> Patcher<'s> {
    pub(super) fn inline_table(
        &self,
        node: &'s Node,
        map: &'s Map,
        (pairs, commas): Inline<'s>,
        members: &Members,
        path: &NodePath,
        output: &mut Output,
    ) -> Result<(), PatchError> {
        let mut result = Pairs { commas, ..Pairs::default() };
        self.pairs(map, members, "", path, &mut result)?;
        if result.removed.is_empty() && result.added.is_empty() {
            output.edits.append(&mut result.inner.edits);
            return Ok(());
        }
        let cores: Vec<Range<usize>> = pairs.iter().map(|pair| pair.span()).collect();
        let inner = result.inner.assemble(self.source);
        let kept = cores.iter().enumerate().filter(|(_, core)| !result.removed.contains(&core.start));
        let old = kept.map(|(position, core)| Piece::Old { position, text: self.source.patched(core, &inner) });
        let pieces: Vec<Piece> = old.chain(result.added.into_iter().map(Piece::New)).collect();
        self.rewrite(node, &cores, commas, &pieces, output);
        Ok(())
    }

    /// The pairs of an inline table, and those of dotted keys in it.
    fn pairs(
        &self,
        map: &'s Map,
        members: &Members,
        prefix: &str,
        path: &NodePath,
        result: &mut Pairs<'s>,
    ) -> Result<(), PatchError> {
        let equals = self.equals_sign(map);
        let added = |key: &str, content| format!("{prefix}{}{equals}{}", literal::key(key), literal::inline(content));
        for (position, treatment) in &members.treatments {
            let Some(entry) = map.entries().get(*position) else { continue };
            let (member, path) = (&entry.value, path.key(entry.name()));
            let starts = member.pairs().map(|pair| pair.span().start);
            match (treatment, &member.data, &member.written.form) {
                (Treatment::Removed, ..) => result.removed.extend(starts),
                (Treatment::Changed(Plan::Replace(content)), ..) if member.value_span().is_none() => {
                    result.removed.extend(starts);
                    result.added.push(added(entry.name(), content));
                }
                (Treatment::Changed(Plan::Members(members)), Data::Map(inner), Form::Table(_)) => {
                    let prefix = format!("{prefix}{}.", literal::key(entry.name()));
                    self.pairs(inner, members, &prefix, &path, result)?;
                }
                (Treatment::Changed(plan), ..) => self.node(member, plan, &path, &mut result.inner)?,
                (Treatment::Unwrapped, ..) => {
                    self.unwrap(member, None, result.commas, &path, &mut result.inner.edits)?;
                }
            }
        }
        result.added.extend(members.added.iter().map(|(key, content)| added(key, content)));
        Ok(())
    }

    /// What stands between key and value in an inline table.
    fn equals_sign(&self, map: &Map) -> &'static str {
        let pair = map.by_name().find_map(|entry| entry.value.written.pair.as_ref());
        pair.and_then(|pair| pair.equals_sign()).unwrap_or(self.source.style.equals)
    }

    pub(super) fn array(
        &self,
        node: &'s Node,
        list: &'s [Node],
        commas: &[usize],
        elements: &Elements,
        path: &NodePath,
        output: &mut Output,
    ) -> Result<(), PatchError> {
        let mut inner = Output::default();
        for slot in elements.remaining() {
            if let Slot::Old(position, Treatment::Changed(plan)) = slot
                && let Some(element) = list.get(*position)
            {
                self.node(element, plan, &path.element(*position), &mut inner)?;
            }
        }
        if elements.remaining().map(Slot::position).eq((0..list.len()).map(Some)) {
            output.edits.append(&mut inner.edits);
            return Ok(());
        }
        let cores: Vec<Range<usize>> = list.iter().map(|element| element.span.clone()).collect();
        let inner = inner.assemble(self.source);
        let piece = |slot: &Slot| match slot {
            Slot::Old(position, _) => {
                let text = self.source.patched(cores.get(*position)?, &inner);
                Some(Piece::Old { position: *position, text })
            }
            Slot::New(content) => Some(Piece::New(literal::inline(content))),
        };
        let pieces: Vec<Piece> = elements.remaining().filter_map(piece).collect();
        self.rewrite(node, &cores, commas, &pieces, output);
        Ok(())
    }

    /// Writes a bracketed value anew, and edits only what is different then.
    fn rewrite(&self, node: &Node, cores: &[Range<usize>], commas: &[usize], pieces: &[Piece], output: &mut Output) {
        let lines = self.source.lines;
        let new = Sequence::read(lines, &node.span, cores, commas).rewrite(pieces);
        output.edits.push(TextEdit::least(lines.text(), node.span.clone(), &new));
    }
}
