use serde_json::Value;
use zeroize::Zeroize as _;

/// A JSON tree whose texts are overwritten when it is dropped.
///
/// What this does not cover: the short-lived copy that the parser makes of a text with escapes, and what was parsed of a text
/// before it turned out to be malformed.
pub struct WipedJson(pub Value);

impl Drop for WipedJson {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Overwrites every text. The depth is bounded by that of the JSON parser.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_is_wiped() {
        let mut value = json!({ "a": ["x", { "b": "y" }], "c": "z", "d": 1 });
        wipe(&mut value);
        assert_eq!(value, json!({ "a": ["", { "b": "" }], "c": "", "d": 1 }));
    }
}
