use super::forms::NewForm;
use super::literal;
use super::output::Output;
use super::patch::{Fresh, Patcher, unsupported};
use super::render::Layout;
use super::written::{Block, Node, Parts};
use crate::edit::lines::Lines;
use crate::edit::{Content, NodePath, PatchError};

impl<'s> Patcher<'s> {
    /// Puts new members into a table of headers or dotted keys.
    pub(super) fn add(
        &self,
        parts: &Parts,
        fresh: &Fresh<'_>,
        path: &NodePath,
        output: &mut Output,
    ) -> Result<(), PatchError> {
        if parts.is_dotted() {
            return self.add_dotted(parts, fresh, path, output);
        }
        let (inner, own): (Vec<_>, Vec<_>) =
            fresh.iter().partition(|(key, content)| self.forms.of_member(path, key, content) == NewForm::Headers);
        self.add_lines(parts, &own, path, output)?;
        for (key, content) in inner {
            let anchor = self.anchor(parts, path, key).ok_or_else(|| unsupported(path))?;
            let layout = self.layout(parts.header.unwrap_or(anchor));
            let path = path.key(*key);
            let blocks = match content {
                Content::List(items) => {
                    items.iter().flat_map(|item| self.blocks(&path.element(0), item, true, layout)).collect()
                }
                content => self.blocks(&path, content, false, layout),
            };
            output.behind.entry(anchor).or_default().extend(blocks);
        }
        Ok(())
    }

    /// The block that new inner tables of a table follow.
    fn anchor(&self, parts: &Parts, path: &NodePath, key: &str) -> Option<usize> {
        // The first agents come before the memory.
        let memory = || self.forms.root().get("memory").map(Node::blocks)?.first().copied();
        if path.segments().is_empty()
            && key == "agents"
            && let Some(memory) = memory()
        {
            return memory.checked_sub(1);
        }
        parts.blocks.last().copied()
    }

    /// Puts lines behind the last one of a table's own block, or in a new one if it has none.
    fn add_lines(
        &self,
        parts: &Parts,
        own: &[&(&str, &Content)],
        path: &NodePath,
        output: &mut Output,
    ) -> Result<(), PatchError> {
        if own.is_empty() {
            return Ok(());
        }
        let Some(block) = parts.header.and_then(|header| self.source.blocks.get(header)) else {
            let first = *parts.blocks.first().ok_or_else(|| unsupported(path))?;
            let members = own.iter().map(|(key, content)| ((*key).to_owned(), (*content).clone())).collect();
            let blocks = self.blocks(path, &Content::Table(members), false, self.layout(first));
            let is_going = output.removed.contains(&first);
            let side = if is_going { &mut output.behind } else { &mut output.before };
            side.entry(first).or_default().extend(blocks);
            return Ok(());
        };
        let layout = layout_of(self.source.lines, block, self.source.style.equals);
        let text: String = own.iter().map(|(key, content)| self.line(path, key, content, layout)).collect();
        let last = block.pairs.last().map(|pair| pair.value.end);
        let at = match last.or(block.header.as_ref().map(|header| header.span.end)) {
            Some(end) => self.source.lines.after_line(end),
            None => block.extent.end,
        };
        let is_bare = block.header.is_none() && block.pairs.is_empty();
        // Keys at the start of the file stand apart from the comments and the table around them.
        let front = if is_bare && at > self.source.lines.start() { self.source.style.line_break } else { "" };
        let has_more = is_bare && self.source.blocks.len() > 1;
        let is_tight = has_more && !self.source.lines.rest(at).starts_with(['\n', '\r']);
        let behind = if is_tight { self.source.style.line_break } else { "" };
        let text = format!("{front}{text}{behind}");
        output.edits.push(self.source.insert_lines(at, &text));
        Ok(())
    }

    /// Puts lines with dotted keys behind the last one of a table.
    fn add_dotted(
        &self,
        parts: &Parts,
        fresh: &Fresh<'_>,
        path: &NodePath,
        output: &mut Output,
    ) -> Result<(), PatchError> {
        let form = || unsupported(path);
        let (pair, depth) = parts.dotted.last().filter(|(pair, _)| pair.block.is_some()).ok_or_else(form)?;
        let (first, last) = (pair.keys.first(), depth.checked_sub(1).and_then(|last| pair.keys.get(last)));
        let (first, last) = (first.ok_or_else(form)?, last.ok_or_else(form)?);
        let prefix = self.source.get(first.span.start..last.span.end);
        let indent = self.source.lines.indent(first.span.start);
        let equals = pair.equals_sign().unwrap_or(self.source.style.equals);
        let layout = Layout { header: indent, pair: indent, equals };
        let line =
            |(key, content): &(&str, &Content)| self.pair(&format!("{prefix}.{}", literal::key(key)), content, layout);
        let new: String = fresh.iter().map(line).collect();
        output.edits.push(self.source.insert_lines(self.source.lines.after_line(pair.value.end), &new));
        Ok(())
    }

    /// How a block is indented and spaced.
    pub(super) fn layout(&self, block: usize) -> Layout<'s> {
        let equals = self.source.style.equals;
        let plain = Layout { header: "", pair: "", equals };
        self.source.blocks.get(block).map_or(plain, |block| layout_of(self.source.lines, block, equals))
    }
}

fn layout_of<'s>(lines: Lines<'s>, block: &Block, equals: &'static str) -> Layout<'s> {
    let header = block.header.as_ref().map_or("", |header| lines.indent(header.span.start));
    let last = block.pairs.last();
    Layout {
        header,
        pair: last.map_or(header, |pair| lines.indent(pair.span().start)),
        equals: last.and_then(|pair| pair.equals_sign()).unwrap_or(equals),
    }
}
