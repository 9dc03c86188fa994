//! Who agrees to what is written.

use std::collections::BTreeSet;

use clap::Args;

use crate::commands::Session;
use crate::error::{CommandError, ErrorKind};
use crate::pull::{FileWrite, PullAction, PullRow, Writable};
use crate::render::document::{Document, Line, Style, line};
use crate::render::pull::row_in_full;
use crate::schema::ResourceKey;
use crate::ui::{Choice, Prompter};

use super::decide::Pulled;

/// What a pull that was not agreed to says.
pub(super) const NOTHING_WRITTEN: &str = "nothing was written";

const NO: Choice = Choice { key: 'n', word: "no", help: "skip; leave these files unchanged" };
const YES: Choice = Choice { key: 'y', word: "yes", help: "write this change" };
const ALL: Choice = Choice { key: 'a', word: "all", help: "write this change and all that follow" };
const QUIT: Choice = Choice { key: 'q', word: "quit", help: "cancel; write nothing" };
const DIFF: Choice = Choice { key: 'd', word: "diff", help: "show the full diff" };

/// What was agreed to in advance.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct ConsentOptions {
    /// Preview changes without writing files
    #[arg(long, help_heading = "Pull")]
    pub(super) dry_run: bool,
    /// Write new files without prompting
    #[arg(long, help_heading = "Pull")]
    pub(super) yes: bool,
    /// Write new files and overwrite existing ones without prompting
    #[arg(long, help_heading = "Pull")]
    pub(super) force: bool,
}

impl ConsentOptions {
    /// The files that may be written, by flags or answers.
    pub(super) fn agreed(
        self,
        session: &Session,
        json: bool,
        pulled: &Pulled,
        writable: &Writable,
    ) -> Result<Vec<FileWrite>, CommandError> {
        let existing: BTreeSet<&str> =
            writable.writes.iter().filter(|write| write.before.is_some()).map(|write| write.path.as_str()).collect();
        let directory = &pulled.source.directory;
        let overwrites =
            |row: &PullRow| row.paths().iter().any(|path| existing.contains(directory.canonical(path).as_str()));
        let needs_question = |row: &PullRow| !self.force && (overwrites(row) || !self.yes);
        let only_new_file = writable.plan.rows.is_empty();
        let is_asked = writable.plan.rows.iter().any(needs_question) || only_new_file && !self.yes && !self.force;
        if !is_asked {
            return Ok(writable.writes.clone());
        }
        let Some(prompter) = session.ui.prompter().filter(|_| !json) else {
            return Err(unasked(&existing));
        };
        if only_new_file {
            let question = line!("Create an empty project in {}?", Style::Bold.of(pulled.source.location()));
            return if prompter.confirm_key(&Document::from(question)).or_end(NOTHING_WRITTEN)? {
                Ok(writable.writes.clone())
            } else {
                Err(CommandError::declined().and(NOTHING_WRITTEN))
            };
        }
        let accepted = ask(session, &prompter, writable, &needs_question)?;
        if accepted.is_empty() {
            return Err(CommandError::declined().and(NOTHING_WRITTEN));
        }
        if accepted.len() == writable.plan.rows.len() {
            return Ok(writable.writes.clone());
        }
        let keys: BTreeSet<&ResourceKey> = accepted.iter().map(|row| &row.key).collect();
        Ok(pulled.files_of(&keys)?)
    }
}

/// Asks resource by resource.
fn ask<'rows>(
    session: &Session,
    prompter: &Prompter<'_>,
    writable: &'rows Writable,
    needs_question: &dyn Fn(&PullRow) -> bool,
) -> Result<Vec<&'rows PullRow>, CommandError> {
    let mut accepted = Vec::new();
    let mut all = false;
    for row in &writable.plan.rows {
        if all || !needs_question(row) {
            accepted.push(row);
            continue;
        }
        match answer(session, prompter, row)? {
            'y' => accepted.push(row),
            'a' => {
                accepted.push(row);
                all = true;
            }
            _ => {}
        }
    }
    Ok(accepted)
}

fn answer(session: &Session, prompter: &Prompter<'_>, row: &PullRow) -> Result<char, CommandError> {
    let mut question = Document::from(question(row));
    loop {
        match prompter.press(&question, &[NO, YES, ALL, QUIT, DIFF]).or_end(NOTHING_WRITTEN)? {
            'd' => question = row_in_full(row, session.ui.product_columns()).with(Document::from(self::question(row))),
            key => return Ok(key),
        }
    }
}

/// `Update SOUL.md and lobu.toml (settings triage) from the org?`
fn question(row: &PullRow) -> Line {
    let paths: Vec<String> = row.paths().iter().map(|path| short(path)).collect();
    let paths = match paths.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => paths.concat(),
    };
    let what = line!("{} {}", row.key.kind.word, Style::Bold.of(&row.key.id));
    match row.action {
        PullAction::Create => line!("Add {} to {}?", what, paths),
        PullAction::Update => line!("Update {} ({}) from the org?", paths, what),
        PullAction::Remove => line!("Remove {} from {}?", what, paths),
    }
    .prose(2)
}

/// A file by its name, which the list above has in full: `SOUL.md`, `web/SKILL.md`, `models/alpha.yaml`.
fn short(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let kept = if parts.last() == Some(&"SKILL.md") || parts.len() < 3 { 2 } else { 1 };
    parts.iter().skip(parts.len().saturating_sub(kept)).copied().collect::<Vec<_>>().join("/")
}

/// Nobody can be asked: what exists is not overwritten without `--force`, what is new not made without `--yes`.
fn unasked(existing: &BTreeSet<&str>) -> CommandError {
    if existing.is_empty() {
        let message = "cannot prompt: not a terminal";
        return CommandError::new(ErrorKind::NotATerminal, message)
            .hint("Nothing was written. To skip the prompts, add --yes; to preview, --dry-run.");
    }
    let paths = existing.iter().copied().collect::<Vec<_>>().join(", ");
    CommandError::new(ErrorKind::WouldOverwrite, format!("files would be overwritten: {paths}; nothing was written"))
        .hint("To preview, add --dry-run; to overwrite them, --force.")
}
