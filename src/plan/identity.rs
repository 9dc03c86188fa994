//! The plan id: what was reviewed is what is applied.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::model::{FieldPath, OrgSlug, Text, Value, shown_part};
use crate::schema::{Change, Field, Sent, Write};

use super::{FieldChange, Plan, Row, SecretUse};

impl Plan {
    /// A digest of the target, the rows and both sides, without secrets and times: 12 hex digits.
    ///
    /// Sensitive texts enter as `(hidden)`, since a digest of a short secret could be guessed; but the host of a URL that
    /// carries one is what a reviewer agreed to, so it enters as it is shown.
    pub fn id(&self, origin: &str, org: &OrgSlug) -> String {
        let mut hasher = Sha256::new();
        hasher.update(format!("{origin}\n{org}\n{:?}\n{}\n", self.secrets, self.generation));
        for row in self.rows.iter().filter(|row| row.is_change()) {
            hasher.update(describe(row));
        }
        for SecretUse { name, place } in &self.secrets_used {
            hasher.update(format!("{name} {place}\n"));
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
        let (before, after) = (before.as_ref().map(reviewed(path)), after.as_ref().map(reviewed(path)));
        let _infallible = writeln!(text, "{path} {action:?} {before:?} {after:?}");
    }
    for write in &row.writes {
        let _infallible = match write {
            Write::Create(sent) => writeln!(text, "create {}", in_review_of(sent)),
            Write::Update(sent) => writeln!(text, "update {}", in_review_of(sent)),
            Write::Link(sent) => writeln!(text, "link {}", in_review_of(sent)),
            other => writeln!(text, "{other:?}"),
        };
    }
    text
}

fn in_review_of(sent: &Sent) -> String {
    let Sent { key, fields, carries_injected } = sent;
    let member = |(field, change): (&'static Field, &Change<Value>)| match change {
        Change::Set(value) => (field, Change::Set(in_review(&FieldPath::member(field.name), value))),
        Change::Clear => (field, Change::Clear),
    };
    let members: Vec<_> = fields.iter().map(member).collect();
    format!("{key} {members:?} {carries_injected}")
}

fn reviewed(path: &FieldPath) -> impl Fn(&Value) -> Value {
    move |value| in_review(path, value)
}

/// A value as a reviewer sees it: with the part of a sensitive text that is shown, and without the server's times.
fn in_review(path: &FieldPath, value: &Value) -> Value {
    match value {
        Value::Text(Text::Sensitive(text)) => shown_part(path, text).map_or_else(|| value.clone(), Value::known),
        Value::List(elements) => Value::List(elements.iter().map(reviewed(path)).collect()),
        Value::Map(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "installedAt");
            let of = |(name, value): (&String, &Value)| (name.clone(), in_review(&path.join(name.clone()), value));
            Value::Map(kept.map(of).collect())
        }
        other => other.clone(),
    }
}
