use serde_json::json;
use url::Url;

use crate::http::{Call, Content, Repeat};
use crate::model::OrgSlug;
use crate::secrets::SecretValue;
use crate::wire::{Json, Object, ShapeError};

use super::origins::below;
use super::{LoginClient, LoginError};

/// An org as the server lists it (org-api 5.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgEntry {
    /// Its slug.
    pub slug: String,
    /// Its name, where it says one.
    pub name: Option<String>,
    /// Whether the token's user is a member; a public org is listed too.
    pub is_member: bool,
}

impl LoginClient {
    /// Lists the orgs of the token's user and the public ones: `POST /api/{org}/list_organizations` (org-api 5.6). Any org
    /// that the user is a member of serves.
    pub async fn orgs(&self, server: &Url, by: &OrgSlug, token: &SecretValue) -> Result<Vec<OrgEntry>, LoginError> {
        let url = below(server, &["api", by.as_str(), "list_organizations"]);
        self.origins.admit_url("the server's address", &url)?;
        let nothing = json!({});
        let call = Call::post(&url, Content::Json(&nothing)).bearer(token).repeat(Repeat::Always);
        Ok(self.transport.send(&call).await?.read(entries)?)
    }
}

fn entries(json: &Json) -> Result<Vec<OrgEntry>, ShapeError> {
    let wrong = || ShapeError { path: String::new(), expected: "a list of orgs", found: "something else" };
    let rows = json.as_array().ok_or_else(wrong)?;
    rows.iter().enumerate().map(|(index, row)| entry(row, index)).collect()
}

fn entry(json: &Json, index: usize) -> Result<OrgEntry, ShapeError> {
    let object = Object::new(json, format!("[{index}]"))?;
    Ok(OrgEntry {
        slug: object.text("slug")?,
        name: object.optional_text("name")?,
        is_member: object.optional_bool("is_member")?.unwrap_or(false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_orgs_is_read_and_anything_else_is_an_error() {
        let listed =
            json!([{"slug": "acme", "name": "Acme", "is_member": true, "visibility": "private"}, {"slug": "b"}]);
        let found = entries(&listed).unwrap();
        assert_eq!(found[0], OrgEntry { slug: "acme".to_owned(), name: Some("Acme".to_owned()), is_member: true });
        assert!(!found[1].is_member);
        for json in [json!({"organizations": []}), json!([{"name": "x"}]), json!("x"), json!([1])] {
            assert!(entries(&json).is_err(), "{json}");
        }
    }
}
