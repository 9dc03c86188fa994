//! Literals of the files compared with what the org hides (`docs/api/compare.md`).

use serde_json::json;

use crate::http::{Body, Method};
use crate::model::WipedJson;
use crate::org::{HiddenLiteral, HiddenValues, NotCompared, RequestError};
use crate::schema::Shape;
use crate::wire::{Json, comparison_answer};

use super::HttpOrg;
use super::encode::write;

impl HttpOrg {
    /// Sends the one request. What keeps it from being answered is told; any other failure is an error, as of every read.
    pub(super) async fn ask_to_compare(&self, literals: &[HiddenLiteral]) -> Result<HiddenValues, RequestError> {
        let segments = ["api", self.org.as_str(), "compare"];
        let call = match self.with_body(Method::Post, &segments, body(literals)) {
            Ok(call) => call.read().final_at_limit(),
            Err(RequestError::NotSent { .. }) => return Ok(HiddenValues::Unknown(NotCompared::Insecure)),
            Err(error) => return Err(error),
        };
        match self.transport.send(&call).await {
            Ok(answer) => {
                let equal = answer.read(|json| comparison_answer(json, literals.len()))?;
                Ok(HiddenValues::compared(literals, equal))
            }
            Err(error) => match error.status() {
                Some(403) => Ok(HiddenValues::Unknown(NotCompared::Forbidden)),
                Some(404) => Ok(HiddenValues::Unknown(NotCompared::Unsupported)),
                Some(429) => Ok(HiddenValues::Unknown(NotCompared::TooMany)),
                _ => Err(error),
            },
        }
    }
}

fn body(literals: &[HiddenLiteral]) -> Body {
    let json = json!({ "values": literals.iter().map(value).collect::<Vec<Json>>() });
    let bytes = write(&json);
    drop(WipedJson(json));
    Body { bytes, hushed: true, secret: true }
}

fn value(literal: &HiddenLiteral) -> Json {
    let HiddenLiteral { key, path, literal } = literal;
    let field = key.kind.field(path.root());
    let mut value = json!({ "agent": key.agent(), "path": path.steps(), "value": literal.literal() });
    if field.is_some_and(|field| matches!(field.shape, Shape::Config { .. }))
        && let Some(members) = value.as_object_mut()
    {
        members.insert("platform".to_owned(), json!(key.own_id()));
    }
    value
}
