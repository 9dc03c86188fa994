//! The action: its steps run as GitHub runs them, twice, against a local server and a double of GitHub's API.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;

use rustls::{ServerConnection, StreamOwned};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::documents::{file, members, step, steps, workflow};
use super::github::{GitHub, TOKEN};
use super::rules::{PROGRAM, broken_step};
use super::steps::Runner;
use crate::support::dev::Dev;
use crate::support::env::TestEnv;
use crate::support::tls;

fn action() -> Json {
    workflow(&file("action.yml"))
}

/// What the steps of an action see: inputs, and outputs of the steps before.
struct Context<'action> {
    inputs: BTreeMap<&'action str, String>,
    outputs: BTreeMap<String, String>,
}

impl Context<'_> {
    /// The value of `inputs.x`, `steps.run.outputs.x`, the number of the pull request, or a text in quotes.
    #[track_caller]
    fn value(&self, expression: &str) -> String {
        let expression = expression.trim();
        if let Some(name) = expression.strip_prefix("inputs.") {
            return self.inputs.get(name).unwrap_or_else(|| panic!("no input {name}")).clone();
        }
        if let Some(name) = expression.strip_prefix("steps.run.outputs.") {
            return self.outputs.get(name).cloned().unwrap_or_default();
        }
        match expression {
            "github.event.pull_request.number" => "7".to_owned(),
            text => text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).expect("a text").to_owned(),
        }
    }

    /// Whether a step runs: `a == b` or `a != b`.
    #[track_caller]
    fn holds(&self, condition: &str) -> bool {
        if let Some((left, right)) = condition.split_once("!=") {
            return self.value(left) != self.value(right);
        }
        let (left, right) = condition.split_once("==").expect("a comparison");
        self.value(left) == self.value(right)
    }

    /// A text with its expressions replaced.
    #[track_caller]
    fn text(&self, template: &str) -> String {
        let mut parts = template.split("${{");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once("}}").expect("an expression ends");
            text.push_str(&self.value(expression));
            text.push_str(rest);
        }
        text
    }
}

/// How the action ended, and its outputs.
struct Ended {
    code: i32,
    log: String,
    outputs: BTreeMap<String, String>,
}

/// Runs the action with inputs on a runner.
#[track_caller]
fn run(runner: &Runner, inputs: &[(&str, &str)]) -> Ended {
    let action = action();
    let default = |input: &Json| input["default"].as_str().unwrap_or_default().to_owned();
    let mut context = Context {
        inputs: members(&action["inputs"]).map(|(name, input)| (name.as_str(), default(input))).collect(),
        outputs: BTreeMap::new(),
    };
    for (name, value) in inputs {
        let input = context.inputs.get_mut(name).unwrap_or_else(|| panic!("no input {name}"));
        (*value).clone_into(input);
    }
    let mut ended = Ended { code: 0, log: String::new(), outputs: BTreeMap::new() };
    for step in steps(&action["runs"]) {
        if ended.code != 0 || !context.holds(step["if"].as_str().expect("a condition")) {
            continue;
        }
        let env =
            members(&step["env"]).map(|(name, value)| (name.as_str(), context.text(value.as_str().expect("a text"))));
        let env: Vec<(&str, String)> = env.collect();
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let output = runner.run(step["run"].as_str().expect("a script"), &env);
        ended.code = output.status.code().expect("an exit code");
        ended.log.push_str(&String::from_utf8_lossy(&output.stdout));
        ended.log.push_str(&String::from_utf8_lossy(&output.stderr));
        context.outputs.extend(runner.outputs());
    }
    let outputs = members(&action["outputs"]);
    ended.outputs =
        outputs.map(|(name, output)| (name.clone(), context.text(output["value"].as_str().expect("a text")))).collect();
    ended
}

/// Serves bytes over https to every connection, and gives the address and the certificate to trust.
fn serve(body: Vec<u8>) -> (String, String) {
    let (config, pem) = tls::self_signed();
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a configuration that works");
            let mut stream = StreamOwned::new(connection, stream);
            let mut head = [0; 4096];
            if stream.read(&mut head).is_ok() {
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                drop(stream.write_all(&[head.as_bytes(), &body].concat()).and_then(|()| stream.flush()));
                stream.conn.send_close_notify();
                drop(stream.flush());
            }
        }
    });
    (format!("https://{address}/lobu-1.2.3.tar.gz"), pem)
}

