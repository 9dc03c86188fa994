//! Domains that match no request, since the runtime compares host names.

use toml_edit::Value;

use super::path::Path;
use super::reader::Reader;
use super::section::{Field, Section};
use crate::model::{Diagnostic, DomainMistake, Severity};

/// Warns of texts in the lists of `network` that are more than a host name.
pub(super) fn check(reader: &mut Reader<'_>, agent: &Section<'_>) {
    let path = agent.path.key("network");
    let Some(network) = agent.find("network").and_then(|field| field.section(path, agent.family)) else { return };
    for key in ["allowed", "denied", "judge"] {
        let list = network.path.key(key);
        let elements = network.find(key).and_then(|field| field.elements()).unwrap_or_default();
        for (index, element) in elements.iter().enumerate() {
            let place = list.element(index);
            match element.section(place, network.family) {
                None => check_one(reader, &network, &place, element),
                Some(rule) => {
                    let Some(domain) = rule.find("domain") else { continue };
                    check_one(reader, &network, &place.key("domain"), &domain);
                }
            }
        }
    }
}

fn check_one(reader: &mut Reader<'_>, network: &Section<'_>, place: &Path<'_>, field: &Field<'_>) {
    let Some(text) = field.node.as_value().and_then(Value::as_str) else { return };
    let Some(mistake) = DomainMistake::of(text) else { return };
    let message = format!("`{place}` {mistake}");
    let diagnostic = Diagnostic::new(Severity::Warning, network.family, "domain-never-matches", message);
    reader.report(&field.span, diagnostic.hint(mistake.hint()));
}
