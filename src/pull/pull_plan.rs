use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{Agent, DesiredState};
use crate::model::{FieldPath, MemorySchema, OrgSlug, Position, SecretName, Text, Value};
use crate::org::{ActualMemory, ActualState, SecretsMode, SecretsProbe};
use crate::plan::{self, Action, FieldAction, Options, Resend, Row};
use crate::project::directory::display_path;
use crate::project::{AgentFiles, Project};
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS};
use crate::schema::{Kind, ResourceKey};

use super::agent::{self, PulledAgent};
use super::draft::Draft;
use super::new_agent::{self, NewAgent};
use super::row::{Missing, PullAction, PullPlan, Reason, Withheld};
use super::secret_names::SecretNames;
use super::skills::{Listing, Names};
use super::taking::{Completed, Taking, completed};
use super::value::Classifier;
use super::{memory, platforms, settings};

/// What a pull is decided from.
#[derive(Clone, Copy)]
pub struct Input<'pull> {
    /// The files; for a new project those of its first lobu.toml.
    pub project: &'pull Project,
    /// What they declare.
    pub desired: &'pull DesiredState,
    /// What the org has, read by [`Taking::read_scope`].
    pub actual: &'pull ActualState,
    /// The org.
    pub org: &'pull OrgSlug,
    /// What is taken in.
    pub taking: &'pull Taking,
    /// The names in a directory of the project, those of directories with a `/` at their end.
    pub listing: Listing<'pull>,
    /// What `--allow-suspected` names, as `kind/id:path`.
    pub allowed: &'pull [String],
    /// Whether the project is made by this pull.
    pub is_init: bool,
    /// Whether what only the files have is taken out of them.
    pub prune_local: bool,
}

impl Input<'_> {
    /// How a plan of the same resources is made.
    pub fn plan_options(&self) -> Options {
        Options {
            org: self.org.clone(),
            prune: false,
            resend: Resend::default(),
            selection: self.taking.selection.clone(),
            push_command: String::new(),
        }
    }
}

/// Decides what a pull does to the files: pure, and the same for the same input.
pub fn pull_plan(input: &Input<'_>) -> PullPlan {
    let completed = completed(input.desired, &input.project.shared_skills, input.actual, input.taking);
    let plan = plan::diff(&completed.desired, input.actual, &input.plan_options());
    let known = input.desired.references().into_keys();
    let taken = names_of_org(input.actual);
    let classifier = Classifier {
        mode: SecretsMode::of(&input.actual.secrets),
        allowed: input.allowed,
        is_init: input.is_init,
        names: SecretNames::new(known, taken),
        used: Vec::new(),
    };
    let mut pull = Pull {
        input,
        completed: &completed,
        rows: plan.rows.iter().map(|row| (row.key.clone(), row)).collect(),
        classifier,
        names: Names::new(input.listing),
        directories: directories(input.project),
        shared: AgentFiles { skills: input.project.shared_skills.clone(), ..AgentFiles::default() },
        result: PullPlan::default(),
    };
    pull.agents();
    pull.memory();
    for (key, path) in &plan.mismatches {
        if input.taking.covers(key.kind, &key.id) {
            let reason = Reason::Unwritable("it is not of the type that the API knows".to_owned());
            pull.result.withheld.push(Withheld { key: key.clone(), path: path.clone(), reason });
        }
    }
    let used: BTreeSet<String> = pull.classifier.used.into_iter().collect();
    let mut result = pull.result;
    result.rows.sort_by_key(|row| row.key.kind);
    let (there, nowhere): (Vec<String>, Vec<String>) = input
        .allowed
        .iter()
        .filter(|name| !used.contains(*name))
        .cloned()
        .partition(|name| names_a_row(name, &plan.rows));
    result.unused_allowed = nowhere;
    result
        .notes
        .extend(there.iter().map(|name| format!("--allow-suspected {name}: nothing there has to be let through")));
    result.notes.extend(incomparable(&plan.rows, input.taking));
    result.unmatched = input.taking.selection.without_effect(&plan).into_iter().map(str::to_owned).collect();
    let covers = |kind: &Kind| input.taking.covers_kind(*kind);
    result.undeclared = plan.undeclared.into_iter().filter(|(kind, _)| covers(kind)).collect();
    result.left_out = plan.left_out.into_iter().filter(|(kind, _)| covers(kind)).collect();
    result.unchanged = unchanged(&plan.rows, &result, input.taking);
    if input.desired.memory.is_none() && input.taking.covers_kind(ENTITY_TYPE) {
        let how = "[memory] with enabled = true takes them in";
        result.notes.push(format!("entity types and relationship types are left out: {how}"));
    }
    result
}

