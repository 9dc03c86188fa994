use super::object::Object;
use super::{Json, ShapeError};

/// What `GET /health` says of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// `owletto-api` or `lobu-api`.
    pub service: String,
    /// `lobu-rs` for our own server.
    pub implementation: Option<String>,
    /// The server's version.
    pub version: Option<String>,
    /// What our own server says that it can do.
    pub features: Vec<String>,
}

impl Health {
    /// Whether this is a Lobu server of a generation that we know.
    pub fn is_known(&self) -> bool {
        matches!(self.service.as_str(), "owletto-api" | "lobu-api")
    }

    /// Whether this is our own server, whose `PATCH config` keeps what `***` stands for.
    pub fn is_ours(&self) -> bool {
        self.implementation.as_deref() == Some("lobu-rs")
    }
}

/// What the secrets routes said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretsAnswer {
    /// The names of the org's secrets.
    Names(Vec<String>),
    /// Exactly the status object that existing servers give for unknown paths.
    CatchAll,
    /// Something else.
    Unknown,
}

/// The description of a failure in either error shape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerError {
    /// The machine's word: `error.code`, `code`, or a flat `error` that comes with a description.
    pub code: Option<String>,
    /// The server's own words.
    pub message: Option<String>,
    /// Whether the error had our shape, an object with a code.
    pub structured: bool,
}

impl ServerError {
    /// Whether our own server says that it did not begin: another process holds its database.
    pub fn is_busy(&self) -> bool {
        self.structured && self.code.as_deref() == Some("busy")
    }

    /// Whether our own server says that its disk is full: it took back all that the request did.
    pub fn is_disk_full(&self) -> bool {
        self.structured && self.code.as_deref() == Some("disk_full")
    }
}

/// Reads `GET /health`.
pub fn health_answer(json: &Json) -> Result<Health, ShapeError> {
    let object = Object::new(json, "")?;
    let features = match object.get("features") {
        Some(Json::Array(features)) => features.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    Ok(Health {
        service: object.text("service")?,
        implementation: object.optional_text("implementation")?,
        version: object.optional_text("version")?,
        features,
    })
}

/// Whether an answer is exactly the status object for unknown paths.
pub fn is_catch_all(json: &Json) -> bool {
    let Some(members) = json.as_object() else { return false };
    let names: Vec<&str> = members.keys().map(String::as_str).collect();
    names.len() == 4
        && ["health", "mcp_endpoint", "openapi", "status"].iter().all(|name| names.contains(name))
        && members.get("status").and_then(Json::as_str) == Some("ok")
}

/// Reads a successful answer of `…/secrets/names` or `…/secrets`: an array of names or rows, bare or below `secrets`.
pub fn secrets_answer(json: &Json) -> SecretsAnswer {
    if is_catch_all(json) {
        return SecretsAnswer::CatchAll;
    }
    let rows = json.as_array().or_else(|| json.get("secrets").and_then(Json::as_array));
    let name = |row: &Json| row.as_str().or_else(|| row.get("name").and_then(Json::as_str)).map(str::to_owned);
    match rows.map(|rows| rows.iter().map(name).collect::<Option<Vec<_>>>()) {
        Some(Some(names)) => SecretsAnswer::Names(names),
        _ => SecretsAnswer::Unknown,
    }
}

/// Reads the description of a failure; none when the body has no `error` member.
pub fn server_error(json: &Json) -> Option<ServerError> {
    let text = |json: &Json, name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    match json.get("error")? {
        Json::Object(_) => {
            let error = json.get("error")?;
            let code = text(error, "code");
            Some(ServerError { structured: code.is_some(), code, message: text(error, "message") })
        }
        Json::String(error) if !error.is_empty() => Some(match text(json, "error_description") {
            Some(description) => {
                ServerError { code: Some(error.clone()), message: Some(description), structured: false }
            }
            None => ServerError { code: text(json, "code"), message: Some(error.clone()), structured: false },
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn error_shapes_are_all_read() {
        let table = [
            (json!({"error": "Agent not found"}), None, "Agent not found"),
            (json!({"error": "forbidden", "error_description": "why"}), Some("forbidden"), "why"),
            (json!({"error": "exists", "code": "entity_type_exists"}), Some("entity_type_exists"), "exists"),
            (json!({"error": {"code": "c", "message": "m"}}), Some("c"), "m"),
        ];
        for (body, code, message) in table {
            let error = server_error(&body).unwrap();
            assert_eq!((error.code.as_deref(), error.message.as_deref()), (code, Some(message)));
        }
        assert_eq!(server_error(&json!({"success": true})), None);
    }

    #[test]
    fn secrets_answers_are_told_apart() {
        let names = SecretsAnswer::Names(vec!["A".to_owned()]);
        assert_eq!(secrets_answer(&json!(["A"])), names);
        assert_eq!(secrets_answer(&json!([{"name": "A", "fingerprint": "1"}])), names);
        assert_eq!(secrets_answer(&json!({"secrets": [{"name": "A"}]})), names);
        let catch_all = json!({"status": "ok", "mcp_endpoint": "m", "health": "/health", "openapi": "/o"});
        assert_eq!(secrets_answer(&catch_all), SecretsAnswer::CatchAll);
        assert_eq!(secrets_answer(&json!({"status": "ok"})), SecretsAnswer::Unknown);
    }
}
