//! Random projects and orgs, walked along the fields of every kind so that each is in play.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::model::{Family, Number, Text, Value};
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS, platform};
use crate::schema::{
    Clearing, Declaration, EntryKey, Field, Form, Keyed, Kind, Leaf, Pair, Record, Resource, Shape, StoredPair,
};

use super::build;
use super::store::{Server, World};

/// A literal of the files that may never be printed.
pub(super) const SENTINEL_OF_FILES: &str = "hidden:sentinel-of-the-files";
/// A value of the org that may never be printed.
pub(super) const SENTINEL_OF_ORG: &str = "hidden:sentinel-of-the-org";

fn plain_text() -> BoxedStrategy<Text> {
    prop_oneof![8 => select(vec!["a", "b", "c"]), 1 => Just(SENTINEL_OF_ORG)].prop_map(build::text).boxed()
}

fn declared_secret_text() -> BoxedStrategy<Text> {
    select(vec!["$A", "$B", "plain", SENTINEL_OF_FILES]).prop_map(build::text).boxed()
}

fn stored_secret_text(server: Server) -> BoxedStrategy<Text> {
    let texts = match server {
        Server::Ours => vec!["$A", "***x"],
        Server::OursWithSecrets => vec!["$A", "$B", "***x"],
        _ => vec!["$A", "$B", SENTINEL_OF_ORG, SENTINEL_OF_FILES, "hidden:plain", "***x"],
    };
    select(texts).prop_map(build::text).boxed()
}

fn names() -> BoxedStrategy<String> {
    select(vec!["one", "two", "three", "a.b"]).prop_map(str::to_owned).boxed()
}

fn known(texts: &'static [&'static str]) -> BoxedStrategy<Value> {
    select(texts).prop_map(Value::known).boxed()
}

fn list(elements: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    vec(elements, 1..4).prop_map(Value::List).boxed()
}

fn judged_domain() -> BoxedStrategy<Value> {
    (select(vec!["a.com", "*.B.com", ".b.com"]), option::of(plain_text()))
        .prop_map(|(domain, judge)| {
            let domain = [("domain".to_owned(), Value::known(domain))];
            let judge = judge.map(|judge| ("judge".to_owned(), Value::Text(judge)));
            Value::Map(domain.into_iter().chain(judge).collect())
        })
        .boxed()
}

fn json_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-2..3i64).prop_map(|number| Value::Number(Number::from_i64(number).unwrap())),
        plain_text().prop_map(Value::Text),
    ];
    let inner = leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::List),
            btree_map(names(), inner, 0..3).prop_map(Value::Map),
        ]
    });
    btree_map(names(), inner, 1..3).prop_map(Value::Map).boxed()
}

/// Which model is used, as the server or somebody says it.
fn model_selection() -> BoxedStrategy<Value> {
    let selections = [json!({}), json!({"mode": "auto"}), json!({"mode": "pinned"})];
    select(selections.map(|json| build::value(&json)).to_vec()).boxed()
}

fn leaf(field: &'static Field, leaf: Leaf, secret: BoxedStrategy<Text>) -> BoxedStrategy<Value> {
    match (leaf, field.form) {
        (_, Form::Words(words)) => known(words),
        (_, Form::Agent) => known(&["triage"]),
        (_, Form::Number { least }) => (least..least + 3).prop_map(number).boxed(),
        (Leaf::Noted, _) => (7..9i64).prop_map(number).boxed(),
        (Leaf::Text | Leaf::Prose | Leaf::TextIfKept | Leaf::SentOnly, _) => plain_text().prop_map(Value::Text).boxed(),
        (Leaf::SecretText, _) => secret.prop_map(Value::Text).boxed(),
        (Leaf::Flag | Leaf::Kept, _) => any::<bool>().prop_map(Value::Bool).boxed(),
        (Leaf::List | Leaf::ById, _) => list(plain_text().prop_map(Value::Text).boxed()),
        (Leaf::JudgedDomains, _) => list(judged_domain()),
        (Leaf::Json, _) => json_value(),
        (Leaf::Link, _) => known(&["owns", "owned-by"]),
        (Leaf::Fallback, _) => model_selection(),
    }
}

