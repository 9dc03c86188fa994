//! Reads the mermaid text that this program writes, and nothing else: whatever is not of its grammar fails.

/// A diagram as it was read.
#[derive(Debug)]
pub(in crate::render::mermaid) struct Read {
    /// The first line, which says what kind of diagram it is.
    pub(in crate::render::mermaid) head: String,
    pub(in crate::render::mermaid) statements: Vec<Statement>,
}

/// One line of a diagram; labels are decoded.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::render::mermaid) enum Statement {
    Box { id: String, label: String },
    Line { from: String, to: String, label: String },
}

/// Reads a diagram.
#[track_caller]
pub(in crate::render::mermaid) fn read(text: &str) -> Read {
    let mut lines = text.strip_suffix('\n').expect("the last line is ended").split('\n');
    let head = lines.next().expect("a first line").to_owned();
    assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{text:?}");
    Read { head, statements: lines.map(statement).collect() }
}

#[track_caller]
fn statement(line: &str) -> Statement {
    let rest = line.strip_prefix("    ").expect(line);
    let (from, rest) = id(rest);
    if let Some(to) = rest.strip_prefix(" }o--o{ ") {
        let (to, rest) = id(to);
        let (label, rest) = label(rest.strip_prefix(" : ").expect(line));
        assert_eq!(rest, "", "{line:?}");
        return Statement::Line { from, to, label };
    }
    for arrow in [" --> ", " -.-> "] {
        if let Some(to) = rest.strip_prefix(arrow) {
            let (to, rest) = id(to);
            assert_eq!(rest, "", "{line:?}");
            return Statement::Line { from, to, label: String::new() };
        }
    }
    if let Some(rest) = rest.strip_prefix(" -.->|") {
        let (label, rest) = label(rest);
        let (to, rest) = id(rest.strip_prefix("| ").expect(line));
        assert_eq!(rest, "", "{line:?}");
        return Statement::Line { from, to, label };
    }
    let [open, close] = shape(&from);
    let (label, rest) = label(rest.strip_prefix(open).expect(line));
    assert_eq!(rest, close, "{line:?}");
    Statement::Box { id: from, label }
}

/// The brackets of a box, by the letter of its id.
fn shape(id: &str) -> [&'static str; 2] {
    match id.chars().next() {
        Some('p') => ["([", "])"],
        Some('m') => ["[[", "]]"],
        Some('s') => ["{{", "}}"],
        _ => ["[", "]"],
    }
}

/// An id of ours: a letter and a number.
#[track_caller]
fn id(text: &str) -> (String, &str) {
    let letter = text.chars().next().filter(char::is_ascii_lowercase).expect(text);
    let digits: String = text.chars().skip(1).take_while(char::is_ascii_digit).collect();
    assert!(!digits.is_empty(), "{text:?}");
    let id = format!("{letter}{digits}");
    let rest = text.strip_prefix(&id).expect(text);
    (id, rest)
}

/// A quoted label, decoded.
#[track_caller]
fn label(text: &str) -> (String, &str) {
    let (inside, rest) = text.strip_prefix('"').expect(text).split_once('"').expect(text);
    assert!(!inside.is_empty(), "{text:?}");
    let mut label = String::new();
    let mut characters = inside.chars();
    while let Some(c) = characters.next() {
        if c == '#' {
            let code: String = characters.by_ref().take_while(|c| *c != ';').collect();
            assert!(code.bytes().all(|byte| byte.is_ascii_digit()), "{text:?}");
            label.push(code.parse::<u32>().ok().and_then(char::from_u32).expect(text));
        } else {
            assert!(!"\"#;%{}<>&$`[]|:()'*\\@^=!?".contains(c), "{text:?}");
            label.push(c);
        }
    }
    (label, rest)
}
