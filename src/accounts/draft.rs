use std::path::{Path, PathBuf};

use url::Url;

use crate::http::origin_of;
use crate::model::{OrgSlug, trim};
use crate::secrets::json::{JsonValue, Object};

use super::address::{api_url, origin_text};
use super::context_entry::{bound_entry, read_context, read_memory, stored_api_url};
use super::document::{Broken, Documents, URL_MEMBERS};
use super::{
    AccountsError, BUILT_IN, ChangeError, Context, Login, Notice, Refresh, Snapshot, is_embedded, login_entry,
};

/// What the files are to say. It is written when it is saved, and before that nobody else sees it.
pub struct Draft {
    directory: PathBuf,
    documents: Documents,
}

/// What adding a context did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Its name, trimmed.
    pub name: String,
    /// Its URL as it is stored.
    pub api_url: String,
    /// The URL that stood there before, if it was another one.
    pub replaced: Option<String>,
    /// Whether a login was removed, since its token belonged to another origin.
    pub lost_login: bool,
    /// Whether that login was in the keyring, whose entry is still there.
    pub left_in_keyring: bool,
    /// Whether it now stands in the place of the embedded org.
    pub hides_embedded: bool,
}

/// What removing a context did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// Whether a login was removed with it.
    pub lost_login: bool,
    /// Whether that login was in the keyring, whose entry is still there.
    pub left_in_keyring: bool,
    /// Whether it was the current context, so that none is now.
    pub was_current: bool,
}

impl Draft {
    pub(super) fn new(directory: &Path, documents: Documents) -> Self {
        Self { directory: directory.to_owned(), documents }
    }

    pub(super) fn documents(&self) -> &Documents {
        &self.documents
    }

    /// What a reader would read if this were saved.
    pub fn snapshot(&self) -> Result<Snapshot, AccountsError> {
        Snapshot::of(&self.documents).map_err(|broken| self.broken(broken))
    }

    /// Adds a context, or gives it another URL. With another origin all that was set for it is gone, and its login too.
    pub fn add_context(&mut self, name: &str, url: &str) -> Result<Added, ChangeError> {
        let name = valid_name(name)?;
        let api_url = api_url(url)?;
        let before = self.context(name).ok();
        let was_in_keyring = self.is_in_keyring(name)?;
        let replaced = stored_api_url(&self.documents, name).filter(|url| *url != api_url).map(str::to_owned);
        let set_url = |entry: &mut Object| {
            let there = URL_MEMBERS.map(|(member, _)| member).into_iter().filter(|member| entry.get(member).is_some());
            let there: Vec<_> = there.collect();
            for member in if there.is_empty() { vec!["apiUrl"] } else { there } {
                entry.set_text(member, Some(&api_url));
            }
        };
        self.documents.config.edit("contexts", |contexts| contexts.edit(name, set_url));
        let origin = self.context(name)?.origins.first().cloned();
        let same_origin = before.as_ref().and_then(|before| before.origins.first()) == origin.as_ref();
        if !same_origin {
            // An org of the server that the name stood for.
            let forget_org = |entry: &mut Object| drop(entry.remove("activeOrg"));
            self.documents.config.edit("contexts", |contexts| contexts.edit(name, forget_org));
        }
        let left_in_keyring = !same_origin && was_in_keyring;
        let lost_login = !same_origin && self.forget(name) || left_in_keyring;
        let hides_embedded = is_embedded(name);
        Ok(Added { name: name.to_owned(), api_url, replaced, lost_login, left_in_keyring, hides_embedded })
    }

    /// Removes a context of the user's, with all that was set for it and its login.
    pub fn remove_context(&mut self, name: &str) -> Result<Removed, ChangeError> {
        let name = trim(name);
        let left_in_keyring = self.is_in_keyring(name)?;
        let contexts = self.documents.config.object_mut("contexts");
        if contexts.and_then(|contexts| contexts.remove(name)).is_none() {
            return Err(if name == BUILT_IN { ChangeError::BuiltIn { name: BUILT_IN } } else { missing(name) });
        }
        let lost_login = self.forget(name) || left_in_keyring;
        let was_current = self.snapshot()?.current.as_deref() == Some(name);
        if was_current {
            drop(self.documents.config.remove("currentContext"));
        }
        Ok(Removed { lost_login, left_in_keyring, was_current })
    }

