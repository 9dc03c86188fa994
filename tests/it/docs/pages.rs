use lobu::accounts;
use lobu::doctor::Check;
use lobu::env::Variable;
use lobu::error::{ErrorKind, exit};
use lobu::http;
use lobu::org::SecretBatch;
use lobu::project::limits::Limits;
use lobu::schema::kinds::{SETTINGS, WATCHER};
use lobu::schema::{FieldRow, Form, Leaf, Shape, declared_fields};
use lobu::secrets::{LONGEST_NAME, LONGEST_VALUE};

use super::blocks::{hold, table, text};
use crate::import_table::MODULES;

#[test]
fn the_command_line() {
    hold("docs/reference/cli.md", "help", &lobu::cli::reference());
}

#[test]
fn the_environment() {
    let rows = Variable::ALL.iter().map(|variable| [format!("`{}`", variable.name()), variable.purpose().to_owned()]);
    hold("docs/reference/environment.md", "variables", &table(["variable", "what it does"], rows));
}

#[test]
fn the_exit_codes() {
    let words = |code: u8| -> String {
        let kinds = ErrorKind::ALL.iter().filter(|kind| kind.exit_code() == code);
        kinds.map(|kind| format!("`{}`", kind.word())).collect::<Vec<_>>().join(" ")
    };
    let rows = exit::TABLE.iter().map(|(code, when)| [code.to_string(), (*when).to_owned(), words(*code)]);
    hold("docs/reference/exit-codes.md", "codes", &table(["code", "when", "kinds"], rows));
    let detailed = [
        (exit::detailed::NO_CHANGES, "no changes"),
        (exit::detailed::ERROR, "an error of any kind"),
        (exit::detailed::CHANGES, "there are changes"),
    ];
    let rows = detailed.map(|(code, when)| [code.to_string(), when.to_owned()]);
    hold("docs/reference/exit-codes.md", "detailed", &table(["code", "when"], rows));
}

#[test]
fn the_checks_of_doctor() {
    let rows = Check::ALL.iter().map(|check| {
        let (id, group) = (format!("`{}`", check.id()), check.group().heading().to_owned());
        [id, group, check.looks_at().to_owned(), check.ends().to_owned()]
    });
    let head = ["check", "group", "what is checked", "results other than `ok`"];
    hold("docs/reference/doctor.md", "checks", &table(head, rows));
}

#[test]
fn the_limits() {
    let mebibytes = |bytes: u64| format!("{} MiB", bytes >> 20);
    let Limits { markdown, lobu_toml, model_file, script, dotenv, files, yaml } = Limits::DEFAULT;
    let rows = [
        ("lobu.toml", mebibytes(lobu_toml)),
        ("a Markdown file: a prompt or a skill", mebibytes(markdown)),
        ("a model file", mebibytes(model_file)),
        ("a reaction script of a watcher", format!("{} KiB", script >> 10)),
        ("a dotenv file", mebibytes(dotenv)),
        ("a secret's value", format!("{} KiB", LONGEST_VALUE >> 10)),
        ("a secret's name", format!("{LONGEST_NAME} characters")),
        ("secrets of one push", SecretBatch::MOST_ACTIONS.to_string()),
        ("the request of a push", mebibytes(SecretBatch::MOST_BYTES as u64)),
        ("files read, and entries of one directory", files.to_string()),
        ("YAML: nesting, aliases expanded", yaml.depth.to_string()),
        ("YAML: aliases, and anchors", yaml.aliases.to_string()),
        ("YAML: values, aliases expanded", yaml.nodes.to_string()),
        ("YAML: text that aliases repeat", mebibytes(yaml.repeated_bytes as u64)),
        ("an answer of a server, after decompression", mebibytes(http::LARGEST_ANSWER as u64)),
        ("all answers of a run, after decompression", mebibytes(http::LARGEST_SUM_OF_ANSWERS)),
        ("connecting", format!("{} s", http::CONNECT_DEADLINE.as_secs())),
        ("a request, connection and answer included", format!("{} s", http::DEADLINE.as_secs())),
        ("a call of the system keyring", format!("{} s", accounts::CALL_LIMIT.as_secs())),
        ("requests side by side, unless `--parallelism` says otherwise", http::PARALLELISM.to_string()),
    ];
    let rows = rows.map(|(what, limit)| [what.to_owned(), limit]);
    hold("docs/reference/limits.md", "limits", &table(["what", "at most"], rows));
}

#[test]
fn the_fields_of_lobu_toml() {
    let head = ["field", "kept as", "absent", "empty", "one element taken away", "`--prune`"];
    let rows = declared_fields(SETTINGS).into_iter().map(|field| field_row(&field)).chain(other_fields());
    let rows = rows.chain(watcher_rows());
    hold("docs/reference/lobu-toml.md", "fields", &table(head, rows));
}

/// What the plan's own table of fields says of one of them; the table is held by a test beside it.
fn field_row(field: &FieldRow) -> [String; 6] {
    let empty = match (field.shape, field.file) {
        ("flag", _) => "has no empty form",
        ("text", "skills/<name>/SKILL.md") => "the skill is left out, with a warning",
        (_, "providers[].id") => "`providers = []` clears",
        ("keyed", _) | (_, "skills/<name>/SKILL.md: mcpServers") => "declares nothing",
        _ if !field.prunable => "a blank file clears",
        _ => "clears",
    };
    let guard = if field.guarded && empty.ends_with("clears") { " †" } else { "" };
    let less = match field.shape {
        "list" => "is taken out",
        "keyed" => "stays, as drift",
        _ => "–",
    };
    let pruned = match (field.prunable, field.guarded) {
        (true, true) => "removed †",
        (true, false) => "removed",
        (false, _) => "stays",
    };
    let kept = format!("settings `{}`", field.wire);
    [
        format!("`{}`", field.file),
        kept,
        "left alone, drift".to_owned(),
        format!("{empty}{guard}"),
        less.to_owned(),
        pruned.to_owned(),
    ]
}

