//! "Did you mean …?" for keys and words of a closed set (F2).

use crate::model::has_secret_shape;

/// Longer words are not compared: nobody mistypes them, and the comparison is quadratic.
const LONGEST: usize = 64;

/// Finds the candidate that a word most likely stands for, none if no one is near.
///
/// Case, `-` and `_` do not count, so that `preApproved` finds `pre_approved`. Of equals the first wins.
pub(super) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = plain(word);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= tolerance(&word, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The question that goes with the closest candidate.
pub(super) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// How many slips are believable: one in three letters, of the shorter word, at most three.
fn tolerance(word: &str, candidate: &str) -> usize {
    (word.chars().count().min(candidate.chars().count()) / 3).clamp(usize::from(word.len() > 1), 3)
}

fn plain(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

/// A name of the project for a message: in backticks, unless it has the shape of a secret or is too long to be a name.
pub(super) fn quoted(name: &str) -> String {
    if has_secret_shape(name) || name.chars().count() > 100 { "`…`".to_owned() } else { format!("`{name}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 6] = ["name", "dir", "providers", "platforms", "pre_approved", "denied"];

    #[test]
    fn slips_and_other_spellings_are_found() {
        let table = [
            ("naem", "name"),
            ("provider", "providers"),
            ("plattforms", "platforms"),
            ("preApproved", "pre_approved"),
            ("pre-approved", "pre_approved"),
            ("Name", "name"),
            ("dirs", "dir"),
        ];
        for (word, key) in table {
            assert_eq!(closest(word, KEYS), Some(key), "{word}");
        }
    }

    #[test]
    fn strangers_find_nothing() {
        for word in ["", "x", "wholly-different", "nix", &"name".repeat(50)] {
            assert_eq!(closest(word, KEYS), None, "{word}");
        }
    }

    #[test]
    fn the_question_names_the_candidate() {
        assert_eq!(did_you_mean("naem", KEYS).as_deref(), Some("did you mean `name`?"));
    }

    #[test]
    fn names_with_the_shape_of_a_secret_are_not_shown() {
        assert_eq!(quoted("slug"), "`slug`");
        assert_eq!(quoted(&format!("ghp_{}", "a".repeat(36))), "`…`");
        assert_eq!(quoted(&"a".repeat(101)), "`…`");
    }
}
