//! The keys of project files: the reference has them as `lobu explain` says them.

use std::collections::BTreeSet;

use lobu::explain::{Absent, Element, Empty, Entry, Guide, ProjectFile, Prune};
use lobu::render::explain::key;
use lobu::schema::kinds::platform;
use lobu::schema::{ALL, Effect};
use toml_edit::{DocumentMut, Item, TableLike};

use super::blocks::{hold, table, text};

/// Tables whose keys are free, and how the reference calls a key.
const FREE: &[(&str, &str)] = &[
    ("agents", "<id>"),
    ("agents.<id>.network.judges", "<name>"),
    ("agents.<id>.platforms[].config", "<key>"),
    ("agents.<id>.preview", "<platform>"),
    ("agents.<id>.skills.mcp", "<id>"),
    ("agents.<id>.skills.mcp.<id>.env", "<NAME>"),
    ("agents.<id>.skills.mcp.<id>.headers", "<name>"),
    ("targets", "<name>"),
];

/// The keys of a document, in the words of the reference.
fn keys(path: &str, table: &dyn TableLike, found: &mut BTreeSet<String>) {
    let free = FREE.iter().find(|(table, _)| *table == path);
    for (name, item) in table.iter() {
        let name = free.map_or(name, |(_, word)| word);
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        if let Some(table) = item.as_table_like() {
            keys(&path, table, found);
        } else if let Item::ArrayOfTables(tables) = item {
            if path == "agents.<id>.guardrails_inline" {
                found.insert(path);
                continue;
            }
            tables.iter().for_each(|table| keys(&format!("{path}[]"), table, found));
        } else {
            found.insert(path);
        }
    }
}

fn keys_of(project: &str) -> BTreeSet<String> {
    keys_in(&text(&format!("fixtures/projects/{project}/lobu.toml")))
}

fn keys_in(text: &str) -> BTreeSet<String> {
    let document: DocumentMut = text.parse().expect("TOML");
    let mut found = BTreeSet::new();
    keys("", document.as_table(), &mut found);
    // Empty lists stand for the tables that they have none of.
    found.remove("agents.<id>.providers");
    found
}

/// What the project with every field does not say, since it would then be another one in each target.
const OF_TARGETS: &str = "[agents.a]\ntargets = ['b']\n[[agents.a.platforms]]\ntargets = ['b']\n[agents.a.skills.mcp.c]\n\
                          targets = ['b']\n[targets.b]\nprotected = true\n";

#[test]
fn the_reference_has_every_key_that_a_project_can_write() {
    let guide = Guide::of(&ALL);
    let entries = guide.entries();
    let is_value = |entry: &&Entry<'_>| entry.file == ProjectFile::LobuToml && !entry.is_table();
    let mut documented: BTreeSet<String> = entries.iter().filter(is_value).map(Entry::path).collect();
    // The elements of a list of domains that are tables are written inline, and the list is a value.
    documented.retain(|path| !path.starts_with("agents.<id>.network.judge[]"));
    documented.insert("agents.<id>.network.judge".to_owned());
    // The project with every field holds each key; tests elsewhere read it without a diagnostic about one.
    let written: BTreeSet<String> = keys_of("everything").into_iter().chain(keys_in(OF_TARGETS)).collect();
    assert_eq!(written, documented, "left: the project; right: the reference");
    assert!(keys_of("support-desk").is_subset(&documented));
}

/// What becomes of a key.
fn maps_to(entry: &Entry<'_>) -> String {
    let place = match (entry.effect(), entry.kept_as()) {
        (Effect::Unused, _) => "not applied".to_owned(),
        (Effect::Local, _) => "lobu itself".to_owned(),
        (Effect::Pushed, _) => "the server, by `lobu secrets push`".to_owned(),
        (Effect::Applied, Some((kind, place))) => format!("{kind} `{place}`"),
        (Effect::Applied, None) => "–".to_owned(),
    };
    match (entry.key().required, place.as_str()) {
        (true, "–") => "required".to_owned(),
        (true, _) => format!("required; {place}"),
        (false, _) => place,
    }
}

