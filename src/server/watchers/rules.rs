//! What the members of a watcher may be, as they come in a body.

use serde_json::{Value, json};

use crate::model::{cron_problem, template_problem};
use crate::server::{
    json_schema::check_output_schema,
    members::{Given, Members, parse_json},
    refusal::Refusal,
};

/// The code of a member that can't be stored.
pub(super) const INVALID_WATCHER: &str = "invalid_watcher";
const INVALID_SCHEDULE: &str = "invalid_schedule";
const INVALID_PROMPT: &str = "invalid_prompt";
const INVALID_SOURCES: &str = "invalid_sources";
const LONGEST_SLUG: usize = 128;

pub(super) const NOTIFICATION_CHANNELS: [&str; 3] = ["canvas", "notification", "both"];
pub(super) const NOTIFICATION_PRIORITIES: [&str; 3] = ["normal", "low", "high"];

fn wrong(field: &str, expected: &str) -> Refusal {
    Refusal::field(INVALID_WATCHER, field, format!("`{field}` must be {expected}."))
}

/// Takes a text in which nothing is read but words: what looks like a reference to a secret is none there.
pub(super) fn prose(members: &mut Members, field: &str) -> Result<Given<String>, Refusal> {
    match members.any(field) {
        Given::Absent => Ok(Given::Absent),
        Given::Null => Ok(Given::Null),
        Given::Value(Value::String(text)) if text.trim().is_empty() => Ok(Given::Null),
        Given::Value(Value::String(text)) => Ok(Given::Value(text)),
        Given::Value(_) => Err(wrong(field, "a string")),
    }
}

/// Takes a text; a blank one clears like null.
pub(super) fn text(members: &mut Members, field: &str) -> Result<Given<String>, Refusal> {
    Ok(match members.text(field)? {
        Given::Value(text) if text.trim().is_empty() => Given::Null,
        given => given,
    })
}

/// Takes a name by which other servers know a watcher.
pub(super) fn slug(members: &mut Members) -> Result<String, Refusal> {
    let slug = members.required_text("slug")?;
    if slug.len() > LONGEST_SLUG || slug.contains(char::is_control) {
        return Err(wrong("slug", &format!("a text of 1 to {LONGEST_SLUG} bytes without control characters")));
    }
    Ok(slug)
}

/// Takes the id of a watcher: the digits that an answer to a write has, or the number of a list.
pub(super) fn watcher_id(members: &mut Members) -> Result<i64, Refusal> {
    match members.any("watcher_id") {
        Given::Value(value) => {
            parse_id(&value).ok_or_else(|| Refusal::bad_request("`watcher_id` must be the id of a watcher."))
        }
        Given::Absent | Given::Null => Err(Refusal::bad_request("`watcher_id` is required.")),
    }
}

/// Reads an id; none for what can't be one.
pub(super) fn parse_id(value: &Value) -> Option<i64> {
    let id = match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_i64(),
    };
    id.filter(|id| *id > 0)
}

/// Takes a cron schedule.
pub(super) fn schedule(members: &mut Members) -> Result<Given<String>, Refusal> {
    let given = text(members, "schedule")?;
    if let Given::Value(schedule) = &given
        && let Some(problem) = cron_problem(schedule)
    {
        let message = format!("`schedule` is not a valid cron schedule: {problem}.");
        return Err(Refusal::field(INVALID_SCHEDULE, "schedule", message));
    }
    Ok(given)
}

/// Takes a prompt; none where it is absent or blank.
pub(super) fn prompt(members: &mut Members) -> Result<Option<String>, Refusal> {
    let prompt = prose(members, "prompt")?.into_option();
    match prompt.as_deref().and_then(template_problem) {
        Some(problem) => {
            let message = format!("`prompt` is not a Handlebars template: {problem}.");
            Err(Refusal::field(INVALID_PROMPT, "prompt", message))
        }
        None => Ok(prompt),
    }
}

/// Takes the schema of what a watcher extracts, as JSON text; none where it is absent.
pub(super) fn extraction_schema(members: &mut Members) -> Result<Option<String>, Refusal> {
    match json(members, "extraction_schema")? {
        Given::Absent | Given::Null => Ok(None),
        Given::Value(Value::Object(schema)) => {
            check_output_schema("extraction_schema", &schema)?;
            Ok(Some(Value::Object(schema).to_string()))
        }
        Given::Value(_) => Err(wrong("extraction_schema", "an object")),
    }
}

