//! F1 for every field that a config has: what absent, empty, one element taken away and `--prune` do.
//!
//! The observed table is what the documentation shows.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::desired::{Declaration, EntryKey};
use crate::org::SettingsMember;
use crate::plan::shape::SETTINGS;
use crate::plan::{FieldAction, FieldRow, declared_fields};

use super::build::{declaration, declared_member};
use super::store::{Server, World, row, word};

/// The parts of a place in the config, with an entry's id and a map's name filled in.
fn steps(field: &FieldRow) -> (SettingsMember, Vec<&str>) {
    let mut steps = field.wire.split('.');
    let first = steps.next().unwrap();
    let member = SETTINGS.iter().find(|(_, member)| member.name == first).unwrap().0;
    (member, steps.collect())
}

fn is_keyed_list(member: SettingsMember, steps: &[&str]) -> bool {
    matches!((member, steps.first()), (SettingsMember::InstalledProviders, Some(&"<id>")))
        || matches!((member, steps), (SettingsMember::SkillsConfig, [first, ..]) if *first == "<id>")
}

fn key(member: SettingsMember) -> EntryKey {
    match member {
        SettingsMember::SkillsConfig => EntryKey(vec!["local/one".to_owned(), "one".to_owned()]),
        _ => EntryKey(vec!["one".to_owned()]),
    }
}

/// A declaration of one place; none at the place itself declares only what stands around it.
fn declare(member: SettingsMember, steps: &[&str], leaf: Option<&Declaration>) -> Option<Declaration> {
    let Some((first, rest)) = steps.split_first() else { return leaf.cloned() };
    let inner = declare(member, rest, leaf);
    if is_keyed_list(member, steps) {
        let entry = inner.unwrap_or_else(|| declaration(&json!({})));
        return Some(Declaration::Keyed(vec![(key(member), entry)]));
    }
    let name = if first.starts_with('<') { "one" } else { first };
    // An entry of a map is declared even where nothing of it is.
    let inner = if *first == "<id>" { Some(inner.unwrap_or_else(|| declaration(&json!({})))) } else { inner };
    Some(Declaration::Table(inner.into_iter().map(|inner| (name.to_owned(), inner)).collect()))
}

/// The same place in the org.
fn have(member: SettingsMember, steps: &[&str], value: &Json) -> Json {
    let Some((first, rest)) = steps.split_first() else { return value.clone() };
    let inner = have(member, rest, value);
    if is_keyed_list(member, steps) {
        let mut entry = inner;
        let names: &[&str] = if member == SettingsMember::SkillsConfig { &["repo", "name"] } else { &["providerId"] };
        for (name, part) in names.iter().zip(key(member).0) {
            entry[*name] = Json::from(part);
        }
        return json!([entry]);
    }
    let name = if first.starts_with('<') { "one" } else { first };
    json!({name: inner})
}

fn sample(field: &FieldRow) -> Json {
    match field.shape {
        "flag" => json!(true),
        "list" if field.wire.ends_with("judgedDomains") => json!([{"domain": "a"}, {"domain": "b"}]),
        "list" => json!(["a", "b"]),
        "keyed" if field.wire == "mcpServers" => json!({"one": {"url": "a"}, "two": {"url": "b"}}),
        "keyed" if field.wire == "installedProviders" => json!([{"providerId": "one"}, {"providerId": "two"}]),
        "keyed" => json!([
            {"repo": "local/one", "name": "one", "content": "a", "enabled": true},
            {"repo": "local/two", "name": "two", "content": "b", "enabled": true},
        ]),
        _ => json!("a"),
    }
}

/// The sample with its last element or entry taken away, as a declaration.
fn one_less(field: &FieldRow, member: SettingsMember) -> Option<Declaration> {
    match (field.shape, sample(field)) {
        ("list", Json::Array(mut elements)) => {
            elements.pop();
            Some(declaration(&Json::Array(elements)))
        }
        ("keyed", _) if field.wire == "mcpServers" => Some(declaration(&json!({"one": {"url": "a"}}))),
        ("keyed", _) => {
            let entry = if member == SettingsMember::SkillsConfig { json!({"content": "a"}) } else { json!({}) };
            Some(Declaration::Keyed(vec![(key(member), declaration(&entry))]))
        }
        _ => None,
    }
}

/// What a declaration does to an org that has the sample, as `action, …`; then nothing is left to do.
fn observed(field: &FieldRow, leaf: Option<&Declaration>, prune: bool) -> (String, bool) {
    let (member, steps) = steps(field);
    let mut world = World::with_agent(Server::ExistingInClear).have(member, &have(member, &steps, &sample(field)));
    world.stored_settings().model_selection = super::build::value(&json!({"mode": "auto"}));
    *declared_member(&mut world.agent().settings, member) = declare(member, &steps, leaf);
    world.options.prune = prune;
    let plan = world.converge();
    let fields = &row(&plan, "settings/triage").fields;
    let mut words: Vec<_> = fields.iter().map(|field| word(field.action)).collect();
    words.dedup();
    let guarded =
        fields.iter().any(|field| field.guarded && matches!(field.action, FieldAction::Clear | FieldAction::Remove));
    assert_eq!(guarded, !plan.guarded_clears().is_empty());
    (if words.is_empty() { "–".to_owned() } else { words.join(", ") }, guarded)
}

