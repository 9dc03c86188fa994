//! The table of an agent with what a target says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Item, Key, Table, TableLike};

use super::places::{Place, Step};
use super::same::{content, is_same};
use crate::edit::NodePath;
use crate::model::{AgentId, Diagnostic, Severity, StableId};
use crate::project::config::keys::IDENTIFYING;
use crate::project::config::path::{Path, shown_key};
use crate::project::config::reader::Reader;
use crate::project::config::section::{Field, Section};
use crate::project::config::types::{OverlaidValue, SharedValue};
use crate::project::config::{agents, mcp, platforms};
use crate::project::suggest;
use crate::schema::{Kind, Owner, ResourceKey, toml_key};

/// The places that are left on the way to a table, each with its kind.
type Left<'place> = Vec<(Kind, &'place [Step])>;

/// Where a merge is.
#[derive(Clone)]
struct At {
    /// The id of the resource.
    id: String,
    /// The path in the resource, as people name it.
    file_path: String,
    /// Where lobu.toml has it without targets.
    shared: NodePath,
    /// Where the target has it.
    place: NodePath,
}

impl At {
    fn key(&self, name: &str, shown: &str) -> Self {
        let file_path =
            if self.file_path.is_empty() { shown.to_owned() } else { format!("{}.{shown}", self.file_path) };
        Self { file_path, shared: self.shared.key(name), place: self.place.key(name), ..self.clone() }
    }
}

/// Lays what a target says over the table of an agent.
pub(super) struct Merge<'run, 'text> {
    pub(super) reader: &'run mut Reader<'text>,
    pub(super) places: &'run [Place],
    /// The keys that agents and their parts have, by target or not.
    pub(super) keys: &'run BTreeSet<&'static str>,
    /// The table of the agent, whole.
    pub(super) base: &'run dyn TableLike,
    /// The values that are set.
    pub(super) values: Vec<OverlaidValue>,
    /// Where the target has the entries of lists, by where the project has them.
    pub(super) elements: BTreeMap<NodePath, NodePath>,
}

impl Merge<'_, '_> {
    /// Merges the table `overlay` into that of an agent.
    pub(super) fn agent(&mut self, agent: &str, base: &mut Table, overlay: &Section<'_>, place: NodePath) {
        let shared = NodePath::of(["agents", agent]);
        let at = At { id: agent.to_owned(), file_path: String::new(), shared, place };
        let left = self.places.iter().map(|place| (place.kind, place.steps.as_slice())).collect();
        self.members(&left, base, overlay, &[], &at);
    }

    fn members(&mut self, left: &Left<'_>, base: &mut dyn TableLike, overlay: &Section<'_>, skip: &[&str], at: &At) {
        let fields = overlay.fields();
        if fields.iter().all(|(name, _)| skip.contains(name)) {
            self.warn(&overlay.path, overlay, "overlay-without-effect", "changes nothing", "remove it");
        }
        for (name, field) in fields.iter().filter(|(name, _)| !skip.contains(name)) {
            self.member(left, base, overlay, (name, field), at);
        }
    }

