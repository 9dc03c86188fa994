use std::collections::{BTreeMap, BTreeSet};

use crate::desired::ProviderKey;
use crate::model::{AgentId, FieldPath, Position, SecretName, Text, Value};
use crate::org::{HiddenLiteral, NotCompared};
use crate::schema::kinds::AGENT;
use crate::schema::{Kind, Overlaid, ResourceKey, SecretsMode, Sent, Shape, Write, file_section};

/// What becomes of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is as declared; it may have incomparable values.
    Unchanged,
    /// It has what the files do not declare, and is left alone.
    Drift,
}

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldAction {
    /// It was not there.
    Add,
    /// It has another value.
    Change,
    /// The files say that it is empty.
    Clear,
    /// `--prune` takes it away.
    Remove,
    /// It is left alone.
    Drift {
        /// Whether a file could express it, so that pull keeps it and `--prune` removes it.
        prunable: bool,
    },
    /// It counts as equal, since nobody can tell.
    Incomparable,
}

impl FieldAction {
    /// Whether something is written for it.
    pub fn is_change(self) -> bool {
        matches!(self, Self::Add | Self::Change | Self::Clear | Self::Remove)
    }
}

/// One field of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Where it is.
    pub path: FieldPath,
    /// What becomes of it.
    pub action: FieldAction,
    /// What the org has.
    pub before: Option<Value>,
    /// What it will have.
    pub after: Option<Value>,
    /// Which elements of a merged value came from a skill: element to skill.
    pub sources: BTreeMap<String, String>,
    /// Whether clearing it under `--yes` also needs `--allow-clear`.
    pub guarded: bool,
}

impl FieldChange {
    /// Whether only its name is known, as in a plan for public logs.
    pub fn is_only_named(&self) -> bool {
        self.before.is_none() && self.after.is_none()
    }
}

/// One resource of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which one.
    pub key: ResourceKey,
    /// Where the files declare it; none where they do not.
    pub declared_at: Option<Position>,
    /// What of it a target of the project sets.
    pub overlaid: Overlaid,
    /// What becomes of it.
    pub action: Action,
    /// Its fields that differ, drift or cannot be compared, in the order of the server's members.
    pub fields: Vec<FieldChange>,
    /// What is in a resource that only the org has, for those who read the row.
    pub only_in_org: Vec<FieldChange>,
    /// Whether a platform restarts.
    pub will_restart: bool,
    /// Things to look at before agreeing: `!` lines.
    pub attention: Vec<String>,
    /// The requests, in order.
    pub writes: Vec<Write>,
}

impl Row {
    /// Whether anything is written for it.
    pub fn is_change(&self) -> bool {
        matches!(self.action, Action::Create | Action::Update)
    }

    /// Whether it makes this resource.
    pub(super) fn is_creation_of(&self, kind: Kind, id: &str) -> bool {
        self.action == Action::Create && self.key.kind == kind && self.key.id == id
    }

    /// Whether a field that is written has a reference to a secret, or a platform's config that is sent whole.
    pub(super) fn sends(&self, name: &SecretName) -> bool {
        let is_it = |value: &Value| value.any_text(&|text| matches!(text, Text::SecretRef(other) if other == name));
        let in_fields = |field: &FieldChange| field.action.is_change() && field.after.as_ref().is_some_and(is_it);
        let in_config = |sent: &Sent| {
            sent.values().any(|(field, value)| matches!(field.shape, Shape::Config { .. }) && is_it(value))
        };
        self.fields.iter().any(in_fields) || self.writes.iter().filter_map(Write::sent).any(in_config)
    }

    /// The sections of the files whose fields change, for the brackets of the row.
    pub fn changed_sections(&self) -> Vec<String> {
        self.sections(|field| field.action.is_change())
    }

    /// The sections of the files whose fields drift.
    pub fn drifting_sections(&self) -> Vec<String> {
        self.sections(|field| matches!(field.action, FieldAction::Drift { .. }))
    }

    /// The sections that a row names behind its id: of an update what changes, of drift what drifts.
    pub fn shown_sections(&self) -> Vec<String> {
        match self.action {
            Action::Create | Action::Unchanged => Vec::new(),
            Action::Update => self.changed_sections(),
            Action::Drift => self.drifting_sections(),
        }
    }

    fn sections(&self, wanted: impl Fn(&FieldChange) -> bool) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let fields = self.fields.iter().filter(|field| wanted(field));
        let sections = fields.map(|field| file_section(self.key.kind, &field.path));
        sections.filter(|section| seen.insert(section.clone())).collect()
    }
}

/// A new or changed use of a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretUse {
    pub name: SecretName,
    /// What uses it: `agent/platform.field`, or `MCP server gh`.
    pub user: String,
    /// Where that sends it, where the files say so: the host of an MCP server, or its command.
    pub destination: Option<String>,
}