    /// Makes a context the current one; the embedded org can be, too, though the existing CLI knows no such context.
    pub fn use_context(&mut self, name: &str) -> Result<(), ChangeError> {
        let name = trim(name);
        if !is_embedded(name) {
            self.context(name)?;
        }
        // The existing CLI writes both members.
        self.documents.config.edit("contexts", |_| ());
        self.documents.config.set_first("currentContext", JsonValue::text(name));
        Ok(())
    }

    /// Sets the origins that a context's token belongs to besides that of its URL, and the one that its orgs are on.
    ///
    /// The server counts as one of the origins. That of the context `lobu` is written into memory.json.
    pub fn set_origins(&mut self, name: &str, origins: &[Url], server: Option<&Url>) -> Result<(), ChangeError> {
        let mut texts: Vec<_> = origins.iter().chain(server).map(origin_text).collect();
        texts.sort();
        texts.dedup();
        let name = trim(name);
        let own_server = server.filter(|_| name != BUILT_IN).map(origin_text);
        self.edit_entry(name, |entry| {
            entry.set("origins", JsonValue::List(texts.iter().map(|text| JsonValue::text(text)).collect()));
            entry.set_text("server", own_server.as_deref());
        })?;
        match server {
            Some(server) if name == BUILT_IN => self.set_memory_server(server),
            _ => Ok(()),
        }
    }

    /// Sets the org that a context uses where nothing else names one, or none.
    ///
    /// That of the context `lobu` is written into memory.json.
    pub fn set_org(&mut self, name: &str, org: Option<&OrgSlug>) -> Result<(), ChangeError> {
        let name = trim(name);
        if name == BUILT_IN {
            self.memory().set_text("activeOrg", org.map(OrgSlug::as_str));
        } else {
            self.edit_entry(name, |entry| entry.set_text("org", org.map(OrgSlug::as_str)))?;
        }
        Ok(())
    }

    /// Sets whether secret values may be sent to a context's server without being asked for again.
    pub fn set_consent(&mut self, name: &str, sends_secret_values: bool) -> Result<(), ChangeError> {
        self.edit_entry(trim(name), |entry| {
            if sends_secret_values {
                entry.set("send_secret_values", JsonValue::Bool(true));
            } else {
                drop(entry.remove("send_secret_values"));
            }
        })
    }

    /// Puts a login in a context, in the place of the one that is there.
    pub fn put_login(&mut self, name: &str, login: &Login) -> Result<(), ChangeError> {
        let context = self.context_of(name, login)?;
        self.remove_marker(&context.name);
        match login_entry::device(login) {
            Some(device) => self.edit_entry(&context.name, |entry| entry.set("device", JsonValue::Object(device)))?,
            None => self.remove_device(&context.name),
        }
        let credentials = &mut self.documents.credentials;
        credentials.set_first("version", JsonValue::Number(2.into()));
        credentials.edit("contexts", |contexts| {
            contexts.edit(&context.name, |entry| login_entry::write(entry, login));
        });
        Ok(())
    }

    /// Marks the login of a context as kept in the keyring, and takes the tokens out of the files. The login, which the
    /// caller stores in the keyring, must be one that the files would take.
    pub fn put_login_in_keyring(&mut self, name: &str, login: &Login) -> Result<(), ChangeError> {
        let context = self.context_of(name, login)?;
        self.remove_login(&context.name);
        self.edit_entry(&context.name, |entry| entry.set(login_entry::KEYRING, JsonValue::Bool(true)))
    }

    /// Removes the login of a context from the files, whether the context exists or not, and the mark that it is in the
    /// keyring; tells whether the files had one.
    pub fn remove_login(&mut self, name: &str) -> bool {
        let name = trim(name);
        self.remove_device(name);
        self.remove_marker(name);
        let contexts = self.documents.credentials.object_mut("contexts");
        contexts.and_then(|contexts| contexts.remove(name)).is_some()
    }

