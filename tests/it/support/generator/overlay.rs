//! What a target says otherwise than a generated project, beside the project in which the same is written by hand.

use proptest::collection::vec;
use proptest::prelude::*;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::ProjectFiles;

/// The name of the target.
pub(crate) const TARGET: &str = "production";

/// An overlay and its project.
#[derive(Debug, Clone)]
pub(crate) struct Overlaid {
    /// The project, with `[targets.production]`.
    pub(crate) project: ProjectFiles,
    /// The same without targets, with everything of the overlay in its place.
    pub(crate) by_hand: ProjectFiles,
}

/// Draws what a target sets of a project, each value otherwise than the project has it.
pub(crate) fn overlaid(project: ProjectFiles) -> impl Strategy<Value = Overlaid> {
    drawn(project, true)
}

fn drawn(project: ProjectFiles, with_servers: bool) -> impl Strategy<Value = Overlaid> {
    vec(0_u8..6, 64).prop_map(move |drawn| overlay(&project, &mut Choices { with_servers, drawn, next: 0 }))
}

/// Two draws for the same project, without tool servers: where those are elsewhere, the org's hidden values become references.
pub(crate) fn overlay_twice(project: ProjectFiles) -> impl Strategy<Value = (Overlaid, Overlaid)> {
    (drawn(project.clone(), false), drawn(project, false))
}

struct Choices {
    with_servers: bool,
    drawn: Vec<u8>,
    next: usize,
}

impl Choices {
    /// Half of all values stay as they are.
    fn next(&mut self) -> Option<u8> {
        let choice = self.drawn[self.next % self.drawn.len()];
        self.next += 1;
        choice.checked_sub(3)
    }
}

fn overlay(project: &ProjectFiles, choices: &mut Choices) -> Overlaid {
    let mut hand: DocumentMut = project.files["lobu.toml"].parse().expect("it is TOML");
    let mut target = Table::new();
    if let Some(agents) = hand.get_mut("agents").and_then(Item::as_table_like_mut) {
        for (id, agent) in agents.iter_mut() {
            let id = id.get().to_owned();
            let mut own = Table::new();
            if let Some(agent) = agent.as_table_like_mut() {
                of_agent(agent, &mut own, choices);
            }
            if !own.is_empty() {
                let agents = target.entry("agents").or_insert_with(|| Item::Table(Table::new()));
                agents[&id] = Item::Table(own);
            }
        }
    }
    let mut with_target: DocumentMut = project.files["lobu.toml"].parse().expect("it is TOML");
    target.insert("url", value("https://production.example"));
    let mut targets = Table::new();
    targets.insert(TARGET, Item::Table(target));
    with_target.insert("targets", Item::Table(targets));
    let with = |text: String| {
        let mut files = project.clone();
        files.files.insert("lobu.toml".to_owned(), text);
        files
    };
    Overlaid { project: with(with_target.to_string()), by_hand: with(hand.to_string()) }
}

fn of_agent(agent: &mut dyn TableLike, own: &mut Table, choices: &mut Choices) {
    if let Some(choice) = choices.next() {
        set(agent, own, "name", text(&format!("Name {choice}")));
    }
    for (table, key) in [("network", "allowed"), ("worker", "nix_packages")] {
        if let Some(choice) = choices.next() {
            let elements = (0..choice).map(|number| format!("t{number}.example")).collect::<Array>();
            within(agent, own, table, |agent, own| set(agent, own, key, Value::Array(elements)));
        }
    }
    if let Some(choice) = choices.next() {
        within(agent, own, "egress", |agent, own| set(agent, own, "extra_policy", text(&"x".repeat(choice.into()))));
    }
    if let Some(providers) = agent.get_mut("providers") {
        let entries = entries(providers, choices, &["id"], |provider, own, choice| {
            set(provider, own, "model", text(&format!("model-{choice}")));
        });
        insert_entries(own, "providers", entries);
    }
    if let Some(platforms) = agent.get_mut("platforms") {
        let entries = entries(platforms, choices, &["id", "type", "name"], |platform, own, choice| {
            within(platform, own, "config", |config, own| set(config, own, "topic", text(&format!("v{choice}"))));
        });
        insert_entries(own, "platforms", entries);
    }
    if let Some(servers) =
        agent.get_mut("skills").and_then(|skills| skills.get_mut("mcp")).and_then(Item::as_table_like_mut)
    {
        for (id, server) in servers.iter_mut() {
            let Some(server) =
                server.as_table_like_mut().filter(|server| server.contains_key("url") && choices.with_servers)
            else {
                continue;
            };
            let Some(choice) = choices.next() else { continue };
            let id = id.get().to_owned();
            let mut inner = Table::new();
            set(server, &mut inner, "url", text(&format!("https://t{choice}.example/mcp")));
            within(server, &mut inner, "headers", |headers, own| set(headers, own, "X-Target", text("t")));
            own.entry("skills").or_insert_with(|| Item::Table(Table::new()))["mcp"][&id] = Item::Table(inner);
        }
    }
}

/// The entries of a list that are changed, each with what identifies it.
fn entries(
    list: &mut Item,
    choices: &mut Choices,
    identity: &[&str],
    change: impl Fn(&mut dyn TableLike, &mut Table, u8),
) -> Vec<Table> {
    let mut found = Vec::new();
    let mut one = |entry: &mut dyn TableLike| {
        let Some(choice) = choices.next() else { return };
        let mut own = Table::new();
        let has_id = entry.contains_key("id");
        for key in identity.iter().filter(|key| !has_id || **key == "id") {
            if let Some(item) = entry.get(key) {
                own.insert(key, item.clone());
            }
        }
        change(entry, &mut own, choice);
        found.push(own);
    };
    match list {
        Item::ArrayOfTables(tables) => tables.iter_mut().for_each(|table| one(table)),
        Item::Value(Value::Array(values)) => {
            values.iter_mut().filter_map(Value::as_inline_table_mut).for_each(|table| one(table));
        }
        _ => {}
    }
    found
}

fn insert_entries(own: &mut Table, key: &str, entries: Vec<Table>) {
    if !entries.is_empty() {
        own.insert(key, Item::Value(Value::Array(entries.into_iter().map(Table::into_inline_table).collect())));
    }
}

fn within(
    agent: &mut dyn TableLike,
    own: &mut Table,
    key: &str,
    change: impl FnOnce(&mut dyn TableLike, &mut dyn TableLike),
) {
    let empty = || Item::Value(Value::InlineTable(InlineTable::new()));
    let table = agent.entry(key).or_insert_with(empty).as_table_like_mut().expect("a table");
    change(table, own.entry(key).or_insert_with(empty).as_table_like_mut().expect("a table"));
}

fn set(agent: &mut dyn TableLike, own: &mut dyn TableLike, key: &str, wanted: Value) {
    let is_there = agent.get(key).is_some_and(|item| item.to_string().trim() == wanted.to_string().trim());
    let wanted = match wanted {
        Value::Array(_) if is_there => Value::Array(["otherwise.example"].into_iter().collect()),
        _ if is_there => text("otherwise"),
        wanted => wanted,
    };
    agent.insert(key, Item::Value(wanted.clone()));
    own.insert(key, Item::Value(wanted));
}

fn text(text: &str) -> Value {
    Value::from(text)
}
