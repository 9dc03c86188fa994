use crate::error::CommandError;
use crate::render::document::{Document, Style, line};
use crate::render::text_safety::with_short_words;

/// Renders an error of a command: `error:`, `caused by:` for each cause that says more, `help:`.
pub fn failure_document(error: &CommandError) -> Document {
    let line = |style: Style, word, text: &str| line!("{}{}", style.of(word), text).prose(2);
    let mut document = Document::from(line(Style::Error, "error: ", &with_short_words(&error.to_string())));
    let causes = error.causes();
    let causes = causes.iter().map(|cause| line(Style::Dim, "caused by: ", &with_short_words(cause)).indented(2));
    document.extend(causes);
    for hint in &error.hints {
        let mut lines = hint.lines();
        document.extend(lines.next().map(|advice| line(Style::Hint, "help: ", advice)));
        // Never wrapped: it is there to be copied.
        document.extend(lines.map(|command| Style::Bold.line(command.to_owned()).indented(2)));
    }
    document
}

#[cfg(test)]
mod tests {
    use crate::error::ErrorKind;
    use crate::ui::paint;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the server at http://127.0.0.1:1 can't be reached")]
    struct Reaching(#[source] Connecting);

    #[derive(Debug, thiserror::Error)]
    #[error("tcp connect error")]
    struct Connecting(#[source] std::io::Error);

    #[test]
    fn errors_say_what_why_and_what_to_do() {
        let cause = Connecting(std::io::Error::other("Connection refused\u{1b}[2J\n::error::x"));
        let error = CommandError::new(ErrorKind::Unreachable, Reaching(cause))
            .hint("Check the URL, or leave out --url to apply to the embedded org of this machine.")
            .hint_command(
                "To log in:",
                "lobu login -c a-context-with-a-long-name --url https://a-server-with-a-long-name.example",
            );
        insta::assert_snapshot!(paint(&failure_document(&error), false, Some(80)), @r"
        error: the server at http://127.0.0.1:1 can't be reached
          caused by: tcp connect error
          caused by: Connection refused\u{1b}[2J\n::error::x
        help: Check the URL, or leave out --url to apply to the embedded org of this
          machine.
        help: To log in:
          lobu login -c a-context-with-a-long-name --url https://a-server-with-a-long-name.example
        ");
    }
}
