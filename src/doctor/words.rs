//! Small phrases that several checks say.

/// A number and what is counted, with an `s` unless it is one.
pub(super) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// Names as `$A, $B`.
pub(super) fn references<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(", ")
}

/// A message of an error as a sentence: with a full stop, and a capital unless it starts with the name of a file.
pub(super) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    if message.starts_with("lobu.toml") { format!("{message}.") } else { format!("{first}{}.", letters.as_str()) }
}