/// The fields beside the settings; the unit tests of `plan` hold what they do.
fn other_fields() -> impl Iterator<Item = [String; 6]> {
    let table = [
        ["name", "agent `name`", "an error", "an error", "–", "–"],
        ["description", "agent `description`", "left alone, drift", "clears", "–", "removed"],
        ["platforms[]", "platform", "left alone, drift", "declares nothing", "stays, as drift", "stays"],
        ["platforms[].config.<key>", "platform `config.<key>`", "left alone, drift", "clears ‡", "–", "removed ‡"],
        ["model: name", "either type's `name`", "an error", "an error", "–", "–"],
        ["model: description", "either type's `description`", "left alone, drift", "clears", "–", "removed"],
        [
            "model: metadata_schema",
            "either type's `metadata_schema`",
            "left alone, drift",
            "clears",
            "is taken out",
            "removed",
        ],
        ["model: icon", "entity type `icon`", "left alone, drift", "clears", "–", "removed"],
        ["model: color", "entity type `color`", "left alone, drift", "clears", "–", "removed"],
        ["model: event_kinds", "entity type `event_kinds`", "left alone, drift", "clears", "is taken out", "removed"],
        [
            "model: inverse_type_slug",
            "relationship type `inverse_type_slug`",
            "left alone, drift",
            "clears",
            "–",
            "removed",
        ],
        [
            "model: auto_create_when",
            "relationship type `metadata.autoCreateWhen`",
            "left alone, drift",
            "clears",
            "is taken out",
            "removed",
        ],
        ["model: rules", "relationship type's rules", "left alone, drift", "clears", "is taken out", "removed"],
        ["model: status", "relationship type `status`", "left alone, drift", "has no empty form", "–", "stays"],
        [
            "model: is_symmetric",
            "relationship type `is_symmetric`",
            "left alone, drift",
            "has no empty form",
            "–",
            "stays",
        ],
    ];
    table.into_iter().map(|row| {
        let mut row = row.map(str::to_owned);
        row[0] = format!("`{}`", row[0]);
        row
    })
}

/// What absent, empty and `--prune` do to the keys of a watcher.
fn watcher_rows() -> impl Iterator<Item = [String; 6]> {
    let fields = WATCHER.table().fields.iter().filter(|field| field.is_compared() && !field.file.is_empty());
    fields.map(|field| {
        let has_empty = !matches!(field.form, Form::Words(_) | Form::Number { .. } | Form::Uuid | Form::Trimmed);
        let of_parts = matches!(field.shape, Shape::Leaf(Leaf::List | Leaf::Json));
        let absent = match field.form {
            Form::Agent => "the only agent",
            _ if field.required => "an error",
            _ => "left alone, drift",
        };
        let (empty, element, prune) = match () {
            () if field.required => ("an error", "–", "–"),
            () if !has_empty => ("has no empty form", "–", if field.prunable { "removed" } else { "stays" }),
            () => ("clears", if of_parts { "is taken out" } else { "–" }, "removed"),
        };
        let row = [
            &format!("`watcher: {}`", field.file),
            &format!("watcher `{}`", field.name),
            absent,
            empty,
            element,
            prune,
        ];
        row.map(str::to_owned)
    })
}

#[test]
fn the_members_of_the_json() {
    let schema: serde_json::Value =
        serde_json::from_str(&text("docs/reference/plan.schema.json")).expect("the schema is JSON");
    let documents = [
        ("PlanDocument", ""),
        ("Target", "target."),
        ("Change", "changes[]."),
        ("Field", "changes[].fields[]."),
        ("Diagnosis", "warnings[]."),
        ("Outcomes", "report."),
        ("ErrorObject", "error."),
    ];
    let mut rows = Vec::new();
    for (name, path) in documents {
        let members = schema["$defs"][name]["properties"].as_object().expect("it has members");
        for (member, schema) in members {
            let what = schema["description"].as_str().expect("every member is described");
            rows.push([format!("`{path}{member}`"), what.to_owned()]);
        }
    }
    hold("docs/reference/plan-json.md", "members", &table(["member", "what it holds"], rows));
}

#[test]
fn the_modules() {
    let rows = MODULES.iter().map(|(module, imported)| {
        let place = if lobu_source(&format!("src/{module}/mod.rs")).is_some() {
            format!("{module}/")
        } else {
            format!("{module}.rs")
        };
        let source = lobu_source(&format!("src/{module}/mod.rs")).or_else(|| lobu_source(&format!("src/{module}.rs")));
        let source = source.unwrap_or_else(|| panic!("{module} has a source"));
        let line = source.lines().next().and_then(|line| line.strip_prefix("//! "));
        let line = line.unwrap_or_else(|| panic!("{module} says what it is in its first line"));
        let imported = imported.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ");
        [format!("`{place}`"), line.to_owned(), imported]
    });
    hold("docs/architecture.md", "modules", &table(["module", "what it is", "imports"], rows));
}

fn lobu_source(path: &str) -> Option<String> {
    super::blocks::file(path).exists().then(|| text(path))
}
