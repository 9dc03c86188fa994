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
use crate::project::config::types::{AgentConfig, OverlaidAgent, Overlay, TargetConfig};
use crate::project::config::{agents, read_plain};
use crate::project::suggest;
use crate::schema::Schema;

/// Reads what the targets say otherwise than the project, whose agents were read.
///
pub(in crate::project::config) fn read(
    schema: &Schema,
    reader: &mut Reader<'_>,
    root: &Section<'_>,
    agents: &[AgentConfig],
    targets: &mut [TargetConfig],
) {
    let Some(table) = root.find("targets").and_then(|field| field.section(root.path.key("targets"), Family::Project))
    else {
        return;
    };
    let project = Project {
        schema,
        root,
        plain: &read_plain::all(schema),
        places: &places(schema),
        keys: &known_keys(schema),
        agents: agents.iter().map(|agent| (agent.id.value.as_str(), agent)).collect(),
    };
    for target in targets {
        let name = target.name.value.clone();
        let Some(field) = table.find(&name) else { continue };
        let Some(section) = field.section(table.path.key(&name), Family::Project) else { continue };
        target.overlay = project.overlay(reader, &name, &section);
    }
}

/// What the overlays of all targets are read with.
struct Project<'run, 'text> {
    schema: &'run Schema,
    root: &'run Section<'text>,
    plain: &'run [PlainField],
    places: &'run [Place],
    keys: &'run BTreeSet<&'static str>,
    agents: BTreeMap<&'run str, &'run AgentConfig>,
}

impl Project<'_, '_> {
    fn overlay(&self, reader: &mut Reader<'_>, name: &str, target: &Section<'_>) -> Overlay {
        let (models, values) = models::read(self.schema, reader, target, name);
        let mut overlay = Overlay { values, models, ..Overlay::default() };
        let Some(mut table) = reader.table(target, "agents", target.path.key("agents")) else { return overlay };
        table.family = Family::Agents;
        for (id, field) in table.fields() {
            let Some(section) = reader.section_of(table.path.key(id), Family::Agents, &field) else { continue };
            let Some(base) = self.agents.get(id) else {
                self.unknown_agent(reader, id, &field);
                continue;
            };
            if !is_in(&base.targets, name) {
                not_in_target(reader, name, base, &field);
                continue;
            }
            self.agent(reader, name, id, &section, &mut overlay);
        }
        overlay
    }

    /// Merges the table of an agent, and reads it as the project's own is read: what is wrong with it now is told, once.
    fn agent(&self, reader: &mut Reader<'_>, name: &str, id: &str, section: &Section<'_>, overlay: &mut Overlay) {
        let path = self.root.path.key("agents");
        let Some(agents) = self.root.find("agents").and_then(|field| field.section(path, Family::Agents)) else {
            return;
        };
        let (Some(field), Some((_, item))) = (agents.find(id), agents.item(id)) else { return };
        let Some(own) = item.as_table_like() else { return };
        let mut merged = needed(own, section);
        let mut merge = Merge {
            reader,
            places: self.places,
            keys: self.keys,
            base: own,
            values: Vec::new(),
            elements: BTreeMap::new(),
        };
        merge.agent(id, &mut merged, section, NodePath::of(["targets", name, "agents", id]));
        overlay.values.append(&mut merge.values);
        overlay.elements.append(&mut merge.elements);
        let table = field.with_table(&merged, agents.path.key(id), Family::Agents);
        let (merged, found) = reader.apart(|reader| agents::read_alone(self.plain, reader, &table, id, &field));
        reader.add_new(found, name);
        let roots = section.names().map(str::to_owned).collect();
        overlay.agents.push(OverlaidAgent { roots, merged });
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
    for (key, item) in own.iter() {
        let is_needed = matches!(key, "name" | "dir") || overlay.names().any(|name| name == key);
        if let Some((key, _)) = own.get_key_value(key).filter(|_| is_needed) {
            needed.insert_formatted(key, item.clone());
        }
    }
    needed
}
