//! Conditions under which relationships are made by themselves (`docs/format/models.md`).

use serde_json::{Map, Value};

use super::{json_schema::INVALID_SCHEMA, refusal::Refusal};

const FIELD: &str = "auto_create_when";
const MOST_CONDITIONS: usize = 16;
const LONGEST_NAME: usize = 64;
const LONGEST_NOTES: usize = 512;
const ASSURANCES: [&str; 4] = ["oauth_verified_admin_role", "oauth_verified", "cookie_session", "self_attested"];
const STRATEGIES: [&str; 2] = ["unique_only", "all_matches"];

/// Checks the conditions of a relationship type.
pub(super) fn check_auto_create(conditions: &[Value]) -> Result<(), Refusal> {
    if conditions.len() > MOST_CONDITIONS {
        return Err(refuse(FIELD, &format!("may have at most {MOST_CONDITIONS} elements")));
    }
    conditions.iter().enumerate().try_for_each(|(index, condition)| {
        let path = format!("{FIELD}[{index}]");
        match condition {
            Value::Object(members) => check_condition(&path, members),
            _ => Err(refuse(&path, "must be an object")),
        }
    })
}

fn check_condition(path: &str, members: &Map<String, Value>) -> Result<(), Refusal> {
    for name in ["sourceNamespace", "targetField", "assuranceRequired", "matchStrategy"] {
        if !members.contains_key(name) {
            return Err(refuse(&format!("{path}.{name}"), "is required"));
        }
    }
    for (name, value) in members {
        let path = format!("{path}.{name}");
        let text = value.as_str();
        let length = text.map_or(0, |text| text.chars().count());
        let (holds, expected) = match name.as_str() {
            "sourceNamespace" | "targetField" => {
                ((1..=LONGEST_NAME).contains(&length), "must be a string of 1 to 64 characters")
            }
            "assuranceRequired" => {
                (text.is_some_and(|text| ASSURANCES.contains(&text)), "must be one of the four assurances")
            }
            "matchStrategy" => {
                (text.is_some_and(|text| STRATEGIES.contains(&text)), "must be unique_only or all_matches")
            }
            "notes" => (text.is_some() && length <= LONGEST_NOTES, "must be a string of at most 512 characters"),
            _ => (false, "is not known here"),
        };
        if !holds {
            return Err(refuse(&path, expected));
        }
    }
    Ok(())
}

fn refuse(path: &str, reason: &str) -> Refusal {
    Refusal::field(INVALID_SCHEMA, path, format!("`{path}` {reason}."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn condition() -> Value {
        json!({
            "sourceNamespace": "email",
            "targetField": "email",
            "assuranceRequired": "oauth_verified",
            "matchStrategy": "unique_only",
            "notes": "n",
        })
    }

    #[test]
    fn full_conditions_pass() {
        check_auto_create(&[]).unwrap();
        check_auto_create(&vec![condition(); 16]).unwrap();
    }

    #[test]
    fn each_broken_member_is_refused() {
        assert!(check_auto_create(&vec![condition(); 17]).is_err());
        assert!(check_auto_create(&[json!("x")]).is_err());
        for (name, value) in [
            ("sourceNamespace", json!("")),
            ("targetField", json!("x".repeat(65))),
            ("assuranceRequired", json!("none")),
            ("matchStrategy", json!(1)),
            ("notes", json!("x".repeat(513))),
            ("other", json!(1)),
        ] {
            let mut broken = condition();
            broken[name] = value;
            assert!(check_auto_create(&[broken]).is_err(), "{name}");
        }
        let mut missing = condition();
        missing.as_object_mut().unwrap().remove("targetField");
        assert!(check_auto_create(&[missing]).is_err());
    }
}
