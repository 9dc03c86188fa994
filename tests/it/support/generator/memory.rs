//! Specs of memory schemas, and their model files.

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value as Json, json};

use super::spec::{EntitySpec, Field, Layout, MemorySpec, RelationshipSpec, WatcherSpec, is_symmetric};
use super::strategies::field;
use super::texts::{line, prose};
use super::yaml;

const ENTITIES: [&str; 3] = ["ticket", "customer", "big-thing"];
const WATCHERS: [&str; 2] = ["late-parcels", "stock gaps"];
const RELATIONSHIPS: [&str; 4] = ["raised-by", "raised", "beside", "part_of"];

pub(super) fn schema(agents: Vec<&'static str>) -> BoxedStrategy<MemorySpec> {
    let slugs = if agents.is_empty() { Vec::new() } else { WATCHERS.to_vec() };
    let watchers = subsequence(slugs.clone(), 0..=slugs.len())
        .prop_flat_map(move |slugs| slugs.into_iter().map(|slug| watcher(slug, agents.clone())).collect::<Vec<_>>());
    let entities = subsequence(ENTITIES.to_vec(), 0..=ENTITIES.len())
        .prop_flat_map(|slugs| slugs.into_iter().map(entity).collect::<Vec<_>>());
    let relationships = subsequence(RELATIONSHIPS.to_vec(), 0..=RELATIONSHIPS.len())
        .prop_flat_map(|slugs| slugs.iter().map(|slug| relationship(slug, slugs.clone())).collect::<Vec<_>>());
    let layout = select(vec![Layout::Files, Layout::Bundle, Layout::Stream]);
    let enabled = select(vec![None, Some(true)]);
    (option::of(select(vec!["./schema", "models"])), enabled, layout, entities, relationships, watchers)
        .prop_map(|(models, enabled, layout, entities, relationships, watchers)| MemorySpec {
            models,
            enabled,
            layout,
            entities,
            relationships,
            watchers,
        })
        .boxed()
}

fn json_schema() -> BoxedStrategy<Json> {
    let property = prop_oneof![
        Just(json!({"type": "string", "minLength": 1})),
        Just(json!({"type": "number", "minimum": 0.5, "maximum": 10})),
        Just(json!({"type": ["integer", "null"]})),
        Just(json!({"enum": ["a", 1, null, true]})),
        Just(json!({"type": "string", "x-table-column": true})),
        line().prop_map(|text| json!({"type": "string", "description": text})),
    ];
    let name = select(vec!["title", "size", "with space", "größe"]);
    proptest::collection::btree_map(name, property, 0..4)
        .prop_map(|properties| json!({"type": "object", "properties": properties}))
        .boxed()
}

fn event_kinds() -> BoxedStrategy<Json> {
    let kind = (option::of(line()), option::of(json_schema())).prop_map(|(description, schema)| {
        let description = description.map(|text| ("description".to_owned(), Json::from(text)));
        let schema = schema.map(|schema| ("metadataSchema".to_owned(), schema));
        Json::Object(description.into_iter().chain(schema).collect())
    });
    proptest::collection::btree_map(select(vec!["opened", "closed"]), kind, 1..3).prop_map(|kinds| json!(kinds)).boxed()
}

fn entity(slug: &'static str) -> BoxedStrategy<EntitySpec> {
    let icon = field(select(vec!["🎫", "box"]).prop_map(str::to_owned));
    let color = field(select(vec!["#aabbcc", "red"]).prop_map(str::to_owned));
    (line(), field(prose()), icon, color, field(json_schema()), field(event_kinds()))
        .prop_map(move |(name, description, icon, color, metadata_schema, event_kinds)| EntitySpec {
            slug,
            name,
            description,
            icon,
            color,
            metadata_schema,
            event_kinds,
        })
        .boxed()
}

