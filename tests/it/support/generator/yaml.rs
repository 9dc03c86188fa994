//! A YAML writer for any JSON: block mappings outside, flow inside, every text in double quotes.

use std::fmt::Write as _;

use serde_json::Value as Json;

/// A document whose outer mapping is in block style.
pub(super) fn document(json: &Json) -> String {
    let Some(members) = json.as_object() else { return format!("{}\n", flow(json)) };
    let line = |(name, member): (&String, &Json)| format!("{}: {}", quoted(name), flow(member));
    members.iter().flat_map(|member| [line(member), "\n".to_owned()]).collect()
}

fn flow(json: &Json) -> String {
    match json {
        Json::String(text) => quoted(text),
        Json::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(flow).collect();
            format!("[{}]", elements.join(", "))
        }
        Json::Object(members) => {
            let members: Vec<_> =
                members.iter().map(|(name, member)| format!("{}: {}", quoted(name), flow(member))).collect();
            format!("{{{}}}", members.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// A text in double quotes; whatever a YAML reader might take amiss is escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        let _infallible = match character {
            '"' => write!(quoted, "\\\""),
            '\\' => write!(quoted, "\\\\"),
            '\n' => write!(quoted, "\\n"),
            '\t' => write!(quoted, "\\t"),
            '\r' => write!(quoted, "\\r"),
            '\u{2028}' | '\u{2029}' | '\u{feff}' => write!(quoted, "\\u{:04x}", u32::from(character)),
            character if character.is_control() => write!(quoted, "\\x{:02x}", u32::from(character)),
            character => write!(quoted, "{character}"),
        };
    }
    quoted.push('"');
    quoted
}
