//! In which order the files are written, so that a process may die between any two of them.
//!
//! At no time lies a token beside a server that it was not made for. What is set for a context is written before its login;
//! and a login that goes because its context went elsewhere is written away before that.

use zeroize::Zeroizing;

use crate::secrets::json::{JsonValue, Object};

use super::document::Documents;
use super::{AccountFile, BUILT_IN, login_entry};

/// One file to be written.
pub(super) struct FileWrite {
    pub(super) file: AccountFile,
    /// Its text; none if it is to be removed.
    pub(super) text: Option<Zeroizing<String>>,
}

/// The files to write in their order; only those that changed.
pub(super) fn file_writes(was: &Documents, now: &Documents) -> Result<Vec<FileWrite>, (AccountFile, std::io::Error)> {
    let mut writes = Vec::new();
    let mut write = |file: AccountFile, root: Option<&Object>| {
        let text = root.map(|root| root.write(file.end())).transpose().map_err(|error| (file, error))?;
        writes.push(FileWrite { file, text });
        Ok(())
    };
    let withdrawn = withdrawn(was, now);
    if withdrawn != was.credentials {
        write(AccountFile::Credentials, credentials(&withdrawn).as_ref())?;
    }
    // cli.json says for which origin it speaks, so that it counts for nothing until config.json says the same.
    let files = [
        (AccountFile::Cli, &was.cli, &now.cli),
        (AccountFile::Config, &was.config, &now.config),
        (AccountFile::Memory, &was.memory, &now.memory),
    ];
    for (file, _, root) in files.into_iter().filter(|(_, was, now)| was != now) {
        write(file, Some(root))?;
    }
    if now.credentials != withdrawn {
        write(AccountFile::Credentials, credentials(&now.credentials).as_ref())?;
    }
    Ok(writes)
}

/// The old logins without those whose context goes elsewhere and that change with it.
fn withdrawn(was: &Documents, now: &Documents) -> Object {
    let mut withdrawn = was.credentials.clone();
    let names = was.credentials.object("contexts").into_iter().flat_map(Object::members).map(|(name, _)| name);
    for name in names {
        if was.login_entry(name) != now.login_entry(name) && place(was, name) != place(now, name) {
            withdrawn.edit("contexts", |contexts| drop(contexts.remove(name)));
        }
    }
    withdrawn
}

/// Everything that says where a context's requests go.
fn place<'a>(documents: &'a Documents, name: &str) -> (Option<&'a str>, [Option<&'a JsonValue>; 3]) {
    let entry = documents.cli_entry(name);
    let member = |member| entry.and_then(|entry| entry.get(member));
    let memory = documents.memory.get("mcpUrl").filter(|_| name == BUILT_IN);
    (documents.own_api_url(name), [member("origins"), member("server"), memory])
}

/// The file of logins as the existing CLI writes it: without entries that hold no token, and no file without entries.
fn credentials(root: &Object) -> Option<Object> {
    let mut root = root.clone();
    root.set_first("version", JsonValue::Number(2.into()));
    let is_empty = root.edit("contexts", |contexts| {
        contexts.retain(login_entry::has_token);
        contexts.is_empty()
    });
    (!is_empty).then_some(root)
}
