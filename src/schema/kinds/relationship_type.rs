use crate::model::Family;
use crate::schema::field::{Clearing, Field, Form, Leaf, Pairs, Shape};
use crate::schema::kind::{KindTable, ModelFiles, Owner};
use crate::schema::routes::{Api, Listed, Refusal, Tool, VERSION};

const TEXT: Shape = Shape::Leaf(Leaf::Text);
const JSON: Shape = Shape::Leaf(Leaf::Json);

/// The entity types that it may join.
pub const RULES: &Field = &FIELDS[7];

static RULE: Pairs = Pairs {
    ends: "entity-type",
    first: ("source", "source_entity_type_slug"),
    second: ("target", "target_entity_type_slug"),
    list: ("list_rules", "rules"),
    handle: ("id", "rule_id"),
    actions: ("add_rule", "remove_rule"),
};

static FIELDS: [Field; 8] = [
    Field::new("name", TEXT, Clearing::Never, "name").required().says("Name that people see").example("Owns"),
    Field::new("description", TEXT, Clearing::Null, "description")
        .says("What a relationship of the type means")
        .example("The customer who owns the bicycle"),
    Field::new("metadata_schema", JSON, Clearing::Null, "metadata_schema")
        .form(Form::Schema { old_keys: &[], columns: None, is_object: false })
        .says("JSON Schema of a relationship's metadata")
        .example("{type: object, properties: {since: {type: string, format: date}}}"),
    // It has no empty form, so that `--prune` leaves it alone.
    Field::new("status", TEXT, Clearing::Never, "status")
        .not_pruned()
        .default("active")
        .form(Form::Words(&["active", "archived"]))
        .says("Whether the type is in use")
        .example("archived"),
    Field::new("auto_create_when", JSON, Clearing::EmptyList, "auto_create_when")
        .on_the_wire("auto_create_when", &["metadata", "autoCreateWhen"])
        .form(Form::Conditions)
        .says("Conditions under which the server creates relationships of the type")
        .example(
            "[{sourceNamespace: crm, targetField: email, assuranceRequired: oauth_verified, matchStrategy: unique_only}]",
        ),
    Field::new("is_symmetric", Shape::Leaf(Leaf::Flag), Clearing::Never, "is_symmetric")
        .not_pruned()
        .create_only()
        .says("Whether a relationship reads the same in both directions")
        .example("true"),
    Field::new("inverse_type_slug", Shape::Leaf(Leaf::Link), Clearing::Null, "inverse_type_slug")
        .says("Slug of the relationship type that reads the other way")
        .example("owned-by"),
    Field::new("rules", Shape::Pairs(&RULE), Clearing::EmptyList, "rules")
        .says("Entity types that a relationship may join")
        .example("[{source: customer, target: repair}]"),
];

pub(super) static TABLE: KindTable = KindTable {
    word: "relationship-type",
    singular: "relationship type",
    plural: "relationship types",
    summary: "A relationship type of the memory schema.",
    order: 50,
    family: Family::Memory,
    owner: Owner::Org,
    is_read_by_agent: false,
    fields: &FIELDS,
    model_files: Some(&ModelFiles {
        one: "a relationship type",
        types: &["relationship", "relationship_type"],
        list: "relationships",
        by_target: false,
        rewrites_slugs: false,
        reserved_slugs: &[],
    }),
    api: Api::Tool(&Tool {
        name: "manage_entity_schema",
        kind: Some(("schema_type", "relationship_type")),
        id: "slug",
        list: None,
    }),
    answer: Listed {
        list: Some("relationship_types"),
        id: "slug",
        org: Some("organization_slug"),
        skipped: &["deleted_at"],
        reserved: Some("$"),
        is_checked: true,
        version: VERSION,
    },
    is_sent_whole: false,
    restarts: false,
    one_at_a_time: false,
    not_taken: None,
    one_namespace: Some(|server| server.shares_relationship_slugs),
    look: None,
    injection: None,
    refusals: &[
        Refusal {
            on_create: Some(true),
            status: None,
            words: "duplicate key",
            only_existing: true,
            hint: "A relationship type of this slug was deleted; this server can't create the slug again: choose another \
                   one.",
        },
        Refusal {
            on_create: Some(true),
            status: None,
            words: "already exists",
            only_existing: true,
            hint: "Another org uses this slug, and on this server a slug belongs to one org only: choose another slug.",
        },
    ],
};
