use std::collections::BTreeMap;

use super::locate::Locator;
use super::read::{Document, Stream, YamlLimits, read};
use super::writer::{Caution, Writer};
use super::written::{Data, Map, Node, Spot};
use crate::edit::lines::Lines;
use crate::edit::minimize::minimized;
use crate::edit::plan::Plan;
use crate::edit::request::requested;
use crate::edit::verify::{Sourced, empties, holds};
use crate::edit::{Action, Change, Content, Location, NodePath, PatchError, Refusal, TextEdit, apply_edits};

/// A YAML text that can be edited.
#[derive(Debug, Clone)]
pub struct Yaml {
    text: String,
    documents: Vec<Document>,
    limits: YamlLimits,
}

impl Yaml {
    /// Reads a text within limits; gives nothing if it is not YAML.
    pub fn parse(text: &str, limits: &YamlLimits) -> Option<Self> {
        let Stream { mut documents, is_cut, anchors, .. } = read(text, limits);
        if is_cut {
            return None;
        }
        let locator = Locator { lines: Lines::new(text), anchors: &anchors };
        for document in &mut documents {
            locator.node(&mut document.root, document.start);
        }
        Some(Self { text: text.to_owned(), documents, limits: limits.clone() })
    }

    /// Finds the innermost mapping that has a key, or a value other than a list or mapping, at a line and a column in
    /// characters, both from 1, and the document that it is in.
    pub fn mapping_at(&self, line: u32, column: u32) -> Option<(usize, NodePath)> {
        let spot = Spot { line, column };
        let document = self.documents.partition_point(|document| document.root.spot() <= spot).checked_sub(1)?;
        let path = mapping_at(&self.documents.get(document)?.root, spot, NodePath::root())?;
        Some((document, path))
    }

    /// Computes the edits of the text that make the changes. Positions of elements are those before any of them.
    ///
    /// The edits are tried and the result read again before they are given out.
    pub fn edits(&self, changes: &[Change]) -> Result<Vec<TextEdit>, PatchError> {
        let nothing = [Document { root: Node::empty(0, Spot { line: 1, column: 1 }), start: 0 }];
        let documents = if self.documents.is_empty() { &nothing } else { self.documents.as_slice() };
        let mut changes_of: BTreeMap<usize, Vec<&Change>> = BTreeMap::new();
        for change in changes {
            check(change, documents.len())?;
            changes_of.entry(change.document).or_default().push(change);
        }
        let mut plans = Vec::with_capacity(documents.len());
        let mut least = Vec::with_capacity(documents.len());
        for (position, document) in documents.iter().enumerate() {
            let plan = requested(&document.root, changes_of.remove(&position).unwrap_or_default())?;
            least.push(settled_root(&document.root, plan.clone())?);
            plans.push(plan);
        }
        if least.iter().all(|plan| *plan == Plan::Keep) {
            return Ok(Vec::new());
        }
        for minds_blank_lines in [false, true] {
            for quotes_lines in [false, true] {
                let caution = Caution { quotes_lines, minds_blank_lines };
                if let Some(edits) = self.attempt(&plans, &least, caution)? {
                    return Ok(edits);
                }
            }
        }
        Err(PatchError { refusal: Refusal::NotVerified, location: Location::Text })
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
        let after = self.after(std::slice::from_ref(&edit))?;
        (after.documents.len().saturating_add(1) == self.documents.len()).then_some(edit)
    }

    fn attempt(&self, plans: &[Plan], least: &[Plan], caution: Caution) -> Result<Option<Vec<TextEdit>>, PatchError> {
        let mut writer = Writer::new(Lines::new(&self.text), &self.documents, caution);
        if self.documents.is_empty() {
            for plan in least {
                writer.first_document(plan);
            }
        }
        for (document, plan) in self.documents.iter().zip(least) {
            writer.document(document, plan)?;
        }
        let mut edits = writer.edits;
        edits.sort_by_key(|edit| edit.range.start);
        let after = self.after(&edits);
        Ok(after.filter(|after| self.becomes(plans, after)).map(|_| edits))
    }

    fn after(&self, edits: &[TextEdit]) -> Option<Self> {
        Self::parse(&apply_edits(&self.text, edits), &self.limits)
    }

    /// Whether the documents of another text are those of this one with their plans carried out.
    fn becomes(&self, plans: &[Plan], after: &Self) -> bool {
        match (self.documents.as_slice(), plans, after.documents.as_slice()) {
            ([], [Plan::Replace(content)], [document]) => *content == document.root,
            ([only], [plan], []) if *plan != Plan::Keep => empties(&only.root, plan),
            // A stream without any document is as good as one with an empty one.
            (old, plans, []) => {
                old.iter().all(|document| document.root.is_null()) && plans.iter().all(|plan| *plan == Plan::Keep)
            }
            (old, plans, new) => {
                let document_holds = |((old, plan), new): ((&Document, &Plan), &Document)| {
                    let is_gone = new.root.is_null() && empties(&old.root, plan);
                    let old = Sourced { text: &self.text, node: &old.root };
                    is_gone || holds(old, plan, Sourced { text: &after.text, node: &new.root })
                };
                old.len() == new.len() && old.iter().zip(plans).zip(new).all(document_holds)
            }
        }
    }
}

/// Refuses what is not for YAML, and what would concern a whole document.
fn check(change: &Change, documents: usize) -> Result<(), PatchError> {
    let refusal = match change.action {
        _ if change.document >= documents => Refusal::NoDocument(change.document),
        Action::Remove if change.path.segments().is_empty() => Refusal::Contradiction,
        Action::Reorder(_) | Action::Unwrap => Refusal::Form,
        Action::Set(_) | Action::Append(_) | Action::Remove => return Ok(()),
    };
    Err(PatchError { refusal, location: Location::Text })
}

/// An empty document is as good as an empty mapping.
fn settled_root(root: &Node, plan: Plan) -> Result<Plan, PatchError> {
    match plan {
        Plan::Replace(Content::Table(members)) if members.is_empty() && root.is_null() => Ok(Plan::Keep),
        plan => minimized(root, plan),
    }
}

fn mapping_at(node: &Node, spot: Spot, path: NodePath) -> Option<NodePath> {
    match &node.data {
        _ if node.is_alias() => None,
        Data::List(elements) => {
            let position = elements.partition_point(|element| element.spot() <= spot).checked_sub(1)?;
            mapping_at(elements.get(position)?, spot, path.element(position))
        }
        Data::Map(map) => in_mapping(map, spot, path),
        _ => None,
    }
}

fn in_mapping(map: &Map, spot: Spot, path: NodePath) -> Option<NodePath> {
    let position = map.entries().partition_point(|entry| entry.spot() <= spot).checked_sub(1)?;
    let entry = map.entries().get(position)?;
    let is_collection = !entry.value.is_alias() && matches!(entry.value.data, Data::List(_) | Data::Map(_));
    if entry.spot() == spot || !is_collection && entry.value.spot() == spot {
        return Some(path);
    }
    mapping_at(&entry.value, spot, path.key(entry.key.text()?))
}
