//! What became of a plan, as people read it.

use std::collections::{BTreeMap, BTreeSet};

use crate::execute::{Failure, Report, RowOutcome, Verification};
use crate::plan::{Action, FieldAction, Plan, Row};
use crate::schema::kinds::SETTINGS;
use crate::schema::{Kind, ResourceKey};

use super::document::{Document, Line, Style, line};
use super::phrases::{counts_by_kind, marker, name, sentence};

/// How many rows of one outcome are listed; more of them are counted by kind.
const LISTED: usize = 10;

/// A row of the plan, where it is still known, with what became of it.
type Outcome<'a> = (Option<&'a Row>, &'a ResourceKey, &'a RowOutcome);

/// Renders the end of an apply: `Apply complete.` with counts, or what was done, failed, not tried and is unknown.
///
/// `next_command` applies the same to a server, where this was none; it is named where everything was done.
pub fn render(report: &Report, plan: &Plan, next_command: Option<&str>) -> Document {
    let rows = outcomes(report, plan);
    let mut document = if report.is_complete() { complete(&rows) } else { incomplete(report, &rows) };
    document.append(verification(&report.verification));
    if report.is_complete() {
        document.append(end(next_command));
    }
    document
}

/// Renders one row as it ends: `  ~ platform triage/triage-telegram (restarted)`. Why it failed is left to the report.
pub fn row_line(row: &Row, outcome: &RowOutcome) -> Line {
    let attention =
        |words: &'static str| line!("{}{}{}", Style::Attention.of("! "), name(&row.key), words).prose(4).indented(2);
    match outcome {
        RowOutcome::Failed(_) => attention(" failed"),
        RowOutcome::Unknown(_) => attention(" may have been done"),
        RowOutcome::Done(_) | RowOutcome::NotTried => line(Some(row), &row.key, outcome, Line::new()),
    }
}

/// How many columns the names of resources have, so that what became of them stands below each other.
const NAMES: usize = 44;

/// Renders one row as it ends, for a terminal: `✓ agent triage  created  0.2s`.
pub fn finished_line(row: &Row, outcome: &RowOutcome, milliseconds: u128) -> Line {
    let time = Style::Dim.of(format!("{}.{}s", milliseconds / 1_000, milliseconds % 1_000 / 100));
    let done = match row.action {
        Action::Create => "created",
        _ => "updated",
    };
    let named = |style: Style, sign: &'static str| line!("{}{}", style.of(sign), name(&row.key)).padded(NAMES);
    match outcome {
        RowOutcome::Done(detail) => {
            let detail = detail.map(|detail| line!(" ({})", detail).in_style(Style::Dim)).unwrap_or_default();
            named(Style::Create, "✓ ").then(line!("  {}  {}{}", done, time, detail))
        }
        RowOutcome::Failed(_) => {
            named(Style::Attention, "✗ ").then(line!("  {}  {}", Style::Attention.of("failed"), time))
        }
        RowOutcome::Unknown(_) => {
            named(Style::Attention, "? ").then(line!("  {}  {}", Style::Attention.of("unknown"), time))
        }
        RowOutcome::NotTried => named(Style::Plain, "  ").then(line!("  not tried")),
    }
}

fn outcomes<'a>(report: &'a Report, plan: &'a Plan) -> Vec<Outcome<'a>> {
    let rows: BTreeMap<&ResourceKey, &Row> = plan.rows.iter().map(|row| (&row.key, row)).collect();
    report.rows.iter().map(|(key, outcome)| (rows.get(key).copied(), key, outcome)).collect()
}