fn number(number: i64) -> Value {
    build::value(&json!(number))
}

fn pairs() -> BoxedStrategy<Vec<Pair>> {
    let end = || select(vec!["company", "person", "elsewhere"]);
    let pair = (end(), end()).prop_map(|(first, second)| build::pair(first, second));
    btree_set(pair, 1..4).prop_map(|pairs| pairs.into_iter().collect()).boxed()
}

fn key_of(keyed: &Keyed, name: &str) -> EntryKey {
    match keyed.key {
        [_, _] => EntryKey(vec![format!("local/{name}"), name.to_owned()]),
        _ => EntryKey(vec![name.to_owned()]),
    }
}

/// Nothing, explicitly empty, or one of these.
fn three_states(declarations: BoxedStrategy<Declaration>) -> BoxedStrategy<Option<Declaration>> {
    prop_oneof![2 => Just(None), 1 => Just(Some(Declaration::Clear)), 4 => declarations.prop_map(Some)].boxed()
}

fn leaves(values: BoxedStrategy<Value>) -> BoxedStrategy<Declaration> {
    values.prop_map(Declaration::Leaf).boxed()
}

/// What the files may say of a field; none for nothing.
fn declared(field: &'static Field) -> BoxedStrategy<Option<Declaration>> {
    match field.shape {
        Shape::Leaf(Leaf::Kept | Leaf::Noted) => Just(None).boxed(),
        Shape::Leaf(Leaf::Fallback) => option::of(Just(build::declaration(field, &json!({"mode": "auto"})))).boxed(),
        Shape::Leaf(kind) => {
            let values = leaves(leaf(field, kind, declared_secret_text()));
            match kind {
                _ if field.required => values.prop_map(Some).boxed(),
                // What the org has otherwise is a problem, and then nothing is carried out.
                _ if field.create_only => option::weighted(0.1, values).boxed(),
                Leaf::Flag | Leaf::SentOnly => option::of(values).boxed(),
                _ if field.clearing == Clearing::Never => option::of(values).boxed(),
                _ => three_states(values),
            }
        }
        Shape::Pairs(_) => {
            let lists = pairs().prop_map(|pairs| Value::List(pairs.iter().map(Pair::to_value).collect()));
            three_states(leaves(lists.boxed()))
        }
        Shape::Config { .. } => {
            let key = select(vec!["botToken", "chatId", "room"]).prop_map(str::to_owned);
            let entry = three_states(leaves(declared_secret_text().prop_map(Value::Text).boxed()));
            btree_map(key, entry, 0..4).prop_map(|entries| Some(Declaration::Table(some(entries)))).boxed()
        }
        Shape::Table(members) => declared_table(members).prop_map(Declaration::table).boxed(),
        Shape::Map(entries) => {
            // An entry is there even where nothing of it is declared; a map of texts has no such entry.
            let is_table = matches!(entries.entry.shape, Shape::Table(_));
            btree_map(names(), declared(&entries.entry), 0..3)
                .prop_map(move |mut entries| {
                    for entry in entries.values_mut().filter(|_| is_table) {
                        entry.get_or_insert_with(|| Declaration::Table(BTreeMap::new()));
                    }
                    Declaration::table(some(entries))
                })
                .boxed()
        }
        Shape::Keyed(keyed) => {
            let entries = vec(declared_table(keyed.entry), 3);
            let order = Just(vec!["one", "two", "three"]).prop_shuffle();
            let entries = (order, entries, 1..=3usize).prop_map(move |(names, entries, count)| {
                let entry = |(name, entry): (&str, BTreeMap<_, _>)| (key_of(keyed, name), Declaration::Table(entry));
                Declaration::Keyed(names.into_iter().zip(entries).take(count).map(entry).collect())
            });
            three_states(entries.boxed())
        }
    }
}

