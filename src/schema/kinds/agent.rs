use crate::model::Family;
use crate::schema::field::{Clearing, Field, Leaf, Shape};
use crate::schema::kind::{KindTable, Owner};
use crate::schema::routes::{Api, Listed, Part, Refusal, Route, Routes, VERSION, Verb};

/// `name`.
pub const NAME: &Field = &FIELDS[0];
/// `description`.
pub const DESCRIPTION: &Field = &FIELDS[1];

static FIELDS: [Field; 2] = [
    Field::new("name", Shape::Leaf(Leaf::Text), Clearing::Never, "name")
        .required()
        .per_target()
        .says("Name that people see")
        .example("\"Triage\""),
    Field::new("description", Shape::Leaf(Leaf::Text), Clearing::Null, "description")
        .per_target()
        .says("What the agent is for")
        .example("\"Sorts issues by urgency\""),
];

pub(super) static TABLE: KindTable = KindTable {
    word: "agent",
    singular: "agent",
    plural: "agents",
    summary: "An agent's name and description.",
    order: 10,
    family: Family::Agents,
    owner: Owner::SameId,
    is_read_by_agent: false,
    fields: &FIELDS,
    model_files: None,
    api: Api::Routes(&Routes {
        read: &[Part::Word("agents")],
        create: Route {
            verb: Verb::Post,
            path: &[Part::Word("agents")],
            id: Some("agentId"),
            is_final_when_unavailable: false,
        },
        update: Route {
            verb: Verb::Patch,
            path: &[Part::Word("agents"), Part::Id],
            id: None,
            is_final_when_unavailable: false,
        },
    }),
    answer: Listed {
        list: Some("agents"),
        id: "agentId",
        org: None,
        skipped: &[],
        reserved: None,
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
    refusals: &[Refusal {
        on_create: Some(true),
        status: Some(409),
        words: "another organization",
        only_existing: false,
        hint: "On this server an agent id belongs to one org only: choose another id in lobu.toml.",
    }],
};
