use crate::model::{FieldPath, Position, Value};
use crate::schema::ResourceKey;

/// A resource with everything that is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub key: ResourceKey,
    /// Where the files declare it; none where they do not.
    pub declared_at: Option<Position>,
    /// Its entries, in the order of its kind's fields.
    pub fields: Vec<ShownField>,
    /// Whether the org that is shown does not have it.
    pub is_missing: bool,
}

/// One entry of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownField {
    pub path: FieldPath,
    pub said: Said,
    /// Where it is from; none for what an org has.
    pub origin: Option<Origin>,
    /// Where each element of a list is from; empty where all of them are from the same place.
    pub elements: Vec<Origin>,
}

impl ShownField {
    /// The elements of its list, those beside each other that are from the same place together.
    pub fn runs<'show>(&'show self, elements: &'show [Value]) -> Vec<(&'show [Value], Option<&'show Origin>)> {
        let mut runs = Vec::new();
        let mut rest = elements;
        let mut origins = self.elements.as_slice();
        while let Some(first) = origins.first() {
            let length = origins.iter().take_while(|origin| *origin == first).count();
            let (run, behind) = rest.split_at(length.min(rest.len()));
            runs.push((run, Some(first)));
            (rest, origins) = (behind, origins.split_at(length).1);
        }
        runs.extend((!rest.is_empty()).then_some((rest, self.origin.as_ref())));
        runs
    }
}

/// What is said at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Value(Value),
    /// That it is explicitly empty.
    Cleared,
    /// That there is such an entry, and nothing of what is in it.
    Entry,
    /// Something that only the org has, and that is not shown.
    Withheld,
}

/// Where an entry is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file of the project says it.
    File(Position),
    /// A target of the project sets it.
    Target { name: String, position: Position },
    /// A skill brings it.
    Skill {
        name: String,
        /// The skill's file.
        file: Option<String>,
    },
    /// Nobody says it: the program or the server fills it in.
    Default,
}
