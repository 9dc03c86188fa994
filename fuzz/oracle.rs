//! What holds for every `.env` text: for the fuzz target, and for its seeds as an ordinary test.

use std::collections::BTreeMap;

use lobu::project::dotenv::{self, Dotenv};

type Values = BTreeMap<String, String>;

/// Checks a text.
///
/// # Panics
///
/// If anything does not hold.
pub(crate) fn check(text: &str) {
    let expected = read_simply(text);
    match dotenv::parse(text) {
        Err(problems) => {
            assert_eq!(expected, None, "refused, but every line is understood");
            check_problems(text, &problems);
            assert!(dotenv::set(text, "A", "x").is_err() && dotenv::remove(text, "A").is_err());
        }
        Ok(found) => {
            let lines: BTreeMap<String, u32> =
                found.names().map(|name| (name.to_owned(), found.line(name).expect("a name has a line"))).collect();
            let values = values(found);
            assert_eq!(expected.as_ref(), Some(&values), "two readers differ");
            check_rewritten(&values);
            for name in values.keys().take(3).map(String::as_str).chain(["NEW_NAME"]) {
                check_remove(text, &values, name, lines.get(name).copied());
                // A value of the text's own characters: whatever is hard to quote is in it.
                let middle = text.chars().skip(text.chars().count() / 2).take(64).collect::<String>();
                for value in [text, middle.as_str(), "x", ""] {
                    check_set(text, &values, name, value, lines.get(name).copied());
                }
            }
        }
    }
}

fn values(dotenv: Dotenv) -> Values {
    dotenv.into_values().into_iter().map(|(name, value)| (name, value.to_string())).collect()
}

fn read(text: &str) -> Values {
    values(dotenv::parse(text).expect("an edited text is understood"))
}

/// Problems come in order, at lines of the text, in words that are the same for every text.
fn check_problems(text: &str, problems: &[dotenv::Problem]) {
    const WORDS: [&str; 7] = [
        "this line is not `NAME=value`",
        "the name before `=` may hold only letters, digits and `_`, and not start with a digit",
        "the name stands on line N already",
        "a quote is not closed",
        "only a comment may follow the closing quote",
        "the value is longer than 64 KiB",
        "",
    ];
    assert!(!problems.is_empty());
    let last = u32::try_from(text.split('\n').count()).expect("few lines");
    let mut before = 0;
    for problem in problems {
        assert!(before < problem.line && problem.line <= last, "line {} of {last}", problem.line);
        before = problem.line;
        let words = match &problem.kind {
            dotenv::ProblemKind::Duplicate { first } => {
                assert!(*first >= 1 && *first < problem.line);
                problem.kind.to_string().replace(&first.to_string(), "N")
            }
            kind => kind.to_string(),
        };
        assert!(WORDS.contains(&words.as_str()), "{words}");
    }
}

/// All entries written anew read back as the same.
fn check_rewritten(expected: &Values) {
    let mut text = String::new();
    let mut writable = expected.clone();
    writable.retain(|_, value| !value.contains('\0'));
    for (name, value) in &writable {
        text = dotenv::set(&text, name, value).expect("what was read can be written").to_string();
    }
    assert_eq!(read(&text), writable);
    assert_eq!(text.lines().count(), writable.len(), "an entry is a line");
}

/// The lines before an entry, byte for byte.
fn before(text: &str, line: u32) -> String {
    text.split_inclusive('\n').take(usize::try_from(line).expect("small") - 1).collect()
}

fn check_remove(text: &str, all: &Values, name: &str, line: Option<u32>) {
    let removed = dotenv::remove(text, name).expect("the text is understood");
    let Some(line) = line else {
        assert!(removed.is_none());
        return;
    };
    let removed = removed.expect("the name is there");
    let mut expected = all.clone();
    expected.remove(name);
    assert_eq!(read(&removed), expected);
    let mark = if line == 1 && text.starts_with('\u{FEFF}') { "\u{FEFF}".to_owned() } else { before(text, line) };
    let rest = removed.strip_prefix(mark.as_str()).expect("what stands before it stays");
    assert!(text.ends_with(rest), "what stands after it stays");
}

fn check_set(text: &str, all: &Values, name: &str, value: &str, line: Option<u32>) {
    if value.len() > Dotenv::VALUE_LIMIT || value.contains('\0') {
        assert!(dotenv::set(text, name, value).is_err());
        return;
    }
    let edited = dotenv::set(text, name, value).expect("the value can be written");
    let mut expected = all.clone();
    expected.insert(name.to_owned(), value.to_owned());
    assert_eq!(read(&edited), expected);
    assert_eq!(dotenv::set(&edited, name, value).expect("it was written before"), edited, "twice is once");
    let without = dotenv::remove(&edited, name).expect("it is understood").expect("it is there");
    match line {
        Some(line) => {
            assert!(edited.starts_with(&before(text, line)));
            assert_eq!(Some(without), dotenv::remove(text, name).expect("it is understood"));
        }
        None => assert!(without.starts_with(text) && ["", "\n", "\r\n"].contains(&&without[text.len()..])),
    }
}

/// Another reader of the same rules, character by character and as simple as can be; none for a broken text.
fn read_simply(text: &str) -> Option<Values> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n");
    let text: Vec<char> = text.strip_suffix('\r').unwrap_or(&text).chars().collect();
    let mut found = Values::new();
    let mut at = 0;
    while at < text.len() {
        let blank = |c: char| c == ' ' || c == '\t';
        let skip = |mut at: usize| {
            while text.get(at).copied().is_some_and(blank) {
                at += 1;
            }
            at
        };
        let ends = |at: usize| matches!(text.get(at), None | Some('\n'));
        let line_end = (at..).find(|at| ends(*at))?;
        at = skip(at);
        if ends(at) || text[at] == '#' {
            at = line_end + 1;
            continue;
        }
        let equals = (at..line_end).find(|at| text[*at] == '=')?;
        let words: String = text[at..equals].iter().collect();
        let words: Vec<&str> = words.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        let name = match words.as_slice() {
            [name] | ["export", name] => (*name).to_owned(),
            _ => return None,
        };
        let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
        if !name.starts_with(is_start) || !name.chars().all(|c| is_start(c) || c.is_ascii_digit()) {
            return None;
        }
        let mut value = String::new();
        at = skip(equals + 1);
        match text.get(at) {
            Some(&quote @ ('\'' | '"')) => {
                at += 1;
                loop {
                    match (quote, *text.get(at)?) {
                        (_, c) if c == quote => break,
                        ('\'', '\n') => return None,
                        ('"', '\\') if matches!(text.get(at + 1), Some('"' | '\\')) => {
                            value.push(text[at + 1]);
                            at += 1;
                        }
                        ('"', '\\') if text.get(at + 1) == Some(&'n') => {
                            value.push('\n');
                            at += 1;
                        }
                        (_, c) => value.push(c),
                    }
                    at += 1;
                }
                at = skip(at + 1);
                if !ends(at) && text[at] != '#' {
                    return None;
                }
                while !ends(at) {
                    at += 1;
                }
            }
            _ => {
                while !ends(at) && !(text[at] == '#' && blank(text[at - 1])) {
                    value.push(text[at]);
                    at += 1;
                }
                value = value.trim_end_matches(blank).to_owned();
                at = line_end;
            }
        }
        if value.len() > Dotenv::VALUE_LIMIT || found.insert(name, value).is_some() {
            return None;
        }
        at += 1;
    }
    Some(found)
}
