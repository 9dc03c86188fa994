use crate::project::git::Ignored;

use crate::doctor::finding::{failure, note, ok, skipped, warning};
use crate::doctor::{Check, Finding, State};
use crate::model::counted;

use super::secrets::{OrgNames, ReferenceFact, references};

/// What is known of the files around a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectFacts {
    /// There is no lobu.toml here or above.
    Missing,
    /// The directory can't be opened.
    Unopened { why: String },
    /// There is one.
    Read(Box<ReadFacts>),
}

/// What is known of a project that could be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFacts {
    /// Where it lies.
    pub location: String,
    /// The messages of its errors.
    pub errors: Vec<String>,
    /// The messages of its warnings, without that of an old spelling.
    pub warnings: Vec<String>,
    /// How lobu.toml is spelt.
    pub spelling: Spelling,
    /// Its references to secrets; none where it can't be read.
    pub references: Option<Vec<ReferenceFact>>,
    /// The file whose values count for this run; none where the target that is named has none.
    pub counted_file: Option<String>,
    /// Its files with values: `.env`, then the `env_file` of each target.
    pub values_files: Vec<ValuesFileFacts>,
}

/// What is known of a file with values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuesFileFacts {
    /// Its path below lobu.toml.
    pub name: String,
    /// The target that takes values from it; none for `.env`.
    pub target: Option<String>,
    /// What it is.
    pub dotenv: DotenvFacts,
    /// Whether git would commit it.
    pub ignored: Ignored,
}

/// How lobu.toml is spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// As today.
    Today,
    /// In an older way.
    Old,
    /// It can't be told: it is not valid TOML.
    Unknown,
}

/// What a file with values is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DotenvFacts {
    /// There is none.
    Missing,
    /// It can't be read, or holds lines that are wrong.
    Unreadable {
        /// Why, without its content.
        why: String,
    },
    /// It can be read.
    Read {
        /// Whether others than its owner can open it.
        is_open_to_others: bool,
    },
}

/// The checks of the files on this machine. `org` is what is known of the org's secrets, the third source of values.
pub fn project_checks(facts: &ProjectFacts, org: &OrgNames) -> Vec<Finding> {
    match facts {
        ProjectFacts::Missing => vec![
            note(Check::ProjectFound, "No project here.")
                .why("A project is a directory with a lobu.toml, or any directory in it.")
                .how_command("Change to it or set it with -C. To create one from an org:", "lobu pull --init DIR"),
        ],
        ProjectFacts::Unopened { why } => vec![
            failure(Check::ProjectFound, format!("The project cannot be opened: {why}."))
                .how("Check the directory and its permissions, or set another one with -C."),
        ],
        ProjectFacts::Read(facts) => of_read(facts, org),
    }
}

fn of_read(facts: &ReadFacts, org: &OrgNames) -> Vec<Finding> {
    let mut findings = vec![
        ok(Check::ProjectFound, format!("The project is in {}.", facts.location)),
        errors(&facts.errors),
        warnings(&facts.warnings),
    ];
    findings.extend(spelling(facts.spelling));
    let counted_file = facts.counted_file.as_deref();
    findings.extend(facts.references.as_ref().map(|references| values(references, counted_file, org)));
    let of_file = |file: &ValuesFileFacts| {
        let [readable, mode] = values_file(file);
        [readable, mode, ignored(file)]
    };
    findings.extend(gravest(facts.values_files.iter().flat_map(of_file)));
    findings
}

fn errors(errors: &[String]) -> Finding {
    let Some(first) = errors.first() else { return ok(Check::ProjectValid, "The project has no errors.") };
    let count = counted(errors.len(), "error");
    failure(Check::ProjectValid, format!("The project has {count}; the first: {first}."))
        .why("It cannot be applied.")
        .how_command("To list them:", "lobu validate")
}

fn warnings(warnings: &[String]) -> Finding {
    let Some(first) = warnings.first() else { return ok(Check::ProjectWarnings, "The project has no warnings.") };
    let count = counted(warnings.len(), "warning");
    warning(Check::ProjectWarnings, format!("The project has {count}; the first: {first}."))
        .how_command("To list them:", "lobu validate")
}

fn spelling(spelling: Spelling) -> Option<Finding> {
    match spelling {
        Spelling::Today => Some(ok(Check::ProjectSpelling, "lobu.toml is in the current format.")),
        Spelling::Old => Some(
            warning(Check::ProjectSpelling, "lobu.toml is in an old format.")
                .why("A later version may not read it.")
                .how_command("To rewrite it and keep everything else:", "lobu validate --fix"),
        ),
        Spelling::Unknown => None,
    }
}

