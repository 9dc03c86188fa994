//! The real binary beside our own server, over HTTP.

use std::path::Path;
use std::process::Stdio;

use lobu::server::{Role, Store, StoredSecret, TokenRequest};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::support::embedded::Served;
use crate::support::env::{CommandOutput, TestEnv};
use crate::support::http_client;
pub(super) use crate::support::terminal::flat;

/// A directory with a `.env`, and a server whose org `dev` it is pushed to.
pub(super) struct Site {
    /// Where the binary runs.
    pub(super) env: TestEnv,
    /// Where it is pointed.
    pub(super) served: Served,
    runtime: Runtime,
}

impl Site {
    /// A server with its tables in memory.
    pub(super) fn new(dotenv: &str) -> Self {
        Self::start(dotenv, Served::in_memory())
    }

    /// A server of a database file.
    pub(super) fn of_database(dotenv: &str, path: &Path) -> Self {
        Self::start(dotenv, Served::database(path))
    }

    fn start(dotenv: &str, served: impl Future<Output = Served>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let served = runtime.block_on(served);
        let mut env = TestEnv::new();
        env.env("LOBU_API_TOKEN", served.token()).env("LOBU_ORG", "dev").env("NO_COLOR", "1");
        env.write(".env", dotenv);
        served.counter.reset();
        Self { env, served, runtime }
    }

    /// The arguments with the target behind them.
    pub(super) fn arguments<'a>(&'a self, arguments: &[&'a str]) -> Vec<&'a str> {
        [&["secrets"], arguments, &["--url", self.served.url()]].concat()
    }

    /// Runs `lobu secrets …`.
    pub(super) fn run(&self, arguments: &[&str]) -> CommandOutput {
        self.env.lobu(self.arguments(arguments))
    }

    /// Runs it with this on stdin.
    pub(super) fn run_with(&self, input: &[u8], arguments: &[&str]) -> (Option<i32>, String, String) {
        use std::io::Write;

        let mut command = self.env.command();
        command.args(self.arguments(arguments)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // Who demands something before reading has gone already.
        drop(stdin.write_all(input));
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    /// Runs it for its JSON, which is as the schema says.
    #[track_caller]
    pub(super) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        output.expect_code(0);
        document(&output)
    }

    /// The value of a secret of the org.
    pub(super) fn stored(&self, name: &str) -> Option<String> {
        stored(&self.served.store, name)
    }

    /// `create FOO`, `rotate FOO`, …, oldest first.
    pub(super) fn audit(&self) -> Vec<String> {
        audit(&self.served.store)
    }

    /// How many requests came that could write.
    pub(super) fn writes(&self) -> u64 {
        self.served.counter.writes()
    }

    /// Expects that nothing was sent but reads, and that the org has no secret.
    #[track_caller]
    pub(super) fn expect_untouched(&self) {
        assert_eq!(self.writes(), 0);
        assert_eq!(self.audit(), [""; 0]);
    }

    /// What the API lists of a secret, its salt included.
    pub(super) fn listed(&self, name: &str) -> Value {
        let url = format!("{}/api/dev/secrets", self.served.url());
        let list: Vec<Value> = self.runtime.block_on(async {
            let http = http_client();
            let answer = http.get(url).bearer_auth(self.served.token()).send().await.expect("an answer");
            answer.json().await.expect("a list")
        });
        list.into_iter().find(|row| row["name"] == name).expect("the secret")
    }

    /// Runs later commands as somebody with this role and these scopes.
    pub(super) fn become_one(&mut self, role: Role, scope: &str) {
        let store = &self.served.store;
        store.create_user("somebody", "Somebody", "somebody@example.org").expect("a user");
        store.set_role("dev", "somebody", Some(role)).expect("a role");
        let request = TokenRequest { name: "test", scope: Some(scope), ..TokenRequest::default() };
        let token = store.create_token("somebody", request).expect("a token");
        self.env.env("LOBU_API_TOKEN", token.expose());
    }
}

/// The one document on stdout, which is as the schema says.
#[track_caller]
pub(super) fn document(output: &CommandOutput) -> Value {
    let schema = serde_json::from_str(&lobu::render::json::secrets_schema()).expect("JSON");
    let schema = jsonschema::draft202012::new(&schema).expect("a schema");
    let document = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("no JSON\n{output}"));
    let wrong: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
    assert_eq!(wrong, [""; 0], "{output}");
    document
}

/// The value of a secret of the org `dev`.
pub(super) fn stored(store: &Store, name: &str) -> Option<String> {
    let value = store.stored_secret("dev", StoredSecret::User { name }).expect("the store can be read")?;
    Some(String::from_utf8(value.to_vec()).expect("text"))
}

/// `create FOO`, `rotate FOO`, …, oldest first.
pub(super) fn audit(store: &Store) -> Vec<String> {
    let rows = store.secret_audit("dev").expect("the store can be read");
    rows.into_iter().map(|row| format!("{} {}", row.action, row.name)).collect()
}
