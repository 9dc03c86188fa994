use crate::model::{Family, RESERVED_ENTITY_SLUGS};
use crate::schema::field::{Clearing, Field, Form, Leaf, Shape};
use crate::schema::kind::{KindTable, ModelFiles, Owner};
use crate::schema::routes::{Api, Listed, Tool, VERSION};

const TEXT: Shape = Shape::Leaf(Leaf::Text);
const JSON: Shape = Shape::Leaf(Leaf::Json);

static FIELDS: [Field; 6] = [
    Field::new("name", TEXT, Clearing::Never, "name").required().says("Name that people see").example("Customer"),
    Field::new("description", TEXT, Clearing::EmptyText, "description")
        .says("What entities of the type are")
        .example("Someone who brought a bicycle"),
    Field::new("icon", TEXT, Clearing::EmptyText, "icon").says("Icon of the type").example("\"🔧\""),
    Field::new("color", TEXT, Clearing::EmptyText, "color").says("Color of the type").example("\"#4f46e5\""),
    Field::new("metadata_schema", JSON, Clearing::Null, "metadata_schema")
        .form(Form::Schema { old_keys: &["properties", "required"], columns: Some(4), is_object: false })
        .says("JSON Schema of an entity's metadata; `x-table-column: true` shows a property as a column")
        .example("{type: object, properties: {email: {type: string, format: email}}}"),
    Field::new("event_kinds", JSON, Clearing::Null, "event_kinds")
        .form(Form::EventKinds)
        .says("Kinds of events of an entity, by slug")
        .example("{paid: {description: The invoice is paid}}"),
];

pub(super) static TABLE: KindTable = KindTable {
    word: "entity-type",
    singular: "entity type",
    plural: "entity types",
    summary: "An entity type of the memory schema.",
    order: 40,
    family: Family::Memory,
    owner: Owner::Org,
    is_read_by_agent: false,
    fields: &FIELDS,
    model_files: Some(&ModelFiles {
        one: "an entity type",
        types: &["entity", "entity_type"],
        list: "entities",
        by_target: false,
        rewrites_slugs: true,
        reserved_slugs: &RESERVED_ENTITY_SLUGS,
    }),
    api: Api::Tool(&Tool {
        name: "manage_entity_schema",
        kind: Some(("schema_type", "entity_type")),
        id: "slug",
        list: None,
    }),
    answer: Listed {
        list: Some("entity_types"),
        id: "slug",
        org: Some("organization_slug"),
        skipped: &["is_system"],
        reserved: Some("$"),
        is_checked: true,
        version: VERSION,
    },
    is_sent_whole: false,
    restarts: false,
    one_at_a_time: false,
    not_taken: None,
    one_namespace: None,
    look: None,
    injection: None,
    refusals: &[],
};
