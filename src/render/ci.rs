//! Annotations of a CI log, which has rules of its own for text.

use crate::error::{CommandError, ErrorKind};
use crate::model::{Diagnostic, Position, Severity};
use crate::plan::Problem;

use super::phrases::name;
use super::text_safety::sanitise;

/// One line that a GitHub log turns into an annotation of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation(String);

impl Annotation {
    /// The line, without its line break.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Makes the annotation of a diagnostic: `::error file=…,line=…,col=…,title=…::message`.
///
/// `file` is its path in the repository. A file outside is named in the message: GitHub would look for it in the checkout.
pub fn annotation(diagnostic: &Diagnostic, file: Option<&str>) -> Annotation {
    let mut properties = Vec::new();
    let mut place = String::new();
    match (&diagnostic.position, file) {
        (Some(position), Some(file)) => {
            properties.push(("file", file.to_owned()));
            let numbers = [("line", position.line), ("col", position.column)];
            properties.extend(numbers.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| (name, n.to_string())));
        }
        (Some(Position { file, line: 0, column: _ }), None) => place = format!("{file}: "),
        (Some(Position { file, line, column: _ }), None) => place = format!("{file}:{line}: "),
        (None, _) => {}
    }
    properties.push(("title", diagnostic.code.to_owned()));
    let advice = diagnostic.advice().map(|advice| format!(" ({advice})")).unwrap_or_default();
    command(diagnostic.severity, &properties, &[format!("{place}{}{advice}", diagnostic.message)])
}

/// Makes the annotation of a command that fails, with what is behind it and what to do, a line each.
pub fn failure(error: &CommandError) -> Annotation {
    let causes = error.causes().into_iter().map(|cause| format!("caused by: {cause}"));
    let hints = error.hints.iter().flat_map(|hint| hint.lines().map(str::to_owned));
    let lines: Vec<String> = std::iter::once(error.to_string()).chain(causes).chain(hints).collect();
    command(Severity::Error, &[("title", error.kind.word().to_owned())], &lines)
}

/// Makes the annotation of a warning that is in no file.
pub fn warning(text: &str) -> Annotation {
    command(Severity::Warning, &[], &[text.to_owned()])
}

/// Makes the annotation of a command line that can't be read.
pub fn usage(text: &str) -> Annotation {
    command(Severity::Error, &[("title", ErrorKind::Usage.word().to_owned())], &[text.to_owned()])
}

/// Makes the annotation of what a plan warns of, or can't do.
pub fn plan_problem(severity: Severity, problem: &Problem) -> Annotation {
    let what = format!("{}: {}", name(&problem.key).to_plain(), problem.message);
    let lines: Vec<String> = std::iter::once(what).chain(problem.hint.clone()).collect();
    command(severity, &[], &lines)
}

fn command(severity: Severity, properties: &[(&str, String)], lines: &[String]) -> Annotation {
    let word = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", annotation_property(value))).collect();
    let space = if properties.is_empty() { "" } else { " " };
    let lines: Vec<String> = lines.iter().map(|line| annotation_message(line)).collect();
    Annotation(format!("::{word}{space}{}::{}", properties.join(","), lines.join("%0A")))
}

/// Escapes the message of an annotation; what could not be seen is visible afterwards.
pub fn annotation_message(text: &str) -> String {
    sanitise(text).as_str().replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of an annotation, in which colons and commas mean something too.
pub fn annotation_property(text: &str) -> String {
    annotation_message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::model::Family;

    use super::*;

    #[test]
    fn annotations_follow_the_rules_of_workflow_commands() {
        let position = Position { file: "b:c.toml".into(), line: 3, column: 9 };
        let diagnostic =
            Diagnostic::new(Severity::Error, Family::Agents, "agent-id", "100% wrong\n::stop-commands::x%0A")
                .at(position)
                .hint("write a-b");
        insta::assert_snapshot!(
            annotation(&diagnostic, Some("a,/b:c.toml")).as_str(),
            @"::error file=a%2C/b%3Ac.toml,line=3,col=9,title=agent-id::100%25 wrong\\n::stop-commands::x%250A (write a-b)"
        );
        insta::assert_snapshot!(
            annotation(&diagnostic, None).as_str(),
            @"::error title=agent-id::b:c.toml:3: 100%25 wrong\\n::stop-commands::x%250A (write a-b)"
        );
        let whole = Diagnostic::new(Severity::Note, Family::Project, "x", "m").at(Position::file("lobu.toml"));
        insta::assert_snapshot!(annotation(&whole, Some("lobu.toml")).as_str(), @"::notice file=lobu.toml,title=x::m");
    }

    #[test]
    fn failures_have_their_causes_and_advice() {
        let cause = std::io::Error::other("refused\n::error::x");
        let error = CommandError::new(ErrorKind::Unreachable, cause)
            .hint("Check the URL: 100%.")
            .hint_command("To log in:", "lobu login");
        insta::assert_snapshot!(
            failure(&error).as_str(),
            @"::error title=unreachable::refused\\n::error::x%0ACheck the URL: 100%25.%0ATo log in:%0Alobu login"
        );
        insta::assert_snapshot!(warning("::error::x ##[group]").as_str(), @r"::warning::\u{3a}:error::x #\u{23}[group]");
    }

    proptest! {
        #[test]
        fn annotations_are_one_line_and_one_command(text in "(?s)(.|::|##\\[|%0A|\n){0,40}") {
            let found = Diagnostic::new(Severity::Warning, Family::Project, "c", text.clone()).at(Position::file(&text));
            let error = CommandError::usage(text.clone()).hint(&text);
            let all = [annotation(&found, Some(&text)), annotation(&found, None), failure(&error), warning(&text)];
            for (annotation, commas) in all.iter().zip([1, 0, 0, 0]) {
                let mut parts = annotation.as_str().splitn(3, "::");
                let (before, properties, message) = (parts.next(), parts.next().unwrap(), parts.next().unwrap());
                prop_assert_eq!(before, Some(""));
                prop_assert!(!annotation.as_str().contains(['\n', '\r']) && !message.contains("##["), "{:?}", annotation);
                prop_assert_eq!(properties.matches(',').count(), commas, "{:?}", annotation);
            }
        }
    }
}
