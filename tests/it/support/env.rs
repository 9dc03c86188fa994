//! A hermetic place to run the real binary in.

use std::fmt;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a command may run before the test gives up on it.
const DEADLINE: Duration = Duration::from_secs(120);

/// A temporary directory with a HOME and a project directory, and an environment with nothing but
/// `PATH` and what the test sets.
#[derive(Clone)]
pub(crate) struct TestEnv {
    directory: Arc<TempDir>,
    root: PathBuf,
    variables: Vec<(String, String)>,
    working_directory: PathBuf,
}

impl TestEnv {
    /// Makes the directories: `home/` and `project/`, which is the working directory.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        // Resolved, so that the paths which the binary prints can be found in its output.
        let root = directory.path().canonicalize().expect("the directory exists");
        for name in ["home", "project"] {
            std::fs::create_dir(root.join(name)).expect("an empty directory");
        }
        let working_directory = root.join("project");
        Self { directory: Arc::new(directory), root, variables: Vec::new(), working_directory }
    }

    /// HOME.
    pub(crate) fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// Where `write` and `copy_fixture` put files.
    pub(crate) fn project(&self) -> PathBuf {
        self.root.join("project")
    }

    /// The database of `-c local`.
    pub(crate) fn local_database(&self) -> PathBuf {
        self.home().join(".local/share/lobu/local.db")
    }

    /// Sets a variable for every later run.
    pub(crate) fn env(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Runs later commands in a directory below the project.
    pub(crate) fn work_in(&mut self, path: &str) -> &mut Self {
        self.working_directory = self.project().join(path);
        self
    }

    /// The same place, with a directory below the project as the working directory.
    pub(crate) fn clone_at(&self, path: &str) -> Self {
        let mut env = self.clone();
        env.work_in(path);
        env
    }

    /// Writes a file of the project, with the directories above it.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.project().join(path);
        std::fs::create_dir_all(path.parent().expect("a file stands in a directory")).expect("directories");
        std::fs::write(path, content).expect("a file");
        self
    }

    /// Reads a file of the project.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.project().join(path)).expect("a text file")
    }

    /// Copies `fixtures/projects/<name>` into the project directory.
    pub(crate) fn copy_fixture(&self, name: &str) -> &Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects").join(name);
        self.copy_project(&source)
    }

    /// Copies a directory, read in place, into the project directory.
    pub(crate) fn copy_project(&self, source: &Path) -> &Self {
        copy(source, &self.project());
        self
    }

    /// Runs `lobu` with stdin closed and waits for it.
    ///
    /// # Panics
    ///
    /// If it runs for longer than two minutes.
    pub(crate) fn lobu<Argument: AsRef<str>>(&self, arguments: impl IntoIterator<Item = Argument>) -> CommandOutput {
        self.start(arguments).wait()
    }

    /// Runs `lobu` with these bytes on stdin and waits for it.
    pub(crate) fn pipe(&self, arguments: &[&str], input: &[u8]) -> CommandOutput {
        let mut command = self.command();
        command.args(arguments);
        let mut running = Running::start_with(command, Stdio::piped(), self.root.to_string_lossy().into_owned());
        let mut stdin = running.child.stdin.take().expect("a pipe");
        let input = input.to_owned();
        // Fails where the program does not want all of it.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = running.wait();
        writer.join().expect("writing does not panic");
        output
    }

    /// Starts `lobu` for a test that does something while it runs; it is killed when dropped.
    pub(crate) fn start<Argument: AsRef<str>>(&self, arguments: impl IntoIterator<Item = Argument>) -> Running {
        let mut command = self.command();
        for argument in arguments {
            command.arg(argument.as_ref());
        }
        Running::start(command, self.root.to_string_lossy().into_owned())
    }

    /// The bare command, for a test that wants its own standard streams.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lobu"));
        command.env_clear().current_dir(&self.working_directory);
        if let Some(path) = search_path() {
            command.env("PATH", path);
        }
        let home = self.home();
        command.env("HOME", &home);
        for (variable, directory) in [
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_CACHE_HOME", ".cache"),
        ] {
            command.env(variable, home.join(directory));
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The temporary directory, for tests that look at everything in it.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }
}

#[expect(clippy::disallowed_methods, reason = "tests hand on the PATH; src/env.rs is for the program")]
fn search_path() -> Option<std::ffi::OsString> {
    std::env::var_os("PATH")
}

#[track_caller]
fn copy(source: &Path, target: &Path) {
    std::fs::create_dir_all(target).expect("a directory");
    let entries = std::fs::read_dir(source).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
    for entry in entries {
        let entry = entry.expect("an entry");
        let to = target.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &to);
        } else {
            // Not its mode: a source that is read in place may be read-only.
            std::fs::write(to, std::fs::read(entry.path()).expect("a file")).expect("a copy");
        }
    }
}

/// A process whose streams are collected while it runs.
pub(crate) struct Running {
    child: Child,
    stdout: Option<JoinHandle<String>>,
    stderr: Option<JoinHandle<String>>,
    root: String,
}

impl Running {
    fn start(command: Command, root: String) -> Self {
        Self::start_with(command, Stdio::null(), root)
    }