fn relationship(slug: &'static str, declared: Vec<&'static str>) -> BoxedStrategy<RelationshipSpec> {
    let others: Vec<_> = declared.into_iter().filter(|other| *other != slug && !is_symmetric(other)).collect();
    let has_none = others.is_empty() || is_symmetric(slug);
    let inverse = if has_none { Just(Field::Absent).boxed() } else { field(select(others)) };
    let end = select(["elsewhere"].into_iter().chain(ENTITIES).collect::<Vec<_>>()).prop_map(str::to_owned);
    let rules = btree_set((end.clone(), end), 1..4).prop_map(|rules| rules.into_iter().collect());
    let condition = (select(vec!["crm", "mail"]), select(vec!["unique_only", "all_matches"]), option::of(line()));
    let condition = condition.prop_map(|(namespace, strategy, notes)| {
        let mut condition = json!({
            "sourceNamespace": namespace,
            "targetField": "email",
            "assuranceRequired": "oauth_verified",
            "matchStrategy": strategy,
        });
        if let (Some(notes), Some(members)) = (notes, condition.as_object_mut()) {
            members.insert("notes".to_owned(), Json::from(notes));
        }
        condition
    });
    let conditions = vec(condition, 1..3).prop_map(Json::Array);
    let status = option::of(select(vec!["active", "archived"]));
    (line(), field(prose()), field(json_schema()), inverse, status, any::<bool>(), field(conditions), field(rules))
        .prop_map(move |(name, description, metadata_schema, inverse, status, symmetry, auto_create_when, rules)| {
            RelationshipSpec {
                slug,
                name,
                description,
                metadata_schema,
                inverse,
                status,
                states_symmetry: symmetry || is_symmetric(slug),
                auto_create_when,
                rules,
            }
        })
        .boxed()
}

/// The model files of a schema, by path.
pub(super) fn files(schema: &MemorySpec) -> Vec<(String, String)> {
    let directory = schema.models.unwrap_or("models").trim_start_matches("./");
    let entities: Vec<_> = schema.entities.iter().map(entity_document).collect();
    let relationships: Vec<_> = schema.relationships.iter().map(relationship_document).collect();
    let watchers: Vec<_> = schema.watchers.iter().map(watcher_document).collect();
    let scripts = schema.watchers.iter().filter_map(|watcher| match &watcher.script {
        Field::Value(text) => Some((format!("{directory}/{}", script_path(watcher.slug)), text.clone())),
        _ => None,
    });
    let typed = |document: &Map<String, Json>, kind: &str| {
        let head = [("type".to_owned(), Json::from(kind))];
        Json::Object(head.into_iter().chain(document.clone()).collect())
    };
    let documents = entities
        .iter()
        .map(|document| typed(document, "entity"))
        .chain(relationships.iter().map(|document| typed(document, "relationship")))
        .chain(watchers.iter().map(|document| typed(document, "watcher")));
    let models: Vec<(String, String)> = match schema.layout {
        Layout::Files => documents
            .enumerate()
            .map(|(at, document)| (format!("{directory}/type-{at}.yaml"), yaml::document(&document)))
            .collect(),
        Layout::Bundle => {
            let bundle =
                json!({"version": 2, "entities": entities, "relationships": relationships, "watchers": watchers});
            vec![(format!("{directory}/bundle.yaml"), yaml::document(&bundle))]
        }
        Layout::Stream => {
            // Empty documents are tolerated.
            let stream: String =
                documents.flat_map(|document| ["---\n".to_owned(), yaml::document(&document)]).collect();
            vec![(format!("{directory}/stream.yml"), stream + "---\n")]
        }
    };
    models.into_iter().chain(scripts).collect()
}

fn script_path(slug: &str) -> String {
    format!("reactions/{}.reaction.ts", slug.replace(' ', "-"))
}

fn watcher_document(watcher: &WatcherSpec) -> Map<String, Json> {
    let WatcherSpec { slug, agent, document, script } = watcher;
    let mut document = document.clone();
    document.insert("slug".to_owned(), Json::from(*slug));
    document.extend(agent.map(|agent| ("agent".to_owned(), Json::from(agent))));
    put(&mut document, "reaction_script", script, json!(""), |_| json!(script_path(slug)));
    document
}

