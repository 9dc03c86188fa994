//! The body of `POST …/secrets/manage`, checked in full before anything is written (`docs/api/secrets.md`).
//!
//! A refusal says which action is wrong by its place. Neither a value nor a name that breaks the rule is repeated, since
//! who mixes the two up has put a value there.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::reference::{SCHEME, may_be_stored};
use crate::model::WipedJson;
use crate::server::{members::parse_json, refusal::Refusal, vault::MASK};

/// Most actions of a batch.
const MOST_ACTIONS: usize = 1000;
/// Longest value, in bytes.
const LONGEST_VALUE: usize = 64 * 1024;
/// What stands for a value elsewhere, and is none itself.
const PLACEHOLDERS: [&str; 3] = ["lobu_secret_", MASK, SCHEME];

/// Where a value came from, as the caller says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Env,
    File,
    Stdin,
    Api,
}

impl Source {
    /// Gives the word of the wire and of the database.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::File => "file",
            Self::Stdin => "stdin",
            Self::Api => "api",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Env, Self::File, Self::Stdin, Self::Api].into_iter().find(|source| source.as_str() == word)
    }
}

/// What is done to a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Rotate,
    Delete,
}

impl Operation {
    /// Gives the word of the wire and of the database.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Rotate => "rotate",
            Self::Delete => "delete",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Create, Self::Rotate, Self::Delete].into_iter().find(|operation| operation.as_str() == word)
    }
}

/// What an action does, with its value.
pub(super) enum Change {
    /// A name that must be free.
    Create(Zeroizing<String>),
    /// A name that must exist.
    Rotate(Zeroizing<String>),
    /// A name that must exist, and be used nowhere unless `force`.
    Delete { force: bool },
}

/// One action of a batch.
pub(super) struct Action {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) change: Change,
    /// The version that must be stored; `None`: any. Never with a create.
    pub(super) if_version: Option<i64>,
}

/// A checked body: 1 to 1,000 actions on as many names.
pub(in crate::server) struct Batch(pub(super) Vec<Action>);

impl Batch {
    /// Checks a body.
    ///
    /// # Errors
    ///
    /// 400 with `invalid_json`, `invalid_request`, `too_many_actions`, `invalid_value`, `already_a_placeholder`,
    /// `value_too_long`: the first thing that is wrong.
    pub(in crate::server) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        // The bytes as they came in lie in buffers of the HTTP library, which nobody can wipe.
        let mut body = WipedJson(parse_json(body)?);
        let members = body.0.as_object_mut().ok_or_else(|| Refusal::bad_request("The body must be a JSON object."))?;
        check_members(members, &["actions"], "The body")?;
        let Some(Value::Array(items)) = members.get_mut("actions") else {
            return Err(Refusal::bad_request("`actions` must be an array."));
        };
        if items.is_empty() {
            return Err(Refusal::bad_request("`actions` must not be empty."));
        }
        if items.len() > MOST_ACTIONS {
            let message = format!("A batch may have at most {MOST_ACTIONS} actions; this one has {}.", items.len());
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "too_many_actions", message));
        }
        let actions: Vec<Action> = items
            .iter_mut()
            .enumerate()
            .map(|(index, item)| Action::parse(item, &format!("actions[{index}]")))
            .collect::<Result<_, _>>()?;
        let mut names = BTreeSet::new();
        if let Some(twice) = actions.iter().find(|action| !names.insert(action.name.as_str())) {
            let message = format!("`{}` is in the batch more than once.", twice.name);
            return Err(Refusal::secret(StatusCode::BAD_REQUEST, "invalid_request", &twice.name, message));
        }
        Ok(Self(actions))
    }
}