fn complete(rows: &[Outcome<'_>]) -> Document {
    let count = |wanted: Action| rows.iter().filter(|(row, ..)| row.is_some_and(|row| row.action == wanted)).count();
    let fields = rows.iter().filter_map(|(row, ..)| *row).flat_map(|row| &row.fields);
    let removed = fields.filter(|field| field.action == FieldAction::Remove).count();
    let counts = [(count(Action::Create), "created"), (count(Action::Update), "updated"), (removed, "removed")];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    Document::from(line!("{} {}.", Style::Create.of("Apply complete."), counts.join(", ")))
}

/// How many names a line about what was read back has.
const NAMED: usize = 3;

/// What was read back and is no failure.
fn verification(found: &Verification) -> Document {
    let mut document = Document::new();
    let values: Vec<String> = found
        .hidden
        .iter()
        .flat_map(|(key, fields)| fields.iter().map(move |field| format!("{field} ({} {})", key.kind, key.id)))
        .collect();
    let keys = |keys: &[ResourceKey]| keys.iter().map(|key| format!("{} {}", key.kind, key.id)).collect::<Vec<_>>();
    for (head, names) in [
        ("Not verified, the server hides ", values),
        ("Not verified, could not be read: ", keys(&found.unread)),
        ("Changed again since it was written: ", keys(&found.changed_since)),
    ] {
        if names.is_empty() {
            continue;
        }
        let more = names.len().saturating_sub(NAMED);
        let first = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        document.push(line!("{}{}{}", Style::Note.of(head), &first, &rest).prose(2));
    }
    document
}

fn incomplete(report: &Report, rows: &[Outcome<'_>]) -> Document {
    let of = |wanted: fn(&RowOutcome) -> bool| -> Vec<&Outcome<'_>> {
        rows.iter().filter(|(_, _, outcome)| wanted(outcome)).collect()
    };
    let done = of(|outcome| matches!(outcome, RowOutcome::Done(_)));
    let failed = of(|outcome| matches!(outcome, RowOutcome::Failed(_)));
    let unknown = of(|outcome| matches!(outcome, RowOutcome::Unknown(_)));
    let not_tried = of(|outcome| matches!(outcome, RowOutcome::NotTried));
    let head = if report.interrupted { "Apply was interrupted: " } else { "Apply is not complete: " };
    let mut document = Document::from(line!(
        "{}{} done, {} failed, {} not tried, {} unknown.",
        Style::Attention.of(head),
        done.len(),
        failed.len(),
        not_tried.len(),
        unknown.len()
    ));
    let mut said = Said::default();
    for block in [
        list("Done:", &done, LISTED, &mut said),
        list("Failed:", &failed, usize::MAX, &mut said),
        list("Unknown, each may have been done:", &unknown, usize::MAX, &mut said),
        list("Not tried:", &not_tried, LISTED, &mut said),
    ] {
        if !block.is_empty() {
            document.blank();
            document.append(block);
        }
    }
    document.blank();
    document.push(verdict(report));
    document
}

fn verdict(report: &Report) -> Line {
    let text = if report.wrote || report.done() > 0 {
        "What is done stays done; the same command again does the rest."
    } else if report.unknown() > 0 {
        "The same command again finds out what was done, and does the rest."
    } else {
        "Nothing was changed."
    };
    line!("{}", text).prose(0)
}

/// What stands between a request and its answer, in the words of its error.
const ANSWERED: &str = " answered ";

/// What earlier rows of a report said: what a hundred rows have in common is said once.
#[derive(Default)]
struct Said {
    /// The answers of the server, each with the row that got it first.
    answers: BTreeMap<String, Line>,
    advice: BTreeSet<String>,
}

impl Said {
    /// Why a row is not done; an answer that an earlier row got is not repeated, only that row's name.
    fn why(&mut self, key: &ResourceKey, why: &str) -> Line {
        // A status alone is shorter than a name.
        if let Some((request, answer)) = why.split_once(ANSWERED).filter(|(_, answer)| answer.contains(": ")) {
            match self.answers.get(answer) {
                Some(first) => return line!("{} got the same answer as {}", request, first.clone()),
                None => drop(self.answers.insert(answer.to_owned(), name(key))),
            }
        }
        line!("{}", why)
    }

    /// Whether this advice is new.
    fn is_new(&mut self, advice: &str) -> bool {
        self.advice.insert(advice.to_owned())
    }
}

fn list(head: &'static str, rows: &[&Outcome<'_>], limit: usize, said: &mut Said) -> Document {
    if rows.is_empty() {
        return Document::new();
    }
    let head = Style::Bold.line(head);
    if rows.len() > limit {
        let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
        for (_, key, _) in rows {
            *counts.entry(key.kind).or_default() += 1;
        }
        return Document::from(head.then(line!(" {}", counts_by_kind(counts))));
    }
    let mut document = Document::from(head);
    for (row, key, outcome) in rows {
        // The heading of the list says what became of it.
        let why = match outcome {
            RowOutcome::Failed(failure) => said.why(key, &failure.reason.to_string()),
            RowOutcome::Unknown(why) => said.why(key, why),
            RowOutcome::Done(_) | RowOutcome::NotTried => Line::new(),
        };
        document.push(line(*row, key, outcome, why));
        if let RowOutcome::Failed(Failure { hint: Some(hint), .. }) = outcome
            && said.is_new(hint)
        {
            document.push(sentence(Style::Hint, "help: ", hint).indented(6));
        }
    }
    document
}