/// A watcher of one of these agents, with any of its keys.
fn watcher(slug: &'static str, agents: Vec<&'static str>) -> BoxedStrategy<WatcherSpec> {
    let agent = match agents.as_slice() {
        [only] => option::of(Just(*only)).boxed(),
        _ => select(agents).prop_map(Some).boxed(),
    };
    let key = |name: &'static str, values: BoxedStrategy<Json>| {
        option::of(values).prop_map(move |value| value.map(|value| (name.to_owned(), value))).boxed()
    };
    let of = |values: Vec<Json>| select(values).boxed();
    let text = || prop_oneof![4 => prose().prop_map(Json::from), 1 => Just(json!(""))].boxed();
    let query = |name: &str| json!({"name": name, "query": "WITH a AS (SELECT 1) SELECT * FROM a"});
    let keys = vec![
        key("description", text()),
        key("sources", of(vec![json!([]), json!([query("all")]), json!([query("a"), query("b")])])),
        key("reactions_guidance", text()),
        key("condensation_prompt", text()),
        key("condensation_window_count", of(vec![json!(2), json!(12)])),
        key("json_template", of(vec![json!({}), json!({"title": "{{count}}"}), json!([1, "a"]), json!("text")])),
        key("keying_config", of(vec![json!({}), json!({"field": "id"})])),
        key("classifiers", of(vec![json!([]), json!([{"path": "count", "labels": ["few", "many"]}])])),
        key("tags", of(vec![json!([]), json!(["ops"]), json!(["b", "a, c"])])),
        key("device_worker_id", of(vec![json!("0f8fad5b-d9cb-469f-a165-70867728950e")])),
        key("scheduler_client_id", of(vec![json!("cron"), json!("another one")])),
        key("agent_kind", of(vec![json!("claude")])),
        key("notification_channel", of(vec![json!("canvas"), json!("both")])),
        key("notification_priority", of(vec![json!("normal"), json!("high")])),
        key("min_cooldown_seconds", of(vec![json!(0), json!(30)])),
    ];
    let schedule = of(vec![json!("0 6 * * *"), json!("*/5 * * * *"), json!("30 5 * * 1")]);
    (agent, line(), schedule, prose(), json_schema(), keys, field(prose()))
        .prop_map(move |(agent, name, schedule, prompt, schema, keys, script)| {
            let needed = [("name", json!(name)), ("schedule", schedule), ("prompt", json!(prompt))];
            let needed = needed.into_iter().chain([("extraction_schema", schema)]);
            let needed = needed.map(|(name, value)| (name.to_owned(), value));
            let document = needed.chain(keys.into_iter().flatten()).collect();
            WatcherSpec { slug, agent, document, script }
        })
        .boxed()
}

fn entity_document(entity: &EntitySpec) -> Map<String, Json> {
    let EntitySpec { slug, name, description, icon, color, metadata_schema, event_kinds } = entity;
    let mut document = head(slug, name, description);
    put_text(&mut document, "icon", icon);
    put_text(&mut document, "color", color);
    put(&mut document, "metadata_schema", metadata_schema, json!({}), Json::clone);
    put(&mut document, "event_kinds", event_kinds, json!({}), Json::clone);
    document
}

fn relationship_document(relationship: &RelationshipSpec) -> Map<String, Json> {
    let RelationshipSpec {
        slug,
        name,
        description,
        metadata_schema,
        inverse,
        status,
        states_symmetry,
        auto_create_when,
        rules,
    } = relationship;
    let mut document = head(slug, name, description);
    put(&mut document, "metadata_schema", metadata_schema, json!({}), Json::clone);
    put(&mut document, "inverse_type_slug", inverse, json!(""), |slug| json!(slug));
    document.extend(status.map(|status| ("status".to_owned(), Json::from(status))));
    document.extend(states_symmetry.then(|| ("is_symmetric".to_owned(), Json::from(is_symmetric(slug)))));
    put(&mut document, "auto_create_when", auto_create_when, json!([]), Json::clone);
    put(&mut document, "rules", rules, json!([]), |rules| {
        rules.iter().map(|(source, target)| json!({"source": source, "target": target})).collect()
    });
    document
}

fn head(slug: &str, name: &str, description: &Field<String>) -> Map<String, Json> {
    let mut document = Map::new();
    document.insert("slug".to_owned(), Json::from(slug));
    document.insert("name".to_owned(), Json::from(name));
    put_text(&mut document, "description", description);
    document
}

fn put_text(document: &mut Map<String, Json>, key: &str, field: &Field<String>) {
    put(document, key, field, json!(""), |text| json!(text));
}

fn put<T>(document: &mut Map<String, Json>, key: &str, field: &Field<T>, empty: Json, json: impl Fn(&T) -> Json) {
    match field {
        Field::Absent => {}
        Field::Empty => drop(document.insert(key.to_owned(), empty)),
        Field::Value(value) => drop(document.insert(key.to_owned(), json(value))),
    }
}
