//! The JSON of `lobu secrets`, version 1. Names, fingerprints and places, and never a value.

use schemars::JsonSchema;
use serde::Serialize;

use crate::org::SecretChange;
use crate::push::{Ending, PushPlan, PushReport, PushRow, RowState};
use crate::secrets::{Fingerprint, Suspicion};
use crate::wire::SecretRow;

use super::JsonTarget;
use super::write::{FORMAT_VERSION, version, written};

/// What is compared and written.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SecretsTarget {
    /// The context's name.
    pub context: String,
    /// The server's origin.
    pub server: String,
    /// The org's slug.
    pub org: String,
}

/// `lobu secrets push --json` and `lobu secrets delete --json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PushDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// The org.
    pub target: SecretsTarget,
    /// Where the values come from; null for a delete, and for a server without the secrets API.
    pub source: Option<String>,
    /// Whether the server has the secrets API; false only with `--if-supported`.
    pub supported: bool,
    /// Each name, sorted.
    pub secrets: Vec<PushedSecret>,
}

/// What becomes of a name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PushedSecret {
    /// The name.
    pub name: String,
    /// What would be done, or was done where `result` is not null.
    pub action: PushWord,
    /// Four hex digits of the org's value before this command; null where there is none.
    pub fingerprint: Option<String>,
    /// Four hex digits of the source's value, made with the org's salt; null where they cannot be made.
    pub here: Option<String>,
    /// Where the project uses it.
    pub used_by: Vec<String>,
    /// Why a person should look at it; null where nothing is odd.
    pub caution: Option<CautionWord>,
    /// What became of it; null on a dry run and where nothing was to be done.
    pub result: Option<ResultWord>,
    /// Four hex digits of what is stored now; null unless something was written.
    pub stored: Option<String>,
}

/// What becomes of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PushWord {
    /// It is made.
    Create,
    /// Its value is sent; the server compares the whole of it.
    Rotate,
    /// It is as it is in the source, as far as four digits tell.
    Unchanged,
    /// It has another value, which stays.
    Differs,
    /// The org has it, and nothing can be compared.
    Set,
    /// The org has it, and the source has not.
    OnlyInOrg,
    /// Neither has it.
    Missing,
    /// It is deleted.
    Delete,
}

/// Why a person should look at a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CautionWord {
    /// Three base64url parts: a token that expires.
    Jwt,
    /// `$NAME`: nothing is expanded.
    Expansion,
}

/// What became of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResultWord {
    /// It was made.
    Created,
    /// It has another value now.
    Rotated,
    /// It had that value already; nothing was written.
    Unchanged,
    /// It was deleted.
    Deleted,
    /// Nobody agreed to it.
    Declined,
    /// Another push was first, or it was deleted in between.
    Overtaken,
}

/// `lobu secrets list --json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SecretsDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// The org.
    pub target: SecretsTarget,
    /// Its secrets, by name.
    pub secrets: Vec<ListedSecret>,
}

/// A secret of an org.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ListedSecret {
    /// The name.
    pub name: String,
    /// Four hex digits for eyes; null where the server gives none.
    pub fingerprint: Option<String>,
    /// When it was last written, in milliseconds since 1970.
    pub updated_at: Option<i64>,
    /// Where the value came from: `env`, `file`, `stdin`, `api` or `system`.
    pub source: Option<String>,
}

/// Writes a push as it was planned.
pub fn push_plan(plan: &PushPlan, source: &str, target: &JsonTarget<'_>) -> String {
    document(Some(source), true, plan.rows.iter().map(|row| secret(row, None)).collect(), target)
}

/// Writes a push with what became of it.
pub fn push_report(report: &PushReport, source: &str, target: &JsonTarget<'_>) -> String {
    let secrets = report.rows.iter().map(|end| secret(&end.row, Some(&end.ending))).collect();
    document(Some(source), true, secrets, target)
}

