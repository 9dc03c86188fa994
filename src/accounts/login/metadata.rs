use url::Url;

use crate::http::{Call, RequestError};
use crate::wire::{Json, Object, ShapeError, is_catch_all};

use super::client::below;
use super::{LoginClient, LoginError};

/// The grant of RFC 8628.
pub(super) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// An endpoint: its member in the metadata, its name for people, and its path where the metadata say nothing.
type Known = (&'static str, &'static str, &'static [&'static str]);

const REGISTRATION: Known = ("registration_endpoint", "the server's registration endpoint", &["oauth", "register"]);
const DEVICE: Known =
    ("device_authorization_endpoint", "the server's device endpoint", &["oauth", "device_authorization"]);
const TOKEN: Known = ("token_endpoint", "the server's token endpoint", &["oauth", "token"]);
const REVOCATION: Known = ("revocation_endpoint", "the server's revocation endpoint", &["oauth", "revoke"]);
const USERINFO: Known = ("userinfo_endpoint", "the server's userinfo endpoint", &["oauth", "userinfo"]);

/// Where the server's OAuth endpoints are, each of them on an origin of the context.
pub(super) struct Endpoints {
    pub(super) registration: Url,
    pub(super) device: Url,
    pub(super) token: Url,
    pub(super) revocation: Url,
    pub(super) userinfo: Url,
}

/// What the metadata say (RFC 8414 2).
struct Metadata {
    issuer: String,
    has_device_grant: bool,
    endpoints: [Option<String>; 5],
}

impl LoginClient {
    /// Asks for the metadata of the server's OAuth (RFC 8414), and refuses them whole if one part lies elsewhere.
    ///
    /// RFC 8628 and RFC 7591 leave it to a server to name their endpoints there; where it does not, they are where the
    /// contract says.
    pub(super) async fn discover(&self, api_origin: &Url) -> Result<Endpoints, LoginError> {
        self.origins.admit_url("the server's address", api_origin)?;
        let root = api_origin.join("/").map_err(|_| no_flow("it has no address for metadata"))?;
        let url = below(&root, &[".well-known", "oauth-authorization-server"]);
        let reply = match self.transport.send(&Call::get(&url)).await {
            Ok(reply) => reply,
            Err(
                RequestError::Refused { status: 404 | 405 | 410, .. } | RequestError::NotTheApi { status: 404, .. },
            ) => {
                return Err(no_flow("it has no metadata for it"));
            }
            Err(error) => return Err(error.into()),
        };
        if is_catch_all(reply.json()) {
            return Err(no_flow("it has no metadata for it"));
        }
        let metadata = reply.read(metadata)?;
        self.origins.admit("the issuer that the server names", &metadata.issuer)?;
        let [registration, device, token, revocation, userinfo] = metadata.endpoints;
        let admit = |(_, what, path): Known, text: Option<String>| match text {
            Some(text) => self.origins.admit(what, &text),
            None => Ok(below(&root, path)),
        };
        let endpoints = Endpoints {
            registration: admit(REGISTRATION, registration)?,
            device: admit(DEVICE, device)?,
            token: admit(TOKEN, token)?,
            revocation: admit(REVOCATION, revocation)?,
            userinfo: admit(USERINFO, userinfo)?,
        };
        if metadata.has_device_grant { Ok(endpoints) } else { Err(no_flow("it does not list that grant")) }
    }
}

fn no_flow(why: &'static str) -> LoginError {
    LoginError::NoDeviceFlow { why }
}

fn metadata(json: &Json) -> Result<Metadata, ShapeError> {
    let object = Object::new(json, "")?;
    let endpoint = |(name, _, _): Known| object.optional_text(name);
    // An endpoint that every server with OAuth names: without it this is another page.
    object.text("token_endpoint")?;
    let has_device_grant = match object.get("grant_types_supported") {
        None => true,
        Some(Json::Array(grants)) => grants.iter().any(|grant| grant.as_str() == Some(DEVICE_GRANT)),
        Some(_) => {
            let path = "grant_types_supported".to_owned();
            return Err(ShapeError { path, expected: "a list", found: "something else" });
        }
    };
    let endpoints =
        [endpoint(REGISTRATION)?, endpoint(DEVICE)?, endpoint(TOKEN)?, endpoint(REVOCATION)?, endpoint(USERINFO)?];
    Ok(Metadata { issuer: object.text("issuer")?, has_device_grant, endpoints })
}
