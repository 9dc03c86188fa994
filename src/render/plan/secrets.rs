//! What a plan says of secrets: names and places, never values.

use crate::model::SecretName;
use crate::plan::{MissingSecret, Plan, ProviderKey, SecretUse};
use crate::render::document::{Document, Line, Style, line};
use crate::render::phrases::sentence;
use crate::schema::SecretsMode;

/// How secrets reach this server: said where some are used, or where it cannot be told.
pub(in crate::render) fn mode(plan: &Plan) -> Document {
    let is_silent = plan.secrets_used.is_empty() && plan.needs.is_empty() && plan.secrets != SecretsMode::Unknown;
    if is_silent {
        return Document::new();
    }
    let text = match plan.secrets {
        SecretsMode::References => "this server has the secrets API; references are sent, never values",
        SecretsMode::Values => "this server has no secrets API; platform values are sent as values",
        SecretsMode::Unknown => {
            "cannot tell whether this server has the secrets API; apply writes nothing that uses a secret"
        }
    };
    Document::from(line!("Secrets: {}", text).prose(2))
}

/// Each new or changed use.
pub(in crate::render) fn used(plan: &Plan) -> Document {
    if plan.secrets_used.is_empty() {
        return Document::new();
    }
    let mut document = Document::from(Style::Bold.line("Secrets used:"));
    let row = |one: &SecretUse| line!("{} → {}", Style::Bold.of(one.name.reference()), one.place()).indented(2);
    document.extend(plan.secrets_used.iter().map(row));
    document
}

/// The values that an apply of this plan will need, where the server keeps none.
pub(in crate::render) fn needs(plan: &Plan, have: &dyn Fn(&SecretName) -> bool) -> Document {
    if plan.needs.is_empty() || plan.secrets == SecretsMode::References {
        return Document::new();
    }
    let mut document = Document::from(Style::Bold.line("apply will need the values of:"));
    document.extend(plan.needs.iter().map(|need| {
        let text = |word: &str| format!("{} ({word}) for {}", need.name.reference(), need.places.join(", "));
        let line = if have(&need.name) {
            sentence(Style::Unchanged, "= ", &text("at hand"))
        } else {
            sentence(Style::Attention, "! ", &text("missing"))
        };
        line.indented(2)
    }));
    document
}

/// The secrets that the org does not have, and the command that sends them.
pub(super) fn missing(plan: &Plan, push_command: &str) -> Document {
    let mut document: Document = plan
        .missing_secrets
        .iter()
        .map(|missing| line!("{}{}", Style::Attention.of("Missing secret: "), missing_secret(missing)).prose(2))
        .collect();
    if !document.is_empty() {
        document.push(line!("{}", push_of_missing(plan, push_command)).indented(2));
    }
    document
}

/// A missing secret with what uses it.
pub(in crate::render) fn missing_secret(missing: &MissingSecret) -> Line {
    line!("{} ({})", Style::Bold.of(missing.name.as_str()), missing.users.join(", "))
}

/// The command that sends all that are missing.
pub(in crate::render) fn push_of_missing(plan: &Plan, push_command: &str) -> String {
    let names: Vec<&str> = plan.missing_secrets.iter().map(|missing| missing.name.as_str()).collect();
    format!("{push_command} {}", names.join(" "))
}

/// The keys of providers that nobody can see, and where they are set.
pub(in crate::render) fn provider_keys(plan: &Plan, push_command: &str) -> Document {
    if plan.provider_keys.is_empty() {
        return Document::new();
    }
    let (named, literal): (Vec<&ProviderKey>, Vec<_>) = plan.provider_keys.iter().partition(|key| key.name.is_some());
    let key = |key: &&ProviderKey| {
        let name = key.name.as_ref().map_or_else(|| "a literal key".to_owned(), SecretName::reference);
        format!("{} ({name}, used by {})", key.provider, listed(key.agents.iter().map(String::as_str)))
    };
    let keys = listed(named.iter().chain(&literal).map(key));
    let where_to = if plan.takes_provider_keys { "" } else { "; set them in the server's web interface" };
    let mut document = Document::from(
        line!("{}apply neither sends nor checks provider keys: {}{}", Style::Note.of("note: "), keys, where_to)
            .prose(2),
    );
    if plan.takes_provider_keys {
        if !named.is_empty() {
            document.push(line!("{}", push_command).indented(2));
        }
        if !literal.is_empty() {
            document.push(line!("A literal key is never sent: write it as $NAME to push it.").indented(2));
        }
    }
    document
}

/// How many names a line has.
const LISTED: usize = 8;

/// Names in a row; of many the first ones, and how many more there are.
fn listed<Name: AsRef<str>>(names: impl Iterator<Item = Name>) -> String {
    let names: Vec<Name> = names.collect();
    let first = names.iter().take(LISTED).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => first,
        more => format!("{first}, and {more} more"),
    }
}
