//! Runs the script of a step as GitHub's runner does: bash in a file, with the variables that it sets.

use std::process::{Command, Output};

use crate::support::env::TestEnv;

/// A runner: a temporary directory, a checkout, and the files that steps write to.
pub(super) struct Runner {
    pub(super) env: TestEnv,
    variables: Vec<(String, String)>,
}

impl Runner {
    /// A runner of a repository whose API is at that address.
    pub(super) fn new(api: &str) -> Self {
        let env = TestEnv::new();
        let temporary = env.home().join("runner");
        std::fs::create_dir(&temporary).expect("a directory");
        let path = |name: &str| temporary.join(name).display().to_string();
        let variables = [
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("CI", "true".to_owned()),
            ("GITHUB_API_URL", api.to_owned()),
            ("GITHUB_REPOSITORY", "acme/agents".to_owned()),
            ("GITHUB_REPOSITORY_OWNER", "acme".to_owned()),
            ("GITHUB_REF_NAME", "main".to_owned()),
            ("GITHUB_WORKSPACE", env.project().display().to_string()),
            ("GITHUB_OUTPUT", path("output")),
            ("GITHUB_STEP_SUMMARY", path("summary")),
            ("RUNNER_TEMP", temporary.display().to_string()),
        ];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { env, variables }
    }

    /// Sets a variable for every later step.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Runs a script with more variables.
    #[track_caller]
    pub(super) fn run(&self, script: &str, more: &[(&str, &str)]) -> Output {
        let file = self.env.home().join("runner/script.sh");
        std::fs::write(&file, script).expect("a file");
        let program = self.env.command();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(file).env_clear();
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.envs(self.variables.iter().map(|(name, value)| (name, value))).envs(more.iter().copied());
        command.current_dir(self.env.project()).output().expect("bash")
    }

    /// The same for a script that must succeed; what it printed.
    #[track_caller]
    pub(super) fn succeed(&self, script: &str, more: &[(&str, &str)]) -> String {
        let output = self.run(script, more);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }

    /// The outputs that steps wrote, which are emptied.
    #[track_caller]
    pub(super) fn outputs(&self) -> Vec<(String, String)> {
        let file = self.env.home().join("runner/output");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        drop(std::fs::remove_file(file));
        let mut outputs = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some((name, end)) = line.split_once("<<").filter(|(name, _)| !name.contains('=')) {
                let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
                outputs.push((name.to_owned(), value.join("\n")));
            } else {
                let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("no output: {line}"));
                outputs.push((name.to_owned(), value.to_owned()));
            }
        }
        outputs
    }
}
