//! The recordings as values: chains of exchanges, and single probes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// With what an exchange was made. No token was recorded: a transport has its own for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// The PAT of an org's owner, with all three mcp scopes.
    Owner(String),
    /// A PAT with `mcp:read`, of a member of that org.
    Reader(String),
    /// A PAT that no server has given out.
    MadeUp,
    /// No authorization header.
    None,
}

impl Credential {
    /// Reads the recordings' words for a credential.
    #[track_caller]
    fn parse(text: &str) -> Self {
        let org = |after: &str| {
            let rest = text.split(after).nth(1).unwrap_or_default();
            rest.split([' ', ',']).next().unwrap_or_default().to_owned()
        };
        match text {
            "none" => Self::None,
            "PAT readonly" => Self::Reader("readonly".to_owned()),
            "PAT other" => Self::Owner("other".to_owned()),
            _ if text.contains("made-up") => Self::MadeUp,
            _ if text.starts_with("owner PAT of org ") => Self::Owner(org("of org ")),
            _ if text.starts_with("PAT with mcp:read of a member of org ") => Self::Reader(org("of org ")),
            other => panic!("a credential in words that the recordings did not have: {other}"),
        }
    }
}

/// One request with the recorded answer.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    /// `with-manager/30-members:12`, or the probe's name after the directory.
    pub(crate) name: String,
    pub(crate) method: String,
    /// The path, still encoded.
    pub(crate) path: String,
    /// With what.
    pub(crate) credential: Credential,
    /// The body; text where what was sent is not JSON.
    pub(crate) body: Option<Vec<u8>>,
    /// The recorded status.
    pub(crate) status: u16,
    /// The recorded content type and challenge.
    pub(crate) headers: BTreeMap<String, String>,
    /// The recorded JSON body, or a string for a text.
    pub(crate) response: Value,
}

/// One recorded file, a run of some command.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// Its name without directory and ending.
    pub(crate) file: String,
    /// Its exchanges, in order.
    pub(crate) exchanges: Vec<Exchange>,
}

/// Files that follow each other on one server.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// `with-manager` or `without-manager`.
    pub(crate) directory: String,
    /// The start state in words.
    pub(crate) start: String,
    /// The files.
    pub(crate) segments: Vec<Segment>,
}

impl Chain {
    /// Whether the server that was recorded had a chat manager.
    pub(crate) fn manager(&self) -> bool {
        self.directory == "with-manager"
    }

    /// The chain's first file, which names it.
    pub(crate) fn name(&self) -> String {
        let first = self.segments.first().map(|segment| segment.file.as_str()).unwrap_or_default();
        format!("{}/{first}", self.directory)
    }
}

/// The recordings beside this repository, which a test that reads them needs.
pub(crate) fn shared_wire() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/wire")
}

/// The recordings that were written by hand for this repository.
pub(crate) fn own_wire() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wire")
}

/// Reads `order.json` and every file that it names.
#[track_caller]
pub(crate) fn load_order(root: &Path) -> Vec<Chain> {
    let order: Value = read_json(&root.join("order.json"));
    let mut chains = Vec::new();
    for (directory, listed) in order.as_object().into_iter().flatten() {
        for chain in listed.as_array().into_iter().flatten() {
            let start = text(chain, "start");
            let common = start.contains("made-up").then_some(Credential::MadeUp);
            let segments = chain.get("files").and_then(Value::as_array).into_iter().flatten();
            let segments = segments.map(|entry| segment(root, directory, entry, common.as_ref())).collect();
            chains.push(Chain { directory: directory.clone(), start, segments });
        }
    }
    assert!(!chains.is_empty(), "order.json names no chain");
    chains
}

/// Reads one file of recordings.
pub(crate) fn load_segment(root: &Path, directory: &str, file: &str) -> Segment {
    segment(root, directory, &Value::from(file), None)
}

fn segment(root: &Path, directory: &str, entry: &Value, common: Option<&Credential>) -> Segment {
    let file = entry.as_str().map_or_else(|| text(entry, "file"), str::to_owned);
    let credential = entry.get("credential").and_then(Value::as_str).map(Credential::parse);
    let fallback = credential.or_else(|| common.cloned()).unwrap_or_else(|| Credential::Owner("dev".to_owned()));
    let path = root.join(directory).join(format!("{file}.jsonl"));
    let exchanges = read(&path)
        .lines()
        .enumerate()
        .map(|(line, recorded)| {
            let recorded: Value = serde_json::from_str(recorded).expect("a recording is JSON");
            exchange(&format!("{directory}/{file}"), line + 1, &recorded, &fallback)
        })
        .collect();
    Segment { file, exchanges }
}

fn exchange(file: &str, line: usize, recorded: &Value, fallback: &Credential) -> Exchange {
    let name = match recorded.get("probe").and_then(Value::as_str) {
        Some(probe) => probe.to_owned(),
        None => format!("{file}:{line}"),
    };
    let credential = recorded.get("credential").and_then(Value::as_str).map(Credential::parse);
    let headers = recorded.get("headers").and_then(Value::as_object).into_iter().flatten();
    let response = match recorded.get("response_text").and_then(Value::as_str) {
        Some(response) => serde_json::from_str(response).unwrap_or_else(|_| Value::from(response)),
        None => recorded.get("response").cloned().unwrap_or_default(),
    };
    Exchange {
        name,
        method: text(recorded, "method"),
        path: text(recorded, "path"),
        credential: credential.unwrap_or_else(|| fallback.clone()),
        body: match recorded.get("request") {
            None | Some(Value::Null) => None,
            Some(Value::String(raw)) => Some(raw.clone().into_bytes()),
            Some(body) => Some(body.to_string().into_bytes()),
        },
        status: recorded
            .get("status")
            .and_then(Value::as_u64)
            .and_then(|status| u16::try_from(status).ok())
            .expect("a recording has a status"),
        headers: headers.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
        response,
    }
}

#[track_caller]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[track_caller]
fn read_json(path: &Path) -> Value {
    serde_json::from_str(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(value: &Value, member: &str) -> String {
    value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
}
