use super::patch::{Patcher, unsupported};
use super::written::{Form, Node, Pair, Parts};
use crate::edit::{NodePath, PatchError, Segment, TextEdit};

impl<'s> Patcher<'s> {
    /// Lets the members of a table stand in the table around it, whose own header is in the given block.
    ///
    /// What is written around them stays: `[a.b.c]` becomes `[a.c]`, `a.b.c = 1` becomes `a.c = 1`, and what is in braces
    /// comes out of them. `commas` are those of the braces around the table itself.
    pub(super) fn unwrap(
        &self,
        node: &'s Node,
        around: Option<usize>,
        commas: &[usize],
        path: &NodePath,
        edits: &mut Vec<TextEdit>,
    ) -> Result<(), PatchError> {
        let unwrapped = match (&node.written.form, &node.written.pair) {
            (Form::Table(parts), _) => self.without_names(parts, around, path),
            (Form::Inline { pairs, commas: inner }, Some(pair)) => match pair.keys.as_slice() {
                [.., before, name] => Some(vec![TextEdit::remove(before.span.end..name.span.end)]),
                _ if pair.block.is_some() => Some(self.unfolded(node, pair, inner)),
                _ => {
                    let mut edits = self.without_braces(node, pair).to_vec();
                    let follows = commas.iter().find(|comma| **comma >= node.span.end);
                    let ends_open = pairs.is_empty() || inner.len() >= pairs.len();
                    edits.extend(follows.filter(|_| ends_open).map(|comma| TextEdit::remove(*comma..*comma + 1)));
                    Some(edits)
                }
            },
            _ => None,
        };
        edits.extend(unwrapped.ok_or_else(|| unsupported(path))?);
        Ok(())
    }

    /// Takes the name of a table out of headers and dotted keys; none if the table around it has keys of its own.
    fn without_names(&self, parts: &Parts, around: Option<usize>, path: &NodePath) -> Option<Vec<TextEdit>> {
        let depth = path.segments().iter().filter(|segment| matches!(segment, Segment::Key(_))).count();
        let mut edits = Vec::new();
        for block in &parts.blocks {
            let keys = &self.source.blocks.get(*block)?.header.as_ref()?.keys;
            let (before, name) = (keys.get(depth.checked_sub(2)?)?, keys.get(depth - 1)?);
            edits.push(TextEdit::remove(before.span.end..name.span.end));
        }
        for (pair, depth) in &parts.dotted {
            let (name, next) = (pair.keys.get(depth - 1)?, pair.keys.get(*depth)?);
            edits.push(TextEdit::remove(name.span.start..next.span.start));
        }
        if let Some(around) = around.filter(|_| parts.header.is_some()) {
            edits.push(self.without_header(around)?);
        }
        Some(edits)
    }

    /// Takes out the header of a block without pairs, with its line if nothing else is there.
    fn without_header(&self, block: usize) -> Option<TextEdit> {
        let block = self.source.blocks.get(block).filter(|block| block.pairs.is_empty())?;
        let span = &block.header.as_ref()?.span;
        let rest = self.source.lines.rest(span.end);
        let behind = span.end + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let is_whole = self.source.lines.line_end(behind) == behind;
        Some(TextEdit::remove(span.start..if is_whole { self.source.lines.after_line(behind) } else { behind }))
    }

    /// `a = { b = 1, c = 2 }` as a line for each pair.
    fn unfolded(&self, node: &Node, pair: &Pair, commas: &[usize]) -> Vec<TextEdit> {
        let mut edits = self.without_braces(node, pair).to_vec();
        let start = pair.span().start;
        let indent = self.source.get(self.source.lines.line_start(start)..start);
        for comma in commas {
            let rest = self.source.get(comma + 1..node.span.end - 1);
            let behind = rest.trim_start_matches([' ', '\t']);
            edits.push(if behind.is_empty() || behind.starts_with(['\n', '\r', '#']) {
                TextEdit::remove(*comma..comma + 1)
            } else {
                let end = comma + 1 + rest.len() - behind.len();
                TextEdit::replace(*comma..end, format!("{}{indent}", self.source.style.line_break))
            });
        }
        edits
    }

    /// Takes out the name of an inline table and its braces, with the blanks inside of them.
    fn without_braces(&self, node: &Node, pair: &Pair) -> [TextEdit; 2] {
        let (open, close) = (node.span.start + 1, node.span.end - 1);
        let body = self.source.get(open..close);
        let leading = body.len() - body.trim_start_matches([' ', '\t']).len();
        let trailing = if leading == body.len() { 0 } else { body.len() - body.trim_end_matches([' ', '\t']).len() };
        let start = pair.span().start;
        [TextEdit::remove(start..open + leading), TextEdit::remove(close - trailing..node.span.end)]
    }
}