impl Action {
    fn parse(item: &mut Value, place: &str) -> Result<Self, Refusal> {
        let members =
            item.as_object_mut().ok_or_else(|| Refusal::bad_request(format!("`{place}` must be an object.")))?;
        check_members(members, &["op", "name", "value", "source", "force", "ifVersion"], &format!("`{place}`"))?;
        let word = |member: &str| members.get(member).and_then(Value::as_str);
        let operation = word("op")
            .and_then(Operation::parse)
            .ok_or_else(|| Refusal::bad_request(format!("`{place}.op` must be `create`, `rotate` or `delete`.")))?;
        let name = word("name").filter(|name| may_be_stored(name)).map(str::to_owned).ok_or_else(|| {
            Refusal::bad_request(format!(
                "`{place}.name` must be capital letters, digits and `_`, beginning with a letter and not with `LOBU_`, \
                 at most 128 of them."
            ))
        })?;
        let refuse =
            |code: &'static str, message: String| Refusal::secret(StatusCode::BAD_REQUEST, code, &name, message);
        let source = match members.get("source") {
            None => Some(Source::Api),
            Some(source) => source.as_str().and_then(Source::parse),
        };
        let source = source.ok_or_else(|| {
            refuse("invalid_request", format!("`{place}.source` must be `env`, `file`, `stdin` or `api`."))
        })?;
        let force = match (members.get("force"), operation) {
            (None, _) => Some(false),
            (Some(Value::Bool(force)), Operation::Delete) => Some(*force),
            _ => None,
        };
        let force = force.ok_or_else(|| {
            refuse("invalid_request", format!("`{place}.force` must be a boolean, and is for `delete` only."))
        })?;
        let if_version = match (members.get("ifVersion"), operation) {
            (None, _) => Ok(None),
            (Some(version), Operation::Rotate | Operation::Delete) => version.as_i64().map(Some).ok_or(()),
            (Some(_), Operation::Create) => Err(()),
        };
        let if_version = if_version.map_err(|()| {
            let message = format!("`{place}.ifVersion` must be a whole number, and is for `rotate` and `delete` only.");
            refuse("invalid_request", message)
        })?;
        let change = match (operation, members.get_mut("value")) {
            (Operation::Delete, None) => Change::Delete { force },
            (Operation::Delete, Some(_)) => {
                return Err(refuse("invalid_request", format!("`{place}` is a delete, which takes no value.")));
            }
            (Operation::Create, Some(Value::String(value))) => Change::Create(take(value)),
            (Operation::Rotate, Some(Value::String(value))) => Change::Rotate(take(value)),
            (Operation::Create | Operation::Rotate, _) => {
                return Err(refuse("invalid_request", format!("`{place}.value` must be a string.")));
            }
        };
        if let Change::Create(value) | Change::Rotate(value) = &change {
            check_value(value).map_err(|(code, message)| refuse(code, message.to_owned()))?;
        }
        Ok(Self { name, source, change, if_version })
    }
}

/// Takes a text out without leaving a copy.
fn take(text: &mut String) -> Zeroizing<String> {
    Zeroizing::new(std::mem::take(text))
}

fn check_value(value: &str) -> Result<(), (&'static str, &'static str)> {
    if value.is_empty() {
        return Err(("invalid_value", "A secret can't be empty."));
    }
    if value.contains('\0') {
        // No environment can carry it, and what reads a value up to it would get another one.
        return Err(("invalid_value", "A secret can't hold a NUL character."));
    }
    if PLACEHOLDERS.iter().any(|placeholder| value.starts_with(placeholder)) {
        let message = "The value is a placeholder, not a secret: it begins with `lobu_secret_`, `***` or `secret://`.";
        return Err(("already_a_placeholder", message));
    }
    if value.len() > LONGEST_VALUE {
        return Err(("value_too_long", "A secret may have at most 64 KiB."));
    }
    Ok(())
}

/// Refuses members that are not known, without repeating them.
fn check_members(members: &Map<String, Value>, known: &[&str], place: &str) -> Result<(), Refusal> {
    if members.keys().all(|name| known.contains(&name.as_str())) {
        return Ok(());
    }
    Err(Refusal::bad_request(format!("{place} has a member that is not known; known are {}.", known.join(", "))))
}
