//! What must hold of every row of the table.

use std::collections::BTreeSet;

use super::kinds::{self, AGENT, PLATFORM, RELATIONSHIP_TYPE, SETTINGS};
use super::{ALL, Clearing, Field, Kind, Leaf, Shape};

/// Every field of every kind, members included.
fn every_field() -> Vec<(Kind, &'static Field)> {
    fn add(kind: Kind, field: &'static Field, into: &mut Vec<(Kind, &'static Field)>) {
        into.push((kind, field));
        match field.shape {
            Shape::Table(members) => members.iter().for_each(|member| add(kind, member, into)),
            Shape::Keyed(keyed) => keyed.entry.iter().for_each(|member| add(kind, member, into)),
            Shape::Map(entries) => add(kind, &entries.entry, into),
            Shape::Leaf(_) | Shape::Config { .. } | Shape::Pairs(_) => {}
        }
    }
    let mut all = Vec::new();
    for kind in ALL.kinds() {
        kind.fields.iter().for_each(|field| add(kind, field, &mut all));
    }
    all
}

#[test]
fn kinds_stand_in_the_order_of_plans_and_have_words_of_their_own() {
    let kinds: Vec<Kind> = ALL.kinds().collect();
    assert!(kinds.is_sorted());
    let words: BTreeSet<&str> = kinds.iter().map(|kind| kind.word).collect();
    assert_eq!(words.len(), kinds.len());
}

#[test]
fn a_field_is_told_apart_by_its_name_and_its_member() {
    for kind in ALL.kinds() {
        let of = |part: fn(&Field) -> &'static str| kind.fields.iter().map(part).collect::<BTreeSet<_>>().len();
        assert_eq!(
            (of(|field| field.name), of(|field| field.sent_as)),
            (kind.fields.len(), kind.fields.len()),
            "{kind}"
        );
    }
}

#[test]
fn what_is_always_there_is_never_cleared() {
    for (kind, field) in every_field() {
        let is_text = matches!(field.shape, Shape::Leaf(Leaf::Text));
        assert!(!field.required || !is_text || field.clearing == Clearing::Never, "{kind} {field:?}");
        assert!(!field.create_only || field.clearing == Clearing::Never, "{kind} {field:?}");
        assert!(field.read_from.len() <= 2, "{kind} {field:?}");
    }
}

#[test]
fn a_constant_names_the_row_that_it_says() {
    use kinds::{agent, platform, relationship_type, settings};
    let table: [(Kind, &str, &Field); 20] = [
        (AGENT, "name", agent::NAME),
        (AGENT, "description", agent::DESCRIPTION),
        (PLATFORM, "type", platform::TYPE),
        (PLATFORM, "config", platform::CONFIG),
        (PLATFORM, "settings", platform::SETTINGS),
        (PLATFORM, "name", platform::NAME),
        (RELATIONSHIP_TYPE, "rules", relationship_type::RULES),
        (SETTINGS, "networkConfig", settings::NETWORK),
        (SETTINGS, "egressConfig", settings::EGRESS),
        (SETTINGS, "nixConfig", settings::NIX),
        (SETTINGS, "mcpServers", settings::MCP_SERVERS),
        (SETTINGS, "skillsConfig", settings::SKILLS),
        (SETTINGS, "toolsConfig", settings::TOOLS),
        (SETTINGS, "guardrails", settings::GUARDRAILS),
        (SETTINGS, "preApprovedTools", settings::PRE_APPROVED_TOOLS),
        (SETTINGS, "providerModelPreferences", settings::MODELS),
        (SETTINGS, "installedProviders", settings::PROVIDERS),
        (SETTINGS, "modelSelection", settings::MODEL_SELECTION),
        (SETTINGS, "soulMd", settings::SOUL),
        (SETTINGS, "userMd", settings::USER),
    ];
    for (kind, name, field) in table {
        assert_eq!(kind.field(name), Some(field));
    }
    assert_eq!(SETTINGS.field("identityMd"), Some(settings::IDENTITY));
}

/// Help, the schemas of editors and the reference show it.
#[test]
fn every_field_that_files_write_says_what_it_is_for() {
    for (kind, field) in every_field() {
        let place = format!("{kind} {field:?}");
        let is_table = matches!(field.shape, Shape::Table(_));
        let is_written = !field.file.is_empty() || is_table;
        // An entry of a map is what its map is.
        let is_entry = field.name.is_empty() && !is_table;
        assert_eq!(field.says.is_empty(), !is_written || is_entry, "{place} needs .says(\"…\")");
        let has_example = is_written
            && !is_table
            && !matches!(field.shape, Shape::Map(entries) if matches!(entries.entry.shape, Shape::Table(_)));
        let is_text = !field.example.is_empty();
        let is_directory = field.file == "skills/<name>/SKILL.md" && field.name == "skills";
        assert_eq!(is_text, has_example && !is_directory, "{place} needs .example(\"…\")");
        assert!(field.says.chars().next().is_none_or(char::is_uppercase), "{place}: {}", field.says);
        assert!(!field.says.ends_with('.') && field.says.chars().count() <= 110, "{place}: {}", field.says);
    }
}
