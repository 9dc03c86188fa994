//! Reading watchers: the list, and one with all that it has.

use rusqlite::params;

use super::{
    row::{ACTIVE, ARCHIVED, Watcher, find, select},
    rules::{parse_id, text},
};
use crate::server::{
    json_text::{ObjectText, array},
    members::{Given, Members},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
};

/// Which watchers are asked for, and how much of them.
pub(in crate::server) struct Filter {
    status: &'static str,
    agent_id: Option<String>,
    watcher_id: Option<i64>,
    /// Watchers of an entity are asked for: there are none.
    of_entity: bool,
    details: bool,
}

impl Filter {
    /// Reads the query of a GET: `status`, `entity_id`, `include_details`. Others are left.
    pub(in crate::server) fn of_query(query: &str) -> Result<Self, Refusal> {
        let parameter = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        Ok(Self {
            status: status(parameter("status"))?,
            agent_id: None,
            watcher_id: None,
            of_entity: parameter("entity_id").is_some_and(|id| !id.is_empty()),
            details: parameter("include_details") == Some("true"),
        })
    }

    /// Gives the id of the one watcher that a GET asks for; none where it asks for a list.
    pub(in crate::server) fn one_of_query(query: &str) -> Option<Result<i64, Refusal>> {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (_, id) = pairs.find(|(key, _)| *key == "watcher_id")?;
        Some(id.parse().map_err(|_| Refusal::bad_request("`watcher_id` must be the id of a watcher.")))
    }

    /// Reads a body.
    pub(in crate::server) fn take(members: &mut Members) -> Result<Self, Refusal> {
        let watcher_id = match members.any("watcher_id") {
            Given::Absent | Given::Null => None,
            Given::Value(id) => {
                let wrong = || Refusal::bad_request("`watcher_id` must be the id of a watcher.");
                Some(parse_id(&id).ok_or_else(wrong)?)
            }
        };
        Ok(Self {
            status: status(text(members, "status")?.into_option().as_deref())?,
            agent_id: text(members, "agent_id")?.into_option(),
            watcher_id,
            of_entity: matches!(members.any("entity_id"), Given::Value(_)),
            details: members.flag("include_details")?.into_option().unwrap_or(false),
        })
    }

    /// Lists, newest first.
    pub(in crate::server) fn list(&self, context: &RequestContext<'_>) -> Result<Answer, Refusal> {
        let mut statement = context.connection().prepare_cached(&format!(
            "{} WHERE w.org = ?1 AND w.status = ?2 AND (?3 IS NULL OR w.agent_id = ?3) AND (?4 IS NULL OR w.id = ?4)
             AND NOT ?5 ORDER BY w.id DESC",
            select()
        ))?;
        let watchers = statement
            .query_map(params![context.org.id, self.status, self.agent_id, self.watcher_id, self.of_entity], |row| {
                Ok(Watcher::from_row(row)?.json(self.details).finish())
            })?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Answer::ok(ObjectText::new().raw("watchers", &array(watchers)).finish()))
    }

    /// Answers one watcher, with its reaction script; one that is not there is left out. No window exists here.
    pub(in crate::server) fn one(context: &RequestContext<'_>, id: i64) -> Result<Answer, Refusal> {
        let mut object = ObjectText::new().raw("windows", "[]");
        if let Some(watcher) = find(context, id)? {
            let details = watcher.json(true).text_or_null("reaction_script", watcher.reaction_script.as_deref());
            object = object.raw("watcher", &details.finish());
        }
        let object =
            object.raw("pagination", r#"{"total":0,"limit":0,"offset":0,"has_more":false}"#).raw("metadata", "{}");
        Ok(Answer::ok(object.finish()))
    }
}

fn status(given: Option<&str>) -> Result<&'static str, Refusal> {
    match given {
        None | Some("" | ACTIVE) => Ok(ACTIVE),
        Some(ARCHIVED) => Ok(ARCHIVED),
        Some(_) => Err(Refusal::bad_request("`status` must be active or archived.")),
    }
}
