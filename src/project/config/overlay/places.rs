//! Where a target may set a value, by the table of kinds.

use std::collections::BTreeSet;

use crate::edit::{NodePath, Segment};
use crate::schema::{Field, Kind, Owner, Schema, Shape};

/// A step into the table of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(&'static str),
    /// A name that the project chose.
    Name,
    /// An element of a list, found by what identifies it.
    Element,
}

/// A value that may differ by target, with the way to it from the table of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) kind: Kind,
    pub(super) steps: Vec<Step>,
}

/// The names of all steps to what agents and their parts have, by target or not.
pub(super) fn known_keys(schema: &Schema) -> BTreeSet<&'static str> {
    let of_agents = schema.kinds().filter(|kind| kind.owner != Owner::Org);
    let mut keys = BTreeSet::new();
    of_agents.flat_map(|kind| kind.fields).for_each(|field| collect_keys(field, &mut keys));
    keys
}

fn collect_keys(field: &'static Field, keys: &mut BTreeSet<&'static str>) {
    // A Markdown file has no keys.
    let is_of_lobu_toml = !field.file.contains(['/', ' ']) && field.file.rsplit('.').next() != Some("md");
    let steps = if is_of_lobu_toml { steps_of(field.file) } else { Vec::new() };
    keys.extend(steps.into_iter().filter_map(|step| match step {
        Step::Key(key) if !key.is_empty() => Some(key),
        _ => None,
    }));
    for member in members(field) {
        collect_keys(member, keys);
    }
}

/// All of them, in the order of plans.
pub(super) fn places(schema: &Schema) -> Vec<Place> {
    let mut places = Vec::new();
    for kind in schema.kinds() {
        let start = match kind.owner {
            Owner::SameId => Vec::new(),
            Owner::FirstPart => vec![Step::Key(kind.plural), Step::Element],
            Owner::Org => continue,
        };
        for field in kind.fields {
            collect(kind, &start, field, &mut places);
        }
    }
    places
}

/// The places of lobu.toml of which a target may say something otherwise.
#[derive(Debug, Clone)]
pub struct SharedPlaces(Vec<Place>);

impl SharedPlaces {
    /// Those of the kinds.
    pub fn of(schema: &Schema) -> Self {
        Self(places(schema))
    }

    /// Whether a path below `agents.<id>` is one of them.
    pub fn has(&self, path: &NodePath) -> bool {
        let [Segment::Key(agents), Segment::Key(_), steps @ ..] = path.segments() else { return false };
        let is_step = |(step, segment): (&Step, &Segment)| match (step, segment) {
            (Step::Key(key), Segment::Key(name)) => key == name,
            (Step::Name, Segment::Key(_)) | (Step::Element, Segment::Element(_)) => true,
            _ => false,
        };
        let is_it = |place: &Place| place.steps.len() == steps.len() && place.steps.iter().zip(steps).all(is_step);
        agents == "agents" && self.0.iter().any(is_it)
    }
}

fn collect(kind: Kind, start: &[Step], field: &Field, places: &mut Vec<Place>) {
    if field.per_target {
        let mut steps = start.to_vec();
        steps.extend(steps_of(field.file));
        if matches!(field.shape, Shape::Config { .. }) {
            steps.push(Step::Name);
        }
        places.push(Place { kind, steps });
    }
    for member in members(field) {
        collect(kind, start, member, places);
    }
}

fn members(field: &Field) -> &'static [Field] {
    match field.shape {
        Shape::Table(members) => members,
        Shape::Map(entries) => std::slice::from_ref(&entries.entry),
        Shape::Keyed(keyed) => keyed.entry,
        _ => &[],
    }
}

/// `skills.mcp.<id>.env.<NAME>` and `providers[].model` as steps.
fn steps_of(file: &'static str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in file.split('.') {
        match part.strip_suffix("[]") {
            Some(key) => steps.extend([Step::Key(key), Step::Element]),
            None if part.starts_with('<') => steps.push(Step::Name),
            None => steps.push(Step::Key(part)),
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_kinds_says_what_may_differ_by_target() {
        let shown = |place: Place| {
            let steps = place.steps.iter().map(|step| match step {
                Step::Key(key) => (*key).to_owned(),
                Step::Name => "*".to_owned(),
                Step::Element => "[]".to_owned(),
            });
            format!("{} {}", place.kind, steps.collect::<Vec<_>>().join("."))
        };
        let all: Vec<String> = places(&crate::schema::ALL).into_iter().map(shown).collect();
        assert_eq!(
            all,
            [
                "agent name",
                "agent description",
                "settings network.allowed",
                "settings egress.extra_policy",
                "settings egress.judge_model",
                "settings worker.nix_packages",
                "settings skills.mcp.*.url",
                "settings skills.mcp.*.command",
                "settings skills.mcp.*.args",
                "settings skills.mcp.*.env.*",
                "settings skills.mcp.*.headers.*",
                "settings providers.[].model",
                "platform platforms.[].config.*",
            ]
        );
    }
}
