//! Byte order marks, which editors on Windows write.

use crate::support::env::TestEnv;

const MARK: &str = "\u{feff}";

const FILES: [(&str, &str); 6] = [
    ("lobu.toml", "[agents.desk]\nname = \"Desk\"\ndir = \"agents/desk\"\n\n[memory]\nname = \"m\"\n"),
    ("agents/desk/SOUL.md", "Steer.\n"),
    ("agents/desk/skills/a/SKILL.md", "---\nname: a\n---\nText.\n"),
    ("skills/b.md", "Text.\n"),
    ("models/boat.yaml", "type: entity\nslug: boat\nname: Boat\n"),
    ("agents/desk/evals/ping.yaml", "name: ping\n"),
];

#[test]
fn a_byte_order_mark_is_accepted_in_every_file() {
    let (plain, marked) = (TestEnv::new(), TestEnv::new());
    for (path, text) in FILES {
        plain.write(path, text);
        marked.write(path, format!("{MARK}{text}"));
    }
    let output = marked.lobu(["validate", "--deny-warnings"]);
    output.expect_code(0);
    assert_eq!(output, marked.lobu(["validate"]));
    assert_eq!(output.stdout, plain.lobu(["validate"]).stdout);
    let shown = |env: &TestEnv| env.lobu(["plan", "--full", "-c", "local"]).expect_code(0).stdout.clone();
    let id = |text: &str| text.lines().filter(|line| !line.contains("this is plan")).collect::<Vec<_>>().join("\n");
    assert_eq!(id(&shown(&marked)), id(&shown(&plain)));
}

#[test]
fn validate_fix_removes_the_marks() {
    let env = TestEnv::new();
    for (path, text) in FILES {
        env.write(path, format!("{MARK}{text}"));
    }
    env.write("lobu.toml", format!("{MARK}{}", FILES[0].1.replace("[memory]", "[memory.owletto]")));
    env.lobu(["validate", "--fix"]).expect_code(0);
    for (path, text) in FILES.iter().filter(|(path, _)| !path.contains("evals")) {
        assert_eq!(env.read(path), *text, "{path}");
    }
    env.lobu(["validate", "--fix", "--deny-warnings"]).expect_code(0);
}
