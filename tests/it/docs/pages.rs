use lobu::accounts;
use lobu::doctor::Check;
use lobu::env::Variable;
use lobu::error::{ErrorKind, exit};
use lobu::http;
use lobu::org::SecretBatch;
use lobu::project::limits::Limits;
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
