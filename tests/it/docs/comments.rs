//! What comments may not be: a repetition of a name, or a code in place of a sentence.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::blocks::{file, text};

/// Files and directories that still cite codes. The list only shrinks: an entry without a citation fails.
const CITING: &[&str] = &[];

/// Files and directories in which doc comments still repeat names. The list only shrinks, too.
const REPEATING: &[&str] = &[];

/// Names that look like a code: generations of the server (`docs/api/servers.md`) and the control characters of Unicode.
const TERMS: &[&str] = &["G1", "G2", "G3", "C0", "C1"];

/// Pages that a clone of this repository does not have.
const ABSENT: &[&str] = &["org-api", "project-format", "contract/", "architecture.md (", "trap/", "issue "];

/// What an item derives whose doc comments are help or the description of a member.
const SHOWN: &[&str] = &["Args", "Subcommand", "Parser", "ValueEnum", "JsonSchema"];

/// Words that say nothing beside a name.
const FILLERS: &[&str] =
    &["a", "an", "and", "are", "for", "in", "is", "it", "its", "of", "one", "the", "this", "whether"];

/// A comment: where it is, and its text without marks.
struct Comment {
    path: String,
    line: usize,
    text: String,
    /// The name of the item that it documents, and that of the item around it.
    names: Option<[String; 2]>,
}

impl Comment {
    fn place(&self) -> String {
        format!("{}:{}: {}", self.path, self.line, self.text)
    }
}

/// Every file of a kind below a directory, by its path in the repository.
fn files(directory: &str, ends: &[&str], found: &mut Vec<String>) {
    let mut entries: Vec<_> = fs::read_dir(file(directory)).expect("a directory can be read").collect();
    entries.sort_by_key(|entry| entry.as_ref().map(fs::DirEntry::file_name).ok());
    for entry in entries {
        let entry = entry.expect("an entry can be read");
        let path = format!("{directory}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            if entry.file_name() != "target" {
                files(&path, ends, found);
            }
        } else if ends.iter().any(|end| path.ends_with(end)) {
            found.push(path);
        }
    }
}

#[track_caller]
fn sources(ends: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for directory in ["src", "tests", "benches", "fuzz"] {
        files(directory, ends, &mut found);
    }
    assert!(found.len() > 300, "the sources were found");
    found
}

fn pages() -> Vec<String> {
    let mut found = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(str::to_owned).to_vec();
    files("docs", &[".md"], &mut found);
    found
}

/// The comments of a source, one a line.
fn line_comments(path: &str) -> Vec<Comment> {
    let mark = match path.rsplit('.').next() {
        Some("rs") => "//",
        Some("sql") => "--",
        _ => "#",
    };
    let comment = |(at, line): (usize, &str)| {
        let text = match line.trim_start().strip_prefix(mark) {
            Some(text) => text,
            None if mark == "//" => line.split_once(" // ")?.1,
            None => return None,
        };
        let text = text.trim_start_matches(['/', '!']).trim().to_owned();
        Some(Comment { path: path.to_owned(), line: at + 1, text, names: None })
    };
    text(path).lines().enumerate().filter_map(comment).collect()
}

/// The doc comments of a source, each whole, with the name of its item; those of a module with the name of the file. Texts
/// that a user reads are none: those of flags, and those of members of a JSON document.
fn doc_comments(path: &str) -> Vec<Comment> {
    let source = text(path);
    let mut comments = Vec::new();
    let mut doc: Option<Comment> = None;
    let (mut attribute, mut is_shown, mut outer) = (false, false, String::new());
    for (at, line) in source.lines().enumerate() {
        if line == "}" {
            (is_shown, outer) = (false, String::new());
        }
        is_shown |= line.starts_with("#[derive(") && SHOWN.iter().any(|derived| line.contains(derived));
        let is_outer = line.ends_with('{') && !line.starts_with(' ');
        let line = line.trim();
        let inner = line.strip_prefix("//!");
        if let Some(words) = inner.or_else(|| line.strip_prefix("///")) {
            let comment = doc.get_or_insert_with(|| Comment {
                path: path.to_owned(),
                line: at + 1,
                text: String::new(),
                names: inner.map(|_| [module_name(path), String::new()]),
            });
            comment.text.push(' ');
            comment.text.push_str(words.trim());
            continue;
        }
        attribute = (attribute || line.starts_with("#[")) && !line.ends_with(']');
        if line.starts_with("#[") || attribute || line == "]" || line == ")]" {
            continue;
        }
        let name = item_name(line);
        if let Some(mut comment) = doc.take() {
            comment.names = comment.names.or_else(|| Some([name.clone()?, outer.clone()]));
            comments.extend((!is_shown).then_some(comment));
        }
        if is_outer {
            outer = name.unwrap_or_default();
        }
    }
    comments
}

fn module_name(path: &str) -> String {
    let path = Path::new(path).with_extension("");
    let stem = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if path.ends_with("mod") { path.parent().map(stem).unwrap_or_default() } else { stem(&path) }
}

