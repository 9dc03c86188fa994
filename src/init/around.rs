use std::collections::BTreeSet;

use crate::model::SecretName;

use super::file::{Merge, NewFile};

/// The line by which editors find the schema of lobu.toml.
const SCHEMA_LINE: &str = "#:schema ./.lobu/lobu-toml.schema.json\n";

const GITIGNORE: &str = ".env\n.env.*\n!.env.example\n";

const AGENTS_MARK: &str = "<!-- begin: lobu -->";

const AGENTS: &str = include_str!("agents_section.md");

/// lobu.toml with the line by which editors find its schema, unless it has one.
pub fn schema_line(lobu_toml: &str) -> String {
    let has_one =
        lobu_toml.lines().any(|line| line.trim_start_matches('\u{feff}').trim_start().starts_with("#:schema"));
    match lobu_toml.strip_prefix('\u{feff}') {
        _ if has_one => lobu_toml.to_owned(),
        Some(text) => format!("\u{feff}{SCHEMA_LINE}{text}"),
        None => format!("{SCHEMA_LINE}{lobu_toml}"),
    }
}

/// What belongs around a project that refers to these secrets; the schemas are those of lobu.toml and of model files.
pub fn around(secrets: &BTreeSet<SecretName>, lobu_toml_schema: &str, models_schema: Option<&str>) -> Vec<NewFile> {
    let mut files = vec![
        NewFile { path: ".gitignore".to_owned(), text: GITIGNORE.to_owned(), merge: Merge::Rules(".env") },
        NewFile { path: "AGENTS.md".to_owned(), text: AGENTS.to_owned(), merge: Merge::Section(AGENTS_MARK) },
        schema(".lobu/lobu-toml.schema.json", lobu_toml_schema),
    ];
    files.extend(models_schema.map(|text| schema(".lobu/models.schema.json", text)));
    if !secrets.is_empty() {
        files.push(NewFile { path: ".env.example".to_owned(), text: env_example(secrets), merge: Merge::Names });
    }
    files
}

fn schema(path: &str, text: &str) -> NewFile {
    NewFile { path: path.to_owned(), text: text.to_owned(), merge: Merge::Kept }
}

fn env_example(secrets: &BTreeSet<SecretName>) -> String {
    let names = secrets.iter().map(|name| format!("{name}=\n"));
    let head = "# Copy this file to .env and fill in the values. Git ignores .env.\n# To send them to the org: lobu secrets push\n";
    std::iter::once(head.to_owned()).chain(names).collect()
}
