use super::check::Tree;
use super::content::has_null;
use super::hint::Forms;
use super::node::Node;
use super::output::Ground;
use super::patch::Patcher;
use super::style::Style;
use super::syntax::{self, Block};
use super::{TomlChange, TomlPatchError, lines, target};
use crate::edit::NodePath;
use crate::edit::{TextEdit, apply_edits};

/// A TOML file that can be patched: its text, and where each part of it stands.
pub struct Toml {
    text: String,
    blocks: Vec<Block>,
    tree: Tree,
    style: Style,
}

impl Toml {
    /// Reads a file's text; none if it is not TOML.
    pub fn parse(text: &str) -> Option<Self> {
        let tree = Tree::read(text)?;
        let mut blocks = syntax::read(text)?;
        lines::measure(text, &mut blocks);
        let style = Style::of(text, &blocks);
        Some(Self { text: text.to_owned(), blocks, tree, style })
    }

    /// Works out the edits of the text that make it say what the changes ask for, and nothing else.
    ///
    /// All else stays byte for byte. What the patched text says is compared with what was asked for before the edits are
    /// handed out.
    pub fn edits(&self, changes: &[TomlChange]) -> Result<Vec<TextEdit>, TomlPatchError> {
        for change in changes {
            if let Some(place) = null_place(change) {
                return Err(TomlPatchError::Null(place));
            }
        }
        let mismatch = || TomlPatchError::Mismatch(common_place(changes));
        let root = Node::of_document(&self.blocks).ok_or_else(mismatch)?;
        let target = target::plan(&root, changes)?;
        let ground = Ground { text: &self.text, blocks: &self.blocks, style: &self.style };
        let edits = Patcher { ground, root: &root, forms: &Forms::default() }.edits(&target)?;
        let patched = Tree::read(&apply_edits(&self.text, &edits)).ok_or_else(mismatch)?;
        let wanted = self.tree.clone().after(changes).ok_or_else(mismatch)?;
        if wanted.is_met_by(&patched) { Ok(edits) } else { Err(mismatch()) }
    }
}

fn null_place(change: &TomlChange) -> Option<NodePath> {
    match change {
        TomlChange::Set { place, value } => has_null(value).then(|| place.clone()),
        TomlChange::Append { list, table } => {
            table.iter().find(|(_, value)| has_null(value)).map(|(key, _)| list.key(key))
        }
        TomlChange::Remove { .. } | TomlChange::Reorder { .. } => None,
    }
}

/// The only place that is changed; the root if there are more.
fn common_place(changes: &[TomlChange]) -> NodePath {
    match changes {
        [only] => target::Change::of(only).place.clone(),
        _ => NodePath::root(),
    }
}
