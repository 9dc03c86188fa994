//! Markdown files: prompts and skills.

use super::conflict::{Content, conflict};
use super::directory::{ProjectDirectory, ReadError};
use crate::model::{Diagnostic, Family, Position, Severity, trim, with_line_feeds};

/// Reads a Markdown file in its three states: missing, blank, or text, trimmed and with `\n` as its line ends.
pub fn read_markdown(directory: &ProjectDirectory, path: &str) -> Result<Option<String>, ReadError> {
    let Some(text) = directory.read_text(path, directory.limits().markdown)? else { return Ok(None) };
    Ok(Some(with_line_feeds(trim(&text)).into_owned()))
}

/// What of a Markdown file would not be what anybody wrote, or not what a server takes.
pub(super) fn markdown_error(text: &str, file: &str, family: Family) -> Option<Diagnostic> {
    let nul = || {
        let line = (1..).zip(text.lines()).find(|(_, line)| line.contains('\0')).map(|(line, _)| line)?;
        let position = Position { file: file.to_owned(), line, column: 0 };
        let message = "this line contains a NUL character, which servers refuse";
        Some(Diagnostic::new(Severity::Error, family, "nul-character", message).at(position))
    };
    conflict(text, Content::Markdown, file, family).or_else(nul)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn missing_blank_and_text_are_three_things() {
        let temporary = tempfile::tempdir().unwrap();
        fs::write(temporary.path().join("blank.md"), "\u{FEFF} \r\n\t\u{A0}\n").unwrap();
        fs::write(temporary.path().join("empty.md"), "").unwrap();
        fs::write(temporary.path().join("text.md"), "\u{FEFF}\n  # Soul\r\n\r\ntext \n").unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        assert_eq!(read_markdown(&directory, "none.md"), Ok(None));
        assert_eq!(read_markdown(&directory, "blank.md"), Ok(Some(String::new())));
        assert_eq!(read_markdown(&directory, "empty.md"), Ok(Some(String::new())));
        assert_eq!(read_markdown(&directory, "text.md"), Ok(Some("# Soul\n\ntext".to_owned())));
    }

    #[test]
    fn a_nul_character_is_found_in_its_line() {
        let found = markdown_error("# Soul\n\nBe\0 kind.\n\0", "SOUL.md", Family::Agents).unwrap();
        assert_eq!((found.code, found.position.unwrap().line), ("nul-character", 3));
        assert_eq!(markdown_error("Be kind.", "SOUL.md", Family::Agents), None);
    }

    #[test]
    fn trimming_is_that_of_javascript() {
        assert_eq!(trim("\u{2003}\u{3000}\u{2028}\u{B}a\u{1680}\u{FEFF}"), "a");
        assert_eq!(trim("\u{85}a\u{200B}"), "\u{85}a\u{200B}");
    }
}
