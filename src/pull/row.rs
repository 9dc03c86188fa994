use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FieldPath, SecretName};
use crate::plan::FieldChange;
use crate::project::directory::ProjectDirectory;
use crate::schema::{Kind, Overlaid, Pair, Pairs, ResourceKey, file_path};

use super::{Content, NodePath};
use crate::edit::Change;

/// What a pull would do: rows of resources, each with its changes of files, and what is left as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PullPlan {
    /// The resources whose files change, in the order of plans.
    pub rows: Vec<PullRow>,
    /// What the files declare and the org does not have; `--prune-local` makes them rows.
    pub missing: Vec<Missing>,
    /// What is not written, and why.
    pub withheld: Vec<Withheld>,
    /// References of the files that stay although the org has something else there.
    pub kept: Vec<Kept>,
    /// What the org has and the project does not declare, by kind.
    pub undeclared: BTreeMap<Kind, Vec<String>>,
    /// What selectors left out of the project, by kind.
    pub left_out: BTreeMap<Kind, usize>,
    /// How many resources are as the org has them.
    pub unchanged: usize,
    /// What to know, a sentence each.
    pub notes: Vec<String>,
    /// What `--allow-suspected` names and no value of the org is.
    pub unused_allowed: Vec<String>,
    /// The selectors that match nothing, neither in the project nor in the org.
    pub unmatched: Vec<String>,
    /// What may go to the target's own table or to what all targets share.
    pub open: Vec<Open>,
}

impl PullPlan {
    /// Tells, too, what another plan of the same resources tells of places that this one does not speak of.
    pub fn tell(&mut self, other: Self) {
        self.missing.extend(other.missing.into_iter().filter(|one| !self.missing.contains(one)).collect::<Vec<_>>());
        let is_new = |one: &Withheld| !self.withheld.iter().any(|old| old.key == one.key && old.path == one.path);
        let withheld: Vec<Withheld> = other.withheld.into_iter().filter(is_new).collect();
        self.withheld.extend(withheld);
        self.kept.extend(other.kept.into_iter().filter(|one| !self.kept.contains(one)).collect::<Vec<_>>());
    }

    /// Takes over what another plan tells besides rows.
    pub(super) fn take_notices(&mut self, other: Self) {
        self.withheld.extend(other.withheld);
        self.missing.extend(other.missing);
        self.kept.extend(other.kept);
        self.notes.extend(other.notes);
    }
}

/// A value, or an entry that only the org has, that may go to either place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Open {
    pub key: ResourceKey,
    /// As people name it in the resource; empty for the whole resource.
    pub file_path: String,
}

/// What becomes of the files of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PullAction {
    /// The project gets it.
    Create,
    /// Its files are changed.
    Update,
    /// It is taken out of the project (`--prune-local`).
    Remove,
}

/// One resource of a pull.
#[derive(Debug, Clone, PartialEq)]
pub struct PullRow {
    /// Which one; a new agent comes with its settings and platforms.
    pub key: ResourceKey,
    /// What becomes of it.
    pub action: PullAction,
    /// Its fields: before is what the files say, after what the org has.
    pub fields: Vec<FieldChange>,
    /// The references that it brings into the files.
    pub references: Vec<NewReference>,
    /// What is done to the files.
    pub changes: Vec<FileChange>,
    /// The values that are written to the target's own table.
    pub overlaid: Overlaid,
}

impl PullRow {
    /// The files that it changes.
    pub fn paths(&self) -> BTreeSet<String> {
        let path = |change: &FileChange| match change {
            FileChange::Toml(_) => ProjectDirectory::FILE.to_owned(),
            FileChange::Model(place, _) => place.file.clone(),
            FileChange::Skill(change) => change.file.clone(),
            FileChange::Prompt { path, .. } | FileChange::NewFile { path, .. } | FileChange::RemoveFile { path } => {
                path.clone()
            }
        };
        self.changes.iter().map(path).collect()
    }
}