fn line(row: Option<&Row>, key: &ResourceKey, outcome: &RowOutcome, why: Line) -> Line {
    let (style, sign) = row.map_or((Style::Plain, "~ "), |row| marker(row.action));
    let planned = line!("{}{}", style.of(sign), name(key));
    let attention = line!("{}{}", Style::Attention.of("! "), name(key));
    let line = match outcome {
        RowOutcome::Done(Some(detail)) => bracketed(planned, detail),
        RowOutcome::Done(None) => match row.map(detail).filter(|members| !members.is_empty()) {
            Some(members) => bracketed(planned, &members.join(", ")),
            None => planned,
        },
        RowOutcome::Failed(_) | RowOutcome::Unknown(_) => attention.then(line!(": {}", why)),
        RowOutcome::NotTried => planned,
    };
    line.prose(4).indented(2)
}

/// The sections of the files that were written: of updates, and of settings also where they are new.
fn detail(row: &Row) -> Vec<String> {
    if row.action == Action::Update || row.key.kind == SETTINGS { row.changed_sections() } else { Vec::new() }
}

fn bracketed(line: Line, text: &str) -> Line {
    line.then(line!(" ({})", text).in_style(Style::Dim))
}

/// What goes on from here, with a command to copy on a line of its own.
fn end(next_command: Option<&str>) -> Document {
    let Some(command) = next_command else { return Document::new() };
    Document::from(line!("To apply to a server:")).line(Style::Bold.line(command).indented(2))
}

