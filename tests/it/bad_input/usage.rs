//! Command lines and environments that cannot be meant.

use super::harness::{AGENT, MEMORY, SENTINEL, Tree, add, clean};
use crate::support::env::TestEnv;
use crate::support::existing_server::{ExistingServer, Options, owner_token};
use crate::support::snapshots::assert_snapshot_file;

/// What is asked of a double.
struct Asked {
    name: &'static str,
    arguments: Vec<&'static str>,
    variables: Vec<(&'static str, &'static str)>,
    toml: String,
    code: i32,
}

fn asked<const N: usize>(name: &'static str, code: i32, arguments: [&'static str; N]) -> Asked {
    Asked { name, arguments: arguments.to_vec(), variables: Vec::new(), toml: AGENT.to_owned(), code }
}

impl Asked {
    fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }

    fn toml(mut self, lines: &str) -> Self {
        self.toml = format!("{AGENT}{lines}");
        self
    }

    /// Runs it with `URL` as the double's; only reads may arrive there, and no file may change.
    #[track_caller]
    fn message(&self) -> String {
        let server = ExistingServer::start(Options::g1_without_manager());
        let url = server.url();
        let mut env = TestEnv::new();
        env.env("LOBU_API_TOKEN", owner_token("dev"));
        for (name, value) in &self.variables {
            env.env(name, value.replace("URL", &url));
        }
        env.write("lobu.toml", &self.toml).write("agents/pilot/SOUL.md", "Steer.\n");
        let broken = format!("A=1\nB=\"{SENTINEL}\n");
        env.write("broken.env", &broken).write("good.env", format!("ONE={SENTINEL}\nTWO={SENTINEL}\n"));
        let before = Tree::of(env.path());
        let output = env.lobu(self.arguments.iter().map(|argument| argument.replace("URL", &url)));
        assert_eq!(output.code, Some(self.code), "{}\n{output}", self.name);
        clean(self.name, &output);
        assert_eq!(Tree::of(env.path()), before, "{} wrote a file", self.name);
        assert_eq!(server.writes().len(), 0, "{} wrote to the server", self.name);
        let mut message = String::new();
        add(&mut message, self.name, &output);
        message
    }
}

fn messages(cases: &[Asked]) -> String {
    cases.iter().map(Asked::message).collect()
}

#[test]
fn targets_that_are_unclear_are_told() {
    let told = messages(&[
        asked("no target", 2, ["apply", "--yes"]),
        asked("no org", 2, ["apply", "--yes", "--url", "URL"]),
        asked("two servers", 2, ["apply", "--yes", "--url", "URL", "-c", "local"]),
        asked("unknown context", 2, ["apply", "--yes", "-c", "prod"]),
        asked("pin and variable", 4, ["apply", "--yes", "--url", "URL"])
            .toml("[memory]\norg = \"acme\"\n")
            .env("LOBU_ORG", "dev"),
        asked("URL of another org", 4, ["apply", "--yes", "--org", "dev", "--url", "URL/mcp/acme"]),
        asked("bad org", 2, ["apply", "--yes", "--url", "URL", "--org", "a b"]),
        asked("user-info", 2, ["apply", "--yes", "--org", "dev", "--url", "https://me:SENTINELhunter2x7@h.example"]),
        asked("query", 2, ["apply", "--yes", "--org", "dev", "--url", "https://h.example?token=SENTINELhunter2x7"]),
        asked("user-info in a variable", 2, ["apply", "--yes", "--org", "dev"])
            .env("LOBU_SERVER_URL", "https://SENTINELhunter2x7@h.example"),
        asked("no scheme", 2, ["apply", "--yes", "--org", "dev", "--url", "h.example"]),
        asked("another scheme", 2, ["apply", "--yes", "--org", "dev", "--url", "ftp://h.example"]),
        asked("a path", 2, ["apply", "--yes", "--org", "dev", "--url", "https://h.example/SENTINELhunter2x7"]),
        asked("http to another machine", 2, ["apply", "--yes", "--org", "dev", "--url", "http://h.example"]),
        asked("API URL elsewhere", 2, ["apply", "--yes", "--org", "dev", "--url", "URL"])
            .env("LOBU_API_URL", "https://h.example/api"),
        asked("variables that differ", 2, ["apply", "--yes", "--org", "dev"])
            .env("LOBU_SERVER_URL", "URL")
            .env("LOBU_MEMORY_URL", "https://h.example/mcp/dev"),
        asked("database of a server", 2, ["apply", "--yes", "--org", "dev", "--url", "URL", "--db", "x.db"]),
    ]);
    assert_snapshot_file!("unclear-targets", told);
}

