use std::collections::{BTreeMap, BTreeSet};

use crate::secrets::json::{JsonValue, Object};

use super::document::{Broken, Documents, text};
use super::{
    AccountFile, BUILT_IN, Context, Login, LoginPlace, MemoryFile, Notice, Refresh, context_entry, is_embedded,
    login_entry,
};

/// What the files said when they were read.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The contexts, by name. The one that always exists is among them; the embedded org is not.
    pub contexts: BTreeMap<String, Context>,
    /// The name of the current context, if one was chosen. It may be that of the embedded org, or of no context.
    pub current: Option<String>,
    /// The logins that are in the files, by the name of their context.
    pub logins: BTreeMap<String, Login>,
    /// The contexts whose login is in the keyring of the operating system.
    pub in_keyring: BTreeSet<String>,
    /// What memory.json says.
    pub memory: MemoryFile,
    /// What is left out or worth knowing.
    pub notices: Vec<Notice>,
}

impl Snapshot {
    /// Puts together what the files say.
    pub(super) fn of(documents: &Documents) -> Result<Self, Broken> {
        let mut snapshot = Self { memory: context_entry::read_memory(documents)?, ..Self::default() };
        snapshot.add_contexts(documents)?;
        snapshot.add_logins(documents)?;
        snapshot.add_current(documents)?;
        Ok(snapshot)
    }

    fn add_contexts(&mut self, documents: &Documents) -> Result<(), Broken> {
        for name in context_entry::names(documents) {
            match context_entry::read_context(documents, &self.memory, name)? {
                Ok(context) => self.add_context(documents, context)?,
                Err(notice) => self.notices.push(notice),
            }
        }
        Ok(())
    }

    fn add_context(&mut self, documents: &Documents, context: Context) -> Result<(), Broken> {
        if is_embedded(&context.name) {
            self.notices.push(Notice::HidesEmbedded { name: context.name.clone() });
        }
        if documents.cli_entry(&context.name).is_some() && context_entry::bound_entry(documents, &context).is_none() {
            self.notices.push(Notice::OtherServer { name: context.name.clone() });
        }
        if login_entry::is_in_keyring(documents, &context)? {
            self.in_keyring.insert(context.name.clone());
        }
        self.contexts.insert(context.name.clone(), context);
        Ok(())
    }

    fn add_logins(&mut self, documents: &Documents) -> Result<(), Broken> {
        let entries = documents.credentials.object("contexts");
        for (name, node) in entries.into_iter().flat_map(Object::members) {
            let read = match node {
                JsonValue::Object(entry) => login_entry::read(entry),
                _ => Ok(None),
            };
            let read = read.map_err(|problem| Broken { file: AccountFile::Credentials, problem })?;
            match (read, self.contexts.get(name)) {
                (None, _) => self.notices.push(Notice::LoginWithoutToken { name: name.to_owned() }),
                // The marker decides: what another program wrote is not used in its place.
                (Some(_), _) if self.in_keyring.contains(name) => {
                    self.notices.push(Notice::LoginBesideKeyring { name: name.to_owned() });
                }
                (Some(mut login), Some(context)) => {
                    if login.refresh.is_none() {
                        login.refresh = login_entry::read_device(documents, context, &login)?;
                    }
                    self.logins.insert(name.to_owned(), login);
                }
                (Some(login), None) => {
                    self.notices.push(Notice::LoginWithoutContext { name: name.to_owned() });
                    self.logins.insert(name.to_owned(), login);
                }
            }
        }
        self.tell_stray_refreshes(documents);
        Ok(())
    }

    fn tell_stray_refreshes(&mut self, documents: &Documents) {
        let entries = documents.cli.object("contexts");
        for (name, node) in entries.into_iter().flat_map(Object::members) {
            let has_device = matches!(node, JsonValue::Object(entry) if entry.get("device").is_some());
            let refresh = self.logins.get(name).and_then(|login| login.refresh.as_ref());
            if has_device && !matches!(refresh, Some(Refresh::Device { .. })) {
                self.notices.push(Notice::RefreshWithoutLogin { name: name.to_owned() });
            }
        }
    }

    fn add_current(&mut self, documents: &Documents) -> Result<(), Broken> {
        let current = text(&documents.config, "currentContext", "`currentContext`");
        let current = current.map_err(|problem| Broken { file: AccountFile::Config, problem })?;
        self.current = current.map(crate::model::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        if let Some(name) = &self.current
            && !self.contexts.contains_key(name)
            && !is_embedded(name)
        {
            self.notices.push(Notice::CurrentUnknown { name: name.clone() });
        }
        Ok(())
    }

    /// Where the login of a context is; none if there is no login.
    pub fn login(&self, context: &str) -> Option<LoginPlace> {
        if self.in_keyring.contains(context) {
            return Some(LoginPlace::Keyring);
        }
        self.logins.get(context).cloned().map(Box::new).map(LoginPlace::Files)
    }

    pub fn has_login(&self, context: &str) -> bool {
        self.in_keyring.contains(context) || self.logins.contains_key(context)
    }

    /// The context that always exists.
    pub fn built_in(&self) -> Option<&Context> {
        self.contexts.get(BUILT_IN)
    }
}
