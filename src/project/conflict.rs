//! Conflict markers that a merge left behind: what is between them is no text that anybody wrote.

use crate::model::{Diagnostic, Family, Position, Severity};

/// What a text is, which decides what a marker in it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Prose, in which a code block may show markers.
    Markdown,
    /// Data, in which no line starts like a marker.
    Data,
}

/// The error of a text with an unresolved conflict, at its first marker.
pub(super) fn conflict(text: &str, content: Content, file: &str, family: Family) -> Option<Diagnostic> {
    let line = first_marker(text, content)?;
    let message = "unresolved merge conflict";
    let hint = "resolve the conflict, and remove the lines that start with `<<<<<<<`, `=======` and `>>>>>>>`";
    let position = Position { file: file.to_owned(), line, column: 1 };
    Some(Diagnostic::new(Severity::Error, family, "merge-conflict", message).hint(hint).at(position))
}

/// The line of a `<<<<<<<` with its `>>>>>>>` below it, from 1.
fn first_marker(text: &str, content: Content) -> Option<u32> {
    if !text.contains("<<<<<<< ") {
        return None;
    }
    let mut fence: Option<&str> = None;
    let mut open = None;
    for (line, number) in text.lines().zip(1..) {
        if content == Content::Markdown {
            let trimmed = line.trim_start();
            let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
            if let Some(mark) = mark.filter(|mark| fence.is_none_or(|fence| fence == *mark)) {
                fence = if fence.is_some() { None } else { Some(mark) };
                continue;
            }
        }
        if line.starts_with("<<<<<<< ") && fence.is_none() && open.is_none() {
            open = Some(number);
        } else if line.starts_with(">>>>>>> ") && open.is_some() {
            return open;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFLICT: &str = "<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> branch\n";

    fn line(text: &str, content: Content) -> Option<u32> {
        first_marker(text, content)
    }

    #[test]
    fn a_conflict_is_found_at_its_first_marker() {
        let text = format!("a\r\n\r\n{}", CONFLICT.replace('\n', "\r\n"));
        for content in [Content::Markdown, Content::Data] {
            assert_eq!(line(CONFLICT, content), Some(1));
            assert_eq!(line(&text, content), Some(3));
        }
        let diagnostic = conflict(&text, Content::Data, "lobu.toml", Family::Project).unwrap();
        assert_eq!(diagnostic.position.unwrap().line, 3);
    }

    #[test]
    fn what_only_looks_like_one_is_text() {
        let shown = format!("Resolve it:\n\n```text\n{CONFLICT}```\n");
        assert_eq!(line(&shown, Content::Markdown), None);
        assert_eq!(line(&shown, Content::Data), Some(4));
        for text in
            ["Title\n=======\n", "<<<<<<< HEAD\n", ">>>>>>> x\n", "  <<<<<<< a\n  >>>>>>> b\n", "<<<<<<<<\n>>>>>>>>"]
        {
            assert_eq!(line(text, Content::Markdown), None, "{text}");
        }
        let around = format!("```\na\n```\n{CONFLICT}");
        assert_eq!(line(&around, Content::Markdown), Some(4));
    }
}
