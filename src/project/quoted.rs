use crate::model::has_secret_shape;

/// A name of the project for a message: in backticks, unless it has the shape of a secret or is too long to be a name.
pub(super) fn quoted(name: &str) -> String {
    if has_secret_shape(name) {
        return "`(hidden)`".to_owned();
    }
    if name.chars().count() > 100 { "`…`".to_owned() } else { format!("`{name}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_the_shape_of_a_secret_are_not_shown() {
        assert_eq!(quoted("slug"), "`slug`");
        assert_eq!(quoted(&format!("ghp_{}", "a".repeat(36))), "`(hidden)`");
        assert_eq!(quoted(&"a".repeat(101)), "`…`");
    }
}
