//! Builds JSON objects around texts that are JSON already, so that stored documents are not parsed to be served.

use serde_json::Value;

use super::clock::iso_time;

/// A JSON object under construction.
pub(super) struct ObjectText(String);

impl ObjectText {
    /// Starts an empty object.
    pub(super) fn new() -> Self {
        Self(String::from("{"))
    }

    /// Adds a member whose value is JSON text.
    pub(super) fn raw(mut self, name: &str, json: &str) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        push_text(&mut self.0, name);
        self.0.push(':');
        self.0.push_str(json);
        self
    }

    /// Adds a member whose value is JSON text, or null.
    pub(super) fn raw_or_null(self, name: &str, json: Option<&str>) -> Self {
        self.raw(name, json.unwrap_or("null"))
    }

    /// Adds a text.
    pub(super) fn text(self, name: &str, value: &str) -> Self {
        let mut json = String::with_capacity(value.len() + 2);
        push_text(&mut json, value);
        self.raw(name, &json)
    }

    /// Adds a text, or null.
    pub(super) fn text_or_null(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self.raw(name, "null"),
        }
    }

    /// Adds a whole number.
    pub(super) fn number(self, name: &str, value: i64) -> Self {
        self.raw(name, &value.to_string())
    }

    /// Adds a boolean.
    pub(super) fn flag(self, name: &str, value: bool) -> Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    /// Adds a time as ISO 8601 with milliseconds, as schema objects carry it.
    pub(super) fn time(self, name: &str, milliseconds: i64) -> Self {
        self.text(name, &iso_time(milliseconds))
    }

    /// Closes the object.
    pub(super) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// Joins JSON texts to an array.
pub(super) fn array(items: impl IntoIterator<Item = String>) -> String {
    let mut text = String::from("[");
    for item in items {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&item);
    }
    text.push(']');
    text
}

fn push_text(json: &mut String, value: &str) {
    json.push_str(&Value::from(value).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_valid_json_whatever_its_texts() {
        let text = ObjectText::new()
            .text("a\"b", "line\nbreak \"quoted\" \u{1}")
            .raw("c", r#"{"d":[1]}"#)
            .text_or_null("e", None)
            .number("f", -1)
            .flag("g", true)
            .time("h", 1_795_348_331_601)
            .finish();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["a\"b"], "line\nbreak \"quoted\" \u{1}");
        assert_eq!(value["c"]["d"][0], 1);
        assert_eq!(value["h"], "2026-11-22T11:52:11.601Z");
        assert_eq!(ObjectText::new().finish(), "{}");
        assert_eq!(array(["1".to_owned(), "2".to_owned()]), "[1,2]");
        assert_eq!(iso_time(0), "1970-01-01T00:00:00.000Z");
    }
}
