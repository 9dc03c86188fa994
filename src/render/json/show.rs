//! The JSON of `lobu show`, version 1.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Diagnostic, Position, Value};
use crate::schema::{Kind, file_path, toml_key};
use crate::show::{Difference, FieldDifference, OfOrg, OnlyIn, Origin, Said, Shown, ShownField};

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
    /// What is shown: an org, or a target of the project; null for the project as it is written.
    pub target: Option<ShownTarget>,
    /// The selectors as they were written.
    pub selectors: Vec<String>,
    /// The selected resources, in the order of plans.
    pub resources: Vec<ShownResource>,
    /// How many more resources an org has that the project does not declare, by their kind's word; empty for a project.
    pub undeclared: BTreeMap<String, usize>,
    /// The selected agents of an org that the project does not declare: their settings and platforms are not read.
    pub without_details: Vec<String>,
    /// What was found in the project's files.
    pub warnings: Vec<Diagnosis>,
}

/// What is shown. Offline all members but the name are null.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ShownTarget {
    /// The target of lobu.toml; null where it is none.
    pub name: Option<String>,
    /// The context's name.
    pub context: Option<String>,
    /// The server's origin.
    pub server: Option<String>,
    /// The org's slug.
    pub org: Option<String>,
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
    /// Whether the org that is shown does not have it.
    pub missing: bool,
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
    /// The table of a target that sets it, `targets.production`; null for what all targets share.
    pub layer: Option<String>,
    /// Whether nobody says it, and the program or the server fills it in.
    pub default: bool,
}

/// `lobu show --diff-targets --json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TargetsDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// The two targets.
    pub targets: [String; 2],
    /// The selectors as they were written.
    pub selectors: Vec<String>,
    /// The resources that differ, in the order of plans.
    pub differences: Vec<DifferingResource>,
    /// What was found in the project's files.
    pub warnings: Vec<Diagnosis>,
}

/// A resource that is not the same in both targets.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DifferingResource {
    /// What it is.
    pub kind: KindWord,
    /// The agent id, `agent/stable-id` of a platform, or the slug of a type.
    pub id: String,
    /// The file that declares it.
    pub file: Option<String>,
    /// The line of that file, from 1.
    pub line: Option<u32>,
    /// The target that has it, where only one does.
    pub only_in: Option<String>,
    /// The entries that differ; none where only one target has the resource.
    pub fields: Vec<DifferingEntry>,
}

/// An entry that is not the same in both targets.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DifferingEntry {
    /// Where it is, in the server's words.
    pub path: String,
    /// Where it is, as the files name it.
    pub file_path: String,
    /// What the first target says; null where it says nothing.
    pub first: Option<ShownEntry>,
    /// What the second target says; null where it says nothing.
    pub second: Option<ShownEntry>,
}

/// What is shown, beside the resources.
#[derive(Debug, Clone, Copy)]
pub struct JsonShowView<'a> {
    /// The org or the target; none for the project as it is written.
    pub target: Option<JsonShowTarget<'a>>,
    /// The selectors as they were written.
    pub selectors: &'a [String],
    /// What was found in the project's files.
    pub warnings: &'a [Diagnostic],
}

/// The members of [`ShownTarget`].
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonShowTarget<'a> {
    pub name: Option<&'a str>,
    pub context: Option<&'a str>,
    pub server: Option<&'a str>,
    pub org: Option<&'a str>,
}

/// Writes the resources of a project.
pub fn show(resources: &[Shown], view: &JsonShowView<'_>) -> String {
    written(&document(resources, view))
}

/// Writes what an org has.
pub fn show_org(found: &OfOrg, view: &JsonShowView<'_>) -> String {
    let OfOrg { resources, undeclared, without_details } = found;
    written(&ShowDocument {
        undeclared: undeclared.iter().map(|(kind, count)| (kind.word.to_owned(), *count)).collect(),
        without_details: without_details.clone(),
        ..document(resources, view)
    })
}

/// Writes what differs between two targets.
pub fn target_differences(
    targets: [&str; 2],
    found: &[Difference],
    selectors: &[String],
    warnings: &[Diagnostic],
) -> String {
    written(&TargetsDocument {
        format_version: FORMAT_VERSION,
        lobu_version: version(),
        targets: targets.map(str::to_owned),
        selectors: selectors.to_vec(),
        differences: found.iter().map(|found| differing(targets, found)).collect(),
        warnings: diagnoses(warnings),
    })
}

fn document(resources: &[Shown], view: &JsonShowView<'_>) -> ShowDocument {
    let JsonShowView { target, selectors, warnings } = *view;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let target = target.map(|JsonShowTarget { name, context, server, org }| ShownTarget {
        name: owned(name),
        context: owned(context),
        server: owned(server),
        org: owned(org),
    });
    ShowDocument {
        format_version: FORMAT_VERSION,
        lobu_version: version(),
        target,
        selectors: selectors.to_vec(),
        resources: resources.iter().map(resource).collect(),
        undeclared: BTreeMap::new(),
        without_details: Vec::new(),
        warnings: diagnoses(warnings),
    }
}

fn differing(targets: [&str; 2], found: &Difference) -> DifferingResource {
    let Difference { key, declared_at, only_in, fields } = found;
    let [first, second] = targets;
    let field = |FieldDifference { path, first, second }: &FieldDifference| DifferingEntry {
        path: path.to_string(),
        file_path: file_path(key.kind, path),
        first: first.as_ref().map(|field| entry(key.kind, field)),
        second: second.as_ref().map(|field| entry(key.kind, field)),
    };
    DifferingResource {
        kind: KindWord(key.kind),
        id: key.id.clone(),
        file: declared_at.as_ref().map(|position| position.file.clone()),
        line: line_of(declared_at.as_ref()),
        only_in: only_in.map(|side| match side {
            OnlyIn::First => first.to_owned(),
            OnlyIn::Second => second.to_owned(),
        }),
        fields: fields.iter().map(field).collect(),
    }
}

fn line_of(position: Option<&Position>) -> Option<u32> {
    position.map(|position| position.line).filter(|line| *line > 0)
}

fn resource(resource: &Shown) -> ShownResource {
    let Shown { key, declared_at, fields, is_missing } = resource;
    ShownResource {
        kind: KindWord(key.kind),
        id: key.id.clone(),
        file: declared_at.as_ref().map(|position| position.file.clone()),
        line: line_of(declared_at.as_ref()),
        missing: *is_missing,
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
    let nothing = ShownOrigin { file: None, line: None, skill: None, layer: None, default: false };
    let of_file = |position: &Position| ShownOrigin {
        file: Some(position.file.clone()),
        line: line_of(Some(position)),
        ..nothing.clone()
    };
    match origin {
        Origin::File(position) => of_file(position),
        Origin::Target { name, position } => {
            ShownOrigin { layer: Some(format!("targets.{}", toml_key(name))), ..of_file(position) }
        }
        Origin::Skill { name, file } => ShownOrigin { file: file.clone(), skill: Some(name.clone()), ..nothing },
        Origin::Default => ShownOrigin { default: true, ..nothing },
    }
}
