//! The plan id: what was reviewed is what is applied (P14).

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::model::{OrgSlug, Value};
use crate::org::{PlatformPut, SettingsPatch};

use super::{FieldChange, Plan, Row, Write};

impl Plan {
    /// A digest of the target, the rows and both sides, without secrets and times: 12 hex digits.
    ///
    /// Sensitive texts enter as `(hidden)`, since a digest of a short secret could be guessed.
    pub fn id(&self, origin: &str, org: &OrgSlug) -> String {
        let mut hasher = Sha256::new();
        hasher.update(format!("{origin}\n{org}\n{:?}\n{}\n", self.secrets, self.generation));
        for row in self.rows.iter().filter(|row| row.is_change()) {
            hasher.update(describe(row));
        }
        hasher.finalize().iter().take(6).fold(String::new(), |mut hex, byte| {
            let _infallible = write!(hex, "{byte:02x}");
            hex
        })
    }
}

fn describe(row: &Row) -> String {
    let mut text = format!("{}\n{:?}\n", row.key, row.action);
    for FieldChange { path, action, before, after, sources: _, guarded: _ } in &row.fields {
        let (before, after) = (before.as_ref().map(timeless), after.as_ref().map(timeless));
        let _infallible = writeln!(text, "{path} {action:?} {before:?} {after:?}");
    }
    for write in &row.writes {
        let _infallible = match write {
            Write::PatchSettings(SettingsPatch { agent, members, carry_injected }) => {
                let members: Vec<_> = members.iter().map(|(member, value)| (member.name(), timeless(value))).collect();
                writeln!(text, "{agent} {members:?} {carry_injected}")
            }
            Write::PutPlatform(PlatformPut { agent, id, platform_type, name, config, settings }) => {
                writeln!(text, "{agent} {id} {platform_type} {name:?} {config:?} {settings:?}")
            }
            other => writeln!(text, "{other:?}"),
        };
    }
    text
}

/// A value without the times that the server keeps in it.
fn timeless(value: &Value) -> Value {
    match value {
        Value::List(elements) => Value::List(elements.iter().map(timeless).collect()),
        Value::Map(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "installedAt");
            Value::Map(kept.map(|(name, value)| (name.clone(), timeless(value))).collect())
        }
        other => other.clone(),
    }
}
