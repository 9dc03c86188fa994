use std::fmt::Write as _;

/// The most characters of an id or a name.
const LONGEST: usize = 64;

/// A project as a server knows it: an id that says nothing of where it is, and a name for people.
///
/// Both are made of ASCII letters, digits, `.`, `_` and `-`, and have at most 64 of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectMark {
    id: String,
    name: String,
}

impl ProjectMark {
    /// A mark of these bytes, and of as much of a name as fits; a name of other characters only is `project`.
    pub fn new(id: &[u8], name: &str) -> Self {
        let mut digits = String::new();
        for byte in id.iter().take(LONGEST / 2) {
            // Writing to a text can't fail.
            _ = write!(digits, "{byte:02x}");
        }
        let name: String = name.chars().map(|character| if is_plain(character) { character } else { '-' }).collect();
        let name = name.trim_matches('-');
        let name = name.get(..LONGEST).unwrap_or(name);
        Self { id: digits, name: if name.is_empty() { "project".to_owned() } else { name.to_owned() } }
    }

    /// The mark with this id and name; none where one of them is not what it must be.
    pub fn known(id: &str, name: &str) -> Option<Self> {
        let is_valid = |text: &str| (1..=LONGEST).contains(&text.len()) && text.chars().all(is_plain);
        (is_valid(id) && is_valid(name)).then(|| Self { id: id.to_owned(), name: name.to_owned() })
    }

    /// Reads the text of a header: `ID; name=NAME`.
    pub fn from_header(text: &str) -> Option<Self> {
        let (id, name) = text.split_once(';')?;
        Self::known(id.trim(), name.trim().strip_prefix("name=")?)
    }

    /// The text of a header.
    pub fn to_header(&self) -> String {
        format!("{}; name={}", self.id, self.name)
    }

    /// What tells it from other projects.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_plain_and_bounded() {
        let (long, bounded) = ("a".repeat(80), "a".repeat(64));
        for (given, name) in [
            ("front-desk", "front-desk"),
            ("Field Notes.v2", "Field-Notes.v2"),
            ("a\r\nx: y", "a--x--y"),
            ("\u{202e}é", "project"),
            ("", "project"),
            (&long, &bounded),
        ] {
            let mark = ProjectMark::new(&[0xab; 40], given);
            assert_eq!((mark.name(), mark.id()), (name, "ab".repeat(32).as_str()), "{given:?}");
            assert_eq!(ProjectMark::from_header(&mark.to_header()), Some(mark));
        }
    }

    #[test]
    fn other_headers_are_no_marks() {
        let long = format!("{}; name=a", "a".repeat(65));
        for text in
            ["", "abc", "abc;", "abc; name=", "; name=a", "a b; name=a", "abc; title=a", "a; name=a; x=y", &long]
        {
            assert_eq!(ProjectMark::from_header(text), None, "{text:?}");
        }
    }
}
