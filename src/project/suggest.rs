use crate::model::has_secret_shape;

/// The candidate that a misspelt word most likely means.
pub(super) fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_lowercase();
    // Beyond this length nothing of ours is near, and the comparison costs the square of it.
    if word.len() > 64 {
        return None;
    }
    let scored = candidates.into_iter().map(|candidate| (strsim::jaro_winkler(&word, candidate), candidate));
    scored.filter(|(score, _)| *score > 0.8).max_by(|left, right| left.0.total_cmp(&right.0)).map(|(_, name)| name)
}

/// A name of the project for a message: in backticks, unless it has the shape of a secret or is too long to be a name.
pub(super) fn quoted(name: &str) -> String {
    if has_secret_shape(name) || name.chars().count() > 100 { "`…`".to_owned() } else { format!("`{name}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested() {
        let keys = ["slug", "description", "metadata_schema", "icon"];
        assert_eq!(did_you_mean("descripton", keys), Some("description"));
        assert_eq!(did_you_mean("metadataSchema", keys), Some("metadata_schema"));
        assert_eq!(did_you_mean("Icon", keys), Some("icon"));
        assert_eq!(did_you_mean("zebra", keys), None);
        assert_eq!(did_you_mean(&"slug".repeat(1000), keys), None);
    }

    #[test]
    fn names_with_the_shape_of_a_secret_are_not_shown() {
        assert_eq!(quoted("slug"), "`slug`");
        assert_eq!(quoted(&format!("ghp_{}", "a".repeat(36))), "`…`");
        assert_eq!(quoted(&"a".repeat(101)), "`…`");
    }
}
