//! `lobu dev` as a process of its own: its log, its files while it runs, and its token.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::embedded::secrets_of;
use super::evidence::{Evidence, Kept, Secret};
use super::sentinels::{FOREIGN, VALUE};
use super::stage::{Noise, Stage};

/// The server, which is told to log everything.
struct Server {
    /// HOME of the server; nothing of the client is in it.
    stage: Stage,
    child: Child,
    logs: tempfile::TempDir,
    address: String,
}

impl Server {
    #[track_caller]
    fn start() -> Self {
        let stage = Stage::new(Noise::Loud);
        let logs = tempfile::tempdir().expect("a directory");
        let log = |name: &str| File::create(logs.path().join(name)).expect("a file");
        let mut command = stage.command(&["dev", "--port", "0"]);
        command.stdout(log("stdout")).stderr(log("stderr"));
        let child = command.spawn().expect("the binary starts");
        let mut server = Self { stage, child, logs, address: String::new() };
        let started = Instant::now();
        while server.address.is_empty() {
            assert!(started.elapsed() < Duration::from_secs(60), "no server: {}", server.log());
            thread::sleep(Duration::from_millis(5));
            let log = server.log();
            let found = log.lines().find_map(|line| line.trim().strip_prefix("server")?.trim().strip_prefix("http://"));
            found.unwrap_or_default().clone_into(&mut server.address);
        }
        server
    }

    fn log(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.logs.path().join(name)).expect("a log");
        read("stdout") + &read("stderr")
    }

    fn token_file(&self) -> PathBuf {
        self.stage.env.local_database().with_file_name("bootstrap-pat.txt")
    }

    /// Looks at its log and all of its files, in which the client's secrets must not be.
    #[track_caller]
    fn check(&self, secrets: &[Secret]) {
        let mut evidence = Evidence::default();
        evidence.add("the log", self.log());
        evidence.add_tree(&self.stage.env.path().canonicalize().expect("it is there"));
        evidence.add_tables(&self.stage.env.local_database());
        let leaks = evidence.leaks(secrets);
        assert!(leaks.is_empty(), "lobu dev leaks:\n{}\n{}", leaks.join("\n"), self.log());
    }

    /// Sends a request as it is, and gives the answer.
    fn say(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("the port is open");
        let length = body.len();
        let request =
            format!("{head}\r\nhost: {}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}", self.address);
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail if it has ended, which is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn the_log_and_the_files_of_a_server_hold_no_secret() {
    let mut server = Server::start();
    let database = server.stage.env.local_database();
    let token = fs::read_to_string(server.token_file()).expect("a token").trim().to_owned();
    let mut client = Stage::new(Noise::Loud);
    client.env.env("LOBU_API_TOKEN", token.clone());
    // Its own .env is the server's project, which the server does not read.
    let env_file = server.stage.env.project().join(".env");
    let known = |server: &Server| {
        let pat = Secret::new("the server's token", &[token.as_bytes()]);
        let kept = vec![
            Kept::Whole(server.token_file()),
            Kept::Digest(database.clone()),
            Kept::Digest(format!("{}-wal", database.display()).into()),
        ];
        let mut secrets = vec![
            Secret { kept: vec![Kept::Whole(env_file.clone())], ..Secret::new("the value", &[VALUE.as_bytes()]) },
            Secret::new("a value of the org", &[FOREIGN.as_bytes()]),
            Secret { kept, ..pat },
        ];
        secrets.extend(secrets_of(&database));
        server.check(&secrets);
        secrets
    };
    let url = format!("http://{}", server.address);
    for arguments in [
        &["secrets", "push", "--dry-run"][..],
        &["secrets", "push", "--yes"],
        &["secrets", "push", "--yes", "--yes-rotate", "--rotate", "--json"],
        &["secrets", "list", "--json"],
        &["apply", "--yes"],
        &["plan", "--json", "--full"],
        &["secrets", "delete", "FOO", "--yes", "--force"],
    ] {
        let ended = client.run("lobu dev", &[arguments, &["--url", &url, "--org", "dev"]].concat(), None);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.text);
        let mut evidence = Evidence::default();
        evidence.add("the client", ended.text.as_bytes());
        evidence.add_tree(&client.env.path().canonicalize().expect("it is there"));
        assert_eq!(evidence.leaks(&known(&server)[1..]), [""; 0], "{arguments:?}");
    }
    hostile(&server, &token);
    known(&server);
    let stop = Command::new("kill").args(["-INT", &server.child.id().to_string()]).status();
    assert!(stop.expect("kill runs").success());
    server.child.wait().expect("it ends");
    assert!(server.log().contains("Stopped."), "{}", server.log());
    known(&server);
}

/// Requests that fail with the value in every place of theirs.
#[track_caller]
fn hostile(server: &Server, token: &str) {
    let manage = "POST /api/dev/secrets/manage HTTP/1.1\r\ncontent-type: application/json\r\nauthorization: Bearer";
    let create = |name: &str, value: serde_json::Value| {
        json!({"actions": [{"op": "create", "name": name, "value": value, "source": "env"}]}).to_string()
    };
    let body = create("HOSTILE", json!(VALUE));
    let table = [
        (format!("{manage} {token}"), body.trim_end_matches("]}").to_owned(), "400"),
        (format!("{manage} {token}"), create("HOSTILE", json!([VALUE])), "4"),
        (format!("{manage} {token}"), create("EXISTING", json!(VALUE)), "409"),
        (format!("{manage} {token}"), create("HOSTILE", json!(VALUE.repeat(2000))), "4"),
        (format!("{manage} {token}"), json!({"actions": VALUE}).to_string(), "4"),
        (
            format!("{manage} {token}"),
            json!({"actions": [{"op": VALUE, "name": "A", "value": VALUE}]}).to_string(),
            "4",
        ),
        (format!("{manage} {token}"), create("lower case", json!(VALUE)), "4"),
        (format!("{manage} not-{token}"), body.clone(), "401"),
        (format!("{}x {token}", manage.replace("application/json", "text/plain")), body.clone(), "4"),
        (format!("GET /api/dev/secrets?token={token} HTTP/1.1"), String::new(), "401"),
    ];
    for (head, body, status) in table {
        let answer = server.say(&head, &body);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{head} {body}\n{answer}");
        let mut evidence = Evidence::default();
        evidence.add("an answer", answer.as_bytes());
        let secrets = [Secret::new("the value", &[VALUE.as_bytes()]), Secret::new("the token", &[token.as_bytes()])];
        assert_eq!(evidence.leaks(&secrets), [""; 0], "{answer}");
    }
}