#[test]
fn flags_that_cannot_be_meant_are_told() {
    let apply = ["apply", "--url", "URL", "--org", "dev"];
    let with = |name, code, more: &[&'static str]| {
        let mut asked = asked(name, code, apply);
        asked.arguments.extend(more);
        asked
    };
    let told = messages(&[
        with("JSON asks nothing", 2, &["--json"]),
        with("no terminal", 2, &[]),
        with("not the expected plan", 6, &["--yes", "--expect", "0123456789abcdef0123456789abcdef01234567"]),
        with("selector without a kind", 2, &["--yes", "pilot"]),
        with("selector of an unknown kind", 2, &["--yes", "agnet/pilot"]),
        with("selector that meets nothing", 2, &["--yes", "agent/nobody"]),
        with("values to send again of nothing", 2, &["--yes", "--resend-secrets=pigeon/x"]),
        with("values to send again of what is not there", 2, &["--yes", "--resend-secrets=platform/pilot/nobody"]),
        with("parallelism", 2, &["--yes", "--parallelism", "0"]),
        with("unknown flag", 2, &["--yse"]),
        with("missing env file", 2, &["--yes", "--env-file", "missing.env"]),
        with("broken env file", 2, &["--yes", "--env-file", "broken.env"]),
        asked("unknown verb", 2, ["aply"]),
        asked("org below this machine", 2, ["plan", "-c", "local", "--org", "../x"]),
    ]);
    assert_snapshot_file!("flags-that-are-refused", told);
}

#[test]
fn values_that_are_missing_are_all_told_with_their_places() {
    let toml = "[[agents.pilot.platforms]]\ntype = \"telegram\"\nconfig = { botToken = \"$ONE\", secretToken = \"$TWO\" }\n\
                [agents.pilot.skills.mcp.x]\nurl = \"https://x.example\"\nheaders = { A = \"$TWO\", B = \"$THREE\" }\n";
    let told = messages(&[
        asked("missing", 2, ["apply", "--yes", "--url", "URL", "--org", "dev"]).toml(toml),
        asked("one is there", 2, ["apply", "--yes", "--url", "URL", "--org", "dev"]).toml(toml).env("TWO", SENTINEL),
        asked("one is in no file", 2, ["apply", "--yes", "--url", "URL", "--org", "dev", "--env-file", "good.env"])
            .toml(&toml.replace("$TWO\" }\n[", "$FOUR\" }\n[")),
        asked("a dry run needs none", 0, ["plan", "--url", "URL", "--org", "dev"]).toml(toml),
        asked("a dry run that shall need them", 2, ["plan", "--require-secrets", "--url", "URL", "--org", "dev"])
            .toml(toml),
    ]);
    assert_snapshot_file!("missing-values", told);
}

#[test]
fn a_broken_dotenv_is_told_by_its_line() {
    let mut messages = String::new();
    for (name, text) in [
        ("quote", "A=1\nB=\"SENTINELhunter2x7\n"),
        ("no name", "SENTINELhunter2x7\n"),
        ("twice", "A=SENTINELhunter2x7\nA=SENTINELhunter2x7\n"),
        ("not UTF-8", "A=\u{e9}"),
    ] {
        let server = ExistingServer::start(Options::g1_without_manager());
        let mut env = TestEnv::new();
        env.env("LOBU_API_TOKEN", owner_token("dev")).write("lobu.toml", AGENT).write("agents/pilot/SOUL.md", "");
        let bytes = if name == "not UTF-8" { b"A=SENTINELhunter2x7\xe9\n".to_vec() } else { text.as_bytes().to_vec() };
        env.write(".env", bytes);
        let output = env.lobu(["apply", "--yes", "--org", "dev", "--url", &server.url()]);
        assert_eq!(output.code, Some(2), "{name}\n{output}");
        clean(name, &output);
        assert_eq!(server.writes().len(), 0);
        add(&mut messages, name, &output);
    }
    assert_snapshot_file!("broken-dotenv", messages);
}

#[test]
fn a_prompt_is_cleared_only_when_that_is_agreed_to() {
    let server = ExistingServer::start(Options::g1_without_manager());
    let mut env = TestEnv::new();
    env.env("LOBU_API_TOKEN", owner_token("dev"));
    env.write("lobu.toml", AGENT).write("agents/pilot/SOUL.md", "Steer.\n");
    let url = server.url();
    let apply = |more: &[&'static str]| {
        let arguments = ["apply", "--yes", "--org", "dev", "--url", url.as_str()];
        env.lobu(arguments.iter().chain(more))
    };
    apply(&[]).expect_code(0);
    env.write("agents/pilot/SOUL.md", "");
    server.forget_requests();
    let output = apply(&[]);
    clean("clear", output.expect_code(6));
    assert_eq!(server.writes().len(), 0);
    insta::assert_snapshot!(output.redacted().stderr, @r"
    dev at http://127.0.0.1:[PORT] (context url)
    error: the plan clears pilot SOUL.md; nothing was changed
    help: To allow this, add --allow-clear.
    ");
    apply(&["--allow-clear"]).expect_code(0);
    assert!(!server.writes().is_empty());
}

#[test]
fn detailed_exit_codes_are_those_of_other_tools() {
    let env = TestEnv::new();
    env.write("lobu.toml", AGENT).write("agents/pilot/SOUL.md", "Steer.\n");
    let plan = |more: &[&'static str]| env.lobu(["plan", "-c", "local", "--detailed-exitcode"].iter().chain(more));
    plan(&[]).expect_code(2);
    plan(&["agent/nobody"]).expect_code(1);
    env.lobu(["apply", "-c", "local", "--yes"]).expect_code(0);
    plan(&[]).expect_code(0);
    env.write("lobu.toml", MEMORY.replace("[agents]", "[agents.A]"));
    clean("detailed", plan(&[]).expect_code(1));
}
