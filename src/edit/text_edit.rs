use std::ops::Range;

/// A range of a text, in bytes, and what replaces it. An empty range inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEdit {
    /// What is taken out.
    pub range: Range<usize>,
    /// What stands there instead.
    pub text: String,
}

impl TextEdit {
    /// Replaces a range.
    pub fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }

    /// Makes a range of a text say something else, and leaves what both have at their start and end.
    pub(super) fn least(text: &str, range: Range<usize>, new: &str) -> Self {
        let old = text.get(range.clone()).unwrap_or_default();
        let head = common_length(old.chars().zip(new.chars()));
        let (old_rest, new_rest) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
        let tail = common_length(old_rest.chars().rev().zip(new_rest.chars().rev()));
        let kept = new_rest.get(..new_rest.len() - tail).unwrap_or_default();
        Self::replace(range.start + head..range.end - tail, kept)
    }

    /// Puts a text in at a place.
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { range: at..at, text: text.into() }
    }

    /// Takes a range out.
    pub fn remove(range: Range<usize>) -> Self {
        Self { range, text: String::new() }
    }
}

fn common_length(pairs: impl Iterator<Item = (char, char)>) -> usize {
    pairs.take_while(|(old, new)| old == new).map(|(old, _)| old.len_utf8()).sum()
}

/// Carries out edits: everything outside of their ranges stays byte for byte.
///
/// Edits that start at one place are carried out in the order in which they are given. Where two ranges overlap, what the
/// first has taken out is not taken out again.
pub fn apply_edits(text: &str, edits: &[TextEdit]) -> String {
    let mut sorted: Vec<&TextEdit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.range.start);
    let mut result = String::with_capacity(text.len());
    let mut end = 0;
    for edit in sorted {
        result.push_str(text.get(end..edit.range.start).unwrap_or_default());
        result.push_str(&edit.text);
        end = edit.range.end.max(end);
    }
    result.push_str(text.get(end..).unwrap_or_default());
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_edit_names_stays() {
        let edits =
            [TextEdit::insert(3, "1"), TextEdit::remove(0..1), TextEdit::insert(3, "2"), TextEdit::replace(4..5, "x")];
        assert_eq!(apply_edits("abcdef", &edits), "bc12dxf");
        assert_eq!(apply_edits("abc", &[]), "abc");
    }
}
