use crate::model::Family;
use crate::schema::{KindTable, Owner};

pub(super) static TABLE: KindTable = KindTable {
    word: "entity-type",
    singular: "entity type",
    plural: "entity types",
    summary: "An entity type of the memory schema.",
    order: 40,
    family: Family::Memory,
    owner: Owner::Org,
};
