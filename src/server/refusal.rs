//! Answers: what the server says, and how it refuses (`docs/api/http.md`).

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::error::StoreError;

/// The code of an answer of a server whose database is damaged.
const DAMAGED: &str = "database_corrupt";

/// The code of an answer of a server that can't write any more.
const DISK_FULL: &str = "disk_full";

/// A successful answer: a status and JSON text.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: String,
}

impl Answer {
    /// Answers 200.
    pub(super) fn ok(body: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, body: body.into() }
    }

    /// Answers 201.
    pub(super) fn created(body: impl Into<String>) -> Self {
        Self { status: StatusCode::CREATED, body: body.into() }
    }

    /// Answers 200 `{"success":true,"version":…}`, with the version that the object has now.
    pub(super) fn changed(version: i64) -> Self {
        Self::ok(format!(r#"{{"success":true,"version":{version}}}"#))
    }

    /// Answers 200 `{"success":true}`.
    pub(super) fn success() -> Self {
        Self::ok(r#"{"success":true}"#)
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], self.body).into_response()
    }
}

/// Why a request was refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Refused by who asks or for which organization: the flat shape of the existing servers, on which clients rely.
    Access { status: StatusCode, error: &'static str, description: String, challenge: Option<String> },
    /// Refused for what is asked: `{error: {code, message, field?}}`.
    Request { status: StatusCode, code: &'static str, message: String, field: Option<String> },
    /// Refused for a secret of the organization: `{error: {code, message, name}}`.
    Secret { status: StatusCode, code: &'static str, message: String, name: String },
    /// The store failed; only the log of the process may say how.
    Store(StoreError),
}

impl Refusal {
    /// Refuses with a status, a stable code, and words for people. The words never hold a value that may be secret.
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self::Request { status, code, message: message.into(), field: None }
    }

    /// Refuses a field with 422.
    pub(super) fn field(code: &'static str, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Request {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code,
            message: message.into(),
            field: Some(field.into()),
        }
    }

    /// Refuses what is asked of one secret of the organization.
    pub(super) fn secret(status: StatusCode, code: &'static str, name: &str, message: impl Into<String>) -> Self {
        Self::Secret { status, code, message: message.into(), name: name.to_owned() }
    }

    /// Refuses a request that lacks something, with 400.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    /// Refuses what is not there.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// Refuses what exists already.
    pub(super) fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Access { status, error, description, challenge } => {
                let body = json!({ "error": error, "error_description": description });
                let mut response = json_response(status, &body);
                if let Some(challenge) = challenge.and_then(|text| HeaderValue::from_str(&text).ok()) {
                    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
                }
                response
            }
            Self::Request { status, code, message, field } => {
                let mut error = json!({ "code": code, "message": message });
                if let (Some(members), Some(field)) = (error.as_object_mut(), field) {
                    members.insert("field".to_owned(), Value::String(field));
                }
                json_response(status, &json!({ "error": error }))
            }
            Self::Secret { status, code, message, name } => {
                json_response(status, &json!({ "error": { "code": code, "message": message, "name": name } }))
            }
            Self::Store(StoreError::Busy) => {
                let message = "The database is in use by another process; try again.";
                let body = json!({ "error": { "code": "busy", "message": message } });
                let mut response = json_response(StatusCode::SERVICE_UNAVAILABLE, &body);
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
                response
            }
            // The client says these in the same words, so that the log of the process does not say them again.
            Self::Store(StoreError::Damaged | StoreError::Corrupt { .. }) => {
                let message = "The database of the server is damaged.";
                let body = json!({ "error": { "code": DAMAGED, "message": message } });
                json_response(StatusCode::INTERNAL_SERVER_ERROR, &body)
            }
            Self::Store(StoreError::DiskFull) => {
                let message = "No space is left on the disk of the server.";
                let body = json!({ "error": { "code": DISK_FULL, "message": message } });
                json_response(StatusCode::INSUFFICIENT_STORAGE, &body)
            }
            Self::Store(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
                let message = "The store of the server failed.";
                let body = json!({ "error": { "code": "internal", "message": message } });
                json_response(StatusCode::INTERNAL_SERVER_ERROR, &body)
            }
        }
    }
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    Answer { status, body: body.to_string() }.into_response()
}