fn values(all: &[ReferenceFact], file: Option<&str>, org: &OrgNames) -> Finding {
    if all.is_empty() {
        return ok(Check::ProjectValues, "The project references no secrets.");
    }
    let missing: Vec<&ReferenceFact> =
        all.iter().filter(|reference| !reference.is_here && !org.has(&reference.name)).collect();
    if missing.is_empty() {
        return ok(Check::ProjectValues, format!("Every reference has a value: {}.", counted(all.len(), "reference")));
    }
    let needed: Vec<&ReferenceFact> = missing.iter().copied().filter(|reference| org.needs(reference)).collect();
    let told = if needed.is_empty() { &missing } else { &needed };
    let names = references(told.iter().map(|reference| reference.name.as_str()));
    let (what, how) = match file {
        Some(".env") => (
            format!("No value for {names} in the environment or in .env."),
            "In CI, set the variable. To write it to .env:".to_owned(),
        ),
        Some(file) => (
            format!("No value for {names} in the environment or in {file}."),
            format!("Add a line to {file}; in CI, set the variable."),
        ),
        None => (
            format!("No value for {names} in the environment, and the target has no env_file."),
            "Set the variable, or add env_file to the target in lobu.toml.".to_owned(),
        ),
    };
    let advised = |finding: Finding| match file {
        Some(".env") => finding.how_command(how.clone(), "lobu secrets local set NAME"),
        _ => finding.how(how.clone()),
    };
    if needed.is_empty() {
        let finding = note(Check::ProjectValues, what)
            .why("An apply does not need it: provider keys are not sent, and MCP servers get references as text.");
        return advised(finding);
    }
    if matches!(org, OrgNames::Unknown) {
        return advised(note(Check::ProjectValues, what).why("The org may have them; this was not checked."));
    }
    advised(warning(Check::ProjectValues, what).why("An apply that needs them stops."))
}

/// One finding a check: the gravest, with what all findings as grave say, so that no file hides behind another.
fn gravest(findings: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        match kept.iter_mut().find(|other| other.check == finding.check) {
            None => kept.push(finding),
            Some(other) if finding.state.gravity() > other.state.gravity() => *other = finding,
            Some(other) if finding.state.gravity() == other.state.gravity() && finding.state != State::Ok => {
                other.what = format!("{} {}", other.what, finding.what);
            }
            Some(_) => {}
        }
    }
    kept
}

fn values_file(file: &ValuesFileFacts) -> [Finding; 2] {
    let ValuesFileFacts { name, target, dotenv, ignored: _ } = file;
    match dotenv {
        DotenvFacts::Missing => {
            let readable = match target {
                None => ok(Check::DotenvReadable, format!("There is no {name}.")),
                Some(target) => {
                    note(Check::DotenvReadable, format!("There is no {name}, the env_file of target {target}."))
                        .how("Create it, or remove env_file.")
                }
            };
            [readable, skipped(Check::DotenvMode, format!("there is no {name}"))]
        }
        DotenvFacts::Unreadable { why } => [
            failure(Check::DotenvReadable, format!("{name} cannot be read: {why}."))
                .why("A command that needs a value from it stops.")
                .how("Fix the line; docs/reference/dotenv.md has the format."),
            skipped(Check::DotenvMode, format!("{name} cannot be read")),
        ],
        DotenvFacts::Read { is_open_to_others } => {
            let mode = if *is_open_to_others {
                warning(Check::DotenvMode, format!("Other users of this machine can open {name}."))
                    .why("It contains secret values in plain text.")
                    .how_command("To set its mode to 0600:", "lobu doctor --fix")
            } else {
                ok(Check::DotenvMode, format!("Only its owner can open {name}."))
            };
            [ok(Check::DotenvReadable, format!("{name} can be read.")), mode]
        }
    }
}

fn ignored(file: &ValuesFileFacts) -> Finding {
    let ValuesFileFacts { name, target: _, dotenv, ignored } = file;
    let (how, command) = ("To add it to .gitignore:", "lobu doctor --fix");
    match (ignored, dotenv) {
        (Ignored::NotInRepository, _) => ok(Check::DotenvIgnored, "The project is not in a git repository."),
        (Ignored::Ignored, _) => ok(Check::DotenvIgnored, format!("git ignores {name}.")),
        (Ignored::NotIgnored, DotenvFacts::Missing) => {
            note(Check::DotenvIgnored, format!("There is no {name}, and no ignore rule for one."))
                .how_command(how, command)
        }
        (Ignored::NotIgnored, _) => warning(Check::DotenvIgnored, format!("git does not ignore {name}."))
            .why("git add would add its values, and a commit keeps them in the history.")
            .how_command(how, command),
    }
}
