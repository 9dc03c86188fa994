//! What `lobu doctor` found, as people read it.

use crate::doctor::{Counts, Finding, Group, Report, State};

use super::document::{Document, Line, Style, line};

/// What the report itself does not know.
#[derive(Debug, Clone, Copy)]
pub struct DoctorView<'a> {
    /// What `--fix` did, a sentence each.
    pub mended: &'a [String],
}

/// The columns before what was found: two, a word of four, two.
const COLUMNS: usize = 8;

/// Renders what was mended, the groups, and how many checks ended how.
pub fn render(report: &Report, view: &DoctorView<'_>) -> Document {
    let blocks = std::iter::once(mended(view.mended)).chain(Group::ALL.into_iter().map(|of| group(report, of)));
    Document::of_blocks(blocks.chain([last(report.counts())]))
}

fn mended(mended: &[String]) -> Document {
    let mut document = Document::new();
    if mended.is_empty() {
        return document;
    }
    document.push(Style::Bold.line("Mended"));
    for what in mended {
        document.push(line!("{}{}", Style::Update.of("~ "), what).prose(2).indented(2));
    }
    document
}

fn group(report: &Report, group: Group) -> Document {
    let mut document = Document::from(Style::Bold.line(group.heading()));
    let mut skipped: Vec<(&str, Vec<&'static str>)> = Vec::new();
    for finding in report.of(group) {
        match &finding.state {
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
    }
    document.push(below("see: ", finding.check.id()));
    document
}

fn below(label: &'static str, text: &str) -> Line {
    line!("{}{}", Style::Hint.of(label), text).prose(label.len()).indented(COLUMNS)
}

fn last(counts: Counts) -> Document {
    let Counts { ok, notes, warnings, failures, skipped } = counts;
    let mut document = Document::new();
    if failures == 0 && warnings == 0 {
        document.push(line!("Nothing that was looked at stands in the way."));
    }
    let parts = [(failures, " failed"), (warnings, " warned"), (notes, " noted"), (ok, " ok"), (skipped, " skipped")];
    let mut line = Style::Bold.line("Summary: ");
    for (at, (count, word)) in parts.into_iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        line = line.then(Style::Bold.line(format!("{comma}{count}{word}")));
    }
    document.push(line);
    document
}

#[cfg(test)]
mod tests {
    use crate::doctor::Check;

    use super::*;

    fn finding(check: Check, state: State) -> Finding {
        let text = |text: &str| Some(text.to_owned());
        Finding { check, state, what: "What \u{1b}[31m.".to_owned(), why: text("Why."), how: text("How.") }
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
        let mended = ["Mended.".to_owned()];
        let document = render(&report, &DoctorView { mended: &mended });
        let lines: Vec<String> = document.lines().iter().map(Line::to_plain).collect();
        let project: Vec<&str> = lines.iter().map(String::as_str).take_while(|line| *line != "Credentials").collect();
        insta::assert_snapshot!(project.join("\n"), @r"
        Mended
          ~ Mended.

        Project
          ok    What \u{1b}[31m.
          note  What \u{1b}[31m.
                why: Why.
                do:  How.
                see: project-valid
          WARN  What \u{1b}[31m.
                why: Why.
                do:  How.
                see: project-warnings
          FAIL  What \u{1b}[31m.
                why: Why.
                do:  How.
                see: project-spelling
          skip  project-values, dotenv-readable, dotenv-mode, dotenv-ignored: a check before it did not pass
        ");
        assert!(lines.last().is_some_and(|line| line.starts_with("Summary: 1 failed, 1 warned, 1 noted, 1 ok, ")));
        assert!(!lines.iter().any(|line| line.starts_with("Nothing")));
    }
}