/// A reference that the project did not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewReference {
    pub name: SecretName,
    /// Where it stands, in a reader's words.
    pub place: String,
    /// Whether pull made the name up, since the org has a value there that can't be written.
    pub is_made_up: bool,
    /// Where its value comes from once this is applied.
    pub value_from: ValueFrom,
}

/// Where the value of a reference comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueFrom {
    /// It is looked up in the org, where a push puts it.
    OrgSecrets,
    /// It is sent, from the environment or `.env`.
    Environment,
    /// The server looks it up in its own environment, by the name that it is sent.
    ServerEnvironment,
}

/// Something that only the files have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The resource.
    pub key: ResourceKey,
    /// Which entry of it; the root for the resource itself.
    pub path: FieldPath,
}

/// A reference that stays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept {
    /// The resource.
    pub key: ResourceKey,
    /// The field.
    pub path: FieldPath,
    pub name: SecretName,
    /// Whether the org has a value there, another one or one that it hides.
    pub org_has: bool,
}

/// A value of the org that is not written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Withheld {
    /// The resource.
    pub key: ResourceKey,
    /// The field; the root for the resource itself.
    pub path: FieldPath,
    /// Why.
    pub reason: Reason,
}

/// Why a value is not written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It may be a secret, and no reference can stand there; `--allow-suspected` lets it through.
    Suspected,
    /// The server hides it.
    Hidden,
    /// This server reads it as a reference, to a name that the project does not have; `--allow-suspected` lets it through.
    Reference(SecretName),
    /// No file can say it.
    Unwritable(String),
}

impl Withheld {
    /// How `--allow-suspected` names it.
    pub fn name(&self) -> String {
        suspect_name(&self.key, &self.path)
    }

    /// Whether it may be a secret: then the command ends with exit code 6.
    pub fn is_suspected(&self) -> bool {
        matches!(self.reason, Reason::Suspected | Reason::Reference(_))
    }
}

/// How `--allow-suspected` names a field.
pub(super) fn suspect_name(key: &ResourceKey, path: &FieldPath) -> String {
    format!("{key}:{}", file_path(key.kind, path))
}

/// The same by the server's words, which earlier versions printed.
pub(super) fn suspect_name_of_server(key: &ResourceKey, path: &FieldPath) -> String {
    format!("{key}:{path}")
}

#[derive(Debug, Clone, PartialEq)]
pub enum FileChange {
    /// Of lobu.toml.
    Toml(Change),
    /// Of the type whose slug stands there.
    Model(SlugPlace, ModelChange),
    Skill(SkillChange),
    /// The text of a prompt; blanks around it stay.
    Prompt {
        path: String,
        /// The text, empty to clear it.
        text: String,
    },
    /// A file that is not there yet.
    NewFile {
        path: String,
        text: String,
    },
    /// A file that goes.
    RemoveFile {
        path: String,
    },
}

/// Where the slug of a type stands in its model file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlugPlace {
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// A change of a type.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelChange {
    /// A key gets this value.
    Set(&'static str, Content),
    /// A JSON Schema, which old files write by some of its members.
    Schema {
        key: &'static str,
        /// The keys of its members.
        old_keys: &'static [&'static str],
        schema: Content,
    },
    /// A key goes.
    Unset(&'static str),
    /// The pairs at a key are these, in any order; those that stay keep their text.
    Pairs(&'static str, &'static Pairs, Vec<Pair>),
    /// The type goes.
    Remove,
}

/// A change of a skill's file.
#[derive(Debug, Clone, PartialEq)]
pub struct SkillChange {
    /// The file that is changed, or made from `base`.
    pub file: String,
    /// The file whose text is the starting point: itself, or the shared skill that becomes the agent's own.
    pub base: String,
    /// Whether `base` is a file whose frontmatter is not read.
    pub is_flat: bool,
    /// The name of the skill, for a copy whose directory does not say it.
    pub name: Option<String>,
    /// The new body.
    pub body: Option<String>,
    /// Frontmatter that changes.
    pub frontmatter: Vec<(NodePath, Content)>,
}
