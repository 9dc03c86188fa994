//! The JSON of `lobu show`, version 1.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Diagnostic, Value};
use crate::schema::{Kind, file_path};
use crate::show::{Origin, Said, Shown, ShownField};

use super::document::{Diagnosis, KindWord};
use super::value::shown;
use super::write::{FORMAT_VERSION, diagnoses, version, written};

/// `lobu show --json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ShowDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// The selectors as they were written.
    pub selectors: Vec<String>,
    /// The selected resources, in the order of plans.
    pub resources: Vec<ShownResource>,
    /// What was found in the project's files.
    pub warnings: Vec<Diagnosis>,
}

/// A resource with everything that is said of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ShownResource {
    /// What it is.
    pub kind: KindWord,
    /// The agent id, `agent/stable-id` of a platform, or the slug of a type.
    pub id: String,
    /// The file that declares it; null for what only the org has.
    pub file: Option<String>,
    /// The line of that file, from 1.
    pub line: Option<u32>,
    /// Its entries.
    pub fields: Vec<ShownEntry>,
}

/// One entry of a resource.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ShownEntry {
    /// Where it is, in the server's words: `networkConfig.judges[a.b]`.
    pub path: String,
    /// Where it is, as the files name it: `network.judges."a.b"`, `SOUL.md`.
    pub file_path: String,
    /// What is said there.
    pub state: EntryWord,
    /// The value; null unless the state is `set`, and where it is sensitive. A reference to a secret is the text `$NAME`.
    pub value: serde_json::Value,
    /// Whether the value holds something that is never shown; then it is null.
    pub sensitive: bool,
    /// Where it is from; null for what the org has.
    pub origin: Option<ShownOrigin>,
    /// The elements of a list that is from several places, each with its own; empty for a list from one place, and where it is
    /// sensitive.
    pub elements: Vec<ShownElement>,
}

/// What is said of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntryWord {
    /// It has this value.
    Set,
    /// The files say that it is empty.
    Cleared,
    /// There is such an entry, and nothing is said of what is in it.
    Entry,
    /// Only the org has it, and it is left out; `--org-values` shows it.
    Withheld,
}

/// An element of a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ShownElement {
    /// The element.
    pub value: serde_json::Value,
    /// Where it is from.
    pub origin: ShownOrigin,
}

/// Where an entry is from.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ShownOrigin {
    /// The path of the file below the project directory; null for a default.
    pub file: Option<String>,
    /// The line of the file, from 1; null for the file as a whole.
    pub line: Option<u32>,
    /// The skill that brings it; null for what the agent's own files say.
    pub skill: Option<String>,
    /// Whether nobody says it, and the program or the server fills it in.
    pub default: bool,
}

/// Writes resources.
pub fn show(resources: &[Shown], selectors: &[String], found: &[Diagnostic]) -> String {
    written(&ShowDocument {
        format_version: FORMAT_VERSION,
        lobu_version: version(),
        selectors: selectors.to_vec(),
        resources: resources.iter().map(resource).collect(),
        warnings: diagnoses(found),
    })
}

fn resource(resource: &Shown) -> ShownResource {
    let Shown { key, declared_at, fields } = resource;
    ShownResource {
        kind: KindWord(key.kind),
        id: key.id.clone(),
        file: declared_at.as_ref().map(|position| position.file.clone()),
        line: declared_at.as_ref().map(|position| position.line).filter(|line| *line > 0),
        fields: fields.iter().map(|field| entry(key.kind, field)).collect(),
    }
}

fn entry(kind: Kind, field: &ShownField) -> ShownEntry {
    let ShownField { path, said, origin: from, elements } = field;
    let (state, value) = match said {
        Said::Value(value) => (EntryWord::Set, Some(value)),
        Said::Cleared => (EntryWord::Cleared, None),
        Said::Entry => (EntryWord::Entry, None),
        Said::Withheld => (EntryWord::Withheld, None),
    };
    let sensitive = value.is_some_and(Value::has_hidden);
    let value = value.filter(|_| !sensitive);
    let listed = value.and_then(Value::as_list).unwrap_or_default();
    let element = |(value, from): (&Value, &Origin)| ShownElement { value: shown(Some(value)), origin: origin(from) };
    ShownEntry {
        path: path.to_string(),
        file_path: file_path(kind, path),
        state,
        value: shown(value),
        sensitive,
        origin: from.as_ref().map(origin),
        elements: listed.iter().zip(elements).map(element).collect(),
    }
}

fn origin(origin: &Origin) -> ShownOrigin {
    let nothing = ShownOrigin { file: None, line: None, skill: None, default: false };
    match origin {
        Origin::File(position) => ShownOrigin {
            file: Some(position.file.clone()),
            line: Some(position.line).filter(|line| *line > 0),
            ..nothing
        },
        Origin::Skill { name, file } => ShownOrigin { file: file.clone(), skill: Some(name.clone()), ..nothing },
        Origin::Default => ShownOrigin { default: true, ..nothing },
    }
}
