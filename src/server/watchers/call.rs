//! The one endpoint that changes watchers: which action a body asks for (`docs/api/watchers.md`).

use serde_json::Value;

use super::{
    archive,
    create::NewWatcher,
    create_version::NewVersion,
    read_versions,
    rules::{self, INVALID_WATCHER},
    script,
    settings::SettingsChange,
    update::update,
};
use crate::server::{
    members::Members,
    refusal::{Answer, Refusal},
    request_context::RequestContext,
};

/// A checked body.
pub(in crate::server) enum WatcherCall {
    Create(Box<NewWatcher>),
    Update { id: i64, change: Box<SettingsChange> },
    CreateVersion { id: i64, version: Box<NewVersion> },
    SetScript { id: i64, script: Option<String> },
    Delete { ids: Vec<Value> },
    Versions { id: i64 },
    VersionDetails { id: i64, version: Option<i64> },
}

impl WatcherCall {
    /// Tells whether a body asks for a read, and checks it. What can't be understood counts as a change, which needs
    /// more of who asks.
    pub(in crate::server) fn parse(body: &[u8]) -> (bool, Result<Self, Refusal>) {
        match Members::parse(body, INVALID_WATCHER) {
            Ok(members) => {
                let reads = matches!(members.peek_text("action"), Some("get_versions" | "get_version_details"));
                (reads, Self::take(members))
            }
            Err(refusal) => (false, Err(refusal)),
        }
    }

    fn take(mut members: Members) -> Result<Self, Refusal> {
        let action = members.required_text("action")?;
        let members = &mut members;
        Ok(match action.as_str() {
            "create" => Self::Create(Box::new(NewWatcher::take(members)?)),
            "update" => {
                Self::Update { id: rules::watcher_id(members)?, change: Box::new(SettingsChange::take(members)?) }
            }
            "create_version" => {
                Self::CreateVersion { id: rules::watcher_id(members)?, version: Box::new(NewVersion::take(members)?) }
            }
            "set_reaction_script" => {
                Self::SetScript { id: rules::watcher_id(members)?, script: script::take(members)? }
            }
            "delete" => Self::Delete { ids: archive::take(members)? },
            "get_versions" => Self::Versions { id: rules::watcher_id(members)? },
            "get_version_details" => Self::VersionDetails {
                id: rules::watcher_id(members)?,
                version: rules::number(members, "version", 1)?.into_option(),
            },
            "trigger" | "complete_window" | "create_from_version" | "upgrade" => {
                let message = format!("The action `{action}` is not available on this server: it runs no watchers.");
                return Err(Refusal::new(axum::http::StatusCode::BAD_REQUEST, "not_available", message));
            }
            _ => {
                let shown: String = action.chars().take(100).collect();
                return Err(Refusal::bad_request(format!("Unknown action: {shown}")));
            }
        })
    }

    /// Carries it out.
    pub(in crate::server) fn run(self, context: &RequestContext<'_>) -> Result<Answer, Refusal> {
        match self {
            Self::Create(watcher) => watcher.create(context),
            Self::Update { id, change } => update(context, id, *change),
            Self::CreateVersion { id, version } => version.create(context, id),
            Self::SetScript { id, script } => script::set(context, id, script.as_deref()),
            Self::Delete { ids } => archive::archive(context, &ids),
            Self::Versions { id } => read_versions::all(context, id),
            Self::VersionDetails { id, version } => read_versions::one(context, id, version),
        }
    }
}
