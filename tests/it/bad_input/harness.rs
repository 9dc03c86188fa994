//! What holds for every case.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::env::{CommandOutput, TestEnv};

/// A secret that stands on broken lines, in the environment and in tokens, and never in what is printed.
pub(super) const SENTINEL: &str = "SENTINELhunter2x7";

/// The smallest project.
pub(super) const AGENT: &str = "[agents.pilot]\nname = \"Pilot\"\ndir = \"./agents/pilot\"\n";
/// The smallest project with models.
pub(super) const MEMORY: &str = "[agents]\n[memory]\nmodels = \"./models\"\n";

/// A project that differs from the smallest one, and how it ends.
pub(super) struct Case {
    /// What is wrong.
    pub(super) name: &'static str,
    /// Files over those of the smallest project.
    pub(super) files: Vec<(&'static str, Vec<u8>)>,
    /// Arguments beyond the verb.
    pub(super) arguments: Vec<&'static str>,
    /// The exit code of `validate`, and of `apply` where it is not 0.
    pub(super) code: i32,
}

/// An error that stands in lobu.toml, below the smallest agent.
pub(super) fn below_agent(name: &'static str, lines: &str) -> Case {
    Case::new(name, 2).file("lobu.toml", format!("{AGENT}{lines}\n"))
}

/// An error in the only model file.
pub(super) fn model(name: &'static str, yaml: &str) -> Case {
    Case::new(name, 2).file("lobu.toml", MEMORY).file("models/model.yaml", yaml)
}

impl Case {
    /// A case that changes nothing yet.
    pub(super) fn new(name: &'static str, code: i32) -> Self {
        Self { name, files: Vec::new(), arguments: Vec::new(), code }
    }

    /// Adds a file.
    pub(super) fn file(mut self, path: &'static str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((path, content.into()));
        self
    }

    /// Adds arguments.
    pub(super) fn with<const N: usize>(mut self, arguments: [&'static str; N]) -> Self {
        self.arguments.extend(arguments);
        self
    }

    /// Ends with another code.
    pub(super) fn ends(mut self, code: i32) -> Self {
        self.code = code;
        self
    }

    /// Lays out the project.
    pub(super) fn lay_out(&self) -> TestEnv {
        let mut env = TestEnv::new();
        env.env("DEPLOY_TOKEN", SENTINEL);
        env.write("lobu.toml", AGENT).write("agents/pilot/SOUL.md", "Steer.\n");
        env.write(".env", format!("OTHER_TOKEN={SENTINEL}\n"));
        for (path, content) in &self.files {
            env.write(path, content);
        }
        env
    }
}

/// Runs cases and gives their messages.
#[track_caller]
pub(super) fn run_all(cases: &[Case]) -> String {
    let mut messages = String::new();
    let mut others = Vec::new();
    for case in cases {
        let env = case.lay_out();
        let output = run(&env, case);
        if output.code != Some(case.code) {
            others.push(format!("{} is not {}\n{output}", case.name, case.code));
        }
        add(&mut messages, case.name, &output);
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
    messages
}

/// Runs `validate`, and where that fails `apply`, which must end the same and write as little.
#[track_caller]
pub(super) fn run(env: &TestEnv, case: &Case) -> CommandOutput {
    let before = Tree::of(env.path());
    let arguments = |verb: &[&'static str]| [verb, &case.arguments].concat();
    let output = env.lobu(arguments(&["validate"]));
    clean(case.name, &output);
    if output.code != Some(0) {
        let applied = env.lobu(arguments(&["apply", "--yes", "-c", "local"]));
        assert_eq!(applied.code, output.code, "{} with apply\n{applied}", case.name);
        clean(case.name, &applied);
    }
    assert_eq!(Tree::of(env.path()), before, "{} wrote something", case.name);
    output
}

/// Adds the messages of a case to those of its group.
pub(super) fn add(messages: &mut String, name: &str, output: &CommandOutput) {
    let code = output.code.unwrap_or(-1);
    let output = output.redacted();
    // The id of a plan is a digest of the server's address too, and so of its port.
    let id = output.stderr.split_once("this is plan ").and_then(|(_, rest)| rest.split(',').next());
    let output = id.map_or_else(|| output.clone(), |id| output.with(id, "[ID]"));
    let report =
        output.stdout.find("Apply is not complete: ").and_then(|at| output.stdout.get(at..)).unwrap_or_default();
    writeln!(messages, "## {name}: exit {code}\n{}{report}", output.stderr).expect("writing to memory");
}

/// Asserts what holds for the output of every run: no secret, nothing that steers a terminal or a log reader, no panic, and
/// after a failure one line that says so.
#[track_caller]
pub(super) fn clean(name: &str, output: &CommandOutput) {
    let everything = output.everything();
    assert!(!everything.contains(SENTINEL), "{name} leaks\n{output}");
    assert!(!everything.contains("owl_pat_"), "{name} leaks the token\n{output}");
    assert!(!everything.contains("panicked") && !everything.contains("RUST_BACKTRACE"), "{name} panics\n{output}");
    let steering = everything.chars().find(|c| (c.is_control() && *c != '\n') || is_invisible(*c));
    assert_eq!(steering, None, "{name} prints what steers a terminal\n{output:?}");
    let commands = everything.lines().find(|line| line.trim_start().starts_with("::") || line.contains("##["));
    assert_eq!(commands, None, "{name} prints a command of a log reader\n{output}");
    if output.code != Some(0) {
        let error = output.stderr.lines().rfind(|line| line.starts_with("error: "));
        assert!(error.is_some(), "{name} does not say that it failed\n{output}");
    }
}

/// Characters that reorder or hide text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Everything below a directory: what it is, how long, when changed, and its content where it is short.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tree(BTreeMap<PathBuf, String>);

impl Tree {
    /// Looks.
    pub(super) fn of(directory: &Path) -> Self {
        let mut found = BTreeMap::new();
        look(directory, &mut found);
        Self(found)
    }
}

fn look(directory: &Path, found: &mut BTreeMap<PathBuf, String>) {
    const SHORT: u64 = 1 << 20;
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        let metadata = fs::symlink_metadata(&path).expect("it is there");
        let kind = metadata.file_type();
        // An apply that does not succeed leaves its log there, and nothing else.
        let of_logs = [".local", ".local/state", ".local/state/lobu", ".local/state/lobu/logs"];
        if kind.is_dir() && of_logs.iter().any(|end| path.ends_with(end)) {
            if !path.ends_with("logs") {
                look(&path, found);
            }
            continue;
        }
        // Of a directory only what is in it.
        let mut state = format!("{kind:?}");
        if !kind.is_dir() {
            write!(state, " {} {:?}", metadata.len(), metadata.modified().expect("a time")).expect("writing to memory");
        }
        if kind.is_file() && metadata.len() < SHORT {
            write!(state, " {:?}", fs::read(&path).expect("a file")).expect("writing to memory");
        }
        found.insert(path.clone(), state);
        if kind.is_dir() {
            look(&path, found);
        }
    }
}
