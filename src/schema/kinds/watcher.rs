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
        .form(Form::Agent)
        .says("Agent that runs the watcher")
        .example("triage"),
    // What a watcher watches is said when it is made; no server takes the first, and no answer has either.
    Field::new("entity", Shape::Leaf(Leaf::SentOnly), Clearing::Never, "entity")
        .not_pruned()
        .existing_only()
        .dropped()
        .says("Slug of the entity to watch")
        .example("late-parcels"),
    Field::new("entity_id", Shape::Leaf(Leaf::SentOnly), Clearing::Never, "entity_id")
        .form(Form::Number { least: 1 })
        .not_pruned()
        .existing_only()
        .says("Number of the entity to watch, sent when the watcher is created; servers of generation 1 require it")
        .example("42"),
    Field::new("name", TEXT, Clearing::Never, "name")
        .required()
        .versioned(NEW_VERSION)
        .per_target()
        .says("Name that people see")
        .example("\"Late parcels\""),
    Field::new("description", TEXT, Clearing::Null, "description")
        .versioned(NEW_VERSION)
        .per_target()
        .says("What the watcher is for")
        .example("\"Finds parcels that are late\""),
    Field::new("schedule", TEXT, Clearing::Never, "schedule")
        .required_in_files()
        .form(Form::Schedule)
        .per_target()
        .says("When it runs: five fields of cron, or a name such as `@daily`, at most once a minute")
        .example("\"0 6 * * 1-5\""),
    Field::new("prompt", PROSE, Clearing::Never, "prompt")
        .required_in_files()
        .form(Form::Template)
        .versioned(NEW_VERSION)
        .says("What the agent is asked, as a Handlebars template")
        .example("List the parcels that are late, and say why."),
    Field::new("extraction_schema", JSON, Clearing::Never, "extraction_schema")
        .required_in_files()
        .form(Form::Schema { old_keys: &[], columns: None, is_object: true })
        .versioned(NEW_VERSION)
        .says("JSON Schema of what the agent answers, an object with properties")
        .example("{type: object, properties: {parcels: {type: array, items: {type: string}}}}"),
    Field::new("sources", JSON, Clearing::EmptyList, "sources")
        .form(Form::Queries { default: "content" })
        .versioned(NEW_VERSION)
        .says("Queries whose results the prompt gets, each SQL that only reads")
        .example("[{name: content, query: SELECT * FROM events ORDER BY occurred_at DESC}]"),
    Field::new("reactions_guidance", PROSE, Clearing::Null, "reactions_guidance")
        .versioned(NEW_VERSION)
        .says("How to react to what was found")
        .example("Tell the customer only if a parcel is two days late."),
    Field::new("condensation_prompt", PROSE, Clearing::Null, "condensation_prompt")
        .form(Form::Template)
        .versioned(NEW_VERSION)
        .says("How several results are condensed into one, as a Handlebars template")
        .example("Summarize the late parcels of the week."),
    Field::new("condensation_window_count", JSON, Clearing::Null, "condensation_window_count")
        .form(Form::Number { least: 2 })
        .versioned(NEW_VERSION)
        .says("How many results are condensed into one")
        .example("7"),
    Field::new("json_template", JSON, Clearing::Null, "json_template")
        .form(Form::Json)
        .versioned(NEW_VERSION)
        .says("How a result is shown, as any JSON")
        .example("{title: Late parcels}"),
    Field::new("keying_config", JSON, Clearing::Null, "keying_config")
        .form(Form::Mapping)
        .versioned(NEW_VERSION)
        .says("How entries of a result are identified")
        .example("{by: number}"),
    Field::new("classifiers", JSON, Clearing::Null, "classifiers")
        .form(Form::Elements)
        .versioned(NEW_VERSION)
        .says("Classifiers of the parts of a result")
        .example("[{slug: urgency}]"),
    Field::new("tags", Shape::Leaf(Leaf::List), Clearing::EmptyList, "tags")
        .says("Tags by which people find the watcher")
        .example("[ops]"),
    Field::new("device_worker_id", TEXT, Clearing::Null, "device_worker_id")
        .form(Form::Uuid)
        .since_second()
        .says("UUID of the device that runs the watcher")
        .example("0f8fad5b-d9cb-469f-a165-708677289501"),
    Field::new("scheduler_client_id", TEXT, Clearing::Null, "scheduler_client_id")
        .form(Form::Trimmed)
        .says("ID of the client that schedules the watcher")
        .example("desk-scheduler"),
    Field::new("agent_kind", TEXT, Clearing::Null, "agent_kind")
        .form(Form::Trimmed)
        .since_second()
        .says("Kind of agent that the device runs")
        .example("claude-code"),
    Field::new("notification_channel", TEXT, Clearing::Never, "notification_channel")
        .not_pruned()
        .default("canvas")
        .form(Form::Words(&["canvas", "notification", "both"]))
        .since_second()
        .says("Where a result shows up")
        .example("both"),
    Field::new("notification_priority", TEXT, Clearing::Never, "notification_priority")
        .not_pruned()
        .default("normal")
        .form(Form::Words(&["low", "normal", "high"]))
        .since_second()
        .says("Priority of the notification of a result")
        .example("high"),
    Field::new("min_cooldown_seconds", JSON, Clearing::Never, "min_cooldown_seconds")
        .not_pruned()
        .default("0")
        .form(Form::Number { least: 0 })
        .since_second()
        .says("Least number of seconds between two runs; no known server enforces it")
        .example("3600"),
    Field::new("reaction_script", PROSE, Clearing::EmptyText, "reaction_script")
        .form(Form::Script)
        .apart("set_reaction_script")
        .widens(Widens::WhereOther("code for the server to run"))
        .says("TypeScript file, below the directory of the model file, that the server runs on a result")
        .example("reactions/late-parcels.reaction.ts"),
    Field::new("watcher_group_id", Shape::Leaf(Leaf::Noted), Clearing::Never, "").not_pruned(),
];

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
        let unknown = FIELDS.iter().filter(|field| field.since_second && look.declared.get(field).is_some());
        findings.extend(unknown.map(|field| Finding::Problem {
            message: format!("this server has no `{}` and would drop it", field.name),
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
