use toml_edit::Document;

use super::agree::agrees;
use super::forms::Forms;
use super::output::{Source, Style};
use super::patch::Patcher;
use super::read::read;
use super::written::{Block, Node, measure};
use crate::edit::lines::Lines;
use crate::edit::minimize::minimized;
use crate::edit::request::requested;
use crate::edit::verify::{Sourced, holds};
use crate::edit::{Action, Change, Content, Location, NodePath, PatchError, Refusal, TextEdit, apply_edits};
use crate::model::with_line_feeds;

/// A TOML text that can be edited.
#[derive(Debug)]
pub struct Toml {
    text: String,
    blocks: Vec<Block>,
    root: Node,
    style: Style,
}

impl Toml {
    /// Reads a text; gives nothing if it is not TOML.
    ///
    /// It is read twice: `toml_edit` says whether it is valid and what it holds, and the tree with its places must agree.
    pub fn parse(text: &str) -> Option<Self> {
        let document = Document::parse(with_line_feeds(text)).ok()?;
        let (mut blocks, root) = read(text)?;
        measure(Lines::new(text), &mut blocks);
        let style = Style::of(Lines::new(text), &blocks);
        agrees(&root, document.as_table()).then(|| Self { text: text.to_owned(), blocks, root, style })
    }

    /// What the text says.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Computes the edits of the text that make the changes. Positions of elements are those before any of them.
    ///
    /// The edits are tried and the result read again before they are given out.
    pub fn edits(&self, changes: &[Change]) -> Result<Vec<TextEdit>, PatchError> {
        changes.iter().try_for_each(check)?;
        let plan = requested(&self.root, changes)?;
        let least = minimized(&self.root, plan.clone())?;
        let source = Source { lines: Lines::new(&self.text), blocks: &self.blocks, style: &self.style };
        let edits = Patcher { source, forms: &Forms::new(&self.root) }.edits(&self.root, &least)?;
        let after = Self::parse(&apply_edits(&self.text, &edits));
        let is_wanted = |after: Self| {
            let old = Sourced { text: &self.text, node: &self.root };
            holds(old, &plan, Sourced { text: &after.text, node: &after.root })
        };
        if after.is_some_and(is_wanted) { Ok(edits) } else { Err(not_verified(changes)) }
    }
}

/// Refuses what TOML can't say, and what would concern the whole document.
fn check(change: &Change) -> Result<(), PatchError> {
    let refuse = |refusal, path: &NodePath| Err(PatchError { refusal, location: Location::Path(path.clone()) });
    match &change.action {
        _ if change.path.segments().is_empty() => refuse(Refusal::Root, &change.path),
        Action::Append(Content::Table(members)) => match members.iter().find(|(_, value)| value.has_null()) {
            Some((key, _)) => refuse(Refusal::Null, &change.path.key(key)),
            None => Ok(()),
        },
        Action::Set(value) | Action::Append(value) if value.has_null() => refuse(Refusal::Null, &change.path),
        _ if change.document > 0 => refuse(Refusal::NoDocument(change.document), &change.path),
        _ => Ok(()),
    }
}

/// The path that can't be changed; the root if there are more.
fn not_verified(changes: &[Change]) -> PatchError {
    let path = match changes {
        [only] => only.path.clone(),
        _ => NodePath::root(),
    };
    PatchError { refusal: Refusal::NotVerified, location: Location::Path(path) }
}
