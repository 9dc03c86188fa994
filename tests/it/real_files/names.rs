//! Files whose names are almost those that are read.

use crate::support::env::TestEnv;

const TOML: &str = "[agents.desk]\nname = \"Desk\"\ndir = \"agents/desk\"\n\n[memory]\nname = \"m\"\n";
const BOAT: &str = "type: entity\nslug: boat\nname: Boat\n";
const BERTH: &str = "{\"type\": \"entity\", \"slug\": \"berth\", \"name\": \"Berth\"}";

#[test]
fn a_name_that_differs_in_case_or_extension_is_a_warning() {
    for (path, text, wanted) in [
        ("agents/desk/Soul.md", "x", "SOUL.md"),
        ("agents/desk/USER.MD", "x", "USER.md"),
        ("agents/desk/identity.txt", "x", "IDENTITY.md"),
        ("agents/desk/Skills/a.md", "x", "skills"),
        ("agents/desk/skills/a/skill.md", "x", "SKILL.md"),
        ("agents/desk/skills/b.markdown", "x", "b.md"),
        ("skills/c.MD", "x", "c.md"),
        ("Skills/c.md", "x", "skills"),
        ("models/boat.YAML", BOAT, "boat.yaml"),
        ("models/berth.json", BERTH, "berth.yaml"),
        ("Models/boat.yaml", BOAT, "models"),
        ("models/more/boat.yaml", BOAT, "models/more"),
        ("agents/desks/SOUL.md", "x", "agents/desks"),
    ] {
        let env = TestEnv::new();
        env.write("lobu.toml", TOML).write(path, text);
        let output = env.lobu(["validate"]);
        output.expect_code(0);
        assert_eq!(output.stderr.matches("warning:").count(), 1, "{path}: {output}");
        assert!(output.stderr.contains(&format!("`{wanted}`")), "{path}: {output}");
        env.lobu(["validate", "--deny-warnings"]).expect_code(2);
    }
}

#[test]
fn other_files_are_none_of_our_business() {
    let env = TestEnv::new();
    env.write("lobu.toml", TOML).write("agents/desk/SOUL.md", "x").write("agents/desk/README.md", "x");
    for path in
        ["agents/desk/soul.txt", "agents/desk/user.json", "agents/desk/skills/a/notes.md", "agents/desk/skills/x.txt"]
    {
        env.write(path, "x");
    }
    env.write("agents/desk/skills/a/SKILL.md", "x").write("agents/desk/skills/a/skill.txt", "x");
    env.write("models/reactions/boat.reaction.ts", "x").write("models/reactions/data.yaml", "x");
    env.write("models/scripts/run.ts", "x").write("models/package.json", "{\"name\": \"x\", \"type\": \"module\"}");
    let output = env.lobu(["validate", "--deny-warnings"]);
    assert_eq!(output.expect_code(0).stderr, "", "{output}");
}