/// An archive as a release has it, whose program is the one under test.
fn archive(env: &TestEnv) -> Vec<u8> {
    let directory = env.home().join("release/lobu-1.2.3");
    std::fs::create_dir_all(&directory).expect("a directory");
    let program = env.command().get_program().to_string_lossy().into_owned();
    let file = directory.join("lobu");
    std::fs::write(&file, format!("#!/bin/sh\nexec '{program}' \"$@\"\n")).expect("a file");
    let parent = directory.parent().expect("a parent");
    let script = "chmod +x lobu-1.2.3/lobu && tar -czf lobu.tar.gz lobu-1.2.3";
    assert!(Command::new("sh").args(["-c", script]).current_dir(parent).status().expect("sh").success());
    std::fs::read(parent.join("lobu.tar.gz")).expect("an archive")
}

/// A runner that trusts the host of the release, with the project as its checkout, and the inputs that every run has.
struct Site {
    runner: Runner,
    github: GitHub,
    inputs: Vec<(&'static str, String)>,
    _dev: Dev,
    _server: TestEnv,
}

impl Site {
    fn new() -> Self {
        let github = GitHub::start();
        let mut runner = Runner::new(&github.url);
        runner.env.copy_fixture("support-desk");
        // None of it decides what runs.
        runner.env.write(".npmrc", "registry=http://127.0.0.1:1\n").write(".curlrc", "url = http://127.0.0.1:1\n");
        runner.env.write("lobu", "#!/bin/sh\nexit 99\n");
        let archive = archive(&runner.env);
        let (url, pem) = serve(archive.clone());
        let authorities = runner.env.home().join("ca.pem");
        std::fs::write(&authorities, pem).expect("a file");
        runner.set("CURL_CA_BUNDLE", &authorities.display().to_string());
        let server = TestEnv::new();
        let dev = Dev::start(&server);
        let digest = Sha256::digest(&archive);
        let sha256 = digest.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let inputs = vec![
            ("download-url", url),
            ("sha256", sha256),
            ("server-url", format!("http://{}", dev.address)),
            ("org", "dev".to_owned()),
            ("api-token", Dev::token(&server)),
        ];
        Self { runner, github, inputs, _dev: dev, _server: server }
    }

    #[track_caller]
    fn run(&self, more: &[(&str, &str)]) -> Ended {
        let inputs = self.inputs.iter().map(|(name, value)| (*name, value.as_str())).chain(more.iter().copied());
        run(&self.runner, &inputs.collect::<Vec<_>>())
    }