#[test]
fn every_field_that_a_file_can_declare_behaves_as_the_documentation_says() {
    let mut table = String::new();
    for field in declared_fields() {
        let (member, _) = steps(&field);
        let (absent, _) = observed(&field, None, false);
        let (pruned, prune_guarded) = observed(&field, None, true);
        // A truth value has no empty form.
        let (empty, guarded) = match field.shape {
            "flag" => ("–".to_owned(), false),
            _ => observed(&field, Some(&Declaration::Clear), false),
        };
        let less = one_less(&field, member);
        let less = less.map_or_else(|| "–".to_owned(), |less| observed(&field, Some(&less), false).0);
        let same = match field.shape {
            "keyed" => "–".to_owned(),
            _ => observed(&field, Some(&declaration(&sample(&field))), true).0,
        };
        assert_eq!(same, "–", "{}: declared as the org has it", field.wire);
        assert_eq!(absent, if field.prunable { "drift" } else { "drift!" }, "{}: absent", field.wire);
        assert_eq!(pruned, if field.prunable { "remove" } else { "drift!" }, "{}: --prune", field.wire);
        if field.shape != "flag" {
            assert_eq!(empty, "clear", "{}: empty", field.wire);
            assert_eq!(guarded, field.guarded, "{}: guarded", field.wire);
        }
        assert_eq!(prune_guarded, field.guarded && field.prunable, "{}: guarded under --prune", field.wire);
        let guard = if field.guarded { " (guarded)" } else { "" };
        writeln!(table, "{:<58} {absent:<6} | {empty}{guard} | {less} | {pruned}", field.wire).unwrap();
    }
    insta::assert_snapshot!(table, @r"
    networkConfig.allowedDomains                               drift  | clear | change | remove
    networkConfig.deniedDomains                                drift  | clear (guarded) | change | remove
    networkConfig.judgedDomains                                drift  | clear | change | remove
    networkConfig.judges.<name>                                drift  | clear (guarded) | – | remove
    egressConfig.extraPolicy                                   drift  | clear (guarded) | – | remove
    egressConfig.judgeModel                                    drift  | clear | – | remove
    nixConfig.packages                                         drift  | clear | change | remove
    mcpServers                                                 drift  | clear | drift | remove
    mcpServers.<id>.url                                        drift  | clear | – | remove
    mcpServers.<id>.type                                       drift  | clear | – | remove
    mcpServers.<id>.command                                    drift  | clear | – | remove
    mcpServers.<id>.args                                       drift  | clear | change | remove
    mcpServers.<id>.env.<name>                                 drift  | clear | – | remove
    mcpServers.<id>.headers.<name>                             drift  | clear | – | remove
    mcpServers.<id>.authScope                                  drift  | clear | – | remove
    mcpServers.<id>.oauth.authUrl                              drift  | clear | – | remove
    mcpServers.<id>.oauth.tokenUrl                             drift  | clear | – | remove
    mcpServers.<id>.oauth.clientId                             drift  | clear | – | remove
    mcpServers.<id>.oauth.clientSecret                         drift  | clear | – | remove
    mcpServers.<id>.oauth.scopes                               drift  | clear | change | remove
    mcpServers.<id>.oauth.tokenEndpointAuthMethod              drift  | clear | – | remove
    skillsConfig.skills                                        drift  | clear | drift | remove
    skillsConfig.skills.<id>.content                           drift  | clear | – | remove
    skillsConfig.skills.<id>.description                       drift  | clear | – | remove
    skillsConfig.skills.<id>.nixPackages                       drift  | clear | change | remove
    skillsConfig.skills.<id>.networkConfig.allowedDomains      drift  | clear | change | remove
    skillsConfig.skills.<id>.networkConfig.deniedDomains       drift  | clear | change | remove
    skillsConfig.skills.<id>.networkConfig.judgedDomains       drift  | clear | change | remove
    skillsConfig.skills.<id>.networkConfig.judges.<name>       drift  | clear | – | remove
    skillsConfig.skills.<id>.mcpServers                        drift  | clear | change | remove
    toolsConfig.allowedTools                                   drift  | clear | change | remove
    toolsConfig.deniedTools                                    drift  | clear (guarded) | change | remove
    toolsConfig.strictMode                                     drift  | – | – | remove
    guardrails                                                 drift  | clear (guarded) | change | remove
    preApprovedTools                                           drift  | clear (guarded) | change | remove
    providerModelPreferences.<name>                            drift  | clear | – | remove
    installedProviders                                         drift  | clear | drift | remove
    soulMd                                                     drift! | clear (guarded) | – | drift!
    userMd                                                     drift! | clear (guarded) | – | drift!
    identityMd                                                 drift! | clear (guarded) | – | drift!
    ");
}

#[test]
fn every_field_names_where_a_file_writes_it() {
    for field in declared_fields() {
        assert!(!field.file.is_empty(), "{}", field.wire);
    }
}
