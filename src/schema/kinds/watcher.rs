use crate::model::Family;
use crate::schema::declaration::Declarations;
use crate::schema::field::{Clearing, Field, Form, Leaf, Shape, Widens};
use crate::schema::kind::{Finding, KindTable, Look, ModelFiles, Owner};
use crate::schema::routes::{Api, ListRoute, Listed, Tool};
use crate::schema::server::{Generation, ServerTraits};

const TEXT: Shape = Shape::Leaf(Leaf::Text);
const PROSE: Shape = Shape::Leaf(Leaf::Prose);
const JSON: Shape = Shape::Leaf(Leaf::Json);

/// The action that adds a version.
const NEW_VERSION: &str = "create_version";

const GROUP: &Field = &FIELDS[FIELDS.len() - 1];
const ENTITY: &Field = &FIELDS[1];
const ENTITY_ID: &Field = &FIELDS[2];

static FIELDS: [Field; 24] = [
    Field::new("agent", TEXT, Clearing::Never, "agent")
        .required_in_files()
        .on_the_wire("agent_id", &["agent_id"])
        .form(Form::Agent),
    // What a watcher watches is said when it is made; no server takes the first, and no answer has either.
    Field::new("entity", Shape::Leaf(Leaf::SentOnly), Clearing::Never, "entity").not_pruned().existing_only(),
    Field::new("entity_id", Shape::Leaf(Leaf::SentOnly), Clearing::Never, "entity_id")
        .form(Form::Number { least: 1 })
        .not_pruned()
        .existing_only(),
    Field::new("name", TEXT, Clearing::Never, "name").required().versioned(NEW_VERSION).per_target(),
    Field::new("description", TEXT, Clearing::Null, "description").versioned(NEW_VERSION).per_target(),
    Field::new("schedule", TEXT, Clearing::Never, "schedule").required_in_files().form(Form::Schedule).per_target(),
    Field::new("prompt", PROSE, Clearing::Never, "prompt")
        .required_in_files()
        .form(Form::Template)
        .versioned(NEW_VERSION),
    Field::new("extraction_schema", JSON, Clearing::Never, "extraction_schema")
        .required_in_files()
        .form(Form::Schema { old_keys: &[], columns: None, is_object: true })
        .versioned(NEW_VERSION),
    Field::new("sources", JSON, Clearing::EmptyList, "sources")
        .form(Form::Queries { default: "content" })
        .versioned(NEW_VERSION),
    Field::new("reactions_guidance", PROSE, Clearing::Null, "reactions_guidance").versioned(NEW_VERSION),
    Field::new("condensation_prompt", PROSE, Clearing::Null, "condensation_prompt")
        .form(Form::Template)
        .versioned(NEW_VERSION),
    Field::new("condensation_window_count", JSON, Clearing::Null, "condensation_window_count")
        .form(Form::Number { least: 2 })
        .versioned(NEW_VERSION),
    Field::new("json_template", JSON, Clearing::Null, "json_template").form(Form::Json).versioned(NEW_VERSION),
    Field::new("keying_config", JSON, Clearing::Null, "keying_config").form(Form::Mapping).versioned(NEW_VERSION),
    Field::new("classifiers", JSON, Clearing::Null, "classifiers").form(Form::Elements).versioned(NEW_VERSION),
    Field::new("tags", Shape::Leaf(Leaf::List), Clearing::EmptyList, "tags"),
    Field::new("device_worker_id", TEXT, Clearing::Null, "device_worker_id").form(Form::Uuid),
    Field::new("scheduler_client_id", TEXT, Clearing::Null, "scheduler_client_id").form(Form::Trimmed),
    Field::new("agent_kind", TEXT, Clearing::Null, "agent_kind").form(Form::Trimmed),
    Field::new("notification_channel", TEXT, Clearing::Never, "notification_channel")
        .not_pruned()
        .default("canvas")
        .form(Form::Words(&["canvas", "notification", "both"])),
    Field::new("notification_priority", TEXT, Clearing::Never, "notification_priority")
        .not_pruned()
        .default("normal")
        .form(Form::Words(&["low", "normal", "high"])),
    Field::new("min_cooldown_seconds", JSON, Clearing::Never, "min_cooldown_seconds")
        .not_pruned()
        .default("0")
        .form(Form::Number { least: 0 }),
    Field::new("reaction_script", PROSE, Clearing::EmptyText, "reaction_script")
        .form(Form::Script)
        .apart("set_reaction_script")
        .widens(Widens::WhereOther("code for the server to run")),
    Field::new("watcher_group_id", Shape::Leaf(Leaf::Noted), Clearing::Never, "").not_pruned(),
];

