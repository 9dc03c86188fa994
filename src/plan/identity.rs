//! The plan id: what was reviewed is what is applied.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::model::{FieldPath, OrgSlug, Text, Value, shown_part};
use crate::org::HiddenLiteral;
use crate::schema::{Change, Field, Sent, Write};

use super::{FieldChange, Plan, Row};

/// The version of what a digest is made of.
const VERSION: &str = "lobu-plan-3";
/// How many bytes of the digest are the id: 160 bits.
const LENGTH: usize = 20;

/// Makes of a hidden literal what stands for it in a digest, with a key that only the plan and its apply have.
pub type Seal<'key> = &'key dyn Fn(&str) -> String;

/// What is reviewed besides the plan: where it goes, and what the command line lets through that is refused otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Reviewed<'a> {
    /// The server.
    pub origin: &'a str,
    pub org: &'a OrgSlug,
    /// Flags such as `--allow-path DIR`, as they were given.
    pub allowed: &'a [String],
}

/// A digest of parts, each with its length before it, so that no two lists of parts look alike.
struct Parts(Sha256);

impl Parts {
    fn add(&mut self, part: &str) {
        self.0.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(part.as_bytes());
    }
}

impl Plan {
    /// A digest of the target, the rows and both sides, without times: 40 hex digits. None where the plan writes hidden literals
    /// and there is no key.
    ///
    /// Hidden literals enter sealed, since a plain digest of a short secret could be guessed; the host of a URL that carries one
    /// is what a reviewer agreed to, so it enters as it is shown.
    ///
    /// `uncompared` is the same plan before hidden values were compared. Its rows are what is digested, with the literals for
    /// those values, so that a token which may not compare and one which may find the same id.
    pub fn id(&self, uncompared: Option<&Self>, reviewed: &Reviewed<'_>, seal: Option<Seal<'_>>) -> Option<String> {
        if seal.is_none() && self.writes_hidden() {
            return None;
        }
        Some(uncompared.unwrap_or(self).digest(reviewed, seal))
    }

    fn digest(&self, reviewed: &Reviewed<'_>, seal: Option<Seal<'_>>) -> String {
        let Reviewed { origin, org, allowed } = reviewed;
        let review = Review { seal };
        let mut parts = Parts(Sha256::new());
        for part in [VERSION, origin, org.as_str(), &format!("{:?}", self.secrets), self.generation] {
            parts.add(part);
        }
        for flag in *allowed {
            parts.add(flag);
        }
        for row in self.rows.iter().filter(|row| row.is_change()) {
            review.describe(row, &mut parts);
        }
        for HiddenLiteral { key, path, literal } in self.hidden_literals() {
            parts.add(&format!("hidden {key} {path} {:?}", review.value(&path, &Value::Text(literal))));
        }
        for used in &self.secrets_used {
            parts.add(&format!("{} {}", used.name, used.place()));
        }
        parts.0.finalize().iter().take(LENGTH).fold(String::new(), |mut hex, byte| {
            let _infallible = write!(hex, "{byte:02x}");
            hex
        })
    }

    fn writes_hidden(&self) -> bool {
        let is_hidden = |text: &Text| matches!(text, Text::Sensitive(_));
        let has_hidden = |(_, change): (&'static Field, &Change<Value>)| match change {
            Change::Set(value) => value.any_text(&is_hidden),
            Change::Clear => false,
        };
        let mut sent = self.rows.iter().flat_map(|row| &row.writes).filter_map(|write| match write {
            Write::Create(sent) | Write::Update(sent) | Write::Link(sent) => Some(sent),
            _ => None,
        });
        sent.any(|sent| sent.fields.iter().any(has_hidden))
    }
}

/// How values enter a digest.
struct Review<'key> {
    seal: Option<Seal<'key>>,
}

impl Review<'_> {
    fn describe(&self, row: &Row, parts: &mut Parts) {
        parts.add(&format!("{} {:?}", row.key, row.action));
        for FieldChange { path, action, before, after, sources: _, guarded: _ } in &row.fields {
            let reviewed = |value: &Option<Value>| value.as_ref().map(|value| self.value(path, value));
            parts.add(&format!("{path} {action:?} {:?} {:?}", reviewed(before), reviewed(after)));
        }
        for write in &row.writes {
            parts.add(&match write {
                Write::Create(sent) => format!("create {}", self.sent(sent)),
                Write::Update(sent) => format!("update {}", self.sent(sent)),
                Write::Link(sent) => format!("link {}", self.sent(sent)),
                other => format!("{other:?}"),
            });
        }
    }

    fn sent(&self, sent: &Sent) -> String {
        let Sent { key, fields, carries_injected } = sent;
        let member = |(field, change): (&'static Field, &Change<Value>)| match change {
            Change::Set(value) => (field, Change::Set(self.value(&FieldPath::member(field.name), value))),
            Change::Clear => (field, Change::Clear),
        };
        let members: Vec<_> = fields.iter().map(member).collect();
        format!("{key} {members:?} {carries_injected}")
    }

    /// A value as a reviewer sees it: with the part of a sensitive text that is shown, and without the server's times.
    fn value(&self, path: &FieldPath, value: &Value) -> Value {
        match value {
            Value::Text(Text::Sensitive(text)) => {
                let shown = shown_part(path, text).unwrap_or_else(|| "(hidden)".to_owned());
                let sealed = self.seal.map(|seal| seal(text.for_request())).unwrap_or_default();
                // A list, so that no known text looks like it.
                Value::known_list([shown, sealed])
            }
            Value::List(elements) => Value::List(elements.iter().map(|element| self.value(path, element)).collect()),
            Value::Map(members) => {
                let kept = members.iter().filter(|(name, _)| *name != "installedAt");
                let of = |(name, value): (&String, &Value)| (name.clone(), self.value(&path.join(name.clone()), value));
                Value::Map(kept.map(of).collect())
            }
            other => other.clone(),
        }
    }
}
