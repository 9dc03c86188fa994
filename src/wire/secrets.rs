use std::fmt;

use super::object::{Object, type_name};
use super::{Json, ShapeError};

/// A secret of an org, as `GET …/secrets` lists it: never its value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretRow {
    pub name: String,
    /// Four hex digits for eyes; none from a server that gives none.
    pub fingerprint: Option<String>,
    /// What the fingerprint is made with, as hex digits; none from a server that gives none.
    pub salt: Option<String>,
    /// When it was last written, in milliseconds since 1970.
    pub updated_at: Option<i64>,
    /// Where the value came from: `env`, `file`, `stdin`, `api` or `system`.
    pub source: Option<String>,
    /// Counts the values that it had; none from a server that does not count.
    pub version: Option<i64>,
}

impl fmt::Debug for SecretRow {
    /// Without the salt, which makes guesses cheap.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, fingerprint, salt: _, updated_at, source, version } = self;
        let mut row = formatter.debug_struct("SecretRow");
        row.field("name", name).field("fingerprint", fingerprint).field("updated_at", updated_at);
        row.field("source", source).field("version", version).finish_non_exhaustive()
    }
}

/// One result of `POST …/secrets/manage`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretResultRow {
    pub name: String,
    /// What was done: the operation, or `rotated` or `unchanged`.
    pub action: String,
    /// The fingerprint of what is, or was, stored.
    pub fingerprint: Option<String>,
    /// For a rotation, the fingerprint of what it replaced.
    pub previous: Option<String>,
}

/// Reads `GET …/secrets`: rows, or names alone, bare or below `secrets`.
pub fn secret_rows_answer(json: &Json) -> Result<Vec<SecretRow>, ShapeError> {
    let wrapped = json.get("secrets");
    let (list, path) = if json.is_array() { (Some(json), "") } else { (wrapped, "secrets") };
    let Some(rows) = list.and_then(Json::as_array) else {
        return Err(ShapeError { path: path.to_owned(), expected: "a list", found: type_name(list) });
    };
    rows.iter().enumerate().map(|(at, row)| secret_row(row, &format!("{path}[{at}]"))).collect()
}

fn secret_row(json: &Json, path: &str) -> Result<SecretRow, ShapeError> {
    if let Some(name) = json.as_str() {
        return Ok(SecretRow { name: name.to_owned(), ..SecretRow::default() });
    }
    let row = Object::new(json, path)?;
    Ok(SecretRow {
        name: row.text("name")?,
        fingerprint: row.optional_text("fingerprint")?,
        salt: row.optional_text("salt")?,
        updated_at: row.get("updatedAt").and_then(Json::as_i64),
        source: row.optional_text("source")?,
        version: row.get("version").and_then(Json::as_i64),
    })
}

/// Reads the results of `POST …/secrets/manage`, in the order of the actions.
pub fn secret_results_answer(json: &Json) -> Result<Vec<SecretResultRow>, ShapeError> {
    let results = Object::new(json, "")?.objects("results")?;
    let result = |row: &Object<'_>| {
        Ok(SecretResultRow {
            name: row.text("name")?,
            action: row.text("action")?,
            fingerprint: row.optional_text("fingerprint")?,
            previous: row.optional_text("previous")?,
        })
    };
    results.iter().map(result).collect()
}

/// Reads the answer of `PUT …/providers/{provider}/api-key`: `{success: true}`.
pub fn provider_key_answer(json: &Json) -> Result<(), ShapeError> {
    let object = Object::new(json, "")?;
    match object.get("success") {
        Some(Json::Bool(true)) => Ok(()),
        other => Err(ShapeError { path: "success".to_owned(), expected: "`true`", found: type_name(other) }),
    }
}

/// Reads the answer of `POST …/compare` about so many values: whether each is the hidden one.
pub fn comparison_answer(json: &Json, count: usize) -> Result<Vec<bool>, ShapeError> {
    let results = json.get("results");
    let wrong = |path: String, expected, found| ShapeError { path, expected, found };
    let Some(words) = results.and_then(Json::as_array) else {
        return Err(wrong("results".to_owned(), "a list", type_name(results)));
    };
    if words.len() != count {
        return Err(wrong("results".to_owned(), "a list with a result for each value", "of another length"));
    }
    let is_equal = |(at, word): (usize, &Json)| match word.as_str() {
        Some("equal") => Ok(true),
        Some("different") => Ok(false),
        _ => Err(wrong(format!("results[{at}]"), "`equal` or `different`", "something else")),
    };
    words.iter().enumerate().map(is_equal).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_come_bare_wrapped_or_as_names() {
        let row =
            json!({"name": "A", "fingerprint": "a3f1", "salt": "00", "updatedAt": 5, "source": "env", "version": 3});
        let read = SecretRow {
            name: "A".to_owned(),
            fingerprint: Some("a3f1".to_owned()),
            salt: Some("00".to_owned()),
            updated_at: Some(5),
            source: Some("env".to_owned()),
            version: Some(3),
        };
        assert!(!format!("{read:?}").contains("salt"));
        assert_eq!(secret_rows_answer(&json!([row])).unwrap(), std::slice::from_ref(&read));
        assert_eq!(secret_rows_answer(&json!({"secrets": [row]})).unwrap(), [read]);
        assert_eq!(secret_rows_answer(&json!(["A"])).unwrap()[0].name, "A");
        for wrong in [json!({}), json!({"secrets": {}}), json!([1]), json!([{"fingerprint": "a3f1"}]), json!(null)] {
            assert!(secret_rows_answer(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_comparison_has_a_word_for_each_value() {
        let answer = |results: Json| comparison_answer(&json!({ "results": results }), 2);
        assert_eq!(answer(json!(["equal", "different"])).unwrap(), [true, false]);
        for wrong in [
            json!(["equal"]),
            json!(["equal", "equal", "equal"]),
            json!(["equal", true]),
            json!({}),
            json!(["equal", "Equal"]),
        ] {
            assert!(answer(wrong.clone()).is_err(), "{wrong}");
        }
        assert!(comparison_answer(&json!([]), 0).is_err());
    }

    #[test]
    fn results_need_a_name_and_an_action() {
        let answer = json!({"results": [{"name": "A", "fingerprint": "a3f1", "action": "create", "ref": "x"}]});
        assert_eq!(secret_results_answer(&answer).unwrap()[0].action, "create");
        for wrong in [json!([]), json!({}), json!({"results": [{"name": "A"}]}), json!({"results": [1]})] {
            assert!(secret_results_answer(&wrong).is_err(), "{wrong}");
        }
    }
}
