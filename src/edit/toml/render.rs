use super::forms::NewForm;
use super::literal;
use super::patch::Patcher;
use crate::edit::{Content, NodePath, Segment};

/// How the blocks around a new one are indented and spaced.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout<'s> {
    /// In front of headers.
    pub(super) header: &'s str,
    /// In front of pairs.
    pub(super) pair: &'s str,
    /// Between key and value.
    pub(super) equals: &'s str,
}

impl Patcher<'_> {
    /// A table or an element as blocks with headers.
    pub(super) fn blocks(
        &self,
        path: &NodePath,
        content: &Content,
        is_element: bool,
        layout: Layout<'_>,
    ) -> Vec<String> {
        let mut blocks = Vec::new();
        if let Content::Table(members) = content {
            self.push_block(path, members, is_element, layout, &mut blocks);
        }
        blocks
    }

    fn push_block(
        &self,
        path: &NodePath,
        members: &[(String, Content)],
        is_element: bool,
        layout: Layout<'_>,
        blocks: &mut Vec<String>,
    ) {
        let (inner, own): (Vec<_>, Vec<_>) =
            members.iter().partition(|(key, content)| self.forms.of_member(path, key, content) == NewForm::Headers);
        // A header of its own says nothing where headers of inner tables follow.
        if is_element || !own.is_empty() || inner.is_empty() {
            let (open, close) = if is_element { ("[[", "]]") } else { ("[", "]") };
            let line_break = self.source.style.line_break;
            let mut block = format!("{}{open}{}{close}{line_break}", layout.header, header(path));
            block.extend(own.iter().map(|(key, content)| self.line(path, key, content, layout)));
            blocks.push(block);
        }
        for (key, content) in inner {
            let path = path.key(key);
            match content {
                Content::Table(members) => self.push_block(&path, members, false, layout, blocks),
                Content::List(items) => {
                    for item in items {
                        blocks.extend(self.blocks(&path.element(0), item, true, layout));
                    }
                }
                _ => {}
            }
        }
    }

    /// A member as a line, or as lines if it is written with dotted keys.
    pub(super) fn line(&self, path: &NodePath, key: &str, content: &Content, layout: Layout<'_>) -> String {
        match content {
            Content::Table(members)
                if self.forms.of_member(path, key, content) == NewForm::Dotted && !members.is_empty() =>
            {
                self.dotted(&literal::key(key), members, layout)
            }
            _ => self.pair(&literal::key(key), content, layout),
        }
    }

    fn dotted(&self, prefix: &str, members: &[(String, Content)], layout: Layout<'_>) -> String {
        let line = |(key, content): &(String, Content)| {
            let key = format!("{prefix}.{}", literal::key(key));
            match content {
                Content::Table(members) if !members.is_empty() => self.dotted(&key, members, layout),
                _ => self.pair(&key, content, layout),
            }
        };
        members.iter().map(line).collect()
    }

    /// A key, which may be dotted, with its value on lines of its own.
    pub(super) fn pair(&self, key: &str, content: &Content, layout: Layout<'_>) -> String {
        let line_break = self.source.style.line_break;
        let start = format!("{}{key}{}", layout.pair, layout.equals);
        let value = literal::on_line(content, start.chars().count(), layout.pair, line_break);
        format!("{start}{value}{line_break}")
    }
}

/// The keys of a path, as in a header.
fn header(path: &NodePath) -> String {
    let keys = path.segments().iter().filter_map(|segment| match segment {
        Segment::Key(key) => Some(literal::key(key)),
        Segment::Element(_) => None,
    });
    keys.collect::<Vec<_>>().join(".")
}
