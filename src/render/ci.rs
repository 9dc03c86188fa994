//! Annotations of a CI log, which has rules of its own for text.

use crate::model::{Diagnostic, Severity};

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
pub fn annotation(diagnostic: &Diagnostic) -> Annotation {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(position) = &diagnostic.position {
        properties.push(format!("file={}", annotation_property(&position.file)));
        if position.line > 0 {
            properties.push(format!("line={}", position.line));
        }
        if position.column > 0 {
            properties.push(format!("col={}", position.column));
        }
    }
    properties.push(format!("title={}", annotation_property(diagnostic.code)));
    let mut message = diagnostic.message.clone();
    if let Some(advice) = diagnostic.advice() {
        message.push_str(" (");
        message.push_str(&advice);
        message.push(')');
    }
    Annotation(format!("::{command} {}::{}", properties.join(","), annotation_message(&message)))
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

    use crate::model::{Family, Position};

    use super::*;

    #[test]
    fn annotations_follow_the_rules_of_workflow_commands() {
        let position = Position { file: "a,b:c.toml".into(), line: 3, column: 9 };
        let diagnostic = Diagnostic::new(Severity::Error, Family::Agents, "agent-id", "100% wrong\n::stop-commands::x")
            .at(position)
            .hint("write a-b");
        insta::assert_snapshot!(
            annotation(&diagnostic).as_str(),
            @"::error file=a%2Cb%3Ac.toml,line=3,col=9,title=agent-id::100%25 wrong\\n::stop-commands::x (write a-b)"
        );
        let whole = Diagnostic::new(Severity::Note, Family::Project, "x", "m").at(Position::file("lobu.toml"));
        insta::assert_snapshot!(annotation(&whole).as_str(), @"::notice file=lobu.toml,title=x::m");
    }

    proptest! {
        #[test]
        fn annotations_are_one_line(text in "(?s).{0,40}") {
            let diagnostic = Diagnostic::new(Severity::Warning, Family::Project, "c", text.clone());
            let annotation = annotation(&diagnostic.at(Position::file(text)));
            prop_assert!(!annotation.as_str().contains(['\n', '\r']));
            prop_assert_eq!(annotation.as_str().matches(',').count(), annotation.as_str().split_once("::").map_or(0, |_| {
                annotation.as_str().splitn(3, "::").nth(2).map_or(0, |message| message.matches(',').count()) + 1
            }));
        }
    }
}
