use crate::model::Family;
use crate::schema::{KindTable, Owner};

pub(super) static TABLE: KindTable = KindTable {
    word: "settings",
    singular: "settings",
    plural: "settings",
    summary: "An agent's config.",
    order: 20,
    family: Family::Agents,
    owner: Owner::SameId,
};
