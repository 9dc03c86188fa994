//! What a change lets an agent do that it could not do before.

use std::collections::BTreeSet;

use crate::model::{FieldPath, HostReach, Text, Value};
use crate::schema::{Kind, Widens, entry_members, field_at};

/// One thing that a change opens, for a person to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Widening {
    /// The field, within the change.
    pub path: FieldPath,
    /// The element of a list; none for the field as a whole.
    pub element: Option<String>,
    /// Its stable word, for machines.
    pub word: &'static str,
    /// What it opens: `any host on the internet`.
    pub what: String,
}

impl Widening {
    /// What is said of several elements that open the same, where that is said of them together.
    pub fn plural(&self) -> Option<&'static str> {
        (self.what == RUNS_WITHOUT_ASKING).then_some("run without asking")
    }
}

/// What a field opens when it becomes another value. Nothing is opened where nothing changes.
pub fn widenings(kind: Kind, path: &FieldPath, before: Option<&Value>, after: Option<&Value>) -> Vec<Widening> {
    let mut found = Vec::new();
    collect(kind, path, before, after, &mut found);
    found
}

fn collect(kind: Kind, path: &FieldPath, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Widening>) {
    if before == after {
        return;
    }
    if let Some(members) = entry_members(kind, path) {
        let of = |value: Option<&'_ Value>, name: &str| value.and_then(Value::as_map)?.get(name).cloned();
        for member in members {
            let (before, after) = (of(before, member.name), of(after, member.name));
            collect(kind, &path.join(member.name), before.as_ref(), after.as_ref(), found);
        }
        return;
    }
    let Some(field) = field_at(kind, path) else { return };
    let mut add = |element: Option<&str>, word, what: String| {
        found.push(Widening { path: path.clone(), element: element.map(str::to_owned), word, what });
    };
    let (was, becomes) = (elements(before), elements(after));
    let (more, less): (Vec<&Value>, Vec<&Value>) =
        (becomes.difference(&was).copied().collect(), was.difference(&becomes).copied().collect());
    match field.widens {
        Widens::Never => {}
        Widens::Hosts => {
            for host in more {
                if let Some(reach) = host.literal().and_then(HostReach::of) {
                    add(name(host), reach.word(), reach.to_string());
                }
            }
        }
        Widens::Approvals => {
            for tool in more {
                add(name(tool), "runs-without-asking", RUNS_WITHOUT_ASKING.to_owned());
            }
        }
        Widens::WhereLess(what) => {
            for element in less {
                add(name(element), "guard-removed", what.to_owned());
            }
        }
        Widens::WhereOther(what) if is_list(before) || is_list(after) => {
            for element in more {
                add(name(element), "trusted", what.to_owned());
            }
        }
        Widens::WhereOther(what) => {
            if after.is_some_and(|after| !after.is_blank()) {
                add(None, "trusted", what.to_owned());
            }
        }
        Widens::WhereOtherOrLess(what) => add(None, "policy", what.to_owned()),
    }
}

/// What an approval opens.
const RUNS_WITHOUT_ASKING: &str = "runs without asking";

fn elements(value: Option<&Value>) -> BTreeSet<&Value> {
    value.and_then(Value::as_list).into_iter().flatten().collect()
}

fn is_list(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.as_list().is_some())
}

/// An element as people know it: its text, or its domain. None of what may not be shown.
fn name(element: &Value) -> Option<&str> {
    let element = element.as_map().map_or(Some(element), |members| members.get("domain"))?;
    match element {
        Value::Text(Text::Known(text)) => Some(text),
        _ => None,
    }
}
