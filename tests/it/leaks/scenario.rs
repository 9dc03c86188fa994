//! A scenario, as data: what is run against what, and what proves that it happened.

use std::sync::Arc;

use super::evidence::Secret;
use super::needles::Needles;
use super::recorder::{Answering, Asked, Recorder, good};
use super::sentinels::{PASSWORD, TOKEN, VALUE};
use super::stage::{Noise, Stage};

/// What a server received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Nothing,
    /// Requests with the token, and no value.
    Reads,
    /// The value, as JSON, in a request with the token.
    Value,
}

/// One row of the matrix.
pub(super) struct Scenario {
    name: &'static str,
    arguments: Vec<String>,
    answering: Answering,
    files: Vec<(&'static str, Vec<u8>)>,
    variables: Vec<(&'static str, String)>,
    has_env_file: bool,
    stdin: Option<Vec<u8>>,
    code: Option<i32>,
    says: &'static str,
    sent: Sent,
}

impl Scenario {
    /// A command that goes well: it ends with 0 and sends nothing.
    pub(super) fn new(name: &'static str, arguments: &[&str]) -> Self {
        Self {
            name,
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            answering: Arc::new(good),
            files: Vec::new(),
            variables: Vec::new(),
            has_env_file: true,
            stdin: None,
            code: Some(0),
            says: "",
            sent: Sent::Nothing,
        }
    }

    /// A push that goes well.
    pub(super) fn push(name: &'static str, more: &[&str]) -> Self {
        Self::new(name, &[&["secrets", "push"], more].concat()).sent(Sent::Value)
    }

    /// Answers otherwise.
    pub(super) fn answers(mut self, answering: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> Self {
        self.answering = Arc::new(answering);
        self
    }

    /// Puts a file in place of `.env`: the only one that may hold the value.
    pub(super) fn source(mut self, path: &'static str, content: impl AsRef<[u8]>) -> Self {
        self.files.push((path, content.as_ref().to_vec()));
        self
    }

    /// Takes `.env` away; it may come back with the value.
    pub(super) fn without_env_file(mut self) -> Self {
        self.has_env_file = false;
        self
    }

    /// Sets a variable.
    pub(super) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Pipes this in.
    pub(super) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Ends with a code and words.
    pub(super) fn ends(mut self, code: impl Into<Option<i32>>, says: &'static str) -> Self {
        (self.code, self.says) = (code.into(), says);
        self
    }

    /// Lets the server receive this.
    pub(super) fn sent(mut self, sent: Sent) -> Self {
        self.sent = sent;
        self
    }

    /// Plays against a server of its own, and gives what is not as it should be.
    #[track_caller]
    fn play(&self, noise: Noise) -> Result<(), String> {
        let recorder = Recorder::start(Arc::clone(&self.answering));
        let mut stage = Stage::new(noise);
        for (path, content) in &self.files {
            stage.source(path, content);
        }
        if !self.has_env_file {
            std::fs::remove_file(stage.env.project().join(".env")).expect("it is there");
        }
        for (name, value) in &self.variables {
            stage.env.env(name, value);
        }
        let url = recorder.url();
        let target = ["--url", &url, "--org", "dev"];
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let has_target = arguments.iter().any(|argument| matches!(*argument, "--url" | "-c" | "local"));
        let arguments = if has_target { arguments } else { [arguments.as_slice(), &target].concat() };
        let ended = stage.run(self.name, &arguments, self.stdin.as_deref());
        let name = format!("{} ({noise:?})", self.name);
        if ended.code != self.code || !ended.text.contains(self.says) {
            return Err(format!("{name} ended with {:?}:\n{}", ended.code, ended.text));
        }
        received(&recorder.received(), self.sent).map_err(|what| format!("{name}: {what}\n{}", ended.text))
    }
}

/// Whether a server received what it was to receive and nothing more.
pub(super) fn received(bytes: &[u8], sent: Sent) -> Result<(), String> {
    let value = Needles::of(&[VALUE.as_bytes()]).scan(bytes).contains(&"JSON");
    let any_value = !Needles::of(&[VALUE.as_bytes()]).scan(bytes).is_empty();
    let token = Needles::of(&[TOKEN.as_bytes()]).scan(bytes).contains(&"raw");
    let others = [Secret::new("the password", &[PASSWORD.as_bytes()])];
    if others.iter().any(|secret| !secret.needles.scan(bytes).is_empty()) {
        return Err("the server received a proxy's password".to_owned());
    }
    match sent {
        Sent::Nothing if bytes.is_empty() => Ok(()),
        Sent::Reads if token && !any_value => Ok(()),
        Sent::Value if token && value => Ok(()),
        _ => Err(format!("the server received {:?}", String::from_utf8_lossy(bytes))),
    }
}

/// Plays scenarios, quietly and loudly, and tells all that go wrong. A leak fails at once.
#[track_caller]
pub(super) fn play(scenarios: &[Scenario]) {
    let mut wrong = Vec::new();
    for scenario in scenarios {
        for noise in [Noise::Quiet, Noise::Loud] {
            wrong.extend(scenario.play(noise).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
