//! Conditions of a request on the version of what it changes (`docs/api/http.md`).

use axum::http::{
    HeaderMap, HeaderName, StatusCode,
    header::{IF_MATCH, IF_NONE_MATCH},
};

use super::refusal::Refusal;

/// What a change asks of the object that it is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Condition {
    /// Nothing.
    #[default]
    None,
    /// `If-Match: *`: it exists.
    Exists,
    /// `If-Match: "5"`: it has this version.
    Version(i64),
    /// `If-None-Match: *`: it does not exist.
    Absent,
}

impl Condition {
    /// Reads the two headers.
    ///
    /// # Errors
    ///
    /// 400 `invalid_condition` for anything but one of the three forms.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        match (only(headers, &IF_MATCH)?, only(headers, &IF_NONE_MATCH)?) {
            (None, None) => Ok(Self::None),
            (Some("*"), None) => Ok(Self::Exists),
            (Some(version), None) => {
                let digits = version.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                digits.and_then(|digits| digits.parse().ok()).map(Self::Version).ok_or_else(invalid)
            }
            (None, Some("*")) => Ok(Self::Absent),
            (_, Some(_)) => Err(invalid()),
        }
    }

    /// Whether it holds for an object of this version; none for one that does not exist.
    pub(super) fn is_met(self, version: Option<i64>) -> bool {
        match self {
            Self::None => true,
            Self::Exists => version.is_some(),
            Self::Version(expected) => version == Some(expected),
            Self::Absent => version.is_none(),
        }
    }
}

fn only<'headers>(headers: &'headers HeaderMap, name: &HeaderName) -> Result<Option<&'headers str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(|text| Some(text.trim())).map_err(|_| invalid()),
        _ => Err(invalid()),
    }
}

fn invalid() -> Refusal {
    let message = "A condition is `If-Match: \"VERSION\"`, `If-Match: *` or `If-None-Match: *`.";
    Refusal::new(StatusCode::BAD_REQUEST, "invalid_condition", message)
}

/// Refuses a change of what is not as the request expects it.
pub(super) fn unmet() -> Refusal {
    let message = "The object is not the one that the request expects: read it again.";
    Refusal::new(StatusCode::PRECONDITION_FAILED, "version_changed", message)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn three_forms_are_conditions() {
        let condition = |pairs: &[(HeaderName, &'static str)]| {
            let headers = pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
            Condition::of(&headers.collect()).ok()
        };
        assert_eq!(condition(&[]), Some(Condition::None));
        assert_eq!(condition(&[(IF_MATCH, "\"5\"")]), Some(Condition::Version(5)));
        assert_eq!(condition(&[(IF_MATCH, " * ")]), Some(Condition::Exists));
        assert_eq!(condition(&[(IF_NONE_MATCH, "*")]), Some(Condition::Absent));
        for wrong in ["5", "\"\"", "\"x\"", "W/\"5\"", "\"1\", \"2\"", ""] {
            assert_eq!(condition(&[(IF_MATCH, wrong)]), None, "{wrong}");
        }
        assert_eq!(condition(&[(IF_NONE_MATCH, "\"5\"")]), None);
        assert_eq!(condition(&[(IF_MATCH, "*"), (IF_NONE_MATCH, "*")]), None);
    }

    #[test]
    fn a_condition_is_met_by_a_version_or_its_absence() {
        assert!(Condition::None.is_met(None) && Condition::None.is_met(Some(1)));
        assert!(!Condition::Exists.is_met(None) && Condition::Exists.is_met(Some(1)));
        assert!(!Condition::Version(2).is_met(Some(1)) && Condition::Version(2).is_met(Some(2)));
        assert!(Condition::Absent.is_met(None) && !Condition::Absent.is_met(Some(1)));
    }
}
