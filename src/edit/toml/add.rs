use super::hint::Form;
use super::node::{At, Node, Table};
use super::output::Output;
use super::patch::{Fresh, Patcher};
use super::render::Layout;
use super::style::equals_of;
use super::syntax::Block;
use super::{TomlPatchError, format, lines};
use crate::edit::{Content, NodePath};

impl<'s> Patcher<'s> {
    /// Puts new members into a table of headers or dotted keys.
    pub(super) fn add(
        &self,
        table: &Table<'s>,
        fresh: &Fresh<'_>,
        place: &NodePath,
        output: &mut Output,
    ) -> Result<(), TomlPatchError> {
        if table.is_dotted() {
            return self.add_dotted(table, fresh, place, output);
        }
        let (inner, own): (Vec<_>, Vec<_>) =
            fresh.iter().partition(|(key, content)| self.form(place, key, content) == Form::Headers);
        self.add_lines(table, &own, place, output)?;
        for (key, content) in inner {
            let anchor = self.anchor(table, place, key).ok_or_else(|| TomlPatchError::Form(place.clone()))?;
            let layout = self.layout(table.header.unwrap_or(anchor));
            let place = place.key(*key);
            let blocks = match content {
                Content::List(items) => {
                    items.iter().flat_map(|item| self.blocks(&place.element(0), item, true, layout)).collect()
                }
                content => self.blocks(&place, content, false, layout),
            };
            output.behind.entry(anchor).or_default().extend(blocks);
        }
        Ok(())
    }

    /// The block that new inner tables of a table follow.
    fn anchor(&self, table: &Table<'s>, place: &NodePath, key: &str) -> Option<usize> {
        // The first agents come before the memory.
        let memory = || self.root.as_table()?.members.get("memory").map(Node::blocks)?.first().copied();
        if place.segments().is_empty()
            && key == "agents"
            && let Some(memory) = memory()
        {
            return memory.checked_sub(1);
        }
        table.blocks.last().copied()
    }

    /// Puts lines behind the last one of a table's own block, or in a new one if it has none.
    fn add_lines(
        &self,
        table: &Table<'s>,
        own: &[&(&str, &Content)],
        place: &NodePath,
        output: &mut Output,
    ) -> Result<(), TomlPatchError> {
        if own.is_empty() {
            return Ok(());
        }
        let Some(block) = table.header.and_then(|header| self.ground.blocks.get(header)) else {
            let first = *table.blocks.first().ok_or_else(|| TomlPatchError::Form(place.clone()))?;
            let members = own.iter().map(|(key, content)| ((*key).to_owned(), (*content).clone())).collect();
            let blocks = self.blocks(place, &Content::Table(members), false, self.layout(first));
            let is_going = output.removed.contains(&first);
            let side = if is_going { &mut output.behind } else { &mut output.before };
            side.entry(first).or_default().extend(blocks);
            return Ok(());
        };
        let layout = layout_of(self.ground.text, block, self.ground.style.equals);
        let text: String = own.iter().map(|(key, content)| self.line(place, key, content, layout)).collect();
        let last = block.pairs.last().map(|pair| pair.value.span.end);
        let at = match last.or(block.header.as_ref().map(|header| header.span.end)) {
            Some(end) => lines::end(self.ground.text, end),
            None => block.extent.end,
        };
        let is_bare = block.header.is_none() && block.pairs.is_empty();
        // Keys at the start of the file stand apart from the comments and the table around them.
        let front = if is_bare && at > lines::first(self.ground.text) { self.ground.style.line_break } else { "" };
        let has_more = is_bare && self.ground.blocks.len() > 1;
        let is_tight = has_more && !self.ground.get(at..self.ground.text.len()).starts_with(['\n', '\r']);
        let behind = if is_tight { self.ground.style.line_break } else { "" };
        let text = format!("{front}{text}{behind}");
        output.edits.push(self.ground.insert_lines(at, &text));
        Ok(())
    }

    /// Puts lines with dotted keys behind the last one of a table.
    fn add_dotted(
        &self,
        table: &Table<'s>,
        fresh: &Fresh<'_>,
        place: &NodePath,
        output: &mut Output,
    ) -> Result<(), TomlPatchError> {
        let form = || TomlPatchError::Form(place.clone());
        let (At { pair, block }, depth) = *table.dotted.last().ok_or_else(form)?;
        if block.is_none() {
            return Err(form());
        }
        let text = self.ground.text;
        let (first, last) = (pair.keys.first(), depth.checked_sub(1).and_then(|last| pair.keys.get(last)));
        let (first, last) = (first.ok_or_else(form)?, last.ok_or_else(form)?);
        let prefix = self.ground.get(first.span.start..last.span.end);
        let indent = lines::indent(text, first.span.start);
        let equals = equals_of(pair).unwrap_or(self.ground.style.equals);
        let layout = Layout { header: indent, pair: indent, equals };
        let line =
            |(key, content): &(&str, &Content)| self.pair(&format!("{prefix}.{}", format::key(key)), content, layout);
        let new: String = fresh.iter().map(line).collect();
        output.edits.push(self.ground.insert_lines(lines::end(text, pair.value.span.end), &new));
        Ok(())
    }

    /// How a block is indented and spaced.
    pub(super) fn layout(&self, block: usize) -> Layout<'s> {
        let equals = self.ground.style.equals;
        let plain = Layout { header: "", pair: "", equals };
        self.ground.blocks.get(block).map_or(plain, |block| layout_of(self.ground.text, block, equals))
    }
}

fn layout_of<'s>(text: &'s str, block: &'s Block, equals: &'static str) -> Layout<'s> {
    let header = block.header.as_ref().map_or("", |header| lines::indent(text, header.span.start));
    let last = block.pairs.last();
    Layout {
        header,
        pair: last.map_or(header, |pair| lines::indent(text, pair.span().start)),
        equals: last.and_then(equals_of).unwrap_or(equals),
    }
}
