//! Which project changed an object last, as its requests say (`docs/api/http.md`).

use axum::http::{HeaderMap, StatusCode};
use rusqlite::params;

use crate::model::ProjectMark;

use super::{json_text::ObjectText, refusal::Refusal, request_context::RequestContext};

/// The header of a request that is sent for a project.
const HEADER: &str = "x-lobu-project";

/// The objects of which it is kept. An agent is one with its settings and platforms.
#[derive(Debug, Clone, Copy)]
pub(super) enum Applied {
    Agent,
    EntityType,
    RelationshipType,
}

/// Reads the header.
///
/// # Errors
///
/// 400 `invalid_project` for another form.
pub(super) fn project_of(headers: &HeaderMap) -> Result<Option<ProjectMark>, Refusal> {
    let mut values = headers.get_all(HEADER).iter();
    let mark = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().ok().and_then(ProjectMark::from_header),
        _ => None,
    };
    mark.map(Some).ok_or_else(|| {
        let message = "`x-lobu-project` is `ID; name=NAME`, each of 1 to 64 letters, digits, `.`, `_` and `-`.";
        Refusal::new(StatusCode::BAD_REQUEST, "invalid_project", message)
    })
}

/// Notes that an object was changed for the project of the request; without one the last project stays.
pub(super) fn note(context: &RequestContext<'_>, object: Applied, row: i64) -> Result<(), Refusal> {
    let Some(project) = &context.project else { return Ok(()) };
    let sql = match object {
        Applied::Agent => "UPDATE agents SET applied_by = ?2 WHERE id = ?1",
        Applied::EntityType => "UPDATE entity_types SET applied_by = ?2 WHERE id = ?1",
        Applied::RelationshipType => "UPDATE relationship_types SET applied_by = ?2 WHERE id = ?1",
    };
    let json = ObjectText::new().text("name", project.name()).text("project", project.id()).finish();
    context.connection().prepare_cached(sql)?.execute(params![row, json])?;
    Ok(())
}

/// Adds the member to the JSON of an object; none where no project is known.
pub(super) fn with_project(object: ObjectText, applied_by: Option<&str>) -> ObjectText {
    match applied_by {
        Some(json) => object.raw("applied_by", json),
        None => object,
    }
}
