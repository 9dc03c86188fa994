//! Random documents in all styles, random changes of them, and what the changes mean.

use super::*;

/// Decisions made of random bytes.
pub(super) struct RandomChoices<'b>(pub(super) std::slice::Iter<'b, u8>);

impl RandomChoices<'_> {
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % end
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

const SCALARS: [&str; 16] = [
    "x",
    "two words",
    "1",
    "-1.5",
    "true",
    "null",
    "~",
    "'single'",
    "'it''s'",
    "\"double\"",
    "\"a\\nb\"",
    "x#y",
    "http://x:1/y",
    "''",
    "\"1\"",
    "0x1F",
];

/// A document, or several.
pub(super) fn document(choices: &mut RandomChoices<'_>) -> String {
    let mut text = String::new();
    text.push_str(choices.pick(&["", "", "", "", "%YAML 1.2\n---\n", "--- # start\n"]));
    if choices.one_in(4) {
        text.push_str("# head\n\n");
    }
    block_map(choices, 0, 0, &mut text);
    if choices.one_in(6) {
        text.push_str("...\n");
    } else if choices.one_in(4) {
        text.push_str("---\n# second\nslug: x\n");
    }
    if choices.one_in(4) {
        text.pop();
    }
    if choices.one_in(4) {
        text = text.replace('\n', "\r\n");
    }
    if choices.one_in(8) {
        text.insert(0, '\u{FEFF}');
    }
    text
}

fn spaces(count: usize) -> String {
    " ".repeat(count)
}

fn decorate(choices: &mut RandomChoices<'_>, indent: usize, text: &mut String) {
    if choices.one_in(6) {
        text.push('\n');
    }
    if choices.one_in(5) {
        text.extend([&spaces(indent), "# about\n"]);
    }
}

fn end_line(choices: &mut RandomChoices<'_>, text: &mut String) {
    text.push_str(if choices.one_in(4) { "  # note\n" } else { "\n" });
}

fn block_map(choices: &mut RandomChoices<'_>, indent: usize, depth: usize, text: &mut String) {
    for position in 0..=choices.below(4) {
        if position > 0 || depth == 0 {
            decorate(choices, indent, text);
            text.push_str(&spaces(indent));
        }
        let key = choices.pick(&["key", "'quoted'", "\"dou: ble\"", "two words"]);
        let key = key.replacen(['y', 't', 'b', 'w'], &format!("{position}"), 1);
        text.extend([&key, ":"]);
        value(choices, indent, depth, true, text);
    }
}

fn block_list(choices: &mut RandomChoices<'_>, indent: usize, depth: usize, is_compact: bool, text: &mut String) {
    for position in 0..=choices.below(4) {
        if position > 0 || !is_compact {
            decorate(choices, indent, text);
            text.push_str(&spaces(indent));
        }
        text.push('-');
        value(choices, indent, depth, false, text);
    }
}

fn value(choices: &mut RandomChoices<'_>, indent: usize, depth: usize, is_key: bool, text: &mut String) {
    let step = if is_key { 2 + 2 * choices.below(2) } else { 2 };
    match choices.below(if depth < 4 { 12 } else { 6 }) {
        0..=2 => {
            text.extend([" ", choices.pick(&SCALARS)]);
            end_line(choices, text);
        }
        3 => end_line(choices, text),
        4 => block_text(choices, indent + 2, text),
        5 => {
            text.push(' ');
            flow(choices, depth, text);
            end_line(choices, text);
        }
        6..=8 if is_key => {
            end_line(choices, text);
            if choices.one_in(5) {
                text.extend([&spaces(indent + step), "# inside\n"]);
            }
            text.push_str(&spaces(indent + step));
            block_map(choices, indent + step, depth + 1, text);
        }
        6..=8 => {
            text.push(' ');
            block_map(choices, indent + 2, depth + 1, text);
        }
        _ if is_key => {
            end_line(choices, text);
            let step = if choices.one_in(3) { 0 } else { step };
            block_list(choices, indent + step, depth + 1, false, text);
        }
        _ => {
            text.push(' ');
            block_list(choices, indent + 2, depth + 1, true, text);
        }
    }
}

fn block_text(choices: &mut RandomChoices<'_>, indent: usize, text: &mut String) {
    let header = choices.pick(&["|", "|-", "|+", ">", ">-", "|2"]);
    // Behind a dash, and behind a key, the text is indented by two.
    text.extend([" ", header]);
    end_line(choices, text);
    for _ in 0..=choices.below(3) {
        let line = choices.pick(&["some text", "# no comment", "- no: list", "  deeper", "é"]);
        let line = if header.contains('2') { line } else { line.trim_start() };
        text.extend([&spaces(indent), line, "\n"]);
        if choices.one_in(4) {
            text.push('\n');
        }
    }
}