    fn start_with(mut command: Command, stdin: Stdio, root: String) -> Self {
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let stdout = child.stdout.take().map(collect);
        let stderr = child.stderr.take().map(collect);
        Self { child, stdout, stderr, root }
    }

    /// The process id, for signals.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn wait(mut self) -> CommandOutput {
        let started = Instant::now();
        let status = loop {
            match self.child.try_wait().expect("a child can be waited for") {
                Some(status) => break status,
                None if started.elapsed() > DEADLINE => {
                    panic!("lobu still runs after {} s", DEADLINE.as_secs());
                }
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        self.output(status)
    }

    fn output(&mut self, status: ExitStatus) -> CommandOutput {
        let joined = |stream: Option<JoinHandle<String>>| {
            stream.map(|stream| stream.join().expect("reading does not panic")).unwrap_or_default()
        };
        CommandOutput {
            stdout: joined(self.stdout.take()),
            stderr: joined(self.stderr.take()),
            code: status.code(),
            root: self.root.clone(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail if it has ended, which is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn collect(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// What a run printed, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CommandOutput {
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
    /// The exit code; none if a signal ended it.
    pub(crate) code: Option<i32>,
    root: String,
}

impl CommandOutput {
    /// The output with the temporary directory as `[TEMP]` and loopback ports as `[PORT]`.
    pub(crate) fn redacted(&self) -> Self {
        let redact = |text: &str| without_ports(&text.replace(&self.root, "[TEMP]"));
        // The path of a log has the time and the process in it; a test of its own reads it.
        let is_kept = |line: &&str| !line.starts_with("Log: ");
        let stderr: String = self.stderr.split_inclusive('\n').filter(is_kept).collect();
        Self { stdout: redact(&self.stdout), stderr: redact(&stderr), ..self.clone() }
    }

    /// The output with a text, such as a plan id, replaced.
    pub(crate) fn with(&self, text: &str, placeholder: &str) -> Self {
        Self {
            stdout: self.stdout.replace(text, placeholder),
            stderr: self.stderr.replace(text, placeholder),
            ..self.clone()
        }
    }

    /// Both streams, for tests that look for what must be nowhere.
    pub(crate) fn everything(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Asserts the exit code, showing everything if it is another.
    #[track_caller]
    pub(crate) fn expect_code(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }
}

impl fmt::Display for CommandOutput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stdout, stderr, code, root: _ } = self;
        let code = code.map_or_else(|| "none, ended by a signal".to_owned(), |code| code.to_string());
        write!(formatter, "stdout:\n{stdout}\nstderr:\n{stderr}\nexit code: {code}")
    }
}

/// Replaces the port after every loopback host.
fn without_ports(text: &str) -> String {
    let mut redacted = text.to_owned();
    for host in ["127.0.0.1:", "localhost:", "[::1]:"] {
        let mut parts = redacted.split(host);
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let rest = part.trim_start_matches(|character: char| character.is_ascii_digit());
            let port = if rest.len() < part.len() { "[PORT]" } else { "" };
            whole.extend([host, port, rest]);
        }
        redacted = whole;
    }
    redacted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_holds_nothing_but_what_a_test_sets() {
        let mut env = TestEnv::new();
        env.env("LOBU_ORG", "dev");
        env.write("agents/pilot/SOUL.md", "Steer.\n");
        env.work_in("agents");
        let command = env.command();
        let names: Vec<String> = command.get_envs().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
        assert_eq!(
            names,
            ["HOME", "LOBU_ORG", "PATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"]
        );
        assert_eq!(command.get_current_dir(), Some(env.project().join("agents").as_path()));
        assert_eq!(env.read("agents/pilot/SOUL.md"), "Steer.\n");
        assert!(env.home().starts_with(env.path().canonicalize().expect("it exists")));
    }

    #[test]
    fn the_binary_runs_in_the_environment() {
        let env = TestEnv::new();
        let running = env.start(["--version"]);
        assert!(running.id() > 0);
        assert_eq!(running.wait(), env.lobu(["--version"]).expect_code(0).clone());
    }

    #[test]
    fn an_output_is_one_snapshot_without_paths_and_ports() {
        let output = CommandOutput {
            stdout: "see /tmp/x/project, http://127.0.0.1:4711/api and localhost:x".to_owned(),
            stderr: "plan 5ef1".to_owned(),
            code: Some(2),
            root: "/tmp/x".to_owned(),
        };
        insta::assert_snapshot!(output.redacted().with("5ef1", "[ID]"), @r"
        stdout:
        see [TEMP]/project, http://127.0.0.1:[PORT]/api and localhost:x
        stderr:
        plan [ID]
        exit code: 2
        ");
        assert!(output.everything().ends_with("plan 5ef1"));
    }

    #[test]
    #[should_panic(expected = "fixtures/projects/no-such-project")]
    fn a_fixture_that_is_not_there_is_named() {
        TestEnv::new().copy_fixture("no-such-project");
    }

    #[test]
    fn a_directory_is_copied_with_everything_below_it() {
        let (source, target) = (TestEnv::new(), TestEnv::new());
        source.write("a/b/c.txt", "deep").write("lobu.toml", "");
        target.copy_project(&source.project());
        assert_eq!(target.read("a/b/c.txt"), "deep");
    }
}