fn rows_of(file: ProjectFile) -> Vec<[String; 4]> {
    let guide = Guide::of(&ALL);
    let entries = guide.entries().into_iter().filter(|entry| entry.file == file);
    let row = |entry: Entry<'_>| {
        let default = entry.key().default.map(|default| format!(", default `{default}`")).unwrap_or_default();
        let holds = format!("{}{default}", entry.holds());
        [format!("`{}`", entry.path()), holds, entry.says().to_owned(), maps_to(&entry)]
    };
    entries.map(row).collect()
}

#[test]
fn the_keys_of_each_file() {
    let head = ["key", "type", "what it is", "maps to"];
    for (name, file) in [
        ("keys", ProjectFile::LobuToml),
        ("agent-files", ProjectFile::AgentDirectory),
        ("skill-keys", ProjectFile::Skill),
        ("model-keys", ProjectFile::Model),
    ] {
        hold("docs/reference/lobu-toml.md", name, &table(head, rows_of(file)));
    }
}

#[test]
fn an_explained_key() {
    let guide = Guide::of(&ALL);
    let shown = key(&guide.find("agents.network.allowed").expect("a key")).to_plain();
    hold("docs/reference/explain.md", "example", &format!("```text\n{shown}```"));
}

#[test]
fn absent_empty_and_prune() {
    let guide = Guide::of(&ALL);
    let entries = guide.entries();
    // A field, or a list of resources; what else there is has no such rules.
    let is_in_org = |entry: &&Entry<'_>| entry.field().is_some() || entry.element() == Element::Stays;
    let rows = entries.iter().filter(is_in_org).filter_map(|entry| {
        let guard = if entry.is_guarded() { " †" } else { "" };
        let absent = match entry.absent() {
            Absent::Error => "an error",
            Absent::Kept => "left alone, drift",
            Absent::OnlyAgent => "the only agent",
            Absent::Shared | Absent::Default(_) => panic!("{} is no field of an org", entry.path()),
            Absent::Nothing => return None,
        };
        let empty = match entry.empty() {
            Empty::Error => "an error".to_owned(),
            Empty::Clears(value) => format!("`{value}` clears{guard}"),
            Empty::BlankFile => format!("a blank file clears{guard}"),
            Empty::LeftOut => "the skill is left out, with a warning".to_owned(),
            Empty::Means(means) => means.to_owned(),
            Empty::Nothing => "declares nothing".to_owned(),
            Empty::None => "has no empty form".to_owned(),
        };
        let element = match entry.element() {
            Element::TakenOut => "is taken out",
            Element::Stays => "stays, as drift",
            Element::None => "–",
        };
        let prune = match entry.prune() {
            Prune::Removes => format!("removed{guard}"),
            Prune::RemovesWhereServersDo => "removed ‡".to_owned(),
            Prune::Leaves => "stays".to_owned(),
            Prune::Nothing => "–".to_owned(),
        };
        Some([format!("`{}`", entry.path()), absent.to_owned(), empty, element.to_owned(), prune])
    });
    let head = ["key", "absent", "empty", "one element taken away", "`--prune`"];
    hold("docs/reference/lobu-toml.md", "fields", &table(head, rows));
}

#[test]
fn the_usual_keys_of_platforms() {
    let rows = platform::TYPES.iter().map(|platform_type| {
        let keys = platform::config_keys(platform_type).map(|key| format!("`{}`: {}", key.name, key.says));
        [format!("`{platform_type}`"), keys.collect::<Vec<_>>().join("; ")]
    });
    hold("docs/api/platforms.md", "config-keys", &table(["type", "keys"], rows));
}

/// Every key of a table of configs is one of a type.
#[test]
fn usual_keys_are_those_of_known_types() {
    for key in &platform::CONFIG_KEYS {
        let is_known = |platform_type: &&str| platform::TYPES.contains(platform_type);
        assert!(!key.types.is_empty() && key.types.iter().all(is_known), "{}", key.name);
    }
}
