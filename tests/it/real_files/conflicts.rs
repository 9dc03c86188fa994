//! Merge conflicts that nobody resolved.

use super::harness::{TOML, refused};

const SKILL: &str = "agents/desk/skills/s/SKILL.md";
const CONFLICT: &str = "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> other\n";

#[test]
fn a_merge_conflict_is_an_error_where_it_starts() {
    for (path, text, line) in [
        ("lobu.toml", format!("{TOML}{CONFLICT}"), 4),
        ("lobu.toml", format!("{TOML}description = '''\n{CONFLICT}'''\n"), 5),
        ("agents/desk/SOUL.md", format!("# Soul\n\n{CONFLICT}"), 3),
        (SKILL, format!("---\nname: s\n{CONFLICT}---\nText.\n"), 3),
        ("skills/flat.md", CONFLICT.to_owned(), 1),
        ("models/a.yaml", format!("type: entity\n{CONFLICT}"), 2),
        ("agents/desk/evals/a.yaml", CONFLICT.to_owned(), 1),
    ] {
        let error = refused(path, &text);
        assert!(error.starts_with("unresolved merge conflict"), "{path}: {error}");
        assert!(error.contains(&format!("{path}:{line}:1")), "{path}: {error}");
    }
}
