/// Trims as the existing client does, which is JavaScript: white space, line ends, and byte order marks, but not NEL.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Trims the start only, in the same way.
pub fn trim_start(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

fn is_space(character: char) -> bool {
    character == '\u{FEFF}' || character.is_whitespace() && character != '\u{85}'
}
