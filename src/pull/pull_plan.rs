use std::collections::{BTreeMap, BTreeSet};

use crate::desired::DesiredState;
use crate::model::{FieldPath, OrgSlug, SecretName, Text, Value, counted, plural};
use crate::org::{ActualState, SecretsProbe};
use crate::plan::{self, Action, FieldAction, Options, Resend, Row};
use crate::project::directory::display_path;
use crate::project::{AgentFiles, Project};
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, SETTINGS, agent as agent_fields, platform};
use crate::schema::{Kind, Record, Resource, ResourceKey, file_path};

use super::agent::{self, PulledAgent};
use super::draft::Draft;
use super::file_names::{Listing, Names};
use super::layers::{self, Layers};
use super::new_agent::{self, NewAgent};
use super::row::{Missing, PullAction, PullPlan, Reason, Withheld};
use super::secret_names::SecretNames;
use super::selection::{Completed, PullSelection, completed};
use super::value::Classifier;
use super::{models, platforms, settings};

/// What a pull is decided from.
#[derive(Clone, Copy)]
pub struct Input<'pull> {
    /// The files; for a new project those of its first lobu.toml.
    pub project: &'pull Project,
    /// What they declare.
    pub desired: &'pull DesiredState,
    /// What the org has, read by [`PullSelection::read_scope`].
    pub actual: &'pull ActualState,
    pub org: &'pull OrgSlug,
    /// What is taken in.
    pub selection: &'pull PullSelection,
    /// The names in a directory of the project, those of directories with a `/` at their end.
    pub listing: Listing<'pull>,
    /// What `--allow-suspected` names, as `kind/id:path`.
    pub allowed: &'pull [String],
    /// Whether the project is made by this pull.
    pub is_init: bool,
    /// Whether what only the files have is taken out of them.
    pub prune_local: bool,
    /// Where what may differ by target is written.
    pub layers: &'pull Layers,
}

impl Input<'_> {
    /// How a plan of the same resources is made.
    pub fn plan_options(&self) -> Options {
        Options {
            org: self.org.clone(),
            prune: false,
            resend: Resend::default(),
            selection: self.selection.selection.clone(),
            push_command: String::new(),
        }
    }
}

/// Decides what a pull does to the files: pure, and the same for the same input.
pub fn pull_plan(input: &Input<'_>) -> PullPlan {
    let completed = completed(input.desired, &input.project.shared_skills, input.actual, input.selection);
    let plan = plan::diff(&completed.desired, input.actual, &input.plan_options());
    let known = input.desired.references().into_keys();
    let taken = names_of_org(input.actual);
    let classifier = Classifier {
        mode: input.actual.secrets.mode(),
        allowed: input.allowed,
        is_init: input.is_init,
        names: SecretNames::new(known, taken),
        used: Vec::new(),
    };
    let mut pull = Pull {
        input,
        completed: &completed,
        below: completed.desired.by_agent(),
        rows: plan.rows.iter().map(|row| (row.key.clone(), row)).collect(),
        classifier,
        names: Names::new(input.listing),
        directories: directories(input.project),
        shared: AgentFiles { skills: input.project.shared_skills.clone(), ..AgentFiles::default() },
        result: PullPlan::default(),
    };
    pull.agents();
    pull.types();
    for (key, path) in &plan.mismatches {
        if input.selection.covers(key.kind, &key.id) {
            let reason = Reason::Unwritable("it is not of the type that the API knows".to_owned());
            pull.result.withheld.push(Withheld { key: key.clone(), path: path.clone(), reason });
        }
    }
    let used: BTreeSet<String> = pull.classifier.used.into_iter().collect();
    let mut result = pull.result;
    result.rows.sort_by_key(|row| row.key.kind);
    layers::route(&mut result, input.project, input.layers);
    let (there, nowhere): (Vec<String>, Vec<String>) = input
        .allowed
        .iter()
        .filter(|name| !used.contains(*name))
        .cloned()
        .partition(|name| names_a_row(name, &plan.rows));
    result.unused_allowed = nowhere;
    result.notes.extend(there.iter().map(|name| format!("--allow-suspected {name}: no suspected secret there")));
    result.notes.extend(incomparable(&plan.rows, input.selection));
    result.unmatched = input.selection.selection.without_effect(&plan).into_iter().map(str::to_owned).collect();
    let covers = |kind: &Kind| input.selection.covers_kind(*kind);
    result.undeclared = plan.undeclared.into_iter().filter(|(kind, _)| covers(kind)).collect();
    result.left_out = plan.left_out.into_iter().filter(|(kind, _)| covers(kind)).collect();
    result.unchanged = unchanged(&plan.rows, &result, input.selection);
    if !input.desired.covers(ENTITY_TYPE) && input.selection.covers_kind(ENTITY_TYPE) {
        let how = "set enabled = true in [memory] to include them";
        result.notes.push(format!("entity types, relationship types and watchers are left out: {how}"));
    }
    result
}

