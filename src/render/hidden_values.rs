//! What a server hides and nobody could compare: plan, apply and drift say it in the same words.

use std::collections::BTreeSet;

use crate::model::{FieldPath, counted, plural};
use crate::org::NotCompared;
use crate::plan::{Action, FieldAction, Plan, Row};
use crate::schema::{Owner, ResourceKey, file_leaf};

use super::document::{Document, Line, Style, line};
use super::phrases::{brief, sentence};
use super::text_safety::SafeText;

/// How many places are named; of more the first ones.
const PLACES: usize = 6;
/// How many agents the command names; for more it is `all`.
const AGENTS: usize = 3;

/// Says which values the server hides, and how to send them.
pub(super) fn told(plan: &Plan) -> Document {
    // A platform that is written is sent whole: what could not be compared goes along.
    let is_sent = |row: &&Row| row.key.kind.is_sent_whole && row.action == Action::Update;
    said(plan, &hidden(plan.rows.iter().filter(|row| !is_sent(row))))
}

/// The same where nothing is sent.
pub(super) fn told_of_all(plan: &Plan) -> Document {
    said(plan, &hidden(plan.rows.iter()))
}

/// The last sentence where nothing differs: `matches` is what it is where all could be compared.
pub(super) fn nothing_differs(plan: &Plan, all: &'static str, visible: &'static str) -> Line {
    match plan.summary().incomparable {
        0 => line!("{}", SafeText::literal(all)),
        count => {
            let (values, is) = (counted(count, "hidden value"), plural(count, "is", "are"));
            line!("{}; {} {} unknown.", SafeText::literal(visible), values, is)
        }
    }
}

/// Why hidden values were not compared, where the reader can do something about it.
pub(super) fn why_not_compared(why: NotCompared) -> Option<&'static str> {
    match why {
        NotCompared::Unsupported => None,
        NotCompared::Forbidden => {
            Some("The server compares hidden values only for the role owner or admin and the scope mcp:admin.")
        }
        NotCompared::TooMany => Some(
            "Too many different values were compared with one of them today; the server compares again tomorrow (UTC).",
        ),
        NotCompared::Insecure => Some("Hidden values are compared only over https or on this machine."),
    }
}

fn hidden<'plan>(rows: impl Iterator<Item = &'plan Row>) -> Vec<(&'plan ResourceKey, &'plan FieldPath)> {
    let of_row = |row: &'plan Row| {
        let fields = row.fields.iter().filter(|field| field.action == FieldAction::Incomparable);
        fields.map(move |field| (&row.key, &field.path))
    };
    rows.flat_map(of_row).collect()
}

fn said(plan: &Plan, hidden: &[(&ResourceKey, &FieldPath)]) -> Document {
    if hidden.is_empty() {
        return Document::new();
    }
    let count = hidden.len();
    let line = line!(
        "{}The server hides {}: {}. {} not detected; send {} with {}",
        Style::Attention.of("! "),
        counted(count, "value"),
        places(hidden),
        plural(count, "An edit of it is", "An edit of one is"),
        plural(count, "it", "them"),
        resend(hidden)
    );
    let mut document = Document::from(line.prose(2));
    document.extend(plan.not_compared.and_then(why_not_compared).map(|why| sentence(Style::Note, "note: ", why)));
    document
}

fn places(hidden: &[(&ResourceKey, &FieldPath)]) -> SafeText {
    let mut text = SafeText::literal("");
    for (at, (key, path)) in hidden.iter().take(PLACES).enumerate() {
        let between = if at == 0 { "" } else { ", " };
        text = text.then(&SafeText::literal(between)).then(&place(key, path));
    }
    match hidden.len().checked_sub(PLACES) {
        None | Some(0) => text,
        Some(more) => text.then(&brief(&format!(", and {more} more"))),
    }
}

/// `triage → tracker → Authorization`: the agent, its platform or MCP server, the name of the value.
fn place(key: &ResourceKey, path: &FieldPath) -> SafeText {
    let own = match key.kind.owner {
        Owner::FirstPart => Some(key.own_id()),
        Owner::SameId | Owner::Org => path.steps().get(1).map(String::as_str),
    };
    let leaf = file_leaf(key.kind, path);
    let steps = [key.agent(), own.filter(|own| *own != path.leaf()), Some(leaf.as_str())];
    let mut text = SafeText::literal("");
    for (at, step) in steps.into_iter().flatten().enumerate() {
        let arrow = if at == 0 { "" } else { " → " };
        text = text.then(&SafeText::literal(arrow)).then(&brief(step));
    }
    text
}

fn resend(hidden: &[(&ResourceKey, &FieldPath)]) -> SafeText {
    let agents: BTreeSet<&str> = hidden.iter().filter_map(|(key, _)| key.agent()).collect();
    if agents.is_empty() || agents.len() > AGENTS {
        return SafeText::literal("--resend-secrets=all");
    }
    let agents: Vec<String> = agents.iter().map(|agent| format!("agent/{agent}")).collect();
    brief(&format!("--resend-secrets={}", agents.join(",")))
}
