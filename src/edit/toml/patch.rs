use super::forms::Forms;
use super::literal;
use super::output::{Output, Source, settle_end};
use super::written::{Data, Form, Map, Node, Parts};
use crate::edit::plan::{Members, Plan, Treatment};
use crate::edit::{Content, Location, NodePath, PatchError, Refusal, TextEdit};

/// Turns plans into edits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patcher<'s> {
    pub(super) source: Source<'s>,
    pub(super) forms: &'s Forms<'s>,
}

/// What goes into a table: keys and contents.
pub(super) type Fresh<'c> = Vec<(&'c str, &'c Content)>;

impl<'s> Patcher<'s> {
    /// All edits of a document.
    pub(super) fn edits(&self, root: &'s Node, plan: &Plan) -> Result<Vec<TextEdit>, PatchError> {
        let mut output = Output::default();
        self.node(root, plan, &NodePath::root(), &mut output)?;
        let mut edits = output.assemble(self.source);
        settle_end(self.source.lines, &mut edits);
        Ok(edits)
    }

    /// Changes what a node says, in the form in which it is written.
    pub(super) fn node(
        &self,
        node: &'s Node,
        plan: &Plan,
        path: &NodePath,
        output: &mut Output,
    ) -> Result<(), PatchError> {
        match (plan, &node.data, &node.written.form) {
            (Plan::Keep, ..) => Ok(()),
            (Plan::Replace(content), ..) => {
                let span = node.value_span().ok_or_else(|| unsupported(path))?;
                output.edits.push(TextEdit::replace(span, self.value_text(node, content)));
                Ok(())
            }
            (Plan::Members(members), Data::Map(map), Form::Inline { pairs, commas }) => {
                self.inline_table(node, map, (pairs, commas), members, path, output)
            }
            (Plan::Members(members), Data::Map(map), Form::Table(parts)) => {
                self.table(map, parts, members, path, output)
            }
            (Plan::Elements(elements), Data::List(list), Form::Array { commas }) => {
                self.array(node, list, commas, elements, path, output)
            }
            (Plan::Elements(elements), Data::List(list), Form::Tables) => self.tables(list, elements, path, output),
            _ => Err(unsupported(path)),
        }
    }

    /// A content in place of a value that a node has, in its style where it can be.
    fn value_text(&self, node: &'s Node, content: &Content) -> String {
        let (lines, line_break) = (self.source.lines, self.source.style.line_break);
        if let Some(text) = literal::like(lines.slice(node.span.clone()), content, line_break) {
            return text;
        }
        let Some(pair) = node.written.pair.as_ref().filter(|pair| pair.block.is_some()) else {
            return literal::inline(content);
        };
        let start = pair.span().start;
        let width = lines.column(node.span.start);
        literal::on_line(content, width, lines.indent(start), line_break)
    }

    /// A table of headers and dotted keys.
    fn table(
        &self,
        map: &'s Map,
        parts: &'s Parts,
        members: &Members,
        path: &NodePath,
        output: &mut Output,
    ) -> Result<(), PatchError> {
        let mut fresh: Fresh<'_> = Vec::new();
        for (position, treatment) in &members.treatments {
            let Some(entry) = map.entries().get(*position) else { continue };
            let (member, path) = (&entry.value, path.key(entry.name()));
            match treatment {
                Treatment::Removed => self.remove(member, &path, output)?,
                Treatment::Changed(Plan::Replace(content)) if member.value_span().is_none() => {
                    self.remove(member, &path, output)?;
                    fresh.push((entry.name(), content));
                }
                Treatment::Changed(plan) => self.node(member, plan, &path, output)?,
                Treatment::Unwrapped => self.unwrap(member, parts.header, &[], &path, &mut output.edits)?,
            }
        }
        fresh.extend(members.added.iter().map(|(key, content)| (key.as_str(), content)));
        if fresh.is_empty() { Ok(()) } else { self.add(parts, &fresh, path, output) }
    }

    /// Takes out all that a node is made of.
    fn remove(&self, node: &'s Node, path: &NodePath, output: &mut Output) -> Result<(), PatchError> {
        for pair in node.pairs() {
            if pair.block.is_none() {
                return Err(unsupported(path));
            }
            output.edits.push(self.source.remove_lines(&pair.span()));
        }
        output.removed.extend(node.blocks());
        Ok(())
    }
}

/// A value that is written in a form which is read, but has no room for a change.
pub(super) fn unsupported(path: &NodePath) -> PatchError {
    PatchError { refusal: Refusal::Form, location: Location::Path(path.clone()) }
}