impl SecretUse {
    /// Where it goes, in a reader's words: `agent/platform.field`, `api.example.com (MCP server gh)`.
    pub fn place(&self) -> String {
        match &self.destination {
            Some(destination) => format!("{destination} ({})", self.user),
            None => self.user.clone(),
        }
    }
}

/// A secret whose value or name a write needs, with the places that use it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// The secret.
    pub name: SecretName,
    pub places: Vec<String>,
}

/// A secret that the project refers to and the org does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingSecret {
    pub name: SecretName,
    /// What uses it: agents whose providers look it up, and places such as `triage/telegram.botToken`.
    pub users: Vec<String>,
}

/// Something that this server cannot take: a plan error, exit 3.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The resource.
    pub key: ResourceKey,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// A plan: what would be done, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// How secret values reach this server; the head of the plan says it.
    pub secrets: SecretsMode,
    /// The server's generation, by its word.
    pub generation: &'static str,
    /// The rows, in the order of kinds, then of the files.
    pub rows: Vec<Row>,
    /// What the org has and the project does not declare, by kind. Shown one by one with `--all`.
    pub undeclared: BTreeMap<Kind, Vec<String>>,
    /// What selectors left out of the project, by kind.
    pub left_out: BTreeMap<Kind, usize>,
    /// New or changed uses of secrets.
    pub secrets_used: Vec<SecretUse>,
    /// Secrets that the writes need.
    pub needs: Vec<Need>,
    /// Secrets that the org does not have, where it has the secrets API.
    pub missing_secrets: Vec<MissingSecret>,
    /// The keys of providers of which nobody can tell whether the server has them. Apply sends none.
    pub provider_keys: Vec<ProviderKey>,
    /// Whether a push can send those keys to this server.
    pub takes_provider_keys: bool,
    /// What cannot be done.
    pub problems: Vec<Problem>,
    /// Places at which the org has something of another type than the API knows: each is a problem, too.
    pub mismatches: Vec<(ResourceKey, FieldPath)>,
    /// What to know, one closing line each.
    pub notes: Vec<String>,
    /// What the reader can fix, in the org or the files.
    pub warnings: Vec<Problem>,
    /// Why the values that the org hides were not compared with those of the files.
    pub not_compared: Option<NotCompared>,
}

/// How many rows of each action there are, and how many removed parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows that are made.
    pub create: usize,
    /// Rows that are changed.
    pub update: usize,
    /// Fields and entries that `--prune` takes away.
    pub remove: usize,
    /// Rows that are as declared.
    pub unchanged: usize,
    /// Rows with drift.
    pub drift: usize,
    /// Values that cannot be compared.
    pub incomparable: usize,
}

impl Plan {
    /// Whether there is nothing to apply. Drift and incomparable values never count.
    pub fn is_empty(&self) -> bool {
        !self.rows.iter().any(Row::is_change)
    }

    /// The counts.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for row in &self.rows {
            match row.action {
                Action::Create => summary.create += 1,
                Action::Update => summary.update += 1,
                Action::Unchanged => summary.unchanged += 1,
                Action::Drift => summary.drift += 1,
            }
            for field in &row.fields {
                summary.remove += usize::from(field.action == FieldAction::Remove);
                summary.incomparable += usize::from(field.action == FieldAction::Incomparable);
            }
        }
        summary
    }

    /// The literals of the files of which nobody could tell whether the org has them, since it hides what it has.
    pub fn hidden_literals(&self) -> Vec<HiddenLiteral> {
        let of_row = |row| {
            let Row { key, fields, .. }: &Row = row;
            let fields = fields.iter().filter(|field| field.action == FieldAction::Incomparable);
            fields.filter_map(move |field| match &field.after {
                Some(Value::Text(literal)) if literal.literal().is_some() => {
                    Some(HiddenLiteral { key: key.clone(), path: field.path.clone(), literal: literal.clone() })
                }
                _ => None,
            })
        };
        self.rows.iter().flat_map(of_row).collect()
    }

    /// The clears and removals that need `--allow-clear` under `--yes`.
    pub fn guarded_clears(&self) -> Vec<(&ResourceKey, &FieldPath)> {
        let guarded =
            |field: &&FieldChange| field.guarded && matches!(field.action, FieldAction::Clear | FieldAction::Remove);
        let of_row = |row| {
            let Row { key, fields, .. }: &Row = row;
            fields.iter().filter(guarded).map(move |field| (key, &field.path))
        };
        self.rows.iter().flat_map(of_row).collect()
    }

    /// The agent of the project that a row belongs to must exist or be made by it.
    pub fn creates_agent(&self, agent: &AgentId) -> bool {
        let is = |row: &Row| row.key.kind == AGENT && row.action == Action::Create && row.key.id == agent.as_str();
        self.rows.iter().any(is)
    }
}
