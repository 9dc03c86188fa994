//! The JSON of `lobu secrets`, version 1. Names, fingerprints and places, and never a value.

use schemars::JsonSchema;
use serde::Serialize;

use crate::org::SecretChange;
use crate::push::{Deletion, Ending, KeyPlan, KeyReport, PushPlan, PushReport, PushRow, RowState};
use crate::secrets::Fingerprint;
use crate::wire::SecretRow;

use super::JsonTarget;
use super::caution::CautionWord;
use super::provider_keys::{PushedProviderKey, key};
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
    /// Whether the server has the secrets API; false with `--if-supported`, and where only provider keys are sent.
    pub supported: bool,
    /// Each name, sorted.
    pub secrets: Vec<PushedSecret>,
    /// The key of each provider, sorted, on a server without the secrets API that takes them.
    pub provider_keys: Vec<PushedProviderKey>,
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
    /// Another push made it first; its value stays.
    MadeByAnother,
    /// It became something else than what was agreed to, and was left alone.
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
pub fn deletes(deletions: &[Deletion], result: Option<ResultWord>, target: &JsonTarget<'_>) -> String {
    let secret = |Deletion { name, fingerprint, version: _ }: &Deletion| PushedSecret {
        name: name.to_string(),
        action: PushWord::Delete,
        fingerprint: digits(fingerprint.as_ref()),
        here: None,
        used_by: Vec::new(),
        caution: None,
        result,
        stored: None,
    };
    document(None, true, deletions.iter().map(secret).collect(), target)
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
    push_document(source, supported, secrets, Vec::new(), target)
}

/// Writes the keys of providers as a push would send them.
pub fn key_plan(plan: &KeyPlan, source: &str, target: &JsonTarget<'_>) -> String {
    let keys = plan.rows.iter().map(|row| key(row, None)).collect();
    push_document(Some(source), false, Vec::new(), keys, target)
}

/// Writes the keys of providers with what became of them.
pub fn key_report(report: &KeyReport, source: &str, target: &JsonTarget<'_>) -> String {
    let keys = report.rows.iter().map(|(row, ending)| key(row, Some(ending))).collect();
    push_document(Some(source), false, Vec::new(), keys, target)
}

