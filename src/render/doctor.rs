//! What `lobu doctor` found, as people read it.

use crate::doctor::{Counts, Finding, Group, Report, State};

use super::document::{Document, Line, Style, line};

/// What the report itself does not know.
#[derive(Debug, Clone, Copy)]
pub struct DoctorView<'a> {
    /// What `--fix` did, a sentence each.
    pub fixed: &'a [String],
    /// Whether every check is listed, also in groups without a problem.
    pub lists_all: bool,
}

/// The columns before what was found: two, a word of four, two.
const COLUMNS: usize = 8;

/// Renders what was fixed, the groups, and how many checks ended how.
pub fn render(report: &Report, view: &DoctorView<'_>) -> Document {
    let mut blocks = vec![fixed(view.fixed)];
    if view.lists_all {
        blocks.extend(Group::ALL.into_iter().map(|of| group(report, of, true)));
    } else {
        let (healthy, others): (Vec<Group>, _) = Group::ALL.into_iter().partition(|of| is_healthy(report, *of));
        blocks.extend(others.into_iter().map(|of| group(report, of, false)));
        blocks.push(healthy.into_iter().map(|of| in_a_line(report, of)).collect());
    }
    blocks.push(last(report.counts(), view.lists_all));
    Document::of_blocks(blocks)
}

fn fixed(fixed: &[String]) -> Document {
    let mut document = Document::new();
    if fixed.is_empty() {
        return document;
    }
    document.push(Style::Bold.line("Fixed"));
    for what in fixed {
        document.push(line!("{}{}", Style::Update.of("~ "), what).prose(2).indented(2));
    }
    document
}

/// Whether a group has nothing to say beyond that it is in order, or was not looked at.
fn is_healthy(report: &Report, group: Group) -> bool {
    report.of(group).all(|finding| matches!(finding.state, State::Ok | State::Skipped { .. }))
}

/// A healthy group: `ok    Project`, or why nothing of it was looked at.
fn in_a_line(report: &Report, group: Group) -> Line {
    let mut reasons = report.of(group).map(|finding| match &finding.state {
        State::Skipped { why } => Some(why.as_str()),
        _ => None,
    });
    let first = reasons.next().flatten();
    let Some(why) = first.filter(|first| reasons.all(|why| why == Some(first))) else {
        return line!("{}{}", Style::Create.of("ok    "), group.heading());
    };
    line!("skip  {}: {}", group.heading(), why).in_style(Style::Dim).prose(COLUMNS - 2)
}