    fn summary(&self) -> String {
        std::fs::read_to_string(self.runner.env.home().join("runner/summary")).unwrap_or_default()
    }
}

#[test]
#[ignore = "needs curl and jq"]
fn the_second_run_updates_the_comment_of_the_first() {
    let site = Site::new();
    let comment = |plan: &Ended| {
        let inputs = [("command", "comment"), ("markdown", &plan.outputs["markdown"]), ("github-token", TOKEN)];
        let ended = run(&site.runner, &inputs);
        assert_eq!(ended.code, 0, "{}", ended.log);
    };
    let first = site.run(&[("command", "plan")]);
    assert_eq!(first.code, 0, "{}", first.log);
    assert_eq!((first.outputs["exit-code"].as_str(), first.outputs["has-changes"].as_str()), ("2", "true"));
    assert_eq!(first.outputs["plan-id"].len(), 40);
    assert_eq!(site.summary().matches("### Plan: 11 to create").count(), 1);
    comment(&first);
    let ended = site.run(&[("command", "apply"), ("expect", &first.outputs["plan-id"])]);
    assert_eq!(ended.code, 0, "{}", ended.log);
    assert!(ended.log.contains("Apply complete. 11 created."), "{}", ended.log);
    let second = site.run(&[("command", "plan")]);
    assert_eq!((second.code, second.outputs["has-changes"].as_str()), (0, "false"), "{}", second.log);
    assert_eq!(second.outputs["plan-id"], "");
    comment(&second);
    let comments = site.github.comments();
    let [(author, body)] = comments.as_slice() else { panic!("one comment: {comments:#?}") };
    assert_eq!(author, "github-actions[bot]");
    assert!(body.starts_with("<!-- lobu plan  -->\n") && body.contains("Nothing to apply"), "{body}");
    // An approval of the first plan is none of what is planned now.
    site.runner.env.write("agents/front-desk/SOUL.md", "Be brief.\n");
    let ended = site.run(&[("command", "apply"), ("expect", &first.outputs["plan-id"])]);
    assert_eq!((ended.code, ended.outputs["exit-code"].as_str()), (6, "6"), "{}", ended.log);
    let ended = site.run(&[("command", "drift")]);
    assert_eq!((ended.code, ended.outputs["exit-code"].as_str()), (6, "6"), "{}", ended.log);
}

#[test]
#[ignore = "needs curl and jq"]
fn what_is_wrong_fails_the_action() {
    let site = Site::new();
    let ended = site.run(&[("command", "plan"), ("sha256", &"0".repeat(64))]);
    assert!(ended.code != 0 && ended.log.contains("FAILED"), "{}", ended.log);
    assert!(!site.runner.env.home().join("runner/lobu").exists(), "it unpacked what was not checked");
    let ended = site.run(&[("command", "apply")]);
    assert!(ended.code == 2 && ended.log.contains("::error::apply needs"), "{}", ended.log);
    let ended = site.run(&[("command", "$(id)")]);
    assert!(ended.code == 2 && !ended.log.contains("uid="), "{}", ended.log);
    let ended = site.run(&[("command", "validate")]);
    assert_eq!((ended.code, ended.outputs["exit-code"].as_str()), (0, "0"), "{}", ended.log);
    site.runner.env.write("lobu.toml", "[agents.x]\nnmae = 1\n");
    let ended = site.run(&[("command", "validate")]);
    assert!(ended.code == 2 && ended.log.contains("::error file=lobu.toml,line=2"), "{}", ended.log);
    let ended = site.run(&[("command", "plan")]);
    assert_eq!((ended.code, ended.outputs["markdown"].as_str()), (1, ""), "{}", ended.log);
}

#[test]
#[ignore = "needs curl and jq"]
fn names_only_shows_no_values() {
    let site = Site::new();
    let ended = site.run(&[("command", "plan"), ("names-only", "true")]);
    assert_eq!(ended.code, 0, "{}", ended.log);
    let shown = format!("{}{}{}", ended.log, ended.outputs["markdown"], site.summary());
    assert!(shown.contains("front-desk") && !shown.contains("-1001204"), "{shown}");
    let ended = site.run(&[("command", "plan")]);
    assert!(ended.outputs["markdown"].contains("-1001204"), "{}", ended.outputs["markdown"]);
}

#[test]
fn the_action_keeps_the_rules_of_the_templates() {
    let action = action();
    let template = workflow(&file("templates/github/lobu-plan.yml"));
    let [install, run, comment] = steps(&action["runs"]) else { panic!("three steps") };
    let of_template = |job: &str, name: &str| step(&template["jobs"][job], name)["run"].clone();
    assert_eq!(install["run"], of_template("plan", "Install lobu"));
    assert_eq!(comment["run"], of_template("comment", "Write or update the comment"));
    let tokens = |step: &Json| {
        let env = step["env"].to_string();
        [env.contains("inputs.api-token"), env.contains("inputs.github-token")]
    };
    assert_eq!([install, run, comment].map(tokens), [[false, false], [true, false], [false, true]]);
    for step in steps(&action["runs"]) {
        assert_eq!(step["shell"], "bash");
        assert!(!step["run"].as_str().expect("a script").contains("${{"), "an expression in a script");
    }
    for step in [install, comment] {
        assert_eq!(broken_step(step), [""; 0]);
    }
    let script = run["run"].as_str().expect("a script");
    let calls = script.matches(PROGRAM).count();
    assert!(calls == 5 && script.matches("-C \"$PROJECT\"").count() == calls, "{script}");
    assert!(script.contains("apply --yes --expect \"$PLAN_ID\""), "{script}");
}
