//! Questions about secrets: one key each.

use std::collections::BTreeSet;

use crate::commands::Session;
use crate::error::{CommandError, ErrorKind};
use crate::push::{Agreement, Ask, Deletion, KeyRow, PushPlan, PushRow};
use crate::render::document::{Document, Line, Style, line};
use crate::render::secrets::{key_question, question_of, suspicion_text};
use crate::target::ResolvedTarget;
use crate::ui::{Choice, Prompter};

const NO: Choice = Choice { key: 'n', word: "no", help: "skip this secret" };
const YES: Choice = Choice { key: 'y', word: "yes", help: "send this secret" };
const QUIT: Choice = Choice { key: 'q', word: "quit", help: "cancel; send nothing" };
const ALL_CREATES: Choice = Choice { key: 'a', word: "all", help: "create this secret and all that follow" };
const ALL_ROTATIONS: Choice = Choice { key: 'a', word: "all", help: "rotate this secret and all that follow" };

/// Where values come from and where they go, which every question repeats.
pub(super) struct Destination<'a> {
    /// The org.
    pub(super) target: &'a ResolvedTarget,
    /// The file or stream that is read, with the name that `-t` gave the target; none without `-t`.
    pub(super) named: Option<(&'a str, &'a str)>,
}

/// Asks about what no flag agreed to, creates before rotations.
pub(super) fn ask(
    session: &Session,
    to: &Destination<'_>,
    plan: &PushPlan,
    mut agreement: Agreement,
) -> Result<Agreement, CommandError> {
    let open = agreement.open(plan);
    if open.is_empty() {
        return Ok(agreement);
    }
    let Some(prompter) = session.ui.prompter() else { return Err(no_terminal(&open)) };
    for (kind, all) in [(Ask::Create, ALL_CREATES), (Ask::Rotate, ALL_ROTATIONS)] {
        let rows: Vec<_> = open.iter().filter(|(ask, _)| *ask == kind).map(|(_, row)| *row).collect();
        let mut rest = rows.as_slice();
        while let Some((row, others)) = rest.split_first() {
            match press(&prompter, to, kind, row, &[NO, YES, all, QUIT])? {
                'y' => agreement.allow(row),
                'a' if kind == Ask::Create => {
                    allow_all(&prompter, to, kind, rest, &mut agreement)?;
                    break;
                }
                'a' => {
                    if listed(&prompter, to, rest)? {
                        allow_all(&prompter, to, kind, rest, &mut agreement)?;
                        break;
                    }
                    // Nothing was agreed to: the same one is asked about again.
                    continue;
                }
                _ => {}
            }
            rest = others;
        }
    }
    Ok(agreement)
}

/// Asks about each key of a provider on its own: what it replaces is lost. Gives the providers.
pub(super) fn ask_keys(
    session: &Session,
    to: &Destination<'_>,
    rows: &[&KeyRow],
) -> Result<BTreeSet<String>, CommandError> {
    let Some(prompter) = session.ui.prompter() else { return Ok(BTreeSet::new()) };
    let (no, yes) = (Choice { help: "skip this key", ..NO }, Choice { help: "send this key", ..YES });
    let mut agreed = BTreeSet::new();
    for row in rows {
        let (mut question, what) = key_question(row);
        question.append(asked(what, to));
        if prompter.press(&question, &[no, yes, QUIT]).or_end("nothing was sent")? == 'y' {
            agreed.insert(row.key.provider.clone());
        }
    }
    Ok(agreed)
}

/// Agrees to all rows; those that look unmeant are still asked about one by one.
fn allow_all(
    prompter: &Prompter<'_>,
    to: &Destination<'_>,
    kind: Ask,
    rows: &[&PushRow],
    agreement: &mut Agreement,
) -> Result<(), CommandError> {
    for (position, row) in rows.iter().enumerate() {
        // The first was asked about with what is odd about it.
        let is_plain = position == 0 || row.suspicion.is_none();
        if is_plain || press(prompter, to, kind, row, &[NO, YES, QUIT])? == 'y' {
            agreement.allow(row);
        }
    }
    Ok(())
}