fn flow(choices: &mut RandomChoices<'_>, depth: usize, text: &mut String) {
    let (open, close) = if choices.one_in(2) { ("{", "}") } else { ("[", "]") };
    let space = choices.pick(&["", " "]);
    let count = choices.below(4);
    text.push_str(open);
    for position in 0..count {
        text.push_str(space);
        if open == "{" {
            text.extend(["k", &position.to_string(), ": "]);
        }
        if depth < 4 && choices.one_in(4) {
            flow(choices, depth + 2, text);
        } else {
            text.push_str(choices.pick(&SCALARS));
        }
        if position + 1 < count {
            text.push_str(", ");
        } else if choices.one_in(4) {
            text.push(',');
        }
    }
    text.push_str(if count > 0 { space } else { "" });
    text.push_str(close);
}

/// A value for a change.
pub(super) fn content(choices: &mut RandomChoices<'_>, depth: usize) -> Content {
    match choices.below(if depth < 3 { 12 } else { 8 }) {
        0 => Content::Null,
        1 => Content::Bool(true),
        2 => Content::Number(Number::from_f64([1.0, -0.5, 1e300, 12.0][choices.below(4)]).unwrap()),
        3..=7 => text(choices.pick(&[
            "x",
            "",
            "new text",
            "a: b",
            "true",
            "1",
            "it's",
            " x ",
            "a, b",
            "one\ntwo\n",
            "one\ntwo",
            "one\n\n",
            "  one\ntwo\n",
            "\n",
            "\ttab\n",
            "bi\u{202E}di",
            "line \nend\n",
            "\nfirst\n",
            "# x\n# y",
            "---\n",
            "é\n\n\nü\n\n",
            "\u{85}",
            "-",
            "?",
        ])),
        8 | 9 => Content::List((0..choices.below(4)).map(|_| content(choices, depth + 1)).collect()),
        _ => {
            let keys = ["k0", "k1", "ke0", "new: key", "1", ""];
            let start = choices.below(keys.len());
            let members = (0..choices.below(4))
                .map(|at| (keys[(start + at) % keys.len()].to_owned(), content(choices, depth + 1)));
            Content::Table(members.collect())
        }
    }
}

/// The documents of a text as the project reads them.
#[track_caller]
pub(super) fn read(text: &str) -> Vec<Content> {
    let stream = crate::edit::yaml::read(text, &YamlLimits::DEFAULT);
    assert_eq!(stream.problems, [], "{text}");
    stream.documents.iter().map(|document| of_node(&document.root)).collect()
}

#[track_caller]
pub(super) fn of_node(node: &Node) -> Content {
    match &node.data {
        Data::Null => Content::Null,
        Data::Bool(truth) => Content::Bool(*truth),
        Data::Number(number) => Content::Number(*number),
        Data::Text(text) => Content::text(text),
        Data::List(elements) => Content::List(elements.iter().map(of_node).collect()),
        Data::Map(map) => {
            let members = map.entries().iter().map(|entry| (entry.name().to_owned(), of_node(&entry.value)));
            Content::Table(members.collect())
        }
        Data::Other(text) => panic!("{text} is no value"),
    }
}

/// A change at a random place.
pub(super) fn change(choices: &mut RandomChoices<'_>, documents: &[Content]) -> Change {
    let document = choices.below(documents.len());
    let (mut place, mut here) = (NodePath::root(), &documents[document]);
    loop {
        let stops = place.segments().len() > 1 && choices.one_in(3);
        match here {
            Content::List(elements) if !elements.is_empty() && !stops => {
                let position = choices.below(elements.len());
                (place, here) = (place.element(position), &elements[position]);
            }
            Content::Table(members) if !members.is_empty() && !stops => {
                let (key, value) = &members[choices.below(members.len())];
                (place, here) = (place.key(key), value);
            }
            _ => break,
        }
    }
    let change = match (choices.below(6), here) {
        (0, _) if !place.segments().is_empty() => Change::remove(place),
        (1 | 2, Content::List(_) | Content::Null) => Change::append(place, content(choices, 0)),
        (1 | 2, Content::Table(_)) => {
            let place = place.key(choices.pick(&["new", "k0", "newer"]));
            Change::set(place, content(choices, 0))
        }
        // A list or mapping that is like the one that is there.
        (3, Content::List(elements)) => {
            let mut elements = elements.clone();
            let position = choices.below(elements.len() + 1);
            if choices.one_in(2) || position == elements.len() {
                elements.insert(position, content(choices, 1));
            } else {
                elements.remove(position);
            }
            Change::set(place, Content::List(elements))
        }
        (_, _) => Change::set(place, content(choices, 0)),
    };
    change.in_document(document)
}
