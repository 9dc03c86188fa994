//! Files of a project that other clients read: connectors with what uses them, and facts for a memory. They are counted and named,
//! and nothing is wrong with them here.

use std::collections::BTreeMap;

use crate::edit::yaml::{self, Node};
use crate::model::{NotApplied, has_secret_shape};

use super::config::{Config, MemoryConfig};
use super::directory::{EntryKind, ProjectDirectory, join};

/// How deep data files are looked for.
const DEPTH: u32 = 8;

/// What such files hold, by what it is. They count where memory is on.
pub(super) fn files_of_others(directory: &ProjectDirectory, config: &Config) -> BTreeMap<&'static str, NotApplied> {
    let mut found = Found::default();
    if let Some(memory) = config.memory.as_ref().filter(|memory| memory.is_enabled()) {
        connectors(directory, memory, &mut found);
        data(directory, memory.data_directory().path, DEPTH, &mut found);
    }
    found.0
}

#[derive(Default)]
struct Found(BTreeMap<&'static str, NotApplied>);

impl Found {
    /// Adds something by its name; one that looks like a secret is not repeated.
    fn add(&mut self, what: &'static str, name: &str) {
        let name = if has_secret_shape(name) { "(hidden)" } else { name };
        self.0.entry(what).or_default().add(NotApplied::named([name.to_owned()]));
    }
}

fn connectors(directory: &ProjectDirectory, memory: &MemoryConfig, found: &mut Found) {
    let Some(path) = memory.connectors_directory().map(|directory| directory.path) else { return };
    for name in names_in(directory, path, |kind| *kind != EntryKind::Directory) {
        if !is_yaml(&name) {
            found.add("connector", &name);
            continue;
        }
        let text = directory.read_text(&join(path, &name), directory.limits().model_file).ok().flatten();
        let stream = text.map(|text| yaml::read(&text, &directory.limits().yaml));
        let documents = stream.filter(|stream| stream.problems.is_empty()).map(|stream| stream.documents);
        match documents {
            Some(documents) => documents.iter().for_each(|document| declared(&document.root, &name, found)),
            // What cannot be read is at least a file for connectors.
            None => found.add("connector", &name),
        }
    }
}

/// One document: a connector, a profile with credentials, or a connection with its feeds.
fn declared(node: &Node, file: &str, found: &mut Found) {
    let text = |key: &str| node.get(key).and_then(Node::text);
    let slug = text("slug").unwrap_or(file);
    match text("type") {
        Some("auth_profile") => found.add("auth profile", slug),
        Some("connection") => {
            found.add("connection", slug);
            for feed in node.get("feeds").and_then(Node::list).unwrap_or_default() {
                let feed = feed.get("feed").and_then(Node::text).unwrap_or("?");
                found.add("feed", &format!("{slug}/{feed}"));
            }
        }
        _ if node.is_null() => {}
        _ => found.add("connector", text("key").unwrap_or(file)),
    }
}

fn data(directory: &ProjectDirectory, path: &str, depth: u32, found: &mut Found) {
    for name in names_in(directory, path, |kind| *kind != EntryKind::Directory) {
        if is_yaml(&name) {
            found.add("seed data file", &name);
        }
    }
    if depth > 0 {
        for name in names_in(directory, path, |kind| *kind == EntryKind::Directory) {
            data(directory, &join(path, &name), depth - 1, found);
        }
    }
}

fn is_yaml(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml")))
}

/// The names of entries, sorted, without hidden ones; none of what is missing or can't be read.
fn names_in(directory: &ProjectDirectory, path: &str, is: impl Fn(&EntryKind) -> bool) -> Vec<String> {
    let Ok(Some(listing)) = directory.list(path) else { return Vec::new() };
    let wanted = listing.entries.into_iter().filter(|entry| entry.kind.as_ref().is_ok_and(&is));
    let mut names: Vec<String> = wanted.map(|entry| entry.name).filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}