/// Every name of a secret that means something in the org: a made-up one must not be one of these.
fn names_of_org(actual: &ActualState) -> Vec<SecretName> {
    let mut names = Vec::new();
    if let SecretsProbe::Present(Some(listed)) = &actual.secrets {
        names.extend(listed.iter().map(|name| SecretName::from_server(name.as_str())));
    }
    for (kind, records) in &actual.records {
        for field in kind.fields.iter().filter(|field| field.holds_secrets()) {
            records
                .own
                .values()
                .filter_map(|record| record.value(field))
                .for_each(|value| references(value, &mut names));
        }
    }
    names
}

fn references(value: &Value, names: &mut Vec<SecretName>) {
    match value {
        Value::Text(Text::SecretRef(name)) => names.push(name.clone()),
        Value::List(elements) => elements.iter().for_each(|element| references(element, names)),
        Value::Map(members) => members.values().for_each(|member| references(member, names)),
        _ => {}
    }
}

/// Whether what `--allow-suspected` names is a place of a resource that is there.
fn names_a_row(name: &str, rows: &[Row]) -> bool {
    rows.iter().any(|row| name.strip_prefix(&row.key.to_string()).is_some_and(|rest| rest.starts_with(':')))
}

/// Values of which nobody can tell whether they differ: they stay as the files have them.
fn incomparable(rows: &[Row], selection: &PullSelection) -> Option<String> {
    let covered = rows.iter().filter(|row| selection.covers(row.key.kind, &row.key.id));
    let places: Vec<String> = covered
        .flat_map(|row| {
            let hidden = row.fields.iter().filter(|field| field.action == FieldAction::Incomparable);
            hidden.map(|field| format!("{} {}", row.key, file_path(row.key.kind, &field.path)))
        })
        .collect();
    let file = plural(places.len(), "the file keeps its own", "the files keep their own");
    let hidden = format!("the server hides {}, and {file}: ", counted(places.len(), "value"));
    (!places.is_empty()).then(|| hidden + &places.join(", "))
}

/// The files that hold a field of more than one resource.
fn shared_files(desired: &DesiredState) -> BTreeSet<&str> {
    let mut seen = BTreeSet::new();
    let all = desired.all().flat_map(|resource| resource.files.iter().map(|(_, path)| path.as_str()));
    all.filter(|path| !seen.insert(*path)).collect()
}

/// How many agents have each directory.
fn directories(project: &Project) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for config in &project.config.agents {
        let directory = config.dir.as_ref().map_or("", |dir| dir.value.as_str());
        *counts.entry(display_path(directory)).or_default() += 1;
    }
    counts
}

/// The resources that are read and that nothing is told of.
fn unchanged(rows: &[Row], result: &PullPlan, selection: &PullSelection) -> usize {
    let told: BTreeSet<&ResourceKey> = result
        .rows
        .iter()
        .map(|row| &row.key)
        .chain(result.missing.iter().map(|missing| &missing.key))
        .chain(result.withheld.iter().map(|withheld| &withheld.key))
        .chain(result.kept.iter().map(|kept| &kept.key))
        .collect();
    let is_same = |row: &&Row| {
        let kind = row.key.kind;
        selection.covers(kind, &row.key.id) && row.action != Action::Create && !told.contains(&row.key)
    };
    // A new agent comes with its settings and platforms as one row.
    let is_part = |row: &Row| {
        let of_agent = row.key.agent().map(|agent| ResourceKey::new(AGENT, agent));
        let created =
            |key: &ResourceKey| result.rows.iter().any(|other| other.key == *key && other.action == PullAction::Create);
        of_agent.is_some_and(|key| key != row.key && created(&key))
    };
    rows.iter().filter(is_same).filter(|row| !is_part(row)).count()
}