#[cfg(test)]
mod tests {
    use crate::execute::FailureReason;
    use crate::model::FieldPath;
    use crate::org::{Request, RequestError};
    use crate::plan::FieldChange;
    use crate::schema::Kind;
    use crate::schema::SecretsMode;
    use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM};
    use crate::ui::paint;
    use crate::wire::ServerError;

    use super::*;

    fn row(kind: Kind, id: &str, action: Action, members: &[&str]) -> Row {
        let field = |member: &&str| FieldChange {
            path: FieldPath::member(*member),
            action: FieldAction::Change,
            before: None,
            after: None,
            sources: BTreeMap::new(),
            guarded: false,
        };
        let fields = members.iter().map(field).collect();
        let key = ResourceKey::new(kind, id);
        Row {
            key,
            declared_at: None,
            overlaid: crate::schema::Overlaid::default(),
            action,
            fields,
            only_in_org: Vec::new(),
            will_restart: false,
            attention: Vec::new(),
            writes: Vec::new(),
        }
    }

    fn plan(rows: Vec<Row>) -> Plan {
        Plan {
            mismatches: Vec::new(),
            secrets: SecretsMode::References,
            generation: "G2",
            rows,
            undeclared: BTreeMap::new(),
            left_out: BTreeMap::new(),
            secrets_used: Vec::new(),
            needs: Vec::new(),
            missing_secrets: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
            provider_keys: Vec::new(),
            takes_provider_keys: false,
            not_compared: None,
        }
    }

    fn rows() -> Vec<Row> {
        vec![
            row(AGENT, "triage", Action::Create, &["name"]),
            row(SETTINGS, "triage", Action::Create, &["soulMd", "guardrails"]),
            row(PLATFORM, "other/other-telegram", Action::Update, &["config"]),
            row(ENTITY_TYPE, "person", Action::Update, &["name"]),
        ]
    }

    fn failed() -> RowOutcome {
        let request = Request { method: "PATCH", path: "agents/triage/config".to_owned() };
        let server = ServerError {
            code: Some("invalid_config".to_owned()),
            message: Some("guardrails: unknown guardrail \u{1b}[2J pii".to_owned()),
            structured: true,
        };
        let hint = Some("The token needs the scope mcp:admin, and its user the role owner or admin.".to_owned());
        let reason = FailureReason::Request(RequestError::Refused { request, status: 400, server });
        RowOutcome::Failed(Failure { reason, hint })
    }

    fn report(plan: &Plan, outcomes: Vec<RowOutcome>, interrupted: bool) -> Report {
        let wrote = outcomes.iter().any(|outcome| matches!(outcome, RowOutcome::Done(_)));
        Report {
            rows: plan.rows.iter().map(|row| row.key.clone()).zip(outcomes).collect(),
            interrupted,
            wrote,
            verification: Verification::default(),
        }
    }

    fn shown(document: &Document) -> String {
        paint(document, false, Some(80))
    }

    #[test]
    fn a_complete_apply_is_one_line_of_counts() {
        let plan = plan(rows());
        let report = report(&plan, vec![RowOutcome::Done(None); 4], false);
        insta::assert_snapshot!(shown(&render(&report, &plan, None)), @"Apply complete. 2 created, 2 updated.");
        insta::assert_snapshot!(shown(&render(&report, &plan, Some("lobu apply --url https://app.lobu.ai --org acme"))), @"
        Apply complete. 2 created, 2 updated.
        To apply to a server:
          lobu apply --url https://app.lobu.ai --org acme
        ");
    }

    #[test]
    fn a_report_for_public_logs_has_no_message() {
        let plan = plan(rows());
        let unknown = RowOutcome::Unknown("PUT x got no answer: \"a value\"".into());
        let outcomes = vec![RowOutcome::Done(None), failed(), unknown, RowOutcome::NotTried];
        insta::assert_snapshot!(shown(&render(&report(&plan, outcomes, false).names_only(), &plan, None)), @"
        Apply is not complete: 1 done, 1 failed, 1 not tried, 1 unknown.

        Done:
          + agent triage

        Failed:
          ! settings triage: the request failed with status 400; its message is left out
              by --names-only

        Unknown, each may have been done:
          ! platform other/other-telegram: its message is left out by --names-only

        Not tried:
          ~ entity-type person

        What is done stays done; the same command again does the rest.
        ");
    }

    #[test]
    fn an_incomplete_apply_lists_what_became_of_what() {
        let plan = plan(rows());
        let lost = RowOutcome::Unknown(
            "PUT agents/other/platforms/other-telegram got no answer: the connection was cut".into(),
        );
        let outcomes = vec![RowOutcome::Done(None), failed(), lost, RowOutcome::NotTried];
        insta::assert_snapshot!(shown(&render(&report(&plan, outcomes, false), &plan, None)), @r"
        Apply is not complete: 1 done, 1 failed, 1 not tried, 1 unknown.

        Done:
          + agent triage

        Failed:
          ! settings triage: PATCH agents/triage/config answered 400 [invalid_config]:
              guardrails: unknown guardrail \u{1b}[2J pii
              help: The token needs the scope mcp:admin, and its user the role owner or
                admin.

        Unknown, each may have been done:
          ! platform other/other-telegram: PUT agents/other/platforms/other-telegram got
              no answer: the connection was cut

        Not tried:
          ~ entity-type person

        What is done stays done; the same command again does the rest.
        ");
    }

    #[test]
    fn what_rows_have_in_common_is_said_once() {
        let ids = ["a", "b", "c", "d", "e", "f"];
        let plan = plan(ids.iter().map(|id| row(AGENT, id, Action::Create, &[])).collect());
        let failed = |id: &str, status, message: Option<&str>| {
            let request = Request { method: "POST", path: format!("agents/{id}") };
            let message = message.map(str::to_owned);
            let server = ServerError { code: None, message, structured: true };
            let reason = FailureReason::Request(RequestError::Refused { request, status, server });
            RowOutcome::Failed(Failure { reason, hint: Some("Free some space.".to_owned()) })
        };
        let outcomes = vec![
            failed("a", 507, Some("No space \u{1b}.")),
            failed("b", 507, Some("No space \u{1b}.")),
            failed("c", 507, Some("No space here.")),
            failed("d", 409, None),
            failed("e", 409, None),
            RowOutcome::Unknown("POST agents/f answered 507: No space here.".to_owned()),
        ];
        insta::assert_snapshot!(shown(&render(&report(&plan, outcomes, false), &plan, None)), @r"
        Apply is not complete: 0 done, 5 failed, 0 not tried, 1 unknown.

        Failed:
          ! agent a: POST agents/a answered 507: No space \u{1b}.
              help: Free some space.
          ! agent b: POST agents/b got the same answer as agent a
          ! agent c: POST agents/c answered 507: No space here.
          ! agent d: POST agents/d answered 409
          ! agent e: POST agents/e answered 409

        Unknown, each may have been done:
          ! agent f: POST agents/f got the same answer as agent c

        The same command again finds out what was done, and does the rest.
        ");
    }

    #[test]
    fn a_first_failure_changed_nothing_and_an_interruption_is_said() {
        let plan = plan(rows());
        let not_tried = || RowOutcome::NotTried;
        let outcomes = vec![failed(), not_tried(), not_tried(), not_tried()];
        let text = shown(&render(&report(&plan, outcomes, false), &plan, None));
        assert!(text.ends_with("\nNothing was changed.\n"), "{text}");
        let outcomes = vec![RowOutcome::Done(None), not_tried(), not_tried(), not_tried()];
        let text = shown(&render(&report(&plan, outcomes, true), &plan, None));
        assert!(text.starts_with("Apply was interrupted: 1 done, 0 failed, 3 not tried, 0 unknown.\n"), "{text}");
    }

    #[test]
    fn many_rows_are_counted_by_kind() {
        let mut many: Vec<Row> = (0..30).map(|number| row(AGENT, &format!("a{number}"), Action::Create, &[])).collect();
        many.push(row(PLATFORM, "a/b", Action::Update, &["config"]));
        many.push(row(ENTITY_TYPE, "person", Action::Create, &[]));
        let plan = plan(many);
        let mut outcomes = vec![RowOutcome::Done(None); 31];
        outcomes.push(failed());
        insta::assert_snapshot!(shown(&render(&report(&plan, outcomes, false), &plan, None)), @r"
        Apply is not complete: 31 done, 1 failed, 0 not tried, 0 unknown.

        Done: 30 agents, 1 platform

        Failed:
          ! entity-type person: PATCH agents/triage/config answered 400
              [invalid_config]: guardrails: unknown guardrail \u{1b}[2J pii
              help: The token needs the scope mcp:admin, and its user the role owner or
                admin.

        What is done stays done; the same command again does the rest.
        ");
    }

    #[test]
    fn rows_end_with_their_time_on_a_terminal() {
        let rows = rows();
        let took = 1_249;
        let lines = [
            finished_line(&rows[0], &RowOutcome::Done(None), took),
            finished_line(&rows[2], &RowOutcome::Done(Some("restarted")), took),
            finished_line(&rows[1], &failed(), took),
            finished_line(&rows[3], &RowOutcome::Unknown("the answer was lost".to_owned()), took),
        ];
        insta::assert_snapshot!(shown(&lines.into_iter().collect()), @"
        ✓ agent triage                                created  1.2s
        ✓ platform other/other-telegram               updated  1.2s (restarted)
        ✗ settings triage                             failed  1.2s
        ? entity-type person                          unknown  1.2s
        ");
    }

    #[test]
    fn rows_say_how_they_ended() {
        let rows = rows();
        let lines = [
            row_line(&rows[0], &RowOutcome::Done(None)),
            row_line(&rows[0], &RowOutcome::Done(Some("it was there already"))),
            row_line(&rows[1], &RowOutcome::Done(None)),
            row_line(&rows[2], &RowOutcome::Done(Some("restarted"))),
            row_line(&rows[3], &RowOutcome::Done(None)),
            row_line(&rows[1], &failed()),
            row_line(&rows[3], &RowOutcome::Unknown("the answer was lost".to_owned())),
        ];
        insta::assert_snapshot!(shown(&lines.into_iter().collect()), @r"
        + agent triage
        + agent triage (it was there already)
        + settings triage (SOUL.md, guardrails)
        ~ platform other/other-telegram (restarted)
        ~ entity-type person (name)
        ! settings triage failed
        ! entity-type person may have been done
        ");
    }
}
