use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use lobu::edit::yaml::{Stream, YamlLimits, read};
use lobu::explain::to_json;
use lobu::model::{Diagnostic, Severity};
use lobu::project::config::ReadOptions;
use lobu::project::directory::ProjectDirectory;
use lobu::project::read_project;
use lobu::schema::ALL;
use serde_json::Value as Json;
use tempfile::TempDir;
use toml_edit::{Item, Value};

/// Errors that are not about form, so that a schema may accept what has them.
///
/// What the schemas cannot know: other files and other keys of the same one; whether texts are what they claim to be, such as
/// schedules, templates and JSON Schemas; what a text refers to; and lengths in bytes.
const BEYOND: &[(&str, &str)] = &[
    ("agent-missing", "the project has several agents, or none"),
    ("agent-not-in-target", "the targets of another resource"),
    ("bad-schedule", "cron"),
    ("bad-template", "Handlebars"),
    ("blank-skill", "the text of a file"),
    ("duplicate-entry", "two elements of a list"),
    ("duplicate-platform", "two elements of a list"),
    ("duplicate-provider", "two elements of a list"),
    ("duplicate-rule", "two elements of a list"),
    ("duplicate-slug", "other documents"),
    ("duplicate-source", "two elements of a list"),
    ("empty-script", "another file"),
    ("frontmatter-documents", "several documents"),
    ("invalid-schema", "the meta-schema of a draft"),
    ("inverse-of-itself", "two keys that must differ"),
    ("masked-value", "a text that a server shows in place of a secret"),
    ("not-in-target", "the targets of the entry"),
    ("nul-character", "a character"),
    ("partial-reference", "a reference within a text"),
    ("platform-id-collision", "other agents"),
    ("provider-key-conflict", "other agents"),
    ("reference-not-read", "a reference where none is read"),
    ("reserved-reference", "the name of a secret"),
    ("reserved-slug", "a slug after it is rewritten"),
    ("schema-reference", "a reference within a JSON Schema"),
    ("schema-reference-outside", "a reference within a JSON Schema"),
    ("script-missing", "another file"),
    ("unknown-agent", "other files"),
    ("unknown-entry", "what the project declares elsewhere"),
    ("unknown-schema-draft", "the draft of a JSON Schema"),
    ("unknown-target", "another table"),
    ("unsafe-integer", "numbers in tables of any form"),
];

/// Whether a diagnostic says that a file has not the form that its schema describes.
pub(super) fn is_of_form(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && !BEYOND.iter().any(|(code, _)| *code == diagnostic.code)
}

#[test]
fn what_is_beyond_the_schemas_is_listed_once_and_with_a_reason() {
    let codes: BTreeSet<&str> = BEYOND.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes.len(), BEYOND.len());
    assert!(BEYOND.is_sorted() && BEYOND.iter().all(|(_, why)| !why.is_empty()));
}

/// A schema of `docs/reference`, by every draft by which it may be read.
pub(super) struct Schema {
    name: &'static str,
    validators: [jsonschema::Validator; 2],
}

pub(super) static LOBU_TOML: LazyLock<Schema> = LazyLock::new(|| Schema::of("lobu-toml"));
pub(super) static MODELS: LazyLock<Schema> = LazyLock::new(|| Schema::of("models"));
pub(super) static SKILL: LazyLock<Schema> = LazyLock::new(|| Schema::of("skill"));

impl Schema {
    #[track_caller]
    fn of(name: &'static str) -> Self {
        let path = format!("{}/docs/reference/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let schema: Json = serde_json::from_str(&text).expect("a schema is JSON");
        let validators = [
            jsonschema::draft7::new(&schema).expect("a schema of draft-07"),
            jsonschema::draft202012::new(&schema).expect("a schema of draft 2020-12"),
        ];
        Self { name, validators }
    }

    /// What is wrong with a document, in the words of the library.
    #[track_caller]
    pub(super) fn errors(&self, document: &Json) -> Vec<String> {
        let [errors, others] = self.validators.each_ref().map(|validator| {
            validator
                .iter_errors(document)
                .map(|error| format!("{} at {}", error, error.instance_path()))
                .collect::<Vec<_>>()
        });
        assert_eq!(errors.is_empty(), others.is_empty(), "the drafts do not agree about {document:#}");
        errors
    }

    /// Holds the schema to the reader: documents of a file, and what was found in it.
    #[track_caller]
    pub(super) fn hold(&self, documents: &[Json], found: &[Diagnostic], text: &str) {
        let refused: Vec<String> = documents.iter().flat_map(|document| self.errors(document)).collect();
        let errors: Vec<&Diagnostic> = found.iter().filter(|found| found.severity == Severity::Error).collect();
        let is_wrong = errors.iter().any(|error| is_of_form(error));
        assert!(
            !is_wrong || !refused.is_empty(),
            "{} accepts what the reader does not: {errors:#?}\n{text}",
            self.name
        );
        assert!(
            refused.is_empty() || !errors.is_empty(),
            "{} refuses what the reader accepts: {refused:#?}\n{text}",
            self.name
        );
    }
}

/// A lobu.toml as editors see it; none if it is not TOML.
pub(super) fn toml(text: &str) -> Option<Json> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document: toml_edit::DocumentMut = text.parse().ok()?;
    Some(item(document.as_item()))
}