/// Fields that the first generation does not know and drops without a word.
const SINCE_SECOND: [&str; 5] =
    ["device_worker_id", "agent_kind", "notification_channel", "notification_priority", "min_cooldown_seconds"];

pub(super) static TABLE: KindTable = KindTable {
    word: "watcher",
    singular: "watcher",
    plural: "watchers",
    summary: "A prompt that an agent runs on a schedule over what the org has stored.",
    order: 60,
    family: Family::Memory,
    owner: Owner::Org,
    is_read_by_agent: false,
    fields: &FIELDS,
    model_files: Some(&ModelFiles {
        one: "a watcher",
        types: &["watcher"],
        list: "watchers",
        by_target: true,
        rewrites_slugs: false,
        reserved_slugs: &[],
    }),
    api: Api::Tool(&Tool {
        name: "manage_watchers",
        kind: None,
        id: "slug",
        list: Some(&ListRoute {
            path: "watchers",
            query: &[("include_details", "true")],
            archived: ("status", "archived"),
            number: "watcher_id",
            details: ("watcher", "windows"),
        }),
    }),
    // Other orgs' watchers are never listed, and the org that an answer names is that of an entity.
    answer: Listed {
        list: Some("watchers"),
        id: "slug",
        org: None,
        skipped: &[],
        reserved: None,
        is_checked: true,
        version: "revision",
    },
    is_sent_whole: false,
    restarts: false,
    one_at_a_time: true,
    not_taken: Some(needs_entity),
    one_namespace: None,
    look: Some(look),
    injection: None,
    refusals: &[],
};

fn needs_entity(declared: &Declarations, server: &ServerTraits) -> Option<&'static str> {
    let lacks = server.generation == Generation::First && declared.get(ENTITY_ID).is_none();
    lacks.then_some("this server takes a watcher only with the `entity_id` of what it watches")
}

fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if look.is_archived && !look.server.revives_archived {
        findings.push(Finding::Problem {
            message: "a watcher with this slug is archived, and this server never frees a slug".to_owned(),
            hint: "Choose another slug in the model file.".to_owned(),
        });
    }
    if look.server.generation == Generation::First {
        let unknown =
            SINCE_SECOND.into_iter().filter(|name| look.declared.iter().any(|(field, _)| field.name == *name));
        findings.extend(unknown.map(|name| Finding::Problem {
            message: format!("this server has no `{name}` and would drop it"),
            hint: "Remove it from the model file.".to_owned(),
        }));
    } else if look.record.is_none() && names_entity_in_vain(look) {
        findings.push(Finding::Warning {
            message: "its entity is not applied: it will watch the whole org".to_owned(),
            hint: "Remove `entity` from the model file, or limit `sources` to what belongs to the entity.".to_owned(),
        });
    }
    findings.extend(shared_group(look));
    findings
}

/// Whether files say what it watches, and no request will.
fn names_entity_in_vain(look: &Look<'_>) -> bool {
    let says = |field| look.declared.get(field).is_some();
    if says(ENTITY_ID) { look.server.is_ours() } else { says(ENTITY) }
}

/// How many others of a group are named.
const NAMED: usize = 5;

/// A new version of one watcher of a group is the new version of all.
fn shared_group(look: &Look<'_>) -> Option<Finding> {
    let group = look.record.filter(|_| look.adds_version)?.value(GROUP)?;
    let in_group = look.records.iter().filter(|(id, record)| *id != look.id && record.value(GROUP) == Some(group));
    let others: Vec<&str> = in_group.map(|(id, _)| *id).collect();
    let more = match others.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named = others.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    (!others.is_empty()).then(|| Finding::Warning {
        message: format!("it shares its versions with {named}{more}, which this changes too"),
        hint: "Declare a watcher with a slug of its own to change only one of them.".to_owned(),
    })
}