fn press(
    prompter: &Prompter<'_>,
    to: &Destination<'_>,
    kind: Ask,
    row: &PushRow,
    choices: &[Choice],
) -> Result<char, CommandError> {
    let mut question = Document::new();
    if let Some(suspicion) = row.suspicion {
        let (mark, name) = (Style::Attention.of("! "), Style::Bold.of(&row.name));
        question.push(line!("{}{} {}", mark, name, suspicion_text(suspicion)).prose(2));
    }
    question.append(asked(question_of(kind, row), to));
    prompter.press(&question, choices).or_end("nothing was sent")
}

/// What is asked, and where it goes; on two lines where one would be longer than 80 columns with the answers.
fn asked(what: Line, to: &Destination<'_>) -> Document {
    const ANSWERS: usize = " [N/y/a/q/?] ".len();
    let destination = destination_line(to);
    if what.width() + destination.width() + ANSWERS < 80 {
        Document::from(what.then(destination))
    } else {
        Document::from(what).line(line!(" {}", destination))
    }
}

/// Lists what `a` covers and asks once more: values that agents use now are replaced.
fn listed(prompter: &Prompter<'_>, to: &Destination<'_>, rows: &[&PushRow]) -> Result<bool, CommandError> {
    let mut question = Document::from(line!("Secrets to rotate:"));
    question.extend(rows.iter().map(|row| question_of(Ask::Rotate, row).indented(2)));
    question.append(asked(line!("Rotate all {}", rows.len()), to));
    prompter.confirm_key(&question).or_end("nothing was sent")
}

/// Where it goes: ` in org dev on https://… (context url)?`, or where a target was named
/// ` from stage.env in org dev on https://… (target stage)?`.
fn destination_line(to: &Destination<'_>) -> Line {
    let Destination { target, named } = to;
    let from = named.map_or_else(Line::new, |(file, _)| line!(" from {}", Style::Bold.of(file)));
    let (word, name) = match named {
        Some((_, name)) => ("target", *name),
        None => ("context", target.context.as_str()),
    };
    let (org, server) = (Style::Bold.of(&target.org), Style::Bold.of(target.server_name()));
    line!("{} in org {} on {} ({} {})?", from, org, server, word, name)
}

fn no_terminal(open: &[(Ask, &PushRow)]) -> CommandError {
    unasked("cannot prompt: not a terminal", open)
}

/// What would have to be asked, and is not: with the flags that agree to it in advance.
pub(super) fn unasked(why: &str, open: &[(Ask, &PushRow)]) -> CommandError {
    let of = |kind: Ask| open.iter().filter(|(ask, _)| *ask == kind).count();
    let flags = match (of(Ask::Create), of(Ask::Rotate)) {
        (_, 0) => "--yes",
        (0, _) => "--yes-rotate",
        _ => "--yes and --yes-rotate",
    };
    CommandError::new(ErrorKind::NotATerminal, why)
        .hint(format!("Nothing was sent. To skip the prompts, add {flags}; to preview, --dry-run."))
}

/// Asks about each secret whether it is to be deleted; `a` covers all that follow. Gives those that are.
pub(super) fn ask_delete(
    session: &Session,
    target: &ResolvedTarget,
    deletions: Vec<Deletion>,
) -> Result<Vec<Deletion>, CommandError> {
    let Some(prompter) = session.ui.prompter() else {
        let message = "cannot prompt: not a terminal";
        return Err(CommandError::new(ErrorKind::NotATerminal, message)
            .hint("Nothing was deleted. To skip the prompts, add --yes."));
    };
    let all = Choice { key: 'a', word: "all", help: "delete this secret and all that follow" };
    let yes = Choice { help: "delete this secret", ..YES };
    let quit = Choice { help: "cancel; delete nothing", ..QUIT };
    let to = Destination { target, named: None };
    let mut agreed = Vec::new();
    let mut rest = deletions.into_iter();
    while let Some(deletion) = rest.next() {
        let question = asked(line!("Delete {}", Style::Bold.of(deletion.name.as_str())), &to);
        match prompter.press(&question, &[NO, yes, all, quit]).or_end("nothing was deleted")? {
            'y' => agreed.push(deletion),
            'a' => {
                agreed.push(deletion);
                agreed.extend(rest.by_ref());
            }
            _ => {}
        }
    }
    if agreed.is_empty() {
        return Err(CommandError::declined().and("nothing was deleted"));
    }
    Ok(agreed)
}
