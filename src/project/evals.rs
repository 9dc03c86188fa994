//! An agent's evals: read as YAML, so that a broken one is found, and not applied.

use super::conflict::{Content, conflict};
use super::directory::{EntryKind, ProjectDirectory, join};
use crate::edit::yaml;
use crate::model::{Diagnostic, Family};

/// The evals of an agent.
#[derive(Debug, Default)]
pub(super) struct Evals {
    /// How many files there are.
    pub(super) count: usize,
    /// What is wrong with them.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads the files `*.yaml` and `*.yml` of a directory; none if it is missing.
pub(super) fn read_evals(directory: &ProjectDirectory, path: &str) -> Evals {
    let mut evals = Evals::default();
    let Ok(Some(listing)) = directory.list(path) else { return evals };
    for entry in listing.entries {
        let is_yaml = matches!(entry.name.rsplit_once('.'), Some((_, "yaml" | "yml")));
        if !is_yaml || entry.kind == Ok(EntryKind::Directory) {
            continue;
        }
        evals.count += 1;
        let file = join(path, &entry.name);
        match directory.read_text(&file, directory.limits().model_file) {
            Ok(text) => evals.diagnostics.extend(problems(directory, &text.unwrap_or_default(), &file)),
            Err(error) => evals.diagnostics.push(error.diagnostic(Family::Agents)),
        }
    }
    evals
}

fn problems(directory: &ProjectDirectory, text: &str, file: &str) -> Vec<Diagnostic> {
    if let Some(diagnostic) = conflict(text, Content::Data, file, Family::Agents) {
        return vec![diagnostic];
    }
    let stream = yaml::read(text, &directory.limits().yaml);
    stream.problems.iter().map(|problem| problem.diagnostic(Family::Agents, file, 0)).collect()
}
