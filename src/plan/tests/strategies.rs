//! Random projects and orgs, walked along the shape of the config so that every field is in play.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::desired::{Agent, Declaration, EntryKey};
use crate::model::{AgentId, Declared, EntityType, MemorySchema, RelationshipType, Rule, Text, TypeSlug, Value};
use crate::org::{ActualAgent, ActualEntityType, ActualPlatform, ActualRelationshipType, ActualSettings, StoredRule};
use crate::plan::shape::{Keyed, Leaf, Member, SETTINGS, Shape};

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

fn leaf(leaf: Leaf, secret: BoxedStrategy<Text>) -> BoxedStrategy<Value> {
    match leaf {
        Leaf::Text | Leaf::Prose | Leaf::TextIfKept => plain_text().prop_map(Value::Text).boxed(),
        Leaf::SecretText => secret.prop_map(Value::Text).boxed(),
        Leaf::Flag | Leaf::Kept => any::<bool>().prop_map(Value::Bool).boxed(),
        Leaf::List | Leaf::ById => list(plain_text().prop_map(Value::Text).boxed()),
        Leaf::JudgedDomains => list(judged_domain()),
    }
}

fn key_of(keyed: &Keyed, name: &str) -> EntryKey {
    match keyed.key {
        [_, _] => EntryKey(vec![format!("local/{name}"), name.to_owned()]),
        _ => EntryKey(vec![name.to_owned()]),
    }
}

/// What the files may say of a place; none for nothing.
fn declared(shape: Shape) -> BoxedStrategy<Option<Declaration>> {
    match shape {
        Shape::Leaf(Leaf::Kept) => Just(None).boxed(),
        Shape::Leaf(Leaf::Flag) => {
            option::of(any::<bool>().prop_map(|truth| Declaration::Leaf(Value::Bool(truth)))).boxed()
        }
        Shape::Leaf(kind) => {
            let value = leaf(kind, declared_secret_text()).prop_map(|value| Some(Declaration::Leaf(value)));
            prop_oneof![2 => Just(None), 1 => Just(Some(Declaration::Clear)), 4 => value].boxed()
        }
        Shape::Table(members) => declared_table(members).prop_map(Declaration::table).boxed(),
        Shape::Map(inner) => {
            let entry = declared(*inner);
            // An entry is there even where nothing of it is declared; a map of texts has no such entry.
            let is_table = matches!(inner, Shape::Table(_));
            btree_map(names(), entry, 0..3)
                .prop_map(move |entries| {
                    let entry = |(name, entry): (String, Option<Declaration>)| match entry {
                        Some(entry) => Some((name, entry)),
                        None => is_table.then(|| (name, Declaration::Table(BTreeMap::new()))),
                    };
                    Declaration::table(entries.into_iter().filter_map(entry).collect())
                })
                .boxed()
        }
        Shape::Keyed(keyed) => {
            let entries = vec(declared_table(keyed.entry), 3);
            let order = Just(vec!["one", "two", "three"]).prop_shuffle();
            let entries = (order, entries, 1..=3usize).prop_map(move |(names, entries, count)| {
                let entry = |(name, entry): (&str, BTreeMap<_, _>)| (key_of(keyed, name), Declaration::Table(entry));
                Some(Declaration::Keyed(names.into_iter().zip(entries).take(count).map(entry).collect()))
            });
            prop_oneof![2 => Just(None), 1 => Just(Some(Declaration::Clear)), 4 => entries].boxed()
        }
    }
}

fn declared_table(members: &'static [Member]) -> BoxedStrategy<BTreeMap<String, Declaration>> {
    let mut strategy = Just(BTreeMap::new()).boxed();
    for member in members {
        strategy = (strategy, declared(member.shape))
            .prop_map(|(mut table, value)| {
                table.extend(value.map(|value| (member.name.to_owned(), value)));
                table
            })
            .boxed();
    }
    strategy
}

