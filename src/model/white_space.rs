use std::borrow::Cow;

/// Trims as the existing client does, which is JavaScript: white space, line ends, and byte order marks, but not NEL.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Trims the start only, in the same way.
pub fn trim_start(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

/// The text with `\n` for every `\r\n`: which of them an editor or a checkout writes says nothing.
pub fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

/// The text with the line ends of another one, which is a file that it goes into: `\r\n` if the first line ends so.
pub fn with_line_ends_of<'t>(file: &str, text: &'t str) -> Cow<'t, str> {
    let text = with_line_feeds(text);
    let is_crlf = file.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r'));
    if is_crlf && text.contains('\n') { Cow::Owned(text.replace('\n', "\r\n")) } else { text }
}

fn is_space(character: char) -> bool {
    character == '\u{FEFF}' || character.is_whitespace() && character != '\u{85}'
}
