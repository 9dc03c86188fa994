use std::sync::Arc;

use crate::model::Value;
use crate::plan::{FieldChange, Row};
use crate::project::AgentFiles;
use crate::project::config::AgentConfig;
use crate::project::directory::display_path;
use crate::project::skills::Skill;
use crate::schema::{Field, Record};

use super::draft::Draft;
use super::{Content, NodePath};

/// An agent of which something is pulled, from all sides.
pub(super) struct PulledAgent<'pull> {
    /// Its table; none for an agent that the project gets.
    pub(super) config: Option<&'pull AgentConfig>,
    /// Its files; none for an agent that the project gets.
    pub(super) files: Option<&'pull AgentFiles>,
    /// The skills that every agent has.
    pub(super) shared_skills: &'pull [Arc<Skill>],
    pub(super) id: &'pull str,
    /// What the org has of its config, where it was read.
    pub(super) settings: Option<&'pull Record>,
    /// Its directory, as diagnostics show it.
    pub(super) directory: String,
    /// Why nothing may be written to its directory.
    pub(super) locked: Option<&'static str>,
    /// Whether skills in its directory are its own only.
    pub(super) has_own_skills: bool,
    /// Whether the project has no other agent.
    pub(super) is_alone: bool,
}

impl<'pull> PulledAgent<'pull> {
    /// The place of its table.
    pub(super) fn place(&self) -> NodePath {
        NodePath::of(["agents", self.id])
    }

    /// What the org has of a field of its config.
    pub(super) fn value(&self, field: &'static Field) -> Option<&'pull Value> {
        self.settings?.value(field)
    }

    /// Whether its directory is the project's.
    pub(super) fn is_at_root(&self) -> bool {
        display_path(&self.directory) == "."
    }
}

/// Takes over name and description.
pub(super) fn pull(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, row: &Row) {
    for field in row.fields.iter().filter(|field| is_pulled(field)) {
        let Some(text) = draft.text(&field.path, field.before.as_ref()) else { continue };
        if field.path.root() == "name" && text.trim().is_empty() {
            draft.unwritable(&field.path, "it is blank, and every agent of a project has a name");
            continue;
        }
        draft.show(&field.path, field.after.as_ref(), field.before.clone());
        draft.set(agent.place().key(field.path.root()), Content::Text(text));
    }
}

/// Whether a difference is one that a pull takes over.
pub(super) fn is_pulled(field: &FieldChange) -> bool {
    field.action != crate::plan::FieldAction::Incomparable
}
