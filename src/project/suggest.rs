//! "Did you mean …?" for keys and words of a closed set.

/// Longer words are not compared: nobody mistypes them, and the comparison is quadratic.
const LONGEST: usize = 64;

#[cfg(test)]
thread_local! {
    /// How many words this thread has compared, for tests that count work.
    pub(super) static COMPARISONS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Finds the candidate that a word most likely stands for, none if no one is near.
///
/// Case, `-` and `_` do not count, so that `preApproved` finds `pre_approved`. Of equals the first wins.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = plain(word);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= tolerance(&word, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn distance(word: &str, candidate: &str) -> usize {
    #[cfg(test)]
    COMPARISONS.set(COMPARISONS.get() + 1);
    strsim::damerau_levenshtein(word, &plain(candidate))
}

/// The question that goes with the closest candidate.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// How many slips are believable: one in three letters, of the shorter word, at most three.
fn tolerance(word: &str, candidate: &str) -> usize {
    (word.chars().count().min(candidate.chars().count()) / 3).clamp(usize::from(word.len() > 1), 3)
}

fn plain(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
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
}
