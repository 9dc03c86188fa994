use crate::model::Family;
use crate::schema::{KindTable, Owner};

pub(super) static TABLE: KindTable = KindTable {
    word: "relationship-type",
    singular: "relationship type",
    plural: "relationship types",
    summary: "A relationship type of the memory schema.",
    order: 50,
    family: Family::Memory,
    owner: Owner::Org,
};
