//! What a plan says of secrets: names and places, never values.

use crate::model::SecretName;
use crate::plan::{Plan, SecretUse};
use crate::render::document::{Document, Style, line};
use crate::render::phrases::sentence;
use crate::schema::SecretsMode;

/// How secrets reach this server: said where some are used, or where it cannot be told.
pub(super) fn mode(plan: &Plan) -> Document {
    let is_silent = plan.secrets_used.is_empty() && plan.needs.is_empty() && plan.secrets != SecretsMode::Unknown;
    if is_silent {
        return Document::new();
    }
    let text = match plan.secrets {
        SecretsMode::References => "this server has the secrets API; references are sent, never values",
        SecretsMode::Values => "this server has no secrets API; platform values are sent as values",
        SecretsMode::Unknown => {
            "it cannot be told whether this server has the secrets API; apply writes nothing that uses a secret"
        }
    };
    Document::from(line!("Secrets: {}", text).prose(2))
}

/// Each new or changed use.
pub(super) fn used(plan: &Plan) -> Document {
    if plan.secrets_used.is_empty() {
        return Document::new();
    }
    let mut document = Document::from(Style::Bold.line("Secrets used:"));
    let row = |one: &SecretUse| line!("{} → {}", Style::Bold.of(one.name.reference()), &one.place).indented(2);
    document.extend(plan.secrets_used.iter().map(row));
    document
}

/// What an apply of this plan will need.
pub(super) fn needs(plan: &Plan, have: &dyn Fn(&SecretName) -> bool, push_command: &str) -> Document {
    if plan.needs.is_empty() {
        return Document::new();
    }
    let what = match plan.secrets {
        SecretsMode::References => "apply will need these secrets in the org:",
        SecretsMode::Values | SecretsMode::Unknown => "apply will need the values of:",
    };
    let mut document = Document::from(Style::Bold.line(what));
    document.extend(plan.needs.iter().map(|need| {
        let text = |word: &str| format!("{} ({word}) for {}", need.name.reference(), need.places.join(", "));
        let line = if have(&need.name) {
            sentence(Style::Unchanged, "= ", &text("at hand"))
        } else {
            sentence(Style::Attention, "! ", &text("missing"))
        };
        line.indented(2)
    }));
    if plan.secrets == SecretsMode::References && plan.needs.iter().any(|need| !have(&need.name)) {
        document.push(sentence(Style::Hint, "hint: ", &format!("{push_command} sends the values that .env has")));
    }
    document
}