/// Takes the sources of a watcher, as JSON text; null and an empty list stand for the default.
pub(super) fn sources(members: &mut Members) -> Result<Given<String>, Refusal> {
    let refuse = |field: &str, problem: &str| Refusal::field(INVALID_SOURCES, field, format!("`{field}` {problem}."));
    let sources = match json(members, "sources")? {
        Given::Absent => return Ok(Given::Absent),
        Given::Null => return Ok(Given::Null),
        Given::Value(Value::Array(sources)) => sources,
        Given::Value(_) => return Err(refuse("sources", "must be an array")),
    };
    let mut checked = Vec::new();
    for (at, source) in sources.into_iter().enumerate() {
        let member = |name: &str| {
            let field = format!("sources[{at}].{name}");
            let text = source.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
            text.map(str::to_owned).ok_or_else(|| refuse(&field, "must be a string that is not blank"))
        };
        let (name, query) = (member("name")?, member("query")?);
        let word: String = query.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
        if !["SELECT", "WITH"].contains(&word.to_ascii_uppercase().as_str()) {
            return Err(refuse(&format!("sources[{at}].query"), "must start with SELECT or WITH"));
        }
        checked.push(json!({ "name": name, "query": query }));
    }
    Ok(if checked.is_empty() { Given::Null } else { Given::Value(Value::Array(checked).to_string()) })
}

/// What a watcher reads that names no sources, as JSON text.
pub(super) fn default_sources() -> String {
    json!([{ "name": "content", "query": "SELECT * FROM events ORDER BY occurred_at DESC" }]).to_string()
}

/// Takes a list of texts, as JSON text; an empty one counts as null.
pub(super) fn tags(members: &mut Members) -> Result<Given<String>, Refusal> {
    Ok(match json(members, "tags")? {
        Given::Absent => Given::Absent,
        Given::Null => Given::Null,
        Given::Value(Value::Array(tags)) if tags.is_empty() => Given::Null,
        Given::Value(Value::Array(tags)) if tags.iter().all(Value::is_string) => {
            Given::Value(Value::Array(tags).to_string())
        }
        Given::Value(_) => return Err(wrong("tags", "an array of strings")),
    })
}

/// Takes an object, as JSON text.
pub(super) fn object(members: &mut Members, field: &str) -> Result<Given<String>, Refusal> {
    Ok(match json(members, field)? {
        Given::Absent => Given::Absent,
        Given::Null => Given::Null,
        Given::Value(value @ Value::Object(_)) => Given::Value(value.to_string()),
        Given::Value(_) => return Err(wrong(field, "an object")),
    })
}

/// Takes a list of objects, as JSON text; an empty one clears like null.
pub(super) fn objects(members: &mut Members, field: &str) -> Result<Given<String>, Refusal> {
    Ok(match json(members, field)? {
        Given::Absent => Given::Absent,
        Given::Null => Given::Null,
        Given::Value(Value::Array(items)) if items.is_empty() => Given::Null,
        Given::Value(Value::Array(items)) if items.iter().all(Value::is_object) => {
            Given::Value(Value::Array(items).to_string())
        }
        Given::Value(_) => return Err(wrong(field, "an array of objects")),
    })
}

/// Takes any JSON, as JSON text; a blank text and an empty list clear like null.
pub(super) fn any(members: &mut Members, field: &str) -> Result<Given<String>, Refusal> {
    Ok(match json(members, field)? {
        Given::Absent => Given::Absent,
        Given::Null => Given::Null,
        Given::Value(Value::String(text)) if text.trim().is_empty() => Given::Null,
        Given::Value(Value::Array(items)) if items.is_empty() => Given::Null,
        Given::Value(value) => Given::Value(value.to_string()),
    })
}

/// Takes one of a few words.
pub(super) fn word(members: &mut Members, field: &str, words: &[&str]) -> Result<Given<String>, Refusal> {
    match text(members, field)? {
        Given::Value(word) if !words.contains(&word.as_str()) => {
            Err(wrong(field, &format!("one of {}", words.join(", "))))
        }
        given => Ok(given),
    }
}

/// Takes a whole number of at least this much; `30.0` is one.
pub(super) fn number(members: &mut Members, field: &str, least: i64) -> Result<Given<i64>, Refusal> {
    match members.any(field) {
        Given::Absent => Ok(Given::Absent),
        Given::Null => Ok(Given::Null),
        Given::Value(value) => whole(&value)
            .filter(|number| *number >= least)
            .map(Given::Value)
            .ok_or_else(|| wrong(field, &format!("a whole number of at least {least}"))),
    }
}

fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let text = value.as_f64().filter(|number| number.fract() == 0.0)?.to_string();
        text.parse().ok()
    })
}

/// Takes a UUID in its usual form.
pub(super) fn uuid(members: &mut Members, field: &str) -> Result<Given<String>, Refusal> {
    match text(members, field)? {
        Given::Value(text) if !is_uuid(&text) => Err(wrong(field, "a UUID")),
        given => Ok(given),
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Takes a member that is JSON, or a text that holds a JSON object or list.
fn json(members: &mut Members, field: &str) -> Result<Given<Value>, Refusal> {
    match members.any(field) {
        Given::Value(Value::String(text)) if text.trim_start().starts_with(['{', '[']) => {
            parse_json(text.as_bytes()).map(Given::Value).map_err(|_| wrong(field, "JSON, or a text that holds JSON"))
        }
        given => Ok(given),
    }
}
