use super::format;
use super::hint::Forms;
use super::node::{Kind, Node, Table};
use super::output::{Ground, Output, settle_end};
use super::target::{TableTarget, Target};
use super::{TomlPatchError, lines};
use crate::edit::TextEdit;
use crate::edit::{Content, NodePath};

/// Turns what is to become of a document into edits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patcher<'s> {
    pub(super) ground: Ground<'s>,
    pub(super) root: &'s Node<'s>,
    pub(super) forms: &'s Forms,
}

/// What goes into a table: keys and contents.
pub(super) type Fresh<'c> = Vec<(&'c str, &'c Content)>;

impl<'s> Patcher<'s> {
    /// All edits of a document.
    pub(super) fn edits(&self, target: &Target) -> Result<Vec<TextEdit>, TomlPatchError> {
        let mut output = Output::default();
        self.sync(self.root, target, &NodePath::root(), &mut output)?;
        let mut edits = output.assemble(self.ground);
        settle_end(self.ground.text, &mut edits);
        Ok(edits)
    }

    /// Changes what a node says, in the form in which it is written.
    pub(super) fn sync(
        &self,
        node: &Node<'s>,
        target: &Target,
        place: &NodePath,
        output: &mut Output,
    ) -> Result<(), TomlPatchError> {
        match (target, &node.kind) {
            (Target::Keep, _) => Ok(()),
            (Target::New(content), _) => {
                let value = node.value().ok_or_else(|| TomlPatchError::Form(place.clone()))?;
                output.edits.push(TextEdit::replace(value.span.clone(), self.value_text(node, content)));
                Ok(())
            }
            (Target::Table(changes), Kind::Table(table)) if table.inline.is_some() => {
                self.sync_inline(table, changes, place, output)
            }
            (Target::Table(changes), Kind::Table(table)) => self.sync_table(table, changes, place, output),
            (Target::List(list), Kind::Array(value, elements)) => self.sync_array(value, elements, list, place, output),
            (Target::List(list), Kind::Tables(elements)) => self.sync_tables(elements, list, place, output),
            _ => Err(TomlPatchError::Form(place.clone())),
        }
    }

    /// A content in place of a value that a node has, in its style where it can be.
    fn value_text(&self, node: &Node<'s>, content: &Content) -> String {
        let old = node.value().map(|value| value.span.clone()).unwrap_or_default();
        if let Some(text) = format::like(self.ground.get(old.clone()), content, self.ground.style.line_break) {
            return text;
        }
        let Some(at) = node.pair.filter(|at| at.block.is_some()) else { return format::inline(content) };
        let line = lines::start(self.ground.text, at.pair.span().start);
        let width = self.ground.get(line..old.start).chars().count();
        let indent = lines::indent(self.ground.text, at.pair.span().start);
        format::on_line(content, width, indent, self.ground.style.line_break)
    }

    /// A table of headers and dotted keys.
    fn sync_table(
        &self,
        table: &Table<'s>,
        changes: &TableTarget,
        place: &NodePath,
        output: &mut Output,
    ) -> Result<(), TomlPatchError> {
        let mut fresh: Fresh<'_> = Vec::new();
        for (key, target) in &changes.changed {
            let Some(member) = table.members.get(key.as_str()) else { continue };
            match target {
                Target::Gone => self.remove(member, &place.key(key), output)?,
                Target::New(content) if member.value().is_none() => {
                    self.remove(member, &place.key(key), output)?;
                    fresh.push((key, content));
                }
                _ => self.sync(member, target, &place.key(key), output)?,
            }
        }
        fresh.extend(changes.added.iter().map(|(key, content)| (key.as_str(), content)));
        if fresh.is_empty() { Ok(()) } else { self.add(table, &fresh, place, output) }
    }

    /// Takes out all that a node is made of.
    fn remove(&self, node: &Node<'s>, place: &NodePath, output: &mut Output) -> Result<(), TomlPatchError> {
        for at in node.pairs() {
            if at.block.is_none() {
                return Err(TomlPatchError::Form(place.clone()));
            }
            output.edits.push(self.ground.remove_lines(&at.pair.span()));
        }
        output.removed.extend(node.blocks());
        Ok(())
    }
}