    fn member(
        &mut self,
        left: &Left<'_>,
        base: &mut dyn TableLike,
        overlay: &Section<'_>,
        (name, field): (&str, &Field<'_>),
        at: &At,
    ) {
        let mut next: Vec<(Kind, &[Step], bool)> = Vec::new();
        for (kind, steps) in left {
            match steps.split_first() {
                Some((Step::Key(key), rest)) if *key == name => next.push((*kind, rest, false)),
                Some((Step::Name, rest)) => next.push((*kind, rest, true)),
                _ => {}
            }
        }
        let Some((kind, first, is_chosen)) = next.first().copied() else {
            return self.refuse(left, base, overlay, (name, field));
        };
        let Some((key, item)) = overlay.item(name) else { return };
        let at = if is_chosen { at.key(name, &toml_key(name)) } else { at.key(name, name) };
        let path = overlay.path.key(name);
        match first.first() {
            None => self.value(kind, base, (key, item), (field, &path, overlay), at),
            Some(Step::Element) => {
                let left = next.iter().map(|(kind, steps, _)| (*kind, steps.get(1..).unwrap_or_default())).collect();
                self.elements(&left, base.get_mut(name), (field, &path, overlay), &at);
            }
            Some(Step::Key(_) | Step::Name) => {
                let left = next.iter().map(|(kind, steps, _)| (*kind, *steps)).collect();
                let Some(section) = self.reader.section_of(path, overlay.family, field) else { return };
                if is_chosen && base.get(name).is_none() {
                    let known: Vec<String> = base.iter().map(|(name, _)| name.to_owned()).collect();
                    return self.no_entry(&section.path, overlay, field, &known);
                }
                let item = base.entry_format(key).or_insert_with(|| Item::Table(Table::new()));
                if let Some(table) = item.as_table_like_mut() {
                    self.members(&left, table, &section, &[], &at);
                }
            }
        }
    }

    fn value(
        &mut self,
        kind: Kind,
        base: &mut dyn TableLike,
        (key, item): (&Key, &Item),
        (field, path, overlay): (&Field<'_>, &Path<'_>, &Section<'_>),
        at: At,
    ) {
        let position = self.reader.position(&field.span);
        let hides = base.get(key.get()).and_then(content).map(SharedValue::new);
        match base.get_mut(key.get()) {
            Some(before) => {
                if is_same(before, item) {
                    let message = format!("`{path}` is the same as without the target");
                    let diagnostic =
                        Diagnostic::new(Severity::Warning, overlay.family, "overlay-without-effect", message);
                    self.reader.report(&field.key_span, diagnostic.hint("remove it"));
                }
                *before = item.clone();
            }
            None => {
                base.entry_format(key).or_insert_with(|| item.clone());
            }
        }
        self.values.push(OverlaidValue {
            key: ResourceKey::new(kind, at.id),
            file_path: at.file_path,
            shared: Some(at.shared),
            place: at.place,
            position,
            hides,
        });
    }

    /// The elements of a list, each laid over the one that it identifies.
    fn elements(
        &mut self,
        left: &Left<'_>,
        base: Option<&mut Item>,
        (field, path, overlay): (&Field<'_>, &Path<'_>, &Section<'_>),
        at: &At,
    ) {
        let Some(elements) = field.elements() else {
            return self.reader.wrong_form(path, overlay.family, field, "a list of tables");
        };
        if elements.is_empty() {
            let message = format!("`{path}` cannot be cleared for a target");
            let diagnostic = Diagnostic::new(Severity::Error, overlay.family, "not-per-target", message);
            return self.reader.report(&field.key_span, diagnostic.hint("remove it: a target changes single entries"));
        }
        let mut tables = base.map(tables_of).unwrap_or_default();
        let mut taken = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let Some(section) = self.reader.section_of(path.element(index), overlay.family, element) else { continue };
            let is_platform = left.iter().all(|(kind, _)| kind.owner == Owner::FirstPart);
            let Some(found) = self.find(&tables, &section, is_platform, &at.id) else { continue };
            if taken.contains(&found) {
                let message = format!("`{}` is the same entry as an earlier one", section.path);
                let diagnostic = Diagnostic::new(Severity::Error, section.family, "duplicate-entry", message);
                self.reader.report(&element.span, diagnostic.hint("put both into one"));
                continue;
            }
            taken.push(found);
            let Some(table) = tables.get_mut(found) else { continue };
            let mut inner = At { shared: at.shared.element(found), place: at.place.element(index), ..at.clone() };
            self.elements.insert(inner.shared.clone(), inner.place.clone());
            if is_platform {
                inner.id = format!("{}/{}", at.id, platform_id(&**table, &at.id));
                inner.file_path = String::new();
                self.members(left, &mut **table, &section, &IDENTIFYING, &inner);
            } else {
                inner.file_path = format!("{}[{}]", at.file_path, text(&**table, "id").unwrap_or_default());
                self.members(left, &mut **table, &section, &["id"], &inner);
            }
        }
    }

    /// The position of the element that the table of a target is about.
    fn find(
        &mut self,
        tables: &[&mut dyn TableLike],
        section: &Section<'_>,
        is_platform: bool,
        agent: &str,
    ) -> Option<usize> {
        let own = |key: &str| section.find(key).and_then(|field| field.text());
        // What identifies nothing here is read for its form all the same.
        let others: &[&str] = match (is_platform, own("id").is_some()) {
            (true, true) => &["type", "name"],
            (true, false) => &["id", "name"],
            (false, _) => &[],
        };
        for key in others {
            self.reader.text(section, key);
        }
        if is_platform && own("id").is_none() {
            let platform_type = self.reader.needed_name(section, "type", None)?;
            let is_it = |table: &dyn TableLike| {
                text(table, "type") == Some(platform_type.as_str()) && text(table, "name") == own("name")
            };
            if let Some(found) = tables.iter().position(|table| is_it(&**table)) {
                return Some(found);
            }
            let known = tables.iter().map(|table| {
                let name = text(&**table, "name").map(|name| format!(" named {name}")).unwrap_or_default();
                format!("{}{name}", text(&**table, "type").unwrap_or_default())
            });
            let known: Vec<String> = known.collect();
            self.no_element(section, &known, own("name"));
            return None;
        }
        let id = self.reader.needed_name(section, "id", None)?;
        let id_of = |table: &dyn TableLike| {
            if is_platform { Some(platform_id(table, agent)) } else { text(table, "id").map(str::to_owned) }
        };
        let found = tables.iter().position(|table| id_of(&**table).as_deref() == Some(id.as_str()));
        if found.is_none() {
            let known: Vec<String> = tables.iter().filter_map(|table| id_of(&**table)).collect();
            self.no_element(section, &known, Some(id.as_str()));
        }
        found
    }

    fn no_element(&mut self, section: &Section<'_>, known: &[String], written: Option<&str>) {
        let message = format!("`{}` is not in the project: a target cannot add an entry", section.path);
        let mut diagnostic = Diagnostic::new(Severity::Error, section.family, "unknown-entry", message);
        let near = written.and_then(|written| suggest::did_you_mean(written, known.iter().map(String::as_str)));
        diagnostic.hint = near.or_else(|| known_entries(known));
        self.reader.report(&section.span, diagnostic);
    }

    fn no_entry(&mut self, path: &Path<'_>, overlay: &Section<'_>, field: &Field<'_>, known: &[String]) {
        let message = format!("`{path}` is not in the project: a target cannot add an entry");
        let mut diagnostic = Diagnostic::new(Severity::Error, overlay.family, "unknown-entry", message);
        let near = suggest::did_you_mean(path.leaf(), known.iter().map(String::as_str));
        diagnostic.hint = near.or_else(|| known_entries(known));
        self.reader.report(&field.key_span, diagnostic);
    }

    /// Reports a key that no target may set, or that nobody knows.
    fn refuse(
        &mut self,
        left: &Left<'_>,
        base: &dyn TableLike,
        overlay: &Section<'_>,
        (name, field): (&str, &Field<'_>),
    ) {
        let mut allowed: Vec<&str> = Vec::new();
        for (_, steps) in left {
            if let Some(Step::Key(key)) = steps.first()
                && !allowed.contains(key)
            {
                allowed.push(key);
            }
        }
        if name == "targets" || base.get(name).is_some() || self.base.contains_key(name) || self.is_shared_key(name) {
            let message = format!("`{}` cannot differ by target", overlay.path.key(name));
            let diagnostic = Diagnostic::new(Severity::Error, overlay.family, "not-per-target", message);
            let hint = if name == "targets" {
                "write it where the project declares the entry".to_owned()
            } else {
                format!("a target can set here: {}", allowed.join(", "))
            };
            self.reader.report(&field.key_span, diagnostic.hint(hint));
        } else {
            self.reader.unknown_key(overlay, name, field, &allowed, &[]);
        }
    }

    /// Whether a key is one that agents or their parts have.
    fn is_shared_key(&self, name: &str) -> bool {
        let lists: [&[&str]; 4] = [&agents::KEYS, &agents::PROVIDER_KEYS, &platforms::KEYS, &mcp::KEYS];
        self.keys.contains(name) || lists.iter().any(|keys| keys.contains(&name))
    }

    fn warn(&mut self, path: &Path<'_>, section: &Section<'_>, code: &'static str, what: &str, hint: &str) {
        let diagnostic = Diagnostic::new(Severity::Warning, section.family, code, format!("`{path}` {what}"));
        self.reader.report(&section.span, diagnostic.hint(hint.to_owned()));
    }
}

fn known_entries(known: &[String]) -> Option<String> {
    const SHOWN: usize = 8;
    let shown: Vec<String> = known.iter().take(SHOWN).map(|entry| shown_key(entry)).collect();
    (!shown.is_empty()).then(|| format!("the project has {}", shown.join(", ")))
}

/// The tables of a list in either form; an element that is none was reported where the project itself was read.
fn tables_of(list: &mut Item) -> Vec<&mut dyn TableLike> {
    match list {
        Item::ArrayOfTables(tables) => tables.iter_mut().map(|table| table as &mut dyn TableLike).collect(),
        Item::Value(toml_edit::Value::Array(values)) => values
            .iter_mut()
            .filter_map(|value| value.as_inline_table_mut().map(|table| table as &mut dyn TableLike))
            .collect(),
        _ => Vec::new(),
    }
}

fn text<'table>(table: &'table dyn TableLike, key: &str) -> Option<&'table str> {
    table.get(key).and_then(Item::as_str)
}

fn platform_id(table: &dyn TableLike, agent: &str) -> String {
    let agent = AgentId::from_server(agent);
    if let Some(id) = text(table, "id") {
        return id.to_owned();
    }
    let platform_type = text(table, "type").unwrap_or_default();
    StableId::derive(agent.as_str(), platform_type, text(table, "name")).to_string()
}