/// A group with a heading: its problems, or all of its checks.
fn group(report: &Report, group: Group, lists_all: bool) -> Document {
    let mut document = Document::from(Style::Bold.line(group.heading()));
    let mut skipped: Vec<(&str, Vec<&'static str>)> = Vec::new();
    for finding in report.of(group) {
        match &finding.state {
            State::Ok | State::Skipped { .. } if !lists_all => {}
            State::Skipped { why } => match skipped.iter_mut().find(|(other, _)| *other == why.as_str()) {
                Some((_, ids)) => ids.push(finding.check.id()),
                None => skipped.push((why.as_str(), vec![finding.check.id()])),
            },
            _ => document.append(told(finding)),
        }
    }
    for (why, ids) in skipped {
        let line = line!("skip  {}: {}", ids.join(", "), why).in_style(Style::Dim);
        document.push(line.prose(COLUMNS - 2).indented(2));
    }
    document
}

/// A finding: the word, what was found; below it why it matters, what to do, and the id to look up.
fn told(finding: &Finding) -> Document {
    let (style, word) = match finding.state {
        State::Ok | State::Skipped { .. } => (Style::Create, "ok    "),
        State::Note => (Style::Note, "note  "),
        State::Warning => (Style::Warning, "WARN  "),
        State::Failure => (Style::Error, "FAIL  "),
    };
    let head = line!("{}{}", style.of(word), &finding.what);
    let mut document = Document::from(head.prose(COLUMNS - 2).indented(2));
    if finding.state == State::Ok {
        return document;
    }
    if let Some(why) = &finding.why {
        document.push(below("why: ", why));
    }
    if let Some(how) = &finding.how {
        document.push(below("do:  ", how));
        // Never wrapped: it is there to be copied.
        document
            .extend(finding.command.as_ref().map(|command| Style::Bold.line(command.clone()).indented(COLUMNS + 7)));
    }
    document.push(below("see: ", finding.check.id()));
    document
}

fn below(label: &'static str, text: &str) -> Line {
    line!("{}{}", Style::Hint.of(label), text).prose(label.len()).indented(COLUMNS)
}

/// How many checks ended how, without those that none did.
fn last(counts: Counts, lists_all: bool) -> Document {
    let Counts { ok, notes, warnings, failures, skipped } = counts;
    let mut document = Document::new();
    if failures == 0 && warnings == 0 {
        document.push(Style::Bold.line("No problems found."));
    }
    let parts =
        [(failures, "failed"), (warnings, "with a warning"), (notes, "with a note"), (ok, "ok"), (skipped, "skipped")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    let all = if lists_all { "" } else { " (-v lists them)" };
    document.push(line!("Checks: {}{}", parts.collect::<Vec<_>>().join(", "), all).prose(2));
    document
}

#[cfg(test)]
mod tests {
    use crate::doctor::Check;

    use super::*;

    fn finding(check: Check, state: State) -> Finding {
        let text = |text: &str| Some(text.to_owned());
        Finding {
            check,
            state,
            what: "What \u{1b}[31m.".to_owned(),
            why: text("Why."),
            how: text("How:"),
            command: text("lobu x"),
        }
    }

    fn lines(report: &Report, lists_all: bool) -> Vec<String> {
        let fixed = ["The mode is 0600.".to_owned()];
        render(report, &DoctorView { fixed: &fixed, lists_all }).lines().iter().map(Line::to_plain).collect()
    }

    #[test]
    fn every_state_has_its_word_and_foreign_text_is_shown_as_it_is() {
        let states = [
            (Check::ProjectFound, State::Ok),
            (Check::ProjectValid, State::Note),
            (Check::ProjectWarnings, State::Warning),
            (Check::ProjectSpelling, State::Failure),
        ];
        let report = Report::new(states.map(|(check, state)| finding(check, state)), &[]);
        let lines = lines(&report, true);
        let project: Vec<&str> = lines.iter().map(String::as_str).take_while(|line| *line != "Credentials").collect();
        insta::assert_snapshot!(project.join("\n"), @r"
        Fixed
          ~ The mode is 0600.

        Project
          ok    What \u{1b}[31m.
          note  What \u{1b}[31m.
                why: Why.
                do:  How:
                       lobu x
                see: project-valid
          WARN  What \u{1b}[31m.
                why: Why.
                do:  How:
                       lobu x
                see: project-warnings
          FAIL  What \u{1b}[31m.
                why: Why.
                do:  How:
                       lobu x
                see: project-spelling
          skip  project-values, dotenv-readable, dotenv-mode, dotenv-ignored, state-file: an earlier check failed
        ");
        assert!(!lines.iter().any(|line| line.starts_with("No problems")));
    }

    #[test]
    fn a_group_without_problems_is_a_line() {
        let mut states: Vec<_> = Group::Project.checks().map(|check| (check, State::Ok)).collect();
        states.push((Check::AccountFiles, State::Warning));
        states.push((Check::TokenPresent, State::Ok));
        let skips = [(Group::Memory, "the org is embedded".to_owned())];
        let report = Report::new(states.into_iter().map(|(check, state)| finding(check, state)), &skips);
        insta::assert_snapshot!(lines(&report, false).join("\n"), @r"
        Fixed
          ~ The mode is 0600.

        Credentials
          WARN  What \u{1b}[31m.
                why: Why.
                do:  How:
                       lobu x
                see: account-files

        ok    Project
        skip  Server: an earlier check failed
        skip  Org: an earlier check failed
        skip  Secrets: an earlier check failed
        skip  Embedded org: an earlier check failed
        skip  Memory endpoint: the org is embedded

        Checks: 1 with a warning, 10 ok, 30 skipped (-v lists them)
        ");
    }
}
