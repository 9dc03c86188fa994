//! Where lobu.toml says something of an agent and of what belongs to it.

use crate::edit::Toml;
use crate::edit::toml::Node;
use crate::model::Position;
use crate::schema::{FileStep, Owner, Resource};

/// lobu.toml, with what it takes to turn a place in its tree into a line.
pub(super) struct LobuToml {
    file: String,
    toml: Toml,
    text: String,
    /// Where each line starts, in bytes.
    lines: Vec<usize>,
}

impl LobuToml {
    /// None if it is not TOML.
    pub(super) fn parse(file: &str, text: String) -> Option<Self> {
        let toml = Toml::parse(&text)?;
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        Some(Self { file: file.to_owned(), toml, text, lines })
    }

    /// The table that declares a resource.
    pub(super) fn table(&self, resource: &Resource) -> Option<&Node> {
        let agent = self.toml.root().get("agents")?.get(resource.key.agent()?)?;
        match resource.key.kind.owner {
            Owner::SameId => Some(agent),
            Owner::FirstPart => {
                let elements = agent.get(resource.key.kind.plural)?.list()?;
                elements.iter().find(|element| self.position(element.span.start) == resource.position)
            }
            Owner::Org => None,
        }
    }

    /// Where the table says what is at the end of these steps.
    pub(super) fn find(&self, table: &Node, steps: &[FileStep]) -> Option<Position> {
        let mut node = table;
        let mut at = None;
        for step in steps {
            (node, at) = match step {
                FileStep::Key(name) => {
                    let entry = node.map()?.iter().find(|entry| entry.name() == name)?;
                    (&entry.value, Some(entry.key.span.start))
                }
                FileStep::Entry(id) => {
                    let is_it = |entry: &&Node| entry.get("id").and_then(Node::text) == Some(id);
                    let entry = node.list()?.iter().find(is_it)?;
                    (entry, Some(entry.span.start))
                }
            };
        }
        at.map(|at| self.position(at))
    }

    fn position(&self, offset: usize) -> Position {
        let line = self.lines.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.lines.get(line).copied().unwrap_or_default();
        let column = self.text.get(start..offset).unwrap_or_default().chars().count();
        let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        Position { file: self.file.clone(), line: number(line), column: number(column) }
    }
}
