use std::ops::Range;

use toml_edit::TomlError;

use super::path::shown_key;
use super::reader::Reader;
use crate::model::{Diagnostic, Family, Severity};

/// Reports the one place where the text stops being TOML.
///
/// The parser's display quotes the source line, so only its description is looked at, and that is passed on only if it
/// is one of the fixed phrases below: none of them repeats the file.
pub(super) fn report(reader: &mut Reader<'_>, error: &TomlError) {
    let span = error.span().unwrap_or_default();
    let description = error.message().split(", expected").next().unwrap_or_default();
    let diagnostic = match description {
        "duplicate key" => duplicate(reader, &span),
        "integer number overflowed" => {
            problem("unsafe-integer", "integers must be between -9007199254740991 and 9007199254740991")
        }
        "recursion limit" | "cannot recurse further; max recursion depth met" => {
            problem("toml-syntax", "the file is nested deeper than 80 levels")
        }
        "string values must be quoted" => {
            problem("toml-syntax", "not valid TOML: strings must be quoted").hint("put the value in quotes")
        }
        _ if description.starts_with("cannot extend value") => {
            problem("duplicate-key", "a key with a value cannot also be a table")
        }
        _ => match PHRASES.iter().find(|phrase| **phrase == description) {
            Some(phrase) => problem("toml-syntax", format!("not valid TOML: {phrase}")),
            None => problem("toml-syntax", "not valid TOML"),
        },
    };
    reader.report(&span, diagnostic);
}

fn problem(code: &'static str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Severity::Error, Family::Project, code, message)
}

/// The span of a duplicate is that of a key, which may be named.
fn duplicate(reader: &Reader<'_>, span: &Range<usize>) -> Diagnostic {
    let key = reader.slice(span).trim().trim_matches(['"', '\'']);
    let message = if key.is_empty() || key.contains(['\n', '=']) {
        "a key or table is defined twice".to_owned()
    } else {
        format!("`{}` is defined twice", shown_key(key))
    };
    problem("duplicate-key", message)
}

/// The parser's descriptions that are clear as they are.
const PHRASES: [&str; 54] = [
    "`_` may only go between digits",
    "carriage return must be followed by newline",
    "extra `=`",
    "extra assignment between key-value pairs",
    "extra comma in array",
    "extra comma in inline table",
    "floating-point number overflowed",
    "integers with a radix cannot be signed",
    "invalid array",
    "invalid basic string",
    "invalid boolean",
    "invalid comment character",
    "invalid binary number",
    "invalid date-time",
    "invalid float",
    "invalid hexadecimal number",
    "invalid inline table element",
    "invalid integer number",
    "invalid key-value pair",
    "invalid literal string",
    "invalid multi-line basic string",
    "invalid octal number",
    "invalid string",
    "unexpected leading zero",
    "unexpected sign",
    "invalid multi-line literal string",
    "invalid unquoted key",
    "invalid value",
    "key with no value",
    "keys cannot be multi-line basic strings",
    "keys cannot be multi-line literal strings",
    "missing array opening",
    "missing assignment between key-value pairs",
    "missing comma between array elements",
    "missing comma between key-value pairs",
    "missing escaped value",
    "missing inline table opening",
    "missing key for inline table element",
    "missing opening quote",
    "missing table open",
    "missing value",
    "missing value for key",
    "radix must be lowercase",
    "redundant integer number prefix",
    "redundant numeric sign",
    "too few unicode value digits",
    "unclosed array",
    "unclosed array table",
    "unclosed inline table",
    "unclosed table",
    "unexpected `=` in array",
    "unexpected content",
    "unexpected key or value",
    "unquoted keys cannot be empty",
];