/// What the org may have at a place: nothing, null, blank or something, and members that no file knows.
fn stored(shape: Shape, server: Server) -> BoxedStrategy<Option<Value>> {
    let value = match shape {
        Shape::Leaf(kind) => leaf(kind, stored_secret_text(server)),
        Shape::Table(members) => stored_table(members, server).prop_map(Value::Map).boxed(),
        Shape::Map(inner) => {
            let entry = stored(*inner, server)
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
    prop_oneof![2 => Just(None), 1 => Just(Some(Value::Null)), 5 => value.prop_map(Some)].boxed()
}

fn stored_table(members: &'static [Member], server: Server) -> BoxedStrategy<BTreeMap<String, Value>> {
    let foreign = option::weighted(0.2, plain_text())
        .prop_map(|text| BTreeMap::from_iter(text.map(|text| ("ofTheWebInterface".to_owned(), Value::Text(text)))));
    let mut strategy = foreign.boxed();
    for member in members {
        strategy = (strategy, stored(member.shape, server))
            .prop_map(|(mut table, value)| {
                table.extend(value.map(|value| (member.name.to_owned(), value)));
                table
            })
            .boxed();
    }
    strategy
}

fn three_states<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Declared<T>> {
    prop_oneof![
        2 => Just(Declared::Absent),
        1 => Just(Declared::Empty),
        3 => value.prop_map(Declared::Value),
    ]
    .boxed()
}

fn declared_platform() -> BoxedStrategy<BTreeMap<String, Declared<Text>>> {
    let key = select(vec!["botToken", "chatId", "room"]).prop_map(str::to_owned);
    btree_map(key, three_states(declared_secret_text()), 0..4).boxed()
}

fn stored_platform(server: Server) -> BoxedStrategy<BTreeMap<String, Value>> {
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
            members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
        })
        .boxed()
}

fn agent(id: &'static str) -> BoxedStrategy<Agent> {
    let mut strategy = Just(build::agent(id)).boxed();
    for (name, member) in SETTINGS {
        strategy = (strategy, declared(member.shape))
            .prop_map(|(mut agent, value)| {
                *build::declared_member(&mut agent.settings, *name) = value;
                agent
            })
            .boxed();
    }
    (strategy, plain_text(), three_states(plain_text()), option::of(declared_platform()))
        .prop_map(move |(mut agent, name, description, config)| {
            (agent.name, agent.description) = (name, description);
            agent.platforms.extend(config.map(|config| {
                let platform = build::platform(&format!("{id}-slack"), "slack", &[]);
                crate::desired::Platform { config, ..platform }
            }));
            agent
        })
        .boxed()
}

