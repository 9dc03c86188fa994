//! A kind that is made up here and goes through the whole program by its table alone: a new kind needs no code.

mod explained;
mod files;
mod org;
mod project;
mod pull;
mod wire;

use lobu::model::Family;
use lobu::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS};
use lobu::schema::{
    Api, Clearing, Field, Form, Kind, KindTable, Leaf, Listed, ModelFiles, Owner, Pairs, Schema, Shape, Tool,
};

const PLAYBOOK: Kind = Kind::of(&TABLE);

/// What the program knows, and playbooks.
const SCHEMA: Schema = Schema::of(&[AGENT, SETTINGS, PLATFORM, ENTITY_TYPE, RELATIONSHIP_TYPE, PLAYBOOK]);

const TEXT: Shape = Shape::Leaf(Leaf::Text);

static FIELDS: [Field; 9] = [
    Field::new("title", TEXT, Clearing::Never, "title").required().says("What it is called").example("Refund"),
    Field::new("summary", TEXT, Clearing::EmptyText, "summary").guarded().says("What it does").example("Pays back"),
    Field::new("tone", TEXT, Clearing::Never, "tone")
        .not_pruned()
        .default("calm")
        .form(Form::Words(&["calm", "brisk"]))
        .says("How it sounds")
        .example("brisk"),
    Field::new("steps", Shape::Leaf(Leaf::List), Clearing::EmptyList, "steps").says("What to do").example("[ask]"),
    Field::new("enabled", Shape::Leaf(Leaf::Flag), Clearing::Null, "enabled")
        .on_the_wire("is_enabled", &["is_enabled"])
        .says("Whether it is used")
        .example("true"),
    Field::new("internal", Shape::Leaf(Leaf::Flag), Clearing::Never, "internal")
        .not_pruned()
        .create_only()
        .says("Whether customers see it")
        .example("true"),
    Field::new("notes", Shape::Leaf(Leaf::Json), Clearing::Null, "notes")
        .on_the_wire("notes", &["metadata", "notes"])
        .says("Anything else")
        .example("{owner: desk}"),
    Field::new("follow_up", Shape::Leaf(Leaf::Link), Clearing::Null, "follow_up")
        .says("Slug of what comes next")
        .example("survey"),
    Field::new("routes", Shape::Pairs(&ROUTE), Clearing::EmptyList, "routes")
        .says("Where it leads")
        .example("[{from: ticket, to: customer}]"),
];

static ROUTE: Pairs = Pairs {
    ends: "entity-type",
    first: ("from", "from_slug"),
    second: ("to", "to_slug"),
    list: ("list_routes", "routes"),
    handle: ("route", "route_id"),
    actions: ("add_route", "remove_route"),
};

static TABLE: KindTable = KindTable {
    word: "playbook",
    singular: "playbook",
    plural: "playbooks",
    summary: "What agents do step by step.",
    order: 60,
    family: Family::Memory,
    owner: Owner::Org,
    is_read_by_agent: false,
    fields: &FIELDS,
    model_files: Some(&ModelFiles {
        one: "a playbook",
        types: &["playbook"],
        list: "playbooks",
        by_target: false,
        rewrites_slugs: true,
        reserved_slugs: &["default"],
    }),
    api: Api::Tool(&Tool { name: "manage_playbooks", kind: Some(("object", "playbook")), id: "playbook", list: None }),
    answer: Listed {
        list: Some("playbooks"),
        id: "slug",
        org: Some("org"),
        skipped: &["is_draft"],
        reserved: Some("$"),
        is_checked: true,
        version: "version",
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