struct Pull<'pull> {
    input: &'pull Input<'pull>,
    completed: &'pull Completed,
    /// What is declared or taken in and belongs to agents.
    below: BTreeMap<(Kind, &'pull str), Vec<&'pull Resource>>,
    rows: BTreeMap<ResourceKey, &'pull Row>,
    classifier: Classifier<'pull>,
    names: Names<'pull>,
    directories: BTreeMap<String, usize>,
    /// What an agent has that the project gets: the skills of every agent.
    shared: AgentFiles,
    result: PullPlan,
}

impl<'pull> Pull<'pull> {
    fn agents(&mut self) {
        let completed = self.completed;
        for declared in completed.desired.of(AGENT) {
            if completed.added.contains(&declared.key) {
                self.new_agent(declared);
            } else {
                self.agent(declared);
            }
        }
    }

    fn row(&self, kind: Kind, id: &str) -> Option<&'pull Row> {
        let row = self.rows.get(&ResourceKey::new(kind, id))?;
        self.input.selection.covers(kind, id).then_some(*row)
    }

    fn platform_rows(&self, agent: &str) -> Vec<&'pull Row> {
        let declared = self.below.get(&(PLATFORM, agent)).map(Vec::as_slice).unwrap_or_default();
        declared.iter().filter_map(|platform| self.row(PLATFORM, &platform.key.id)).collect()
    }

    fn settings_of(&self, agent: &str) -> Option<&'pull Record> {
        self.input.actual.record(&ResourceKey::new(SETTINGS, agent))
    }

    fn new_agent(&mut self, declared: &'pull Resource) {
        let Some(record) = self.input.actual.record(&declared.key) else { return };
        let id = declared.key.id.as_str();
        let own = [AGENT, SETTINGS].into_iter().filter_map(|kind| self.row(kind, id));
        let rows: Vec<&Row> = own.chain(self.platform_rows(id)).collect();
        let new = NewAgent {
            key: &declared.key,
            record,
            settings: self.settings_of(id),
            platforms: self.input.actual.below(PLATFORM, id),
            is_alone: self.is_alone(),
            prune_local: self.input.prune_local,
            files: &self.shared,
            rows,
        };
        new_agent::add(&new, &mut self.classifier, &mut self.names, &mut self.result);
    }

    fn agent(&mut self, declared: &'pull Resource) {
        let id = declared.key.id.as_str();
        if self.input.actual.record(&declared.key).is_none() {
            return self.missing_agent(declared);
        }
        let pulled = self.pulled(id);
        if let Some(row) = self.row(AGENT, id) {
            let mut draft = Draft::new(row.key.clone(), &mut self.classifier, self.input.prune_local);
            agent::pull(&mut draft, &pulled, row);
            draft.finish(PullAction::Update, &mut self.result);
        }
        if let Some(row) = self.row(SETTINGS, id) {
            let mut draft = Draft::new(row.key.clone(), &mut self.classifier, self.input.prune_local);
            settings::pull(&mut draft, &pulled, row, &mut self.names);
            draft.finish(PullAction::Update, &mut self.result);
        }
        for row in self.platform_rows(id) {
            self.platform(&pulled, row);
        }
    }

    /// Whether the project has one agent only, once this pull is done.
    fn is_alone(&self) -> bool {
        let goes = |agent: &Resource| {
            self.input.prune_local
                && self.input.selection.covers(AGENT, &agent.key.id)
                && self.input.actual.records.contains_key(&AGENT)
                && self.input.actual.record(&agent.key).is_none()
        };
        let elsewhere = self.input.project.in_target.iter().flat_map(|target| &target.left_out);
        let has_others = elsewhere.into_iter().any(|left| left.key.kind == AGENT);
        !has_others && self.completed.desired.of(AGENT).iter().filter(|agent| !goes(agent)).count() == 1
    }

    fn pulled(&self, id: &'pull str) -> PulledAgent<'pull> {
        let agents = &self.input.project.config.agents;
        let position = agents.iter().position(|config| config.id.value.as_str() == id);
        let config = position.and_then(|position| agents.get(position));
        let directory = config.and_then(|config| config.dir.as_ref()).map_or("", |dir| dir.value.as_str());
        let is_shared = self.directories.get(&display_path(directory)).is_some_and(|count| *count > 1);
        let mut pulled = PulledAgent {
            config,
            files: position.and_then(|position| self.input.project.agents.get(position)),
            shared_skills: &self.input.project.shared_skills,
            id,
            settings: self.settings_of(id),
            directory: directory.to_owned(),
            locked: is_shared.then_some("another agent uses the same directory, so pull does not write there"),
            has_own_skills: false,
            is_alone: self.is_alone(),
        };
        pulled.has_own_skills = !pulled.is_at_root();
        pulled
    }

    fn platform(&mut self, pulled: &PulledAgent<'_>, row: &Row) {
        let is_new = self.completed.added.contains(&row.key);
        let mut draft = Draft::new(row.key.clone(), &mut self.classifier, self.input.prune_local);
        if is_new {
            if let Some(record) = self.input.actual.record(&row.key) {
                platforms::add(&mut draft, pulled, record);
            }
            return draft.finish(PullAction::Create, &mut self.result);
        }
        if row.action != Action::Create {
            platforms::pull(&mut draft, pulled, row);
            return draft.finish(PullAction::Update, &mut self.result);
        }
        let declared = platforms::declared(pulled, row).map(|(position, _)| position);
        match declared {
            Some(position) if self.input.prune_local => {
                draft.show(&FieldPath::member(platform::TYPE.name), pulled_type(pulled, position).as_ref(), None);
                draft.remove(pulled.place().key("platforms").element(position));
            }
            _ => draft.lacks(&FieldPath::default()),
        }
        draft.finish(PullAction::Remove, &mut self.result);
    }

    /// An agent that only the files have; its settings and platforms are not told apart.
    fn missing_agent(&mut self, declared: &Resource) {
        let (key, id) = (declared.key.clone(), declared.key.id.as_str());
        if self.row(AGENT, id).is_none() {
            return;
        }
        if !self.input.prune_local {
            self.result.missing.push(Missing { key, path: FieldPath::default() });
            return;
        }
        let configs = &self.input.project.config.agents;
        let config = configs.iter().find(|config| config.id.value.as_str() == id);
        let directory = config.and_then(|config| config.dir.as_ref()).map_or("", |dir| dir.value.as_str());
        let mut draft = Draft::new(key, &mut self.classifier, true);
        let before = declared.declared.get(agent_fields::NAME).and_then(|declared| declared.value());
        draft.show(&FieldPath::member(agent_fields::NAME.name), before, None);
        draft.remove(super::NodePath::of(["agents", id]));
        draft.notes.push(format!("the directory {} of agent {id} is kept: delete it by hand", display_path(directory)));
        draft.finish(PullAction::Remove, &mut self.result);
    }

    /// The kinds that model files declare.
    fn types(&mut self) {
        let completed = self.completed;
        let directory = self.input.project.config.memory.as_ref().map_or("", |memory| memory.models_directory().path);
        let agents: BTreeSet<&str> = completed.desired.of(AGENT).iter().map(|agent| agent.key.id.as_str()).collect();
        let shared = shared_files(&completed.desired);
        let read = self.input.actual.records.keys().filter_map(|kind| Some((*kind, kind.model_files?)));
        for (kind, files) in read {
            for declared in completed.desired.of(kind) {
                let Some(row) = self.row(kind, &declared.key.id) else { continue };
                let Some(record) = self.input.actual.record(&declared.key) else {
                    self.missing_type(row, declared);
                    continue;
                };
                let is_new = completed.added.contains(&row.key);
                let mut draft = Draft::new(row.key.clone(), &mut self.classifier, self.input.prune_local);
                let mut place = models::Place { directory, names: &mut self.names, agents: &agents, shared: &shared };
                if is_new {
                    models::add(&mut draft, files, record, &mut place);
                } else {
                    models::change(&mut draft, row, declared, record, &mut place);
                }
                draft.finish(made(is_new), &mut self.result);
            }
        }
    }

    /// A type that only the files have.
    fn missing_type(&mut self, row: &Row, declared: &Resource) {
        let mut draft = Draft::new(row.key.clone(), &mut self.classifier, self.input.prune_local);
        if self.input.prune_local {
            models::remove(&mut draft, &declared.position);
        } else {
            draft.lacks(&FieldPath::default());
        }
        draft.finish(PullAction::Remove, &mut self.result);
    }
}

fn made(is_new: bool) -> PullAction {
    if is_new { PullAction::Create } else { PullAction::Update }
}

fn pulled_type(pulled: &PulledAgent<'_>, position: usize) -> Option<Value> {
    let platform = pulled.config?.platforms.iter().find(|platform| platform.index == position)?;
    Some(Value::known(platform.platform_type.as_str()))
}