fn stored_agent(id: &'static str, server: Server) -> BoxedStrategy<ActualAgent> {
    let mut strategy = Just(ActualSettings::default()).boxed();
    for (name, member) in SETTINGS {
        strategy = (strategy, stored(member.shape, server))
            .prop_map(|(mut settings, value)| {
                *build::actual_member(&mut settings, *name) = value.unwrap_or(Value::Null);
                settings
            })
            .boxed();
    }
    let selection = select(vec!["{}", r#"{"mode": "auto"}"#, r#"{"mode": "pinned"}"#]);
    (strategy, selection, plain_text(), option::of(plain_text()), option::of(stored_platform(server)))
        .prop_map(move |(mut settings, selection, name, description, config)| {
            settings.model_selection = build::value(&serde_json::from_str(selection).unwrap());
            let platforms = config.map(|config| {
                let platform = build::actual_platform(&format!("{id}-slack"), "slack", &serde_json::json!({}));
                ActualPlatform { config, ..platform }
            });
            ActualAgent {
                name,
                description,
                settings: Some(settings),
                platforms: Some(platforms.into_iter().collect()),
            }
        })
        .boxed()
}

fn json_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-2..3i64).prop_map(|number| Value::Number(crate::model::Number::from_i64(number).unwrap())),
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

fn entity(slug: &'static str) -> BoxedStrategy<EntityType> {
    (
        plain_text(),
        three_states(plain_text()),
        three_states(plain_text()),
        three_states(json_value()),
        three_states(json_value()),
    )
        .prop_map(move |(name, description, icon, metadata_schema, event_kinds)| EntityType {
            name,
            description,
            icon: icon.clone(),
            color: icon,
            metadata_schema,
            event_kinds,
            ..build::entity(slug)
        })
        .boxed()
}

fn stored_entity() -> BoxedStrategy<ActualEntityType> {
    (plain_text(), option::of(plain_text()), option::of(plain_text()), option::of(json_value()))
        .prop_map(|(name, description, icon, schema)| ActualEntityType {
            name,
            description,
            color: icon.clone(),
            icon,
            event_kinds: schema.clone().unwrap_or(Value::Null),
            metadata_schema: schema.unwrap_or(Value::Null),
        })
        .boxed()
}

fn slugs() -> BoxedStrategy<TypeSlug> {
    select(vec!["company", "person", "elsewhere"]).prop_map(build::slug).boxed()
}

fn relationship(slug: &'static str, other: &'static str) -> BoxedStrategy<RelationshipType> {
    let rules = btree_set((slugs(), slugs()), 1..4)
        .prop_map(|rules| rules.into_iter().map(|(source, target)| Rule { source, target }).collect::<Vec<_>>());
    (
        plain_text(),
        three_states(plain_text()),
        three_states(json_value()),
        three_states(Just(build::slug(other))),
        option::of(select(vec!["active", "archived"])),
        three_states(rules),
    )
        .prop_map(move |(name, description, schema, inverse, status, rules)| RelationshipType {
            name,
            description,
            auto_create_when: schema.clone(),
            metadata_schema: schema,
            inverse,
            status: status.map(str::to_owned),
            rules,
            ..build::relationship(slug)
        })
        .boxed()
}

fn stored_relationship() -> BoxedStrategy<ActualRelationshipType> {
    let rules = btree_set((slugs(), slugs()), 0..4).prop_map(|rules| {
        let rule = |(id, (source, target)): (usize, _)| StoredRule { id: id.into(), rule: Rule { source, target } };
        rules.into_iter().enumerate().map(rule).collect()
    });
    (plain_text(), option::of(plain_text()), option::of(json_value()), any::<bool>(), any::<bool>(), rules)
        .prop_map(|(name, description, schema, archived, is_symmetric, rules)| ActualRelationshipType {
            name,
            description,
            auto_create_when: schema.clone().unwrap_or(Value::Null),
            metadata_schema: schema.unwrap_or(Value::Null),
            status: Some(if archived { "archived" } else { "active" }.to_owned()),
            is_symmetric,
            rules: Some(rules),
            ..build::actual_relationship()
        })
        .boxed()
}

fn schema() -> BoxedStrategy<MemorySchema> {
    (entity("company"), entity("person"), relationship("owns", "owned-by"), relationship("owned-by", "owns"))
        .prop_map(|(company, person, owns, owned)| build::schema(vec![company, person], vec![owns, owned]))
        .boxed()
}

/// A project and an org with overlapping agents and types.
pub(super) fn world() -> impl Strategy<Value = World> {
    (select(Server::ALL.to_vec()), any::<bool>()).prop_flat_map(|(server, prune)| {
        let project = (agent("triage"), agent("helper"), option::of(schema()));
        let org = (
            option::of(stored_agent("triage", server)),
            stored_agent("other", server),
            option::of(stored_entity()),
            option::of(stored_relationship()),
        );
        (project, org).prop_map(move |((triage, helper, schema), (stored, other, entity, relationship))| {
            let mut world = World::new(server);
            world.options.prune = prune;
            world.desired.agents.extend([triage, helper]);
            world.desired.memory = schema;
            let agents = stored.into_iter().map(|stored| ("triage", stored)).chain([("other", other)]);
            world.agents().extend(agents.map(|(id, agent)| (AgentId::from_server(id), agent)));
            world.memory().entity_types.extend(entity.map(|entity| (build::slug("company"), entity)));
            let owns = relationship.map(|relationship| (build::slug("owns"), relationship));
            world.memory().relationship_types.extend(owns);
            world
        })
    })
}