/// The name that a line declares: of an item, a field or a variant.
fn item_name(line: &str) -> Option<String> {
    const BEFORE: &[&str] = &[
        "pub", "async", "const", "static", "mut", "fn", "struct", "enum", "trait", "type", "mod", "union", "extern",
        "impl",
    ];
    let line = match line.strip_prefix("pub(") {
        Some(rest) => rest.split_once(')')?.1,
        None => line,
    };
    let mut words = line.split(|character: char| !character.is_alphanumeric() && character != '_');
    words.find(|word| !word.is_empty() && !BEFORE.contains(word)).map(str::to_owned)
}

/// The words of a name in snake case or camel case, or those of a sentence, in lower case and the singular.
fn words(text: &str) -> BTreeSet<String> {
    let mut spaced = String::new();
    for character in text.replace("'s", "").replace("s'", "").chars() {
        if character.is_uppercase() {
            spaced.push(' ');
        }
        spaced.extend(if character.is_alphanumeric() { character.to_lowercase().next() } else { Some(' ') });
    }
    let singular = |word: &str| if word.len() > 3 { word.trim_end_matches('s').to_owned() } else { word.to_owned() };
    spaced.split_whitespace().filter(|word| !FILLERS.contains(word)).map(singular).collect()
}

/// Whether a comment has no word that the names lack. One with code says how something is spelled.
fn repeats(comment: &Comment) -> bool {
    if comment.text.contains('`') {
        return false;
    }
    comment.names.as_ref().is_some_and(|names| words(&comment.text).is_subset(&words(&names.join("_"))))
}

/// The words that name a rule by a letter and a number, such as a requirement; code in backticks does not count.
fn codes(text: &str) -> Vec<&str> {
    let prose = text.split('`').step_by(2);
    let tokens = prose.flat_map(|part| part.split(|character: char| !character.is_alphanumeric() && character != '_'));
    tokens.filter(|token| is_code(token) && !TERMS.contains(token)).collect()
}

fn is_code(token: &str) -> bool {
    let digits = token.trim_start_matches(|character: char| character.is_ascii_uppercase());
    let letters = token.len() - digits.len();
    (1..=2).contains(&letters) && (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn cites(text: &str) -> bool {
    !codes(text).is_empty() || ABSENT.iter().any(|page| text.contains(page))
}

/// Holds that nothing is found outside the places of a list, and something in each of them.
#[track_caller]
fn hold(found: &[Comment], places: &[&str], what: &str) {
    let is_in = |comment: &Comment, place: &str| Path::new(&comment.path).starts_with(place);
    let new: Vec<String> =
        found.iter().filter(|one| !places.iter().any(|place| is_in(one, place))).map(Comment::place).collect();
    assert!(new.is_empty(), "{} comments {what}:\n{}", new.len(), new.join("\n"));
    for place in places {
        assert!(
            found.iter().any(|comment| is_in(comment, place)),
            "{place} has none that {what}: take it off the list"
        );
    }
}

#[test]
fn a_doc_comment_says_more_than_the_name() {
    let mut found: Vec<Comment> = sources(&[".rs"]).iter().flat_map(|path| doc_comments(path)).collect();
    assert!(found.len() > 1000, "the comments were found");
    found.retain(repeats);
    hold(&found, REPEATING, "repeat the name of their item");
}

#[test]
fn no_comment_and_no_page_cites_a_code() {
    let mut found: Vec<Comment> =
        sources(&[".rs", ".sql", ".toml"]).iter().flat_map(|path| line_comments(path)).collect();
    for path in pages() {
        let page = text(&path);
        let lines = page.lines().enumerate();
        found.extend(lines.map(|(at, line)| Comment {
            path: path.clone(),
            line: at + 1,
            text: line.to_owned(),
            names: None,
        }));
    }
    found.retain(|comment| cites(&comment.text));
    hold(&found, CITING, "cite a code or a page that a clone does not have");
}

#[test]
fn pages_that_comments_name_exist() {
    let mut named = 0;
    for comment in sources(&[".rs", ".sql", ".toml"]).iter().flat_map(|path| line_comments(path)) {
        let spans = comment.text.split('`').skip(1).step_by(2);
        for page in spans.filter(|span| span.starts_with("docs/")) {
            named += 1;
            assert!(file(page).exists(), "{}: {page} does not exist", comment.place());
        }
    }
    assert!(named > 20);
}

#[test]
fn repetitions_and_codes_are_told_from_sentences() {
    let comment = |text: &str, name: &str| Comment {
        path: String::new(),
        line: 1,
        text: text.to_owned(),
        names: Some([name.to_owned(), "Agent".to_owned()]),
    };
    for (text, name) in [("The agent's id.", "id"), ("Whether it is empty.", "is_empty"), ("A file kind.", "FileKind")]
    {
        assert!(repeats(&comment(text, name)), "{text}");
    }
    for (text, name) in [("The agent's id, as the server has it.", "agent_id"), ("The line, from 1.", "line")] {
        assert!(!repeats(&comment(text, name)), "{text}");
    }
    assert_eq!(codes("absent is left alone (F1); see SQ13, T32–T39"), ["F1", "SQ13", "T32", "T39"]);
    assert_eq!(codes("U+2028, `[A-Z0-9]`, UTF8, IPv4, HTTP/2, SHA256, a G2 server, 64 KiB, C1"), [""; 0]);
    assert_eq!(item_name("pub(super) const fn read_file(path: &str) {").as_deref(), Some("read_file"));
    assert_eq!(item_name("pub position: Position,").as_deref(), Some("position"));
}
