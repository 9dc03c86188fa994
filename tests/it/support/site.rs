//! The real binary in a project, pointed at a double of the existing server.

use std::collections::BTreeMap;
use std::path::Path;

use super::env::{CommandOutput, Running, TestEnv};
use super::existing_server::{ExistingServer, Options, RecordedRequest, owner_token};

/// A project directory, a value for each of its variables, and a double whose org `dev` it is applied to.
pub(crate) struct Site {
    /// Where the binary runs.
    pub(crate) env: TestEnv,
    /// Where it is pointed.
    pub(crate) server: ExistingServer,
    /// The values of the project's variables.
    pub(crate) values: BTreeMap<String, String>,
}

impl Site {
    /// A copy of `fixtures/projects/<name>`, with a made-up value for each `$NAME` of its lobu.toml.
    pub(crate) fn fixture(options: Options, name: &str) -> Self {
        Self::new(options, |env| {
            env.copy_fixture(name);
        })
    }

    /// A copy of a project that is read in place.
    pub(crate) fn copy_of(options: Options, source: &Path) -> Self {
        Self::new(options, |env| {
            env.copy_project(source);
        })
    }

    /// A project with this lobu.toml and nothing else.
    pub(crate) fn project(options: Options, toml: &str) -> Self {
        Self::new(options, |env| {
            env.write("lobu.toml", toml);
        })
    }

    fn new(options: Options, files: impl FnOnce(&TestEnv)) -> Self {
        let mut env = TestEnv::new();
        files(&env);
        // A chat manager refuses these two types without a bot token; the examples do without.
        if options.manager {
            let toml = env.read("lobu.toml");
            let toml = toml.replace("chatId = \"-1001204\"", "chatId = \"-1001204\"\nbotToken = \"$COUNTER_TOKEN\"");
            let toml = toml.replace("applicationId = ", "botToken = \"$HARBOUR_DISCORD_TOKEN\", applicationId = ");
            env.write("lobu.toml", toml);
        }
        let values = made_up_values(&env.read("lobu.toml"));
        for (name, value) in &values {
            env.env(name, value.clone());
        }
        env.env("LOBU_API_TOKEN", owner_token("dev"));
        Self { env, server: ExistingServer::start(options), values }
    }

    /// Runs the binary on org `dev` of the double.
    pub(crate) fn run(&self, arguments: &[&str]) -> CommandOutput {
        self.start(arguments).wait()
    }

    /// The same without waiting for its end.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let url = self.server.url();
        let target = ["--url", &url, "--org", "dev"];
        self.env.start(arguments.iter().copied().chain(target))
    }

    /// Applies, expects success, and gives what was written.
    #[track_caller]
    pub(crate) fn apply(&self, more: &[&str]) -> Vec<RecordedRequest> {
        self.server.forget_requests();
        let arguments: Vec<&str> = ["apply", "--yes"].into_iter().chain(more.iter().copied()).collect();
        self.run(&arguments).expect_code(0);
        self.server.writes()
    }

    /// Expects a plan with nothing to do, made without a write.
    #[track_caller]
    pub(crate) fn expect_nothing_to_apply(&self) {
        self.server.forget_requests();
        let output = self.run(&["plan"]);
        output.expect_code(0);
        assert!(output.stdout.contains("Nothing to apply"), "{output}");
        assert_eq!(self.server.writes().len(), 0, "{output}");
    }

    /// Expects an exit code with nothing written, and gives the output.
    #[track_caller]
    pub(crate) fn expect_refusal(&self, arguments: &[&str], code: i32) -> CommandOutput {
        self.server.forget_requests();
        let output = self.run(arguments);
        output.expect_code(code);
        assert_eq!(self.server.writes().len(), 0, "{output}");
        output
    }
}

/// A value for every `$NAME` of a lobu.toml.
pub(crate) fn made_up_values(toml: &str) -> BTreeMap<String, String> {
    let names = toml.split('$').skip(1).map(|rest| {
        let is_name =
            |character: &char| character.is_ascii_uppercase() || character.is_ascii_digit() || *character == '_';
        rest.chars().take_while(is_name).collect::<String>()
    });
    names.filter(|name| !name.is_empty()).map(|name| (name.clone(), format!("made-up-{name}"))).collect()
}