/// Every name of a secret that means something in the org: a made-up one must not be one of these.
fn names_of_org(actual: &ActualState) -> Vec<SecretName> {
    let mut names = Vec::new();
    if let SecretsProbe::Present(Some(listed)) = &actual.secrets {
        names.extend(listed.iter().map(|name| SecretName::from_server(name.as_str())));
    }
    for agent in actual.agents.iter().flat_map(BTreeMap::values) {
        if let Some(settings) = &agent.settings {
            references(&settings.mcp_servers, &mut names);
        }
        for value in agent.platforms.iter().flatten().flat_map(|platform| platform.config.values()) {
            references(value, &mut names);
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

/// Values of which nobody can tell whether they differ: they stay as the files have them (W3).
fn incomparable(rows: &[Row], taking: &Taking) -> Option<String> {
    let covered = rows.iter().filter(|row| taking.covers(row.key.kind, &row.key.id));
    let fields = covered.flat_map(|row| &row.fields);
    match fields.filter(|field| field.action == FieldAction::Incomparable).count() {
        0 => None,
        1 => Some("1 value can't be compared with what the org has, which hides it; the file keeps its own".to_owned()),
        count => Some(format!(
            "{count} values can't be compared with what the org has, which hides it; the files keep their own"
        )),
    }
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
fn unchanged(rows: &[Row], result: &PullPlan, taking: &Taking) -> usize {
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
        taking.covers(kind, &row.key.id) && row.action != Action::Create && !told.contains(&row.key)
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
        for declared in &completed.desired.agents {
            if completed.added.contains(&agent::key(declared)) {
                self.new_agent(declared);
            } else {
                self.agent(declared);
            }
        }
    }

    fn row(&self, kind: Kind, id: &str) -> Option<&'pull Row> {
        let row = self.rows.get(&ResourceKey::new(kind, id))?;
        self.input.taking.covers(kind, id).then_some(*row)
    }

    fn platform_rows(&self, declared: &Agent) -> Vec<&'pull Row> {
        let keys = declared.platforms.iter().map(|platform| ResourceKey::platform(&declared.id, &platform.id).id);
        keys.filter_map(|id| self.row(PLATFORM, &id)).collect()
    }

    fn new_agent(&mut self, declared: &'pull Agent) {
        let Some(actual) = self.input.actual.agents.as_ref().and_then(|agents| agents.get(&declared.id)) else {
            return;
        };
        let own = [AGENT, SETTINGS].into_iter().filter_map(|kind| self.row(kind, declared.id.as_str()));
        let rows: Vec<&Row> = own.chain(self.platform_rows(declared)).collect();
        let new = NewAgent {
            declared,
            actual,
            is_alone: self.is_alone(),
            prune_local: self.input.prune_local,
            files: &self.shared,
            rows,
        };
        new_agent::add(&new, &mut self.classifier, &mut self.names, &mut self.result);
    }

    fn agent(&mut self, declared: &'pull Agent) {
        let id = declared.id.as_str();
        let Some(actual) = self.input.actual.agents.as_ref().and_then(|agents| agents.get(&declared.id)) else {
            return self.missing_agent(declared);
        };
        let pulled = self.pulled(declared, actual);
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
        for row in self.platform_rows(declared) {
            self.platform(&pulled, row);
        }
    }

    /// Whether the project has one agent only, once this pull is done.
    fn is_alone(&self) -> bool {
        let found = self.input.actual.agents.as_ref();
        let goes = |agent: &Agent| {
            self.input.prune_local
                && self.input.taking.covers(AGENT, agent.id.as_str())
                && found.is_some_and(|found| !found.contains_key(&agent.id))
        };
        let stays = |agent: &&Agent| !goes(agent);
        self.completed.desired.agents.iter().filter(stays).count() == 1
    }

    fn pulled(&self, declared: &'pull Agent, actual: &'pull crate::org::ActualAgent) -> PulledAgent<'pull> {
        let agents = &self.input.project.config.agents;
        let position = agents.iter().position(|config| config.id.value == declared.id);
        let config = position.and_then(|position| agents.get(position));
        let directory = config.and_then(|config| config.dir.as_ref()).map_or("", |dir| dir.value.as_str());
        let is_shared = self.directories.get(&display_path(directory)).is_some_and(|count| *count > 1);
        let mut pulled = PulledAgent {
            config,
            files: position.and_then(|position| self.input.project.agents.get(position)),
            shared_skills: &self.input.project.shared_skills,
            declared,
            actual,
            directory: directory.to_owned(),
            locked: is_shared.then_some("its directory is another agent's too, and pull does not write there"),
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
            let found = pulled.actual.platforms.iter().flatten();
            let mut of_row = found.filter(|other| ResourceKey::platform(&pulled.declared.id, &other.id) == row.key);
            if let Some(actual) = of_row.next() {
                platforms::add(&mut draft, pulled, actual);
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
                draft.show(&FieldPath::member("type"), pulled_type(pulled, position).as_ref(), None);
                draft.remove(pulled.place().key("platforms").element(position));
            }
            _ => draft.lacks(&FieldPath::default()),
        }
        draft.finish(PullAction::Remove, &mut self.result);
    }

    /// An agent that only the files have; its settings and platforms are not told apart.
    fn missing_agent(&mut self, declared: &Agent) {
        let key = agent::key(declared);
        if self.row(AGENT, declared.id.as_str()).is_none() {
            return;
        }
        if !self.input.prune_local {
            self.result.missing.push(Missing { key, path: FieldPath::default() });
            return;
        }
        let configs = &self.input.project.config.agents;
        let config = configs.iter().find(|config| config.id.value == declared.id);
        let directory = config.and_then(|config| config.dir.as_ref()).map_or("", |dir| dir.value.as_str());
        let mut draft = Draft::new(key, &mut self.classifier, true);
        let before = Value::Text(declared.name.clone());
        draft.show(&FieldPath::member("name"), Some(&before), None);
        draft.remove(super::Place::of(["agents", declared.id.as_str()]));
        let id = &declared.id;
        draft.notes.push(format!("the directory {} of agent {id} stays: delete it by hand", display_path(directory)));
        draft.finish(PullAction::Remove, &mut self.result);
    }

    fn memory(&mut self) {
        let completed = self.completed;
        let (Some(schema), Some(actual)) = (&completed.desired.memory, &self.input.actual.memory) else { return };
        let directory = self.input.project.config.memory.as_ref().map_or("", |memory| memory.models_directory().path);
        self.entity_types(schema, actual, directory);
        self.relationship_types(schema, actual, directory);
    }

    fn entity_types(&mut self, schema: &MemorySchema, memory: &ActualMemory, directory: &str) {
        for entity in &schema.entity_types {
            let Some(row) = self.row(ENTITY_TYPE, entity.slug.as_str()) else { continue };
            let Some(actual) = memory.entity_types.get(&entity.slug) else {
                self.missing_type(row, &entity.position);
                continue;
            };
            let is_new = self.completed.added.contains(&row.key);
            let mut draft = Draft::new(row.key.clone(), &mut self.classifier, self.input.prune_local);
            if is_new {
                memory::add_entity(&mut draft, &entity.slug, actual, directory, &mut self.names);
            } else {
                memory::entity(&mut draft, row, &entity.position);
            }
            draft.finish(made(is_new), &mut self.result);
        }
    }

    fn relationship_types(&mut self, schema: &MemorySchema, memory: &ActualMemory, directory: &str) {
        for relationship in &schema.relationship_types {
            let Some(row) = self.row(RELATIONSHIP_TYPE, relationship.slug.as_str()) else { continue };
            let Some(actual) = memory.relationship_types.get(&relationship.slug) else {
                self.missing_type(row, &relationship.position);
                continue;
            };
            let is_new = self.completed.added.contains(&row.key);
            let mut draft = Draft::new(row.key.clone(), &mut self.classifier, self.input.prune_local);
            if is_new {
                memory::add_relationship(&mut draft, &relationship.slug, actual, directory, &mut self.names);
            } else {
                memory::relationship(&mut draft, row, relationship, actual);
            }
            draft.finish(made(is_new), &mut self.result);
        }
    }

    /// A type that only the files have.
    fn missing_type(&mut self, row: &Row, position: &Position) {
        let mut draft = Draft::new(row.key.clone(), &mut self.classifier, self.input.prune_local);
        if self.input.prune_local {
            memory::remove(&mut draft, position);
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
    let platform = pulled.config?.platforms.get(position)?;
    Some(Value::known(platform.platform_type.as_str()))
}