fn push_document(
    source: Option<&str>,
    supported: bool,
    secrets: Vec<PushedSecret>,
    provider_keys: Vec<PushedProviderKey>,
    target: &JsonTarget<'_>,
) -> String {
    written(&PushDocument {
        format_version: FORMAT_VERSION,
        lobu_version: version(),
        target: target_of(target),
        source: source.map(str::to_owned),
        supported,
        secrets,
        provider_keys,
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
        RowState::OnlyInOrg { org, is_empty: _ } => (PushWord::OnlyInOrg, org.as_ref(), None),
        RowState::Missing { is_empty: _ } => (PushWord::Missing, None, None),
    };
    let (result, stored) = match ending {
        None | Some(Ending::Nothing) => (None, None),
        Some(Ending::Done { change, now, previous: _ }) => (Some(done(*change)), digits(now.as_ref())),
        Some(Ending::MadeByAnother) => (Some(ResultWord::MadeByAnother), None),
        Some(Ending::Declined) => (Some(ResultWord::Declined), None),
        Some(Ending::Overtaken) => (Some(ResultWord::Overtaken), None),
    };
    PushedSecret {
        name: row.name.to_string(),
        action,
        fingerprint: digits(fingerprint),
        here: digits(here),
        used_by: row.places.clone(),
        caution: row.suspicion.map(CautionWord::of),
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

#[cfg(test)]
mod tests {
    use crate::error::{CommandError, ErrorKind};
    use crate::model::{AgentId, SecretName};
    use crate::push::{KeyEnding, KeyRow, KeyState, RowEnd, Seen, WantedKey};
    use crate::render::json::{error, secrets_schema};
    use crate::secrets::Suspicion;

    use super::*;

    fn digits_of(text: &str) -> Fingerprint {
        Fingerprint::parse(text).unwrap()
    }

    fn row(name: &str, state: RowState) -> PushRow {
        let places = vec!["triage/telegram.botToken".to_owned()];
        PushRow { name: SecretName::parse(name).unwrap(), state, places, suspicion: None, seen: Seen::default() }
    }

    fn target() -> JsonTarget<'static> {
        JsonTarget { context: "lobu", server: "https://app.lobu.ai", org: "acme", name: None }
    }

    /// Checks a document against the schema and gives its secrets, a line each.
    #[track_caller]
    fn secrets_of(json: &str) -> String {
        validate(json);
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(value["format_version"], 1);
        assert_eq!(value["target"]["org"], "acme");
        let lines: Vec<_> = value["secrets"].as_array().unwrap().iter().map(ToString::to_string).collect();
        lines.join("\n")
    }

    #[track_caller]
    fn validate(json: &str) {
        let schema = serde_json::from_str(&secrets_schema()).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let instance = serde_json::from_str(json).unwrap();
        let errors: Vec<String> = validator.iter_errors(&instance).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0], "{json}");
    }

    fn every_state() -> PushPlan {
        let (one, two) = (digits_of("a3f1"), digits_of("9b22"));
        let mut jwt = row("JWT", RowState::Create);
        jwt.suspicion = Some(Suspicion::Jwt);
        let mut expansion = row("EXPANSION", RowState::Rotate { before: None, after: None });
        expansion.suspicion = Some(Suspicion::Expansion);
        let rows = vec![
            row("A", RowState::Create),
            row("B", RowState::Rotate { before: Some(one.clone()), after: Some(two.clone()) }),
            row("C", RowState::Unchanged(one.clone())),
            row("D", RowState::Differs { org: one.clone(), here: two }),
            row("E", RowState::Set),
            row("F", RowState::OnlyInOrg { org: Some(one), is_empty: false }),
            row("G", RowState::Missing { is_empty: false }),
            jwt,
            expansion,
        ];
        PushPlan { rows }
    }

    #[test]
    fn a_planned_push_has_every_name() {
        insta::assert_snapshot!(secrets_of(&push_plan(&every_state(), ".env", &target())), @r#"
        {"action":"create","caution":null,"fingerprint":null,"here":null,"name":"A","result":null,"stored":null,"used_by":["triage/telegram.botToken"]}
        {"action":"rotate","caution":null,"fingerprint":"a3f1","here":"9b22","name":"B","result":null,"stored":null,"used_by":["triage/telegram.botToken"]}
        {"action":"unchanged","caution":null,"fingerprint":"a3f1","here":"a3f1","name":"C","result":null,"stored":null,"used_by":["triage/telegram.botToken"]}
        {"action":"differs","caution":null,"fingerprint":"a3f1","here":"9b22","name":"D","result":null,"stored":null,"used_by":["triage/telegram.botToken"]}
        {"action":"set","caution":null,"fingerprint":null,"here":null,"name":"E","result":null,"stored":null,"used_by":["triage/telegram.botToken"]}
        {"action":"only-in-org","caution":null,"fingerprint":"a3f1","here":null,"name":"F","result":null,"stored":null,"used_by":["triage/telegram.botToken"]}
        {"action":"missing","caution":null,"fingerprint":null,"here":null,"name":"G","result":null,"stored":null,"used_by":["triage/telegram.botToken"]}
        {"action":"create","caution":"jwt","fingerprint":null,"here":null,"name":"JWT","result":null,"stored":null,"used_by":["triage/telegram.botToken"]}
        {"action":"rotate","caution":"expansion","fingerprint":null,"here":null,"name":"EXPANSION","result":null,"stored":null,"used_by":["triage/telegram.botToken"]}
        "#);
    }

    #[test]
    fn a_push_says_what_became_of_each_name() {
        let endings = [
            Ending::Done { change: SecretChange::Created, now: Some(digits_of("c0de")), previous: None },
            Ending::Done { change: SecretChange::Rotated, now: None, previous: None },
            Ending::Done { change: SecretChange::Unchanged, now: Some(digits_of("a3f1")), previous: None },
            Ending::Declined,
            Ending::Overtaken,
            Ending::Nothing,
        ];
        let rows = every_state().rows.into_iter().zip(endings);
        let report = PushReport { rows: rows.map(|(row, ending)| RowEnd { row, ending }).collect() };
        let json = push_report(&report, ".env", &target());
        secrets_of(&json);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        let ends: Vec<_> = value["secrets"].as_array().unwrap().iter().collect();
        let ends: Vec<_> =
            ends.iter().map(|end| format!("{} {} {}", end["name"], end["result"], end["stored"])).collect();
        insta::assert_snapshot!(ends.join("\n"), @r#"
        "A" "created" "c0de"
        "B" "rotated" null
        "C" "unchanged" "a3f1"
        "D" "declined" null
        "E" "overtaken" null
        "F" null null
        "#);
        assert_eq!((&value["source"], &value["supported"]), (&".env".into(), &true.into()));
    }

    #[test]
    fn a_server_without_the_api_has_no_secrets() {
        let json = push_unsupported(&target());
        assert_eq!(secrets_of(&json), "");
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&value["source"], &value["supported"]), (&serde_json::Value::Null, &false.into()));
    }

    #[test]
    fn provider_keys_have_rows_of_their_own() {
        let row = |provider: &str, state| {
            let (name, agent) = (SecretName::parse("A").unwrap(), AgentId::from_server("desk"));
            let places = vec![format!("desk/providers.{provider}")];
            let key = WantedKey { provider: provider.to_owned(), name, agent, places };
            KeyRow { key, state, suspicion: Some(Suspicion::Jwt).filter(|_| state == KeyState::Send) }
        };
        let rows = [row("a", KeyState::Send), row("b", KeyState::Missing { is_empty: false })];
        let keys_of = |json: &str| {
            assert_eq!(secrets_of(json), "");
            let value: serde_json::Value = serde_json::from_str(json).unwrap();
            assert_eq!((&value["source"], &value["supported"]), (&".env".into(), &false.into()));
            let lines: Vec<_> = value["provider_keys"].as_array().unwrap().iter().map(ToString::to_string).collect();
            lines.join("\n")
        };
        insta::assert_snapshot!(keys_of(&key_plan(&KeyPlan { rows: rows.to_vec() }, ".env", &target())), @r#"
        {"action":"replace","caution":"jwt","name":"A","provider":"a","result":null,"used_by":["desk/providers.a"]}
        {"action":"missing","caution":null,"name":"A","provider":"b","result":null,"used_by":["desk/providers.b"]}
        "#);
        let report = KeyReport { rows: rows.into_iter().zip([KeyEnding::Sent, KeyEnding::Nothing]).collect() };
        insta::assert_snapshot!(keys_of(&key_report(&report, ".env", &target())), @r#"
        {"action":"replace","caution":"jwt","name":"A","provider":"a","result":"sent","used_by":["desk/providers.a"]}
        {"action":"missing","caution":null,"name":"A","provider":"b","result":null,"used_by":["desk/providers.b"]}
        "#);
    }

    #[test]
    fn a_delete_is_a_push_of_deletes() {
        let row = |name: &str, fingerprint| {
            let name = SecretName::parse(name).unwrap();
            Deletion { name, fingerprint, version: Some(1) }
        };
        let rows = [row("A", Some(digits_of("a3f1"))), row("B", None)];
        insta::assert_snapshot!(secrets_of(&deletes(&rows, None, &target())), @r#"
        {"action":"delete","caution":null,"fingerprint":"a3f1","here":null,"name":"A","result":null,"stored":null,"used_by":[]}
        {"action":"delete","caution":null,"fingerprint":null,"here":null,"name":"B","result":null,"stored":null,"used_by":[]}
        "#);
        insta::assert_snapshot!(secrets_of(&deletes(&rows, Some(ResultWord::Deleted), &target())), @r#"
        {"action":"delete","caution":null,"fingerprint":"a3f1","here":null,"name":"A","result":"deleted","stored":null,"used_by":[]}
        {"action":"delete","caution":null,"fingerprint":null,"here":null,"name":"B","result":"deleted","stored":null,"used_by":[]}
        "#);
    }

    #[test]
    fn a_list_has_neither_salts_nor_what_is_no_fingerprint() {
        let full = SecretRow {
            name: "A".to_owned(),
            fingerprint: Some("a3f1".to_owned()),
            salt: Some("5a17".repeat(16)),
            updated_at: Some(1_795_378_440_000),
            source: Some("env".to_owned()),
            version: Some(1),
        };
        let bare = SecretRow { name: "B".to_owned(), fingerprint: Some("hunter2".to_owned()), ..SecretRow::default() };
        let json = secrets(&[full, bare], &target());
        assert!(!json.contains("5a17") && !json.contains("hunter2"), "{json}");
        insta::assert_snapshot!(secrets_of(&json), @r#"
        {"fingerprint":"a3f1","name":"A","source":"env","updated_at":1795378440000}
        {"fingerprint":null,"name":"B","source":null,"updated_at":null}
        "#);
    }

    #[test]
    fn an_error_is_a_document_of_the_schema() {
        validate(&error(&CommandError::new(ErrorKind::Forbidden, "no").hint("ask"), &[]));
    }

    #[test]
    fn hostile_names_are_escaped() {
        let hostile = "A\u{1b}[2J\u{202e}\"";
        let row = SecretRow { name: hostile.to_owned(), ..SecretRow::default() };
        let json = secrets(&[row], &JsonTarget { server: hostile, ..target() });
        validate(&json);
        let json = crate::render::text_safety::sanitise_json(&json);
        assert!(json.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}')), "{json:?}");
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["secrets"][0]["name"], hostile, "and are read back as they were");
    }
}
