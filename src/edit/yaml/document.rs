use std::collections::HashMap;

use super::change::{YamlChange, YamlPatchError, YamlPlace};
use super::lines::Lines;
use super::parse::parse;
use super::plan::{self, Plan};
use super::settle::settle;
use super::tree::{Document, Kind, Map, Node};
use super::verify::holds;
use super::write::{Caution, Writer};
use crate::edit::{Content, NodePath};
use crate::edit::{TextEdit, apply_edits};

/// A YAML text that can be patched.
#[derive(Debug, Clone)]
pub struct Yaml {
    text: String,
    documents: Vec<Document>,
}

impl Yaml {
    /// Reads a text; gives nothing if it is not YAML.
    pub fn parse(text: &str) -> Option<Self> {
        let documents = parse(text)?;
        Some(Self { text: text.to_owned(), documents })
    }

    /// Finds the innermost mapping that has a key, or a value other than a list or mapping, at a line and a column in
    /// characters, both from 1.
    pub fn mapping_at(&self, line: u32, column: u32) -> Option<YamlPlace> {
        let document =
            self.documents.partition_point(|document| document.root.spot() <= (line, column)).checked_sub(1)?;
        let root = &self.documents.get(document)?.root;
        let place = mapping_at(root, (line, column), NodePath::root())?;
        Some(YamlPlace { document, place })
    }

    /// Computes the edits of the text that make the changes. Positions of elements are those before any of them.
    ///
    /// The edits are tried and the result read again before they are given out.
    pub fn edits(&self, changes: &[YamlChange]) -> Result<Vec<TextEdit>, YamlPatchError> {
        let nothing = nothing();
        let documents = if self.documents.is_empty() { std::slice::from_ref(&nothing) } else { &self.documents };
        let mut plans = vec![Plan::Keep; documents.len()];
        for change in changes {
            let document = change.document();
            let no_document = YamlPatchError::NoDocument { document };
            let (Some(plan), Some(found)) = (plans.get_mut(document), documents.get(document)) else {
                return Err(no_document);
            };
            plan::add(plan, &found.root, change)?;
        }
        let settled = documents.iter().zip(plans.iter().cloned());
        let settled: Vec<Plan> =
            settled.map(|(document, plan)| settle_root(document, plan)).collect::<Result<_, _>>()?;
        if settled.iter().all(|plan| *plan == Plan::Keep) {
            return Ok(Vec::new());
        }
        for minds_blank_lines in [false, true] {
            for quotes_lines in [false, true] {
                let caution = Caution { quotes_lines, minds_blank_lines };
                if let Some(edits) = self.attempt(&plans, &settled, caution)? {
                    return Ok(edits);
                }
            }
        }
        Err(YamlPatchError::Unverified)
    }

    /// The edit that takes a whole document out, with its `---`; nothing if it can't be told where it ends.
    pub fn without_document(&self, document: usize) -> Option<TextEdit> {
        let marker = |document: &Document| {
            let before = self.text.get(..document.start)?;
            let line = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
            before.get(line..)?.starts_with("---").then_some(line)
        };
        let start = match marker(self.documents.get(document)?) {
            Some(line) => line,
            None if document == 0 => 0,
            None => return None,
        };
        let end = match self.documents.get(document.saturating_add(1)) {
            Some(next) => marker(next)?,
            None => self.text.len(),
        };
        let edit = TextEdit::remove(start..end);
        let after = parse(&apply_edits(&self.text, std::slice::from_ref(&edit)))?;
        (after.len().saturating_add(1) == self.documents.len()).then_some(edit)
    }

    fn attempt(
        &self,
        plans: &[Plan],
        settled: &[Plan],
        caution: Caution,
    ) -> Result<Option<Vec<TextEdit>>, YamlPatchError> {
        let mut writer = Writer::new(Lines::new(&self.text), &self.documents, caution);
        if self.documents.is_empty() {
            for plan in settled {
                writer.first_document(plan);
            }
        }
        for (document, plan) in self.documents.iter().zip(settled) {
            writer.document(document, plan)?;
        }
        let mut edits = writer.edits;
        edits.sort_by_key(|edit| edit.range.start);
        let after = parse(&apply_edits(&self.text, &edits));
        Ok(after.filter(|after| holds(&self.documents, plans, after)).map(|_| edits))
    }
}

impl YamlChange {
    pub(super) fn document(&self) -> usize {
        match self {
            Self::Set { at, .. } | Self::Remove { at } => at.document,
            Self::Append { list, .. } => list.document,
        }
    }
}

impl Node {
    fn spot(&self) -> (u32, u32) {
        (self.line, self.column)
    }
}

/// An empty document is as good as an empty mapping.
fn settle_root(document: &Document, plan: Plan) -> Result<Plan, YamlPatchError> {
    match plan {
        Plan::Set(Content::Table(members)) if members.is_empty() && document.root.is_null() => Ok(Plan::Keep),
        plan => settle(document, &document.root, plan),
    }
}

/// The document of a text that has none.
fn nothing() -> Document {
    let root = Node::empty(0, 1, 1);
    Document { start: 0, root, anchors: HashMap::new() }
}

fn mapping_at(node: &Node, spot: (u32, u32), place: NodePath) -> Option<NodePath> {
    match &node.kind {
        Kind::List(list) => {
            let position = list.elements.partition_point(|element| element.node.spot() <= spot).checked_sub(1)?;
            mapping_at(&list.elements.get(position)?.node, spot, place.element(position))
        }
        Kind::Map(map) => in_mapping(map, spot, place),
        Kind::Scalar(_) | Kind::Alias(_) => None,
    }
}

fn in_mapping(map: &Map, spot: (u32, u32), place: NodePath) -> Option<NodePath> {
    let position = map.entries.partition_point(|entry| entry.key.spot() <= spot).checked_sub(1)?;
    let entry = map.entries.get(position)?;
    let is_scalar = matches!(entry.value.kind, Kind::Scalar(_) | Kind::Alias(_));
    if entry.key.spot() == spot || is_scalar && entry.value.spot() == spot {
        return Some(place);
    }
    mapping_at(&entry.value, spot, place.key(entry.name.clone()?))
}
