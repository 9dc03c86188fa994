//! Frontmatter as people type it.

use super::harness::refused;

const SKILL: &str = "agents/desk/skills/s/SKILL.md";

#[test]
fn text_that_starts_with_a_bracket_needs_quotes() {
    for (line, column) in [
        ("argument-hint: [action] — for example list", 16),
        ("argument-hint: {action} and more", 16),
        ("argument-hint: [a] [b]", 16),
        ("x: [a], b", 4),
    ] {
        let error = refused(SKILL, &format!("---\nname: s\n{line}\nlast: 1\n---\nText.\n"));
        assert!(error.starts_with("text follows the closing bracket"), "{line}: {error}");
        assert!(error.contains(&format!("{SKILL}:3:{column}")) && error.contains("in quotes"), "{line}: {error}");
    }
}

#[test]
fn a_skill_is_never_named_otherwise_than_written() {
    let error = refused(SKILL, "---\nname: 1.10\n---\nText.\n");
    assert!(error.starts_with("`name` must be text, not a number") && error.contains("in quotes"), "{error}");
}
