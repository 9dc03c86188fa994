//! What a shell offers behind what was typed: lines of which nothing is ever run.

/// Lines for the completion scripts: a value, or a value, a tab and what it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions(String);

impl Completions {
    /// Asks the shell for the names of files.
    pub fn files() -> Self {
        Self(":files\n".to_owned())
    }

    /// Asks the shell for the names of directories.
    pub fn directories() -> Self {
        Self(":directories\n".to_owned())
    }

    /// Adds a value, unless a shell could read anything but a word in it.
    ///
    /// Bash puts a value on the command line as it is, and values are names from files that anyone may have written.
    pub fn add(&mut self, value: &str, says: Option<&str>) {
        if !is_word(value) {
            return;
        }
        self.0.push_str(value);
        if let Some(says) = says.filter(|says| !says.is_empty()) {
            self.0.push('\t');
            self.0.extend(says.chars().map(|c| if c.is_control() { ' ' } else { c }));
        }
        self.0.push('\n');
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether every shell reads a text as itself, whatever is around it.
fn is_word(text: &str) -> bool {
    const SIGNS: &[u8] = b"-_./@+,=";
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || SIGNS.contains(&byte);
    !text.is_empty() && !text.starts_with('=') && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_words_are_offered() {
        let mut found = Completions::default();
        found.add("agent/triage", None);
        found.add("--color=always", Some("When to use\ncolor"));
        for text in ["$(touch x)", "`id`", "a b", "a;b", "~", "a\nb", "", "*", "a'b", "a\\b", "!x", "=ls", "{a,b}", "é"]
        {
            found.add(text, None);
        }
        assert_eq!(found.as_str(), "agent/triage\n--color=always\tWhen to use color\n");
    }

    proptest! {
        #[test]
        fn a_value_is_one_line_at_most(value in any::<String>(), says in any::<String>()) {
            let mut found = Completions::default();
            found.add(&value, Some(&says));
            prop_assert!(found.as_str().is_empty() || found.as_str().ends_with('\n'));
            let breaks = found.as_str().matches(char::is_control).filter(|c| *c != "\t").count();
            prop_assert!(breaks <= 1, "{:?}", found);
        }
    }
}