fn some<T>(entries: BTreeMap<String, Option<T>>) -> BTreeMap<String, T> {
    entries.into_iter().filter_map(|(name, entry)| Some((name, entry?))).collect()
}

fn declared_table(members: &'static [Field]) -> BoxedStrategy<BTreeMap<String, Declaration>> {
    let mut strategy = Just(BTreeMap::new()).boxed();
    for member in members {
        strategy = (strategy, declared(member))
            .prop_map(|(mut table, value)| {
                table.extend(value.map(|value| (member.name.to_owned(), value)));
                table
            })
            .boxed();
    }
    strategy
}

/// What the org may have of a field: nothing, null, or something, and members that no file knows.
fn stored(field: &'static Field, server: Server) -> BoxedStrategy<Option<Value>> {
    let value = match field.shape {
        Shape::Leaf(Leaf::SentOnly) | Shape::Pairs(_) => return Just(None).boxed(),
        Shape::Leaf(kind) => leaf(field, kind, stored_secret_text(server)),
        Shape::Config { .. } => stored_config(server),
        Shape::Table(members) => stored_table(members, server).prop_map(Value::Map).boxed(),
        Shape::Map(entries) => {
            let entry = stored(&entries.entry, server)
                .prop_filter_map("no null entries", |entry| entry.filter(|entry| *entry != Value::Null));
            btree_map(names(), entry, 0..3).prop_map(Value::Map).boxed()
        }
        Shape::Keyed(keyed) => {
            let entry = (names(), stored_table(keyed.entry, server)).prop_map(move |(name, mut entry)| {
                let parts = keyed.key.iter().zip(key_of(keyed, &name).0);
                entry.extend(parts.map(|(member, part)| ((*member).to_owned(), Value::known(part))));
                Value::Map(entry)
            });
            vec(entry, 0..4).prop_map(Value::List).boxed()
        }
    };
    if field.required {
        return value.prop_map(Some).boxed();
    }
    prop_oneof![2 => Just(None), 1 => Just(Some(Value::Null)), 5 => value.prop_map(Some)].boxed()
}

fn stored_config(server: Server) -> BoxedStrategy<Value> {
    let secret = match server {
        Server::OursWithSecrets => vec!["***oken", "$A", "$B"],
        Server::ExistingInClear => vec![SENTINEL_OF_ORG, "hidden:A", ""],
        _ => vec!["***oken", ""],
    };
    let room = prop_oneof![plain_text().prop_map(Value::Text), Just(Value::Bool(true)), Just(Value::known(""))];
    let config = (
        option::of(select(secret).prop_map(|content| Value::Text(build::text(content)))),
        option::of(plain_text().prop_map(Value::Text)),
        option::of(room),
    );
    config
        .prop_map(|(token, chat, room)| {
            let members = [("botToken", token), ("chatId", chat), ("room", room)];
            Value::Map(some(members.map(|(name, value)| (name.to_owned(), value)).into()))
        })
        .boxed()
}

fn stored_table(members: &'static [Field], server: Server) -> BoxedStrategy<BTreeMap<String, Value>> {
    let foreign = option::weighted(0.2, plain_text())
        .prop_map(|text| BTreeMap::from_iter(text.map(|text| ("ofTheWebInterface".to_owned(), Value::Text(text)))));
    let mut strategy = foreign.boxed();
    for member in members {
        strategy = (strategy, stored(member, server))
            .prop_map(|(mut table, value)| {
                table.extend(value.map(|value| (member.name.to_owned(), value)));
                table
            })
            .boxed();
    }
    strategy
}

