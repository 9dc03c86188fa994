use crate::model::Family;
use crate::schema::{KindTable, Owner};

pub(super) static TABLE: KindTable = KindTable {
    word: "platform",
    singular: "platform",
    plural: "platforms",
    summary: "A chat integration of an agent.",
    order: 30,
    family: Family::Agents,
    owner: Owner::FirstPart,
};