fn item(node: &Item) -> Json {
    match node {
        Item::None => Json::Null,
        Item::Value(value) => value_of(value),
        Item::Table(table) => table.iter().map(|(name, node)| (name.to_owned(), item(node))).collect(),
        Item::ArrayOfTables(tables) => tables.iter().map(|table| item(&Item::Table(table.clone()))).collect(),
    }
}

fn value_of(value: &Value) -> Json {
    match value {
        Value::String(text) => text.value().as_str().into(),
        Value::Integer(number) => (*number.value()).into(),
        Value::Float(number) => (*number.value()).into(),
        Value::Boolean(truth) => (*truth.value()).into(),
        // Language servers take a date for a text.
        Value::Datetime(date) => date.value().to_string().into(),
        Value::Array(elements) => elements.iter().map(value_of).collect(),
        Value::InlineTable(table) => table.iter().map(|(name, value)| (name.to_owned(), value_of(value))).collect(),
    }
}

/// The documents of a YAML text; none if it is not YAML.
pub(super) fn yaml(text: &str) -> Option<Vec<Json>> {
    let Stream { documents, problems, .. } = read(text, &YamlLimits::DEFAULT);
    problems.is_empty().then(|| documents.iter().map(|document| to_json(&document.root)).collect())
}

/// The frontmatter of a `SKILL.md` as one document; none if it has none, or is not YAML.
pub(super) fn frontmatter(text: &str) -> Option<Json> {
    let rest = text.trim_start_matches('\u{feff}').trim_start().strip_prefix("---\n")?;
    let (frontmatter, _) = rest.split_once("\n---")?;
    let documents = yaml(frontmatter)?;
    let [document] = documents.as_slice() else { return None };
    Some(document.clone())
}

/// Whether a file is YAML, by its name.
pub(super) fn is_yaml(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml")))
}

/// What is found in a project, by file.
#[track_caller]
pub(super) fn found_in(directory: &Path) -> Vec<Diagnostic> {
    let directory = ProjectDirectory::open(directory, &[]).expect("the project can be opened");
    read_project(&ALL, &directory, ReadOptions::default()).1
}

/// What is found in one file of a project.
pub(super) fn of_file(found: &[Diagnostic], file: &str) -> Vec<Diagnostic> {
    let is_of = |diagnostic: &&Diagnostic| diagnostic.position.as_ref().is_some_and(|position| position.file == file);
    found.iter().filter(is_of).cloned().collect()
}

/// A project whose lobu.toml is this one.
pub(super) fn lobu_toml_project(text: &str) -> TempDir {
    project(&[("lobu.toml", text)])
}

/// A project with one model file, or one skill, of one of its two agents.
pub(super) fn project_with(file: &str, text: &str) -> TempDir {
    let lobu_toml = "[memory]\norg = \"acme\"\n[targets.staging]\n[agents.triage]\nname = \"Triage\"\ndir = \"./triage\"\n\
                     [agents.courier]\nname = \"Courier\"\ndir = \"./courier\"\n";
    let script = "export default {}\n";
    project(&[("lobu.toml", lobu_toml), ("models/reactions/late-parcels.reaction.ts", script), (file, text)])
}

fn project(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (path, text) in files {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it lies in a directory")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }
    directory
}

/// Holds the schema of lobu.toml to its reader; whether both accept the text.
#[track_caller]
pub(super) fn hold_lobu_toml(text: &str) -> bool {
    let Some(document) = toml(text) else { return false };
    let project = lobu_toml_project(text);
    let found = of_file(&found_in(project.path()), "lobu.toml");
    LOBU_TOML.hold(std::slice::from_ref(&document), &found, text);
    !found.iter().any(is_of_form)
}

/// Holds the schema of model files to their reader; whether both accept the text.
#[track_caller]
pub(super) fn hold_model(text: &str) -> bool {
    let Some(documents) = yaml(text) else { return false };
    let project = project_with("models/one.yaml", text);
    let found = of_file(&found_in(project.path()), "models/one.yaml");
    MODELS.hold(&documents, &found, text);
    !found.iter().any(is_of_form)
}

/// Holds the schema of frontmatter to its reader; whether both accept the text.
#[track_caller]
pub(super) fn hold_skill(text: &str) -> bool {
    let Some(document) = frontmatter(text) else { return false };
    let project = project_with("skills/one/SKILL.md", text);
    let found = of_file(&found_in(project.path()), "skills/one/SKILL.md");
    SKILL.hold(std::slice::from_ref(&document), &found, text);
    !found.iter().any(is_of_form)
}
