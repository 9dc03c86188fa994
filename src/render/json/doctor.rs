//! The JSON of `lobu doctor`, version 1, and of its bundle. Names and places, and never a value or a token.

use schemars::JsonSchema;
use serde::Serialize;

use crate::doctor::{Finding, Report, State};
use crate::render::text_safety::sanitise_json;

use super::JsonTarget;
use super::write::{FORMAT_VERSION, version, written};

/// `lobu doctor --json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DoctorDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// What was looked at; null where flags, environment and project name nothing.
    pub target: Option<DoctorTarget>,
    /// What `--fix` did, a sentence each.
    pub mended: Vec<String>,
    /// Every check, each once, by group.
    pub checks: Vec<CheckedFinding>,
    /// How many checks ended how.
    pub summary: DoctorCounts,
}

/// `lobu doctor --bundle`: what support wants to know. The home directory is written `~`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BundleDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The operating system.
    pub os: String,
    /// The architecture of the machine.
    pub architecture: String,
    /// The names of the variables of this program that are set, without their values.
    pub variables: Vec<String>,
    /// The lines of the log that the latest apply left which did not succeed; null where there is none.
    pub latest_log: Option<Vec<String>>,
    /// What was found.
    pub report: DoctorDocument,
}

/// What was looked at.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DoctorTarget {
    /// The context's name.
    pub context: String,
    /// The server's origin, or `embedded`.
    pub server: String,
    /// The org's slug.
    pub org: String,
}

/// What a check found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CheckedFinding {
    /// The check's stable id.
    pub id: String,
    /// Its group.
    pub group: String,
    /// How it ended.
    pub state: StateWord,
    /// What was found; for a check that was skipped, what it would have looked at.
    pub what: String,
    /// Why it matters, or why it was skipped; null where it is plain.
    pub why: Option<String>,
    /// What to do; null where nothing is to be done.
    pub how: Option<String>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StateWord {
    /// All is well.
    Ok,
    /// Something to know.
    Note,
    /// A problem that does not stop a command yet.
    Warning,
    /// A problem that stops commands: the exit code is 1.
    Failure,
    /// It was not looked at.
    Skipped,
}

/// How many checks ended how.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct DoctorCounts {
    /// All well.
    pub ok: usize,
    /// Notes.
    pub notes: usize,
    /// Warnings.
    pub warnings: usize,
    /// Failures.
    pub failures: usize,
    /// Not looked at.
    pub skipped: usize,
}

/// What the report itself does not know.
#[derive(Debug, Clone, Copy)]
pub struct JsonDoctorView<'a> {
    /// What was looked at.
    pub target: Option<JsonTarget<'a>>,
    /// What `--fix` did.
    pub fixed: &'a [String],
}

/// The machine of a bundle.
#[derive(Debug, Clone, Copy)]
pub struct JsonSystem<'a> {
    /// The operating system.
    pub os: &'a str,
    pub architecture: &'a str,
    /// The names of the variables that are set.
    pub variables: &'a [&'a str],
    /// The home directory, which is not told.
    pub home: Option<&'a str>,
    /// The log that the latest apply left which did not succeed.
    pub latest_log: Option<&'a str>,
}

/// Writes what was found.
pub fn doctor(report: &Report, view: &JsonDoctorView<'_>) -> String {
    written(&document(report, view, &str::to_owned))
}

/// Writes a bundle. It ends with a line break.
pub fn doctor_bundle(report: &Report, view: &JsonDoctorView<'_>, system: &JsonSystem<'_>) -> String {
    let shown = |text: &str| without_home(text, system.home);
    let bundle = BundleDocument {
        format_version: FORMAT_VERSION,
        os: system.os.to_owned(),
        architecture: system.architecture.to_owned(),
        variables: system.variables.iter().map(|name| (*name).to_owned()).collect(),
        latest_log: system.latest_log.map(|text| text.lines().map(shown).collect()),
        report: document(report, view, &shown),
    };
    sanitise_json(&written(&bundle)) + "\n"
}

fn without_home(text: &str, home: Option<&str>) -> String {
    match home.map(|home| home.trim_end_matches('/')).filter(|home| !home.is_empty()) {
        Some(home) => text.replace(home, "~"),
        None => text.to_owned(),
    }
}

fn document(report: &Report, view: &JsonDoctorView<'_>, shown: &dyn Fn(&str) -> String) -> DoctorDocument {
    let counts = report.counts();
    DoctorDocument {
        format_version: FORMAT_VERSION,
        lobu_version: version(),
        target: view.target.map(|target| DoctorTarget {
            context: shown(target.context),
            server: shown(target.server),
            org: shown(target.org),
        }),
        mended: view.fixed.iter().map(|what| shown(what)).collect(),
        checks: report.findings().iter().map(|one| finding(one, shown)).collect(),
        summary: DoctorCounts {
            ok: counts.ok,
            notes: counts.notes,
            warnings: counts.warnings,
            failures: counts.failures,
            skipped: counts.skipped,
        },
    }
}

fn finding(finding: &Finding, shown: &dyn Fn(&str) -> String) -> CheckedFinding {
    let Finding { check, state, what, why, how: _, command: _ } = finding;
    let (state, why) = match state {
        State::Ok => (StateWord::Ok, why),
        State::Note => (StateWord::Note, why),
        State::Warning => (StateWord::Warning, why),
        State::Failure => (StateWord::Failure, why),
        State::Skipped { why } => (StateWord::Skipped, &Some(why.clone())),
    };
    CheckedFinding {
        id: check.id().to_owned(),
        group: check.group().word().to_owned(),
        state,
        what: shown(what),
        why: why.as_deref().map(shown),
        how: finding.advice().as_deref().map(shown),
    }
}
