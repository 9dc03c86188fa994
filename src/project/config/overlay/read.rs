use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Table, TableLike};

use super::in_target::is_in;
use super::merge::Merge;
use super::models;
use super::places::{Place, known_keys, places};
use crate::edit::NodePath;
use crate::model::{Diagnostic, Family, Severity};
use crate::project::config::path::shown_key;
use crate::project::config::read_plain::PlainField;
use crate::project::config::reader::Reader;
use crate::project::config::section::{Field, Section};
use crate::project::config::types::{AgentConfig, OverlaidAgent, OverlaidValue, Overlay, TargetConfig};
use crate::project::config::{agents, read_plain};
use crate::project::{parallel, suggest};
use crate::schema::Schema;

/// Reads what the targets say otherwise than the project, whose agents were read.
pub(in crate::project::config) fn read(
    schema: &Schema,
    reader: &mut Reader<'_>,
    root: &Table,
    agents: &[AgentConfig],
    targets: &mut [TargetConfig],
) {
    let project = Project {
        root,
        plain: &read_plain::all(schema),
        places: &places(schema),
        keys: &known_keys(schema),
        agents: agents.iter().map(|agent| (agent.id.value.as_str(), agent)).collect(),
    };
    let names: Vec<String> = targets.iter().map(|target| target.name.value.clone()).collect();
    let mut overlaid = Vec::new();
    for (target, name) in targets.iter_mut().zip(&names) {
        project.target(name, |section| {
            let (models, values) = models::read(schema, reader, section, name);
            target.overlay = Overlay { values, models, ..Overlay::default() };
            overlaid.extend(project.overlaid(reader, name, section).into_iter().map(|id| (name.as_str(), id)));
        });
    }
    // Where ten targets change a thousand agents, this is most of what there is to read.
    let shared = &*reader;
    let read = parallel::map(&overlaid, |(name, id)| project.agent(shared, name, id));
    for ((name, _), read) in overlaid.iter().zip(read) {
        let target = targets.iter_mut().find(|target| target.name.value == *name);
        let (Some(target), Some(AgentRead { agent, values, elements, told, found })) = (target, read) else { continue };
        reader.add(told);
        reader.add_new(found, name);
        target.overlay.agents.push(agent);
        target.overlay.values.extend(values);
        target.overlay.elements.extend(elements);
    }
}

/// What the overlays of all targets are read with.
struct Project<'run> {
    /// The table of the file.
    root: &'run Table,
    plain: &'run [PlainField],
    places: &'run [Place],
    keys: &'run BTreeSet<&'static str>,
    agents: BTreeMap<&'run str, &'run AgentConfig>,
}

/// What a target says of an agent.
struct AgentRead {
    agent: OverlaidAgent,
    values: Vec<OverlaidValue>,
    elements: BTreeMap<NodePath, NodePath>,
    /// What is wrong with it.
    told: Vec<Diagnostic>,
    /// What is said of the merged agent, some of it perhaps of the project's own, too.
    found: Vec<Diagnostic>,
}

impl Project<'_> {
    /// Gives the table of a target.
    fn target<T>(&self, name: &str, with: impl FnOnce(&Section<'_>) -> T) -> Option<T> {
        let root = Section::root(self.root);
        let targets = root.find("targets")?.section(root.path.key("targets"), Family::Project)?;
        let target = targets.find(name)?.section(targets.path.key(name), Family::Project)?;
        Some(with(&target))
    }

    /// The agents of which a target says something; it is told of those of which it can't.
    fn overlaid(&self, reader: &mut Reader<'_>, name: &str, target: &Section<'_>) -> Vec<String> {
        let Some(table) = reader.table(target, "agents", target.path.key("agents")) else { return Vec::new() };
        let mut overlaid = Vec::new();
        for (id, field) in table.fields() {
            if reader.section_of(table.path.key(id), Family::Agents, &field).is_none() {
                continue;
            }
            match self.agents.get(id) {
                None => self.unknown_agent(reader, id, &field),
                Some(base) if !is_in(&base.targets, name) => not_in_target(reader, name, base, &field),
                Some(_) => overlaid.push(id.to_owned()),
            }
        }
        overlaid
    }

    /// Merges the table of an agent, and reads it as the project's own is read.
    fn agent(&self, reader: &Reader<'_>, name: &str, id: &str) -> Option<AgentRead> {
        let root = Section::root(self.root);
        let agents = root.find("agents")?.section(root.path.key("agents"), Family::Agents)?;
        let (field, (_, item)) = (agents.find(id)?, agents.item(id)?);
        let own = item.as_table_like()?;
        self.target(name, |target| {
            let overlays = target.find("agents")?.section(target.path.key("agents"), Family::Agents)?;
            let overlay = overlays.find(id)?.section(overlays.path.key(id), Family::Agents)?;
            let mut table = needed(own, &overlay);
            let mut of_overlay = reader.beside();
            let mut merge = Merge {
                reader: &mut of_overlay,
                places: self.places,
                keys: self.keys,
                base: own,
                values: Vec::new(),
                elements: BTreeMap::new(),
            };
            merge.agent(id, &mut table, &overlay, NodePath::of(["targets", name, "agents", id]));
            let Merge { values, elements, .. } = merge;
            let mut of_agent = reader.beside();
            let section = field.with_table(&table, agents.path.key(id), Family::Agents);
            let merged = agents::read_alone(self.plain, &mut of_agent, &section, id, &field);
            let agent = OverlaidAgent { roots: overlay.names().map(str::to_owned).collect(), merged };
            let (told, found) = (of_overlay.take_found(), of_agent.take_found());
            Some(AgentRead { agent, values, elements, told, found })
        })?
    }

    fn unknown_agent(&self, reader: &mut Reader<'_>, id: &str, field: &Field<'_>) {
        let message = format!("agent `{}` is not in the project: a target cannot add one", shown_key(id));
        let mut diagnostic = Diagnostic::new(Severity::Error, Family::Agents, "unknown-entry", message);
        diagnostic.hint = suggest::did_you_mean(id, self.agents.keys().copied())
            .or_else(|| Some("declare it in `[agents]`, and list its targets there with `targets`".to_owned()));
        reader.report(&field.key_span, diagnostic);
    }
}

fn not_in_target(reader: &mut Reader<'_>, target: &str, base: &AgentConfig, field: &Field<'_>) {
    let name = shown_key(target);
    let message = format!("agent `{}` is not in target `{name}`", shown_key(base.id.value.as_str()));
    let line = base.targets.as_ref().map_or(0, |targets| targets.position.line);
    let diagnostic = Diagnostic::new(Severity::Error, Family::Agents, "not-in-target", message);
    let hint = format!("add \"{name}\" to its `targets` on line {line}, or remove this table");
    reader.report(&field.key_span, diagnostic.hint(hint));
}

/// What of the table of an agent is read again: what is otherwise in a target, and what every agent must have.
fn needed(own: &dyn TableLike, overlay: &Section<'_>) -> Table {
    let mut needed = Table::new();
    let is_needed = |key: &str| matches!(key, "name" | "dir") || overlay.names().any(|name| name == key);
    for (key, item) in own.iter().filter(|(key, _)| is_needed(key)) {
        if let Some((key, _)) = own.get_key_value(key) {
            needed.insert_formatted(key, item.clone());
        }
    }
    needed
}
