//! Projects in which nothing is wrong.

use std::path::Path;

use serde_json::json;

use crate::pull::test_project::{TestProject, edit};
use crate::support::env::TestEnv;

#[test]
fn a_project_that_was_just_pulled_has_no_warning() {
    let setup = TestProject::new();
    setup.env.write("lobu.toml", "[agents.desk]\nname = \"Desk\"\ndir = \"agents/desk\"\n\n[agents.bare]\nname = \"Bare\"\ndir = \"agents/bare\"\n");
    setup.env.write("agents/desk/SOUL.md", "x");
    setup.run(&["apply", "--yes"]).expect_code(0);
    let (origin, token) = (setup.served.url(), setup.served.token());
    setup.wait(edit::settings(origin, "dev", token, "bare", &json!({"guardrails": ["x"]})));
    setup.run(&["pull", "--init", "pulled", "--yes"]).expect_code(0);
    let output = setup.env.clone_at("pulled").lobu(["validate", "--deny-warnings"]);
    output.expect_code(0);
}

/// The two things that the authors of public projects would have to fix.
const KNOWN: [&str; 2] = ["`[memory.owletto]` is deprecated: use `[memory]`", "is reserved by the server"];

#[test]
#[ignore = "needs ../shared"]
fn public_projects_have_no_false_alarm() {
    let mut count = 0;
    for corpus in ["corpus", "corpus-2"] {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(corpus);
        for project in std::fs::read_dir(directory).expect("the corpus") {
            let path = project.expect("an entry").path();
            if !path.join("lobu.toml").exists() {
                continue;
            }
            let env = TestEnv::new();
            env.copy_project(&path);
            let output = env.lobu(["validate"]);
            let found = output.stderr.lines().filter(|line| line.starts_with("warning:") || line.starts_with("error:"));
            let unknown = found.filter(|line| !KNOWN.iter().any(|known| line.contains(known)));
            assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&str>::new(), "{}: {output}", path.display());
            count += 1;
        }
    }
    assert_eq!(count, 10);
}