    /// The context that a login is put in, if the login can be its.
    fn context_of(&self, name: &str, login: &Login) -> Result<Context, ChangeError> {
        let context = self.context(trim(name))?;
        if login.access_token.is_empty() {
            return Err(ChangeError::EmptyToken);
        }
        match &login.refresh {
            Some(Refresh::Device { token_endpoint, .. }) if !context.owns(token_endpoint) => {
                Err(ChangeError::EndpointElsewhere { name: context.name })
            }
            _ => Ok(context),
        }
    }

    fn is_in_keyring(&self, name: &str) -> Result<bool, ChangeError> {
        let Ok(context) = self.context(name) else { return Ok(false) };
        Ok(login_entry::is_in_keyring(&self.documents, &context).map_err(|broken| self.broken(broken))?)
    }

    /// Forgets all that was set for a context, and its login; tells whether there was one.
    fn forget(&mut self, name: &str) -> bool {
        let lost_login = self.remove_login(name);
        if let Some(contexts) = self.documents.cli.object_mut("contexts") {
            drop(contexts.remove(name));
        }
        lost_login
    }

    fn remove_device(&mut self, name: &str) {
        self.remove_own(name, "device");
    }

    fn remove_marker(&mut self, name: &str) {
        self.remove_own(name, login_entry::KEYRING);
    }

    /// Takes a member out of the entry of a context in cli.json.
    fn remove_own(&mut self, name: &str, member: &str) {
        let contexts = self.documents.cli.object_mut("contexts");
        if let Some(entry) = contexts.and_then(|contexts| contexts.object_mut(name)) {
            drop(entry.remove(member));
        }
    }

    fn context(&self, name: &str) -> Result<Context, ChangeError> {
        if stored_api_url(&self.documents, name).is_none() {
            return Err(missing(name));
        }
        let memory = read_memory(&self.documents).map_err(|broken| self.broken(broken))?;
        match read_context(&self.documents, &memory, name).map_err(|broken| self.broken(broken))? {
            Ok(context) => Ok(context),
            Err(Notice::UnusableContext { problem, .. }) => Err(ChangeError::Url(problem)),
            Err(_) => Err(missing(name)),
        }
    }

    /// Changes the entry of a context in cli.json, bound to the origin that the context has now. One that was bound to
    /// another server is replaced: nothing in it is meant for this one.
    fn edit_entry<T>(&mut self, name: &str, change: impl FnOnce(&mut Object) -> T) -> Result<T, ChangeError> {
        let context = self.context(name)?;
        let is_bound = bound_entry(&self.documents, &context).is_some();
        let origin = context.origins.first().map(origin_text);
        self.documents.cli.set_first("version", JsonValue::Number(1.into()));
        Ok(self.documents.cli.edit("contexts", |contexts| {
            if !is_bound {
                drop(contexts.remove(name));
            }
            contexts.edit(name, |entry| {
                entry.set_text("api_origin", origin.as_deref());
                change(entry)
            })
        }))
    }

    fn memory(&mut self) -> &mut Object {
        self.documents.memory.set_first("version", JsonValue::Number(1.into()));
        &mut self.documents.memory
    }

    fn set_memory_server(&mut self, server: &Url) -> Result<(), ChangeError> {
        let memory = read_memory(&self.documents).map_err(|broken| self.broken(broken))?;
        // Its path may name an org, and stays where the server does.
        if memory.mcp_url.as_ref().map(origin_of) != Some(origin_of(server)) {
            self.memory().set_text("mcpUrl", Some(&format!("{}/mcp", origin_text(server))));
        }
        Ok(())
    }

    fn broken(&self, broken: Broken) -> AccountsError {
        AccountsError::Broken { path: self.directory.join(broken.file.name()), problem: broken.problem }
    }
}

/// The name of a context as the existing CLI takes it: trimmed and not empty. Control characters could not be typed again,
/// and `__proto__` is a name that it can't keep.
fn valid_name(name: &str) -> Result<&str, ChangeError> {
    let name = trim(name);
    if name.is_empty() || name.chars().any(char::is_control) || name == "__proto__" {
        Err(ChangeError::InvalidName)
    } else {
        Ok(name)
    }
}

fn missing(name: &str) -> ChangeError {
    let name = name.to_owned();
    if is_embedded(&name) { ChangeError::Embedded { name } } else { ChangeError::UnknownContext { name } }
}
