//! How counts and lists are said in sentences.

/// A number with what it counts: `1 agent`, `2 agents`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", plural(count, "", "s"))
}

/// The word for one, or the word for another number.
pub fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_said_otherwise_than_none_and_many() {
        assert_eq!([0, 1, 2].map(|count| counted(count, "agent")), ["0 agents", "1 agent", "2 agents"]);
        assert_eq!([0, 1, 2].map(|count| plural(count, "is", "are")), ["are", "is", "are"]);
    }
}