/// Writes that a server without the secrets API was sent nothing (`--if-supported`).
pub fn push_unsupported(target: &JsonTarget<'_>) -> String {
    document(None, false, Vec::new(), target)
}

/// Writes what a delete would do, or did.
pub fn deletes(names: &[(String, Option<Fingerprint>)], result: Option<ResultWord>, target: &JsonTarget<'_>) -> String {
    let secret = |(name, fingerprint): &(String, Option<Fingerprint>)| PushedSecret {
        name: name.clone(),
        action: PushWord::Delete,
        fingerprint: digits(fingerprint.as_ref()),
        here: None,
        used_by: Vec::new(),
        caution: None,
        result,
        stored: None,
    };
    document(None, true, names.iter().map(secret).collect(), target)
}

/// Writes the secrets of an org.
pub fn secrets(rows: &[SecretRow], target: &JsonTarget<'_>) -> String {
    let listed = |row: &SecretRow| ListedSecret {
        name: row.name.clone(),
        fingerprint: digits(row.fingerprint.as_deref().and_then(Fingerprint::parse).as_ref()),
        updated_at: row.updated_at,
        source: row.source.clone(),
    };
    written(&SecretsDocument {
        format_version: FORMAT_VERSION,
        lobu_version: version(),
        target: target_of(target),
        secrets: rows.iter().map(listed).collect(),
    })
}

fn document(source: Option<&str>, supported: bool, secrets: Vec<PushedSecret>, target: &JsonTarget<'_>) -> String {
    written(&PushDocument {
        format_version: FORMAT_VERSION,
        lobu_version: version(),
        target: target_of(target),
        source: source.map(str::to_owned),
        supported,
        secrets,
    })
}

fn target_of(target: &JsonTarget<'_>) -> SecretsTarget {
    SecretsTarget { context: target.context.to_owned(), server: target.server.to_owned(), org: target.org.to_owned() }
}

fn digits(fingerprint: Option<&Fingerprint>) -> Option<String> {
    fingerprint.map(|fingerprint| fingerprint.as_str().to_owned())
}

fn secret(row: &PushRow, ending: Option<&Ending>) -> PushedSecret {
    let (action, fingerprint, here) = match &row.state {
        RowState::Create => (PushWord::Create, None, None),
        RowState::Rotate { before, after } => (PushWord::Rotate, before.as_ref(), after.as_ref()),
        RowState::Unchanged(both) => (PushWord::Unchanged, Some(both), Some(both)),
        RowState::Differs { org, here } => (PushWord::Differs, Some(org), Some(here)),
        RowState::Set => (PushWord::Set, None, None),
        RowState::OnlyInOrg(org) => (PushWord::OnlyInOrg, org.as_ref(), None),
        RowState::Missing => (PushWord::Missing, None, None),
    };
    let (result, stored) = match ending {
        None | Some(Ending::Nothing) => (None, None),
        Some(Ending::Done(change, fingerprint)) => (Some(done(*change)), digits(fingerprint.as_ref())),
        Some(Ending::Declined) => (Some(ResultWord::Declined), None),
        Some(Ending::Overtaken) => (Some(ResultWord::Overtaken), None),
    };
    PushedSecret {
        name: row.name.to_string(),
        action,
        fingerprint: digits(fingerprint),
        here: digits(here),
        used_by: row.places.clone(),
        caution: row.suspicion.map(|suspicion| match suspicion {
            Suspicion::Jwt => CautionWord::Jwt,
            Suspicion::Expansion => CautionWord::Expansion,
        }),
        result,
        stored,
    }
}

fn done(change: SecretChange) -> ResultWord {
    match change {
        SecretChange::Created => ResultWord::Created,
        SecretChange::Rotated => ResultWord::Rotated,
        SecretChange::Unchanged => ResultWord::Unchanged,
        SecretChange::Deleted => ResultWord::Deleted,
    }
}