fn resource(kind: Kind, id: &'static str) -> BoxedStrategy<Resource> {
    let mut strategy = Just(build::resource(kind, id, &json!({}))).boxed();
    for field in kind.table().fields {
        strategy = (strategy, declared(field)).prop_map(|(resource, says)| resource.with(field, says)).boxed();
    }
    if kind == PLATFORM {
        let slack = Declaration::known("slack");
        strategy = strategy.prop_map(move |resource| resource.with(platform::TYPE, Some(slack.clone()))).boxed();
    }
    strategy
}

fn record(kind: Kind, server: Server) -> BoxedStrategy<Record> {
    let mut strategy = Just(build::record(kind, &json!({}))).boxed();
    for field in kind.table().fields {
        strategy = match field.shape {
            Shape::Pairs(_) => (strategy, option::of(pairs()))
                .prop_map(|(mut record, pairs)| {
                    let numbered = (1..).zip(pairs.unwrap_or_default());
                    let stored = numbered.map(|(handle, pair)| StoredPair { handle: json!(handle), pair });
                    record.pairs.set(field, stored.collect());
                    record
                })
                .boxed(),
            _ => (strategy, stored(field, server))
                .prop_map(|(mut record, value)| {
                    record.values.set_some(field, value);
                    record
                })
                .boxed(),
        };
    }
    if kind == PLATFORM {
        let slack = |mut record: Record| {
            record.values.set(platform::TYPE, Value::known("slack"));
            record
        };
        strategy = strategy.prop_map(slack).boxed();
    }
    strategy
}

/// An agent with its config and perhaps a platform, whose id is given with that of its agent.
fn agent(id: &'static str, platform: &'static str) -> BoxedStrategy<Vec<Resource>> {
    (resource(AGENT, id), resource(SETTINGS, id), option::of(resource(PLATFORM, platform)))
        .prop_map(|(agent, settings, platform)| [agent, settings].into_iter().chain(platform).collect())
        .boxed()
}

fn stored_agent(
    id: &'static str,
    platform: &'static str,
    server: Server,
) -> BoxedStrategy<Vec<(Kind, &'static str, Record)>> {
    (record(AGENT, server), record(SETTINGS, server), option::of(record(PLATFORM, server)))
        .prop_map(move |(agent, settings, own)| {
            let own = own.map(|record| (PLATFORM, platform, record));
            [(AGENT, id, agent), (SETTINGS, id, settings)].into_iter().chain(own).collect()
        })
        .boxed()
}

fn types() -> BoxedStrategy<Vec<Resource>> {
    let entities = (resource(ENTITY_TYPE, "company"), resource(ENTITY_TYPE, "person"));
    let relationships = (resource(RELATIONSHIP_TYPE, "owns"), resource(RELATIONSHIP_TYPE, "owned-by"));
    (entities, relationships).prop_map(|((company, person), (owns, owned))| vec![company, person, owns, owned]).boxed()
}

/// A project and an org with overlapping agents and types.
pub(super) fn world() -> impl Strategy<Value = World> {
    (select(Server::ALL.to_vec()), any::<bool>()).prop_flat_map(|(server, prune)| {
        let agents = (agent("triage", "triage/triage-slack"), agent("helper", "helper/helper-slack"));
        let org = (
            option::of(stored_agent("triage", "triage/triage-slack", server)),
            stored_agent("other", "other/other-slack", server),
            option::of(record(ENTITY_TYPE, server)),
            option::of(record(RELATIONSHIP_TYPE, server)),
        );
        (agents, option::of(types()), org).prop_map(move |((triage, helper), types, org)| {
            let (stored, other, company, owns) = org;
            let mut world = World::new(server);
            world.options.prune = prune;
            world.families.extend(types.is_some().then_some(Family::Memory));
            world.declared = [triage, helper].into_iter().chain(types).flatten().collect();
            let company = company.map(|record| (ENTITY_TYPE, "company", record));
            let owns = owns.map(|record| (RELATIONSHIP_TYPE, "owns", record));
            for (kind, id, record) in stored.into_iter().flatten().chain(other).chain(company).chain(owns) {
                world.insert(kind, id, record);
            }
            world
        })
    })
}
