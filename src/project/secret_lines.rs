use super::directory::ProjectDirectory;
use crate::model::{Diagnostic, Family, Position, Severity, has_secret_shape};

/// So many lines of a file are named; a file of nothing but keys is one mistake.
const NAMED: usize = 20;

/// Warns of each line of a text that looks like a secret, whatever it is in: prose, YAML, a comment.
pub(super) fn secret_lines(text: &str, file: &str, family: Family) -> Vec<Diagnostic> {
    if !has_secret_shape(text) {
        return Vec::new();
    }
    let lines = (1..).zip(text.lines()).filter(|(_, line)| has_secret_shape(line)).take(NAMED);
    let warning = |(line, _): (u32, &str)| {
        Diagnostic::new(Severity::Warning, family, "literal-secret", "this line seems to contain a secret")
            .at(Position { file: file.to_owned(), line, column: 0 })
            .hint("remove it and rotate the secret: git history keeps the old one")
    };
    lines.map(warning).collect()
}

/// The same for a Markdown file that was read, of which a part is at hand.
pub(super) fn secret_lines_of(directory: &ProjectDirectory, file: &str, part: &str) -> Vec<Diagnostic> {
    if !has_secret_shape(part) {
        return Vec::new();
    }
    let text = directory.read_text(file, directory.limits().markdown).ok().flatten().unwrap_or_default();
    secret_lines(&text, file, Family::Agents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_named_and_nothing_is_quoted() {
        let token = format!("ghp_{}", "a1".repeat(18));
        let text = format!("# Soul\r\n\r\nUse {token}.\nAnd not ghp_x.\n{token}");
        let found = secret_lines(&text, "SOUL.md", Family::Agents);
        let lines: Vec<_> = found.iter().map(|found| found.position.as_ref().unwrap().line).collect();
        assert_eq!(lines, [3, 5]);
        assert!(!format!("{found:?}").contains("ghp_"));
        assert!(secret_lines("Use ghp_ tokens.", "SOUL.md", Family::Agents).is_empty());
    }
}
