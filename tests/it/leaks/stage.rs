//! Where a scenario plays: a project with secrets, an environment with others, and the check after every run.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::env::TestEnv;

use super::evidence::{Evidence, Kept, Secret};
use super::sentinels::{FOREIGN, PASSWORD, SALT, TOKEN, VALUE};

/// A project that uses `FOO` and `EXISTING`.
const PROJECT: &str = r#"
[agents.pilot]
name = "Pilot"
dir = "./agents/pilot"

[[agents.pilot.platforms]]
type = "telegram"
config = { botToken = "$FOO" }

[agents.pilot.skills.mcp.tickets]
url = "https://tickets.example/mcp"
headers = { Authorization = "$EXISTING" }
"#;

/// How much the program is asked to tell, and what lies around that it must not use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noise {
    /// Nothing is set.
    Quiet,
    /// Every log, every backtrace, annotations and a step summary, a file for TLS keys, and proxies with a password.
    Loud,
}

/// A run as it ended.
pub(super) struct Ended {
    /// The exit code; none if a signal ended it.
    pub(super) code: Option<i32>,
    /// Both streams, unwrapped.
    pub(super) text: String,
}

/// A place to run in, and what must not be seen of it.
pub(super) struct Stage {
    /// HOME and project.
    pub(super) env: TestEnv,
    /// What is looked for.
    pub(super) secrets: Vec<Secret>,
    noise: Noise,
}

impl Stage {
    /// The project with a `.env` file that holds the value, and the token in the environment.
    pub(super) fn new(noise: Noise) -> Self {
        let mut env = TestEnv::new();
        env.write("lobu.toml", PROJECT).write("agents/pilot/SOUL.md", "Steer.\n");
        env.write(".env", dotenv("FOO", VALUE) + &dotenv("EXISTING", VALUE));
        // What is left in the temporary directory is looked at too.
        let temporary = env.home().with_file_name("tmp");
        std::fs::create_dir(&temporary).expect("an empty directory");
        env.env("TMPDIR", temporary.display().to_string());
        env.env("LOBU_API_TOKEN", TOKEN);
        let password = super::needles::url_encoded(PASSWORD.as_bytes());
        if noise == Noise::Loud {
            let keys = env.home().join("tls-keys.log").display().to_string();
            let settings = [("LOBU_LOG", "trace"), ("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")];
            for (name, value) in settings.into_iter().chain([("RUST_LIB_BACKTRACE", "full"), ("SSLKEYLOGFILE", &keys)])
            {
                env.env(name, value);
            }
            // A log that others read, and a page that they see.
            let summary = env.home().join("summary.md").display().to_string();
            env.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", summary).env("CI", "true");
            for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
                env.env(name, format!("http://user:{password}@127.0.0.1:9"));
            }
        }
        let secrets = vec![
            Secret {
                kept: vec![Kept::Whole(env.project().join(".env"))],
                ..Secret::new("the value", &[VALUE.as_bytes()])
            },
            Secret::new("a value of the org", &[FOREIGN.as_bytes()]),
            Secret::new("the token", &[TOKEN.as_bytes()]),
            Secret::new("the salt", &[SALT.as_bytes(), &bytes_of(SALT)]),
            Secret::new("the password", &[PASSWORD.as_bytes(), password.as_bytes()]),
        ];
        Self { env, secrets, noise }
    }

    /// Lets the value lie in a file of the project, which is its source, and nowhere else.
    pub(super) fn source(&mut self, path: &str, content: impl AsRef<[u8]>) -> &mut Self {
        std::fs::remove_file(self.env.project().join(".env")).expect("it is there");
        self.env.write(path, content);
        self.secrets[0].kept = vec![Kept::Whole(self.env.project().join(path))];
        self
    }

    /// The command, with `-v` where it is loud.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.env.command();
        command.args(arguments);
        if self.noise == Noise::Loud {
            command.arg("-v");
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs, and checks streams and files.
    #[track_caller]
    pub(super) fn run(&self, name: &str, arguments: &[&str], stdin: Option<&[u8]>) -> Ended {
        let mut command = self.command(arguments);
        if stdin.is_some() {
            command.stdin(Stdio::piped());
        }
        let before = self.sources();
        let mut child = command.spawn().expect("the binary starts");
        if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), stdin) {
            // A program that does not want it may be gone.
            drop(pipe.write_all(bytes));
        }
        let output = child.wait_with_output().expect("it ends");
        let mut evidence = Evidence::default();
        let text = [output.stdout.as_slice(), &output.stderr].concat();
        evidence.add("stdout", output.stdout);
        evidence.add("stderr", output.stderr);
        let text = String::from_utf8_lossy(&text).into_owned();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        evidence.add("the output, unwrapped", text.as_bytes());
        self.check(name, evidence, &text);
        let is_local = arguments.get(1) == Some(&"local");
        assert!(is_local || self.sources() == before, "{name} changed a source");
        Ended { code: output.status.code(), text }
    }

    /// Looks at everything below HOME and the project too, and fails where a secret is.
    #[track_caller]
    pub(super) fn check(&self, name: &str, mut evidence: Evidence, shown: &str) {
        evidence.add_tree(&self.env.path().canonicalize().expect("it is there"));
        let leaks = evidence.leaks(&self.secrets);
        assert!(leaks.is_empty(), "{name} ({:?}) leaks:\n{}\n{shown}", self.noise, leaks.join("\n"));
        let keys = self.env.home().join("tls-keys.log");
        assert!(!keys.exists(), "{name}: the keys of TLS were written");
    }

    fn sources(&self) -> Vec<(PathBuf, Option<Vec<u8>>)> {
        let files = self.secrets.iter().flat_map(|secret| &secret.kept).filter_map(|kept| match kept {
            Kept::Whole(file) if file.starts_with(self.env.project()) => Some(file),
            _ => None,
        });
        files.map(|file| (file.clone(), std::fs::read(file).ok())).collect()
    }
}

/// A line of a `.env` file.
pub(super) fn dotenv(name: &str, value: &str) -> String {
    format!("{name}='{value}'\n")
}

/// The bytes of hex digits.
pub(super) fn bytes_of(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("hex digits"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hex digits")).collect()
}
