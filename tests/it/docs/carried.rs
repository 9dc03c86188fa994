//! Every value of the org that a write takes along has a place on the page that says where it goes.

use std::collections::BTreeMap;

use lobu::schema::{ALL, Field, Kind, Leaf, Shape, Transfer};

use super::blocks::{hold, table};

/// What becomes of a value of the org that the files do not declare, when the rest of its resource is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carried {
    /// The request does not have it.
    NotSent,
    /// It is sent back to the org, and goes nowhere from there.
    Stays,
    /// It goes wherever its entry's destination is, and never to another one.
    WithEntry,
    /// It is part of a destination.
    Destination,
    /// Both: a command's arguments.
    DestinationAndValue,
}

use Carried::{Destination, DestinationAndValue, NotSent, Stays, WithEntry};

/// The decision about each field. A field of a kind that is missing here fails the test.
const DECIDED: [(&str, Carried); 47] = [
    ("agent name", NotSent),
    ("agent description", NotSent),
    ("settings networkConfig.allowedDomains", Stays),
    ("settings networkConfig.deniedDomains", Stays),
    ("settings networkConfig.judgedDomains", Stays),
    ("settings networkConfig.judges.<name>", Stays),
    ("settings egressConfig.extraPolicy", Stays),
    ("settings egressConfig.judgeModel", Stays),
    ("settings nixConfig.packages", Stays),
    ("settings mcpServers.<name>.url", Destination),
    ("settings mcpServers.<name>.type", Destination),
    ("settings mcpServers.<name>.command", Destination),
    ("settings mcpServers.<name>.args", DestinationAndValue),
    ("settings mcpServers.<name>.env.<name>", WithEntry),
    ("settings mcpServers.<name>.headers.<name>", WithEntry),
    ("settings mcpServers.<name>.authScope", Stays),
    ("settings mcpServers.<name>.oauth.authUrl", Destination),
    ("settings mcpServers.<name>.oauth.tokenUrl", Destination),
    ("settings mcpServers.<name>.oauth.clientId", WithEntry),
    ("settings mcpServers.<name>.oauth.clientSecret", WithEntry),
    ("settings mcpServers.<name>.oauth.scopes", Stays),
    ("settings mcpServers.<name>.oauth.tokenEndpointAuthMethod", Stays),
    ("settings skillsConfig.skills.<id>.content", Stays),
    ("settings skillsConfig.skills.<id>.description", Stays),
    ("settings skillsConfig.skills.<id>.nixPackages", Stays),
    ("settings skillsConfig.skills.<id>.networkConfig.allowedDomains", Stays),
    ("settings skillsConfig.skills.<id>.networkConfig.deniedDomains", Stays),
    ("settings skillsConfig.skills.<id>.networkConfig.judgedDomains", Stays),
    ("settings skillsConfig.skills.<id>.networkConfig.judges.<name>", Stays),
    ("settings skillsConfig.skills.<id>.mcpServers", Stays),
    ("settings skillsConfig.skills.<id>.enabled", Stays),
    ("settings toolsConfig.allowedTools", Stays),
    ("settings toolsConfig.deniedTools", Stays),
    ("settings toolsConfig.strictMode", Stays),
    ("settings guardrails", NotSent),
    ("settings preApprovedTools", Stays),
    ("settings providerModelPreferences.<name>", Stays),
    ("settings installedProviders.<id>.installedAt", Stays),
    ("settings soulMd", NotSent),
    ("settings userMd", NotSent),
    ("settings identityMd", NotSent),
    ("settings modelSelection", NotSent),
    ("platform type", Destination),
    ("platform config.<name>", WithEntry),
    ("platform settings", WithEntry),
    ("platform name", NotSent),
    ("types", NotSent),
];

/// The paths of a field that holds values, with the field.
fn leaves(path: &str, field: &'static Field, found: &mut BTreeMap<String, &'static Field>) {
    let nested = |members: &'static [Field], path: &str, found: &mut BTreeMap<String, &'static Field>| {
        for member in members {
            leaves(&format!("{path}.{}", member.name), member, found);
        }
    };
    match field.shape {
        Shape::Table(members) => nested(members, path, found),
        Shape::Keyed(keyed) => nested(keyed.entry, &format!("{path}.<id>"), found),
        Shape::Map(entries) => match entries.entry.shape {
            Shape::Table(members) => nested(members, &format!("{path}.<name>"), found),
            _ => drop(found.insert(format!("{path}.<name>"), field)),
        },
        Shape::Config { .. } => drop(found.insert(format!("{path}.<name>"), field)),
        Shape::Leaf(_) | Shape::Pairs(_) => drop(found.insert(path.to_owned(), field)),
    }
}

fn decided(path: &str, kind: Kind) -> Carried {
    // Of a type only what changes is sent.
    let path = if kind.is_memory() { "types" } else { path };
    let found = DECIDED.iter().find(|(decided, _)| *decided == path);
    found.unwrap_or_else(|| panic!("{path}: decide whether a write carries it, and where it goes")).1
}

/// What the table of kinds, by which plans are made, says of the same.
fn agrees(carried: Carried, field: &Field) -> bool {
    match carried {
        Destination => field.transfer == Transfer::Destination,
        DestinationAndValue => field.transfer == Transfer::DestinationAndValue,
        WithEntry => field.transfer == Transfer::Value,
        Stays | NotSent => !field.transfer.is_destination(),
    }
}

#[test]
fn every_value_that_is_carried_along_is_decided_about() {
    let mut used = 0;
    let mut rows = Vec::new();
    for kind in ALL.kinds() {
        let mut found = BTreeMap::new();
        for field in kind.fields {
            leaves(&format!("{} {}", kind.word, field.name), field, &mut found);
        }
        for (path, field) in found {
            let carried = decided(&path, kind);
            assert!(agrees(carried, field), "{path} is {:?} for a plan, and {carried:?} on the page", field.transfer);
            assert!(carried != NotSent || !matches!(field.shape, Shape::Leaf(Leaf::Kept)), "{path} is always sent");
            used += usize::from(!kind.is_memory());
            let goes = match carried {
                NotSent => continue,
                Stays => "to the org, and nowhere from there",
                WithEntry => "where its entry goes; never to another place",
                Destination => "it says where its entry goes",
                DestinationAndValue => "it says where its entry goes, and goes there",
            };
            rows.push([format!("`{path}`"), goes.to_owned()]);
        }
    }
    assert_eq!(used + 1, DECIDED.len(), "each decision is about a field that is there");
    hold("docs/behavior/carried.md", "carried", &table(["value", "where it goes"], rows));
}
