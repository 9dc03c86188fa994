use crate::model::Family;
use crate::schema::{KindTable, Owner};

pub(super) static TABLE: KindTable = KindTable {
    word: "agent",
    singular: "agent",
    plural: "agents",
    summary: "An agent's name and description.",
    order: 10,
    family: Family::Agents,
    owner: Owner::SameId,
};
