//! The start states of the probes, which were not recorded: rebuilt from the recorded chains that
//! leave a server in the same state.

use std::path::Path;

use serde_json::json;

use super::recording::{Credential, Exchange, load_segment};

/// Probes that were made one after the other on one server.
#[derive(Clone, Debug)]
pub(crate) struct ProbeSequence {
    /// Requests that bring a server with the empty orgs `dev`, `other` and `readonly` into the
    /// state; their answers need not be the recorded ones.
    pub(crate) prelude: Vec<Exchange>,
    /// Whether `other` is a public org.
    pub(crate) other_is_public: bool,
    /// The probes, in order.
    pub(crate) probes: Vec<Exchange>,
}

/// Where a sequence starts, and what comes before it.
struct Opening {
    directory: &'static str,
    first_probe: &'static str,
    files: &'static [&'static str],
    slack: bool,
    other_is_public: bool,
}

const OPENINGS: [Opening; 7] = [
    Opening {
        directory: "without-manager",
        first_probe: "agents-list",
        files: &[
            "02-apply-empty",
            "04-apply-platform-change",
            "05-apply-settings-change",
            "05c-apply-agent-meta-change",
        ],
        slack: false,
        other_is_public: false,
    },
    Opening {
        directory: "with-manager",
        first_probe: "whoami-apiv1",
        files: &["02-apply-empty", "04-apply-platform-change", "04b-rotate-token", "05-apply-settings-change"],
        slack: false,
        other_is_public: false,
    },
    // From here on the agent has a Slack platform that no recorded request made.
    Opening {
        directory: "with-manager",
        first_probe: "plat-get-slack",
        files: &["02-apply-empty", "04-apply-platform-change", "04b-rotate-token", "05-apply-settings-change"],
        slack: true,
        other_is_public: false,
    },
    // A request that changes nothing, on a server that was new by then.
    Opening { directory: "with-manager", first_probe: "nonjson", files: &[], slack: false, other_is_public: false },
    Opening {
        directory: "with-manager",
        first_probe: "agent-create",
        files: &[],
        slack: false,
        other_is_public: false,
    },
    Opening {
        directory: "with-manager",
        first_probe: "pub-et",
        files: &["13-seed"],
        slack: false,
        other_is_public: true,
    },
    Opening {
        directory: "with-manager",
        first_probe: "members",
        files: &["20-rich-apply"],
        slack: false,
        other_is_public: false,
    },
];

/// Divides the probes of a directory into sequences.
///
/// # Panics
///
/// If a probe belongs to no sequence, or a sequence's first probe is gone.
#[track_caller]
pub(crate) fn probe_sequences(root: &Path, directory: &str) -> Vec<ProbeSequence> {
    let probes = load_segment(root, directory, "probes").exchanges;
    let openings: Vec<&Opening> = OPENINGS.iter().filter(|opening| opening.directory == directory).collect();
    let mut sequences: Vec<ProbeSequence> = Vec::new();
    let mut opened = 0;
    for probe in probes {
        if let Some(opening) = openings.iter().find(|opening| opening.first_probe == probe.name) {
            opened += 1;
            sequences.push(open(root, opening));
        }
        let name = probe.name.clone();
        let sequence = sequences.last_mut().unwrap_or_else(|| panic!("probe {name} of {directory} has no start state"));
        sequence.probes.push(probe);
    }
    assert_eq!(opened, openings.len(), "each sequence of {directory} opens exactly once");
    sequences
}

fn open(root: &Path, opening: &Opening) -> ProbeSequence {
    let mut prelude: Vec<Exchange> =
        opening.files.iter().flat_map(|file| load_segment(root, opening.directory, file).exchanges).collect();
    if opening.slack {
        prelude.push(slack_platform());
    }
    ProbeSequence { prelude, other_is_public: opening.other_is_public, probes: Vec::new() }
}

fn slack_platform() -> Exchange {
    let body = json!({"platform": "slack", "config": {
        "appToken": "made-up-app", "botToken": "made-up-bot", "signingSecret": "made-up-signature", "clientId": "cid",
    }});
    Exchange {
        name: "slack platform".to_owned(),
        method: "PUT".to_owned(),
        path: "/api/dev/agents/triage/platforms/by-stable-id/triage-slack".to_owned(),
        credential: Credential::Owner("dev".to_owned()),
        body: Some(body.to_string().into_bytes()),
        status: 201,
        headers: std::collections::BTreeMap::new(),
        response: serde_json::Value::Null,
    }
}
